//! One row an incident, by RFC 4180, for spreadsheets.
//!
//! Titles and names come from a channel in which anybody may write. A spreadsheet takes a cell that
//! begins with one of `= + - @`, in full width too, for a formula: such texts are led by an apostrophe,
//! which it shows as text (<https://owasp.org/www-community/attacks/CSV_Injection>).

use crate::app::metrics::Sheet;
use crate::domain::event::Milestone;
use crate::domain::metrics::{Assessed, Facts, Measure};
use chrono::SecondsFormat;

/// Without those that may not be named.
pub fn csv(sheet: &Sheet) -> String {
    let asked = &sheet.report.assessed;
    let mut out = line(&header(asked));
    let wish = &sheet.report.wish;
    let rows = sheet.rows.iter();
    let mut rows: Vec<&Facts> = rows
        .filter(|row| wish.picks(row) && row.is_named())
        .collect();
    rows.sort_by(|a, b| (a.declared, &a.id).cmp(&(b.declared, &b.id)));
    for row in rows {
        out.push_str(&line(&cells(row, asked)));
    }
    out
}

fn header(asked: &[Assessed]) -> Vec<String> {
    let mut names: Vec<String> = [
        "id", "channel", "title", "service", "kind", "level", "phase",
    ]
    .map(str::to_owned)
    .into();
    names.push("drill".to_owned());
    names.push("declared".to_owned());
    names.extend(Milestone::ALL.map(|m| m.name().to_owned()));
    names.extend(Measure::ALL.map(|m| format!("{}_seconds", m.name())));
    names.extend(
        [
            "restored_from_detected",
            "updates_on_time",
            "updates_due",
            "time_boxes_kept",
            "time_boxes",
            "decisions_with_result",
            "decisions",
            "hand_overs",
            "people",
            "person_seconds",
            "night_person_seconds",
            "free_day_person_seconds",
            "reopened",
            "actions_open",
            "actions_overdue",
            "down_seconds",
        ]
        .map(str::to_owned),
    );
    names.extend(asked.iter().flat_map(|of| {
        let id = &of.question.id;
        [1, 2, 3].map(|level| column(&format!("assessed_{id}_{level}")))
    }));
    names
}

/// Ids of questions are the organisation's, or whoever's wrote into the channel.
fn column(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match name.chars().all(plain) {
        true => name.to_owned(),
        false => text(name),
    }
}

fn cells(row: &Facts, asked: &[Assessed]) -> Vec<String> {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let level = row.level.as_ref().map_or("", |level| level.id.as_str());
    let channel = row.marks.channel.as_deref().unwrap_or("");
    let mut cells = vec![
        text(row.id.as_str()),
        text(channel),
        text(&row.title),
        text(&row.service),
        row.kind.name().to_owned(),
        text(level),
        row.outcome.unwrap_or(row.phase).name().to_owned(),
        row.marks.sight.drill.to_string(),
        time(row.declared),
    ];
    cells.extend(Milestone::ALL.map(|milestone| {
        let reached = row.milestones.get(&milestone);
        reached.map_or_else(String::new, |at| time(*at))
    }));
    let seconds = row.times.iter();
    cells.extend(seconds.map(|time| time.map_or_else(String::new, |time| time.to_string())));
    cells.push(row.restored_from_detected.to_string());
    for share in [row.cadence, row.boxes, row.decisions] {
        cells.extend([share.met.to_string(), share.of.to_string()]);
    }
    cells.extend([
        row.hand_overs.to_string(),
        row.people.to_string(),
        row.person_seconds.to_string(),
        row.night_seconds.to_string(),
        row.free_seconds.to_string(),
        row.reopened.to_string(),
        row.actions_open.to_string(),
        row.actions_overdue.to_string(),
        row.down_seconds().to_string(),
    ]);
    for of in asked {
        let given = row.assessed.iter();
        let given = given.filter(|(question, _)| question.id == of.question.id);
        let levels: Vec<i64> = given.map(|(_, level)| i64::from(*level)).collect();
        cells.extend(Assessed::counts(&levels).map(|count| count.to_string()));
    }
    cells
}

fn line(cells: &[String]) -> String {
    format!("{}\r\n", cells.join(","))
}

/// What people wrote, as a cell.
fn text(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    );
    let formula = formula || text.starts_with(['\t', '\r', '\n']);
    let lead = if formula { "'" } else { "" };
    format!("\"{lead}{}\"", text.replace('"', "\"\""))
}

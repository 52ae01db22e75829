//! Metrics as plain text, and the cells that the screen shows as well.

use super::{Sheet, took, took_or_dash};
use crate::app::clock;
use crate::app::strings::{fill, metrics as s};
use crate::domain::event::Named;
use crate::domain::metrics::{Assessed, Group, LeftOut, Measure, Report, Share, Slo, Stat, Wish};
use crate::domain::record::Span;
use crate::domain::sentence::level_text;
use crate::domain::settings::{Config, Zone};
use crate::domain::text::{cells, pad_left, pad_right};
use crate::domain::words::{Lang, Text};

/// `34/40  85 %`; `-` of nothing.
pub fn share(share: Share) -> String {
    match share.percent() {
        Some(percent) => format!("{}/{} {percent:>3} %", share.met, share.of),
        None => "-".to_owned(),
    }
}

/// The target that all have, or that each level has its own.
pub fn target(stat: &Stat, lang: Lang) -> String {
    match (stat.target, stat.within.of) {
        (Some(target), _) => took(target, lang),
        (None, 0) => "-".to_owned(),
        (None, _) => s::VARIOUS.get(lang).to_owned(),
    }
}

/// Those without an end, and those whose ends are in the wrong order.
pub fn missing(stat: &Stat) -> String {
    match stat.disordered {
        0 => stat.missing.to_string(),
        wrong => format!("{}+{wrong}", stat.missing),
    }
}

/// n, median, p90, target, within, missing: never one figure alone.
pub fn stat(stat: &Stat, lang: Lang) -> [String; 6] {
    [
        stat.n.to_string(),
        took_or_dash(stat.median, lang),
        took_or_dash(stat.p90, lang),
        target(stat, lang),
        share(stat.within),
        missing(stat),
    ]
}

pub const COLUMNS: [&Text; 6] = [
    &s::N,
    &s::MEDIAN,
    &s::P90,
    &s::TARGET,
    &s::WITHIN,
    &s::MISSING,
];

/// The shares of how a response was led, each with what it is called.
pub fn shares(group: &Group) -> [(Text, Share); 5] {
    let actions = Share {
        met: usize::try_from(group.actions_overdue).unwrap_or(usize::MAX),
        of: usize::try_from(group.actions_open).unwrap_or(usize::MAX),
    };
    [
        (s::CADENCE, group.cadence),
        (s::BOXES, group.boxes),
        (s::DECISIONS, group.decisions),
        (s::REOPENED, group.reopened),
        (s::ACTIONS, actions),
    ]
}

/// What it took of people.
pub fn load(group: &Group, lang: Lang) -> [(Text, String); 5] {
    [
        (s::HAND_OVERS, group.hand_overs.to_string()),
        (s::PEOPLE, group.people.to_string()),
        (s::PERSON_TIME, took(group.person_seconds, lang)),
        (s::NIGHT, took(group.night_seconds, lang)),
        (s::FREE, took(group.free_seconds, lang)),
    ]
}

/// A level as people call it.
pub fn level_name(level: Option<&Named>, config: &Config, lang: Lang) -> String {
    let Some(level) = level else {
        return s::NO_LEVEL.get(lang).to_owned();
    };
    let configured = config.level(&level.id).map(|level| level.name.get(lang));
    let name = configured.filter(|name| !name.is_empty());
    level_text(&level.id, name.unwrap_or(&level.name))
}

/// The same of an id of the configuration.
pub fn level_label(id: Option<&str>, config: &Config, lang: Lang) -> String {
    let named = id.map(|id| Named {
        id: id.to_owned(),
        name: String::new(),
    });
    level_name(named.as_ref(), config, lang)
}

pub fn service_name(id: &str, config: &Config, lang: Lang) -> String {
    let name = config.service(id).map(|service| service.name.get(lang));
    name.filter(|name| !name.is_empty())
        .unwrap_or(id)
        .to_owned()
}

/// How many count, and of when.
pub fn counted(report: &Report, zone: Zone, lang: Lang) -> String {
    let words = match report.wish.drills {
        true => &s::COUNT_DRILLS,
        false => &s::COUNT,
    };
    let count = fill(words, lang, &[&report.whole.count.to_string()]);
    format!("{count}  {}", period(&report.wish, zone, lang))
}

pub fn period(wish: &Wish, zone: Zone, lang: Lang) -> String {
    let day = |at| clock::local(zone, at).format("%Y-%m-%d").to_string();
    match (wish.from, wish.to) {
        (None, None) => s::ALL_TIME.get(lang).to_owned(),
        (Some(from), None) => fill(&s::SINCE, lang, &[&day(from)]),
        (None, Some(to)) => fill(&s::BEFORE, lang, &[&day(to)]),
        // The last day that counts.
        (Some(from), Some(to)) => {
            let last = to - chrono::TimeDelta::seconds(1);
            fill(&s::BETWEEN, lang, &[&day(from), &day(last)])
        }
    }
}

/// What does not count and why, as far as there is any of it.
pub fn left_out(left_out: &LeftOut, lang: Lang) -> Option<String> {
    let parts = [
        (&s::L_DRILLS, left_out.drills),
        (&s::L_CANCELLED, left_out.cancelled),
        (&s::L_FALSE, left_out.false_alarms),
        (&s::L_NEAR, left_out.near_misses),
        (&s::L_MERGED, left_out.merged),
    ];
    let parts = parts.into_iter().filter(|(_, n)| *n > 0);
    let parts: Vec<String> = parts
        .map(|(text, n)| fill(text, lang, &[&n.to_string()]))
        .collect();
    let comma = match lang {
        Lang::En => ", ",
        Lang::Ja => "、",
    };
    (!parts.is_empty()).then(|| fill(&s::LEFT_OUT, lang, &[&parts.join(comma)]))
}

/// What has to be known to read the figures rightly.
pub fn remarks(report: &Report, lang: Lang) -> Vec<String> {
    let mut lines: Vec<String> = left_out(&report.left_out, lang).into_iter().collect();
    let count = |text: &Text, n: usize| (n > 0).then(|| fill(text, lang, &[&n.to_string()]));
    lines.extend(count(&s::PRIVATE, report.unnamed));
    lines.extend(count(&s::STILL_OPEN, report.unrecovered));
    lines.extend(count(
        &s::FROM_DETECTED,
        report.whole.restored_from_detected,
    ));
    let disordered = report.whole.stats.iter().map(|stat| stat.disordered).sum();
    lines.extend(count(&s::DISORDERED, disordered));
    lines
}

/// The whole of it as text.
pub fn table(sheet: &Sheet, config: &Config, lang: Lang) -> String {
    let report = &sheet.report;
    let mut out = vec![counted(report, config.time_zone, lang)];
    out.extend(remarks(report, lang));
    if report.whole.count == 0 {
        out.push(s::NOTHING.get(lang).to_owned());
        return out.join("\n");
    }
    let header = || COLUMNS.map(|text| text.get(lang).to_owned());
    let mut rows = vec![with(
        [String::new(), s::ENDS.get(lang).to_owned()],
        header(),
    )];
    for measure in Measure::ALL {
        let name = measure.text().get(lang).to_owned();
        let ends = measure.ends().get(lang).to_owned();
        rows.push(with([name, ends], stat(report.whole.stat(measure), lang)));
    }
    out.push(String::new());
    out.extend(aligned(&rows, 2));
    out.push(fill(&s::RANK, lang, &[]));
    out.push(String::new());
    out.extend(process(&report.whole, config, lang));
    let restore = Measure::Span(Span::Restore);
    let mut part = |title: &Text, groups: Vec<(String, &Group)>| {
        let what = restore.text().get(lang).to_owned();
        let title = title.get(lang).to_owned();
        let mut rows = vec![with([title, what], header())];
        rows.extend(groups.into_iter().map(|(name, group)| {
            let count = fill(&s::COUNT, lang, &[&group.count.to_string()]);
            with([name, count], stat(group.stat(restore), lang))
        }));
        out.push(String::new());
        out.extend(aligned(&rows, 2));
    };
    let levels = report.levels.iter();
    let levels = levels.map(|(l, group)| (level_name(l.as_ref(), config, lang), group));
    part(&s::LEVELS, levels.collect());
    let services = report.services.iter();
    let services = services.map(|(id, group)| (service_name(id, config, lang), group));
    part(&s::SERVICES, services.collect());
    let months = report.months.iter();
    part(
        &s::MONTHS,
        months.map(|(m, group)| (m.to_string(), group)).collect(),
    );
    out.extend(slo(&report.slo, config, lang));
    out.extend(assessed(&report.assessed, lang));
    out.join("\n")
}

pub const ASSESSED: [&Text; 3] = [&s::ASSESSED, &s::N, &s::MEDIAN];

/// n, median, and how many gave 1, 2 and 3.
pub fn assessed_cells(of: &Assessed) -> [String; 5] {
    let median = Assessed::median(&of.levels).map_or_else(|| "-".to_owned(), |m| m.to_string());
    let [one, two, three] = Assessed::counts(&of.levels).map(|count| count.to_string());
    [of.levels.len().to_string(), median, one, two, three]
}

/// Each month in which somebody answered: `2026-11 2 (5)`, its median and how many answered.
pub fn assessed_months(of: &Assessed) -> Vec<String> {
    let months = of.months.iter();
    let months = months.filter_map(|(month, levels)| {
        let median = Assessed::median(levels)?;
        Some(format!("{month} {median} ({})", levels.len()))
    });
    months.collect()
}

/// Each question with its median and levels, and how that went month by month.
fn assessed(all: &[Assessed], lang: Lang) -> Vec<String> {
    if all.is_empty() {
        return Vec::new();
    }
    let [name, rest @ ..] = ASSESSED.map(|text| text.get(lang).to_owned());
    let levels = ["1", "2", "3"].map(str::to_owned);
    let mut header = vec![name];
    header.extend(rest.into_iter().chain(levels));
    header.push(s::BY_MONTH.get(lang).to_owned());
    let mut rows = vec![header];
    for of in all {
        let mut row = vec![of.question.name.clone()];
        row.extend(assessed_cells(of));
        row.push(assessed_months(of).join("  "));
        rows.push(row);
    }
    let mut lines = vec![String::new()];
    lines.extend(aligned(&rows, 1));
    lines
}

fn process(group: &Group, config: &Config, lang: Lang) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (n, (text, of)) in shares(group).into_iter().enumerate() {
        let mut row = vec![text.get(lang).to_owned(), share(of)];
        if n == 0 {
            let percent = config.metrics.cadence_percent.to_string();
            row.push(fill(&s::TARGET_IS, lang, &[&percent]));
        }
        rows.push(row);
    }
    let load = load(group, lang).into_iter();
    rows.extend(load.map(|(text, value)| vec![text.get(lang).to_owned(), value]));
    aligned(&rows, 1)
}

/// Minutes, as an objective is written.
pub fn slo_cells(slo: &Slo) -> [String; 3] {
    let minutes = |seconds: i64| (seconds / 60).to_string();
    let allowed = slo.allowed.map_or_else(|| "-".to_owned(), minutes);
    let broken = slo
        .allowed
        .map_or_else(|| "-".to_owned(), |_| slo.broken().to_string());
    [minutes(slo.lost()), allowed, broken]
}

fn slo(all: &[Slo], config: &Config, lang: Lang) -> Vec<String> {
    if all.is_empty() {
        return Vec::new();
    }
    let header = [&s::SLO, &s::LOST, &s::ALLOWED, &s::BROKEN];
    let mut rows = vec![header.map(|text| text.get(lang).to_owned()).to_vec()];
    for slo in all {
        let mut row = vec![service_name(&slo.service, config, lang)];
        row.extend(slo_cells(slo));
        rows.push(row);
    }
    let mut lines = vec![String::new()];
    lines.extend(aligned(&rows, 1));
    lines
}

fn with<const N: usize>(first: [String; 2], rest: [String; N]) -> Vec<String> {
    first.into_iter().chain(rest).collect()
}

/// Columns as wide as their widest cell: the first `words` to the left, numbers to the right.
fn aligned(rows: &[Vec<String>], words: usize) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        let all = rows.iter().filter_map(|row| row.get(at));
        all.map(|cell| cells(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let row = row.iter().zip(&widths).enumerate();
            let row: Vec<String> = row
                .map(|(at, (cell, width))| match at < words {
                    true => pad_right(cell, *width),
                    false => pad_left(cell, *width),
                })
                .collect();
            row.join("  ").trim_end().to_owned()
        })
        .collect()
}

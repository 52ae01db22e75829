//! `matoi board` and `matoi remind`: what is open over all incidents, and what people are reminded of.

use super::context::{Context, Session};
use super::out;
use crate::app::show;
use crate::app::{clock, desk};
use crate::domain::desk::Desk;
use crate::domain::incident::Incident;
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::problem::Problem;
use crate::domain::record::remind::{Reminder, open_actions};
use crate::domain::sentence::{self, Clocks, level_words};
use crate::domain::settings::Zone;
use crate::domain::sync::{Engine, Now};
use crate::domain::text::clean_line;
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A reminder is posted, and delivered, within this.
const REMIND: Duration = Duration::from_secs(60);

/// Open incidents, newest first; then every action item that nobody has settled, the first to be due
/// first.
pub fn board(context: Context, drills: bool) -> Result<(), Problem> {
    let session = context.session()?;
    let zone = session.context.config.time_zone;
    let lang = session.context.lang;
    let json = session.context.global.json;
    let (open, actions) = session.core.look(move |engine, now| {
        let mut open = Vec::new();
        let mut actions: Vec<(Option<DateTime<Utc>>, Line)> = Vec::new();
        for incident in engine.incidents() {
            let row = engine.image().incidents.get(&incident.id);
            let sight = Sight::of_row(&incident, row);
            if sight.way(Outlet::Board) == Way::Closed || (sight.drill && !drills) {
                continue;
            }
            if !incident.phase.is_over() {
                open.push(of_incident(engine, &incident, sight, now, lang));
            }
            for matter in open_actions(&incident) {
                let owner = matter.owner.as_ref().map(|held| engine.name(&held.user));
                let place = place(engine, &incident);
                let day = matter
                    .due
                    .map(|due| clock::local(zone, due).format("%Y-%m-%d").to_string());
                let over = matter.due.is_some_and(|due| due <= now.wall);
                let late = if over { "! " } else { "  " };
                let said = format!(
                    "{late}{}  {}  {}  {place} {}",
                    day.clone().unwrap_or_else(|| "-".to_owned()),
                    owner.clone().unwrap_or_else(|| "-".to_owned()),
                    matter.line,
                    matter.handle(),
                );
                let shown = json!({
                    "incident": incident.id, "channel": place, "number": matter.handle(),
                    "text": matter.line, "owner": matter.owner.as_ref().map(|held| &held.user),
                    "due": matter.due.map(show::time), "overdue": over,
                    "link": incident.lessons.tracks.get(&matter.id),
                });
                actions.push((matter.due, Line { said, shown }));
            }
        }
        actions.sort_by_key(|(due, _)| (due.is_none(), *due));
        (
            open,
            actions
                .into_iter()
                .map(|(_, line)| line)
                .collect::<Vec<_>>(),
        )
    })?;
    if json {
        let of = |lines: &[Line]| {
            lines
                .iter()
                .map(|line| line.shown.clone())
                .collect::<Vec<_>>()
        };
        return out::line(&format!(
            "{:#}",
            json!({"open": of(&open), "action_items": of(&actions)})
        ));
    }
    let heads = [
        Text::fixed("Open incidents", "対応中のインシデント"),
        Text::fixed("Action items", "再発防止策"),
    ];
    for (head, lines) in heads.iter().zip([open, actions]) {
        out::line(&format!("{} ({})", head.get(lang), lines.len()))?;
        for line in lines {
            out::line(&format!("  {}", line.said))?;
        }
    }
    Ok(())
}

/// A line for people, and the same for programs.
struct Line {
    said: String,
    shown: Value,
}

fn place(engine: &Engine, incident: &Incident) -> String {
    let channel = engine.image().channel_of(&incident.id);
    channel.map_or_else(String::new, |channel| {
        format!("#{}", clean_line(&channel.name))
    })
}

fn of_incident(engine: &Engine, incident: &Incident, sight: Sight, now: Now, lang: Lang) -> Line {
    let marks = [
        (sight.drill, Text::fixed("[DRILL] ", "【訓練】")),
        (sight.private, Text::fixed("[PRIVATE] ", "【非公開】")),
    ];
    let marks = marks.iter().filter(|(holds, _)| *holds);
    let marks: String = marks.map(|(_, mark)| mark.get(lang)).collect();
    let level = incident.level.as_ref().map(level_words);
    let commander = incident
        .commander
        .as_ref()
        .map(|held| engine.name(&held.user));
    let since = incident.declared.map(|at| clock::rough(now.wall - at));
    let place = place(engine, incident);
    let said = format!(
        "{marks}{place}  L{}  {}  {}  {}  {}",
        level.unwrap_or_else(|| "-".to_owned()),
        incident.phase.text().get(lang),
        since.as_ref().map_or("-", |since| since.get(lang)),
        commander.unwrap_or_else(|| "-".to_owned()),
        incident.title,
    );
    let shown = json!({
        "id": incident.id, "channel": place, "title": incident.title, "service": incident.service,
        "level": incident.level.as_ref().map(|level| &level.id), "phase": incident.phase.name(),
        "commander": incident.commander.as_ref().map(|held| &held.user),
        "declared": incident.declared.map(show::time), "drill": sight.drill, "private": sight.private,
    });
    Line { said, shown }
}

/// Posts what people are to be reminded of now, waits until it is delivered, and prints it.
pub fn remind(context: Context) -> Result<(), Problem> {
    let session = context.session()?;
    if let Ok(me) = session.me() {
        session.core.ask(crate::io::core::Ask::SetMe(me));
    }
    let delivered = session.settle(REMIND);
    let lines = due(&session)?;
    if session.context.global.json {
        let shown: Vec<Value> = lines.into_iter().map(|line| line.shown).collect();
        out::line(&format!("{:#}", json!(shown)))?;
    } else {
        lines.iter().try_for_each(|line| out::line(&line.said))?;
    }
    if delivered {
        return Ok(());
    }
    Err(session.unreachable())
}

/// What is due in every incident, as it is said there.
fn due(session: &Session) -> Result<Vec<Line>, Problem> {
    let context = &session.context;
    let lists = crate::domain::checklists::Checklists::shipped()?;
    let zone = context.config.time_zone;
    let desk = desk::Configured::new(context.config.clone(), lists.into(), session.people_now());
    session.core.look(move |engine, now| {
        let mut lines = Vec::new();
        for incident in engine.incidents() {
            let row = engine.image().incidents.get(&incident.id);
            let sight = Sight::of_row(&incident, row);
            if sight.drill || !sight.opens(Outlet::Board) {
                continue;
            }
            let last: BTreeMap<_, _> = engine.heard(&incident.id);
            for reminder in desk.reminders(&incident, &last, now.wall) {
                lines.push(reminded(engine, &incident, &reminder, zone));
            }
        }
        lines
    })
}

fn reminded(engine: &Engine, incident: &Incident, reminder: &Reminder, zone: Zone) -> Line {
    let body = crate::domain::event::Body::Question {
        about: reminder.about,
        number: reminder.number,
        levels: Vec::new(),
    };
    let id = crate::domain::ids::EventId::default();
    let said = sentence::sentence(&id, &body, &incident.declarer, incident, incident.lang);
    let said = sentence::plain(
        &said,
        |user| engine.name(user),
        &Clocks {
            time: &|at| clock::hhmm(zone, at),
            day: &|at| clock::local(zone, at).format("%Y-%m-%d").to_string(),
        },
    );
    let place = place(engine, incident);
    Line {
        shown: json!({
            "incident": incident.id, "channel": place, "title": incident.title,
            "about": reminder.about.name(), "at": show::time(reminder.at), "text": said,
        }),
        said: format!("{place}  {said}"),
    }
}

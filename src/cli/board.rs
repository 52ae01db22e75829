//! `matoi board` and `matoi remind`: what is open over all incidents, and what people are reminded of.

use super::context::Context;
use super::out;
use crate::app::show;
use crate::app::{clock, desk};
use crate::domain::desk::Desk;
use crate::domain::event::Body;
use crate::domain::ids::IncidentId;
use crate::domain::incident::Incident;
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::problem::Problem;
use crate::domain::record::remind::{Reminder, open_actions};
use crate::domain::sentence::{self, Clocks, level_words};
use crate::domain::settings::Zone;
use crate::domain::sync::image::{JobState, Task};
use crate::domain::sync::{Engine, Now};
use crate::domain::text::clean_line;
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
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
pub struct Line {
    pub said: String,
    pub shown: Value,
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
        "{marks}{place}  {}  {}  {}  {}  {}",
        level.unwrap_or_else(|| "L-".to_owned()),
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

/// Posts what people are to be reminded of now, waits until it is delivered, and prints what was posted
/// and what was not.
pub fn remind(context: Context) -> Result<(), Problem> {
    let session = context.session()?;
    if let Ok(me) = session.me() {
        session.core.ask(crate::io::core::Ask::SetMe(me));
    }
    let before = session.last_entry()?;
    let delivered = session.settle(REMIND);
    let lists = crate::domain::checklists::Checklists::shipped()?;
    let config = session.context.config.clone();
    let (zone, lang) = (config.time_zone, session.context.lang);
    let desk = desk::Configured::new(config, lists.into(), session.people_now());
    let told = session
        .core
        .look(move |engine, now| told(engine, &desk, zone, before, now))?;
    if session.context.global.json {
        let shown: Vec<&Value> = told.iter().map(|(_, line)| &line.shown).collect();
        out::line(&format!("{:#}", json!(shown)))?;
    } else {
        let mut last = Fate::Posted;
        for (fate, line) in &told {
            if *fate != last {
                out::line(fate.words().get(lang))?;
                last = *fate;
            }
            out::line(&line.said)?;
        }
    }
    if delivered {
        return Ok(());
    }
    Err(session.unreachable())
}

/// What became of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// By this run.
    Posted,
    /// Saved, and not delivered.
    Waiting,
    /// Until working hours.
    Held,
    /// To another console, or until the channel is read.
    Left,
    /// Its channel is archived, and no other is configured.
    Nowhere,
}

impl Fate {
    /// As JSON says it.
    const fn name(self) -> &'static str {
        match self {
            Fate::Posted => "posted",
            Fate::Waiting => "waiting",
            Fate::Held => "held",
            Fate::Left => "left",
            Fate::Nowhere => "nowhere",
        }
    }

    pub const fn words(self) -> Text {
        match self {
            Fate::Posted => Text::fixed("Posted:", "投稿しました:"),
            Fate::Waiting => Text::fixed(
                "Saved, and not delivered yet:",
                "保存しましたが、まだ届いていません:",
            ),
            Fate::Held => Text::fixed(
                "Held back until working hours:",
                "営業時間になるまで投稿しません:",
            ),
            Fate::Left => Text::fixed(
                "Not posted: the channel is not read yet, or it is another console's turn:",
                "投稿していません (チャンネルが未読か、別の端末の番です):",
            ),
            Fate::Nowhere => Text::fixed(
                "Not posted: the channel is archived, and remind.channel names no other:",
                "投稿していません (アーカイブ済みで、remind.channel の設定がありません):",
            ),
        }
    }
}

/// What was posted since the outbox's entry `before`, then what is due and was not.
pub fn told(
    engine: &mut Engine,
    desk: &dyn Desk,
    zone: Zone,
    before: u64,
    now: Now,
) -> Vec<(Fate, Line)> {
    let mut told: Vec<(Fate, Reminded)> = said(engine, before);
    let channel = &desk.habits().remind;
    for unsaid in engine.unsaid(desk, now) {
        let fate = match unsaid.elsewhere {
            true if channel.is_empty() => Fate::Nowhere,
            _ if unsaid.reminder.at > now.wall => Fate::Held,
            _ => Fate::Left,
        };
        told.push((
            fate,
            Reminded {
                incident: unsaid.incident,
                reminder: unsaid.reminder,
                to: unsaid.elsewhere.then(|| channel.clone()),
            },
        ));
    }
    told.sort_by_key(|(fate, _)| *fate);
    let lines = told.into_iter().filter_map(|(fate, reminded)| {
        let incident = engine.shown(&reminded.incident)?;
        let row = engine.image().incidents.get(&incident.id);
        let sight = Sight::of_row(&incident, row);
        let shown = !sight.drill && sight.opens(Outlet::Board);
        shown.then(|| (fate, reminded.line(fate, engine, &incident, zone)))
    });
    lines.collect()
}

/// What this console put into the outbox since `before`.
fn said(engine: &Engine, before: u64) -> Vec<(Fate, Reminded)> {
    let image = engine.image();
    let fate = |posted: bool| if posted { Fate::Posted } else { Fate::Waiting };
    let asked = image.events.values().filter_map(|row| {
        let own = row.seq > before && row.console == image.console;
        let (about, number) = match row.event.body().filter(|_| own)? {
            Body::Question { about, number, .. } if about.is_reminder() => (*about, *number),
            _ => return None,
        };
        let said = Reminded {
            incident: row.incident.clone(),
            reminder: Reminder {
                about,
                number,
                at: row.event.at,
            },
            to: None,
        };
        Some((fate(row.position.is_some()), said))
    });
    let elsewhere = image.jobs.range(before + 1..).filter_map(|(_, job)| {
        let Task::Remind { to, number, about } = &job.task else {
            return None;
        };
        let posted = match &job.state {
            JobState::Sent => true,
            // It was met: by another console, unless it was sent before.
            JobState::Seen if job.attempts > 0 => true,
            JobState::Seen | JobState::Dropped { .. } => return None,
            _ => false,
        };
        let said = Reminded {
            incident: job.incident.clone(),
            reminder: Reminder {
                about: *about,
                number: *number,
                at: job.at,
            },
            to: Some(to.clone()),
        };
        Some((fate(posted), said))
    });
    asked.chain(elsewhere).collect()
}

/// A reminder, and the channel it is for where that is not the incident's own.
struct Reminded {
    incident: IncidentId,
    reminder: Reminder,
    to: Option<String>,
}

impl Reminded {
    fn line(&self, fate: Fate, engine: &Engine, incident: &Incident, zone: Zone) -> Line {
        let body = Body::Question {
            about: self.reminder.about,
            number: self.reminder.number,
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
        let until = match fate {
            Fate::Held => {
                let at = clock::local(zone, self.reminder.at);
                format!("{}  ", at.format("%Y-%m-%d %H:%M"))
            }
            _ => String::new(),
        };
        let to = self.to.as_ref().filter(|to| !to.is_empty());
        let to = to.map_or_else(|| place.clone(), |to| format!("{to}  {place}"));
        Line {
            said: format!("{until}{to}  {said}"),
            shown: json!({
                "incident": incident.id, "channel": place, "title": incident.title,
                "about": self.reminder.about.name(), "at": show::time(self.reminder.at),
                "text": said, "to": self.to, "state": fate.name(),
            }),
        }
    }
}

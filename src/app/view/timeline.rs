//! Rows of the timeline.

use super::rows::Line;
use super::{Said, Tone, decoded, job_mark, outbox, saving_mark};
use crate::app::action::Action;
use crate::app::clock;
use crate::app::model::{Model, RowId, Saving};
use crate::app::snapshot::GivenUp;
use crate::app::strings::{fill, mark as m, pane as p};
use crate::domain::decide::Command;
use crate::domain::event::Body;
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::learn::Learnt;
use crate::domain::record::Hole;
use crate::domain::sentence::{self, Clocks};
use crate::domain::text::clean_line;
use crate::domain::work::Deed;

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    /// With the date where it is not today's.
    pub clock: String,
    /// What kind of thing happened, in a word or two.
    pub kind: String,
    /// The whole sentence, on one line.
    pub text: String,
    /// Who did it.
    pub who: String,
    pub mark: Option<Said>,
    pub tone: Tone,
}

/// How many rows there are, those being saved at the end.
pub fn count(model: &Model) -> usize {
    model.index.timeline.len() + saving(model).count()
}

/// The row at a place, from 0 at the oldest.
pub fn row(model: &Model, at: usize) -> Option<Row> {
    let incident = model.incident()?;
    match model.index.timeline.get(at) {
        Some(Line::Entry(n)) => Some(entry_row(model, incident, incident.entries.get(*n)?)),
        Some(Line::GivenUp(n)) => given_up_row(model, model.snapshot.given_up.get(*n)?),
        Some(Line::Hole(hole)) => Some(hole_row(model, *hole)),
        None => {
            let saving = saving(model).nth(at - model.index.timeline.len())?;
            saving_row(model, saving)
        }
    }
}

fn saving(model: &Model) -> impl Iterator<Item = &Saving> {
    let room = model.room_id();
    model.saving.values().filter(move |saving| {
        saving.incident.is_some()
            && saving.incident.as_ref() == room
            && !matches!(saving.command, Command::Message { .. })
    })
}

fn entry_row(model: &Model, incident: &Incident, entry: &Entry) -> Row {
    let zone = model.shown_zone();
    let lang = model.lang;
    let job = model.room_data().and_then(|room| room.jobs.get(&entry.id));
    let (mark, tone) = match &entry.verdict {
        Verdict::Overtaken(_) => {
            let mark = Said::new(m::OVERTAKEN.get(lang), Tone::Soon);
            (Some(mark), Tone::History)
        }
        Verdict::Ignored => (None, Tone::History),
        Verdict::Accepted => {
            let mark = job.and_then(|state| job_mark(model, state));
            let tone = mark.as_ref().map_or(Tone::Plain, |mark| mark.tone);
            (mark, tone)
        }
    };
    Row {
        id: RowId::Event(entry.id.clone()),
        clock: clock::day_hhmm(zone, incident.when(entry), model.now),
        kind: kind(model, &entry.body),
        text: text(model, incident, entry),
        who: model.name(&entry.by),
        mark,
        tone,
    }
}

/// Where the story has nothing to tell, and how that is mended.
fn hole_row(model: &Model, hole: Hole) -> Row {
    let minutes = (hole.to - hole.from).num_minutes().to_string();
    Row {
        id: RowId::Hole(hole.from),
        clock: clock::day_hhmm(model.shown_zone(), hole.from, model.now),
        kind: String::new(),
        text: fill(&p::HOLE, model.lang, &[&minutes]),
        who: String::new(),
        mark: None,
        tone: Tone::History,
    }
}

/// An act of this console's that will never be in the channel.
fn given_up_row(model: &Model, gone: &GivenUp) -> Option<Row> {
    let mark = Said::new(format!("({})", outbox::gave_up(model, gone)), Tone::History);
    Some(Row {
        id: RowId::Event(gone.event.clone()?),
        clock: clock::day_hhmm(model.shown_zone(), gone.taken, model.now),
        kind: p::GIVEN_UP.get(model.lang).to_owned(),
        text: clean_line(gone.what.get(model.lang)).into_owned(),
        who: gone
            .by
            .as_ref()
            .map(|by| model.name(by))
            .unwrap_or_default(),
        mark: Some(mark),
        tone: Tone::History,
    })
}

fn kind(model: &Model, body: &Body) -> String {
    let text = match body {
        Body::Items { .. } => p::CHECKLIST,
        Body::TimekeeperCall { .. } => crate::app::strings::header::TIMEKEEPER,
        Body::Dropped { .. } => p::GIVEN_UP,
        Body::Milestone { milestone, .. } => milestone.text(),
        _ => match body.verb() {
            Some(verb) => Action::Do(verb).row().short.clone(),
            None => return String::new(),
        },
    };
    text.get(model.lang).to_owned()
}

/// The sentence, and what was written with it.
pub(in crate::app) fn text(model: &Model, incident: &Incident, entry: &Entry) -> String {
    let lang = model.lang;
    if let Some(correction) = incident.lessons.corrections.get(&entry.id) {
        let text = clean_line(&decoded(model, &correction.text)).into_owned();
        return fill(&p::CORRECTED, lang, &[&text]);
    }
    match &entry.body {
        Body::Items { items, .. } => {
            return fill(&p::CHECKLIST_LOADED, lang, &[&items.len().to_string()]);
        }
        Body::TimekeeperCall { slot } => {
            return fill(&p::TIMEKEEPER_CALL, lang, &[&slot.to_string()]);
        }
        // What it is and who wrote it stand beside it.
        Body::Note {} | Body::Situation {} | Body::Learnt(Learnt::Noted { .. }) => {
            let text = decoded(model, entry.text.as_deref().unwrap_or(""));
            return clean_line(&text).into_owned();
        }
        _ => {}
    }
    let said = sentence::sentence(&entry.id, &entry.body, &entry.by, incident, lang);
    let zone = model.shown_zone();
    let plain = sentence::plain(
        &said,
        |user| model.name(user),
        &Clocks {
            time: &|at| clock::day_hhmm(zone, at, model.now),
            day: &|at| clock::day(zone, at, model.now),
        },
    );
    let plain = clean_line(&plain).into_owned();
    match &entry.text {
        Some(text) => {
            let text = decoded(model, text);
            format!("{plain}: {}", clean_line(&text))
        }
        None => plain,
    }
}

/// The whole of an entry, for reading at length.
pub fn full(model: &Model, id: &RowId) -> Option<String> {
    let RowId::Event(event) = id else {
        return None;
    };
    let incident = model.incident()?;
    let gone = model.snapshot.given_up.iter();
    if let Some(gone) = gone.rev().find(|gone| gone.event.as_ref() == Some(event)) {
        let at = clock::day_hhmm(model.shown_zone(), gone.taken, model.now);
        let (what, by) = (gone.what.get(model.lang), outbox::gave_up(model, gone));
        return Some(format!("{at} {what}\n\n{by}"));
    }
    let entry = incident.entries.iter().find(|e| e.id == *event)?;
    let said = sentence::sentence(&entry.id, &entry.body, &entry.by, incident, model.lang);
    let zone = model.shown_zone();
    let head = sentence::plain(
        &said,
        |user| model.name(user),
        &Clocks {
            time: &|at| clock::day_hhmm(zone, at, model.now),
            day: &|at| clock::day(zone, at, model.now),
        },
    );
    let at = clock::day_hhmm(zone, entry.at, model.now);
    let head = format!("{at} {head}");
    let mut full = match &entry.text {
        Some(text) => format!("{head}\n\n{}", decoded(model, text)),
        None => head,
    };
    if let Some(correction) = incident.lessons.corrections.get(&entry.id) {
        let by = model.name(&correction.by);
        let at = clock::day_hhmm(zone, correction.at, model.now);
        let head = fill(&p::CORRECTED_BY, model.lang, &[&by, &at]);
        let time = correction
            .time
            .map(|time| clock::day_hhmm(zone, time, model.now));
        let time = time.map(|time| format!("{time} ")).unwrap_or_default();
        full += &format!("\n\n{head}\n{time}{}", decoded(model, &correction.text));
    }
    Some(full)
}

fn saving_row(model: &Model, saving: &Saving) -> Option<Row> {
    let incident = model.incident()?;
    let mark = saving_mark(model, saving);
    Some(Row {
        id: RowId::Saving(saving.ticket),
        clock: clock::day_hhmm(model.shown_zone(), saving.since, model.now),
        kind: Action::Do(saving.command.verb())
            .row()
            .short
            .get(model.lang)
            .to_owned(),
        text: command_text(model, incident, &saving.command),
        who: model.name(&model.snapshot.me),
        tone: mark.tone,
        mark: Some(mark),
    })
}

/// What an act that is not yet an event will have said.
fn command_text(model: &Model, incident: &Incident, command: &Command) -> String {
    let person = |user: &Option<crate::domain::ids::UserId>| {
        user.as_ref().map_or_else(
            || crate::app::strings::form::NOBODY.get(model.lang).to_owned(),
            |user| model.name(user),
        )
    };
    let item = |id: &String| {
        let list = incident.checklist();
        let found = list.iter().position(|check| check.item.id == *id);
        found.map_or_else(
            || id.clone(),
            |n| format!("{}. {}", n + 1, list[n].item.text),
        )
    };
    let zone = model.shown_zone();
    let text = match command {
        Command::Level(plan) => super::level_name(model, &plan.level),
        Command::Temperature(temperature) => super::temperature_name(model, temperature),
        Command::Situation(text)
        | Command::Note(text)
        | Command::AddItem(text)
        | Command::Reopen(text) => text.clone(),
        Command::Commander { user, .. } => person(user),
        Command::Role { role, user } => format!(
            "{}: {}",
            crate::domain::verb::role_name(crate::domain::verb::ROLES, role).get(model.lang),
            person(user)
        ),
        Command::CheckIn { user, task, .. } => {
            let task = task.as_deref().unwrap_or("");
            format!("{} {task}", model.name(user))
        }
        Command::CheckOut(user) => model.name(user),
        Command::Tick(id) | Command::Untick(id) => item(id),
        Command::Assign { item: id, user, .. } => format!("{}: {}", item(id), person(user)),
        Command::Skip { item: id, reason } => format!("{}: {reason}", item(id)),
        Command::Milestone {
            milestone, time, ..
        } => format!(
            "{} {}",
            milestone.text().get(model.lang),
            clock::day_hhmm(zone, *time, model.now)
        ),
        Command::Pin { excerpt, .. } => excerpt.clone(),
        Command::Timekeeper(minutes) => minutes.to_string(),
        Command::Phase(phase) => phase.text().get(model.lang).to_owned(),
        Command::Cancel { outcome, reason } => {
            format!("{}: {reason}", outcome.text().get(model.lang))
        }
        Command::Merge { into, .. } => model
            .summary(into)
            .map(|there| super::channel_name(there, model.lang))
            .unwrap_or_default(),
        Command::Work(order) => deed(model, &order.deed, order.text.as_deref()),
        Command::Learn(lesson) => learnt(&lesson.learnt, lesson.text.as_deref()),
        Command::Recover(_)
        | Command::Resolve(_)
        | Command::Archive
        | Command::PersonalData { .. }
        | Command::Restrict(_)
        | Command::Message { .. }
        | Command::TimekeeperCall { .. }
        | Command::Declare(_) => String::new(),
    };
    let about = command.verb().row().about.get(model.lang);
    match clean_line(text.trim()) {
        text if text.is_empty() => about.to_owned(),
        text => text.into_owned(),
    }
}

/// What an act that still waits is about, in a few words.
fn deed(model: &Model, deed: &Deed, text: Option<&str>) -> String {
    match deed {
        Deed::Opened { line, .. } | Deed::Objected { line, .. } => line.clone(),
        Deed::Offered { to: user, .. }
        | Deed::Called { user, .. }
        | Deed::Given { owner: user, .. } => model.name(user),
        Deed::Settled { line, state, .. } => {
            let line = line.as_deref().unwrap_or_default();
            format!("{} {line}", state.text().get(model.lang))
        }
        Deed::Meeting { link } => link.clone(),
        Deed::Published { target, .. } => target.clone(),
        Deed::Unclaimed { reason, .. } | Deed::Waived { reason } => reason.clone(),
        Deed::Report { .. } | Deed::Notice {} | Deed::Written { .. } => {
            let text = text.unwrap_or_default();
            text.lines().nth(1).unwrap_or(text).to_owned()
        }
        _ => String::new(),
    }
}

fn learnt(learnt: &Learnt, text: Option<&str>) -> String {
    match learnt {
        Learnt::Tagged { tag, .. } => tag.clone(),
        Learnt::Evidence { link, .. } | Learnt::Tracked { link, .. } => link.clone(),
        Learnt::Noted { .. } | Learnt::Corrected { .. } => text.unwrap_or_default().to_owned(),
        Learnt::Drafted { version, .. } => version.to_string(),
        Learnt::Assessed { line, .. } => line.clone().unwrap_or_default(),
        Learnt::Reached { .. } => String::new(),
    }
}

//! Rows of the timeline.

use super::rows::Line;
use super::{Said, Tone, decoded, job_mark, outbox, saving_mark};
use crate::app::action::Action;
use crate::app::clock;
use crate::app::model::{Model, RowId, Saving};
use crate::app::snapshot::GivenUp;
use crate::app::strings::{entry as e, fill, mark as m, pane as p};
use crate::domain::decide::Command;
use crate::domain::event::Body;
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::learn::Learnt;
use crate::domain::record::Hole;
use crate::domain::sentence::{self, Clocks};
use crate::domain::source::{self, Source};
use crate::domain::text::{cells, clean_line, pad_right};
use crate::domain::words::{Lang, Text};
use crate::domain::work::Deed;
use chrono::{DateTime, Utc};

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
    /// Who did it, where the text does not say so.
    pub who: String,
    /// How it came into the record, where nobody typed it at a console.
    pub sign: Option<char>,
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
    let text = text(model, incident, entry);
    Row {
        id: RowId::Event(entry.id.clone()),
        clock: clock::day_hhmm(zone, incident.when(entry), model.now),
        kind: kind(model, &entry.body),
        who: who(model, entry)
            .filter(|who| !text.contains(who.as_str()))
            .unwrap_or_default(),
        sign: Source::of(&entry.body, entry.via.as_ref()).sign(),
        text,
        mark,
        tone,
    }
}

/// Whose words or whose act it is; `None`: the program's.
fn who(model: &Model, entry: &Entry) -> Option<String> {
    match &entry.body {
        Body::TimekeeperCall { .. } | Body::Question { .. } | Body::Answer { .. } => None,
        Body::Pinned { author, .. } => Some(author.clone()),
        _ => Some(model.name(&entry.by)),
    }
    .filter(|who| !who.is_empty())
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
        sign: None,
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
        sign: None,
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
        // Who wrote it stands beside it.
        Body::Note {} | Body::Learnt(Learnt::Noted { .. }) => {
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

/// The whole of an entry, for reading at length: what is known of it, then what it says.
pub fn full(model: &Model, id: &RowId) -> Option<String> {
    let RowId::Event(event) = id else {
        return None;
    };
    let incident = model.incident()?;
    let lang = model.lang;
    let gone = model.snapshot.given_up.iter();
    if let Some(gone) = gone.rev().find(|gone| gone.event.as_ref() == Some(event)) {
        let mut known = vec![(e::WHEN, moment(model, gone.taken))];
        known.extend(gone.by.as_ref().map(|by| (e::WHO, model.name(by))));
        known.push((e::KIND, p::GIVEN_UP.get(lang).to_owned()));
        let (what, by) = (gone.what.get(lang), outbox::gave_up(model, gone));
        return Some(format!("{}\n\n{what}\n\n{by}", aligned(&known, lang)));
    }
    let entry = incident.entries.iter().find(|e| e.id == *event)?;
    let said = sentence::sentence(&entry.id, &entry.body, &entry.by, incident, lang);
    let zone = model.shown_zone();
    let head = sentence::plain(
        &said,
        |user| model.name(user),
        &Clocks {
            time: &|at| clock::day_hhmm(zone, at, model.now),
            day: &|at| clock::day(zone, at, model.now),
        },
    );
    let known = aligned(&known(model, incident, entry), lang);
    let mut full = match &entry.text {
        Some(text) => format!("{known}\n\n{head}\n\n{}", decoded(model, text)),
        None => format!("{known}\n\n{head}"),
    };
    if let Some(correction) = incident.lessons.corrections.get(&entry.id) {
        let by = model.name(&correction.by);
        let at = clock::day_hhmm(zone, correction.at, model.now);
        let head = fill(&p::CORRECTED_BY, lang, &[&by, &at]);
        let time = correction
            .time
            .map(|time| clock::day_hhmm(zone, time, model.now));
        let time = time.map(|time| format!("{time} ")).unwrap_or_default();
        full += &format!("\n\n{head}\n{time}{}", decoded(model, &correction.text));
    }
    Some(full)
}

/// `14:42:17 JST`, with the date where it is not today's.
fn moment(model: &Model, at: DateTime<Utc>) -> String {
    let zone = model.shown_zone();
    let day = clock::day_hhmm(zone, at, model.now);
    let day = day.strip_suffix(&clock::hhmm(zone, at)).unwrap_or_default();
    let (time, name) = (clock::hhmmss(zone, at), clock::zone_name(zone, at));
    format!("{day}{time} {name}")
}

/// When, who, what kind and from where. It was recorded when it stood in the channel, else when this
/// console took it.
fn known(model: &Model, incident: &Incident, entry: &Entry) -> Vec<(Text, String)> {
    const APART: i64 = 60;
    let lang = model.lang;
    let when = incident.when(entry);
    let mut known = vec![(
        e::WHEN,
        match when == entry.at {
            true => moment(model, when),
            false => {
                let was = clock::day_hhmm(model.shown_zone(), entry.at, model.now);
                fill(&e::WAS, lang, &[&moment(model, when), &was])
            }
        },
    )];
    let stood = entry.position.as_ref().map(|position| position.ts.micros());
    let recorded = stood.and_then(DateTime::from_timestamp_micros);
    let recorded = recorded.unwrap_or(entry.recorded_at);
    if (recorded - when).num_seconds().abs() >= APART {
        known.push((e::RECORDED, moment(model, recorded)));
    }
    known.push((e::WHO, model.name(&entry.by)));
    let kind = kind(model, &entry.body);
    if !kind.is_empty() {
        known.push((e::KIND, kind));
    }
    let said = source::told(&entry.body, entry.via.as_ref(), lang);
    known.push((e::SOURCE, said));
    let message = match &entry.body {
        Body::Pinned { ts, .. } | Body::Unpinned { ts } => Some(ts),
        _ => entry.via.as_ref().and_then(|via| via.ts.as_ref()),
    };
    let message = message.or(entry.position.as_ref().map(|position| &position.ts));
    let link = model
        .room_data()
        .zip(message)
        .and_then(|(room, ts)| room.permalink(ts));
    // Below what they belong to.
    known.extend(link.map(|link| (Text::fixed("", ""), link)));
    if let Body::Pinned { files, .. } = &entry.body {
        for file in files {
            known.push((e::FILE, file.name.clone()));
            let link = file.link.clone();
            known.extend(link.map(|link| (Text::fixed("", ""), link)));
        }
    }
    known
}

fn aligned(known: &[(Text, String)], lang: Lang) -> String {
    let widest = known.iter().map(|(label, _)| cells(label.get(lang))).max();
    let widest = widest.unwrap_or(0) + 2;
    let lines: Vec<String> = known
        .iter()
        .map(|(label, value)| format!("{}{value}", pad_right(label.get(lang), widest)))
        .collect();
    lines.join("\n")
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
        who: match saving.command {
            Command::Note(_) => model.name(&model.snapshot.me),
            _ => String::new(),
        },
        sign: None,
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

//! Who is here: with what, since when, heard when, and who needs help.

use super::panes::worst;
use super::{Said, Tone, register_mark};
use crate::app::clock;
use crate::app::model::{Model, RowId};
use crate::app::strings::{fill, pane as p};
use crate::domain::crew::{self, Answer, Called};
use crate::domain::decide::Command;
use crate::domain::event::Register;
use crate::domain::ids::UserId;
use crate::domain::incident::{Incident, Present};
use crate::domain::verb::{ROLES, ROLES_SHORT, part_name, role_name};
use crate::domain::words::Text;
use chrono::{DateTime, TimeDelta, Utc};

/// Somebody who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    pub id: RowId,
    pub name: String,
    pub roles: Vec<String>,
    pub task: Option<String>,
    /// How long they are here; of whoever has a role, how long they have it.
    pub since: String,
    /// How long ago they were last heard.
    pub heard: String,
    /// The same, once it is long.
    pub idle: Option<Said>,
    /// Long in a role: somebody might take over.
    pub relief: Option<Said>,
    /// More in hand than one can do.
    pub overloaded: Option<Said>,
    pub commander: bool,
    pub me: bool,
    /// Their check-in or role is not in the channel yet.
    pub mark: Option<Said>,
}

/// The commander, then roles in the order a growing incident needs them, then by arrival.
pub(crate) fn roster_order(model: &Model) -> Vec<&Present> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let mut here: Vec<&Present> = incident
        .roster
        .values()
        .filter(|present| present.left.is_none())
        .collect();
    let rank = |present: &Present| {
        let commands = incident
            .commander
            .as_ref()
            .is_some_and(|h| h.user == present.user);
        let role = ROLES.iter().position(|(role, _)| {
            incident
                .roles
                .get(*role)
                .is_some_and(|h| h.user == present.user)
        });
        (!commands, role.unwrap_or(ROLES.len()), present.since)
    };
    here.sort_by_key(|present| rank(present));
    here
}

pub fn rows(model: &Model) -> Vec<PersonRow> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let here = roster_order(model).into_iter();
    let here = here.map(|present| row(model, incident, present));
    let called = called(model);
    here.chain(called.iter().map(|call| called_row(model, call)))
        .collect()
}

fn row(model: &Model, incident: &Incident, present: &Present) -> PersonRow {
    let lang = model.lang;
    let user = &present.user;
    let command = incident.commander.as_ref().filter(|h| h.user == *user);
    let mut held: Vec<DateTime<Utc>> = command.iter().map(|held| held.since).collect();
    let mut roles = Vec::new();
    if command.is_some() {
        let text = crate::app::strings::header::COMMANDER;
        roles.push(text.get(lang).to_owned());
    }
    for (role, by) in incident.roles.iter().filter(|(_, by)| by.user == *user) {
        roles.push(role_name(ROLES_SHORT, role).get(lang).to_owned());
        held.push(by.since);
    }
    if let (true, Some(role)) = (roles.is_empty(), &present.role) {
        roles.push(part_name(ROLES_SHORT, role).get(lang).to_owned());
    }
    let timers = &model.snapshot.config.timers;
    // The oldest of several roles is what tires.
    let since = held.into_iter().min();
    let patience = i64::from(match command {
        Some(_) => timers.command_hours,
        None => timers.role_hours,
    });
    let tires = |since: &DateTime<Utc>| model.now - *since >= TimeDelta::hours(patience);
    let relief = since.filter(|since| patience > 0 && tires(since));
    let relief = relief.map(|since| {
        let span = clock::rough(model.now - since);
        Said::new(fill(&p::RELIEF, lang, &[span.get(lang)]), Tone::Soon)
    });
    let in_hand = crew::in_hand(incident, user);
    let overloaded = (in_hand >= crew::LOAD).then(|| {
        let text = fill(&p::OVERLOADED, lang, &[&in_hand.to_string()]);
        Said::new(text, Tone::Soon)
    });
    let heard = model.room_data().and_then(|room| room.heard.get(user));
    let last = present
        .acted
        .max(present.since)
        .max(*heard.unwrap_or(&present.since));
    let silent = model.now - last;
    let long = |text: &Text, span: TimeDelta| {
        let span = clock::rough(span);
        fill(text, lang, &[span.get(lang)])
    };
    let idle = match crew::answer(incident, last, timers, model.now) {
        Answer::Heard => None,
        Answer::Quiet(span) => Some(Said::new(long(&p::IDLE, span), Tone::Soon)),
        Answer::Waits => Some(Said::new(p::ROLL_WAITS.get(lang).to_owned(), Tone::Soon)),
        Answer::Missing(span) => Some(Said::new(long(&p::ROLL_MISSING, span), Tone::Overdue)),
    };
    let since = model.now - since.unwrap_or(present.since);
    PersonRow {
        id: RowId::Person(user.clone()),
        name: model.name(user),
        roles,
        task: present.task.clone(),
        since: clock::rough(since).get(lang).to_owned(),
        heard: clock::rough(silent).get(lang).to_owned(),
        idle,
        relief,
        overloaded,
        commander: command.is_some(),
        me: *user == model.snapshot.me,
        mark: person_mark(model, incident, user),
    }
}

/// Who was called into the room's incident and is not here.
pub(crate) fn called(model: &Model) -> Vec<Called<'_>> {
    let room = model.room_data();
    let both = model.incident().zip(room);
    both.map(|(incident, room)| crew::called(incident, &room.invited))
        .unwrap_or_default()
}

fn called_row(model: &Model, call: &Called<'_>) -> PersonRow {
    let lang = model.lang;
    let user = call.user;
    let heard = model.room_data().and_then(|room| room.heard.get(user));
    let answered = heard.filter(|at| **at > call.first);
    let since = model.now - *answered.unwrap_or(&call.last);
    let since = clock::rough(since).get(lang).to_owned();
    let said = match answered {
        Some(_) => fill(&p::ANSWERED, lang, &[&since]),
        None if call.count > 1 => fill(&p::CALLED_AGAIN, lang, &[&call.count.to_string(), &since]),
        None => fill(&p::CALLED, lang, &[&since]),
    };
    PersonRow {
        id: RowId::Person(user.clone()),
        name: model.name(user),
        roles: Vec::new(),
        task: call.why.map(str::to_owned),
        since: since.clone(),
        heard: since,
        idle: Some(Said::new(said, Tone::Pending)),
        relief: None,
        overloaded: None,
        commander: false,
        me: *user == model.snapshot.me,
        mark: None,
    }
}

/// More people under one lead than one can lead.
pub fn span(model: &Model) -> Option<Said> {
    let incident = model.incident()?;
    let most = model.snapshot.config.timers.span_of_control as usize;
    let led = crew::led(incident).into_iter();
    let (lead, led) = led.max_by_key(|(_, count)| *count)?;
    (most > 0 && led > most).then(|| {
        let parts = [led.to_string(), model.name(&lead)];
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Said::new(fill(&p::SPAN, model.lang, &parts), Tone::Soon)
    })
}

fn person_mark(model: &Model, incident: &Incident, user: &UserId) -> Option<Said> {
    let own = |command: &Command| match command {
        Command::CheckIn { user: who, .. } | Command::CheckOut(who) => who == user,
        Command::Role { user: who, .. } | Command::Commander { user: who, .. } => {
            who.as_ref() == Some(user)
        }
        _ => false,
    };
    let roles = incident.roles.iter().filter(|(_, held)| held.user == *user);
    let commands = incident.commander.as_ref().is_some_and(|h| h.user == *user);
    let registers = roles
        .map(|(role, _)| Register::role(role))
        .chain(commands.then(|| Register::named("commander")));
    let held = registers.map(|register| register_mark(model, &register, |_| false));
    let here = register_mark(model, &Register::roster(user), own);
    worst(held.chain([here]))
}

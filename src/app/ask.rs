//! What the console asks its commander: offers, never orders. Each is about one thing by id, keeps
//! its slot until answered or put off, and is answered by 1, 2 or 3.

use super::clock;
use super::model::Model;
use super::strings::{ask as s, fill};
use super::view::header::{Due, dues};
use super::view::{Said, Tone};
use crate::domain::event::Milestone;
use crate::domain::ids::IncidentId;
use crate::domain::sync::image::JobState;
use chrono::{DateTime, TimeDelta, Utc};

/// What a prompt is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AskId {
    /// Something that should have reached the workspace did not.
    Failed,
    Commander,
    Level,
    Situation,
    Detected,
    /// Another open incident looks like this one.
    Merge(IncidentId),
    /// The time of an item is over: its id.
    TimeBox(String),
}

/// What a model would like to ask now, most wanted first.
pub fn wanted(model: &Model) -> Vec<AskId> {
    // Until the room is there, what is most wanted may not be known.
    let Some(incident) = model.room_data().map(|room| &room.summary.incident) else {
        return Vec::new();
    };
    let Some(declared) = incident.declared else {
        return Vec::new();
    };
    let mut asks = Vec::new();
    if failed(model) > 0 {
        asks.push(AskId::Failed);
    }
    if incident.phase.is_over() {
        return asks;
    }
    let timers = &model.snapshot.config.timers;
    let age = model.now - declared;
    let past = |minutes: u32| age >= TimeDelta::minutes(i64::from(minutes));
    if incident.phase.is_burning() {
        if incident.commander.is_none() && past(timers.ask_commander_minutes) {
            asks.push(AskId::Commander);
        }
        if incident.level.is_none() && past(timers.ask_level_minutes) {
            asks.push(AskId::Level);
        }
    }
    let offer = model.snapshot.offers.iter().find(|o| o.ours == incident.id);
    asks.extend(offer.map(|offer| AskId::Merge(offer.other.clone())));
    let mut boxes: Vec<(AskId, DateTime<Utc>)> = dues(incident, model.now)
        .into_iter()
        .filter(|(_, due)| *due <= model.now)
        .filter_map(|(what, due)| match what {
            Due::Item { id, .. } => Some((AskId::TimeBox(id), due)),
            Due::Timekeeper => None,
        })
        .collect();
    boxes.sort_by_key(|(_, due)| *due);
    asks.extend(boxes.into_iter().map(|(ask, _)| ask));
    if incident.phase.is_burning() && incident.situation.is_none() {
        asks.push(AskId::Situation);
    }
    // Asked with the timekeeper's calls, from the first on.
    let first_call = incident.timekeeper.as_ref().map_or(0, |k| k.minutes);
    let first_call = if first_call == 0 { 15 } else { first_call };
    if !incident.milestones.contains_key(&Milestone::Detected) && past(first_call) {
        asks.push(AskId::Detected);
    }
    asks
}

fn failed(model: &Model) -> usize {
    let here = model.room_id();
    let lines = model.snapshot.outbox.iter();
    lines
        .filter(|line| Some(&line.incident) == here)
        .filter(|line| matches!(line.state, JobState::Failed { .. }))
        .count()
}

/// Keeps what is still wanted where it is, and fills what became free. Says which are new.
pub fn fill_slots(model: &mut Model) -> Vec<AskId> {
    let wanted: Vec<AskId> = wanted(model)
        .into_iter()
        .filter(|ask| {
            let until = model.room.snoozed.get(ask);
            until.is_none_or(|until| *until <= model.now)
        })
        .collect();
    let slots = &mut model.room.asks;
    for slot in slots.iter_mut() {
        if slot.as_ref().is_some_and(|ask| !wanted.contains(ask)) {
            *slot = None;
        }
    }
    let mut new = Vec::new();
    for ask in wanted {
        if slots.iter().flatten().any(|held| *held == ask) {
            continue;
        }
        if let Some(slot) = slots.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(ask.clone());
            new.push(ask);
        }
    }
    new
}

/// What a prompt says; `None` once it is about nothing any more.
pub fn said(model: &Model, ask: &AskId) -> Option<Said> {
    let incident = model.incident()?;
    let lang = model.lang;
    let since = clock::rough(model.now - incident.declared?);
    let since = since.get(lang);
    Some(match ask {
        AskId::Failed => {
            let count = failed(model).to_string();
            Said::new(fill(&s::FAILED, lang, &[&count]), Tone::Failed)
        }
        AskId::Merge(other) => {
            let there = model.summary(other)?;
            let channel = super::view::channel_name(there, lang);
            let parts = [channel.as_str(), &there.incident.title];
            Said::new(fill(&s::MERGE, lang, &parts), Tone::Soon)
        }
        AskId::Commander => Said::new(fill(&s::COMMANDER, lang, &[since]), Tone::Soon),
        AskId::Level => Said::new(fill(&s::LEVEL, lang, &[since]), Tone::Soon),
        AskId::Situation => Said::new(s::SITUATION.get(lang), Tone::Plain),
        AskId::Detected => Said::new(s::DETECTED.get(lang), Tone::Plain),
        AskId::TimeBox(id) => {
            let (text, who, due) =
                dues(incident, model.now)
                    .into_iter()
                    .find_map(|(what, due)| match what {
                        Due::Item {
                            id: item,
                            text,
                            who,
                        } if item == *id => Some((text, who, due)),
                        _ => None,
                    })?;
            let over = clock::rough(model.now - due);
            let parts = [text.as_str(), over.get(lang), &model.name(&who)];
            Said::new(fill(&s::TIME_BOX, lang, &parts), Tone::Overdue)
        }
    })
}

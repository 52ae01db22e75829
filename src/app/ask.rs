//! The deputy at this console: its clocks and its questions, as the model has what they need.

use super::clock;
use super::effect::Effect;
use super::model::{Model, Overlay, Seen};
use super::view::{Said, Tone, channel_name};
use crate::domain::ids::IncidentId;
use crate::domain::incident::Incident;
use crate::domain::prompt::{self, Prompt, Weight};
use crate::domain::sync::image::JobState;
use crate::domain::timer::{self, Timer};
use crate::domain::watch::{Heard, Local, Mark, Other, Rules};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub use crate::domain::prompt::Subject as AskId;

/// What would be asked now, most wanted first.
pub fn wanted(model: &Model) -> Vec<Prompt> {
    // Until the room is there, what is most wanted may not be known.
    let Some(incident) = model.room_data().map(|room| &room.summary.incident) else {
        return Vec::new();
    };
    with(model, incident, |rules, heard, local| {
        prompt::prompts(incident, rules, heard, local, model.now)
    })
}

/// The clocks of the incident that is on screen or selected, the most urgent first.
pub fn timers(model: &Model) -> Vec<Timer> {
    model
        .incident()
        .map(|incident| timers_of(model, incident))
        .unwrap_or_default()
}

/// The same of any incident.
pub fn timers_of(model: &Model, incident: &Incident) -> Vec<Timer> {
    with(model, incident, |rules, heard, local| {
        timer::timers(incident, rules, heard, local, model.now)
    })
}

fn with<T>(
    model: &Model,
    incident: &Incident,
    then: impl FnOnce(&Rules<'_>, &Heard<'_>, &Local) -> T,
) -> T {
    let zone = model.snapshot.config.time_zone;
    let rules = Rules {
        config: &model.snapshot.config,
        offset: &|at| clock::offset(zone, at).local_minus_utc(),
    };
    let others: Vec<Other> = model
        .snapshot
        .offers
        .iter()
        .filter(|offer| offer.ours == incident.id)
        .filter_map(|offer| {
            let there = model.summary(&offer.other)?;
            Some(Other {
                id: offer.other.clone(),
                channel: channel_name(there, model.lang),
                title: there.incident.title.clone(),
            })
        })
        .collect();
    let empty = BTreeMap::new();
    let room = model.room_data();
    let room = room.filter(|room| room.summary.incident.id == incident.id);
    let heard = Heard {
        me: &model.snapshot.me,
        last: room.map_or(&empty, |room| &room.heard),
        invited: room.map_or(&empty, |room| &room.invited),
        name: &|user| model.name(user),
        failed: failed(model, &incident.id),
        others: &others,
        archived: model.summary(&incident.id).is_some_and(|s| s.archived),
        private: model.summary(&incident.id).is_some_and(|s| s.private),
        drill: model.summary(&incident.id).is_some_and(|s| s.drill),
    };
    then(&rules, &heard, &local(model, &incident.id))
}

fn failed(model: &Model, incident: &IncidentId) -> usize {
    let lines = model.snapshot.outbox.iter();
    lines
        .filter(|line| line.incident == *incident)
        .filter(|line| matches!(line.state, JobState::Failed { .. }))
        .count()
}

/// Keeps what is still wanted where it is, and fills what became free. Says what is shown for the
/// first time.
pub fn fill_slots(model: &mut Model) -> Vec<Prompt> {
    let wanted = wanted(model);
    let answering = answering(model).cloned();
    model.room.asks = prompt::slots(&model.room.asks, &wanted, answering.as_ref());
    let Some(id) = model.room_id() else {
        return Vec::new();
    };
    let local = local(model, id);
    let stands = |about: &AskId| model.room.asks.iter().flatten().any(|a| a == about);
    wanted
        .into_iter()
        .filter(|prompt| stands(&prompt.about) && local.mark(&prompt.key).shown.is_none())
        .collect()
}

/// What is being answered in a form.
fn answering(model: &Model) -> Option<&AskId> {
    let (serial, about) = model.memory.answers.as_ref()?;
    let mut overlays = model.overlays.iter();
    overlays
        .any(|overlay| matches!(overlay, Overlay::Form(form) if form.serial == *serial))
        .then_some(about)
}

/// The prompt about this, while it is wanted.
pub fn prompt(model: &Model, about: &AskId) -> Option<Prompt> {
    wanted(model)
        .into_iter()
        .find(|prompt| prompt.about == *about)
}

pub fn said(model: &Model, prompt: &Prompt) -> Said {
    let tone = match prompt.weight {
        Weight::Alarm if prompt.about == AskId::Failed => Tone::Failed,
        Weight::Alarm => Tone::Overdue,
        Weight::Standing | Weight::Warning => Tone::Soon,
        Weight::Offer => Tone::Plain,
    };
    Said::new(prompt.text.get(model.lang), tone)
}

/// What this console keeps about an incident: as the core has it, and what it was just told.
fn local<'a>(model: &'a Model, incident: &IncidentId) -> Cow<'a, Local> {
    let kept = model.snapshot.local.get(incident);
    let mut local = kept.map_or_else(Cow::default, Cow::Borrowed);
    for (id, key, mark) in &model.memory.marks {
        if id == incident {
            local.to_mut().marks.insert(key.clone(), *mark);
        }
    }
    local
}

/// What this console keeps under one key.
pub(super) fn kept(model: &Model, incident: &IncidentId, key: &str) -> Mark {
    local(model, incident).mark(key)
}

/// Changes what this console keeps about prompts or timers of the incident on screen.
pub(super) fn mark(model: &mut Model, keys: &[String], change: impl Fn(&mut Mark)) -> Vec<Effect> {
    let Some(id) = model.room_id().cloned().filter(|_| !keys.is_empty()) else {
        return Vec::new();
    };
    let local = local(model, &id);
    let marks: Vec<(String, Mark)> = keys
        .iter()
        .map(|key| {
            let mut mark = local.mark(key);
            change(&mut mark);
            (key.clone(), mark)
        })
        .filter(|(key, mark)| local.mark(key) != *mark)
        .collect();
    if marks.is_empty() {
        return Vec::new();
    }
    for (key, mark) in &marks {
        let known = &mut model.memory.marks;
        known.retain(|(incident, k, _)| *incident != id || k != key);
        known.push((id.clone(), key.clone(), *mark));
    }
    vec![Effect::Mark(id, marks)]
}

/// After a snapshot: what it knows need not be remembered.
pub(super) fn arrived(model: &mut Model) {
    let kept = &model.snapshot.local;
    model.memory.marks.retain(|(incident, key, mark)| {
        let kept = kept.get(incident).map(|local| local.mark(key));
        kept != Some(*mark)
    });
}

/// What a key may be about now, once it is painted.
pub(super) fn seen(model: &Model) -> Seen {
    Seen {
        asks: model.room.asks.clone(),
        timer: loudest(model).map(|timer| timer.key),
    }
}

/// The timer that calls loudest.
pub fn loudest(model: &Model) -> Option<Timer> {
    timers(model).into_iter().find(Timer::is_loud)
}

//! The record of one incident as the room learnt it: its state at any moment.
//!
//! Events stand in the order in which they are folded. Each has the time at which the room knew it,
//! which is the time of its message in the channel, or of its entry here where it has none yet;
//! never earlier than the one before it, so that a moment is a number of events. Whatever an event
//! says about an earlier time is known from then on and not before.

use super::event::Recorded;
use super::ids::IncidentId;
use super::incident::Incident;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// So many events lie between two states that are kept: going back folds no more than this.
const EVERY: usize = 1024;

/// What changed hands or weight: what a response is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turned {
    Level,
    Phase,
    Commander,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub at: DateTime<Utc>,
    pub what: Turned,
}

/// The state after so many events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub count: usize,
    pub incident: Arc<Incident>,
}

#[derive(Clone, Debug)]
pub struct Tape {
    events: Vec<(DateTime<Utc>, Recorded)>,
    turns: Vec<Turn>,
    /// After 0, [`EVERY`], twice as many, and so on.
    kept: Vec<Arc<Incident>>,
    /// How many events there are up to the declaration.
    declared: usize,
}

impl Tape {
    /// `events` in the order of the fold.
    pub fn new(id: IncidentId, events: Vec<Recorded>) -> Tape {
        let mut incident = Incident::new(id);
        let mut tape = Tape {
            events: Vec::with_capacity(events.len()),
            turns: Vec::new(),
            kept: vec![Arc::new(incident.clone())],
            declared: 0,
        };
        let mut known = DateTime::<Utc>::MIN_UTC;
        for event in events {
            known = known.max(told(&event));
            let before = marks(&incident);
            let was_declared = incident.declared.is_some();
            incident.apply(&event);
            tape.events.push((known, event));
            let count = tape.events.len();
            if !was_declared && incident.declared.is_some() {
                tape.declared = count;
            }
            let turned = turned(&before, &marks(&incident));
            tape.turns
                .extend(turned.map(|what| Turn { at: known, what }));
            if count.is_multiple_of(EVERY) {
                tape.kept.push(Arc::new(incident.clone()));
            }
        }
        tape
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// When the room learnt of the incident: there is nothing to see before; `None` where nobody
    /// has declared it.
    pub fn begins(&self) -> Option<DateTime<Utc>> {
        self.told(self.declared.checked_sub(1)?)
    }

    /// When the last event was known.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.told(self.events.len().checked_sub(1)?)
    }

    /// When the room knew the event at this place, from 0.
    pub fn told(&self, at: usize) -> Option<DateTime<Utc>> {
        self.events.get(at).map(|(at, _)| *at)
    }

    /// How many events were known then.
    pub fn known(&self, at: DateTime<Utc>) -> usize {
        self.events.partition_point(|(told, _)| *told <= at)
    }

    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The state after the first `count` events; `from`, where there is one, shortens the way.
    pub fn wind(&self, from: Option<&State>, count: usize) -> State {
        let count = count.min(self.events.len());
        let kept = (count / EVERY).min(self.kept.len() - 1);
        let (mut at, mut incident) = (kept * EVERY, &self.kept[kept]);
        if let Some(from) = from.filter(|from| (at..=count).contains(&from.count)) {
            (at, incident) = (from.count, &from.incident);
        }
        let mut incident = Arc::clone(incident);
        if at < count {
            let folded = Arc::make_mut(&mut incident);
            for (_, event) in &self.events[at..count] {
                folded.apply(event);
            }
            at = count;
        }
        State {
            count: at,
            incident,
        }
    }
}

fn told(event: &Recorded) -> DateTime<Utc> {
    let place = event.position.as_ref();
    let told = place.and_then(|place| DateTime::from_timestamp_micros(place.ts.micros()));
    told.unwrap_or(event.recorded_at)
}

type Marks = (
    Option<String>,
    super::event::Phase,
    Option<super::ids::UserId>,
);

fn marks(incident: &Incident) -> Marks {
    (
        incident.level.as_ref().map(|level| level.id.clone()),
        incident.phase,
        incident.commander.as_ref().map(|held| held.user.clone()),
    )
}

fn turned(before: &Marks, after: &Marks) -> impl Iterator<Item = Turned> + use<> {
    [
        (before.0 != after.0, Turned::Level),
        (before.1 != after.1, Turned::Phase),
        (before.2 != after.2, Turned::Commander),
    ]
    .into_iter()
    .filter_map(|(is_so, what)| is_so.then_some(what))
}

//! Lists as sequences of ids: how many rows, which stands where. Made once a snapshot for what can
//! be long, so that a key and a frame touch only the rows on screen.

use crate::app::model::{Model, Pane, RowId, Screen, Where};
use crate::app::snapshot::{GivenUp, Room, Talk};
use crate::domain::ids::EventId;
use crate::domain::incident::Incident;
use crate::domain::record::{Hole, holes, is_told};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// A reply whose parent is this many rows up is shown once more where it arrived.
pub const ECHO_AFTER: usize = 5;

/// Rows of timeline and channel, by where their matter stands in the snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    pub timeline: Vec<Line>,
    pub channel: Vec<Slot>,
}

/// A row of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A position in the incident's entries.
    Entry(usize),
    /// One in [`Snapshot::given_up`](crate::app::snapshot::Snapshot::given_up): an act that no other
    /// console will ever show.
    GivenUp(usize),
    /// Nothing is told from here to there.
    Hole(Hole),
}

/// A row of the channel pane; numbers are positions in [`Room::talk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    Message(usize),
    /// Under its parent.
    Reply(usize),
    /// The same reply where it arrived.
    Echo(usize),
    /// Programs' messages in a row.
    Fold(Vec<usize>),
}

impl Slot {
    /// The message that stands for the row; of a fold the newest.
    pub fn talk(&self) -> usize {
        match self {
            Slot::Message(n) | Slot::Reply(n) | Slot::Echo(n) => *n,
            Slot::Fold(all) => all.last().copied().unwrap_or(0),
        }
    }
}

impl Index {
    /// In the story, stretches of more than `limit` minutes of which nothing is told are rows; 0: none.
    pub fn of(room: &Room, given_up: &[GivenUp], all: bool, limit: u32) -> Index {
        let incident = &room.summary.incident;
        let limit = if all { 0 } else { limit };
        Index {
            timeline: timeline(incident, given_up, all, limit),
            channel: channel(&room.talk),
        }
    }
}

/// In the order of the times that entries are about.
fn timeline(incident: &Incident, given_up: &[GivenUp], all: bool, limit: u32) -> Vec<Line> {
    let entries = &incident.entries;
    let told = (0..entries.len()).filter(|n| all || is_told(incident, &entries[*n]));
    let told = told.map(Line::Entry);
    let gone = given_up.iter().enumerate();
    let gone = gone.filter(|(_, gone)| gone.incident == incident.id && gone.event.is_some());
    let mut rows: Vec<Line> = told.chain(gone.map(|(n, _)| Line::GivenUp(n))).collect();
    // What follows the last line is not over.
    let last = entries.iter().map(|entry| incident.when(entry)).max();
    let limit = TimeDelta::minutes(i64::from(limit));
    let holes = last.map(|last| holes(incident, limit, last));
    rows.extend(holes.into_iter().flatten().map(Line::Hole));
    rows.sort_by_key(|line| match line {
        Line::Entry(n) => incident.when(&entries[*n]),
        Line::GivenUp(n) => given_up[*n].taken,
        // Behind the line that it follows.
        Line::Hole(hole) => hole.from + TimeDelta::milliseconds(1),
    });
    rows
}

fn folds(talk: &Talk) -> bool {
    talk.bot && talk.replies == 0 && talk.reactions.is_empty() && !talk.pinned && !talk.pending
}

fn channel(talk: &[Talk]) -> Vec<Slot> {
    let tops: BTreeSet<_> = talk
        .iter()
        .filter(|t| t.thread.is_none())
        .map(|t| &t.ts)
        .collect();
    let mut replies: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (n, talk) in talk.iter().enumerate() {
        if let Some(thread) = talk.thread.as_ref().filter(|thread| tops.contains(thread)) {
            replies.entry(thread).or_default().push(n);
        }
    }
    let mut slots: Vec<Slot> = Vec::new();
    // Where each parent stands, counted in rows of the top level.
    let mut parents: BTreeMap<_, usize> = BTreeMap::new();
    let mut rows = 0;
    for (n, message) in talk.iter().enumerate() {
        let thread = message.thread.as_ref().filter(|t| tops.contains(t));
        if let Some(thread) = thread {
            let above = parents.get(thread).map_or(usize::MAX, |at| rows - at);
            if above > ECHO_AFTER {
                slots.push(Slot::Echo(n));
                rows += 1;
            }
            continue;
        }
        match slots.last_mut() {
            Some(Slot::Fold(all)) if folds(message) => {
                all.push(n);
                continue;
            }
            Some(Slot::Message(before)) if folds(message) && folds(&talk[*before]) => {
                let before = *before;
                slots.pop();
                slots.push(Slot::Fold(vec![before, n]));
                continue;
            }
            _ => {}
        }
        parents.insert(&message.ts, rows);
        rows += 1;
        slots.push(Slot::Message(n));
        for reply in replies.get(&message.ts).into_iter().flatten() {
            slots.push(Slot::Reply(*reply));
        }
    }
    slots
}

/// A message is named by the act that made it as long as that is ours: its ts changes once, when
/// Slack has stored it.
pub fn talk_id(talk: &Talk) -> RowId {
    match &talk.event {
        Some(event) => RowId::Event(event.clone()),
        None => RowId::Talk(talk.ts.clone()),
    }
}

fn slot_id(room: &Room, slot: &Slot) -> Option<RowId> {
    Some(match slot {
        Slot::Message(n) | Slot::Reply(n) => talk_id(room.talk.get(*n)?),
        Slot::Echo(n) => RowId::Echo(room.talk.get(*n)?.ts.clone()),
        Slot::Fold(all) => RowId::Fold(room.talk.get(*all.first()?)?.ts.clone()),
    })
}

/// The short lists, whole.
fn short(model: &Model, list: Where) -> Vec<RowId> {
    match list {
        Where::Pane(Pane::Roster) => super::roster::roster_order(model)
            .into_iter()
            .map(|present| &present.user)
            .chain(
                super::roster::called(model)
                    .into_iter()
                    .map(|call| call.user),
            )
            .map(|user| RowId::Person(user.clone()))
            .collect(),
        Where::Pane(Pane::Checklist) => model
            .incident()
            .map(|i| i.checklist())
            .unwrap_or_default()
            .into_iter()
            .map(|check| RowId::Item(check.item.id))
            .collect(),
        Where::Pane(Pane::Timers) => crate::app::ask::timers(model)
            .into_iter()
            .map(|timer| RowId::Timer(timer.key))
            .collect(),
        Where::Pane(Pane::Matters) => super::matters::ids(model),
        Where::Overlay => super::overlays::ids(model),
        // These have ways of their own.
        Where::Home | Where::Pane(Pane::Timeline | Pane::Channel | Pane::Situation) => Vec::new(),
    }
}

/// Rows of a list that can be selected; what is being saved comes after them and cannot.
pub fn count(model: &Model, list: Where) -> usize {
    match list {
        Where::Home => model.snapshot.incidents.len(),
        Where::Pane(Pane::Timeline) => model.index.timeline.len(),
        Where::Pane(Pane::Channel) => model.index.channel.len(),
        list => short(model, list).len(),
    }
}

pub fn id_at(model: &Model, list: Where, row: usize) -> Option<RowId> {
    match list {
        Where::Pane(Pane::Timeline) => line_id(model, *model.index.timeline.get(row)?),
        Where::Pane(Pane::Channel) => slot_id(model.room_data()?, model.index.channel.get(row)?),
        Where::Home => {
            let order = super::home::order(model);
            Some(RowId::Incident(order.get(row)?.incident.id.clone()))
        }
        list => short(model, list).into_iter().nth(row),
    }
}

/// Where an id stands now. A message that was folded meanwhile stands where its fold is.
pub fn position(model: &Model, list: Where, id: &RowId) -> Option<usize> {
    match list {
        Where::Pane(Pane::Timeline) => {
            let at = |line: &Line| match (line, id) {
                (Line::Hole(hole), RowId::Hole(from)) => hole.from == *from,
                (line, RowId::Event(event)) => event_of(model, *line) == Some(event),
                _ => false,
            };
            model.index.timeline.iter().position(at)
        }
        Where::Pane(Pane::Channel) => {
            let room = model.room_data()?;
            let slots = &model.index.channel;
            let exact = |slot: &Slot| slot_id(room, slot).as_ref() == Some(id);
            slots.iter().position(exact).or_else(|| {
                let within = |slot: &Slot| match (slot, id) {
                    (Slot::Fold(all), RowId::Talk(ts) | RowId::Fold(ts)) => all
                        .iter()
                        .any(|n| room.talk.get(*n).is_some_and(|t| t.ts == *ts)),
                    (slot, RowId::Fold(ts) | RowId::Echo(ts)) => {
                        room.talk.get(slot.talk()).is_some_and(|t| t.ts == *ts)
                    }
                    _ => false,
                };
                slots.iter().position(within)
            })
        }
        Where::Home => {
            let RowId::Incident(id) = id else {
                return None;
            };
            let mut order = super::home::order(model).into_iter();
            order.position(|there| there.incident.id == *id)
        }
        list => short(model, list).iter().position(|row| row == id),
    }
}

fn event_of(model: &Model, line: Line) -> Option<&EventId> {
    match line {
        Line::Entry(n) => Some(&model.incident()?.entries.get(n)?.id),
        Line::GivenUp(n) => model.snapshot.given_up.get(n)?.event.as_ref(),
        Line::Hole(_) => None,
    }
}

fn line_id(model: &Model, line: Line) -> Option<RowId> {
    match line {
        Line::Hole(hole) => Some(RowId::Hole(hole.from)),
        line => Some(RowId::Event(event_of(model, line)?.clone())),
    }
}

/// Where the list under the keys is.
pub fn focused(model: &Model) -> Where {
    match (model.overlays.last(), &model.screen) {
        (Some(_), _) => Where::Overlay,
        (None, Screen::Home) => Where::Home,
        (None, Screen::Room(_)) => Where::Pane(model.room.pane()),
    }
}

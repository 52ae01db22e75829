//! What the script sees of the response: the drill's incidents as everybody sees them, and what is
//! written in their channels.

use super::scenario::{Secs, Words};
use crate::domain::event::Body;
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::work::{Deed, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The drill's clock over the wall's: when it began, and when it stood or was moved on since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub start: DateTime<Utc>,
    /// From when to when it stood; none of them overlap.
    #[serde(default)]
    pub rests: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// When it was moved on, and by how many seconds.
    #[serde(default)]
    pub leaps: Vec<(DateTime<Utc>, u32)>,
    /// From when on it runs how many times as fast as the wall's; in order.
    #[serde(default)]
    pub speeds: Vec<(DateTime<Utc>, u32)>,
}

impl Clock {
    pub const fn from(start: DateTime<Utc>) -> Clock {
        Clock {
            start,
            rests: Vec::new(),
            leaps: Vec::new(),
            speeds: Vec::new(),
        }
    }

    /// How many times as fast as the wall's it runs now.
    pub fn speed(&self) -> u32 {
        self.speeds.last().map_or(1, |(_, speed)| *speed)
    }

    /// Seconds of the drill at an instant; 0 before it began.
    pub fn at(&self, wall: DateTime<Utc>) -> Secs {
        // Each stretch of one speed by itself, without what of it was rest.
        let changes = self.speeds.iter().copied();
        let begins = std::iter::once((self.start, 1)).chain(changes);
        let ends = self.speeds.iter().map(|(from, _)| *from).chain([wall]);
        let run: TimeDelta = begins
            .zip(ends)
            .map(|((from, speed), to)| {
                let to = to.min(wall);
                let rested: TimeDelta = self
                    .rests
                    .iter()
                    .map(|(since, until)| (*until).min(to) - (*since).max(from))
                    .filter(|rested| *rested > TimeDelta::zero())
                    .sum();
                let passed = (to - from - rested).max(TimeDelta::zero());
                passed * i32::try_from(speed).unwrap_or(i32::MAX)
            })
            .sum();
        let leaps = self.leaps.iter().filter(|(at, _)| *at <= wall);
        let leapt: TimeDelta = leaps
            .map(|(_, by)| TimeDelta::seconds(i64::from(*by)))
            .sum();
        let passed = run + leapt;
        Secs(u32::try_from(passed.num_seconds().max(0)).unwrap_or(u32::MAX))
    }
}

/// Somebody wrote this in a channel, with Slack alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The message's ts.
    pub id: String,
    pub at: DateTime<Utc>,
    pub by: UserId,
    /// As people read it; mentions are `@` and a handle or name.
    pub text: String,
    /// Who is mentioned.
    pub to: Vec<UserId>,
    /// The message that it replies to.
    pub parent: Option<String>,
}

/// One incident of the drill.
#[derive(Clone, Debug)]
pub struct Room {
    pub incident: Arc<Incident>,
    pub private: bool,
    pub said: Arc<Vec<Said>>,
}

#[derive(Clone, Debug)]
pub struct Scene {
    /// In order of declaration.
    pub rooms: Vec<Room>,
    /// Who plays: whose acts count.
    pub players: BTreeSet<UserId>,
    /// The scripted people, by their names in the scenario.
    pub cast: BTreeMap<String, UserId>,
    /// The scripted people are no users of the workspace: they are called by name, hold no role,
    /// and stand on no roster. `cast` is empty then.
    pub by_name: bool,
    pub clock: Clock,
}

impl Scene {
    pub fn room(&self, id: &IncidentId) -> Option<&Room> {
        self.rooms.iter().find(|room| room.incident.id == *id)
    }

    /// Where the response goes on: the newest that is not over, else the newest.
    pub fn current(&self) -> Option<&Room> {
        let open = |room: &&Room| {
            let incident = &room.incident;
            !incident.phase.is_over() && incident.work.restricted.is_none()
        };
        self.rooms.iter().rev().find(open).or(self.rooms.last())
    }

    /// Everything in the records that counted, room by room.
    pub fn entries(&self) -> impl Iterator<Item = (&Room, &Arc<Entry>)> {
        let of = |room| {
            let room: &Room = room;
            room.incident.entries.iter().map(move |entry| (room, entry))
        };
        let counted = |(_, entry): &(&Room, &Arc<Entry>)| entry.verdict == Verdict::Accepted;
        self.rooms.iter().flat_map(of).filter(counted)
    }

    pub(super) fn handed_over(&self) -> bool {
        let passes = |entry: &Entry| matches!(entry.body, Body::Work(Deed::Accepted { .. }));
        self.entries().any(|(_, entry)| passes(entry))
    }

    /// Decisions whose line was taken, of those that somebody of the script proposed in these words.
    pub(super) fn is_decided(&self, proposal: Option<&Words>) -> bool {
        let mut all = self
            .rooms
            .iter()
            .flat_map(|room| &room.incident.work.matters);
        all.any(|m| {
            m.sort == Sort::Decision
                && matches!(m.state, State::Decided | State::Resulted)
                && proposal.is_none_or(|words| is_proposal(words, &m.line))
        })
    }

    pub(super) fn has_evidence(&self) -> bool {
        let kept = |entry: &Entry| matches!(entry.body, Body::Pinned { evidence: true, .. });
        self.entries().any(|(_, entry)| kept(entry))
    }

    /// The name in the scenario of a scripted person.
    pub fn part(&self, user: &UserId) -> Option<&str> {
        let mut cast = self.cast.iter();
        cast.find(|(_, id)| *id == user)
            .map(|(part, _)| part.as_str())
    }
}

/// Whether a decision's line is that proposal: in either language, and behind the name of whoever
/// made it where they have no user of their own.
pub(super) fn is_proposal(words: &Words, line: &str) -> bool {
    [&words.en, &words.ja]
        .into_iter()
        .any(|text| line.trim_end().ends_with(text.trim_end()))
}

/// One thing that a player wrote or did, as scripted people hear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Unique in the drill: a message's ts or an event's id.
    pub id: String,
    pub room: IncidentId,
    pub at: Secs,
    pub by: UserId,
    /// Folded, for keywords.
    pub text: String,
    pub to: Vec<UserId>,
    /// The message that it replies to.
    pub parent: Option<String>,
    /// The message that it is, where people can reply to it.
    pub ts: Option<String>,
    pub what: Manner,
}

/// What kind of thing was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Written to the channel.
    Says,
    /// A task for somebody.
    Task(EventId),
    /// A decision that may be objected to.
    Decision(EventId),
    Calls(UserId),
    Offers(UserId),
    RollCall,
    Claims,
    /// Anything else: it can be read, and nobody answers.
    Notes,
}

/// What of the scene players wrote or did, in order of time.
pub fn heard(scene: &Scene) -> Vec<Heard> {
    let mut all = Vec::new();
    for (room, entry) in scene.entries() {
        if let Some(heard) = of_entry(scene, room, entry) {
            all.push(heard);
        }
    }
    for room in &scene.rooms {
        let said = room
            .said
            .iter()
            .filter(|said| scene.players.contains(&said.by));
        all.extend(said.map(|said| Heard {
            id: said.id.clone(),
            room: room.incident.id.clone(),
            at: scene.clock.at(said.at),
            by: said.by.clone(),
            text: super::hearing::fold(&said.text),
            to: said.to.clone(),
            parent: said.parent.clone(),
            ts: Some(said.id.clone()),
            what: Manner::Says,
        }));
    }
    all.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.id.cmp(&b.id)));
    all
}

fn of_entry(scene: &Scene, room: &Room, entry: &Entry) -> Option<Heard> {
    let text = entry.text.as_deref().unwrap_or_default();
    let decoded = || crate::wire::mrkdwn::plain(text, &crate::wire::mrkdwn::NoNames);
    let (what, text, to, parent) = match &entry.body {
        Body::Message { thread } => (
            Manner::Says,
            decoded(),
            mentioned(text),
            thread.as_ref().map(|ts| ts.as_str().to_owned()),
        ),
        Body::Note {} | Body::Situation {} => (Manner::Notes, decoded(), Vec::new(), None),
        Body::Role {
            user: Some(user),
            role,
        } => (Manner::Notes, role.clone(), vec![user.clone()], None),
        Body::Work(deed) => {
            let (what, line, to) = of_deed(&entry.id, deed)?;
            let text = if deed.has_text() { decoded() } else { line };
            (what, text, to, None)
        }
        body => {
            body.verb()?;
            (Manner::Notes, String::new(), Vec::new(), None)
        }
    };
    scene.players.contains(&entry.by).then(|| Heard {
        id: entry.id.to_string(),
        room: room.incident.id.clone(),
        at: scene.clock.at(entry.recorded_at.min(entry.at)),
        by: entry.by.clone(),
        text: super::hearing::fold(&text),
        to,
        parent,
        ts: entry.position.as_ref().map(|p| p.ts.as_str().to_owned()),
        what,
    })
}

fn of_deed(id: &EventId, deed: &Deed) -> Option<(Manner, String, Vec<UserId>)> {
    Some(match deed {
        Deed::Opened {
            matter,
            line,
            owner,
            ..
        } => {
            let what = match matter {
                Sort::Task => Manner::Task(id.clone()),
                Sort::Decision => Manner::Decision(id.clone()),
                // Whoever can help says so.
                Sort::Need | Sort::Question => Manner::Says,
                _ => Manner::Notes,
            };
            (what, line.clone(), owner.iter().cloned().collect())
        }
        Deed::Called { user, why, .. } => (
            Manner::Calls(user.clone()),
            why.clone().unwrap_or_default(),
            vec![user.clone()],
        ),
        Deed::Offered { to, .. } => (Manner::Offers(to.clone()), String::new(), vec![to.clone()]),
        Deed::RollCall {} => (Manner::RollCall, String::new(), Vec::new()),
        Deed::Claimed { .. } => (Manner::Claims, String::new(), Vec::new()),
        Deed::Given { matter, owner } => (
            Manner::Task(matter.clone()),
            String::new(),
            vec![owner.clone()],
        ),
        Deed::Settled { line, .. } => (Manner::Notes, line.clone().unwrap_or_default(), Vec::new()),
        _ => (Manner::Notes, String::new(), Vec::new()),
    })
}

/// Whom escaped mrkdwn mentions.
pub fn mentioned(text: &str) -> Vec<UserId> {
    use crate::wire::mrkdwn::Piece;
    crate::wire::mrkdwn::pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::User { id, .. } => Some(id),
            _ => None,
        })
        .collect()
}

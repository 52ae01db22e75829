//! The score: what the record holds against what a good response does, act by act.

use super::check::PLAYER;
use super::hearing::{fold, is_called};
use super::scenario::{Act, Scenario, Secs};
use super::scene::{Scene, mentioned};
use crate::domain::event::Body;
use crate::domain::ids::UserId;
use crate::domain::incident::Entry;
use crate::domain::work::Deed;
use crate::wire::mrkdwn;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One act of the scenario with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub act: String,
    pub weight: u32,
    /// Seconds of the drill; `None`: what it is counted from never came, and it counts for nothing.
    pub due: Option<u32>,
    /// When it was done.
    pub at: Option<u32>,
    pub points: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 100.
    pub score: f64,
    pub acts: Vec<Line>,
}

/// What is written in Slack and what is posted from a console are one act.
const MESSAGE: &str = "message";

/// One act of a player, as the record tells it.
#[derive(Clone, Debug)]
struct Done {
    at: Secs,
    does: &'static str,
    of: String,
    to: Vec<UserId>,
    text: String,
}

/// Scores what the scene's records hold. `fired` says when each inject happened.
///
/// Every happening serves one act: those that are due first choose first, the earliest happening
/// that fits. So the second report cannot stand in for the first and be counted again.
pub fn score(scenario: &Scenario, fired: &BTreeMap<String, Secs>, scene: &Scene) -> Score {
    let done = done(scene);
    let base = |act: &Act| match &act.after {
        Some(inject) => fired.get(inject.get_ref()).copied(),
        None => Some(Secs(0)),
    };
    let mut order: Vec<usize> = (0..scenario.acts.len()).collect();
    order.sort_by_key(|n| {
        let act = &scenario.acts[*n];
        (base(act).map(|base| base.plus(act.within)), *n)
    });
    let mut used = BTreeSet::new();
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    for n in order {
        let act = &scenario.acts[n];
        let found = base(act).and_then(|base| {
            let open = base.plus(act.from);
            let last = base.plus(act.late.unwrap_or(act.within));
            let fits = |(k, done): &(usize, &Done)| {
                !used.contains(k)
                    && (open..=last).contains(&done.at)
                    && fits(act, done, scenario, scene)
            };
            done.iter()
                .enumerate()
                .find(fits)
                .map(|(k, done)| (k, done.at))
        });
        used.extend(found.map(|(k, _)| k));
        let due = base(act).map(|base| base.plus(act.within));
        let whole = f64::from(act.weight);
        let points = match (found, due) {
            (Some((_, at)), Some(due)) if at <= due => whole,
            (Some(_), _) => whole / 2.0,
            (None, _) => 0.0,
        };
        lines.insert(
            n,
            Line {
                act: act.id.get_ref().clone(),
                weight: act.weight,
                due: due.map(|due| due.0),
                at: found.map(|(_, at)| at.0),
                points,
            },
        );
    }
    let acts: Vec<Line> = lines.into_values().collect();
    let counted = acts.iter().filter(|line| line.due.is_some());
    let (points, whole) = counted.fold((0.0, 0.0), |(points, whole), line| {
        (points + line.points, whole + f64::from(line.weight))
    });
    Score {
        score: if whole > 0.0 {
            points / whole * 100.0
        } else {
            0.0
        },
        acts,
    }
}

fn fits(act: &Act, done: &Done, scenario: &Scenario, scene: &Scene) -> bool {
    let to = |part: &str| match part {
        PLAYER => done.to.iter().any(|user| scene.players.contains(user)),
        part => {
            let written = done.does == MESSAGE
                && scenario.people.get(part).is_some_and(|person| {
                    is_called(&done.text, person.handle.get_ref())
                        || person.called.is_in(&done.text)
                });
            let user = scene.cast.get(part);
            written || user.is_some_and(|user| done.to.contains(user))
        }
    };
    act.does.0.iter().any(|name| name == done.does)
        && act
            .of
            .as_ref()
            .is_none_or(|of| of.split('|').any(|of| of.trim() == done.of))
        && act.to.as_ref().is_none_or(|part| to(part.get_ref()))
        && (act.words.is_empty() || act.words.is_in(&done.text))
}

/// What players did and wrote, in order of time.
fn done(scene: &Scene) -> Vec<Done> {
    let mut all: Vec<Done> = scene
        .entries()
        .filter(|(_, entry)| scene.players.contains(&entry.by))
        // What a declaration brings, or carries over, nobody has done.
        .filter(|(room, entry)| room.incident.declared.is_some_and(|at| entry.at > at))
        .filter_map(|(_, entry)| of_entry(scene, entry))
        .collect();
    for room in &scene.rooms {
        let said = room
            .said
            .iter()
            .filter(|said| scene.players.contains(&said.by));
        all.extend(said.map(|said| Done {
            at: scene.clock.at(said.at),
            does: MESSAGE,
            of: String::new(),
            to: said.to.clone(),
            text: fold(&said.text),
        }));
    }
    all.sort_by_key(|done| done.at);
    all
}

fn of_entry(scene: &Scene, entry: &Entry) -> Option<Done> {
    let verb = entry.body.verb()?;
    let text = entry.text.as_deref().unwrap_or_default();
    let none = String::new;
    let (of, mut to, line) = match &entry.body {
        Body::Level { level, .. } => (level.id.clone(), Vec::new(), none()),
        Body::Temperature { temperature } => (temperature.id.clone(), Vec::new(), none()),
        Body::Commander { user, .. } => (none(), user.iter().cloned().collect(), none()),
        Body::Role { role, user } => (role.clone(), user.iter().cloned().collect(), none()),
        Body::CheckedIn { user, role, task } => (
            role.clone().unwrap_or_default(),
            vec![user.clone()],
            task.clone().unwrap_or_default(),
        ),
        Body::CheckedOut { user } => (none(), vec![user.clone()], none()),
        Body::Ticked { item } | Body::Skipped { item, .. } => (item.clone(), Vec::new(), none()),
        Body::Assigned { item, user } => (item.clone(), user.iter().cloned().collect(), none()),
        Body::ItemAdded { item } => (none(), Vec::new(), item.text.clone()),
        Body::Milestone { milestone, .. } => (milestone.name().to_owned(), Vec::new(), none()),
        Body::Phase { phase } => (phase.name().to_owned(), Vec::new(), none()),
        Body::Pinned {
            evidence, excerpt, ..
        } => {
            let of = if *evidence { "evidence" } else { "" };
            (of.to_owned(), Vec::new(), excerpt.clone())
        }
        Body::Work(deed) => of_deed(deed),
        _ => (none(), Vec::new(), none()),
    };
    to.extend(mentioned(text));
    let text = mrkdwn::plain(text, &mrkdwn::NoNames);
    // A pinned message has the time of the message; when it was pinned is when it was written down.
    let at = match (&entry.body, &entry.position) {
        (Body::Pinned { .. }, Some(position)) => {
            DateTime::from_timestamp_micros(position.ts.micros()).unwrap_or(entry.recorded_at)
        }
        (Body::Pinned { .. }, None) => entry.recorded_at,
        _ => entry.at,
    };
    Some(Done {
        at: scene.clock.at(at),
        does: verb.row().name,
        of,
        to,
        text: fold(&format!("{line} {text}")),
    })
}

fn of_deed(deed: &Deed) -> (String, Vec<UserId>, String) {
    let none = String::new;
    match deed {
        Deed::Opened { owner, line, .. } => (none(), owner.iter().cloned().collect(), line.clone()),
        Deed::Settled {
            state, line, owner, ..
        } => (
            state.name().to_owned(),
            owner.iter().cloned().collect(),
            line.clone().unwrap_or_default(),
        ),
        Deed::Given { owner, .. } => (none(), vec![owner.clone()], none()),
        Deed::Objected { line, .. } => (none(), Vec::new(), line.clone()),
        Deed::KindChanged { incident_kind, .. } => {
            (incident_kind.name().to_owned(), Vec::new(), none())
        }
        Deed::Report { audience, .. } => (audience.id.clone(), Vec::new(), none()),
        Deed::Published { target, .. } => (none(), Vec::new(), target.clone()),
        Deed::Offered { to, .. } => (none(), vec![to.clone()], none()),
        Deed::Accepted { user, .. } => (none(), vec![user.clone()], none()),
        Deed::Called { user, why, .. } => {
            (none(), vec![user.clone()], why.clone().unwrap_or_default())
        }
        Deed::Written { section } => (section.name().to_owned(), Vec::new(), none()),
        Deed::Waived { reason } | Deed::Unclaimed { reason, .. } => {
            (none(), Vec::new(), reason.clone())
        }
        _ => (none(), Vec::new(), none()),
    }
}

//! The score: what the record holds against what a good response does, act by act.

use super::actors::is_by_name;
use super::check::PLAYER;
use super::hearing::{fold, is_called, is_summons};
use super::scenario::{Act, Inject, Scenario, Secs};
use super::scene::{self, Room, Scene, mentioned};
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
    /// When it was done; too late for any points as well.
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
    /// The line of the decision that it is about.
    decision: Option<String>,
    /// In the open channel of what has become restricted, for everybody to read.
    in_public: bool,
}

/// Scores what the scene's records hold. `fired` says when each inject happened.
///
/// Every happening serves one act: those that are due first choose first, the earliest happening
/// that fits. So the second report cannot stand in for the first and be counted again.
pub fn score(scenario: &Scenario, fired: &BTreeMap<String, Secs>, scene: &Scene) -> Score {
    let done = done(scene);
    let alone = scene.by_name && scene.players.len() < 2;
    let offers = |act: &Act| act.does.0.iter().any(|does| does == "offer");
    let base = |act: &Act| match &act.after {
        // Nobody of the script can be handed command, and nobody else is there.
        _ if alone && act.to.is_some() && offers(act) => None,
        Some(inject) => fired.get(inject.get_ref()).copied(),
        None => Some(Secs(0)),
    };
    let mut order: Vec<usize> = (0..scenario.acts.len()).collect();
    order.sort_by_key(|n| {
        let act = &scenario.acts[*n];
        (base(act).map(|base| base.plus(act.within)), *n)
    });
    let mut used = BTreeSet::new();
    let mut when: BTreeMap<&str, Secs> = BTreeMap::new();
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
        when.extend(found.map(|(_, at)| (act.id.get_ref().as_str(), at)));
        // Nothing is due after the end.
        let end = Secs(scenario.minutes.saturating_mul(60));
        let due = base(act).map(|base| base.plus(act.within).min(end));
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
    // What came when it no longer counted was done all the same, and is told.
    for (n, line) in &mut lines {
        let act = &scenario.acts[*n];
        if let (None, Some(base)) = (line.at, base(act)) {
            let last = base.plus(act.late.unwrap_or(act.within));
            let after = done.iter().enumerate().find(|(k, done)| {
                !used.contains(k) && done.at > last && fits(act, done, scenario, scene)
            });
            line.at = after.map(|(_, done)| done.at.0);
        }
    }
    for (n, line) in &mut lines {
        let act = &scenario.acts[*n];
        let Some(at) = when.get(act.id.get_ref().as_str()) else {
            continue;
        };
        let first = act
            .before
            .as_ref()
            .and_then(|other| when.get(other.get_ref().as_str()));
        let too_late = first.is_some_and(|first| first < at);
        let told = act.hush && done.iter().any(|done| done.in_public && done.at > *at);
        if too_late || told {
            line.points = line.points.min(f64::from(line.weight) / 2.0);
        }
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
    // Who has just asked is answered without being named, as long as nobody else is.
    let asks = |part: &str| {
        let after = act.after.as_ref();
        let mut injects = scenario.injects.iter();
        let asked =
            injects.find(|known| after.is_some_and(|id| id.get_ref() == known.id.get_ref()));
        let by = asked.and_then(|inject| inject.by.as_ref());
        by.is_some_and(|by| by.get_ref() == part)
    };
    let names_nobody = || {
        let mut people = scenario.people.values();
        done.to.is_empty() && !people.any(|person| is_by_name(person, &done.text))
    };
    let answers = |part: &str| done.does == MESSAGE && asks(part) && names_nobody();
    let to = |part: &str| match part {
        _ if answers(part) => true,
        PLAYER => done.to.iter().any(|user| scene.players.contains(user)),
        part if scene.by_name => {
            let named = scenario
                .people
                .get(part)
                .is_some_and(|person| is_by_name(person, &done.text));
            // Roles and command are held by those who have a user.
            named
                || matches!(
                    done.does,
                    "role" | "checkin" | "checkout" | "offer" | "command" | "give"
                )
        }
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
    let on = |inject: &str| {
        let mut all = scenario.injects.iter();
        let inject = all.find(|known| known.id.get_ref() == inject);
        inject
            .and_then(Inject::proposal)
            .zip(done.decision.as_ref())
            .is_some_and(|(words, line)| scene::is_proposal(words, line))
    };
    // Whom the program cannot call is asked to come.
    let calls = |name: &str| {
        scene.by_name && name == "call" && done.does == MESSAGE && is_summons(&done.text)
    };
    act.does
        .0
        .iter()
        .any(|name| name == done.does || calls(name))
        && act.on.as_ref().is_none_or(|inject| on(inject.get_ref()))
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
        .filter_map(|(room, entry)| of_entry(scene, room, entry))
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
            decision: None,
            in_public: is_open(room),
        }));
    }
    all.sort_by_key(|done| done.at);
    all
}

/// It was found to be for few, and everybody reads along here.
fn is_open(room: &Room) -> bool {
    room.incident.work.restricted.is_some() && !room.private
}

fn of_entry(scene: &Scene, room: &Room, entry: &Entry) -> Option<Done> {
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
        Body::Assigned { item, user, .. } => (item.clone(), user.iter().cloned().collect(), none()),
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
    let decision = match &entry.body {
        Body::Work(Deed::Settled { matter, .. }) => {
            let mut all = room.incident.work.matters.iter();
            all.find(|known| known.id == *matter)
                .map(|known| known.line.clone())
        }
        _ => None,
    };
    // What is acted is told by the record; what is written is read.
    let written = matches!(
        entry.body,
        Body::Message { .. } | Body::Note {} | Body::Situation {} | Body::Work(Deed::Report { .. })
    );
    Some(Done {
        at: scene.clock.at(at),
        does: verb.row().name,
        of,
        to,
        text: fold(&format!("{line} {text}")),
        decision,
        in_public: written && is_open(room),
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

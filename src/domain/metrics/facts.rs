//! One incident as a row of facts.

use super::load::{Stretch, accepted, down, load, response};
use super::{Measure, Month, Share};
use crate::domain::event::{Body, Kind, Milestone, Named, Phase};
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::{Incident, ItemState};
use crate::domain::outlets::Sight;
use crate::domain::record::Span;
use crate::domain::record::remind::open_actions;
use crate::domain::settings::Config;
use crate::domain::work::{Deed, Matter, Report, Sort, Stage, State};
use chrono::{DateTime, NaiveDateTime, Utc};
use std::collections::BTreeMap;

/// What an incident is measured by.
pub struct Terms<'a> {
    pub config: &'a Config,
    /// What is still open is measured up to here.
    pub now: DateTime<Utc>,
    /// The clock of the configured zone.
    pub local: &'a (dyn Fn(DateTime<Utc>) -> NaiveDateTime + 'a),
}

/// What is known of an incident beside its record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The channel's name, without `#`.
    pub channel: Option<String>,
    pub sight: Sight,
}

/// Times are in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub id: IncidentId,
    pub title: String,
    pub marks: Marks,
    pub service: String,
    pub kind: Kind,
    /// As it was last.
    pub level: Option<Named>,
    pub phase: Phase,
    /// How it ended without being resolved: cancelled, a false alarm, a near miss, merged.
    pub outcome: Option<Phase>,
    pub declared: DateTime<Utc>,
    /// Of the declaration.
    pub month: Month,
    pub milestones: BTreeMap<Milestone, DateTime<Utc>>,
    /// In the order of [`Measure::ALL`]; below zero where times were set in the wrong order.
    pub times: [Option<i64>; Measure::COUNT],
    /// Of its level.
    pub targets: [Option<i64>; Measure::COUNT],
    /// When it started is unknown: time to restore is from its detection.
    pub restored_from_detected: bool,
    /// Promised updates that were there in time.
    pub cadence: Share,
    /// Time-boxes of tasks, items and decisions that were kept, as they were last moved.
    pub boxes: Share,
    /// Decisions whose result is known.
    pub decisions: Share,
    /// How often command passed from one person to another.
    pub hand_overs: u32,
    pub people: u32,
    /// Of people while the response ran: in all, at night, on free days.
    pub person_seconds: i64,
    pub night_seconds: i64,
    pub free_seconds: i64,
    pub reopened: u32,
    pub actions_open: u32,
    /// Open and past due.
    pub actions_overdue: u32,
    /// What people answered of how the response went: question and level.
    pub assessed: Vec<(Named, u8)>,
    /// When users were hurt.
    pub down: Vec<Stretch>,
}

impl Facts {
    pub const fn time(&self, measure: Measure) -> Option<i64> {
        self.times[measure.at()]
    }

    pub fn down_seconds(&self) -> i64 {
        let all = self.down.iter();
        all.map(|(from, to)| (*to - *from).num_seconds()).sum()
    }
}

/// Reads an incident; `None` as long as its declaration is not known.
pub fn facts(incident: &Incident, marks: Marks, terms: &Terms<'_>) -> Option<Facts> {
    let declared = incident.declared?;
    let milestones: BTreeMap<_, _> = incident
        .milestones
        .iter()
        .map(|(milestone, reached)| (*milestone, reached.time))
        .collect();
    let response = response(incident, terms.now);
    let load = load(incident, &response, terms);
    let firsts = Firsts::of(incident);
    let restored_from_detected = !milestones.contains_key(&Milestone::Started)
        && milestones.contains_key(&Milestone::Detected)
        && milestones.contains_key(&Milestone::Recovered);
    let times = Measure::ALL.map(|measure| match measure {
        Measure::Span(Span::Restore) if restored_from_detected => {
            let time = |milestone| milestones.get(&milestone);
            let (from, to) = (time(Milestone::Detected)?, time(Milestone::Recovered)?);
            Some((*to - *from).num_seconds())
        }
        Measure::Span(span) => Some(span.of(incident)?.num_seconds()),
        Measure::Commander => firsts.since(declared, firsts.commander),
        Measure::Scribe => firsts.since(declared, firsts.scribe),
        Measure::Level => firsts.since(declared, firsts.level),
        Measure::Report => firsts.since(declared, reports(incident).map(|r| r.at).min()),
        Measure::Notice => {
            let out = notices(incident).map(|(at, _)| at);
            firsts.since(declared, out.min())
        }
    });
    let level = incident.level.clone();
    let target = |measure: Measure| measure.target(terms.config, &level.as_ref()?.id);
    let actions = open_actions(incident);
    let overdue = actions.iter().filter(|matter| {
        let due = matter.due;
        due.is_some_and(|due| due < terms.now)
    });
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(Facts {
        id: incident.id.clone(),
        title: incident.title.clone(),
        marks,
        service: incident.service.clone(),
        kind: incident.kind,
        phase: incident.phase,
        outcome: firsts.outcome,
        declared,
        month: Month::of((terms.local)(declared)),
        times,
        targets: Measure::ALL.map(target),
        restored_from_detected,
        cadence: cadence(incident, firsts.over.unwrap_or(terms.now)),
        boxes: boxes(incident, firsts.over.unwrap_or(terms.now)),
        decisions: decisions(incident),
        hand_overs: firsts.hand_overs,
        people: count(incident.roster.len()),
        person_seconds: load.all,
        night_seconds: load.night,
        free_seconds: load.free,
        reopened: firsts.reopened,
        actions_overdue: count(overdue.count()),
        actions_open: count(actions.len()),
        assessed: incident
            .lessons
            .assessments
            .values()
            .flat_map(|given| &given.answers)
            .map(|answer| (answer.question.clone(), answer.level))
            .collect(),
        down: down(incident, &response),
        milestones,
        level,
    })
}

/// What the entries say in one pass.
#[derive(Default)]
struct Firsts {
    commander: Option<DateTime<Utc>>,
    scribe: Option<DateTime<Utc>>,
    level: Option<DateTime<Utc>>,
    hand_overs: u32,
    reopened: u32,
    outcome: Option<Phase>,
    /// Since when nothing more is expected of anybody.
    over: Option<DateTime<Utc>>,
}

impl Firsts {
    fn of(incident: &Incident) -> Firsts {
        let mut firsts = Firsts::default();
        let mut commander: Option<&UserId> = None;
        let earliest = |slot: &mut Option<DateTime<Utc>>, at: DateTime<Utc>| {
            *slot = Some(slot.map_or(at, |before| before.min(at)));
        };
        for entry in accepted(incident) {
            let at = entry.at;
            match &entry.body {
                Body::Commander {
                    user: Some(user), ..
                }
                | Body::Work(Deed::Accepted { user, .. }) => {
                    earliest(&mut firsts.commander, at);
                    let before = commander.replace(user);
                    firsts.hand_overs += u32::from(before.is_some_and(|before| before != user));
                }
                Body::Role {
                    role,
                    user: Some(_),
                }
                | Body::CheckedIn {
                    role: Some(role), ..
                } if role == "scribe" => earliest(&mut firsts.scribe, at),
                Body::Level { .. } => earliest(&mut firsts.level, at),
                Body::Resolved { .. } => (firsts.outcome, firsts.over) = (None, Some(at)),
                Body::Cancelled { outcome, .. } => {
                    (firsts.outcome, firsts.over) = (Some(*outcome), Some(at));
                }
                Body::Merged { .. } => {
                    (firsts.outcome, firsts.over) = (Some(Phase::Merged), Some(at));
                }
                Body::Reopened { .. } => {
                    firsts.reopened += 1;
                    (firsts.outcome, firsts.over) = (None, None);
                }
                _ => {}
            }
        }
        firsts
    }

    fn since(&self, declared: DateTime<Utc>, at: Option<DateTime<Utc>>) -> Option<i64> {
        Some((at? - declared).num_seconds())
    }
}

fn reports(incident: &Incident) -> impl Iterator<Item = &Report> {
    let retracted = &incident.work.retracted;
    let all = incident.work.reports.iter();
    all.filter(|report| !retracted.contains(&report.id))
}

/// When it was told, and when the next one was promised.
type Update = (DateTime<Utc>, Option<DateTime<Utc>>);

/// Notices to customers that are out.
fn notices(incident: &Incident) -> impl Iterator<Item = Update> + '_ {
    let retracted = &incident.work.retracted;
    let all = incident.work.notices.iter();
    all.filter(|notice| !retracted.contains(&notice.id))
        .filter_map(|notice| Some((notice.published.as_ref()?.1, notice.next)))
}

/// Updates that were promised: each is met by the next one to the same audience, if that was in time.
/// What was promised for after the end nobody has broken; a final report promises nothing.
fn cadence(incident: &Incident, end: DateTime<Utc>) -> Share {
    let mut share = Share::default();
    let mut audiences: BTreeMap<Option<&str>, Vec<Update>> = BTreeMap::new();
    for report in reports(incident) {
        let next = report.next.filter(|_| report.stage != Stage::Final);
        let of = audiences.entry(Some(report.audience.id.as_str()));
        of.or_default().push((report.at, next));
    }
    for notice in notices(incident) {
        audiences.entry(None).or_default().push(notice);
    }
    for mut updates in audiences.into_values() {
        updates.sort_unstable();
        for (n, (_, next)) in updates.iter().enumerate() {
            let Some(next) = next else { continue };
            match updates.get(n + 1) {
                Some((at, _)) => share.count(at <= next),
                None if *next < end => share.count(false),
                None => {}
            }
        }
    }
    share
}

/// What had to be done by a time: met if it was, broken if it was done later or that time is over.
fn boxes(incident: &Incident, end: DateTime<Utc>) -> Share {
    let mut share = Share::default();
    let mut count = |done: Option<DateTime<Utc>>, due: DateTime<Utc>| match done {
        Some(at) => share.count(at <= due),
        None if due < end => share.count(false),
        None => {}
    };
    for matter in matters(incident) {
        let wanted = match matter.sort {
            Sort::Task => State::Done,
            // Its time-box begins with the decision.
            Sort::Decision if matter.settled.iter().any(|s| s.state == State::Decided) => {
                State::Resulted
            }
            _ => continue,
        };
        let Some(due) = matter.due else { continue };
        match matter.state {
            // Nobody wanted it any more.
            State::Dropped | State::Rejected => {}
            state => {
                let done = (state == wanted).then(|| matter.settled.last().map(|s| s.at));
                count(done.flatten(), due);
            }
        }
    }
    // A list is long, and only an item with a name has a time-box.
    let assigned = accepted(incident).any(|entry| matches!(entry.body, Body::Assigned { .. }));
    let checks = if assigned {
        incident.checklist()
    } else {
        Vec::new()
    };
    for check in checks {
        let Some(due) = check.due else { continue };
        match check.state {
            ItemState::Skipped => {}
            ItemState::Done => count(check.at, due),
            ItemState::Open if check.required => count(None, due),
            ItemState::Open => {}
        }
    }
    share
}

fn matters(incident: &Incident) -> impl Iterator<Item = &Matter> {
    let retracted = &incident.work.retracted;
    let is_kept = |id: &EventId| !retracted.contains(id);
    let all = incident.work.matters.iter();
    all.filter(move |matter| is_kept(&matter.id))
}

fn decisions(incident: &Incident) -> Share {
    let mut share = Share::default();
    for matter in matters(incident).filter(|matter| matter.sort == Sort::Decision) {
        share.count(matches!(matter.state, State::Resulted | State::Rejected));
    }
    share
}

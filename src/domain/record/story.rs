//! The curated story beside the raw record: what is left out, what stands corrected, where nothing
//! is told.

use crate::domain::event::{Body, Milestone};
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::learn::{Correction, Learnt};
use crate::domain::work::Deed;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// One line of the story.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    pub entry: &'a Arc<Entry>,
    /// When it was, as corrected.
    pub at: DateTime<Utc>,
    /// What stands in place of its text.
    pub correction: Option<&'a Correction>,
}

/// Whether the story tells an entry. It leaves out what is read elsewhere, what only follows from
/// something else, what keeps the record itself in order, and what was taken back.
pub fn is_told(incident: &Incident, entry: &Entry) -> bool {
    match &entry.body {
        Body::Message { .. }
        | Body::Items { .. }
        | Body::TimekeeperCall { .. }
        | Body::Question { .. }
        | Body::Answer { .. }
        | Body::Unpinned { .. }
        | Body::Work(Deed::Here {} | Deed::Retracted { .. }) => false,
        body if is_administration(body) => false,
        _ if incident.work.retracted.contains(&entry.id) => false,
        Body::Pinned { ts, .. } => incident.pinned(ts),
        _ => entry.verdict != Verdict::Ignored,
    }
}

/// What is said of the record, and not of what happened: how it is found again, what is written up
/// from it, how it went. Each stands in a place of its own.
const fn is_administration(body: &Body) -> bool {
    matches!(
        body,
        Body::Learnt(
            Learnt::Corrected { .. }
                | Learnt::Tagged { .. }
                | Learnt::Reached { .. }
                | Learnt::Drafted { .. }
                | Learnt::Assessed { .. }
                | Learnt::Tracked { .. }
        ) | Body::Work(Deed::Written { .. })
    )
}

impl Incident {
    /// When an entry was, as somebody corrected it.
    pub fn when(&self, entry: &Entry) -> DateTime<Utc> {
        let correction = self.lessons.corrections.get(&entry.id);
        correction.and_then(|c| c.time).unwrap_or(entry.at)
    }
}

/// The story, in the order of the times it is about.
pub fn story(incident: &Incident) -> Vec<Line<'_>> {
    let told = incident.entries.iter().filter(|e| is_told(incident, e));
    let mut lines: Vec<Line<'_>> = told
        .map(|entry| Line {
            at: incident.when(entry),
            correction: incident.lessons.corrections.get(&entry.id),
            entry,
        })
        .collect();
    lines.sort_by_key(|line| line.at);
    lines
}

/// A stretch of which nothing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// What the program says by itself is no account of what happened.
fn accounts(body: &Body) -> bool {
    let by_itself = matches!(
        body,
        Body::TimekeeperCall { .. }
            | Body::Question { .. }
            | Body::Answer { .. }
            | Body::Items { .. }
            | Body::Unpinned { .. }
            | Body::Dropped { .. }
            | Body::Work(Deed::RollCall {} | Deed::Retracted { .. })
    );
    !by_itself && !is_administration(body)
}

/// From when the story has to be told: when it started, else was detected, else declared. One that
/// is set to have started after it was noticed is told from there.
pub fn begins(incident: &Incident) -> Option<(Milestone, DateTime<Utc>)> {
    let time = |m: Milestone| Some((m, incident.milestones.get(&m)?.time));
    let noticed = time(Milestone::Detected).or(Some((Milestone::Responded, incident.declared?)))?;
    let started = time(Milestone::Started).filter(|started| started.1 <= noticed.1);
    Some(started.unwrap_or(noticed))
}

/// Stretches longer than `limit` between the beginning ([`begins`]) and recovery (else `now`) of which
/// nothing is told. A line that somebody wrote afterwards about a time in one explains all of it: what
/// went on unnoticed for hours is one thing to say, not one every half hour.
pub fn holes(incident: &Incident, limit: TimeDelta, now: DateTime<Utc>) -> Vec<Hole> {
    let time = |m: Milestone| incident.milestones.get(&m).map(|r| r.time);
    let from = begins(incident).map(|(_, at)| at);
    let Some(from) = from.filter(|_| limit > TimeDelta::zero()) else {
        return Vec::new();
    };
    let to = time(Milestone::Recovered).unwrap_or(now);
    let told = incident.entries.iter().filter(|entry| {
        entry.verdict == Verdict::Accepted
            && accounts(&entry.body)
            && !incident.work.retracted.contains(&entry.id)
            && !is_off(incident, &entry.body)
    });
    let (noted, told): (Vec<_>, Vec<_>) =
        told.partition(|entry| matches!(entry.body, Body::Learnt(Learnt::Noted { .. })));
    let explained: Vec<DateTime<Utc>> = noted.iter().map(|entry| incident.when(entry)).collect();
    let told = told.into_iter().map(|entry| incident.when(entry));
    let reached = incident.milestones.values().map(|reached| reached.time);
    let mut times: Vec<DateTime<Utc>> = told.chain(reached).collect();
    times.retain(|at| *at > from && *at < to);
    times.extend([from, to]);
    times.sort_unstable();
    let pairs = times.windows(2).filter(|pair| pair[1] - pair[0] > limit);
    pairs
        .map(|pair| Hole {
            from: pair[0],
            to: pair[1],
        })
        .filter(|hole| !explained.iter().any(|at| (hole.from..hole.to).contains(at)))
        .collect()
}

/// A pin that was taken off again.
fn is_off(incident: &Incident, body: &Body) -> bool {
    matches!(body, Body::Pinned { ts, .. } if !incident.pinned(ts))
}

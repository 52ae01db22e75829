//! Who was there, for how long, and at what hours; and for how long users were hurt.

use super::Terms;
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::UserId;
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::work::Deed;
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, Timelike, Utc, Weekday};
use std::collections::BTreeMap;

pub(super) type Stretch = (DateTime<Utc>, DateTime<Utc>);

pub(super) fn accepted(incident: &Incident) -> impl Iterator<Item = &Entry> {
    let all = incident.entries.iter().map(AsRef::as_ref);
    all.filter(|entry: &&Entry| entry.verdict == Verdict::Accepted)
}

/// When the response ran, from the declaration to recovery, or to its end without one: once, and once
/// more for each time that the incident was reopened.
pub(super) fn response(incident: &Incident, now: DateTime<Utc>) -> Vec<Stretch> {
    let Some(declared) = incident.declared else {
        return Vec::new();
    };
    let mut all: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> = vec![(declared, None)];
    // How it ended where nobody recovered it.
    let mut over = None;
    for entry in accepted(incident) {
        let Some(last) = all.last_mut() else { break };
        match &entry.body {
            Body::Recovered { time }
            | Body::Milestone {
                milestone: Milestone::Recovered,
                time,
                ..
            } => last.1 = Some(*time),
            Body::Resolved { .. } | Body::Cancelled { .. } | Body::Merged { .. } => {
                over = Some(entry.at);
            }
            Body::Reopened { .. } => {
                last.1 = last.1.or(over.take());
                all.push((entry.at, None));
            }
            _ => {}
        }
    }
    if let Some(last) = all.last_mut() {
        last.1 = last.1.or(over);
    }
    all.into_iter()
        .map(|(from, to)| (from, to.unwrap_or(now).max(from)))
        .collect()
}

/// When users were hurt: as the response, but from when it began, as far as that is known.
pub(super) fn down(incident: &Incident, response: &[Stretch]) -> Vec<Stretch> {
    let mut down = response.to_vec();
    if let (Some(first), Some(began)) = (down.first_mut(), incident.began()) {
        first.0 = began;
        first.1 = first.1.max(began);
    }
    down
}

/// When each person was there, from joining to checking out; `None`: they did not.
fn presence(incident: &Incident) -> Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    let mut open: BTreeMap<&UserId, DateTime<Utc>> = BTreeMap::new();
    let mut all = Vec::new();
    for entry in accepted(incident) {
        match &entry.body {
            Body::CheckedOut { user } => {
                let since = open.remove(user);
                all.extend(since.map(|since| (since, Some(entry.at))));
            }
            body => {
                if let Some(user) = joins(body, &entry.by) {
                    open.entry(user).or_insert(entry.at);
                }
            }
        }
    }
    all.extend(open.into_values().map(|since| (since, None)));
    all
}

/// Whom an entry brings in, as the fold has it.
fn joins<'a>(body: &'a Body, by: &'a UserId) -> Option<&'a UserId> {
    match body {
        Body::Declared { .. } | Body::Work(Deed::Here {}) => Some(by),
        Body::Commander { user, .. } | Body::Role { user, .. } => user.as_ref(),
        Body::CheckedIn { user, .. } | Body::Work(Deed::Accepted { user, .. }) => Some(user),
        _ => None,
    }
}

/// Person-seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub all: i64,
    pub night: i64,
    pub free: i64,
}

/// What nobody ended is forgotten, not worked on: people are taken to be there for so long after the
/// last thing that anybody did.
const QUIET: TimeDelta = TimeDelta::hours(1);

/// When somebody did something last, and not the program by itself.
fn last_act(incident: &Incident) -> Option<DateTime<Utc>> {
    let acts = accepted(incident).filter(|entry| {
        !matches!(
            entry.body,
            Body::TimekeeperCall { .. }
                | Body::Question { .. }
                | Body::Answer { .. }
                | Body::Work(Deed::RollCall {})
        )
    });
    acts.map(|entry| entry.at).max()
}

/// What the response took of people while it ran.
pub(super) fn load(incident: &Incident, response: &[Stretch], terms: &Terms<'_>) -> Load {
    let mut load = Load::default();
    let mut response = response.to_vec();
    if let (true, Some(last)) = (incident.phase.is_burning(), response.last_mut()) {
        let quiet = last_act(incident).and_then(|at| at.checked_add_signed(QUIET));
        last.1 = quiet.map_or(last.1, |quiet| last.1.min(quiet)).max(last.0);
    }
    for (since, left) in presence(incident) {
        for (from, to) in &response {
            let from = since.max(*from);
            let to = left.map_or(*to, |left| left.min(*to));
            hours((from, to), terms, |seconds, night, free| {
                load.all += seconds;
                load.night += if night { seconds } else { 0 };
                load.free += if free { seconds } else { 0 };
            });
        }
    }
    load
}

/// Cuts a stretch where night begins and ends and where days do.
fn hours((from, to): Stretch, terms: &Terms<'_>, mut each: impl FnMut(i64, bool, bool)) {
    let metrics = &terms.config.metrics;
    let (begins, ends) = (metrics.night_begins, metrics.night_ends);
    let mut at = from;
    while at < to {
        let local = (terms.local)(at);
        let hour = local.hour();
        let night = match begins <= ends {
            true => (begins..ends).contains(&hour),
            false => hour >= begins || hour < ends,
        };
        let weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
        let holidays = &terms.config.calendar.holidays;
        let free =
            weekend || (!holidays.is_empty() && holidays.contains(&local.date().to_string()));
        let next = [begins, ends, 24].into_iter().filter(|h| *h > hour).min();
        let midnight = local.date().and_time(NaiveTime::MIN);
        let next = midnight + TimeDelta::hours(i64::from(next.unwrap_or(24)));
        let end = at.checked_add_signed(next - local);
        let end = end.filter(|end| *end > at).unwrap_or(to).min(to);
        each((end - at).num_seconds(), night, free);
        at = end;
    }
}

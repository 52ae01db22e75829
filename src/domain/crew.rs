//! The people of a response as its record shows them: who leads whom, what each has in hand, who
//! answers the roll call.

use super::ids::UserId;
use super::incident::{Incident, ItemState, Present};
use super::settings::Timers;
use super::verb::stream_of;
use super::work::Sort;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// As much as one person should have in hand at once.
pub const LOAD: usize = 4;
/// How long people have to answer a roll call before they are looked for.
const ANSWER: TimeDelta = TimeDelta::minutes(5);

pub fn here(incident: &Incident) -> impl Iterator<Item = &Present> {
    let everybody = incident.roster.values();
    everybody.filter(|present| present.left.is_none())
}

/// How many people each lead leads. Whoever is in a stream works for its lead; other leads report to
/// the commander; everybody else works for the operations lead, where there is one.
pub fn led(incident: &Incident) -> BTreeMap<UserId, usize> {
    let mut led: BTreeMap<UserId, usize> = BTreeMap::new();
    let Some(commander) = &incident.commander else {
        return led;
    };
    let ops = incident.roles.get("ops").map(|held| &held.user);
    for present in here(incident).filter(|p| p.user != commander.user) {
        let user = &present.user;
        let mut held = incident.roles.iter().filter(|(_, held)| held.user == *user);
        let stream = present.role.as_deref().filter(|r| stream_of(r).is_some());
        let stream = stream.and_then(|role| incident.roles.get(role));
        let lead = match (held.next(), stream) {
            // A stream changes the system: its lead works for whoever leads that.
            (Some((role, _)), _) if stream_of(role).is_some() => ops.filter(|ops| *ops != user),
            (Some(_), _) => None,
            (None, Some(held)) => Some(&held.user),
            (None, None) => ops,
        };
        *led.entry(lead.unwrap_or(&commander.user).clone())
            .or_default() += 1;
    }
    led
}

/// Open things with this name on them: items, tasks, roles, command, and what they checked in for.
pub fn in_hand(incident: &Incident, user: &UserId) -> usize {
    let list = incident.checklist();
    let items = list
        .iter()
        .filter(|c| c.state == ItemState::Open && c.assignee.as_ref() == Some(user))
        .count();
    let roles = incident.roles.values();
    let roles = roles.filter(|held| held.user == *user).count();
    let tasks = incident.work.open(Sort::Task);
    let tasks = tasks.filter(|task| task.owner.as_ref().is_some_and(|held| held.user == *user));
    let executes = incident.work.open(Sort::Decision);
    let executes = executes.filter(|one| one.owner.as_ref().is_some_and(|held| held.user == *user));
    let commander = incident.commander.as_ref();
    let commands = commander.is_some_and(|held| held.user == *user);
    let present = incident.roster.get(user);
    let task = present.is_some_and(|p| p.task.is_some() || p.role.is_some() && roles == 0);
    items + tasks.count() + executes.count() + roles + usize::from(commands) + usize::from(task)
}

/// Somebody who was called and is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called<'a> {
    pub user: &'a UserId,
    /// How often.
    pub count: u32,
    pub first: DateTime<Utc>,
    pub last: DateTime<Utc>,
    pub why: Option<&'a str>,
}

/// Who was called by name, the longest wait first; then whoever was `invited` with the service's
/// group, always or by the level, as long as it is not good again.
pub fn called<'a>(
    incident: &'a Incident,
    invited: &'a BTreeMap<UserId, DateTime<Utc>>,
) -> Vec<Called<'a>> {
    let calls = &incident.work.calls;
    let absent = |user: &UserId| {
        let present = incident.roster.get(user);
        present.is_none_or(|present| present.left.is_some())
    };
    let by_name = calls.iter().map(|(user, call)| Called {
        user,
        count: call.count,
        first: call.first,
        last: call.last,
        why: call.why.as_deref(),
    });
    let mut by_name: Vec<Called<'_>> = by_name.filter(|call| absent(call.user)).collect();
    by_name.sort_by_key(|call| call.first);
    let invited = invited.iter().filter(|(user, _)| {
        let known = incident.roster.contains_key(*user) || calls.contains_key(*user);
        incident.phase.is_burning() && !known && **user != incident.declarer
    });
    let invited = invited.map(|(user, at)| Called {
        user,
        count: 1,
        first: *at,
        last: *at,
        why: None,
    });
    let mut invited: Vec<Called<'_>> = invited.collect();
    invited.sort_by_key(|call| call.first);
    by_name.into_iter().chain(invited).collect()
}

/// Whether somebody is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Heard lately, or since the roll call.
    Heard,
    /// Not heard for so long.
    Quiet(TimeDelta),
    /// The roll call waits for them.
    Waits,
    /// They did not answer it, so long ago.
    Missing(TimeDelta),
}

/// By when somebody was heard last, in the channel or in the record.
pub fn answer(
    incident: &Incident,
    last: DateTime<Utc>,
    timers: &Timers,
    now: DateTime<Utc>,
) -> Answer {
    let patience = TimeDelta::minutes(i64::from(timers.present_minutes));
    if patience <= TimeDelta::zero() {
        return Answer::Heard;
    }
    let asked = incident.work.roll_calls.iter().max();
    // Whoever wrote shortly before need not say so.
    let asked = asked.filter(|asked| last < **asked - patience && now >= **asked);
    match asked.map(|asked| now - *asked) {
        Some(since) if since >= ANSWER => Answer::Missing(since),
        Some(_) => Answer::Waits,
        None if now - last >= patience => Answer::Quiet(now - last),
        None => Answer::Heard,
    }
}

#[cfg(test)]
mod tests;

//! What people are reminded of in an incident's channel, long after the hurry: nobody writes any
//! more, it is recovered and not resolved, the post-mortem is due, action items are due; and what
//! they are told elsewhere, since an archived channel takes nothing. In working hours only.

use crate::domain::event::About;
use crate::domain::ids::UserId;
use crate::domain::incident::Incident;
use crate::domain::timer::{Clock, Pressure, timers};
use crate::domain::watch::{Heard, Local, Rules};
use crate::domain::work::{Matter, Sort};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Something that has come due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    pub about: About,
    /// Names this time of it: the hours since 1970 at which it came due, so that every console that
    /// works by the same rules makes one reminder of it.
    pub number: u32,
    /// When it may be said.
    pub at: DateTime<Utc>,
}

/// Action items are named again after so long.
const AGAIN: TimeDelta = TimeDelta::days(7);

/// What came due longer ago is on the board alone: a console that is new, or that is told only now
/// where to say it, does not begin with years of it.
const LATE: TimeDelta = TimeDelta::days(30);

/// What is due at `now`; `last` is when each person last wrote in the channel.
pub fn reminders(
    incident: &Incident,
    rules: &Rules<'_>,
    last: &BTreeMap<UserId, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Reminder> {
    let due = overdue(incident, rules, last, now);
    let actions = actions_due(incident, now).map(|due| (About::Actions, due));
    due.into_iter()
        .chain(actions)
        .map(|(about, due)| Reminder {
            about,
            number: hour(due),
            at: rules.working_hour(now),
        })
        .collect()
}

/// Those of the clocks that are for afterwards.
fn overdue(
    incident: &Incident,
    rules: &Rules<'_>,
    last: &BTreeMap<UserId, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<(About, DateTime<Utc>)> {
    let nobody = UserId::default();
    let heard = Heard {
        me: &nobody,
        last,
        invited: &BTreeMap::new(),
        name: &|user| user.to_string(),
        failed: 0,
        others: &[],
        archived: false,
        private: false,
        drill: false,
    };
    let timers = timers(incident, rules, &heard, &Local::default(), now);
    let over = timers
        .into_iter()
        .filter(|timer| timer.pressure == Pressure::Overdue);
    over.filter_map(|timer| {
        let about = match timer.what {
            Clock::Silent => About::Silent,
            Clock::Unresolved => About::Unresolved,
            Clock::PostMortem => About::PostMortem,
            _ => return None,
        };
        Some((about, timer.due))
    })
    .collect()
}

/// Action items that are still to be done, put off or not, the first to be due first.
pub fn open_actions(incident: &Incident) -> Vec<&Matter> {
    let retracted = &incident.work.retracted;
    let all = incident.work.matters.iter();
    let mut open: Vec<&Matter> = all
        .filter(|m| m.sort == Sort::Action && m.is_to_be_done() && !retracted.contains(&m.id))
        .collect();
    open.sort_by_key(|matter| (matter.due.is_none(), matter.due));
    open
}

/// When the action items of an incident came due last: the first that is over, then every week.
fn actions_due(incident: &Incident, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let due = open_actions(incident).first()?.due?;
    let weeks = (now - due).num_seconds().checked_div(AGAIN.num_seconds())?;
    let weeks = i32::try_from(weeks).ok().filter(|_| due <= now)?;
    Some(due + AGAIN * weeks)
}

/// Action items of an incident whose channel takes nothing any more: named once for each time at which
/// some came due.
pub fn elsewhere(incident: &Incident, rules: &Rules<'_>, now: DateTime<Utc>) -> Option<Reminder> {
    let open = open_actions(incident).into_iter();
    let due = open
        .filter_map(|matter| matter.due)
        .filter(|due| *due <= now && now - *due < LATE)
        .max()?;
    Some(Reminder {
        about: About::Actions,
        number: hour(due),
        at: rules.working_hour(now),
    })
}

/// How long after the last act a channel must have been archived for its closers to be told: who
/// brings it back, or resolves it, does so within that.
const BY_HAND: TimeDelta = TimeDelta::minutes(10);

/// Somebody archived the channel of what is not over; said once for each time that it goes on.
pub fn archived(incident: &Incident) -> Option<Reminder> {
    let placed = incident
        .entries
        .iter()
        .filter(|entry| entry.position.is_some());
    let last = placed.map(|entry| entry.at).max()?;
    (!incident.phase.is_over()).then(|| Reminder {
        about: About::Archived,
        number: hour(last),
        at: last + BY_HAND,
    })
}

/// Whether anything that had come due at that hour is still to be done.
pub fn is_wanted(incident: &Incident, number: u32) -> bool {
    let mut open = open_actions(incident).into_iter();
    open.any(|matter| matter.due.is_some_and(|due| hour(due) <= number))
}

fn hour(at: DateTime<Utc>) -> u32 {
    u32::try_from(at.timestamp() / 3600).unwrap_or(0)
}

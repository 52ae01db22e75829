//! What somebody's console must do for the incident, and whose turn it is.

use super::image::Task;
use super::mirror;
use super::{Engine, Now, Step};
use crate::domain::decide::Command;
use crate::domain::ids::{EventId, IncidentId};
use crate::domain::incident::{Incident, Timekeeper};
use crate::domain::outlets::{Outlet, Sight};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// A console that wrote within this time is taken to be running.
pub(super) const RECENT: TimeDelta = TimeDelta::minutes(10);

/// A call that the record does not take now is tried again so much later.
const CALL_AGAIN: Duration = Duration::from_secs(10);

/// A timekeeper call that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub epoch: EventId,
    pub number: u32,
    pub due: DateTime<Utc>,
}

impl Incident {
    /// The latest call whose time has come, if it is not in the record. Calls that were slept
    /// through are not made up for.
    pub fn call_due(&self, now: DateTime<Utc>) -> Option<Slot> {
        let keeper = self.timekeeper.as_ref()?;
        if keeper.minutes == 0 || self.phase.is_over() || !Sight::own(self).opens(Outlet::Question)
        {
            return None;
        }
        let interval = TimeDelta::minutes(i64::from(keeper.minutes));
        let number = (now - keeper.base).num_seconds() / interval.num_seconds().max(1);
        let number = u32::try_from(number).ok().filter(|n| *n > 0)?;
        let said = self.calls.contains(&(keeper.epoch.clone(), number));
        (!said).then(|| Slot {
            epoch: keeper.epoch.clone(),
            number,
            due: keeper.base + interval * i32::try_from(number).unwrap_or(i32::MAX),
        })
    }

    /// When the next call will be due, counted from `now`.
    pub fn next_call(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let keeper = self.timekeeper.as_ref()?;
        if keeper.minutes == 0 || self.phase.is_over() || !Sight::own(self).opens(Outlet::Question)
        {
            return None;
        }
        let interval = TimeDelta::minutes(i64::from(keeper.minutes));
        let passed = (now - keeper.base).num_seconds() / interval.num_seconds().max(1);
        let next = i32::try_from(passed.max(0) + 1).ok()?;
        Some(keeper.base + interval * next)
    }
}

impl Engine {
    /// How long this console leaves a duty to others: the commander's does it at once, the deputy's
    /// a little later, any other later still, each a little differently. A console that is alone
    /// does it at once.
    pub(super) fn duty_delay(&self, id: &IncidentId, slot: &str, now: Now) -> Duration {
        let Some(fold) = self.folds.get(id) else {
            return Duration::ZERO;
        };
        let state = &fold.incident;
        let first = state
            .commander
            .as_ref()
            .map_or(&state.declarer, |held| &held.user);
        let alone = !self
            .consoles
            .iter()
            .any(|(console, at)| *console != self.image.console && now.wall - *at < RECENT);
        if *first == self.me || alone {
            return Duration::ZERO;
        }
        if state.roles.get("deputy").is_some_and(|h| h.user == self.me) {
            return self.timing.duty_deputy;
        }
        let spread = mirror::short_hash(&format!("{}{slot}", self.image.console));
        let seconds = u64::from_str_radix(&spread[..4], 16).unwrap_or(0) % 20;
        self.timing.duty_other + Duration::from_secs(seconds)
    }

    /// Does what is due: timekeeper calls, and a card or a topic that its author left behind.
    pub(super) fn duties(&mut self, step: &mut Step, now: Now, rng: &mut fastrand::Rng) {
        let ids: Vec<IncidentId> = self.folds.keys().cloned().collect();
        for id in ids {
            if self.is_imported(&id) {
                continue;
            }
            self.call(step, &id, now, rng);
            self.freshen(step, &id, now);
        }
        self.restore_lost(step, now);
    }

    fn call(&mut self, step: &mut Step, id: &IncidentId, now: Now, rng: &mut fastrand::Rng) {
        let Some(state) = self.shown(id) else {
            return;
        };
        let Some(slot) = state.call_due(now.wall) else {
            return;
        };
        let delay = self.duty_delay(id, &format!("{}{}", slot.epoch, slot.number), now);
        let delay = TimeDelta::from_std(delay).unwrap_or_default();
        let rests = self.calls_refused.get(id);
        if now.wall < slot.due + delay || rests.is_some_and(|until| now.mono < *until) {
            return;
        }
        let command = Command::TimekeeperCall { slot: slot.number };
        let me = self.me.clone();
        if self.act_into(step, id, &command, &me, now, rng) {
            self.calls_refused.remove(id);
        } else {
            let until = now.mono + CALL_AGAIN;
            self.calls_refused.insert(id.clone(), until);
        }
    }

    /// The author of the newest event owes the card and the topic; others step in when it stays
    /// behind.
    fn freshen(&mut self, step: &mut Step, id: &IncidentId, now: Now) {
        if !step.writes.is_empty() || self.folds.get(id).is_none_or(|f| !f.pending.is_empty()) {
            return;
        }
        // Of years of incidents nearly all end here: nothing is copied before.
        let channel = self.image.channel_of(id);
        let Some(channel) = channel.filter(|c| c.joined && !c.archived).cloned() else {
            return;
        };
        let Some(row) = self.image.incidents.get(id).cloned() else {
            return;
        };
        let Some(state) = self.shown(id) else {
            return;
        };
        let newest = state
            .entries
            .iter()
            .filter_map(|e| e.position.as_ref())
            .max()
            .and_then(|p| DateTime::from_timestamp_micros(p.ts.micros()));
        let mine = state.last_console.as_ref() == Some(&self.image.console);
        let wait = if mine {
            TimeDelta::zero()
        } else {
            TimeDelta::from_std(self.timing.duty_other).unwrap_or_default()
        };
        if newest.is_none_or(|at| now.wall < at + wait) {
            return;
        }
        let (_, hash) = mirror::card(&state, &row, self.names());
        let stale_card = row.card.as_ref().is_none_or(|card| card.hash != hash);
        let topic = mirror::topic(&state, &row, self.names());
        // Names may be known differently elsewhere: only the author corrects the topic.
        let stale_topic = mine && channel.topic.as_ref().is_none_or(|(_, t)| *t != topic);
        for (stale, task, says) in [
            (stale_card, Task::Card {}, hash),
            (stale_topic, Task::Topic {}, topic),
        ] {
            let open = self.open_jobs(id).any(|job| job.task == task);
            if stale && !open && !self.is_unwanted(id, &task, &says) {
                self.enqueue(step, id, task, now);
            }
        }
    }

    pub(super) fn duty_due(&self, now: Now) -> Option<Duration> {
        self.folds
            .values()
            .filter(|fold| !self.is_imported(&fold.incident.id))
            .filter_map(|fold| {
                // A call that waits to be sent is made: it is not due over and over.
                let state = fold.shown.as_deref().unwrap_or(&fold.incident);
                // Nor one that is known and did not count: the timekeeper was started anew meanwhile.
                let open = |slot: &Slot| {
                    let id = Timekeeper::call_id(&state.id, &slot.epoch, slot.number);
                    !self.image.events.contains_key(&id)
                };
                let at = match state.call_due(now.wall).filter(open) {
                    Some(slot) => {
                        let key = format!("{}{}", slot.epoch, slot.number);
                        let delay = self.duty_delay(&state.id, &key, now);
                        slot.due + TimeDelta::from_std(delay).unwrap_or_default()
                    }
                    None => state.next_call(now.wall)?,
                };
                let wait = (at - now.wall).to_std().unwrap_or_default();
                let due = now.mono + wait.max(Duration::from_millis(200));
                let rests = self.calls_refused.get(&state.id).copied();
                Some(due.max(rests.unwrap_or_default()))
            })
            .chain(self.lost_due())
            .min()
    }
}

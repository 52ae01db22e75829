//! What people are reminded of: in the incident's channel while that takes anything, and once it is
//! archived in a channel that is configured for it: of action items, and of an incident that is not
//! over, whose closers are told. Nobody is reminded of a drill.

use super::super::image::Task;
use super::super::{Engine, Now, Step};
use super::ask::Due;
use crate::domain::desk::Desk;
use crate::domain::event::{About, Body};
use crate::domain::ids::{EventId, IncidentId};
use crate::domain::incident::Incident;
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::record::remind::{self, Reminder};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::time::Duration;

/// A reminder as it is asked in the channel.
pub(in crate::domain::sync) fn reminder(about: About, number: u32) -> Body {
    Body::Question {
        about,
        number,
        levels: Vec::new(),
    }
}

/// By which consoles know that it was said, in the channel or elsewhere.
pub(in crate::domain::sync) fn reminder_id(
    incident: &IncidentId,
    about: About,
    number: u32,
) -> EventId {
    let at = DateTime::default();
    Due { about, number, at }.id(incident)
}

/// A reminder that is due and that nobody has said yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaid {
    pub incident: IncidentId,
    pub reminder: Reminder,
    /// It cannot be said in the incident's channel, which is archived.
    pub elsewhere: bool,
}

/// While people are at it, nothing is left behind: only then are its clocks looked at.
fn is_old(state: &Incident, now: DateTime<Utc>) -> bool {
    let last = state.entries.last().map(|entry| entry.recorded_at);
    last.is_none_or(|last| now - last > TimeDelta::days(1))
}

impl Engine {
    /// What is due in an incident's own channel.
    pub(super) fn reminders(
        &self,
        state: &Incident,
        desk: &dyn Desk,
        now: DateTime<Utc>,
    ) -> Vec<Reminder> {
        let row = self.image.incidents.get(&state.id);
        let drill = row.is_some_and(|row| row.drill);
        let busy = state.phase.is_burning() && !is_old(state, now);
        // In what was resolved nobody is expected to write.
        let closed = state.phase.is_over() && !state.phase.is_side_exit();
        let settled = closed && remind::open_actions(state).is_empty();
        if drill || busy || settled || !Sight::own(state).opens(Outlet::Question) {
            return Vec::new();
        }
        let last = match closed {
            true => BTreeMap::new(),
            false => self.heard(&state.id),
        };
        desk.reminders(state, &last, now)
    }

    /// What is due where the channel is archived, and was not yet put into the outbox here.
    fn elsewhere(&self, state: &Incident, desk: &dyn Desk, now: DateTime<Utc>) -> Option<Reminder> {
        let channel = self.image.channel_of(&state.id)?;
        let row = self.image.incidents.get(&state.id);
        if !channel.archived
            || !Sight::of_row(state, row).opens(Outlet::Remind)
            || self.is_imported(&state.id)
        {
            return None;
        }
        let due = match state.phase.is_over() {
            true => desk.reminder_elsewhere(state, now)?,
            false => remind::archived(state)?,
        };
        let mut known = self.image.outward_of(&state.id);
        let said = known.any(|job| {
            matches!(job.task, Task::Remind { number, about, .. }
                if number == due.number && about == due.about)
        });
        // It may have been asked there before that was archived.
        let asked = self
            .image
            .events
            .contains_key(&reminder_id(&state.id, due.about, due.number));
        (!said && !asked).then_some(due)
    }

    /// Names action items that came due in the configured channel.
    pub(super) fn remind_elsewhere(&mut self, step: &mut Step, desk: &dyn Desk, now: Now) {
        let to = desk.habits().remind.clone();
        if to.is_empty() {
            return;
        }
        let ids: Vec<IncidentId> = self.folds.keys().cloned().collect();
        for id in ids {
            let Some(state) = self.shown(&id) else {
                continue;
            };
            let Some(due) = self.elsewhere(&state, desk, now.wall) else {
                continue;
            };
            let wait = self.patience(&id, &source(&due), now);
            if now.wall < due.at + TimeDelta::from_std(wait).unwrap_or_default() {
                continue;
            }
            let to = to.clone();
            let (number, about) = (due.number, due.about);
            // Until it was looked for, it may be there.
            let seq = self.next_seq(step);
            self.doubted.insert(seq, now.mono);
            self.enqueue(step, &id, Task::Remind { to, number, about }, now);
        }
    }

    pub(super) fn elsewhere_due(&self, desk: &dyn Desk, now: Now) -> Option<Duration> {
        if desk.habits().remind.is_empty() {
            return None;
        }
        let due = self.folds.values().filter_map(|fold| {
            let state = fold.shown.as_deref().unwrap_or(&fold.incident);
            let due = self.elsewhere(state, desk, now.wall)?;
            let wait = self.patience(&state.id, &source(&due), now);
            let at = due.at + TimeDelta::from_std(wait).ok()?;
            let left = (at - now.wall).to_std().ok()?;
            (!left.is_zero()).then_some(now.mono + left)
        });
        due.min()
    }

    /// What is due and nobody has said, in every incident.
    pub fn unsaid(&self, desk: &dyn Desk, now: Now) -> Vec<Unsaid> {
        let mut unsaid = Vec::new();
        for (id, fold) in &self.folds {
            let state = fold.shown.as_deref().unwrap_or(&fold.incident);
            let channel = self.image.channel_of(id);
            let of = |reminder: Reminder, elsewhere: bool| Unsaid {
                incident: id.clone(),
                reminder,
                elsewhere,
            };
            if channel.is_some_and(|row| row.archived) {
                let due = self.elsewhere(state, desk, now.wall);
                unsaid.extend(due.map(|due| of(due, true)));
            } else if channel.is_some() && !self.is_imported(id) {
                let due = self.reminders(state, desk, now.wall).into_iter();
                let known = |due: &Reminder| {
                    let (about, number, at) = (due.about, due.number, due.at);
                    let id = Due { about, number, at }.id(id);
                    self.image.events.contains_key(&id)
                };
                unsaid.extend(due.filter(|due| !known(due)).map(|due| of(due, false)));
            }
        }
        unsaid
    }
}

fn source(due: &Reminder) -> String {
    format!("elsewhere/{}", due.number)
}

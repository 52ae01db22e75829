//! What the engine can be asked, for screens, JSON and decisions.

use super::image::{Job, JobState, MessageRow};
pub use super::ledger::Limits;
use super::mirror::CARD;
use super::{Engine, Link, Now};
use crate::domain::event::Recorded;
use crate::domain::ids::{ChannelId, IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::outlets::Sight;
use crate::wire::link;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How old what is known of a channel is; `None`: it was not read in this run.
pub type Age = Option<Duration>;

impl Engine {
    /// A console that wrote within this time is taken to be running.
    pub const RECENT: TimeDelta = super::duty::RECENT;

    /// When a console that is not this one was last heard, if ever.
    pub fn other_heard(&self) -> Option<DateTime<Utc>> {
        let others = self.consoles.iter();
        others
            .filter(|(console, _)| **console != self.image.console)
            .map(|(_, at)| *at)
            .max()
    }

    /// Who an incident is for, as far as its state and this console know.
    pub(super) fn sight(&self, id: &IncidentId, state: &Incident) -> Sight {
        Sight::of_row(state, self.image.incidents.get(id))
    }

    /// The accepted state with this console's pending acts on top.
    pub fn shown(&mut self, id: &IncidentId) -> Option<Arc<Incident>> {
        self.refold();
        let fold = self.folds.get_mut(id)?;
        if fold.shown.is_none() {
            let mut incident = fold.incident.clone();
            for event in fold.pending.values() {
                if let Some(row) = self.image.events.get(event) {
                    Arc::make_mut(&mut incident).apply(&row.recorded());
                }
            }
            fold.shown = Some(incident);
        }
        fold.shown.clone()
    }

    /// It was taken in from a file: its channel is not read here, and never written to.
    pub fn is_imported(&self, id: &IncidentId) -> bool {
        self.image.channel_of(id).is_some_and(|row| !row.ours)
    }

    /// Every event of the incident in the order of its fold, with what is not in the channel yet
    /// behind the rest.
    pub fn recorded(&self, id: &IncidentId) -> Vec<Recorded> {
        let Some(fold) = self.folds.get(id) else {
            return Vec::new();
        };
        let order = fold.order.iter().map(|(_, event)| event);
        let events = order.chain(fold.pending.values());
        events
            .filter_map(|event| self.image.events.get(event))
            .map(super::image::EventRow::recorded)
            .collect()
    }

    /// What all consoles agree on: the fold of what is in the channel.
    pub fn agreed(&mut self, id: &IncidentId) -> Option<&Incident> {
        self.refold();
        self.folds.get(id).map(|fold| &*fold.incident)
    }

    /// Incidents whose declaration is known, newest first.
    pub fn incidents(&mut self) -> Vec<Arc<Incident>> {
        let ids: Vec<IncidentId> = self.folds.keys().cloned().collect();
        let mut list: Vec<Arc<Incident>> = ids
            .iter()
            .filter_map(|id| self.shown(id))
            .filter(|incident| incident.declared.is_some())
            .collect();
        list.sort_by(|a, b| b.declared.cmp(&a.declared).then(a.id.cmp(&b.id)));
        list
    }

    pub fn name(&self, user: &UserId) -> String {
        self.names
            .get(user)
            .cloned()
            .unwrap_or_else(|| user.as_str().to_owned())
    }

    /// The address of a message in the incident's channel; `None` where nobody could follow it.
    pub fn permalink(&self, id: &IncidentId, ts: &SlackTs) -> Option<String> {
        let channel = self.image.incidents.get(id)?.channel.as_ref()?;
        let messages = self.image.messages.get(channel);
        let row = messages.and_then(|messages| messages.get(ts));
        let thread = row.and_then(|row| row.message.thread.as_ref());
        link::permalink(&self.home, channel, ts, thread)
    }

    /// The workspace's own address, and the incident's channel.
    pub fn address(&self, id: &IncidentId) -> Option<(&str, &ChannelId)> {
        let channel = self.image.incidents.get(id)?.channel.as_ref()?;
        Some((self.home.as_str(), channel))
    }

    /// When somebody last wrote in the incident's channel.
    pub fn last_heard(&self, id: &IncidentId, user: &UserId) -> Option<DateTime<Utc>> {
        let channel = self.image.incidents.get(id)?.channel.as_ref()?;
        self.image
            .messages
            .get(channel)?
            .values()
            .rev()
            .find(|row| is_said(row) && row.message.user.as_ref() == Some(user))
            .and_then(|row| DateTime::from_timestamp_micros(row.ts.micros()))
    }

    /// The same for everybody who wrote there.
    pub fn heard(&self, id: &IncidentId) -> BTreeMap<UserId, DateTime<Utc>> {
        // Of each the last that comes.
        self.spoken(id).map(|(at, user)| (user, at)).collect()
    }

    /// Who wrote in the incident's channel, and when, oldest first.
    pub fn spoken(&self, id: &IncidentId) -> impl Iterator<Item = (DateTime<Utc>, UserId)> {
        let row = self.image.incidents.get(id);
        let channel = row.and_then(|row| row.channel.as_ref());
        let messages = channel.and_then(|channel| self.image.messages.get(channel));
        let said = messages.into_iter().flatten();
        said.filter(|(_, row)| is_said(row))
            .filter_map(|(ts, row)| {
                let at = DateTime::from_timestamp_micros(ts.micros())?;
                Some((at, row.message.user.clone()?))
            })
    }

    /// Whom somebody else brought into the incident's channel, and when last. Whoever came by
    /// themselves is not among them.
    pub fn invited(&self, id: &IncidentId) -> BTreeMap<UserId, DateTime<Utc>> {
        let row = self.image.incidents.get(id);
        let channel = row.and_then(|row| row.channel.as_ref());
        let messages = channel.and_then(|channel| self.image.messages.get(channel));
        let brought = messages.into_iter().flatten().filter_map(|(ts, row)| {
            let message = &row.message;
            let user = message.user.as_ref().filter(|user| **user != self.bot)?;
            message
                .inviter
                .as_ref()
                .filter(|inviter| *inviter != user)?;
            let at = DateTime::from_timestamp_micros(ts.micros())?;
            Some((user.clone(), at))
        });
        brought.collect()
    }

    /// People's messages in the incident's channel, oldest first, replies after their parents'
    /// time; without what our own app wrote for its events and its card.
    pub fn talk(&self, id: &IncidentId) -> Vec<&MessageRow> {
        let Some(channel) = self
            .image
            .incidents
            .get(id)
            .and_then(|row| row.channel.as_ref())
        else {
            return Vec::new();
        };
        self.image
            .messages
            .get(channel)
            .into_iter()
            .flat_map(|messages| messages.values())
            .filter(|row| {
                let type_of = row
                    .message
                    .metadata
                    .as_ref()
                    .map_or("", |m| m.event_type.as_str());
                !row.deleted && type_of != CARD
            })
            .collect()
    }

    /// The incident's jobs that are not done: waiting, unsure or failed.
    pub fn open_jobs<'a>(&'a self, id: &'a IncidentId) -> impl Iterator<Item = &'a Job> {
        self.image
            .open
            .iter()
            .filter_map(|seq| self.image.jobs.get(seq))
            .filter(move |job| job.incident == *id)
    }

    /// How many jobs of the incident are in each state; `sent` counts `seen` as well.
    pub fn counts(&self, id: &IncidentId) -> Counts {
        self.image.counts.get(id).copied().unwrap_or_default()
    }

    /// The state of the job that carries an event; `None` for what others wrote.
    pub fn job_of(&self, event: &crate::domain::ids::EventId) -> Option<&Job> {
        let seq = self.image.carriers.get(event)?;
        self.image.jobs.get(seq)
    }

    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Since the last answer of the workspace, whatever it was about.
    pub fn link_age(&self, now: Now) -> Age {
        self.link_as_of.map(|at| now.mono.saturating_sub(at))
    }

    /// Since the incident's channel was last read to its end.
    pub fn age(&self, id: &IncidentId, now: Now) -> Age {
        let channel: &ChannelId = self.image.incidents.get(id)?.channel.as_ref()?;
        let as_of = self.watches.get(channel)?.as_of?;
        Some(now.mono.saturating_sub(as_of))
    }

    /// Every job is done or failed, or waits for others only.
    pub fn is_delivered(&self) -> bool {
        let open = self.image.open.iter();
        open.filter_map(|seq| self.image.jobs.get(seq))
            .all(|job| job.state.is_settled() || self.waits_for_others(job))
    }

    /// Nothing is owed but the end of the channel, once the other consoles have read how it ended.
    pub fn waits_for_others(&self, job: &Job) -> bool {
        let linger = self.lingering.get(&job.seq);
        linger.is_some_and(|linger| linger.until.is_some())
    }

    /// No call is on its way.
    pub fn is_idle(&self) -> bool {
        self.flights.is_empty()
    }

    /// Delivered, and every channel that may hold an incident was read to its end in this run.
    pub fn is_caught_up(&self) -> bool {
        let threads = |flight: &super::Flight| matches!(flight, super::Flight::Thread(_));
        self.discovered
            && self.is_delivered()
            && !self.under_way().any(threads)
            && self.polled().all(|id| {
                let archived = self.image.channels.get(id).is_some_and(|row| row.archived);
                self.watches.get(id).is_some_and(|watch| {
                    let read = watch.as_of.is_some() && watch.threads.is_empty();
                    // One that is not back yet has nothing to be read.
                    (read && watch.walk.is_none()) || (archived && watch.unreadable)
                })
            })
    }
}

/// Somebody wrote it. That they joined is Slack's word, and may be our own invitation's doing.
fn is_said(row: &MessageRow) -> bool {
    let subtype = row.message.subtype.as_deref();
    let said = matches!(
        subtype,
        None | Some("thread_broadcast" | "file_share" | "me_message")
    );
    said && !row.deleted && !row.message.own
}

/// Jobs by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub pending: usize,
    pub sending: usize,
    pub unconfirmed: usize,
    pub sent: usize,
    pub failed: usize,
}

impl Counts {
    fn of(&mut self, state: &JobState) -> Option<&mut usize> {
        Some(match state {
            JobState::Pending => &mut self.pending,
            JobState::Sending => &mut self.sending,
            JobState::Unconfirmed => &mut self.unconfirmed,
            JobState::Sent | JobState::Seen => &mut self.sent,
            JobState::Failed { .. } => &mut self.failed,
            JobState::Dropped { .. } => return None,
        })
    }

    pub fn add(&mut self, state: &JobState) {
        if let Some(count) = self.of(state) {
            *count += 1;
        }
    }

    /// The job is in another state now.
    pub(super) fn take(&mut self, state: &JobState) {
        if let Some(count) = self.of(state) {
            *count = count.saturating_sub(1);
        }
    }
}

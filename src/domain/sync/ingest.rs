//! What a message means: events in their places, cards, copies, topics, and whose channel it is.

use super::image::{
    ChannelRow, EventRow, IncidentRow, Job, JobState, Message, MessageRow, Task, Write,
};
use super::mirror::{CARD, Carried, EVENTS, text_in};
use super::{Engine, Now, Step};
use crate::domain::ids::{ChannelId, EventId, SlackTs};
use std::collections::BTreeSet;

impl Engine {
    /// Takes in one message as it is now. Returns whether it is new or changed.
    pub(super) fn ingest(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        ts: SlackTs,
        mut message: Message,
        now: Now,
    ) -> bool {
        if let Some(row) = self.image.messages.get(id).and_then(|m| m.get(&ts)) {
            self.complete(&mut message, &row.message);
        }
        self.note_cut(id, &ts, &message, now);
        let known = self.image.messages.get(id).and_then(|m| m.get(&ts));
        let same =
            known.is_some_and(|row| row.message == message && !row.deleted && row.missed == 0);
        if same {
            // Its events may still be waiting for their place: seen is decided below.
            if message.own {
                self.carried(step, id, &ts, &message, now);
            }
            return false;
        }
        let replies_moved = message.latest_reply.is_some()
            && known.and_then(|row| row.message.latest_reply.clone()) != message.latest_reply;
        let first_seen = known.map_or(now.wall, |row| row.first_seen);
        if message.own {
            self.carried(step, id, &ts, &message, now);
        }
        if let Some(topic) = &message.topic
            && let Some(row) = self.channel_now(step, id)
            && row.topic.as_ref().is_none_or(|(at, _)| *at < ts)
        {
            step.writes.push(Write::Channel(ChannelRow {
                topic: Some((ts.clone(), topic.clone())),
                ..row
            }));
        }
        let archived = match message.subtype.as_deref() {
            Some("channel_archive" | "group_archive") => Some(true),
            Some("channel_unarchive" | "group_unarchive") => Some(false),
            _ => None,
        };
        if let (Some(archived), Some(row)) = (archived, self.channel_now(step, id)) {
            if let (Some(incident), false) = (&row.incident, archived) {
                self.brought_back(step, &incident.clone());
            }
            step.writes
                .push(Write::Channel(ChannelRow { archived, ..row }));
        }
        let lag = self.timing.read_lag;
        let watch = self.watch(id);
        if replies_moved {
            watch.threads.insert(ts.clone());
            watch.threads_again.insert(ts.clone(), now.mono + lag);
        }
        if message.subtype.as_deref() == Some("pinned_item") {
            watch.next_pins = now.mono;
        }
        step.writes.push(Write::Message(MessageRow {
            channel: id.clone(),
            ts,
            message,
            deleted: false,
            missed: 0,
            first_seen,
        }));
        true
    }

    /// A message of our own app: events, or a card.
    fn carried(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        ts: &SlackTs,
        message: &Message,
        now: Now,
    ) {
        let Some(metadata) = &message.metadata else {
            return;
        };
        if metadata.event_type == CARD {
            self.card_seen(step, id, ts, metadata.payload.get("hash"));
            return;
        }
        if metadata.event_type != EVENTS {
            return;
        }
        let Some(carried) = Carried::read(metadata) else {
            return;
        };
        let incident = carried.incident.clone();
        if self.claim(step, id, &incident, &carried, ts) {
            self.carry_again(step, id, now);
        }
        let owner = self.channel_now(step, id).and_then(|row| row.incident);
        if owner.as_ref() != Some(&incident) {
            self.said_elsewhere(step, id, ts, &carried, now);
            return;
        }
        let mut higher = 0;
        for (index, event) in &carried.events {
            let position = carried.position_of(ts, *index);
            let known = self.event_now(step, &event.id);
            let row = match known {
                Some(row) if row.position.as_ref() == Some(&position) => {
                    // The original may have been edited since; what stands in for it was not.
                    let text = text_in(event, message);
                    let restores = carried.position.is_some() && row.text != text;
                    restores.then(|| EventRow {
                        text,
                        ..row.clone()
                    })
                }
                Some(row) if row.position.as_ref().is_some_and(|old| *old < position) => {
                    higher += 1;
                    (!self.safeguards.ids_once).then(|| {
                        let mut twice = row.clone();
                        twice.event.id = EventId::new(format!("{}@{ts}", event.id));
                        twice.position = Some(position);
                        twice
                    })
                }
                Some(row) => Some(carried.stored(row, event, position, message)),
                None => Some(EventRow {
                    incident: incident.clone(),
                    event: event.clone(),
                    by: carried.actor.clone(),
                    console: carried.console.clone(),
                    text: text_in(event, message),
                    position: Some(position),
                    recorded_at: now.wall,
                    seq: self.next_seq(step),
                }),
            };
            if let Some(row) = row {
                step.writes.push(Write::Event(row));
            }
        }
        self.confirm(step, &carried);
        if higher > 0
            && higher == carried.events.len()
            && carried.position.is_none()
            && carried.console == self.image.console
            && self.is_untouched(message)
        {
            let known = self
                .image
                .jobs
                .values()
                .any(|job| matches!(&job.task, Task::Delete { ts: t } if t == ts));
            if !known {
                self.enqueue(step, &incident, Task::Delete { ts: ts.clone() }, now);
            }
        }
    }

    /// Nobody replied to it, reacted on it or pinned it.
    pub(super) fn is_untouched(&self, message: &Message) -> bool {
        let by_us =
            |reaction: &super::image::Reaction| reaction.users.iter().all(|user| *user == self.bot);
        message.replies == 0 && message.reactions.iter().all(by_us) && !message.pinned
    }

    /// An event as this step leaves it: one page may hold several copies.
    pub(super) fn event_now<'a>(&'a self, step: &'a Step, id: &EventId) -> Option<&'a EventRow> {
        step.writes
            .iter()
            .rev()
            .find_map(|write| match write {
                Write::Event(row) if row.event.id == *id => Some(row),
                _ => None,
            })
            .or_else(|| self.image.events.get(id))
    }

    /// Our own jobs whose events were met again are seen. What another console came to as well, and
    /// said first, need not be said by us.
    fn confirm(&self, step: &mut Step, carried: &Carried) {
        let ours = carried.console == self.image.console;
        for (_, event) in &carried.events {
            let seq = self.image.carriers.get(&event.id);
            let Some(job) = seq.and_then(|seq| self.image.jobs.get(seq)) else {
                continue;
            };
            let unsaid = match job.state {
                JobState::Pending => job.batch.is_none(),
                JobState::Failed { .. } => true,
                _ => false,
            };
            if job.state != JobState::Seen && (ours || unsaid) {
                step.writes.push(Write::Job(Job {
                    state: JobState::Seen,
                    ..job.clone()
                }));
            }
        }
    }

    fn card_seen(&self, step: &mut Step, id: &ChannelId, ts: &SlackTs, hash: Option<&String>) {
        let Some(incident) = self.channel_now(step, id).and_then(|row| row.incident) else {
            return;
        };
        let Some(row) = self.incident_now(step, &incident) else {
            return;
        };
        let hash = hash.cloned().unwrap_or_default();
        let newer = match &row.card {
            _ if self.lost_cards.contains(ts) => false,
            None => true,
            // Two consoles may each have posted one: the first in the channel is the card.
            Some(card) => *ts < card.ts || (*ts == card.ts && card.hash != hash),
        };
        if newer {
            step.writes.push(Write::Incident(IncidentRow {
                card: Some(super::image::Card {
                    ts: ts.clone(),
                    hash,
                    pinned: true,
                }),
                ..row
            }));
        }
        for job in self.image.jobs.values() {
            if job.incident == incident
                && matches!(job.task, Task::Card {})
                && job.state == JobState::Unconfirmed
            {
                step.writes.push(Write::Job(Job {
                    state: JobState::Pending,
                    ..job.clone()
                }));
            }
        }
    }

    /// What our app said in a channel, once more: whose it is has changed.
    fn carry_again(&mut self, step: &mut Step, id: &ChannelId, now: Now) {
        let messages = self.image.messages.get(id).into_iter().flatten();
        let passed: Vec<(SlackTs, Message)> = messages
            .filter(|(_, row)| row.message.own)
            .map(|(ts, row)| (ts.clone(), row.message.clone()))
            .collect();
        for (ts, message) in passed {
            self.carried(step, id, &ts, &message, now);
        }
    }

    /// An incident's acts in a channel that is another's: their places there count no more.
    fn said_elsewhere(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        ts: &SlackTs,
        carried: &Carried,
        now: Now,
    ) {
        let incident = &carried.incident;
        let Some(row) = self.incident_now(step, incident) else {
            return;
        };
        if row.channel.as_ref() == Some(id) {
            let mut channels = self.image.channels.values();
            let own =
                channels.find(|other| other.incident.as_ref() == Some(incident) && other.id != *id);
            let own = own.map(|other| other.id.clone());
            self.lost_the_channel(step, id, row, own.clone(), now);
            if let Some(own) = own {
                self.carry_again(step, &own, now);
            }
            return;
        }
        let mut stale = false;
        for (index, event) in &carried.events {
            let place = carried.position_of(ts, *index);
            let known = self.event_now(step, &event.id);
            if let Some(known) = known.filter(|known| known.position.as_ref() == Some(&place)) {
                let write = EventRow {
                    position: None,
                    ..known.clone()
                };
                step.writes.push(Write::Event(write));
                stale = true;
            }
        }
        if let Some(own) = row.channel.filter(|_| stale) {
            self.carry_again(step, &own, now);
        }
    }

    /// Another incident's declaration stands first in the channel we thought ours: ours is in `own`,
    /// or moves to the next name, with everything it has said.
    fn lost_the_channel(
        &self,
        step: &mut Step,
        lost: &ChannelId,
        row: IncidentRow,
        own: Option<ChannelId>,
        now: Now,
    ) {
        let incident = &row.id.clone();
        let found = own.is_some();
        step.writes.push(Write::Incident(IncidentRow {
            channel: own,
            card: None,
            ..row
        }));
        let met: BTreeSet<EventId> = step
            .writes
            .iter()
            .filter_map(|write| match write {
                Write::Event(row) => Some(row),
                _ => None,
            })
            .chain(self.image.events.values())
            .filter(|row| row.incident == *incident)
            .map(|row| row.event.id.clone())
            .collect();
        for event in met {
            if let Some(row) = self.event_now(step, &event).cloned() {
                step.writes.push(Write::Event(EventRow {
                    position: None,
                    ..row
                }));
            }
        }
        for job in self.image.jobs.values().filter(|j| j.incident == *incident) {
            let elsewhere = job.task.is_elsewhere()
                || matches!(
                    job.task,
                    Task::Create { .. } | Task::Delete { .. } | Task::Restore { .. }
                );
            let batch = job.batch.and_then(|key| self.image.batches.get(&key));
            let stays = found && batch.is_none_or(|batch| batch.channel != *lost);
            if !elsewhere && !stays && !matches!(job.state, JobState::Dropped { .. }) {
                // Nothing of it is in the channel that is to be: it can still be given up.
                step.writes.push(Write::Job(Job {
                    state: JobState::Pending,
                    attempts: 0,
                    batch: None,
                    ..job.clone()
                }));
            }
        }
        // Only its declarer moves it; the others will find the new channel.
        let create = self.image.jobs.values().find_map(|job| match &job.task {
            Task::Create { name, suffix } if job.incident == *incident => Some(Task::Create {
                name: name.clone(),
                suffix: suffix + 1,
            }),
            _ => None,
        });
        if let Some(task) = create.filter(|_| !found) {
            self.enqueue(step, incident, task, now);
        }
    }
}

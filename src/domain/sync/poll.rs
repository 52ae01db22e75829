//! Reading back what is in the channels: sweeps, what a message means, threads, pins, discovery.

use super::image::{ChannelRow, IncidentRow, Job, JobState, Message, MessageRow, Task, Write};
use super::mirror::{CARD, Carried, EVENTS};
use super::{Answer, Call, Engine, Fault, Flight, Listed, Now, Order, Pinned, Step, Sweep};
use crate::domain::decide::{Command, Outlets};
use crate::domain::ids::{ChannelId, EventId, IncidentId, SlackTs};
use std::collections::BTreeSet;
use std::time::Duration;

/// How far behind the watermark a sweep begins: edits, reactions and deletions are found only by
/// reading again.
const OVERLAP_MICROS: i64 = 10 * 60 * 1_000_000;
const OVERLAP_MESSAGES: usize = 30;
/// A walk ends here whatever the workspace says about more: 200 pages of 200 messages.
const PAGES_MAX: u32 = 200;
/// Pages in a row that brought nothing new while more is promised.
const STUCK_MAX: u32 = 5;
/// A message missing from this many drained sweeps, and older than the read lag, is deleted.
const MISSES: u32 = 2;

impl Engine {
    pub(super) fn poll(&mut self, step: &mut Step, now: Now) {
        if matches!(self.link, super::Link::Refused(_)) && self.poll_rests(now) {
            return;
        }
        if now.mono >= self.next_discover
            && !self.flights.values().any(|f| matches!(f, Flight::Discover))
        {
            self.next_discover = now.mono + self.discover_every;
            self.fly(step, Flight::Discover, Call::Discover);
        }
        let focus = self.focus_channel();
        let due: Vec<ChannelId> = self
            .image
            .channels
            .values()
            .filter(|row| row.ours && !(row.archived && row.joined))
            .map(|row| row.id.clone())
            .collect();
        for id in due {
            self.poll_channel(step, &id, focus.as_ref() == Some(&id), now);
        }
    }

    fn poll_rests(&self, now: Now) -> bool {
        self.link_as_of
            .is_some_and(|at| now.mono < at + Duration::from_secs(10))
    }

    fn poll_channel(&mut self, step: &mut Step, id: &ChannelId, focused: bool, now: Now) {
        let flying = self.flights.values().any(|flight| match flight {
            Flight::Page(channel) | Flight::Thread(channel, ..) | Flight::Pins(channel) => {
                channel == id
            }
            _ => false,
        });
        if flying {
            return;
        }
        let oldest = self.sweep_start(id);
        let unsure = self.unsure_threads(id, now);
        let (poll, pins) = (self.timing.poll, self.timing.pins);
        let watch = self.watches.entry(id.clone()).or_default();
        if watch.interval.is_zero() {
            watch.interval = poll;
        }
        watch.threads.extend(unsure);
        if let Some(thread) = watch.threads.pop_first() {
            let oldest = self.last_reply(id, &thread);
            let call = Call::Replies {
                channel: id.clone(),
                thread: thread.clone(),
                oldest,
                cursor: None,
            };
            self.fly(step, Flight::Thread(id.clone(), thread, now.mono), call);
            return;
        }
        if now.mono < watch.next {
            if focused && now.mono >= watch.next_pins {
                watch.next_pins = now.mono + pins;
                let call = Call::Pins {
                    channel: id.clone(),
                };
                self.fly(step, Flight::Pins(id.clone()), call);
            }
            return;
        }
        let sweep = watch.sweep.get_or_insert_with(|| Sweep {
            oldest,
            started: now.mono,
            cursor: None,
            pages: 0,
            seen: BTreeSet::new(),
            stuck: 0,
            changed: false,
        });
        let call = Call::History {
            channel: id.clone(),
            oldest: sweep.oldest.clone(),
            cursor: sweep.cursor.clone(),
        };
        self.fly(step, Flight::Page(id.clone()), call);
    }

    /// Behind the watermark by the overlap, and behind every message that is looked for.
    fn sweep_start(&self, id: &ChannelId) -> SlackTs {
        let Some(row) = self.image.channels.get(id).filter(|row| row.joined) else {
            return SlackTs::zero();
        };
        let back = SlackTs::from_micros((row.watermark.micros() - OVERLAP_MICROS).max(0))
            .unwrap_or_else(SlackTs::zero);
        let messages = self.image.messages.get(id);
        let nth = messages
            .and_then(|m| m.keys().rev().nth(OVERLAP_MESSAGES).cloned())
            .unwrap_or_else(SlackTs::zero);
        let looked_for = self
            .doubted
            .keys()
            .filter_map(|key| self.image.batches.get(key))
            .filter(|batch| batch.channel == *id)
            .map(|batch| batch.after.clone())
            .min();
        [Some(back.min(nth)), looked_for]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or_else(SlackTs::zero)
    }

    /// Threads with a message that may or may not have arrived, once a read can tell.
    fn unsure_threads(&self, id: &ChannelId, now: Now) -> Vec<SlackTs> {
        self.doubted
            .iter()
            .filter(|(_, at)| now.mono >= **at + self.timing.read_lag)
            .filter_map(|(key, _)| self.image.batches.get(key))
            .filter(|batch| batch.channel == *id)
            .filter_map(|batch| batch.thread.clone())
            .collect()
    }

    fn last_reply(&self, channel: &ChannelId, thread: &SlackTs) -> SlackTs {
        self.image
            .messages
            .get(channel)
            .into_iter()
            .flat_map(|m| m.values())
            .filter(|row| row.message.thread.as_ref() == Some(thread) && row.ts != *thread)
            .map(|row| row.ts.clone())
            .max()
            .into_iter()
            .chain(
                self.doubted
                    .keys()
                    .filter_map(|key| self.image.batches.get(key))
                    .filter(|b| b.channel == *channel && b.thread.as_ref() == Some(thread))
                    .map(|b| b.after.clone()),
            )
            .min()
            .unwrap_or_else(SlackTs::zero)
    }

    pub(super) fn poll_due(&self) -> Option<Duration> {
        let channels = self
            .image
            .channels
            .values()
            .filter(|row| row.ours && !(row.archived && row.joined))
            .filter_map(|row| {
                let flying = self.flights.values().any(|flight| match flight {
                    Flight::Page(c) | Flight::Thread(c, ..) | Flight::Pins(c) => *c == row.id,
                    _ => false,
                });
                if flying {
                    return None;
                }
                Some(self.watches.get(&row.id).map_or(Duration::ZERO, |w| w.next))
            });
        let discover = (!self.flights.values().any(|f| matches!(f, Flight::Discover)))
            .then_some(self.next_discover);
        channels.chain(discover).min()
    }

    pub(super) fn page_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let focused = self.focus_channel().as_ref() == Some(id);
        match result {
            Ok(Answer::Page { messages, next }) => {
                self.page(step, id, messages, next, focused, now);
            }
            Ok(_) => {}
            Err(fault) => {
                let wait = match &fault {
                    Fault::Limited(wait) => *wait,
                    _ => Duration::from_secs(3).mul_f64(0.75 + rng.f64() / 2.0),
                };
                let gone = matches!(&fault, Fault::Refused(code)
                    if code == "channel_not_found" || code == "not_in_channel");
                let watch = self.watches.entry(id.clone()).or_default();
                watch.next = now.mono + if gone { self.timing.poll_idle } else { wait };
                // A stale cursor starts the walk anew; anything else goes on where it was.
                if matches!(&fault, Fault::Refused(_)) {
                    watch.sweep = None;
                }
            }
        }
    }

    fn page(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        messages: Vec<Message>,
        next: Option<String>,
        focused: bool,
        now: Now,
    ) {
        let mut fresh = 0;
        let mut changed = false;
        // Oldest first, so that a declaration is met before what follows it.
        for message in messages.into_iter().rev() {
            let Ok(ts) = SlackTs::parse(&message.ts) else {
                continue;
            };
            let watch = self.watches.entry(id.clone()).or_default();
            if let Some(sweep) = &mut watch.sweep
                && sweep.seen.insert(ts.clone())
            {
                fresh += 1;
            }
            changed |= self.ingest(step, id, ts, message, now);
        }
        let watch = self.watches.entry(id.clone()).or_default();
        let Some(sweep) = &mut watch.sweep else {
            return;
        };
        sweep.pages += 1;
        sweep.changed |= changed;
        sweep.stuck = if fresh == 0 { sweep.stuck + 1 } else { 0 };
        sweep.cursor.clone_from(&next);
        let endless = sweep.pages >= PAGES_MAX || sweep.stuck >= STUCK_MAX;
        if next.is_some() && !endless {
            // The next page at once.
            watch.next = now.mono;
            if !self.safeguards.cursor_in_transaction {
                let seen = sweep.seen.clone();
                self.move_cursor(step, id, &seen);
            }
            return;
        }
        let Some(sweep) = watch.sweep.take() else {
            return;
        };
        watch.as_of = Some(now.mono);
        let base = self.timing.poll;
        let grown = watch.interval.mul_f64(1.5).min(self.timing.poll_idle);
        watch.interval = if sweep.changed || focused {
            base
        } else {
            grown.max(base)
        };
        watch.next = now.mono + watch.interval;
        if endless && next.is_some() {
            return;
        }
        self.drained(step, id, &sweep, now);
    }

    fn move_cursor(&self, step: &mut Step, id: &ChannelId, seen: &BTreeSet<SlackTs>) {
        let Some(row) = self.channel_now(step, id) else {
            return;
        };
        let Some(newest) = seen.iter().next_back() else {
            return;
        };
        if *newest > row.watermark {
            step.writes.push(Write::Channel(ChannelRow {
                watermark: newest.clone(),
                joined: true,
                ..row
            }));
        }
    }

    /// A sweep came to its end: the cursor moves, what is missing is counted, and what was looked
    /// for and not found may go again.
    fn drained(&mut self, step: &mut Step, id: &ChannelId, sweep: &Sweep, now: Now) {
        if let Some(row) = self.channel_now(step, id) {
            let newest = sweep.seen.iter().next_back();
            let watermark =
                newest.map_or_else(|| row.watermark.clone(), |n| n.max(&row.watermark).clone());
            if watermark != row.watermark || !row.joined {
                step.writes.push(Write::Channel(ChannelRow {
                    watermark,
                    joined: true,
                    ..row
                }));
            }
        }
        self.count_missing(step, id, sweep, now);
        let lag = self.timing.read_lag;
        let ended: Vec<u64> = self
            .doubted
            .iter()
            .filter(|(_, at)| sweep.started >= **at + lag)
            .map(|(key, _)| *key)
            .collect();
        for key in ended {
            let Some(batch) = self.image.batches.get(&key).cloned() else {
                self.job_not_found(step, key, id);
                continue;
            };
            if batch.channel == *id && batch.thread.is_none() && sweep.oldest <= batch.after {
                self.decide_batch(step, &batch);
            }
        }
    }

    /// A read that could see it is over: a batch that was not found goes again, unchanged.
    fn decide_batch(&mut self, step: &mut Step, batch: &super::image::Batch) {
        self.doubted.remove(&batch.id);
        let found = batch.events.iter().all(|event| {
            let known = self.image.events.get(event);
            known.is_some_and(|row| row.position.is_some())
                || step.writes.iter().any(|write| {
                    matches!(write, Write::Event(row)
                        if row.event.id == *event && row.position.is_some())
                })
        });
        if !found {
            self.set_batch(step, batch, &JobState::Pending, false);
        }
    }

    /// A card that was not found in its channel is posted again.
    fn job_not_found(&mut self, step: &mut Step, seq: u64, channel: &ChannelId) {
        let Some(job) = self.image.jobs.get(&seq).cloned() else {
            self.doubted.remove(&seq);
            return;
        };
        let here = self
            .image
            .incidents
            .get(&job.incident)
            .is_some_and(|row| row.channel.as_ref() == Some(channel));
        if matches!(job.task, Task::Card {}) && here && job.state == JobState::Unconfirmed {
            self.doubted.remove(&seq);
            step.writes.push(Write::Job(Job {
                state: JobState::Pending,
                ..job
            }));
        }
    }

    fn count_missing(&self, step: &mut Step, id: &ChannelId, sweep: &Sweep, now: Now) {
        let Some(known) = self.image.messages.get(id) else {
            return;
        };
        let top = match sweep.seen.iter().next_back() {
            Some(top) => top.clone(),
            None => return,
        };
        let lag = chrono::TimeDelta::from_std(self.timing.read_lag * 2).unwrap_or_default();
        let range = (
            std::ops::Bound::Excluded(sweep.oldest.clone()),
            std::ops::Bound::Included(top),
        );
        for (ts, row) in known.range(range) {
            let reply = row.message.thread.as_ref().is_some_and(|t| t != ts);
            if row.deleted || reply || sweep.seen.contains(ts) || now.wall - row.first_seen < lag {
                continue;
            }
            let missed = row.missed + 1;
            step.writes.push(Write::Message(MessageRow {
                missed,
                deleted: missed >= MISSES,
                ..row.clone()
            }));
        }
    }

    /// Takes in one message as it is now. Returns whether it is new or changed.
    pub(super) fn ingest(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        ts: SlackTs,
        message: Message,
        now: Now,
    ) -> bool {
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
            step.writes
                .push(Write::Channel(ChannelRow { archived, ..row }));
        }
        let watch = self.watches.entry(id.clone()).or_default();
        if replies_moved {
            watch.threads.insert(ts.clone());
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
            let passed: Vec<(SlackTs, Message)> = self
                .image
                .messages
                .get(id)
                .into_iter()
                .flatten()
                .filter(|(_, row)| row.message.own)
                .map(|(ts, row)| (ts.clone(), row.message.clone()))
                .collect();
            for (ts, message) in passed {
                self.carried(step, id, &ts, &message, now);
            }
        }
        let owner = self.channel_now(step, id).and_then(|row| row.incident);
        if owner.as_ref() != Some(&incident) {
            self.lost_the_channel(step, id, &incident, now);
            return;
        }
        let mut higher = 0;
        for (index, event) in &carried.events {
            let position = carried.position_of(ts, *index);
            let known = self.image.events.get(&event.id);
            let row = match known {
                Some(row) if row.position.as_ref() == Some(&position) => None,
                Some(row) if row.position.as_ref().is_some_and(|old| *old < position) => {
                    higher += 1;
                    (!self.safeguards.ids_once).then(|| {
                        let mut twice = row.clone();
                        twice.event.id = EventId::new(format!("{}@{ts}", event.id));
                        twice.position = Some(position);
                        twice
                    })
                }
                Some(row) => Some(super::image::EventRow {
                    position: Some(position),
                    ..row.clone()
                }),
                None => Some(super::image::EventRow {
                    incident: incident.clone(),
                    event: event.clone(),
                    by: carried.actor.clone(),
                    console: carried.console.clone(),
                    text: None,
                    position: Some(position),
                    recorded_at: now.wall,
                    seq: self.next_seq(step),
                }),
            };
            if let Some(mut row) = row {
                if event
                    .body()
                    .is_some_and(crate::domain::event::Body::has_text)
                {
                    row.text = Some(super::mirror::text_of(&message.text));
                }
                step.writes.push(Write::Event(row));
            }
        }
        self.confirm(step, &carried);
        let untouched = message.replies == 0 && message.reactions.is_empty() && !message.pinned;
        if higher > 0
            && higher == carried.events.len()
            && carried.position.is_none()
            && carried.console == self.image.console
            && untouched
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

    /// Our own jobs whose events were met again are seen.
    fn confirm(&self, step: &mut Step, carried: &Carried) {
        if carried.console != self.image.console {
            return;
        }
        for (_, event) in &carried.events {
            let seq = self.image.carriers.get(&event.id);
            let Some(job) = seq.and_then(|seq| self.image.jobs.get(seq)) else {
                continue;
            };
            if job.state != JobState::Seen {
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

    /// Another incident's declaration stands first in the channel we thought ours: ours moves to
    /// the next name, with everything it has said.
    fn lost_the_channel(&self, step: &mut Step, id: &ChannelId, incident: &IncidentId, now: Now) {
        let Some(row) = self.incident_now(step, incident) else {
            return;
        };
        if row.channel.as_ref() != Some(id) {
            return;
        }
        let create = self.image.jobs.values().find_map(|job| match &job.task {
            Task::Create { name, suffix } if job.incident == *incident => {
                Some((name.clone(), *suffix))
            }
            _ => None,
        });
        // Only its declarer moves it; the others will find the new channel.
        let Some((name, suffix)) = create else {
            return;
        };
        step.writes.push(Write::Incident(IncidentRow {
            channel: None,
            card: None,
            ..row
        }));
        for event in self
            .image
            .events
            .values()
            .filter(|e| e.incident == *incident)
        {
            step.writes.push(Write::Event(super::image::EventRow {
                position: None,
                ..event.clone()
            }));
        }
        for job in self.image.jobs.values().filter(|j| j.incident == *incident) {
            let again = !matches!(
                job.task,
                Task::Create { .. } | Task::Announce { .. } | Task::Delete { .. }
            );
            if again {
                step.writes.push(Write::Job(Job {
                    state: JobState::Pending,
                    batch: None,
                    ..job.clone()
                }));
            }
        }
        let task = Task::Create {
            name,
            suffix: suffix + 1,
        };
        self.enqueue(step, incident, task, now);
    }

    pub(super) fn thread_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        thread: &SlackTs,
        asked: Duration,
        result: Result<Answer, Fault>,
        now: Now,
    ) {
        match result {
            Ok(Answer::Page { messages, next }) => {
                for message in messages {
                    // The parent may be repeated; its place is the channel.
                    if let Ok(ts) = SlackTs::parse(&message.ts)
                        && ts != *thread
                    {
                        self.ingest(step, id, ts, message, now);
                    }
                }
                if next.is_some() {
                    let watch = self.watches.entry(id.clone()).or_default();
                    watch.threads.insert(thread.clone());
                    return;
                }
                let ended: Vec<_> = self
                    .doubted
                    .iter()
                    .filter(|(_, at)| asked >= **at + self.timing.read_lag)
                    .filter_map(|(key, _)| self.image.batches.get(key))
                    .filter(|b| b.channel == *id && b.thread.as_ref() == Some(thread))
                    .cloned()
                    .collect();
                for batch in ended {
                    self.decide_batch(step, &batch);
                }
            }
            Ok(_) => {}
            Err(Fault::Refused(_)) => {}
            Err(fault) => {
                let watch = self.watches.entry(id.clone()).or_default();
                watch.threads.insert(thread.clone());
                if let Fault::Limited(wait) = fault {
                    watch.next = watch.next.max(now.mono + wait);
                }
            }
        }
    }

    pub(super) fn discovered(&mut self, step: &mut Step, result: Result<Answer, Fault>, now: Now) {
        let listed = match result {
            Ok(Answer::Channels(listed)) => listed,
            Ok(_) => return,
            Err(Fault::Limited(wait)) => {
                self.next_discover = now.mono + wait;
                self.discover_every = (self.discover_every * 2).min(self.timing.poll_idle);
                return;
            }
            Err(_) => return,
        };
        self.discover_every = self.timing.discover;
        for channel in &listed {
            self.listed(step, channel, now);
        }
        self.look_for_created(step, &listed, now);
    }

    fn listed(&mut self, step: &mut Step, channel: &Listed, now: Now) {
        let row = match self.image.channels.get(&channel.id) {
            Some(row) => {
                if row.name == channel.name && row.archived == channel.archived {
                    return;
                }
                ChannelRow {
                    name: channel.name.clone(),
                    archived: channel.archived,
                    ..row.clone()
                }
            }
            None => ChannelRow {
                id: channel.id.clone(),
                name: channel.name.clone(),
                incident: None,
                owner_ts: None,
                watermark: SlackTs::zero(),
                joined: false,
                archived: channel.archived,
                topic: None,
                ours: channel.ours,
            },
        };
        let watch = self.watches.entry(channel.id.clone()).or_default();
        watch.next = watch.next.min(now.mono);
        step.writes.push(Write::Channel(row));
    }

    /// A create whose answer was lost: a channel of our app with that name and no other incident
    /// in it is taken for ours; its declaration, read back, decides.
    fn look_for_created(&mut self, step: &mut Step, listed: &[Listed], now: Now) {
        let doubted: Vec<Job> = self
            .image
            .jobs
            .values()
            .filter(|job| job.state == JobState::Unconfirmed)
            .filter(|job| matches!(job.task, Task::Create { .. }))
            .cloned()
            .collect();
        for job in doubted {
            let Task::Create { name, suffix } = &job.task else {
                continue;
            };
            let wanted = super::outbox::suffixed(name, *suffix);
            let found = listed.iter().find(|c| {
                c.ours
                    && !c.archived
                    && c.name == wanted
                    && self
                        .image
                        .channels
                        .get(&c.id)
                        .is_none_or(|row| row.incident.is_none())
                    && !self
                        .image
                        .incidents
                        .values()
                        .any(|row| row.channel.as_ref() == Some(&c.id))
            });
            let asked = self.doubted.get(&job.seq).copied().unwrap_or(now.mono);
            if let Some(channel) = found {
                self.doubted.remove(&job.seq);
                self.bind(
                    step,
                    &job.incident,
                    channel.id.clone(),
                    channel.name.clone(),
                    now,
                );
                step.writes.push(Write::Job(Job {
                    state: JobState::Sent,
                    ..job
                }));
            } else if now.mono >= asked + self.timing.read_lag {
                self.doubted.remove(&job.seq);
                step.writes.push(Write::Job(Job {
                    state: JobState::Pending,
                    ..job
                }));
            }
        }
    }

    pub(super) fn pins_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let Ok(Answer::Pins(pins)) = result else {
            return;
        };
        let Some(incident) = self.image.channels.get(id).and_then(|r| r.incident.clone()) else {
            return;
        };
        let delay = self.duty_delay(&incident, "pins", now);
        let listed: BTreeSet<&SlackTs> = pins.iter().map(|p| &p.ts).collect();
        let Some(state) = self.shown(&incident) else {
            return;
        };
        let watch = self.watches.entry(id.clone()).or_default();
        watch.pins_noticed.retain(|ts, _| listed.contains(ts));
        let mut ours = Vec::new();
        for pin in pins
            .iter()
            .filter(|p| !p.message.own && !state.pinned(&p.ts))
        {
            let noticed = *watch.pins_noticed.entry(pin.ts.clone()).or_insert(now.mono);
            if now.mono >= noticed + delay {
                ours.push(pin);
            }
        }
        for pin in ours {
            self.pin(step, &incident, pin, now, rng);
        }
        let gone: Vec<SlackTs> = self
            .shown(&incident)
            .map(|state| {
                state
                    .registers
                    .iter()
                    .filter(|(_, w)| w.value == "pinned")
                    .filter_map(|(r, _)| SlackTs::parse(r.0.strip_prefix("pin:")?).ok())
                    .filter(|ts| !listed.contains(ts))
                    .collect()
            })
            .unwrap_or_default();
        let watch = self.watches.entry(id.clone()).or_default();
        watch.pins_missing.retain(|ts, _| gone.contains(ts));
        let mut unpinned = Vec::new();
        for ts in gone {
            let count = watch.pins_missing.entry(ts.clone()).or_insert(0);
            *count += 1;
            if *count >= 2 {
                unpinned.push(ts);
            }
        }
        for ts in unpinned {
            let me = self.me.clone();
            let command = Command::Pin {
                ts,
                author: String::new(),
                excerpt: String::new(),
                by: me.clone(),
                pinned: false,
            };
            self.act_into(step, &incident, &command, &me, now, rng);
        }
    }

    fn pin(
        &mut self,
        step: &mut Step,
        incident: &IncidentId,
        pin: &Pinned,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let author = pin
            .message
            .user
            .as_ref()
            .map(|user| self.name(user))
            .or_else(|| pin.message.username.clone())
            .unwrap_or_default();
        let command = Command::Pin {
            ts: pin.ts.clone(),
            author,
            excerpt: crate::wire::mrkdwn::plain(
                &pin.message.text,
                &super::mirror::Known(&self.names),
            ),
            by: pin.by.clone(),
            pinned: true,
        };
        self.act_into(step, incident, &command, &pin.by.clone(), now, rng);
    }

    /// An act that the program derives; a refusal means that there is nothing to do.
    pub(super) fn act_into(
        &mut self,
        step: &mut Step,
        incident: &IncidentId,
        command: &Command,
        by: &crate::domain::ids::UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let order = Order {
            command: command.clone(),
            by: by.clone(),
            outlets: Outlets::default(),
        };
        // A refusal means that the record says it already.
        let _already = self.act_on(step, Some(incident), &order, now, rng);
    }
}

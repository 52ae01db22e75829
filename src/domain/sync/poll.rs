//! Reading back what is in the channels: sweeps, what a message means, threads, pins, discovery.

use super::image::{ChannelRow, Job, JobState, Message, MessageRow, Task, Write};
use super::mirror::Carried;
use super::{Answer, Call, Engine, Fault, Flight, Now, Step, Sweep};
use crate::domain::ids::{ChannelId, SlackTs};
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
                // Archiving puts the app out: what was not read before is out of reach, and there
                // is nothing left to wait for. Brought back, the channel is listed again.
                if matches!(&fault, Fault::Refused(code) if code == "is_archived")
                    && let Some(row) = self.channel_now(step, id)
                {
                    step.writes.push(Write::Channel(ChannelRow {
                        archived: true,
                        joined: true,
                        ..row
                    }));
                }
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
            if missed >= MISSES {
                self.restore(step, row, now);
            }
        }
    }

    /// Deleting an event's message changes nothing: its author's console says the events again, at
    /// their position. Once; who deletes that as well means it.
    fn restore(&self, step: &mut Step, row: &MessageRow, now: Now) {
        let carried = row.message.metadata.as_ref().and_then(Carried::read);
        let Some(carried) = carried.filter(|_| row.message.own) else {
            return;
        };
        let ours = carried.console == self.image.console && carried.position.is_none();
        // A later copy holds nobody's place.
        let holds = carried.events.iter().any(|(_, event)| {
            let known = self.image.events.get(&event.id);
            let position = known.and_then(|row| row.position.as_ref());
            position.is_some_and(|position| position.ts == row.ts)
        });
        let task = Task::Restore { ts: row.ts.clone() };
        let begun = self.image.jobs.values().any(|job| job.task == task);
        if ours && holds && !begun {
            self.enqueue(step, &carried.incident, task, now);
        }
    }

    /// Whether a message that stands in for the lost one is in the channel.
    pub(super) fn is_restored(&self, channel: &ChannelId, ts: &SlackTs) -> bool {
        let messages = self.image.messages.get(channel).into_iter().flatten();
        messages.into_iter().any(|(_, row)| {
            let metadata = row.message.metadata.as_ref();
            let position = metadata.and_then(|m| m.payload.get("position"));
            row.message.own && position.is_some_and(|p| p == ts.as_str())
        })
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
}

//! Walks through a channel's pages: what they bring, what they no longer bring, and where the
//! cursor stands when they are over.

use super::image::{ChannelRow, Job, JobState, Message, MessageRow, Task, Write};
use super::mirror::{self, Carried};
use super::{Answer, Call, Engine, Fault, Now, Step};
use crate::domain::budget::backoff;
use crate::domain::ids::{ChannelId, EventId, SlackTs};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// After so many pages in a row a walk rests: 200 pages of 200 messages.
const PAGES_MAX: u32 = 200;
/// A walk ends after so many pages in a row that brought nothing new, whatever is said about more.
const STUCK_MAX: u32 = 5;
/// A message missing from this many drained sweeps, and older than the read lag, is deleted.
const MISSES: u32 = 2;
/// Free plans hide what is older than 90 days; not seeing it means nothing.
const HIDDEN: TimeDelta = TimeDelta::days(89);
/// Codes that say nothing about whether the channel can be read.
const TRANSIENT: &[&str] = &["invalid_cursor"];
/// Between tries of a channel whose page could not be read.
const AGAIN_FIRST: Duration = Duration::from_secs(3);
const AGAIN_MAX: Duration = Duration::from_secs(60);

/// A walk through a channel's pages. Where it began does not move while it lasts.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    oldest: SlackTs,
    started: Duration,
    cursor: Option<String>,
    pages: u32,
    seen: BTreeSet<SlackTs>,
    stuck: u32,
    changed: bool,
}

impl Sweep {
    pub(super) fn new(oldest: SlackTs, now: Now) -> Sweep {
        Sweep {
            oldest,
            started: now.mono,
            cursor: None,
            pages: 0,
            seen: BTreeSet::new(),
            stuck: 0,
            changed: false,
        }
    }

    pub(super) fn call(&self, channel: &ChannelId) -> Call {
        Call::History {
            channel: channel.clone(),
            oldest: self.oldest.clone(),
            cursor: self.cursor.clone(),
        }
    }
}

/// What is known of a channel only while the program runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    pub sweep: Option<Sweep>,
    pub next: Duration,
    pub interval: Duration,
    /// Pages in a row that could not be read.
    pub failures: u32,
    /// When the first sweep that was drained in this run began, and the last.
    pub first_read: Option<Duration>,
    pub as_of: Option<Duration>,
    /// The whole channel once more.
    pub deep: Option<Sweep>,
    pub next_deep: Option<Duration>,
    /// The oldest message that the last reading of the whole channel did not find: looked for once
    /// more before it is taken for deleted.
    pub missed: Option<SlackTs>,
    pub next_pins: Duration,
    pub pins_missing: BTreeMap<SlackTs, u32>,
    /// When a pin that the record does not have was first seen.
    pub pins_noticed: BTreeMap<SlackTs, Duration>,
    /// It was read to its end with its threads in this run.
    pub looked_through: bool,
    /// Slack has refused to let it be read in this run.
    pub unreadable: bool,
    /// Threads whose parent shows replies we have not read.
    pub threads: BTreeSet<SlackTs>,
    /// Threads that are read once more when what was too young for the last reading can be seen.
    pub threads_again: BTreeMap<SlackTs, Duration>,
    pub walk: Option<super::threads::Walk>,
    /// When each thread was last read whole.
    pub threads_read: BTreeMap<SlackTs, Duration>,
    pub last_post: Option<Duration>,
    /// Messages whose lists of who reacted are short.
    pub cut: BTreeSet<SlackTs>,
    /// How many reactions a message had when they were last asked for.
    pub asked_whole: BTreeMap<SlackTs, u32>,
}

impl Engine {
    pub(super) fn watch(&mut self, id: &ChannelId) -> &mut Watch {
        let base = self.timing.poll;
        self.watches.entry(id.clone()).or_insert_with(|| Watch {
            interval: base,
            ..Watch::default()
        })
    }

    pub(super) fn page_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        deep: bool,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        match result {
            Ok(Answer::Page { messages, next }) => {
                self.watch(id).failures = 0;
                self.page(step, id, deep, messages, next, now, rng);
            }
            Ok(_) => {}
            Err(fault) => self.page_failed(step, id, deep, &fault, now, rng),
        }
    }

    fn page_failed(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        deep: bool,
        fault: &Fault,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let idle = self.timing.poll_idle;
        let gone = matches!(fault, Fault::Refused(refused)
            if refused.is(&["channel_not_found", "not_in_channel"]));
        // Archiving puts the app out: what was not read before is out of reach.
        if matches!(fault, Fault::Refused(refused) if refused.is(&["is_archived"]))
            && let Some(row) = self.channel_now(step, id)
        {
            step.writes.push(Write::Channel(ChannelRow {
                archived: true,
                joined: true,
                ..row
            }));
        }
        let watch = self.watch(id);
        let wait = match fault {
            Fault::Limited(wait) | Fault::Held(wait) => *wait,
            _ if gone => idle,
            _ => {
                watch.failures += 1;
                backoff(watch.failures, AGAIN_FIRST, AGAIN_MAX, rng)
            }
        };
        // A stale cursor starts the walk anew; anything else goes on where it was.
        let anew = matches!(fault, Fault::Refused(_));
        watch.unreadable |= matches!(fault, Fault::Refused(code) if !code.is(TRANSIENT));
        if deep {
            watch.next_deep = Some(now.mono + wait);
            if anew {
                watch.deep = None;
            }
        } else {
            watch.next = now.mono + wait;
            if anew {
                watch.sweep = None;
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a page and where it belongs")]
    fn page(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        deep: bool,
        messages: Vec<Message>,
        next: Option<String>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let mut met = Vec::new();
        let mut changed = false;
        // Oldest first, so that a declaration is met before what follows it.
        for message in messages.into_iter().rev() {
            if let Ok(ts) = SlackTs::parse(&message.ts) {
                met.push(ts.clone());
                changed |= self.ingest(step, id, ts, message, now);
            }
        }
        let cursor_first = !self.safeguards.cursor_in_transaction;
        let rest = self.timing.poll;
        let clamped = self.ledger.is_clamped();
        let watch = self.watch(id);
        let slot = if deep {
            &mut watch.deep
        } else {
            &mut watch.sweep
        };
        let Some(sweep) = slot else {
            return;
        };
        let before = sweep.seen.len();
        sweep.seen.extend(met);
        sweep.pages += 1;
        sweep.changed |= changed;
        sweep.stuck = if sweep.seen.len() == before {
            sweep.stuck + 1
        } else {
            0
        };
        sweep.cursor.clone_from(&next);
        let only_asked = deep && clamped;
        if next.is_some() && sweep.stuck < STUCK_MAX && !only_asked {
            // The next page at once; after many, others have their turn, and it goes on from there.
            let rests = sweep.pages.is_multiple_of(PAGES_MAX);
            let at = if rests { now.mono + rest } else { now.mono };
            if deep {
                watch.next_deep = Some(at);
            } else {
                let seen = sweep.seen.clone();
                watch.next = at;
                if cursor_first {
                    self.move_cursor(step, id, &seen);
                }
            }
            return;
        }
        let Some(sweep) = slot.take() else {
            return;
        };
        let whole = next.is_none();
        if deep {
            let wait = self.next_deep(now, rng);
            self.watch(id).next_deep = Some(now.mono + wait);
            if whole {
                self.count_missing(step, id, &sweep, true, now);
            }
            return;
        }
        // As old as its first page: the newest messages come with that.
        watch.as_of = Some(sweep.started);
        let first = watch.first_read.is_none();
        watch.first_read.get_or_insert(sweep.started);
        if first {
            self.find_unread_threads(id);
        }
        let wait = self.next_reading(id, sweep.changed, now, rng);
        let deep = self.next_deep(now, rng);
        let watch = self.watch(id);
        watch.next = now.mono + wait;
        watch.next_deep.get_or_insert(now.mono + deep);
        if whole {
            self.drained(step, id, &sweep, now);
        }
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
        self.count_missing(step, id, sweep, false, now);
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
                self.decide_batch(step, &batch, now);
            }
        }
    }

    /// A read that could see it is over: a batch that was not found goes again, unchanged. Found are
    /// its acts also where another console said them, which may have derived them too.
    pub(super) fn decide_batch(&mut self, step: &mut Step, batch: &super::image::Batch, now: Now) {
        self.doubted.remove(&batch.id);
        let found = batch.events.iter().all(|event| {
            let known = self.image.events.get(event);
            known.is_some_and(|row| row.position.is_some())
                || step.writes.iter().any(|write| {
                    matches!(write, Write::Event(row)
                        if row.event.id == *event && row.position.is_some())
                })
        });
        let state = if found {
            JobState::Seen
        } else {
            JobState::Pending
        };
        self.set_batch(step, batch, &state, false);
        if let (false, Some(bare)) = (found, &batch.bare) {
            self.say_anew(step, batch, bare, now);
        }
    }

    /// What Slack stored without its metadata is said once more, whole; what people have not touched of
    /// the first copy goes.
    fn say_anew(&self, step: &mut Step, batch: &super::image::Batch, bare: &SlackTs, now: Now) {
        self.dissolve(step, batch);
        let known = self.image.messages.get(&batch.channel);
        let row = known.and_then(|known| known.get(bare));
        if row.is_some_and(|row| !row.deleted && self.is_untouched(&row.message)) {
            let ts = bare.clone();
            self.enqueue(step, &batch.incident, Task::Delete { ts }, now);
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

    fn count_missing(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        sweep: &Sweep,
        deep: bool,
        now: Now,
    ) {
        let Some(top) = sweep.seen.iter().next_back().cloned() else {
            return;
        };
        let lag = TimeDelta::from_std(self.timing.read_lag * 2).unwrap_or_default();
        let hidden = SlackTs::from_micros((now.wall - HIDDEN).timestamp_micros().max(0));
        let from = hidden.map_or(sweep.oldest.clone(), |h| h.max(sweep.oldest.clone()));
        let range = (
            std::ops::Bound::Excluded(from),
            std::ops::Bound::Included(top.clone()),
        );
        let known = self.image.messages.get(id);
        let missing: Vec<MessageRow> = known
            .into_iter()
            .filter(|_| sweep.oldest < top)
            .flat_map(|known| known.range(range.clone()))
            .filter(|(ts, row)| {
                let reply = row.message.thread.as_ref().is_some_and(|t| t != *ts);
                let fresh = now.wall - row.first_seen < lag;
                !(row.deleted || reply || sweep.seen.contains(*ts) || fresh)
            })
            .map(|(_, row)| row.clone())
            .collect();
        let mut once: Option<SlackTs> = None;
        for row in missing {
            let missed = row.missed + 1;
            let row = MessageRow {
                missed,
                deleted: missed >= MISSES,
                ..row
            };
            if row.deleted {
                self.deleted(step, &row, now);
            } else {
                once = Some(once.map_or_else(|| row.ts.clone(), |ts| ts.min(row.ts.clone())));
            }
            step.writes.push(Write::Message(row));
        }
        let watch = self.watch(id);
        if deep && once.is_some() {
            watch.next = now.mono;
            watch.missed = once;
        } else if !deep {
            watch.missed = None;
        }
    }

    /// Deleting an event's message changes nothing: the events are said again, at their position,
    /// by their author's console at once, by another if nobody did. Once; who deletes that as well
    /// means it.
    fn deleted(&mut self, step: &mut Step, row: &MessageRow, now: Now) {
        let Some(carried) = self.held_by(row) else {
            return;
        };
        if carried.console == self.image.console {
            self.say_again(step, &carried, row, now);
        } else {
            self.lost
                .insert((row.channel.clone(), row.ts.clone()), now.mono);
        }
    }

    /// The acts that a message of our app carries, if any has its place there. A later copy holds
    /// nobody's place.
    fn held_by(&self, row: &MessageRow) -> Option<Carried> {
        let metadata = row.message.metadata.as_ref().filter(|_| row.message.own)?;
        let carried = Carried::read(metadata).filter(|_| metadata.event_type == mirror::EVENTS)?;
        let holds = |event: &EventId| {
            let known = self.image.events.get(event);
            let position = known.and_then(|row| row.position.as_ref());
            position.is_some_and(|position| position.ts == row.ts)
        };
        let holds = carried.events.iter().any(|(_, event)| holds(&event.id));
        (carried.position.is_none() && holds).then_some(carried)
    }

    fn say_again(&self, step: &mut Step, carried: &Carried, row: &MessageRow, now: Now) {
        let task = Task::Restore { ts: row.ts.clone() };
        let begun = self.image.jobs.values().any(|job| job.task == task);
        if !begun {
            self.enqueue(step, &carried.incident, task, now);
        }
    }

    /// At start: what was deleted while nobody of ours was looking.
    pub(super) fn find_lost(&mut self, now: Now) {
        let lost: Vec<(ChannelId, SlackTs)> = self
            .image
            .messages
            .values()
            .flat_map(BTreeMap::values)
            .filter(|row| row.deleted && self.held_by(row).is_some())
            .filter(|row| !self.is_restored(&row.channel, &row.ts))
            .map(|row| (row.channel.clone(), row.ts.clone()))
            .collect();
        self.lost
            .extend(lost.into_iter().map(|key| (key, now.mono)));
    }

    /// How long a lost message is left to others, each console a little differently.
    fn lost_delay(&self, ts: &SlackTs) -> Duration {
        let spread = mirror::short_hash(&format!("{}{ts}", self.image.console));
        let seconds = u64::from_str_radix(&spread[..4], 16).unwrap_or(0) % 20;
        self.timing.duty_other + Duration::from_secs(seconds)
    }

    pub(super) fn lost_due(&self) -> Option<Duration> {
        let lost = self.lost.iter();
        lost.map(|((_, ts), at)| *at + self.lost_delay(ts)).min()
    }

    /// Says what was lost again, where its author's console did not.
    pub(super) fn restore_lost(&mut self, step: &mut Step, now: Now) {
        let due: Vec<(ChannelId, SlackTs)> = self
            .lost
            .iter()
            .filter(|((_, ts), at)| now.mono >= **at + self.lost_delay(ts))
            .map(|(key, _)| key.clone())
            .collect();
        for key in due {
            self.lost.remove(&key);
            let (channel, ts) = &key;
            let row = self.image.messages.get(channel).and_then(|m| m.get(ts));
            let Some(row) = row.filter(|row| row.deleted).cloned() else {
                continue;
            };
            if let Some(carried) = self.held_by(&row)
                && !self.is_restored(channel, ts)
            {
                self.say_again(step, &carried, &row, now);
            }
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
}

//! Threads: replies are in no channel page, so each thread is read by itself: at once when its
//! parent shows something new, and whole from time to time, because a parent that is older than
//! every sweep's overlap shows nothing, and edits and deletions show nowhere.

use super::image::{Batch, JobState, MessageRow, Write};
use super::mirror;
use super::{Answer, Call, Engine, Fault, Flight, Now, Step};
use crate::domain::budget::Purpose;
use crate::domain::ids::{ChannelId, SlackTs};
use std::collections::BTreeSet;
use std::time::Duration;

/// Threads that are read whole by turns: those with the newest replies.
const WATCHED: usize = 50;
/// After so many pages in a row a walk rests, and the channel has its turn: 50 pages of up to 1,000
/// replies.
const PAGES_MAX: u32 = 50;
/// A walk ends after so many pages in a row that brought nothing new, whatever is said about more.
const STUCK_MAX: u32 = 3;
/// A reply missing from this many whole readings is deleted.
const MISSES: u32 = 2;

/// A walk through one thread.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    thread: SlackTs,
    oldest: SlackTs,
    cursor: Option<String>,
    started: Duration,
    seen: BTreeSet<SlackTs>,
    pages: u32,
    stuck: u32,
    rests: Duration,
}

impl Engine {
    /// Reads on in a thread of the channel, if one is due and may be read. Whether it did.
    pub(super) fn read_thread(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> bool {
        let unsure = self.unsure_threads(id, now);
        let read_back = !unsure.is_empty();
        let watch = self.watch(id);
        watch.threads.extend(unsure);
        let ripe = |(_, at): &(&SlackTs, &Duration)| **at <= now.mono;
        let again = watch.threads_again.iter().filter(ripe);
        let again: Vec<SlackTs> = again.map(|(ts, _)| ts.clone()).collect();
        for thread in again {
            watch.threads_again.remove(&thread);
            watch.threads.insert(thread);
        }
        if watch.walk.is_none() {
            let new = watch.threads.pop_first();
            let whole = || self.thread_due(id).filter(|at| now.mono >= *at);
            let next = match new {
                Some(thread) => Some((self.thread_start(id, &thread), thread)),
                None => whole().and_then(|_| Some((SlackTs::zero(), self.thread_to_reread(id)?))),
            };
            self.watch(id).walk = next.map(|(oldest, thread)| Walk {
                thread,
                oldest,
                cursor: None,
                started: now.mono,
                seen: BTreeSet::new(),
                pages: 0,
                stuck: 0,
                rests: Duration::ZERO,
            });
        }
        let walk = self.watch(id).walk.as_ref();
        let Some(walk) = walk.filter(|walk| now.mono >= walk.rests) else {
            return false;
        };
        let thread = walk.thread.clone();
        let call = Call::Replies {
            channel: id.clone(),
            thread: thread.clone(),
            oldest: walk.oldest.clone(),
            cursor: walk.cursor.clone(),
        };
        let purpose = if read_back {
            Purpose::ReadBack
        } else {
            Purpose::Side
        };
        let may = self.ledger.take(purpose, &call, now, rng);
        if may {
            self.fly(step, Flight::Thread(id.clone()), call);
        }
        may
    }

    /// Replies that a former life noticed and had not read: nothing moves any more that would tell.
    pub(super) fn find_unread_threads(&mut self, id: &ChannelId) {
        let Some(messages) = self.image.messages.get(id) else {
            return;
        };
        let unread: Vec<SlackTs> = messages
            .iter()
            .filter(|(_, row)| {
                let latest = row.message.latest_reply.as_ref();
                !row.deleted && latest.is_some_and(|ts| !messages.contains_key(ts))
            })
            .map(|(ts, _)| ts.clone())
            .collect();
        self.watch(id).threads.extend(unread);
    }

    /// When something of the channel's threads is to be read.
    pub(super) fn thread_due(&self, id: &ChannelId) -> Option<Duration> {
        let watch = self.watches.get(id)?;
        if let Some(walk) = &watch.walk {
            return Some(walk.rests);
        }
        if !watch.threads.is_empty() {
            return Some(Duration::ZERO);
        }
        let again = watch.threads_again.values().min().copied();
        let Some(thread) = self.thread_to_reread(id) else {
            return again;
        };
        let read = watch.threads_read.get(&thread).copied();
        // By turns: many threads do not make more readings.
        let last = watch.threads_read.values().max().copied();
        let every = self.timing.thread;
        let whole = watch.first_read.map(|first| {
            read.or(last)
                .map_or(first + every, |at| at.max(last.unwrap_or(at)) + every)
        });
        [again, whole].into_iter().flatten().min()
    }

    /// Of the threads with the newest replies, the one that was read whole the longest ago.
    fn thread_to_reread(&self, id: &ChannelId) -> Option<SlackTs> {
        let read = &self.watches.get(id)?.threads_read;
        let mut parents: Vec<&MessageRow> = self
            .image
            .messages
            .get(id)?
            .values()
            .filter(|row| row.message.replies > 0 && !row.deleted)
            .collect();
        parents.sort_unstable_by(|a, b| b.message.latest_reply.cmp(&a.message.latest_reply));
        parents
            .into_iter()
            .take(WATCHED)
            .map(|row| (read.get(&row.ts).copied(), row.ts.clone()))
            .min()
            .map(|(_, ts)| ts)
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

    /// Slack takes no reply there: it is said in the channel, with what it replies to. The message in
    /// the thread was refused, so that this is another.
    pub(super) fn unthread(&mut self, step: &mut Step, batch: &Batch) {
        let Some(thread) = &batch.thread else {
            return;
        };
        let known = self.image.messages.get(&batch.channel);
        let parent = known.and_then(|known| known.get(thread));
        let parent = parent.filter(|row| !row.deleted).map(|row| &row.message);
        let lang = self.folds.get(&batch.incident);
        let lang = lang.map(|fold| fold.incident.lang).unwrap_or_default();
        let text = mirror::unthreaded(&batch.text, thread, parent, &self.names, lang);
        let instead = Batch {
            id: self.next_seq(step),
            after: self.newest(&batch.channel),
            text,
            thread: None,
            ..batch.clone()
        };
        step.writes.push(Write::Batch(instead.clone()));
        self.set_batch(step, &instead, &JobState::Pending, true);
    }

    /// Before the newest known reply: one that came before it may be seen after it.
    fn thread_start(&self, id: &ChannelId, thread: &SlackTs) -> SlackTs {
        let lag = i64::try_from((self.timing.read_lag * 2).as_micros()).unwrap_or(i64::MAX);
        let last = self.last_reply(id, thread).micros();
        SlackTs::from_micros(last.saturating_sub(lag).max(0)).unwrap_or_else(SlackTs::zero)
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

    pub(super) fn thread_answered(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        result: Result<Answer, Fault>,
        now: Now,
    ) {
        match result {
            Ok(Answer::Page { messages, next }) => self.thread_page(step, id, messages, next, now),
            Ok(_) => {}
            // There is no such thread, or it cannot be read: nothing is waited for.
            Err(Fault::Refused(_)) => {
                let watch = self.watch(id);
                if let Some(walk) = watch.walk.take() {
                    watch.threads_read.insert(walk.thread, now.mono);
                }
            }
            // The walk goes on where it was; the ledger knows when.
            Err(_) => {}
        }
    }

    fn thread_page(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        messages: Vec<super::image::Message>,
        next: Option<String>,
        now: Now,
    ) {
        let Some(mut walk) = self.watch(id).walk.take() else {
            return;
        };
        let before = walk.seen.len();
        for message in messages {
            // The parent may be repeated; its place is the channel.
            if let Ok(ts) = SlackTs::parse(&message.ts)
                && ts != walk.thread
            {
                walk.seen.insert(ts.clone());
                self.ingest(step, id, ts, message, now);
            }
        }
        walk.pages += 1;
        walk.stuck = if walk.seen.len() == before {
            walk.stuck + 1
        } else {
            0
        };
        walk.cursor.clone_from(&next);
        if next.is_some() && walk.stuck < STUCK_MAX {
            if walk.pages.is_multiple_of(PAGES_MAX) {
                walk.rests = now.mono + self.timing.poll;
            }
            self.watch(id).walk = Some(walk);
            return;
        }
        if next.is_none() {
            self.thread_read(step, id, &walk, now);
        }
        let watch = self.watch(id);
        watch.threads_read.insert(walk.thread, now.mono);
        while watch.threads_read.len() > WATCHED * 2 {
            let oldest = watch.threads_read.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(ts, _)| ts.clone()) else {
                break;
            };
            watch.threads_read.remove(&oldest);
        }
    }

    /// A thread was read to its end: what is missing is counted, what was looked for is decided.
    fn thread_read(&mut self, step: &mut Step, id: &ChannelId, walk: &Walk, now: Now) {
        if walk.oldest == SlackTs::zero() {
            let lag = chrono::TimeDelta::from_std(self.timing.read_lag * 2).unwrap_or_default();
            let known = self.image.messages.get(id).into_iter().flatten();
            for (ts, row) in known {
                let here = row.message.thread.as_ref() == Some(&walk.thread) && *ts != walk.thread;
                let fresh = now.wall - row.first_seen < lag;
                if !here || row.deleted || fresh || walk.seen.contains(ts) {
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
        let ended: Vec<_> = self
            .doubted
            .iter()
            .filter(|(_, at)| walk.started >= **at + self.timing.read_lag)
            .filter_map(|(key, _)| self.image.batches.get(key))
            .filter(|b| b.channel == *id && b.thread.as_ref() == Some(&walk.thread))
            .cloned()
            .collect();
        for batch in ended {
            self.decide_batch(step, &batch, now);
        }
    }
}

//! What is to be sent now: which jobs may go, as which calls.

use super::image::{Batch, EventRow, IncidentRow, Job, JobState, Task, Write};
use super::mirror::{self, Scene};
use super::{Call, Engine, Flight, Linger, Now, Step};
use crate::domain::budget::Purpose;
use crate::domain::event::{About, Body};
use crate::domain::ids::{EventId, IncidentId, SlackTs};
use crate::domain::outlets::Sight;
use crate::domain::record::remind;
use crate::domain::work::Deed;
use crate::wire::mrkdwn;
use chrono::{DateTime, TimeDelta};
use std::collections::BTreeMap;
use std::time::Duration;

/// More acts than this fit into no message.
const MESSAGE_ACTS: usize = 100;
/// Jobs beside the messages that one incident may have under way at once.
const IN_FLIGHT: usize = 2;

impl Engine {
    /// Starts what may start. A message is committed as `sending` before its call is made.
    pub(super) fn pump(&mut self, step: &mut Step, now: Now, rng: &mut fastrand::Rng) {
        self.doubt_unsure(now);
        let mut waiting: BTreeMap<IncidentId, Vec<u64>> = BTreeMap::new();
        for seq in &self.image.open {
            if let Some(job) = self.image.jobs.get(seq) {
                waiting.entry(job.incident.clone()).or_default().push(*seq);
            }
        }
        for (incident, seqs) in waiting {
            self.pump_incident(step, &incident, &seqs, now, rng);
        }
    }

    /// What another process left in doubt, or a person wants looked for, is looked for from now on.
    fn doubt_unsure(&mut self, now: Now) {
        let unsure: Vec<u64> = self
            .outbox()
            .filter(|job| job.state == JobState::Unconfirmed)
            .filter_map(|job| job.batch)
            .filter(|id| !self.doubted.contains_key(id))
            .collect();
        for id in unsure {
            self.doubted.insert(id, now.mono);
        }
    }

    fn pump_incident(
        &mut self,
        step: &mut Step,
        id: &IncidentId,
        seqs: &[u64],
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let Some(row) = self.image.incidents.get(id).cloned() else {
            return;
        };
        let seqs = self.withhold(step, &row, seqs, now);
        let known = self.is_known(&row);
        let seqs: Vec<u64> = seqs
            .iter()
            .copied()
            .filter(|seq| known || *seq > self.inherited || self.is_create(*seq))
            .collect();
        // Acts go in order: the newer ones wait for those that a former life left behind.
        if known || !self.has_inherited_acts(id) {
            self.send_messages(step, &row, &seqs, now, rng);
        }
        let mut under_way = self
            .under_way()
            .filter(|flight| match flight {
                Flight::Job(seq) => self.image.jobs.get(seq).is_some_and(|j| j.incident == *id),
                _ => false,
            })
            .count();
        for seq in &seqs {
            if under_way >= IN_FLIGHT {
                return;
            }
            let job = self.image.jobs.get(seq);
            let Some(job) = job.filter(|job| self.may_go(job, now)).cloned() else {
                continue;
            };
            if self.is_needless(&job, &row) {
                step.writes.push(Write::Job(Job {
                    state: JobState::Sent,
                    ..job
                }));
                continue;
            }
            if let Some(call) = self.call_for(&job, &row, now)
                && self.may_call(*seq, &call, now, rng)
            {
                let sending = Job {
                    state: JobState::Sending,
                    ..job.clone()
                };
                step.writes.push(Write::Job(sending));
                self.fly(step, Flight::Job(*seq), call);
                under_way += 1;
            }
        }
    }

    /// What it was to bring about is so already, or is not wanted any more.
    fn is_needless(&mut self, job: &Job, row: &IncidentRow) -> bool {
        match (&job.task, &row.channel) {
            (Task::Restore { ts }, Some(channel)) => self.is_restored(channel, ts),
            (Task::Create { .. }, channel) => channel.is_some(),
            // Somebody took the response up again, or had gone on before it was declared over.
            (Task::Archive {}, _) => self
                .shown(&row.id)
                .is_some_and(|state| !state.phase.is_over()),
            // Settled, or put off, while it waited.
            (Task::Remind { number, about, .. }, _) => self.shown(&row.id).is_some_and(|state| {
                let archived = self.image.channel_of(&row.id).is_some_and(|c| c.archived);
                match about {
                    About::Archived => state.phase.is_over() || !archived,
                    _ => !remind::is_wanted(&state, *number),
                }
            }),
            _ => false,
        }
    }

    fn is_create(&self, seq: u64) -> bool {
        let job = self.image.jobs.get(&seq);
        job.is_some_and(|job| matches!(job.task, Task::Create { .. }))
    }

    fn has_inherited_acts(&self, id: &IncidentId) -> bool {
        self.open_jobs(id).any(|job| {
            job.seq <= self.inherited
                && matches!(job.task, Task::Event { .. })
                && !job.state.is_settled()
        })
    }

    /// What a former life left behind waits until its channel was read in this one: the journal may
    /// be an older copy, and then it is there already.
    pub(super) fn inherit(&mut self, now: Now) {
        self.inherited = self.image.last_seq;
        let announced = self.image.open.iter().copied().filter(|seq| {
            let job = self.image.jobs.get(seq);
            job.is_some_and(|job| job.task.is_elsewhere() && job.state == JobState::Pending)
        });
        // They are looked for where they are to be.
        self.doubted.extend(announced.map(|seq| (seq, now.mono)));
    }

    /// The incident's channel was read in this run, with its threads, or cannot be.
    fn is_known(&mut self, row: &IncidentRow) -> bool {
        let Some(channel) = &row.channel else {
            return false;
        };
        let row = self.image.channels.get(channel);
        // It is not read then, and refuses what is said; that it is archived may be old news.
        let archived = row.is_some_and(|c| c.archived) && (self.discovered || self.unlistable);
        let read = self.is_looked_through(channel);
        let watch = self.watch(channel);
        watch.looked_through |= read;
        archived || watch.looked_through
    }

    pub(super) fn is_looked_through(&self, channel: &crate::domain::ids::ChannelId) -> bool {
        self.watches.get(channel).is_some_and(|watch| {
            let read = watch.as_of.is_some() && watch.threads.is_empty() && watch.walk.is_none();
            read || watch.unreadable || watch.looked_through
        })
    }

    /// No channel that may be the one that a former life made for this incident is left unread.
    fn may_create(&self, job: &Job, name: &str) -> bool {
        let mut old = self.image.jobs.range(..=self.inherited);
        let is_old = old.any(|(_, old)| old.incident == job.incident);
        !is_old
            || self.unlistable
            || self.discovered
                && self
                    .image
                    .channels
                    .values()
                    .filter(|c| c.ours && !c.archived && c.name.starts_with(name))
                    .all(|c| self.is_looked_through(&c.id))
    }

    /// Gives up what must not leave any more, whoever wanted it and whenever; returns the rest. What
    /// may have arrived is looked for first.
    fn withhold(&mut self, step: &mut Step, row: &IncidentRow, seqs: &[u64], now: Now) -> Vec<u64> {
        let Some(state) = self.shown(&row.id) else {
            return seqs.to_vec();
        };
        let sight = Sight::of_row(&state, Some(row));
        let (kept, withheld) = seqs.iter().partition(|seq| {
            self.image.jobs.get(seq).is_none_or(|job| {
                let free = job.state == JobState::Pending && !self.flies(job.seq);
                !free || self.doubted.contains_key(&job.seq) || sight.lets(&job.task)
            })
        });
        let withheld: Vec<u64> = withheld;
        for seq in withheld {
            let Some(job) = self.image.jobs.get(&seq) else {
                continue;
            };
            step.writes.push(Write::Job(Job {
                state: JobState::Dropped {
                    by: self.restricted_by(&row.id),
                    at: Some(now.wall),
                    code: None,
                    replaced: false,
                    said: None,
                },
                ..job.clone()
            }));
        }
        kept
    }

    fn restricted_by(&self, id: &IncidentId) -> Option<crate::domain::ids::UserId> {
        let mut events = self.image.events.values();
        let restricts = |row: &&EventRow| {
            let body = row.event.body();
            row.incident == *id && matches!(body, Some(Body::Work(Deed::Restricted {})))
        };
        events.find(restricts).map(|row| row.by.clone())
    }

    fn may_go(&self, job: &Job, now: Now) -> bool {
        !matches!(job.task, Task::Event { .. })
            && match job.state {
                JobState::Pending => true,
                // An announcement that may be there is looked for as the same job.
                JobState::Unconfirmed => job.task.is_elsewhere(),
                _ => false,
            }
            && self.rested(job.seq, now)
            && !self.flies(job.seq)
    }

    fn rested(&self, seq: u64, now: Now) -> bool {
        self.not_before.get(&seq).is_none_or(|at| *at <= now.mono)
    }

    fn flies(&self, seq: u64) -> bool {
        self.under_way()
            .any(|flight| matches!(flight, Flight::Job(s) if *s == seq))
    }

    /// What a job says to the workspace; `None` while what it depends on is missing.
    fn call_for(&mut self, job: &Job, row: &IncidentRow, now: Now) -> Option<Call> {
        if let Task::Create { name, suffix } = &job.task {
            return self.may_create(job, name).then(|| Call::Create {
                name: suffixed(name, *suffix),
                private: row.private,
            });
        }
        let channel = row.channel.clone()?;
        // The declaration comes first in a channel: it is what makes the channel the incident's.
        let declared = self.declaration_sent(&row.id);
        match &job.task {
            Task::Create { .. } | Task::Event { .. } => None,
            Task::Purpose { text } if declared => Some(Call::Purpose {
                channel,
                purpose: text.clone(),
            }),
            Task::Topic {} if declared => {
                let state = self.shown(&row.id)?;
                let topic = mirror::topic(&state, row, &self.names);
                self.sent.insert(job.seq, topic.clone());
                Some(Call::Topic { channel, topic })
            }
            Task::Card {} if declared => {
                let state = self.shown(&row.id)?;
                let (text, hash) = mirror::card(&state, row, &self.names);
                let metadata = mirror::card_metadata(&state, &hash);
                self.sent.insert(job.seq, hash);
                Some(match &row.card {
                    Some(card) => Call::Update {
                        channel,
                        ts: card.ts.clone(),
                        text,
                        metadata,
                    },
                    None => {
                        self.posted_now(&channel, now)?;
                        Call::Post {
                            channel,
                            text,
                            thread: None,
                            metadata,
                        }
                    }
                })
            }
            Task::PinEvent { id } => Some(Call::Pin {
                channel,
                ts: self.image.events.get(id)?.position.as_ref()?.ts.clone(),
            }),
            Task::React { id, name } => {
                // In the order in which they are to be read.
                let first = self.open_jobs(&row.id).find(
                    |open| matches!(&open.task, Task::React { id: other, .. } if other == id),
                );
                if first.is_some_and(|open| open.seq < job.seq && !open.state.is_settled()) {
                    return None;
                }
                Some(Call::React {
                    channel,
                    ts: self.image.events.get(id)?.position.as_ref()?.ts.clone(),
                    name: name.clone(),
                })
            }
            Task::Mark { ts, name } => Some(Call::React {
                channel,
                ts: ts.clone(),
                name: name.clone(),
            }),
            Task::Whisper {
                thread, user, text, ..
            } => Some(Call::Whisper {
                channel,
                user: user.clone(),
                thread: thread.clone(),
                text: text.clone(),
            }),
            Task::PinCard {} => Some(Call::Pin {
                channel,
                ts: row.card.as_ref()?.ts.clone(),
            }),
            Task::InvitePerson { who } if declared => Some(Call::InvitePerson {
                channel,
                who: who.clone(),
            }),
            Task::InviteGroup { who } if declared => Some(Call::InviteGroup {
                channel,
                who: who.clone(),
            }),
            Task::Announce {
                to, event, here, ..
            } if self.position_of(event).is_some() => {
                if self.doubted.contains_key(&job.seq) {
                    return Some(Call::SeekAnnouncement {
                        to: to.clone(),
                        event: event.clone(),
                    });
                }
                let recorded = self.image.events.get(event)?.clone();
                let state = self.shown(&row.id)?;
                let body = recorded.event.body()?;
                let heard = self.heard(&row.id).into_keys().collect();
                let said = mirror::announcement(
                    &recorded.event.id,
                    (body, recorded.text.as_deref()),
                    &recorded.by,
                    &state,
                    (row, &heard),
                    &self.names,
                );
                let text = if *here {
                    format!("{} {said}", mrkdwn::HERE)
                } else {
                    said
                };
                Some(Call::Announce {
                    to: to.clone(),
                    text,
                    metadata: announce_metadata(&row.id, event),
                })
            }
            Task::Remind { to, number, about } => {
                let event = super::listen::reminder_id(&row.id, *about, *number);
                // Another console may have said it: whoever posts looks first.
                if self.doubted.contains_key(&job.seq) {
                    return Some(Call::SeekAnnouncement {
                        to: to.clone(),
                        event,
                    });
                }
                let state = self.shown(&row.id)?;
                let body = super::listen::reminder(*about, *number);
                Some(Call::Announce {
                    to: to.clone(),
                    text: mirror::reminder(&event, &body, &self.me, &state, row, &self.names),
                    metadata: announce_metadata(&row.id, &event),
                })
            }
            Task::Restore { ts } => {
                let lost = self.image.messages.get(&channel)?.get(ts)?;
                let mut metadata = lost.message.metadata.clone()?;
                metadata
                    .payload
                    .insert("position".to_owned(), ts.to_string());
                let text = lost.message.text.clone();
                self.posted_now(&channel, now)?;
                Some(Call::Post {
                    channel,
                    text,
                    thread: None,
                    metadata,
                })
            }
            Task::Delete { ts } => Some(Call::Delete {
                channel,
                ts: ts.clone(),
            }),
            Task::Unarchive {} => Some(Call::Unarchive { channel }),
            // The channel's last job: after everything else of this incident is settled.
            Task::Archive {} if self.only_left(job) && !self.lingers(job, now) => {
                Some(Call::Archive { channel })
            }
            Task::Purpose { .. }
            | Task::Topic {}
            | Task::Card {}
            | Task::InvitePerson { .. }
            | Task::InviteGroup { .. }
            | Task::Announce { .. }
            | Task::Archive {} => None,
        }
    }

    fn position_of(&self, event: &EventId) -> Option<&crate::domain::event::Position> {
        self.image.events.get(event)?.position.as_ref()
    }

    pub(super) fn declaration_sent(&self, id: &IncidentId) -> bool {
        self.folds
            .get(id)
            .is_some_and(|fold| fold.incident.declared.is_some())
    }

    fn only_left(&self, archive: &Job) -> bool {
        // Resolving and archiving each bring one: they do not wait for each other.
        self.open_jobs(&archive.incident).all(|job| {
            matches!(job.task, Task::Archive {}) || matches!(job.state, JobState::Failed { .. })
        })
    }

    /// Archiving puts the app out, and with it every console that has not read how it ended: where
    /// others wrote in this incident, the channel stays until each has had its turn to read.
    fn lingers(&mut self, archive: &Job, now: Now) -> bool {
        let Some(fold) = self.folds.get(&archive.incident) else {
            return false;
        };
        let own = &self.image.console;
        let mut events = fold.order.iter();
        let others = events.any(|(_, id)| {
            let row = self.image.events.get(id);
            row.is_some_and(|row| row.console != *own)
        });
        let last = fold.last.as_ref().filter(|_| others);
        let Some(after) = last.map(|(at, _)| at.ts.clone()) else {
            self.lingering.remove(&archive.seq);
            return false;
        };
        let known = self.lingering.get(&archive.seq);
        let until = match known.filter(|linger| linger.after == after) {
            Some(linger) => linger.until,
            None => {
                let turn = self.timing.poll_idle + self.timing.read_lag;
                let said = DateTime::from_timestamp_micros(after.micros());
                let until = said.map(|at| at + TimeDelta::from_std(turn).unwrap_or_default());
                // A clock that is behind makes nobody wait longer than a turn: it is asked once.
                let left = until.and_then(|until| (until - now.wall).to_std().ok());
                left.map(|left| now.mono + left.min(turn))
            }
        };
        let until = until.filter(|until| now.mono < *until);
        self.not_before
            .extend(until.map(|until| (archive.seq, until)));
        self.lingering.insert(archive.seq, Linger { after, until });
        until.is_some()
    }

    /// One message a second to a channel; `None` while the last is too recent.
    fn posted_now(&mut self, channel: &crate::domain::ids::ChannelId, now: Now) -> Option<()> {
        let spacing = self.timing.post;
        let watch = self.watch(channel);
        let free = watch.last_post.is_none_or(|at| now.mono >= at + spacing);
        if free {
            watch.last_post = Some(now.mono);
        }
        free.then_some(())
    }

    /// Sends the incident's next message, if its channel is free: one at a time, in order of entry.
    fn send_messages(
        &mut self,
        step: &mut Step,
        row: &IncidentRow,
        seqs: &[u64],
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let Some(channel) = row.channel.clone() else {
            return;
        };
        let busy = self.under_way().any(|flight| match flight {
            Flight::Batch(id) => self
                .image
                .batches
                .get(id)
                .is_some_and(|b| b.channel == channel),
            _ => false,
        });
        if busy {
            return;
        }
        let events: Vec<&Job> = seqs
            .iter()
            .filter_map(|seq| self.image.jobs.get(seq))
            .filter(|job| {
                matches!(job.task, Task::Event { .. })
                    && !matches!(job.state, JobState::Failed { .. })
            })
            .take(MESSAGE_ACTS)
            .collect();
        let Some(first) = events.first() else {
            return;
        };
        // An archived channel takes nothing until it is back.
        let back = |job: &Job| matches!(job.task, Task::Unarchive {}) && !job.state.is_settled();
        if self.open_jobs(&row.id).any(back) {
            return;
        }
        // Before its declaration nobody would count an event.
        if self.declaration_failed(&row.id) {
            return;
        }
        // What was formed once goes again unchanged, and alone: nothing overtakes an unsure message.
        if let Some(batch) = first.batch.and_then(|id| self.image.batches.get(&id)) {
            let batch = batch.clone();
            let ready = first.state == JobState::Pending && self.rested(batch.id, now);
            if ready && self.posted_now(&channel, now).is_some() {
                let retold = self.retold(row, &batch, now);
                let again = retold.clone().unwrap_or(batch);
                if self.send(step, &again, now, rng)
                    && let Some(retold) = retold
                {
                    step.writes.insert(0, Write::Batch(retold));
                }
            }
            return;
        }
        if !self.rested(first.seq, now) || first.state != JobState::Pending {
            return;
        }
        let ready: Vec<(u64, &EventRow)> = events
            .iter()
            .take_while(|job| job.state == JobState::Pending && job.batch.is_none())
            .filter_map(|job| match &job.task {
                Task::Event { id } => Some((job.seq, self.image.events.get(id)?)),
                _ => None,
            })
            .collect();
        let first_seq = first.seq;
        let after = self.newest(&channel);
        let id = self.next_seq(step);
        let waiting: Vec<(u64, EventRow)> =
            ready.into_iter().map(|(seq, e)| (seq, e.clone())).collect();
        let Some(state) = self.shown(&row.id) else {
            return;
        };
        let borrowed: Vec<(u64, &EventRow)> = waiting.iter().map(|(s, e)| (*s, e)).collect();
        let scene = Scene {
            row,
            incident: &state,
            console: &self.image.console,
            names: &self.names,
            now: now.wall,
        };
        let Some(batch) = mirror::batch(id, &scene, &borrowed, after) else {
            return;
        };
        if self.posted_now(&channel, now).is_none() {
            return;
        }
        let formed = Write::Batch(batch.clone());
        if self.send(step, &batch, now, rng) {
            step.writes.insert(0, formed);
        } else if let Some(held) = self.not_before.remove(&batch.id) {
            // It was never formed: its first act waits.
            self.not_before.insert(first_seq, held);
        }
    }

    /// A message that waited since it was formed, with what it must say now that it is late. Its events
    /// and their texts stay as they are.
    fn retold(&mut self, row: &IncidentRow, batch: &Batch, now: Now) -> Option<Batch> {
        let state = self.shown(&row.id)?;
        let rows: Option<Vec<&EventRow>> = batch
            .events
            .iter()
            .map(|id| self.image.events.get(id))
            .collect();
        let scene = Scene {
            row,
            incident: &state,
            console: &self.image.console,
            names: &self.names,
            now: now.wall,
        };
        mirror::retold(batch, &rows?, &scene)
    }

    /// Whether the ledger lets a call go now; if not, what it is for waits.
    fn may_call(&mut self, key: u64, call: &Call, now: Now, rng: &mut fastrand::Rng) -> bool {
        let purpose = match call {
            Call::SeekAnnouncement { .. } => Purpose::ReadBack,
            _ => Purpose::Write,
        };
        let may = self.ledger.take(purpose, call, now, rng);
        if !may {
            let held = self.ledger.held(purpose, call.method());
            self.not_before.insert(key, held);
        }
        may
    }

    /// Whether it went.
    fn send(&mut self, step: &mut Step, batch: &Batch, now: Now, rng: &mut fastrand::Rng) -> bool {
        let call = Call::Post {
            channel: batch.channel.clone(),
            text: batch.text.clone(),
            thread: batch.thread.clone(),
            metadata: super::image::Metadata {
                event_type: mirror::EVENTS.to_owned(),
                payload: batch.metadata.clone(),
            },
        };
        if !self.may_call(batch.id, &call, now, rng) {
            return false;
        }
        for seq in &batch.jobs {
            let Some(job) = self.image.jobs.get(seq) else {
                continue;
            };
            let mut job = job.clone();
            job.batch = Some(batch.id);
            if self.safeguards.durable_sending {
                job.state = JobState::Sending;
            } else {
                job.batch = None;
            }
            step.writes.push(Write::Job(job));
        }
        self.fly(step, Flight::Batch(batch.id), call);
        true
    }

    /// The newest ts known in a channel.
    pub(super) fn newest(&self, channel: &crate::domain::ids::ChannelId) -> SlackTs {
        self.image
            .messages
            .get(channel)
            .and_then(|messages| messages.keys().next_back().cloned())
            .unwrap_or_else(SlackTs::zero)
    }

    pub(super) fn outbox_due(&self, now: Now) -> Option<Duration> {
        let waits = self
            .image
            .open
            .iter()
            .filter_map(|seq| self.image.jobs.get(seq))
            .filter(|job| matches!(job.state, JobState::Pending | JobState::Unconfirmed))
            .filter_map(|job| {
                let row = self.image.incidents.get(&job.incident)?;
                let create = matches!(job.task, Task::Create { .. });
                let channel = row.channel.as_ref();
                if channel.is_none() && !create {
                    return None;
                }
                let rest = self
                    .not_before
                    .get(&job.batch.unwrap_or(job.seq))
                    .copied()
                    .unwrap_or(now.mono);
                let post = match (&job.task, channel) {
                    (Task::Event { .. } | Task::Card {}, Some(channel)) => self
                        .watches
                        .get(channel)
                        .and_then(|w| w.last_post)
                        .map_or(now.mono, |at| at + self.timing.post),
                    _ => now.mono,
                };
                Some(rest.max(post))
            });
        // `next` has just started all that could go; what waits for another job's answer is looked
        // at again with that answer. Only what waits for a time is left.
        waits.filter(|at| *at > now.mono).min()
    }
}

/// `name`, `name-2`, `name-3`, …, within Slack's 80 characters.
pub fn suffixed(name: &str, suffix: u32) -> String {
    if suffix == 0 {
        return name.chars().take(80).collect();
    }
    let tail = format!("-{}", suffix + 1);
    let room = 80usize.saturating_sub(tail.len());
    let head: String = name.chars().take(room).collect();
    format!("{head}{tail}")
}

fn announce_metadata(incident: &IncidentId, event: &EventId) -> super::image::Metadata {
    super::image::Metadata {
        event_type: mirror::ANNOUNCE.to_owned(),
        payload: BTreeMap::from([
            ("v".to_owned(), mirror::VERSION.to_owned()),
            ("incident".to_owned(), incident.0.clone()),
            ("event".to_owned(), event.0.clone()),
        ]),
    }
}

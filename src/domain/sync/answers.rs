//! What an answer changes.

use super::image::{Batch, Card, ChannelRow, IncidentRow, Job, JobState, Task, Write};
use super::mirror::Carried;
use super::{Answer, Engine, Fault, Flight, Now, Refused, Step};
use crate::domain::event::{Body, Position};
use crate::domain::ids::{ChannelId, SlackTs};
use std::time::Duration;

/// A taken channel name is tried with this many suffixes.
const SUFFIXES: u32 = 40;
/// Codes that say the token is no good: nothing else will work either, and nothing is given up.
pub(super) const TOKEN_CODES: &[&str] = &[
    "not_authed",
    "invalid_auth",
    "token_revoked",
    "token_expired",
    "account_inactive",
    "accesslimited",
    "team_access_not_granted",
];
/// Codes that say it is as wanted already.
const ALREADY: &[&str] = &[
    "already_pinned",
    "already_archived",
    "not_archived",
    "already_in_channel",
    "cant_invite_self",
    "message_not_found_for_delete",
];
/// Codes that say the channel is archived.
const ARCHIVED: &[&str] = &["is_archived", "is_inactive"];

/// Codes that say there is no replying there: what is said goes to the channel.
const NO_REPLY: &[&str] = &[
    "thread_not_found",
    "cannot_reply_to_message",
    "restricted_action_thread_locked",
    "restricted_action_non_threadable_channel",
    "thread_locked",
];
/// Codes that say the card cannot be written any more: a new one is posted.
const CARD_LOST: &[&str] = &[
    "message_not_found",
    "cant_update_message",
    "edit_window_closed",
];
const BACK_OFF_FIRST: Duration = Duration::from_secs(1);
const BACK_OFF_MAX: Duration = Duration::from_secs(60);

impl Engine {
    /// Takes in what came back for a call of a former step.
    pub fn answered(
        &mut self,
        flight: u64,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Step {
        let Some((what, method)) = self.flights.remove(&flight) else {
            return Step::default();
        };
        self.note_answer(method, &result, now, rng);
        let mut step = Step::default();
        match what {
            Flight::Batch(id) => self.batch_answered(&mut step, id, result, now, rng),
            Flight::Job(seq) => self.job_answered(&mut step, seq, result, now, rng),
            Flight::Page(channel) => {
                self.page_answered(&mut step, &channel, false, result, now, rng);
            }
            Flight::Deep(channel) => {
                self.page_answered(&mut step, &channel, true, result, now, rng);
            }
            Flight::Thread(channel) => self.thread_answered(&mut step, &channel, result, now),
            Flight::Discover => self.discovered(&mut step, result, now),
            Flight::Reactions(channel, ts) => self.cut_answered(&mut step, &channel, &ts, result),
            Flight::Pins(channel) => self.pins_answered(&mut step, &channel, result, now, rng),
        }
        step
    }

    fn back_off(&mut self, key: u64, attempts: u32, now: Now, rng: &mut fastrand::Rng) {
        let doubled = BACK_OFF_FIRST * 2u32.saturating_pow(attempts.min(6));
        let capped = doubled.min(BACK_OFF_MAX);
        // Half fixed, half chance: consoles that failed together do not come back together.
        let wait = capped / 2 + capped.mul_f64(rng.f64() / 2.0);
        self.not_before.insert(key, now.mono + wait);
    }

    fn batch_answered(
        &mut self,
        step: &mut Step,
        id: u64,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let Some(batch) = self.image.batches.get(&id).cloned() else {
            return;
        };
        let row = self.image.incidents.get(&batch.incident);
        if row.is_some_and(|row| row.channel.as_ref() != Some(&batch.channel)) {
            // The channel has turned out to be another incident's: its acts go again elsewhere.
            let jobs = batch.jobs.iter().filter_map(|seq| self.image.jobs.get(seq));
            let held = jobs.filter(|job| job.batch == Some(id) && !job.state.is_settled());
            step.writes.extend(held.map(|job| {
                Write::Job(Job {
                    state: JobState::Pending,
                    batch: None,
                    ..job.clone()
                })
            }));
            return;
        }
        match result {
            Ok(Answer::Posted { ts, message }) => self.posted(step, &batch, &ts, &message),
            Ok(_) => {}
            Err(Fault::Limited(wait) | Fault::Held(wait)) => {
                self.not_before.insert(id, now.mono + wait);
                self.set_batch(step, &batch, &JobState::Pending, false);
            }
            Err(Fault::NotSent(_)) => {
                self.try_later(id, now, rng);
                // No attempt: nothing has left, so that it can still be changed or given up.
                self.set_batch(step, &batch, &JobState::Pending, false);
            }
            Err(Fault::Ambiguous(_)) if !self.safeguards.read_back => {
                self.back_off(id, 0, now, rng);
                self.set_batch(step, &batch, &JobState::Pending, true);
            }
            Err(Fault::Ambiguous(_)) => {
                self.doubted.insert(id, now.mono);
                self.set_batch(step, &batch, &JobState::Unconfirmed, true);
                // Read soon; most messages that seem lost are there.
                let watch = self.watch(&batch.channel);
                watch.next = watch.next.min(now.mono + Duration::from_secs(2));
            }
            Err(Fault::Refused(refused)) if refused.is(TOKEN_CODES) => {
                self.not_before.insert(id, now.mono + BACK_OFF_MAX);
                self.unsent.insert(id);
                self.set_batch(step, &batch, &JobState::Pending, false);
            }
            Err(Fault::Refused(refused)) if batch.thread.is_some() && refused.is(NO_REPLY) => {
                self.unthread(step, &batch);
            }
            Err(Fault::Refused(refused)) if self.seeks_channel(id, &refused, now) => {
                self.set_batch(step, &batch, &JobState::Pending, false);
            }
            Err(Fault::Refused(refused)) => {
                self.note_archived(step, &batch.incident, &refused.code);
                self.set_batch(step, &batch, &refused.into(), true);
                self.drop_archived(step, &batch);
            }
        }
    }

    /// Nobody was reached. What fails alone must not come before everything else for ever.
    fn try_later(&mut self, key: u64, now: Now, rng: &mut fastrand::Rng) {
        let tries = self.tries.entry(key).or_default();
        *tries += 1;
        let tries = *tries;
        self.back_off(key, tries, now, rng);
        self.unsent.insert(key);
    }

    /// Moves all jobs of a batch; they share one fate.
    pub(super) fn set_batch(
        &self,
        step: &mut Step,
        batch: &Batch,
        state: &JobState,
        counted: bool,
    ) {
        for seq in &batch.jobs {
            let Some(job) = self.image.jobs.get(seq) else {
                continue;
            };
            if matches!(
                job.state,
                JobState::Sent | JobState::Seen | JobState::Dropped { .. }
            ) {
                continue;
            }
            step.writes.push(Write::Job(Job {
                state: state.clone(),
                attempts: job.attempts + u32::from(counted),
                batch: self.safeguards.durable_sending.then_some(batch.id),
                ..job.clone()
            }));
        }
    }

    /// Answered with a ts and our metadata echoed: sent. Without the echo, people see the message
    /// but consoles cannot read it; that is a failure with a reason, not something to say twice.
    fn posted(
        &mut self,
        step: &mut Step,
        batch: &Batch,
        ts: &SlackTs,
        message: &super::image::Message,
    ) {
        let carried = message.metadata.as_ref().and_then(Carried::read);
        let Some(carried) = carried.filter(|c| c.incident == batch.incident) else {
            step.writes.push(Write::Batch(Batch {
                bare: Some(ts.clone()),
                ..batch.clone()
            }));
            let state = JobState::failed("metadata_not_stored");
            self.set_batch(step, batch, &state, true);
            return;
        };
        self.claim(step, &batch.channel, &batch.incident, &carried, ts);
        self.place(step, &carried, ts, message);
        self.set_batch(step, batch, &JobState::Sent, true);
        self.doubted.remove(&batch.id);
        let base = self.timing.poll;
        self.watch(&batch.channel).interval = base;
    }

    /// A declaration in a channel makes it that incident's, if none has a lower ts. Pages come
    /// newest first, so until the declaration is met the channel is taken to be whose events are
    /// in it. Returns whether the channel changed hands: what was passed over before counts now.
    pub(super) fn claim(
        &self,
        step: &mut Step,
        channel: &ChannelId,
        incident: &crate::domain::ids::IncidentId,
        carried: &Carried,
        ts: &SlackTs,
    ) -> bool {
        let declares = carried
            .events
            .iter()
            .any(|(_, event)| matches!(event.body(), Some(Body::Declared { .. })));
        let Some(row) = self.channel_now(step, channel) else {
            return false;
        };
        let stands = row.owner_ts.as_ref().is_some_and(|owner| owner <= ts);
        if stands || (!declares && row.incident.is_some()) {
            return false;
        }
        let changed = row.incident.as_ref().is_some_and(|owner| owner != incident);
        step.writes.push(Write::Channel(ChannelRow {
            incident: Some(incident.clone()),
            owner_ts: declares.then(|| ts.clone()),
            ..row
        }));
        let known = self.incident_now(step, incident);
        if known.as_ref().is_none_or(|row| row.channel.is_none()) {
            step.writes.push(Write::Incident(IncidentRow {
                id: incident.clone(),
                private: carried.private,
                drill: carried.drill,
                channel: Some(channel.clone()),
                card: None,
            }));
        }
        changed
    }

    /// A row as this step leaves it.
    pub(super) fn channel_now(&self, step: &Step, id: &ChannelId) -> Option<ChannelRow> {
        step.writes
            .iter()
            .rev()
            .find_map(|write| match write {
                Write::Channel(row) if row.id == *id => Some(row.clone()),
                _ => None,
            })
            .or_else(|| self.image.channels.get(id).cloned())
    }

    pub(super) fn incident_now(
        &self,
        step: &Step,
        id: &crate::domain::ids::IncidentId,
    ) -> Option<IncidentRow> {
        step.writes
            .iter()
            .rev()
            .find_map(|write| match write {
                Write::Incident(row) if row.id == *id => Some(row.clone()),
                _ => None,
            })
            .or_else(|| self.image.incidents.get(id).cloned())
    }

    fn job_answered(
        &mut self,
        step: &mut Step,
        seq: u64,
        result: Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let Some(job) = self.image.jobs.get(&seq).cloned() else {
            return;
        };
        let set = |step: &mut Step, state: JobState, counted: bool| {
            step.writes.push(Write::Job(Job {
                state,
                attempts: job.attempts + u32::from(counted),
                ..job.clone()
            }));
        };
        match result {
            Ok(answer) => {
                let found = answer == Answer::Found(true);
                if self.job_done(step, &job, answer, now) {
                    let sent = if found {
                        JobState::Seen
                    } else {
                        JobState::Sent
                    };
                    set(step, sent, true);
                } else {
                    set(step, JobState::Pending, false);
                }
            }
            Err(Fault::Limited(wait) | Fault::Held(wait)) => {
                self.not_before.insert(seq, now.mono + wait);
                set(step, JobState::Pending, false);
            }
            Err(Fault::NotSent(_)) => {
                self.try_later(seq, now, rng);
                set(step, JobState::Pending, false);
            }
            Err(Fault::Ambiguous(_)) => {
                self.back_off(seq, job.attempts, now, rng);
                if self.must_look(&job) {
                    self.doubted.insert(seq, now.mono);
                    self.not_before.insert(seq, now.mono + self.timing.read_lag);
                    self.next_discover = now.mono;
                    set(step, JobState::Unconfirmed, true);
                } else if matches!(job.task, Task::Restore { .. }) {
                    // By then a read has shown whether it is there.
                    self.not_before.insert(seq, now.mono + self.timing.read_lag);
                    set(step, JobState::Pending, true);
                } else {
                    set(step, JobState::Pending, true);
                }
            }
            Err(Fault::Refused(refused)) if refused.is(ALREADY) => {
                set(step, JobState::Sent, true);
            }
            Err(Fault::Refused(refused)) if refused.is(TOKEN_CODES) => {
                self.not_before.insert(seq, now.mono + BACK_OFF_MAX);
                self.unsent.insert(seq);
                set(step, JobState::Pending, false);
            }
            Err(Fault::Refused(_)) if matches!(job.task, Task::Whisper { .. }) => {
                self.say_aloud(step, &job, now);
                set(step, JobState::Sent, true);
            }
            Err(Fault::Refused(_)) if matches!(&job.task, Task::Mark { name, .. } if name == super::listen::DONE) =>
            {
                self.say_done(step, &job, now);
                set(step, JobState::Sent, true);
            }
            Err(Fault::Refused(refused)) => self.job_refused(step, &job, refused, now, set),
        }
    }

    /// Doing it twice would show: it is looked for first.
    pub(super) fn must_look(&self, job: &Job) -> bool {
        match &job.task {
            Task::Create { .. } | Task::Announce { .. } | Task::Remind { .. } => true,
            Task::Card {} => self
                .image
                .incidents
                .get(&job.incident)
                .is_some_and(|row| row.card.is_none()),
            _ => false,
        }
    }

    fn job_refused(
        &mut self,
        step: &mut Step,
        job: &Job,
        refused: Refused,
        now: Now,
        set: impl Fn(&mut Step, JobState, bool),
    ) {
        let code = refused.code.as_str();
        match &job.task {
            Task::Create { name, suffix } if code == "name_taken" && *suffix < SUFFIXES => {
                step.writes.push(Write::Job(Job {
                    task: Task::Create {
                        name: name.clone(),
                        suffix: suffix + 1,
                    },
                    state: JobState::Pending,
                    ..job.clone()
                }));
            }
            // The copy is gone already.
            Task::Delete { .. } if code == "message_not_found" => set(step, JobState::Sent, true),
            // Somebody took the card away, or it may not be edited any more: a new one is posted.
            Task::Card {} if refused.is(CARD_LOST) => {
                if let Some(row) = self.incident_now(step, &job.incident) {
                    self.card_lost(step, row, code == "message_not_found", now);
                }
                set(step, JobState::Pending, true);
            }
            Task::Archive {} if ARCHIVED.contains(&code) => {
                self.set_archived(step, job, true);
                set(step, JobState::Sent, true);
            }
            // These go by a name, which is looked up where they are carried out.
            Task::Create { .. } | Task::Announce { .. } | Task::Remind { .. } => {
                set(step, refused.into(), true);
            }
            _ if self.seeks_channel(job.seq, &refused, now) => set(step, JobState::Pending, false),
            _ => {
                self.note_archived(step, &job.incident, code);
                set(step, refused.into(), true);
            }
        }
    }

    /// The old card is taken out of the channel where it may still be there: the lowest is the card to
    /// every console.
    fn card_lost(&mut self, step: &mut Step, row: IncidentRow, gone: bool, now: Now) {
        if let Some(card) = &row.card {
            self.lost_cards.insert(card.ts.clone());
            if !gone {
                let ts = card.ts.clone();
                self.enqueue(step, &row.id, Task::Delete { ts }, now);
            }
        }
        step.writes
            .push(Write::Incident(IncidentRow { card: None, ..row }));
    }

    /// A channel that refuses writes as archived is archived, before any read says so.
    fn note_archived(
        &self,
        step: &mut Step,
        incident: &crate::domain::ids::IncidentId,
        code: &str,
    ) {
        if !ARCHIVED.contains(&code) {
            return;
        }
        let id = self.image.channel_of(incident).map(|row| row.id.clone());
        if let Some(row) = id.and_then(|id| self.channel_now(step, &id)) {
            step.writes.push(Write::Channel(ChannelRow {
                archived: true,
                ..row
            }));
        }
    }

    /// What says that the channel is archived is said: there is nothing left to do about it.
    fn drop_archived(&self, step: &mut Step, batch: &Batch) {
        for write in &mut step.writes {
            let Write::Job(job) = write else { continue };
            let JobState::Failed { code, .. } = &job.state else {
                continue;
            };
            let event = match &job.task {
                Task::Event { id } => self.image.events.get(id),
                _ => None,
            };
            let says = event.is_some_and(|row| matches!(row.event.body(), Some(Body::Archived {})));
            if says && batch.jobs.contains(&job.seq) && ARCHIVED.contains(&code.as_str()) {
                job.state = JobState::Dropped {
                    by: None,
                    at: None,
                    code: Some(code.clone()),
                    replaced: true,
                    said: None,
                };
            }
        }
    }

    /// Takes in a job's good answer. `false`: it was only a look, and the job goes on.
    fn job_done(&mut self, step: &mut Step, job: &Job, answer: Answer, now: Now) -> bool {
        match (&job.task, answer) {
            (Task::Create { .. }, Answer::Created { channel, name }) => {
                self.bind(step, &job.incident, channel, name, now);
                true
            }
            (Task::Card {}, Answer::Posted { ts, .. }) => {
                self.card_written(step, job, Some(ts), now);
                true
            }
            (Task::Card {}, _) => {
                self.card_written(step, job, None, now);
                true
            }
            (Task::Topic {}, _) => {
                let row = self.image.channel_of(&job.incident).cloned();
                if let (Some(topic), Some(row)) = (self.sent.remove(&job.seq), row) {
                    let ts = self.newest(&row.id);
                    step.writes.push(Write::Channel(ChannelRow {
                        topic: Some((ts, topic)),
                        ..row
                    }));
                }
                true
            }
            (Task::Announce { .. } | Task::Remind { .. }, Answer::Found(found)) => {
                self.doubted.remove(&job.seq);
                found
            }
            (Task::Whisper { ts, .. }, _) => {
                let task = Task::Mark {
                    ts: ts.clone(),
                    name: super::listen::TOLD.to_owned(),
                };
                self.enqueue(step, &job.incident, task, now);
                true
            }
            (Task::Archive {}, _) => {
                self.set_archived(step, job, true);
                true
            }
            (Task::Unarchive {}, _) => {
                self.set_archived(step, job, false);
                self.brought_back(step, &job.incident);
                true
            }
            _ => true,
        }
    }

    /// The channel takes messages again: so it does what it refused.
    pub(super) fn brought_back(
        &mut self,
        step: &mut Step,
        incident: &crate::domain::ids::IncidentId,
    ) {
        let refused: Vec<Job> = self
            .open_jobs(incident)
            .filter(|job| refused_as_archived(job))
            .cloned()
            .collect();
        for job in refused {
            self.again(step, job);
        }
    }

    /// Something waits for the channel to be brought back, by whomever.
    pub(super) fn awaits_unarchiving(&self, incident: &crate::domain::ids::IncidentId) -> bool {
        self.open_jobs(incident).any(refused_as_archived)
    }

    fn set_archived(&self, step: &mut Step, job: &Job, archived: bool) {
        if let Some(row) = self.image.channel_of(&job.incident).cloned() {
            step.writes
                .push(Write::Channel(ChannelRow { archived, ..row }));
        }
    }

    /// Binds an incident to the channel that was made for it.
    pub(super) fn bind(
        &mut self,
        step: &mut Step,
        incident: &crate::domain::ids::IncidentId,
        channel: ChannelId,
        name: String,
        now: Now,
    ) {
        let Some(row) = self.incident_now(step, incident) else {
            return;
        };
        if self.channel_now(step, &channel).is_none() {
            step.writes.push(Write::Channel(ChannelRow {
                id: channel.clone(),
                name,
                incident: None,
                owner_ts: None,
                watermark: SlackTs::zero(),
                joined: false,
                archived: false,
                topic: None,
                ours: true,
            }));
        }
        let watch = self.watch(&channel);
        watch.next = now.mono;
        step.writes.push(Write::Incident(IncidentRow {
            channel: Some(channel),
            ..row
        }));
    }

    fn card_written(&mut self, step: &mut Step, job: &Job, ts: Option<SlackTs>, now: Now) {
        let Some(row) = self.incident_now(step, &job.incident) else {
            return;
        };
        let Some(hash) = self.sent.remove(&job.seq) else {
            return;
        };
        let known = row.card.clone();
        let Some(ts) = ts.or_else(|| known.as_ref().map(|c| c.ts.clone())) else {
            return;
        };
        let pinned = known.is_some_and(|c| c.pinned);
        step.writes.push(Write::Incident(IncidentRow {
            card: Some(Card {
                ts,
                hash,
                pinned: true,
            }),
            ..row
        }));
        if !pinned {
            self.enqueue(step, &job.incident, Task::PinCard {}, now);
        }
    }

    /// Gives the carried events their positions, and their texts as Slack stored them.
    pub(super) fn place(
        &self,
        step: &mut Step,
        carried: &Carried,
        ts: &SlackTs,
        message: &super::image::Message,
    ) {
        for (index, event) in &carried.events {
            let position: Position = carried.position_of(ts, *index);
            let Some(row) = self.event_now(step, &event.id) else {
                continue;
            };
            if row.position.as_ref().is_some_and(|old| *old <= position) {
                continue;
            }
            let row = carried.stored(row, event, position, message);
            step.writes.push(Write::Event(row));
        }
    }
}

/// The incident's own channel refused it for being archived.
fn refused_as_archived(job: &Job) -> bool {
    let own = !job.task.is_elsewhere();
    let code = match &job.state {
        JobState::Failed { code, .. } => Some(code.as_str()),
        _ => None,
    };
    own && code.is_some_and(|code| ARCHIVED.contains(&code))
}

//! What a person may do about what is in the outbox: try it again, change it, give it up.
//!
//! Only what is certainly not in Slack can be changed or given up: what never left this machine, and
//! what Slack refused. The rest is under way: whoever gave it up would say of something that may well
//! be there that it never will be.
//!
//! - *Again*: what failed goes back among what waits. A message that Slack took without its metadata
//!   is looked for first: it may be whole by now.
//! - *Changed*: what never left is rewritten where it stands; the message that was formed of it is
//!   formed anew. An event that Slack refused may
//!   have stood in a message that a lost answer hid, so it is never changed: another event takes its
//!   place, at the same time of day.
//! - *Given up*: with it goes what makes no sense without it; of a declaration, the incident. Who
//!   gave it up and when is kept in the job, and, where the channel can still be told, an event says
//!   so there, without the text.

use super::act::{Author, unknown};
use super::image::{Batch, EventRow, Job, JobState, Task, Write};
use super::mirror;
use super::{Engine, Now, Step};
use crate::both;
use crate::domain::decide::{Draft, Outlets, checked_text, empty};
use crate::domain::event::{Body, Event, Register};
use crate::domain::ids::{EventId, IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::settings::MAX_CHANNEL_NAME;
use crate::domain::text::clean_line;
use crate::domain::words::Text;
use crate::domain::work::Deed;
use crate::wire::mrkdwn::{decode, escape};
use std::collections::BTreeSet;

/// What is to become of an outbox entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settle {
    Retry,
    /// The new text of a message, a note or the situation; the new name of a channel that could not
    /// be made; whom to invite or where to announce instead.
    Edit(String),
    Drop,
    /// An act is taken back before anybody can have seen it: the channel is told nothing of it.
    Undo,
}

/// What may be done about an outbox entry now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    pub retry: bool,
    /// What could be changed, as it is now.
    pub edit: Option<String>,
    pub drop: bool,
    /// How many other entries would be given up with it.
    pub with_it: usize,
    /// The incident was never opened, and would not be.
    pub whole: bool,
}

/// Codes after which nothing more can be said in the channel.
const SILENT: &[&str] = &[
    "is_archived",
    "channel_not_found",
    "not_in_channel",
    "is_inactive",
];

impl Engine {
    /// What may be done about an entry.
    pub fn choices(&self, job: &Job) -> Choices {
        let drop = is_free(job);
        let retry = matches!(job.state, JobState::Failed { .. });
        if !drop {
            return Choices::default();
        }
        let (with_it, whole) = self.goes_with(job);
        Choices {
            retry,
            edit: self.editable(job),
            drop,
            with_it: with_it.len(),
            whole,
        }
    }

    /// Everything that is not done, in order of entry.
    pub fn outbox(&self) -> impl Iterator<Item = &Job> {
        let open = self.image.open.iter();
        open.filter_map(|seq| self.image.jobs.get(seq))
    }

    /// What was given up, in order of entry, without what another text replaced.
    pub fn given_up(&self) -> impl DoubleEndedIterator<Item = &Job> {
        let dropped = self.image.dropped.iter();
        dropped
            .filter_map(|seq| self.image.jobs.get(seq))
            .filter(|job| !matches!(job.state, JobState::Dropped { replaced: true, .. }))
    }

    /// Does what `by` decided about the entry `seq`, and says what to commit.
    ///
    /// # Errors
    /// There is no such entry, it is under way or done, or the new text is none.
    pub fn settle(
        &mut self,
        seq: u64,
        what: &Settle,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<Step, Problem> {
        let job = self.image.jobs.get(&seq).cloned().ok_or_else(|| {
            Problem::not_found(both!(
                "There is no outbox entry {seq}.",
                "送信箱に {seq} はありません。"
            ))
        })?;
        if job.state.is_settled() && !matches!(job.state, JobState::Failed { .. }) {
            return Err(Problem::refused(both!(
                "Outbox entry {seq} is done.",
                "送信箱の {seq} は完了しています。"
            )));
        }
        let mut step = Step::default();
        match what {
            Settle::Retry if matches!(job.state, JobState::Failed { .. }) => {
                self.again(&mut step, job.clone());
            }
            Settle::Retry => return Err(under_way()),
            _ if !is_free(&job) => return Err(may_be_there()),
            Settle::Edit(text) => self.rewrite(&mut step, &job, text, by, now, rng)?,
            Settle::Drop => self.drop_job(&mut step, &job, (by, false), now, rng),
            Settle::Undo => {
                self.undoable(&job, by)?;
                self.drop_job(&mut step, &job, (by, true), now, rng);
            }
        }
        self.thaw(&mut step, &job);
        Ok(step)
    }

    /// What somebody did themselves, and never left this machine. What opens an incident, brings a
    /// channel back or is told in another incident as well has its own way back.
    fn undoable(&self, job: &Job, by: &UserId) -> Result<(), Problem> {
        let row = match &job.task {
            Task::Event { id } => self.image.events.get(id),
            _ => None,
        };
        let row = row.ok_or_else(nothing_to_edit)?;
        if row.by != *by || row.event.body().is_none_or(|body| !is_alone(body)) {
            return Err(nothing_to_edit());
        }
        if !is_unbegun(job) {
            return Err(may_be_there());
        }
        Ok(())
    }

    /// A message that was formed, and never left, is formed anew of what was changed in it.
    fn thaw(&self, step: &mut Step, settled: &Job) {
        let carrier = |write: &Write| match write {
            Write::Event(row) => self.image.carriers.get(&row.event.id).copied(),
            _ => None,
        };
        let changed = step.writes.iter().filter_map(carrier).chain([settled.seq]);
        let frozen: BTreeSet<u64> = changed
            .filter_map(|seq| self.image.jobs.get(&seq))
            .filter(|job| is_unbegun(job))
            .filter_map(|job| job.batch)
            .collect();
        for batch in frozen.iter().filter_map(|id| self.image.batches.get(id)) {
            self.dissolve(step, batch);
        }
    }

    /// What a message that certainly did not arrive was formed of waits to be formed into one again.
    pub(super) fn dissolve(&self, step: &mut Step, batch: &Batch) {
        for seq in &batch.jobs {
            let written = step.writes.iter().rev().find_map(|write| match write {
                Write::Job(job) if job.seq == *seq => Some(job.clone()),
                _ => None,
            });
            let Some(job) = written.or_else(|| self.image.jobs.get(seq).cloned()) else {
                continue;
            };
            if job.state == JobState::Pending && job.batch == Some(batch.id) {
                step.writes.push(Write::Job(Job { batch: None, ..job }));
            }
        }
    }

    /// Back among what waits.
    pub(super) fn again(&mut self, step: &mut Step, job: Job) {
        let batch = job.batch.and_then(|id| self.image.batches.get(&id));
        if let Some(batch) = batch.filter(|batch| batch.bare.is_some()).cloned() {
            return self.look_again(step, &batch);
        }
        self.not_before.remove(&job.seq);
        self.doubted.remove(&job.seq);
        step.writes.push(Write::Job(Job {
            state: JobState::Pending,
            batch: None,
            ..job
        }));
    }

    /// Slack said that it stored a message without its metadata. If a read finds it whole, it is there;
    /// if not, it is said anew, and the first copy goes.
    fn look_again(&mut self, step: &mut Step, batch: &Batch) {
        for seq in &batch.jobs {
            let job = self.image.jobs.get(seq);
            if let Some(job) = job.filter(|job| matches!(job.state, JobState::Failed { .. })) {
                step.writes.push(Write::Job(Job {
                    state: JobState::Unconfirmed,
                    ..job.clone()
                }));
            }
        }
        self.doubted.remove(&batch.id);
    }

    /// What could be changed, as it is now.
    fn editable(&self, job: &Job) -> Option<String> {
        match &job.task {
            Task::Create { name, suffix } => Some(super::outbox::suffixed(name, *suffix)),
            Task::InvitePerson { who } | Task::InviteGroup { who } => Some(who.clone()),
            Task::Announce { to, .. } | Task::Remind { to, .. } => Some(to.clone()),
            Task::Event { id } => {
                let row = self.image.events.get(id)?;
                // What another console derived as well and said is said.
                let row = Some(row).filter(|row| row.position.is_none())?;
                let body = row.event.body().filter(|body| body.has_text())?;
                let text = decode(row.text.as_deref().unwrap_or("")).into_owned();
                body.has_text().then_some(text)
            }
            _ => None,
        }
    }

    fn rewrite(
        &mut self,
        step: &mut Step,
        job: &Job,
        text: &str,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<(), Problem> {
        let target = || {
            let line = clean_line(text.trim()).into_owned();
            if line.is_empty() {
                Err(empty())
            } else {
                Ok(line)
            }
        };
        let task = match &job.task {
            Task::Create { .. } => Task::Create {
                name: channel_name(text)?,
                suffix: 0,
            },
            Task::InvitePerson { .. } => Task::InvitePerson { who: target()? },
            Task::InviteGroup { .. } => Task::InviteGroup { who: target()? },
            Task::Announce {
                event,
                here,
                report,
                ..
            } => Task::Announce {
                to: target()?,
                event: event.clone(),
                here: *here,
                report: *report,
            },
            Task::Remind { number, about, .. } => Task::Remind {
                to: target()?,
                number: *number,
                about: *about,
            },
            Task::Event { id } => return self.reword(step, job, id, text, by, now, rng),
            _ => return Err(nothing_to_edit()),
        };
        self.again(
            step,
            Job {
                task,
                ..job.clone()
            },
        );
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "who, what, when, and chance")]
    fn reword(
        &mut self,
        step: &mut Step,
        job: &Job,
        id: &EventId,
        text: &str,
        by: &UserId,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Result<(), Problem> {
        let row = self.image.events.get(id).cloned();
        let body = row.as_ref().and_then(|row| row.event.body().cloned());
        let row = row.filter(|row| row.position.is_none());
        let (Some(row), Some(body)) = (row, body.filter(Body::has_text)) else {
            return Err(nothing_to_edit());
        };
        if row.by != *by {
            let name = self.name(&row.by);
            return Err(Problem::refused(both!(
                "{name} wrote this: nobody else changes it.",
                "{name} が書いたものです。本人以外は変更できません。"
            ))
            .hint(Text::fixed(
                "Give it up, and write your own.",
                "破棄して、ご自身で書き直してください。",
            )));
        }
        let text = escape(&checked_text(text)?).into_owned();
        if is_unbegun(job) {
            step.writes.push(Write::Event(EventRow {
                text: Some(text),
                ..row
            }));
            return Ok(());
        }
        let before = self
            .without(&job.incident, id)
            .ok_or_else(|| unknown(&job.incident))?;
        step.writes.push(Write::Job(Job {
            state: replaced(job, by, now),
            ..job.clone()
        }));
        let fresh = EventId::random(rng);
        let seq = self.next_seq(step);
        step.writes.push(Write::Event(EventRow {
            event: Event {
                id: fresh.clone(),
                prev: before.prev(&fresh, &body),
                ..row.event.clone()
            },
            text: Some(text),
            seq,
            ..row
        }));
        self.follow(step, &job.incident, id, Some(&fresh));
        let about: Vec<Job> = self.open_jobs(&job.incident).cloned().collect();
        for other in about {
            if let Some(task) = other.task.about(id, &fresh) {
                step.writes.push(Write::Job(Job { task, ..other }));
            }
        }
        self.enqueue(step, &job.incident, Task::Event { id: fresh }, now);
        Ok(())
    }

    /// The state with this console's acts that wait, but for one.
    fn without(&self, id: &IncidentId, event: &EventId) -> Option<Incident> {
        let fold = self.folds.get(id)?;
        let mut state = (*fold.incident).clone();
        for other in fold.pending.values().filter(|other| *other != event) {
            if let Some(row) = self.image.events.get(other) {
                state.apply(&row.recorded());
            }
        }
        Some(state)
    }

    /// Own acts that were made after `gone`, and were never begun, go on from what `gone` went on
    /// from: with nobody having seen it, they would be overtaken by what it followed.
    fn follow(&self, step: &mut Step, id: &IncidentId, gone: &EventId, instead: Option<&EventId>) {
        let Some(was) = self.image.events.get(gone).map(|row| &row.event.prev) else {
            return;
        };
        let unbegun = self.open_jobs(id).filter(|job| is_unbegun(job));
        for job in unbegun {
            let Task::Event { id: later } = &job.task else {
                continue;
            };
            let row = self.image.events.get(later);
            let row = row.filter(|row| row.event.prev.values().any(|seen| seen == gone));
            let Some(mut row) = row.cloned() else {
                continue;
            };
            let seen: Vec<Register> = row.event.prev.keys().cloned().collect();
            for register in seen {
                if row.event.prev.get(&register) != Some(gone) {
                    continue;
                }
                match instead.or_else(|| was.get(&register)) {
                    Some(before) => row.event.prev.insert(register, before.clone()),
                    None => row.event.prev.remove(&register),
                };
            }
            step.writes.push(Write::Event(row));
        }
    }

    fn drop_job(
        &mut self,
        step: &mut Step,
        job: &Job,
        (by, silent): (&UserId, bool),
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let (with_it, whole) = self.goes_with(job);
        let gone: Vec<Job> = std::iter::once(job.clone()).chain(with_it).collect();
        for job in &gone {
            let said = self.would_say(job);
            step.writes.push(Write::Job(Job {
                state: dropped(job, by, now, said),
                ..job.clone()
            }));
        }
        if whole {
            return;
        }
        if let Task::Event { id } = &job.task {
            self.follow(step, &job.incident, id, None);
        }
        let Some(body) = self.tells(job).filter(|_| !silent) else {
            return;
        };
        let Some(state) = self.shown(&job.incident) else {
            return;
        };
        let draft = Draft {
            id: EventId::random(rng),
            body: body.cleaned(),
            text: None,
        };
        self.record(
            step,
            &job.incident,
            (*state).clone(),
            vec![draft],
            Author { by, via: None },
            &Outlets::default(),
            now,
        );
    }

    /// What a card or a topic says that is written now.
    pub(super) fn would_say(&mut self, job: &Job) -> Option<String> {
        let state = self.shown(&job.incident)?;
        match &job.task {
            Task::Topic {} => {
                let row = self.image.incidents.get(&job.incident)?;
                Some(mirror::topic(&state, row, &self.names))
            }
            Task::Card {} => {
                let row = self.image.incidents.get(&job.incident)?;
                Some(mirror::card(&state, row, &self.names).1)
            }
            _ => None,
        }
    }

    /// Whether the last that became of such a card or topic is that somebody gave this very one up.
    pub(super) fn is_unwanted(&self, id: &IncidentId, task: &Task, text: &str) -> bool {
        let mut jobs = self.image.jobs.values().rev();
        let last = jobs.find(|job| job.incident == *id && job.task == *task);
        last.is_some_and(
            |job| matches!(&job.state, JobState::Dropped { said: Some(said), .. } if said == text),
        )
    }

    /// What makes no sense without `job`, and whether that is the whole incident.
    fn goes_with(&self, job: &Job) -> (Vec<Job>, bool) {
        let row = self.image.incidents.get(&job.incident);
        let unopened = row.is_some_and(|row| row.channel.is_none());
        let event = match &job.task {
            Task::Event { id } => self.image.events.get(id),
            _ => None,
        };
        let declares = |row: &EventRow| matches!(row.event.body(), Some(Body::Declared { .. }));
        let whole = match &job.task {
            Task::Create { .. } => unopened,
            _ => event.is_some_and(declares),
        };
        let with_it = |other: &&Job| {
            other.seq != job.seq && is_free(other) && (whole || self.needs(other, event))
        };
        let all = self.open_jobs(&job.incident).filter(with_it).cloned();
        (all.collect(), whole)
    }

    /// Whether `job` is about an event.
    fn needs(&self, job: &Job, event: Option<&EventRow>) -> bool {
        let Some(gone) = event.map(|row| &row.event.id) else {
            return false;
        };
        match &job.task {
            Task::Announce { event, .. } => event == gone,
            Task::PinEvent { id } | Task::React { id, .. } => id == gone,
            Task::Event { id } => {
                let row = self.image.events.get(id);
                let body = row.and_then(|row| row.event.body());
                matches!(body, Some(Body::Items { level_event, .. }) if level_event == gone)
            }
            _ => false,
        }
    }

    /// What the channel is told of something given up; `None` where it cannot be told, or is told
    /// in vain.
    fn tells(&self, job: &Job) -> Option<Body> {
        let channel = self.image.channel_of(&job.incident)?;
        let code = match &job.state {
            JobState::Failed { code, .. } => Some(code.clone()),
            _ => None,
        };
        // A code of an announcement's or an invitation's is about another place.
        let here = matches!(job.task, Task::Event { .. });
        let silent = code
            .as_deref()
            .is_some_and(|code| here && SILENT.contains(&code));
        if channel.archived || silent || !self.declaration_sent(&job.incident) {
            return None;
        }
        let (what, target) = self.named_work(&job.task)?;
        Some(Body::Dropped {
            what,
            target,
            taken: job.at,
            code,
            event: match &job.task {
                Task::Event { id } => Some(id.clone()),
                _ => None,
            },
        })
    }

    /// By the names that `dropped` events carry. What the program does again by itself is not told.
    fn named_work(&self, task: &Task) -> Option<(String, Option<String>)> {
        let (what, target) = match task {
            Task::Event { id } => {
                let body = self.image.events.get(id)?.event.body()?;
                (body.verb()?.row().name, None)
            }
            Task::Create { name, .. } => ("create", Some(name)),
            Task::InvitePerson { who } => ("invite", Some(who)),
            Task::InviteGroup { who } => ("invite-group", Some(who)),
            Task::Announce { to, .. } => ("announce", Some(to)),
            Task::Purpose { .. } => ("purpose", None),
            Task::PinEvent { .. } => ("pin-event", None),
            Task::Archive {} => ("archive-channel", None),
            Task::Unarchive {} => ("unarchive-channel", None),
            _ => return None,
        };
        Some((what.to_owned(), target.cloned()))
    }

    /// The incident's declaration was refused: nothing else of it may go before that is settled.
    pub(super) fn declaration_failed(&self, id: &IncidentId) -> bool {
        !self.declaration_sent(id)
            && self.open_jobs(id).any(|job| match &job.task {
                Task::Event { id } if matches!(job.state, JobState::Failed { .. }) => {
                    let row = self.image.events.get(id);
                    let body = row.and_then(|row| row.event.body());
                    matches!(body, Some(Body::Declared { .. }))
                }
                _ => false,
            })
    }
}

/// It never left this machine, or Slack put it off: nobody outside can have seen it.
fn is_unbegun(job: &Job) -> bool {
    job.state == JobState::Pending && job.attempts == 0
}

/// Nothing but its own messages and what waits for those comes of it.
pub fn is_alone(body: &Body) -> bool {
    !matches!(
        body,
        Body::Declared { .. }
            | Body::Reopened { .. }
            | Body::Merged { .. }
            | Body::Absorbed { .. }
            | Body::Work(Deed::Restricted {} | Deed::Linked { .. } | Deed::Joined { .. })
    )
}

/// Certainly not in Slack.
fn is_free(job: &Job) -> bool {
    is_unbegun(job) || matches!(job.state, JobState::Failed { .. })
}

/// Another text goes in its place.
fn replaced(job: &Job, by: &UserId, now: Now) -> JobState {
    match dropped(job, by, now, None) {
        JobState::Dropped { by, at, code, .. } => JobState::Dropped {
            by,
            at,
            code,
            replaced: true,
            said: None,
        },
        other => other,
    }
}

fn dropped(job: &Job, by: &UserId, now: Now, said: Option<String>) -> JobState {
    JobState::Dropped {
        by: Some(by.clone()),
        at: Some(now.wall),
        code: match &job.state {
            JobState::Failed { code, .. } => Some(code.clone()),
            _ => None,
        },
        replaced: false,
        said,
    }
}

/// A name that Slack may take: its letters are small, and of marks only `-` and `_`.
fn channel_name(text: &str) -> Result<String, Problem> {
    let text = text.trim().trim_start_matches('#').to_lowercase();
    let name: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("-")
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        .take(MAX_CHANNEL_NAME)
        .collect();
    if name.is_empty() {
        return Err(Problem::refused(Text::fixed(
            "This is no name for a channel.",
            "チャンネル名になりません。",
        ))
        .hint(Text::fixed(
            "Small letters, digits, - and _; at most 80.",
            "小文字、数字、- と _ で、80 文字までです。",
        )));
    }
    Ok(name)
}

fn under_way() -> Problem {
    Problem::refused(Text::fixed(
        "It is under way: it is tried again by itself.",
        "送信中です。自動で再送されます。",
    ))
}

fn may_be_there() -> Problem {
    Problem::refused(Text::fixed(
        "It was begun, and may be in Slack already.",
        "送信を始めたため、既に Slack に届いている可能性があります。",
    ))
    .hint(Text::fixed(
        "It arrives or fails by itself; what failed can be changed or given up.",
        "届くか失敗するまでお待ちください。失敗したものは編集・破棄できます。",
    ))
}

fn nothing_to_edit() -> Problem {
    Problem::refused(Text::fixed(
        "There is no text in this that could be changed.",
        "編集できる本文がありません。",
    ))
    .hint(Text::fixed(
        "Give it up, and do it anew.",
        "破棄して、改めて操作してください。",
    ))
}

#[cfg(test)]
mod tests;

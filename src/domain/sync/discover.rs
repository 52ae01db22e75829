//! Which channels our app is in: where an incident's channel is when Slack knows it no more, and whether one of them is the one whose creation was not answered.

use super::image::{ChannelRow, IncidentRow, Job, JobState, Task, Write};
use super::{Answer, Engine, Fault, Listed, Now, Refused, Step};
use crate::domain::ids::{ChannelId, IncidentId, SlackTs};
use std::collections::BTreeSet;
use std::time::Duration;

/// Slack hides a private channel that the app is not in as one that there is not.
const NOT_FOUND: &str = "channel_not_found";
/// A call that waits for the list of channels goes again after this time in any case.
const ASTRAY: Duration = Duration::from_secs(60);

/// A batch or job whose channel Slack does not know.
#[derive(Clone, Copy, Debug)]
pub(super) enum Astray {
    /// It waits for a list that is asked for after this time.
    Since(Duration),
    /// The list has the channel: it goes once more.
    Listed,
}

impl Engine {
    pub(super) fn discovered(&mut self, step: &mut Step, result: Result<Answer, Fault>, now: Now) {
        let listed = match result {
            Ok(Answer::Channels(listed)) => listed,
            Ok(_) => return,
            Err(Fault::Limited(wait)) => {
                self.next_discover = now.mono + wait;
                self.discover_every = (self.discover_every * 2).min(self.timing.poll_idle);
                return;
            }
            Err(Fault::Refused(refused)) if !refused.is(super::answers::TOKEN_CODES) => {
                self.unlistable = true;
                self.park_astray(step);
                return;
            }
            Err(_) => return,
        };
        self.discover_every = self.timing.discover;
        let first = !std::mem::replace(&mut self.discovered, true);
        for channel in &listed {
            self.listed(step, channel, now);
        }
        self.look_for_created(step, &listed, now);
        let listed: BTreeSet<&ChannelId> = listed.iter().map(|channel| &channel.id).collect();
        self.brought_in(step, &listed, first);
        self.settle_astray(step, &listed, now);
    }

    /// Whether a call is to wait because Slack knows no such channel: the list of the app's channels
    /// says whether it was put out, or the channel has another id. Asked once for a call; what is
    /// refused again then is refused.
    pub(super) fn seeks_channel(&mut self, key: u64, refused: &Refused, now: Now) -> bool {
        if !refused.is(&[NOT_FOUND]) {
            return false;
        }
        if let Some(Astray::Listed) = self.astray.remove(&key) {
            return false;
        }
        self.astray.insert(key, Astray::Since(now.mono));
        self.not_before.insert(key, now.mono + ASTRAY);
        self.next_discover = now.mono;
        true
    }

    /// The list was read: what waited for it goes to the channel if that is in it, or to the one that
    /// the incident's declaration is in; and is parked if there is neither.
    fn settle_astray(&mut self, step: &mut Step, listed: &BTreeSet<&ChannelId>, now: Now) {
        for key in self.astray_since(self.discover_began) {
            let batch = self.image.batches.get(&key).cloned();
            let job = self.image.jobs.get(&key);
            let incident = batch.as_ref().map(|batch| &batch.incident);
            let Some(incident) = incident.or(job.map(|job| &job.incident)).cloned() else {
                self.astray.remove(&key);
                continue;
            };
            let row = self.incident_now(step, &incident);
            let here = row.as_ref().and_then(|row| row.channel.clone());
            let is_ours = |id: &&ChannelId| {
                let row = self.channel_now(step, id);
                row.is_some_and(|row| row.incident.as_ref() == Some(&incident) && !row.archived)
            };
            let moved = listed.iter().find(|id| is_ours(id)).map(|id| (*id).clone());
            let unread = |id: &&ChannelId| {
                let row = self.channel_now(step, id);
                row.is_some_and(|row| row.ours && !row.joined && row.incident.is_none())
            };
            if here.as_ref().is_some_and(|id| listed.contains(id)) {
                self.astray.insert(key, Astray::Listed);
                self.not_before.remove(&key);
            } else if let (Some(channel), Some(row)) = (moved, row) {
                step.writes.push(Write::Incident(IncidentRow {
                    channel: Some(channel),
                    ..row
                }));
                self.astray.remove(&key);
                self.not_before.remove(&key);
                if let Some(batch) = batch {
                    self.dissolve(step, &batch);
                }
            } else if listed.iter().any(unread) {
                // It may hold the declaration: it is read first.
                self.astray.insert(key, Astray::Since(now.mono));
            } else {
                self.astray.remove(&key);
                self.park(step, key);
            }
        }
    }

    fn astray_since(&self, asked: Duration) -> Vec<u64> {
        let waits = |state: &Astray| matches!(state, Astray::Since(at) if *at <= asked);
        let astray = self.astray.iter().filter(|(_, state)| waits(state));
        astray.map(|(key, _)| *key).collect()
    }

    fn park_astray(&mut self, step: &mut Step) {
        for key in self.astray_since(Duration::MAX) {
            self.astray.remove(&key);
            self.park(step, key);
        }
    }

    fn park(&self, step: &mut Step, key: u64) {
        let state = JobState::failed(NOT_FOUND);
        if let Some(batch) = self.image.batches.get(&key) {
            self.set_batch(step, batch, &state, true);
        } else if let Some(job) = self.image.jobs.get(&key)
            && job.state == JobState::Pending
        {
            step.writes.push(Write::Job(Job {
                state,
                attempts: job.attempts + 1,
                ..job.clone()
            }));
        }
    }

    /// The app was let into a channel again: what failed for want of it goes out.
    fn brought_in(&mut self, step: &mut Step, listed: &BTreeSet<&ChannelId>, first: bool) {
        let channels: Vec<(IncidentId, ChannelId)> = self
            .image
            .incidents
            .values()
            .filter_map(|row| Some((row.id.clone(), row.channel.clone()?)))
            .collect();
        for (incident, channel) in channels {
            if !listed.contains(&channel) {
                self.unlisted.insert(channel);
                continue;
            }
            if !self.unlisted.remove(&channel) && !first {
                continue;
            }
            let lost: Vec<Job> = self
                .open_jobs(&incident)
                .filter(
                    |job| matches!(&job.state, JobState::Failed { code, .. } if code == NOT_FOUND),
                )
                .filter(|job| !job.task.is_elsewhere())
                .cloned()
                .collect();
            for job in lost {
                self.again(step, job);
            }
        }
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
        let watch = self.watch(&channel.id);
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
}

//! Which channels our app is in, and whether one of them is the one whose creation was not answered.

use super::image::{ChannelRow, Job, JobState, Task, Write};
use super::{Answer, Engine, Fault, Listed, Now, Step};
use crate::domain::ids::SlackTs;

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
            Err(_) => return,
        };
        self.discover_every = self.timing.discover;
        self.discovered = true;
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

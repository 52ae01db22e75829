//! What the journal holds, as rows, and the one way it changes: [`Write`]s, which are upserts.
//! A journal on disk, the image in memory and the simulator's disk all apply the same writes.

use super::Counts;
use crate::domain::event::About;
use crate::domain::event::{Event, FileLink, Position, Recorded};
use crate::domain::ids::{ChannelId, ConsoleId, EventId, IncidentId, SlackTs, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What this console knows of an incident beside its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentRow {
    pub id: IncidentId,
    pub private: bool,
    pub drill: bool,
    /// Bound by id, never by name.
    pub channel: Option<ChannelId>,
    #[serde(default)]
    pub card: Option<Card>,
}

/// The pinned status card as it was last written or read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub ts: SlackTs,
    pub hash: String,
    #[serde(default)]
    pub pinned: bool,
}

/// A channel that our app is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelRow {
    pub id: ChannelId,
    pub name: String,
    /// The incident whose declaration has the lowest ts in it, and that ts.
    pub incident: Option<IncidentId>,
    pub owner_ts: Option<SlackTs>,
    /// Every message up to here has been passed.
    pub watermark: SlackTs,
    /// The history was read to its beginning once.
    pub joined: bool,
    pub archived: bool,
    pub topic: Option<(SlackTs, String)>,
    /// Made by our app, so it may hold an incident; others are not polled.
    pub ours: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    pub incident: IncidentId,
    pub event: Event,
    pub by: UserId,
    pub console: ConsoleId,
    pub text: Option<String>,
    pub position: Option<Position>,
    #[serde(with = "crate::domain::event::millis")]
    pub recorded_at: DateTime<Utc>,
    /// Order of entry on this console; orders what has no position yet.
    pub seq: u64,
}

impl EventRow {
    pub fn recorded(&self) -> Recorded {
        Recorded {
            event: self.event.clone(),
            by: self.by.clone(),
            console: self.console.clone(),
            text: self.text.clone(),
            position: self.position.clone(),
            recorded_at: self.recorded_at,
        }
    }
}

/// One thing to be done in Slack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Task {
    Create {
        name: String,
        suffix: u32,
    },
    Event {
        id: EventId,
    },
    Topic {},
    Purpose {
        text: String,
    },
    Card {},
    PinEvent {
        id: EventId,
    },
    PinCard {},
    InvitePerson {
        who: String,
    },
    InviteGroup {
        who: String,
    },
    Announce {
        to: String,
        event: EventId,
        /// Pages whoever is online there.
        #[serde(default, skip_serializing_if = "is_false")]
        here: bool,
        /// A report in its audience's channel.
        #[serde(default, skip_serializing_if = "is_false")]
        report: bool,
    },
    /// Action items that came due are named in another channel: the incident's own is archived. The
    /// number is the hour since 1970 at which the last of them came due.
    Remind {
        to: String,
        number: u32,
        /// Or that somebody archived it by hand.
        #[serde(default = "actions")]
        about: About,
    },
    /// An answer is placed on a question, to be pressed.
    React {
        id: EventId,
        name: String,
    },
    /// Said to one person alone, about their message. Markup.
    Whisper {
        ts: SlackTs,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread: Option<SlackTs>,
        user: UserId,
        text: String,
    },
    /// Our reaction on a message of somebody's.
    Mark {
        ts: SlackTs,
        name: String,
    },
    /// Somebody deleted a message that carried events: they are said again, at their position.
    Restore {
        ts: SlackTs,
    },
    /// A later copy of what is in the channel already.
    Delete {
        ts: SlackTs,
    },
    Archive {},
    Unarchive {},
}

const fn actions() -> About {
    About::Actions
}

impl Task {
    /// It goes to a channel that is not the incident's own, by its configured name.
    pub const fn is_elsewhere(&self) -> bool {
        matches!(self, Task::Announce { .. } | Task::Remind { .. })
    }

    /// The same about `fresh`, if it waits for the message of `gone`.
    pub fn about(&self, gone: &EventId, fresh: &EventId) -> Option<Task> {
        let fresh = || fresh.clone();
        match self {
            Task::PinEvent { id } if id == gone => Some(Task::PinEvent { id: fresh() }),
            Task::React { id, name } if id == gone => Some(Task::React {
                id: fresh(),
                name: name.clone(),
            }),
            Task::Announce {
                to,
                event,
                here,
                report,
            } if event == gone => Some(Task::Announce {
                to: to.clone(),
                event: fresh(),
                here: *here,
                report: *report,
            }),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum JobState {
    Pending,
    Sending,
    /// Sent, with no answer that says whether it arrived; reading back decides.
    Unconfirmed,
    Sent,
    /// Met again in a drained poll.
    Seen,
    /// Slack refused it for good: its code.
    Failed {
        code: String,
        /// The scope that the token lacks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needed: Option<String>,
    },
    /// Given up by a person; what is said of it stays in this journal.
    Dropped {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::domain::event::millis_option"
        )]
        at: Option<DateTime<Utc>>,
        /// Why Slack had refused it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Another text went in its place.
        #[serde(default, skip_serializing_if = "is_false")]
        replaced: bool,
        /// What the card or topic would have said: it stays unsaid until that changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
}

impl From<super::Refused> for JobState {
    fn from(refused: super::Refused) -> JobState {
        JobState::Failed {
            code: refused.code,
            needed: refused.needed,
        }
    }
}

impl JobState {
    pub fn failed(code: &str) -> JobState {
        JobState::Failed {
            code: code.to_owned(),
            needed: None,
        }
    }

    pub const fn name(&self) -> &'static str {
        match self {
            JobState::Pending => "pending",
            JobState::Sending => "sending",
            JobState::Unconfirmed => "unconfirmed",
            JobState::Sent => "sent",
            JobState::Seen => "seen",
            JobState::Failed { .. } => "failed",
            JobState::Dropped { .. } => "dropped",
        }
    }

    /// Nothing more will be done about it unless a person asks.
    pub const fn is_settled(&self) -> bool {
        matches!(
            self,
            JobState::Sent | JobState::Seen | JobState::Failed { .. } | JobState::Dropped { .. }
        )
    }
}

/// An outbox row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub seq: u64,
    pub incident: IncidentId,
    pub task: Task,
    pub state: JobState,
    pub attempts: u32,
    pub batch: Option<u64>,
    #[serde(with = "crate::domain::event::millis")]
    pub at: DateTime<Utc>,
}

/// Events that travel as one message. Committed before the first byte is sent; what travels is never
/// changed, but as long as nothing has left, the batch may be given up, and its events travel anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub id: u64,
    pub incident: IncidentId,
    pub channel: ChannelId,
    /// The newest ts known when it was formed: reading back starts here, never at a local clock.
    pub after: SlackTs,
    pub jobs: Vec<u64>,
    pub events: Vec<EventId>,
    pub text: String,
    pub thread: Option<SlackTs>,
    pub metadata: BTreeMap<String, String>,
    /// Where Slack stored the text, but not the metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bare: Option<SlackTs>,
}

/// A message as the last read showed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub ts: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<SlackTs>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// A display name that the message itself brings (integrations).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    /// As Slack writes it: escaped mrkdwn.
    pub text: String,
    #[serde(default, skip_serializing_if = "is_false")]
    pub edited: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub pinned: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replies: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_reply: Option<SlackTs>,
    /// Who brought in whoever this says has joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<UserId>,
    /// By our own app: its metadata counts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub own: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileLink>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    pub name: String,
    pub users: Vec<UserId>,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    pub event_type: String,
    pub payload: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    pub channel: ChannelId,
    pub ts: SlackTs,
    pub message: Message,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub missed: u32,
    #[serde(with = "crate::domain::event::millis")]
    pub first_seen: DateTime<Utc>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// One change of the journal. All of a step's writes go in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Incident(IncidentRow),
    Channel(ChannelRow),
    Event(EventRow),
    Job(Job),
    Batch(Batch),
    Message(MessageRow),
}

/// The journal in memory.
#[derive(Clone, Debug, Default)]
pub struct Image {
    pub console: ConsoleId,
    pub incidents: BTreeMap<IncidentId, IncidentRow>,
    pub channels: BTreeMap<ChannelId, ChannelRow>,
    pub events: BTreeMap<EventId, EventRow>,
    pub jobs: BTreeMap<u64, Job>,
    /// Jobs that are not settled, and those that failed: what the outbox looks at.
    pub open: BTreeSet<u64>,
    /// Jobs that were given up.
    pub dropped: BTreeSet<u64>,
    /// Jobs by which something of an incident reaches others: announcements, reminders elsewhere and
    /// invitations.
    pub outward: BTreeMap<IncidentId, BTreeSet<u64>>,
    /// The job that carries an event of this console.
    pub carriers: BTreeMap<EventId, u64>,
    /// How many jobs of each incident are in which state.
    pub counts: BTreeMap<IncidentId, Counts>,
    pub batches: BTreeMap<u64, Batch>,
    pub messages: BTreeMap<ChannelId, BTreeMap<SlackTs, MessageRow>>,
    /// The highest number given to a job, batch or event.
    pub last_seq: u64,
}

impl Image {
    pub fn new(console: ConsoleId) -> Image {
        Image {
            console,
            ..Image::default()
        }
    }

    /// Announcements, reminders elsewhere and invitations of an incident, in order.
    pub fn outward_of(&self, incident: &IncidentId) -> impl Iterator<Item = &Job> {
        let seqs = self.outward.get(incident).into_iter().flatten();
        seqs.filter_map(|seq| self.jobs.get(seq))
    }

    /// Applies one write. Event writes also need [`super::Engine::absorb`], which keeps the folds.
    pub fn apply(&mut self, write: &Write) {
        match write.clone() {
            Write::Incident(row) => {
                self.incidents.insert(row.id.clone(), row);
            }
            Write::Channel(row) => {
                self.channels.insert(row.id.clone(), row);
            }
            Write::Event(row) => {
                self.last_seq = self.last_seq.max(row.seq);
                self.events.insert(row.event.id.clone(), row);
            }
            Write::Job(job) => {
                self.last_seq = self.last_seq.max(job.seq);
                if matches!(
                    job.state,
                    JobState::Sent | JobState::Seen | JobState::Dropped { .. }
                ) {
                    self.open.remove(&job.seq);
                } else {
                    self.open.insert(job.seq);
                }
                if matches!(job.state, JobState::Dropped { .. }) {
                    self.dropped.insert(job.seq);
                }
                if let Task::Announce { .. }
                | Task::Remind { .. }
                | Task::InvitePerson { .. }
                | Task::InviteGroup { .. } = &job.task
                {
                    let outward = self.outward.entry(job.incident.clone()).or_default();
                    outward.insert(job.seq);
                }
                if let Task::Event { id } = &job.task {
                    self.carriers.insert(id.clone(), job.seq);
                }
                let counts = self.counts.entry(job.incident.clone()).or_default();
                counts.add(&job.state);
                if let Some(before) = self.jobs.insert(job.seq, job) {
                    let counts = self.counts.entry(before.incident.clone()).or_default();
                    counts.take(&before.state);
                }
            }
            Write::Batch(batch) => {
                self.last_seq = self.last_seq.max(batch.id);
                self.batches.insert(batch.id, batch);
            }
            Write::Message(row) => {
                self.messages
                    .entry(row.channel.clone())
                    .or_default()
                    .insert(row.ts.clone(), row);
            }
        }
    }

    /// The incident's channel, once it has one.
    pub fn channel_of(&self, incident: &IncidentId) -> Option<&ChannelRow> {
        let id = self.incidents.get(incident)?.channel.as_ref()?;
        self.channels.get(id)
    }
}

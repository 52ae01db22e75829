//! What the core publishes and the screens show: immutable, shared, latest wins. The terminal
//! thread reads it and never waits for it.

use crate::domain::event::FileLink;
use crate::domain::ids::{ChannelId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::outlets::Sight;
use crate::domain::settings::Config;
use crate::domain::sync::image::{JobState, Reaction};
use crate::domain::sync::{Choices, Counts, Link, MergeOffer, Went};
use crate::domain::watch::Local;
use crate::domain::words::Lang;
use crate::wire::link;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything the screens know of the world.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows with every publication.
    pub version: u64,
    pub workspace: Workspace,
    /// Who this console speaks for; empty until chosen.
    pub me: UserId,
    pub people: Arc<BTreeMap<UserId, Person>>,
    pub config: Arc<Config>,
    /// Newest declaration first.
    pub incidents: Vec<Summary>,
    /// The incident in focus.
    pub room: Option<Arc<Room>>,
    pub link: LinkState,
    /// Everything in the outbox that is not done, of all incidents, in order of entry.
    pub outbox: Vec<OutboxLine>,
    /// What was given up on this console, oldest first; the last of it.
    pub given_up: Vec<GivenUp>,
    /// Open incidents that may be one.
    pub offers: Vec<MergeOffer>,
    pub limits: Limits,
    /// Another process on this data directory talks to the workspace; this one follows.
    pub follows: bool,
    /// When another console was last heard, if ever.
    pub other_heard: Option<DateTime<Utc>>,
    /// What was put off, dismissed or acknowledged at this console.
    pub local: Arc<BTreeMap<IncidentId, Local>>,
}

/// Which workspace this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// The embedded one: nobody outside sees this.
    pub local: bool,
    pub team: String,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Person {
    pub id: UserId,
    /// What screens and sentences call them.
    pub name: String,
    /// Without the `@`.
    pub handle: String,
    pub bot: bool,
}

/// A line of the home screen.
#[derive(Clone, Debug)]
pub struct Summary {
    pub incident: Arc<Incident>,
    pub channel: Option<String>,
    pub drill: bool,
    pub private: bool,
    /// Its channel is archived.
    pub archived: bool,
    /// Outbox jobs by state.
    pub counts: Counts,
    /// When its channel was last read to the end; `None`: not in this run.
    pub as_of: Option<DateTime<Utc>>,
}

impl Summary {
    /// Somebody archived the channel by hand before all work was done.
    pub fn is_stranded(&self) -> bool {
        self.archived && !self.incident.phase.is_over()
    }

    pub fn sight(&self) -> Sight {
        Sight::of(&self.incident, self.private, self.drill)
    }
}

/// What one war room shows.
#[derive(Clone, Debug)]
pub struct Room {
    pub summary: Summary,
    pub lang: Lang,
    /// People's and integrations' messages, oldest first. What our own app wrote for its events
    /// is in the timeline, and here only where people answered it.
    pub talk: Arc<Vec<Talk>>,
    /// States of this console's own acts that are not yet seen in the channel, by event.
    pub jobs: BTreeMap<EventId, JobState>,
    /// When each person last wrote in the channel.
    pub heard: BTreeMap<UserId, DateTime<Utc>>,
    /// Who was called into the channel, and when: without those who asked to follow incidents.
    pub invited: BTreeMap<UserId, DateTime<Utc>>,
    /// When each console act entered the outbox is in its entry; this is the next timekeeper call.
    pub next_call: Option<DateTime<Utc>>,
    /// What already left its channel, as long as that is public.
    pub went: Vec<Went>,
    /// Where its messages are for whoever follows a link; `None`: nowhere.
    pub address: Option<Address>,
}

/// A channel's place in the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The workspace's own, `https://….slack.com/`.
    pub workspace: String,
    pub channel: ChannelId,
}

impl Room {
    /// The address of one of its messages; `None` where nobody could follow it.
    pub fn permalink(&self, ts: &SlackTs) -> Option<String> {
        let address = self.address.as_ref()?;
        let talk = self.talk.iter().find(|talk| talk.ts == *ts);
        let thread = talk.and_then(|talk| talk.thread.as_ref());
        link::permalink(&address.workspace, &address.channel, ts, thread)
    }
}

/// A message of the channel pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    pub ts: SlackTs,
    pub at: DateTime<Utc>,
    /// The parent, where it is a reply.
    pub thread: Option<SlackTs>,
    pub author: String,
    pub user: Option<UserId>,
    /// Decoded and cleaned: safe to draw.
    pub text: String,
    pub edited: bool,
    pub pinned: bool,
    pub reactions: Vec<Reaction>,
    pub files: Vec<FileLink>,
    pub replies: u32,
    /// From a program, not a person.
    pub bot: bool,
    /// Posted from a console: the act that carries it, whose job state is in [`Room::jobs`].
    pub event: Option<EventId>,
    /// Our own console's, still on its way: it has no ts of Slack's yet.
    pub pending: bool,
}

/// A job that is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxLine {
    pub seq: u64,
    /// Of an act.
    pub event: Option<EventId>,
    pub incident: IncidentId,
    pub at: DateTime<Utc>,
    pub what: crate::domain::words::Text,
    pub state: JobState,
    pub attempts: u32,
    /// The incident's channel, or its title while there is none.
    pub place: String,
    /// What may be done about it.
    pub choices: Choices,
}

/// An outbox entry that somebody gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    pub seq: u64,
    pub incident: IncidentId,
    /// Of an act.
    pub event: Option<EventId>,
    /// When it was asked for.
    pub taken: DateTime<Utc>,
    pub at: Option<DateTime<Utc>>,
    pub by: Option<UserId>,
    pub what: crate::domain::words::Text,
    pub place: String,
}

/// What Slack allows us now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Slack treats us as an app that is handed out to other workspaces: 15 messages a page, one
    /// page a minute.
    pub clamped: bool,
    /// Consoles that share the app's limits, this one included; 0: not known.
    pub consoles: u32,
    /// Methods that rest, and until when.
    pub resting: Vec<(String, DateTime<Utc>)>,
}

/// The connection as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkState {
    pub link: Link,
    /// The last answer of the workspace.
    pub as_of: Option<DateTime<Utc>>,
}

//! The whole history as one file: what a journal holds of incidents, to be kept elsewhere or taken
//! into another journal.
//!
//! Equal journals give equal files, byte by byte: nothing in one says when or where it was written.
//! Only what is in a channel is in it, and nothing of this console's own: no outbox, no settings, no
//! tokens. [`gather()`] makes one, [`read()`] makes sense of one that anybody may have written, and
//! [`Bundle::plan`] says what to write into a journal.
//!
//! The shape is documented in `docs/export.md`; names may be added, and what is there keeps its
//! meaning as long as [`VERSION`] stands.

mod gather;
mod plan;
mod read;

pub use gather::{Gathered, gather};
pub use plan::Plan;
pub use read::read;

use crate::domain::event::{Event, Position};
use crate::domain::ids::{ChannelId, ConsoleId, IncidentId, SlackTs, UserId};
use crate::domain::sync::image::{Card, Message};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub const FORMAT: &str = "matoi.history";
pub const VERSION: u32 = 1;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bundle {
    pub format: String,
    pub version: u32,
    /// Names of those who took part, as they were last known.
    pub people: BTreeMap<UserId, String>,
    pub incidents: Vec<Kept>,
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    pub id: IncidentId,
    pub private: bool,
    pub drill: bool,
    pub channel: Room,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<Card>,
    /// In the record's order.
    pub events: Vec<KeptEvent>,
    /// In the channel's order.
    pub messages: Vec<KeptMessage>,
}

/// Its channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    pub id: ChannelId,
    pub name: String,
    #[serde(default)]
    pub archived: bool,
    /// Where its declaration stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_ts: Option<SlackTs>,
    /// Up to where it was read.
    pub watermark: SlackTs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<(SlackTs, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptEvent {
    pub event: Event,
    pub by: UserId,
    pub console: ConsoleId,
    /// Escaped mrkdwn, of events that have a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub position: Position,
    #[serde(with = "crate::domain::event::millis")]
    pub recorded_at: DateTime<Utc>,
}

/// What somebody wrote, or what carries the events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMessage {
    #[serde(flatten)]
    pub message: Message,
    #[serde(with = "crate::domain::event::millis")]
    pub first_seen: DateTime<Utc>,
}

impl Bundle {
    /// The file: an incident a line. Ends with a line feed.
    ///
    /// # Errors
    /// Something in it has no form in JSON.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        let incidents: Result<Vec<String>, _> =
            self.incidents.iter().map(serde_json::to_string).collect();
        Ok(format!(
            "{{\"format\":{},\"version\":{},\n\"people\":{},\n\"incidents\":[\n{}\n]}}\n",
            serde_json::to_string(&self.format)?,
            self.version,
            serde_json::to_string(&self.people)?,
            incidents?.join(",\n")
        ))
    }
}

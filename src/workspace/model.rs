//! What a workspace holds: plain data, stored as JSON, one row each.

use crate::domain::ids::SlackTs;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Microseconds since 1970, UTC.
pub type Micros = i64;

pub const SECOND: Micros = 1_000_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Team {
    pub id: String,
    pub name: String,
    pub domain: String,
    /// Ends in a slash. On a reserved top-level domain, so that a permalink made here never leads
    /// to somebody's real workspace.
    pub url: String,
    pub email_domain: String,
    pub plan: Plan,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    #[default]
    Paid,
    /// No user groups, and history older than 90 days is hidden.
    Free,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    #[default]
    Everyone,
    Admins,
}

/// What administrators may have set, and limits whose number Slack does not publish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    pub create_channels: Who,
    pub archive_channels: Who,
    pub remove_members: Who,
    pub pin: Who,
    /// Seconds after which a message can no longer be edited.
    pub edit_window: Option<u32>,
    /// Posts the whole team may make, as on the free plan.
    pub message_limit: Option<u64>,
    /// The directory is so large that `users.list` insists on a limit.
    pub large_directory: bool,
    pub bookmarks: bool,
    pub max_members: usize,
    pub max_pins: usize,
    pub max_bookmarks: usize,
    pub max_reactions: usize,
    pub max_reactions_per_person: usize,
    /// Characters of a message's serialised metadata. Slack publishes no number; the smallest that
    /// anybody has reported is used, so that what passes here passes there.
    pub metadata_max: usize,
    /// Characters of a message's serialised blocks; one project measured failures near 13,200.
    pub blocks_max: usize,
    /// Characters of a message's serialised attachments.
    pub attachments_max: usize,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            create_channels: Who::Everyone,
            archive_channels: Who::Everyone,
            remove_members: Who::Everyone,
            pin: Who::Everyone,
            edit_window: None,
            message_limit: None,
            large_directory: false,
            bookmarks: true,
            max_members: 10_000,
            max_pins: 100,
            max_bookmarks: 100,
            max_reactions: 50,
            max_reactions_per_person: 23,
            metadata_max: 3_000,
            blocks_max: 13_200,
            attachments_max: 100_000,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    #[default]
    Member,
    Guest,
    SingleChannelGuest,
}

impl Role {
    pub fn is_admin(self) -> bool {
        matches!(self, Role::Owner | Role::Admin)
    }

    pub fn is_guest(self) -> bool {
        matches!(self, Role::Guest | Role::SingleChannelGuest)
    }
}

/// Where somebody stands towards this workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    #[default]
    Home,
    /// From another company, met through shared channels only.
    External,
    /// Of the same organisation, in another of its workspaces.
    Elsewhere,
    /// An administrator has barred this person from being invited.
    Uninvitable,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: String,
    pub handle: String,
    pub real_name: String,
    pub display_name: String,
    pub email: String,
    pub title: String,
    pub role: Role,
    #[serde(default)]
    pub standing: Standing,
    #[serde(default)]
    pub deleted: bool,
    /// The app whose bot user this is.
    #[serde(default)]
    pub app: Option<String>,
    /// Seconds since 1970.
    pub updated: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct App {
    pub id: String,
    pub name: String,
    pub bot_id: String,
    pub bot_user: String,
    /// Whether it can be invited to channels.
    pub joins_channels: bool,
    /// Whether people can write to it and it to them directly.
    pub messages_tab: bool,
    pub updated: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub description: String,
    pub users: Vec<String>,
    pub created: i64,
    pub created_by: String,
    /// Seconds since 1970 when it was disabled, or 0.
    #[serde(default)]
    pub disabled: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// `xoxb-`: acts as the app's bot user.
    Bot,
    /// `xoxp-`: acts as a person.
    User,
    /// `xapp-`: an app-level token, which no method here takes.
    App,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    #[default]
    Live,
    Revoked,
    Expired,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    pub secret: String,
    /// The app's name, the person's handle, or what a seed calls it.
    pub name: String,
    pub kind: TokenKind,
    pub user: String,
    /// The app it was issued to. A person's token without one stands for Slack's own client: what it
    /// posts looks typed by a human, and it cannot send metadata.
    pub app: Option<String>,
    pub scopes: BTreeSet<String>,
    #[serde(default)]
    pub state: TokenState,
    /// Issued for a whole organisation, so that list and create want a `team_id`.
    #[serde(default)]
    pub org: bool,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.kind)
            .field("user", &self.user)
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    Public,
    Private,
    Im,
    Mpim,
}

impl ChannelKind {
    /// The name of `types` arguments.
    pub fn type_name(self) -> &'static str {
        match self {
            ChannelKind::Public => "public_channel",
            ChannelKind::Private => "private_channel",
            ChannelKind::Im => "im",
            ChannelKind::Mpim => "mpim",
        }
    }

    /// What a scope for this kind begins with.
    pub fn scope_prefix(self) -> &'static str {
        match self {
            ChannelKind::Public => "channels:",
            ChannelKind::Private => "groups:",
            ChannelKind::Im => "im:",
            ChannelKind::Mpim => "mpim:",
        }
    }

    pub fn is_direct(self) -> bool {
        matches!(self, ChannelKind::Im | ChannelKind::Mpim)
    }
}

/// What may be special about a channel; each answers some method with an error of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    LimitedAccess,
    Migrating,
    Frozen,
    Required,
    ReadOnly,
    ThreadOnly,
    NonThreadable,
    Suspended,
    AppsBarred,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    pub value: String,
    pub creator: String,
    pub last_set: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    pub ts: SlackTs,
    pub by: String,
    pub at: Micros,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    pub id: String,
    pub title: String,
    pub link: String,
    pub emoji: String,
    pub by: String,
    pub created: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub id: String,
    /// Empty for a direct conversation.
    pub name: String,
    pub kind: ChannelKind,
    pub creator: String,
    pub created: Micros,
    /// When settings last changed; a post does not move it.
    pub updated: Micros,
    pub archived: bool,
    pub general: bool,
    pub topic: Topic,
    pub purpose: Topic,
    pub previous_names: Vec<String>,
    pub members: BTreeSet<String>,
    pub pins: Vec<Pin>,
    pub bookmarks: Vec<Bookmark>,
    pub flags: BTreeSet<Flag>,
    /// The newest timestamp ever given out here, deleted messages included: what keeps them unique.
    pub last_ts: Micros,
}

impl Channel {
    pub fn is(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    pub event_type: String,
    pub event_payload: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reaction {
    pub name: String,
    pub users: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    pub user: String,
    /// Seconds; Slack shows edits at that resolution only.
    pub at: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    pub ts: Option<SlackTs>,
    /// The person or bot user it is attributed to; absent on a post with a customised identity.
    pub user: Option<String>,
    /// Whose token posted it: the one that may edit and delete it.
    pub author: String,
    pub app: Option<String>,
    pub subtype: Option<String>,
    pub text: String,
    /// The parent's ts, on a reply.
    pub thread: Option<SlackTs>,
    pub broadcast: bool,
    pub locked: bool,
    pub blocks: Option<Value>,
    pub attachments: Option<Value>,
    pub metadata: Option<Metadata>,
    pub edited: Option<Edited>,
    pub reactions: Vec<Reaction>,
    pub client_msg_id: Option<String>,
    /// Further fields of its subtype: topic, old_name, inviter, username, ….
    pub extra: Map<String, Value>,
    /// When it was committed by the server's clock, which `ts` may run ahead of.
    pub committed: Micros,
}

impl Message {
    /// Written by the workspace about the channel; cannot be answered, pinned, edited or deleted.
    pub fn is_system(&self) -> bool {
        self.subtype.as_deref().is_some_and(|subtype| {
            !matches!(
                subtype,
                "bot_message" | "me_message" | "thread_broadcast" | "file_share"
            )
        })
    }

    pub fn is_tombstone(&self) -> bool {
        self.subtype.as_deref() == Some("tombstone")
    }
}

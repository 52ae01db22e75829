//! Slack's objects as they arrive. Lenient: unknown fields are ignored, a missing or null one is
//! its default, and one object that cannot be read does not lose the page it is on. Texts are
//! Slack's markup, undecoded and as hostile as their sender wished.

use crate::domain::ids::{ChannelId, GroupId, SlackTs, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Reads `null` as the default.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// JSON kept as it came: blocks, attachments, event payloads.
#[derive(Clone)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// The JSON text.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// `None` if it is not JSON.
    pub fn from_text(json: impl Into<String>) -> Option<Raw> {
        RawValue::from_string(json.into()).ok().map(Raw)
    }

    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text())
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Raw) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Raw {}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Raw)
    }
}

/// A list read element by element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lenient<T> {
    pub items: Vec<T>,
    /// How many elements were not in the expected shape.
    pub unreadable: usize,
}

impl<T> Default for Lenient<T> {
    fn default() -> Lenient<T> {
        Lenient {
            items: Vec::new(),
            unreadable: 0,
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lenient<T>, D::Error> {
        let raw: Vec<Raw> = nullable(deserializer)?;
        let mut list = Lenient::default();
        for element in &raw {
            match element.read() {
                Ok(item) => list.items.push(item),
                Err(_) => list.unreadable += 1,
            }
        }
        Ok(list)
    }
}

/// A message in a channel or thread. It is known by (channel, `ts`), and `ts` alone is not unique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub ts: SlackTs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub text: String,
    /// Absent on some posts of apps and on tombstones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_profile: Option<BotProfile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_msg_id: Option<String>,
    /// On a reply the parent's `ts`, on a parent its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<SlackTs>,
    #[serde(default, deserialize_with = "nullable")]
    pub reply_count: u32,
    #[serde(default, deserialize_with = "nullable")]
    pub reply_users: Vec<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_reply: Option<SlackTs>,
    /// To the second: two edits within one look alike, so compare the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
    #[serde(default, deserialize_with = "nullable")]
    pub reactions: Vec<Reaction>,
    #[serde(default, deserialize_with = "nullable")]
    pub pinned_to: Vec<ChannelId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "nullable")]
    pub files: Vec<File>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Raw>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Raw>,
    /// The parent, on a reply that was also sent to the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Box<Message>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<UserId>,
    /// The new value, on `channel_topic`, `channel_purpose`, `channel_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_name: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub hidden: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permalink: Option<String>,
}

impl Message {
    /// A reply in a thread; a parent is not one.
    pub fn is_reply(&self) -> bool {
        self.thread_ts
            .as_ref()
            .is_some_and(|parent| *parent != self.ts)
    }

    /// What stands for a deleted parent whose replies remain.
    pub fn is_tombstone(&self) -> bool {
        self.subtype.as_deref() == Some("tombstone")
    }

    /// The app that posted it, wherever Slack says so.
    pub fn author_app(&self) -> Option<&str> {
        let profile = self.bot_profile.as_ref();
        self.app_id
            .as_deref()
            .or_else(|| profile.and_then(|p| p.app_id.as_deref()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotProfile {
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    #[serde(default)]
    pub user: Option<UserId>,
    pub ts: SlackTs,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Without colons.
    pub name: String,
    /// May be cut short; `count` is complete.
    #[serde(default, deserialize_with = "nullable")]
    pub users: Vec<UserId>,
    #[serde(default, deserialize_with = "nullable")]
    pub count: u32,
}

/// Readable by any app and member: never a secret, and no proof of its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    #[serde(default, deserialize_with = "nullable")]
    pub event_type: String,
    /// Absent unless all metadata was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_payload: Option<Raw>,
}

impl Metadata {
    /// The payload as the flat map of strings that this program writes; `None` for any other shape.
    pub fn strings(&self) -> Option<BTreeMap<String, String>> {
        self.event_payload.as_ref()?.read().ok()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct File {
    #[serde(deserialize_with = "nullable")]
    pub id: String,
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub title: String,
    #[serde(deserialize_with = "nullable")]
    pub mimetype: String,
    #[serde(deserialize_with = "nullable")]
    pub permalink: String,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub id: ChannelId,
    /// Absent on direct messages.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    #[serde(default, deserialize_with = "nullable")]
    pub is_private: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_archived: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_member: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_general: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_im: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_mpim: bool,
    /// Shared with another organisation.
    #[serde(default, deserialize_with = "nullable")]
    pub is_ext_shared: bool,
    /// Seconds since 1970.
    #[serde(default, deserialize_with = "nullable")]
    pub created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<UserId>,
    /// Milliseconds since 1970; moves with topic, purpose and settings, not with messages.
    #[serde(default, deserialize_with = "nullable")]
    pub updated: i64,
    #[serde(default, deserialize_with = "nullable")]
    pub topic: Line,
    #[serde(default, deserialize_with = "nullable")]
    pub purpose: Line,
    #[serde(default, deserialize_with = "nullable")]
    pub previous_names: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_members: Option<u32>,
    /// The other person of a direct message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

/// Topic or purpose; escaped like a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    #[serde(deserialize_with = "nullable")]
    pub value: String,
    #[serde(deserialize_with = "nullable")]
    pub creator: String,
    /// Seconds since 1970.
    #[serde(deserialize_with = "nullable")]
    pub last_set: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    /// The handle.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    #[serde(default, deserialize_with = "nullable")]
    pub real_name: String,
    #[serde(default, deserialize_with = "nullable")]
    pub deleted: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_bot: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub is_restricted: bool,
    #[serde(default, deserialize_with = "nullable")]
    pub tz: String,
    /// Seconds east of UTC.
    #[serde(default, deserialize_with = "nullable")]
    pub tz_offset: i32,
    #[serde(default, deserialize_with = "nullable")]
    pub profile: Profile,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(deserialize_with = "nullable")]
    pub display_name: String,
    #[serde(deserialize_with = "nullable")]
    pub real_name: String,
    #[serde(deserialize_with = "nullable")]
    pub title: String,
    /// Needs the scope users:read.email.
    #[serde(deserialize_with = "nullable")]
    pub email: String,
    #[serde(deserialize_with = "nullable")]
    pub bot_id: String,
    #[serde(deserialize_with = "nullable")]
    pub api_app_id: String,
}

impl User {
    /// The name that Slack shows; never empty.
    pub fn shown_name(&self) -> &str {
        [
            &self.profile.display_name,
            &self.profile.real_name,
            &self.real_name,
            &self.name,
        ]
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .map_or(self.id.as_str(), String::as_str)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserGroup {
    pub id: GroupId,
    #[serde(default, deserialize_with = "nullable")]
    pub handle: String,
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
    #[serde(default, deserialize_with = "nullable")]
    pub users: Vec<UserId>,
    /// Not 0: disabled.
    #[serde(default, deserialize_with = "nullable")]
    pub date_delete: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Team {
    #[serde(deserialize_with = "nullable")]
    pub id: String,
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub domain: String,
}

/// What is pinned; files and comments carry no message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    #[serde(rename = "type", default, deserialize_with = "nullable")]
    pub kind: String,
    /// Seconds since 1970.
    #[serde(default, deserialize_with = "nullable")]
    pub created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bookmark {
    #[serde(deserialize_with = "nullable")]
    pub id: String,
    #[serde(deserialize_with = "nullable")]
    pub title: String,
    #[serde(deserialize_with = "nullable")]
    pub link: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_needs_only_its_ts() {
        let message: Message = serde_json::from_str(
            r#"{"ts":"1512085861.000543","text":null,"reactions":null,"edited":null,"new_thing":[1,{}]}"#,
        )
        .expect("reads");
        assert_eq!(message.text, "");
        assert!(!message.is_reply());
        let again: Message =
            serde_json::from_str(&serde_json::to_string(&message).expect("writes")).expect("reads");
        assert_eq!(again, message);
    }

    #[test]
    fn one_bad_element_does_not_lose_the_page() {
        let list: Lenient<Message> = serde_json::from_str(
            r#"[{"ts":"1512085861.000543"},{"ts":1512085861.0},{"ts":"1512085862.000000"},7]"#,
        )
        .expect("reads");
        assert_eq!((list.items.len(), list.unreadable), (2, 2));
        assert_eq!(
            serde_json::from_str::<Lenient<Message>>("null").expect("reads"),
            Lenient::default()
        );
    }

    #[test]
    fn metadata_of_other_shapes_is_kept_and_not_ours() {
        let ours: Metadata =
            serde_json::from_str(r#"{"event_type":"matoi_events","event_payload":{"v":"1"}}"#)
                .expect("reads");
        assert_eq!(ours.strings().expect("flat")["v"], "1");
        for other in [
            r#"{"event_type":"x","event_payload":{"v":1}}"#,
            r#"{"event_type":"x","event_payload":null}"#,
            r#"{"event_type":"x"}"#,
            r#"{"event_type":null,"event_payload":[1]}"#,
        ] {
            let metadata: Metadata = serde_json::from_str(other).expect("reads");
            assert_eq!(metadata.strings(), None, "{other}");
        }
    }

    #[test]
    fn names_fall_back_until_something_shows() {
        let user: User = serde_json::from_str(
            r#"{"id":"U1","name":"ito","profile":{"display_name":"","real_name":"伊藤","fields":null}}"#,
        )
        .expect("reads");
        assert_eq!(user.shown_name(), "伊藤");
        let bare: User = serde_json::from_str(r#"{"id":"U1","profile":null}"#).expect("reads");
        assert_eq!(bare.shown_name(), "U1");
    }
}

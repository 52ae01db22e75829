//! The answers of the methods, one struct a method that returns something of interest.

use super::objects::{
    Bookmark, Channel, Lenient, Line, Message, Metadata, Pin, Team, User, UserGroup, nullable,
};
use crate::domain::ids::{ChannelId, SlackTs, UserId};
use serde::Deserialize;

/// What every answer has. `ok: false` may come without an `error` (conversations.leave).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Envelope {
    pub ok: bool,
    pub error: Option<String>,
    /// On `missing_scope`.
    pub needed: Option<String>,
    pub provided: Option<String>,
    pub warning: Option<String>,
    #[serde(deserialize_with = "nullable")]
    pub response_metadata: ResponseMetadata,
    /// One entry a person, on conversations.invite; `{}` on conversations.kick.
    pub errors: Option<super::objects::Raw>,
    /// conversations.leave, when there was nothing to leave.
    #[serde(deserialize_with = "nullable")]
    pub not_in_channel: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ResponseMetadata {
    /// Empty: the last page.
    #[serde(deserialize_with = "nullable")]
    pub next_cursor: String,
    #[serde(deserialize_with = "nullable")]
    pub messages: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    pub warnings: Vec<String>,
}

/// What was wrong with one person of an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PersonError {
    #[serde(default)]
    pub user: Option<UserId>,
    #[serde(default, deserialize_with = "nullable")]
    pub error: String,
}

impl Envelope {
    /// The people an invitation could not reach.
    pub fn people(&self) -> Vec<PersonError> {
        // kick answers with an empty object under the same name: nobody.
        let raw = self.errors.as_ref();
        raw.and_then(|raw| raw.read().ok()).unwrap_or_default()
    }
}

/// auth.test: who we are. Own posts are told by `bot_id` or `user_id`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AuthTest {
    /// Ends in `/`; message links are made from it.
    #[serde(default, deserialize_with = "nullable")]
    pub url: String,
    #[serde(default, deserialize_with = "nullable")]
    pub team: String,
    #[serde(default, deserialize_with = "nullable")]
    pub team_id: String,
    #[serde(default, deserialize_with = "nullable")]
    pub user: String,
    pub user_id: UserId,
    /// Absent for a user token.
    #[serde(default)]
    pub bot_id: Option<String>,
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    pub is_enterprise_install: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TeamInfo {
    pub team: Team,
}

/// create, info, rename, join, open, setTopic, ….
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OneChannel {
    pub channel: Channel,
}

/// conversations.setPurpose; older answers carry the text only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Purpose {
    pub purpose: Option<LineOrText>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum LineOrText {
    Text(String),
    Line(Line),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ChannelList {
    pub channels: Lenient<Channel>,
}

/// conversations.history and conversations.replies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct History {
    pub messages: Lenient<Message>,
    #[serde(deserialize_with = "nullable")]
    pub has_more: bool,
    /// Older messages are hidden by a free plan.
    #[serde(deserialize_with = "nullable")]
    pub is_limited: bool,
    #[serde(deserialize_with = "nullable")]
    pub response_metadata: ResponseMetadata,
}

impl History {
    /// Where the next page begins. A page may be short or empty and still not be the last.
    pub fn next(&self) -> Option<&str> {
        Some(self.response_metadata.next_cursor.as_str()).filter(|cursor| !cursor.is_empty())
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Members {
    #[serde(deserialize_with = "nullable")]
    pub members: Vec<UserId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UserList {
    pub members: Lenient<User>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OneUser {
    pub user: User,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UserGroups {
    pub usergroups: Lenient<UserGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GroupMembers {
    #[serde(deserialize_with = "nullable")]
    pub users: Vec<UserId>,
}

/// chat.postMessage and chat.update. The message is as Slack understood it: check its metadata
/// before trusting that it was stored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Posted {
    pub channel: ChannelId,
    pub ts: SlackTs,
    #[serde(default)]
    pub message: Option<Echo>,
}

/// The message of [`Posted`]. Unlike in a channel it may lack its `ts` (chat.update), and nothing
/// odd in it may turn a message that was stored into a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Echo {
    #[serde(deserialize_with = "nullable")]
    pub text: String,
    pub user: Option<UserId>,
    pub bot_id: Option<String>,
    pub app_id: Option<String>,
    pub metadata: Option<Metadata>,
}

/// chat.postEphemeral.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Ephemeral {
    pub message_ts: Option<SlackTs>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Permalink {
    #[serde(deserialize_with = "nullable")]
    pub permalink: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Pins {
    pub items: Lenient<Pin>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OneMessage {
    pub message: Message,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OneBookmark {
    pub bookmark: Bookmark,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Bookmarks {
    pub bookmarks: Lenient<Bookmark>,
}

/// An answer of which only `ok` matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Nothing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_twice_is_not_ok_and_has_no_error() {
        let leave: Envelope =
            serde_json::from_str(r#"{"ok":false,"not_in_channel":true}"#).expect("reads");
        assert!(leave.not_in_channel && leave.error.is_none());
    }

    #[test]
    fn errors_may_be_a_list_or_an_empty_object() {
        let kick: Envelope = serde_json::from_str(r#"{"ok":true,"errors":{}}"#).expect("reads");
        assert_eq!(kick.people(), []);
        let invite: Envelope = serde_json::from_str(
            r#"{"ok":false,"error":"user_not_found","errors":[{"user":"U1","ok":false,"error":"user_not_found"}]}"#,
        )
        .expect("reads");
        assert_eq!(invite.people()[0].error, "user_not_found");
    }

    #[test]
    fn a_short_page_with_a_cursor_is_not_the_last() {
        let page: History = serde_json::from_str(
            r#"{"ok":true,"messages":[],"has_more":true,"response_metadata":{"next_cursor":"bmV4dA=="}}"#,
        )
        .expect("reads");
        assert_eq!(page.next(), Some("bmV4dA=="));
        let last: History =
            serde_json::from_str(r#"{"ok":true,"response_metadata":{"next_cursor":""}}"#)
                .expect("reads");
        assert_eq!(last.next(), None);
    }

    #[test]
    fn set_purpose_answers_in_two_shapes() {
        for json in [r#"{"purpose":"x"}"#, r#"{"purpose":{"value":"x"}}"#, "{}"] {
            assert!(serde_json::from_str::<Purpose>(json).is_ok(), "{json}");
        }
    }
}

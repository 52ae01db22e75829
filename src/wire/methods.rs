//! The Web API methods the program knows, one row each. The client takes verb, tier and scopes from
//! here, the embedded workspace enforces them.
//!
//! Source of every cell: Slack's method reference pages (`docs.slack.dev/reference/methods/<name>`,
//! as of 2026-08). The two `special` tiers have no published number; theirs are those of Slack's
//! Java SDK (`MethodsRateLimitTier`).

/// The HTTP verb of the reference page. Slack itself accepts both for every method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
}

/// How much one app may call one method in one workspace; all its tokens share the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    Tier1,
    Tier2,
    Tier3,
    Tier4,
    /// About one message a second in each channel, short bursts tolerated, and a cap on the whole
    /// workspace of "several hundred a minute".
    PostPerChannel,
    HundredsPerMinute,
}

impl Tier {
    /// Calls a minute that Slack promises at least; for [`Tier::PostPerChannel`] per channel.
    pub const fn per_minute(self) -> u32 {
        match self {
            Tier::Tier1 => 1,
            Tier::Tier2 => 20,
            Tier::Tier3 => 50,
            Tier::Tier4 => 100,
            Tier::PostPerChannel => 60,
            Tier::HundredsPerMinute => 600,
        }
    }
}

/// One method. Any one of the scopes is enough to call it; which one is needed for a given
/// conversation follows from its kind (`channels:` public, `groups:` private, `im:`, `mpim:`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    pub name: &'static str,
    pub verb: Verb,
    /// Whether a JSON body is read. Where it is not, only query and form are.
    pub json: bool,
    pub tier: Tier,
    pub bot_scopes: &'static [&'static str],
    pub user_scopes: &'static [&'static str],
    pub required: &'static [&'static str],
}

/// The row of a method, by its exact name.
pub fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

const JSON: bool = true;
const FORM: bool = false;

const MANAGE_BOT: &[&str] = &[
    "channels:manage",
    "channels:write",
    "groups:write",
    "im:write",
    "mpim:write",
];
const MANAGE_USER: &[&str] = &["channels:write", "groups:write", "im:write", "mpim:write"];
const READ: &[&str] = &["channels:read", "groups:read", "im:read", "mpim:read"];
const HISTORY: &[&str] = &[
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
];
const INVITE_BOT: &[&str] = &[
    "channels:manage",
    "channels:write.invites",
    "groups:write",
    "groups:write.invites",
    "im:write",
    "mpim:write",
];
const INVITE_USER: &[&str] = &[
    "channels:write",
    "channels:write.invites",
    "groups:write",
    "groups:write.invites",
    "im:write",
    "mpim:write",
];
const KICK_BOT: &[&str] = &["channels:manage", "groups:write"];
const KICK_USER: &[&str] = &["channels:write", "groups:write"];
const TOPIC_BOT: &[&str] = &[
    "channels:manage",
    "channels:write.topic",
    "groups:write",
    "groups:write.topic",
    "im:write",
    "im:write.topic",
    "mpim:write",
    "mpim:write.topic",
];
const TOPIC_USER: &[&str] = &[
    "channels:write",
    "channels:write.topic",
    "groups:write",
    "groups:write.topic",
    "im:write",
    "im:write.topic",
    "mpim:write",
    "mpim:write.topic",
];
const OPEN_BOT: &[&str] = &["channels:manage", "groups:write", "im:write", "mpim:write"];

use Tier::{HundredsPerMinute, PostPerChannel, Tier2, Tier3, Tier4};
use Verb::{Get, Post};

const fn row(
    name: &'static str,
    verb: Verb,
    json: bool,
    tier: Tier,
    bot_scopes: &'static [&'static str],
    user_scopes: &'static [&'static str],
    required: &'static [&'static str],
) -> Method {
    Method {
        name,
        verb,
        json,
        tier,
        bot_scopes,
        user_scopes,
        required,
    }
}

/// In the order of the reference: tests, conversations, people, posts, marks.
#[rustfmt::skip] // A table reads as one.
pub const METHODS: &[Method] = &[
    //  name, verb, body, tier, bot scopes, user scopes, required arguments
    row("api.test", Post, JSON, Tier4, &[], &[], &[]),
    row("auth.test", Post, JSON, HundredsPerMinute, &[], &[], &[]),
    row("team.info", Get, JSON, Tier3, &["team:read"], &["team:read"], &[]),
    row("conversations.create", Post, JSON, Tier2, MANAGE_BOT, MANAGE_USER, &["name"]),
    row("conversations.list", Get, FORM, Tier2, READ, READ, &[]),
    row("conversations.info", Get, FORM, Tier3, READ, READ, &["channel"]),
    row("conversations.history", Get, JSON, Tier3, HISTORY, HISTORY, &["channel"]),
    row("conversations.replies", Get, FORM, Tier3, HISTORY, HISTORY, &["channel", "ts"]),
    row("conversations.invite", Post, JSON, Tier3, INVITE_BOT, INVITE_USER, &["channel", "users"]),
    row("conversations.kick", Post, JSON, Tier3, KICK_BOT, KICK_USER, &["channel"]),
    row("conversations.members", Get, FORM, Tier4, READ, READ, &["channel"]),
    row("conversations.join", Post, JSON, Tier3, &["channels:join"], &["channels:write"], &["channel"]),
    row("conversations.leave", Post, JSON, Tier3, MANAGE_BOT, MANAGE_USER, &["channel"]),
    row("conversations.archive", Post, JSON, Tier2, MANAGE_BOT, MANAGE_USER, &["channel"]),
    row("conversations.unarchive", Post, JSON, Tier2, MANAGE_BOT, MANAGE_USER, &["channel"]),
    row("conversations.rename", Post, JSON, Tier2, MANAGE_BOT, MANAGE_USER, &["channel", "name"]),
    row("conversations.setTopic", Post, JSON, Tier2, TOPIC_BOT, TOPIC_USER, &["channel", "topic"]),
    row("conversations.setPurpose", Post, JSON, Tier2, TOPIC_BOT, TOPIC_USER, &["channel", "purpose"]),
    row("conversations.open", Post, JSON, Tier3, OPEN_BOT, MANAGE_USER, &[]),
    row("users.conversations", Get, FORM, Tier3, READ, READ, &[]),
    row("users.list", Get, FORM, Tier2, &["users:read"], &["users:read"], &[]),
    row("users.info", Get, FORM, Tier4, &["users:read"], &["users:read"], &["user"]),
    row("users.lookupByEmail", Get, FORM, Tier3, &["users:read.email"], &["users:read.email"], &["email"]),
    row("usergroups.list", Get, FORM, Tier2, &["usergroups:read"], &["usergroups:read"], &[]),
    row("usergroups.users.list", Get, FORM, Tier2, &["usergroups:read"], &["usergroups:read"], &["usergroup"]),
    row("chat.postMessage", Post, JSON, PostPerChannel, &["chat:write"], &["chat:write"], &["channel"]),
    row("chat.update", Post, JSON, Tier3, &["chat:write"], &["chat:write"], &["channel", "ts"]),
    row("chat.delete", Post, JSON, Tier3, &["chat:write"], &["chat:write"], &["channel", "ts"]),
    row("chat.postEphemeral", Post, JSON, Tier4, &["chat:write"], &["chat:write"], &["channel", "user"]),
    row("chat.getPermalink", Get, FORM, HundredsPerMinute, &[], &[], &["channel", "message_ts"]),
    row("pins.add", Post, JSON, Tier2, &["pins:write"], &["pins:write"], &["channel"]),
    row("pins.remove", Post, JSON, Tier2, &["pins:write"], &["pins:write"], &["channel"]),
    row("pins.list", Get, FORM, Tier2, &["pins:read"], &["pins:read"], &["channel"]),
    row("reactions.add", Post, JSON, Tier3, &["reactions:write"], &["reactions:write"], &["channel", "name", "timestamp"]),
    row("reactions.remove", Post, JSON, Tier2, &["reactions:write"], &["reactions:write"], &["name"]),
    row("reactions.get", Get, FORM, Tier3, &["reactions:read"], &["reactions:read"], &[]),
    row("bookmarks.add", Post, JSON, Tier2, &["bookmarks:write"], &["bookmarks:write"], &["title", "type"]),
    row("bookmarks.list", Post, JSON, Tier3, &["bookmarks:read"], &["bookmarks:read"], &[]),
    row("bookmarks.remove", Post, JSON, Tier2, &["bookmarks:write"], &["bookmarks:write"], &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for method in METHODS {
            assert_eq!(find(method.name), Some(method));
            assert_eq!(
                METHODS.iter().filter(|m| m.name == method.name).count(),
                1,
                "{}",
                method.name
            );
        }
        assert_eq!(find("chat.postmessage"), None);
    }

    #[test]
    fn a_bot_can_do_with_one_scope_what_a_user_can() {
        for method in METHODS {
            assert_eq!(
                method.bot_scopes.is_empty(),
                method.user_scopes.is_empty(),
                "{}",
                method.name
            );
        }
    }
}

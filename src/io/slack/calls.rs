//! The methods, typed. Acts whose wish is already fulfilled end as [`Settled::Already`].

use super::client::Client;
use crate::domain::ids::{ChannelId, GroupId, SlackTs, UserId};
use crate::wire::answers::{
    AuthTest, Bookmarks, Ephemeral, GroupMembers, History, Nothing, OneBookmark, OneChannel,
    OneMessage, OneUser, Permalink, PersonError, Pins, Posted, Purpose, TeamInfo, UserGroups,
};
use crate::wire::objects::{
    Bookmark, Channel, Lenient, Message, Metadata, Pin, Team, User, UserGroup,
};
use crate::wire::outcome::{CallError, Refusal};

/// Slack truncates longer posts without an error (chat.postMessage).
const MAX_POST: usize = 40_000;
/// `msg_too_long` (chat.update).
const MAX_UPDATE: usize = 4_000;
/// `too_long` (conversations.setTopic, conversations.setPurpose).
const MAX_TOPIC: usize = 250;
/// Documented as 100 in one place and 30 in older ones.
const INVITE_CHUNK: usize = 30;

/// How an act ended that can be repeated without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    /// It was so before.
    Already,
}

/// A message to be posted. Its text is markup: escape what people typed.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    pub channel: &'a ChannelId,
    /// At most 40,000 characters; beside blocks it is what notifications show.
    pub text: &'a str,
    /// The parent's `ts`, for a reply.
    pub thread_ts: Option<&'a SlackTs>,
    /// Whether a reply is shown in the channel too.
    pub reply_broadcast: bool,
    pub metadata: Option<&'a Metadata>,
    /// JSON.
    pub blocks: Option<&'a str>,
    /// In place of the app's own name; needs `chat:write.customize`. Such a message is no event of
    /// ours, whatever it carries.
    pub username: Option<&'a str>,
    /// Beside a `username`, in place of the app's picture.
    pub icon_emoji: Option<&'a str>,
}

impl<'a> Post<'a> {
    pub fn new(channel: &'a ChannelId, text: &'a str) -> Post<'a> {
        Post {
            channel,
            text,
            thread_ts: None,
            reply_broadcast: false,
            metadata: None,
            blocks: None,
            username: None,
            icon_emoji: None,
        }
    }
}

/// One page of a channel, newest first. The window is open at both ends unless `inclusive`.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    pub oldest: Option<SlackTs>,
    pub latest: Option<SlackTs>,
    pub inclusive: bool,
    /// Where the page before said that this one begins; keep the window as it was.
    pub cursor: Option<String>,
    /// 1 to 999; 0 asks for 200.
    pub limit: u32,
}

/// One page of a thread, the parent first. The parent may be missing on later pages.
#[derive(Clone, Debug)]
pub struct RepliesQuery {
    pub parent: SlackTs,
    pub oldest: Option<SlackTs>,
    pub cursor: Option<String>,
    /// 1 to 1000; 0 asks for 200.
    pub limit: u32,
}

struct Form<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Form<'a> {
    fn of(fields: &[(&'a str, &'a str)]) -> Form<'a> {
        Form(fields.to_vec())
    }

    fn maybe(mut self, key: &'a str, value: Option<&'a str>) -> Form<'a> {
        self.0.extend(value.map(|value| (key, value)));
        self
    }
}

fn too_long(code: &str, text: &str, most: usize) -> Result<(), CallError> {
    if text.chars().count() > most {
        return Err(CallError::Refused(Refusal::of(code)));
    }
    Ok(())
}

fn limit(asked: u32, most: u32) -> String {
    match asked {
        0 => "200".to_owned(),
        n => n.min(most).to_string(),
    }
}

fn metadata_json(metadata: Option<&Metadata>) -> Result<Option<String>, CallError> {
    metadata
        .map(serde_json::to_string)
        .transpose()
        .map_err(|_| CallError::Refused(Refusal::of("invalid_metadata_format")))
}

impl Client {
    /// Who the token is. The first call of a run.
    pub async fn auth_test(&self) -> Result<AuthTest, CallError> {
        self.call("auth.test", None, &[]).await
    }

    pub async fn team_info(&self) -> Result<Team, CallError> {
        let answer: TeamInfo = self.call("team.info", None, &[]).await?;
        Ok(answer.team)
    }

    /// The name in the answer may differ from the one asked for. `name_taken` names no id.
    pub async fn conversations_create(
        &self,
        name: &str,
        private: bool,
    ) -> Result<Channel, CallError> {
        let form = [("name", name), ("is_private", flag(private))];
        self.channel_of("conversations.create", &form).await
    }

    pub async fn conversations_info(&self, channel: &ChannelId) -> Result<Channel, CallError> {
        let form = [
            ("channel", channel.as_str()),
            ("include_num_members", "true"),
        ];
        self.channel_of("conversations.info", &form).await
    }

    /// With all metadata. Drain every page of a frozen window before moving a cursor past it.
    pub async fn conversations_history(
        &self,
        channel: &ChannelId,
        query: &HistoryQuery,
    ) -> Result<History, CallError> {
        let limit = limit(query.limit, 999);
        let form = Form::of(&[
            ("channel", channel.as_str()),
            ("limit", &limit),
            ("include_all_metadata", "true"),
            ("inclusive", flag(query.inclusive)),
        ])
        .maybe("oldest", query.oldest.as_ref().map(SlackTs::as_str))
        .maybe("latest", query.latest.as_ref().map(SlackTs::as_str))
        .maybe("cursor", query.cursor.as_deref());
        self.call("conversations.history", None, &form.0).await
    }

    pub async fn conversations_replies(
        &self,
        channel: &ChannelId,
        query: &RepliesQuery,
    ) -> Result<History, CallError> {
        let limit = limit(query.limit, 1000);
        let form = Form::of(&[
            ("channel", channel.as_str()),
            ("ts", query.parent.as_str()),
            ("limit", &limit),
            ("include_all_metadata", "true"),
        ])
        .maybe("oldest", query.oldest.as_ref().map(SlackTs::as_str))
        .maybe("cursor", query.cursor.as_deref());
        self.call("conversations.replies", None, &form.0).await
    }

    /// Invites everyone who can be. Returns those who could not, and why; people who are members
    /// already count as invited.
    pub async fn conversations_invite(
        &self,
        channel: &ChannelId,
        users: &[UserId],
    ) -> Result<Vec<PersonError>, CallError> {
        let mut failed = Vec::new();
        for chunk in users.chunks(INVITE_CHUNK) {
            let ids: Vec<&str> = chunk.iter().map(UserId::as_str).collect();
            let ids = ids.join(",");
            // Without `force` one bad id keeps everybody out.
            let form = [
                ("channel", channel.as_str()),
                ("users", &ids),
                ("force", "true"),
            ];
            match self
                .exchange::<Nothing>("conversations.invite", None, &form)
                .await
            {
                Ok((_, envelope)) => failed.extend(envelope.people()),
                Err(CallError::Already { .. }) => {}
                Err(CallError::Refused(refusal)) if !refusal.people.is_empty() => {
                    failed.extend(refusal.people);
                }
                Err(error) => return Err(error),
            }
        }
        failed
            .retain(|person| !matches!(&*person.error, "already_in_channel" | "cant_invite_self"));
        Ok(failed)
    }

    pub async fn conversations_kick(
        &self,
        channel: &ChannelId,
        user: &UserId,
    ) -> Result<Settled, CallError> {
        let form = [("channel", channel.as_str()), ("user", user.as_str())];
        self.settle("conversations.kick", &form).await
    }

    /// Public channels only; joining again is no error.
    pub async fn conversations_join(&self, channel: &ChannelId) -> Result<Settled, CallError> {
        self.settle("conversations.join", &[("channel", channel.as_str())])
            .await
    }

    pub async fn conversations_leave(&self, channel: &ChannelId) -> Result<Settled, CallError> {
        self.settle("conversations.leave", &[("channel", channel.as_str())])
            .await
    }

    /// At most 250 characters of markup. Each change posts a line: do not set what is set.
    pub async fn conversations_set_topic(
        &self,
        channel: &ChannelId,
        topic: &str,
    ) -> Result<(), CallError> {
        too_long("too_long", topic, MAX_TOPIC)?;
        let form = [("channel", channel.as_str()), ("topic", topic)];
        self.call::<Nothing>("conversations.setTopic", None, &form)
            .await
            .map(|_| ())
    }

    /// As [`Client::conversations_set_topic`].
    pub async fn conversations_set_purpose(
        &self,
        channel: &ChannelId,
        purpose: &str,
    ) -> Result<(), CallError> {
        too_long("too_long", purpose, MAX_TOPIC)?;
        let form = [("channel", channel.as_str()), ("purpose", purpose)];
        self.call::<Purpose>("conversations.setPurpose", None, &form)
            .await
            .map(|_| ())
    }

    pub async fn conversations_rename(
        &self,
        channel: &ChannelId,
        name: &str,
    ) -> Result<Channel, CallError> {
        let form = [("channel", channel.as_str()), ("name", name)];
        self.channel_of("conversations.rename", &form).await
    }

    pub async fn conversations_archive(&self, channel: &ChannelId) -> Result<Settled, CallError> {
        self.settle("conversations.archive", &[("channel", channel.as_str())])
            .await
    }

    /// Needs a user token: archiving put the bot out of the channel.
    pub async fn conversations_unarchive(&self, channel: &ChannelId) -> Result<Settled, CallError> {
        self.settle("conversations.unarchive", &[("channel", channel.as_str())])
            .await
    }

    /// A direct message with one person, or a group of up to eight.
    pub async fn conversations_open(&self, users: &[UserId]) -> Result<ChannelId, CallError> {
        let ids: Vec<&str> = users.iter().map(UserId::as_str).collect();
        let form = [("users", &*ids.join(","))];
        Ok(self.channel_of("conversations.open", &form).await?.id)
    }

    pub async fn users_info(&self, user: &UserId) -> Result<User, CallError> {
        let answer: OneUser = self
            .call("users.info", None, &[("user", user.as_str())])
            .await?;
        Ok(answer.user)
    }

    /// Refused with `users_not_found` when nobody active has the address.
    pub async fn users_lookup_by_email(&self, email: &str) -> Result<User, CallError> {
        let answer: OneUser = self
            .call("users.lookupByEmail", None, &[("email", email)])
            .await?;
        Ok(answer.user)
    }

    /// With their members. Paid plans only.
    pub async fn usergroups_list(&self) -> Result<Lenient<UserGroup>, CallError> {
        let form = [("include_users", "true")];
        let answer: UserGroups = self.call("usergroups.list", None, &form).await?;
        Ok(answer.usergroups)
    }

    pub async fn usergroups_users_list(&self, group: &GroupId) -> Result<Vec<UserId>, CallError> {
        let form = [("usergroup", group.as_str())];
        let answer: GroupMembers = self.call("usergroups.users.list", None, &form).await?;
        Ok(answer.users)
    }

    /// Not repeatable: after `Ambiguous` read the channel before posting again. The answer's
    /// message is what Slack stored; see that its metadata is there.
    pub async fn chat_post_message(&self, post: &Post<'_>) -> Result<Posted, CallError> {
        too_long("msg_too_long", post.text, MAX_POST)?;
        let metadata = metadata_json(post.metadata)?;
        let mut form = Form::of(&[
            ("channel", post.channel.as_str()),
            ("text", post.text),
            ("unfurl_links", "false"),
            ("unfurl_media", "false"),
        ])
        .maybe("thread_ts", post.thread_ts.map(SlackTs::as_str))
        .maybe("metadata", metadata.as_deref())
        .maybe("blocks", post.blocks)
        .maybe("username", post.username)
        .maybe("icon_emoji", post.icon_emoji);
        if post.reply_broadcast {
            form.0.push(("reply_broadcast", "true"));
        }
        self.call("chat.postMessage", Some(post.channel), &form.0)
            .await
    }

    /// Replaces text and blocks: blocks not sent are removed. Metadata not sent is kept.
    pub async fn chat_update(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
        text: &str,
        blocks: Option<&str>,
        metadata: Option<&Metadata>,
    ) -> Result<Posted, CallError> {
        too_long("msg_too_long", text, MAX_UPDATE)?;
        let metadata = metadata_json(metadata)?;
        let form = Form::of(&[
            ("channel", channel.as_str()),
            ("ts", ts.as_str()),
            ("text", text),
            // chat.update would otherwise turn names into mentions, which chat.postMessage does not.
            ("parse", "none"),
        ])
        .maybe("blocks", blocks)
        .maybe("metadata", metadata.as_deref());
        self.call("chat.update", None, &form.0).await
    }

    pub async fn chat_delete(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
    ) -> Result<Settled, CallError> {
        let form = [("channel", channel.as_str()), ("ts", ts.as_str())];
        self.settle("chat.delete", &form).await
    }

    /// Seen by one person, maybe, and kept nowhere: never for what must be recorded.
    pub async fn chat_post_ephemeral(
        &self,
        channel: &ChannelId,
        user: &UserId,
        thread: Option<&SlackTs>,
        text: &str,
    ) -> Result<Option<SlackTs>, CallError> {
        too_long("msg_too_long", text, MAX_UPDATE)?;
        let mut form = vec![
            ("channel", channel.as_str()),
            ("user", user.as_str()),
            ("text", text),
        ];
        if let Some(thread) = thread {
            form.push(("thread_ts", thread.as_str()));
        }
        let answer: Ephemeral = self.call("chat.postEphemeral", None, &form).await?;
        Ok(answer.message_ts)
    }

    pub async fn chat_get_permalink(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
    ) -> Result<String, CallError> {
        let form = [("channel", channel.as_str()), ("message_ts", ts.as_str())];
        let answer: Permalink = self.call("chat.getPermalink", None, &form).await?;
        Ok(answer.permalink)
    }

    pub async fn pins_add(&self, channel: &ChannelId, ts: &SlackTs) -> Result<Settled, CallError> {
        let form = [("channel", channel.as_str()), ("timestamp", ts.as_str())];
        self.settle("pins.add", &form).await
    }

    pub async fn pins_remove(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
    ) -> Result<Settled, CallError> {
        let form = [("channel", channel.as_str()), ("timestamp", ts.as_str())];
        self.settle("pins.remove", &form).await
    }

    /// All of them, newest pin first.
    pub async fn pins_list(&self, channel: &ChannelId) -> Result<Lenient<Pin>, CallError> {
        let form = [("channel", channel.as_str())];
        let answer: Pins = self.call("pins.list", None, &form).await?;
        Ok(answer.items)
    }

    /// `name` without colons.
    pub async fn reactions_add(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
        name: &str,
    ) -> Result<Settled, CallError> {
        let form = [
            ("channel", channel.as_str()),
            ("timestamp", ts.as_str()),
            ("name", name),
        ];
        self.settle("reactions.add", &form).await
    }

    pub async fn reactions_remove(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
        name: &str,
    ) -> Result<Settled, CallError> {
        let form = [
            ("channel", channel.as_str()),
            ("timestamp", ts.as_str()),
            ("name", name),
        ];
        self.settle("reactions.remove", &form).await
    }

    /// The message with the complete list of who reacted.
    pub async fn reactions_get(
        &self,
        channel: &ChannelId,
        ts: &SlackTs,
    ) -> Result<Message, CallError> {
        let form = [
            ("channel", channel.as_str()),
            ("timestamp", ts.as_str()),
            ("full", "true"),
        ];
        let answer: OneMessage = self.call("reactions.get", None, &form).await?;
        Ok(answer.message)
    }

    /// Not repeatable: list first, and match the link.
    pub async fn bookmarks_add(
        &self,
        channel: &ChannelId,
        title: &str,
        link: &str,
    ) -> Result<Bookmark, CallError> {
        too_long("too_long", title, 256)?;
        too_long("invalid_link", link, 2_048)?;
        let form = [
            ("channel_id", channel.as_str()),
            ("title", title),
            ("type", "link"),
            ("link", link),
        ];
        let answer: OneBookmark = self.call("bookmarks.add", None, &form).await?;
        Ok(answer.bookmark)
    }

    pub async fn bookmarks_list(
        &self,
        channel: &ChannelId,
    ) -> Result<Lenient<Bookmark>, CallError> {
        let form = [("channel_id", channel.as_str())];
        let answer: Bookmarks = self.call("bookmarks.list", None, &form).await?;
        Ok(answer.bookmarks)
    }

    pub async fn bookmarks_remove(
        &self,
        channel: &ChannelId,
        id: &str,
    ) -> Result<Settled, CallError> {
        let form = [("channel_id", channel.as_str()), ("bookmark_id", id)];
        self.settle("bookmarks.remove", &form).await
    }

    async fn channel_of(
        &self,
        method: &'static str,
        form: &[(&str, &str)],
    ) -> Result<Channel, CallError> {
        let answer: OneChannel = self.call(method, None, form).await?;
        Ok(answer.channel)
    }

    async fn settle(
        &self,
        method: &'static str,
        form: &[(&str, &str)],
    ) -> Result<Settled, CallError> {
        match self.call::<Nothing>(method, None, form).await {
            Ok(Nothing {}) => Ok(Settled::Done),
            Err(CallError::Already { .. }) => Ok(Settled::Already),
            Err(error) => Err(error),
        }
    }
}

const fn flag(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}

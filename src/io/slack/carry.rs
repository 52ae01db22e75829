//! Carries out the sync engine's calls with the client, and says how they ended in its words.

use super::calls::{HistoryQuery, Post, RepliesQuery};
use super::client::Client;
use crate::domain::event::FileLink;
use crate::domain::ids::{ChannelId, EventId, SlackTs, UserId};
use crate::domain::sync::image::{Message, Metadata, Reaction};
use crate::domain::sync::{Answer, Call, Fault, Listed, Pinned, Refused, mirror};
use crate::domain::text::clean_line;
use crate::wire::answers::AuthTest;
use crate::wire::objects::{self, Raw, User, UserGroup};
use crate::wire::outcome::{CallError, Refusal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The channels a console may be in.
const TYPES: &str = "public_channel,private_channel";
/// An announcement that may be there is looked for in this many pages of its channel.
const SEEK_PAGES: usize = 3;

/// What has been learnt about names; shared by all calls.
#[derive(Default)]
struct Known {
    users: Vec<User>,
    groups: Vec<UserGroup>,
    channels: Vec<objects::Channel>,
}

/// The client with who it is and what it has learnt. Cheap to clone.
#[derive(Clone)]
pub struct Carrier {
    client: Client,
    /// For bringing an archived channel back, which bots may not.
    person: Option<Client>,
    who: Arc<AuthTest>,
    known: Arc<Mutex<Known>>,
}

impl Carrier {
    pub fn new(client: Client, person: Option<Client>, who: AuthTest) -> Carrier {
        Carrier {
            client,
            person,
            who: Arc::new(who),
            known: Arc::default(),
        }
    }

    pub fn who(&self) -> &AuthTest {
        &self.who
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everybody, kept for resolving names.
    pub async fn people(&self) -> Result<Vec<User>, CallError> {
        let walk = self.client.users_list().await?;
        self.known().users.clone_from(&walk.items);
        Ok(walk.items)
    }

    /// Does one call.
    pub async fn carry(&self, call: Call) -> Result<Answer, Fault> {
        let mut result = self.try_carry(call.clone()).await;
        if let (Err(error), Some(channel)) = (&result, wants_membership(&call))
            && error.code() == Some("not_in_channel")
        {
            result = match self.client.conversations_join(channel).await {
                Ok(_) => self.try_carry(call).await,
                Err(joining) => Err(not_joined(joining, error.clone())),
            };
        }
        match result {
            Ok(answer) => Ok(answer),
            Err(CallError::Already { .. }) => Ok(Answer::Done),
            Err(CallError::NotSent { why }) => Err(Fault::NotSent(why)),
            Err(CallError::Limited { retry_after }) => Err(Fault::Limited(retry_after)),
            Err(CallError::Held { wait }) => Err(Fault::Held(wait)),
            Err(CallError::Ambiguous { why }) => Err(Fault::Ambiguous(why)),
            Err(CallError::Refused(refusal)) => Err(Fault::Refused(Refused {
                code: refusal.code,
                needed: refusal.needed,
            })),
        }
    }

    async fn try_carry(&self, call: Call) -> Result<Answer, CallError> {
        let client = &self.client;
        match call {
            Call::Create { name, private } => {
                let channel = client.conversations_create(&name, private).await?;
                Ok(Answer::Created {
                    channel: channel.id,
                    name: channel.name,
                })
            }
            Call::History {
                channel,
                oldest,
                cursor,
            } => {
                let query = HistoryQuery {
                    oldest: (oldest != SlackTs::zero()).then_some(oldest),
                    cursor,
                    ..HistoryQuery::default()
                };
                let page = match client.conversations_history(&channel, &query).await {
                    Err(error) if error.code() == Some("not_in_channel") => {
                        let reader = self.reader(&channel).await?;
                        reader.conversations_history(&channel, &query).await?
                    }
                    other => other?,
                };
                Ok(self.page(&page))
            }
            Call::Replies {
                channel,
                thread,
                oldest,
                cursor,
            } => {
                let query = RepliesQuery {
                    parent: thread,
                    oldest: (oldest != SlackTs::zero()).then_some(oldest),
                    cursor,
                    limit: 0,
                };
                let page = match client.conversations_replies(&channel, &query).await {
                    Err(error) if error.code() == Some("not_in_channel") => {
                        let reader = self.reader(&channel).await?;
                        reader.conversations_replies(&channel, &query).await?
                    }
                    other => other?,
                };
                Ok(self.page(&page))
            }
            Call::Discover => self.discover().await,
            Call::Post {
                channel,
                text,
                thread,
                metadata,
            } => self.post(&channel, &text, thread.as_ref(), &metadata).await,
            Call::Update {
                channel,
                ts,
                text,
                metadata,
            } => {
                let metadata = outgoing(&metadata)?;
                client
                    .chat_update(&channel, &ts, &text, None, Some(&metadata))
                    .await?;
                Ok(Answer::Done)
            }
            Call::Delete { channel, ts } => {
                client.chat_delete(&channel, &ts).await?;
                Ok(Answer::Done)
            }
            Call::Pin { channel, ts } => {
                client.pins_add(&channel, &ts).await?;
                Ok(Answer::Done)
            }
            Call::React { channel, ts, name } => {
                client.reactions_add(&channel, &ts, &name).await?;
                Ok(Answer::Done)
            }
            Call::Reactions { channel, ts } => {
                let message = client.reactions_get(&channel, &ts).await?;
                Ok(Answer::Reactions(reactions(&message)))
            }
            Call::Whisper {
                channel,
                user,
                thread,
                text,
            } => {
                let thread = thread.as_ref();
                client
                    .chat_post_ephemeral(&channel, &user, thread, &text)
                    .await?;
                Ok(Answer::Done)
            }
            Call::Pins { channel } => {
                let pins = client.pins_list(&channel).await?;
                let pins = pins.items.iter().filter_map(|pin| {
                    let message = pin.message.as_ref()?;
                    Some(Pinned {
                        ts: message.ts.clone(),
                        by: pin.created_by.clone()?,
                        message: self.incoming(message),
                    })
                });
                Ok(Answer::Pins(pins.collect()))
            }
            Call::Topic { channel, topic } => {
                let topic = crate::wire::mrkdwn::escape(&topic);
                client.conversations_set_topic(&channel, &topic).await?;
                Ok(Answer::Done)
            }
            Call::Purpose { channel, purpose } => {
                let purpose = crate::wire::mrkdwn::escape(&purpose);
                client.conversations_set_purpose(&channel, &purpose).await?;
                Ok(Answer::Done)
            }
            Call::InvitePerson { channel, who } => {
                let user = self.person(&who).await?;
                self.invite(&channel, &[user]).await
            }
            Call::InviteGroup { channel, who } => {
                let users = self.group(&who).await?;
                self.invite(&channel, &users).await
            }
            Call::Announce { to, text, metadata } => {
                let channel = self.channel(&to).await?;
                match self.announce(&channel, &text, &metadata).await {
                    // It had another id, or has gone: its name is looked up anew.
                    Err(error) if error.code() == Some("channel_not_found") => {
                        self.known().channels.clear();
                        let again = self.channel(&to).await?;
                        if again == channel {
                            return Err(error);
                        }
                        self.announce(&again, &text, &metadata).await
                    }
                    other => other,
                }
            }
            Call::SeekAnnouncement { to, event } => {
                let channel = self.channel(&to).await?;
                Ok(Answer::Found(self.announced(&channel, &event).await?))
            }
            Call::Archive { channel } => {
                client.conversations_archive(&channel).await?;
                Ok(Answer::Done)
            }
            Call::Unarchive { channel } => {
                let Some(person) = &self.person else {
                    client.conversations_unarchive(&channel).await?;
                    return Ok(Answer::Done);
                };
                person.conversations_unarchive(&channel).await?;
                // Archiving put the bot out.
                let bot = self.who.user_id.clone();
                person.conversations_invite(&channel, &[bot]).await?;
                Ok(Answer::Done)
            }
        }
    }

    async fn post(
        &self,
        channel: &ChannelId,
        text: &str,
        thread: Option<&SlackTs>,
        metadata: &Metadata,
    ) -> Result<Answer, CallError> {
        let metadata = outgoing(metadata)?;
        let post = Post {
            thread_ts: thread,
            metadata: Some(&metadata),
            ..Post::new(channel, text)
        };
        let posted = self.client.chat_post_message(&post).await?;
        let echo = posted.message.unwrap_or_default();
        let message = Message {
            ts: posted.ts.to_string(),
            thread: thread.cloned(),
            user: echo.user.clone(),
            text: echo.text.clone(),
            own: true,
            metadata: echo.metadata.as_ref().and_then(known_metadata),
            ..Message::default()
        };
        Ok(Answer::Posted {
            ts: posted.ts,
            message: Box::new(message),
        })
    }

    /// Posts to a channel that is not the incident's, and joins it where that is needed.
    async fn announce(
        &self,
        channel: &ChannelId,
        text: &str,
        metadata: &Metadata,
    ) -> Result<Answer, CallError> {
        match self.post(channel, text, None, metadata).await {
            Err(error) if error.code() == Some("not_in_channel") => {
                self.client.conversations_join(channel).await?;
                self.post(channel, text, None, metadata).await
            }
            other => other,
        }
    }

    fn page(&self, page: &crate::wire::answers::History) -> Answer {
        Answer::Page {
            messages: page
                .messages
                .items
                .iter()
                .filter(|m| !m.hidden || m.is_tombstone())
                .map(|m| self.incoming(m))
                .collect(),
            next: page.next().map(str::to_owned),
        }
    }

    /// A message in the words of the sync engine.
    pub fn incoming(&self, message: &objects::Message) -> Message {
        let own = match (&self.who.app_id, message.author_app()) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => match (&self.who.bot_id, &message.bot_id) {
                (Some(ours), Some(theirs)) => ours == theirs,
                // A person's token: what that person's apps post carries our metadata or not.
                (None, _) => message.user.as_ref() == Some(&self.who.user_id),
                _ => false,
            },
        };
        // Under a name that is not ours the app speaks for somebody: a drill's people. What they say
        // is heard like any other program's, and is never an event.
        let own = own && !is_voice(message);
        Message {
            ts: message.ts.to_string(),
            thread: message
                .is_reply()
                .then(|| message.thread_ts.clone())
                .flatten(),
            user: message.user.clone(),
            username: message
                .username
                .clone()
                .or_else(|| message.bot_profile.as_ref().and_then(|p| p.name.clone())),
            subtype: message.subtype.clone(),
            text: if own {
                message.text.clone()
            } else {
                message.readable().into_owned()
            },
            edited: message.edited.is_some(),
            reactions: reactions(message),
            pinned: !message.pinned_to.is_empty(),
            replies: message.reply_count,
            latest_reply: message.latest_reply.clone(),
            inviter: message.inviter.clone(),
            own,
            metadata: message.metadata.as_ref().and_then(known_metadata),
            topic: message
                .subtype
                .as_deref()
                .filter(|s| matches!(*s, "channel_topic" | "group_topic"))
                .and(message.topic.as_deref())
                .map(|topic| crate::wire::mrkdwn::decode(topic).into_owned()),
            files: message.files.iter().filter_map(file).collect(),
        }
    }

    /// Who may read a channel that the app is not in: the app itself once it has joined; one that
    /// is archived, which put the app out, only a person.
    ///
    /// # Errors
    /// `is_archived` where there is no person's token; what joining was refused with.
    async fn reader(&self, channel: &ChannelId) -> Result<&Client, CallError> {
        match self.client.conversations_join(channel).await {
            Ok(_) => Ok(&self.client),
            Err(error) if error.code() == Some("is_archived") => self.person.as_ref().ok_or(error),
            Err(error) => Err(error),
        }
    }

    async fn discover(&self) -> Result<Answer, CallError> {
        let walk = self.client.users_conversations(TYPES).await?;
        self.known().channels.clone_from(&walk.items);
        let ours = |c: &objects::Channel| c.creator.as_ref() == Some(&self.who.user_id);
        Ok(Answer::Channels(
            walk.items
                .into_iter()
                .map(|channel| Listed {
                    ours: ours(&channel),
                    id: channel.id,
                    name: channel.name,
                    archived: channel.is_archived,
                })
                .collect(),
        ))
    }

    async fn announced(&self, channel: &ChannelId, event: &EventId) -> Result<bool, CallError> {
        let mut query = HistoryQuery::default();
        for _ in 0..SEEK_PAGES {
            let page = self.client.conversations_history(channel, &query).await?;
            let found = page.messages.items.iter().any(|message| {
                let metadata = message.metadata.as_ref().and_then(known_metadata);
                metadata.is_some_and(|m| {
                    m.event_type == mirror::ANNOUNCE
                        && m.payload
                            .get("event")
                            .is_some_and(|id| id == event.as_str())
                })
            });
            match (found, page.next()) {
                (true, _) => return Ok(true),
                (false, Some(next)) => query.cursor = Some(next.to_owned()),
                (false, None) => break,
            }
        }
        Ok(false)
    }

    async fn invite(&self, channel: &ChannelId, users: &[UserId]) -> Result<Answer, CallError> {
        let bot = &self.who.user_id;
        let users: Vec<UserId> = users.iter().filter(|u| *u != bot).cloned().collect();
        if users.is_empty() {
            return Ok(Answer::Done);
        }
        let failed = self.client.conversations_invite(channel, &users).await?;
        match failed.first() {
            None => Ok(Answer::Done),
            Some(first) => Err(CallError::Refused(Refusal::of(&first.error))),
        }
    }

    /// Somebody by id, handle, mail address or name.
    async fn person(&self, who: &str) -> Result<UserId, CallError> {
        let wanted = who.trim_start_matches('@');
        for attempt in 0..2 {
            let found = self.known().users.iter().find_map(|user| {
                let fits = user.id.as_str() == wanted
                    || user.name == wanted
                    || user.profile.email == wanted
                    || user.shown_name() == wanted;
                (fits && !user.deleted).then(|| user.id.clone())
            });
            match found {
                Some(id) => return Ok(id),
                None if attempt == 0 => drop(self.people().await?),
                None => {}
            }
        }
        Err(CallError::Refused(Refusal::of("user_not_found")))
    }

    async fn group(&self, who: &str) -> Result<Vec<UserId>, CallError> {
        let wanted = who.trim_start_matches('@');
        for attempt in 0..2 {
            let found = self.known().groups.iter().find_map(|group| {
                let fits =
                    group.id.as_str() == wanted || group.handle == wanted || group.name == wanted;
                fits.then(|| (group.id.clone(), group.users.clone()))
            });
            match found {
                Some((_, users)) if !users.is_empty() => return Ok(users),
                Some((id, _)) => return self.client.usergroups_users_list(&id).await,
                None if attempt == 0 => {
                    let groups = self.client.usergroups_list().await?.items;
                    self.known().groups = groups;
                }
                None => {}
            }
        }
        Err(CallError::Refused(Refusal::of("no_such_subteam")))
    }

    async fn channel(&self, to: &str) -> Result<ChannelId, CallError> {
        let wanted = to.trim_start_matches('#');
        for attempt in 0..2 {
            let found = self
                .known()
                .channels
                .iter()
                .find(|c| c.id.as_str() == wanted || c.name == wanted)
                .map(|c| c.id.clone());
            match found {
                Some(id) => return Ok(id),
                None if attempt == 0 => {
                    let all = self.client.conversations_list(TYPES).await?.items;
                    self.known().channels = all;
                }
                None => {}
            }
        }
        Err(CallError::Refused(Refusal::of("channel_not_found")))
    }
}

/// The channel that our app has to be in for a call: somebody may have put it out. What reads, and
/// what is announced elsewhere, joins by itself.
const fn wants_membership(call: &Call) -> Option<&ChannelId> {
    match call {
        Call::Post { channel, .. }
        | Call::Update { channel, .. }
        | Call::Delete { channel, .. }
        | Call::Pin { channel, .. }
        | Call::Pins { channel }
        | Call::Reactions { channel, .. }
        | Call::React { channel, .. }
        | Call::Whisper { channel, .. }
        | Call::Topic { channel, .. }
        | Call::Purpose { channel, .. }
        | Call::InvitePerson { channel, .. }
        | Call::InviteGroup { channel, .. }
        | Call::Archive { channel } => Some(channel),
        Call::Create { .. }
        | Call::History { .. }
        | Call::Replies { .. }
        | Call::Discover
        | Call::Announce { .. }
        | Call::SeekAnnouncement { .. }
        | Call::Unarchive { .. } => None,
    }
}

/// How a call ended whose channel could not be joined: itself it was refused, so that nothing of it
/// was done, however unclear the joining is.
fn not_joined(joining: CallError, refused: CallError) -> CallError {
    match joining {
        CallError::Limited { .. } | CallError::NotSent { .. } => joining,
        CallError::Ambiguous { why } => CallError::NotSent { why },
        _ if joining.code() == Some("is_archived") => joining,
        _ => refused,
    }
}

/// Posted with `username`; an app of the old kind has one on everything, its events too.
fn is_voice(message: &objects::Message) -> bool {
    message.subtype.as_deref() == Some("bot_message")
        && message.username.is_some()
        && message.metadata.is_none()
}

/// A file as people call it, with its address in Slack.
fn file(file: &objects::File) -> Option<FileLink> {
    let names = [&file.name, &file.title, &file.id];
    let name = names.into_iter().find(|name| !name.is_empty())?;
    let is_link = file.permalink.starts_with("https://");
    Some(FileLink {
        name: clean_line(name).into_owned(),
        link: is_link.then(|| clean_line(&file.permalink).into_owned()),
    })
}

fn reactions(message: &objects::Message) -> Vec<Reaction> {
    let reactions = message.reactions.iter().map(|r| Reaction {
        name: r.name.clone(),
        users: r.users.clone(),
        count: r.count,
    });
    reactions.collect()
}

fn known_metadata(metadata: &objects::Metadata) -> Option<Metadata> {
    Some(Metadata {
        event_type: metadata.event_type.clone(),
        payload: metadata.strings()?,
    })
}

fn outgoing(metadata: &Metadata) -> Result<objects::Metadata, CallError> {
    let payload = serde_json::to_string(&metadata.payload)
        .ok()
        .and_then(Raw::from_text)
        .ok_or_else(|| CallError::Refused(Refusal::of("invalid_metadata_format")))?;
    Ok(objects::Metadata {
        event_type: metadata.event_type.clone(),
        event_payload: Some(payload),
    })
}

//! What the workspace does when a call reaches it.

use super::{BOT, Channel, Stored, Trouble, World};
use matoi::domain::ids::{ChannelId, SlackTs, UserId};
use matoi::domain::sync::image::Message;
use matoi::domain::sync::{Answer, Call, Fault, Listed, Pinned, Refused};
use std::collections::BTreeMap;
use std::time::Duration;

impl World {
    pub(super) fn carry_out(
        &mut self,
        call: &Call,
        now: Duration,
        trouble: &Trouble,
        rng: &mut fastrand::Rng,
    ) -> Result<Answer, Fault> {
        let refused = |code: &str| Err(Fault::Refused(Refused::of(code)));
        // Archiving puts the program out, and it cannot join again.
        let closed = call_channel(call)
            .and_then(|id| self.channel(id))
            .is_some_and(|c| c.archived);
        match call {
            Call::Update { .. } if closed => return refused("is_inactive"),
            Call::Archive { .. } if closed => return refused("already_archived"),
            Call::Unarchive { .. } if closed && !self.person => return refused("not_in_channel"),
            Call::Unarchive { .. } if closed => {}
            Call::Unarchive { .. } => return refused("not_archived"),
            _ if closed => return refused("is_archived"),
            _ => {}
        }
        match call {
            Call::Create { name, .. } => {
                let taken = self.channels.iter().any(|c| c.name == *name);
                if taken && rng.f64() >= trouble.twins {
                    return refused("name_taken");
                }
                let id = ChannelId::new(format!("C{:03}", self.channels.len()));
                self.channels.push(Channel {
                    id: id.clone(),
                    name: name.clone(),
                    archived: false,
                    messages: BTreeMap::new(),
                    pins: Vec::new(),
                });
                Ok(Answer::Created {
                    channel: id,
                    name: name.clone(),
                })
            }
            Call::Discover => Ok(Answer::Channels(
                self.channels
                    .iter()
                    .filter(|c| !c.archived)
                    .map(|c| Listed {
                        id: c.id.clone(),
                        name: c.name.clone(),
                        archived: c.archived,
                        ours: true,
                    })
                    .collect(),
            )),
            Call::Post {
                channel,
                text,
                thread,
                metadata,
            } => {
                let ts = self.ts(now);
                let lag = trouble.lag.mul_f64(rng.f64());
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                // What people see of a thread in the channel is its parent.
                if let Some(parent) = thread {
                    match c.messages.get_mut(parent).filter(|s| !s.deleted) {
                        Some(parent) => {
                            parent.message.replies += 1;
                            parent.message.latest_reply = Some(ts.clone());
                        }
                        None => return refused("thread_not_found"),
                    }
                }
                let message = Message {
                    ts: ts.to_string(),
                    thread: thread.clone(),
                    text: text.clone(),
                    own: true,
                    metadata: Some(metadata.clone()),
                    ..Message::default()
                };
                c.messages.insert(
                    ts.clone(),
                    Stored {
                        message: message.clone(),
                        visible: now + lag,
                        deleted: false,
                    },
                );
                Ok(Answer::Posted {
                    ts,
                    message: Box::new(message),
                })
            }
            Call::Update {
                channel,
                ts,
                text,
                metadata,
            } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                match c.messages.get_mut(ts).filter(|s| s.is_there()) {
                    Some(stored) => {
                        stored.message.text.clone_from(text);
                        stored.message.metadata = Some(metadata.clone());
                        Ok(Answer::Done)
                    }
                    None => refused("message_not_found"),
                }
            }
            Call::Delete { channel, ts } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                match c.messages.get_mut(ts).filter(|s| s.is_there()) {
                    Some(stored) => {
                        stored.delete();
                        Ok(Answer::Done)
                    }
                    None => refused("message_not_found"),
                }
            }
            Call::History {
                channel,
                oldest,
                cursor,
            } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                if cursor.is_some() && rng.f64() < trouble.expired {
                    return refused("invalid_cursor");
                }
                if rng.f64() < trouble.empty {
                    return Ok(Answer::Page {
                        messages: Vec::new(),
                        next: Some(cursor.clone().unwrap_or_default()),
                    });
                }
                let visible = c
                    .messages
                    .iter()
                    .filter(|(ts, s)| *ts > oldest && !s.deleted && s.visible <= now)
                    .filter(|(_, s)| s.message.thread.is_none());
                let all: Vec<(&SlackTs, &Stored)> = visible.collect();
                let from = cursor.as_deref().unwrap_or("");
                let mut page: Vec<&(&SlackTs, &Stored)> = if trouble.oldest_first {
                    all.iter()
                        .filter(|(ts, _)| ts.as_str() > from)
                        .take(trouble.page)
                        .collect()
                } else {
                    all.iter()
                        .rev()
                        .filter(|(ts, _)| from.is_empty() || ts.as_str() < from)
                        .take(trouble.page)
                        .collect()
                };
                let last = page.last().map(|(ts, _)| ts.to_string());
                let more = match (&last, trouble.oldest_first) {
                    (Some(last), true) => all.iter().any(|(ts, _)| ts.as_str() > last.as_str()),
                    (Some(last), false) => all.iter().any(|(ts, _)| ts.as_str() < last.as_str()),
                    (None, _) => false,
                };
                if trouble.oldest_first {
                    page.reverse();
                }
                let mut messages: Vec<Message> = page.iter().map(|(_, s)| s.as_listed()).collect();
                if rng.f64() < trouble.repeated {
                    let again = messages.clone();
                    messages.extend(again);
                    rng.shuffle(&mut messages);
                }
                Ok(Answer::Page {
                    messages,
                    next: last.filter(|_| more),
                })
            }
            Call::Replies {
                channel,
                thread,
                oldest,
                ..
            } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                let replies = c.messages.iter().filter(|(ts, s)| {
                    let here = s.message.thread.as_ref() == Some(thread);
                    here && *ts > oldest && !s.deleted && s.visible <= now
                });
                Ok(Answer::Page {
                    messages: replies.map(|(_, s)| s.as_listed()).collect(),
                    next: None,
                })
            }
            Call::Pin { channel, ts } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                if !c.pins.iter().any(|(p, _)| p == ts) {
                    c.pins.push((ts.clone(), UserId::new(BOT)));
                }
                Ok(Answer::Done)
            }
            Call::React { channel, ts, name } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                let stored = c.messages.get_mut(ts).filter(|s| s.is_there());
                // What says that it is there already is told apart where calls are carried out.
                match stored {
                    Some(stored) => {
                        stored.react(name, BOT);
                        Ok(Answer::Done)
                    }
                    None => refused("message_not_found"),
                }
            }
            Call::Reactions { channel, ts } => {
                let stored = self.channel(channel).and_then(|c| c.messages.get(ts));
                match stored.filter(|s| s.is_there()) {
                    Some(stored) => Ok(Answer::Reactions(stored.message.reactions.clone())),
                    None => refused("message_not_found"),
                }
            }
            // Who is not in the channel is told nothing there.
            Call::Whisper { user, .. } if user.as_str() == "UAWAY" => {
                refused("user_not_in_channel")
            }
            Call::Whisper { .. } => Ok(Answer::Done),
            Call::Pins { channel } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                let pins = c.pins.iter().filter_map(|(ts, by)| {
                    let stored = c.messages.get(ts)?;
                    Some(Pinned {
                        ts: ts.clone(),
                        by: by.clone(),
                        message: stored.message.clone(),
                    })
                });
                Ok(Answer::Pins(pins.collect()))
            }
            Call::SeekAnnouncement { to, event } => {
                let id = ChannelId::new(format!("B{to}"));
                let found = self.channel(&id).is_some_and(|c| {
                    c.messages.values().any(|s| {
                        s.message.metadata.as_ref().is_some_and(|m| {
                            m.payload.get("event").is_some_and(|e| e == event.as_str())
                        })
                    })
                });
                Ok(Answer::Found(found))
            }
            Call::Announce { to, text, metadata } => {
                let ts = self.ts(now);
                let id = ChannelId::new(format!("B{to}"));
                if self.channel(&id).is_none() {
                    return refused("channel_not_found");
                }
                let message = Message {
                    ts: ts.to_string(),
                    text: text.clone(),
                    own: true,
                    metadata: Some(metadata.clone()),
                    ..Message::default()
                };
                if let Some(c) = self.channel(&id) {
                    c.messages.insert(
                        ts.clone(),
                        Stored {
                            message: message.clone(),
                            visible: now,
                            deleted: false,
                        },
                    );
                }
                Ok(Answer::Posted {
                    ts,
                    message: Box::new(message),
                })
            }
            Call::InvitePerson { who, .. } if who == "nobody" => refused("user_not_found"),
            Call::Archive { channel } => {
                if let Some(c) = self.channel(channel) {
                    c.archived = true;
                }
                Ok(Answer::Done)
            }
            Call::Unarchive { channel } => {
                if let Some(c) = self.channel(channel) {
                    c.archived = false;
                }
                Ok(Answer::Done)
            }
            Call::Topic { .. }
            | Call::Purpose { .. }
            | Call::InvitePerson { .. }
            | Call::InviteGroup { .. } => Ok(Answer::Done),
        }
    }
}

/// The channel that a call is about, by id.
const fn call_channel(call: &Call) -> Option<&ChannelId> {
    match call {
        Call::History { channel, .. }
        | Call::Replies { channel, .. }
        | Call::Post { channel, .. }
        | Call::Update { channel, .. }
        | Call::Delete { channel, .. }
        | Call::Pin { channel, .. }
        | Call::React { channel, .. }
        | Call::Reactions { channel, .. }
        | Call::Whisper { channel, .. }
        | Call::Pins { channel }
        | Call::Topic { channel, .. }
        | Call::Purpose { channel, .. }
        | Call::InvitePerson { channel, .. }
        | Call::InviteGroup { channel, .. }
        | Call::Archive { channel }
        | Call::Unarchive { channel } => Some(channel),
        Call::Create { .. }
        | Call::Discover
        | Call::Announce { .. }
        | Call::SeekAnnouncement { .. } => None,
    }
}

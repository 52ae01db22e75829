//! A workspace that lies the way a network does: what was done may not be answered, what was
//! answered may not be readable yet.

use matoi::domain::ids::{ChannelId, SlackTs, UserId};
use matoi::domain::sync::image::{Message, Metadata};
use matoi::domain::sync::{Answer, Call, Fault, Listed, Pinned, Refused};
use matoi::wire::methods;
use matoi::workspace::limits::{Limits, Mode, Over};
use std::collections::BTreeMap;
use std::time::Duration;

/// Chances, each out of 1.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub not_sent: f64,
    pub lost_request: f64,
    pub lost_answer: f64,
    pub limited: f64,
    /// A read misses a message for up to this long after it was accepted.
    pub lag: Duration,
    /// Messages to a page.
    pub page: usize,
    pub crash: f64,
    /// The page closest to `oldest` comes first.
    pub oldest_first: bool,
    /// An answer with a server's error page.
    pub broken: f64,
    /// Of pages: what was on the one before comes again; nothing comes, and more is promised; the
    /// cursor has expired.
    pub repeated: f64,
    pub empty: f64,
    pub expired: f64,
    /// Two creates of one name both succeed.
    pub twins: f64,
    /// Seconds that a limit may say.
    pub longest_limit: u64,
    /// Wall clocks are wrong, and step.
    pub clocks: bool,
}

impl Trouble {
    pub const NONE: Trouble = Trouble {
        not_sent: 0.0,
        lost_request: 0.0,
        lost_answer: 0.0,
        limited: 0.0,
        lag: Duration::ZERO,
        page: 200,
        crash: 0.0,
        oldest_first: false,
        broken: 0.0,
        repeated: 0.0,
        empty: 0.0,
        expired: 0.0,
        twins: 0.0,
        longest_limit: 5,
        clocks: false,
    };
}

struct Stored {
    message: Message,
    visible: Duration,
    deleted: bool,
}

struct Channel {
    id: ChannelId,
    name: String,
    archived: bool,
    messages: BTreeMap<SlackTs, Stored>,
    pins: Vec<(SlackTs, UserId)>,
}

/// A call as the workspace met it: when, which method, and whether it was over the limit.
pub type Asked = (Duration, &'static str, bool);

pub struct World {
    channels: Vec<Channel>,
    micros: i64,
    limits: Limits,
    pub log: Vec<Asked>,
}

impl World {
    pub fn new() -> World {
        World::limited(Mode::Off)
    }

    /// With the embedded workspace's limits, at the simulation's time.
    pub fn limited(mode: Mode) -> World {
        World {
            channels: Vec::new(),
            micros: 1_763_636_400_000_000,
            limits: Limits::new(mode),
            log: Vec::new(),
        }
    }

    /// Somebody who only has Slack writes, in a thread or not; the message's ts.
    pub fn say(
        &mut self,
        nth: usize,
        text: &str,
        thread: Option<SlackTs>,
        now: Duration,
    ) -> SlackTs {
        let ts = self.ts(now);
        let Some(channel) = self.channels.get_mut(nth) else {
            return ts;
        };
        let message = Message {
            ts: ts.to_string(),
            thread: thread.clone(),
            text: text.to_owned(),
            user: Some(UserId::new("UPERSON")),
            ..Message::default()
        };
        if let Some(parent) = thread.and_then(|t| channel.messages.get_mut(&t)) {
            parent.message.replies += 1;
            parent.message.latest_reply = Some(ts.clone());
        }
        channel.messages.insert(
            ts.clone(),
            Stored {
                message,
                visible: now,
                deleted: false,
            },
        );
        ts
    }

    /// Somebody edits a message, or deletes it.
    pub fn change(&mut self, nth: usize, ts: &SlackTs, text: Option<&str>) {
        let stored = self
            .channels
            .get_mut(nth)
            .and_then(|c| c.messages.get_mut(ts));
        if let Some(stored) = stored {
            match text {
                Some(text) => {
                    stored.message.text = text.to_owned();
                    stored.message.edited = true;
                }
                None => stored.deleted = true,
            }
        }
    }

    fn book(&mut self, call: &Call, now: Duration) -> Result<(), Fault> {
        let name = call.method();
        let Some(method) = methods::find(name) else {
            return Ok(());
        };
        let channel = match call {
            Call::Post { channel, .. } => channel.as_str(),
            _ => "",
        };
        let mode = self.limits.mode;
        let at = i64::try_from(now.as_micros()).expect("a short run");
        let booked = self.limits.book(mode, "A1", method, channel, at);
        self.log.push((now, name, booked.is_err()));
        booked.map_err(|over| {
            Fault::Limited(Duration::from_secs(match over {
                Over::Method(seconds) => u64::from(seconds),
                Over::Posts => 30,
            }))
        })
    }

    fn channel(&mut self, id: &ChannelId) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|c| c.id == *id)
    }

    fn ts(&mut self, now: Duration) -> SlackTs {
        let at = 1_763_636_400_000_000 + i64::try_from(now.as_micros()).expect("a short run");
        self.micros = (self.micros + 1).max(at);
        SlackTs::from_micros(self.micros).expect("in range")
    }

    /// When something was last posted.
    pub fn last_post(&self) -> Duration {
        let micros = self.micros - 1_763_636_400_000_000;
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// The metadata of every message that was ever posted, and whether it was deleted since.
    pub fn carried(&self) -> Vec<(Metadata, bool)> {
        let messages = self.channels.iter().flat_map(|c| c.messages.values());
        messages
            .filter_map(|s| Some((s.message.metadata.clone()?, s.deleted)))
            .collect()
    }

    /// Somebody deletes the message that carries an event. Whether there was one.
    pub fn delete_carrier(&mut self, event: &str) -> bool {
        let messages = self
            .channels
            .iter_mut()
            .flat_map(|c| c.messages.values_mut());
        let found = messages.into_iter().find(|s| {
            let metadata = s.message.metadata.as_ref();
            !s.deleted
                && metadata
                    .is_some_and(|m| m.payload.get("events").is_some_and(|e| e.contains(event)))
        });
        found.map(|stored| stored.deleted = true).is_some()
    }

    /// Carries out a call, or loses it, or loses its answer.
    pub fn call(
        &mut self,
        call: &Call,
        now: Duration,
        trouble: &Trouble,
        rng: &mut fastrand::Rng,
    ) -> Result<Answer, Fault> {
        if rng.f64() < trouble.not_sent {
            return Err(Fault::NotSent("refused".into()));
        }
        self.book(call, now)?;
        if rng.f64() < trouble.limited {
            let most = trouble.longest_limit.max(1);
            return Err(Fault::Limited(Duration::from_secs(rng.u64(0..=most))));
        }
        if rng.f64() < trouble.lost_request {
            return Err(Fault::Ambiguous("reset".into()));
        }
        if rng.f64() < trouble.broken {
            return Err(Fault::Ambiguous("HTTP 503".into()));
        }
        let answer = self.carry_out(call, now, trouble, rng);
        if rng.f64() < trouble.lost_answer {
            return Err(Fault::Ambiguous("timeout".into()));
        }
        answer
    }

    fn carry_out(
        &mut self,
        call: &Call,
        now: Duration,
        trouble: &Trouble,
        rng: &mut fastrand::Rng,
    ) -> Result<Answer, Fault> {
        let refused = |code: &str| Err(Fault::Refused(Refused::of(code)));
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
                if c.archived {
                    return refused("is_archived");
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
                match c.messages.get_mut(ts).filter(|s| !s.deleted) {
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
                match c.messages.get_mut(ts).filter(|s| !s.deleted) {
                    Some(stored) => {
                        stored.deleted = true;
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
                let mut messages: Vec<Message> =
                    page.iter().map(|(_, s)| s.message.clone()).collect();
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
                    messages: replies.map(|(_, s)| s.message.clone()).collect(),
                    next: None,
                })
            }
            Call::Pin { channel, ts } => {
                let Some(c) = self.channel(channel) else {
                    return refused("channel_not_found");
                };
                if !c.pins.iter().any(|(p, _)| p == ts) {
                    c.pins.push((ts.clone(), UserId::new("UBOT")));
                }
                Ok(Answer::Done)
            }
            Call::React { .. } | Call::Whisper { .. } | Call::Reactions { .. } => Ok(Answer::Done),
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

//! A workspace that lies the way a network does: what was done may not be answered, what was
//! answered may not be readable yet.

mod calls;

use matoi::domain::ids::{ChannelId, SlackTs, UserId};
use matoi::domain::sync::image::{Message, Metadata, Reaction};
use matoi::domain::sync::{Answer, Call, Fault, Refused};
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
    /// A write is refused for good.
    pub refused: f64,
    /// Of turns: a console's disk is copied, or it is set up again from the copy.
    pub restored: f64,
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
        refused: 0.0,
        restored: 0.0,
    };
}

/// Who the program is in the workspace.
pub const BOT: &str = "UBOT";

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

impl Stored {
    /// Of a message with replies a stone remains.
    pub fn delete(&mut self) {
        self.deleted = self.message.replies == 0;
        if !self.deleted {
            self.message = Message {
                ts: self.message.ts.clone(),
                user: Some(UserId::new("USLACKBOT")),
                subtype: Some("tombstone".into()),
                text: "This message was deleted.".into(),
                replies: self.message.replies,
                latest_reply: self.message.latest_reply.clone(),
                ..Message::default()
            };
        }
    }

    /// A page names only some of those who reacted.
    fn as_listed(&self) -> Message {
        let mut message = self.message.clone();
        for reaction in &mut message.reactions {
            reaction.users.truncate(2);
        }
        message
    }

    fn is_there(&self) -> bool {
        !self.deleted && self.message.subtype.as_deref() != Some("tombstone")
    }

    /// Whether it is new.
    fn react(&mut self, name: &str, user: &str) -> bool {
        let user = UserId::new(user);
        let reactions = &mut self.message.reactions;
        match reactions.iter_mut().find(|r| r.name == name) {
            Some(reaction) if reaction.users.contains(&user) => return false,
            Some(reaction) => {
                reaction.users.push(user);
                reaction.count += 1;
            }
            None => reactions.push(Reaction {
                name: name.to_owned(),
                users: vec![user],
                count: 1,
            }),
        }
        true
    }
}

/// A call as the workspace met it: when, which method, and whether it was over the limit.
pub type Asked = (Duration, &'static str, bool);

pub struct World {
    channels: Vec<Channel>,
    micros: i64,
    limits: Limits,
    pub log: Vec<Asked>,
    /// The program may act for a person too: what a bot may not, such as bringing a channel back.
    pub person: bool,
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
            person: true,
        }
    }

    /// Somebody who only has Slack writes, in a thread or not; the message's ts.
    pub fn say(
        &mut self,
        nth: usize,
        user: &str,
        text: &str,
        thread: Option<SlackTs>,
        now: Duration,
    ) -> SlackTs {
        let ts = self.ts(now);
        let open = self.channels.get_mut(nth).filter(|c| !c.archived);
        let Some(channel) = open else {
            return ts;
        };
        let message = Message {
            ts: ts.to_string(),
            thread: thread.clone(),
            text: text.to_owned(),
            user: Some(UserId::new(user)),
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
                None => stored.delete(),
            }
        }
    }

    /// The newest messages of a channel, newest first, and whether our app wrote each.
    pub fn newest(&self, nth: usize, count: usize) -> Vec<(SlackTs, bool)> {
        let messages = self.channels.get(nth).into_iter().flat_map(|c| &c.messages);
        let there = messages.rev().filter(|(_, s)| s.is_there());
        there
            .take(count)
            .map(|(ts, s)| (ts.clone(), s.message.own))
            .collect()
    }

    /// Somebody reacts to a message.
    pub fn react(&mut self, nth: usize, ts: &SlackTs, name: &str, user: &str) {
        let channel = self.channels.get_mut(nth).filter(|c| !c.archived);
        let stored = channel.and_then(|c| c.messages.get_mut(ts));
        if let Some(stored) = stored.filter(|s| s.is_there()) {
            stored.react(name, user);
        }
    }

    /// Somebody pins a message, or takes its pin off.
    pub fn pin(&mut self, nth: usize, ts: &SlackTs, user: &str) {
        let Some(channel) = self.channels.get_mut(nth).filter(|c| !c.archived) else {
            return;
        };
        match channel.pins.iter().position(|(pinned, _)| pinned == ts) {
            Some(at) => {
                channel.pins.remove(at);
            }
            None => channel.pins.push((ts.clone(), UserId::new(user))),
        }
    }

    /// An administrator brings back whatever is archived.
    pub fn unarchive_all(&mut self) {
        for channel in &mut self.channels {
            channel.archived = false;
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

    /// The metadata of every message that was ever posted, where, and whether it was deleted since.
    pub fn carried(&self) -> impl Iterator<Item = (&ChannelId, &Metadata, bool)> {
        let messages = self
            .channels
            .iter()
            .flat_map(|c| c.messages.values().map(move |s| (&c.id, s)));
        messages.filter_map(|(id, s)| Some((id, s.message.metadata.as_ref()?, s.deleted)))
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
        found.map(Stored::delete).is_some()
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
        if !call.is_read() && rng.f64() < trouble.refused {
            return Err(Fault::Refused(Refused::of("restricted_action")));
        }
        let answer = self.carry_out(call, now, trouble, rng);
        if rng.f64() < trouble.lost_answer {
            return Err(Fault::Ambiguous("timeout".into()));
        }
        answer
    }
}

//! What people do in Slack that the program is to heed: mentions of it, reactions on what it asked,
//! on its checklists and on messages that are worth keeping.
//!
//! Every console notices the same things. Which of them takes one up is a duty like any other; what
//! comes of it has ids derived from the message, so that two that act at once count once, and one
//! that comes later sees that it is done. What was heeded is known from the record alone: nothing
//! here needs to survive a restart.

mod ask;
mod call;
mod cut;
mod mention;
mod react;
mod remind;
#[cfg(test)]
mod tests;
mod words;

pub(super) use ask::reactions_of;
pub(super) use mention::{DONE, TOLD};
pub use remind::Unsaid;
pub(super) use remind::{reminder, reminder_id};

use super::image::MessageRow;
use super::{Engine, Now, Step, mirror};
use crate::domain::desk::Desk;
use crate::domain::ids::{ChannelId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::Incident;
use crate::domain::source::{Source, Via};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What is older is history.
const HISTORY: TimeDelta = TimeDelta::hours(24);
/// A thread that does not come is not waited for any longer.
const THREAD: Duration = Duration::from_secs(300);
/// Consoles of one person would otherwise act in the same instant.
const APART: u64 = 3_000;

/// Messages that may be meant for the program, and since when this console could have acted.
pub(super) type Overheard = BTreeMap<(ChannelId, SlackTs), Option<Duration>>;

/// What became of a message.
enum Heed {
    Done,
    /// Not yet, or not by us.
    Wait,
}

/// Something that somebody wants, with where it was found.
struct Heard {
    incident: IncidentId,
    state: Arc<Incident>,
    by: UserId,
    /// What its ids are derived from.
    source: String,
    at: DateTime<Utc>,
    ts: SlackTs,
    /// Where the answer goes.
    thread: SlackTs,
    /// The reaction, where it was one.
    reaction: Option<String>,
}

/// One look at what people did: what it leads to, and what it is decided with.
struct Turn<'a> {
    step: &'a mut Step,
    desk: &'a dyn Desk,
    now: Now,
    rng: &'a mut fastrand::Rng,
}

impl Heard {
    fn id(&self, verb: &str) -> EventId {
        EventId::derived(&self.incident, &self.source, self.by.as_str(), verb)
    }

    fn via(&self) -> Via {
        Via {
            source: match self.reaction {
                Some(_) => Source::Reaction,
                None => Source::Mention,
            },
            ts: Some(self.ts.clone()),
            name: self.reaction.clone(),
        }
    }
}

impl Engine {
    /// With a desk the engine heeds people in Slack, and asks; without one it does neither.
    pub fn set_desk(&mut self, desk: Arc<dyn Desk>) {
        let first = self.desk.is_none();
        self.desk = Some(desk);
        if first {
            self.overhear_all();
        }
    }

    /// Who the program is in Slack.
    pub fn set_bot(&mut self, bot: UserId) {
        self.bot = bot;
    }

    fn overhear_all(&mut self) {
        let messages = std::mem::take(&mut self.image.messages);
        for row in messages.values().flat_map(|rows| rows.values()) {
            self.overhear(row);
        }
        self.image.messages = messages;
    }

    /// Keeps a message in mind that is new or has changed.
    pub(super) fn overhear(&mut self, row: &MessageRow) {
        let message = &row.message;
        let speaks = !message.own && message.text.trim_start().starts_with("<@");
        if self.desk.is_some() && !row.deleted && (speaks || !message.reactions.is_empty()) {
            let key = (row.channel.clone(), row.ts.clone());
            self.overheard.entry(key).or_insert(None);
        }
    }

    /// Takes up at most one thing, so that the next is decided on what came of it.
    pub(super) fn listen(&mut self, step: &mut Step, now: Now, rng: &mut fastrand::Rng) {
        let Some(desk) = self.desk.clone() else {
            return;
        };
        if self.bot.as_str().is_empty() {
            return;
        }
        let keys: Vec<_> = self.overheard.keys().cloned().collect();
        let mut turn = Turn {
            step,
            desk: &*desk,
            now,
            rng,
        };
        for key in keys {
            if matches!(self.heed(&mut turn, &key), Heed::Done) {
                self.overheard.remove(&key);
            }
            if !turn.step.writes.is_empty() {
                return;
            }
        }
        self.ask(step, &*desk, now);
        if step.writes.is_empty() {
            self.remind_elsewhere(step, &*desk, now);
        }
        if step.writes.is_empty() {
            self.call_on(step, &*desk, now);
        }
    }

    fn heed(&mut self, turn: &mut Turn<'_>, key: &(ChannelId, SlackTs)) -> Heed {
        let now = turn.now;
        let (channel, ts) = key;
        let row = self.image.messages.get(channel).and_then(|m| m.get(ts));
        let Some(row) = row.filter(|row| !row.deleted).cloned() else {
            return Heed::Done;
        };
        let Some(place) = self.image.channels.get(channel) else {
            return Heed::Wait;
        };
        let at = time_of(ts);
        if place.archived || now.wall - at > HISTORY {
            return Heed::Done;
        }
        // Until all is read, what looks unheeded may have been answered.
        let read = self.watches.get(channel).is_some_and(|w| w.as_of.is_some());
        if !place.joined || !read {
            return Heed::Wait;
        }
        let Some(incident) = place.incident.clone() else {
            return Heed::Done;
        };
        let Some(state) = self.shown(&incident).filter(|s| s.declared.is_some()) else {
            return Heed::Done;
        };
        if let Some((said, by)) = self.mention(turn.desk, &row) {
            let heard = Heard {
                incident: incident.clone(),
                state: state.clone(),
                by,
                source: ts.to_string(),
                at,
                ts: ts.clone(),
                thread: row.message.thread.clone().unwrap_or_else(|| ts.clone()),
                reaction: None,
            };
            if !self.is_answered(&row, &heard) {
                let ripe = self.ripe(key, &heard, now) && self.has_read_thread(key, &heard, now);
                if ripe {
                    self.take_up(turn, &row, said, &heard);
                }
                return Heed::Wait;
            }
        }
        self.reactions(turn, &row, &incident, &state)
    }

    /// Whether it is this console's turn.
    fn ripe(&mut self, key: &(ChannelId, SlackTs), heard: &Heard, now: Now) -> bool {
        let delay = self.patience(&heard.incident, &heard.source, now);
        let noticed = self.overheard.entry(key.clone()).or_insert(None);
        now.mono >= *noticed.get_or_insert(now.mono) + delay
    }

    fn patience(&self, incident: &IncidentId, slot: &str, now: Now) -> Duration {
        let delay = self.duty_delay(incident, slot, now);
        let alone = self.image.console.clone();
        let others = self
            .consoles
            .iter()
            .any(|(console, at)| *console != alone && now.wall - *at < super::duty::RECENT);
        if !others {
            return delay;
        }
        let spread = mirror::short_hash(&format!("{}{slot}", self.image.console));
        let spread = u64::from_str_radix(&spread[4..8], 16).unwrap_or(0) % APART;
        delay + Duration::from_millis(spread)
    }

    /// Answers are replies: one that is there must have been read before another is given.
    fn has_read_thread(&self, key: &(ChannelId, SlackTs), heard: &Heard, now: Now) -> bool {
        let noticed = self.overheard.get(key).copied().flatten();
        if noticed.is_some_and(|at| now.mono >= at + THREAD) {
            return true;
        }
        let messages = self.image.messages.get(&key.0);
        let parent = messages.and_then(|m| m.get(&heard.thread));
        let latest = parent.and_then(|row| row.message.latest_reply.as_ref());
        latest.is_none_or(|ts| messages.is_some_and(|m| m.contains_key(ts)))
    }

    /// When [`Engine::listen`] may have something to do without anything new being read.
    pub(super) fn listen_due(&self, now: Now) -> Option<Duration> {
        let desk = self.desk.as_ref()?;
        let heard = self
            .overheard
            .iter()
            .filter_map(|((channel, ts), noticed)| {
                let incident = self.image.channels.get(channel)?.incident.as_ref()?;
                // The longest that it may be: reactions have sources of their own.
                let delay = self.patience(incident, ts.as_str(), now);
                Some((*noticed)? + delay.max(Duration::from_millis(200)))
            });
        let asked = self.question_due(&**desk, now);
        let called = self.call_due(&**desk, now);
        heard
            .filter(|at| *at > now.mono)
            .chain(asked)
            .chain(self.elsewhere_due(&**desk, now))
            .chain(called)
            .min()
    }
}

/// When a message was written.
fn time_of(ts: &SlackTs) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(ts.micros()).unwrap_or_default()
}

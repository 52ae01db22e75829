//! What the deputy asks, and when: offers, never orders. Each is about one thing, opens the smallest
//! form that answers it, and keeps its place until it is answered, put off or dismissed.
//!
//! What the record can tell is read from it: a prompt goes when its reason goes. What it cannot
//! tell ("does anybody need relief?") is asked once a run, and goes when it was answered here.

mod early;
mod late;
mod people;
mod work;

use super::ids::{EventId, IncidentId, UserId};
use super::incident::Incident;
use super::timer::{Timer, timers};
use super::verb::Verb;
use super::watch::{Heard, Local, Rules};
use super::words::Text;
use crate::both;
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;

/// As many as stand on the screen at once.
pub const SLOTS: usize = 3;

/// What a prompt is about. Two with the same are the same prompt, whatever they say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Something that should have reached the workspace did not.
    Failed,
    /// The channel was archived before the incident was resolved.
    Archived,
    Situation,
    Commander,
    Level,
    Started,
    Detected,
    /// Nobody holds this role.
    Role(&'static str),
    RecentChange,
    Expert,
    /// What is asked with the timekeeper's calls, in turn.
    Alternative,
    LevelStill,
    Relief,
    Next,
    /// The time of an item is over: its id.
    TimeBox(String),
    /// Another open incident looks like this one.
    Merge(IncidentId),
    /// More people than one lead can lead: whose.
    Span(UserId),
    /// Somebody is long in a role; `commander` is one.
    TooLong(String),
    /// The commander was not heard for long.
    SilentCommander,
    /// Somebody has a task and was not heard for long.
    SilentPerson(UserId),
    /// Who did not answer the roll call.
    Missing,
    /// Nobody who was called with the declaration has come.
    Unanswered,
    /// Several people are here without anything to do.
    Idle,
    Overloaded(UserId),
    Evidence,
    /// It goes on where anybody can read it.
    Restrict,
    /// The time of a task, a question, a decision or a timer is over: its id.
    Matter(EventId),
    /// A report to an audience: its id, or `first`.
    Report(String),
    Notice,
    Meeting,
    Decision,
    /// The response is further than its phase says.
    Phase,
    RollCall,
    /// Somebody who was called.
    NoAnswer(UserId),
    Offered,
    OfferExpired,
    Confirm,
    Hold,
    /// Somebody must be told by law: the item that settles it.
    Legal(String),
    WhatIsLeft,
    /// How far it reached: what decides whether a post-mortem is due.
    Reach,
    /// How the response went.
    Assess,
    /// What stands between here and the end.
    BeforeResolving,
}

impl Subject {
    /// How little it can wait for a place on the screen; 0: like all others. Late, the rest cannot be
    /// made good: what is not kept is lost, what everybody read is known, and a term of the law runs
    /// out. In an archived channel nobody hears of any of it.
    pub const fn presses(&self) -> u8 {
        match self {
            Subject::Archived => 2,
            Subject::Evidence | Subject::Restrict | Subject::Legal(_) => 1,
            _ => 0,
        }
    }
}

/// What a key on the prompt opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opens {
    Verb(Verb),
    /// A verb about something by id.
    About(Verb, String),
    Outbox,
}

impl Opens {
    pub fn verb(&self) -> Option<Verb> {
        match self {
            Opens::Verb(verb) | Opens::About(verb, _) => Some(*verb),
            Opens::Outbox => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Something failed, or time is over.
    Alarm,
    /// It was asked often enough: it stands, and cannot be dismissed.
    Standing,
    Warning,
    Offer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Names this time of asking: what is put off or dismissed is this time.
    pub key: String,
    pub about: Subject,
    pub text: Text,
    pub opens: Opens,
    pub weight: Weight,
    /// The same is asked in the channel.
    pub in_channel: bool,
    /// The record will not tell that it was answered.
    pub once: bool,
}

/// Whom a prompt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For<'a> {
    Everyone,
    Command,
    CommandAnd(&'a UserId),
}

/// What prompts are made from.
struct Deputy<'a> {
    incident: &'a Incident,
    rules: &'a Rules<'a>,
    heard: &'a Heard<'a>,
    timers: Vec<Timer>,
    declared: DateTime<Utc>,
    now: DateTime<Utc>,
    local: &'a Local,
    prompts: Vec<Prompt>,
}

impl Deputy<'_> {
    fn age(&self) -> TimeDelta {
        self.now - self.declared
    }

    fn past(&self, minutes: u32) -> bool {
        self.age() >= TimeDelta::minutes(i64::from(minutes))
    }

    fn name(&self, user: &UserId) -> String {
        (self.heard.name)(user)
    }

    fn add(&mut self, whom: For<'_>, prompt: Prompt) {
        let me = self.heard.me;
        let nobody = me.as_str().is_empty();
        let meant = match whom {
            For::Everyone => true,
            For::Command => nobody || self.incident.may_command(me),
            For::CommandAnd(user) => nobody || user == me || self.incident.may_command(me),
        };
        let mark = self.local.mark(&prompt.key);
        let away = prompt.weight != Weight::Standing
            && (mark.dismissed.is_some() || (prompt.once && mark.answered.is_some()));
        if meant && !away && !mark.is_snoozed(self.now) {
            self.prompts.push(prompt);
        }
    }
}

impl Prompt {
    fn new(about: Subject, key: impl Into<String>, opens: Opens, text: Text) -> Prompt {
        Prompt {
            key: key.into(),
            about,
            text,
            opens,
            weight: Weight::Offer,
            in_channel: false,
            once: false,
        }
    }

    fn weighing(self, weight: Weight) -> Prompt {
        Prompt { weight, ..self }
    }

    fn in_channel(self, in_channel: bool) -> Prompt {
        Prompt { in_channel, ..self }
    }

    fn once(self) -> Prompt {
        Prompt { once: true, ..self }
    }

    /// Whether its place on the screen is for another that presses more, and that of an offer for a
    /// warning that stands: one that nobody sees does not. What is over keeps its own.
    fn gives_way_to(&self, other: &Prompt) -> bool {
        let calm = matches!(self.weight, Weight::Warning | Weight::Offer);
        let presses = other.about.presses() > self.about.presses();
        let offer = self.weight == Weight::Offer && self.about.presses() == 0;
        (calm && presses) || (offer && other.weight == Weight::Standing)
    }
}

/// What would be asked now at this console, the most wanted first.
pub fn prompts(
    incident: &Incident,
    rules: &Rules<'_>,
    heard: &Heard<'_>,
    local: &Local,
    now: DateTime<Utc>,
) -> Vec<Prompt> {
    let Some(declared) = incident.declared else {
        return Vec::new();
    };
    let mut deputy = Deputy {
        incident,
        rules,
        heard,
        timers: timers(incident, rules, heard, local, now),
        declared,
        now,
        local,
        prompts: Vec::new(),
    };
    deputy.failed();
    deputy.archived();
    if !incident.phase.is_over() {
        if incident.phase.is_burning() {
            deputy.command();
            deputy.merges();
            deputy.boxes();
            deputy.work();
            deputy.evidence();
            deputy.restrict();
            deputy.first_minutes();
            deputy.meeting();
            deputy.decision();
            deputy.phase();
            deputy.people();
            deputy.in_turn();
        } else {
            deputy.merges();
            deputy.boxes();
            deputy.work();
            deputy.afterwards();
            deputy.learning();
        }
        deputy.detected();
        deputy.legal();
    }
    let mut prompts = deputy.prompts;
    prompts.sort_by_key(|prompt| (prompt.weight, Reverse(prompt.about.presses())));
    prompts
}

impl Deputy<'_> {
    fn failed(&mut self) {
        let count = self.heard.failed;
        if count == 0 {
            return;
        }
        let text = both!(
            "{count} did not reach the channel: look",
            "{count}件がチャンネルに届いていません。確認しますか"
        );
        let prompt = Prompt::new(Subject::Failed, "failed", Opens::Outbox, text);
        self.add(For::Everyone, prompt.weighing(Weight::Alarm));
    }

    /// Somebody archived the channel by hand: nobody is told anything there any more.
    fn archived(&mut self) {
        let phase = self.incident.phase;
        if !self.heard.archived || phase.is_over() {
            return;
        }
        let (verb, text) = if phase.is_burning() {
            let text = Text::fixed(
                "The channel is archived and nothing is resolved: reopen it, or call it off",
                "未解決のままアーカイブされています。再開しますか (または取り下げ)",
            );
            (Verb::Reopen, text)
        } else {
            let text = Text::fixed(
                "The channel is archived, not resolved: resolve it, or reopen",
                "解決前にアーカイブされています。解決しますか (または再開)",
            );
            (Verb::Resolve, text)
        };
        let prompt = Prompt::new(Subject::Archived, "archived", Opens::Verb(verb), text);
        self.add(For::Everyone, prompt.weighing(Weight::Standing));
    }

    fn merges(&mut self) {
        for other in self.heard.others {
            let (channel, title) = (&other.channel, &other.title);
            let prompt = Prompt::new(
                Subject::Merge(other.id.clone()),
                format!("merge/{}", other.id),
                Opens::About(Verb::Merge, other.id.to_string()),
                both!(
                    "Merge into {channel}? {title} may be the same",
                    "{channel} に統合?「{title}」と同じ件かもしれません"
                ),
            );
            self.add(For::Command, prompt.weighing(Weight::Warning));
        }
    }
}

/// The slots of the screen: what is still wanted stays where it stands, and holes are filled with
/// the most wanted. What cannot wait takes the place of the least wanted of the others; `answering`
/// is under way and keeps its own.
pub fn slots(
    previous: &[Option<Subject>; SLOTS],
    prompts: &[Prompt],
    answering: Option<&Subject>,
) -> [Option<Subject>; SLOTS] {
    let rank = |about: &Subject| prompts.iter().position(|prompt| prompt.about == *about);
    let mut slots = previous
        .clone()
        .map(|held| held.filter(|about| rank(about).is_some()));
    for prompt in prompts {
        if slots.iter().flatten().any(|held| *held == prompt.about) {
            continue;
        }
        let free = slots.iter().position(Option::is_none);
        let place = free.or_else(|| {
            let gives_way = |about: &&Subject| {
                Some(*about) != answering
                    && rank(about).is_some_and(|at| prompts[at].gives_way_to(prompt))
            };
            let held = slots.iter().flatten().filter(gives_way);
            let least = held.max_by_key(|about| rank(about))?;
            slots.iter().position(|slot| slot.as_ref() == Some(least))
        });
        if let Some(place) = place {
            slots[place] = Some(prompt.about.clone());
        }
    }
    slots
}

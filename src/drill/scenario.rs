//! A scenario as data: what `scenario.toml` holds. docs/drills.md describes it for people.
//!
//! Everything that is shown to people is a [`Words`]: one text a language, side by side, so that a
//! drill can be played in both. What refers to something else (a person, an inject, a value of the
//! world) is checked by [`super::check`].

use super::fact::Fact;
use super::hearing::Hears;
use crate::domain::event::Kind;
use crate::domain::words::{Lang, Text};
use chrono::NaiveTime;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use toml::Spanned;

/// A text in both languages; a plain string says the same in both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "RawWords")]
pub struct Words {
    pub en: String,
    pub ja: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawWords {
    Same(String),
    Both(BothWords),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BothWords {
    #[serde(default)]
    en: String,
    #[serde(default)]
    ja: String,
}

impl From<RawWords> for Words {
    fn from(raw: RawWords) -> Words {
        match raw {
            RawWords::Same(text) => Words {
                en: text.clone(),
                ja: text,
            },
            RawWords::Both(BothWords { en, ja }) => Words { en, ja },
        }
    }
}

impl Words {
    pub fn get(&self, lang: Lang) -> &str {
        let (own, other) = match lang {
            Lang::En => (&self.en, &self.ja),
            Lang::Ja => (&self.ja, &self.en),
        };
        // A scenario may be written in one language.
        match own.trim().is_empty() {
            true => other.trim_end(),
            false => own.trim_end(),
        }
    }

    pub fn text(&self) -> Text {
        Text {
            en: self.get(Lang::En).to_owned().into(),
            ja: self.get(Lang::Ja).to_owned().into(),
        }
    }
}

/// Seconds of the drill's clock: `"3:20"`, or a number of seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secs(pub u32);

impl Secs {
    /// `m:ss`, with as many minutes as there are.
    pub fn parse(text: &str) -> Option<Secs> {
        let (minutes, seconds) = text.trim().split_once(':')?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if seconds.len() != 2 || !digits(minutes) || !digits(seconds) {
            return None;
        }
        let (minutes, seconds): (u32, u32) = (minutes.parse().ok()?, seconds.parse().ok()?);
        let total = minutes.checked_mul(60)?.checked_add(seconds)?;
        (seconds < 60).then_some(Secs(total))
    }

    pub const fn plus(self, more: Secs) -> Secs {
        Secs(self.0.saturating_add(more.0))
    }
}

impl std::fmt::Display for Secs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{}:{:02}", self.0 / 60, self.0 % 60))
    }
}

impl<'de> Deserialize<'de> for Secs {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Secs, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Seconds(u32),
            Clock(String),
        }
        match Raw::deserialize(input)? {
            Raw::Seconds(seconds) => Ok(Secs(seconds)),
            Raw::Clock(text) => Secs::parse(&text).ok_or_else(|| {
                serde::de::Error::custom(format!(
                    "{text:?} is no time of a drill: 3:20, or seconds"
                ))
            }),
        }
    }
}

/// Facts that must all hold.
pub type When = Vec<Spanned<Fact>>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub title: Words,
    /// What one learns here, in a sentence.
    pub about: Words,
    /// How long it takes at most; the drill ends then.
    pub minutes: u32,
    /// 1 (first steps) to 5.
    pub difficulty: u8,
    /// Those that every text of it is in.
    #[serde(default = "both")]
    pub languages: Vec<Lang>,
    /// How many people play, at least.
    #[serde(default = "one")]
    pub players: u32,
    /// Roles that should be filled, as the roster calls them; `commander` among them.
    #[serde(default)]
    pub roles: Vec<Spanned<String>>,
    /// The screen says what is expected next, with its key: for first steps.
    #[serde(default)]
    pub coach: bool,
    pub briefing: Briefing,
    pub start: Start,
    /// What is true beside the record, by name.
    #[serde(default)]
    pub world: BTreeMap<String, Variable>,
    /// By the name that the rest of the file calls them.
    pub people: BTreeMap<String, Person>,
    /// Things that players may say, by the name that facts call them.
    #[serde(default)]
    pub said: BTreeMap<String, Hears>,
    #[serde(default, rename = "inject")]
    pub injects: Vec<Inject>,
    /// What the tools themselves do wrong.
    #[serde(default, rename = "fault")]
    pub faults: Vec<Fault>,
    #[serde(rename = "act")]
    pub acts: Vec<Act>,
    #[serde(default, rename = "ending")]
    pub endings: Vec<Ending>,
}

fn both() -> Vec<Lang> {
    vec![Lang::En, Lang::Ja]
}

fn one() -> u32 {
    1
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Briefing {
    /// Who you are, what your system is, what has just happened.
    pub text: Words,
    /// The system, drawn with characters; at most 74 columns.
    #[serde(default)]
    pub drawing: Words,
}

/// The declaration with which the drill begins; its author is the first player.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    pub title: Words,
    pub service: Words,
    pub situation: Words,
    #[serde(default)]
    pub kind: Kind,
    /// The n-th configured temperature, hottest first, from 1; 0: none.
    #[serde(default)]
    pub temperature: usize,
    /// The time of day at which it begins, where the story names times; `14:20`.
    #[serde(default)]
    pub clock: Option<Spanned<String>>,
    /// Somebody of the script who has commanded until now.
    #[serde(default)]
    pub commander: Option<Spanned<String>>,
    #[serde(default)]
    pub started_minutes_ago: Option<u32>,
    #[serde(default)]
    pub detected_minutes_ago: Option<u32>,
}

impl Start {
    /// The time of day at which it begins.
    pub fn time(&self) -> Option<NaiveTime> {
        let clock = self.clock.as_ref()?;
        NaiveTime::parse_from_str(clock.get_ref(), "%H:%M").ok()
    }
}

/// One thing that is true of the world, and how it becomes another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub start: String,
    #[serde(default, rename = "change")]
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub to: String,
    pub when: When,
    /// How long all of it must have held.
    #[serde(default)]
    pub after: Secs,
}

/// How somebody talks: what they say when they know nothing, and how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Temper {
    #[default]
    Calm,
    Terse,
    Anxious,
    Impatient,
    Slow,
}

impl Temper {
    pub const ALL: [Temper; 5] = [
        Temper::Calm,
        Temper::Terse,
        Temper::Anxious,
        Temper::Impatient,
        Temper::Slow,
    ];

    /// Per cent of a person's delay.
    pub const fn pace(self) -> u32 {
        match self {
            Temper::Calm | Temper::Anxious => 100,
            Temper::Terse | Temper::Impatient => 60,
            Temper::Slow => 180,
        }
    }
}

/// Somebody whom the script plays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// In the workspace: small letters, digits, `_` and `-`.
    pub handle: Spanned<String>,
    pub name: Words,
    /// What they are: their job, and what they are like.
    pub about: Words,
    #[serde(default)]
    pub temper: Temper,
    /// Until they answer, before their temper is counted in.
    #[serde(default = "delay")]
    pub delay: Secs,
    /// Other words by which people call them.
    #[serde(default)]
    pub called: Hears,
    /// Checked in from the beginning.
    #[serde(default)]
    pub here: bool,
    /// The role in which they check in.
    #[serde(default)]
    pub role: Option<Spanned<String>>,
    /// After they are called; without it they do not come.
    #[serde(default)]
    pub arrives: Option<Secs>,
    /// Takes command when it is offered.
    #[serde(default)]
    pub accepts: bool,
    /// Confirms that it is good again, while this holds.
    #[serde(default)]
    pub confirms: Option<When>,
    /// Once it goes on among few, they are among them.
    #[serde(default)]
    pub inside: bool,
    /// A program: it posts, and answers nobody.
    #[serde(default)]
    pub monitor: bool,
    #[serde(default, rename = "answer")]
    pub answers: Vec<Answer>,
}

fn delay() -> Secs {
    Secs(20)
}

/// What somebody says when they are asked for it, by name, in a task, or in their thread.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub hears: Hears,
    #[serde(default)]
    pub when: When,
    pub say: Words,
    /// In place of the person's own.
    #[serde(default)]
    pub delay: Option<Secs>,
    /// What becomes of the world as they answer.
    #[serde(default)]
    pub sets: BTreeMap<String, Spanned<String>>,
    /// They object to a decision, rather than answer.
    #[serde(default)]
    pub objects: bool,
    /// May be said more than once.
    #[serde(default)]
    pub again: bool,
    /// A task that they got is not done by this: it is, once all of these hold.
    #[serde(default)]
    pub until: When,
    /// What came of it then.
    #[serde(default)]
    pub done: Option<Words>,
}

/// Something that happens by itself: at its time, or as soon after it as everything holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inject {
    pub id: Spanned<String>,
    #[serde(default)]
    pub at: Secs,
    #[serde(default)]
    pub when: When,
    /// How long all of it must have held.
    #[serde(default)]
    pub after: Secs,
    /// What has not happened by then does not happen any more.
    #[serde(default)]
    pub until: Option<Secs>,
    /// Who says or does it.
    #[serde(default)]
    pub by: Option<Spanned<String>>,
    #[serde(default)]
    pub say: Option<Words>,
    /// In the thread of what that inject said.
    #[serde(default)]
    pub thread: Option<Spanned<String>>,
    #[serde(default, rename = "do")]
    pub deed: Option<Deed>,
    #[serde(default)]
    pub sets: BTreeMap<String, Spanned<String>>,
    /// How often it is said, every so often, while everything still holds.
    #[serde(default = "one")]
    pub times: u32,
    #[serde(default = "every")]
    pub every: Secs,
    /// For the game master.
    #[serde(default)]
    pub note: Words,
}

fn every() -> Secs {
    Secs(120)
}

impl Inject {
    /// The decision that it proposes.
    pub const fn proposal(&self) -> Option<&Words> {
        match &self.deed {
            Some(Deed::Decide { text, .. }) => Some(text),
            _ => None,
        }
    }
}

/// What a person does at a console of their own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Deed {
    CheckIn {
        task: Option<Words>,
    },
    CheckOut,
    Need {
        text: Words,
    },
    Decide {
        text: Words,
        risk: Option<Words>,
    },
    Hypothesis {
        text: Words,
    },
    Notice {
        text: Words,
    },
    Task {
        text: Words,
        to: String,
        minutes: u32,
    },
    Offer {
        to: String,
    },
    /// Command goes to them without being asked for.
    Pass {
        to: String,
        why: Words,
    },
    Claim,
    Action {
        text: Words,
        owner: String,
        days: u32,
    },
}

impl Deed {
    /// What it says.
    pub const fn text(&self) -> Option<&Words> {
        match self {
            Deed::Need { text }
            | Deed::Decide { text, .. }
            | Deed::Hypothesis { text }
            | Deed::Notice { text }
            | Deed::Task { text, .. }
            | Deed::Action { text, .. } => Some(text),
            Deed::CheckIn { task } => task.as_ref(),
            Deed::CheckOut | Deed::Offer { .. } | Deed::Pass { .. } | Deed::Claim => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trouble {
    /// Nobody reaches Slack.
    Down,
    /// Every call takes ten seconds.
    Slow,
    /// Every other call is told to come back later.
    Limited,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub what: Trouble,
    pub from: Secs,
    pub until: Secs,
}

/// What a good response does here, and by when.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    pub id: Spanned<String>,
    pub text: Words,
    /// Why it matters; read in the debrief.
    #[serde(default)]
    pub why: Words,
    /// The subcommand that does it, or one of several.
    pub does: Does,
    /// What it must name: a level, a role, a phase, a milestone, an item, an audience, a part of
    /// the report, the end of an entry.
    #[serde(default)]
    pub of: Option<String>,
    /// Whom it is for: a task's owner, who takes a role, who is called, who is written to.
    #[serde(default)]
    pub to: Option<Spanned<String>>,
    /// What it must say.
    #[serde(default)]
    pub words: Hears,
    /// The decision that this inject proposed.
    #[serde(default)]
    pub on: Option<Spanned<String>>,
    /// Worth half once that act was done first.
    #[serde(default)]
    pub before: Option<Spanned<String>>,
    /// Worth half where a player goes on about it in the open channel afterwards.
    #[serde(default)]
    pub hush: bool,
    /// Counted from this inject, or from the beginning.
    #[serde(default)]
    pub after: Option<Spanned<String>>,
    /// Earlier does not count: so long after the beginning, or after that inject.
    #[serde(default)]
    pub from: Secs,
    /// So long after the beginning, or after that inject.
    pub within: Secs,
    /// Until then it is worth half.
    #[serde(default)]
    pub late: Option<Secs>,
    /// All of them together are 100.
    pub weight: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "RawDoes")]
pub struct Does(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum RawDoes {
    One(String),
    Any(Vec<String>),
}

impl From<RawDoes> for Does {
    fn from(raw: RawDoes) -> Does {
        match raw {
            RawDoes::One(name) => Does(vec![name]),
            RawDoes::Any(names) => Does(names),
        }
    }
}

/// How it can end before its time is up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    pub when: When,
    #[serde(default)]
    pub after: Secs,
    pub text: Words,
}

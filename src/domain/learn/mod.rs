//! What the record gains afterwards, so that somebody learns from it: tags, evidence, lines at their
//! own time, corrections, how far it reached, the post-mortem's versions, how the response went.
//!
//! [`Learnt`] is what happened, as it is written into channels; its names and shapes are permanent.
//! [`Lessons`] is what the fold keeps of it, [`check()`] what may be done, [`sentence()`] what it says
//! to people. All of it may follow the end of an incident.

mod check;
mod sentence;
mod state;
#[cfg(test)]
mod tests;

pub use check::check;
pub use sentence::{copied, sentence};
pub use state::{Assessment, Attached, Correction, Lessons, PostMortem, Reach};

use super::event::{Named, Register, millis, millis_option};
use super::ids::{EventId, UserId};
use super::text::terms::fold;
use super::verb::Verb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One question of an assessment, answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: Named,
    /// 1 (not yet) to 3 (as it should be).
    pub level: u8,
}

/// A file of which the console that recorded it kept a copy: what tells whether another is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCopy {
    /// Bytes.
    pub size: u64,
    /// All 64 hexadecimal digits, lower case.
    pub sha256: String,
}

/// What happened. Lines are one line of 200 characters at most; longer text is in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Learnt {
    Tagged {
        tag: String,
        /// It is taken off.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        off: bool,
    },
    /// A file or a page that shows what happened.
    Evidence {
        /// The name, of a file of which a console kept a copy.
        link: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<FileCopy>,
    },
    /// A line that enters the timeline at its own time. Text in the message.
    Noted {
        #[serde(with = "millis")]
        time: DateTime<Utc>,
    },
    /// What an earlier line should have said, or when that was. Text in the message.
    Corrected {
        event: EventId,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "millis_option"
        )]
        time: Option<DateTime<Utc>>,
    },
    /// What decides whether a post-mortem is due, beside how long it lasted.
    Reached {
        /// Several users were affected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        several: Option<bool>,
        /// Seen before, or likely to come again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recurs: Option<bool>,
    },
    /// A version of the post-mortem was written.
    Drafted {
        /// From 1.
        version: u32,
        /// Places in it that are still to be filled in.
        gaps: u32,
        /// The first 16 hexadecimal digits of the SHA-256 of its text.
        digest: String,
        /// Where it is: a file's name or a link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<String>,
    },
    /// How somebody thinks that the response went.
    Assessed {
        user: UserId,
        answers: Vec<Answer>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
    },
    /// Where an action item is worked on.
    Tracked { matter: EventId, link: String },
}

impl Learnt {
    /// The registers this writes, as [`Body::writes`](super::event::Body::writes).
    pub fn writes(&self, id: &EventId) -> Vec<(Register, String)> {
        let one = |register: String, value: &str| vec![(Register(register), value.to_owned())];
        let flag = |flag: bool| if flag { "yes" } else { "no" };
        match self {
            Learnt::Tagged { tag, off } => one(format!("tag:{}", fold(tag)), flag(!*off)),
            Learnt::Corrected { event, .. } => one(format!("corrected:{event}"), id.as_str()),
            Learnt::Reached { several, recurs } => [("several", several), ("recurs", recurs)]
                .into_iter()
                .filter_map(|(name, value)| {
                    let value = flag((*value)?).to_owned();
                    Some((Register(format!("reach:{name}")), value))
                })
                .collect(),
            Learnt::Drafted {
                version, digest, ..
            } => one("post_mortem".to_owned(), &format!("{version}/{digest}")),
            Learnt::Assessed { user, .. } => one(format!("assessment:{user}"), id.as_str()),
            Learnt::Tracked { matter, link } => one(format!("track:{matter}"), link),
            Learnt::Evidence { .. } | Learnt::Noted { .. } => Vec::new(),
        }
    }

    pub const fn has_text(&self) -> bool {
        matches!(self, Learnt::Noted { .. } | Learnt::Corrected { .. })
    }

    pub const fn verb(&self) -> Verb {
        match self {
            Learnt::Tagged { off: false, .. } => Verb::Tag,
            Learnt::Tagged { off: true, .. } => Verb::Untag,
            Learnt::Evidence { .. } => Verb::Evidence,
            Learnt::Noted { .. } => Verb::NoteAt,
            Learnt::Corrected { .. } => Verb::Correct,
            Learnt::Reached { .. } => Verb::Reach,
            Learnt::Drafted { .. } => Verb::PostMortem,
            Learnt::Assessed { .. } => Verb::Assess,
            Learnt::Tracked { .. } => Verb::Track,
        }
    }
}

/// An act of this kind, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub learnt: Learnt,
    /// What its message says, of those that have a text.
    pub text: Option<String>,
}

impl From<Learnt> for Lesson {
    fn from(learnt: Learnt) -> Lesson {
        Lesson { learnt, text: None }
    }
}

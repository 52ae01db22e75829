//! What the record gains afterwards, as subcommands.

use super::ground::Ground;
use super::verbs::On;
use crate::app::{clock, deeds};
use crate::both;
use crate::domain::decide::Command;
use crate::domain::event::Named;
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::Incident;
use crate::domain::learn::{Answer, Learnt, Lesson as Said};
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use chrono::{DateTime, Utc};
use clap::{Subcommand, ValueEnum};

#[derive(Clone, Copy, ValueEnum)]
pub enum Users {
    Few,
    Several,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum YesNo {
    Yes,
    No,
}

#[derive(Subcommand, Clone)]
pub enum Lesson {
    /// Tag it, so that it is found again
    Tag {
        #[command(flatten)]
        on: On,
        tag: String,
    },
    /// Take a tag off
    Untag {
        #[command(flatten)]
        on: On,
        tag: String,
    },
    /// Attach evidence: a file of yours, or a link to a graph, a log
    Evidence {
        #[command(flatten)]
        on: On,
        /// A link; or a file of up to 100 MiB, of which a copy is kept beside the journal
        #[arg(value_name = "LINK|FILE")]
        link: String,
        /// What it shows
        text: Option<String>,
    },
    /// Write a line into the timeline at an earlier time
    NoteAt {
        #[command(flatten)]
        on: On,
        /// 10:05, -15m, or RFC 3339
        #[arg(allow_hyphen_values = true)]
        time: String,
        text: String,
    },
    /// Correct a line; the record keeps the former one
    Correct {
        #[command(flatten)]
        on: On,
        /// The entry's id, as `show --json` names it
        event: String,
        text: String,
        /// When it really was
        #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
        at: Option<String>,
    },
    /// Say how far it reached: it decides whether a post-mortem is due
    Reach {
        #[command(flatten)]
        on: On,
        /// How many users were affected
        #[arg(long, value_enum)]
        users: Option<Users>,
        /// Seen before, or likely to come again
        #[arg(long, value_enum)]
        recurs: Option<YesNo>,
    },
    /// Say how the response went: QUESTION=LEVEL, each from 1 to 3
    Assess {
        #[command(flatten)]
        on: On,
        /// The questions are configured: behaviour=2 leadership=3 sharing=1
        answers: Vec<String>,
        #[arg(long)]
        text: Option<String>,
    },
    /// Say where an action item is worked on
    Track {
        #[command(flatten)]
        on: On,
        /// A1, A2, …
        action: String,
        link: String,
    },
}

impl Lesson {
    pub(super) const fn on(&self) -> &On {
        match self {
            Lesson::Tag { on, .. }
            | Lesson::Untag { on, .. }
            | Lesson::Evidence { on, .. }
            | Lesson::NoteAt { on, .. }
            | Lesson::Correct { on, .. }
            | Lesson::Reach { on, .. }
            | Lesson::Assess { on, .. }
            | Lesson::Track { on, .. } => on,
        }
    }

    pub(super) fn command(
        self,
        ground: &impl Ground,
        incident: &Incident,
        me: &UserId,
        now: DateTime<Utc>,
    ) -> Result<Command, Problem> {
        let zone = ground.config().time_zone;
        let time = |text: &str| clock::parse(text, now, zone);
        let with_text = |learnt: Learnt, text: String| {
            Command::Learn(Box::new(Said {
                learnt,
                text: Some(text),
            }))
        };
        Ok(match self {
            Lesson::Tag { tag, .. } => Learnt::Tagged { tag, off: false }.into(),
            Lesson::Untag { tag, .. } => Learnt::Tagged { tag, off: true }.into(),
            Lesson::Evidence { link, text, .. } => Learnt::Evidence {
                link,
                line: text,
                file: None,
            }
            .into(),
            Lesson::NoteAt { time: at, text, .. } => {
                with_text(Learnt::Noted { time: time(&at)? }, text)
            }
            Lesson::Correct {
                event, text, at, ..
            } => {
                let learnt = Learnt::Corrected {
                    event: EventId::new(event),
                    time: at.as_deref().map(time).transpose()?,
                };
                with_text(learnt, text)
            }
            Lesson::Reach { users, recurs, .. } => Learnt::Reached {
                several: users.map(|users| matches!(users, Users::Several)),
                recurs: recurs.map(|recurs| matches!(recurs, YesNo::Yes)),
            }
            .into(),
            Lesson::Assess { answers, text, .. } => Learnt::Assessed {
                user: me.clone(),
                answers: answers
                    .iter()
                    .map(|answer| one(ground, answer))
                    .collect::<Result<_, _>>()?,
                line: text,
            }
            .into(),
            Lesson::Track { action, link, .. } => Learnt::Tracked {
                matter: deeds::matter(incident, &action)?.id.clone(),
                link,
            }
            .into(),
        })
    }
}

/// `leadership=3`
fn one(ground: &impl Ground, text: &str) -> Result<Answer, Problem> {
    let questions = &ground.config().assessment.questions;
    let parts = text.split_once(['=', ':']);
    let parts = parts.and_then(|(id, level)| Some((id.trim(), level.trim().parse().ok()?)));
    let found = parts.and_then(|(id, level)| {
        let question = questions.iter().find(|question| question.id == id)?;
        Some(Answer {
            question: Named {
                id: question.id.clone(),
                name: question.name.get(ground.lang()).to_owned(),
            },
            level,
        })
    });
    found.ok_or_else(|| {
        let known: Vec<String> = questions.iter().map(|q| format!("{}=1…3", q.id)).collect();
        Problem::usage(both!(
            "\"{text}\" answers no question.",
            "「{text}」はどの質問の回答でもありません。"
        ))
        .hint(Text::same(known.join(" ")))
    })
}

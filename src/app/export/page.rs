//! What is told of an incident, as plain texts and instants.

use chrono::{DateTime, Utc};

/// An instant as it is shown: `14:42`, with the day where it is another than the first one, and the
/// zone it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    pub time: DateTime<Utc>,
    pub clock: String,
    pub zone: String,
}

/// Something from when to when; without an end, to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub name: String,
    pub from: At,
    pub to: Option<At>,
}

/// A milestone; without a time it was not reached, or nobody said when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stone {
    pub name: String,
    pub at: Option<At>,
    pub by: String,
    pub link: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    pub name: String,
    pub long: String,
    pub from: String,
    pub to: String,
    pub against: Option<Against>,
}

/// What was asked of something, and whether it was met, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    pub target: String,
    pub met: String,
}

/// How the response was led, in a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub name: String,
    pub value: String,
    pub against: Option<Against>,
}

/// Who held a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub role: String,
    pub held: Stretch,
}

/// Something that was said about a matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub at: At,
    /// What it is: an objection, a result.
    pub what: String,
    pub text: String,
    pub by: String,
}

/// A decision, a task, an action item: a line with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub handle: String,
    pub at: At,
    pub text: String,
    pub by: String,
    pub owner: Option<String>,
    pub due: Option<At>,
    pub state: String,
    /// Nobody has to do anything about it any more.
    pub over: bool,
    pub risk: Option<String>,
    pub link: Option<String>,
    pub said: Vec<Said>,
}

/// What somebody outside the response was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub at: At,
    /// First, follow-up or final.
    pub stage: String,
    pub to: String,
    pub by: String,
    /// With their labels; texts may have several lines.
    pub parts: Vec<(String, String)>,
    pub next: Option<At>,
}

/// A line of the story, or a stretch of which nothing is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: At,
    pub text: String,
    /// Empty where the text says it.
    pub by: String,
    pub link: Option<String>,
    /// It changed the course: a level, a phase, a commander, a decision, a report.
    pub turns: bool,
    pub hole: bool,
}

/// An entry of the record as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    pub at: At,
    pub by: String,
    pub text: String,
    /// Why it does not count, and the like; empty for most.
    pub remark: String,
    pub link: Option<String>,
}

/// What a heading stands over.
pub type Titled = (String, String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub lang: crate::domain::words::Lang,
    pub title: String,
    pub drill: bool,
    pub private: bool,
    /// As people say it, such as `Critical L1`.
    pub level: Option<String>,
    /// Its place, the worst first from 0, and how many there are.
    pub rank: Option<(usize, usize)>,
    pub phase: String,
    /// Users are not hurt any more, as far as anybody knows.
    pub calm: bool,
    /// Labels and values; none of them is empty.
    pub facts: Vec<Titled>,
    pub zone: String,
    /// Seconds east of UTC, when it began.
    pub east: i32,
    pub made: At,
    /// Situation, summary and what else was written; texts may have several lines.
    pub sections: Vec<Titled>,
    pub milestones: Vec<Stone>,
    pub intervals: Vec<Interval>,
    pub process: Vec<Figure>,
    pub levels: Vec<(At, String, String)>,
    pub phases: Vec<Stretch>,
    pub level_spans: Vec<Stretch>,
    pub commanders: Vec<Stretch>,
    pub terms: Vec<Term>,
    pub people: Vec<String>,
    pub decisions: Vec<Item>,
    pub reports: Vec<Report>,
    /// By the name of their sort: objectives, hypotheses, tasks, needs, questions, contacts.
    pub work: Vec<(String, Vec<Item>)>,
    pub actions: Vec<Item>,
    pub evidence: Vec<Line>,
    pub story: Vec<Line>,
    pub raw: Vec<Raw>,
}

/// An address that a browser may follow: http or https, and nothing in it that could end an
/// attribute or a link.
pub fn address(text: &str) -> Option<&str> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let web = matches!(scheme, Some("https" | "http"));
    let clean = text.chars().all(|c| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '\'' | '`' | '\\')
    });
    let named = text
        .split_once("://")
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['));
    (web && clean && named).then_some(text)
}

/// A text in pieces: addresses in it, and what is between them.
pub fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(start) = ["https://", "http://"]
        .iter()
        .filter_map(|s| rest.find(s))
        .min()
    {
        let tail = &rest[start..];
        let ends = |c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '<' | '>' | '"' | '\'' | '`' | '\\' | '(' | ')' | '|' | '\u{3000}'
                        ..='\u{303f}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0c}'
                )
        };
        let end = tail.find(ends).unwrap_or(tail.len());
        let link = tail[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
        out.push((&rest[..start], false));
        out.push((link, address(link).is_some()));
        rest = &tail[link.len()..];
    }
    out.push((rest, false));
    out.retain(|(piece, _)| !piece.is_empty());
    out
}

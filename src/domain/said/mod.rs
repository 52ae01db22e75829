//! What somebody who mentions the program wants of it: text in, a wish or "not understood" out.
//! Japanese and English, mixed as people mix them; what is not certain is not guessed.

mod phrases;
mod rest;
#[cfg(test)]
mod tests;

use super::event::{Milestone, Phase};
use super::ids::UserId;
use super::text::{clean, fold_command_key};
use crate::wire::mrkdwn;
use phrases::{Key, POLITE_FIRST};

/// What a mention says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing but the mention.
    Menu,
    Help,
    Status,
    Summary,
    Do(Wish),
    /// Understood, but something is missing from it.
    Lacks(Lack),
    /// A question about what is an act otherwise: nothing is done on a question.
    Asks,
    Unclear,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    Level,
    Temperature,
    Phase,
    Commander,
    Time(Milestone),
    Item,
    /// More numbers than one message may have.
    Fewer,
    Role,
    Text,
    Timekeeper,
}

/// An act as it was named; names of levels, people and times are resolved where it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    Level(String),
    Commander(Who),
    Milestone {
        milestone: Milestone,
        time: String,
        link: Option<String>,
    },
    /// Without a time: now.
    Recovered(Option<String>),
    /// Numbers on the checklist.
    Done(Vec<u32>),
    Undone(Vec<u32>),
    Join {
        role: Option<&'static str>,
        task: Option<String>,
    },
    Leave,
    Note(String),
    Situation(String),
    Temperature(String),
    Phase(Phase),
    /// Minutes; 0 stops it, `None` starts it as it was declared.
    Timekeeper(Option<u32>),
    Role {
        role: &'static str,
        who: Who,
    },
    /// Of the command that is offered to them.
    Accept,
    Decline,
    /// Still at it.
    Here,
    /// Something or somebody that is missing.
    Need(String),
    /// A question to be answered later.
    Question(String),
    /// A call's link.
    Meeting(String),
    /// An entry by its number, `T1`, is done, met or answered; with what came of it.
    Settled(String, Option<String>),
    /// Against a proposed decision, `D1`.
    Object(String, String),
}

/// Whom a wish is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Me,
    User(UserId),
    Named(String),
}

/// Numbers that one message may tick: more than any checklist has.
const ITEMS_MAX: usize = 60;

/// Stands for a person in a line while it is read.
const PERSON: char = '\u{FFFC}';

/// What follows the mention of `bot`, where the text, as Slack writes it, begins with one: after
/// other mentions and greetings at most.
pub fn addressed<'a>(text: &'a str, bot: &UserId) -> Option<&'a str> {
    if bot.as_str().is_empty() {
        return None;
    }
    let mut rest = text.trim_start();
    // Others may be addressed with it; more than a few is no way to begin.
    for _ in 0..5 {
        let inner = rest.strip_prefix("<@")?;
        let (token, after) = inner.split_once('>')?;
        let id = token.split('|').next().unwrap_or(token);
        if id == bot.as_str() {
            return Some(after);
        }
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || ",、".contains(c));
    }
    None
}

/// Reads what was said to the program: Slack's escaped markup, without the mention itself. `name`
/// gives people's names for texts that are kept.
pub fn parse(text: &str, name: &dyn Fn(&UserId) -> String) -> Said {
    let line = Line::read(text);
    let line = line.trimmed();
    if line.is_empty() {
        return Said::Menu;
    }
    let said = phrases::understand(&line, name);
    let acts = matches!(said, Said::Do(_) | Said::Lacks(_) | Said::Unclear);
    let keeps_text = matches!(
        said,
        Said::Do(
            Wish::Note(_)
                | Wish::Situation(_)
                | Wish::Need(_)
                | Wish::Question(_)
                | Wish::Object(..)
        )
    );
    if acts && !keeps_text && line.is_question() {
        return Said::Asks;
    }
    said
}

/// A line in two forms of the same length: as it is kept, and as it is compared.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    raw: Vec<char>,
    key: Vec<char>,
    people: Vec<UserId>,
}

impl Line {
    fn read(text: &str) -> Line {
        let mut plain = String::new();
        let mut people = Vec::new();
        for piece in mrkdwn::pieces(text) {
            match piece {
                mrkdwn::Piece::Text(text) => {
                    plain.extend(text.chars().filter(|c| *c != PERSON));
                }
                mrkdwn::Piece::User { id, .. } => {
                    plain.push(PERSON);
                    people.push(id);
                }
                mrkdwn::Piece::Link { url, .. } => {
                    plain.push(' ');
                    plain.extend(url.chars().filter(|c| *c != PERSON));
                    plain.push(' ');
                }
                other => {
                    let shown = mrkdwn::plain(&written(&other), &mrkdwn::NoNames);
                    plain.extend(shown.chars().filter(|c| *c != PERSON));
                }
            }
        }
        // Formatting that people paste around a command says nothing about it.
        let raw: Vec<char> = clean(&plain).chars().collect();
        let key = raw.iter().map(|c| key_of(*c)).collect();
        Line { raw, key, people }
    }

    fn is_empty(&self) -> bool {
        self.key.is_empty()
    }

    fn part(&self, from: usize, to: usize) -> Line {
        let before = self.raw[..from].iter().filter(|c| **c == PERSON).count();
        let within = self.raw[from..to].iter().filter(|c| **c == PERSON).count();
        Line {
            raw: self.raw[from..to].to_vec(),
            key: self.key[from..to].to_vec(),
            people: self
                .people
                .iter()
                .skip(before)
                .take(within)
                .cloned()
                .collect(),
        }
    }

    /// Without blanks and marks around it, and without a greeting.
    fn trimmed(&self) -> Line {
        let noise = |c: &char| c.is_whitespace() || ",、。.!:;*_~`'\"「」".contains(*c);
        let from = self.key.iter().position(|c| !noise(c));
        let Some(from) = from else {
            return self.part(0, 0);
        };
        let blank = |c: &char| c.is_whitespace();
        let to = self.key.iter().rposition(|c| !blank(c)).unwrap_or(from) + 1;
        let line = self.part(from, to);
        for greeting in POLITE_FIRST {
            if let Some(rest) = line.after(greeting) {
                return rest.trimmed();
            }
        }
        line
    }

    /// What follows a phrase that stands at the beginning as a word of its own.
    fn after(&self, phrase: &str) -> Option<Line> {
        let length = phrase.chars().count();
        let here =
            self.key.len() >= length && phrase.chars().eq(self.key[..length].iter().copied());
        if !here {
            return None;
        }
        let last = phrase.chars().next_back()?;
        let next = self.key.get(length).copied();
        let goes_on = last.is_ascii_alphanumeric()
            && next.is_some_and(|c| {
                c.is_ascii_alphabetic()
                    || c == '\''
                    || (last.is_ascii_digit() && c.is_ascii_digit())
            });
        (!goes_on).then(|| self.part(length, self.key.len()))
    }

    /// What stands before a phrase at the end.
    fn before(&self, phrase: &str) -> Option<Line> {
        let length = phrase.chars().count();
        let from = self.key.len().checked_sub(length)?;
        let here = phrase.chars().eq(self.key[from..].iter().copied());
        let begins = phrase.chars().next()?.is_ascii_alphabetic();
        let joined = begins && from > 0 && self.key[from - 1].is_ascii_alphabetic();
        (here && !joined).then(|| self.part(0, from))
    }

    fn key_text(&self) -> String {
        self.key.iter().collect()
    }

    fn is_question(&self) -> bool {
        let text = self.key_text();
        let text = text.trim_end();
        text.ends_with('?')
            || text.ends_with('か')
            || text.ends_with("か。")
            || text.ends_with("かな")
    }

    /// As it is kept: with people's names.
    fn text(&self, name: &dyn Fn(&UserId) -> String) -> String {
        let mut people = self.people.iter();
        let mut out = String::with_capacity(self.raw.len());
        for c in &self.raw {
            match (*c, c == &PERSON) {
                (_, true) => {
                    if let Some(user) = people.next() {
                        out.push('@');
                        out.push_str(&name(user));
                    }
                }
                (c, false) => out.push(c),
            }
        }
        out.trim().to_owned()
    }
}

/// The form in which words are compared: narrow, small.
fn key_of(c: char) -> char {
    let c = match c {
        '\n' | '\t' => ' ',
        '、' => ',',
        // Long marks that people type for one another.
        '―' | '—' | '–' | '−' => '-',
        '〜' => '~',
        c => fold_command_key(c),
    };
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// A piece that is no person and no link, in a form that `plain` shows.
fn written(piece: &mrkdwn::Piece) -> String {
    match piece {
        mrkdwn::Piece::Channel { id, label } => {
            format!(
                "<#{id}|{}>",
                mrkdwn::escape(label.as_deref().unwrap_or(id.as_str()))
            )
        }
        mrkdwn::Piece::Group { label, .. } => {
            mrkdwn::escape(label.as_deref().unwrap_or("")).into_owned()
        }
        mrkdwn::Piece::Broadcast(broadcast) => format!("@{}", broadcast.name()),
        mrkdwn::Piece::Date { fallback, .. } => mrkdwn::escape(fallback).into_owned(),
        mrkdwn::Piece::Special { label, .. } => {
            mrkdwn::escape(label.as_deref().unwrap_or("")).into_owned()
        }
        mrkdwn::Piece::Text(_) | mrkdwn::Piece::User { .. } | mrkdwn::Piece::Link { .. } => {
            String::new()
        }
    }
}

/// Reads what follows a key word.
fn with(key: Key, rest: &Line, name: &dyn Fn(&UserId) -> String) -> Said {
    match key {
        Key::Help => rest::only(rest, Said::Help),
        Key::Status => rest::only(rest, Said::Status),
        Key::Summary => rest::only(rest, Said::Summary),
        Key::Level => rest::level(rest),
        Key::Temperature => rest::named(rest, Lack::Temperature, Wish::Temperature),
        Key::Phase => rest::phase(rest),
        Key::ICommand => rest::only(rest, Said::Do(Wish::Commander(Who::Me))),
        Key::Commander => rest::commander(rest, name),
        Key::Milestone(milestone) => rest::milestone(rest, milestone),
        Key::Recovered => rest::recovered(rest),
        Key::Done => match rest::entry(rest, name) {
            Some((entry, line)) => Said::Do(Wish::Settled(entry, line)),
            None => rest::items(rest, Wish::Done),
        },
        Key::Object => match rest::entry(rest, name) {
            Some((entry, Some(line))) => Said::Do(Wish::Object(entry, line)),
            Some((_, None)) => Said::Lacks(Lack::Text),
            None => Said::Unclear,
        },
        Key::Undone => rest::items(rest, Wish::Undone),
        Key::Join => rest::join(rest, name),
        Key::Leave => rest::only(rest, Said::Do(Wish::Leave)),
        Key::Note => rest::text(rest, name, Wish::Note),
        Key::Situation => rest::situation(rest, name),
        Key::Timekeeper => rest::timekeeper(rest),
        Key::Role => rest::role(rest, name),
        Key::RoleOf(role) => rest::role_of(rest, role, name),
        Key::Accept => rest::only(rest, Said::Do(Wish::Accept)),
        Key::Decline => rest::only(rest, Said::Do(Wish::Decline)),
        Key::Here => rest::only(rest, Said::Do(Wish::Here)),
        Key::Need => rest::text(&rest.bare_first(), name, Wish::Need),
        Key::Question => rest::text(&rest.bare_first(), name, Wish::Question),
        Key::Meeting => rest::meeting(rest),
    }
}

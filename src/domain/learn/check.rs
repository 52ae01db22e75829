//! Whether it may be done, and the form in which it is written.

use super::{Learnt, Lesson};
use crate::both;
use crate::domain::decide::parts::{self, past};
use crate::domain::decide::{Asked, checked_text, line_option, required};
use crate::domain::event::Body;
use crate::domain::ids::EventId;
use crate::domain::incident::{Entry, Incident};
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use crate::domain::work::Sort;

/// Characters of a tag.
const TAG_MAX: usize = 40;
/// Questions of one assessment: as many as fit into a batch with their names.
const ANSWERS_MAX: usize = 9;

fn refused(en: &'static str, ja: &'static str) -> Problem {
    Problem::refused(Text::fixed(en, ja))
}

/// Checks it against the state around it and cleans its lines.
///
/// # Errors
/// What is missing or who may, with a hint.
pub fn check(
    incident: &Incident,
    lesson: &Lesson,
    asked: &Asked<'_>,
) -> Result<(Learnt, Option<String>), Problem> {
    let mut learnt = lesson.learnt.clone();
    match &mut learnt {
        Learnt::Tagged { tag, off } => {
            *tag = tag_of(tag)?;
            if incident.lessons.has_tag(tag) != *off {
                return Err(match off {
                    true => both_refused(both!(
                        "It has no tag {tag}.",
                        "タグ「{tag}」は付いていません。"
                    )),
                    false => both_refused(both!(
                        "It has the tag {tag} already.",
                        "タグ「{tag}」は既に付いています。"
                    )),
                });
            }
        }
        Learnt::Evidence { link, line, file } => {
            *link = match file {
                Some(_) => required(link)?,
                None => parts::link(link)?,
            };
            *line = line_option(line.as_deref())?;
        }
        Learnt::Noted { time } => past(*time, asked.now)?,
        Learnt::Corrected { event, time } => {
            corrects(incident, event, asked)?;
            if let Some(time) = time {
                past(*time, asked.now)?;
            }
        }
        Learnt::Reached { several, recurs } => {
            if several.is_none() && recurs.is_none() {
                return Err(refused(
                    "Nothing is said: several users, or likely to come again?",
                    "何も指定されていません。複数のユーザーに影響したか、再発しうるかを指定してください。",
                ));
            }
        }
        Learnt::Drafted { place, version, .. } => {
            *place = line_option(place.as_deref())?;
            let last = incident.lessons.post_mortem.as_ref();
            if last.is_some_and(|last| last.version >= *version) {
                return Err(refused(
                    "There is a newer version of the post-mortem already.",
                    "ポストモーテムには既に新しい版があります。",
                )
                .hint(Text::fixed(
                    "Take that one up, and write it again.",
                    "新しい版に取り込んでから、もう一度保存してください。",
                )));
            }
        }
        Learnt::Assessed { answers, line, .. } => {
            *line = line_option(line.as_deref())?;
            if answers.is_empty() && line.is_none() {
                return Err(refused("Nothing is answered.", "回答がありません。"));
            }
            let known = |level: u8| (1..=3).contains(&level);
            if answers.len() > ANSWERS_MAX || !answers.iter().all(|a| known(a.level)) {
                return Err(refused(
                    "Answers are levels from 1 to 3.",
                    "回答は 1 から 3 の段階です。",
                ));
            }
        }
        Learnt::Tracked { matter, link } => {
            *link = parts::link(link)?;
            let found = incident.work.matter(matter);
            if found.is_none_or(|matter| matter.sort != Sort::Action) {
                return Err(Problem::not_found(Text::fixed(
                    "There is no such action item.",
                    "その再発防止策はありません。",
                )));
            }
        }
    }
    let text = match learnt.has_text() {
        true => Some(checked_text(lesson.text.as_deref().unwrap_or_default())?),
        false => None,
    };
    Ok((learnt, text))
}

fn both_refused(sentence: Text) -> Problem {
    Problem::refused(sentence)
}

/// A tag as it is written: lower case, without `#`, words joined by `-`, so that two people who mean
/// one write one.
///
/// # Errors
/// There is nothing in it, or too much.
pub fn tag_of(text: &str) -> Result<String, Problem> {
    let line = required(text)?;
    let words: Vec<&str> = line
        .trim_start_matches(['#', '＃'])
        .split_whitespace()
        .collect();
    let tag = words.join("-");
    let length = tag.chars().count();
    if tag.is_empty() {
        return Err(crate::domain::decide::empty());
    }
    if length > TAG_MAX {
        return Err(Problem::refused(both!(
            "A tag has {TAG_MAX} characters at most; this one has {length}.",
            "タグは {TAG_MAX} 文字までです ({length} 文字)。"
        )));
    }
    Ok(tag)
}

/// A line of text can be corrected; what sets something is set again.
fn corrects(incident: &Incident, event: &EventId, asked: &Asked<'_>) -> Result<(), Problem> {
    let says = |entry: &Entry| {
        matches!(
            entry.body,
            Body::Note {}
                | Body::Message { .. }
                | Body::Pinned { .. }
                | Body::Learnt(Learnt::Noted { .. })
        )
    };
    let sets = Text::fixed(
        "Only a note, a message or a pinned message is corrected; what sets something is set again.",
        "訂正できるのは記録・投稿・ピン留めだけです。値を設定した操作は、設定し直してください。",
    );
    let entry = parts::entry(incident, event, says, sets)?;
    // A pin is an excerpt of what was said, and nobody's own.
    if matches!(entry.body, Body::Pinned { .. }) {
        return Ok(());
    }
    let may = Text::fixed("may correct it", "訂正できるのは");
    parts::writers(incident, entry, asked, &may)
}

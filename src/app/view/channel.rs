//! Rows of the channel pane.

use super::rows::{Slot, talk_id};
use super::{Said, Tone, job_mark, saving_mark};
use crate::app::clock;
use crate::app::model::{Model, RowId, Saving};
use crate::app::snapshot::{Room, Talk};
use crate::app::strings::{fill, mark as m, pane as p};
use crate::domain::decide::Command;
use crate::domain::ids::SlackTs;
use crate::domain::text::{clean_line, fit, sign, with_signs};

/// How much of a parent a reply's echo names, in cells.
const EXCERPT: usize = 24;

/// A message, or several of programs in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    pub clock: String,
    pub author: String,
    /// May have several lines.
    pub text: String,
    /// Under its parent.
    pub reply: bool,
    /// The parent, where a reply is shown away from it.
    pub about: Option<String>,
    /// How many messages are folded into this row.
    pub folded: usize,
    pub marks: Vec<Said>,
    /// As they are drawn, and how many.
    pub reactions: Vec<(String, u32)>,
    pub replies: u32,
    pub mine: bool,
    pub program: bool,
    pub tone: Tone,
}

pub fn count(model: &Model) -> usize {
    model.index.channel.len() + saving(model).count()
}

/// The row at a place, from 0 at the oldest.
pub fn row(model: &Model, at: usize) -> Option<Row> {
    match model.index.channel.get(at) {
        Some(slot) => slot_row(model, model.room_data()?, slot),
        None => {
            let saving = saving(model).nth(at - model.index.channel.len())?;
            Some(saving_row(model, saving))
        }
    }
}

fn saving(model: &Model) -> impl Iterator<Item = &Saving> {
    let room = model.room_id();
    model.saving.values().filter(move |saving| {
        saving.incident.as_ref() == room && matches!(saving.command, Command::Message { .. })
    })
}

fn slot_row(model: &Model, room: &Room, slot: &Slot) -> Option<Row> {
    let talk = room.talk.get(slot.talk())?;
    let lang = model.lang;
    let mut row = talk_row(model, room, talk);
    match slot {
        Slot::Message(_) => {}
        Slot::Reply(_) => row.reply = true,
        Slot::Echo(_) => {
            row.id = RowId::Echo(talk.ts.clone());
            let parent = room
                .talk
                .iter()
                .find(|t| Some(&t.ts) == talk.thread.as_ref());
            row.about = parent.map(|parent| {
                let text = clean_line(&parent.text);
                let excerpt = fit(&text, EXCERPT);
                fill(&p::REPLY_TO, lang, &[&parent.author, &excerpt])
            });
        }
        Slot::Fold(all) => {
            let first = room.talk.get(*all.first()?)?;
            row.id = RowId::Fold(first.ts.clone());
            row.folded = all.len();
        }
    }
    Some(row)
}

fn talk_row(model: &Model, room: &Room, talk: &Talk) -> Row {
    let lang = model.lang;
    let mut marks = Vec::new();
    let state = talk.event.as_ref().and_then(|event| room.jobs.get(event));
    marks.extend(state.and_then(|state| job_mark(model, state)));
    if talk.edited {
        marks.push(Said::new(m::EDITED.get(lang), Tone::Muted));
    }
    if talk.pinned {
        marks.push(Said::new(m::PINNED.get(lang), Tone::Good));
    }
    let failed = marks.iter().any(|mark| mark.tone == Tone::Failed);
    let tone = match (failed, talk.pending, talk.bot) {
        (true, ..) => Tone::Failed,
        (_, true, _) => Tone::Pending,
        (.., true) => Tone::Muted,
        _ => Tone::Plain,
    };
    Row {
        id: talk_id(talk),
        clock: clock::day_hhmm(model.shown_zone(), talk.at, model.now),
        author: talk.author.clone(),
        text: with_signs(&talk.text),
        reply: false,
        about: None,
        folded: 0,
        marks,
        reactions: talk
            .reactions
            .iter()
            .map(|reaction| {
                let name = &reaction.name;
                let sign = sign(name).map_or_else(|| format!(":{name}:"), str::to_owned);
                (sign, reaction.count)
            })
            .collect(),
        replies: talk.replies,
        mine: talk.user.as_ref() == Some(&model.snapshot.me),
        program: talk.bot,
        tone,
    }
}

fn saving_row(model: &Model, saving: &Saving) -> Row {
    let (text, thread) = match &saving.command {
        Command::Message { text, thread } => (text.clone(), thread.as_ref()),
        _ => (String::new(), None),
    };
    let mark = saving_mark(model, saving);
    Row {
        id: RowId::Saving(saving.ticket),
        clock: clock::day_hhmm(model.shown_zone(), saving.since, model.now),
        author: model.name(&model.snapshot.me),
        text,
        reply: false,
        about: thread.and_then(|thread| parent_words(model, thread)),
        folded: 0,
        tone: mark.tone,
        marks: vec![mark],
        reactions: Vec::new(),
        replies: 0,
        mine: true,
        program: false,
    }
}

fn parent_words(model: &Model, thread: &SlackTs) -> Option<String> {
    let room = model.room_data()?;
    let parent = room.talk.iter().find(|talk| talk.ts == *thread)?;
    let text = clean_line(&parent.text);
    let excerpt = fit(&text, EXCERPT);
    Some(fill(&p::REPLY_TO, model.lang, &[&parent.author, &excerpt]))
}

/// Everything of a row, for reading at length; of a fold, all that is in it.
pub fn full(model: &Model, id: &RowId) -> Option<String> {
    let room = model.room_data()?;
    let at = super::rows::position(
        model,
        crate::app::model::Where::Pane(crate::app::model::Pane::Channel),
        id,
    )?;
    let all = match model.index.channel.get(at)? {
        Slot::Fold(all) => all.clone(),
        slot => vec![slot.talk()],
    };
    let zone = model.shown_zone();
    let texts: Vec<String> = all
        .into_iter()
        .filter_map(|n| room.talk.get(n))
        .map(|talk| {
            let at = clock::day_hhmm(zone, talk.at, model.now);
            format!("{at} {}\n{}", talk.author, with_signs(&talk.text))
        })
        .collect();
    Some(texts.join("\n\n"))
}

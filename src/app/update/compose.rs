//! The composer. Enter posts, and what is refused comes back.

use super::{act, notice};
use crate::app::action::Action;
use crate::app::availability::{available, selected_talk, thread_of};
use crate::app::effect::Effect;
use crate::app::model::{Model, Reply};
use crate::app::strings::why;
use crate::domain::decide::Command;
use crate::domain::ids::IncidentId;
use crate::domain::text::{clean_line, fit};
use crate::domain::verb::Verb;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How much of the message that is replied to is named, in cells.
const EXCERPT: usize = 30;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    match available(Action::Do(Verb::Message), model) {
        Ok(()) => model.composer.active = true,
        Err(why) => notice(model, why),
    }
    Vec::new()
}

pub(super) fn reply(model: &mut Model) -> Vec<Effect> {
    let reply = available(Action::Do(Verb::Message), model).and_then(|()| {
        let talk = selected_talk(model)?;
        let text = clean_line(&talk.text);
        Ok(Reply {
            thread: thread_of(talk),
            author: talk.author.clone(),
            excerpt: fit(&text, EXCERPT).into_owned(),
        })
    });
    match reply {
        Ok(reply) => {
            model.composer.reply = Some(reply);
            model.composer.active = true;
        }
        Err(why) => notice(model, why),
    }
    Vec::new()
}

pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Effect> {
    let held = key
        .modifiers
        .intersects(KeyModifiers::ALT | KeyModifiers::CONTROL | KeyModifiers::SHIFT);
    match key.code {
        KeyCode::Enter if held => {
            model.composer.edit.new_line();
            Vec::new()
        }
        KeyCode::Enter => post(model),
        KeyCode::Esc => {
            model.composer.active = false;
            if model.composer.edit.is_blank() {
                model.composer.reply = None;
            }
            Vec::new()
        }
        _ => {
            model.composer.edit.key(key);
            Vec::new()
        }
    }
}

fn post(model: &mut Model) -> Vec<Effect> {
    if model.composer.edit.is_blank() {
        model.composer.active = false;
        return Vec::new();
    }
    let Some(incident) = model.room_id().cloned() else {
        notice(model, why::NOT_READ);
        return Vec::new();
    };
    if let Err(why) = available(Action::Do(Verb::Message), model) {
        notice(model, why);
        return Vec::new();
    }
    let command = Command::Message {
        text: model.composer.edit.text(),
        thread: model.composer.reply.take().map(|reply| reply.thread),
    };
    model.composer.edit.set("");
    act::hand_over(model, Some(incident), command, None)
}

/// Before whatever was written since.
pub(super) fn give_back(model: &mut Model, incident: &IncidentId, text: &str) {
    let here = model.room_id() == Some(incident);
    let since = if here {
        model.composer.edit.text()
    } else {
        model.memory.drafts.remove(incident).unwrap_or_default()
    };
    let both = match since.trim().is_empty() {
        true => text.to_owned(),
        false => format!("{text}\n{since}"),
    };
    if here {
        model.composer.edit.set(&both);
    } else {
        model.memory.drafts.insert(incident.clone(), both);
    }
}

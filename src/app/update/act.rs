//! Acts: handed to the core at once, marked as being saved, and answered later.

use super::{complain, compose, enter, notice};
use crate::app::action::Action;
use crate::app::ask;
use crate::app::availability::{available, is_saving};
use crate::app::deeds;
use crate::app::effect::Effect;
use crate::app::form::{self, Form, Opening};
use crate::app::model::{Model, Overlay, Saving, Ticket};
use crate::app::strings::{form as fs, why};
use crate::domain::decide::Command;
use crate::domain::ids::IncidentId;
use crate::domain::problem::Problem;
use crate::domain::verb::Verb;
use crate::domain::work::{Deed, State};

/// What a verb's key does: its smallest form, or the act itself where all is selected.
pub(super) fn verb(model: &mut Model, verb: Verb) -> Vec<Effect> {
    about(model, verb, None)
}

/// The same about an item or a milestone that is named.
pub(super) fn about(model: &mut Model, verb: Verb, subject: Option<&str>) -> Vec<Effect> {
    // A named item is what it is about, whatever is selected.
    if subject.is_none()
        && let Err(why) = available(Action::Do(verb), model)
    {
        notice(model, why);
        return Vec::new();
    }
    if verb == Verb::PostMortem {
        let about = model.target().map(|summary| summary.incident.id.clone());
        return about.map(Effect::PostMortem).into_iter().collect();
    }
    match form::open_about(model, verb, subject) {
        Ok(opening) => opened(model, opening),
        Err(why) => {
            notice(model, why);
            Vec::new()
        }
    }
}

pub(super) fn opened(model: &mut Model, opening: Opening) -> Vec<Effect> {
    match opening {
        Opening::Act(command) => {
            let target = model.room_id().cloned();
            hand_over(model, target, command, None)
        }
        Opening::Form(mut form) => {
            model.memory.next_form += 1;
            form.serial = model.memory.next_form;
            let key = form.draft_key();
            if let Some(texts) = model.memory.form_drafts.remove(&key) {
                form::restore(&mut form, &texts);
            }
            form::check(&mut form, model, false);
            model.overlays.push(Overlay::Form(form));
            Vec::new()
        }
    }
}

/// Gives an act to the core, on the incident that was captured.
pub(super) fn hand_over(
    model: &mut Model,
    incident: Option<IncidentId>,
    command: Command,
    form: Option<u64>,
) -> Vec<Effect> {
    let twice = incident
        .as_ref()
        .and_then(|id| model.summary(id))
        .is_some_and(|summary| is_saving(model, summary, &command));
    if twice && !matches!(command, Command::Message { .. } | Command::Note(_)) {
        notice(model, why::SENDING);
        return Vec::new();
    }
    let outlets = form::outlets(model, incident.as_ref(), &command);
    model.memory.next_ticket += 1;
    let ticket = Ticket(model.memory.next_ticket);
    let saving = Saving {
        ticket,
        incident: incident.clone(),
        command: command.clone(),
        since: model.now,
        form,
    };
    model.saving.insert(ticket, saving);
    vec![Effect::Act {
        ticket,
        incident,
        command,
        outlets,
    }]
}

/// A form is to be carried out. It stays until the core has answered.
pub(super) fn submit(model: &mut Model, mut form: Box<Form>) -> Vec<Effect> {
    if form.field("what").is_some() {
        return what_now(model, form);
    }
    let command = match form::command(&form, model) {
        Ok(command) => command,
        Err(problem) => {
            form.problem = Some(problem);
            model.overlays.push(Overlay::Form(form));
            return Vec::new();
        }
    };
    form.problem = None;
    let effects = hand_over(model, form.target.clone(), command, Some(form.serial));
    if !effects.is_empty() {
        form.waits = Some(Ticket(model.memory.next_ticket));
    }
    model.overlays.push(Overlay::Form(form));
    effects
}

/// The time of an item is over, and somebody said what became of it.
fn what_now(model: &mut Model, form: Box<Form>) -> Vec<Effect> {
    let (Some(item), Some(target)) = (form.subject.clone(), form.target.clone()) else {
        return Vec::new();
    };
    // The room may have been left only by leaving the form.
    let what = form.value("what");
    if let Some(minutes) = form::chosen_more(&what) {
        let incident = model.incident();
        let extended = incident.map(|i| deeds::extend(i, &item, minutes, model.now));
        return match extended {
            Some(Ok(command)) => hand_over(model, Some(target), command, None),
            Some(Err(problem)) => {
                notice(model, problem.sentence);
                Vec::new()
            }
            None => Vec::new(),
        };
    }
    match (form.verb, what.as_str()) {
        (Verb::Settle, "assign") => about(model, Verb::Give, Some(&item)),
        (Verb::Settle, what) => settled(model, target, &item, what),
        (_, "done") => hand_over(model, Some(target), Command::Tick(item), None),
        (_, "assign") => about(model, Verb::Assign, Some(&item)),
        _ => about(model, Verb::Skip, Some(&item)),
    }
}

/// What was done, or is the commander's now, needs no word; why something is given up does.
fn settled(model: &mut Model, target: IncidentId, id: &str, how: &str) -> Vec<Effect> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let named = (how != "done").then_some(how);
    let found = deeds::matter(incident, id);
    match found.and_then(|matter| Ok((matter.id.clone(), deeds::state(matter, named)?))) {
        Ok((matter, state)) if named.is_none() || state == State::Escalated => {
            let deed = Deed::Settled {
                matter,
                state,
                line: None,
                owner: None,
                due: None,
            };
            hand_over(model, Some(target), deed.into(), None)
        }
        Ok((_, state)) => {
            let effects = about(model, Verb::Settle, Some(id));
            if let Some(Overlay::Form(form)) = model.overlays.last_mut()
                && let Some(field) = form.field_mut("state")
            {
                form::choose(field, state.name());
            }
            effects
        }
        Err(problem) => {
            notice(model, problem.sentence);
            Vec::new()
        }
    }
}

/// The core has answered.
pub(super) fn acted(
    model: &mut Model,
    ticket: Ticket,
    result: Result<IncidentId, Problem>,
) -> Vec<Effect> {
    let Some(saving) = model.saving.remove(&ticket) else {
        return Vec::new();
    };
    let at = model.overlays.iter().position(|overlay| match overlay {
        Overlay::Form(form) => form.waits == Some(ticket),
        _ => false,
    });
    match result {
        Ok(id) => {
            let watched = at.is_some();
            let mut effects = answered(model, &saving);
            if let Some(at) = at {
                model.overlays.remove(at);
            }
            // Whoever left the form while it was being saved went to do something else.
            let declared = matches!(saving.command, Command::Declare(_));
            // Reopened where its channel is closed, it goes on in another.
            let moved = matches!(saving.command, Command::Reopen(_))
                && model.snapshot.incidents.iter().any(|there| {
                    there.incident.id == id && there.incident.came_of == saving.incident
                });
            // What was restricted goes on there.
            let restricted = matches!(saving.command, Command::Restrict(_));
            let mut all = model.snapshot.incidents.iter();
            let there = all.find(|there| there.incident.came_of.as_ref() == Some(&id));
            let there = there.map(|there| there.incident.id.clone());
            match there.filter(|_| restricted) {
                Some(there) if watched => effects.extend(enter(model, there)),
                _ if (declared || moved) && watched => effects.extend(enter(model, id)),
                _ => {}
            }
            effects
        }
        Err(problem) => {
            match at.and_then(|at| model.overlays.get_mut(at)) {
                Some(Overlay::Form(form)) => {
                    form.waits = None;
                    form.problem = Some(problem.clone());
                }
                _ => keep_text(model, &saving),
            }
            complain(model, problem);
            Vec::new()
        }
    }
}

/// A prompt that the record does not know to be answered, was.
fn answered(model: &mut Model, saving: &Saving) -> Vec<Effect> {
    let key = saving
        .form
        .and_then(|serial| model.memory.answering.remove(&serial));
    let here = model.room_id() == saving.incident.as_ref();
    let Some(key) = key.filter(|_| here) else {
        return Vec::new();
    };
    let now = model.now;
    let mut effects = ask::mark(model, &[key], |mark| mark.answered = Some(now));
    effects.extend(super::ask_anew(model));
    effects
}

/// What was refused goes back to where it was written.
fn keep_text(model: &mut Model, saving: &Saving) {
    let Some(id) = &saving.incident else {
        return;
    };
    match &saving.command {
        Command::Message { text, .. } => compose::give_back(model, id, text),
        Command::Note(text) | Command::Situation(text) => {
            let key = match saving.command {
                Command::Note(_) => "text",
                _ => "situation",
            };
            let drafts = &mut model.memory.form_drafts;
            drafts.insert(
                (Some(id.clone()), saving.command.verb(), None),
                vec![(key, text.clone())],
            );
            notice(model, fs::STILL_HERE);
        }
        _ => {}
    }
}

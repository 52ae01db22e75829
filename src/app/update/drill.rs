//! What becomes of a drill on the screen, and its keys.

use super::{enter, is_painted, notice};
use crate::app::drill::{self, Adding, Asking, Course, Panel, QUESTIONS, View, Wish};
use crate::app::edit::Edit;
use crate::app::effect::Effect;
use crate::app::keymap::Chord;
use crate::app::model::{Confirmable, Generation, Model, Overlay, Screen};
use crate::app::strings::drill as words;
use crate::drill::engine::Fate;
use crossterm::event::{KeyCode, KeyEvent};
use std::sync::Arc;

const PAGE: usize = 10;

/// It stands otherwise.
pub(super) fn told(model: &mut Model, view: Arc<View>) -> Vec<Effect> {
    model.drill = Some(view);
    if !model.memory.drill.briefing {
        model.memory.drill.briefing = true;
        model.overlays.push(Overlay::Drill(Panel::Briefing(0)));
    }
    debrief(model);
    arrived(model)
}

/// It is over: the debrief opens, once whoever is at it has finished what they write.
pub(super) fn debrief(model: &mut Model) {
    let over = model
        .drill
        .as_ref()
        .is_some_and(|view| view.debrief.is_some());
    if !over || model.memory.drill.debrief {
        return;
    }
    let writes = |shown: &Overlay| matches!(shown, Overlay::Form(_) | Overlay::Rewrite(_));
    if model.composer.active || model.overlays.iter().any(writes) {
        if !model.memory.drill.over {
            model.memory.drill.over = true;
            notice(model, words::OVER);
        }
        return;
    }
    model.memory.drill.debrief = true;
    model
        .overlays
        .retain(|shown| !matches!(shown, Overlay::Drill(_)));
    let since = model.now;
    model
        .overlays
        .push(Overlay::Drill(Panel::Debrief(0, since)));
}

/// The room opens by itself once its incident is known here.
pub(super) fn arrived(model: &mut Model) -> Vec<Effect> {
    if model.memory.drill.room || model.screen != Screen::Home {
        return Vec::new();
    }
    let incident = model.drill.as_ref().and_then(|view| view.incident.clone());
    let known = |id| {
        let mut all = model.snapshot.incidents.iter();
        all.any(|summary| summary.incident.id == id)
    };
    match incident {
        Some(id) if known(id.clone()) => {
            model.memory.drill.room = true;
            let waits = |shown: &Overlay| matches!(shown, Overlay::Drill(Panel::Opening));
            model.overlays.retain(|shown| !waits(shown));
            enter(model, id)
        }
        _ => Vec::new(),
    }
}

pub(super) fn open(model: &mut Model) {
    let over = model
        .drill
        .as_ref()
        .is_some_and(|view| view.debrief.is_some());
    let begun = model.drill.as_ref().is_some_and(|view| view.begun);
    model.overlays.push(Overlay::Drill(match (over, begun) {
        (true, _) => Panel::Debrief(0, model.now - drill::SURPRISE),
        (_, true) => Panel::Course(Course::default()),
        (_, false) => Panel::Briefing(0),
    }));
}

pub(super) fn key(model: &mut Model, panel: Panel, event: KeyEvent, chord: Chord) -> Vec<Effect> {
    match panel {
        Panel::Briefing(top) => match chord.code {
            KeyCode::Enter | KeyCode::Esc => {
                let begun = model.drill.as_ref().is_some_and(|view| view.begun);
                if begun {
                    return Vec::new();
                }
                if !model.memory.drill.room {
                    stay(model, Panel::Opening);
                }
                return vec![Effect::Drill(Wish::Begin)];
            }
            code => stay(model, Panel::Briefing(scrolled(top, code))),
        },
        // The room opens by itself; where it does not, what is wrong stands on the first screen.
        Panel::Opening if chord.code == KeyCode::Esc => {}
        Panel::Opening => stay(model, Panel::Opening),
        Panel::Debrief(top, since) if model.now - since < drill::SURPRISE => {
            stay(model, Panel::Debrief(top, since));
        }
        Panel::Debrief(top, since) => match chord.code {
            KeyCode::Esc | KeyCode::Char('q') => {}
            KeyCode::Enter => {
                let asking = Asking {
                    answers: Vec::new(),
                    edit: Edit::lines(""),
                    born: model.generation,
                };
                stay(model, Panel::Feedback(asking));
            }
            code => stay(model, Panel::Debrief(scrolled(top, code), since)),
        },
        Panel::Feedback(asking) => return feedback(model, asking, event),
        Panel::Say(edit, born) => return say(model, edit, born, event),
        Panel::Add(adding) => return add(model, adding, event),
        Panel::Course(course) => return in_course(model, course, chord),
    }
    Vec::new()
}

fn stay(model: &mut Model, panel: Panel) {
    model.overlays.push(Overlay::Drill(panel));
}

fn scrolled(top: usize, code: KeyCode) -> usize {
    match code {
        KeyCode::Down | KeyCode::Char('j') => top + 1,
        KeyCode::Up | KeyCode::Char('k') => top.saturating_sub(1),
        KeyCode::PageDown | KeyCode::Char(' ') => top + PAGE,
        KeyCode::PageUp => top.saturating_sub(PAGE),
        KeyCode::Home | KeyCode::Char('g') => 0,
        _ => top,
    }
}

fn feedback(model: &mut Model, mut asking: Asking, event: KeyEvent) -> Vec<Effect> {
    if !is_painted(model, asking.born) {
        stay(model, Panel::Feedback(asking));
        return Vec::new();
    }
    match event.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter if event.modifiers.is_empty() => {
            asking.answers.push(asking.edit.text().trim().to_owned());
            asking.edit.set("");
            if let [well, lucky, better] = asking.answers.as_slice() {
                let answers = [well.clone(), lucky.clone(), better.clone()];
                notice(model, words::SAVED);
                return vec![Effect::Drill(Wish::Feedback(answers))];
            }
        }
        KeyCode::Enter => asking.edit.new_line(),
        _ => {
            asking.edit.key(event);
        }
    }
    debug_assert!(asking.answers.len() < QUESTIONS.len());
    stay(model, Panel::Feedback(asking));
    Vec::new()
}

fn say(model: &mut Model, mut edit: Edit, born: Generation, event: KeyEvent) -> Vec<Effect> {
    if is_painted(model, born) {
        match event.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter if event.modifiers.is_empty() => {
                let view = model.drill.as_ref();
                let spoken = view.and_then(|view| drill::spoken(view, &edit.text()));
                if let Some((part, text)) = spoken {
                    return vec![Effect::Drill(Wish::Say { part, text })];
                }
                notice(model, words::WHO_SAYS);
            }
            _ => {
                edit.key(event);
            }
        }
    }
    stay(model, Panel::Say(edit, born));
    Vec::new()
}

fn add(model: &mut Model, mut adding: Adding, event: KeyEvent) -> Vec<Effect> {
    if is_painted(model, adding.born) {
        match event.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter if event.modifiers.is_empty() => {
                let Some(view) = model.drill.clone() else {
                    return Vec::new();
                };
                let line = adding.edit.text();
                adding.problem = None;
                match adding.said.take() {
                    None => match drill::spoken(&view, &line) {
                        Some(said) => {
                            adding.said = Some(said);
                            adding.edit.set("");
                        }
                        None => adding.problem = Some(words::WHO_SAYS),
                    },
                    Some(said) => match drill::added(&view, said.clone(), &line) {
                        Ok(added) => return vec![Effect::Drill(Wish::Add(added))],
                        Err(problem) => {
                            adding.said = Some(said);
                            adding.problem = Some(problem.sentence);
                        }
                    },
                }
            }
            _ => {
                if adding.edit.key(event) {
                    adding.problem = None;
                }
            }
        }
    }
    stay(model, Panel::Add(adding));
    Vec::new()
}

fn in_course(model: &mut Model, mut course: Course, chord: Chord) -> Vec<Effect> {
    let Some(view) = model.drill.clone() else {
        return Vec::new();
    };
    let mut leave = false;
    let wish: Option<Wish> = match chord.code {
        KeyCode::Esc | KeyCode::Char('q' | 'K') => {
            leave = true;
            None
        }
        KeyCode::Char('g') if chord.ctrl => {
            leave = true;
            None
        }
        KeyCode::Char(' ') => Some(Wish::Hold),
        KeyCode::Char('+' | '=' | ';') => Some(Wish::Faster),
        KeyCode::Char('-') => Some(Wish::Slower),
        KeyCode::Char('n') => Some(Wish::Skip),
        KeyCode::Char('e') => {
            super::confirm(model, Confirmable::EndDrill);
            return Vec::new();
        }
        KeyCode::Char('b') => {
            stay(model, Panel::Course(course));
            stay(model, Panel::Briefing(0));
            return Vec::new();
        }
        KeyCode::Char('i') => {
            let born = model.generation;
            stay(model, Panel::Course(course));
            stay(model, Panel::Say(Edit::line(""), born));
            return Vec::new();
        }
        KeyCode::Char('a') => {
            let adding = Adding {
                said: None,
                edit: Edit::line(""),
                problem: None,
                born: model.generation,
            };
            stay(model, Panel::Course(course));
            stay(model, Panel::Add(adding));
            return Vec::new();
        }
        KeyCode::Char('v') => {
            course.revealed = !course.revealed;
            course.selected = None;
            None
        }
        KeyCode::Down | KeyCode::Char('j') => {
            step(&view, &mut course, 1);
            None
        }
        KeyCode::Up | KeyCode::Char('k') => {
            step(&view, &mut course, -1);
            None
        }
        code => selected(&course).and_then(|id| match code {
            KeyCode::Enter => Some(Wish::Fire(id)),
            KeyCode::Char('>' | '.') => Some(Wish::PutOff(id)),
            KeyCode::Char('x') => Some(Wish::Drop(id)),
            _ => None,
        }),
    };
    if !leave {
        stay(model, Panel::Course(course));
    }
    wish.map(Effect::Drill).into_iter().collect()
}

fn selected(course: &Course) -> Option<String> {
    course.selected.clone().filter(|_| course.revealed)
}

/// The next of those that wait; without a list to be seen, the text moves.
fn step(view: &View, course: &mut Course, by: isize) {
    if !course.revealed {
        course.top = course.top.saturating_add_signed(by);
        return;
    }
    let waits = |fate: &Fate| matches!(fate, Fate::Waiting { .. });
    let waiting: Vec<&str> = view
        .injects
        .iter()
        .filter(|inject| waits(&inject.fate))
        .map(|inject| inject.id.as_str())
        .collect();
    let here = course.selected.as_deref();
    let here = here.and_then(|id| waiting.iter().position(|known| *known == id));
    let next = match here {
        Some(at) => at
            .saturating_add_signed(by)
            .min(waiting.len().saturating_sub(1)),
        None => 0,
    };
    course.selected = waiting.get(next).map(|id| (*id).to_owned());
}

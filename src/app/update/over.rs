//! Keys for what stands over the screen.

use super::lists::{self, Step};
use super::{act, command, drill, history, is_painted, metrics, notice, outbox};
use crate::app::action::Action;
use crate::app::edit::Edit;
use crate::app::effect::Effect;
use crate::app::form::{self, Form, Outcome};
use crate::app::keymap::Chord;
use crate::app::model::{
    Confirm, Confirmable, List, LongText, Model, Overlay, Palette, Where, WhoAreYou,
};
use crate::app::strings::form as fs;
use crate::app::view::{self, overlays};
use crate::app::{calls, catchup};
use crate::domain::sync::Settle;
use crate::domain::words::Text;
use crossterm::event::{KeyCode, KeyEvent};

pub(super) fn key(model: &mut Model, event: KeyEvent, chord: Chord) -> Vec<Effect> {
    // Taken off while it is asked, and put back unless it is done with.
    let Some(top) = model.overlays.pop() else {
        return Vec::new();
    };
    match top {
        Overlay::Form(form) => in_form(model, form, event),
        Overlay::Confirm(shown) => in_confirm(model, shown, chord),
        Overlay::Palette(shown) => in_palette(model, shown, event),
        Overlay::WhoAreYou(shown) => in_who(model, shown, event),
        Overlay::LongText(mut text) => {
            let page = 10;
            match chord.code {
                KeyCode::Esc | KeyCode::Char('q' | 'v' | '!' | 'S') | KeyCode::Enter => {
                    return Vec::new();
                }
                KeyCode::Down | KeyCode::Char('j') => text.scroll += 1,
                KeyCode::Up | KeyCode::Char('k') => text.scroll = text.scroll.saturating_sub(1),
                KeyCode::PageDown | KeyCode::Char(' ') => text.scroll += page,
                KeyCode::PageUp => text.scroll = text.scroll.saturating_sub(page),
                KeyCode::Home | KeyCode::Char('g') => text.scroll = 0,
                KeyCode::Char('Y') => {
                    let copy = Effect::Copy(text.text.clone());
                    model.overlays.push(Overlay::LongText(text));
                    return vec![copy];
                }
                _ => {}
            }
            // What draws it knows its lines; past the end nothing is worth scrolling to.
            text.scroll = text.scroll.min(text.text.chars().count());
            model.overlays.push(Overlay::LongText(text));
            Vec::new()
        }
        Overlay::Rewrite(shown) => outbox::in_rewrite(model, shown, event),
        Overlay::Drill(panel) => drill::key(model, panel, event, chord),
        Overlay::Metrics(survey) => metrics::key(model, survey, chord),
        Overlay::History(panel) => history::key(model, panel, event),
        Overlay::Acts(list) => {
            let second = Chord { led: true, ..chord };
            if let Some(action) = model.keymap.action(second, crate::app::action::Scope::Room) {
                return super::command::run(model, action);
            }
            model.overlays.push(Overlay::Acts(list));
            match (chord.code, overlays::acts(model)) {
                (KeyCode::Enter, rows) => {
                    let selected = lists::selected(model, Where::Overlay);
                    let at = match selected {
                        Some(crate::app::model::RowId::Line(at)) => at,
                        _ => 0,
                    };
                    model.overlays.pop();
                    let action = rows.get(at).map(|row| row.action);
                    action.map_or_else(Vec::new, |action| super::command::run(model, action))
                }
                _ => in_list(model, chord, false),
            }
        }
        list @ (Overlay::Help(_) | Overlay::Outbox(_)) => {
            let outbox = matches!(list, Overlay::Outbox(_));
            model.overlays.push(list);
            in_list(model, chord, outbox)
        }
    }
}

fn step_of(chord: Chord) -> Option<Step> {
    Some(match chord.code {
        KeyCode::Up | KeyCode::Char('k') => Step::Rows(-1),
        KeyCode::Down | KeyCode::Char('j') => Step::Rows(1),
        KeyCode::PageUp => Step::Pages(-1),
        KeyCode::PageDown | KeyCode::Char(' ') => Step::Pages(1),
        KeyCode::Home | KeyCode::Char('g') => Step::First,
        KeyCode::End | KeyCode::Char('G') => Step::Last,
        _ => return None,
    })
}

fn in_list(model: &mut Model, chord: Chord, outbox: bool) -> Vec<Effect> {
    if let Some(step) = step_of(chord) {
        lists::go(model, Where::Overlay, step);
        return Vec::new();
    }
    match chord.code {
        KeyCode::Esc | KeyCode::Char('q' | '?') => {
            model.overlays.pop();
            Vec::new()
        }
        _ if outbox => outbox::key(model, chord),
        _ => Vec::new(),
    }
}

fn in_form(model: &mut Model, mut form: Box<Form>, event: KeyEvent) -> Vec<Effect> {
    // Typed for what was on screen before.
    if !is_painted(model, form.born) {
        model.overlays.push(Overlay::Form(form));
        return Vec::new();
    }
    if form.waits.is_some() {
        // It may be left alone: the answer finds its way without it.
        if event.code != KeyCode::Esc {
            model.overlays.push(Overlay::Form(form));
        }
        return Vec::new();
    }
    match form::key(&mut form, model, event) {
        Outcome::Stays | Outcome::Unused => {
            model.overlays.push(Overlay::Form(form));
            Vec::new()
        }
        Outcome::Closed => {
            let texts = form::texts(&form);
            if !texts.is_empty() {
                model.memory.form_drafts.insert(form.draft_key(), texts);
            }
            Vec::new()
        }
        Outcome::Submit => act::submit(model, form),
    }
}

fn in_confirm(model: &mut Model, mut shown: Confirm, chord: Chord) -> Vec<Effect> {
    if !is_painted(model, shown.born) {
        model.overlays.push(Overlay::Confirm(shown));
        return Vec::new();
    }
    match chord.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter if shown.on_yes => return confirmed(model, shown.about),
        KeyCode::Enter => return Vec::new(),
        KeyCode::Char('b')
            if shown.about == Confirmable::Quit && overlays::left_alone(model).is_some() =>
        {
            return vec![Effect::LeavePeer];
        }
        KeyCode::Tab | KeyCode::BackTab => shown.on_yes = !shown.on_yes,
        KeyCode::Left | KeyCode::Up => shown.on_yes = false,
        KeyCode::Right | KeyCode::Down => shown.on_yes = true,
        _ => {}
    }
    model.overlays.push(Overlay::Confirm(shown));
    Vec::new()
}

fn confirmed(model: &mut Model, about: Confirmable) -> Vec<Effect> {
    match about {
        Confirmable::Quit => {
            model.quitting = true;
            vec![Effect::Quit]
        }
        Confirmable::EndDrill => vec![Effect::Drill(crate::app::drill::Wish::End)],
        Confirmable::Drop(seq) => {
            let mut effects = vec![Effect::Settle(seq, Settle::Drop)];
            let line = model.snapshot.outbox.iter().find(|line| line.seq == seq);
            // There will be no such room.
            let room = line.filter(|line| line.choices.whole).map(|l| &l.incident);
            if room.is_some() && room == model.room_id() {
                model.overlays.clear();
                effects.extend(super::go_home(model));
            }
            effects
        }
    }
}

/// Ctrl-C: asks; pressed again once the question is on screen, it is the answer.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    match model.overlays.last() {
        Some(Overlay::Confirm(shown)) if shown.about == Confirmable::Quit => {
            if is_painted(model, shown.born) {
                return confirmed(model, Confirmable::Quit);
            }
        }
        _ => super::confirm(model, Confirmable::Quit),
    }
    Vec::new()
}

pub(super) fn toggle_help(model: &mut Model) {
    if let Some(Overlay::Help(_)) = model.overlays.last() {
        model.overlays.pop();
    } else {
        model.overlays.push(Overlay::Help(List::default()));
    }
}

pub(super) fn acts(model: &mut Model) {
    model.overlays.push(Overlay::Acts(List::default()));
}

pub(super) fn palette(model: &mut Model) {
    model.overlays.push(Overlay::Palette(Palette {
        filter: Edit::line(""),
        selected: None,
    }));
}

/// Of the configuration alone: nothing has to be read or reached.
pub(super) fn calls(model: &mut Model) {
    let service = model.incident().map(|incident| incident.service.clone());
    let config = &model.snapshot.config;
    model.overlays.push(Overlay::LongText(LongText {
        title: calls::TITLE.get(model.lang).to_owned(),
        text: calls::sheet(config, service.as_deref(), model.lang),
        scroll: 0,
    }));
}

pub(super) fn summary(model: &mut Model) {
    let Some(text) = view::summary(model) else {
        return;
    };
    model.overlays.push(Overlay::LongText(LongText {
        title: Action::Summary.row().short.get(model.lang).to_owned(),
        text,
        scroll: 0,
    }));
}

/// A line that is read at a glance.
const PANEL: usize = 92;

pub(super) fn catch_up(model: &mut Model) {
    let width = usize::from(model.size.0).saturating_sub(8).clamp(20, PANEL);
    if let Some((title, lines)) = catchup::lines(model, width) {
        model.overlays.push(Overlay::LongText(LongText {
            title,
            text: lines.join("\n"),
            scroll: 0,
        }));
    }
}

pub(super) fn who(model: &mut Model) {
    let me = model.snapshot.me.clone();
    model.overlays.push(Overlay::WhoAreYou(WhoAreYou {
        filter: Edit::line(""),
        selected: (!me.as_str().is_empty()).then_some(me),
        born: model.generation,
    }));
}

/// The row `by` rows from the chosen one.
fn moved<T: Clone + PartialEq>(all: &[T], chosen: Option<&T>, by: isize) -> Option<T> {
    let here = chosen.and_then(|chosen| all.iter().position(|one| one == chosen));
    let next = here.map_or(0, |here| here.saturating_add_signed(by));
    all.get(next.min(all.len().checked_sub(1)?)).cloned()
}

pub(super) fn step_by(event: KeyEvent) -> Option<isize> {
    Some(match event.code {
        KeyCode::Up | KeyCode::BackTab => -1,
        KeyCode::Down | KeyCode::Tab => 1,
        KeyCode::PageUp => -10,
        KeyCode::PageDown => 10,
        _ => return None,
    })
}

fn in_palette(model: &mut Model, mut shown: Palette, event: KeyEvent) -> Vec<Effect> {
    if let Some(by) = step_by(event) {
        let all: Vec<_> = overlays::palette(model, &shown)
            .iter()
            .map(|row| row.action)
            .collect();
        let here = overlays::chosen(model, &shown);
        shown.selected = moved(&all, here.as_ref(), by);
    } else {
        match event.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                return match overlays::chosen(model, &shown) {
                    Some(action) => command::run(model, action),
                    None => Vec::new(),
                };
            }
            _ => {
                if shown.filter.key(event) {
                    shown.selected = None;
                }
            }
        }
    }
    model.overlays.push(Overlay::Palette(shown));
    Vec::new()
}

const CHOOSE_ONE: Text = Text::fixed(
    "Choose a name with the arrow keys, or type a part of it.",
    "矢印キーで選ぶか、名前の一部を入力してください。",
);

fn in_who(model: &mut Model, mut shown: WhoAreYou, event: KeyEvent) -> Vec<Effect> {
    if !is_painted(model, shown.born) {
        model.overlays.push(Overlay::WhoAreYou(shown));
        return Vec::new();
    }
    if let Some(by) = step_by(event) {
        let all: Vec<_> = overlays::people(model, &shown)
            .iter()
            .map(|person| person.id.clone())
            .collect();
        let here = overlays::chosen_person(model, &shown);
        shown.selected = moved(&all, here.as_ref(), by);
    } else {
        match event.code {
            KeyCode::Esc => return Vec::new(),
            KeyCode::Enter => {
                return match overlays::chosen_person(model, &shown) {
                    Some(user) => vec![Effect::SetMe(user)],
                    None => {
                        notice(model, CHOOSE_ONE);
                        model.overlays.push(Overlay::WhoAreYou(shown));
                        Vec::new()
                    }
                };
            }
            _ => {
                if shown.filter.key(event) {
                    shown.selected = None;
                }
            }
        }
    }
    model.overlays.push(Overlay::WhoAreYou(shown));
    Vec::new()
}

/// Into what takes text on top. `false`: nothing there does.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    let Some(mut top) = model.overlays.pop() else {
        return false;
    };
    let taken = match &mut top {
        Overlay::Palette(shown) => {
            shown.filter.insert(text);
            shown.selected = None;
            true
        }
        Overlay::WhoAreYou(shown) => {
            shown.filter.insert(text);
            shown.selected = None;
            true
        }
        Overlay::Rewrite(shown) => {
            shown.edit.insert(text);
            true
        }
        Overlay::History(shown) => {
            shown.filter.insert(text);
            shown.selected = None;
            true
        }
        Overlay::Form(form) if form.waits.is_none() && is_painted(model, form.born) => {
            form::paste(form, model, text)
        }
        Overlay::Form(form) if form.waits.is_none() => {
            notice(model, fs::EARLY);
            true
        }
        _ => false,
    };
    model.overlays.push(top);
    taken
}

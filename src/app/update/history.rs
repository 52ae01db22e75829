//! The history's screen, and what is brought to mind: earlier incidents like the one that is being
//! declared, or that was just declared.

use super::{enter, is_painted, notice, over};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::history::{self, At, Found, History, Reminder, Reminding};
use crate::app::model::{LongText, Model, Overlay};
use crate::app::strings::{fill, history as h};
use crate::app::view::history::reminder_line;
use crate::domain::event::Kind;
use crate::domain::ids::IncidentId;
use crate::domain::outlets::Sight;
use crate::domain::verb::Verb;
use crate::domain::words::{Lang, Text};
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent};
use std::sync::Arc;

/// For so long after its declaration something like it may be news in its room.
const NEWS: TimeDelta = TimeDelta::minutes(15);

/// Lines that one key scrolls.
const PAGE: usize = 5;

pub(super) fn open(model: &mut Model, text: &str) -> Vec<Effect> {
    let panel = History::new(text, model.generation);
    model.overlays.push(Overlay::History(Box::new(panel)));
    vec![Effect::Search(text.to_owned())]
}

pub(super) fn key(model: &mut Model, mut panel: Box<History>, event: KeyEvent) -> Vec<Effect> {
    if !is_painted(model, panel.born) {
        model.overlays.push(Overlay::History(panel));
        return Vec::new();
    }
    let mut effects = Vec::new();
    match event.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter => {
            if let Some(id) = panel.chosen().cloned() {
                model.overlays.clear();
                return enter(model, id);
            }
        }
        KeyCode::F(8) => effects.extend(panel.chosen().cloned().map(Effect::Replay)),
        KeyCode::F(9) => panel.scroll = panel.scroll.saturating_sub(PAGE),
        // What draws it knows where its end is.
        KeyCode::F(10) => panel.scroll = panel.scroll.saturating_add(PAGE).min(10_000),
        KeyCode::Tab | KeyCode::BackTab => {
            panel.side = panel.side.next();
            panel.scroll = 0;
        }
        code => {
            if let Some(by) = over::step_by(event) {
                step(&mut panel, by);
            } else if let Some(key) = history::filter_key(code) {
                let text = history::cycle(model, &panel.filter.text(), key);
                panel.filter.set(&text);
                effects.extend(search(&mut panel));
            } else if panel.filter.key(event) {
                effects.extend(search(&mut panel));
            }
        }
    }
    model.overlays.push(Overlay::History(panel));
    effects
}

fn step(panel: &mut History, by: isize) {
    let Some(found) = &panel.found else {
        return;
    };
    let here = panel.row().unwrap_or(0);
    let last = found.hits.len().saturating_sub(1);
    let next = here.saturating_add_signed(by).min(last);
    panel.selected = found.hits.get(next).map(|hit| hit.id.clone());
    panel.scroll = 0;
}

fn search(panel: &mut History) -> Option<Effect> {
    let text = panel.filter.text();
    let asked = panel
        .found
        .as_ref()
        .is_some_and(|found| found.asked == text);
    // Whatever was chosen, what fits best is looked at now.
    if !asked {
        panel.selected = None;
        panel.scroll = 0;
    }
    Some(Effect::Search(text))
}

/// Something was pasted.
pub(super) fn typed(model: &mut Model) -> Vec<Effect> {
    match model.overlays.last_mut() {
        Some(Overlay::History(panel)) => search(panel).into_iter().collect(),
        _ => Vec::new(),
    }
}

pub(super) fn found(model: &mut Model, found: Arc<Found>) {
    let panels = model.overlays.iter_mut().rev();
    let panel = panels.into_iter().find_map(|overlay| match overlay {
        Overlay::History(panel) => Some(panel),
        _ => None,
    });
    if let Some(panel) = panel {
        panel.found = Some(found);
    }
}

/// Asks for what is alike, where something is declared or was just now, and was not asked for yet.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let wanted = [declaring(model), room(model)];
    if wanted[0].is_none() {
        model.reminders.remove(&At::Declaring);
        model.memory.reminded.remove(&At::Declaring);
    }
    let mut effects = Vec::new();
    for about in wanted.into_iter().flatten() {
        if model.memory.reminded.get(&about.at) != Some(&about) {
            model
                .memory
                .reminded
                .insert(about.at.clone(), about.clone());
            effects.push(Effect::Remind(about));
        }
    }
    effects
}

fn declaring(model: &Model) -> Option<Reminding> {
    let form = model.form().filter(|form| form.verb == Verb::Declare)?;
    let title = form.value("title");
    (!title.trim().is_empty()).then(|| Reminding {
        at: At::Declaring,
        service: form.value("service"),
        sight: Sight {
            private: form.flag("private") || form.value("kind") == Kind::Security.name(),
            drill: form.flag("drill"),
            restricted: false,
        },
        title,
    })
}

fn room(model: &Model) -> Option<Reminding> {
    let id = model.room_id().filter(|_| !model.replayed)?;
    let summary = model.summary(id)?;
    is_news(model, id).then(|| Reminding {
        at: At::Room(id.clone()),
        title: summary.incident.title.clone(),
        service: summary.incident.service.clone(),
        sight: summary.sight(),
    })
}

fn is_news(model: &Model, id: &IncidentId) -> bool {
    let incident = model.summary(id).map(|summary| &summary.incident);
    incident.is_some_and(|incident| {
        let declared = incident.declared;
        incident.phase.is_burning() && declared.is_some_and(|at| model.now - at < NEWS)
    })
}

/// What the room on screen may have been seen as before, the most alike first, in its first
/// minutes.
pub fn seen_before(model: &Model) -> &[Reminder] {
    let id = model.room_id().filter(|id| is_news(model, id));
    let found = id.and_then(|id| model.reminders.get(&At::Room(id.clone())));
    found.map_or(&[], Vec::as_slice)
}

pub(super) fn reminded(model: &mut Model, about: Reminding, found: Vec<Reminder>) {
    // The title is another by now.
    if model.memory.reminded.get(&about.at) != Some(&about) {
        return;
    }
    let here = model.room_id().cloned().map(At::Room).as_ref() == Some(&about.at);
    let first = found.first().filter(|_| here).cloned();
    model.reminders.insert(about.at, found);
    let Some(first) = first else {
        return;
    };
    let key = model.keymap.shown(Action::SeenBefore);
    let key = key.map_or_else(|| ":".to_owned(), |key| key.to_string());
    let say = |lang: Lang| {
        let line = reminder_line(model, &first, lang);
        format!("{}  {}", line, fill(&h::SEEN_KEY, lang, &[&key]))
    };
    let text = Text {
        en: say(Lang::En).into(),
        ja: say(Lang::Ja).into(),
    };
    notice(model, text);
}

/// Over the room: what is alike, the most alike first.
pub(super) fn seen(model: &mut Model) {
    let found = seen_before(model).iter();
    let told = found.filter_map(|reminder| {
        let summary = model.summary(&reminder.id)?;
        let lines = history::account(model, summary);
        let lines: Vec<String> = lines.into_iter().map(|(_, text)| text).collect();
        Some(lines.join("\n"))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        notice(model, h::NONE_ALIKE);
        return;
    }
    model.overlays.push(Overlay::LongText(LongText {
        title: h::SEEN_TITLE.get(model.lang).to_owned(),
        text: told.join("\n\n----\n\n"),
        scroll: 0,
    }));
}

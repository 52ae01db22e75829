//! What a message does to the model, and what it asks of the world. Pure, and never waiting.

mod act;
mod command;
mod compose;
mod drill;
mod history;
mod lists;
mod matters;
mod metrics;
mod outbox;
mod over;
mod postmortem;
mod replay;
mod timers;
mod undo;

pub use history::seen_before;
pub(super) use matters::meant as matter_meant;
pub(super) use timers::{meant as timer_meant, selected as timer_selected};

use super::action::Action;
use super::ask;
use super::catchup;
use super::effect::Effect;
use super::keymap::Chord;
use super::model::{
    Confirm, Confirmable, Model, Overlay, Painted, Pane, RowId, Screen, Start, Toast, Where, Word,
};
use super::msg::{Msg, Target};
use super::snapshot::Snapshot;
use super::strings::{self, catchup as words, composer as s, fill};
use super::view::rows::{self, Index};
use crate::domain::ids::IncidentId;
use crate::domain::incident::Incident;
use crate::domain::instructions::for_role;
use crate::domain::outlets::{Outlet, Way};
use crate::domain::problem::Problem;
use crate::domain::verb::{ROLES, role_name, stream_of};
use crate::domain::words::{Lang, Text};
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

/// How long a word of the program stays.
const NOTICE: TimeDelta = TimeDelta::seconds(6);
const PROBLEM: TimeDelta = TimeDelta::seconds(20);
/// The role that is none of `ROLES`.
const COMMAND: Text = Text::fixed("You command", "あなたが指揮者です");
/// To read what a role asks of somebody.
const ROLE: TimeDelta = TimeDelta::seconds(25);
/// As many words at once; the oldest goes.
const TOASTS: usize = 3;

/// The program as it begins, with what its first snapshot brings.
pub fn start(start: Start) -> (Model, Vec<Effect>) {
    let mut model = Model::new(start);
    let effects = arrived(&mut model);
    (model, effects)
}

/// Takes one message.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    if model.quitting {
        return Vec::new();
    }
    model.generation += 1;
    if let Some(replay) = model.replay.take() {
        return replay::take(model, replay, msg);
    }
    let mut effects = match msg {
        Msg::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Msg::Key(event) => {
            welcome(model);
            key(model, event)
        }
        Msg::Paste(text) => paste(model, &text),
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            Vec::new()
        }
        Msg::Tick(now) => {
            model.now = now;
            let felt = model.felt();
            model.toasts.retain(|toast| toast.until > felt);
            // A clock's run ends with time alone.
            lists::prune(model, Where::Pane(Pane::Timers));
            let mut effects = ask_anew(model);
            effects.extend(catchup::keep(model));
            effects
        }
        Msg::Snapshot(snapshot) => {
            let before = std::mem::replace(&mut model.snapshot, snapshot);
            appointed(model, &before);
            arrived(model)
        }
        Msg::Drill(view) => drill::told(model, view),
        Msg::Acted { ticket, result } => act::acted(model, ticket, result),
        Msg::Focus(focused) => {
            if let (false, Some(id)) = (focused, model.room_id().cloned()) {
                catchup::left(model, &id);
            }
            model.window_focused = focused;
            welcome(model);
            Vec::new()
        }
        Msg::Painted { generation, lists } => {
            painted(model, generation, lists);
            Vec::new()
        }
        Msg::Click { at, double } => click(model, at, double),
        Msg::Wheel { over, rows } => {
            lists::wheel(model, over, rows);
            Vec::new()
        }
        Msg::Notice(text) => {
            notice(model, text);
            Vec::new()
        }
        Msg::Problem(problem) => {
            complain(model, problem);
            Vec::new()
        }
        Msg::Replay(showing) => replay::begin(model, *showing),
        Msg::Found(found) => {
            history::found(model, found);
            Vec::new()
        }
        Msg::Reminders(about, found) => {
            history::reminded(model, about, found);
            Vec::new()
        }
        Msg::Desk(incident, sitting) => vec![Effect::Write(incident, sitting)],
        Msg::Wrote(incident, sitting, kept) => {
            postmortem::wrote(model, incident, &sitting.desk, kept)
        }
        Msg::Metrics(sheet) => {
            metrics::counted(model, sheet);
            Vec::new()
        }
        Msg::Terminate => {
            model.quitting = true;
            vec![Effect::Quit]
        }
    };
    drill::debrief(model);
    effects.extend(history::ask(model));
    effects
}

/// Whoever was away is told that there is something new, and which key tells what.
fn welcome(model: &mut Model) {
    if !catchup::touched(model) {
        return;
    }
    let count = catchup::count(model);
    if count == 0 {
        return;
    }
    let key = model.keymap.shown(Action::CatchUp);
    let key = key.map_or_else(|| ":".to_owned(), |key| key.to_string());
    let say = |lang: Lang| fill(&words::BACK, lang, &[&count.to_string(), &key]);
    let text = Text {
        en: say(Lang::En).into(),
        ja: say(Lang::Ja).into(),
    };
    notice(model, text);
}

fn key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let chord = Chord::from(event);
    // These two pass whoever has the keys.
    if chord.ctrl && chord.code == KeyCode::Char('c') {
        return over::quit(model);
    }
    if chord.code == KeyCode::F(1) {
        over::toggle_help(model);
        return Vec::new();
    }
    if !model.overlays.is_empty() {
        return over::key(model, event, chord);
    }
    if model.composer.active {
        return compose::key(model, event);
    }
    command::key(model, event, chord)
}

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if !model.overlays.is_empty() {
        if !over::paste(model, text) {
            notice(model, s::NO_PLACE);
        }
        return history::typed(model);
    }
    let active = model.composer.active;
    if !active && model.room_id().is_none() {
        notice(model, s::NO_PLACE);
        return Vec::new();
    }
    if !active {
        model.composer.active = true;
        notice(model, s::PASTED);
    }
    model.composer.edit.insert(text);
    Vec::new()
}

/// After a snapshot: what was selected stays so, or nothing is.
fn arrived(model: &mut Model) -> Vec<Effect> {
    ask::arrived(model);
    reindex(model);
    outbox::arrived(model);
    let lists = match model.screen {
        Screen::Home => vec![Where::Home],
        Screen::Room(_) => super::model::Pane::ALL.map(Where::Pane).into(),
    };
    for list in lists {
        lists::prune(model, list);
    }
    if model.home.selected.is_none() {
        model.home.selected = rows::id_at(model, Where::Home, 0);
    }
    let nobody = model.snapshot.me.as_str().is_empty();
    if nobody && !model.replayed && !model.memory.asked_who && !model.snapshot.people.is_empty() {
        model.memory.asked_who = true;
        over::who(model);
    }
    let mut effects = drill::arrived(model);
    effects.extend(ask_anew(model));
    effects
}

fn reindex(model: &mut Model) {
    model.index = match model.room_data() {
        Some(room) => {
            let limit = model.snapshot.config.close.hole_minutes;
            Index::of(room, &model.snapshot.given_up, model.room.all, limit)
        }
        None => Index::default(),
    };
}

/// Fills the prompts' slots; calls for attention if nobody looks.
fn ask_anew(model: &mut Model) -> Vec<Effect> {
    if model.room_id().is_none() {
        return Vec::new();
    }
    let new = ask::fill_slots(model);
    let seen = ask::seen(model);
    if model.memory.seen.last().map(|(_, seen)| seen) != Some(&seen) {
        model.memory.seen.push((model.generation, seen));
    }
    let over = timers::newly_over(model);
    let now = model.now;
    let keys: Vec<String> = new.iter().map(|prompt| prompt.key.clone()).collect();
    let mut effects = ask::mark(model, &keys, |mark| {
        mark.shown.get_or_insert(now);
    });
    if !model.window_focused {
        let said = new.first().map(|prompt| ask::said(model, prompt).text);
        effects.extend(
            said.or(over)
                .map(|text| Effect::Notify(for_desktop(model, text))),
        );
    }
    effects
}

/// What is handed to the desktop, where it may be read on a locked screen or passed on to a phone: of
/// what is for few only that something waits.
fn for_desktop(model: &Model, text: String) -> String {
    let sight = model.room_data().map(|room| room.summary.sight());
    match sight.map_or(Way::Closed, |sight| sight.way(Outlet::Notify)) {
        Way::Open => text,
        Way::Marked => format!("[{}] {text}", strings::header::DRILL.get(model.lang)),
        Way::Alike | Way::Drills | Way::Closed => strings::ask::WAITS.get(model.lang).to_owned(),
    }
}

/// From now on keys are about what this frame shows.
fn painted(
    model: &mut Model,
    generation: super::model::Generation,
    shown: std::collections::BTreeMap<Where, super::model::Shown>,
) {
    for (list, shown) in &shown {
        lists::shown(model, *list, shown.first.clone());
    }
    let history = &mut model.memory.seen;
    let of_frame = history.iter().rposition(|(since, _)| *since <= generation);
    let seen = match of_frame {
        Some(at) => {
            history.drain(..at);
            history.first().map(|(_, seen)| seen.clone())
        }
        None => None,
    };
    model.painted = Painted {
        generation,
        lists: shown,
        seen: seen.unwrap_or_default(),
    };
}

fn click(model: &mut Model, at: Target, double: bool) -> Vec<Effect> {
    match at {
        Target::Ask(slot) if model.overlays.is_empty() && !model.composer.active => {
            command::answer(model, slot)
        }
        Target::Ask(_) => Vec::new(),
        Target::Composer => {
            if model.overlays.is_empty() && model.room_id().is_some() {
                model.composer.active = true;
            }
            Vec::new()
        }
        Target::Pane(pane) => {
            if model.overlays.is_empty() {
                model.room.focus = Some(pane);
            }
            Vec::new()
        }
        Target::Row(list, id) => {
            // A panel over the room keeps clicks from what is under it.
            if !model.overlays.is_empty() && list != Where::Overlay {
                return Vec::new();
            }
            if let Where::Pane(pane) = list {
                model.room.focus = Some(pane);
            }
            lists::select(model, list, Some(id.clone()));
            match (double, &id) {
                (true, RowId::Incident(id)) => enter(model, id.clone()),
                (true, _) if matches!(list, Where::Pane(_)) => command::view(model),
                _ => Vec::new(),
            }
        }
    }
}

/// Opens a room as it was left.
fn enter(model: &mut Model, id: IncidentId) -> Vec<Effect> {
    leave(model);
    model.screen = Screen::Room(id.clone());
    catchup::touched(model);
    model.room = model.memory.rooms.remove(&id).unwrap_or_default();
    let draft = model.memory.drafts.remove(&id).unwrap_or_default();
    model.composer.edit.set(&draft);
    model.home.selected = Some(RowId::Incident(id.clone()));
    reindex(model);
    let seen = ask::seen(model);
    model.memory.seen = vec![(model.generation, seen)];
    let mut effects = ask_anew(model);
    effects.push(Effect::Focus(Some(id)));
    effects
}

/// Keeps the room that is on screen for the next time.
fn leave(model: &mut Model) {
    let Screen::Room(id) = std::mem::replace(&mut model.screen, Screen::Home) else {
        return;
    };
    catchup::left(model, &id);
    let room = std::mem::take(&mut model.room);
    model.memory.rooms.insert(id.clone(), room);
    if !model.composer.edit.is_blank() {
        model.memory.drafts.insert(id, model.composer.edit.text());
    }
    model.composer.edit.set("");
    model.composer.active = false;
    model.composer.reply = None;
    model.memory.seen.clear();
    model.painted.seen = Default::default();
    reindex(model);
}

fn go_home(model: &mut Model) -> Vec<Effect> {
    leave(model);
    vec![Effect::Focus(None)]
}

/// Whoever was given a role is told what it asks of them.
fn appointed(model: &mut Model, before: &Snapshot) {
    let me = &model.snapshot.me;
    let holds = |incident: &Incident, role: &str| match role {
        "commander" => incident
            .commander
            .as_ref()
            .is_some_and(|held| held.user == *me),
        role => incident
            .roles
            .get(role)
            .is_some_and(|held| held.user == *me),
    };
    let roles = |incident: &Incident| {
        let streams = incident.roles.keys().filter(|r| stream_of(r).is_some());
        let known = ROLES.iter().map(|(role, _)| (*role).to_owned());
        let all = std::iter::once("commander".to_owned()).chain(known);
        all.chain(streams.cloned()).collect::<Vec<_>>()
    };
    // A history may hold thousands: only what runs, and where one has something to do, is looked up.
    let mine = model.snapshot.incidents.iter().filter(|now| {
        let incident = &now.incident;
        let held = || roles(incident).iter().any(|role| holds(incident, role));
        !incident.phase.is_over() && held()
    });
    let mut told = Vec::new();
    for now in mine {
        let then = before.incidents.iter();
        let mut then = then.filter(|then| then.incident.id == now.incident.id);
        let Some(then) = then.next() else {
            continue;
        };
        let new = roles(&now.incident).into_iter();
        let new = new.filter(|role| holds(&now.incident, role) && !holds(&then.incident, role));
        told.extend(new.map(|role| {
            let said = |lang| {
                let lines = for_role(&role, lang).into_iter().flatten();
                let name = match role.as_str() {
                    "commander" => COMMAND,
                    role => role_name(ROLES, role),
                };
                let lines: Vec<&str> = lines.collect();
                format!("{}\n{}", name.get(lang), lines.join("\n"))
            };
            Text {
                en: said(Lang::En).into(),
                ja: said(Lang::Ja).into(),
            }
        }));
    }
    for text in told {
        toast(model, Word::Notice(text), ROLE);
    }
}

fn notice(model: &mut Model, text: Text) {
    toast(model, Word::Notice(text), NOTICE);
}

fn complain(model: &mut Model, problem: Problem) {
    toast(model, Word::Problem(problem), PROBLEM);
}

fn toast(model: &mut Model, word: Word, stays: TimeDelta) {
    model.toasts.retain(|toast| toast.word != word);
    let until = model.felt() + stays;
    model.toasts.push(Toast { word, until });
    while model.toasts.len() > TOASTS {
        model.toasts.remove(0);
    }
}

fn confirm(model: &mut Model, about: Confirmable) {
    model.overlays.push(Overlay::Confirm(Confirm {
        about,
        on_yes: false,
        born: model.generation,
    }));
}

/// Whether what was born then can have been seen.
fn is_painted(model: &Model, born: super::model::Generation) -> bool {
    model.painted.generation >= born
}

//! Keys while no text is being typed.

use super::lists::{self, Step};
use super::{
    act, compose, drill, enter, go_home, history, matters, metrics, notice, outbox, over, timers,
    undo,
};
use crate::app::action::{Action, Scope};
use crate::app::ask::{self, AskId};
use crate::app::availability::available;
use crate::app::effect::Effect;
use crate::app::form;
use crate::app::keymap::Chord;
use crate::app::model::{Model, Overlay, Pane, RowId, Screen, Where};
use crate::app::strings::{ask as asks, composer as s, fill};
use crate::app::view::{self, rows};
use crate::domain::prompt::{Opens, Prompt, Weight};
use crate::domain::settings::Zone;
use crate::domain::text::is_japanese_input;
use crate::domain::verb::Verb;
use crate::domain::words::{Lang, Text};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub(super) fn key(model: &mut Model, event: KeyEvent, chord: Chord) -> Vec<Effect> {
    let screen = match model.screen {
        Screen::Home => Scope::Home,
        Screen::Room(_) => Scope::Room,
    };
    if let Some(action) = model.keymap.action(chord, screen) {
        return run(model, action);
    }
    let held = KeyModifiers::CONTROL | KeyModifiers::ALT;
    match event.code {
        // Composed text runs nothing, whatever its letters are bound to.
        KeyCode::Char(c) if !c.is_ascii() && !event.modifiers.intersects(held) => {
            composed(model, event, c);
        }
        _ => unknown(model, chord),
    }
    Vec::new()
}

fn composed(model: &mut Model, event: KeyEvent, c: char) {
    let Screen::Room(_) = model.screen else {
        notice(model, s::NO_PLACE);
        return;
    };
    // A full-width letter that is no key here.
    if !is_japanese_input(c) && crate::domain::text::fold_command_key(c).is_ascii() {
        return unknown(model, Chord::from(event));
    }
    model.composer.active = true;
    model.composer.edit.key(event);
    if !model.memory.kana_told {
        model.memory.kana_told = true;
        notice(model, s::KANA);
    }
}

fn unknown(model: &mut Model, chord: Chord) {
    let key = chord.to_string();
    let say = |lang: Lang| fill(&s::UNKNOWN_KEY, lang, &[&key]);
    let text = Text {
        en: say(Lang::En).into(),
        ja: say(Lang::Ja).into(),
    };
    notice(model, text);
}

/// Runs an action, or says why not. The palette comes here too.
pub(super) fn run(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.replayed
        && let Err(why) = available(action, model)
    {
        notice(model, why);
        return Vec::new();
    }
    if let Action::Answer(slot) = action {
        return answer(model, usize::from(slot));
    }
    // Whether there is a checklist says nothing of what is open.
    if let Action::Do(verb) = action
        && let Some((verb, subject)) = matters::meant(model, verb)
    {
        return act::about(model, verb, Some(&subject));
    }
    // A time that nothing can be ticked for is seen.
    let action = match action {
        Action::Do(Verb::Tick) if timers::is_seen_by_ticking(model) => Action::Acknowledge,
        action => action,
    };
    if let Err(why) = available(action, model) {
        notice(model, why);
        return Vec::new();
    }
    let at = rows::focused(model);
    match action {
        Action::Do(Verb::Message) => return compose::open(model),
        Action::Do(verb) => return act::verb(model, verb),
        Action::Unpin => match form::pin(model, false) {
            Ok(opening) => return act::opened(model, opening),
            Err(why) => notice(model, why),
        },
        Action::Reply => return compose::reply(model),
        Action::Answer(slot) => return answer(model, usize::from(slot)),
        Action::Snooze(slot) => return snooze(model, usize::from(slot)),
        Action::Dismiss(slot) => return dismiss(model, usize::from(slot)),
        Action::Up => lists::go(model, at, Step::Rows(-1)),
        Action::Down => lists::go(model, at, Step::Rows(1)),
        Action::PageUp => lists::go(model, at, Step::Pages(-1)),
        Action::PageDown => lists::go(model, at, Step::Pages(1)),
        Action::First => lists::go(model, at, Step::First),
        Action::Last => lists::go(model, at, Step::Last),
        Action::NextPane => turn(model, 1),
        Action::PreviousPane => turn(model, Pane::ALL.len() - 1),
        Action::PaneLeft => sideways(model, false),
        Action::PaneRight => sideways(model, true),
        Action::Timeline => model.room.focus = Some(Pane::Timeline),
        Action::Channel => model.room.focus = Some(Pane::Channel),
        Action::Checklist => model.room.focus = Some(Pane::Checklist),
        Action::Situation => model.room.focus = Some(Pane::Situation),
        Action::Roster => model.room.focus = Some(Pane::Roster),
        Action::Timers => model.room.focus = Some(Pane::Timers),
        Action::Matters => model.room.focus = Some(Pane::Matters),
        Action::Undo => return undo::undo(model),
        Action::Acknowledge => return timers::acknowledge(model),
        Action::Later => return timers::put_off(model),
        Action::Silence => return timers::silence(model),
        Action::Zoom => model.room.zoomed = !model.room.zoomed,
        Action::Story => {
            model.room.all = !model.room.all;
            super::reindex(model);
            lists::prune(model, Where::Pane(Pane::Timeline));
        }
        Action::View => return view(model),
        Action::Copy => {
            return full(model)
                .map(|(_, text)| Effect::Copy(text))
                .into_iter()
                .collect();
        }
        Action::Briefing => {
            let text = view::briefing(model);
            return text.map(Effect::Copy).into_iter().collect();
        }
        Action::Summary => over::summary(model),
        Action::Export => {
            let about = model.target().map(|summary| summary.incident.id.clone());
            let zone = if model.utc {
                Zone::Fixed(0)
            } else {
                model.zone
            };
            return about
                .map(|about| Effect::Export(about, zone, model.lang))
                .into_iter()
                .collect();
        }
        Action::CatchUp => over::catch_up(model),
        Action::Calls => over::calls(model),
        Action::Metrics => return metrics::open(model),
        Action::Open => {
            if let Some(RowId::Incident(id)) = model.home.selected.clone() {
                return enter(model, id);
            }
        }
        Action::Practise => return vec![Effect::Practise],
        Action::Drill => drill::open(model),
        // What stands over the room goes first.
        Action::Back if !model.toasts.is_empty() => model.toasts.clear(),
        Action::Back if model.room.zoomed => model.room.zoomed = false,
        Action::Back => return go_home(model),
        Action::Acts => over::acts(model),
        Action::Palette => over::palette(model),
        Action::Help => over::toggle_help(model),
        Action::Outbox => outbox::open(model),
        Action::Utc => model.utc = !model.utc,
        Action::Language => {
            model.lang = match model.lang {
                Lang::En => Lang::Ja,
                Lang::Ja => Lang::En,
            };
        }
        Action::Who => over::who(model),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit if model.replayed => model.memory.quits = true,
        Action::Quit => return over::quit(model),
        Action::Replay => {
            let about = model.target().map(|summary| summary.incident.id.clone());
            return about.map(Effect::Replay).into_iter().collect();
        }
        Action::History => return history::open(model, ""),
        Action::SeenBefore => history::seen(model),
        Action::Reel(reel) => model.memory.reel = Some(reel),
    }
    Vec::new()
}

/// The prompt that stood in this slot on the screen when the key went down, also where something
/// more urgent has its place by now; one that was answered meanwhile asks for nothing any more.
fn painted_prompt(model: &mut Model, slot: usize) -> Option<Prompt> {
    let about = model.painted.seen.asks.get(slot).cloned().flatten();
    let prompt = about.and_then(|about| ask::prompt(model, &about));
    if prompt.is_none() {
        notice(model, asks::NOTHING);
    }
    prompt
}

/// Answers a prompt.
pub(super) fn answer(model: &mut Model, slot: usize) -> Vec<Effect> {
    let Some(prompt) = painted_prompt(model, slot) else {
        return Vec::new();
    };
    let mut effects = match prompt.opens {
        Opens::Outbox => {
            outbox::open(model);
            Vec::new()
        }
        Opens::Verb(verb) => act::verb(model, verb),
        Opens::About(verb, subject) => act::about(model, verb, Some(&subject)),
    };
    if let Some(Overlay::Form(form)) = model.overlays.last() {
        let serial = form.serial;
        model.memory.answers = Some((serial, prompt.about));
        // What only its answer makes go, goes when its form is through.
        if prompt.once {
            model.memory.answering.insert(serial, prompt.key);
            return effects;
        }
    }
    let now = model.now;
    effects.extend(ask::mark(model, &[prompt.key], |mark| {
        mark.answered = Some(now);
    }));
    effects.extend(super::ask_anew(model));
    effects
}

fn snooze(model: &mut Model, slot: usize) -> Vec<Effect> {
    let Some(prompt) = painted_prompt(model, slot) else {
        return Vec::new();
    };
    // Whether two incidents are one is answered once.
    if matches!(prompt.about, AskId::Merge(_)) {
        return dismiss(model, slot);
    }
    let now = model.now;
    let (until, minutes) = timers::later(model);
    let mut effects = ask::mark(model, &[prompt.key], |mark| {
        mark.snoozed = Some((now, until));
    });
    effects.extend(super::ask_anew(model));
    let minutes = minutes.to_string();
    timers::tell(model, &asks::SNOOZED, |_| vec![minutes.clone()]);
    effects
}

fn dismiss(model: &mut Model, slot: usize) -> Vec<Effect> {
    let Some(prompt) = painted_prompt(model, slot) else {
        return Vec::new();
    };
    let now = model.now;
    if prompt.weight == Weight::Standing {
        notice(model, asks::STANDS);
        return Vec::new();
    }
    let mut effects = ask::mark(model, &[prompt.key], |mark| mark.dismissed = Some(now));
    effects.extend(super::ask_anew(model));
    notice(model, asks::DISMISSED);
    effects
}

fn turn(model: &mut Model, by: usize) {
    let here = Pane::ALL.iter().position(|p| *p == model.room.pane());
    let next = (here.unwrap_or(0) + by) % Pane::ALL.len();
    model.room.focus = Pane::ALL.get(next).copied();
}

/// The room's columns from left to right: roster; timeline over channel; checklist over situation.
fn sideways(model: &mut Model, right: bool) {
    let next = match (model.room.pane(), right) {
        (Pane::Timeline, false) => Pane::Timers,
        (Pane::Channel, false) => Pane::Roster,
        (Pane::Timeline, true) => Pane::Checklist,
        (Pane::Channel, true) => Pane::Situation,
        (Pane::Checklist | Pane::Matters, false) | (Pane::Timers, true) => Pane::Timeline,
        (Pane::Situation, false) | (Pane::Roster, true) => Pane::Channel,
        (pane, _) => pane,
    };
    model.room.focus = Some(next);
}

pub(super) fn view(model: &mut Model) -> Vec<Effect> {
    if let Some((title, text)) = full(model) {
        model
            .overlays
            .push(Overlay::LongText(crate::app::model::LongText {
                title,
                text,
                scroll: 0,
            }));
    }
    Vec::new()
}

/// What is selected, whole, with a title.
fn full(model: &Model) -> Option<(String, String)> {
    let pane = model.room.pane();
    let title = view::panes::title(model, pane).name;
    let selected = model.room.list(pane).selected.as_ref();
    let text = match pane {
        Pane::Timeline => view::timeline::full(model, selected?)?,
        Pane::Channel => view::channel::full(model, selected?)?,
        Pane::Situation => view::panes::situations(model)?,
        Pane::Checklist => {
            let rows = view::panes::checklist(model);
            let row = rows.into_iter().find(|row| Some(&row.id) == selected);
            let row = row.map(|row| {
                let reason = row.reason.map(|r| format!("\n{r}")).unwrap_or_default();
                format!("{}. {}{reason}", row.number, row.text)
            });
            let link = view::panes::manual_link(model);
            let lines: Vec<String> = row.into_iter().chain(link).collect();
            (!lines.is_empty()).then(|| lines.join("\n"))?
        }
        Pane::Matters => view::matters::full(model, selected?)?,
        Pane::Timers => {
            let rows = view::timers::rows(model);
            let row = rows.into_iter().find(|row| Some(&row.id) == selected)?;
            let who = row.who.map(|who| format!(" ({who})")).unwrap_or_default();
            format!("{}{who}: {}", row.text, row.left.text)
        }
        Pane::Roster => {
            let rows = view::roster::rows(model);
            let row = rows.into_iter().find(|row| Some(&row.id) == selected)?;
            let task = row.task.map(|t| format!("\n{t}")).unwrap_or_default();
            format!("{} {}{task}", row.name, row.roles.join(" "))
        }
    };
    Some((title, text))
}

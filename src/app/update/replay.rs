//! A replay: its own keys move it, what only looks is its stage's, and everything else is refused.

use super::{arrived, command, complain, notice, over, update};
use crate::app::action::{Action, Reel, Scope};
use crate::app::effect::Effect;
use crate::app::keymap::Chord;
use crate::app::model::{Model, Screen};
use crate::app::msg::{Msg, Target};
use crate::app::replay::{Replay, Showing};
use crate::app::strings::why;
use crate::domain::problem::Problem;
use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

/// Begins one.
pub(super) fn begin(model: &mut Model, showing: Showing) -> Vec<Effect> {
    match Replay::new(model, showing) {
        Some(mut replay) => {
            shown(&mut replay);
            model.replay = Some(Box::new(replay));
        }
        None => complain(model, Problem::refused(why::NOT_READ)),
    }
    Vec::new()
}

/// Takes a message while one is under way.
pub(super) fn take(model: &mut Model, mut replay: Box<Replay>, msg: Msg) -> Vec<Effect> {
    let moved = replay.pass(model.felt());
    if moved {
        shown(&mut replay);
    }
    // The stage asks nothing of the world; what is live goes on behind it.
    let (mut effects, mut live) = (Vec::new(), Vec::new());
    let stage = &mut *replay.stage;
    // As of the message that it is about to take.
    stage.generation = model.generation.saturating_sub(1);
    match msg {
        Msg::Key(key) if key.kind == KeyEventKind::Release => {}
        Msg::Key(event) => {
            let chord = Chord::from(event);
            if chord.ctrl && chord.code == KeyCode::Char('c') {
                return quit(model, &replay);
            }
            key(&mut replay, event, chord, &mut effects);
        }
        Msg::Tick(now) => {
            model.now = now;
            let felt = model.felt();
            if replay.pass(felt) {
                shown(&mut replay);
            }
            replay.stage.toasts.retain(|toast| toast.until > felt);
        }
        Msg::Resize(columns, rows) => {
            model.size = (columns, rows);
            replay.resize(model.size);
        }
        Msg::Snapshot(snapshot) => model.snapshot = snapshot,
        Msg::Acted { .. } | Msg::Drill(_) | Msg::Terminate => live = update(model, msg),
        Msg::Focus(focused) => {
            model.window_focused = focused;
            stage.window_focused = focused;
        }
        Msg::Paste(_)
        | Msg::Click {
            at: Target::Ask(_) | Target::Composer,
            ..
        } => notice(stage, why::REPLAYED),
        msg @ (Msg::Painted { .. }
        | Msg::Click { .. }
        | Msg::Wheel { .. }
        | Msg::Notice(_)
        | Msg::Problem(_)) => effects.extend(update(stage, msg)),
        Msg::Wrote(..) | Msg::Found(_) | Msg::Reminders(..) => live = update(model, msg),
        // One is under way, or was begun before it.
        Msg::Replay(_) | Msg::Desk(..) => {}
        Msg::Metrics(_) => live = update(model, msg),
    }
    let stage = &mut *replay.stage;
    let left = stage.screen == Screen::Home;
    if stage.memory.quits {
        return quit(model, &replay);
    }
    match stage.memory.reel.take() {
        Some(Reel::Leave) => return leave(model, &replay),
        _ if left => return leave(model, &replay),
        Some(reel) => turn(&mut replay, reel, 0),
        None => {}
    }
    model.replay = Some(replay);
    effects.retain(|effect| matches!(effect, Effect::Copy(_) | Effect::Suspend | Effect::Redraw));
    effects.extend(live);
    effects
}

fn key(replay: &mut Replay, event: KeyEvent, chord: Chord, effects: &mut Vec<Effect>) {
    let stage = &mut *replay.stage;
    if !stage.overlays.is_empty() || chord.code == KeyCode::F(1) {
        effects.extend(update(stage, Msg::Key(event)));
        return;
    }
    match stage.keymap.action(chord, Scope::Replay) {
        Some(Action::Reel(Reel::Leave)) => stage.memory.reel = Some(Reel::Leave),
        Some(Action::Reel(reel)) => {
            let keys = stage.keymap.chords(Action::Reel(reel));
            let nth = keys.iter().position(|key| *key == chord);
            turn(replay, reel, nth.unwrap_or(0));
        }
        Some(action) => effects.extend(command::run(stage, action)),
        // Composed text would go to the composer.
        None => match stage.keymap.action(chord, Scope::Room) {
            Some(action) => effects.extend(command::run(stage, action)),
            None => notice(stage, why::REPLAYED),
        },
    }
}

/// Moves it, by the `nth` of the keys that do so.
fn turn(replay: &mut Replay, reel: Reel, nth: usize) {
    match reel {
        Reel::Play => replay.play(!replay.is_playing()),
        Reel::Back => replay.skip(TimeDelta::minutes(-1)),
        Reel::On => replay.skip(TimeDelta::minutes(1)),
        Reel::FarBack => replay.skip(TimeDelta::minutes(-10)),
        Reel::FarOn => replay.skip(TimeDelta::minutes(10)),
        Reel::PreviousEvent => replay.step(false),
        Reel::NextEvent => replay.step(true),
        Reel::Slower => replay.change_speed(false),
        Reel::Faster => replay.change_speed(true),
        Reel::Tenth => replay.jump(u32::try_from(nth).unwrap_or(0).saturating_mul(100)),
        Reel::Start => replay.jump(0),
        Reel::End => replay.jump(1000),
        Reel::Leave => {}
    }
    shown(replay);
}

/// The stage takes what is shown now; what it would ask of the world is of no time that is.
fn shown(replay: &mut Replay) {
    arrived(&mut replay.stage);
    replay.stage.memory.marks.clear();
}

fn leave(model: &mut Model, replay: &Replay) -> Vec<Effect> {
    model.replay = None;
    model.lang = replay.stage.lang;
    model.utc = replay.stage.utc;
    if replay.alone {
        model.quitting = true;
        return vec![Effect::Quit];
    }
    arrived(model)
}

fn quit(model: &mut Model, replay: &Replay) -> Vec<Effect> {
    let mut effects = leave(model, replay);
    if !replay.alone {
        effects.extend(over::quit(model));
    }
    effects
}

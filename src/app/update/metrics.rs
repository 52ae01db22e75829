//! Keys of the metrics, and what was counted for them.

use crate::app::effect::Effect;
use crate::app::keymap::Chord;
use crate::app::metrics::Sheet;
use crate::app::metrics::board::{Asked, Board};
use crate::app::model::{Model, Overlay};
use crossterm::event::KeyCode;
use std::sync::Arc;

/// Rows of a page.
const PAGE: isize = 5;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let mut board = Board::default();
    // What a drill's own record holds is that drill.
    board.wish.drills = model.drill.is_some();
    let asked = board.asked();
    model.overlays.push(Overlay::Metrics(Box::new(board)));
    vec![Effect::Metrics(Box::new(asked))]
}

/// Whoever turned to another wish meanwhile is not shown the answer to the one before.
pub(super) fn counted(model: &mut Model, sheet: Arc<Sheet>) {
    for overlay in &mut model.overlays {
        if let Overlay::Metrics(board) = overlay {
            board.take(sheet);
            return;
        }
    }
}

pub(super) fn key(model: &mut Model, mut board: Box<Board>, chord: Chord) -> Vec<Effect> {
    let (zone, now) = (model.zone, model.now);
    let before = board.wish.clone();
    let mut again = false;
    match chord.code {
        KeyCode::Esc | KeyCode::Char('q' | '%') => return Vec::new(),
        KeyCode::Up | KeyCode::Char('k') => board.choose(-1),
        KeyCode::Down | KeyCode::Char('j') => board.choose(1),
        KeyCode::PageUp => board.choose(-PAGE),
        KeyCode::PageDown | KeyCode::Char(' ') => board.choose(PAGE),
        KeyCode::Home | KeyCode::Char('g') => board.choose(isize::MIN),
        KeyCode::End | KeyCode::Char('G') => board.choose(isize::MAX),
        KeyCode::Tab | KeyCode::Right => board.turn(true),
        KeyCode::BackTab | KeyCode::Left => board.turn(false),
        KeyCode::Char('p') => board.turn_period(true, zone, now),
        KeyCode::Char('P') => board.turn_period(false, zone, now),
        KeyCode::Char('s') => board.turn_service(true),
        KeyCode::Char('S') => board.turn_service(false),
        KeyCode::Char('l') => board.turn_level(true),
        KeyCode::Char('L') => board.turn_level(false),
        KeyCode::Char('t') => board.turn_kind(true),
        KeyCode::Char('T') => board.turn_kind(false),
        KeyCode::Char('d') => board.wish.drills = !board.wish.drills,
        KeyCode::Char('x') => board.wish.cancelled = !board.wish.cancelled,
        KeyCode::Char('R') => again = true,
        _ => {}
    }
    let asked = match again {
        true => Some(Asked {
            rows: None,
            ..board.asked()
        }),
        // Nothing was read yet: what comes is of another wish, and is asked for anew.
        false => (board.wish != before).then(|| board.asked()),
    };
    model.overlays.push(Overlay::Metrics(board));
    let asked = asked.map(|asked| Effect::Metrics(Box::new(asked)));
    asked.into_iter().collect()
}

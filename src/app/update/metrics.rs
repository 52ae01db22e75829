//! Keys of the metrics, and what was counted for them.

use crate::app::effect::Effect;
use crate::app::keymap::Chord;
use crate::app::metrics::Sheet;
use crate::app::metrics::survey::{Asked, Survey};
use crate::app::model::{Model, Overlay};
use crossterm::event::KeyCode;
use std::sync::Arc;

/// Rows of a page.
const PAGE: isize = 5;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let mut survey = Survey::default();
    // What a drill's own record holds is that drill.
    survey.wish.drills = model.in_drill();
    let asked = survey.asked();
    model.overlays.push(Overlay::Metrics(Box::new(survey)));
    vec![Effect::Metrics(Box::new(asked))]
}

/// Whoever turned to another wish meanwhile is not shown the answer to the one before.
pub(super) fn counted(model: &mut Model, sheet: Arc<Sheet>) {
    for overlay in &mut model.overlays {
        if let Overlay::Metrics(survey) = overlay {
            survey.take(sheet);
            return;
        }
    }
}

pub(super) fn key(model: &mut Model, mut survey: Box<Survey>, chord: Chord) -> Vec<Effect> {
    let (zone, now) = (model.zone, model.now);
    let before = survey.wish.clone();
    let mut again = false;
    match chord.code {
        KeyCode::Esc | KeyCode::Char('q' | '%') => return Vec::new(),
        KeyCode::Up | KeyCode::Char('k') => survey.choose(-1),
        KeyCode::Down | KeyCode::Char('j') => survey.choose(1),
        KeyCode::PageUp => survey.choose(-PAGE),
        KeyCode::PageDown | KeyCode::Char(' ') => survey.choose(PAGE),
        KeyCode::Home | KeyCode::Char('g') => survey.choose(isize::MIN),
        KeyCode::End | KeyCode::Char('G') => survey.choose(isize::MAX),
        KeyCode::Tab | KeyCode::Right => survey.turn(true),
        KeyCode::BackTab | KeyCode::Left => survey.turn(false),
        KeyCode::Char('p') => survey.turn_period(true, zone, now),
        KeyCode::Char('P') => survey.turn_period(false, zone, now),
        KeyCode::Char('s') => survey.turn_service(true),
        KeyCode::Char('S') => survey.turn_service(false),
        KeyCode::Char('l') => survey.turn_level(true),
        KeyCode::Char('L') => survey.turn_level(false),
        KeyCode::Char('t') => survey.turn_kind(true),
        KeyCode::Char('T') => survey.turn_kind(false),
        KeyCode::Char('d') => survey.wish.drills = !survey.wish.drills,
        KeyCode::Char('x') => survey.wish.cancelled = !survey.wish.cancelled,
        KeyCode::Char('R') => again = true,
        _ => {}
    }
    let asked = match again {
        true => Some(Asked {
            rows: None,
            ..survey.asked()
        }),
        // Nothing was read yet: what comes is of another wish, and is asked for anew.
        false => (survey.wish != before).then(|| survey.asked()),
    };
    model.overlays.push(Overlay::Metrics(survey));
    let asked = asked.map(|asked| Effect::Metrics(Box::new(asked)));
    asked.into_iter().collect()
}

//! Moving in lists: by id, a row or a page at a time.

use crate::app::model::{List, Model, Overlay, Pane, RowId, Where};
use crate::app::view::rows;

/// What a page is before anything was painted.
const PAGE: usize = 10;

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Rows(isize),
    Pages(isize),
    First,
    Last,
}

fn list(model: &mut Model, at: Where) -> Option<&mut List> {
    match at {
        Where::Home => Some(&mut model.home),
        Where::Pane(pane) => Some(model.room.list_mut(pane)),
        Where::Overlay => match model.overlays.last_mut() {
            Some(Overlay::Help(list) | Overlay::Acts(list) | Overlay::Outbox(list)) => Some(list),
            _ => None,
        },
    }
}

pub(super) fn selected(model: &Model, at: Where) -> Option<RowId> {
    match at {
        Where::Home => model.home.selected.clone(),
        Where::Pane(pane) => model.room.list(pane).selected.clone(),
        Where::Overlay => match model.overlays.last() {
            Some(Overlay::Help(list) | Overlay::Acts(list) | Overlay::Outbox(list)) => {
                list.selected.clone()
            }
            _ => None,
        },
    }
}

pub(super) fn select(model: &mut Model, at: Where, id: Option<RowId>) {
    if let Some(list) = list(model, at) {
        list.selected = id;
    }
}

/// Remembers what the frame began with.
pub(super) fn shown(model: &mut Model, at: Where, first: Option<RowId>) {
    if let Some(list) = list(model, at) {
        list.top = first;
    }
}

/// A selection whose row is gone is none: the next key must not fall upon a neighbour.
pub(super) fn prune(model: &mut Model, at: Where) {
    let Some(id) = selected(model, at) else {
        return;
    };
    // A text scrolls by lines; which there are depends on its width.
    if matches!(id, RowId::Line(_)) {
        return;
    }
    if rows::position(model, at, &id).is_none() {
        select(model, at, None);
    }
}

/// Grows at its end, so that no selection means to follow it.
fn follows(at: Where) -> bool {
    matches!(at, Where::Pane(Pane::Timeline | Pane::Channel))
}

pub(super) fn go(model: &mut Model, at: Where, step: Step) {
    if at == Where::Pane(Pane::Situation) {
        return scroll_text(model, step);
    }
    let count = rows::count(model, at);
    let Some(last) = count.checked_sub(1) else {
        return;
    };
    let page = model.painted.lists.get(&at).map_or(PAGE, |shown| {
        usize::from(shown.rows).saturating_sub(1).max(1)
    });
    let by = match step {
        Step::Rows(by) => by,
        Step::Pages(by) => by.saturating_mul(isize::try_from(page).unwrap_or(1)),
        Step::First => {
            let first = rows::id_at(model, at, 0);
            return select(model, at, first);
        }
        // The end of what grows is followed, not selected.
        Step::Last if follows(at) => return select(model, at, None),
        Step::Last => {
            let id = rows::id_at(model, at, last);
            return select(model, at, id);
        }
    };
    let here = selected(model, at).and_then(|id| rows::position(model, at, &id));
    let next = match here {
        Some(here) => here.saturating_add_signed(by).min(last),
        None if follows(at) && by > 0 => return,
        // From the end, which is what was seen; the first step selects it.
        None if follows(at) => last.saturating_add_signed(by + 1),
        None if by > 0 => 0,
        None => last,
    };
    let id = rows::id_at(model, at, next);
    select(model, at, id);
}

fn scroll_text(model: &mut Model, step: Step) {
    let page = isize::try_from(PAGE).unwrap_or(1);
    let here = match model.room.situation.selected {
        Some(RowId::Line(line)) => line,
        _ => 0,
    };
    let lines = model
        .incident()
        .and_then(|i| i.situation.as_ref())
        // Drawn at 20 cells at the least; what draws it stops at the end it finds.
        .map_or(0, |s| s.text.lines().count() + s.text.chars().count() / 10);
    let next = match step {
        Step::Rows(by) => here.saturating_add_signed(by),
        Step::Pages(by) => here.saturating_add_signed(by * page),
        Step::First => 0,
        Step::Last => lines,
    };
    model.room.situation.selected = Some(RowId::Line(next.min(lines)));
}

pub(super) fn wheel(model: &mut Model, over: Option<Where>, by: i32) {
    let at = match (model.overlays.last(), over) {
        (Some(Overlay::LongText(_)), _) => {
            if let Some(Overlay::LongText(text)) = model.overlays.last_mut() {
                let by = isize::try_from(by).unwrap_or(0);
                text.scroll = text.scroll.saturating_add_signed(by);
            }
            return;
        }
        (Some(Overlay::Metrics(_)), _) => {
            if let Some(Overlay::Metrics(survey)) = model.overlays.last_mut() {
                survey.choose(isize::try_from(by.signum()).unwrap_or(0));
            }
            return;
        }
        (Some(_), _) => Where::Overlay,
        (None, Some(at)) => at,
        (None, None) => rows::focused(model),
    };
    go(model, at, Step::Rows(isize::try_from(by).unwrap_or(0)));
}

//! The clocks, and what is open.

use crate::app::model::{Pane, Where};
use crate::app::view::matters;
use crate::app::view::panes;
use crate::app::view::timers::{self, Row};
use crate::domain::text::{cells, fit};
use crate::ui::line::Line;
use crate::ui::list::{self, Rows};
use crate::ui::scene::{Canvas, Scene, meaning};
use crate::ui::theme::Meaning;
use ratatui::layout::Rect;

pub fn timers(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let timers = timers::rows(scene.model);
    let width = usize::from(area.width);
    let lines = |at: usize| vec![timer(&timers[at], width)];
    let id = |at: usize| timers[at].id.clone();
    let rows = Rows {
        count: timers.len(),
        id: &id,
        find: None,
        lines: &lines,
        follows_end: false,
        anchor: None,
    };
    let place = Where::Pane(Pane::Timers);
    let title = panes::title(scene.model, Pane::Timers);
    let list = &scene.model.room.timers;
    list::pane(canvas, scene, ("timers", place), area, &title, (list, rows));
}

/// What is over stands out by its sign, its plus and its colour; what calls nobody is dim and says
/// why.
fn timer(row: &Row, width: usize) -> Line {
    let look = meaning(row.left.tone);
    let sign = if look == Meaning::Overdue { "! " } else { "  " };
    let mut tail = Line::new();
    if let Some(quiet) = &row.quiet {
        tail = tail.and(Meaning::Muted, quiet.clone()).gap(1);
    }
    // The names of who has it in hand are for where there is room.
    if let Some(who) = row.who.as_ref().filter(|_| width >= 30) {
        let who = fit(who, (width / 5).max(6)).into_owned();
        tail = tail.and(Meaning::Person, who).gap(1);
    }
    tail = tail.and(look, row.left.text.clone()).gap(1);
    let room = width.saturating_sub(tail.width() + cells(sign) + 1);
    Line::of(look, sign)
        .and(look, fit(&row.text, room).into_owned())
        .end_with(tail)
}

pub fn matters(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let matters = matters::rows(scene.model);
    let width = usize::from(area.width);
    let lines = |at: usize| vec![matter(&matters[at], width)];
    let id = |at: usize| matters[at].id.clone();
    let rows = Rows {
        count: matters.len(),
        id: &id,
        find: None,
        lines: &lines,
        follows_end: false,
        anchor: None,
    };
    let place = Where::Pane(Pane::Matters);
    let title = panes::title(scene.model, Pane::Matters);
    let list = &scene.model.room.matters;
    list::pane(
        canvas,
        scene,
        ("matters", place),
        area,
        &title,
        (list, rows),
    );
}

fn matter(row: &matters::Row, width: usize) -> Line {
    let mut tail = Line::new();
    if let Some(mark) = &row.mark {
        tail = tail.and(meaning(mark.tone), mark.text.clone()).gap(1);
    }
    if let Some(who) = &row.who {
        let who = fit(who, (width / 4).clamp(4, 14)).into_owned();
        tail = tail.and(Meaning::Person, who).gap(1);
    }
    if let Some(left) = &row.left {
        let look = meaning(left.tone);
        let sign = if look == Meaning::Overdue { "!" } else { "" };
        tail = tail.and(look, format!("{sign}{}", left.text)).gap(1);
    }
    let line = Line::new()
        .gap(1)
        .and(Meaning::Key, format!("{:<3}", row.handle))
        .gap(1);
    let room = width.saturating_sub(line.width() + tail.width() + 1).max(4);
    line.and(Meaning::Text, fit(&row.text, room).into_owned())
        .end_with(tail)
}

//! The war room.

mod clocks;
mod composer;
mod header;
mod people;
mod side;
mod story;

use super::layout::{self, Needs, Place, Room};
use super::line::Line;
use super::scene::{Canvas, Scene, meaning};
use super::theme::Meaning;
use crate::app::action::Action;
use crate::app::model::Pane;
use crate::app::msg::Target;
use crate::app::strings;
use crate::app::view::header::{Header, header as header_view};
use crate::app::view::{Said, Tone, channel, matters, panes, roster, timeline};
use crate::domain::text::clean_line;
use ratatui::layout::{Position, Rect};

pub use header::{ROOMY, banner, level_within};

/// Draws the room; where the caret would stand if nothing were over it.
pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>) -> (Room, Option<Position>) {
    let model = scene.model;
    let header = header_view(model);
    let last_ask = model.room.asks.iter().rposition(Option::is_some);
    let banner_marks = header.as_ref().map_or_else(
        || crate::app::view::header::banner(model, None),
        |header| header.banner.clone(),
    );
    let needs = Needs {
        banner: !banner_marks.is_empty(),
        focus: model.room.pane(),
        zoomed: model.room.zoomed,
        open: matters::count(model) > 0,
        asks: last_ask.map_or(0, |at| at as u16 + 1),
        composer: composer::height(scene, model.size.0),
    };
    let room = layout::room(model.size, needs);
    if let Some(area) = room.banner {
        canvas.lines("banner", area, &[banner(&banner_marks, area.width)]);
    }
    head(canvas, scene, header.as_ref(), room.header);
    if let Some(area) = room.strip {
        strip(canvas, scene, &room, area);
    }
    for (place, area) in &room.places {
        match place {
            Place::Asks => side::asks(canvas, scene, *area),
            Place::Pane(pane) => {
                canvas.hit(*area, Some(Target::Pane(*pane)));
                match pane {
                    Pane::Timeline => story::timeline(canvas, scene, *area),
                    Pane::Channel => story::channel(canvas, scene, *area),
                    Pane::Checklist => side::checklist(canvas, scene, *area),
                    Pane::Situation => side::situation(canvas, scene, *area),
                    Pane::Roster => people::roster(canvas, scene, *area),
                    Pane::Timers => clocks::timers(canvas, scene, *area),
                    Pane::Matters => clocks::matters(canvas, scene, *area),
                }
            }
        }
    }
    uprights(canvas, scene, &room);
    let caret = composer::draw(canvas, scene, &room);
    (room, caret)
}

fn head(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, header: Option<&Header>, area: Rect) {
    // Each row by itself: the clock's tick is not the title's.
    const NAMES: [&str; 3] = ["what", "times", "due"];
    let lines = match header {
        Some(header) => header::lines(scene, header, area.width),
        None => {
            let reading = scene.text(&strings::pane::READING);
            vec![
                Line::new()
                    .gap(1)
                    .and(Meaning::Muted, reading)
                    .on(Meaning::Status),
                Line::new().on(Meaning::Status),
            ]
        }
    };
    for ((name, line), y) in NAMES.into_iter().zip(lines).zip(area.y..area.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        canvas.lines(name, row, &[line]);
    }
}

/// The situation in a line, and what is not on screen: its key, its name, its counts.
fn strip(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, room: &Room, area: Rect) {
    let model = scene.model;
    let key = |action: Action| scene.key(action).unwrap_or_default();
    let mut line = Line::new();
    let others = [
        (Pane::Timeline, Action::Timeline),
        (Pane::Channel, Action::Channel),
        (Pane::Checklist, Action::Checklist),
        (Pane::Roster, Action::Roster),
        (Pane::Timers, Action::Timers),
    ];
    let open = (matters::count(model) > 0).then_some((Pane::Matters, Action::Matters));
    let others = others.into_iter().chain(open);
    for (pane, action) in others.filter(|(pane, _)| !room.shows(*pane)) {
        line = line
            .end(Meaning::Text, "  ")
            .end(Meaning::Key, key(action))
            .end(
                Meaning::Muted,
                format!(" {}", scene.text(&action.row().short)),
            );
        for count in counts(scene, pane, area.width >= 72) {
            line = line
                .end(Meaning::Text, " ")
                .end(meaning(count.tone), count.text);
        }
    }
    line = line.end(Meaning::Text, " ");
    if !room.shows(Pane::Situation) {
        let name = scene.text(&strings::pane::SITUATION);
        line = line
            .gap(1)
            .and(Meaning::Key, key(Action::Situation))
            .gap(1)
            .and(Meaning::Muted, name);
        let left = usize::from(area.width).saturating_sub(line.width() + line.end_width());
        // Two words of it would say nothing.
        if left >= 20 {
            line = match panes::situation(model) {
                Some(now) => line
                    .gap(2)
                    .and(Meaning::Text, clean_line(&now.text).into_owned()),
                None => line.gap(2).and(Meaning::Muted, "-"),
            };
        }
    }
    canvas.lines("strip", area, &[line]);
}

/// Only what is a number: names of channels and people stand elsewhere.
fn counts(scene: &Scene<'_>, pane: Pane, roomy: bool) -> Vec<Said> {
    let number = |n: usize| vec![Said::new(n.to_string(), Tone::Plain)];
    match pane {
        Pane::Timeline => number(timeline::count(scene.model)),
        Pane::Channel => number(channel::count(scene.model)),
        Pane::Situation => Vec::new(),
        Pane::Timers | Pane::Matters => {
            let mut beside = panes::title(scene.model, pane).beside;
            beside.truncate(1);
            beside
        }
        Pane::Roster if roomy => panes::title(scene.model, pane).beside,
        Pane::Roster => number(roster::rows(scene.model).len()),
        Pane::Checklist => {
            let mut beside = panes::title(scene.model, pane).beside;
            beside.split_off(beside.len().saturating_sub(1))
        }
    }
}

/// The lines between columns, joined with the rules that meet them.
fn uprights(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, room: &Room) {
    const NAMES: [&str; 2] = ["upright 1", "upright 2"];
    let rule_at = |x: u16, y: u16| {
        room.places
            .iter()
            .any(|(_, area)| area.y == y && (area.left()..area.right()).contains(&x))
    };
    let [from_left, from_right, both, _, head] = scene.marks.joints;
    for (name, x) in NAMES.into_iter().zip(&room.uprights) {
        let lines: Vec<Line> = (room.body.top()..room.body.bottom())
            .map(|y| {
                let glyph = match (rule_at(x - 1, y), rule_at(x + 1, y)) {
                    (true, true) if y == room.body.top() => head,
                    (true, true) => both,
                    (true, false) => from_left,
                    (false, true) => from_right,
                    (false, false) => scene.marks.upright,
                };
                Line::of(Meaning::Border, glyph.to_string())
            })
            .collect();
        let area = Rect {
            x: *x,
            width: 1,
            ..room.body
        };
        canvas.lines(name, area, &lines);
    }
}

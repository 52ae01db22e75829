//! The history: a line that is typed, what it finds, and beside it the incident, the months or the
//! tags.

use super::{Panel, filter_line, frame_lines};
use crate::app::history::{History, Side};
use crate::app::strings::history as words;
use crate::app::view::history::{self, Excerpt, Row};
use crate::domain::history::Month;
use crate::domain::text::{cells, fit, wrap};
use crate::ui::layout::inside;
use crate::ui::line::Line;
use crate::ui::scene::{Canvas, Scene, heading, meaning};
use crate::ui::theme::Meaning;
use crate::ui::window::{Wish, window};
use ratatui::layout::{Position, Rect};

/// From so many columns on the list and what is beside it stand side by side.
const BESIDE: u16 = 100;
/// Lines of a hit.
const ROW: usize = 2;

pub fn draw(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, shown: &History) -> Option<Position> {
    let scene = panel.scene;
    let place = panel.place(panel.area.width, 999);
    let title = scene.text(&words::TITLE);
    canvas.lines(panel.names.0, place, &frame_lines(scene, place, &title));
    let inner = inside(place);
    let width = usize::from(inner.width);
    let (filter, caret) = filter_line(&shown.filter, width);
    let mut status = Line::new().gap(1);
    for (n, (tone, text)) in history::status(scene.model, shown).into_iter().enumerate() {
        status = status
            .gap(if n > 0 { 3 } else { 0 })
            .and(meaning(tone), text);
    }
    if area_is_wide(inner) {
        status = status.end(
            Meaning::Muted,
            format!("{} ", scene.text(&words::FILTER_KEYS)),
        );
    }
    canvas.lines(panel.names.1, inner, &[filter, status]);
    let below = Rect {
        y: inner.y + 2.min(inner.height),
        height: inner.height.saturating_sub(2),
        ..inner
    };
    let (list, side) = split(below);
    hits(canvas, scene, shown, list);
    beside(canvas, scene, shown, side);
    let caret = Position::new(inner.x + caret.0, inner.y + caret.1);
    inner.contains(caret).then_some(caret)
}

fn area_is_wide(area: Rect) -> bool {
    area.width >= BESIDE
}

fn split(area: Rect) -> (Rect, Rect) {
    if area_is_wide(area) {
        let right = area.width * 2 / 5;
        let left = Rect {
            width: area.width - right - 1,
            ..area
        };
        let side = Rect {
            x: area.x + left.width + 1,
            width: right,
            ..area
        };
        return (left, side);
    }
    let bottom = area.height * 2 / 5;
    let list = Rect {
        height: area.height - bottom,
        ..area
    };
    let side = Rect {
        y: area.y + list.height,
        height: bottom,
        ..area
    };
    (list, side)
}

fn hits(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, shown: &History, area: Rect) {
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    let found = shown.found.as_deref();
    match found {
        Some(found) if !found.hits.is_empty() => {
            let wish = Wish {
                rows: found.hits.len(),
                lines: usize::from(area.height.saturating_sub(1)),
                top: None,
                selected: shown.row(),
                follows_end: false,
                anchor: None,
            };
            let (first, count) = window(wish, |_| ROW);
            for (at, hit) in found.hits.iter().enumerate().skip(first).take(count) {
                let row = history::row(scene.model, hit, &found.terms);
                let chosen = shown.row() == Some(at);
                lines.extend(hit_lines(&row, width, chosen));
            }
            let more = found.count - found.hits.len();
            if more > 0 && first + count >= found.hits.len() {
                let more = scene.fill(&words::MORE, &[&more.to_string()]);
                lines.push(Line::new().gap(1).and(Meaning::Muted, more));
            }
        }
        Some(_) => {
            let said = [
                (&words::NOTHING, Meaning::Text),
                (&words::EXAMPLES, Meaning::Muted),
            ];
            for (text, look) in said {
                let text = scene.text(text);
                let parts = wrap(&text, width.saturating_sub(2).max(1));
                lines.extend(parts.iter().map(|part| Line::new().gap(1).and(look, *part)));
            }
        }
        None => {}
    }
    canvas.lines("history hits", area, &lines);
}

fn hit_lines(row: &Row, width: usize, chosen: bool) -> [Line; ROW] {
    let mut first = Line::of(Meaning::Key, if chosen { "> " } else { "  " })
        .and(Meaning::Muted, row.day.clone())
        .gap(1);
    if !row.level.is_empty() {
        let level = fit(&row.level, 8);
        first = first.and(Meaning::Level, level.into_owned()).gap(1);
    }
    first = excerpt(first, &row.title, Meaning::Text);
    for mark in &row.marks {
        first = first.end(Meaning::Accent, format!("{mark} "));
    }
    let channel = cells(&row.channel);
    if channel * 3 < width {
        first = first.end(Meaning::Muted, format!("{} ", row.channel));
    }
    let mut second = Line::new().gap(2);
    if let Some((at, text)) = &row.line {
        second = second.and(Meaning::Muted, at.clone()).gap(1);
        second = excerpt(second, text, Meaning::History);
    }
    [first.selected(chosen), second]
}

fn excerpt(line: Line, text: &Excerpt, look: Meaning) -> Line {
    line.and(look, text.before.clone())
        .and(Meaning::Match, text.hit.clone())
        .and(look, text.after.clone())
}

fn beside(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, shown: &History, area: Rect) {
    let (title, told) = history::side(scene.model, shown);
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let mut lines: Vec<Line> = match (shown.side, &shown.found) {
        (Side::Months, Some(found)) => bars(scene, &found.months, width),
        _ => told
            .iter()
            .flat_map(|(tone, text)| {
                let look = meaning(*tone);
                let parts = text.split('\n').flat_map(|line| match line.is_empty() {
                    true => vec![""],
                    false => wrap(line, width),
                });
                let lines = parts.map(move |part| Line::new().gap(1).and(look, part));
                lines.collect::<Vec<_>>()
            })
            .collect(),
    };
    let room = usize::from(area.height.saturating_sub(1));
    let first = shown.scroll.min(lines.len().saturating_sub(room));
    lines.drain(..first);
    let below = lines.len().saturating_sub(room);
    let mut top = heading(scene, &title, &[], false);
    if below > 0 {
        let text = scene.say(" {} below ", " 下に{}行 ");
        top = top.end(Meaning::Accent, text.replace("{}", &below.to_string()));
    }
    lines.insert(0, top);
    canvas.lines("history side", area, &lines);
}

/// A bar a month, the latest first.
fn bars(scene: &Scene<'_>, months: &[Month], width: usize) -> Vec<Line> {
    let most = months.iter().map(|month| month.count).max().unwrap_or(0);
    let room = width.saturating_sub(16).max(1);
    months
        .iter()
        .rev()
        .map(|month| {
            let filled = (month.count * room).div_ceil(most.max(1));
            let bar: String = std::iter::repeat_n(scene.marks.rule_focused, filled).collect();
            Line::new()
                .gap(1)
                .and(
                    Meaning::Muted,
                    format!("{:04}-{:02}", month.year, month.month),
                )
                .and(Meaning::Text, format!("{:>5} ", month.count))
                .and(Meaning::Accent, bar)
        })
        .collect()
}

//! Timeline and channel: what happened, and what is said.

use crate::app::model::{Pane, RowId, Where};
use crate::app::strings::pane as words;
use crate::app::view::{Said, Tone, channel, panes, rows, timeline};
use crate::domain::text::{cells, pad_right};
use crate::ui::line::Line;
use crate::ui::list::{self, Rows, wrapped};
use crate::ui::scene::{Canvas, Scene, meaning};
use crate::ui::theme::Meaning;
use ratatui::layout::Rect;

/// Lines that a row may take: all of a short text, the beginning of a long one, of which a pane shows
/// `rows` at least; all of what is selected, as far as the pane goes.
fn most_lines(area: Rect, rows: u16, selected: bool) -> usize {
    match selected {
        true => usize::from(area.height.saturating_sub(2)).max(1),
        false => usize::from(area.height / rows).clamp(1, 4),
    }
}

pub fn timeline(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let model = scene.model;
    let width = usize::from(area.width);
    let lines = |at: usize| match timeline::row(model, at) {
        Some(row) => {
            let selected = model.room.timeline.selected.as_ref() == Some(&row.id);
            entry(&row, width, most_lines(area, 3, selected))
        }
        None => vec![Line::new()],
    };
    let place = Where::Pane(Pane::Timeline);
    let id = |at: usize| {
        rows::id_at(model, place, at)
            .or_else(|| timeline::row(model, at).map(|row| row.id))
            .unwrap_or(RowId::Line(at))
    };
    let list = Rows {
        count: timeline::count(model),
        id: &id,
        find: Some(&|id: &RowId| rows::position(model, place, id)),
        lines: &lines,
        follows_end: true,
        anchor: None,
    };
    let mut title = panes::title(model, Pane::Timeline);
    // Which of the two it is; that there is another the footer says.
    title.beside.retain(|said| said.tone == Tone::Plain);
    list::pane(
        canvas,
        scene,
        ("timeline", place),
        area,
        &title,
        (&model.room.timeline, list),
    );
}

fn entry(row: &timeline::Row, width: usize, most: usize) -> Vec<Line> {
    let indent = cells(&row.clock) + 2;
    let mark = row.mark.as_ref();
    let signed = if row.sign.is_some() { 2 } else { 0 };
    let marked = mark.map_or(0, |mark| cells(&mark.text) + 1);
    let body = said_in(row.tone);
    let first = Line::new()
        .gap(1)
        .and(Meaning::History, format!("{} ", row.clock));
    let text = match row.who.as_str() {
        "" => row.text.clone(),
        who => format!("{who}: {}", row.text),
    };
    let shape = (indent, width.saturating_sub(signed), marked);
    let mut lines = text_lines(first, (&row.who, &text), shape, most, body, mark);
    if let (Some(sign), Some(line)) = (row.sign, lines.first_mut()) {
        *line = std::mem::take(line).end(Meaning::Muted, format!("{sign} "));
    }
    lines
}

/// `text`, which may begin with a person's name, behind `first`, continued under it; `mark` at the
/// end of the first line.
fn text_lines(
    first: Line,
    (who, text): (&str, &str),
    (indent, width, marked): (usize, usize, usize),
    most: usize,
    body: Meaning,
    mark: Option<&Said>,
) -> Vec<Line> {
    let room = width.saturating_sub(indent + 1).max(4);
    // The mark takes its place from every line: a text that moves when it goes would be worse. One
    // that would take half of it stands below.
    let beside = marked < room / 2;
    let room = if beside { room - marked } else { room };
    let mut lead = Some(first);
    let mut lines: Vec<Line> = wrapped(text, room, most)
        .into_iter()
        .map(|part| match lead.take() {
            Some(line) => match part.strip_prefix(who).filter(|_| !who.is_empty()) {
                Some(rest) => line.and(Meaning::Person, who).and(body, rest.to_owned()),
                None => line.and(body, part),
            },
            None => Line::new().gap(indent).and(body, part),
        })
        .collect();
    if let Some(mark) = mark {
        if !beside {
            lines.push(Line::new());
        }
        let at = if beside {
            lines.first_mut()
        } else {
            lines.last_mut()
        };
        if let Some(line) = at {
            let look = meaning(mark.tone);
            *line = std::mem::take(line).end(look, format!("{} ", mark.text));
        }
    }
    lines
}

pub fn channel(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let model = scene.model;
    let width = usize::from(area.width);
    let lines = |at: usize| match channel::row(model, at) {
        Some(row) => {
            let selected = model.room.channel.selected.as_ref() == Some(&row.id);
            message(scene, &row, width, most_lines(area, 4, selected))
        }
        None => vec![Line::new()],
    };
    let place = Where::Pane(Pane::Channel);
    let id = |at: usize| {
        rows::id_at(model, place, at)
            .or_else(|| channel::row(model, at).map(|row| row.id))
            .unwrap_or(RowId::Line(at))
    };
    let list = Rows {
        count: channel::count(model),
        id: &id,
        find: Some(&|id: &RowId| rows::position(model, place, id)),
        lines: &lines,
        follows_end: true,
        anchor: None,
    };
    let title = panes::title(model, Pane::Channel);
    list::pane(
        canvas,
        scene,
        ("channel", place),
        area,
        &title,
        (&model.room.channel, list),
    );
}

fn message(scene: &Scene<'_>, row: &channel::Row, width: usize, most: usize) -> Vec<Line> {
    let names = (width / 6).clamp(6, 14);
    let mut first = Line::new().gap(1);
    let clock = cells(&row.clock);
    first = match row.reply {
        // Under its parent, the time of a reply is of no use: it stands there again when it came.
        true => first
            .gap(clock - cells(scene.marks.reply).min(clock) + 1)
            .and(Meaning::Border, scene.marks.reply),
        false => first.and(Meaning::History, format!("{} ", row.clock)),
    };
    let who = if row.program {
        Meaning::Muted
    } else {
        Meaning::Person
    };
    first = first.and(who, pad_right(&row.author, names)).gap(1);
    let indent = first.width();
    let body = said_in(row.tone);
    let state = row.marks.iter().find(|mark| !is_aside(mark));
    let marked = state.map_or(0, |mark| cells(&mark.text) + 1);
    let text = match row.folded {
        0 => row.text.clone(),
        count => {
            let count = scene.fill(&words::MESSAGES, &[&count.to_string()]);
            format!("({count}) {}", row.text)
        }
    };
    let mut lines = Vec::new();
    if let Some(about) = &row.about {
        lines.push(first.and(Meaning::Muted, about.clone()));
        first = Line::new().gap(indent);
    }
    let shape = (indent, width, marked);
    lines.extend(text_lines(first, ("", &text), shape, most, body, state));
    let mut beside: Vec<(Meaning, String)> = Vec::new();
    for mark in row.marks.iter().filter(|mark| is_aside(mark)) {
        beside.push((meaning(mark.tone), mark.text.clone()));
    }
    let reactions = row.reactions.iter();
    beside.extend(reactions.map(|(sign, count)| (Meaning::Muted, format!("{sign} {count}"))));
    if beside.is_empty() {
        return lines;
    }
    let needs: usize = beside.iter().map(|(_, text)| cells(text) + 2).sum();
    let fits = lines
        .last()
        .is_some_and(|line| line.width() + line.end_width() + needs < width);
    let mut line = match lines.pop_if(|_| fits) {
        Some(line) => line,
        None => Line::new().gap(indent.saturating_sub(2)),
    };
    for (meaning, text) in beside {
        line = line.gap(2).and(meaning, text);
    }
    lines.push(line);
    lines
}

/// Edited, pinned: of no hurry.
fn is_aside(mark: &Said) -> bool {
    matches!(mark.tone, Tone::Muted | Tone::Good)
}

/// What failed or was overtaken is said by its mark; its text stays as easy to read as any.
fn said_in(tone: Tone) -> Meaning {
    match tone {
        Tone::Failed | Tone::Overdue | Tone::Soon => Meaning::Text,
        tone => meaning(tone),
    }
}

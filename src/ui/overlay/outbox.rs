//! What is not in the workspace yet, and a text of it being changed.

use super::{Panel, framed};
use crate::app::model::{List, Rewrite, Where};
use crate::app::strings::{outbox as words, overlay};
use crate::app::view::outbox::{Row, rows};
use crate::domain::sync::image::JobState;
use crate::domain::text::{cells, wrap};
use crate::ui::layout::inside;
use crate::ui::line::Line;
use crate::ui::list::{self, Rows, wrapped};
use crate::ui::scene::{Canvas, meaning};
use crate::ui::theme::Meaning;
use crate::ui::typing;
use ratatui::layout::Position;

const WIDE: u16 = 100;
/// Lines of a text that is being changed.
const TEXT_ROWS: u16 = 6;

/// Each with its state, its reason and what to do about that.
pub fn draw(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, list: &List) -> Option<Position> {
    let scene = panel.scene;
    let jobs = rows(scene.model);
    let width = panel.width(WIDE);
    let needs: usize = jobs.iter().map(|job| lines(job, width).len()).sum();
    let place = panel.place(WIDE, needs.max(1) + 2);
    let mut inner = inside(place);
    // The keys keep the last line.
    inner.height = inner.height.saturating_sub(2);
    let shown = Rows {
        count: jobs.len(),
        id: &|at| jobs[at].id.clone(),
        find: None,
        lines: &|at| lines(&jobs[at], width),
        follows_end: false,
        anchor: None,
    };
    let (mut drawn, _) = list::visible(canvas, Where::Overlay, inner, true, list, &shown);
    if jobs.is_empty() {
        let empty = scene.text(&overlay::OUTBOX_EMPTY);
        drawn.push(Line::new().gap(1).and(Meaning::Muted, empty));
    }
    drawn.resize(usize::from(inner.height), Line::new());
    drawn.push(Line::new());
    drawn.push(
        Line::new()
            .gap(1)
            .and(Meaning::Muted, scene.text(&words::KEYS)),
    );
    let title = scene.text(&overlay::OUTBOX);
    framed(canvas, scene, panel.names, place, &title, &drawn);
    None
}

fn lines(job: &Row, width: usize) -> Vec<Line> {
    let indent = cells(&job.clock) + 2;
    let tries = job.attempts.as_ref();
    let tries = tries.map_or_else(String::new, |tries| format!("  {tries}"));
    let tail = cells(&job.state.text) + cells(&tries) + 1;
    // A long state stands below.
    let beside = tail < width / 2;
    let room = width.saturating_sub(indent + 2 + if beside { tail } else { 0 });
    let what = match &job.place {
        Some(place) => format!("{place}  {}", job.what),
        None => job.what.clone(),
    };
    let mut lines = Vec::new();
    for part in wrapped(&what, room.max(12), 2) {
        let line = match lines.is_empty() {
            true => Line::new()
                .gap(1)
                .and(Meaning::History, format!("{} ", job.clock)),
            false => Line::new().gap(indent),
        };
        lines.push(line.and(Meaning::Text, part));
    }
    if !beside {
        lines.push(Line::new());
    }
    let state = if beside {
        lines.first_mut()
    } else {
        lines.last_mut()
    };
    if let Some(line) = state {
        *line = std::mem::take(line)
            .end(meaning(job.state.tone), job.state.text.clone())
            .end(Meaning::Muted, format!("{tries} "));
    }
    let room = width.saturating_sub(indent + 4).max(12);
    let said = [(&job.why, Meaning::Text), (&job.hint, Meaning::Muted)];
    for (text, look) in said {
        let parts = text.iter().flat_map(|text| wrapped(text, room, 2));
        lines.extend(parts.map(|part| Line::new().gap(indent + 2).and(look, part)));
    }
    lines
}

pub fn rewrite(
    canvas: &mut Canvas<'_, '_>,
    panel: &Panel<'_>,
    shown: &Rewrite,
) -> Option<Position> {
    let scene = panel.scene;
    let width = panel.width(WIDE).saturating_sub(2).max(4);
    let entry = scene.model.snapshot.outbox.iter();
    let entry = entry.rev().find(|line| line.seq == shown.seq);
    let failed = entry.is_some_and(|line| matches!(line.state, JobState::Failed { .. }));
    let about = match (entry, failed) {
        (None, _) => &words::DONE_WITH,
        (_, true) => &words::REWRITE_FAILED,
        (_, false) => &words::REWRITE_WAITS,
    };
    let about = scene.text(about);
    let mut lines: Vec<Line> = wrap(&about, width)
        .into_iter()
        .map(|part| Line::new().gap(1).and(Meaning::Muted, part))
        .collect();
    lines.push(Line::new());
    let above = lines.len();
    let typed = typing::block(&shown.edit, width as u16, TEXT_ROWS);
    let text = typed.lines.into_iter();
    lines.extend(text.map(|part| Line::new().gap(1).and(Meaning::Input, part)));
    lines.resize(above + usize::from(TEXT_ROWS), Line::new());
    let place = panel.place(WIDE, lines.len());
    let title = scene.text(&words::REWRITE);
    framed(canvas, scene, panel.names, place, &title, &lines);
    let inner = inside(place);
    let caret = Position::new(
        inner.x + 1 + typed.caret.0,
        inner.y + above as u16 + typed.caret.1,
    );
    inner.contains(caret).then_some(caret)
}

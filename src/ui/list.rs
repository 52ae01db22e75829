//! A pane that is a list: its heading, the rows that are seen, and what is reported of them.

use super::line::Line;
use super::scene::{Canvas, Scene, heading};
use super::theme::Meaning;
use super::window::{Wish, window};
use crate::app::model::{List, RowId, Where};
use crate::app::msg::Target;
use crate::app::view::panes::Title;
use crate::domain::text::wrap;
use ratatui::layout::Rect;

/// Where an id stands in a list.
pub type Finder<'r> = &'r dyn Fn(&RowId) -> Option<usize>;

/// Rows by their place in the list; only those that are seen are asked for their lines.
pub struct Rows<'r> {
    pub count: usize,
    pub id: &'r dyn Fn(usize) -> RowId,
    /// Where an id stands; without, all are looked at.
    pub find: Option<Finder<'r>>,
    pub lines: &'r dyn Fn(usize) -> Vec<Line>,
    pub follows_end: bool,
    /// Where nothing is selected and not all fit: the row that must not be missed.
    pub anchor: Option<usize>,
}

/// Draws the list into `area` below its heading.
pub fn pane(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    (name, place): (&'static str, Where),
    area: Rect,
    title: &Title,
    (list, rows): (&List, Rows<'_>),
) {
    let focused = scene.focused(place);
    if area.is_empty() {
        return;
    }
    let inner = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let (mut lines, below) = visible(canvas, place, inner, focused, list, &rows);
    let mut top = heading(scene, &title.name, &title.beside, focused);
    if below > 0 && rows.follows_end {
        let text = scene.say(" {} below ", " 下に{}件 ");
        top = top.end(Meaning::Accent, text.replace("{}", &below.to_string()));
    }
    if let Some(empty) = title.empty.as_ref().filter(|_| rows.count == 0) {
        let width = usize::from(inner.width.saturating_sub(2)).max(1);
        let said = wrap(empty, width);
        lines.extend(
            said.iter()
                .map(|line| Line::new().gap(1).and(Meaning::Muted, *line)),
        );
    }
    lines.insert(0, top);
    canvas.lines(name, area, &lines);
}

/// The lines of the rows that are seen in `area`, reported; and how many rows are below them.
pub fn visible(
    canvas: &mut Canvas<'_, '_>,
    place: Where,
    area: Rect,
    focused: bool,
    list: &List,
    rows: &Rows<'_>,
) -> (Vec<Line>, usize) {
    let find = |wanted: &Option<RowId>| {
        let wanted = wanted.as_ref()?;
        match rows.find {
            Some(find) => find(wanted),
            None => (0..rows.count).find(|row| (rows.id)(*row) == *wanted),
        }
    };
    let selected = find(&list.selected);
    let wish = Wish {
        rows: rows.count,
        lines: usize::from(area.height),
        top: find(&list.top),
        selected,
        follows_end: rows.follows_end,
        anchor: rows.anchor,
    };
    let (first, shown) = window(wish, |row| (rows.lines)(row).len());
    let mut seen = Vec::new();
    let mut lines = Vec::new();
    for row in first..first + shown {
        let own = (rows.lines)(row);
        seen.push(((rows.id)(row), own.len().max(1)));
        let is_selected = focused && selected == Some(row);
        lines.extend(own.into_iter().map(|line| line.selected(is_selected)));
    }
    let height = usize::from(area.height);
    let mut area = area;
    // The end of what does not fit stands at the bottom; what is left above it shows the end of the
    // row before.
    if first > 0 && first + shown == rows.count && lines.len() < height {
        let spare = height - lines.len();
        let mut before = (rows.lines)(first - 1);
        let partial = before.split_off(before.len().saturating_sub(spare));
        let above = Rect {
            height: spare as u16,
            ..area
        };
        canvas.hit(above, Some(Target::Row(place, (rows.id)(first - 1))));
        let blank = spare - partial.len();
        lines.splice(0..0, std::iter::repeat_n(Line::new(), blank).chain(partial));
        area.y += spare as u16;
        area.height -= spare as u16;
    }
    canvas.list(place, area, seen);
    lines.truncate(height);
    (lines, rows.count - (first + shown).min(rows.count))
}

/// `text` in at most `most` lines of `width`, the last ending in two dots where more would follow.
pub fn wrapped(text: &str, width: usize, most: usize) -> Vec<String> {
    let all = wrap(text, width.max(1));
    let mut lines: Vec<String> = all
        .iter()
        .take(most)
        .map(|line| (*line).to_owned())
        .collect();
    if all.len() > most
        && let Some(last) = lines.last_mut()
    {
        let room = width.saturating_sub(2);
        let (start, _) = crate::domain::text::split_at_cells(last, room);
        *last = format!("{}..", start.trim_end());
    }
    lines
}

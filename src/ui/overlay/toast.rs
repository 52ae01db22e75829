//! Words from the program. In a room they lie over the oldest rows of the story: what is newest stays
//! in view. While a panel has the keys they stand below it, and it ends above them: what somebody
//! types, and reads while they type, is never covered.

use super::framed;
use crate::app::model::Word;
use crate::domain::text::wrap;
use crate::ui::line::Line;
use crate::ui::scene::{Canvas, Scene};
use crate::ui::theme::Meaning;
use ratatui::layout::Rect;

const NAMES: [(&str, &str); 3] = [
    ("toast 1 frame", "toast 1"),
    ("toast 2 frame", "toast 2"),
    ("toast 3 frame", "toast 3"),
];
const WIDEST: u16 = 64;
/// From so many rows on several words stand below a panel.
const ROOMY: u16 = 28;
/// Rows that a panel keeps, its frame among them.
const PANEL: u16 = 6;
/// Rows of a word below a panel, its frame among them: a long one is read whole once that is gone.
const BRIEF: u16 = 5;

/// One of them, in its place.
pub struct Laid {
    names: super::Names,
    place: Rect,
    lines: Vec<Line>,
}

/// At the right of `area`: from its top down, the newest first.
pub fn over_story(scene: &Scene<'_>, area: Rect) -> Vec<Laid> {
    let mut top = area.y + 1.min(area.height);
    let mut laid = Vec::new();
    for (names, lines, size) in shown(scene, area) {
        if top + size.1 > area.bottom() {
            break;
        }
        let place = right(area, top, size);
        top += size.1;
        laid.push(Laid {
            names,
            place,
            lines,
        });
    }
    laid
}

/// At the right of `area`, from its bottom up, the newest at the bottom; with the rows above them
/// that are the panel's.
pub fn under_panel(scene: &Scene<'_>, area: Rect) -> (Vec<Laid>, u16) {
    let mut bottom = area.bottom();
    let mut laid = Vec::new();
    for (names, mut lines, mut size) in shown(scene, area) {
        let free = bottom.saturating_sub(area.y + PANEL);
        // The newest begins at least.
        if laid.is_empty() && free >= 3 {
            size.1 = size.1.min(free).min(BRIEF);
            lines.truncate(usize::from(size.1 - 2));
        }
        // What a form asks for needs the rest.
        if !laid.is_empty() && area.height < ROOMY {
            break;
        }
        if free < size.1 {
            break;
        }
        bottom -= size.1;
        let place = right(area, bottom, size);
        laid.push(Laid {
            names,
            place,
            lines,
        });
    }
    (laid, bottom)
}

fn right(area: Rect, y: u16, (width, height): (u16, u16)) -> Rect {
    Rect {
        x: area.right() - width,
        y,
        width,
        height,
    }
}

/// The newest first, each with its lines and its columns and rows.
fn shown(scene: &Scene<'_>, area: Rect) -> Vec<(super::Names, Vec<Line>, (u16, u16))> {
    let most = area.width.saturating_sub(2).min(WIDEST);
    if most < 8 {
        return Vec::new();
    }
    let newest = NAMES.into_iter().zip(scene.model.toasts.iter().rev());
    newest
        .map(|(names, toast)| {
            let said = toast.word.lines(scene.lang);
            let (meaning, mark) = match &toast.word {
                Word::Notice(_) => (Meaning::Text, ""),
                Word::Problem(_) => (Meaning::DueSoon, "! "),
            };
            let room = usize::from(most).saturating_sub(4 + mark.len());
            let mut lines = Vec::new();
            for (n, part) in said.lines().flat_map(|line| wrap(line, room)).enumerate() {
                let lead = if n == 0 { mark } else { &"  "[..mark.len()] };
                let look = if n == 0 { meaning } else { Meaning::Text };
                lines.push(Line::new().gap(1).and(look, format!("{lead}{part}")));
            }
            let widest = lines.iter().map(Line::width).max().unwrap_or(0);
            let size = ((widest as u16 + 3).min(most), lines.len() as u16 + 2);
            (names, lines, size)
        })
        .collect()
}

pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, laid: &[Laid]) {
    for toast in laid {
        framed(canvas, scene, toast.names, toast.place, "", &toast.lines);
        canvas.hit(toast.place, None);
    }
}

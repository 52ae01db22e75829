//! Words from the program, over the oldest rows of the story: what is newest stays in view.

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

/// At the right of the top of `area`, the newest first.
pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let most = area.width.saturating_sub(2).min(WIDEST);
    if most < 8 {
        return;
    }
    let mut top = area.y + 1.min(area.height);
    for (names, toast) in NAMES.into_iter().zip(scene.model.toasts.iter().rev()) {
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
        let width = (widest as u16 + 3).min(most);
        let height = lines.len() as u16 + 2;
        if top + height > area.bottom() {
            return;
        }
        let place = Rect {
            x: area.right() - width,
            y: top,
            width,
            height,
        };
        framed(canvas, scene, names, place, "", &lines);
        canvas.hit(place, None);
        top += height;
    }
}

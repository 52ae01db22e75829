//! What stands over the screen: centred panels, and words from the program. The screen below stays
//! alive; the topmost panel has the keys.

mod toast;

use super::layout::{centred, inside};
use super::line::Line;
use super::scene::{Canvas, Scene};
use super::theme::Meaning;
use ratatui::layout::{Position, Rect};

pub use toast::draw as toasts;

/// Draws all of them into `area`; where the topmost one's caret stands.
pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) -> Option<Position> {
    let _ = (canvas, scene, area);
    None
}

/// A frame with a title, and what is inside it.
pub fn framed(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    (frame, name): (&'static str, &'static str),
    area: Rect,
    title: &str,
    lines: &[Line],
) -> Rect {
    canvas.lines(frame, area, &frame_lines(scene, area, title));
    let inner = inside(area);
    canvas.lines(name, inner, lines);
    inner
}

fn frame_lines(scene: &Scene<'_>, area: Rect, title: &str) -> Vec<Line> {
    let marks = scene.marks;
    let [top_left, top_right, bottom_left, bottom_right] = marks.corners;
    let border = Meaning::BorderFocused;
    let edge = |corner: char, other: char| {
        Line::of(border, corner.to_string())
            .filled(marks.rule, border)
            .end(border, other.to_string())
    };
    let mut lines = Vec::with_capacity(usize::from(area.height));
    let mut top = Line::of(border, top_left.to_string());
    if !title.is_empty() {
        top = top
            .and(border, marks.rule.to_string())
            .and(Meaning::HeadingFocused, format!(" {title} "));
    }
    lines.push(
        top.filled(marks.rule, border)
            .end(border, top_right.to_string()),
    );
    let side = marks.upright.to_string();
    for _ in 2..area.height {
        lines.push(Line::of(border, side.clone()).end(border, side.clone()));
    }
    if area.height > 1 {
        lines.push(edge(bottom_left, bottom_right));
    }
    lines
}

/// As [`centred`], for `lines` of content.
pub fn around(area: Rect, width: u16, lines: usize) -> Rect {
    centred(area, width, (lines as u16).saturating_add(2))
}

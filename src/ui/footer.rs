//! The last row: keys that do something here and now, and who sits here.

use super::line::Line;
use super::room::ROOMY;
use super::scene::{Canvas, Scene};
use super::theme::Meaning;
use crate::app::model::Screen;
use crate::app::view::footer::hints;
use crate::app::view::header;
use crate::domain::text::{cells, fit};
use ratatui::layout::Rect;

pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, area: Rect) {
    let model = scene.model;
    let width = usize::from(area.width);
    let me = match model.snapshot.me.as_str().is_empty() {
        true => scene.say("who are you?", "使用者 未設定").to_owned(),
        false => fit(&model.name(&model.snapshot.me), width / 5).into_owned(),
    };
    // Where the rows of vital facts have no room for the clock, it stands here.
    let clock = match (&model.screen, area.width < ROOMY) {
        (Screen::Room(_), true) => format!("  {}", header::wall_minute(model)),
        _ => String::new(),
    };
    let room = width.saturating_sub(cells(&me) + cells(&clock) + 3);
    let mut line = Line::new();
    for hint in hints(model) {
        let apart = if line.width() == 0 { 1 } else { 3 };
        let needs = apart + cells(&hint.key) + 1 + cells(&hint.label);
        // A hint that does not fit hides, and a shorter one behind it does not take its place: the
        // order is the importance.
        if line.width() + needs > room {
            break;
        }
        line = line
            .gap(apart)
            .and(Meaning::Key, hint.key)
            .gap(1)
            .and(Meaning::Muted, hint.label);
    }
    canvas.lines(
        "footer",
        area,
        &[line
            .end(Meaning::Person, me)
            .end(Meaning::Text, clock)
            .end(Meaning::Text, " ")],
    );
}

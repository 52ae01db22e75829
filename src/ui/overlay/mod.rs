//! What stands over the screen: panels, and words from the program. The screen below stays alive;
//! the topmost panel has the keys.

mod drill;
mod form;
mod history;
mod lists;
mod metrics;
mod outbox;
pub mod toast;

use super::layout::inside;
use super::line::Line;
use super::scene::{Canvas, Scene};
use super::theme::Meaning;
use super::typing;
use crate::app::edit::Edit;
use crate::app::model::{Confirm, Confirmable, LongText, Overlay};
use crate::app::strings::form as form_words;
use crate::app::view::overlays;
use crate::domain::text::wrap;
use ratatui::layout::{Position, Rect};

/// The frame of a panel and what is inside it, by how deep it lies.
const NAMES: [Names; 4] = [
    ("panel 1 frame", "panel 1"),
    ("panel 2 frame", "panel 2"),
    ("panel 3 frame", "panel 3"),
    ("panel 4 frame", "panel 4"),
];
type Names = (&'static str, &'static str);

/// A panel as it is being drawn.
struct Panel<'s> {
    scene: &'s Scene<'s>,
    names: Names,
    /// Where it may stand.
    area: Rect,
    /// The first row that is not its own now; its place in the rows above stays as it would be.
    bottom: u16,
}

/// Draws those that matter, the topmost last; where its caret stands.
/// Rows from `bottom` on are others'.
pub fn draw(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    area: Rect,
    bottom: u16,
) -> Option<Position> {
    let overlays = &scene.model.overlays;
    let hidden = overlays.len().saturating_sub(NAMES.len());
    let screen = canvas.draft.area();
    let mut caret = None;
    for (names, overlay) in NAMES.into_iter().zip(&overlays[hidden..]) {
        // What lies below takes no clicks.
        canvas.hit(screen, None);
        let panel = Panel {
            scene,
            names,
            area,
            bottom,
        };
        caret = match overlay {
            Overlay::Help(list) => lists::help(canvas, &panel, list),
            Overlay::Acts(list) => lists::acts(canvas, &panel, list),
            Overlay::Palette(shown) => lists::palette(canvas, &panel, shown),
            Overlay::WhoAreYou(shown) => lists::who(canvas, &panel, shown),
            Overlay::Outbox(list) => outbox::draw(canvas, &panel, list),
            Overlay::Rewrite(shown) => outbox::rewrite(canvas, &panel, shown),
            Overlay::Form(shown) => form::draw(canvas, &panel, shown),
            Overlay::LongText(text) => long_text(canvas, &panel, text),
            Overlay::Confirm(shown) => confirm(canvas, &panel, shown),
            Overlay::Drill(shown) => drill::draw(canvas, &panel, shown),
            Overlay::Metrics(shown) => metrics::draw(canvas, &panel, shown),
            Overlay::History(shown) => history::draw(canvas, &panel, shown),
        };
    }
    caret
}

impl Panel<'_> {
    /// The widest that a panel of `wished` columns may be inside its frame.
    fn width(&self, wished: u16) -> usize {
        usize::from(wished.min(self.area.width).saturating_sub(2))
    }

    /// Of a panel that shows what it has room for.
    fn rows(&self) -> u16 {
        (u32::from(self.area.height) * 4 / 5) as u16
    }

    /// Its place: in the middle of the columns, and at the top, so that what grows grows downwards
    /// and nothing else moves.
    fn place(&self, wished: u16, lines: usize) -> Rect {
        let width = wished.min(self.area.width);
        let height = (lines.min(999) as u16 + 2).min(self.area.height);
        let spare = self.area.height - height;
        let y = self.area.y + spare.min(1);
        Rect {
            x: self.area.x + (self.area.width - width) / 2,
            y,
            width,
            height: height.min(self.bottom.saturating_sub(y)),
        }
    }
}

/// A frame with a title, and what is inside it.
fn framed(
    canvas: &mut Canvas<'_, '_>,
    scene: &Scene<'_>,
    (frame, name): Names,
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
    let mut top = Line::of(border, top_left.to_string());
    if !title.is_empty() {
        top = top
            .and(border, marks.rule.to_string())
            .and(Meaning::HeadingFocused, format!(" {title} "));
    }
    let mut lines = vec![
        top.filled(marks.rule, border)
            .end(border, top_right.to_string()),
    ];
    let side = marks.upright.to_string();
    for _ in 2..area.height {
        lines.push(Line::of(border, side.clone()).end(border, side.clone()));
    }
    if area.height > 1 {
        let bottom = Line::of(border, bottom_left.to_string()).filled(marks.rule, border);
        lines.push(bottom.end(border, bottom_right.to_string()));
    }
    lines
}

/// A line in which something is typed to narrow a list, and its caret inside the panel.
fn filter_line(edit: &Edit, width: usize) -> (Line, (u16, u16)) {
    let typed = typing::line(edit, width.saturating_sub(4) as u16);
    let text = typed.lines.into_iter().next().unwrap_or_default();
    let line = Line::of(Meaning::Key, " > ").and(Meaning::Input, text);
    (line, (3 + typed.caret.0, 0))
}

/// Two buttons; the one that the keys are on is marked by more than its colour.
fn buttons(cancel: (&str, bool), go: (&str, bool)) -> Line {
    let mut line = Line::new().gap(1);
    for (n, (text, on)) in [cancel, go].into_iter().enumerate() {
        if n > 0 {
            line = line.gap(2);
        }
        line = match on {
            true => line.and(Meaning::Selection, format!("[> {text} <]")),
            false => line.and(Meaning::Text, format!("[  {text}  ]")),
        };
    }
    line
}

fn confirm(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, shown: &Confirm) -> Option<Position> {
    let scene = panel.scene;
    const WIDTH: u16 = 64;
    let width = panel.width(WIDTH).saturating_sub(2).max(1);
    let mut lines = Vec::new();
    for (n, text) in overlays::confirm(scene.model, shown).iter().enumerate() {
        let meaning = if n == 0 {
            Meaning::Heading
        } else {
            Meaning::Text
        };
        lines.extend(
            wrap(text, width)
                .iter()
                .map(|part| Line::new().gap(1).and(meaning, *part)),
        );
    }
    lines.push(Line::new());
    let cancel = scene.text(&form_words::CANCEL);
    let go = match shown.about {
        Confirmable::Quit => scene.text(&crate::app::action::Action::Quit.row().short),
        Confirmable::Drop(_) => scene.text(&crate::app::strings::overlay::DROP),
        Confirmable::EndDrill => scene.text(&crate::app::strings::drill::END),
    };
    lines.push(buttons((&cancel, !shown.on_yes), (&go, shown.on_yes)));
    let title = match shown.about {
        Confirmable::Quit => "matoi".to_owned(),
        Confirmable::Drop(_) => scene.text(&crate::app::strings::overlay::OUTBOX),
        Confirmable::EndDrill => scene.text(&crate::app::strings::drill::COURSE),
    };
    let place = panel.place(WIDTH, lines.len());
    framed(canvas, scene, panel.names, place, &title, &lines);
    None
}

fn long_text(canvas: &mut Canvas<'_, '_>, panel: &Panel<'_>, text: &LongText) -> Option<Position> {
    let scene = panel.scene;
    const WIDTH: u16 = 100;
    let width = panel.width(WIDTH).saturating_sub(2).max(1);
    let all = wrap(&text.text, width);
    let place = panel.place(WIDTH, all.len());
    let shown = usize::from(inside(place).height);
    // Past the end nothing is worth scrolling to.
    let first = text.scroll.min(all.len().saturating_sub(shown));
    let below = all.len().saturating_sub(first + shown);
    let title = match (first, below) {
        (0, 0) => text.title.clone(),
        _ => format!(
            "{}  {}/{}",
            text.title,
            first + shown.min(all.len()),
            all.len()
        ),
    };
    let seen = all.iter().skip(first).take(shown);
    let lines: Vec<Line> = seen
        .map(|part| Line::new().gap(1).and(Meaning::Text, *part))
        .collect();
    framed(canvas, scene, panel.names, place, &title, &lines);
    None
}

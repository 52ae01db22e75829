//! The line at the bottom of the room.

use super::Room;
use crate::app::msg::Target;
use crate::app::strings::{composer as words, why};
use crate::app::view::channel_name;
use crate::ui::line::Line;
use crate::ui::scene::{Canvas, Scene};
use crate::ui::theme::Meaning;
use crate::ui::typing;
use ratatui::layout::{Position, Rect};

/// Before each line of text.
const PROMPT: &str = " > ";

/// Rows that its text wants.
pub fn height(scene: &Scene<'_>, width: u16) -> u16 {
    typing::height(&scene.model.composer.edit, text_width(width))
}

fn text_width(width: u16) -> u16 {
    width.saturating_sub(PROMPT.len() as u16 + 1).max(2)
}

/// Where its caret is, while it has the keys.
pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, room: &Room) -> Option<Position> {
    let area = room.composer;
    if area.height < 2 {
        return None;
    }
    let composer = &scene.model.composer;
    let rule = Rect { height: 1, ..area };
    let text = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    canvas.lines("composer rule", rule, &[rule_line(scene, room)]);
    canvas.hit(area, Some(Target::Composer));
    let typed = typing::block(&composer.edit, text_width(area.width), text.height);
    let active = composer.active;
    let prompt = if active { Meaning::Key } else { Meaning::Muted };
    let lines: Vec<Line> = if !active && composer.edit.is_blank() {
        let hint = match scene.model.replayed {
            true => scene.text(&why::REPLAYED),
            false => scene.text(&words::PLACEHOLDER),
        };
        vec![Line::of(prompt, PROMPT).and(Meaning::Muted, hint)]
    } else {
        typed
            .lines
            .iter()
            .enumerate()
            .map(|(n, line)| {
                let lead = if n == 0 && !typed.more.0 {
                    PROMPT
                } else {
                    "   "
                };
                Line::of(prompt, lead).and(Meaning::Input, line.clone())
            })
            .collect()
    };
    canvas.lines("composer", text, &lines);
    active.then(|| {
        let (x, y) = typed.caret;
        Position::new(text.x + PROMPT.len() as u16 + x, text.y + y)
    })
}

/// Says where the text goes, so that it goes nowhere by mistake.
fn rule_line(scene: &Scene<'_>, room: &Room) -> Line {
    let composer = &scene.model.composer;
    let marks = scene.marks;
    if composer.active {
        let title = match (&composer.reply, scene.model.target()) {
            (Some(reply), _) => scene.fill(&words::REPLYING, &[&reply.author, &reply.excerpt]),
            (None, Some(summary)) => {
                let channel = channel_name(summary, scene.lang);
                scene.say("post to {}", "{} に投稿").replace("{}", &channel)
            }
            (None, None) => String::new(),
        };
        return crate::ui::scene::heading(scene, &title, &[], true);
    }
    let mut rule = String::new();
    for x in 0..room.composer.width {
        let meets = room.uprights.contains(&x) && room.body.height > 0;
        rule.push(if meets { marks.joints[3] } else { marks.rule });
    }
    Line::of(Meaning::Border, rule)
}

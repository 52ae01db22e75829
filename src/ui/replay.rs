//! The last row of a replay.

use super::line::Line;
use super::room::ROOMY;
use super::scene::{Canvas, Scene};
use super::theme::Meaning;
use crate::app::replay::Replay;
use crate::app::view::replay::{Bar, bar};
use ratatui::layout::Rect;

/// Cells of the way under which it says nothing.
const LEAST: usize = 8;

pub fn draw(canvas: &mut Canvas<'_, '_>, scene: &Scene<'_>, replay: &Replay, area: Rect) {
    let bar = bar(replay);
    let width = usize::from(area.width);
    let line = [true, false]
        .into_iter()
        .filter(|long| !long || area.width >= ROOMY)
        .find_map(|long| whole(scene, &bar, width, long));
    let line = line.unwrap_or_else(|| head(&bar));
    canvas.lines("replay", area, &[line.on(Meaning::Status)]);
}

fn head(bar: &Bar) -> Line {
    let playing = format!(" {} {}", bar.playing, bar.speed);
    Line::of(Meaning::Accent, playing)
        .gap(2)
        .and(Meaning::Heading, bar.at.clone())
}

/// `None` where no way is left between the words.
fn whole(scene: &Scene<'_>, bar: &Bar, width: usize, long: bool) -> Option<Line> {
    let line = head(bar)
        .gap(2)
        .and(Meaning::Muted, bar.begins.clone())
        .gap(1);
    let mut tail = Line::new().gap(1).and(Meaning::Muted, bar.ends.clone());
    let events = if long { &bar.events_long } else { &bar.events };
    tail = tail.gap(2).and(Meaning::Text, events.clone());
    if long {
        for (letter, name) in &bar.legend {
            tail = tail
                .gap(2)
                .and(Meaning::Key, letter.to_string())
                .and(Meaning::Muted, format!(" {name}"));
        }
    }
    tail = tail.gap(1);
    let cells = width.checked_sub(line.width() + tail.width())?;
    (cells >= LEAST).then(|| line.join(way(scene, bar, cells)).join(tail))
}

/// The way in `cells` cells: what was played, where it stands, what is to come.
fn way(scene: &Scene<'_>, bar: &Bar, cells: usize) -> Line {
    let cell = |way: u32| (way as usize * (cells - 1) + 500) / 1000;
    let here = cell(bar.way);
    let mut letters = vec![None; cells];
    for (way, letter) in &bar.turns {
        let place = &mut letters[cell(*way)];
        *place = place.or(Some(*letter));
    }
    let mut line = Line::new();
    for (at, letter) in letters.into_iter().enumerate() {
        line = match letter {
            _ if at == here => {
                let mark = letter.unwrap_or(scene.marks.joints[2]);
                line.and(Meaning::Selection, mark.to_string())
            }
            Some(letter) => line.and(Meaning::Key, letter.to_string()),
            None if at < here => {
                line.and(Meaning::BorderFocused, scene.marks.rule_focused.to_string())
            }
            None => line.and(Meaning::Border, scene.marks.rule.to_string()),
        };
    }
    line
}

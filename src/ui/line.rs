//! Lines of a pane: text with meanings, laid out left and right. A pane is a list of them, and
//! their hash is its fingerprint: two panes of equal lines look alike.

use super::theme::{Meaning, Theme};
use crate::domain::text::{cells, split_at_cells};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;

/// A piece of text with one meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Run {
    meaning: Meaning,
    text: String,
}

/// One row of a pane, of any width: what stands at its right edge is kept, what stands left of it
/// is cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Line {
    left: Vec<Run>,
    right: Vec<Run>,
    /// Behind the whole row.
    ground: Option<Meaning>,
    /// The row under the selection: its colours win.
    selected: bool,
    /// Fills what is free between left and right: a rule.
    filler: Option<(char, Meaning)>,
}

impl Line {
    pub fn new() -> Line {
        Line::default()
    }

    pub fn of(meaning: Meaning, text: impl Into<String>) -> Line {
        Line::new().and(meaning, text)
    }

    pub fn and(mut self, meaning: Meaning, text: impl Into<String>) -> Line {
        push(&mut self.left, meaning, text.into());
        self
    }

    /// `count` cells of nothing.
    pub fn gap(self, count: usize) -> Line {
        self.and(Meaning::Text, " ".repeat(count))
    }

    /// Spaces up to the column `column`, at least one where something stands before it.
    pub fn column(self, column: usize) -> Line {
        let width = self.width();
        let least = usize::from(width > 0);
        self.gap(column.saturating_sub(width).max(least))
    }

    /// At the right edge, behind what is there already.
    pub fn end(mut self, meaning: Meaning, text: impl Into<String>) -> Line {
        push(&mut self.right, meaning, text.into());
        self
    }

    /// At the right edge, everything that `tail` holds.
    pub fn end_with(mut self, tail: Line) -> Line {
        for run in tail.left.into_iter().chain(tail.right) {
            push(&mut self.right, run.meaning, run.text);
        }
        self
    }

    /// Behind what is there, everything that `more` holds on its left.
    pub fn join(mut self, more: Line) -> Line {
        for run in more.left {
            push(&mut self.left, run.meaning, run.text);
        }
        self
    }

    pub fn on(mut self, ground: Meaning) -> Line {
        self.ground = Some(ground);
        self
    }

    pub fn selected(mut self, selected: bool) -> Line {
        self.selected = selected;
        self
    }

    pub fn filled(mut self, with: char, meaning: Meaning) -> Line {
        self.filler = Some((with, meaning));
        self
    }

    /// Cells of the left part.
    pub fn width(&self) -> usize {
        width(&self.left)
    }

    pub fn end_width(&self) -> usize {
        width(&self.right)
    }

    fn style(&self, meaning: Meaning, theme: &Theme) -> Style {
        let ground = self.ground.map_or_else(Style::new, |g| theme.style(g));
        let style = ground.patch(theme.style(meaning));
        if self.selected {
            style.patch(theme.style(Meaning::Selection))
        } else {
            style
        }
    }

    fn draw(&self, buffer: &mut Buffer, x: u16, y: u16, columns: u16, theme: &Theme) {
        let columns = usize::from(columns);
        if self.ground.is_some() || self.selected {
            let area = Rect::new(x, y, columns as u16, 1);
            buffer.set_style(area, self.style(Meaning::Text, theme));
        }
        let kept = self.end_width().min(columns);
        let apart = usize::from(kept > 0 && self.filler.is_none());
        let room = columns.saturating_sub(kept + apart);
        let at = self.draw_left(buffer, (x, y), room, theme);
        let end = x + (columns - kept) as u16;
        if let Some((with, meaning)) = self.filler {
            let style = self.style(meaning, theme);
            for column in at..end {
                buffer[(column, y)].set_char(with).set_style(style);
            }
        }
        let mut at = end;
        let mut free = kept;
        for run in &self.right {
            let (text, _) = split_at_cells(&run.text, free);
            buffer.set_stringn(at, y, text, free, self.style(run.meaning, theme));
            let used = cells(text);
            at += used as u16;
            free -= used;
        }
    }

    /// Where the left part ended. What does not fit ends in two dots, in its own meaning.
    fn draw_left(&self, buffer: &mut Buffer, from: (u16, u16), room: usize, theme: &Theme) -> u16 {
        let (mut at, y) = from;
        let mut free = room;
        let mut rest = self.width();
        for run in &self.left {
            let taken = cells(&run.text);
            let fits = rest <= free;
            rest -= taken;
            // Two cells stay free for the dots wherever anything behind this is cut.
            let text = match fits {
                true => Cow::Borrowed(run.text.as_str()),
                false if taken + 2 <= free => Cow::Borrowed(run.text.as_str()),
                false => dotted(&run.text, free),
            };
            let used = cells(&text);
            buffer.set_stringn(at, y, &text, free, self.style(run.meaning, theme));
            at += used as u16;
            free -= used;
            if !fits && taken + 2 > free + used {
                break;
            }
        }
        at
    }
}

fn push(runs: &mut Vec<Run>, meaning: Meaning, text: String) {
    match runs.last_mut() {
        Some(last) if last.meaning == meaning => last.text.push_str(&text),
        _ if text.is_empty() => {}
        _ => runs.push(Run { meaning, text }),
    }
}

fn width(runs: &[Run]) -> usize {
    runs.iter().map(|run| cells(&run.text)).sum()
}

/// Draws `lines` from the top of `buffer`'s area.
pub fn draw_lines(buffer: &mut Buffer, lines: &[Line], theme: &Theme) {
    let area = buffer.area;
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        line.draw(buffer, area.x, y, area.width, theme);
    }
}

/// The start of `text` and two dots, whether or not it would fit; below four cells the start only.
fn dotted(text: &str, room: usize) -> Cow<'_, str> {
    if room < 4 {
        return Cow::Borrowed(split_at_cells(text, room).0);
    }
    let (start, _) = split_at_cells(text, room - 2);
    Cow::Owned(format!("{}..", start.trim_end()))
}

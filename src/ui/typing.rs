//! Text being typed, and where the caret stands in it: the terminal's own cursor goes there,
//! because an input method opens its window at it.

use crate::app::edit::Edit;
use crate::domain::text::{cells, split_at_cells};
use unicode_segmentation::UnicodeSegmentation;

/// What a field of some size shows of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub lines: Vec<String>,
    /// Column and row of the caret among them.
    pub caret: (u16, u16),
    /// There is more above, below.
    pub more: (bool, bool),
}

/// One line, moved sideways by half its width at a time so that the caret is in it.
pub fn line(edit: &Edit, width: u16) -> Typed {
    let width = usize::from(width.max(1));
    let text = edit.area().lines().first().map_or("", String::as_str);
    let caret = cells(before(text, edit.area().cursor().1));
    let step = (width / 2).max(1);
    let skipped = match caret.checked_sub(width) {
        None => 0,
        Some(over) => (over / step + 1) * step,
    };
    let (hidden, rest) = split_at_cells(text, skipped);
    // A wide letter that the edge cuts in half leaves a space.
    let (lead, rest) = match skipped - cells(hidden) {
        0 => ("", rest),
        _ => (
            " ",
            rest.graphemes(true).next().map_or("", |g| &rest[g.len()..]),
        ),
    };
    let (seen, _) = split_at_cells(rest, width - lead.len());
    Typed {
        lines: vec![format!("{lead}{seen}")],
        caret: ((caret - skipped).min(width - 1) as u16, 0),
        more: (false, false),
    }
}

/// Several lines, broken where they are full, of which at most `rows` are shown around the caret.
pub fn block(edit: &Edit, width: u16, rows: u16) -> Typed {
    let width = usize::from(width.max(2));
    let rows = usize::from(rows.max(1));
    let (at_line, at_letter) = (edit.area().cursor().0, edit.area().cursor().1);
    let mut broken: Vec<&str> = Vec::new();
    let mut caret = (0, 0);
    for (n, text) in edit.area().lines().iter().enumerate() {
        let mut before_caret = (n == at_line).then(|| before(text, at_letter).len());
        let mut rest = text.as_str();
        loop {
            let (mut row, mut next) = split_at_cells(rest, width);
            if row.is_empty() && !next.is_empty() {
                // A letter that is wider than the field.
                (row, next) = next.split_at(next.graphemes(true).next().map_or(0, str::len));
            }
            broken.push(row);
            if let Some(bytes) = before_caret {
                if bytes < row.len() || (bytes == row.len() && next.is_empty()) {
                    caret = (cells(&row[..bytes]), broken.len() - 1);
                    before_caret = None;
                } else {
                    before_caret = Some(bytes - row.len());
                }
            }
            // A caret behind a full line stands at the beginning of the next.
            let full = before_caret.is_none() && caret == (width, broken.len() - 1);
            if next.is_empty() && full {
                broken.push("");
                caret = (0, broken.len() - 1);
            }
            if next.is_empty() {
                break;
            }
            rest = next;
        }
    }
    let first = (caret.1 + 1).saturating_sub(rows);
    let shown = broken.iter().skip(first).take(rows);
    Typed {
        lines: shown.map(|line| (*line).to_owned()).collect(),
        caret: (caret.0.min(width - 1) as u16, (caret.1 - first) as u16),
        more: (first > 0, first + rows < broken.len()),
    }
}

/// Lines that a text takes in a field of `width`.
pub fn height(edit: &Edit, width: u16) -> u16 {
    block(edit, width, u16::MAX).lines.len().min(999) as u16
}

/// The text before the caret, which counts code points.
fn before(text: &str, letters: usize) -> &str {
    let end = text
        .char_indices()
        .nth(letters)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;

    fn left(edit: &mut Edit, times: usize) {
        for _ in 0..times {
            edit.key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE));
        }
    }

    #[test]
    fn the_caret_stands_behind_wide_letters_where_they_end() {
        let mut edit = Edit::line("カードabc");
        assert_eq!(line(&edit, 20).caret, (9, 0));
        left(&mut edit, 4);
        assert_eq!(line(&edit, 20).caret, (4, 0));
    }

    #[test]
    fn a_long_line_moves_so_that_the_caret_is_seen() {
        let edit = Edit::line("0123456789abcdef");
        let typed = line(&edit, 10);
        assert_eq!((typed.lines[0].as_str(), typed.caret), ("abcdef", (6, 0)));
        let edit = Edit::line("決済が失敗しています");
        let typed = line(&edit, 9);
        assert_eq!((typed.lines[0].as_str(), typed.caret), ("ています", (8, 0)));
    }

    #[test]
    fn several_lines_break_where_they_are_full_and_follow_the_caret() {
        let mut edit = Edit::lines("abcdef\n決済が");
        let typed = block(&edit, 4, 9);
        assert_eq!(typed.lines, ["abcd", "ef", "決済", "が"]);
        assert_eq!(typed.caret, (2, 3));
        let typed = block(&edit, 4, 2);
        assert_eq!(typed.lines, ["決済", "が"]);
        assert_eq!((typed.caret, typed.more), ((2, 1), (true, false)));
        left(&mut edit, 1);
        assert_eq!(block(&edit, 4, 9).caret, (0, 3));
        // Behind a full line.
        let edit = Edit::lines("abcd");
        let typed = block(&edit, 4, 9);
        assert_eq!((typed.lines.len(), typed.caret), (2, (0, 1)));
    }

    proptest! {
        #[test]
        fn the_caret_is_always_inside(
            text in any::<String>(),
            back in 0usize..20,
            width in 1u16..30,
            rows in 1u16..6,
        ) {
            let mut single = Edit::line(&text);
            left(&mut single, back);
            let typed = line(&single, width);
            prop_assert!(typed.caret.0 < width);
            prop_assert!(cells(&typed.lines[0]) <= usize::from(width));
            let mut several = Edit::lines(&text);
            left(&mut several, back);
            let typed = block(&several, width, rows);
            prop_assert!(typed.caret.1 < rows && usize::from(typed.caret.1) < typed.lines.len());
            prop_assert!(typed.caret.0 < width.max(2));
            prop_assert!(typed.lines.len() <= usize::from(rows));
        }
    }
}

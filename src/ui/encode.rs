//! Cells as bytes.
//!
//! Styles are written whole (reset, then everything that holds) rather than as differences: no
//! state to get wrong, and half a dozen bytes more. Written here and not by the terminal library's
//! queue because that one formats through `write!`, and under NO_COLOR emits a bare reset that
//! wipes reverse and bold.

#![expect(
    clippy::disallowed_types,
    reason = "writes the colours that the theme chose"
)]

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";

/// Writes one synchronized update (terminals that know it show nothing before its end); ends it
/// when dropped.
pub(super) struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    style: (Color, Color, Modifier),
    /// Where the next letter would appear; `None` when terminals may disagree.
    at: Option<(u16, u16)>,
}

impl<'a> Encoder<'a> {
    pub(super) fn begin(out: &'a mut Vec<u8>) -> Encoder<'a> {
        out.extend_from_slice(SYNC_BEGIN);
        Encoder {
            out,
            style: PLAIN,
            at: None,
        }
    }

    /// Empties the whole screen, whatever it held.
    pub(super) fn clear(&mut self) {
        self.out.extend_from_slice(b"\x1b[0m\x1b[2J");
        self.style = PLAIN;
    }

    pub(super) fn cell(&mut self, x: u16, y: u16, cell: &Cell, width: u16, row_width: u16) {
        if self.at != Some((x, y)) {
            move_to(self.out, x, y);
        }
        self.style((cell.fg, cell.bg, cell.modifier));
        let symbol = cell.symbol();
        self.out.extend_from_slice(symbol.as_bytes());
        // After the last column the cursor waits to wrap, and where it waits differs.
        self.at = (x + width < row_width && width_is_certain(symbol)).then_some((x + width, y));
    }

    /// Erases from (`x`, `y`) to the end of the row.
    pub(super) fn erase_rest(&mut self, x: u16, y: u16) {
        if self.at != Some((x, y)) {
            move_to(self.out, x, y);
        }
        // Erasing paints the current background.
        self.style(PLAIN);
        self.out.extend_from_slice(b"\x1b[K");
        self.at = Some((x, y));
    }

    fn style(&mut self, style: (Color, Color, Modifier)) {
        if self.style == style {
            return;
        }
        self.style = style;
        let (fg, bg, modifier) = style;
        self.out.extend_from_slice(b"\x1b[0");
        for (flag, code) in MODIFIERS {
            if modifier.contains(*flag) {
                self.out.push(b';');
                number(self.out, *code);
            }
        }
        colour(self.out, fg, 0);
        colour(self.out, bg, 10);
        self.out.push(b'm');
    }
}

impl Drop for Encoder<'_> {
    fn drop(&mut self) {
        self.style(PLAIN);
        self.out.extend_from_slice(SYNC_END);
    }
}

const PLAIN: (Color, Color, Modifier) = (Color::Reset, Color::Reset, Modifier::empty());

/// Select Graphic Rendition (ECMA-48, 8.3.117).
const MODIFIERS: &[(Modifier, u16)] = &[
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

/// `ground` is 0 for the foreground and 10 for the background.
fn colour(out: &mut Vec<u8>, colour: Color, ground: u16) {
    let code = match colour {
        Color::Reset => return,
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
        Color::Indexed(index) => {
            parameters(out, &[38 + ground, 5, u16::from(index)]);
            return;
        }
        Color::Rgb(r, g, b) => {
            parameters(
                out,
                &[38 + ground, 2, u16::from(r), u16::from(g), u16::from(b)],
            );
            return;
        }
    };
    parameters(out, &[code + ground]);
}

fn parameters(out: &mut Vec<u8>, values: &[u16]) {
    for value in values {
        out.push(b';');
        number(out, *value);
    }
}

pub(super) fn move_to(out: &mut Vec<u8>, x: u16, y: u16) {
    out.extend_from_slice(b"\x1b[");
    number(out, y.saturating_add(1));
    out.push(b';');
    number(out, x.saturating_add(1));
    out.push(b'H');
}

pub(super) fn caret_visible(out: &mut Vec<u8>, visible: bool) {
    out.extend_from_slice(if visible { b"\x1b[?25h" } else { b"\x1b[?25l" });
}

fn number(out: &mut Vec<u8>, value: u16) {
    let mut digits = [0u8; 5];
    let mut left = value;
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Whether every terminal moves on by the same number of cells. Emoji, combined and rare letters
/// are followed by an explicit position, so that a disagreement spoils one letter and not the row.
/// Box drawing is of ambiguous width, but a terminal that draws it wide needs the ASCII glyphs
/// anyway.
fn width_is_certain(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return false;
    };
    matches!(c,
        ' '..='~' | '\u{2500}'..='\u{257F}' | '\u{3000}'..='\u{303E}' | '\u{3041}'..='\u{3096}'
        | '\u{309D}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{FF01}'..='\u{FF60}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn styles_are_whole_and_written_only_when_they_change() {
        let mut out = Vec::new();
        let mut encoder = Encoder::begin(&mut out);
        let mut cell = Cell::new("a");
        encoder.cell(0, 0, &cell, 1, 80);
        cell.set_style(
            Style::new()
                .fg(Color::LightRed)
                .bg(Color::Indexed(236))
                .add_modifier(Modifier::BOLD | Modifier::REVERSED),
        );
        encoder.cell(1, 0, &cell, 1, 80);
        encoder.cell(2, 0, &cell, 1, 80);
        cell.set_style(Style::reset().fg(Color::Rgb(1, 20, 255)));
        encoder.cell(79, 9, &cell, 1, 80);
        encoder.erase_rest(0, 10);
        drop(encoder);
        let text = String::from_utf8(out).expect("text").replace('\u{1b}', "^");
        insta::assert_snapshot!(text, @"^[?2026h^[1;1Ha^[0;1;7;91;48;5;236maa^[10;80H^[0;38;2;1;20;255ma^[11;1H^[0m^[K^[?2026l");
    }
}

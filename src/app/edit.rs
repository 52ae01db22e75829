//! A text being typed.
//!
//! The editing is the text area's; the keys are ours, because its defaults take Ctrl-C and Ctrl-U
//! for themselves. Whatever enters is cleaned as [`clean`] does it, letter by letter too: an input
//! method may send the half-width `ｶ` and its voiced mark as two keys.

use crate::domain::text::{clean, clean_line, never_shown};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, TextArea};

/// One line or several.
#[derive(Clone, Debug)]
pub struct Edit {
    area: TextArea<'static>,
    single: bool,
}

impl Edit {
    pub fn line(text: &str) -> Edit {
        Edit::with(text, true)
    }

    pub fn lines(text: &str) -> Edit {
        Edit::with(text, false)
    }

    fn with(text: &str, single: bool) -> Edit {
        let mut edit = Edit {
            area: TextArea::default(),
            single,
        };
        edit.insert(text);
        edit
    }

    /// What draws it, with its cursor.
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    pub fn is_single(&self) -> bool {
        self.single
    }

    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub fn is_blank(&self) -> bool {
        self.area.lines().iter().all(|line| line.trim().is_empty())
    }

    pub fn set(&mut self, text: &str) {
        *self = Edit::with(text, self.single);
    }

    /// At the cursor, as one edit that one undo takes back.
    pub fn insert(&mut self, text: &str) {
        let text = if self.single {
            clean_line(text)
        } else {
            clean(text)
        };
        self.area.insert_str(text.as_ref());
    }

    pub fn new_line(&mut self) {
        if !self.single {
            self.area.insert_newline();
        }
    }

    /// Whether the key was one of editing. Enter, Tab and Escape are never.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        match (key.code, ctrl, alt) {
            (KeyCode::Char(c), false, false) => self.letter(c),
            (KeyCode::Backspace, false, false) | (KeyCode::Char('h'), true, false) => {
                self.area.delete_char();
            }
            (KeyCode::Delete, false, false) => {
                self.area.delete_next_char();
            }
            (KeyCode::Backspace, _, _) | (KeyCode::Char('w'), true, false) => {
                self.area.delete_word();
            }
            (KeyCode::Char('u'), true, false) => {
                self.area.delete_line_by_head();
            }
            (KeyCode::Char('k'), true, false) => {
                self.area.delete_line_by_end();
            }
            (KeyCode::Char('z'), true, false) => {
                self.area.undo();
            }
            (KeyCode::Char('j'), true, false) if !self.single => self.area.insert_newline(),
            (KeyCode::Left, false, false) => self.area.move_cursor(CursorMove::Back),
            (KeyCode::Right, false, false) => self.area.move_cursor(CursorMove::Forward),
            (KeyCode::Left, _, _) => self.area.move_cursor(CursorMove::WordBack),
            (KeyCode::Right, _, _) => self.area.move_cursor(CursorMove::WordForward),
            (KeyCode::Home, _, _) | (KeyCode::Char('a'), true, false) => {
                self.area.move_cursor(CursorMove::Head);
            }
            (KeyCode::End, _, _) | (KeyCode::Char('e'), true, false) => {
                self.area.move_cursor(CursorMove::End);
            }
            (KeyCode::Up, false, false) if self.row() > 0 => {
                self.area.move_cursor(CursorMove::Up);
            }
            (KeyCode::Down, false, false) if self.row() + 1 < self.area.lines().len() => {
                self.area.move_cursor(CursorMove::Down);
            }
            _ => return false,
        }
        true
    }

    fn row(&self) -> usize {
        self.area.cursor().0
    }

    fn letter(&mut self, c: char) {
        if never_shown(c) {
            return;
        }
        let (row, column) = (self.area.cursor().0, self.area.cursor().1);
        let before = self
            .area
            .lines()
            .get(row)
            .and_then(|line| line.chars().nth(column.checked_sub(1)?));
        if let Some(before) = before.filter(|_| !c.is_ascii()) {
            let pair = format!("{before}{c}");
            let joined = clean_line(&pair);
            if joined.as_ref() != pair && !joined.is_empty() {
                self.area.delete_char();
                self.area.insert_str(joined.as_ref());
                return;
            }
        }
        let mut bytes = [0; 4];
        self.area
            .insert_str(clean(c.encode_utf8(&mut bytes)).as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(edit: &mut Edit, text: &str) {
        for c in text.chars() {
            edit.key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    #[test]
    fn half_width_kana_is_joined_with_its_mark_as_it_is_typed() {
        let mut edit = Edit::line("");
        typed(&mut edit, "ｶﾞ ok は\u{3099}");
        assert_eq!(edit.text(), "ガ ok ば");
    }

    #[test]
    fn a_line_takes_a_paste_as_one_line_and_undoes_it_at_once() {
        let mut edit = Edit::line("a");
        edit.insert(" b\nc\u{1b}[31m");
        assert!(!edit.text().contains('\n') && !edit.text().contains('\u{1b}'));
        edit.key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL));
        assert_eq!(edit.text(), "a");
    }
}

//! What a terminal sends, as events.
//!
//! Ours, and not the terminal library's, for two reasons: its reader blocks in `read` while a
//! sequence is incomplete (a paste over a slow line stops the whole thread), and it spins once the
//! terminal is gone. This one is a function of the bytes: no descriptor, no clock. Understood are
//! the legacy encodings (xterm's control sequences, SS3, the Linux console's function keys), the
//! first level of kitty's keyboard protocol
//! (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>), SGR mouse reports, focus reports and
//! bracketed paste.
//!
//! Whatever else starts with an escape is dropped whole, never typed: the late answer to a question
//! that the program before us asked must not run as commands.

use super::Event;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// Longer than any message (Slack's end at 40,000 characters): what is cut off here is refused by
/// whoever takes the text.
const PASTE_LIMIT: usize = 1 << 20;

/// No key is as long; a sequence that has not ended by then never will.
const SEQUENCE_LIMIT: usize = 256;

const PASTE_END: &[u8] = b"\x1b[201~";

/// Turns bytes into events, however the bytes are cut into pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    /// Not yet understood: the start of a sequence, or of the end of a paste.
    bytes: Vec<u8>,
    paste: Option<Vec<u8>>,
    /// Time has had its say about `bytes`.
    timed_out: bool,
}

impl Decoder {
    /// Appends what `input` completes.
    pub fn feed(&mut self, input: &[u8], events: &mut Vec<Event>) {
        self.bytes.extend_from_slice(input);
        self.timed_out = false;
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if let Some(pasted) = &mut self.paste {
                let (length, ended) = paste_part(rest);
                let room = PASTE_LIMIT - pasted.len().min(PASTE_LIMIT);
                pasted.extend_from_slice(&rest[..length.min(room)]);
                at += length;
                if !ended {
                    break;
                }
                at += PASTE_END.len();
                self.end_paste(events);
                continue;
            }
            match step(rest) {
                Step::More => break,
                Step::Skip(length) => at += length,
                Step::Event(length, event) => {
                    at += length;
                    events.push(event);
                }
                Step::PasteBegins(length) => {
                    at += length;
                    self.paste = Some(Vec::new());
                }
            }
        }
        self.bytes.drain(..at);
    }

    /// Whether bytes wait for others that may never come: an escape may be the key or the start
    /// of a sequence, and only time tells. Call [`Decoder::time_is_up`] when nothing came.
    pub fn is_waiting(&self) -> bool {
        !self.bytes.is_empty() && !self.timed_out
    }

    /// Nothing followed what was fed: an escape was the key, `ESC [` was Alt and the bracket, and
    /// anything longer is given up. In a paste, a lone escape ends it, so that a terminal that
    /// never closes one cannot hold the keyboard for ever.
    pub fn time_is_up(&mut self, events: &mut Vec<Event>) {
        let bytes = std::mem::take(&mut self.bytes);
        if self.paste.is_some() {
            if bytes == [0x1B] {
                self.end_paste(events);
            } else {
                self.bytes = bytes;
                self.timed_out = true;
            }
            return;
        }
        match bytes.as_slice() {
            [0x1B] => events.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            [0x1B, c @ b' '..=b'~'] => events.push(character(char::from(*c), KeyModifiers::ALT)),
            _ => {}
        }
    }

    fn end_paste(&mut self, events: &mut Vec<Event>) {
        if let Some(pasted) = self.paste.take() {
            events.push(Event::Paste(String::from_utf8_lossy(&pasted).into_owned()));
        }
    }
}

/// How much of `bytes` belongs to the paste for sure, and whether its end follows.
fn paste_part(bytes: &[u8]) -> (usize, bool) {
    let mut from = 0;
    while let Some(found) = bytes[from..].iter().position(|b| *b == 0x1B) {
        let at = from + found;
        let rest = &bytes[at..];
        if rest.starts_with(PASTE_END) {
            return (at, true);
        }
        if PASTE_END.starts_with(rest) {
            return (at, false);
        }
        from = at + 1;
    }
    (bytes.len(), false)
}

enum Step {
    /// Incomplete.
    More,
    /// Understood, and nothing to us.
    Skip(usize),
    Event(usize, Event),
    PasteBegins(usize),
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [0x1B, rest @ ..] => escape(rest),
        [first, ..] if *first < 0x80 => Step::Event(1, ascii(*first, KeyModifiers::NONE)),
        _ => match utf8(bytes) {
            Utf8::Char(c, length) => Step::Event(length, character(c, KeyModifiers::NONE)),
            Utf8::Short => Step::More,
            Utf8::Wrong => Step::Skip(1),
        },
    }
}

/// After an escape; lengths in the result include it.
fn escape(rest: &[u8]) -> Step {
    match rest {
        [] => Step::More,
        [b'['] | [b'O'] | [b']' | b'P' | b'_'] => Step::More,
        [b'[', sequence @ ..] => csi(sequence),
        [b'O', last, ..] => match ss3(*last) {
            Some(event) => Step::Event(3, event),
            None => Step::Skip(3),
        },
        // Answers of terminals: colours, capabilities, images. Otherwise Alt and the letter.
        [b']', b'0'..=b'9', ..]
        | [b'P', b'0'..=b'9' | b'>' | b'!' | b'$' | b'+', ..]
        | [b'_', b'G', ..] => string(rest),
        [0x1B, ..] => Step::Event(1, key(KeyCode::Esc, KeyModifiers::NONE)),
        [first, ..] if *first < 0x80 => Step::Event(2, ascii(*first, KeyModifiers::ALT)),
        _ => match utf8(rest) {
            Utf8::Char(c, length) => Step::Event(1 + length, character(c, KeyModifiers::ALT)),
            Utf8::Short => Step::More,
            Utf8::Wrong => Step::Skip(2),
        },
    }
}

/// A string that a terminal sends, up to BEL or ST.
fn string(rest: &[u8]) -> Step {
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            0x07 => return Step::Skip(1 + at + 1),
            0x1B if rest.get(at + 1) == Some(&b'\\') => return Step::Skip(1 + at + 2),
            0x1B if rest.len() > at + 1 => return Step::Skip(1 + at),
            _ => {}
        }
    }
    if rest.len() > SEQUENCE_LIMIT {
        Step::Skip(1 + rest.len())
    } else {
        Step::More
    }
}

enum Utf8 {
    Char(char, usize),
    Short,
    Wrong,
}

fn utf8(bytes: &[u8]) -> Utf8 {
    let length = match bytes.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => return Utf8::Wrong,
    };
    let cut = &bytes[..length.min(bytes.len())];
    match std::str::from_utf8(cut) {
        Ok(text) => match text.chars().next() {
            Some(c) => Utf8::Char(c, length),
            None => Utf8::Wrong,
        },
        Err(error) if error.error_len().is_none() => Utf8::Short,
        Err(_) => Utf8::Wrong,
    }
}

fn ascii(byte: u8, modifiers: KeyModifiers) -> Event {
    let control = |c: char| character(c, modifiers | KeyModifiers::CONTROL);
    match byte {
        b'\r' => key(KeyCode::Enter, modifiers),
        b'\t' => key(KeyCode::Tab, modifiers),
        0x7F => key(KeyCode::Backspace, modifiers),
        0x00 => control(' '),
        0x1B => key(KeyCode::Esc, modifiers),
        0x01..=0x1A => control(char::from(byte - 1 + b'a')),
        // Ctrl with \ ] ^ _, as the ASCII table has them.
        0x1C..=0x1F => control(char::from(byte + 0x40)),
        _ => character(char::from(byte), modifiers),
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

/// A letter is what it looks like: Shift is in the letter, and never beside it.
fn character(c: char, modifiers: KeyModifiers) -> Event {
    if modifiers.contains(KeyModifiers::SHIFT) && c.is_ascii_alphabetic() {
        let upper = KeyCode::Char(c.to_ascii_uppercase());
        return key(upper, modifiers - KeyModifiers::SHIFT);
    }
    key(KeyCode::Char(c), modifiers)
}

fn ss3(last: u8) -> Option<Event> {
    let code = match last {
        b'M' => KeyCode::Enter,
        _ => letter_key(last)?,
    };
    Some(key(code, KeyModifiers::NONE))
}

/// Keys named by a final letter, in `CSI 1;m A` and `SS3 A` alike.
fn letter_key(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// After `ESC [`; lengths in the result include the two.
fn csi(sequence: &[u8]) -> Step {
    match sequence {
        // The Linux console's F1 to F5.
        [b'['] => return Step::More,
        [b'[', last @ b'A'..=b'E', ..] => {
            let function = KeyCode::F(1 + last - b'A');
            return Step::Event(4, key(function, KeyModifiers::NONE));
        }
        // The oldest mouse reports: three bytes of anything.
        [b'M', ..] => {
            return if sequence.len() < 4 {
                Step::More
            } else {
                Step::Skip(6)
            };
        }
        _ => {}
    }
    let Some(end) = sequence.iter().position(|b| !matches!(b, b' '..=b'?')) else {
        return if sequence.len() > SEQUENCE_LIMIT {
            Step::Skip(2 + sequence.len())
        } else {
            Step::More
        };
    };
    let last = sequence[end];
    if !matches!(last, b'@'..=b'~') {
        // Broken off by something else, which is looked at next.
        return Step::Skip(2 + end);
    }
    let length = 2 + end + 1;
    let parameters = &sequence[..end];
    if last == b'~' && parameters == b"200" {
        return Step::PasteBegins(length);
    }
    let event = match parameters.first() {
        Some(b'<') => mouse(&parameters[1..], last),
        Some(b'?' | b'>' | b'=') => None,
        _ => csi_key(&Parameters::read(parameters), last),
    };
    match event {
        Some(event) => Step::Event(length, event),
        None => Step::Skip(length),
    }
}

/// Up to three parameters with up to two parts each: more than any key has.
#[derive(Default)]
struct Parameters([[Option<u32>; 2]; 3]);

impl Parameters {
    fn read(bytes: &[u8]) -> Parameters {
        let mut parameters = Parameters::default();
        let text = std::str::from_utf8(bytes).unwrap_or("");
        for (slot, parameter) in parameters.0.iter_mut().zip(text.split(';')) {
            for (slot, part) in slot.iter_mut().zip(parameter.split(':')) {
                *slot = part.parse().ok();
            }
        }
        parameters
    }

    fn get(&self, at: usize) -> Option<u32> {
        self.0.get(at).and_then(|parts| parts[0])
    }

    /// kitty's third kind of event is a release, which we never ask for.
    fn is_release(&self) -> bool {
        self.0[1][1] == Some(3)
    }

    /// One more than a set of bits; Caps Lock (64) and Num Lock (128) are no modifiers.
    fn modifiers(&self) -> KeyModifiers {
        let bits = self.get(1).unwrap_or(1).saturating_sub(1);
        [
            (1, KeyModifiers::SHIFT),
            (2, KeyModifiers::ALT),
            (4, KeyModifiers::CONTROL),
            (8, KeyModifiers::SUPER),
            (16, KeyModifiers::HYPER),
            (32, KeyModifiers::META),
        ]
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .fold(KeyModifiers::NONE, |all, (_, one)| all | one)
    }
}

fn csi_key(parameters: &Parameters, last: u8) -> Option<Event> {
    if parameters.is_release() {
        return None;
    }
    let modifiers = parameters.modifiers();
    let first = parameters.get(0);
    match last {
        b'I' => Some(Event::Focus(true)),
        b'O' => Some(Event::Focus(false)),
        b'Z' => Some(key(KeyCode::BackTab, KeyModifiers::NONE)),
        // `CSI 24;80R` answers where the cursor is; F3 has 1 or nothing before its modifiers.
        b'R' if first.is_some_and(|row| row != 1) => None,
        b'~' if first == Some(27) => {
            let code = parameters.get(2)?;
            code_point(code, modifiers)
        }
        b'~' => numbered_key(first?).map(|code| key(code, modifiers)),
        b'u' => code_point(first?, modifiers),
        _ => letter_key(last).map(|code| key(code, modifiers)),
    }
}

fn numbered_key(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F((number - 10) as u8),
        17..=21 => KeyCode::F((number - 11) as u8),
        23..=26 => KeyCode::F((number - 12) as u8),
        28 | 29 => KeyCode::F((number - 13) as u8),
        31..=34 => KeyCode::F((number - 14) as u8),
        _ => return None,
    })
}

/// A key named by its code point, in kitty's protocol and xterm's `modifyOtherKeys`.
fn code_point(code: u32, modifiers: KeyModifiers) -> Option<Event> {
    let named = match code {
        9 if modifiers.contains(KeyModifiers::SHIFT) => {
            return Some(key(KeyCode::BackTab, modifiers - KeyModifiers::SHIFT));
        }
        9 => KeyCode::Tab,
        13 | 57414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        57376..=57398 => KeyCode::F((code - 57376 + 13) as u8),
        57399..=57408 => KeyCode::Char(char::from_digit(code - 57399, 10)?),
        57409 => KeyCode::Char('.'),
        57410 => KeyCode::Char('/'),
        57411 => KeyCode::Char('*'),
        57412 => KeyCode::Char('-'),
        57413 => KeyCode::Char('+'),
        57415 => KeyCode::Char('='),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        57427 => KeyCode::KeypadBegin,
        // Locks, media keys and bare modifiers live in this private area.
        57344..=63743 => return None,
        _ => {
            let c = char::from_u32(code).filter(|c| !c.is_control())?;
            return Some(character(c, modifiers));
        }
    };
    Some(key(named, modifiers))
}

/// SGR mouse reports: button, column, row; `M` pressed or moved, `m` released.
fn mouse(parameters: &[u8], last: u8) -> Option<Event> {
    let parameters = Parameters::read(parameters);
    let (code, column, row) = (parameters.get(0)?, parameters.get(1)?, parameters.get(2)?);
    let button = match code & 0b11 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (code & 0b110_0000, code & 0b11, last) {
        (64 | 96, 0, b'M') => MouseEventKind::ScrollUp,
        (64 | 96, 1, b'M') => MouseEventKind::ScrollDown,
        (64 | 96, 2, b'M') => MouseEventKind::ScrollLeft,
        (64 | 96, 3, b'M') => MouseEventKind::ScrollRight,
        (32, 3, b'M') => MouseEventKind::Moved,
        (32, _, b'M') => MouseEventKind::Drag(button),
        (0, 0..=2, b'M') => MouseEventKind::Down(button),
        (0, 0..=2, b'm') => MouseEventKind::Up(button),
        _ => return None,
    };
    let held = [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ];
    Some(Event::Mouse(MouseEvent {
        kind,
        column: u16::try_from(column.checked_sub(1)?).ok()?,
        row: u16::try_from(row.checked_sub(1)?).ok()?,
        modifiers: held
            .into_iter()
            .filter(|(bit, _)| code & bit != 0)
            .fold(KeyModifiers::NONE, |all, (_, one)| all | one),
    }))
}

#[cfg(test)]
mod tests;

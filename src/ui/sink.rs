//! The last look at what goes to the terminal: an allow-list of what our own renderer writes.

use crate::domain::text;
use std::fmt;

/// Something that no frame of ours contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Byte offset in what was checked.
    pub at: usize,
    pub what: String,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

/// Private modes a frame may set and reset: synchronized update, cursor visibility.
const FRAME_MODES: &[&str] = &["2026", "25"];

/// Accepts printable text, cursor positions (`CSI y;x H`), styles (`CSI … m`), erasing
/// (`CSI J`, `CSI K`) and the private modes for synchronized updates and the cursor; nothing
/// else.
///
/// # Errors
/// The first thing that is none of these.
pub fn check(bytes: &[u8]) -> Result<(), Stray> {
    let text = std::str::from_utf8(bytes).map_err(|error| Stray {
        at: error.valid_up_to(),
        what: "not UTF-8".to_owned(),
    })?;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let parameters = sequence
                .find(|c: char| !matches!(c, '0'..='9' | ';' | '?'))
                .unwrap_or(sequence.len());
            let (parameters, last) = sequence.split_at(parameters);
            let last = last.chars().next();
            let allowed = match (parameters.strip_prefix('?'), last) {
                (Some(mode), Some('h' | 'l')) => FRAME_MODES.contains(&mode),
                (None, Some('H' | 'm' | 'J' | 'K')) => !parameters.contains('?'),
                _ => false,
            };
            if !allowed {
                return Err(Stray {
                    at,
                    what: format!(
                        "sequence CSI {parameters}{}",
                        last.unwrap_or(' ').escape_debug()
                    ),
                });
            }
            at += 2 + parameters.len() + 1;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        if text::never_shown(c) {
            return Err(Stray {
                at,
                what: format!("U+{:04X}", u32::from(c)),
            });
        }
        at += c.len_utf8();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_pass_and_everything_else_is_named() {
        let frame =
            "\u{1b}[?2026h\u{1b}[1;12H\u{1b}[0;1;38;5;9m決済 ok\u{1b}[K\u{1b}[?25l\u{1b}[?2026l";
        assert_eq!(check(frame.as_bytes()), Ok(()));
        for (bytes, what) in [
            (&b"ok\x1b]0;title\x07"[..], "U+001B"),
            (b"\x1b[?1049h", "sequence CSI ?1049h"),
            (b"\x1b[6n", "sequence CSI 6n"),
            (b"\x1b[?25", "sequence CSI ?25 "),
            (b"a\nb", "U+000A"),
            ("\u{9b}31m".as_bytes(), "U+009B"),
            ("\u{202e}".as_bytes(), "U+202E"),
            (b"\xff", "not UTF-8"),
        ] {
            assert_eq!(check(bytes).map_err(|s| s.what), Err(what.to_owned()));
        }
    }
}

//! Copying by OSC 52: the terminal that shows us, however far away, puts it on its clipboard.
//!
//! Whether it did is never answered. xterm's control sequences describe it (`Ps = 5 2`).

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use base64::Engine as _;

/// Terminals that bound it take no more than 100,000 bytes of base64 (hterm); others take more.
pub const LONGEST: usize = 74_994;

/// The bytes that put `text` on the clipboard. Inside tmux they are sent twice: plain, which it
/// takes with `set-clipboard on`, and wrapped, which it hands on with `allow-passthrough on`.
///
/// # Errors
/// `text` is longer than every terminal takes.
pub fn sequence(text: &str, tmux: bool) -> Result<Vec<u8>, Problem> {
    if text.len() > LONGEST {
        let length = text.len();
        return Err(Problem::refused(both!(
            "Not copied: {length} bytes are more than terminals take ({LONGEST}).",
            "コピーできません: {length} バイトは端末の上限 ({LONGEST}) を超えています。"
        ))
        .hint(Text::fixed(
            "The command line has it all: matoi briefing, matoi show.",
            "コマンドの matoi briefing や matoi show を使ってください。",
        )));
    }
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    let plain = format!("\x1b]52;c;{encoded}\x07");
    if !tmux {
        return Ok(plain.into_bytes());
    }
    let doubled = plain.replace('\x1b', "\x1b\x1b");
    Ok(format!("{plain}\x1bPtmux;{doubled}\x1b\\").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_text_itself_reaches_the_terminal() {
        let bytes = sequence("伊藤\x1b]0;x\x07", false).expect("short");
        assert_eq!(bytes, b"\x1b]52;c;5LyK6JekG10wO3gH\x07");
    }

    #[test]
    fn tmux_gets_it_plain_and_wrapped() {
        let bytes = sequence("ok", true).expect("short");
        assert_eq!(
            bytes,
            b"\x1b]52;c;b2s=\x07\x1bPtmux;\x1b\x1b]52;c;b2s=\x07\x1b\\"
        );
    }

    #[test]
    fn what_is_too_long_is_refused_whole() {
        assert!(sequence(&"x".repeat(LONGEST), false).is_ok());
        let bytes = sequence(&"x".repeat(LONGEST), false).expect("fits");
        assert!(bytes.len() < 100_000 + 10);
        assert!(sequence(&"x".repeat(LONGEST + 1), false).is_err());
    }
}

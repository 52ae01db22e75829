//! Tokens, and how they are kept out of everything that people or files may see.

use std::borrow::Cow;
use std::fmt;

/// A token. It has no `Display`, its `Debug` shows nothing, and only [`Secret::expose`] gives the
/// text, at the one place that writes the Authorization header.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether Slack changes it from time to time: such tokens live 12 hours.
    pub fn rotates(&self) -> bool {
        self.0.starts_with("xoxe")
    }

    /// What kind of token it is by Slack's prefixes.
    pub fn kind(&self) -> TokenKind {
        match self.0.as_bytes() {
            [b'x', b'o', b'x', b'b', b'-', ..] => TokenKind::Bot,
            [b'x', b'o', b'x', b'p', b'-', ..] => TokenKind::User,
            [b'x', b'a', b'p', b'p', b'-', ..] => TokenKind::App,
            _ if self.0.starts_with("xoxe.xoxb-") => TokenKind::Bot,
            _ if self.0.starts_with("xoxe.xoxp-") => TokenKind::User,
            _ => TokenKind::Other,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// <https://docs.slack.dev/authentication/tokens>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Bot,
    User,
    /// App-level: for Socket Mode, not for the Web API.
    App,
    Other,
}

const SHOWN: &str = "[redacted]";

/// Length in bytes of the token that `text` begins with, by Slack's prefixes `xox?-`, `xoxe.`,
/// `xapp-`, `xwfp-`, in either case.
fn token_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let head: [u8; 5] = bytes.get(..5)?.try_into().ok()?;
    let prefixed = match head.map(|b| b.to_ascii_lowercase()) {
        [b'x', b'o', b'x', letter, b'-' | b'.'] => letter.is_ascii_lowercase(),
        [b'x', b'a', b'p', b'p', b'-'] | [b'x', b'w', b'f', b'p', b'-'] => true,
        _ => false,
    };
    prefixed.then(|| {
        bytes
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || b"-._%+/=".contains(b))
            .count()
    })
}

/// `text` with everything that looks like one of Slack's tokens replaced.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(found) = text
        .as_bytes()
        .get(at..)
        .and_then(|rest| rest.iter().position(|b| matches!(b, b'x' | b'X')))
    {
        let start = at + found;
        match token_length(&text[start..]) {
            Some(length) => {
                out.push_str(&text[kept..start]);
                out.push_str(SHOWN);
                kept = start + length;
                at = kept;
            }
            None => at = start + 1,
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_of_every_kind_are_replaced() {
        for (text, clean) in [
            ("token=xoxb-1-2-abC_d, ok", "token=[redacted], ok"),
            ("xoxe.xoxp-1-Mi0yLT", "[redacted]"),
            ("「xapp-1-A0-9」と XOXP-99", "「[redacted]」と [redacted]"),
            ("a box, xoxo, exxon xapp", "a box, xoxo, exxon xapp"),
            ("xxoxb-1xoxb-2", "x[redacted]"),
        ] {
            assert_eq!(redact(text), clean);
        }
    }

    #[test]
    fn debug_of_a_secret_shows_nothing() {
        let secret = Secret::new("xoxb-canary");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.kind(), TokenKind::Bot);
        assert_eq!(Secret::new("xapp-1").kind(), TokenKind::App);
    }

    proptest! {
        #[test]
        fn no_token_survives_whatever_surrounds_it(before in "\\PC{0,20}", after in "\\PC{0,20}") {
            let text = format!("{before} xoxb-123-CANARY-9 {after}");
            prop_assert!(!redact(&text).contains("CANARY"));
        }
    }
}

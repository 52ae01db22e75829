//! Emoji, which Slack gives by name, as a terminal can draw them.

/// What the program asks people to press, and a few that everybody uses. Each is one letter that all
/// terminals draw two cells wide; of what is made of several letters they do not agree on the width:
/// that stays a name.
const SIGNS: [(&str, &str); 24] = [
    ("white_check_mark", "✅"),
    ("raised_hand", "✋"),
    ("hand", "✋"),
    ("raising_hand", "🙋"),
    ("thinking_face", "🤔"),
    ("memo", "📝"),
    ("bell", "🔔"),
    ("speech_balloon", "💬"),
    ("telephone_receiver", "📞"),
    ("eyes", "👀"),
    ("pushpin", "📌"),
    ("paperclip", "📎"),
    ("question", "❓"),
    ("+1", "👍"),
    ("pray", "🙏"),
    ("one", "[1]"),
    ("two", "[2]"),
    ("three", "[3]"),
    ("four", "[4]"),
    ("five", "[5]"),
    ("six", "[6]"),
    ("seven", "[7]"),
    ("eight", "[8]"),
    ("nine", "[9]"),
];

/// Of an emoji's name, without colons.
pub fn sign(name: &str) -> Option<&'static str> {
    let mut signs = SIGNS.iter();
    signs
        .find(|(known, _)| *known == name)
        .map(|(_, sign)| *sign)
}

/// A text with the signs of those names that stand between colons.
pub fn with_signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(':') {
        out.push_str(before);
        match after.split_once(':').map(|(name, on)| (sign(name), on)) {
            Some((Some(sign), on)) => {
                out.push_str(sign);
                rest = on;
            }
            _ => {
                out.push(':');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_colons_become_signs_and_all_else_stays() {
        for (text, shown) in [
            ("Press :white_check_mark: to accept", "Press ✅ to accept"),
            (":one:–:nine:", "[1]–[9]"),
            ("at 14:05:hand:", "at 14:05✋"),
            ("a:b:c :unknown: ::", "a:b:c :unknown: ::"),
            ("no colon", "no colon"),
            (":hand", ":hand"),
        ] {
            assert_eq!(with_signs(text), shown);
        }
    }

    #[test]
    fn every_sign_is_as_wide_as_terminals_draw_it() {
        for (name, sign) in SIGNS {
            let wide = if sign.starts_with('[') { 3 } else { 2 };
            assert_eq!(super::super::cells(sign), wide, "{name}");
        }
    }
}

//! Cursors and page sizes. A cursor is base64 of `kind:position`, opaque to clients; one made by
//! another kind of list is refused.

use super::answer::{Refusal, refuse};
use super::args::Args;
use serde_json::{Map, Value, json};

/// How many items a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    pub default: usize,
    pub most: usize,
    /// Whether a limit that is no number is refused (`invalid_limit`) instead of ignored.
    pub strict: bool,
}

impl PageSize {
    pub fn read(self, args: &Args) -> Result<usize, Refusal> {
        let text = args.text_or_empty("limit")?;
        let wanted = match text.trim() {
            "" => return Ok(self.default),
            text => text.parse::<i64>(),
        };
        match wanted {
            Ok(wanted) if wanted < 1 => Ok(self.default),
            Ok(wanted) => Ok(usize::try_from(wanted).unwrap_or(self.most).min(self.most)),
            Err(_) if self.strict => refuse("invalid_limit"),
            Err(_) => Ok(self.default),
        }
    }
}

/// The position in the `cursor` argument, if there is one.
pub fn read_cursor(args: &Args, kind: &str) -> Result<Option<String>, Refusal> {
    let text = args.text_or_empty("cursor")?;
    if text.is_empty() {
        return Ok(None);
    }
    decode(&text)
        .and_then(|plain| {
            plain
                .strip_prefix(kind)
                .and_then(|rest| rest.strip_prefix(':'))
                .map(str::to_owned)
        })
        .map(Some)
        .ok_or_else(|| Refusal::new("invalid_cursor"))
}

pub fn cursor(kind: &str, position: &str) -> String {
    encode(format!("{kind}:{position}").as_bytes())
}

/// Adds `response_metadata.next_cursor`; empty at the end.
pub fn put_cursor(fields: &mut Map<String, Value>, cursor: Option<String>) {
    fields.insert(
        "response_metadata".to_owned(),
        json!({ "next_cursor": cursor.unwrap_or_default() }),
    );
}

/// One page of items in the order of their keys, starting at the cursor's key. Returns the items and
/// where the next page starts.
pub fn slice<T>(
    items: Vec<(String, T)>,
    from: Option<&str>,
    size: usize,
) -> (Vec<T>, Option<String>) {
    let mut rest = items
        .into_iter()
        .skip_while(|(key, _)| from.is_some_and(|from| key.as_str() < from));
    let page = rest.by_ref().take(size).map(|(_, item)| item).collect();
    (page, rest.next().map(|(key, _)| key))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        for place in 0..4 {
            if place <= chunk.len() {
                let index = (word >> (18 - 6 * place)) & 63;
                out.push(ALPHABET[index as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

fn decode(text: &str) -> Option<String> {
    let digits: Vec<u32> = text
        .trim_end_matches('=')
        .bytes()
        .map(|byte| {
            ALPHABET
                .iter()
                .position(|letter| *letter == byte)
                .and_then(|at| u32::try_from(at).ok())
        })
        .collect::<Option<_>>()?;
    let mut bytes = Vec::new();
    for chunk in digits.chunks(4) {
        let word = chunk
            .iter()
            .chain([0, 0, 0].iter())
            .take(4)
            .fold(0u32, |word, digit| word << 6 | digit);
        let [_, a, b, c] = word.to_be_bytes();
        bytes.extend([a, b, c].iter().take(chunk.len().saturating_sub(1)));
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Slack's reference page for conversations.history.
    #[test]
    fn a_cursor_of_history_looks_like_slacks() {
        let made = cursor("next_ts", "1512085861000543");
        assert_eq!(made, "bmV4dF90czoxNTEyMDg1ODYxMDAwNTQz");
        let args = Args::from_pairs([("cursor", made)]);
        assert_eq!(
            read_cursor(&args, "next_ts"),
            Ok(Some("1512085861000543".to_owned()))
        );
        assert!(read_cursor(&args, "user").is_err());
    }

    #[test]
    fn every_length_survives_the_round_trip() {
        for length in 0..12 {
            let text: String = "日本語abcdefghijkl".chars().take(length).collect();
            assert_eq!(decode(&encode(text.as_bytes())), Some(text));
        }
        assert_eq!(decode("not base64!"), None);
    }

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let items = || (0..7).map(|n| (format!("k{n}"), n)).collect::<Vec<_>>();
        let (first, next) = slice(items(), None, 3);
        let (second, next) = slice(items(), next.as_deref(), 3);
        let (third, end) = slice(items(), next.as_deref(), 3);
        assert_eq!([first, second, third].concat(), (0..7).collect::<Vec<_>>());
        assert_eq!(end, None);
    }
}

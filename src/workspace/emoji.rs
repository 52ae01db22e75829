//! Unicode emoji to shortcodes and back: Slack stores `:eyes:` whatever was typed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static SOURCE: &str = include_str!("../../assets/workspace/emoji.tsv");

const PRESENTATION: char = '\u{fe0f}';
const TONES: std::ops::RangeInclusive<char> = '\u{1f3fb}'..='\u{1f3ff}';

struct Entry {
    name: &'static str,
    /// Text unless the presentation selector follows, such as © and ㊗.
    text_by_default: bool,
}

struct Table {
    /// By code points without presentation selectors and skin tones.
    by_text: HashMap<String, Entry>,
    by_name: HashMap<&'static str, String>,
    first: HashSet<char>,
    longest: usize,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        by_text: HashMap::new(),
        by_name: HashMap::new(),
        first: HashSet::new(),
        longest: 0,
    };
    for line in SOURCE.lines().filter(|line| !line.starts_with('#')) {
        let Some((key, names)) = line.split_once('\t') else {
            continue;
        };
        let text_by_default = key.starts_with('~');
        let text: String = key
            .trim_start_matches('~')
            .split('-')
            .filter_map(|hex| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32))
            .collect();
        table.first.extend(text.chars().next());
        table.longest = table.longest.max(text.chars().count());
        for name in names.split(' ') {
            table.by_name.insert(name, text.clone());
        }
        if let Some(name) = names.split(' ').next() {
            table.by_text.insert(
                text,
                Entry {
                    name,
                    text_by_default,
                },
            );
        }
    }
    table
});

/// Whether Slack knows this reaction, with or without `::skin-tone-N`.
pub fn is_name(name: &str) -> bool {
    let (base, tone) = name.split_once("::").unwrap_or((name, "skin-tone-2"));
    let toned = tone
        .strip_prefix("skin-tone-")
        .is_some_and(|n| matches!(n, "2" | "3" | "4" | "5" | "6"));
    toned && TABLE.by_name.contains_key(base)
}

/// The name under which a reaction is kept: aliases such as `thumbsup` become the first (`+1`).
pub fn canonical(name: &str) -> String {
    let (base, tone) = match name.split_once("::") {
        Some((base, tone)) => (base, Some(tone)),
        None => (name, None),
    };
    let first = TABLE
        .by_name
        .get(base)
        .and_then(|text| TABLE.by_text.get(text))
        .map_or(base, |entry| entry.name);
    match tone {
        Some(tone) => format!("{first}::{tone}"),
        None => first.to_owned(),
    }
}

/// Replaces each emoji by `:name:`, a skin tone following as `:skin-tone-N:`.
pub fn to_shortcodes(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        match longest_at(&chars[at..]) {
            Some((length, name, tone)) => {
                out.push(':');
                out.push_str(name);
                out.push(':');
                if let Some(tone) = tone {
                    out.push_str(&format!(":skin-tone-{tone}:"));
                }
                at += length;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

fn longest_at(chars: &[char]) -> Option<(usize, &'static str, Option<u32>)> {
    let first = *chars.first()?;
    if !TABLE.first.contains(&first) {
        return None;
    }
    let mut key = String::new();
    let mut tone = None;
    let mut found = None;
    let mut points = 0;
    for (index, &c) in chars.iter().enumerate() {
        if c == PRESENTATION || (TONES.contains(&c) && index > 0) {
            if TONES.contains(&c) {
                tone = Some(c as u32 - *TONES.start() as u32 + 2);
            }
        } else {
            points += 1;
            if points > TABLE.longest {
                break;
            }
            key.push(c);
        }
        if let Some(entry) = TABLE.by_text.get(&key)
            && (!entry.text_by_default || c == PRESENTATION || tone.is_some())
        {
            found = Some((index + 1, entry.name, tone));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_become_shortcodes_and_text_stays() {
        for (typed, stored) in [
            ("確認中👀です", "確認中:eyes:です"),
            ("👍🏼", ":+1::skin-tone-3:"),
            ("1️⃣ と 1", ":one: と 1"),
            ("🇯🇵", ":jp:"),
            ("✋✅🔥", ":hand::white_check_mark::fire:"),
            ("🙇‍♂️", ":man-bowing:"),
            ("© ㊗ →", "© ㊗ →"),
            ("❤️", ":heart:"),
            ("日本語ｶﾅ#*", "日本語ｶﾅ#*"),
        ] {
            assert_eq!(to_shortcodes(typed), stored, "{typed}");
        }
    }

    #[test]
    fn names_are_known_with_tones_and_aliases() {
        for known in [
            "+1",
            "thumbsup",
            "eyes",
            "raised_hand",
            "wave::skin-tone-4",
            "one",
            "five",
        ] {
            assert!(is_name(known), "{known}");
        }
        for unknown in [
            "",
            "nonsense_name",
            "EYES",
            "👀",
            "wave::skin-tone-9",
            ":+1:",
        ] {
            assert!(!is_name(unknown), "{unknown}");
        }
        assert_eq!(canonical("thumbsup"), "+1");
        assert_eq!(canonical("raised_hand::skin-tone-2"), "hand::skin-tone-2");
    }
}

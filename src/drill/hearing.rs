//! How a scripted person understands what is written: by keywords, in both languages at once, for
//! people mix them. No network, no model: the same words are always understood the same way.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

/// Alternatives in both languages. Each is words that must all be there, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hears {
    #[serde(default)]
    pub en: Vec<String>,
    #[serde(default)]
    pub ja: Vec<String>,
}

impl Hears {
    pub const fn is_empty(&self) -> bool {
        self.en.is_empty() && self.ja.is_empty()
    }

    /// Whether `text`, as [`fold`] gives it, says one of the alternatives.
    pub fn is_in(&self, text: &str) -> bool {
        self.ja.iter().chain(&self.en).any(|alternative| {
            let mut words = alternative.split_whitespace();
            words.all(|word| has(text, &fold(word)))
        })
    }
}

/// Full and half width, large and small letters are one.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// A word of letters counts where a word begins ("db" is not in "feedback"); a Japanese one anywhere.
pub fn has(text: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    let latin = word
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        !latin || !before.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

/// A handle with its `@`, whole: `@ito` is not in `@itou`.
pub fn is_called(text: &str, handle: &str) -> bool {
    let called = format!("@{handle}");
    text.match_indices(&called).any(|(at, found)| {
        let next = text.get(at + found.len()..);
        let next = next.and_then(|rest| rest.chars().next());
        next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
    })
}

/// It asks somebody to come.
pub fn is_summons(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "come",
        "join",
        "call",
        "page",
        "paging",
        "wake",
        "need you",
        "来て",
        "呼",
        "入って",
        "参加",
        "起こ",
        "起きて",
        "お願いし",
        "力を貸",
    ];
    WORDS
        .iter()
        .any(|words| words.split_whitespace().all(|word| has(text, word)))
}

/// It asks for an answer.
pub fn is_question(text: &str) -> bool {
    const ENDS: &[&str] = &[
        "?",
        "ですか",
        "ますか",
        "教えて",
        "どう",
        "なに",
        "何が",
        "who",
        "what",
        "when",
        "anyone",
        "誰か",
    ];
    ENDS.iter().any(|end| has(text, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hears(ja: &[&str], en: &[&str]) -> Hears {
        let all = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
        Hears {
            en: all(en),
            ja: all(ja),
        }
    }

    #[test]
    fn all_words_of_an_alternative_must_be_there() {
        let hears = hears(&["切り戻 影響"], &["roll back", "revert"]);
        for text in [
            "切り戻しの影響は?",
            "影響を見てから切り戻して",
            "Can you ROLL it back?",
            "please revert",
        ] {
            assert!(hears.is_in(&fold(text)), "{text}");
        }
        for text in ["切り戻して", "roll on", "irreversible"] {
            assert!(!hears.is_in(&fold(text)), "{text}");
        }
    }

    #[test]
    fn width_and_case_do_not_matter_and_words_are_whole() {
        let hears = hears(&["ログ"], &["db"]);
        for text in ["ﾛｸﾞはありますか", "ＤＢは?", "the DB-primary"] {
            assert!(hears.is_in(&fold(text)), "{text}");
        }
        assert!(!hears.is_in(&fold("any feedback?")));
    }

    #[test]
    fn questions_are_known_in_both_languages() {
        for text in [
            "いつ直りますか",
            "誰か見られる?",
            "what changed",
            "状況を教えて",
        ] {
            assert!(is_question(&fold(text)), "{text}");
        }
        assert!(!is_question(&fold("了解です")));
    }
}

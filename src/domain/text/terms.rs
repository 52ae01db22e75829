//! Text cut into what a search index holds, and a query into what is looked up there.
//!
//! Japanese has no spaces: a run of it is held as its overlapping pairs of letters and, so that its
//! last letter can be found by itself, that letter alone. 「決済失敗」 is 決済 済失 失敗 敗, and a
//! search for 「済失敗」 is the phrase 済失 失敗. Other scripts are words. Both sides pass [`fold`],
//! so that width and case make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of a word that are told apart; the rest of a token, a key or a hash, finds nobody more.
const LONGEST: usize = 40;

/// As both sides of a search are compared: NFKC, which makes half-width kana and full-width letters
/// what they stand for, and lower case.
pub fn fold(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    // Lower case may decompose (İ).
    lower.nfkc().collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Japanese,
    Word,
    Between,
}

fn sort(c: char) -> Sort {
    match c {
        // Hiragana and katakana with their marks, but not the middle dot, which parts words.
        '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        // 々 〆 〇, and Han with its extensions.
        | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => Sort::Japanese,
        c if c.is_alphanumeric() || is_combining_mark(c) => Sort::Word,
        _ => Sort::Between,
    }
}

/// The runs of a folded text, with the sort of each.
fn runs(folded: &str) -> impl Iterator<Item = (Sort, &str)> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        loop {
            let first = sort(rest.chars().next()?);
            let end = rest.find(|c| sort(c) != first).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = after;
            if first != Sort::Between {
                return Some((first, run));
            }
        }
    })
}

fn word(run: &str) -> String {
    run.chars().take(LONGEST).collect()
}

/// Pairs of neighbours; nothing of a single letter.
fn pairs(run: &str) -> impl Iterator<Item = String> {
    let next = run.chars().skip(1);
    run.chars()
        .zip(next)
        .map(|(a, b)| String::from_iter([a, b]))
}

/// What an index holds of a text: tokens parted by single spaces, in order.
pub fn tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut put = |token: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(token);
    };
    for (sort, run) in runs(&fold(text)) {
        match sort {
            Sort::Japanese => {
                pairs(run).for_each(|pair| put(&pair));
                if let Some((at, _)) = run.char_indices().next_back() {
                    put(&run[at..]);
                }
            }
            _ => put(&word(run)),
        }
    }
    out
}

/// One thing that is searched for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Tokens that follow each other.
    Phrase(Vec<String>),
    /// The beginning of a token.
    Prefix(String),
}

/// What a query asks for, in order, each once. What is no letter or digit asks for nothing.
pub fn terms(query: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for (sort, run) in runs(&fold(query)) {
        let tokens: Vec<String> = match sort {
            Sort::Japanese => pairs(run).collect(),
            _ => Vec::new(),
        };
        let term = match tokens.is_empty() {
            false => Term::Phrase(tokens),
            true => Term::Prefix(word(run)),
        };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms
}

impl Term {
    /// The letters that it looks for, as a folded text has them.
    pub fn needle(&self) -> String {
        match self {
            Term::Prefix(word) => word.clone(),
            Term::Phrase(pairs) => {
                let last = pairs.last().and_then(|pair| pair.chars().next_back());
                let firsts = pairs.iter().filter_map(|pair| pair.chars().next());
                firsts.chain(last).collect()
            }
        }
    }
}

/// How many of `terms` are found in a text.
pub fn count(text: &str, terms: &[Term]) -> usize {
    let folded = fold(text);
    let found = terms.iter().filter(|term| {
        let needle = term.needle();
        let places = folded.match_indices(&needle);
        let mut places = places.map(|(at, _)| at);
        places.any(|at| begins(&folded, &needle, at))
    });
    found.count()
}

/// Whether what is found at `at` is found as an index would: a word from its beginning.
fn begins(folded: &str, needle: &str, at: usize) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| sort(c) == Sort::Word);
    !is_word(needle.chars().next()) || !is_word(folded[..at].chars().next_back())
}

/// Where the first of `terms` that is found stands in `text`, in bytes.
pub fn find(text: &str, terms: &[Term]) -> Option<(usize, usize)> {
    // A letter may fold into several: each keeps where it came from.
    let mut folded = String::new();
    let mut from = Vec::new();
    for (at, c) in text.char_indices() {
        let letters = fold(c.encode_utf8(&mut [0; 4]));
        from.extend(std::iter::repeat_n((at, at + c.len_utf8()), letters.len()));
        folded.push_str(&letters);
    }
    terms.iter().find_map(|term| {
        let needle = term.needle();
        let mut found = folded.match_indices(&needle).map(|(at, _)| at);
        let at = found.find(|at| begins(&folded, &needle, *at))?;
        let end = from.get(at + needle.len() - 1)?.1;
        Some((from[at].0, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether an index that holds `text` answers `query`, as the index itself would.
    fn finds(query: &str, text: &str) -> bool {
        let held = tokens(text);
        let held: Vec<&str> = held.split(' ').collect();
        terms(query).iter().all(|term| match term {
            Term::Prefix(start) => held.iter().any(|token| token.starts_with(start.as_str())),
            Term::Phrase(pairs) => held.windows(pairs.len()).any(|part| part == pairs),
        })
    }

    #[test]
    fn a_word_is_found_inside_a_run_of_japanese() {
        assert_eq!(tokens("カード決済失敗"), "カー ード ド決 決済 済失 失敗 敗");
        assert!(finds("決済", "カード決済失敗"));
        assert!(finds("決済失敗", "カード決済失敗"));
        assert!(!finds("決失", "カード決済失敗"), "not neighbours");
        assert!(!finds("決済", "決 済"));
    }

    #[test]
    fn width_and_case_make_no_difference() {
        assert!(finds("ｶｰﾄﾞ", "カード決済失敗"));
        assert!(finds("カード", "ｶｰﾄﾞ決済"));
        assert!(finds("ＤＮＳ", "the dns resolver") && finds("dns", "ＤＮＳの障害"));
        assert!(finds("ガ", "ｶﾞ") && !finds("カ", "ガ"));
    }

    #[test]
    fn a_single_letter_is_found_wherever_it_stands() {
        for letter in ["決", "済", "敗", "カ"] {
            assert!(finds(letter, "カード決済失敗"), "{letter}");
        }
        assert!(!finds("国", "カード決済失敗"));
    }

    #[test]
    fn a_word_is_found_by_its_beginning_and_scripts_part_words() {
        assert!(finds("check", "Checkout fails") && !finds("out", "Checkout fails"));
        assert!(finds("db", "DB接続エラー") && finds("接続", "DB接続エラー"));
        assert_eq!(terms("a a  \"*'()-:^"), [Term::Prefix("a".into())]);
        assert!(finds("サーバ", "API・サーバ") && !finds("Iサ", "API・バサーバ"));
    }

    #[test]
    fn what_was_found_is_shown_where_it_stands() {
        let at = |text: &'static str, query: &str| {
            find(text, &terms(query)).map(|(from, to)| &text[from..to])
        };
        assert_eq!(at("本日カード決済が失敗", "決済"), Some("決済"));
        assert_eq!(at("The ＤＮＳ server", "dns"), Some("ＤＮＳ"));
        assert_eq!(at("checkout out", "out"), Some("out"));
        assert_eq!(at("㍻の", "平成"), Some("㍻"));
        assert_eq!(at("nothing", "some"), None);
    }

    proptest! {
        #[test]
        fn every_part_of_a_text_is_found_in_it(text in "[a-zA-Z0-9あ-んア-ヴー一-龠ｱ-ﾝﾞ ・、。]{1,30}", from in 0usize..30, len in 1usize..10) {
            // Half-width marks belong to the letter before them.
            let text = fold(&text);
            let part: String = text.chars().skip(from).take(len).collect();
            let starts = from == 0 || text.chars().nth(from - 1).is_none_or(|c| sort(c) != Sort::Word);
            prop_assume!(starts);
            prop_assert!(finds(&part, &text), "{part:?} in {text:?}");
        }

        #[test]
        fn tokens_hold_nothing_but_letters(text in "\\PC{0,60}") {
            for token in tokens(&text).split(' ').filter(|t| !t.is_empty()) {
                prop_assert!(token.chars().all(|c| sort(c) != Sort::Between), "{token:?}");
            }
            for term in terms(&text) {
                prop_assert!(term.needle().chars().all(|c| sort(c) != Sort::Between));
                find(&text, &[term]);
            }
        }
    }
}

//! What a post-mortem is better without: blame. It explains itself and never blocks.
//!
//! The rule is the field's: a post-mortem finds causes and improves the system; people did what made
//! sense to them at the time. Words are looked for in both languages, whatever the text's own.

use crate::both;
use crate::domain::words::Text;

/// One place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// From 1.
    pub line: usize,
    /// What was found there.
    pub word: String,
    pub why: Text,
}

/// Words that put a fault on whoever stands beside them.
const BLAME: &[&str] = &[
    "fault",
    "to blame",
    "blame",
    "blamed",
    "mistake",
    "mistakes",
    "careless",
    "carelessly",
    "carelessness",
    "negligent",
    "negligence",
    "forgot",
    "failed to",
    "should have",
    "ought to have",
    "neglected",
    "sloppy",
    "incompetent",
    "responsible for the outage",
    "ミス",
    "のせい",
    "責任",
    "落ち度",
    "怠っ",
    "怠慢",
    "忘れ",
    "うっかり",
    "不注意",
    "確認不足",
    "すべきだった",
    "べきでした",
    "しなかった",
    "犯人",
];

/// Words that end the search for causes, whoever is meant.
const NO_CAUSE: &[&str] = &[
    "human error",
    "operator error",
    "user error",
    "carelessness",
    "ヒューマンエラー",
    "人為ミス",
    "人為的ミス",
    "人的ミス",
    "不注意",
    "確認不足",
    "注意不足",
    "うっかり",
];

/// "Be careful" changes nothing.
const CARE: &[&str] = &[
    "be careful",
    "be more careful",
    "pay attention",
    "pay more attention",
    "注意する",
    "注意します",
    "注意していく",
    "気をつける",
    "気をつけます",
    "気を付ける",
    "気を付けます",
    "徹底する",
    "徹底します",
    "を徹底",
    "の徹底",
    "意識する",
    "意識します",
    "周知する",
    "周知します",
    "周知徹底",
];

/// Looks through a text line by line. `names` are those of people who took part.
pub fn lint(text: &str, names: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut code = false;
    let parts: Vec<String> = names.iter().flat_map(|name| name_parts(name)).collect();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        // What somebody said at the time is quoted as it was.
        if code || line.trim_start().starts_with('>') {
            continue;
        }
        let mut found = |word: &str, why: Text| {
            findings.push(Finding {
                line: number + 1,
                word: word.to_owned(),
                why,
            });
        };
        if let Some(word) = first(line, NO_CAUSE) {
            found(
                word,
                both!(
                    "\"{word}\" is where the search begins, not where it ends: what made it possible, and what would have caught it?",
                    "「{word}」は原因ではなく出発点です。なぜ起こりえたのか、何があれば防げたのかを書いてください"
                ),
            );
        }
        if let Some(word) = first(line, CARE) {
            found(
                word,
                both!(
                    "\"{word}\" is no change to the system: what would make it impossible, or harmless?",
                    "「{word}」は仕組みの改善になりません。起きない・起きても困らない仕組みを書いてください"
                ),
            );
        }
        for sentence in sentences(line) {
            let named = parts.iter().find(|name| is_named(sentence, name));
            if let (Some(name), Some(word)) = (named, first(sentence, BLAME)) {
                found(
                    name,
                    both!(
                        "A name stands beside \"{word}\": say what was known at the time and what the system allowed, not who",
                        "名前が「{word}」と並んでいます。誰がではなく、その時に何が分かっていて、仕組みが何を許したのかを書いてください"
                    ),
                );
            }
        }
    }
    findings
}

/// A name as it is shown, without what stands in brackets, and each of its words: 「田中(CS)」 is 田中.
pub fn name_parts(name: &str) -> Vec<String> {
    let bare = name.split(['(', '（', '[', '/']).next().unwrap_or(name);
    let words = bare.split_whitespace();
    let all = [name, bare].into_iter().chain(words).map(str::trim);
    let mut parts: Vec<String> = Vec::new();
    for part in all.filter(|part| part.chars().count() > 1) {
        if !parts.iter().any(|known| known == part) {
            parts.push(part.to_owned());
        }
    }
    parts
}

/// An action item that changes nothing, by the whole of its line.
pub fn is_bare_care(line: &str) -> bool {
    let bare = line.trim().trim_end_matches(['.', '。']).to_lowercase();
    bare.chars().count() < 40 && CARE.iter().any(|word| bare.ends_with(word))
}

fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['。', '！', '？'])
        .flat_map(|part| part.split_inclusive(". "))
}

fn first<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    let text = text.to_lowercase();
    words.iter().copied().find(|word| holds(&text, word))
}

/// Words of Latin letters only as whole words: "default" is no fault.
fn holds(lower: &str, word: &str) -> bool {
    lower.match_indices(word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let (before, after) = (&lower[..at], &lower[at + word.len()..]);
        !word.is_ascii() || !(letter(before.chars().next_back()) || letter(after.chars().next()))
    })
}

/// A name of one character is too often part of a word.
fn is_named(text: &str, name: &str) -> bool {
    let name = name.trim();
    name.chars().count() > 1 && holds(&text.to_lowercase(), &name.to_lowercase())
}

//! A report's three parts: conditions, actions, needs; and what its reader is better spared.

use crate::domain::words::{Lang, Text};

/// What a report says. Empty parts were not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Can {
    /// What is true now.
    pub conditions: String,
    /// What is being done, by whom.
    pub actions: String,
    /// What is missing; "none" is said.
    pub needs: String,
}

const LABELS: [Text; 3] = [
    Text::fixed("Conditions", "現状"),
    Text::fixed("Actions", "対応"),
    Text::fixed("Needs", "必要なもの"),
];

impl Can {
    /// As a message carries it: each part a paragraph of its own under its label.
    pub fn render(&self, lang: Lang) -> String {
        let parts = [&self.conditions, &self.actions, &self.needs];
        let labels = LABELS;
        let paragraphs = labels.iter().zip(parts).map(|(label, part)| {
            let lines: Vec<&str> = part.lines().map(str::trim_end).collect();
            let lines: Vec<&str> = lines.into_iter().filter(|l| !l.is_empty()).collect();
            format!("{}:\n{}", label.get(lang), lines.join("\n"))
        });
        paragraphs.collect::<Vec<_>>().join("\n\n")
    }

    /// What was said, one line a part, each under its label.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let parts = [&self.conditions, &self.actions, &self.needs];
        let labelled = LABELS.into_iter().zip(parts);
        let said = labelled.filter(|(_, part)| !part.trim().is_empty());
        said.map(|(label, part)| {
            let line: Vec<&str> = part.split_whitespace().collect();
            format!("{}: {}", label.get(lang), line.join(" "))
        })
        .collect()
    }

    /// Reads what [`Can::render`] wrote, in whichever language; anything else is all conditions.
    pub fn parse(text: &str) -> Can {
        let mut parts = text.split("\n\n").map(|paragraph| {
            let (label, rest) = paragraph
                .trim()
                .split_once('\n')
                .unwrap_or((paragraph.trim(), ""));
            let label = label.trim_end_matches(':');
            let known = LABELS
                .iter()
                .position(|l| l.get(Lang::En) == label || l.get(Lang::Ja) == label);
            known.map(|part| (part, rest.to_owned()))
        });
        let mut can = Can::default();
        let whole = parts.by_ref().try_fold((), |(), part| {
            let (part, text) = part?;
            match part {
                0 => can.conditions = text,
                1 => can.actions = text,
                _ => can.needs = text,
            }
            Some(())
        });
        match whole {
            Some(()) => can,
            None => Can {
                conditions: text.to_owned(),
                ..Can::default()
            },
        }
    }
}

/// What a report is better without. It warns and never blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Conditions hold a guess.
    Speculation,
    /// Actions hold a promise.
    Promise,
    /// "None" must be said.
    NoNeeds,
    NoConditions,
}

impl Warning {
    pub const fn text(self) -> Text {
        match self {
            Warning::Speculation => Text::fixed(
                "Conditions hold a guess: say what is known, or note it as a hypothesis",
                "現状に推測があります。分かっている事実だけを書くか、仮説として記録してください",
            ),
            Warning::Promise => Text::fixed(
                "Actions hold a promise: say what is being done, not when it will be good",
                "対応に約束があります。していることだけを書いてください",
            ),
            Warning::NoNeeds => Text::fixed(
                "Needs are empty: write \"none\" if nothing is missing",
                "必要なものが空です。なければ「なし」と書いてください",
            ),
            Warning::NoConditions => Text::fixed(
                "Conditions are empty: what is true now?",
                "現状が空です。いま分かっていることを書いてください",
            ),
        }
    }
}

const GUESSES: &[&str] = &[
    "maybe",
    "perhaps",
    "probably",
    "possibly",
    "presumably",
    "i think",
    "we think",
    "might be",
    "may be",
    "seems",
    "seem to",
    "likely",
    "おそらく",
    "恐らく",
    "と思われ",
    "と思い",
    "と思う",
    "かもしれ",
    "可能性",
    "はず",
    "たぶん",
    "多分",
    "らしい",
    "ようです",
    "みたい",
    "推測",
];

const PROMISES: &[&str] = &[
    "will be",
    "will fix",
    "will recover",
    "will have",
    "we promise",
    "guarantee",
    "by the end of",
    "soon",
    "shortly",
    "within the hour",
    "復旧します",
    "復旧予定",
    "完了予定",
    "修正予定",
    "完了見込み",
    "見込みです",
    "直ります",
    "直します",
    "解消します",
    "必ず",
    "約束",
    "まもなく",
    "間もなく",
    "すぐに",
    "中には",
    "までに",
];

/// Looks for what a report is better without, in both languages.
pub fn lint(can: &Can) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if can.conditions.trim().is_empty() {
        warnings.push(Warning::NoConditions);
    }
    if holds(&can.conditions, GUESSES) {
        warnings.push(Warning::Speculation);
    }
    if holds(&can.actions, PROMISES) {
        warnings.push(Warning::Promise);
    }
    if can.needs.trim().is_empty() {
        warnings.push(Warning::NoNeeds);
    }
    warnings
}

/// Words of Latin letters only as whole words: "unlikely" is not "likely".
fn holds(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            !word.is_ascii()
                || !(letter(before.chars().next_back()) || letter(after.chars().next()))
        })
    })
}

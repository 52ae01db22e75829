//! How an incident's channel is named.

use crate::both;
use crate::domain::words::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Slack's limit, in characters (conversations.create).
pub const MAX_CHANNEL_NAME: usize = 80;

const PLACEHOLDERS: &[&str] = &["service", "kind", "yyyymmdd", "yyyy", "mm", "dd", "hhmm"];

/// Literal text with `{service}`, `{kind}`, `{yyyymmdd}`, `{yyyy}`, `{mm}`, `{dd}`, `{hhmm}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameRule(String);

/// What fills the placeholders. The time is the declaration's, in the organisation's zone.
#[derive(Clone, Debug)]
pub struct Fill<'a> {
    pub service: &'a str,
    pub kind: &'a str,
    pub declared: chrono::NaiveDateTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadRule {
    Open,
    Unknown(String),
    Character(char),
    Empty,
}

impl BadRule {
    pub fn text(&self) -> Text {
        match self {
            BadRule::Open => Text::fixed(
                "a placeholder is not closed with }",
                "プレースホルダーが } で閉じられていません",
            ),
            BadRule::Unknown(name) => {
                let known: Vec<String> = PLACEHOLDERS.iter().map(|p| format!("{{{p}}}")).collect();
                let known = known.join(" ");
                both!(
                    "there is no placeholder {{{name}}}: there are {known}",
                    "{{{name}}} は使えません。使えるのは {known} です"
                )
            }
            BadRule::Character(c) => both!(
                "`{c}` cannot stand in a channel name: no capitals, spaces or marks but - and _",
                "`{c}` はチャンネル名に使えません。大文字、空白、- と _ 以外の記号は使えません"
            ),
            BadRule::Empty => Text::fixed("the rule is empty", "空です"),
        }
    }
}

impl fmt::Display for BadRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for BadRule {}

enum Piece<'a> {
    Literal(&'a str),
    Placeholder(&'a str),
}

fn pieces(rule: &str) -> Result<Vec<Piece<'_>>, BadRule> {
    let mut found = Vec::new();
    let mut rest = rule;
    while let Some(open) = rest.find('{') {
        let (literal, tail) = rest.split_at(open);
        found.push(Piece::Literal(literal));
        let close = tail.find('}').ok_or(BadRule::Open)?;
        found.push(Piece::Placeholder(&tail[1..close]));
        rest = &tail[close + 1..];
    }
    found.push(Piece::Literal(rest));
    Ok(found)
}

/// Slack refuses upper case, spaces and punctuation other than `-` and `_`; letters of scripts
/// without case, such as Japanese, are in use.
pub(crate) fn fits_channel_name(c: char) -> bool {
    c == '-' || c == '_' || (c.is_alphanumeric() && !c.is_uppercase())
}

impl NameRule {
    pub fn parse(rule: &str) -> Result<NameRule, BadRule> {
        if rule.trim().is_empty() {
            return Err(BadRule::Empty);
        }
        for piece in pieces(rule)? {
            match piece {
                Piece::Literal(text) => {
                    if let Some(c) = text.chars().find(|c| !fits_channel_name(*c)) {
                        return Err(BadRule::Character(c));
                    }
                }
                Piece::Placeholder(name) => {
                    if !PLACEHOLDERS.contains(&name) {
                        return Err(BadRule::Unknown(name.to_owned()));
                    }
                }
            }
        }
        Ok(NameRule(rule.to_owned()))
    }

    /// For the rules shipped as defaults, which a test parses.
    pub(super) fn from_default(rule: &str) -> NameRule {
        NameRule(rule.to_owned())
    }

    /// The name of the `attempt`-th try: 1 is the rule itself, later ones end in `-2`, `-3`, ….
    /// At most [`MAX_CHANNEL_NAME`] characters; what Slack would refuse becomes `-`.
    pub fn render(&self, fill: &Fill<'_>, attempt: u32) -> String {
        let suffix = match attempt {
            0 | 1 => String::new(),
            n => format!("-{n}"),
        };
        let mut name = String::new();
        for piece in pieces(&self.0).unwrap_or_default() {
            match piece {
                Piece::Literal(text) => name.push_str(text),
                Piece::Placeholder("service") => name.push_str(&slug(fill.service)),
                Piece::Placeholder("kind") => name.push_str(&slug(fill.kind)),
                Piece::Placeholder(date) => {
                    let format = match date {
                        "yyyymmdd" => "%Y%m%d",
                        "yyyy" => "%Y",
                        "mm" => "%m",
                        "dd" => "%d",
                        _ => "%H%M",
                    };
                    name.push_str(&fill.declared.format(format).to_string());
                }
            }
        }
        let room = MAX_CHANNEL_NAME - suffix.chars().count();
        let mut name: String = name.chars().take(room).collect();
        name.push_str(&suffix);
        name
    }
}

fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        if fits_channel_name(c) {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    out
}

impl fmt::Display for NameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for NameRule {
    type Error = BadRule;

    fn try_from(rule: String) -> Result<NameRule, BadRule> {
        NameRule::parse(&rule)
    }
}

impl From<NameRule> for String {
    fn from(rule: NameRule) -> String {
        rule.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(service: &str) -> Fill<'_> {
        Fill {
            service,
            kind: "outage",
            declared: chrono::NaiveDate::from_ymd_opt(2026, 11, 20)
                .and_then(|d| d.and_hms_opt(9, 5, 0))
                .expect("a date"),
        }
    }

    #[test]
    fn the_rule_is_filled_and_the_suffix_counts_up() {
        let rule = NameRule::parse("{service}-{yyyymmdd}i").expect("parses");
        assert_eq!(rule.render(&fill("shop"), 1), "shop-20261120i");
        assert_eq!(rule.render(&fill("shop"), 3), "shop-20261120i-3");
        let rule = NameRule::parse("訓練_{kind}-{yyyy}{mm}{dd}{hhmm}").expect("parses");
        assert_eq!(rule.render(&fill(""), 1), "訓練_outage-202611200905");
    }

    #[test]
    fn a_name_never_breaks_slacks_rules() {
        let rule = NameRule::parse("{service}-{yyyymmdd}i").expect("parses");
        let long = "é".repeat(200);
        let name = rule.render(&fill(&long), 12);
        assert_eq!(name.chars().count(), MAX_CHANNEL_NAME);
        assert!(name.ends_with("-12"));
        let odd = rule.render(&fill("Pay Ments, Inc.＆決済"), 1);
        assert_eq!(odd, "pay-ments-inc-決済-20261120i");
    }

    #[test]
    fn wrong_rules_are_refused() {
        assert_eq!(NameRule::parse("{service"), Err(BadRule::Open));
        assert_eq!(
            NameRule::parse("{sevice}"),
            Err(BadRule::Unknown("sevice".into()))
        );
        assert_eq!(NameRule::parse("Inc-{dd}"), Err(BadRule::Character('I')));
        assert_eq!(NameRule::parse(" "), Err(BadRule::Empty));
        for rule in [
            "{service}-{yyyymmdd}i",
            "sec-{yyyymmdd}-{hhmm}",
            "drill-{service}-{yyyymmdd}i",
        ] {
            assert!(NameRule::parse(rule).is_ok());
        }
    }
}

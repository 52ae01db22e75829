//! Texts that reports and notices begin with: `{name}` stands for what the record knows.

use super::INSIDE;
use crate::domain::words::Lang;
use std::borrow::Cow;

/// What a template may name.
pub const BLANKS: [&str; 12] = [
    "title",
    "service",
    "level",
    "phase",
    "since",
    "situation",
    "impact",
    "tasks",
    "needs",
    "commander",
    "notice",
    "next",
];

/// A piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Blank(&'a str),
}

/// Only small letters between braces are a blank: other braces are text.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut text = 0;
    let mut from = 0;
    while let Some(open) = line[from..].find('{').map(|at| from + at) {
        let rest = &line[open + 1..];
        let name = rest.find('}').map(|end| &rest[..end]);
        match name.filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_lowercase())) {
            Some(name) => {
                pieces.push(Piece::Text(&line[text..open]));
                pieces.push(Piece::Blank(name));
                text = open + name.len() + 2;
                from = text;
            }
            None => from = open + 1,
        }
    }
    pieces.push(Piece::Text(&line[text..]));
    pieces
}

/// The first blank that nothing stands for.
pub fn unknown(template: &str) -> Option<&str> {
    let mut blanks = template.lines().flat_map(pieces);
    blanks.find_map(|piece| match piece {
        Piece::Blank(name) if !BLANKS.contains(&name) => Some(name),
        _ => None,
    })
}

/// The template with its blanks filled in. A line of which nothing is known is left out.
pub fn fill<'v>(template: &str, value: impl Fn(&str) -> Cow<'v, str>) -> String {
    let mut lines = Vec::new();
    for line in template.trim_end().lines() {
        let (mut blanks, mut known) = (0, 0);
        let mut said = String::new();
        for piece in pieces(line) {
            match piece {
                Piece::Text(text) => said.push_str(text),
                Piece::Blank(name) => {
                    let value = value(name);
                    blanks += 1;
                    known += usize::from(!value.trim().is_empty());
                    said.push_str(value.trim());
                }
            }
        }
        if blanks == 0 || known > 0 {
            lines.push(said);
        }
    }
    lines.join("\n")
}

/// What a report to an audience begins with, where the organisation says nothing else.
pub fn report(audience: &str, lang: Lang) -> &'static str {
    match (audience, lang) {
        ("executives", Lang::En) => include_str!("../../../assets/templates/en/executives.txt"),
        ("executives", Lang::Ja) => include_str!("../../../assets/templates/ja/executives.txt"),
        ("support", Lang::En) => include_str!("../../../assets/templates/en/support.txt"),
        ("support", Lang::Ja) => include_str!("../../../assets/templates/ja/support.txt"),
        (_, Lang::En) => include_str!("../../../assets/templates/en/report.txt"),
        (_, Lang::Ja) => include_str!("../../../assets/templates/ja/report.txt"),
    }
}

/// Audiences that have a shipped template of their own.
pub const SHIPPED: [&str; 3] = [INSIDE, "executives", "support"];

/// What a notice to customers begins with.
pub const fn notice(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../../assets/templates/en/notice.txt"),
        Lang::Ja => include_str!("../../../assets/templates/ja/notice.txt"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::work::Can;

    fn known(name: &str) -> Cow<'static, str> {
        match name {
            "needs" => Cow::Borrowed(""),
            other => Cow::Owned(other.to_uppercase()),
        }
    }

    #[test]
    fn what_is_not_known_leaves_no_label_behind() {
        let filled = fill(
            "Now:\n{title} since {since}\nMissing: {needs}\n{no blank}\n",
            known,
        );
        assert_eq!(filled, "Now:\nTITLE since SINCE\n{no blank}");
        // Part of a line that is known keeps the line.
        assert_eq!(fill("{needs} {title}", known), " TITLE");
    }

    #[test]
    fn a_value_is_text_and_never_a_blank() {
        let filled = fill("{title}", |_| Cow::Borrowed("{level} {title}"));
        assert_eq!(filled, "{level} {title}");
    }

    #[test]
    fn every_shipped_report_reads_as_its_three_parts_in_both_languages() {
        for audience in SHIPPED {
            for lang in [Lang::En, Lang::Ja] {
                let template = report(audience, lang);
                assert_eq!(unknown(template), None, "{audience} {lang:?}");
                let can = Can::parse(&fill(template, known));
                assert!(can.conditions.contains("SITUATION"), "{audience}: {can:?}");
                assert!(can.actions.contains("TASKS"), "{audience}: {can:?}");
                assert_eq!(can.needs, "", "{audience}: {can:?}");
            }
        }
        for lang in [Lang::En, Lang::Ja] {
            assert_eq!(unknown(notice(lang)), None);
            assert!(fill(notice(lang), known).contains("NEXT"));
        }
        assert_eq!(unknown("{title} {titel}"), Some("titel"));
    }
}

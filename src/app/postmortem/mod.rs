//! The draft of a post-mortem: a template, filled in from the record and from nothing else. What the
//! record does not say is marked as a gap, with who should know.
//!
//! A template is Markdown. `{name}` stands for what a part below tells; a name that there is no part
//! for is text.

pub(in crate::app) mod facts;
mod parts;

use crate::app::briefing::Told;
use crate::domain::decide::Command;
use crate::domain::learn::Learnt;
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::record::due::Rule;
use crate::domain::record::lint::{Finding, lint};
use crate::domain::settings::Config;
use crate::domain::words::{Lang, Text};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// What a draft is made with.
pub struct Sheet<'a> {
    pub told: &'a Told<'a>,
    /// The language of the draft.
    pub lang: Lang,
    /// What the organisation calls the service.
    pub service: &'a str,
    pub rule: Rule,
    /// The timeline may tell nothing for so many minutes; 0: however long.
    pub hole_minutes: u32,
}

/// What opens a mark of something that is not filled in, in both languages.
const GAPS: [&str; 2] = ["[TO FILL IN", "【未記入"];

/// The shipped template.
pub const fn template(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../../assets/templates/en/postmortem.md"),
        Lang::Ja => include_str!("../../../assets/templates/ja/postmortem.md"),
    }
}

/// The draft. Ends with a line feed.
pub fn draft(sheet: &Sheet<'_>, template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let name = rest[1..].find('}').map(|end| &rest[1..=end]);
        match name.and_then(|name| Some((name, parts::part(sheet, name)?))) {
            Some((name, text)) => {
                out.push_str(&text);
                rest = &rest[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    tidy(&out)
}

/// Parts of which nothing is known leave no empty paragraphs behind, and no headings without a text.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let blank = line.trim().is_empty();
        if blank && lines.last().is_none_or(|before| before.trim().is_empty()) {
            continue;
        }
        let level = |line: &str| line.bytes().take_while(|b| *b == b'#').count();
        // A heading that is followed by one of its own rank or above had nothing to say.
        while level(line) > 0 {
            let said = lines.iter().rposition(|l| !l.trim().is_empty());
            match said {
                Some(at) if level(lines[at]) >= level(line) => lines.truncate(at),
                _ => break,
            }
        }
        lines.push(line.trim_end());
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

/// A mark of something that is missing, and who should know.
fn gap(sheet: &Sheet<'_>, what: &Text, who: Option<String>) -> String {
    let what = what.get(sheet.lang);
    match (sheet.lang, who) {
        (Lang::En, Some(who)) => format!("[TO FILL IN: {what} (ask {who})]"),
        (Lang::En, None) => format!("[TO FILL IN: {what}]"),
        (Lang::Ja, Some(who)) => format!("【未記入: {what} ({who} に確認)】"),
        (Lang::Ja, None) => format!("【未記入: {what}】"),
    }
}

/// How much is left to fill in.
pub fn gaps(text: &str) -> u32 {
    let marks = GAPS.iter().map(|mark| {
        let found = text.match_indices(mark);
        // What was said in the channel is escaped, and is no mark.
        found.filter(|(at, _)| !text[..*at].ends_with('\\')).count()
    });
    u32::try_from(marks.sum::<usize>()).unwrap_or(u32::MAX)
}

/// The first 16 hexadecimal digits of the text's SHA-256, as the record keeps it.
pub fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What writing one begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// A draft from the record as it is now.
    pub fresh: String,
    /// Of those who took part.
    pub names: Vec<String>,
    /// The name of its file.
    pub file: String,
    /// It may be written where others read it.
    pub opens: bool,
    /// The lowest number that the next version may have.
    pub least: u32,
}

impl Desk {
    /// What a text is better without.
    pub fn findings(&self, text: &str) -> Vec<Finding> {
        lint(text, &self.names)
    }
}

/// A file that waits for an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitting {
    pub desk: Desk,
    pub path: PathBuf,
    /// What is in it.
    pub begun: String,
}

/// Sits down to it, in the incident's language.
pub fn desk(told: &Told<'_>, config: &Config, template: &str) -> Desk {
    let incident = told.incident;
    let service = config.service(&incident.service);
    let sheet = Sheet {
        told,
        lang: incident.lang,
        service: service.map_or(incident.service.as_str(), |s| s.name.get(incident.lang)),
        rule: config.post_mortem.rule(),
        hole_minutes: config.close.hole_minutes,
    };
    let people = incident.entries.iter().map(|entry| &entry.by);
    let people = people.chain(incident.roster.keys());
    let mut names: Vec<String> = people.map(|user| (told.name)(user)).collect();
    names.sort();
    names.dedup();
    let sight = Sight::of(incident, told.private, told.drill);
    let before = incident.lessons.post_mortem.as_ref();
    Desk {
        fresh: draft(&sheet, template),
        names,
        file: file_name(told),
        opens: sight.opens(Outlet::Export),
        least: before.map_or(0, |draft| draft.version) + 1,
    }
}

/// Says in the record that a version was written.
pub fn drafted(desk: &Desk, version: u32, text: &str) -> Command {
    Learnt::Drafted {
        version,
        gaps: gaps(text),
        digest: digest(text),
        place: Some(desk.file.clone()),
    }
    .into()
}

/// The name of its file: `2026-11-18-shop-20261118i.md`.
pub fn file_name(told: &Told<'_>) -> String {
    let incident = told.incident;
    let day = incident.began().unwrap_or(told.now);
    let day = crate::app::clock::local(told.zone, day).format("%Y-%m-%d");
    let name = told.channel.unwrap_or(incident.channel_wanted.as_str());
    let plain = |c: char| match c {
        '/' | '\\' | '.' | '\0'..=' ' => '-',
        c => c,
    };
    let name: String = name.chars().map(plain).collect();
    format!("{day}-{name}.md")
}

/// Text of the channel's or of people's as Markdown that says the same and does nothing.
fn md(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '【') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The same on one line.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    md(&words.join(" "))
}

/// The same as paragraphs; nothing in it is a heading, a list or a quotation of ours.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let said = md(line.trim_end());
        match said.trim_start().starts_with(['#', '>', '+', '-', '=']) {
            true => format!("\\{}", said.trim_start()),
            false => said,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;

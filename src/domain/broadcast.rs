//! What is told beyond the sentence of a loud act: at recovery what is left, at the end the whole
//! story in a few lines and thanks to everyone by name.
//!
//! Texts out of the record are mrkdwn as Slack returned it; everything else is escaped here.

use super::event::{Body, Milestone};
use super::gate;
use super::ids::UserId;
use super::incident::{Check, Entry, Incident, ItemState, Verdict};
use super::record::{Span, summary};
use super::sentence::{Piece, level_words, text};
use super::sync::mirror::{Names, linked, span};
use super::verb::{ROLES, is_role, part_name, role_name};
use super::words::{Lang, Text};
use super::work::{Deed, Sort, State};
use crate::wire::mrkdwn::escape;
use std::collections::BTreeSet;

/// Of a summary, so many characters: a message holds two of them, and names.
const SUMMARY_MAX: usize = 600;
/// More names than this are a number.
const THANKED_MAX: usize = 40;

/// The lines under the sentence of `body`; empty: none. `heard` are those who wrote in the channel.
pub fn more(
    body: &Body,
    incident: &Incident,
    drill: bool,
    heard: &BTreeSet<UserId>,
    names: &Names,
) -> Vec<String> {
    match body {
        Body::Declared { .. } => {
            let again = Text::fixed(
                "Reopened: the response to the same incident goes on in this channel.",
                "対応再開: 同じ件の対応を、このチャンネルで続けます。",
            );
            let again = incident
                .came_of
                .as_ref()
                .map(|_| again.get(incident.lang).to_owned());
            let situation = incident.situation.iter();
            let situation = situation.map(|situation| situation.text.clone());
            again.into_iter().chain(situation).collect()
        }
        Body::Recovered { .. } => left(incident, drill).into_iter().collect(),
        Body::Resolved { .. } => {
            let mut lines = vec![figures(incident)];
            lines.extend(summaries(incident));
            lines.extend(optional(incident));
            lines.extend(actions(incident, names));
            lines.extend(thanks(incident, heard, names));
            lines.retain(|line| !line.is_empty());
            lines
        }
        _ => Vec::new(),
    }
}

/// What is to be done until it can be resolved.
fn left(incident: &Incident, drill: bool) -> Option<String> {
    let rules = gate::Rules {
        hole_minutes: 0,
        drill,
        ..gate::Rules::default()
    };
    let end = incident.declared?;
    let mut names = gate::names(&gate::gate(incident, &rules, end));
    // A missing time is the record's, not everybody's.
    names.retain(|name| Milestone::parse(name).is_none());
    let lang = incident.lang;
    let names: Vec<String> = names
        .iter()
        .map(|name| escape(&gate::name_text(name, lang)).into_owned())
        .collect();
    (!names.is_empty()).then(|| match lang {
        Lang::En => format!("Left to do: {}", names.join(", ")),
        Lang::Ja => format!("残り: {}", names.join("、")),
    })
}

/// Level and durations, each with both of its ends in the record.
fn figures(incident: &Incident) -> String {
    let lang = incident.lang;
    let pick = |en: &'static str, ja: &'static str| if lang == Lang::Ja { ja } else { en };
    let mut parts = Vec::new();
    if let Some(level) = &incident.level {
        let level = escape(&level_words(level)).into_owned();
        parts.push(format!("{} *{level}*", pick("Level", "レベル")));
    }
    for which in [Span::Detect, Span::Fix, Span::Restore] {
        if let Some(long) = which.told(incident) {
            let name = which.text();
            parts.push(format!("{} {}", name.get(lang), span(long, lang)));
        }
    }
    parts.join(" · ")
}

/// Of a list that is told at the end; more are a number.
const LISTED_MAX: usize = 6;

/// What nobody had to do and nobody did, by name: whoever wonders does not have to look it up.
fn optional(incident: &Incident) -> Option<String> {
    let ja = incident.lang == Lang::Ja;
    let all = incident.checklist();
    let open = all.iter().enumerate();
    let open = open.filter(|(_, check)| !check.required && check.state == ItemState::Open);
    let open: Vec<String> = open
        .map(|(n, check)| escape(&format!("{}. {}", n + 1, check.item.text)).into_owned())
        .collect();
    let list = capped(&open, LISTED_MAX, if ja { "、" } else { "; " }, ja);
    (!open.is_empty()).then(|| match ja {
        true => format!("未実施の任意項目: {list}"),
        false => format!("Optional, not done: {list}"),
    })
}

/// So many of a list on one line; beyond them the number stands for the rest.
fn capped(all: &[String], most: usize, between: &str, ja: bool) -> String {
    let shown = &all[..all.len().min(most)];
    let mut line = shown.join(between);
    let rest = all.len() - shown.len();
    if rest > 0 {
        line += between;
        line += &match ja {
            true => format!("ほか{rest}件"),
            false => format!("{rest} more"),
        };
    }
    line
}

/// What is to prevent a repeat, who does it, and by when.
fn actions(incident: &Incident, names: &Names) -> Vec<String> {
    let ja = incident.lang == Lang::Ja;
    let told = incident.work.matters.iter().filter(|matter| {
        matter.sort == Sort::Action
            && matter.state != State::Dropped
            && !incident.work.retracted.contains(&matter.id)
    });
    let lines = told.map(|matter| {
        let mut said = vec![text(format!("{} {}", matter.handle(), matter.line))];
        if let Some(held) = &matter.owner {
            said.extend([text(" — "), Piece::Person(held.user.clone())]);
        }
        match (matter.state, matter.due) {
            (State::Done, _) => said.push(text(if ja { " (完了)" } else { " (done)" })),
            (_, Some(due)) => {
                let until = if ja { "、期限 " } else { ", due " };
                said.extend([text(until), Piece::Day(due)]);
            }
            (_, None) => {}
        }
        linked(&said, names)
    });
    let mut lines: Vec<String> = lines.collect();
    let more = lines.len().saturating_sub(LISTED_MAX);
    lines.truncate(LISTED_MAX);
    if more > 0 {
        lines.push(match ja {
            true => format!("ほか{more}件"),
            false => format!("{more} more"),
        });
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("• {line}")).collect();
    let head = (!lines.is_empty()).then(|| match ja {
        true => "再発防止策:".to_owned(),
        false => "Action items:".to_owned(),
    });
    head.into_iter().chain(lines).collect()
}

fn counts(entry: &&std::sync::Arc<Entry>, incident: &Incident) -> bool {
    entry.verdict == Verdict::Accepted && !incident.work.retracted.contains(&entry.id)
}

/// How it looked at first, and in the end.
fn summaries(incident: &Incident) -> Vec<String> {
    let lang = incident.lang;
    let all = summary::accounts(incident);
    let last = summary::last_word(incident);
    let pick = |en: &'static str, ja: &'static str| if lang == Lang::Ja { ja } else { en };
    match (all.first(), &last) {
        (Some(first), Some(last)) if first != last => vec![
            format!("{}: {}", pick("At first", "当初"), short(first)),
            format!("{}: {}", pick("In the end", "最終"), short(last)),
        ],
        (_, Some(last)) => vec![format!("{}: {}", pick("Summary", "要約"), short(last))],
        _ => Vec::new(),
    }
}

/// On one line, and never cut within a token of Slack's.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUMMARY_MAX {
        return line;
    }
    let cut: String = line.chars().take(SUMMARY_MAX).collect();
    let whole = |cut: &str, open: char, close: char| match (cut.rfind(open), cut.rfind(close)) {
        (Some(open), close) if close.is_none_or(|close| close < open) => open,
        _ => cut.len(),
    };
    let cut = &cut[..whole(&cut, '<', '>')];
    let cut = &cut[..whole(cut, '&', ';')];
    format!("{cut}…")
}

/// Everyone who took part, with what they did: commanders and roles first, then as they came.
fn thanks(incident: &Incident, heard: &BTreeSet<UserId>, names: &Names) -> Option<String> {
    let lang = incident.lang;
    let ja = lang == Lang::Ja;
    let mut people: Vec<(UserId, Vec<String>)> = Vec::new();
    let mut did = |user: &UserId, what: Option<String>| {
        let at = match people.iter().position(|(known, _)| known == user) {
            Some(at) => at,
            None => {
                people.push((user.clone(), Vec::new()));
                people.len() - 1
            }
        };
        let did = &mut people[at].1;
        did.extend(what.filter(|what| !did.contains(what)));
    };
    let role = |role: &str| role_name(ROLES, role).get(lang).to_owned();
    let entries = || {
        let entries = incident.entries.iter();
        entries.filter(|entry| counts(entry, incident))
    };
    let commanded = if ja { "指揮" } else { "commander" };
    for entry in entries() {
        if let Body::Commander {
            user: Some(user), ..
        }
        | Body::Work(Deed::Accepted { user, .. }) = &entry.body
        {
            did(user, Some(commanded.to_owned()));
        }
    }
    for entry in entries() {
        if let Body::Role {
            role: held,
            user: Some(user),
        } = &entry.body
        {
            did(user, Some(role(held)));
        }
    }
    let declared = if ja { "宣言" } else { "declared it" };
    did(&incident.declarer, Some(declared.to_owned()));
    let mut here: Vec<_> = incident.roster.values().collect();
    here.sort_by_key(|present| present.since);
    for present in here {
        let held = present.role.as_deref().filter(|held| is_role(held));
        let took_part = held.map(|held| part_name(ROLES, held).get(lang).to_owned());
        did(&present.user, took_part);
    }
    let tasks = incident.work.matters.iter().filter(|matter| {
        matter.sort == Sort::Task
            && matter.state == State::Done
            && !incident.work.retracted.contains(&matter.id)
    });
    for task in tasks {
        let by = task.settled.last().map(|settled| &settled.by);
        let whose = task.owner.as_ref().map(|held| &held.user).or(by);
        if let Some(user) = whose {
            did(user, Some(escape(&task.line).into_owned()));
        }
    }
    let list = incident.checklist();
    let ticked = |check: &&Check| check.state == ItemState::Done && !check.by_record;
    let done = list.iter().filter(ticked);
    for check in done {
        if let Some(user) = check.assignee.as_ref().or(check.by.as_ref()) {
            did(user, Some(escape(&check.item.text).into_owned()));
        }
    }
    for report in &incident.work.reports {
        let wrote = if ja { "報告" } else { "reports" };
        did(&report.by, Some(wrote.to_owned()));
    }
    // Whoever asked for something or said what was missing took part as well.
    let acted = entries().filter(|entry| entry.body.verb().is_some());
    for user in acted.map(|entry| &entry.by).chain(heard) {
        did(user, None);
    }
    let unknown = |user: &UserId| user.as_str().is_empty();
    people.retain(|(user, _)| !unknown(user));
    let more = people.len().saturating_sub(THANKED_MAX);
    let list: Vec<String> = people
        .iter()
        .take(THANKED_MAX)
        .map(|(user, did)| thanked(user, did, names, ja))
        .collect();
    let mut said = list.join(if ja { "、" } else { ", " });
    if more > 0 {
        said += &match ja {
            true => format!("、ほか{more}名"),
            false => format!(" and {more} more"),
        };
    }
    (!list.is_empty()).then(|| match ja {
        true => format!("参加いただいた皆さん、ありがとうございました: {said}"),
        false => format!("Thank you: {said}"),
    })
}

/// Beyond so many things that somebody did, the number stands for the rest.
const DEEDS_MAX: usize = 4;

fn thanked(user: &UserId, did: &[String], names: &Names, ja: bool) -> String {
    let name = names.get(user).map_or(user.as_str(), String::as_str);
    let name = escape(name);
    if did.is_empty() {
        return name.into_owned();
    }
    // What somebody did may have commas of its own.
    let list = capped(did, DEEDS_MAX, if ja { "／" } else { "; " }, ja);
    format!("{name} ({list})")
}

#[cfg(test)]
mod tests;

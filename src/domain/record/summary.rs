//! The incident in a few lines, taken from the record and never made up: how bad, the situation, the
//! impact, what was done, the times, what is left. Told by key, by subcommand and by mention; its
//! last word is the one that the announcement of the end has.

use super::spans::Span;
use crate::both;
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::UserId;
use crate::domain::incident::{Incident, Verdict};
use crate::domain::sentence::level_words;
use crate::domain::sync::mirror::span;
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Deed, Section, Sort, State};
use chrono::{DateTime, Utc};

/// How names, texts of the channel and times are said.
pub struct Voice<'a> {
    pub name: &'a dyn Fn(&UserId) -> String,
    /// Decodes a message's markup.
    pub plain: &'a dyn Fn(&str) -> String,
    pub clock: &'a dyn Fn(DateTime<Utc>) -> String,
}

/// Of what was done, so much; the record has the rest.
const DONE: usize = 8;

const LEVEL: Text = Text::fixed("Level", "レベル");
const UNSET: Text = Text::fixed("not set", "未設定");
const UNWRITTEN: Text = Text::fixed("not written", "未記入");

/// What situations and the conditions of reports said, in order: escaped mrkdwn.
pub fn accounts(incident: &Incident) -> Vec<String> {
    let counted = incident.entries.iter().filter(|entry| {
        entry.verdict == Verdict::Accepted && !incident.work.retracted.contains(&entry.id)
    });
    let said = counted.filter_map(|entry| match &entry.body {
        Body::Situation {} => entry.text.clone(),
        Body::Work(Deed::Report { .. }) => {
            let mut reports = incident.work.reports.iter();
            let report = reports.find(|report| report.id == entry.id)?;
            Some(report.can.conditions.clone())
        }
        _ => None,
    });
    said.filter(|text| !text.is_empty()).collect()
}

/// How it stands, in the words of whoever wrote the summary, else of the last account.
pub fn last_word(incident: &Incident) -> Option<String> {
    let written = incident.work.sections.get(&Section::Summary);
    let written = written.map(|section| section.text.clone());
    written.or_else(|| accounts(incident).pop())
}

/// The lines, plain text.
pub fn summary(incident: &Incident, lang: Lang, voice: &Voice<'_>) -> Vec<String> {
    let pick = |text: &Text| text.get(lang).to_owned();
    let level = incident
        .level
        .as_ref()
        .map_or_else(|| pick(&UNSET), level_words);
    let temperature = incident.temperature.as_ref();
    let temperature = temperature
        .map(|t| format!(" · {}", t.name))
        .unwrap_or_default();
    let (title, phase) = (&incident.title, incident.phase.text());
    let mut lines = vec![
        title.clone(),
        format!(
            "{} {level}{temperature} · {}",
            LEVEL.get(lang),
            phase.get(lang)
        ),
    ];
    if let Some(word) = last_word(incident) {
        let head = Text::fixed("Situation", "状況");
        lines.push(format!(
            "{}: {}",
            head.get(lang),
            one_line(&(voice.plain)(&word))
        ));
    }
    let impact = incident.work.sections.get(&Section::Impact);
    let impact = impact.map(|section| one_line(&(voice.plain)(&section.text)));
    lines.push(format!(
        "{}: {}",
        Section::Impact.text().get(lang),
        impact.unwrap_or_else(|| pick(&UNWRITTEN))
    ));
    lines.extend(done(incident, lang, voice));
    lines.push(times(incident, lang, voice));
    let intervals: Vec<String> = Span::ALL
        .into_iter()
        .filter_map(|of| {
            Some(format!(
                "{} {}",
                of.text().get(lang),
                span(of.told(incident)?, lang)
            ))
        })
        .collect();
    if !intervals.is_empty() {
        lines.push(intervals.join(" · "));
    }
    let open: Vec<String> = super::remind::open_actions(incident)
        .iter()
        .map(|matter| format!("{} {}", matter.handle(), matter.line))
        .collect();
    if !open.is_empty() {
        let head = Text::fixed("Still to be done", "残り");
        lines.push(format!("{}: {}", head.get(lang), open.join(" / ")));
    }
    lines
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decisions with what came of them, and tasks that are done.
fn done(incident: &Incident, lang: Lang, voice: &Voice<'_>) -> Vec<String> {
    let retracted = &incident.work.retracted;
    let stands = incident
        .work
        .matters
        .iter()
        .filter(|m| !retracted.contains(&m.id));
    let done = stands.filter(|matter| match matter.sort {
        Sort::Decision => matches!(matter.state, State::Decided | State::Resulted),
        Sort::Task => matter.state == State::Done,
        _ => false,
    });
    let mut lines: Vec<String> = done
        .map(|matter| {
            let said = matter.settled.iter().rev().find_map(|s| s.line.as_ref());
            let said = said.map(|said| format!(" → {said}")).unwrap_or_default();
            let who = matter.owner.as_ref().map(|held| (voice.name)(&held.user));
            let who = who.map(|who| format!(" ({who})")).unwrap_or_default();
            let clock = (voice.clock)(matter.opened);
            format!("- {clock} {}{who}{said}", matter.line)
        })
        .collect();
    let more = lines.len().saturating_sub(DONE);
    lines.truncate(DONE);
    if more > 0 {
        lines.push(
            both!("- {more} more", "- ほか {more} 件")
                .get(lang)
                .to_owned(),
        );
    }
    lines
}

fn times(incident: &Incident, lang: Lang, voice: &Voice<'_>) -> String {
    let known = Milestone::ALL.into_iter().filter_map(|milestone| {
        let reached = incident.milestones.get(&milestone)?;
        Some(format!(
            "{} {}",
            milestone.text().get(lang),
            (voice.clock)(reached.time)
        ))
    });
    known.collect::<Vec<_>>().join(" · ")
}

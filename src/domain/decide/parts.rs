//! What several acts ask of their parts: a link, a time, a line of the record.

use super::{Asked, required};
use crate::both;
use crate::domain::ids::EventId;
use crate::domain::incident::{Entry, Incident};
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use chrono::{DateTime, TimeDelta, Utc};

fn refused(en: &'static str, ja: &'static str) -> Problem {
    Problem::refused(Text::fixed(en, ja))
}

/// A link that a browser opens, as one line.
pub(in crate::domain) fn link(text: &str) -> Result<String, Problem> {
    let link = required(text)?;
    if link.starts_with("https://") || link.starts_with("http://") {
        return Ok(link);
    }
    Err(
        refused("This is no link.", "リンクではありません。").hint(Text::fixed(
            "https://…",
            "https:// で始まる URL を入れてください。",
        )),
    )
}

pub(in crate::domain) fn future(
    time: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    match time {
        Some(time) if time <= now => Err(refused("That time has passed.", "過ぎた時刻です。")),
        _ => Ok(()),
    }
}

/// Clocks of two machines differ a little.
pub(in crate::domain) fn past(time: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Problem> {
    if time > now + TimeDelta::minutes(1) {
        return Err(refused("That time is in the future.", "未来の時刻です。"));
    }
    Ok(())
}

/// A line of the record that nobody took back, and that `fits`; where it does not, `unfit` says why.
pub(in crate::domain) fn entry<'a>(
    incident: &'a Incident,
    event: &EventId,
    fits: impl Fn(&Entry) -> bool,
    unfit: Text,
) -> Result<&'a Entry, Problem> {
    let mut entries = incident.entries.iter();
    let entry = entries.find(|entry| entry.id == *event).ok_or_else(|| {
        Problem::not_found(Text::fixed(
            "There is no such entry in the record.",
            "その記録はありません。",
        ))
    })?;
    if !fits(entry) {
        return Err(Problem::refused(unfit));
    }
    if incident.work.retracted.contains(event) {
        return Err(refused(
            "It is taken back already.",
            "既に取り消されています。",
        ));
    }
    Ok(entry)
}

/// What somebody wrote is theirs, and the commander's. `may` says what they may do with it, after a
/// name in English and before one in Japanese.
pub(in crate::domain) fn writers(
    incident: &Incident,
    entry: &Entry,
    asked: &Asked<'_>,
    may: &Text,
) -> Result<(), Problem> {
    if entry.by == *asked.by || incident.may_command(asked.by) {
        return Ok(());
    }
    let (name, en, ja) = ((asked.name)(&entry.by), &may.en, &may.ja);
    Err(
        Problem::refused(both!("{name} wrote this.", "{name} が書いたものです。")).hint(both!(
            "{name} or the commander {en}.",
            "{ja} {name} か指揮者です。"
        )),
    )
}

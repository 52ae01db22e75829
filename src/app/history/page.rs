//! What the index holds of an incident.

use crate::app::show;
use crate::domain::event::Body;
use crate::domain::history::Facts;
use crate::domain::ids::UserId;
use crate::domain::incident::Incident;
use crate::domain::sentence::Clocks;
use crate::domain::text::terms::tokens;
use chrono::{DateTime, Utc};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A line that can be found, and when it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub at: DateTime<Utc>,
    pub text: String,
}

/// An incident as the index holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub lines: Vec<Spoken>,
    /// Tokens: of the title; of service, level, tags, channel and people; of every line.
    pub title: String,
    pub about: String,
    pub body: String,
}

/// How its texts are read.
pub struct Reading<'a> {
    pub name: &'a dyn Fn(&UserId) -> String,
    /// Decodes markup.
    pub plain: &'a dyn Fn(&str) -> String,
    pub clocks: Clocks<'a>,
}

/// What is found of an incident, with what people said in its channel.
pub fn page(incident: &Incident, facts: &Facts, said: &[Spoken], reading: &Reading<'_>) -> Page {
    let mut lines = vec![Spoken {
        at: facts.declared,
        text: facts.title.clone(),
    }];
    let plain = reading.plain;
    let written = incident
        .situation
        .iter()
        .chain(incident.work.sections.values());
    lines.extend(written.map(|now| Spoken {
        at: now.at,
        text: plain(&now.text),
    }));
    let told = incident
        .entries
        .iter()
        .filter(|entry| is_told(&entry.body) && !incident.work.retracted.contains(&entry.id));
    lines.extend(told.map(|entry| Spoken {
        at: incident.when(entry),
        text: show::words(entry, incident, reading.name, plain, &reading.clocks),
    }));
    lines.extend(said.iter().cloned());
    let mut body = String::new();
    for line in &lines {
        if !body.is_empty() {
            body.push(' ');
        }
        body.push_str(&tokens(&line.text));
    }
    let mut about: Vec<String> = vec![facts.service.clone()];
    about.extend(facts.level.iter().map(|level| level.name.clone()));
    about.extend(facts.tags.iter().cloned());
    about.extend(facts.channel.clone());
    about.extend(facts.people.iter().map(|user| (reading.name)(user)));
    Page {
        title: tokens(&facts.title),
        about: tokens(&about.join(" ")),
        body,
        lines,
    }
}

/// What the program says by the clock is the same everywhere, and finds nothing.
fn is_told(body: &Body) -> bool {
    !matches!(
        body,
        Body::TimekeeperCall { .. } | Body::Question { .. } | Body::Items { .. }
    )
}

/// Differs where the page would: of the incident's state and of `said`, the newest change of its
/// channel's messages.
pub fn stamp(incident: &Incident, facts: &Facts, said: i64) -> i64 {
    let mut hasher = DefaultHasher::new();
    facts.channel.hash(&mut hasher);
    facts.title.hash(&mut hasher);
    facts.service.hash(&mut hasher);
    facts.tags.hash(&mut hasher);
    (facts.sight.private, facts.sight.drill).hash(&mut hasher);
    facts
        .level
        .as_ref()
        .map(|level| &level.name)
        .hash(&mut hasher);
    for entry in &incident.entries {
        entry.id.hash(&mut hasher);
        entry.text.hash(&mut hasher);
    }
    for id in &incident.work.retracted {
        id.hash(&mut hasher);
    }
    said.hash(&mut hasher);
    hasher.finish() as i64
}

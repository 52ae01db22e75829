//! What changed since somebody last looked, in five lines that always stand in the same order: how
//! bad, who commands, what was said, what was done, who is here. A line in which nothing changed
//! says how things are.

use super::ask;
use super::clock;
use super::effect::Effect;
use super::model::Model;
use super::strings::{catchup as s, fill};
use super::view::{decoded, level_name, temperature_name};
use crate::domain::event::{Body, Phase};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::text::{clean_line, fit};
use crate::domain::verb::{ROLES_SHORT, role_name};
use crate::domain::work::{Deed, Sort, State};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// What this console keeps the time of the last look under.
const KEY: &str = "looked";
const KEPT: TimeDelta = TimeDelta::minutes(1);

/// Without a key for this long, somebody looked elsewhere.
const ABSENCE: TimeDelta = TimeDelta::minutes(2);

/// When an incident was looked at on this console. Kept here, never mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// A key or a focus that lasts.
    pub last: DateTime<Utc>,
    /// Where the last absence began; `None`: it was never out of sight.
    pub away: Option<DateTime<Utc>>,
}

/// Somebody is at this console, in the room that is on screen. Says whether they were away.
pub fn touched(model: &mut Model) -> bool {
    let (Some(id), true) = (model.room_id().cloned(), model.window_focused) else {
        return false;
    };
    let now = model.now;
    // Looked at in an earlier run: all since then is news.
    let away = ask::kept(model, &id, KEY).shown.filter(|at| *at <= now);
    let looked = model.looked.entry(id).or_insert(Looked { last: now, away });
    let was_away = now - looked.last >= ABSENCE;
    if was_away {
        looked.away = Some(looked.last);
    }
    looked.last = now;
    was_away
}

/// Keeps when somebody last looked, for after a restart; a minute may be missing from it.
pub fn keep(model: &mut Model) -> Vec<Effect> {
    let looked = model.room_id().and_then(|id| {
        let kept = ask::kept(model, id, KEY).shown;
        Some((model.looked.get(id)?.last, kept))
    });
    match looked {
        Some((last, kept)) if kept.is_none_or(|kept| (last - kept).abs() >= KEPT) => {
            ask::mark(model, &[KEY.to_owned()], |mark| mark.shown = Some(last))
        }
        _ => Vec::new(),
    }
}

/// It goes out of sight: whatever comes now is news, however soon somebody is back.
pub fn left(model: &mut Model, id: &IncidentId) {
    let now = model.now;
    let looked = Looked {
        last: now,
        away: Some(now),
    };
    model.looked.insert(id.clone(), looked);
}

/// From when on things are news: the last absence, else the declaration.
pub fn since(model: &Model) -> Option<DateTime<Utc>> {
    let incident = model.incident()?;
    let looked = model.looked.get(&incident.id);
    looked.and_then(|looked| looked.away).or(incident.declared)
}

/// How much is news.
pub fn count(model: &Model) -> usize {
    let (Some(since), Some(incident)) = (since(model), model.incident()) else {
        return 0;
    };
    let talk = model.room_data().map_or(0, |room| {
        room.talk.iter().filter(|talk| talk.at > since).count()
    });
    news(incident, since).count() + talk
}

/// The title and the five lines, none wider than `width` cells.
pub fn lines(model: &Model, width: usize) -> Option<(String, Vec<String>)> {
    let incident = model.incident()?;
    let since = since(model)?;
    let zone = model.shown_zone();
    let ago = clock::rough(model.now - since);
    let from = clock::day_hhmm(zone, since, model.now);
    let title = match Some(since) == incident.declared {
        true => s::TITLE_FIRST,
        false => s::TITLE,
    };
    let title = fill(&title, model.lang, &[&from, ago.get(model.lang)]);
    let told = Told {
        model,
        incident,
        since,
    };
    let lines = [
        (s::STATE, told.state()),
        (s::COMMAND, told.command()),
        (s::SAID, told.said()),
        (s::WORK, told.work()),
        (s::PEOPLE, told.people()),
    ];
    let lines = lines.into_iter().map(|(label, text)| {
        let text = format!("{}  {text}", label.get(model.lang));
        fit(&clean_line(&text), width).into_owned()
    });
    Some((title, lines.collect()))
}

/// What counted and became known since then.
fn news(incident: &Incident, since: DateTime<Utc>) -> impl Iterator<Item = &Entry> {
    let entries = incident.entries.iter().map(|entry| &**entry);
    entries.filter(move |entry| {
        entry.verdict == Verdict::Accepted
            && entry.recorded_at > since
            && !matches!(
                entry.body,
                Body::Question { .. }
                    | Body::Answer { .. }
                    | Body::TimekeeperCall { .. }
                    | Body::Items { .. }
            )
    })
}

struct Told<'a> {
    model: &'a Model,
    incident: &'a Incident,
    since: DateTime<Utc>,
}

impl Told<'_> {
    fn news(&self) -> impl Iterator<Item = &Entry> {
        news(self.incident, self.since)
    }

    /// The last value before and the last since, of what `of` finds in a body.
    fn turned<T: PartialEq>(&self, of: impl Fn(&Body) -> Option<T>) -> Option<(Option<T>, T)> {
        let entries = self.incident.entries.iter();
        let accepted = entries.filter(|entry| entry.verdict == Verdict::Accepted);
        let (mut before, mut now) = (None, None);
        for entry in accepted {
            if let Some(value) = of(&entry.body) {
                if entry.recorded_at > self.since {
                    now = Some(value);
                } else {
                    before = Some(value);
                }
            }
        }
        let now = now?;
        (before.as_ref() != Some(&now)).then_some((before, now))
    }

    fn arrow(&self, from: Option<String>, to: String) -> String {
        match from.filter(|from| !from.is_empty()) {
            Some(from) => format!("{from} > {to}"),
            None => to,
        }
    }

    fn joined(&self, parts: Vec<String>) -> String {
        match parts.is_empty() {
            true => s::NOTHING.get(self.model.lang).to_owned(),
            false => parts.join(s::AND.get(self.model.lang)),
        }
    }

    fn unchanged(&self, how: String) -> String {
        fill(&s::UNCHANGED, self.model.lang, &[&how])
    }

    fn state(&self) -> String {
        let (model, lang) = (self.model, self.model.lang);
        let mut parts = Vec::new();
        let level = self.turned(|body| match body {
            Body::Level { level, .. } => Some(level.clone()),
            _ => None,
        });
        if let Some((from, to)) = level {
            let from = from.map(|level| level_name(model, &level));
            let to = self.arrow(from, level_name(model, &to));
            parts.push(fill(&s::LEVEL, lang, &[&to]));
        }
        let temperature = self.turned(|body| match body {
            Body::Temperature { temperature } => Some(temperature.clone()),
            _ => None,
        });
        if let Some((from, to)) = temperature {
            let from = from.map(|t| temperature_name(model, &t));
            parts.push(self.arrow(from, temperature_name(model, &to)));
        }
        let phase = self.turned(phase_of);
        if phase.is_some() {
            let from = phase.and_then(|(from, _)| from);
            let from = from.map(|phase| phase.text().get(lang).to_owned());
            let to = self.incident.phase.text().get(lang).to_owned();
            parts.push(self.arrow(from, to));
        }
        if parts.is_empty() {
            let level = self.incident.level.as_ref();
            let level = level.map(|level| level_name(model, level));
            let phase = self.incident.phase.text().get(lang).to_owned();
            let how: Vec<String> = level.into_iter().chain([phase]).collect();
            return self.unchanged(self.joined(how));
        }
        self.joined(parts)
    }

    fn name(&self, user: Option<&UserId>) -> String {
        let nobody = || s::NOBODY.get(self.model.lang).to_owned();
        user.map_or_else(nobody, |user| self.model.name(user))
    }

    fn command(&self) -> String {
        let lang = self.model.lang;
        let commander = self.turned(|body| match body {
            Body::Commander { user, .. } => Some(user.clone()),
            Body::Work(Deed::Accepted { user, .. }) => Some(Some(user.clone())),
            _ => None,
        });
        let mut parts = Vec::new();
        let held = self.incident.commander.as_ref().map(|held| &held.user);
        if let Some((from, _)) = commander {
            let from = from.map(|user| self.name(user.as_ref()));
            parts.push(self.arrow(from, self.name(held)));
        }
        let mut roles: Vec<&str> = Vec::new();
        for entry in self.news() {
            if let Body::Role { role, .. } = &entry.body
                && !roles.contains(&role.as_str())
            {
                roles.push(role);
            }
        }
        for role in roles {
            let who = self.incident.roles.get(role).map(|held| &held.user);
            let label = role_name(ROLES_SHORT, role);
            parts.push(format!("{} {}", label.get(lang), self.name(who)));
        }
        match parts.is_empty() {
            true => self.unchanged(self.name(held)),
            false => self.joined(parts),
        }
    }

    /// The newest that was written for everybody.
    fn said(&self) -> String {
        let (model, lang) = (self.model, self.model.lang);
        let mut parts = Vec::new();
        let situation = self.incident.situation.as_ref();
        if let Some(now) = situation.filter(|now| now.at > self.since) {
            let at = clock::day_hhmm(model.shown_zone(), now.at, model.now);
            let by = model.name(&now.by);
            let text = decoded(model, &now.text);
            parts.push(fill(&s::SITUATION, lang, &[&at, &by, &text]));
        }
        let mut reports = self.incident.work.reports.iter();
        if let Some(last) = reports.rfind(|report| report.at > self.since) {
            let (stage, by) = (last.stage.text(), model.name(&last.by));
            parts.push(fill(&s::REPORT, lang, &[stage.get(lang), &by]));
        }
        let notes = self.news().filter(|e| matches!(e.body, Body::Note {}));
        let notes: Vec<&Entry> = notes.collect();
        if let Some(last) = notes.last() {
            let text = decoded(model, last.text.as_deref().unwrap_or(""));
            let count = notes.len().to_string();
            parts.push(fill(&s::NOTES, lang, &[&count, &text]));
        }
        self.joined(parts)
    }

    fn work(&self) -> String {
        let lang = self.model.lang;
        let list = self.incident.checklist();
        let words = |item: &str| {
            let check = list.iter().find(|check| check.item.id == item);
            check.map_or_else(|| item.to_owned(), |check| check.item.text.clone())
        };
        let mut parts = Vec::new();
        let matters = &self.incident.work.matters;
        let decided = matters.iter().filter(|matter| {
            let mut settled = matter.settled.iter();
            matter.sort == Sort::Decision
                && settled.any(|s| s.state == State::Decided && s.at > self.since)
        });
        parts.extend(decided.map(|matter| fill(&s::DECIDED, lang, &[&matter.line])));
        let opened = matters
            .iter()
            .filter(|m| m.is_open() && m.opened > self.since);
        let opened: Vec<String> = opened
            .map(|matter| format!("{} {}", matter.handle(), matter.line))
            .collect();
        if !opened.is_empty() {
            let opened = opened.join(s::AND.get(lang));
            parts.push(fill(&s::OPENED, lang, &[&opened]));
        }
        let done: Vec<String> = self
            .news()
            .filter_map(|entry| match &entry.body {
                Body::Ticked { item } => Some(words(item)),
                _ => None,
            })
            .collect();
        if let Some(last) = done.last() {
            let count = done.len().to_string();
            parts.push(fill(&s::DONE, lang, &[&count, last]));
        }
        let reached = self.news().filter_map(|entry| match &entry.body {
            Body::Milestone {
                milestone, time, ..
            } => Some((*milestone, *time)),
            _ => None,
        });
        for (milestone, time) in reached {
            let at = clock::day_hhmm(self.model.shown_zone(), time, self.model.now);
            parts.push(format!("{} {at}", milestone.text().get(lang)));
        }
        self.joined(parts)
    }

    fn people(&self) -> String {
        let (model, lang) = (self.model, self.model.lang);
        let mut parts = Vec::new();
        let here = self.incident.roster.values();
        let names = |people: Vec<&UserId>| -> Vec<String> {
            people.into_iter().map(|user| model.name(user)).collect()
        };
        let came = here
            .clone()
            .filter(|p| p.left.is_none() && p.since > self.since);
        let came = names(came.map(|p| &p.user).collect());
        if !came.is_empty() {
            parts.push(fill(&s::CAME, lang, &[&came.join(s::NAMES.get(lang))]));
        }
        let went = here.filter(|p| p.left.is_some_and(|at| at > self.since));
        let went = names(went.map(|p| &p.user).collect());
        if !went.is_empty() {
            parts.push(fill(&s::WENT, lang, &[&went.join(s::NAMES.get(lang))]));
        }
        if let Some(room) = model.room_data() {
            let new = room.talk.iter().filter(|talk| talk.at > self.since);
            let people: BTreeSet<&str> = new.clone().map(|talk| talk.author.as_str()).collect();
            let count = new.count();
            if count > 0 {
                let (count, people) = (count.to_string(), people.len().to_string());
                parts.push(fill(&s::MESSAGES, lang, &[&count, &people]));
            }
        }
        self.joined(parts)
    }
}

fn phase_of(body: &Body) -> Option<Phase> {
    Some(match body {
        Body::Declared { .. } => Phase::Declared,
        Body::Phase { phase } => *phase,
        Body::Recovered { .. } => Phase::Recovered,
        Body::Resolved { .. } => Phase::Resolved,
        Body::Archived {} => Phase::Archived,
        Body::Cancelled { outcome, .. } => *outcome,
        Body::Reopened { .. } => Phase::Investigating,
        Body::Merged { .. } => Phase::Merged,
        _ => return None,
    })
}

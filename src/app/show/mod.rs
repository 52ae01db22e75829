//! `show --json`: the whole state of one incident, in the shape that scripts rely on.

mod lessons;
mod work;

use crate::app::snapshot::Person;
use crate::domain::event::{Body, Milestone};
use crate::domain::ids::UserId;
use crate::domain::incident::{Entry, Incident, Verdict};
use crate::domain::sentence::{self, Clocks};
use crate::domain::source::Source;
use crate::domain::sync::{Counts, Link};
use crate::domain::timer::{Clock, Timer};
use crate::domain::words::Lang;
use crate::domain::work::Matter;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the state of an incident is shown with.
pub struct Shown<'a> {
    pub incident: &'a Incident,
    pub channel: Option<(&'a str, &'a str)>,
    pub drill: bool,
    pub private: bool,
    pub people: &'a BTreeMap<UserId, Person>,
    /// When each person last wrote in the channel.
    pub heard: &'a BTreeMap<UserId, DateTime<Utc>>,
    /// Who was called into the channel, and when.
    pub invited: &'a BTreeMap<UserId, DateTime<Utc>>,
    pub counts: Counts,
    pub link: &'a Link,
    pub as_of: Option<DateTime<Utc>>,
    /// What runs, the most urgent first.
    pub timers: &'a [Timer],
    /// Decodes a message's markup.
    pub plain: &'a dyn Fn(&str) -> String,
    /// The address of a message, where the workspace has addresses.
    pub permalink: &'a dyn Fn(&crate::domain::ids::SlackTs) -> Option<String>,
}

/// RFC 3339 in UTC, to the millisecond.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn maybe_time(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, |at| Value::String(time(at)))
}

/// Times are RFC 3339 in UTC; absent is null; people are Slack's ids, named in `people`.
pub fn show(shown: &Shown<'_>) -> Value {
    let i = shown.incident;
    let milestones: Map<String, Value> = Milestone::ALL
        .iter()
        .map(|m| {
            let at = i.milestones.get(m).map(|reached| reached.time);
            (m.name().to_owned(), maybe_time(at))
        })
        .collect();
    let roles: Map<String, Value> = i
        .roles
        .iter()
        .map(|(role, held)| (role.clone(), json!([held.user])))
        .collect();
    let checklist: Vec<Value> = i
        .checklist()
        .iter()
        .map(|check| {
            let mut line = json!({
                "id": check.item.id,
                "text": check.item.text,
                "assignee": check.assignee,
                "state": check.state.name(),
                "required": check.required,
                "by": check.by,
                "at": maybe_time(check.at),
                "reason": check.reason,
            });
            if check.by_record {
                line["by_record"] = json!(true);
            }
            if let Some(manual) = &check.item.manual {
                line["manual"] = json!(manual);
            }
            line
        })
        .collect();
    let mut all = json!({
        "id": i.id,
        "kind": i.kind.name(),
        "drill": shown.drill,
        "private": shown.private,
        "personal_data": i.personal_data,
        "title": i.title,
        "service": i.service,
        "channel": {
            "id": shown.channel.map(|(id, _)| id),
            "name": shown.channel.map(|(_, name)| name),
        },
        "phase": i.phase.name(),
        "level": i.level.as_ref().map(|l| &l.id),
        "temperature": i.temperature.as_ref().map(|t| &t.id),
        "situation": i.situation.as_ref().map(|s| (shown.plain)(&s.text)),
        "milestones": milestones,
        "commander": i.commander.as_ref().map(|held| &held.user),
        "roles": roles,
        "roster": roster(shown),
        "checklist": checklist,
        "timers": timers(shown),
        "timeline": i.entries.iter().map(|entry| line(shown, entry)).collect::<Vec<_>>(),
        "tags": i.lessons.tags,
        "links": links(i),
        "people": names(shown),
        "outbox": {
            "pending": shown.counts.pending,
            "sending": shown.counts.sending,
            "unconfirmed": shown.counts.unconfirmed,
            "failed": shown.counts.failed,
        },
        "link": {"state": shown.link.name(), "as_of": maybe_time(shown.as_of)},
    });
    if let Value::Object(all) = &mut all {
        all.extend(work::fields(shown));
        all.extend(lessons::fields(shown));
    }
    if let Some(level) = &i.level {
        all["level_name"] = json!(level.name);
    }
    if let Some(owner) = &i.level_terms.owner {
        all["level_owner"] = json!(owner);
    }
    if let Some(manual) = &i.level_terms.manual {
        all["manual"] = json!(manual);
    }
    all
}

/// All that run, the most urgent first, as every console sees them: what somebody acknowledged or put
/// off is that console's alone.
fn timers(shown: &Shown<'_>) -> Vec<Value> {
    let i = shown.incident;
    let list = i.checklist();
    let of_item = |id: &String| {
        let at = list.iter().position(|check| check.item.id == *id)?;
        Some((at + 1).to_string())
    };
    let one = |timer: &Timer| {
        let handle = match &timer.what {
            Clock::Matter(id) => i.work.matter(id).map(Matter::handle),
            Clock::Item(id) | Clock::Legal(id) => of_item(id),
            _ => None,
        };
        let mut told = json!({
            "kind": timer.what.name(),
            "about": timer.what.about(),
            "handle": handle,
            "text": timer.text.get(i.lang),
            "due": time(timer.due),
            "state": timer.pressure.name(),
            "who": timer.owner,
        });
        if let (Clock::Timekeeper, Some(keeper)) = (&timer.what, &i.timekeeper) {
            told["name"] = json!("timekeeper");
            told["minutes"] = json!(keeper.minutes);
            told["since"] = json!(time(keeper.base));
        }
        told
    };
    shown.timers.iter().map(one).collect()
}

/// Where it was merged to and what was merged into it are there only where that is so.
fn links(i: &Incident) -> Value {
    let parent = i.work.parent.as_ref().map(|there| &there.id);
    let children = i.work.children.iter().map(|there| &there.id);
    let mut links = json!({
        "parent": parent.or(i.came_of.as_ref()),
        "children": children.collect::<Vec<_>>(),
    });
    if let Some(there) = &i.merged_into {
        links["merged_into"] = json!(there.id);
    }
    if !i.absorbed.is_empty() {
        let from = i.absorbed.iter().map(|there| &there.id);
        links["merged_from"] = json!(from.collect::<Vec<_>>());
    }
    links
}

fn roster(shown: &Shown<'_>) -> Vec<Value> {
    let i = shown.incident;
    i.roster
        .values()
        .map(|present| {
            let heard = shown.heard.get(&present.user).copied();
            let commands = i.commander.as_ref().is_some_and(|h| h.user == present.user);
            let held = i.roles.iter().find(|(_, h)| h.user == present.user);
            let role = if commands {
                Some("commander")
            } else {
                held.map(|(role, _)| role.as_str())
                    .or(present.role.as_deref())
            };
            json!({
                "user": present.user,
                "role": role,
                "task": present.task,
                "in": time(present.since),
                "out": maybe_time(present.left),
                "last_seen": time(heard.map_or(present.acted, |at| at.max(present.acted))),
            })
        })
        .collect()
}

/// What an entry says, in the channel's language.
pub fn words(
    entry: &Entry,
    incident: &Incident,
    name: impl Fn(&UserId) -> String,
    plain: &dyn Fn(&str) -> String,
    clocks: &Clocks<'_>,
) -> String {
    words_in(entry, incident, incident.lang, name, plain, clocks)
}

/// The same in another language; what people wrote stays as it is.
pub fn words_in(
    entry: &Entry,
    incident: &Incident,
    lang: Lang,
    name: impl Fn(&UserId) -> String,
    plain: &dyn Fn(&str) -> String,
    clocks: &Clocks<'_>,
) -> String {
    let said = sentence::sentence(&entry.id, &entry.body, &entry.by, incident, lang);
    let said = sentence::plain(&said, name, clocks);
    match &entry.text {
        Some(text) if matches!(entry.body, Body::Message { .. }) => plain(text),
        Some(text) => format!("{said}\n{}", plain(text)),
        None => said,
    }
}

fn line(shown: &Shown<'_>, entry: &Entry) -> Value {
    let name = |user: &UserId| {
        let person = shown.people.get(user);
        person.map_or_else(|| user.to_string(), |p| p.name.clone())
    };
    let pinned = match &entry.body {
        Body::Pinned { ts, .. } => Some(ts),
        _ => entry.position.as_ref().map(|p| &p.ts),
    };
    let clocks = Clocks {
        time: &|at| at.format("%H:%M UTC").to_string(),
        day: &|at| at.format("%Y-%m-%d UTC").to_string(),
    };
    let overtaken = match &entry.verdict {
        Verdict::Overtaken(register) => Some(register.0.clone()),
        _ => None,
    };
    let source = Source::of(&entry.body, entry.via.as_ref());
    let mut line = json!({
        "id": entry.id,
        "at": time(entry.at),
        "recorded_at": time(entry.recorded_at),
        "by": entry.by,
        "source": source.name(),
        "text": words(entry, shown.incident, name, shown.plain, &clocks),
        "link": pinned.and_then(shown.permalink),
        "overtaken": overtaken,
    });
    if let Some(correction) = shown.incident.lessons.corrections.get(&entry.id) {
        line["corrected"] = json!({
            "text": (shown.plain)(&correction.text),
            "at": maybe_time(correction.time),
            "by": correction.by,
            "recorded_at": time(correction.at),
        });
    }
    if let Body::Pinned { files, .. } = &entry.body
        && !files.is_empty()
    {
        line["files"] = json!(files);
    }
    if let Some(via) = &entry.via {
        let link = via.ts.as_ref().and_then(shown.permalink);
        line["via"] = json!({"name": via.name, "ts": via.ts, "link": link});
    }
    if shown.incident.work.retracted.contains(&entry.id) {
        line["retracted"] = json!(true);
    }
    line
}

fn names(shown: &Shown<'_>) -> Map<String, Value> {
    let i = shown.incident;
    let involved = i
        .roster
        .keys()
        .chain(i.commander.iter().map(|h| &h.user))
        .chain(i.entries.iter().map(|e| &e.by));
    involved
        .filter_map(|user| {
            let person = shown.people.get(user)?;
            Some((user.to_string(), Value::String(person.name.clone())))
        })
        .collect()
}

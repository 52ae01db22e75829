//! A story as it is told afterwards: the channel as people read it, and the record as JSON.

use super::rig::{World, clock, day};
use chrono::{DateTime, Utc};
use matoi::domain::ids::IncidentId;
use matoi::domain::words::Lang;
use matoi::wire::mrkdwn;
use serde_json::Value;
use std::collections::BTreeMap;

struct Names<'a>(&'a BTreeMap<String, String>);

impl mrkdwn::Names for Names<'_> {
    fn user(&self, id: &matoi::domain::ids::UserId) -> Option<String> {
        self.0.get(id.as_str()).cloned()
    }

    fn channel(&self, _: &matoi::domain::ids::ChannelId) -> Option<String> {
        None
    }

    fn group(&self, _: &matoi::domain::ids::GroupId) -> Option<String> {
        None
    }

    fn date(&self, unix: i64, form: &str) -> Option<String> {
        let at = DateTime::from_timestamp(unix, 0)?;
        Some(match form {
            "{date_short_pretty}" => day(at),
            _ => clock(at),
        })
    }
}

/// A channel as a person reads it: when, who, what; replies indented, reactions of people below. The
/// card stands on top, where it is pinned, and what Slack writes by itself at the end: both arrive
/// beside the acts, in no order that is promised.
pub fn channel(w: &World, id: &str) -> String {
    let names = w.names();
    let (mut lines, mut card, mut slack) = (Vec::new(), Vec::new(), Vec::new());
    let mut today = String::new();
    for message in w.messages(id) {
        if message["metadata"]["event_type"] == "matoi_card" {
            one(w, &names, &message, "", &mut card);
            continue;
        }
        if !message["subtype"].is_null() && message["user"] == w.bot() {
            one(w, &names, &message, "", &mut slack);
            continue;
        }
        let posted = day(at(&message));
        if today != posted && !today.is_empty() {
            lines.push(format!("-- {posted}"));
        }
        today = posted;
        one(w, &names, &message, "", &mut lines);
        if message["reply_count"].as_u64().unwrap_or(0) > 0 {
            for reply in w.replies(id, message["ts"].as_str().expect("a ts")) {
                one(w, &names, &reply, "        ", &mut lines);
            }
        }
    }
    slack.sort();
    let parts = [card, lines, slack].map(|lines| lines.join("\n"));
    parts.join("\n\n")
}

fn at(message: &Value) -> DateTime<Utc> {
    let ts = message["ts"].as_str().and_then(|ts| ts.split('.').next());
    let seconds = ts.and_then(|ts| ts.parse().ok()).expect("a ts");
    DateTime::from_timestamp(seconds, 0).expect("in range")
}

fn one(
    w: &World,
    names: &BTreeMap<String, String>,
    message: &Value,
    indent: &str,
    lines: &mut Vec<String>,
) {
    let at = clock(at(message));
    let author = message["user"].as_str().and_then(|id| names.get(id));
    let author = author.map_or("?", String::as_str);
    let text = mrkdwn::plain(message["text"].as_str().unwrap_or(""), &Names(names));
    for (n, line) in text.lines().enumerate() {
        match n {
            0 => lines.push(format!("{indent}{at} {author}: {line}")),
            _ => lines.push(format!("{indent}      {line}")),
        }
    }
    for reaction in message["reactions"].as_array().into_iter().flatten() {
        let users = reaction["users"].as_array().into_iter().flatten();
        let people: Vec<&str> = users
            .filter_map(Value::as_str)
            .filter(|id| *id != w.bot())
            .map(|id| names.get(id).map_or("?", String::as_str))
            .collect();
        if !people.is_empty() {
            let name = reaction["name"].as_str().unwrap_or("");
            lines.push(format!("{indent}      [:{name}: {}]", people.join(", ")));
        }
    }
}

/// Who posted in a channel, threads included.
#[derive(Debug, Default)]
pub struct Posts {
    /// What the program said on its own account.
    pub program: Vec<String>,
    /// What people wrote, here or at a console, and what they did at a console.
    pub people: usize,
}

/// A message that carries what somebody did at a console is theirs: they did it, and the line is how
/// the others learn of it. The program's own are its calls, questions and answers, what it repeats of
/// acts by mention, reaction and pin, the checklists it brings beyond the message of the act that
/// asked for them, its card, and each line that Slack writes because the program set the topic,
/// pinned or came in. Lines that Slack writes about people count for nobody.
pub fn posts(w: &World, id: &str) -> Posts {
    let mut posts = Posts::default();
    let mut all = w.messages(id);
    let parents: Vec<String> = all
        .iter()
        .filter(|message| message["reply_count"].as_u64().unwrap_or(0) > 0)
        .filter_map(|message| message["ts"].as_str().map(str::to_owned))
        .collect();
    for ts in parents {
        all.extend(w.replies(id, &ts));
    }
    for message in &all {
        if message["user"] != w.bot() {
            posts.people += usize::from(message["subtype"].is_null());
        } else if is_of_a_console(message) {
            posts.people += 1;
        } else {
            let text = message["text"].as_str().unwrap_or("");
            posts
                .program
                .push(text.lines().next().unwrap_or("").to_owned());
        }
    }
    posts
}

fn is_of_a_console(message: &Value) -> bool {
    let events = message["metadata"]["event_payload"]["events"].as_str();
    let events = events.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut kinds = events
        .iter()
        .flat_map(|all| all.as_array().into_iter().flatten());
    kinds.any(|event| {
        let kind = event["kind"].as_str().unwrap_or("");
        let own = [
            "timekeeper_call",
            "question",
            "answer",
            "items",
            "pinned",
            "unpinned",
        ];
        !own.contains(&kind) && event["via"].is_null()
    })
}

/// The record, with ids by the order in which they appear.
pub fn record(w: &mut World, id: &IncidentId) -> String {
    let mut shown = w.at("ito").show(id);
    // When this console read it is no part of the story.
    for entry in shown["timeline"].as_array_mut().into_iter().flatten() {
        entry
            .as_object_mut()
            .expect("an entry")
            .remove("recorded_at");
    }
    let mut text = serde_json::to_string_pretty(&shown).expect("JSON");
    let mut ids = Vec::new();
    collect(&shown, &mut ids);
    for (n, id) in ids.iter().enumerate() {
        text = text.replace(&format!("\"{id}\""), &format!("\"#{}\"", n + 1));
    }
    to_the_minute(&text)
}

/// Without the seconds of its instants.
fn to_the_minute(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(".000Z\"") {
        let seconds = at.saturating_sub(3);
        out.push_str(&rest[..seconds]);
        out.push('Z');
        rest = &rest[at + 5..];
    }
    out + rest
}

fn collect(value: &Value, ids: &mut Vec<String>) {
    let random = |text: &str| {
        matches!(text.len(), 8 | 10 | 12)
            && text
                .bytes()
                .all(|b| b"23456789bcdfghjkmnpqrstvwxyz".contains(&b))
            || text.len() == 10 && text.starts_with('i')
    };
    match value {
        Value::String(text) if random(text) && !ids.contains(text) => ids.push(text.clone()),
        Value::Array(all) => all.iter().for_each(|value| collect(value, ids)),
        Value::Object(all) => all.values().for_each(|value| collect(value, ids)),
        _ => {}
    }
}

/// Every console tells the same of every incident, but for what is its own.
pub fn agree(w: &mut World, desks: &[&str]) {
    let all = &w.at(desks[0]).model.snapshot.incidents;
    let ids: Vec<IncidentId> = all
        .iter()
        .map(|summary| summary.incident.id.clone())
        .collect();
    for id in ids {
        let mut told = desks.iter().map(|desk| {
            let mut shown = w.at(desk).show(&id);
            let fields = shown.as_object_mut().expect("an object");
            fields.remove("outbox");
            fields.remove("link");
            for entry in fields["timeline"].as_array_mut().expect("a list") {
                entry
                    .as_object_mut()
                    .expect("an entry")
                    .remove("recorded_at");
            }
            shown
        });
        let first = told.next();
        assert!(
            told.all(|other| Some(&other) == first.as_ref()),
            "{id} is told in two ways"
        );
    }
}

pub fn snapshot(w: &World, name: &str, text: &str) {
    let lang = match w.lang {
        Lang::Ja => "ja",
        Lang::En => "en",
    };
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!(format!("{name}-{lang}"), text);
    });
}

/// The screens that were kept.
pub fn screens(w: &World, story: &str) {
    for (name, screen) in &w.shots {
        snapshot(w, &format!("{story}-{name}"), screen);
    }
}

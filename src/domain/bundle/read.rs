//! Reading a file that anybody may have written.
//!
//! Its events go through what a channel's go through: strings are cleaned, a kind that is not known
//! is kept as it is. What names something in the journal has to look like such a name.

use super::{Bundle, FORMAT, Kept, KeptEvent, KeptMessage, Room, VERSION};
use crate::both;
use crate::domain::event::{Event, Position, clean_strings};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, UserId};
use crate::domain::problem::Problem;
use crate::domain::sync::image::Card;
use crate::domain::text::{clean, clean_line};
use crate::domain::words::Text;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longer than any id of ours or Slack's.
const ID_MAX: usize = 80;

/// What is looked at first: a later version may have changed everything else.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u64,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    people: BTreeMap<UserId, String>,
    incidents: Vec<FileIncident>,
}

#[derive(Deserialize)]
struct FileIncident {
    id: IncidentId,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    drill: bool,
    channel: Room,
    #[serde(default)]
    card: Option<Card>,
    events: Vec<FileEvent>,
    #[serde(default)]
    messages: Vec<KeptMessage>,
}

#[derive(Deserialize)]
struct FileEvent {
    event: Value,
    by: UserId,
    console: ConsoleId,
    #[serde(default)]
    text: Option<String>,
    position: Position,
    #[serde(with = "crate::domain::event::millis")]
    recorded_at: DateTime<Utc>,
}

/// Reads a file.
///
/// # Errors
/// It is none, is of a later version, or something in it cannot be so: the problem says what.
pub fn read(text: &str) -> Result<Bundle, Problem> {
    let head: Head = serde_json::from_str(text).map_err(|error| broken(&error))?;
    if head.format != FORMAT {
        return Err(Problem::usage(Text::fixed(
            "This is no exported history.",
            "書き出した履歴のファイルではありません。",
        ))
        .hint(Text::fixed(
            "Such a file is made by: matoi export --all --format json --out FILE",
            "matoi export --all --format json --out FILE で作成したファイルを指定してください。",
        )));
    }
    if head.version != u64::from(VERSION) {
        let (theirs, ours) = (head.version, VERSION);
        return Err(Problem::refused(both!(
            "This file has format {theirs}; this version of matoi reads format {ours}.",
            "このファイルの形式は {theirs} です。この版の matoi が読めるのは形式 {ours} です。"
        ))
        .hint(Text::fixed(
            "Update matoi on this machine; nothing was imported.",
            "この端末の matoi を更新してください。何も取り込んでいません。",
        )));
    }
    let file: File = serde_json::from_str(text).map_err(|error| broken(&error))?;
    let people = file
        .people
        .into_iter()
        .filter(|(user, _)| is_id(user.as_str()))
        .map(|(user, name)| (user, clean_line(&name).into_owned()))
        .collect();
    let mut events = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut incidents = Vec::new();
    for incident in file.incidents {
        let kept = kept(incident, &mut events)?;
        let twice = !seen.insert(kept.id.to_string()) || !seen.insert(kept.channel.id.to_string());
        if twice {
            let id = &kept.id;
            return Err(wrong(both!(
                "The incident {id} or its channel is in the file twice.",
                "インシデント {id} またはそのチャンネルがファイル内で重複しています。"
            )));
        }
        incidents.push(kept);
    }
    Ok(Bundle {
        format: FORMAT.to_owned(),
        version: VERSION,
        people,
        incidents,
    })
}

fn broken(error: &serde_json::Error) -> Problem {
    wrong(both!(
        "The file cannot be read: {error}",
        "ファイルを読み取れません: {error}"
    ))
}

fn wrong(sentence: Text) -> Problem {
    Problem::usage(sentence).hint(Text::fixed(
        "Nothing was imported. Export it again where it comes from.",
        "何も取り込んでいません。元の環境で書き出し直してください。",
    ))
}

/// Ids become names of files and keys: letters, digits and a few marks.
fn is_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@' | '.');
    !id.is_empty() && id.len() <= ID_MAX && id.chars().all(plain) && !id.starts_with(['.', '-'])
}

fn kept(incident: FileIncident, known: &mut BTreeSet<EventId>) -> Result<Kept, Problem> {
    let id = incident.id;
    // It is the name of a folder as well.
    if !is_id(id.as_str()) || id.as_str().contains('.') || !is_id(incident.channel.id.as_str()) {
        let shown = clean_line(id.as_str());
        return Err(wrong(both!(
            "\"{shown}\" cannot be the id of an incident, or of its channel.",
            "「{shown}」はインシデントまたはチャンネルの ID として正しくありません。"
        )));
    }
    let mut events = Vec::new();
    for (n, event) in incident.events.into_iter().enumerate() {
        let event = kept_event(event).ok_or_else(|| {
            let nth = n + 1;
            wrong(both!(
                "Event {nth} of the incident {id} is none.",
                "インシデント {id} の {nth} 番目の記録が正しくありません。"
            ))
        })?;
        if !known.insert(event.event.id.clone()) {
            let event = &event.event.id;
            return Err(wrong(both!(
                "The event {event} is in the file twice.",
                "記録 {event} がファイル内で重複しています。"
            )));
        }
        events.push(event);
    }
    events.sort_by(|a, b| (&a.position, &a.event.id).cmp(&(&b.position, &b.event.id)));
    let channel = Room {
        name: clean_line(&incident.channel.name).into_owned(),
        topic: incident
            .channel
            .topic
            .map(|(ts, topic)| (ts, clean_line(&topic).into_owned())),
        ..incident.channel
    };
    Ok(Kept {
        id,
        private: incident.private,
        drill: incident.drill,
        channel,
        card: incident.card,
        events,
        messages: incident.messages,
    })
}

fn kept_event(file: FileEvent) -> Option<KeptEvent> {
    let mut value = file.event;
    clean_strings(&mut value);
    let event: Event = serde_json::from_value(value).ok()?;
    let by = UserId::new(clean_line(file.by.as_str()));
    let console = ConsoleId::new(clean_line(file.console.as_str()));
    is_id(event.id.as_str()).then(|| KeptEvent {
        event,
        by,
        console,
        text: file.text.map(|text| clean(&text).into_owned()),
        position: file.position,
        recorded_at: file.recorded_at,
    })
}

//! How events look in the channel: a sentence that people read, and metadata that consoles read.
//! The metadata's shape is permanent.

mod call;
mod card;

use call::call_text;
pub use call::missing;
pub(super) use call::{Turn, turn};
pub use card::{card, card_metadata, short_hash, topic};

use super::image::{Batch, EventRow, IncidentRow, Message, Metadata};
use crate::domain::broadcast;
use crate::domain::event::{Body, Event, Position, clean_strings};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::instructions::for_role;
use crate::domain::sentence::{Piece, sentence};
use crate::domain::text::{clean, clean_line};

use crate::domain::words::Lang;
use crate::domain::work::{Deed, UNREAD};
use crate::wire::mrkdwn::{self, escape};
use chrono::{DateTime, TimeDelta, Utc};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// `event_type` of a message that carries events.
pub const EVENTS: &str = "matoi_events";
/// `event_type` of the status card.
pub const CARD: &str = "matoi_card";
/// `event_type` of an announcement in a broadcast channel.
pub const ANNOUNCE: &str = "matoi_announce";
/// The version of the payload that this program writes and reads.
pub const VERSION: &str = "1";
/// Slack publishes no limit for metadata; guesses begin at 3,000 characters. The whole object,
/// serialised, stays below this many bytes.
pub const METADATA_MAX: usize = 2_000;
/// More lines than this in one message is a wall.
const BATCH_MAX: usize = 12;
/// Of what a reply to the channel replies to, so many characters.
const QUOTED: usize = 80;
/// Above this age a line says when it happened.
const LATE: TimeDelta = UNREAD;

/// What a message of our app says about events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    pub incident: IncidentId,
    pub console: ConsoleId,
    pub actor: UserId,
    pub drill: bool,
    pub private: bool,
    /// Of a message that stands in for a lost one: where the first one stood.
    pub position: Option<SlackTs>,
    /// Each with its place in the batch, which a broken neighbour does not change.
    pub events: Vec<(usize, Event)>,
}

impl Carried {
    /// `None` where the metadata is not ours to read: another type, a later version, or broken.
    pub fn read(metadata: &Metadata) -> Option<Carried> {
        let payload = &metadata.payload;
        let get = |key: &str| payload.get(key).map(String::as_str);
        if metadata.event_type != EVENTS || get("v") != Some(VERSION) {
            return None;
        }
        let mut events = serde_json::from_str::<Vec<serde_json::Value>>(get("events")?).ok()?;
        events.iter_mut().for_each(clean_strings);
        Some(Carried {
            incident: IncidentId::new(clean_line(get("incident")?)),
            console: ConsoleId::new(clean_line(get("console")?)),
            actor: UserId::new(clean_line(get("actor")?)),
            drill: get("drill") == Some("1"),
            private: get("private") == Some("1"),
            position: get("position").and_then(|ts| SlackTs::parse(ts).ok()),
            events: events
                .into_iter()
                .enumerate()
                .filter_map(|(index, event)| Some((index, serde_json::from_value(event).ok()?)))
                .collect(),
        })
    }

    /// A known event as this message tells it. Several consoles may have derived the same event, each
    /// with its own time and author: the copy that stands lowest is the one that counts.
    pub fn stored(
        &self,
        known: &EventRow,
        event: &Event,
        position: Position,
        message: &Message,
    ) -> EventRow {
        EventRow {
            event: event.clone(),
            by: self.actor.clone(),
            console: self.console.clone(),
            text: text_in(event, message),
            position: Some(position),
            ..known.clone()
        }
    }

    pub fn position_of(&self, ts: &SlackTs, index: usize) -> Position {
        Position {
            ts: self.position.clone().unwrap_or_else(|| ts.clone()),
            index: u32::try_from(index).unwrap_or(u32::MAX),
        }
    }
}

/// The text of an event that has one: everything after the message's first line, cleaned.
pub fn text_of(message: &str) -> String {
    message
        .split_once('\n')
        .map_or(String::new(), |(_, text)| clean(text).into_owned())
}

/// The text of an event in the message that carries it; `None` for one that has none.
pub fn text_in(event: &Event, message: &Message) -> Option<String> {
    let has_text = event.body().is_some_and(Body::has_text);
    has_text.then(|| text_of(&message.text))
}

/// Slack's own token for an instant, shown in each reader's zone; the fallback says UTC.
fn date_token(time: DateTime<Utc>, form: &str) -> String {
    mrkdwn::date(
        time.timestamp(),
        form,
        &time.format("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// Names of people, as the channel and the card print them.
pub type Names = BTreeMap<UserId, String>;

fn name_of(names: &Names, user: &UserId) -> String {
    names
        .get(user)
        .cloned()
        .unwrap_or_else(|| user.as_str().to_owned())
}

/// A name that can mention nobody.
fn named(names: &Names, user: &UserId) -> String {
    escape(&name_of(names, user)).into_owned()
}

/// A sentence in Slack's mrkdwn.
pub fn linked(pieces: &[Piece], names: &Names) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => escape(text).into_owned(),
            Piece::Strong(text) if text.contains('*') => escape(text).into_owned(),
            Piece::Strong(text) => format!("*{}*", escape(text)),
            Piece::Person(user) => named(names, user),
            Piece::Call(user) => mrkdwn::mention(user),
            Piece::Time(time) => date_token(*time, "{time}"),
            Piece::Day(time) => date_token(*time, "{date_short_pretty}"),
            Piece::Channel(Some(id), _) if is_plain(id.as_str()) => format!("<#{id}>"),
            Piece::Channel(_, name) => escape(&format!("#{name}")).into_owned(),
        })
        .collect()
}

/// Nothing that would end a link.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What a message is written from.
pub struct Scene<'a> {
    pub row: &'a IncidentRow,
    /// With the pending acts in it, so that they can be named.
    pub incident: &'a Incident,
    pub console: &'a ConsoleId,
    pub names: &'a Names,
    pub now: DateTime<Utc>,
}

/// Takes from the front of `waiting` what fits one message, and writes that message. The events
/// are one author's; one that has a text travels alone.
pub fn batch(
    id: u64,
    scene: &Scene<'_>,
    waiting: &[(u64, &EventRow)],
    after: SlackTs,
) -> Option<Batch> {
    let Scene {
        row,
        console,
        incident,
        ..
    } = *scene;
    let (_, first) = waiting.first()?;
    let channel = row.channel.clone()?;
    let actor = &first.by;
    let mut taken: Vec<&(u64, &EventRow)> = Vec::new();
    let mut metadata = BTreeMap::new();
    for pair in waiting.iter().take(BATCH_MAX) {
        let (_, event) = pair;
        let alone = event.event.body().is_none_or(stands_alone);
        // What several consoles may derive from one message of somebody's shares its own with nothing
        // else: where two of them said it, one of the messages holds nothing but copies, and can go.
        let same = event.event.cause() == first.event.cause();
        if event.by != *actor || !same || (alone && !taken.is_empty()) {
            break;
        }
        let mut events: Vec<&Event> = taken.iter().map(|(_, e)| &e.event).collect();
        events.push(&event.event);
        let candidate = payload(row, console, actor, &events);
        if !taken.is_empty() && size(&candidate) > METADATA_MAX {
            break;
        }
        metadata = candidate;
        taken.push(pair);
        if alone {
            break;
        }
    }
    let rows: Vec<&EventRow> = taken.iter().map(|(_, event)| *event).collect();
    let thread = taken.iter().find_map(|(_, e)| match e.event.body() {
        Some(Body::Message { thread }) => thread.clone(),
        Some(Body::Answer { thread, .. }) => Some(thread.clone()),
        Some(Body::Work(Deed::Here {})) => asked_who_is_here(incident),
        _ => None,
    });
    Some(Batch {
        id,
        incident: row.id.clone(),
        channel,
        after,
        jobs: taken.iter().map(|(seq, _)| *seq).collect(),
        events: taken.iter().map(|(_, e)| e.event.id.clone()).collect(),
        text: words(&rows, scene),
        thread,
        metadata,
        bare: None,
    })
}

/// Where those who are here are gathered: under the roll call, or in the channel where there was none.
fn asked_who_is_here(incident: &Incident) -> Option<SlackTs> {
    let mut asked = incident.entries.iter().rev();
    let asked = asked.find(|entry| matches!(entry.body, Body::Work(Deed::RollCall {})))?;
    Some(asked.position.as_ref()?.ts.clone())
}

/// The same message for those who read it only now: what of it is late says when it happened. `None`
/// where it says so already, or is not late.
pub fn retold(batch: &Batch, rows: &[&EventRow], scene: &Scene<'_>) -> Option<Batch> {
    let late = rows.iter().any(|row| scene.now - row.event.at > LATE);
    // One that could not stay in its thread says what it replies to, as no other does.
    let moved = batch.thread.is_none()
        && rows.iter().any(|row| match row.event.body() {
            Some(Body::Message { thread }) => thread.is_some(),
            Some(Body::Answer { .. } | Body::Work(Deed::Here {})) => true,
            _ => false,
        });
    if !late || moved || batch.bare.is_some() {
        return None;
    }
    let text = words(rows, scene);
    (text != batch.text).then(|| Batch {
        text,
        ..batch.clone()
    })
}

/// What a message of these events says to people.
fn words(rows: &[&EventRow], scene: &Scene<'_>) -> String {
    let digest = digest(rows, scene.incident.lang, scene.now);
    let dated = digest.is_some();
    let said = rows.iter().filter_map(|event| {
        let body = event.event.body()?;
        Some(line(event, body, scene, dated))
    });
    let lines: Vec<String> = digest.into_iter().chain(said).collect();
    let mark = drill_mark(scene.row, scene.incident.lang);
    format!("{mark}{}", lines.join("\n"))
}

/// Over everything that the program says of a drill, so that nobody takes it for an incident.
pub fn drill_mark(row: &IncidentRow, lang: Lang) -> &'static str {
    match (row.drill, lang) {
        (true, Lang::En) => "[DRILL] ",
        (true, Lang::Ja) => "【訓練】",
        (false, _) => "",
    }
}

/// A reply that goes to the channel, since Slack takes none in its thread. Its first line says what it
/// replies to; what follows is the text.
pub fn unthreaded(
    text: &str,
    thread: &SlackTs,
    parent: Option<&Message>,
    names: &Names,
    lang: Lang,
) -> String {
    let at = DateTime::from_timestamp_micros(thread.micros()).unwrap_or_default();
    let at = date_token(at, "{time}");
    let author = parent.map(|message| match (&message.user, &message.username) {
        (Some(user), _) => named(names, user),
        (None, name) => escape(name.as_deref().unwrap_or_default()).into_owned(),
    });
    let author = author.unwrap_or_default();
    let said = parent.map_or_else(String::new, |message| {
        let plain = mrkdwn::plain(&message.text, &Known(names));
        let line: String = clean_line(&plain).chars().take(QUOTED).collect();
        escape(&line).into_owned()
    });
    let said = match lang {
        _ if said.is_empty() => said,
        Lang::En => format!(": “{said}”"),
        Lang::Ja => format!("「{said}」"),
    };
    let about = match lang {
        Lang::En => format!("in reply to {author} {at}"),
        Lang::Ja => format!("{author} {at} への返信"),
    };
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let head = format!("{head} — _{}_{said}", about.trim());
    if rest.is_empty() {
        head
    } else {
        format!("{head}\n{rest}")
    }
}

/// What stands over several things that come long after they were done: from when to when that was,
/// and how many. Those who read on then know that it is not now.
fn digest(rows: &[&EventRow], lang: Lang, now: DateTime<Utc>) -> Option<String> {
    let times: Vec<DateTime<Utc>> = rows.iter().map(|row| row.event.at).collect();
    let (from, to) = (times.iter().min()?, times.iter().max()?);
    let count = rows.len();
    if times.iter().filter(|at| now - **at > LATE).count() < 2 {
        return None;
    }
    let (from, to) = (
        date_token(*from, own_time(*from, now)),
        date_token(*to, "{time}"),
    );
    Some(match lang {
        Lang::En => {
            format!("_Written while Slack was out of reach, {from}–{to} ({count} entries)_")
        }
        Lang::Ja => format!("_Slack に届かなかった間の記録 {from}–{to} ({count}件)_"),
    })
}

/// With the day, where the time alone could be taken for another day's.
fn own_time(at: DateTime<Utc>, now: DateTime<Utc>) -> &'static str {
    if now - at > TimeDelta::hours(12) {
        "{date_short_pretty} {time}"
    } else {
        "{time}"
    }
}

fn stands_alone(body: &Body) -> bool {
    let gathered = matches!(body, Body::Work(Deed::Here {}));
    let spoken = matches!(body, Body::TimekeeperCall { .. } | Body::Question { .. });
    body.has_text() || spoken || gathered
}

fn payload(
    row: &IncidentRow,
    console: &ConsoleId,
    actor: &UserId,
    events: &[&Event],
) -> BTreeMap<String, String> {
    let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
    let events = serde_json::to_string(events).unwrap_or_else(|_| "[]".to_owned());
    BTreeMap::from([
        ("v".to_owned(), VERSION.to_owned()),
        ("incident".to_owned(), row.id.0.clone()),
        ("console".to_owned(), console.0.clone()),
        ("actor".to_owned(), actor.0.clone()),
        ("drill".to_owned(), flag(row.drill)),
        ("private".to_owned(), flag(row.private)),
        ("events".to_owned(), events),
    ])
}

fn size(payload: &BTreeMap<String, String>) -> usize {
    serde_json::to_string(payload).map_or(usize::MAX, |text| text.len()) + 64
}

fn line(row: &EventRow, body: &Body, scene: &Scene<'_>, dated: bool) -> String {
    let Scene {
        incident,
        names,
        now,
        ..
    } = *scene;
    let at = row.event.at;
    let behind = now - at > LATE;
    let late = if dated || behind {
        format!("{} ", date_token(at, own_time(at, now)))
    } else {
        String::new()
    };
    if let Body::TimekeeperCall { slot } = body {
        let counted = if behind { at } else { now };
        return format!(
            "{late}{}",
            call_text(incident, &row.event.id, *slot, names, counted)
        );
    }
    let read = read_at(body, at, now);
    let said = sentence(&row.event.id, &read, &row.by, incident, incident.lang);
    if matches!(body, Body::Question { .. }) {
        return format!("{late}{}", linked(&said, names));
    }
    let head = match body {
        Body::Items { items, .. } => {
            let list = incident.checklist();
            let first = list.iter().take(9).map(|check| &check.item.id);
            let pressed = first
                .clone()
                .any(|id| items.iter().any(|item| item.id == *id));
            format!(
                "{}\n{}",
                linked(&said, names),
                tick_words(incident.lang, pressed)
            )
        }
        Body::Message { .. } => format!("*{}*", named(names, &row.by)),
        Body::Resolved { .. } => {
            let more = broadcast::more(body, incident, false, &BTreeSet::new(), names);
            let lines = std::iter::once(linked(&said, names)).chain(more);
            lines.collect::<Vec<_>>().join("\n")
        }
        _ => {
            let told = instructions(body, row, incident);
            let lines = std::iter::once(linked(&said, names)).chain(told);
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    match &row.text {
        Some(text) if body.has_text() => format!("{late}{head}\n{}", text),
        _ => format!("{late}{head}"),
    }
}

/// What whoever takes a role for the first time here is told.
fn instructions(body: &Body, row: &EventRow, incident: &Incident) -> Vec<String> {
    let Some((role, user)) = body.appoints() else {
        return Vec::new();
    };
    let mut before = incident
        .entries
        .iter()
        .take_while(|entry| entry.id != row.event.id);
    let knows = before.any(|entry| {
        entry.verdict == Verdict::Accepted && entry.body.appoints() == Some((role, user))
    });
    let told = for_role(role, incident.lang).filter(|_| !knows);
    let told = told.into_iter().flatten();
    told.map(|line| format!("> {}", escape(line))).collect()
}

/// What was done `at`, as it is for those who read it from `now` on.
fn read_at(body: &Body, at: DateTime<Utc>, now: DateTime<Utc>) -> Cow<'_, Body> {
    let mut read = body.clone();
    if let (Body::Work(now_read), Body::Work(said)) = (&mut read, body)
        && let Deed::Opened { due: Some(due), .. } = now_read
    {
        *due = said.window(*due, at, now);
        return Cow::Owned(read);
    }
    Cow::Borrowed(body)
}

/// How an item is ticked; only the first nine of the list have a number to press.
fn tick_words(lang: Lang, pressed: bool) -> &'static str {
    match (lang, pressed) {
        (Lang::En, true) => "_Done? Press 1️⃣–9️⃣ here, or mention me: done 12_",
        (Lang::En, false) => "_Done? Mention me: done 12_",
        (Lang::Ja, true) => "_完了したら 1️⃣–9️⃣ を押すか、このアプリにメンションして「完了 12」_",
        (Lang::Ja, false) => "_完了したら、このアプリにメンションして「完了 12」_",
    }
}

/// `1:05` hours and minutes, `12 min` below an hour.
pub fn span(delta: TimeDelta, lang: Lang) -> String {
    let minutes = delta.num_minutes().max(0);
    let (h, m) = (minutes / 60, minutes % 60);
    match (lang, h) {
        (Lang::En, 0) => format!("{m} min"),
        (Lang::En, _) => format!("{h} h {m:02} min"),
        (Lang::Ja, 0) => format!("{m}分"),
        (Lang::Ja, _) => format!("{h}時間{m:02}分"),
    }
}

/// What other channels are told about an event: broadcast channels about a loud one, those of its
/// audience about a report, whole. `heard` are those who wrote in the incident's channel.
pub fn announcement(
    id: &EventId,
    (body, text): (&Body, Option<&str>),
    by: &UserId,
    incident: &Incident,
    (row, heard): (&IncidentRow, &BTreeSet<UserId>),
    names: &Names,
) -> String {
    let lang = incident.lang;
    let mark = drill_mark(row, lang);
    let said = linked(&sentence(id, body, by, incident, lang), names);
    let channel = row
        .channel
        .as_ref()
        .map_or_else(String::new, |id| format!(" <#{id}>"));
    let title = match body {
        Body::Declared { .. } => String::new(),
        _ => format!("{}: ", escape(&incident.title)),
    };
    let mut more = broadcast::more(body, incident, row.drill, heard, names);
    if let Body::Work(Deed::Report { .. }) = body {
        more.extend(text.map(str::to_owned));
    }
    let lines = std::iter::once(format!("{mark}{title}{said}{channel}")).chain(more);
    lines.collect::<Vec<_>>().join("\n")
}

/// What another channel is told of an incident whose own takes nothing any more.
pub fn reminder(
    id: &EventId,
    body: &Body,
    by: &UserId,
    incident: &Incident,
    row: &IncidentRow,
    names: &Names,
) -> String {
    let channel = row
        .channel
        .as_ref()
        .map_or_else(String::new, |id| format!(" <#{id}>"));
    let said = linked(&sentence(id, body, by, incident, incident.lang), names);
    format!("{}{channel}: {said}", escape(&incident.title))
}

/// Resolves people in a message's text, and nothing else.
pub struct Known<'a>(pub &'a Names);

impl mrkdwn::Names for Known<'_> {
    fn user(&self, id: &UserId) -> Option<String> {
        self.0.get(id).cloned()
    }

    fn channel(&self, _: &crate::domain::ids::ChannelId) -> Option<String> {
        None
    }

    fn group(&self, _: &crate::domain::ids::GroupId) -> Option<String> {
        None
    }

    fn date(&self, _: i64, _: &str) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Named, Phase, Recorded, What};
    use crate::domain::ids::{ChannelId, EventId};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + second, 0).expect("in range")
    }

    fn row(n: u64, second: i64, body: Body) -> EventRow {
        EventRow {
            incident: IncidentId::new("i1"),
            event: Event {
                id: EventId::new(format!("e{n}")),
                at: at(second),
                prev: BTreeMap::new(),
                what: What::Known(body),
                via: None,
            },
            by: UserId::new("U1"),
            console: ConsoleId::new("k1"),
            text: None,
            position: None,
            recorded_at: at(second),
            seq: n,
        }
    }

    fn with_scene<T>(lang: Lang, now: i64, look: impl FnOnce(&Scene<'_>) -> T) -> T {
        let mut incident = Incident::new(IncidentId::new("i1"));
        incident.lang = lang;
        incident.apply(&Recorded {
            ..row(0, 0, Body::Note {}).recorded()
        });
        let home = IncidentRow {
            id: IncidentId::new("i1"),
            private: false,
            drill: false,
            channel: Some(ChannelId::new("C1")),
            card: None,
        };
        let names = Names::from([(UserId::new("U1"), "Ito".to_owned())]);
        look(&Scene {
            row: &home,
            incident: &incident,
            console: &ConsoleId::new("k1"),
            names: &names,
            now: at(now),
        })
    }

    fn said(lang: Lang, rows: &[EventRow], now: i64) -> String {
        let waiting: Vec<(u64, &EventRow)> = rows.iter().map(|row| (row.seq, row)).collect();
        let formed = with_scene(lang, now, |scene| {
            batch(99, scene, &waiting, SlackTs::zero())
        });
        let batch = formed.expect("something waits");
        assert_eq!(batch.events.len(), rows.len(), "one message");
        batch.text
    }

    fn outage() -> Vec<EventRow> {
        let red = Named {
            id: "red".into(),
            name: "Red".into(),
        };
        let fixing = Phase::Fixing;
        vec![
            row(1, 0, Body::Temperature { temperature: red }),
            row(2, 300, Body::Phase { phase: fixing }),
            row(3, 1140, Body::PersonalData { since: None }),
        ]
    }

    // Red without `same` of `batch`.
    #[test]
    fn what_a_message_of_somebodys_led_to_is_said_by_itself() {
        let mut rows = outage();
        rows[1].event.via = Some(crate::domain::source::Via {
            source: crate::domain::source::Source::Mention,
            ts: SlackTs::parse("1795000290.000100").ok(),
            name: None,
        });
        let waiting: Vec<(u64, &EventRow)> = rows.iter().map(|row| (row.seq, row)).collect();
        for from in [0, 1] {
            let formed = with_scene(Lang::En, 300, |scene| {
                batch(99, scene, &waiting[from..], SlackTs::zero())
            });
            assert_eq!(formed.expect("something waits").events.len(), 1);
        }
    }

    /// The clock of a token, as its fallback says it.
    fn clocks(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, token)) = rest.split_once("<!date^") {
            let (token, after) = token.split_once('>').expect("closed");
            let (_, fallback) = token.split_once('|').expect("a fallback");
            out.push_str(before);
            out.push_str(fallback);
            rest = after;
        }
        out + rest
    }

    #[test]
    fn what_comes_late_in_one_message_is_a_digest_with_its_own_times() {
        insta::assert_snapshot!(clocks(&said(Lang::En, &outage(), 1200)), @r"
        _Written while Slack was out of reach, 2026-11-18 11:06 UTC–2026-11-18 11:25 UTC (3 entries)_
        2026-11-18 11:06 UTC Temperature set to *Red* by Ito
        2026-11-18 11:11 UTC Phase: *fixing* — Ito
        2026-11-18 11:25 UTC *Personal data involved* — Ito
        ");
        insta::assert_snapshot!(clocks(&said(Lang::Ja, &outage(), 1200)), @r"
        _Slack に届かなかった間の記録 2026-11-18 11:06 UTC–2026-11-18 11:25 UTC (3件)_
        2026-11-18 11:06 UTC 温度感を *Red* に設定: Ito
        2026-11-18 11:11 UTC 段階: *対応中* — Ito
        2026-11-18 11:25 UTC *個人情報あり* — Ito
        ");
    }

    #[test]
    fn what_was_formed_in_time_and_goes_late_says_when_it_happened() {
        let rows = outage();
        let retold_at = |rows: &[EventRow], now: i64| {
            with_scene(Lang::En, now, |scene| {
                let first = Scene {
                    now: at(rows[0].seq as i64),
                    ..*scene
                };
                let waiting: Vec<(u64, &EventRow)> = rows.iter().map(|r| (r.seq, r)).collect();
                let formed = batch(99, &first, &waiting[..1], SlackTs::zero()).expect("formed");
                assert!(!formed.text.contains("<!date"), "{}", formed.text);
                retold(&formed, &[&rows[0]], scene)
            })
        };
        assert_eq!(retold_at(&rows, 50), None);
        let late = retold_at(&rows, 600).expect("late");
        assert!(
            late.text.starts_with("<!date^1795000000^{time}"),
            "{}",
            late.text
        );
        // A reply whose thread is closed says what it replies to, and keeps saying it.
        let thread = SlackTs::parse("1795000000.000001").ok();
        let mut reply = row(1, 0, Body::Message { thread });
        reply.text = Some("on it".into());
        let moved = with_scene(Lang::En, 600, |scene| {
            let formed = batch(99, scene, &[(1, &reply)], SlackTs::zero()).expect("formed");
            let moved = Batch {
                thread: None,
                text: "*Ito* — _in reply to_\non it".into(),
                ..formed
            };
            retold(&moved, &[&reply], scene)
        });
        assert_eq!(moved, None);
    }

    #[test]
    fn a_call_and_a_question_that_come_late_say_their_time() {
        let question = Body::Question {
            about: crate::domain::event::About::Commander,
            number: 1,
            levels: Vec::new(),
        };
        for body in [Body::TimekeeperCall { slot: 1 }, question] {
            let rows = [row(1, 0, body)];
            let (soon, late) = (said(Lang::En, &rows, 30), said(Lang::En, &rows, 300));
            assert!(!soon.contains("<!date"), "{soon}");
            assert!(late.starts_with("<!date^1795000000^{time}"), "{late}");
        }
    }

    #[test]
    fn what_is_said_in_a_drill_says_so_and_its_text_does_not() {
        let mut note = row(1, 0, Body::Note {});
        note.text = Some("the pool is full".into());
        for (lang, mark) in [(Lang::En, "[DRILL] Note"), (Lang::Ja, "【訓練】記録")] {
            let formed = with_scene(lang, 5, |scene| {
                let drill = IncidentRow {
                    drill: true,
                    ..scene.row.clone()
                };
                let scene = Scene {
                    row: &drill,
                    ..*scene
                };
                batch(99, &scene, &[(1, &note)], SlackTs::zero()).expect("formed")
            });
            assert!(formed.text.starts_with(mark), "{}", formed.text);
            assert_eq!(text_of(&formed.text), "the pool is full");
            assert!(!formed.metadata["events"].contains("DRILL"));
            assert!(!said(lang, std::slice::from_ref(&note), 5).contains(mark));
        }
    }

    #[test]
    fn a_window_for_objections_counts_from_when_people_could_read_it() {
        let opened = |sort| {
            row(
                1,
                0,
                Body::Work(Deed::Opened {
                    matter: sort,
                    line: "roll back".into(),
                    owner: None,
                    due: Some(at(120)),
                    risk: None,
                }),
            )
        };
        let until = |sort, now| clocks(&said(Lang::En, &[opened(sort)], now));
        let decision = crate::domain::work::Sort::Decision;
        assert!(until(decision, 5).contains("Until 2026-11-18 11:08 UTC"));
        let late = until(decision, 600);
        assert!(late.contains("Until 2026-11-18 11:18 UTC"), "{late}");
        // A task's time-box is from when it was given.
        let task = until(crate::domain::work::Sort::Task, 600);
        assert!(task.contains("until 2026-11-18 11:08 UTC"), "{task}");
    }

    #[test]
    fn what_comes_in_time_or_alone_has_no_digest_over_it() {
        let now = said(Lang::En, &outage()[1..], 302);
        assert!(
            !now.contains("out of reach") && !now.contains("<!date"),
            "{now}"
        );
        let alone = said(Lang::En, &outage()[..1], 1200);
        assert!(!alone.contains("out of reach"), "{alone}");
        assert!(alone.starts_with("<!date^"), "{alone}");
        // Another day's time is not taken for today's.
        let later = said(Lang::En, &outage(), 200_000);
        assert!(later.contains("{date_short_pretty} {time}"), "{later}");
    }
}

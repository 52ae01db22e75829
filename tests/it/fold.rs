//! Properties of the fold, over the engine that the program runs: whatever order, batching or
//! repetition pages come in, consoles agree; and nothing in a channel makes one panic.

use crate::replay::{self, How, PLAIN};
use matoi::domain::event::{Body, Event, Item, Kind, Milestone, Named, Phase, Position, What};
use matoi::domain::ids::ChannelId;
use matoi::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::sync::image::{EventRow, Image, IncidentRow, Message, Metadata, Write};
use matoi::domain::sync::mirror::{self, EVENTS, Names, Scene};
use matoi::domain::sync::{Engine, Safeguards};
use matoi::domain::words::Lang;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn id() -> IncidentId {
    IncidentId::new("ifold2345")
}

/// One channel with everything that can be in it: acts of three consoles that have not always seen
/// each other's, copies, messages that stand in for lost ones, people, another incident's events.
struct Channel {
    rng: fastrand::Rng,
    /// Everything as it was posted, in order.
    rows: Vec<EventRow>,
    messages: Vec<Message>,
    micros: i64,
    row: IncidentRow,
}

const USERS: [&str; 4] = ["U1", "U2", "U3", "U4"];
const ITEMS: [&str; 4] = ["a", "b", "c", "d"];

impl Channel {
    fn new(seed: u64) -> Channel {
        Channel {
            rng: fastrand::Rng::with_seed(seed),
            rows: Vec::new(),
            messages: Vec::new(),
            micros: 1_789_999_000_000_000,
            row: IncidentRow {
                id: id(),
                private: false,
                drill: false,
                channel: Some(ChannelId::new(replay::CHANNEL)),
                card: None,
            },
        }
    }

    fn make(seed: u64, length: usize) -> Channel {
        let mut channel = Channel::new(seed);
        // A stray that comes before the declaration counts for nobody.
        if channel.rng.u32(..4) == 0 {
            channel.act();
        }
        channel.declare();
        while channel.messages.len() < length {
            match channel.rng.u32(..12) {
                0 => channel.chat(),
                1 => channel.copy(),
                2 => channel.stand_in(),
                3 => channel.stray(),
                _ => channel.act(),
            }
        }
        channel
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    fn user(&mut self) -> UserId {
        UserId::new(self.pick(&USERS))
    }

    fn maybe(&mut self) -> Option<UserId> {
        let user = self.user();
        self.rng.bool().then_some(user)
    }

    fn ts(&mut self) -> SlackTs {
        self.micros += self.rng.i64(1..4_000_000);
        SlackTs::from_micros(self.micros).expect("in range")
    }

    /// What a console saw that has missed up to four messages.
    fn seen(&mut self) -> Incident {
        let mut rows: Vec<&EventRow> = self.rows.iter().collect();
        let missed = self.rng.usize(..5).min(rows.len().saturating_sub(1));
        rows.truncate(rows.len() - missed);
        rows.sort_by_key(|row| row.position.clone());
        let recorded: Vec<_> = rows.iter().map(|row| row.recorded()).collect();
        Incident::fold(id(), &recorded)
    }

    fn declare(&mut self) {
        let body = Body::Declared {
            parent: None,
            title: "Checkout fails".to_owned(),
            service: "shop".to_owned(),
            incident_kind: Kind::Outage,
            channel: "shop-1".to_owned(),
            lang: Lang::En,
            personal_data: self.rng.bool(),
            temperature: None,
            started: None,
            detected: None,
            timekeeper: 0,
            timekeeper_recovered: 60,
            closers: Vec::new(),
        };
        self.write(vec![body], "U1", 0);
    }

    fn act(&mut self) {
        let bodies = (0..self.rng.usize(1..4)).map(|_| self.body()).collect();
        let (by, console) = (self.pick(&USERS), self.rng.u32(..3));
        self.write(bodies, by, console);
    }

    fn body(&mut self) -> Body {
        let item = self.pick(&ITEMS).to_owned();
        let user = self.user();
        let at = chrono::DateTime::from_timestamp(1_789_998_000 + self.rng.i64(0..900), 0)
            .expect("in range");
        let named = |n: u32| Named {
            id: n.to_string(),
            name: format!("n{n}"),
        };
        let n = self.rng.u32(1..4);
        let reason = format!("because {n}");
        let ts = SlackTs::from_micros(1_789_999_000_000_000 + i64::from(n)).expect("in range");
        let new = Item {
            id: item.clone(),
            text: format!("do {item}"),
            optional: n == 1,
            time_box: None,
            when: None,
            manual: None,
        };
        let declared = self.rows.first().map(|row| row.event.id.clone());
        match self.rng.u32(..26) {
            0 => Body::Level {
                owner: None,
                manual: None,
                report: None,
                level: named(n),
                timekeeper: (n > 1).then_some(n),
            },
            1 => Body::Items {
                level_event: declared.unwrap_or_default(),
                items: vec![new],
            },
            2 => Body::Temperature {
                temperature: named(n),
            },
            3 => Body::Situation {},
            4 => Body::Commander {
                user: self.maybe(),
                reason: None,
            },
            5 => Body::Role {
                role: "ops".to_owned(),
                user: self.maybe(),
            },
            6 => Body::CheckedIn {
                user,
                role: None,
                task: Some(reason),
            },
            7 => Body::CheckedOut { user },
            8 | 9 => Body::Ticked { item },
            10 => Body::Unticked { item },
            11 => Body::Skipped { item, reason },
            12 => Body::Assigned {
                item,
                user: self.maybe(),
                due: None,
            },
            13 => Body::ItemAdded { item: new },
            14 => Body::Note {},
            15 => Body::Milestone {
                milestone: Milestone::Detected,
                time: at,
                link: None,
            },
            16 => Body::Message { thread: None },
            17 => Body::Pinned {
                evidence: false,
                ts,
                author: String::new(),
                excerpt: reason,
                files: Vec::new(),
            },
            18 => Body::Unpinned { ts },
            19 => Body::Timekeeper { minutes: n },
            20 => Body::TimekeeperCall { slot: n },
            21 => Body::Phase {
                phase: Phase::Fixing,
            },
            22 => Body::Recovered { time: at },
            23 => Body::Reopened { reason },
            24 => Body::Cancelled {
                outcome: Phase::FalseAlarm,
                reason,
            },
            _ => Body::PersonalData { since: None },
        }
    }

    /// Mirrors acts as the console that made them would, in its batches.
    fn write(&mut self, bodies: Vec<Body>, by: &str, console: u32) {
        let mut seen = self.seen();
        let mut made = Vec::new();
        for body in bodies {
            // Some events are derived by several consoles from one thing: the same id, told twice.
            let id = match &body {
                Body::TimekeeperCall { slot } => EventId::new(format!("derived{slot}")),
                _ => EventId::random(&mut self.rng),
            };
            let text = body
                .has_text()
                .then(|| format!("text {}", self.rng.u32(..99)));
            let row = EventRow {
                incident: self.row.id.clone(),
                event: Event {
                    at: chrono::DateTime::from_timestamp_millis(self.micros / 1000 - 5)
                        .expect("in range"),
                    prev: seen.prev(&id, &body),
                    id,
                    what: What::Known(body),
                    via: None,
                },
                by: UserId::new(by),
                console: ConsoleId::new(format!("c{console}")),
                text,
                position: None,
                recorded_at: chrono::DateTime::default(),
                seq: 0,
            };
            seen.apply(&row.recorded());
            made.push(row);
        }
        let mut waiting: Vec<(u64, &EventRow)> = made.iter().map(|row| (0, row)).collect();
        let mut posted = Vec::new();
        while !waiting.is_empty() {
            let scene = Scene {
                row: &self.row,
                incident: &seen,
                console: &made[0].console,
                names: &Names::new(),
                now: made[0].event.at,
            };
            let batch = mirror::batch(0, &scene, &waiting, SlackTs::zero()).expect("a batch");
            let taken = waiting
                .drain(..batch.events.len())
                .map(|(_, row)| row.clone());
            posted.push((taken.collect::<Vec<_>>(), batch));
        }
        for (rows, batch) in posted {
            let ts = self.post(&batch.text, Some(batch.metadata));
            for (index, mut row) in rows.into_iter().enumerate() {
                row.position = Some(Position {
                    ts: ts.clone(),
                    index: u32::try_from(index).expect("few"),
                });
                let known = self.rows.iter().any(|r| r.event.id == row.event.id);
                if !known {
                    self.rows.push(row);
                }
            }
        }
    }

    fn post(&mut self, text: &str, payload: Option<BTreeMap<String, String>>) -> SlackTs {
        let ts = self.ts();
        self.messages.push(Message {
            ts: ts.to_string(),
            user: Some(UserId::new("UBOT")),
            text: text.to_owned(),
            own: payload.is_some(),
            metadata: payload.map(|payload| Metadata {
                event_type: EVENTS.to_owned(),
                payload,
            }),
            ..Message::default()
        });
        ts
    }

    fn chat(&mut self) {
        self.post("hello", None);
    }

    fn some_batch(&mut self) -> Option<Message> {
        let own: Vec<usize> = (0..self.messages.len())
            .filter(|n| self.messages[*n].own)
            .collect();
        (!own.is_empty()).then(|| self.messages[own[self.rng.usize(..own.len())]].clone())
    }

    /// A message sent again because its answer was lost.
    fn copy(&mut self) {
        if let Some(message) = self.some_batch() {
            let payload = message.metadata.map(|m| m.payload);
            self.post(&message.text, payload);
        }
    }

    /// A message that somebody deleted or edited, put back by another console.
    fn stand_in(&mut self) {
        let Some(message) = self.some_batch() else {
            return;
        };
        let mut payload = message.metadata.map(|m| m.payload).unwrap_or_default();
        let place = payload
            .get("position")
            .cloned()
            .unwrap_or(message.ts.clone());
        payload.insert("position".to_owned(), place);
        let edits = self.rng.bool();
        if let Some(original) = self.messages.iter_mut().find(|m| m.ts == message.ts)
            && edits
            && !original
                .metadata
                .as_ref()
                .is_some_and(|m| m.payload.contains_key("position"))
            && !original.edited
        {
            original.edited = true;
            original.text = format!("{}\nedited", original.text.lines().next().unwrap_or(""));
        }
        // Its own text is what the first one said.
        let text = self.first_text(&payload, &message.text);
        self.post(&text, Some(payload));
    }

    fn first_text(&self, payload: &BTreeMap<String, String>, fallback: &str) -> String {
        let events: Vec<Value> = serde_json::from_str(&payload["events"]).expect("ours");
        let told = events.iter().find_map(|event| {
            let row = self
                .rows
                .iter()
                .find(|r| r.event.id.as_str() == event["id"])?;
            row.text.clone()
        });
        told.map_or_else(|| fallback.to_owned(), |text| format!("head\n{text}"))
    }

    /// An event of an incident that lives elsewhere, and one whose kind is not known yet.
    fn stray(&mut self) {
        let here = id();
        let incident = self.pick(&["iother", here.as_str()]);
        let kind = if incident == "iother" {
            "note"
        } else {
            "teleport"
        };
        let event = EventId::random(&mut self.rng);
        let events = json!([{"id": event, "at": self.micros / 1000, "kind": kind, "x": [1]}]);
        let payload = json!({
            "v": "1", "incident": incident, "console": "c9", "actor": "U9",
            "drill": "0", "private": "0", "events": events.to_string(),
        });
        let payload = serde_json::from_value(payload).expect("a flat map");
        self.post("something\nelse", Some(payload));
    }
}

fn read(messages: &[Message], how: &How) -> Engine {
    let mut engine = replay::reader();
    replay::read(&mut engine, messages, how);
    engine
}

fn how() -> impl Strategy<Value = How> {
    (1usize..40, any::<bool>(), 1usize..6, any::<u64>()).prop_map(
        |(page, oldest_first, waves, seed)| How {
            // Pages of exactly 15 are the mark of a clamped app, which reads back no further than
            // reads may lag; here messages turn up as late as they like.
            page: if page == 15 { 16 } else { page },
            oldest_first,
            waves,
            seed,
        },
    )
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn consoles_agree_however_they_read(seed: u64, length in 2usize..45, one in how(), two in how()) {
        let channel = Channel::make(seed, length);
        let mut first = read(&channel.messages, &one);
        let mut second = read(&channel.messages, &two);
        let wanted = replay::state(&mut first, &id());
        prop_assert!(wanted.is_object());
        prop_assert_eq!(&replay::state(&mut second, &id()), &wanted);
        // And it is what a plain fold of what was posted gives.
        let mut rows = channel.rows.clone();
        rows.sort_by_key(|row| row.position.clone());
        let recorded: Vec<_> = rows.iter().map(EventRow::recorded).collect();
        let folded = Incident::fold(id(), &recorded);
        let ids = |i: &Incident| {
            i.entries.iter().map(|e| (e.id.clone(), e.verdict.clone(), e.text.clone())).collect::<Vec<_>>()
        };
        let agreed = first.agreed(&id()).map(ids);
        prop_assert_eq!(agreed, Some(ids(&folded)));
        // Everything once more, in other pages, onto what is known.
        replay::read(&mut first, &channel.messages, &two);
        prop_assert_eq!(&replay::state(&mut first, &id()), &wanted);
    }

    #[test]
    fn a_journal_and_the_rest_of_the_channel_give_the_whole(seed: u64, length in 4usize..45, cut in 1usize..44, one in how()) {
        let channel = Channel::make(seed, length);
        let wanted = replay::state(&mut read(&channel.messages, &PLAIN), &id());
        let cut = cut.min(channel.messages.len());
        let half = read(&channel.messages[..cut], &one);
        // The program ends; what was committed is read back, and the rest of the channel after it.
        let image: Image = half.image().clone();
        let mut engine = replay::engine(image);
        replay::read(&mut engine, &channel.messages, &one);
        prop_assert_eq!(replay::state(&mut engine, &id()), wanted);
    }

    #[test]
    fn a_fold_goes_on_where_it_stopped(seed: u64, length in 4usize..60, cut in 0usize..60) {
        let mut rows = Channel::make(seed, length).rows;
        rows.sort_by_key(|row| row.position.clone());
        let recorded: Vec<_> = rows.iter().map(EventRow::recorded).collect();
        let cut = cut.min(recorded.len());
        let mut halves = Incident::fold(id(), &recorded[..cut]);
        for event in &recorded[cut..] {
            halves.apply(event);
        }
        prop_assert_eq!(halves, Incident::fold(id(), &recorded));
    }

    #[test]
    fn unknown_kinds_change_nothing(seed: u64, length in 4usize..30, one in how()) {
        let channel = Channel::make(seed, length);
        let is_later = |m: &Message| {
            m.metadata.as_ref().is_some_and(|m| m.payload["events"].contains("teleport"))
        };
        let known: Vec<Message> =
            channel.messages.iter().filter(|m| !is_later(m)).cloned().collect();
        let mut with = replay::state(&mut read(&channel.messages, &one), &id());
        let mut without = replay::state(&mut read(&known, &one), &id());
        with["events"] = Value::Null;
        without["events"] = Value::Null;
        prop_assert_eq!(with, without);
    }
}

/// JSON of any shape, with the words of the format in the places where they hurt.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("declared"),
        Just("level"),
        Just("note"),
        Just("timekeeper_call"),
        Just("recovered"),
        Just("kind"),
        Just("id"),
        Just("at"),
        Just("prev"),
        Just("items"),
        Just("\u{202e}\u{0}<!here>"),
        Just("1789999000.000001"),
        Just("99999999999999999999"),
        Just(""),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(i64::MAX)),
        Just(json!(i64::MIN)),
        Just(json!(253_402_300_799_999_i64)),
        Just(json!(u32::MAX)),
        word.clone().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|fields| {
                fields
                    .into_iter()
                    .map(|(k, v)| (k.to_owned(), v))
                    .collect::<Value>()
            }),
        ]
    })
}

/// Puts `with` where the `nth` value of a tree is.
fn replace(value: &mut Value, nth: &mut usize, with: &Value) -> bool {
    if *nth == 0 {
        *value = with.clone();
        return true;
    }
    *nth -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|v| replace(v, nth, with)),
        Value::Object(map) => map.values_mut().any(|v| replace(v, nth, with)),
        _ => false,
    }
}

/// Everything that a console works out from a state.
fn use_up(engine: &mut Engine) {
    let far = chrono::DateTime::from_timestamp(1_789_999_900, 0).expect("in range");
    for incident in engine.incidents() {
        let row = engine.image().incidents.get(&incident.id).cloned();
        if let Some(row) = row {
            mirror::card(&incident, &row, engine.names());
            mirror::card_metadata(&incident, "x");
            mirror::topic(&incident, &row, engine.names());
        }
        incident.call_due(far);
        incident.next_call(far);
        incident.checklist();
        incident.began();
        replay::state(engine, &incident.id);
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn hostile_metadata_is_survived(
        seed: u64,
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, any_json()), 1..8),
        keys in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![Just("v"), Just("incident"), Just("console"), Just("actor"), Just("events"), Just("position"), Just("drill")], ".{0,20}"), 0..4),
        text in ".{0,60}",
        one in how(),
    ) {
        let mut messages = Channel::make(seed, 14).messages;
        for (which, nth, value) in &wounds {
            let message = which.get(&messages).clone();
            let Some(metadata) = &message.metadata else { continue };
            let Ok(mut events) = serde_json::from_str::<Value>(&metadata.payload["events"]) else { continue };
            replace(&mut events, &mut nth.clone(), value);
            let n = messages.iter().position(|m| m.ts == message.ts).expect("it is there");
            messages[n].text.clone_from(&text);
            let metadata = messages[n].metadata.as_mut().expect("it has some");
            metadata.payload.insert("events".to_owned(), events.to_string());
        }
        for (which, key, value) in &keys {
            let n = which.index(messages.len());
            if let Some(metadata) = &mut messages[n].metadata {
                metadata.payload.insert((*key).to_owned(), value.clone());
            }
        }
        let mut engine = read(&messages, &one);
        use_up(&mut engine);
        let mut image = Image::new(ConsoleId::new("creader"));
        for row in engine.image().events.values() {
            // What was taken in can be written to the journal and read back.
            let text = serde_json::to_string(row).expect("writable");
            let row: EventRow = serde_json::from_str(&text).expect("readable");
            image.apply(&Write::Event(row));
        }
        use_up(&mut replay::engine(image));
    }
}

/// Killed in the middle of the first reading, a console begins that reading anew: the cursor moves
/// with the last page. Without that it takes what it never read for read.
#[test]
fn a_reading_that_was_cut_off_is_begun_anew() {
    let mut channel = Channel::new(7);
    channel.declare();
    while channel.messages.len() < 120 {
        channel.act();
        // Older than what every sweep reads again.
        channel.micros += 60_000_000;
    }
    let how = How { page: 10, ..PLAIN };
    let wanted = replay::state(&mut read(&channel.messages, &PLAIN), &id());
    for kept in [true, false] {
        let safeguards = Safeguards {
            cursor_in_transaction: kept,
            ..Safeguards::ALL
        };
        let mut engine = replay::guarded(Image::new(ConsoleId::new("creader")), safeguards);
        replay::read_pages(&mut engine, &channel.messages, &how, 5);
        let mut engine = replay::guarded(engine.image().clone(), safeguards);
        replay::read(&mut engine, &channel.messages, &how);
        assert_eq!(replay::state(&mut engine, &id()) == wanted, kept);
    }
}

/// A page that holds an event twice: the lower copy counts, at once.
#[test]
fn a_copy_in_the_same_page_takes_no_place() {
    let mut channel = Channel::new(3);
    channel.declare();
    channel.act();
    let first = channel.messages[1].clone();
    let payload = first.metadata.clone().map(|m| m.payload);
    channel.post(&first.text, payload);
    let mut engine = replay::reader();
    replay::read_pages(&mut engine, &channel.messages, &PLAIN, 1);
    let places: Vec<String> = engine
        .image()
        .events
        .values()
        .filter_map(|row| Some(row.position.as_ref()?.ts.to_string()))
        .collect();
    let copy = &channel.messages.last().expect("some").ts;
    assert!(!places.contains(copy), "{places:?}");
}

/// Two consoles derived the same event, each in its own words; what stands lower is what both tell.
#[test]
fn of_an_event_told_twice_the_lower_copy_is_the_one_told() {
    let mut channel = Channel::new(5);
    channel.declare();
    for (by, console) in [("U2", 1), ("U3", 2)] {
        channel.write(vec![Body::TimekeeperCall { slot: 1 }], by, console);
    }
    for oldest_first in [false, true] {
        let how = How {
            page: 1,
            oldest_first,
            ..PLAIN
        };
        let mut engine = read(&channel.messages, &how);
        let by = engine.agreed(&id()).map(|i| i.entries[1].by.clone());
        assert_eq!(by, Some(UserId::new("U2")), "oldest first: {oldest_first}");
    }
}

/// Events that claim one place: every console folds them in one order.
#[test]
fn events_that_claim_one_place_are_folded_in_one_order() {
    let mut channel = Channel::new(5);
    channel.declare();
    for (n, by) in [(1, "U2"), (2, "U3")] {
        let time = chrono::DateTime::from_timestamp(1_789_998_000 + n, 0).expect("in range");
        let milestone = Milestone::Detected;
        channel.write(
            vec![Body::Milestone {
                milestone,
                time,
                link: None,
            }],
            by,
            1,
        );
    }
    let place = channel.messages[1].ts.clone();
    let metadata = channel.messages[2].metadata.as_mut().expect("events");
    metadata.payload.insert("position".to_owned(), place);
    let mut states = [false, true].map(|oldest_first| {
        let how = How {
            page: 1,
            oldest_first,
            ..PLAIN
        };
        replay::state(&mut read(&channel.messages, &how), &id())
    });
    assert_eq!(states[0]["entries"].as_array().map(Vec::len), Some(3));
    let second = states[1].take();
    assert_eq!(states[0], second);
}

/// A channel turns out to be another incident's: what was taken for this one's place is none, for
/// consoles that did not declare it as well.
#[test]
fn a_channel_that_is_anothers_gives_no_places() {
    let mut first = Channel::new(5);
    first.declare();
    let mut second = Channel::new(6);
    second.row.id = IncidentId::new("ilater234");
    second.micros = first.micros + 1_000_000;
    second.declare();
    let mut messages = first.messages.clone();
    messages.extend(second.messages.clone());
    let later = IncidentId::new("ilater234");
    for oldest_first in [false, true] {
        let how = How {
            page: 1,
            oldest_first,
            ..PLAIN
        };
        let mut engine = read(&messages, &how);
        assert!(engine.agreed(&id()).is_some_and(|i| i.declared.is_some()));
        let counts = engine.agreed(&later).is_some_and(|i| i.declared.is_some());
        assert!(!counts, "oldest first: {oldest_first}");
        let bound = engine
            .image()
            .incidents
            .get(&later)
            .and_then(|row| row.channel.clone());
        assert_eq!(bound, None);
    }
}

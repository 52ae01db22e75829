//! Logs as this version writes them, kept for ever: every later version folds them to the same
//! state, from a journal and from a channel.
//!
//! `cargo test --test it golden::write_v1 -- --ignored` makes them anew, which is right only before
//! the first release. A later format gets a folder of its own beside this one.

use crate::replay::{self, CHANNEL, How, PLAIN};
use matoi::domain::event::{Body, Event, Item, Kind, Milestone, Named, Phase, Position, What};
use matoi::domain::ids::{ChannelId, ConsoleId, EventId, IncidentId, SlackTs, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::secret::Secret;
use matoi::domain::sync::image::{EventRow, Image, IncidentRow, Message, Write};
use matoi::domain::sync::mirror::{self, EVENTS, Names, Scene};
use matoi::domain::words::Lang;
use matoi::io::slack::{Carrier, Client, Settings};
use matoi::wire::mrkdwn::escape;
use matoi::wire::objects;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const INCIDENT: &str = "igolden234";
const OTHER: &str = "iother5678";

/// Every kind that version 1 writes. A kind added later belongs to a later folder.
const KINDS: &[&str] = &[
    "declared",
    "level",
    "items",
    "temperature",
    "situation",
    "commander",
    "role",
    "checked_in",
    "checked_out",
    "ticked",
    "unticked",
    "skipped",
    "assigned",
    "item_added",
    "note",
    "milestone",
    "message",
    "pinned",
    "unpinned",
    "timekeeper",
    "timekeeper_call",
    "phase",
    "recovered",
    "resolved",
    "archived",
    "cancelled",
    "reopened",
    "personal_data",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

fn kept(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect("a kept file")
}

/// The channel's messages as the client reads them from Slack's JSON.
fn messages() -> Vec<Message> {
    let who = json!({"user_id": "UBOT", "bot_id": "BMATOI", "app_id": "AMATOI"});
    let settings = Settings {
        api_url: "http://127.0.0.1:9/api/".to_owned(),
        ..Settings::default()
    };
    let client = Client::new(&settings, &Secret::new("xoxb-none")).expect("loopback");
    let carrier = Carrier::new(
        client,
        None,
        serde_json::from_value(who).expect("who we are"),
    );
    let stored: Vec<Value> = serde_json::from_str(&kept("messages.json")).expect("messages");
    stored
        .into_iter()
        .map(|message| {
            let message: objects::Message = serde_json::from_value(message).expect("a message");
            carrier.incoming(&message)
        })
        .collect()
}

pub fn journal() -> Vec<EventRow> {
    let lines = kept("journal.jsonl");
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect()
}

fn state() -> Value {
    serde_json::from_str(&kept("state.json")).expect("the state")
}

pub fn id() -> IncidentId {
    IncidentId::new(INCIDENT)
}

#[test]
fn the_channel_is_read_to_the_kept_state_whatever_the_pages() {
    let (messages, wanted) = (messages(), state());
    for page in [1, 2, 5, 200] {
        for oldest_first in [false, true] {
            for (seed, waves) in [(1, 1), (2, 2), (3, 7)] {
                let how = How {
                    page,
                    oldest_first,
                    waves,
                    seed,
                };
                let mut engine = replay::reader();
                replay::read(&mut engine, &messages, &how);
                // Reading it all again changes nothing.
                replay::read(&mut engine, &messages, &PLAIN);
                let read = replay::state(&mut engine, &id());
                assert_eq!(read, wanted, "{how:?}");
            }
        }
    }
}

#[test]
fn the_journal_is_folded_to_the_kept_state() {
    let wanted = state();
    let mut image = Image::new(ConsoleId::new("creader"));
    image.apply(&Write::Incident(IncidentRow {
        id: id(),
        private: false,
        drill: true,
        channel: Some(ChannelId::new(CHANNEL)),
        card: None,
    }));
    for row in journal() {
        image.apply(&Write::Event(row));
    }
    let mut engine = replay::engine(image);
    assert_eq!(replay::state(&mut engine, &id()), wanted);
}

/// What a row and a message hold is written again as it was read.
#[test]
fn the_written_form_survives_a_round_trip() {
    for line in kept("journal.jsonl").lines() {
        let row: EventRow = serde_json::from_str(line).expect("a row");
        let again: Value = serde_json::to_value(&row).expect("writable");
        let first: Value = serde_json::from_str(line).expect("json");
        assert_eq!(again, first);
    }
}

#[test]
fn every_kind_and_every_oddity_is_in_it() {
    let rows = journal();
    let kind = |row: &EventRow| {
        let event = serde_json::to_value(&row.event).expect("writable");
        event["kind"].as_str().unwrap_or("").to_owned()
    };
    let known: BTreeSet<String> = rows
        .iter()
        .filter(|row| row.event.body().is_some())
        .map(kind)
        .collect();
    let all: BTreeSet<String> = KINDS.iter().map(|k| (*k).to_owned()).collect();
    assert_eq!(known, all);
    assert!(
        rows.iter().any(|row| row.event.body().is_none()),
        "an unknown kind"
    );
    let state = state();
    let verdicts: Vec<&Value> = state["entries"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| &e["verdict"])
        .collect();
    assert!(verdicts.iter().any(|v| v.is_object()), "an overtaken event");
    let messages = messages();
    let payloads = |key: &str| -> Vec<String> {
        messages
            .iter()
            .filter_map(|m| m.metadata.as_ref()?.payload.get(key).cloned())
            .collect()
    };
    assert!(payloads("v").iter().any(|v| v == "2"), "a later version");
    assert_eq!(
        payloads("position").len(),
        2,
        "a message that stands in for a lost one"
    );
    let forged =
        |m: &&Message| !m.own && m.metadata.as_ref().is_some_and(|m| m.event_type == EVENTS);
    assert!(
        messages.iter().any(|m| forged(&m)),
        "somebody else's metadata"
    );
    let hostile = |text: &str| {
        text.contains('\u{202e}') && text.contains('\u{1b}') && text.contains("&lt;!channel&gt;")
    };
    assert!(messages.iter().any(|m| hostile(&m.text)), "hostile text");
    let lines = kept("journal.jsonl");
    let harmless = |c: char| c == '\n' || !matoi::domain::text::never_shown(c);
    assert!(lines.chars().all(harmless), "a journal holds none of it");
    assert!(!lines.contains("\\u001b"), "nor in escapes");
}

/// Writes the channel as consoles would have.
struct Scribe {
    row: IncidentRow,
    state: Incident,
    names: Names,
    micros: i64,
    count: u32,
    messages: Vec<Value>,
}

impl Scribe {
    fn new() -> Scribe {
        Scribe {
            row: IncidentRow {
                id: id(),
                private: false,
                drill: true,
                channel: Some(ChannelId::new(CHANNEL)),
                card: None,
            },
            state: Incident::new(id()),
            names: Names::from([(UserId::new("USATO"), "佐藤".to_owned())]),
            micros: 1_789_999_000_000_000,
            count: 0,
            messages: Vec::new(),
        }
    }

    fn ts(&mut self) -> SlackTs {
        self.micros += 4_000_123;
        SlackTs::from_micros(self.micros).expect("in range")
    }

    fn event_id(&mut self) -> EventId {
        self.count += 1;
        EventId::new(format!("golden{:06}", self.count))
    }

    fn post(&mut self, user: &str, fields: Value) -> SlackTs {
        let ts = self.ts();
        let mut message = json!({"type": "message", "ts": ts, "user": user});
        if user == "UBOT" {
            message["bot_id"] = json!("BMATOI");
            message["app_id"] = json!("AMATOI");
        }
        for (key, value) in fields.as_object().into_iter().flatten() {
            message[key] = value.clone();
        }
        self.messages.push(message);
        ts
    }

    fn rows(
        &mut self,
        by: &str,
        console: &str,
        bodies: Vec<(Body, Option<&str>)>,
    ) -> Vec<EventRow> {
        let mut ahead = self.state.clone();
        let mut rows = Vec::new();
        for (body, text) in bodies {
            let id = self.event_id();
            let row = EventRow {
                incident: self.row.id.clone(),
                event: Event {
                    at: chrono::DateTime::from_timestamp_micros(self.micros)
                        .and_then(|t| chrono::DateTime::from_timestamp_millis(t.timestamp_millis()))
                        .expect("in range"),
                    prev: ahead.prev(&id, &body),
                    id,
                    what: What::Known(body),
                    via: None,
                },
                by: UserId::new(by),
                console: ConsoleId::new(console),
                text: text.map(|text| escape(text).into_owned()),
                position: None,
                recorded_at: chrono::DateTime::from_timestamp(1_790_000_000, 0).expect("in range"),
                seq: u64::from(self.count),
            };
            ahead.apply(&row.recorded());
            rows.push(row);
        }
        rows
    }

    /// Posts rows as one message each batch, and folds them. Returns the last message's ts.
    fn mirror(&mut self, rows: &[EventRow]) -> SlackTs {
        let mut waiting: Vec<(u64, &EventRow)> = rows.iter().map(|r| (r.seq, r)).collect();
        let mut last = SlackTs::zero();
        while !waiting.is_empty() {
            let scene = Scene {
                row: &self.row,
                incident: &self.state,
                console: &rows[0].console,
                names: &self.names,
                now: rows[0].event.at,
            };
            let batch = mirror::batch(0, &scene, &waiting, SlackTs::zero()).expect("a batch");
            let taken: Vec<EventRow> = waiting
                .drain(..batch.events.len())
                .map(|(_, row)| row.clone())
                .collect();
            let mut fields = json!({
                "text": batch.text,
                "metadata": {"event_type": EVENTS, "event_payload": batch.metadata},
            });
            if let Some(thread) = &batch.thread {
                fields["thread_ts"] = json!(thread);
            }
            last = self.post("UBOT", fields);
            for (index, mut row) in taken.into_iter().enumerate() {
                row.position = Some(Position {
                    ts: last.clone(),
                    index: u32::try_from(index).expect("few"),
                });
                self.state.apply(&row.recorded());
            }
        }
        last
    }

    fn act(&mut self, by: &str, bodies: Vec<Body>) -> SlackTs {
        let rows = self.rows(by, "cone", bodies.into_iter().map(|b| (b, None)).collect());
        self.mirror(&rows)
    }

    fn write(&mut self, by: &str, body: Body, text: &str) -> SlackTs {
        let rows = self.rows(by, "cone", vec![(body, Some(text))]);
        self.mirror(&rows)
    }

    /// A payload that no version 1 writes.
    fn raw(&mut self, payload: Value, text: &str) -> SlackTs {
        self.post(
            "UBOT",
            json!({"text": text, "metadata": {"event_type": EVENTS, "event_payload": payload}}),
        )
    }
}

fn user(id: &str) -> UserId {
    UserId::new(id)
}

fn item(id: &str, text: &str) -> Item {
    Item {
        id: id.to_owned(),
        text: text.to_owned(),
        optional: id == "partners",
        time_box: (id == "provisional-fix").then_some(15),
        when: None,
        manual: None,
    }
}

fn payload(incident: &str, events: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("v", "1".to_owned()),
        ("incident", incident.to_owned()),
        ("console", "ctwo".to_owned()),
        ("actor", "USUZUKI".to_owned()),
        ("drill", "1".to_owned()),
        ("private", "0".to_owned()),
        ("events", events.to_owned()),
    ])
}

const HOSTILE: &str = "いま\u{1b}[2J\u{7} 全員 <!channel> & <@USATO>\n\u{202e}gnp.exe\u{2066}\n```\n{\"kind\":\"level\"}\u{0}";

fn story() -> Scribe {
    let mut s = Scribe::new();
    let at = |minutes: i64| {
        chrono::DateTime::from_timestamp(1_789_999_000 - minutes * 60, 0).expect("in range")
    };
    let named = |id: &str, name: &str| Named {
        id: id.to_owned(),
        name: name.to_owned(),
    };
    s.post("USATO", json!({"text": "おかしい気がする"}));
    let declared = Body::Declared {
        parent: None,
        title: "カード決済が失敗 <&> \u{202e}".to_owned(),
        service: "payments".to_owned(),
        incident_kind: Kind::Outage,
        channel: "drill-payments-20260921i".to_owned(),
        lang: Lang::Ja,
        personal_data: false,
        temperature: Some(named("red", "赤")),
        started: None,
        detected: Some(at(6)),
        timekeeper: 15,
        timekeeper_recovered: 60,
        closers: vec![user("UCTO")],
    };
    let rows = s.rows("USATO", "cone", vec![(declared, None)]);
    let declaration = rows[0].event.id.clone();
    s.mirror(&rows);
    s.act(
        "USATO",
        vec![Body::Items {
            level_event: declaration,
            items: vec![item("detected", "検知時刻を記録する")],
        }],
    );
    s.write(
        "USATO",
        Body::Situation {},
        "カードの注文だけが失敗。\n原因は調査中。",
    );
    s.act(
        "USATO",
        vec![Body::Commander {
            user: Some(user("USATO")),
            reason: None,
        }],
    );
    // A level, its list, and somebody who set another level without having seen this one.
    let level = |id: &str, name: &str| Body::Level {
        owner: None,
        manual: None,
        report: None,
        level: named(id, name),
        timekeeper: Some(10),
    };
    let unseen = s.rows("USUZUKI", "ctwo", vec![(level("4", "軽微"), None)]);
    let rows = s.rows("USATO", "cone", vec![(level("2", "重大"), None)]);
    let level_event = rows[0].event.id.clone();
    s.mirror(&rows);
    s.act(
        "USATO",
        vec![
            Body::Items {
                level_event: level_event.clone(),
                items: vec![
                    item("commander", "指揮を執る人を決める"),
                    item("provisional-fix", "暫定対応を行う"),
                ],
            },
            Body::Items {
                level_event,
                items: vec![item("partners", "取引先に連絡する")],
            },
        ],
    );
    s.mirror(&unseen);
    // Two who agree without having seen each other.
    let mut agreed = s.rows("USUZUKI", "ctwo", vec![(level("2", "重大"), None)]);
    agreed[0].event.prev.clear();
    s.mirror(&agreed);
    s.act(
        "USATO",
        vec![
            Body::Role {
                role: "ops".to_owned(),
                user: Some(user("USUZUKI")),
            },
            Body::Role {
                role: "comms".to_owned(),
                user: Some(user("UNAKAMURA")),
            },
            Body::CheckedIn {
                user: user("USUZUKI"),
                role: Some("ops".to_owned()),
                task: Some("ログの調査".to_owned()),
            },
            Body::CheckedIn {
                user: user("UITO"),
                role: None,
                task: None,
            },
            Body::Role {
                role: "comms".to_owned(),
                user: None,
            },
            Body::Phase {
                phase: Phase::Investigating,
            },
            Body::Temperature {
                temperature: named("yellow", "黄"),
            },
        ],
    );
    s.act("UITO", vec![Body::CheckedOut { user: user("UITO") }]);
    let clue = s.post(
        "USUZUKI",
        json!({"text": "20 分前にリリースが出ています <!here>"}),
    );
    s.act(
        "USUZUKI",
        vec![Body::Pinned {
            evidence: false,
            ts: clue.clone(),
            author: "鈴木".to_owned(),
            excerpt: "20 分前にリリースが出ています @here".to_owned(),
            files: Vec::new(),
        }],
    );
    s.act("USUZUKI", vec![Body::Unpinned { ts: clue.clone() }]);
    s.act("USATO", vec![Body::TimekeeperCall { slot: 1 }]);
    s.write("USATO", Body::Note {}, HOSTILE);
    s.write("USATO", Body::Message { thread: None }, "切り戻します。");
    s.write(
        "USATO",
        Body::Message { thread: Some(clue) },
        "ありがとう、それです。",
    );
    // A later kind and a broken neighbour, in one batch with what is known.
    let batch = s.event_id();
    s.raw(
        json!(payload(
            INCIDENT,
            &format!(
                r#"[{{"id":"{batch}","at":1789999100000,"prev":{{"altitude":"x"}},"kind":"teleport","where":{{"x":[1,null,"é"]}}}},17,{{"id":"goldenbroken","at":"never","kind":"note"}},{{"id":"goldenlevelx","at":1789999100000,"kind":"level","level":3}},{{"id":"goldenafter1","at":1789999100000,"kind":"item_added","item":{{"id":"x-by-hand","text":"返金の確認","colour":"red"}},"note":"later field"}}]"#
            ),
        )),
        "later kinds",
    );
    let mut later = payload(INCIDENT, r#"{"compressed":"KLUv"}"#);
    later.insert("v", "2".to_owned());
    s.raw(json!(later), "a later version");
    s.raw(json!({"v": "1", "incident": INCIDENT}), "half a payload");
    // Somebody else's app says it commands.
    let forged =
        r#"[{"id":"goldenforged","at":1789999100000,"kind":"commander","user":"UMALLORY"}]"#;
    s.post(
        "UMALLORY",
        json!({"bot_id": "BEVIL", "app_id": "AEVIL", "text": "x",
            "metadata": {"event_type": EVENTS, "event_payload": payload(INCIDENT, forged)}}),
    );
    // Another incident's event strayed into this channel.
    let stray = r#"[{"id":"goldenstray1","at":1789999100000,"kind":"note"}]"#;
    s.raw(json!(payload(OTHER, stray)), "stray\nof another incident");
    s.act(
        "USATO",
        vec![
            Body::Ticked {
                item: "commander".to_owned(),
            },
            Body::Ticked {
                item: "provisional-fix".to_owned(),
            },
            Body::Unticked {
                item: "provisional-fix".to_owned(),
            },
            Body::Assigned {
                item: "provisional-fix".to_owned(),
                user: Some(user("USUZUKI")),
                due: None,
            },
            Body::Skipped {
                item: "partners".to_owned(),
                reason: "影響なし".to_owned(),
            },
            Body::Timekeeper { minutes: 5 },
            Body::Milestone {
                milestone: Milestone::Started,
                time: at(20),
                link: Some("https://example.com/p1".to_owned()),
            },
        ],
    );
    s.act("UTANAKA", vec![Body::PersonalData { since: None }]);
    // The message is gone, and another console has put it back in its place.
    let lost = s.rows(
        "UTANAKA",
        "cthree",
        vec![(Body::Note {}, Some("問い合わせ 12 件"))],
    );
    let place = s.mirror(&lost);
    let mut gone = s.messages.pop().expect("the message");
    s.post("USATO", json!({"text": "直りそうです"}));
    gone["metadata"]["event_payload"]["position"] = json!(place);
    s.post(
        "UBOT",
        json!({"text": gone["text"], "metadata": gone["metadata"]}),
    );
    // The original is there, edited by hand; what stands in for it has the text.
    let edited = s.rows(
        "UTANAKA",
        "cthree",
        vec![(Body::Note {}, Some("新規の問い合わせはなし"))],
    );
    let place = s.mirror(&edited);
    let mut original = s.messages.pop().expect("the message");
    let mut copy = original.clone();
    original["text"] = json!("*記録*\n書き換えられた本文");
    original["edited"] = json!({"user": "UBOT", "ts": place});
    s.messages.push(original);
    copy["metadata"]["event_payload"]["position"] = json!(place);
    s.post(
        "UBOT",
        json!({"text": copy["text"], "metadata": copy["metadata"]}),
    );
    // The same batch twice: the lower one counts, whichever is met first.
    let twice = s.rows(
        "USATO",
        "cone",
        vec![(
            Body::Phase {
                phase: Phase::Fixing,
            },
            None,
        )],
    );
    s.mirror(&twice);
    let copy = s.messages.last().cloned().expect("a message");
    s.act(
        "USATO",
        vec![Body::Phase {
            phase: Phase::Monitoring,
        }],
    );
    s.post(
        "UBOT",
        json!({"text": copy["text"], "metadata": copy["metadata"]}),
    );
    s.act("USATO", vec![Body::Recovered { time: at(-3) }]);
    s.act(
        "USATO",
        vec![Body::Reopened {
            reason: "再発".to_owned(),
        }],
    );
    s.act(
        "USATO",
        vec![Body::Cancelled {
            outcome: Phase::NearMiss,
            reason: "影響なしと判明".to_owned(),
        }],
    );
    s.act(
        "USATO",
        vec![Body::Reopened {
            reason: "取り違え".to_owned(),
        }],
    );
    s.act("USATO", vec![Body::Recovered { time: at(-4) }]);
    s.act(
        "UCTO",
        vec![Body::Resolved {
            reason: Some("報告書を確認".to_owned()),
            missing: Vec::new(),
        }],
    );
    s.act("UCTO", vec![Body::Archived {}]);
    s
}

#[test]
#[ignore = "writes the files that the other tests compare with"]
fn write_v1() {
    let story = story();
    std::fs::create_dir_all(folder()).expect("a folder");
    let write = |name: &str, text: String| {
        std::fs::write(folder().join(name), text + "\n").expect("writable");
    };
    write("messages.json", format!("{:#}", json!(story.messages)));
    let mut engine = replay::reader();
    replay::read(&mut engine, &messages(), &PLAIN);
    let mut rows: Vec<&EventRow> = engine
        .image()
        .events
        .values()
        .filter(|row| row.incident == id())
        .collect();
    rows.sort_by_key(|row| row.position.clone());
    let lines: Vec<String> = rows
        .iter()
        .map(|row| serde_json::to_string(row).expect("writable"))
        .collect();
    write("journal.jsonl", lines.join("\n"));
    let state = replay::state(&mut engine, &id());
    write("state.json", format!("{state:#}"));
}

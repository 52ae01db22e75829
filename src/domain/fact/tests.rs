use super::*;
use crate::domain::event::{Body, Event, Item, Position, Recorded, What};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs};
use crate::domain::incident::{Check, ItemState, Verdict};
use serde_json::{Value, json};

struct Record(Incident, i64);

impl Record {
    /// Declared, with one item for each fact.
    fn new() -> Record {
        let mut record = Record(Incident::new(IncidentId::new("i1")), 0);
        record.say(json!({
            "kind": "declared", "title": "t", "service": "s", "incident_kind": "outage",
            "channel": "c", "lang": "en", "timekeeper": 15, "timekeeper_recovered": 60,
        }));
        let items: Vec<Item> = Fact::ALL
            .into_iter()
            .map(|fact| Item {
                id: fact.name().to_owned(),
                text: fact.name().to_owned(),
                optional: false,
                time_box: None,
                when: Some(fact.name().to_owned()),
                manual: None,
            })
            .collect();
        record.say(json!({"kind": "items", "level_event": "e1", "items": items}));
        record
    }

    /// Said by U1, with a text for those that have one.
    fn say(&mut self, body: Value) {
        self.1 += 1;
        let at = DateTime::from_timestamp(1_795_000_000 + self.1, 0).expect("in range");
        let body: Body = serde_json::from_value(body).expect("a body");
        let id = EventId::new(format!("e{}", self.1));
        let ts = SlackTs::parse(&format!("{}.000000", at.timestamp())).expect("a ts");
        let verdict = self.0.apply(&Recorded {
            event: Event {
                prev: self.0.prev(&id, &body),
                id,
                at,
                what: What::Known(body),
                via: None,
            },
            by: UserId::new("U1"),
            console: ConsoleId::new("c1"),
            text: Some("text".to_owned()),
            position: Some(Position { ts, index: 0 }),
            recorded_at: at,
        });
        assert_eq!(verdict, Verdict::Accepted);
    }

    fn done(&self) -> Vec<String> {
        let list = self.0.checklist().into_iter();
        let done = list.filter(|check| check.state == ItemState::Done);
        done.map(|check| check.item.id).collect()
    }

    fn check(&self, id: &str) -> Check {
        let mut list = self.0.checklist().into_iter();
        list.find(|check| check.item.id == id).expect("listed")
    }
}

fn minute(minute: i64) -> i64 {
    (1_795_000_000 + minute * 60) * 1_000
}

#[test]
fn each_item_is_done_when_the_record_says_so_and_not_before() {
    let mut record = Record::new();
    assert_eq!(record.done(), Vec::<String>::new());
    let audience = json!({"id": "internal", "name": "inside"});
    let section = |name: &str| json!({"kind": "written", "section": name});
    let steps = [
        (json!({"kind": "commander", "user": "U2"}), Fact::Commander),
        (
            json!({"kind": "checked_in", "user": "U3", "role": "scribe"}),
            Fact::Scribe,
        ),
        (
            json!({"kind": "role", "role": "comms", "user": "U3"}),
            Fact::Comms,
        ),
        (json!({"kind": "situation"}), Fact::Situation),
        (
            json!({"kind": "milestone", "milestone": "detected", "time": minute(-3)}),
            Fact::Detected,
        ),
        (
            json!({"kind": "milestone", "milestone": "started", "time": minute(-9)}),
            Fact::Started,
        ),
        (
            json!({"kind": "report", "audience": audience, "stage": "first"}),
            Fact::Report,
        ),
        (json!({"kind": "personal_data"}), Fact::PersonalData),
        (json!({"kind": "reviewed"}), Fact::PostMortem),
    ];
    let mut done = Vec::new();
    for (body, fact) in steps {
        record.say(body);
        done.push(fact);
        let mut wanted: Vec<&str> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        wanted.retain(|name| done.iter().any(|fact| fact.name() == *name));
        assert_eq!(record.done(), wanted, "{fact:?}");
    }
    record.say(section("cause"));
    assert!(!record.done().contains(&"cause-and-impact".to_owned()));
    record.say(section("impact"));
    assert!(record.done().contains(&"cause-and-impact".to_owned()));
    for (notice, after) in [("n1", Fact::Notice), ("n2", Fact::RecoveryNotice)] {
        assert!(!record.done().contains(&after.name().to_owned()));
        record.say(json!({"kind": "notice"}));
        let id = format!("e{}", record.1);
        record.say(json!({"kind": "approved", "notice": id}));
        record.say(json!({"kind": "published", "notice": id, "target": notice}));
        assert!(
            record.done().contains(&after.name().to_owned()),
            "{after:?}"
        );
        if after == Fact::Notice {
            let soon = (1_795_000_001 + record.1) * 1_000;
            record.say(json!({"kind": "recovered", "time": soon}));
        }
    }
    // A level brings a list of its own; what the record knows of the former one is not lost.
    record.say(json!({"kind": "level", "level": {"id": "2", "name": "High"}}));
    assert_eq!(record.done().len(), Fact::ALL.len());
}

#[test]
fn a_person_has_the_last_word() {
    let mut record = Record::new();
    record.say(json!({"kind": "commander", "user": "U2"}));
    let known = record.check("commander");
    assert!(known.by_record);
    assert_eq!(known.by, Some(UserId::new("U2")));
    record.say(json!({"kind": "unticked", "item": "commander"}));
    let open = record.check("commander");
    assert_eq!((open.state, open.by_record), (ItemState::Open, false));
    record.say(json!({"kind": "ticked", "item": "commander"}));
    assert!(!record.check("commander").by_record);
    record.say(json!({"kind": "skipped", "item": "level", "reason": "none here"}));
    record.say(json!({"kind": "level", "level": {"id": "2", "name": "High"}}));
    assert_eq!(record.check("level").state, ItemState::Skipped);
}

#[test]
fn what_is_so_no_more_is_open_again() {
    let mut record = Record::new();
    record.say(json!({"kind": "commander", "user": "U2"}));
    assert_eq!(record.check("commander").state, ItemState::Done);
    record.say(json!({"kind": "commander", "user": null}));
    assert_eq!(record.check("commander").state, ItemState::Open);
}

#[test]
fn an_item_of_a_later_version_is_nobodys_fact() {
    assert_eq!(Fact::named("moon-is-full"), None);
    for fact in Fact::ALL {
        assert_eq!(Fact::named(fact.name()), Some(fact));
    }
}

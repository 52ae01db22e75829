use super::*;
use crate::domain::event::{Event, Item, Named, Position, Recorded, What};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs};
use chrono::{DateTime, Utc};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + minute * 60, 0).expect("in range")
}

struct Record(Incident, usize);

impl Record {
    fn new(lang: &str) -> Record {
        let mut record = Record(Incident::new(IncidentId::new("i1")), 0);
        let body = serde_json::json!({
            "kind": "declared", "title": "Checkout fails", "service": "s",
            "incident_kind": "outage", "channel": "c", "lang": lang, "timekeeper": 15,
            "timekeeper_recovered": 60, "started": at(-20).timestamp_millis(),
            "detected": at(-8).timestamp_millis(),
        });
        let body = serde_json::from_value(body).expect("a declaration");
        record.say("U1", 0, body, None);
        record
    }

    fn say(&mut self, by: &str, minute: i64, body: Body, text: Option<&str>) -> EventId {
        self.1 += 1;
        let id = EventId::new(format!("e{}", self.1));
        let ts = SlackTs::parse(&format!("{}.{:06}", at(minute).timestamp(), self.1));
        let prev = self.0.prev(&id, &body);
        self.0.apply(&Recorded {
            event: Event {
                id: id.clone(),
                at: at(minute),
                prev,
                what: What::Known(body),
                via: None,
            },
            by: UserId::new(by),
            console: ConsoleId::new("c1"),
            text: text.map(str::to_owned),
            position: Some(Position {
                ts: ts.expect("a ts"),
                index: 0,
            }),
            recorded_at: at(minute),
        });
        id
    }

    fn commands(&mut self, user: &str, minute: i64) {
        let body = Body::Commander {
            user: Some(UserId::new(user)),
            reason: None,
        };
        self.say(user, minute, body, None);
    }

    /// An hour with two commanders, a task, an item, and somebody who only wrote in the channel.
    fn told(lang: &str) -> (Record, Body) {
        let mut record = Record::new(lang);
        record.say(
            "U1",
            0,
            Body::Situation {},
            Some("Cards are refused &amp; nobody knows why"),
        );
        record.commands("U1", 2);
        let (id, name) = ("2".to_owned(), "High".to_owned());
        let level = Body::Level {
            level: Named { id, name },
            timekeeper: None,
            owner: None,
            manual: None,
            report: None,
        };
        record.say("U1", 3, level, None);
        let body = Body::Role {
            role: "ops".into(),
            user: Some(UserId::new("U2")),
        };
        record.say("U1", 3, body, None);
        let opened = Deed::Opened {
            matter: Sort::Task,
            line: "roll back <the> gateway".into(),
            owner: Some(UserId::new("U2")),
            due: None,
            risk: None,
        };
        let task = record.say("U1", 5, Body::Work(opened), None);
        let settled = Deed::Settled {
            matter: task,
            state: State::Done,
            line: None,
            owner: None,
            due: None,
        };
        record.say("U2", 20, Body::Work(settled), None);
        let item = Item {
            id: "support".into(),
            text: "tell support".into(),
            optional: false,
            time_box: None,
            when: None,
            manual: None,
        };
        record.say("U1", 6, Body::ItemAdded { item }, None);
        let item = "support".to_owned();
        record.say("U3", 9, Body::Ticked { item }, None);
        record.say(
            "U3",
            25,
            Body::Situation {},
            Some("The new gateway dropped a field"),
        );
        record.commands("U4", 30);
        let recovered = Body::Recovered { time: at(40) };
        record.say("U4", 42, recovered, None);
        let resolved = Body::Resolved {
            reason: None,
            missing: Vec::new(),
        };
        record.say("U4", 90, resolved.clone(), None);
        (record, resolved)
    }
}

fn names() -> Names {
    [
        ("U1", "Ito"),
        ("U2", "Sa*to"),
        ("U3", "<!here>"),
        ("U4", "Emma"),
        ("U5", "Ken"),
    ]
    .map(|(id, name)| (UserId::new(id), name.to_owned()))
    .into()
}

#[test]
fn the_end_tells_the_story_and_thanks_everyone_by_name() {
    let heard = BTreeSet::from([UserId::new("U1"), UserId::new("U5")]);
    let (record, resolved) = Record::told("en");
    let said = more(&resolved, &record.0, false, &heard, &names()).join("\n");
    insta::assert_snapshot!(said, @r"
    Level *High L2* · time to detect 12 min · time to fix 40 min · time to restore 1 h 00 min
    At first: Cards are refused &amp; nobody knows why
    In the end: The new gateway dropped a field
    Thank you: Ito (commander; declared it), Emma (commander), Sa*to (Operations lead; roll back &lt;the&gt; gateway), &lt;!here&gt; (tell support), Ken
    ");
    let (record, resolved) = Record::told("ja");
    let said = more(&resolved, &record.0, false, &heard, &names()).join("\n");
    insta::assert_snapshot!(said, @r"
    レベル *High L2* · 検知まで 12分 · 対応時間 40分 · 復旧まで 1時間00分
    当初: Cards are refused &amp; nobody knows why
    最終: The new gateway dropped a field
    参加いただいた皆さん、ありがとうございました: Ito (指揮／宣言)、Emma (指揮)、Sa*to (実行リード／roll back &lt;the&gt; gateway)、&lt;!here&gt; (tell support)、Ken
    ");
}

#[test]
fn recovery_says_what_is_left_and_a_drill_has_less_of_it() {
    let (mut record, _) = Record::told("en");
    let opened = Deed::Opened {
        matter: Sort::Need,
        line: "a data check".into(),
        owner: None,
        due: None,
        risk: None,
    };
    record.say("U1", 41, Body::Work(opened), None);
    let recovered = Body::Recovered { time: at(40) };
    let said = |drill| more(&recovered, &record.0, drill, &BTreeSet::new(), &names());
    let all = said(false);
    assert_eq!(
        all,
        ["Left to do: N1, Cause, Impact, Provisional fix, the post-mortem"]
    );
    assert_eq!(said(true), ["Left to do: N1"]);
}

#[test]
fn a_long_summary_is_cut_outside_slacks_tokens() {
    let text = format!("{} <@U123ABC|someone> rest", "x".repeat(SUMMARY_MAX - 5));
    let cut = short(&text);
    assert!(cut.ends_with(" …") && !cut.contains('<'), "{cut}");
    let text = format!("{}&amp; rest", "x".repeat(SUMMARY_MAX - 2));
    assert!(!short(&text).contains('&'));
    assert_eq!(short("a\nb"), "a b");
}

#[test]
fn many_people_are_counted_beyond_a_wall_of_names() {
    let (record, resolved) = Record::told("en");
    let heard: BTreeSet<UserId> = (0..60).map(|n| UserId::new(format!("W{n}"))).collect();
    let said = more(&resolved, &record.0, false, &heard, &names()).join("\n");
    assert!(said.ends_with(" and 24 more"), "{said}");
}

#[test]
fn a_hold_that_was_cut_short_is_told_with_who_confirmed() {
    use crate::domain::sentence::{Clocks, plain, sentence};
    let said = |declared: i64| {
        let mut record = Record::new("en");
        let claim = Deed::Claimed {
            time: at(30),
            hold: 10,
            owners: Vec::new(),
        };
        let claim = record.say("U2", 30, Body::Work(claim), None);
        record.say("U3", 31, Body::Work(Deed::Confirmed { claim }), None);
        let body = Body::Recovered { time: at(30) };
        let id = record.say("U1", declared, body.clone(), None);
        let by = UserId::new("U1");
        let said = sentence(&id, &body, &by, &record.0, Lang::En);
        plain(
            &said,
            |user| user.to_string(),
            &Clocks {
                time: &|_| "then".to_owned(),
                day: &|_| "that day".to_owned(),
            },
        )
    };
    assert!(
        said(39).ends_with("U1. The hold was skipped. Confirmed by U3"),
        "{}",
        said(39)
    );
    assert!(said(40).ends_with("U1. Confirmed by U3"), "{}", said(40));
}

// Red without `again.into_iter()` of `more` in src/domain/broadcast.rs.
#[test]
fn what_goes_on_in_a_new_channel_is_announced_as_reopened() {
    let said = |came_of: Option<&str>| {
        let mut record = Record::new("ja");
        record.0.came_of = came_of.map(IncidentId::new);
        let declared = record.0.entries[0].body.clone();
        more(&declared, &record.0, false, &BTreeSet::new(), &names()).join("\n")
    };
    assert_eq!(said(None), "");
    assert!(
        said(Some("i0")).starts_with("対応再開"),
        "{}",
        said(Some("i0"))
    );
}

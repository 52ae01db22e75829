use super::*;
use crate::domain::event::{Body, Event, Position, Recorded, What};
use crate::domain::ids::{ConsoleId, SlackTs};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::words::Lang;
use std::collections::BTreeMap;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + second, 0).expect("in range")
}

/// Said in the channel at `second`, by somebody whose clock says so too.
fn said(id: &str, by: &str, second: i64, body: Body, text: Option<&str>) -> Recorded {
    let ts = SlackTs::parse(&format!("{}.000100", 1_795_000_000 + second)).expect("a ts");
    Recorded {
        event: Event {
            id: EventId::new(id),
            at: at(second),
            prev: BTreeMap::new(),
            what: What::Known(body),
            via: None,
        },
        by: UserId::new(by),
        console: ConsoleId::new("c1"),
        text: text.map(str::to_owned),
        position: Some(Position { ts, index: 0 }),
        recorded_at: at(second),
    }
}

fn declared() -> Incident {
    let mut incident = Incident::new(IncidentId::new("i1"));
    let body = serde_json::json!({
        "kind": "declared", "title": "t", "service": "s", "incident_kind": "outage",
        "channel": "c", "lang": "en", "timekeeper": 15, "timekeeper_recovered": 60,
    });
    let body = serde_json::from_value(body).expect("a declaration");
    incident.apply(&said("e0", "U1", 0, body, None));
    incident
}

fn apply(incident: &mut Incident, mut recorded: Recorded) -> Verdict {
    if let Some(body) = recorded.event.body() {
        recorded.event.prev = incident.prev(&recorded.event.id, body);
    }
    incident.apply(&recorded)
}

fn commands(user: &str) -> Body {
    Body::Commander {
        user: Some(UserId::new(user)),
        reason: None,
    }
}

#[test]
fn every_kind_is_written_as_it_will_always_be() {
    let id = || EventId::new("e1");
    let user = || UserId::new("U1");
    let named = || Named {
        id: "internal".into(),
        name: "社内".into(),
    };
    let place = || Place {
        channel: None,
        name: "shop-1".into(),
        title: "t".into(),
    };
    let all = [
        Deed::Opened {
            matter: Sort::Task,
            line: "restart".into(),
            owner: Some(user()),
            due: Some(at(600)),
            risk: None,
        },
        Deed::Settled {
            matter: id(),
            state: State::RuledOut,
            line: Some("no".into()),
            owner: None,
            due: None,
        },
        Deed::Moved {
            matter: id(),
            due: at(1),
        },
        Deed::Given {
            matter: id(),
            owner: user(),
        },
        Deed::Objected {
            matter: id(),
            line: "no".into(),
        },
        Deed::KindChanged {
            incident_kind: Kind::Security,
            manual: None,
        },
        Deed::Meeting {
            link: "https://example.com".into(),
        },
        Deed::Report {
            audience: named(),
            stage: Stage::FollowUp,
            next: Some(at(1)),
        },
        Deed::Notice {},
        Deed::Approved { notice: id() },
        Deed::Published {
            notice: id(),
            target: "status page".into(),
            next: None,
        },
        Deed::Offered {
            to: user(),
            expires: at(300),
        },
        Deed::Accepted {
            offer: id(),
            user: user(),
        },
        Deed::Declined { offer: id() },
        Deed::Called {
            user: user(),
            number: 2,
            why: None,
        },
        Deed::RollCall {},
        Deed::Here {},
        Deed::Claimed {
            time: at(0),
            hold: 10,
            owners: vec![user()],
        },
        Deed::Confirmed { claim: id() },
        Deed::Unclaimed {
            claim: id(),
            reason: "no".into(),
        },
        Deed::Restricted {},
        Deed::Linked {
            parent: IncidentId::new("i2"),
            place: place(),
        },
        Deed::Joined {
            child: IncidentId::new("i3"),
            place: place(),
        },
        Deed::Written {
            section: Section::Cause,
        },
        Deed::Reviewed { link: None },
        Deed::Waived {
            reason: "no".into(),
        },
        Deed::Retracted { event: id() },
    ];
    let written: Vec<String> = all
        .into_iter()
        .map(|deed| {
            let body = Body::Work(deed);
            let text = serde_json::to_string(&body).expect("writable");
            assert_eq!(serde_json::from_str::<Body>(&text).expect("readable"), body);
            text
        })
        .collect();
    insta::assert_snapshot!(written.join("\n"));
}

#[test]
fn command_passes_when_the_offer_is_accepted_and_not_before() {
    let mut incident = declared();
    apply(&mut incident, said("e1", "U1", 1, commands("U1"), None));
    let offer = Body::Work(Deed::Offered {
        to: UserId::new("U2"),
        expires: at(300),
    });
    apply(&mut incident, said("e2", "U1", 10, offer, Some("briefing")));
    assert_eq!(incident.commander.as_ref().expect("one").user.0, "U1");
    assert_eq!(
        incident.work.offer.as_ref().expect("one").briefing,
        "briefing"
    );
    let accepted = Body::Work(Deed::Accepted {
        offer: EventId::new("e2"),
        user: UserId::new("U2"),
    });
    // By the message's own time, one second late is late.
    let mut late = incident.clone();
    let verdict = apply(&mut late, said("e3", "U2", 301, accepted.clone(), None));
    assert_eq!(verdict, Verdict::Overtaken(Register::named("offer")));
    assert_eq!(late.commander.as_ref().expect("one").user.0, "U1");
    // An author's clock that is wrong moves nothing.
    let mut early = said("e3", "U2", 299, accepted.clone(), None);
    early.event.at = at(9_999);
    assert_eq!(apply(&mut incident, early), Verdict::Accepted);
    assert_eq!(incident.commander.as_ref().expect("one").user.0, "U2");
    assert_eq!(incident.work.offer, None);
    // A second time it is nobody's.
    let again = apply(&mut incident, said("e4", "U2", 301, accepted, None));
    assert_eq!(again, Verdict::Overtaken(Register::named("offer")));
}

#[test]
fn an_offer_is_off_once_somebody_else_commands() {
    let mut incident = declared();
    apply(&mut incident, said("e1", "U1", 1, commands("U1"), None));
    let offer = Body::Work(Deed::Offered {
        to: UserId::new("U2"),
        expires: at(300),
    });
    apply(&mut incident, said("e2", "U1", 10, offer, Some("b")));
    apply(&mut incident, said("e3", "U3", 20, commands("U3"), None));
    let accepted = Body::Work(Deed::Accepted {
        offer: EventId::new("e2"),
        user: UserId::new("U2"),
    });
    let verdict = apply(&mut incident, said("e4", "U2", 30, accepted, None));
    assert!(matches!(verdict, Verdict::Overtaken(_)));
    assert_eq!(incident.commander.as_ref().expect("one").user.0, "U3");
}

#[test]
fn a_matter_is_numbered_within_its_sort_and_settled_once() {
    let mut incident = declared();
    let opened = |matter: Sort, line: &str| {
        Body::Work(Deed::Opened {
            matter,
            line: line.into(),
            owner: None,
            due: None,
            risk: None,
        })
    };
    for (n, (sort, line)) in [(Sort::Need, "a"), (Sort::Question, "b"), (Sort::Need, "c")]
        .into_iter()
        .enumerate()
    {
        let id = format!("e{}", n + 1);
        let second = i64::try_from(n).expect("small") + 1;
        apply(
            &mut incident,
            said(&id, "U1", second, opened(sort, line), None),
        );
    }
    let handles: Vec<String> = incident.work.matters.iter().map(Matter::handle).collect();
    assert_eq!(handles, ["N1", "Q1", "N2"]);
    let settled = |state| {
        Body::Work(Deed::Settled {
            matter: EventId::new("e3"),
            state,
            line: None,
            owner: None,
            due: None,
        })
    };
    // Two who settle it unseen by each other agree, or the first one stands.
    let met = said("e4", "U2", 10, settled(State::Met), None);
    assert_eq!(incident.apply(&met), Verdict::Accepted);
    let same = said("e5", "U3", 11, settled(State::Met), None);
    assert_eq!(incident.apply(&same), Verdict::Accepted);
    let other = said("e6", "U3", 12, settled(State::Cancelled), None);
    assert!(matches!(incident.apply(&other), Verdict::Overtaken(_)));
    let matter = &incident.work.matters[2];
    assert_eq!((matter.state, matter.settled.len()), (State::Met, 1));
    assert_eq!(incident.work.open(Sort::Need).count(), 1);
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let can = Can {
        conditions: "checkout fails for 30 %\n\nsince 10:05".into(),
        actions: "Ito rolls back".into(),
        needs: "none".into(),
    };
    for lang in [Lang::En, Lang::Ja] {
        let read = Can::parse(&can.render(lang));
        assert_eq!(read.conditions, "checkout fails for 30 %\nsince 10:05");
        assert_eq!(
            (read.actions, read.needs),
            (can.actions.clone(), can.needs.clone())
        );
    }
    // Whatever else stands there is not lost.
    assert_eq!(Can::parse("a\n\nb").conditions, "a\n\nb");
}

#[test]
fn a_report_is_warned_of_guesses_promises_and_missing_needs() {
    let warned = |c: &str, a: &str, n: &str| {
        lint(&Can {
            conditions: c.into(),
            actions: a.into(),
            needs: n.into(),
        })
    };
    assert_eq!(warned("5 % of requests fail", "Ito rolls back", "none"), []);
    assert_eq!(
        warned("probably the database", "x", "y"),
        [Warning::Speculation]
    );
    assert_eq!(
        warned("おそらくDBが原因と思われます", "復旧します", ""),
        [Warning::Speculation, Warning::Promise, Warning::NoNeeds]
    );
    assert_eq!(warned("an unlikely error was seen", "x", "y"), []);
    assert_eq!(warned("", "x", "y"), [Warning::NoConditions]);
}

#[test]
fn another_kind_brings_its_items_and_keeps_ticks() {
    let mut incident = declared();
    let item = |id: &str| crate::domain::event::Item {
        id: id.into(),
        text: id.into(),
        optional: false,
        time_box: None,
        when: None,
        manual: None,
    };
    let level = Body::Level {
        level: Named {
            id: "2".into(),
            name: "High".into(),
        },
        timekeeper: None,
        owner: None,
        manual: None,
        report: None,
    };
    let items = |of: &str, ids: &[&str]| Body::Items {
        level_event: EventId::new(of),
        items: ids.iter().map(|id| item(id)).collect(),
    };
    let ticked = Body::Ticked { item: "a".into() };
    let kind = Body::Work(Deed::KindChanged {
        incident_kind: Kind::Security,
        manual: None,
    });
    let bodies = [
        level,
        items("e1", &["a", "b"]),
        ticked,
        kind,
        items("e4", &["a", "evidence"]),
    ];
    for (n, body) in bodies.into_iter().enumerate() {
        let second = i64::try_from(n).expect("small") + 1;
        apply(
            &mut incident,
            said(&format!("e{second}"), "U1", second, body, None),
        );
    }
    assert_eq!(incident.kind, Kind::Security);
    let list = incident.checklist();
    let ids: Vec<&str> = list.iter().map(|c| c.item.id.as_str()).collect();
    assert_eq!(ids, ["a", "evidence"]);
    assert_eq!(list[0].state, crate::domain::incident::ItemState::Done);
}

#[test]
fn a_decision_is_open_to_objections_from_when_it_stands_in_the_channel() {
    let window = |sort: Sort, placed: i64| {
        let mut incident = declared();
        let deed = Deed::Opened {
            matter: sort,
            line: "roll back".into(),
            owner: None,
            due: Some(at(130)),
            risk: None,
        };
        let mut recorded = said("e1", "U1", placed, Body::Work(deed), None);
        recorded.event.at = at(10);
        assert_eq!(apply(&mut incident, recorded), Verdict::Accepted);
        incident.work.matters[0].due
    };
    assert_eq!(window(Sort::Decision, 12), Some(at(130)));
    let late = window(Sort::Decision, 610).map(|due| due.timestamp());
    assert_eq!(late, Some(at(730).timestamp()));
    assert_eq!(window(Sort::Task, 610), Some(at(130)));
}

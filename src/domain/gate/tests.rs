use super::*;
use crate::domain::event::{Body, Event, Position, Recorded, What};
use crate::domain::ids::{ConsoleId, EventId, IncidentId, SlackTs, UserId};
use crate::domain::work::{Deed, Stage};

const RULES: Rules = Rules {
    hole_minutes: 30,
    drill: false,
    post_mortem: due::Rule {
        criteria: 2,
        minutes: 5,
    },
};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + minute * 60, 0).expect("in range")
}

/// An incident's record, written by hand: what a test says, in order.
struct Record(Incident, usize);

impl Record {
    fn new() -> Record {
        let mut record = Record(Incident::new(IncidentId::new("i1")), 0);
        let body = serde_json::json!({
            "kind": "declared", "title": "t", "service": "s", "incident_kind": "outage",
            "channel": "c", "lang": "en", "timekeeper": 15, "timekeeper_recovered": 60,
        });
        let body = serde_json::from_value(body).expect("a declaration");
        record.text(0, body, None);
        record
    }

    fn text(&mut self, minute: i64, body: Body, text: Option<&str>) -> EventId {
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
            by: UserId::new("U1"),
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

    fn say(&mut self, minute: i64, body: Body) -> EventId {
        self.text(minute, body, None)
    }

    fn work(&mut self, minute: i64, deed: Deed) -> EventId {
        let text = deed.has_text().then_some("text");
        self.text(minute, Body::Work(deed), text)
    }

    fn reach(&mut self, minute: i64, milestone: Milestone) {
        let body = Body::Milestone {
            milestone,
            time: at(minute),
            link: None,
        };
        self.say(60, body);
    }

    fn open(&mut self, sort: Sort, owner: Option<&str>, due: Option<i64>) -> EventId {
        let deed = Deed::Opened {
            matter: sort,
            line: "a line".to_owned(),
            owner: owner.map(UserId::new),
            due: due.map(at),
            risk: None,
        };
        self.work(5, deed)
    }

    fn settle(&mut self, matter: &EventId, state: State) {
        let deed = Deed::Settled {
            matter: matter.clone(),
            state,
            line: Some("said".to_owned()),
            owner: None,
            due: None,
        };
        self.work(6, deed);
    }

    /// With everything that the gate asks for.
    fn whole() -> Record {
        let mut record = Record::new();
        for (minute, milestone) in [
            (-20, Milestone::Started),
            (-5, Milestone::Detected),
            (1, Milestone::Assembled),
        ] {
            record.reach(minute, milestone);
        }
        let user = Some(UserId::new("U1"));
        record.say(1, Body::Commander { user, reason: None });
        record.say(2, level());
        record.say(22, Body::Note {});
        record.say(40, Body::Recovered { time: at(40) });
        for section in [Section::Cause, Section::Impact, Section::Fix] {
            record.work(50, Deed::Written { section });
        }
        record.work(55, Deed::Reviewed { link: None });
        record
    }

    fn misses(&self) -> Vec<String> {
        names(&gate(&self.0, &RULES, at(70)))
    }
}

fn level() -> Body {
    let body = serde_json::json!({
        "kind": "level", "level": {"id": "2", "name": "High"}, "items": [],
    });
    serde_json::from_value(body).expect("a level")
}

#[test]
fn a_notice_that_was_promised_or_drafted_and_never_came_is_missed() {
    let mut record = Record::whole();
    let notice = record.work(20, Deed::Notice {});
    let missed = |record: &Record| {
        let all = gate(&record.0, &RULES, at(70));
        let verbs = all.iter().map(|miss| (miss.name.clone(), miss.verb));
        verbs.collect::<Vec<_>>()
    };
    let notice_by = |verb| vec![("notice".to_owned(), verb)];
    assert_eq!(missed(&record), notice_by(Verb::Approve));
    record.work(
        21,
        Deed::Approved {
            notice: notice.clone(),
        },
    );
    assert_eq!(missed(&record), notice_by(Verb::Publish));
    let out = |notice: &EventId, next| Deed::Published {
        notice: notice.clone(),
        target: "status page".to_owned(),
        next,
    };
    record.work(22, out(&notice, Some(at(52))));
    assert_eq!(missed(&record), notice_by(Verb::Notice));
    let last = record.work(45, Deed::Notice {});
    record.work(
        46,
        Deed::Approved {
            notice: last.clone(),
        },
    );
    record.work(47, out(&last, None));
    assert_eq!(missed(&record), []);
    // A draft that was taken back is none.
    let event = record.work(48, Deed::Notice {});
    record.work(49, Deed::Retracted { event });
    assert_eq!(missed(&record), []);
}

#[test]
fn a_whole_record_passes_and_each_part_that_is_taken_out_is_missed() {
    assert_eq!(Record::whole().misses(), Vec::<String>::new());
    let bare = Record::new();
    let missed = bare.misses();
    let wanted = "commander level started detected assembled recovered timeline impact cause fix post_mortem";
    for name in wanted.split(' ') {
        assert!(missed.contains(&name.to_owned()), "{name}: {missed:?}");
    }
    // Responded is the declaration until somebody corrects it.
    assert!(!missed.contains(&"responded".to_owned()));
    let all = gate(&bare.0, &RULES, at(70));
    assert!(
        all.iter()
            .all(|miss| !miss.text.en.is_empty() && miss.text.en != miss.text.ja)
    );
}

#[test]
fn open_tasks_needs_and_undecided_decisions_are_missed_and_other_matters_are_not() {
    let mut record = Record::whole();
    let task = record.open(Sort::Task, Some("U1"), None);
    let need = record.open(Sort::Need, None, None);
    let decision = record.open(Sort::Decision, None, None);
    for sort in [
        Sort::Question,
        Sort::Objective,
        Sort::Hypothesis,
        Sort::Contact,
        Sort::Timer,
    ] {
        record.open(sort, None, None);
    }
    assert_eq!(record.misses(), ["T1", "N1", "D1"]);
    // Handed up is not done; decided is decided.
    record.settle(&task, State::Escalated);
    record.settle(&decision, State::Decided);
    assert_eq!(record.misses(), ["T1", "N1"]);
    record.settle(&task, State::Done);
    record.work(7, Deed::Retracted { event: need });
    assert_eq!(record.misses(), Vec::<String>::new());
}

#[test]
fn an_open_item_is_missed_until_it_is_done_or_given_a_reason() {
    let mut record = Record::whole();
    for text in ["tell support", "keep the logs"] {
        let item = crate::domain::event::Item {
            id: text.replace(' ', "-"),
            text: text.to_owned(),
            optional: false,
            time_box: None,
            when: None,
            manual: None,
        };
        record.say(3, Body::ItemAdded { item });
    }
    let texts = |record: &Record| -> Vec<String> {
        let misses = gate(&record.0, &RULES, at(70));
        misses.iter().map(|miss| miss.text.en.to_string()).collect()
    };
    assert_eq!(
        texts(&record),
        [
            "Item 1 is open: tell support",
            "Item 2 is open: keep the logs"
        ]
    );
    assert_eq!(record.misses(), ["checklist"], "kept as one");
    let item = "tell-support".to_owned();
    record.say(4, Body::Ticked { item });
    let (item, reason) = ("keep-the-logs".to_owned(), "none were written".to_owned());
    record.say(4, Body::Skipped { item, reason });
    assert_eq!(texts(&record), Vec::<String>::new());
}

#[test]
fn a_timeline_may_be_silent_up_to_the_limit_and_not_longer() {
    let told = |minutes: &[i64], limit: u32| {
        let mut record = Record::whole();
        for minute in minutes {
            record.say(*minute, Body::Note {});
        }
        record.reach(100, Milestone::Recovered);
        let rules = Rules {
            hole_minutes: limit,
            ..RULES
        };
        let misses = gate(&record.0, &rules, at(200));
        misses
            .iter()
            .map(|miss| miss.text.en.to_string())
            .collect::<Vec<_>>()
    };
    // The record of the whole one tells something at 60.
    assert_eq!(told(&[90], 30), Vec::<String>::new(), "30 min exactly");
    let long = told(&[91], 30);
    assert!(
        long[0].contains("for 31 min, from 80 min after the start"),
        "{long:?}"
    );
    assert_eq!(told(&[], 0), Vec::<String>::new(), "however long");
}

#[test]
fn what_the_program_says_by_itself_fills_no_hole_and_neither_does_what_is_taken_back() {
    let mut record = Record::whole();
    record.reach(120, Milestone::Recovered);
    record.say(90, Body::TimekeeperCall { slot: 6 });
    record.work(91, Deed::RollCall {});
    assert_eq!(record.misses(), ["timeline"]);
    let note = record.say(90, Body::Note {});
    assert_eq!(record.misses(), Vec::<String>::new());
    record.work(130, Deed::Retracted { event: note });
    assert_eq!(record.misses(), ["timeline"]);
    let ts = SlackTs::parse(&format!("{}.000000", at(90).timestamp())).expect("a ts");
    let (author, excerpt) = ("Ito".to_owned(), "rolled back".to_owned());
    record.say(
        140,
        Body::Pinned {
            ts: ts.clone(),
            author,
            excerpt,
            evidence: false,
            files: Vec::new(),
        },
    );
    assert_eq!(
        record.misses(),
        Vec::<String>::new(),
        "a pin enters at its own time"
    );
    record.say(141, Body::Unpinned { ts });
    assert_eq!(record.misses(), ["timeline"]);
}

#[test]
fn an_action_item_needs_an_owner_a_due_date_and_an_end() {
    let lacks = |owner, due, state: Option<State>| {
        let mut record = Record::whole();
        let action = record.open(Sort::Action, owner, due);
        if let Some(state) = state {
            record.settle(&action, state);
        }
        let misses = gate(&record.0, &RULES, at(70));
        misses
            .first()
            .map(|miss| (miss.verb, miss.about.clone() == Some(action.to_string())))
    };
    let on = |verb| Some((verb, true));
    assert_eq!(lacks(None, Some(90), None), on(Verb::Give));
    assert_eq!(lacks(Some("U1"), None, None), on(Verb::Extend));
    assert_eq!(lacks(Some("U1"), Some(90), None), on(Verb::Settle));
    assert_eq!(lacks(None, Some(90), Some(State::Deferred)), on(Verb::Give));
    assert_eq!(lacks(Some("U1"), Some(90), Some(State::Deferred)), None);
    assert_eq!(lacks(None, None, Some(State::Done)), None);
    assert_eq!(lacks(None, None, Some(State::Dropped)), None);
}

#[test]
fn a_drill_needs_no_causes_and_no_post_mortem_but_its_work_is_to_be_done() {
    let mut record = Record::new();
    record.open(Sort::Task, Some("U1"), None);
    record.open(Sort::Action, None, None);
    let drill = Rules {
        drill: true,
        ..RULES
    };
    let missed = names(&gate(&record.0, &drill, at(70)));
    assert_eq!(
        missed,
        [
            "commander",
            "level",
            "started",
            "detected",
            "assembled",
            "recovered",
            "T1",
            "timeline"
        ]
    );
    // A waiver is as good as a review.
    let mut record = Record::whole();
    let reason = "a false start".to_owned();
    record.work(58, Deed::Waived { reason });
    assert_eq!(record.misses(), Vec::<String>::new());
}

#[test]
fn recovery_says_what_it_skips() {
    let said = |record: &Record, recovers| -> Vec<String> {
        let texts = skipped(&record.0, recovers);
        texts.iter().map(|text| text.en.to_string()).collect()
    };
    let mut record = Record::new();
    assert_eq!(said(&record, true).len(), 4);
    let report = Deed::Report {
        audience: crate::domain::event::Named {
            id: "internal".into(),
            name: "inside".into(),
        },
        stage: Stage::First,
        next: None,
    };
    record.work(2, report);
    record.reach(0, Milestone::Detected);
    let user = Some(UserId::new("U1"));
    record.say(3, Body::Commander { user, reason: None });
    let (time, hold, owners) = (at(4), 10, Vec::new());
    record.work(4, Deed::Claimed { time, hold, owners });
    assert_eq!(said(&record, true), ["no level is set"]);
    assert_eq!(said(&record, false), ["no level is set"]);
}

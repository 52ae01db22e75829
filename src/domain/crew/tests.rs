use super::*;
use crate::domain::event::Body;
use crate::domain::testing::{Scribe, at};
use crate::domain::verb::stream_role;
use crate::domain::work::Deed;

fn user(n: usize) -> UserId {
    UserId::new(format!("U{n}"))
}

/// `U1` commands; `U2` to `U12` are here.
fn twelve() -> Scribe {
    let mut scribe = Scribe::declared();
    let command = Body::Commander {
        user: Some(user(1)),
        reason: None,
    };
    scribe.tell("U1", 1, command, None);
    for n in 2..=12 {
        arrive(&mut scribe, n, None);
    }
    scribe
}

fn arrive(scribe: &mut Scribe, n: usize, role: Option<String>) {
    let here = Body::CheckedIn {
        user: user(n),
        role,
        task: None,
    };
    scribe.tell(user(n).as_str(), 2, here, None);
}

fn lead(scribe: &mut Scribe, role: &str, n: usize) {
    let role = Body::Role {
        role: role.to_owned(),
        user: Some(user(n)),
    };
    scribe.tell("U1", 3, role, None);
}

fn counts(scribe: &Scribe) -> Vec<(usize, usize)> {
    let led = led(&scribe.incident);
    let count = |n: usize| led.get(&user(n)).map(|count| (n, *count));
    (1..=12).filter_map(count).collect()
}

#[test]
fn whoever_leads_nobody_works_for_a_stream_the_operations_lead_or_the_commander() {
    let mut scribe = twelve();
    assert_eq!(counts(&scribe), [(1, 11)]);
    lead(&mut scribe, "ops", 2);
    assert_eq!(counts(&scribe), [(1, 1), (2, 10)]);
    lead(&mut scribe, "scribe", 3);
    assert_eq!(counts(&scribe), [(1, 2), (2, 9)], "the scribe's lead");
    let db = stream_role("DB");
    lead(&mut scribe, &db, 4);
    for n in 5..=8 {
        arrive(&mut scribe, n, Some(db.clone()));
    }
    // Four in the stream; its lead and four others under operations.
    assert_eq!(counts(&scribe), [(1, 2), (2, 5), (4, 4)]);
    // A stream without a lead is led by nobody of its own.
    arrive(&mut scribe, 9, Some(stream_role("front")));
    assert_eq!(counts(&scribe), [(1, 2), (2, 5), (4, 4)]);
}

#[test]
fn no_answer_to_a_roll_call_is_waited_for_and_then_missed() {
    let mut scribe = twelve();
    let timers = Timers::default();
    let said =
        |scribe: &Scribe, last: i64, now: i64| answer(&scribe.incident, at(last), &timers, at(now));
    assert_eq!(said(&scribe, 2, 16), Answer::Heard);
    let quiet = Answer::Quiet(TimeDelta::minutes(15));
    assert_eq!(said(&scribe, 2, 17), quiet);
    scribe.work("U1", 30, Deed::RollCall {});
    assert_eq!(said(&scribe, 14, 34), Answer::Waits);
    let missing = Answer::Missing(TimeDelta::minutes(5));
    assert_eq!(said(&scribe, 14, 35), missing);
    // Who wrote within the quarter of an hour before it is present, and so is whoever answers.
    assert!(matches!(said(&scribe, 15, 35), Answer::Quiet(_)));
    assert_eq!(said(&scribe, 31, 35), Answer::Heard);
    // A clock that was set back makes nobody absent.
    assert_eq!(said(&scribe, 14, 28), Answer::Heard);
}

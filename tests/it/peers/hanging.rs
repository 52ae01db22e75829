//! Ten minutes of a network that takes every call and answers none, in simulated time: what a person
//! does is decided, saved and shown at once, and the calls stay few.

use matoi::domain::decide::{Command, Declaration, Outlets};
use matoi::domain::ids::{ChannelId, ConsoleId, SlackTs, UserId};
use matoi::domain::sync::image::{Image, Message};
use matoi::domain::sync::{Answer, Call, Engine, Fault, Link, Now, Order, Step, Timing};
use std::time::Duration;

/// The client gives a call up after this long.
const GIVEN_UP: Duration = Duration::from_secs(20);
const TEN_MINUTES: Duration = Duration::from_secs(600);

fn at(mono: Duration) -> Now {
    let start = chrono::DateTime::from_timestamp(1_763_636_400, 0).expect("in range");
    Now {
        wall: start + chrono::TimeDelta::from_std(mono).expect("a short run"),
        mono,
    }
}

fn order(command: Command) -> Order {
    Order {
        command,
        by: UserId::new("U1"),
        outlets: Outlets::default(),
        via: None,
    }
}

/// What a workspace says to the calls of a declaration.
fn answer(call: &Call) -> Answer {
    match call {
        Call::Create { name, .. } => Answer::Created {
            channel: ChannelId::new("C1"),
            name: name.clone(),
        },
        Call::Post { metadata, text, .. } => {
            let ts = SlackTs::parse("1763636400.000100").expect("a ts");
            Answer::Posted {
                message: Box::new(Message {
                    ts: ts.to_string(),
                    text: text.clone(),
                    own: true,
                    metadata: Some(metadata.clone()),
                    ..Message::default()
                }),
                ts,
            }
        }
        Call::History { .. } | Call::Replies { .. } => Answer::Page {
            messages: Vec::new(),
            next: None,
        },
        Call::Discover => Answer::Channels(Vec::new()),
        Call::Pins { .. } => Answer::Pins(Vec::new()),
        Call::SeekAnnouncement { .. } => Answer::Found(false),
        _ => Answer::Done,
    }
}

#[test]
fn ten_minutes_without_an_answer_take_nothing_from_whoever_types() {
    let mut rng = fastrand::Rng::with_seed(3);
    let me = UserId::new("U1");
    let image = Image::new(ConsoleId::new("c1"));
    let mut now = Duration::from_secs(1);
    let mut engine = Engine::new(image, me, Timing::default(), at(now));
    let declare = order(Command::Declare(Box::new(Declaration {
        title: "Checkout fails".into(),
        service: "shop".into(),
        channel: "shop-1".into(),
        ..Declaration::default()
    })));
    let (incident, step) = engine
        .act(None, &declare, at(now), &mut rng)
        .expect("it is declared");
    engine.absorb(&step.writes);
    engine.set_focus(Some(incident.clone()), at(now));
    // Declared while everything still answers.
    for _ in 0..200 {
        now += Duration::from_millis(100);
        let step = engine.next(at(now), &mut rng);
        engine.absorb(&step.writes);
        for (flight, call) in step.calls {
            let step = engine.answered(flight, Ok(answer(&call)), at(now), &mut rng);
            engine.absorb(&step.writes);
        }
    }
    assert!(engine.image().channel_of(&incident).is_some());

    let began = now;
    let mut hanging: Vec<(Duration, u64)> = Vec::new();
    let (mut calls, mut typed) = (0, 0);
    let take = |engine: &mut Engine, step: Step, now: Duration, hanging: &mut Vec<_>| {
        engine.absorb(&step.writes);
        let count = step.calls.len();
        hanging.extend(
            step.calls
                .iter()
                .map(|(flight, _)| (now + GIVEN_UP, *flight)),
        );
        count
    };
    while now < began + TEN_MINUTES {
        now += Duration::from_millis(100);
        let over: Vec<u64> = hanging
            .iter()
            .filter(|(until, _)| *until <= now)
            .map(|(_, flight)| *flight)
            .collect();
        hanging.retain(|(until, _)| *until > now);
        for flight in over {
            let lost = Err(Fault::Ambiguous("timed out".to_owned()));
            let step = engine.answered(flight, lost, at(now), &mut rng);
            calls += take(&mut engine, step, now, &mut hanging);
        }
        let step = engine.next(at(now), &mut rng);
        calls += take(&mut engine, step, now, &mut hanging);
        // Something is typed every ten seconds, whatever hangs.
        if (now - began).as_millis().is_multiple_of(10_000) {
            typed += 1;
            let note = order(Command::Note(format!("note {typed}")));
            let (_, step) = engine
                .act(Some(&incident), &note, at(now), &mut rng)
                .expect("it is taken at once");
            engine.absorb(&step.writes);
            let shown = engine.shown(&incident).expect("it is there");
            assert_eq!(shown.entries.len(), 1 + typed, "it is shown at once");
        }
    }
    assert_eq!(typed, 60);
    let counts = engine.counts(&incident);
    assert_eq!(counts.failed, 0, "nothing is given up: {counts:?}");
    let waiting = counts.pending + counts.sending + counts.unconfirmed;
    assert!(waiting >= typed, "{counts:?}");
    assert_eq!(engine.link(), &Link::Offline);
    let age = engine.age(&incident, at(now)).expect("it was read once");
    assert!(age >= TEN_MINUTES, "its age is told: {age:?}");
    // A few at a time, each given up after 20 s: nothing piles up, nothing is hammered.
    assert!(hanging.len() <= 8, "{} hang", hanging.len());
    assert!((30..=400).contains(&calls), "{calls} calls");
}

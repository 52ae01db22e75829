//! Playing back: whatever the journal and however one gets to a moment, what is shown is the fold of
//! what was known then, and the last moment is the live state.

use super::{golden, replay as reader};
use chrono::{DateTime, TimeDelta, Utc};
use matoi::app::keymap::Keymap;
use matoi::app::model::{Model, Start};
use matoi::app::replay::{Film, Replay, SPEED, Showing};
use matoi::app::snapshot::{Limits, LinkState, Snapshot, Workspace};
use matoi::domain::checklists::Checklists;
use matoi::domain::event::Recorded;
use matoi::domain::ids::{ChannelId, ConsoleId, IncidentId, UserId};
use matoi::domain::incident::Incident;
use matoi::domain::settings::{Config, Zone};
use matoi::domain::sync::image::{Image, IncidentRow, Write};
use matoi::domain::sync::{Engine, Link, Now, Timing};
use matoi::domain::words::Lang;
use matoi::io::publish;
use matoi::sample::synth::{self, Amount};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn engine(image: Image) -> Engine {
    let now = Now {
        wall: DateTime::from_timestamp(1_790_000_000, 0).expect("an instant"),
        mono: Duration::ZERO,
    };
    Engine::new(image, UserId::new("UREADER"), Timing::default(), now)
}

fn made_up(seed: u64, events: usize) -> Engine {
    let amount = Amount {
        incidents: 2,
        events,
        messages: events,
        people: 15,
        seed,
    };
    let mut image = Image::new(ConsoleId::new("creader"));
    let lists = Checklists::shipped().expect("whole");
    synth::generate(&amount, &Config::default(), &lists, &mut |writes| {
        writes.iter().for_each(|write| image.apply(write));
        Ok(())
    })
    .expect("it is told");
    engine(image)
}

fn kept() -> Engine {
    let mut image = Image::new(ConsoleId::new("creader"));
    image.apply(&Write::Incident(IncidentRow {
        id: golden::id(),
        private: false,
        drill: true,
        channel: Some(ChannelId::new(reader::CHANNEL)),
        card: None,
    }));
    for row in golden::journal() {
        image.apply(&Write::Event(row));
    }
    engine(image)
}

fn film(engine: &mut Engine, id: &IncidentId) -> Film {
    publish::film(engine, id, &BTreeMap::new(), Zone::Fixed(0)).expect("it is known")
}

pub fn console(config: Config, size: (u16, u16)) -> Model {
    let config = Arc::new(config);
    Model::new(Start {
        snapshot: Arc::new(Snapshot {
            version: 1,
            workspace: Workspace {
                local: false,
                team: String::new(),
            },
            me: UserId::new("UREADER"),
            people: Arc::default(),
            config,
            incidents: Vec::new(),
            room: None,
            link: LinkState {
                link: Link::Starting,
                as_of: None,
            },
            follows: false,
            outbox: Vec::new(),
            given_up: Vec::new(),
            offers: Vec::new(),
            limits: Limits::default(),
            other_heard: None,
            local: Arc::default(),
        }),
        now: DateTime::UNIX_EPOCH,
        size,
        lang: Lang::En,
        keymap: Arc::new(Keymap::shipped().expect("whole")),
        checklists: Arc::new(Checklists::shipped().expect("whole")),
    })
}

fn begin(film: Film) -> Replay {
    let showing = Showing {
        film,
        speed: SPEED,
        alone: true,
    };
    Replay::new(&console(Config::default(), (80, 24)), showing).expect("it was declared")
}

/// When the room knew an event, as the essay of `domain::tape` has it.
fn known(events: &[Recorded]) -> Vec<DateTime<Utc>> {
    let mut last = DateTime::<Utc>::MIN_UTC;
    let times = events.iter().map(|event| {
        let there = event.position.as_ref().map(|place| place.ts.micros());
        let there = there.and_then(DateTime::from_timestamp_micros);
        last = last.max(there.unwrap_or(event.recorded_at));
        last
    });
    times.collect()
}

/// What is shown now, worked out from nothing.
fn holds(replay: &Replay, events: &[Recorded], film: &Film) {
    let at = replay.at();
    let count = known(events).iter().filter(|told| **told <= at).count();
    let id = replay.state().incident.id.clone();
    let scratch = Incident::fold(id, &events[..count]);
    assert_eq!(replay.state().count, count);
    assert!(*replay.state().incident == scratch, "at {at}");
    let room = replay.stage.snapshot.room.as_ref().expect("a room");
    assert!(*room.summary.incident == scratch);
    assert_eq!(replay.stage.now, at);
    let there = film.talk.iter().filter(|talk| talk.at <= at);
    let there: Vec<_> = there.map(|talk| (&talk.ts, &talk.text)).collect();
    let shown: Vec<_> = room
        .talk
        .iter()
        .map(|talk| (&talk.ts, &talk.text))
        .collect();
    assert_eq!(shown, there);
    for talk in room.talk.iter() {
        let so_far = room
            .talk
            .iter()
            .filter(|t| t.thread.as_ref() == Some(&talk.ts));
        assert!(talk.replies as usize >= so_far.count(), "{talk:?}");
    }
    assert!(room.heard.values().all(|heard| *heard <= at));
}

fn ends_as_it_is(engine: &mut Engine, id: &IncidentId) {
    let film = film(engine, id);
    let live = engine.shown(id).expect("it is known");
    let (mut replay, talk) = (begin(film.clone()), film.talk.len());
    replay.jump(1000);
    assert!(replay.state().incident == live);
    assert_eq!(replay.events().0, live.events);
    let room = replay.stage.snapshot.room.as_ref().expect("a room");
    assert_eq!(room.talk.len(), talk);
    assert_eq!(room.heard, engine.heard(id));
    assert_eq!(replay.at(), replay.span().1);
}

#[test]
fn the_kept_journal_ends_as_it_is() {
    let mut engine = kept();
    ends_as_it_is(&mut engine, &golden::id());
    let film = film(&mut engine, &golden::id());
    let events = engine.recorded(&golden::id());
    let mut replay = begin(film.clone());
    // Every event once forward and once back, each a state of its own.
    for on in [true, false] {
        for _ in 0..=events.len() {
            replay.step(on);
            holds(&replay, &events, &film);
        }
        let (begins, ends) = replay.span();
        let last = known(&events).last().copied().expect("events");
        assert_eq!(replay.at(), if on { last.max(ends) } else { begins });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn however_one_comes_to_a_moment_it_is_the_fold_up_to_it(
        seed in any::<u64>(),
        events in 24usize..2_600,
        ways in prop::collection::vec((0..7u8, 0..1_001u32), 1..24),
    ) {
        let mut engine = made_up(seed, events);
        let ids: Vec<IncidentId> = engine.incidents().iter().map(|i| i.id.clone()).collect();
        for id in &ids {
            ends_as_it_is(&mut engine, id);
            let film = film(&mut engine, id);
            let events = engine.recorded(id);
            let mut replay = begin(film.clone());
            let mut felt = DateTime::UNIX_EPOCH;
            for (way, much) in &ways {
                match way {
                    0 => replay.jump(*much),
                    1 => replay.skip(TimeDelta::seconds(i64::from(*much))),
                    2 => replay.skip(-TimeDelta::seconds(i64::from(*much))),
                    3 => replay.step(true),
                    4 => replay.step(false),
                    5 => replay.change_speed(much % 2 == 0),
                    _ => {
                        replay.play(true);
                        let before = replay.at();
                        replay.pass(felt);
                        felt += TimeDelta::milliseconds(i64::from(*much));
                        replay.pass(felt);
                        prop_assert!(replay.at() >= before || before == replay.span().1);
                    }
                }
                holds(&replay, &events, &film);
                let (begins, ends) = replay.span();
                prop_assert!((begins..=ends).contains(&replay.at()));
            }
        }
    }
}

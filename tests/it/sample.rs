//! Made-up journals hold what was asked for.

use matoi::domain::checklists::Checklists;
use matoi::domain::ids::UserId;
use matoi::domain::incident::Verdict;
use matoi::domain::settings::Config;
use matoi::domain::sync::image::Image;
use matoi::domain::sync::{Call, Engine, Timing};
use matoi::io::pace::machine;
use matoi::sample::synth::{Amount, generate};
use std::sync::Arc;

fn synth(amount: &Amount) -> (Image, usize) {
    let mut image = Image::new(matoi::domain::ids::ConsoleId::new("creader"));
    let lists = Checklists::shipped().expect("the shipped lists");
    let mut transactions = 0;
    generate(amount, &Config::default(), &lists, &mut |writes| {
        transactions += 1;
        for write in &writes {
            image.apply(write);
        }
        Ok(())
    })
    .expect("the rules accept it");
    (image, transactions)
}

/// Made-up journals: as much as was asked for, accepted by the fold, and the same every time.
#[test]
fn a_made_up_journal_holds_what_was_asked_for() {
    let amount = Amount {
        incidents: 5,
        events: 600,
        messages: 400,
        people: 40,
        seed: 9,
    };
    let (image, _) = synth(&amount);
    assert_eq!(image.incidents.len(), 5);
    assert_eq!(image.events.len(), 600);
    let rows = || image.messages.values().flat_map(|m| m.values());
    assert_eq!(rows().filter(|row| !row.message.own).count(), 400);
    assert!(rows().any(|row| row.message.thread.is_some()));
    let (again, _) = synth(&amount);
    assert_eq!(again.events, image.events);
    assert_eq!(again.messages, image.messages);
    let other = synth(&Amount { seed: 10, ..amount }).0;
    assert_ne!(other.events, image.events);
    let now = machine();
    let mut engine = Engine::new(image, UserId::new("U0"), Timing::default(), now);
    let incidents = engine.incidents();
    assert_eq!(incidents.len(), 5);
    for incident in incidents {
        let fine = |e: &&Arc<matoi::domain::incident::Entry>| e.verdict == Verdict::Accepted;
        assert_eq!(incident.entries.iter().filter(fine).count(), 120);
    }
    // Nobody owes anything: no card, no call, no channel to read.
    let step = engine.next(now, &mut fastrand::Rng::with_seed(1));
    assert!(step.writes.is_empty(), "{:?}", step.writes);
    assert!(
        step.calls
            .iter()
            .all(|(_, call)| matches!(call, Call::Discover))
    );
}

#[test]
fn the_smallest_journals_can_be_made_up() {
    for (incidents, events, messages, people) in
        [(0, 0, 0, 0), (3, 0, 0, 0), (1, 2, 0, 1), (2, 25, 3, 2)]
    {
        let amount = Amount {
            incidents,
            events,
            messages,
            people,
            seed: 1,
        };
        let (image, transactions) = synth(&amount);
        assert_eq!(image.incidents.len(), incidents);
        // Every incident is at least declared.
        assert_eq!(image.events.len(), events.max(incidents), "{amount:?}");
        assert!(transactions <= 1);
    }
}

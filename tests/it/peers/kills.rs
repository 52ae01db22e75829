//! kill -9 at named steps, counted by what the outbox held at that moment. Whatever the journal had
//! is in the channel exactly once in the end; what failed or was dropped is nowhere.
//!
//! `MATOI_TEST_KILLS=200 cargo test --test it kills -- --nocapture` is a longer run, and prints how
//! many kills met which state. Steps are named in debug builds alone: see `matoi::io::steps`.

use super::crash::kills;
use super::rig::{Console, UNASKED, channel, events, id, workspace};
use matoi::domain::sync::image::{Image, Task};
use matoi::io::store::Journal;
use matoi::workspace::Handle;
use matoi::workspace::faults::{Fault, Kind};
use std::collections::{BTreeMap, BTreeSet};

/// One way of dying: how Slack is then, and the steps at which it happens, in turn.
struct Way {
    /// The state of the outbox that it is for.
    state: &'static str,
    steps: &'static [&'static str],
    faults: fn() -> Vec<Fault>,
    /// Whether there is a refused and a dropped act beforehand.
    refused: bool,
}

const WAYS: &[Way] = &[
    Way {
        state: "pending",
        steps: &["act:1", "act:1", "act:1", "leading:1", "led:1"],
        faults: Vec::new,
        refused: false,
    },
    Way {
        state: "sending",
        // The first is before the post, which the next life has to wait for in vain.
        steps: &[
            "calling:post:1",
            "answered:posted:1",
            "answered:posted:1",
            "answered:posted:1",
            "answered:posted:1",
            "answered:posted:1",
        ],
        // The next life's first reading does not show the post yet. A life that takes what was being
        // sent for unsent, as without `job.batch.is_some()` in `Engine::take_lead`, says it twice.
        faults: || vec![Fault::always("conversations.history", Kind::ReadLag).seconds(0.7)],
        refused: false,
    },
    Way {
        state: "unconfirmed",
        steps: &["saved:doubt:1"],
        faults: || vec![Fault::always("chat.postMessage", Kind::ResetAfterCommit)],
        refused: false,
    },
    Way {
        state: "sent",
        // In the middle of a sweep, and on both sides of moving the cursor.
        steps: &[
            "saved:posted:1",
            "saved:posted:1",
            "answered:page:1",
            "saved:page:2",
            "answered:last_page:1",
            "saved:last_page:1",
        ],
        faults: || vec![Fault::always("conversations.history", Kind::ShortPages).every(2)],
        refused: false,
    },
    Way {
        state: "failed",
        steps: &["act:1", "answered:posted:1", "saved:posted:1", "led:1"],
        faults: Vec::new,
        refused: true,
    },
];

fn image(console: &Console) -> Image {
    let opened = Journal::open(&console.data(), &mut fastrand::Rng::new());
    opened
        .expect("a killed process leaves a journal that opens")
        .1
}

/// Names of the states that the journal's acts are in.
fn states(image: &Image) -> BTreeSet<&'static str> {
    let jobs = image.jobs.values();
    let acts = jobs.filter(|job| matches!(job.task, Task::Event { .. }));
    acts.map(|job| job.state.name()).collect()
}

/// Ids of the acts that are not to be in the channel, and of those that are.
fn refused_and_wanted(image: &Image) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut refused = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for job in image.jobs.values() {
        if let Task::Event { id } = &job.task {
            match job.state.name() {
                "failed" | "dropped" => refused.insert(id.to_string()),
                _ => wanted.insert(id.to_string()),
            };
        }
    }
    (refused, wanted)
}

/// Two acts that Slack refuses, one of which is given up.
fn refuse_two(slack: &Handle, console: &Console, incident: &str) {
    slack.add_fault(Fault::error("chat.postMessage", "restricted_action").times(2));
    for text in ["refused", "refused and dropped"] {
        console.run(&["note", incident, text]);
    }
    slack.clear_faults();
    let outbox = console.json(&["outbox"]);
    let failed: Vec<String> = outbox
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["state"] == "failed")
        .map(|entry| entry["entry"].to_string())
        .collect();
    assert_eq!(failed.len(), 2, "{outbox:#}");
    console.run(&["outbox", "drop", &failed[1]]).ok();
}

/// Dies this way until `least` kills have met the state; how many met each.
fn die(way: &Way, least: usize) -> BTreeMap<&'static str, usize> {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", UNASKED);
    let state = console.declare("Killed often");
    let (incident, channel) = (id(&state), channel(&state));
    if way.refused {
        refuse_two(&slack, &console, &incident);
    }
    // Counts: a second copy would be taken out again, and not be seen in the end.
    slack.add_fault(Fault::always("chat.delete", Kind::Slow).seconds(0.0));
    for fault in (way.faults)() {
        slack.add_fault(fault);
    }
    let mut met: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut saved: BTreeSet<String> = BTreeSet::new();
    let mut killed = 0;
    for n in 0..least * 4 {
        if met.get(way.state).copied().unwrap_or(0) >= least {
            break;
        }
        let step = way.steps[n % way.steps.len()];
        console.set("MATOI_TEST_KILL_AT", step);
        let ran = console.run(&["note", &incident, &format!("note {n}")]);
        let image = image(&console);
        if ran.code == -1 {
            killed += 1;
            for state in states(&image) {
                *met.entry(state).or_default() += 1;
            }
        }
        // Saved is what the disk has: nothing of it may be lost, whoever was told.
        let (_, wanted) = refused_and_wanted(&image);
        assert!(wanted.is_superset(&saved), "{step}: an act has vanished");
        saved = wanted;
    }
    assert_eq!(slack.fault_hits()[0], 0, "{}: said twice", way.state);
    slack.clear_faults();
    console.env.retain(|(key, _)| key != "MATOI_TEST_KILL_AT");
    // 1: something was refused, and is still there to be decided about.
    let ran = console.run(&["sync", "--once"]);
    assert_eq!(ran.code, i32::from(way.refused), "{ran:?}");
    let (refused, wanted) = refused_and_wanted(&image(&console));
    assert_eq!(refused.len(), if way.refused { 2 } else { 0 });
    assert!(wanted.is_superset(&saved));
    let sent = events(&slack, &channel);
    let distinct: BTreeSet<String> = sent.iter().cloned().collect();
    assert_eq!(sent.len(), distinct.len(), "{}: one is twice", way.state);
    assert!(distinct.is_superset(&wanted), "{}: one is lost", way.state);
    assert!(
        distinct.is_disjoint(&refused),
        "{}: one was refused",
        way.state
    );
    let shown = console.json(&["show", &incident]);
    for open in ["pending", "sending", "unconfirmed"] {
        assert_eq!(shown["outbox"][open], 0, "{}: {open}", way.state);
    }
    assert!(killed > 0);
    met
}

#[test]
fn killed_in_every_state_of_the_outbox_it_loses_and_doubles_nothing() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: a release build has no named steps to be killed at");
        return;
    }
    let least = usize::try_from(kills(20)).expect("a number");
    let mut total: BTreeMap<&'static str, usize> = BTreeMap::new();
    std::thread::scope(|scope| {
        let runs: Vec<_> = WAYS
            .iter()
            .map(|way| scope.spawn(move || die(way, least)))
            .collect();
        for run in runs {
            for (state, count) in run.join().expect("none has failed") {
                *total.entry(state).or_default() += count;
            }
        }
    });
    eprintln!("kills by what the outbox held: {total:?}");
    for state in [
        "pending",
        "sending",
        "unconfirmed",
        "sent",
        "failed",
        "dropped",
    ] {
        let met = total.get(state).copied().unwrap_or(0);
        assert!(met >= least, "{state}: {met} of {least}");
    }
}

/// Whatever is being declared when it is killed exists once afterwards, or not at all.
#[test]
fn killed_at_each_step_of_a_declaration_it_declares_once() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: a release build has no named steps to be killed at");
        return;
    }
    std::thread::scope(|scope| {
        for step in [
            "act:1",
            "calling:create:1",
            "answered:created:1",
            "saved:created:1",
            "calling:post:1",
            "answered:posted:1",
            "saved:posted:1",
            "answered:other:2",
        ] {
            scope.spawn(move || {
                let slack = workspace();
                let mut console = Console::on(&slack, "@sato", UNASKED);
                console.set("MATOI_TEST_KILL_AT", step);
                let ran = console.run(&["declare", "--service", "other", "--title", "Once"]);
                assert_eq!(ran.code, -1, "{step}: {ran:?}");
                console.env.retain(|(key, _)| key != "MATOI_TEST_KILL_AT");
                console.run(&["sync", "--once"]).ok();
                let state = console.json(&["show", "-"]);
                let sent = events(&slack, &channel(&state));
                assert_eq!(sent.len(), 1, "{step}: {sent:?}");
                let name = state["channel"]["name"].as_str().expect("named");
                assert!(!name.ends_with("-2"), "{step}: a second channel: {name}");
                assert_eq!(state["outbox"]["failed"], 0, "{step}");
            });
        }
    });
}

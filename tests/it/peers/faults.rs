//! Slack at its worst: an act arrives once, or its exit code says that it has not.

use super::rig::{Console, Running, channel, events, id, until_met, workspace};
use matoi::workspace::Handle;
use matoi::workspace::faults::{Fault, Kind};
use std::collections::BTreeSet;

/// Everything is there, and nothing twice.
fn once(slack: &Handle, channel: &str, least: usize) {
    let sent = events(slack, channel);
    let distinct: BTreeSet<&String> = sent.iter().collect();
    assert_eq!(
        sent.len(),
        distinct.len(),
        "something is there twice: {sent:?}"
    );
    assert!(sent.len() >= least, "{sent:?}");
}

/// They wait more than they work: all at once.
fn each(kinds: &[Kind], check: impl Fn(Kind) + Sync) {
    std::thread::scope(|scope| {
        for kind in kinds {
            scope.spawn(|| check(*kind));
        }
    });
}

fn notes(console: &Console, id: &str, count: usize) {
    for n in 0..count {
        let ran = console.run(&["note", id, &format!("note {n}")]);
        assert!(matches!(ran.code, 0 | 4), "{ran:?}");
    }
    console.run(&["sync", "--once"]).ok();
}

#[test]
fn answers_that_are_lost_after_the_act_double_nothing() {
    each(
        &[Kind::ResetAfterCommit, Kind::Html, Kind::Unparsable],
        |kind| {
            let slack = workspace();
            let console = Console::on(&slack, "@sato", "");
            let state = console.declare("Checkout fails");
            let fault = Fault::always("chat.postMessage", kind).after_commit();
            slack.add_fault(fault.times(2));
            notes(&console, &id(&state), 2);
            once(&slack, &channel(&state), 3);
            assert!(slack.fault_hits()[0] >= 1, "{kind:?} has struck");
        },
    );
}

#[test]
fn what_was_not_done_is_done_again() {
    each(
        &[Kind::ResetBeforeCommit, Kind::Html, Kind::Unparsable],
        |kind| {
            let slack = workspace();
            let console = Console::on(&slack, "@sato", "");
            let state = console.declare("Checkout fails");
            slack.add_fault(Fault::always("chat.postMessage", kind).times(1));
            notes(&console, &id(&state), 1);
            once(&slack, &channel(&state), 2);
        },
    );
}

#[test]
fn a_declaration_survives_a_lost_answer_at_each_of_its_calls() {
    let methods = [
        "conversations.create",
        "chat.postMessage",
        "pins.add",
        "conversations.setTopic",
        "conversations.setPurpose",
        "conversations.invite",
    ];
    std::thread::scope(|scope| {
        for method in methods {
            scope.spawn(move || {
                let slack = workspace();
                let console = Console::on(&slack, "@sato", "[invite]\npeople = [\"@emma\"]\n");
                slack.add_fault(Fault::always(method, Kind::ResetAfterCommit).times(1));
                let ran =
                    console.run(&["declare", "--service", "other", "--title", "Once", "--json"]);
                assert!(matches!(ran.code, 0 | 4), "{method}: {ran:?}");
                console.run(&["sync", "--once"]).ok();
                let state = console.json(&["show", "-"]);
                once(&slack, &channel(&state), 1);
                assert_eq!(state["outbox"]["failed"], 0, "{method}");
                let name = state["channel"]["name"].as_str().expect("named");
                assert!(
                    !name.ends_with("-2"),
                    "{method}: a second channel was made: {name}"
                );
                let cards = super::rig::messages(&slack, &channel(&state));
                let cards = cards
                    .iter()
                    .filter(|m| m["metadata"]["event_type"] == "matoi_card");
                assert_eq!(cards.count(), 1, "{method}");
            });
        }
    });
}

#[test]
fn reads_that_lag_behind_do_not_make_it_speak_twice() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    slack.add_fault(Fault::always("conversations.history", Kind::ReadLag).seconds(0.7));
    slack.add_fault(Fault::always("chat.postMessage", Kind::ResetAfterCommit).times(1));
    notes(&console, &id(&state), 2);
    slack.clear_faults();
    once(&slack, &channel(&state), 3);
}

#[test]
fn limits_and_outages_delay_and_lose_nothing() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    slack.add_fault(Fault::always("*", Kind::Ratelimited).seconds(1.0).times(6));
    notes(&console, &id(&state), 2);
    once(&slack, &channel(&state), 3);
    slack.clear_faults();
    slack.add_fault(Fault::error("chat.*", "internal_error").times(1));
    slack.add_fault(Fault::always("*", Kind::Html).times(3));
    notes(&console, &id(&state), 1);
    once(&slack, &channel(&state), 4);
}

#[test]
fn names_of_people_are_asked_for_once_by_many_runs() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    slack.add_fault(Fault::error("users.list", "ratelimited"));
    notes(&console, &id(&state), 3);
    assert_eq!(slack.fault_hits(), [0]);
    once(&slack, &channel(&state), 4);
}

#[test]
fn while_slack_is_down_acts_are_saved_and_delivered_later() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    let id = id(&state);
    console.set("MATOI_SLACK_API_URL", "http://127.0.0.1:9/api/");
    std::thread::scope(|scope| {
        for text in ["typed while it was down", "and more"] {
            let (console, id) = (&console, &id);
            scope.spawn(move || {
                let ran = console.run(&["note", id, text]);
                assert_eq!(ran.code, 4, "{ran:?}");
                assert!(
                    ran.out.contains("Checkout fails"),
                    "the data is printed: {ran:?}"
                );
                assert!(ran.err.contains("sync --once"), "{ran:?}");
            });
        }
    });
    let shown = console.json(&["show", &id]);
    assert_eq!(shown["outbox"]["pending"], 2);
    assert_eq!(console.run(&["sync", "--once"]).code, 4);
    console.set("MATOI_SLACK_API_URL", &slack.url());
    console.run(&["sync", "--once"]).ok();
    once(&slack, &channel(&state), 3);
    let said = super::rig::texts(&slack, &channel(&state)).join("\n");
    assert!(said.contains("typed while it was down") && said.contains("and more"));
    assert_eq!(console.json(&["show", &id])["outbox"]["pending"], 0);
}

#[test]
fn a_running_console_delivers_when_slack_comes_back() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    let channel = channel(&state);
    let _running: Running = console.sync();
    slack.add_fault(Fault::always("*", Kind::Html));
    until_met(&slack, "the fault has struck", || slack.fault_hits()[0] > 2);
    let ran = console.run(&["note", &id(&state), "kept"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    slack.clear_faults();
    until_met(&slack, "it is delivered", || {
        events(&slack, &channel).len() == 2
    });
}

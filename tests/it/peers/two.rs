//! Several consoles on one workspace, and several processes on one journal.

use super::rig::{Console, channel, events, id, shared, until_met, workspace};
use matoi::workspace::Handle;
use serde_json::Value;

fn show(console: &Console, id: &str) -> Value {
    let ran = console.run(&["show", id, "--json"]);
    if ran.code == 0 {
        ran.json()
    } else {
        Value::Null
    }
}

/// Until both show the same, with `entries` in the timeline at least.
fn agree(slack: &Handle, one: &Console, two: &Console, id: &str, entries: usize) -> Value {
    let mut state = Value::Null;
    until_met(slack, "both consoles show the same", || {
        let (left, right) = (show(one, id), show(two, id));
        if left.is_null() || right.is_null() {
            return false;
        }
        let (left, right) = (shared(left), shared(right));
        let same = left == right && left["timeline"].as_array().map_or(0, Vec::len) >= entries;
        state = left;
        same
    });
    state
}

#[test]
fn consoles_that_read_the_same_channel_show_the_same() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", "");
    let two = Console::on(&slack, "@emma", "");
    let declared = one.declare("Checkout fails");
    let id = id(&declared);
    assert_eq!(two.run(&["list"]).ok().out, "");
    two.run(&["sync", "--once"]).ok();
    one.run(&["command", &id]).ok();
    one.run(&["level", &id, "1"]).ok();
    two.run(&["checkin", &id, "--role", "ops", "--task", "looks"])
        .ok();
    two.run(&["note", &id, "the queue is full"]).ok();
    one.run(&["tick", &id, "3"]).ok();
    two.run(&["message", &id, "on it"]).ok();
    for console in [&one, &two] {
        console.run(&["sync", "--once"]).ok();
    }
    let (left, right) = (show(&one, &id), show(&two, &id));
    assert_eq!(left["level"], "1");
    assert_eq!(left["roster"].as_array().map(Vec::len), Some(2));
    assert_eq!(shared(left), shared(right));
    // A third one, from the channel alone.
    let three = Console::on(&slack, "@ito", "");
    three.run(&["sync", "--once"]).ok();
    assert_eq!(shared(show(&three, &id)), shared(show(&one, &id)));
}

#[test]
fn an_act_is_decided_on_what_others_did() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", "");
    let two = Console::on(&slack, "@emma", "");
    let id = id(&one.declare("Checkout fails"));
    two.run(&["sync", "--once"]).ok();
    one.run(&["command", &id]).ok();
    // It has not read that since; acting, it does, and is refused instead of overtaken.
    let taken = two.run(&["command", &id]);
    assert_eq!(taken.code, 1, "{taken:?}");
    assert!(taken.err.contains("佐藤 commands"), "{taken:?}");
    one.run(&["role", &id, "deputy", "@emma"]).ok();
    one.run(&["level", &id, "3"]).ok();
    let state = two.json(&["level", &id, "1"]);
    assert_eq!(state["level"], "1");
    one.run(&["sync", "--once"]).ok();
    assert_eq!(shared(show(&one, &id)), shared(show(&two, &id)));
}

#[test]
fn running_consoles_follow_each_other() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", "");
    let two = Console::on(&slack, "@emma", "");
    let _running = (one.sync(), two.sync());
    let id = id(&one.declare("Checkout fails"));
    until_met(&slack, "the other console has met it", || {
        !show(&two, &id).is_null()
    });
    two.run(&["note", &id, "seen here"]).ok();
    one.run(&["situation", &id, "carts are empty"]).ok();
    let state = agree(&slack, &one, &two, &id, 3);
    assert_eq!(state["situation"], "carts are empty");
}

#[test]
fn one_process_sends_what_another_of_the_same_directory_appends() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Checkout fails");
    let (id, channel) = (id(&declared), channel(&declared));
    let leader = console.sync();
    until_met(&slack, "the lease is taken", || {
        let lock = console.data().join("sync.lock");
        let file = std::fs::OpenOptions::new().append(true).open(lock);
        file.expect("there").try_lock().is_err()
    });
    // Two writers at once, neither of which may talk to the workspace.
    std::thread::scope(|scope| {
        for writer in ["a", "b"] {
            let (console, id) = (&console, &id);
            scope.spawn(move || {
                for n in 0..2 {
                    console.run(&["note", id, &format!("{writer}{n}")]).ok();
                }
            });
        }
    });
    let state = show(&console, &id);
    assert_eq!(state["outbox"]["pending"], 0);
    let entries = state["timeline"].as_array().expect("a list").len();
    assert_eq!(entries, 5, "{state:#}");
    let sent = events(&slack, &channel);
    assert_eq!(sent.len(), 5, "{sent:?}");
    // The leader dies without a word; whoever comes next leads.
    let mut leader = leader;
    leader.kill();
    console.run(&["note", &id, "after its death"]).ok();
    assert_eq!(events(&slack, &channel).len(), 6);
}

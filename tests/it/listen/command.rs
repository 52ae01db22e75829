//! Command handed over, recovery confirmed and people called, by those who have nothing but Slack.

use super::super::peers::rig::{Console, channel, id, messages, until, workspace};
use super::{QUICK, ask, id_of, press, pressed, show};
use serde_json::{Value, json};

/// The message that says this.
fn ts_of(slack: &matoi::workspace::Handle, room: &str, says: &str) -> String {
    let all = messages(slack, room);
    let found = all
        .iter()
        .find(|m| m["text"].as_str().is_some_and(|t| t.contains(says)));
    found.expect("it was said")["ts"]
        .as_str()
        .expect("a ts")
        .to_owned()
}

// Red without `if open.to != *asked.by || open.to != *user { … }` of `Deed::Accepted` in
// src/domain/work/check.rs.
#[test]
fn command_is_handed_over_by_a_press_and_only_to_whom_it_was_offered() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["command", &id]).ok();
    console.run(&["offer", &id, "emma"]).ok();
    let ts = ts_of(&slack, &room, "offers command to");
    let text = messages(&slack, &room);
    let offer = text.iter().find(|m| m["ts"] == json!(ts)).expect("there");
    let says = offer["text"].as_str().expect("a text");
    assert!(
        says.contains("Checkout fails") && says.contains("Not known"),
        "the briefing: {says}"
    );
    let _running = console.sync();
    until("the answer is placed", || {
        let marks = pressed(&slack, &room, &ts);
        marks.iter().any(|(name, _)| name == "white_check_mark")
    });
    // Somebody else cannot take it.
    press(&slack, "ito", &room, &ts, "white_check_mark");
    until("told who may", || {
        let told = super::replies(&slack, &room, &ts);
        told.iter()
            .any(|text| text.contains("Command is offered to Emma"))
    });
    assert_eq!(
        show(&console, &id)["commander"],
        json!(id_of(&slack, "sato"))
    );
    press(&slack, "emma", &room, &ts, "white_check_mark");
    until("it is handed over", || {
        show(&console, &id)["commander"] == json!(id_of(&slack, "emma"))
    });
    assert_eq!(show(&console, &id)["offer"], Value::Null);
}

// Red without `self.offered(turn, commands, heard)` in src/domain/sync/listen/mention.rs.
#[test]
fn whoever_commands_and_names_another_by_mention_offers_them_command() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["command", &id]).ok();
    let _running = console.sync();
    ask(&slack, "sato", &room, "commander emma");
    until("it is offered", || {
        show(&console, &id)["offer"]["to"] == json!(id_of(&slack, "emma"))
    });
    let ts = ts_of(&slack, &room, "offers command to");
    let all = messages(&slack, &room);
    let offer = all.iter().find(|m| m["ts"] == json!(ts)).expect("there");
    let says = offer["text"].as_str().expect("a text");
    assert!(says.contains("Checkout fails"), "how it stands: {says}");
    assert_eq!(
        show(&console, &id)["commander"],
        json!(id_of(&slack, "sato")),
        "until it is accepted"
    );
    press(&slack, "emma", &room, &ts, "white_check_mark");
    until("it is handed over", || {
        show(&console, &id)["commander"] == json!(id_of(&slack, "emma"))
    });
}

#[test]
fn recovery_is_confirmed_by_a_press() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console.run(&["command", &id]).ok();
    console.run(&["claim", &id]).ok();
    let ts = ts_of(&slack, &room, "Recovery claimed");
    let _running = console.sync();
    press(&slack, "emma", &room, &ts, "white_check_mark");
    until("it is confirmed", || {
        show(&console, &id)["claim"]["confirmed"] == json!([id_of(&slack, "emma")])
    });
    assert_eq!(
        show(&console, &id)["phase"],
        "declared",
        "a claim is no recovery"
    );
}

#[test]
fn somebody_who_is_called_can_read_the_channel() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", QUICK);
    let state = console.declare("Checkout fails");
    let (id, room) = (id(&state), channel(&state));
    console
        .run(&["call", &id, "ito", "--why", "knows the shop"])
        .ok();
    let args = json!({"channel": room});
    let members = super::call(&slack, "sato", "conversations.members", args);
    let members = members["members"].as_array().expect("a list").clone();
    assert!(members.contains(&json!(id_of(&slack, "ito"))));
}

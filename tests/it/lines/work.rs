//! The work itself: who does what, by which manual, who hears of it, and several incidents at once.

use super::super::peers::rig::{Console, channel, heard, id, texts, until_met, workspace};
use super::{COMPANY, message, shop_fails};
use serde_json::json;

// Red without `leave(incident, user, asked)?` in src/domain/decide/mod.rs.
#[test]
fn somebody_will_handle_it() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", COMPANY);
    let (incident, room) = shop_fails(&console);
    console.run(&["command", &incident]).ok();
    // A task is one person's, from the first word on.
    assert_eq!(
        console
            .run(&["task", &incident, "somebody", "roll back"])
            .code,
        3
    );
    assert_eq!(console.run(&["task", &incident, "", "roll back"]).code, 3);
    let state = console.json(&["task", &incident, "ito", "roll back"]);
    let ito = super::id_of(&slack, "ito");
    assert_eq!(state["tasks"][0]["user"], json!(ito));
    assert!(
        state["tasks"][0]["due"].is_string(),
        "with a time-box: {state:#}"
    );
    assert!(message(&slack, &room, &format!("<@{ito}>")).is_some());
    // So is an item: the second name takes the place of the first.
    console.run(&["level", &incident, "2"]).ok();
    console.run(&["assign", &incident, "2", "ito"]).ok();
    let state = console.json(&["assign", &incident, "2", "emma"]);
    let emma = super::id_of(&slack, "emma");
    assert_eq!(state["checklist"][1]["assignee"], json!(emma));
    // Nobody leaves with an open task, or an open item.
    console.run(&["--as", "@ito", "checkin", &incident]).ok();
    let left = console.run(&["--as", "@ito", "checkout", &incident]);
    assert_ne!(left.code, 0, "{left:?}");
    assert!(left.err.contains("open task: T1 roll back"), "{}", left.err);
    console.run(&["--as", "@emma", "checkin", &incident]).ok();
    let left = console.run(&["--as", "@emma", "checkout", &incident]);
    assert_ne!(left.code, 0, "{left:?}");
    assert!(left.err.contains("open item"), "{}", left.err);
}

// Red without `drafts.extend(items_of(&id, &plan.items, rng))` of `level` in
// src/domain/decide/mod.rs.
#[test]
fn manuals_exist_and_are_ignored() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", COMPANY);
    let (incident, room) = shop_fails(&console);
    assert_eq!(console.json(&["show", &incident])["checklist"], json!([]));
    let state = console.json(&["level", &incident, "2"]);
    let list = state["checklist"].as_array().expect("a list");
    assert!(list.len() > 15, "{list:#?}");
    assert!(list.iter().all(|item| item["state"] == "open"));
    assert!(message(&slack, &room, "1. Name the commander").is_some());
    // A name on it, a mark in it, and what is done survives another level.
    console.run(&["assign", &incident, "4", "ito"]).ok();
    console.run(&["tick", &incident, "1"]).ok();
    let state = console.json(&["level", &incident, "4"]);
    let find = |id: &str| {
        let list = state["checklist"].as_array().expect("a list");
        list.iter()
            .find(|item| item["id"] == id)
            .expect("kept")
            .clone()
    };
    assert_eq!(find("commander")["state"], "done");
    assert_eq!(
        find("impact")["assignee"],
        json!(super::id_of(&slack, "ito"))
    );
    // And it ends only with each done, or with a reason for each that is not.
    console.run(&["command", &incident]).ok();
    console.run(&["recover", &incident]).ok();
    let refused = console.run(&["resolve", &incident]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("is open: "), "{}", refused.err);
    console
        .run(&["skip", &incident, "3", "--reason", "nobody saw it"])
        .ok();
    let told = texts(&slack, &room).join("\n");
    assert!(told.contains("because nobody saw it"), "{told}");
}

// Red without `if command.verb().row().loud { … }` of `outlets` in src/app/resolve.rs.
#[test]
fn people_do_not_know_that_it_happened_or_that_it_is_over() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", COMPANY);
    // Leaders have a channel for few.
    let exec = slack.with_state(|state| state.channel_named("exec").map(|r| r.channel.kind));
    assert!(exec.is_some(), "the seed has one");
    let (incident, _) = shop_fails(&console);
    console.run(&["command", &incident]).ok();
    console.run(&["level", &incident, "1"]).ok();
    console
        .run(&["situation", &incident, "nobody can buy"])
        .ok();
    console.run(&["recover", &incident]).ok();
    console
        .run(&["write", &incident, "summary", "a full disk"])
        .ok();
    console
        .run(&["resolve", &incident, "--reason", "reviewed elsewhere"])
        .ok();
    for place in ["dev", "support", "leads", "exec"] {
        for words in [
            "Incident declared: *Cart is down*",
            "Level set to *Critical L1*",
            "*Recovered* since",
            "*Resolved*",
            "At first: nobody can buy",
            "In the end: a full disk",
        ] {
            assert_eq!(heard(&slack, place, words), 1, "{words} in {place}");
        }
        // What is everyday stays in the incident's channel.
        assert_eq!(heard(&slack, place, "takes command"), 0, "{place}");
    }
}

// Red without `self.children.push(merge(child, place))` in src/domain/work/state.rs.
#[test]
fn several_incidents_at_once() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", COMPANY);
    let two = Console::on(&slack, "@emma", COMPANY);
    let declare = |console: &Console, title: &str| {
        let args = ["declare", "--service", "shop", "--title", title];
        let state = console.json(&args);
        (id(&state), channel(&state))
    };
    let (upstream, _) = declare(&one, "The cloud is down");
    let parts = ["Cart is down", "Mail is late"].map(|title| declare(&two, title));
    two.run(&["sync", "--once"]).ok();
    for (part, _) in &parts {
        two.run(&["link", part, &upstream]).ok();
    }
    // One board, with what belongs to what, at every console.
    one.run(&["sync", "--once"]).ok();
    let list = one.json(&["list"]);
    let rows = list.as_array().expect("a list");
    assert_eq!(rows.len(), 3);
    let of = |id: &str| rows.iter().find(|row| row["id"] == id).expect("listed");
    for (part, _) in &parts {
        assert_eq!(of(part)["links"]["parent"], json!(upstream));
    }
    let children = of(&upstream)["links"]["children"].as_array().map(Vec::len);
    assert_eq!(children, Some(2));
    // One order, read in every channel that it is for.
    let order = "Nobody deploys until 15:00";
    one.run(&["message", &upstream, "--parts", order]).ok();
    until_met(&slack, "all have heard", || {
        let mut rooms = parts.iter().map(|(_, room)| room);
        rooms.all(|room| texts(&slack, room).iter().any(|text| text.contains(order)))
    });
    let state = one.json(&["show", &upstream]);
    assert!(state["timeline"].to_string().contains(order));
}

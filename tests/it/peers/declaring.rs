//! What a declaration brings with it: channel, topic, purpose, pins, invitations, broadcasts.

use super::rig::{Console, channel, heard, messages, workspace};
use matoi::workspace::Handle;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OUTLETS: &str = r##"
[invite]
people = ["@nobody", "@emma"]
groups = ["@ghosts", "@infra"]
security_people = ["@yamamoto"]
[broadcast]
outage = ["#dev", "#nowhere", "#support"]
drill = ["#leads"]
[[services]]
id = "shop"
name = "Shop"
groups = ["@shop"]
[[services]]
id = "other"
name = "Other"
"##;

fn called(slack: &Handle, method: &str, args: Value) -> Value {
    // As the app: it is in its channels, private ones too.
    let token = slack.bot_token();
    let answer = Value::Object(slack.call(&token, method, args).body);
    assert_eq!(answer["ok"], true, "{answer}");
    answer
}

fn members(slack: &Handle, channel: &str) -> BTreeSet<String> {
    let args = json!({"channel": channel, "limit": 200});
    let listed = called(slack, "conversations.members", args);
    let ids: BTreeSet<&str> = listed["members"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let people = slack.people().into_iter();
    people
        .filter(|person| ids.contains(person.id.as_str()))
        .map(|person| person.name)
        .collect()
}

// Red without the last `set(step, refused.into(), true)` of `job_refused` in
// src/domain/sync/answers.rs.
#[test]
fn a_declaration_opens_its_channel_and_what_fails_is_told_and_blocks_nothing() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", OUTLETS);
    let ran = console.run(&[
        "declare",
        "--service",
        "shop",
        "--title",
        "Cart is down",
        "--situation",
        "nobody can buy",
        "--json",
    ]);
    assert_eq!(
        ran.code, 0,
        "what surrounds it failed, not the act: {ran:?}"
    );
    let state = ran.json();
    let channel = channel(&state);
    let name = state["channel"]["name"].as_str().expect("named");
    assert!(name.starts_with("shop-") && name.ends_with('i'), "{name}");
    let told = ["@nobody", "@ghosts", "#nowhere"];
    for what in told {
        assert_eq!(ran.err.matches(what).count(), 1, "{}", ran.err);
    }
    let failed = console.json(&["outbox"]);
    assert_eq!(failed.as_array().expect("a list").len(), 3, "{failed:#}");
    for (entry, what) in failed.as_array().expect("a list").iter().zip(told) {
        assert_eq!(entry["state"], "failed");
        assert!(entry["what"].as_str().expect("words").contains(what));
        assert!(entry["code"].is_string() && entry["why"].is_string());
    }
    assert_eq!(state["outbox"]["failed"], 3);

    let wanted = ["emma", "sato", "ito", "daniel", "takahashi", "kobayashi"];
    let wanted: BTreeSet<String> = wanted.map(str::to_owned).into();
    assert_eq!(members(&slack, &channel), wanted);
    let info = called(&slack, "conversations.info", json!({"channel": channel}));
    assert_eq!(
        info["channel"]["topic"]["value"],
        "L? · declared · IC nobody"
    );
    assert_eq!(
        info["channel"]["purpose"]["value"],
        "Response to: Cart is down (shop)"
    );
    let pinned: Vec<String> = messages(&slack, &channel)
        .iter()
        .filter(|message| message["pinned_to"].is_array())
        .filter_map(|message| message["text"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(pinned.len(), 2, "{pinned:?}");
    assert!(pinned[0].starts_with("Incident declared: *Cart is down*"));
    assert!(pinned[1].starts_with("*Cart is down*\nLevel *not set*"));
    assert!(pinned[1].contains("nobody can buy"));
    for channel in ["dev", "support"] {
        assert_eq!(heard(&slack, channel, "Cart is down"), 1, "{channel}");
    }
    assert_eq!(heard(&slack, "leads", "Cart is down"), 0);

    // What failed once is not told with every later act, and can be given up.
    let note = console.run(&["note", "-", "hello"]).ok();
    assert_eq!(note.err, "");
    for entry in failed.as_array().expect("a list") {
        console
            .run(&["outbox", "drop", &entry["entry"].to_string()])
            .ok();
    }
    assert_eq!(console.json(&["outbox"]), json!([]));
    assert_eq!(console.run(&["outbox", "drop", "9999"]).code, 3);
}

#[test]
fn a_failed_invitation_goes_through_once_its_group_exists() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "[invite]\ngroups = [\"@late\"]\n");
    let state = console.declare("Mail is late");
    let failed = console.json(&["outbox"]);
    let entry = failed[0]["entry"].to_string();
    slack
        .change(|state| {
            let id = matoi::workspace::state::hashed_id("S", "infra");
            let mut group = state.group(&id).expect("it is there").clone();
            group.handle = "late".to_owned();
            state.put_group(group);
        })
        .expect("stored");
    console.run(&["outbox", "retry", &entry]).ok();
    assert_eq!(console.json(&["outbox"]), json!([]));
    assert!(members(&slack, &channel(&state)).contains("daniel"));
}

// Red without `author.into_iter()`, and without `.chain(body.brings())`, of `newcomers` in
// src/domain/sync/invite.rs.
#[test]
fn whoever_takes_part_from_another_console_is_in_the_channel() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", "");
    let two = Console::on(&slack, "@emma", "");
    let state = one.declare("Cart is down");
    let channel = channel(&state);
    two.run(&["sync", "--once"]).ok();
    two.run(&["command", "-"]).ok();
    two.run(&["role", "-", "scribe", "@ito"]).ok();
    let wanted = ["emma", "ito", "sato"].map(str::to_owned);
    assert_eq!(members(&slack, &channel), BTreeSet::from(wanted));
    assert_eq!(two.json(&["outbox"]), json!([]));
}

#[test]
fn a_taken_name_gets_a_suffix() {
    let slack = workspace();
    let (one, two) = (
        Console::on(&slack, "@sato", ""),
        Console::on(&slack, "@emma", ""),
    );
    let first = one.declare("First");
    let second = two.declare("Second");
    let third = one.declare("Third");
    let name = first["channel"]["name"].as_str().expect("named");
    assert_eq!(second["channel"]["name"], format!("{name}-2"));
    assert_eq!(third["channel"]["name"], format!("{name}-3"));
}

// Red without `(self.private, private)`, without `(self.drill, drill)` in src/domain/outlets.rs, and
// without `drill_mark(row, incident.lang)` of `topic` in src/domain/sync/mirror/card.rs.
#[test]
fn private_incidents_and_drills_are_heard_only_where_they_may() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", OUTLETS);
    let private = console.json(&[
        "declare",
        "--service",
        "shop",
        "--kind",
        "security",
        "--title",
        "Leaked key",
    ]);
    assert_eq!(private["private"], true);
    assert_eq!(private["kind"], "security");
    let id = channel(&private);
    let name = private["channel"]["name"].as_str().expect("named");
    assert!(name.starts_with("sec-") && !name.contains("shop"), "{name}");
    assert_eq!(
        members(&slack, &id),
        BTreeSet::from(["sato".to_owned(), "yamamoto".to_owned()])
    );
    let info = called(&slack, "conversations.info", json!({"channel": id}));
    assert_eq!(info["channel"]["is_private"], true);

    let drill = console.json(&[
        "declare",
        "--service",
        "shop",
        "--title",
        "Practice",
        "--drill",
    ]);
    assert_eq!(drill["drill"], true);
    let info = called(
        &slack,
        "conversations.info",
        json!({"channel": channel(&drill)}),
    );
    let topic = &info["channel"]["topic"]["value"];
    assert_eq!(topic, "[DRILL] L? · declared · IC nobody");
    let name = drill["channel"]["name"].as_str().expect("named");
    assert!(name.starts_with("drill-"), "{name}");
    let declarer = BTreeSet::from(["sato".to_owned()]);
    assert_eq!(members(&slack, &channel(&drill)), declarer);
    for channel in ["dev", "support", "general"] {
        assert_eq!(heard(&slack, channel, "Leaked key"), 0, "{channel}");
        assert_eq!(heard(&slack, channel, "Practice"), 0, "{channel}");
    }
    assert_eq!(heard(&slack, "leads", "[DRILL] "), 1);
    assert_eq!(heard(&slack, "leads", "Leaked key"), 0);
}

//! An outage turns out to be no public matter: what goes on where, over HTTP, as people in Slack and
//! other consoles see it.

use super::rig::{Console, UNASKED, channel, heard, id, texts, workspace};
use matoi::workspace::Handle;
use serde_json::Value;

fn config() -> String {
    format!(
        "{UNASKED}{}",
        r##"
[invite]
people = ["@daniel"]
security_people = ["@yamamoto"]
[broadcast]
outage = ["#dev"]
security = ["#dev"]
[[services]]
id = "other"
name = "Other"
"##
    )
}

/// Handles of who is in a channel, programs left out.
fn members(slack: &Handle, channel: &str) -> Vec<String> {
    let inside = slack.with_state(|state| {
        let room = state.channels().find(|room| room.channel.id == channel);
        room.expect("it exists").channel.members.clone()
    });
    let people = slack.people().into_iter();
    let inside = people.filter(|person| inside.contains(&person.id));
    let mut names: Vec<String> = inside.map(|person| person.name).collect();
    names.sort();
    names
}

/// It is saved; on a busy machine, or with nobody reached, the rest goes out with the next run.
fn restrict(console: &Console, public: &str, with: &[&str]) -> Value {
    let ran = console.run(&[&["restrict", public, "--json"], with].concat());
    assert!(matches!(ran.code, 0 | 4), "{ran:?}");
    ran.json()
}

// Red without `if !here.may_meet(there_too)` in src/domain/sync/merge.rs.
#[test]
fn what_is_restricted_goes_on_in_a_private_channel_and_leaves_the_public_one_by_no_outlet() {
    let slack = workspace();
    let config = config();
    let (one, two) = (
        Console::on(&slack, "@sato", &config),
        Console::on(&slack, "@emma", &config),
    );
    let declared = one.declare("Payments fail");
    let public = id(&declared);
    one.run(&["command", &public]).ok();
    one.run(&["checkin", &public, "emma"]).ok();
    one.run(&["level", &public, "1"]).ok();
    two.run(&["sync", "--once"]).ok();
    let announced = heard(&slack, "dev", "Payments fail");
    assert!(announced >= 2, "declaration and level: {announced}");
    let inside = members(&slack, &channel(&declared));
    assert!(inside.contains(&"daniel".to_owned()), "{inside:?}");

    let state = restrict(&one, &public, &["--keep", "emma"]);
    one.run(&["sync", "--once"]).ok();
    assert!(state["restricted"].is_string(), "{state:#}");
    let list = one.json(&["list"]);
    let all = list.as_array().expect("a list");
    let there = all.iter().find(|row| row["id"] != public.as_str());
    let there = id(there.expect("what takes over"));
    let private = one.json(&["show", &there]);
    assert_eq!(private["private"], true);
    assert_eq!(private["links"]["parent"], public.as_str());
    assert_eq!(private["kind"], "security");
    assert_eq!(private["level"], "1");
    assert_eq!(private["commander"], state["commander"]);
    let name = private["channel"]["name"].as_str().expect("named");
    assert!(name.starts_with("sec-"), "{name}");
    assert_eq!(
        members(&slack, &channel(&private)),
        ["emma", "sato", "yamamoto"]
    );
    let first_screen = slack.with_state(|state| {
        let room = state.channel_named(name).expect("it exists");
        let texts = room.messages.values().map(|m| m.text.clone());
        texts.collect::<Vec<_>>().join("\n")
    });
    for line in [
        "the declaration → #dev",
        "the level → #dev",
        "invited → @daniel",
    ] {
        assert!(first_screen.contains(line), "{line}: {first_screen}");
    }

    // Nothing more comes out: neither by this console, nor by another, nor by who asks in Slack.
    two.run(&["sync", "--once"]).ok();
    one.run(&["level", &public, "2"]).ok();
    one.run(&["recover", &public]).ok();
    assert_eq!(heard(&slack, "dev", "Payments fail"), announced);
    assert_eq!(members(&slack, &channel(&declared)), inside);
    let said = texts(&slack, &channel(&declared)).join("\n");
    assert!(said.contains("goes on among few people"), "{said}");
    assert!(!said.contains(name) && !said.contains(&there), "{said}");

    // What is for few and what is for all never name each other.
    let other = id(&one.declare("Search is slow"));
    for (from, to) in [
        (&other, &there),
        (&there, &other),
        (&public, &other),
        (&other, &public),
    ] {
        for verb in ["merge", "link"] {
            let ran = one.run(&[verb, from, to]);
            assert_ne!(ran.code, 0, "{verb} {from} {to}");
        }
    }
}

#[test]
fn offline_both_are_queued() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", &config());
    let public = id(&console.declare("Payments fail"));
    let url = slack.url();
    console.set("MATOI_SLACK_API_URL", "http://127.0.0.1:9/api/");
    let state = restrict(&console, &public, &[]);
    assert!(state["restricted"].is_string(), "{state:#}");
    console.set("MATOI_SLACK_API_URL", &url);
    console.run(&["sync", "--once"]).ok();
    let list = console.json(&["list"]);
    let all = list.as_array().expect("a list");
    let there = all.iter().find(|row| row["id"] != public.as_str());
    let there = console.json(&["show", &id(there.expect("what takes over"))]);
    let name = there["channel"]["name"].as_str().expect("named");
    let private = slack.with_state(|state| {
        let room = state.channel_named(name).expect("made");
        room.channel.kind == matoi::workspace::model::ChannelKind::Private
    });
    assert!(private);
    let public = console.json(&["show", &public]);
    let said = texts(&slack, &channel(&public)).join("\n");
    assert!(said.contains("goes on among few people"), "{said}");
}

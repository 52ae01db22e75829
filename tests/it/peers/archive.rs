//! Channels that the app is put out of: by archiving, or by somebody's hand.

use super::rig::{Console, channel, id, shared, workspace};
use serde_json::json;

#[test]
fn a_console_that_comes_late_to_an_archived_channel_is_not_stuck() {
    let slack = workspace();
    let one = Console::on(&slack, "@sato", "");
    let id = id(&one.declare("Checkout fails"));
    let blind = Console::on(&slack, "@emma", "");
    let seeing = Console::on(&slack, "@ito", "");
    let token = seeing.dir.path().join("user-token");
    std::fs::write(&token, slack.token_of("ito").expect("a person")).expect("written");
    let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&token, owner_only).expect("set");
    let config = seeing.dir.path().join("config.toml");
    let text = std::fs::read_to_string(&config).expect("there");
    let named = format!("[slack]\nuser_token_file = \"{}\"", token.display());
    std::fs::write(&config, text.replace("[slack]", &named)).expect("written");
    for console in [&blind, &seeing] {
        console.run(&["sync", "--once"]).ok();
    }
    one.run(&["recover", &id]).ok();
    one.run(&["resolve", &id, "--reason", "no more to do"]).ok();
    // With the app's token alone the end is out of reach: it knows what it knew, and goes on.
    blind.run(&["sync", "--once"]).ok();
    assert_eq!(blind.json(&["show", &id])["phase"], "declared");
    blind.declare("Another one");
    // A person may read an archived channel.
    seeing.run(&["sync", "--once"]).ok();
    let (left, right) = (one.json(&["show", &id]), seeing.json(&["show", &id]));
    assert_eq!(right["phase"], "resolved");
    assert_eq!(shared(left), shared(right));
}

// Red without `person.conversations_unarchive(&channel)` in src/io/slack/carry.rs.
#[test]
fn archived_by_hand_it_is_opened_again_and_told_why() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let token = console.dir.path().join("user-token");
    std::fs::write(&token, slack.token_of("sato").expect("a person")).expect("written");
    let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&token, owner_only).expect("set");
    let config = console.dir.path().join("config.toml");
    let text = std::fs::read_to_string(&config).expect("there");
    let named = format!("[slack]\nuser_token_file = \"{}\"", token.display());
    std::fs::write(&config, text.replace("[slack]", &named)).expect("written");
    let declared = console.declare("Checkout fails");
    let (incident, channel) = (id(&declared), channel(&declared));
    let sato = slack.token_of("sato").expect("a person");
    let joined = slack.call(&sato, "conversations.join", json!({"channel": channel}));
    assert!(joined.ok(), "{}", joined.to_json());
    let archived = slack.call(&sato, "conversations.archive", json!({"channel": channel}));
    assert!(archived.ok(), "{}", archived.to_json());
    console.run(&["sync", "--once"]).ok();
    console.run(&["reopen", &incident, "--reason", "archived by mistake"]);
    console.run(&["sync", "--once"]).ok();
    let state = console.json(&["show", &incident]);
    assert_eq!(state["outbox"]["failed"], 0, "{state:#}");
    let said = super::rig::texts(&slack, &channel).join("\n");
    assert!(said.contains("archived by mistake"), "{said}");
}

#[test]
fn put_out_by_hand_it_comes_back() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Checkout fails");
    let channel = channel(&declared);
    let sato = slack.token_of("sato").expect("a person");
    let bot = matoi::workspace::state::hashed_id("U", "matoi");
    assert!(
        slack
            .call(&sato, "conversations.join", json!({"channel": channel}))
            .ok()
    );
    let kicked = slack.call(
        &sato,
        "conversations.kick",
        json!({"channel": channel, "user": bot}),
    );
    assert!(kicked.ok(), "{}", kicked.to_json());
    console.run(&["sync", "--once"]).ok();
    let state = console.json(&["note", "-", "still here"]);
    assert_eq!(state["outbox"]["failed"], 0);
}

/// Only a person can bring an archived channel back: without a person's token what is reopened goes
/// on in a new channel, by the same people, and says where it comes from.
/// Red without `reopened_elsewhere` (src/domain/sync/act.rs).
#[test]
fn what_is_reopened_after_its_channel_was_archived_goes_on_in_a_new_one() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Checkout fails");
    let old = id(&declared);
    console.run(&["command", &old]).ok();
    console.run(&["level", &old, "2"]).ok();
    console.run(&["recover", &old]).ok();
    console
        .run(&["resolve", &old, "--reason", "no more to do"])
        .ok();
    let again = console.json(&["reopen", &old, "--reason", "it fails again"]);
    let new = id(&again);
    assert_ne!(new, old);
    assert_eq!(again["links"]["parent"], old.as_str());
    assert_eq!(again["phase"], "declared");
    assert_eq!(again["outbox"]["failed"], 0);
    assert_eq!(again["outbox"]["pending"], 0);
    let names = [&declared, &again].map(|show| show["channel"]["name"].as_str().map(str::to_owned));
    assert_eq!(names[1], names[0].as_ref().map(|name| format!("{name}-2")));
    let said = again.to_string();
    assert!(said.contains("it fails again"), "{said}");
    // It is one incident that goes on, not one more each time.
    let twice = console.run(&["reopen", &old, "--reason", "once more"]);
    assert_ne!(twice.code, 0);
    assert!(twice.err.contains("already"), "{}", twice.err);
}

/// Nobody at a console has to do anything once somebody brought the channel back in Slack.
/// Red without `brought_back` in `ingest` (src/domain/sync/ingest.rs).
#[test]
fn what_an_archived_channel_refused_goes_out_once_somebody_brings_it_back() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Checkout fails");
    let (incident, channel) = (id(&declared), channel(&declared));
    let sato = slack.token_of("sato").expect("a person");
    let by_hand = |method: &str| {
        let done = slack.call(&sato, method, json!({"channel": channel}));
        assert!(done.ok(), "{}", done.to_json());
    };
    by_hand("conversations.archive");
    console.run(&["note", &incident, "said while it was archived"]);
    let state = console.json(&["show", &incident]);
    assert!(state["outbox"]["failed"] != 0, "{state:#}");
    by_hand("conversations.unarchive");
    console.run(&["sync", "--once"]);
    let state = console.json(&["show", &incident]);
    assert_eq!(state["outbox"]["failed"], 0, "{state:#}");
    let said = super::rig::texts(&slack, &channel).join("\n");
    assert!(said.contains("said while it was archived"), "{said}");
}

/// A response that somebody archived too early goes on where it was, once somebody brings it back.
/// Red without `goes_on(incident)` of `polled` (src/domain/sync/poll.rs).
#[test]
fn what_people_say_after_they_brought_an_open_channel_back_is_heard() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Checkout fails");
    let (incident, channel) = (id(&declared), channel(&declared));
    let by_hand = |method: &str, args: serde_json::Value| {
        let sato = slack.token_of("sato").expect("a person");
        let done = slack.call(&sato, method, args);
        assert!(done.ok(), "{}", done.to_json());
    };
    by_hand("conversations.archive", json!({"channel": channel}));
    console.run(&["sync", "--once"]).ok();
    by_hand("conversations.unarchive", json!({"channel": channel}));
    let bot = super::super::listen::bot(&slack);
    let said = json!({"channel": channel, "text": format!("<@{bot}> level 2")});
    by_hand("chat.postMessage", said);
    console.run(&["sync", "--once"]).ok();
    assert_eq!(console.json(&["show", &incident])["level"], "2");
}

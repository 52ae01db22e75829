//! Bad input of every kind: a sentence and a hint in the language that was asked for, the right
//! exit code, and nothing lost.

use super::rig::{Console, Ran, channel, finish, id, texts, workspace};
use matoi::domain::text::never_shown;
use matoi::workspace::faults::{Fault, Kind};
use serde_json::json;
use std::process::Command;

#[track_caller]
fn complains(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "{word}: {ran:?}");
    }
}

#[test]
fn a_token_that_is_refused_is_said_to_be_and_what_was_typed_is_kept() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    console.set("MATOI_SLACK_TOKEN", "xoxb-wrong");
    let ran = console.run(&["note", &id(&state), "kept"]);
    complains(&ran, 4, &["invalid_auth", "sync --once"]);
    complains(&console.run(&["sync", "--once"]), 4, &["invalid_auth"]);
    console.set("MATOI_LANG", "ja");
    complains(
        &console.run(&["sync", "--once"]),
        4,
        &["届いていません", "invalid_auth"],
    );
    console.set("MATOI_SLACK_TOKEN", &slack.bot_token());
    console.run(&["sync", "--once"]).ok();
    let said = texts(&slack, &channel(&state));
    assert_eq!(said.iter().filter(|t| t.ends_with("kept")).count(), 1);
    // Where nothing is known yet, nothing can be saved.
    let mut fresh = Console::on(&slack, "@sato", "");
    fresh.set("MATOI_SLACK_TOKEN", "xoxb-wrong");
    let ran = fresh.run(&["declare", "--service", "other", "--title", "x"]);
    complains(&ran, 1, &["invalid_auth", "Nothing was saved"]);
}

#[test]
fn a_console_without_a_network_saves_for_somebody_who_is_known_by_id() {
    let slack = workspace();
    let sato = slack
        .people()
        .into_iter()
        .find(|p| p.name == "sato")
        .expect("there");
    let mut console = Console::on(&slack, &sato.id, "");
    console.set("MATOI_SLACK_API_URL", "http://127.0.0.1:9/api/");
    let ran = console.run(&[
        "declare",
        "--service",
        "other",
        "--title",
        "Typed offline",
        "--json",
    ]);
    complains(&ran, 4, &["sync --once"]);
    assert_eq!(ran.json()["channel"]["id"], json!(null));
    console.set("MATOI_SLACK_API_URL", &slack.url());
    console.run(&["sync", "--once"]).ok();
    let state = console.json(&["show", "-"]);
    let said = texts(&slack, &channel(&state));
    assert_eq!(
        said.iter()
            .filter(|t| t.starts_with("Incident declared"))
            .count(),
        1,
        "{said:?}"
    );
}

#[test]
fn answers_that_are_none_are_said_to_be() {
    for kind in [Kind::Html, Kind::Unparsable] {
        let slack = workspace();
        slack.add_fault(Fault::always("*", kind));
        let console = Console::on(&slack, "@sato", "");
        let ran = console.run(&["declare", "--service", "other", "--title", "x"]);
        complains(&ran, 1, &["Nothing was saved"]);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_configuration_that_cannot_work_is_refused_before_anything_is_sent() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    console.set("MATOI_SLACK_TOKEN", "");
    complains(
        &console.run(&["list"]),
        2,
        &["no token", "MATOI_SLACK_TOKEN"],
    );
    console.set("MATOI_SLACK_TOKEN", "xoxb-x");
    console.set("MATOI_SLACK_API_URL", "http://example.com/api/");
    complains(&console.run(&["list"]), 2, &["https", "127.0.0.1"]);
    console.set("MATOI_SLACK_API_URL", "https://example.com/api/");
    complains(&console.run(&["list"]), 2, &["example.com"]);
    let config = console.dir.path().join("config.toml");
    std::fs::write(&config, "language = \"ja\"\nusr = \"@sato\"\n").expect("written");
    console.env.retain(|(key, _)| key != "MATOI_LANG");
    complains(
        &console.run(&["config", "check"]),
        2,
        &["usr", "config.toml"],
    );
    std::fs::write(&config, "language = \"ja\"\n").expect("written");
    complains(&console.run(&["list"]), 2, &["トークンを送れません"]);
    std::fs::remove_file(&config).expect("there");
    complains(&console.run(&["list"]), 2, &["config.toml"]);
}

#[test]
fn a_journal_that_cannot_be_used_is_named_and_left_alone() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    std::fs::create_dir(console.data()).expect("made");
    let journal = console.data().join("journal.db");
    std::fs::write(&journal, "a letter to grandmother, not a journal").expect("written");
    complains(
        &console.run(&["list"]),
        1,
        &["journal.db", "damaged", "mv "],
    );
    console.set("MATOI_LANG", "ja");
    complains(&console.run(&["list"]), 1, &["壊れています", "mv "]);
    let kept = std::fs::read_to_string(&journal).expect("there");
    assert_eq!(kept, "a letter to grandmother, not a journal");
    console.set("MATOI_LANG", "en");
    console.set("MATOI_DATA_DIR", "/dev/null/matoi");
    complains(
        &console.run(&["list"]),
        1,
        &["/dev/null/matoi", "--data-dir"],
    );
}

#[test]
fn a_row_that_was_damaged_is_named() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    console.declare("Checkout fails");
    let db = rusqlite::Connection::open(console.data().join("journal.db")).expect("opens");
    let hit = db.execute("UPDATE event SET body = '{\"half' WHERE rowid = 1", []);
    assert_eq!(hit.expect("updated"), 1);
    drop(db);
    complains(&console.run(&["list"]), 1, &["damaged", "event", "mv "]);
}

#[test]
fn a_folder_that_may_not_be_written_is_named() {
    if rustix::process::geteuid().is_root() {
        // Nothing is read-only to root.
        return;
    }
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    std::fs::create_dir(console.data()).expect("made");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o500);
    std::fs::set_permissions(console.data(), mode).expect("set");
    complains(&console.run(&["list"]), 1, &["--data-dir"]);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(console.data(), mode).expect("set");
}

/// On a small disk of its own, where the system lets one have it.
#[test]
fn a_full_disk_is_said_and_what_was_saved_before_is_whole() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    console.declare("Checkout fails");
    let script = r#"
        set -e
        kept="$MATOI_DATA_DIR"; small="$1"; mkdir -p "$small"
        mount -t tmpfs -o size=3m,mode=700 none "$small" || exit 77
        cp -a "$kept/." "$small/"
        export MATOI_DATA_DIR="$small"
        head -c 8m /dev/zero > "$small/filler" 2>/dev/null || true
        saved=0; refused=0; n=0
        while [ $n -lt 60 ]; do
            code=0; "$2" note - "note $n: $3" >/dev/null 2>"$small/../err" || code=$?
            case $code in
                0|4) saved=$((saved+1)) ;;
                *) refused=$((refused+1)); cp "$small/../err" "$small/../why"; break ;;
            esac
            n=$((n+1))
        done
        rm "$small/filler"
        "$2" sync --once >/dev/null
        "$2" show - --json > "$small/../state"
        echo "$saved $refused"
    "#;
    let mut command = Command::new("unshare");
    let small = console.dir.path().join("small");
    let long = "x".repeat(2_500);
    command.args(["-rm", "sh", "-c", script, "sh"]).arg(&small);
    command.args([super::rig::exe(), &long]);
    console.dress(&mut command);
    let there = Command::new("unshare").args(["-rm", "true"]).output();
    if !there.is_ok_and(|out| out.status.success()) {
        // No small disk to be had here.
        return;
    }
    let ran = finish(command);
    if ran.code == 77 {
        return;
    }
    assert_eq!(ran.code, 0, "{ran:?}");
    let counts: Vec<usize> = ran
        .out
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    assert_eq!(counts[1], 1, "the disk was never full: {ran:?}");
    let why = std::fs::read_to_string(console.dir.path().join("why")).expect("said");
    assert!(
        why.contains("disk is full") && why.contains("Make room"),
        "{why}"
    );
    let state = std::fs::read_to_string(console.dir.path().join("state")).expect("shown");
    let state: serde_json::Value = serde_json::from_str(&state).expect("JSON");
    assert_eq!(
        state["timeline"].as_array().map(Vec::len),
        Some(1 + counts[0])
    );
}

/// Everything that must not reach a screen, an eye or a pager.
const HOSTILE: &str = "\u{1b}[31mred\u{1b}[0m \u{1b}]0;pwn\u{7}x\u{202e}rtl\u{2066} \u{9b}2J \u{85}<!here> <@U123> & \u{200b}*b*\tend";

fn harmless(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !never_shown(c))
}

#[test]
fn hostile_text_is_cleaned_where_it_enters() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let two_lines = format!("{HOSTILE}\n{HOSTILE}");
    let state = console.json(&[
        "declare",
        "--service",
        "other",
        "--title",
        HOSTILE,
        "--situation",
        &two_lines,
    ]);
    let id = id(&state);
    let title = state["title"].as_str().expect("text");
    assert_eq!(title, "red xrtl <!here> <@U123> & *b* end");
    console.run(&["command", &id]).ok();
    console.run(&["level", &id, "5"]).ok();
    for args in [
        &["note", &id, HOSTILE] as &[&str],
        &["message", &id, &two_lines],
        &["add-item", &id, HOSTILE],
        &["checkin", &id, "emma", "--role", HOSTILE, "--task", HOSTILE],
        &["skip", &id, "1", "--reason", HOSTILE],
        &["milestone", &id, "detected", "now", "--link", HOSTILE],
    ] {
        console.run(args).ok();
    }
    let shown = console.run(&["show", &id, "--json"]).ok();
    let plain = console.run(&["show", &id]).ok();
    let log = console.run(&["list"]).ok();
    for ran in [&shown, &plain, &log] {
        assert!(harmless(&ran.out), "{:?}", ran.out);
    }
    for entry in shown.json()["timeline"].as_array().expect("a list") {
        assert!(harmless(entry["text"].as_str().expect("text")), "{entry}");
    }
    // In the channel it pages nobody; in another console it is the same.
    for text in texts(&slack, &channel(&state)) {
        assert!(harmless(&text), "{text:?}");
        assert!(
            !text.contains("<!here>") && !text.contains("<@U123>"),
            "{text:?}"
        );
    }
    let other = Console::on(&slack, "@emma", "");
    other.run(&["sync", "--once"]).ok();
    let there = other.json(&["show", &id]);
    assert_eq!(super::rig::shared(there), super::rig::shared(shown.json()));
    // Too long is refused whole, with nothing saved.
    let long = "長".repeat(5_000);
    complains(
        &console.run(&["note", &id, &long]),
        1,
        &["5000", "3000", "in parts"],
    );
    let long = "長".repeat(201);
    complains(&console.run(&["add-item", &id, &long]), 1, &["201", "200"]);
    assert_eq!(
        console.json(&["show", &id])["timeline"],
        shown.json()["timeline"]
    );
    console.run(&["note", &id, &"長".repeat(3_000)]).ok();
}

#[test]
fn hostile_metadata_of_our_own_app_is_cleaned_or_left() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Checkout fails");
    let (id, channel) = (id(&state), channel(&state));
    let evil = |n: usize, body: serde_json::Value| {
        let events = body.to_string();
        json!({"event_type": "matoi_events", "event_payload": {
            "v": "1", "incident": id, "console": format!("c{n}\u{1b}"), "actor": "UEVIL\u{202e}",
            "drill": "0", "private": "0", "events": events,
        }})
    };
    let bodies = [
        json!([{"id": "e\u{1b}1", "at": 5, "kind": "item_added",
            "item": {"id": "i\u{7}", "text": HOSTILE}}]),
        json!([{"id": "evil2", "at": 6, "kind": "note"}, {"id": "evil3", "at": 7, "kind": "new\u{1b}"}]),
        json!([{"id": "evil4", "at": 9_000_000_000_000_000_000_i64, "kind": "note"}]),
        json!([{"id": "evil5", "kind": "level"}, 5, null, "x"]),
        json!({"not": "a list"}),
        json!([{"id": "evil6", "at": 8, "kind": "skipped", "item": "i\u{7}", "reason": "a\u{0}b\u{1b}[2J"}]),
    ];
    let count = bodies.len();
    for (n, body) in bodies.into_iter().enumerate() {
        let args = json!({"channel": channel, "text": format!("Note\n{HOSTILE}"),
            "metadata": evil(n, body)});
        let posted = slack.call(&slack.bot_token(), "chat.postMessage", args);
        assert!(posted.ok(), "{n} of {count}: {}", posted.to_json());
    }
    console.run(&["sync", "--once"]).ok();
    let shown = console.run(&["show", &id, "--json"]).ok();
    let plain = console.run(&["show", &id]).ok();
    assert!(harmless(&plain.out), "{:?}", plain.out);
    let strings = shown.json();
    let mut left = vec![&strings];
    while let Some(value) = left.pop() {
        match value {
            serde_json::Value::String(text) => assert!(harmless(text), "{text:?}"),
            serde_json::Value::Array(items) => left.extend(items),
            serde_json::Value::Object(fields) => {
                assert!(fields.keys().all(|key| harmless(key)));
                left.extend(fields.values());
            }
            _ => {}
        }
    }
    let item = &strings["checklist"][0];
    assert_eq!(item["state"], "skipped", "{item}");
    assert_eq!(item["reason"], "ab");
    console.run(&["note", &id, "still works"]).ok();
}

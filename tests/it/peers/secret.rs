//! Tokens are in headers, in the lock file of the embedded workspace and in its store, nowhere else.

use super::rig::{Console, files, id, workspace};
use matoi::workspace::faults::{Fault, Kind};
use std::os::unix::fs::MetadataExt;

/// The part of a token that nobody can guess.
fn canary(token: &str) -> &str {
    token.rsplit('-').next().expect("it has parts")
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}

#[test]
fn a_token_is_in_no_output_and_no_file() {
    let slack = workspace();
    let mut console = Console::on(&slack, "@sato", "");
    console.set("MATOI_LOG", "trace");
    let token = slack.bot_token();
    let state = console.declare("Checkout fails");
    let id = id(&state);
    let mut outputs = Vec::new();
    // A token somebody pastes is theirs to lose; this is about the one that is configured.
    for args in [
        &["note", &id, "x"] as &[&str],
        &["show", &id, "--json"],
        &["outbox", "--json"],
        &["config", "check"],
        &["config", "example"],
        &["sync", "--once"],
    ] {
        outputs.push(console.run(args));
    }
    slack.add_fault(Fault::always("*", Kind::Html));
    outputs.push(console.run(&["sync", "--once"]));
    slack.clear_faults();
    slack.add_fault(Fault::error("*", "invalid_auth"));
    outputs.push(console.run(&["note", &id, "y"]));
    outputs.push(console.run(&["sync", "--once"]));
    console.set("MATOI_SLACK_API_URL", "http://example.com/api/");
    outputs.push(console.run(&["note", &id, "z"]));
    let bad = format!("{token}\u{1}");
    console.set("MATOI_SLACK_API_URL", &slack.url());
    console.set("MATOI_SLACK_TOKEN", &bad);
    outputs.push(console.run(&["note", &id, "z"]));
    let word = canary(&token);
    for ran in &outputs {
        assert!(
            !ran.out.contains(word) && !ran.err.contains(word),
            "{ran:?}"
        );
    }
    let found = files(&console.data());
    assert!(found.iter().any(|(path, _)| path.ends_with("matoi.log")));
    for (path, bytes) in &found {
        assert!(!holds(bytes, word), "{}", path.display());
        let mode = std::fs::metadata(path).expect("there").mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

#[test]
fn the_embedded_workspace_keeps_its_tokens_to_itself() {
    let mut console = Console::local("@sato", "");
    console.set("MATOI_LOG", "trace");
    console.declare("Checkout fails");
    let sync = console.run(&["sync", "--once"]).ok();
    let home = console.data().join("workspace");
    let lock = std::fs::read_to_string(home.join("workspace.lock")).expect("there");
    let lock: serde_json::Value = serde_json::from_str(&lock).expect("JSON");
    let token = lock["token"].as_str().expect("a token");
    let pid = lock["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid
        .and_then(rustix::process::Pid::from_raw)
        .expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is ours");
    let word = canary(token);
    assert!(!sync.out.contains(word) && !sync.err.contains(word));
    for (path, bytes) in files(&console.data()) {
        let inside = path.starts_with(&home);
        assert!(inside || !holds(&bytes, word), "{}", path.display());
        // The server may be putting its files away just now.
        if let Ok(about) = std::fs::metadata(&path) {
            assert_eq!(about.mode() & 0o777, 0o600, "{}", path.display());
        }
    }
}

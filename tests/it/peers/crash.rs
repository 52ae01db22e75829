//! kill -9 at random points: what was reported as saved is in the journal, and reaches the channel
//! exactly once. `MATOI_TEST_KILLS` makes the runs longer.

use super::rig::{Console, act, channel, core_at, declarer, events, id, quick, texts, workspace};
use matoi::domain::decide::Command as Act;
use matoi::domain::ids::UserId;
use matoi::workspace::Handle;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const FEED: &str = "MATOI_TEST_FEED";
/// The life that says nothing of its own and lives to the end.
const LAST: &str = "last";

pub fn kills(default: u64) -> u64 {
    let asked = std::env::var("MATOI_TEST_KILLS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(default)
}

fn feeder(console: &Console, incident: &str, by: &str, life: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let name = "peers::crash::feeder_in_a_process_of_its_own";
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]);
    console.dress(&mut command);
    command.env(FEED, format!("{incident} {by} {life}"));
    command
}

/// Everything in the journal is in the channel once, and so is every text that was saved.
fn check(console: &Console, slack: &Handle, channel: &str, saved: &BTreeSet<String>) {
    console.run(&["sync", "--once"]).ok();
    let state = console.json(&["show", "-"]);
    for state_of in ["pending", "sending", "unconfirmed", "failed"] {
        assert_eq!(state["outbox"][state_of], 0, "{state_of}");
    }
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for event in events(slack, channel) {
        *sent.entry(event).or_default() += 1;
    }
    let timeline = state["timeline"].as_array().expect("a list");
    for entry in timeline {
        let id = entry["id"].as_str().expect("an id");
        assert_eq!(sent.get(id), Some(&1), "{id} in the channel");
    }
    assert_eq!(timeline.len(), sent.len());
    let said = texts(slack, channel).join("\n");
    for text in saved {
        assert_eq!(said.matches(text.as_str()).count(), 1, "{text}");
    }
}

#[test]
fn a_subcommand_that_is_killed_leaves_all_or_nothing() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Killed often");
    let mut rng = fastrand::Rng::with_seed(11);
    let mut saved = BTreeSet::new();
    for n in 0..kills(15) {
        let text = format!("note {n}.");
        let mut command = console.command(&["note", &id(&state), &text]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it runs");
        std::thread::sleep(Duration::from_micros(rng.u64(0..40_000)));
        child.kill().ok();
        let done = child.wait_with_output().expect("it ends");
        if !done.stdout.is_empty() {
            saved.insert(text);
        }
    }
    check(&console, &slack, &channel(&state), &saved);
}

#[test]
fn a_console_that_is_killed_in_a_burst_loses_and_doubles_nothing() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let state = console.declare("Killed often");
    let mut rng = fastrand::Rng::with_seed(7);
    let mut saved = BTreeSet::new();
    let by = declarer(&state);
    for life in 0..kills(12) {
        let mut command = feeder(&console, &id(&state), &by, &life.to_string());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = || lines.next().map(|line| line.expect("readable"));
        // Once it has begun: anywhere between deciding, committing, sending and hearing back.
        while line().is_some_and(|text| !text.starts_with("saved ")) {}
        std::thread::sleep(Duration::from_micros(rng.u64(0..120_000)));
        child.kill().ok();
        saved.insert(format!("life {life} act 0."));
        while let Some(text) = line() {
            if let Some(text) = text.strip_prefix("saved ").filter(|t| t.ends_with('.')) {
                saved.insert(text.to_owned());
            }
        }
        child.wait().expect("it ends");
    }
    // The last one is left to deliver, at its own pace.
    let last = super::rig::finish(feeder(&console, &id(&state), &by, LAST));
    assert_eq!(last.code, 0, "{last:?}");
    check(&console, &slack, &channel(&state), &saved);
}

/// What the test above kills; nothing by itself.
#[test]
fn feeder_in_a_process_of_its_own() {
    let Ok(feed) = std::env::var(FEED) else {
        return;
    };
    let words: Vec<&str> = feed.split(' ').collect();
    let [incident, by, life] = words[..] else {
        panic!("{feed}");
    };
    let set = |name: &str| std::env::var(name).expect("the parent sets it");
    let dir = PathBuf::from(set("MATOI_DATA_DIR"));
    let (url, token) = (set("MATOI_SLACK_API_URL"), set("MATOI_SLACK_TOKEN"));
    let core = core_at(&dir, url, token, by, quick());
    if life == LAST {
        assert!(core.wait_quiet(Duration::from_secs(60)));
        return;
    }
    for n in 0..6 {
        let text = format!("life {life} act {n}.");
        // Several of these share a message, as far as they are waiting together.
        let command = Act::CheckIn {
            user: UserId::new(by),
            role: None,
            task: Some(text.clone()),
        };
        act(&core, incident, by, command);
        writeln!(std::io::stdout(), "\nsaved {text}").expect("the parent listens");
    }
    // Until it is killed, or the parent is gone.
    core.wait_quiet(Duration::from_secs(20));
    core.wait_quiet(Duration::from_secs(20));
}

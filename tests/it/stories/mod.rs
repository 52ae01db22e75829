//! Stories: the real binary in a pseudo terminal, keys in, the screen and the channel out.

mod after;
mod drill;
mod each;
mod hang;
mod in_slack;
mod leak;
mod outage;
pub mod rig;
mod time;
pub mod told;
mod written;

use crate::terminal::session::{Session, signal};
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A workspace, and consoles that sit at it.
struct World {
    workspace: Handle,
    dir: TempDir,
}

impl World {
    fn new() -> World {
        let workspace = Workspace::open(Options::for_tests())
            .and_then(Workspace::start)
            .expect("a workspace");
        World {
            workspace,
            dir: tempfile::tempdir().expect("a folder"),
        }
    }

    fn data(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, data: &str, lang: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matoi"));
        command
            .env("HOME", self.dir.path())
            .env("XDG_CONFIG_HOME", self.dir.path())
            .env("MATOI_DATA_DIR", self.data(data))
            .env("MATOI_LANG", lang)
            .env("MATOI_SLACK_TOKEN", self.workspace.bot_token())
            .env("MATOI_SLACK_API_URL", self.workspace.url())
            .env("TERM", "xterm-256color")
            .env("TZ", "Asia/Tokyo")
            .env_remove("MATOI_CONFIG")
            .env_remove("MATOI_USER")
            .env_remove("NO_COLOR");
        command
    }

    /// A console of `user`, once it knows who that is.
    fn console(&self, data: &str, user: &str, lang: &str, columns: u16, rows: u16) -> Session {
        let mut command = self.command(data, lang);
        command.env("MATOI_USER", user);
        let mut session = Session::of(command, columns, rows);
        let name = self.name_of(user);
        session.until(|screen| screen.contents().contains(&name));
        session
    }

    fn api(&self, method: &str, args: Value) -> Value {
        let answer = self
            .workspace
            .call(&self.workspace.bot_token(), method, args);
        serde_json::to_value(answer.body).expect("json")
    }

    fn name_of(&self, handle: &str) -> String {
        let people = self.api("users.list", json!({}));
        let person = people["members"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|m| m["name"] == handle)
            .expect("somebody of the seed")
            .clone();
        let profile = &person["profile"];
        [&profile["display_name"], &profile["real_name"]]
            .into_iter()
            .filter_map(Value::as_str)
            .find(|name| !name.is_empty())
            .unwrap_or(handle)
            .to_owned()
    }

    /// The texts of the incident's channel, oldest first.
    fn channel(&self) -> Vec<String> {
        let channels = self.api("users.conversations", json!({}));
        let made = channels["channels"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|c| c["name"].as_str().is_some_and(|n| n.starts_with("other-")))
            .cloned();
        let Some(channel) = made else {
            return Vec::new();
        };
        let page = self.api(
            "conversations.history",
            json!({"channel": channel["id"], "limit": 200}),
        );
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        messages
            .iter()
            .rev()
            .map(|m| m["text"].as_str().unwrap_or("").to_owned())
            .collect()
    }

    fn run(&self, data: &str, args: &[&str]) -> (i32, String) {
        let output = self
            .command(data, "en")
            .args(args)
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap_or(-1), text)
    }
}

/// Nothing of this console's is on its way any more.
fn settles(session: &mut Session) {
    session.until(|screen| {
        let text = screen.contents();
        !["saving", "queued", "sending", "保存中", "送信待ち"]
            .iter()
            .any(|mark| text.contains(mark))
    });
}

/// Declares by keys alone.
fn declare(session: &mut Session, title: &str) {
    session.send(b"d");
    session.shows("[  Cancel  ]");
    session.send(title.as_bytes());
    session.shows(title);
    session.send(b"\x04");
    session.shows("since declared");
}

fn messages(world: &World, wanted: &[&str]) {
    let told = world.channel().join("\n");
    for words in wanted {
        assert!(told.contains(words), "no {words:?} in the channel:\n{told}");
    }
}

#[test]
fn an_incident_run_by_keys_tells_its_story_in_the_channel() {
    let world = World::new();
    let mut console = world.console("one", "sato", "en", 120, 35);
    declare(&mut console, "Checkout fails");
    console.send(b"l");
    console.shows("No impact");
    console.send(b"\x1b[B");
    console.send(b"\x1b[B");
    console.shows("(*) High L2");
    console.send(b"\x0c");
    console.shows("CHECKLIST  0/");
    // What is typed while a form waits for its answer is dropped.
    console.until(|screen| !screen.contents().contains("[  Cancel  ]"));
    console.send(b"h");
    console.shows("@sato me");
    console.send(b"\r");
    console.shows("takes command");
    console.until(|screen| !screen.contents().contains("@sato me"));
    console.send(b"6");
    // The first is done: somebody commands.
    console.shows("  1/");
    console.send(b"j");
    for done in ["  2/", "  3/"] {
        console.send(b"j ");
        console.shows(done);
    }
    console.send(b"n");
    console.shows("Note *");
    console.send(b"rolled back build 812");
    console.shows("rolled back build 812");
    console.send(b"\r");
    console.until(|screen| !screen.contents().contains("Note *"));
    console.send(b"r");
    console.shows("[  recovered  ]");
    console.send(b"\x12");
    console.shows("RECOVERED");
    settles(&mut console);
    // What the screen shows as settled is in the channel, for people who only have that.
    messages(
        &world,
        &[
            "Incident declared: *Checkout fails*",
            "Level set to *High L2*",
            "1. Name the commander",
            "takes command",
            "Done: 2. Name a scribe",
            "Done: 3.",
            "rolled back build 812",
            "*Recovered* since",
        ],
    );
    signal(console.pid(), "TERM");
    console.end();
    console.assert_restored();
    let (code, json) = world.run("one", &["show", "-", "--json"]);
    assert_eq!(code, 0);
    let shown: Value = serde_json::from_str(&json).expect("json");
    assert_eq!(shown["phase"], "recovered");
    assert_eq!(shown["level"], "2");
    let states = shown["checklist"].as_array().expect("a list");
    let done = states.iter().filter(|item| item["state"] == "done").count();
    assert_eq!(done, 3);
    assert!(shown["commander"].is_string());
    assert!(shown["milestones"]["recovered"].is_string());
    assert_eq!(shown["outbox"]["pending"], 0);
    assert_eq!(shown["outbox"]["failed"], 0);
}

#[test]
fn two_consoles_see_each_other_and_agree() {
    let world = World::new();
    let mut one = world.console("one", "sato", "en", 120, 35);
    let mut two = world.console("two", "tanaka", "ja", 80, 24);
    declare(&mut one, "Search is slow");
    two.shows("Search is slow");
    two.send(b"\r");
    two.shows("指揮 不在");
    two.send(b"n");
    two.shows("記録 *");
    two.send("索引の再構築を開始".as_bytes());
    two.shows("索引の再構築を開始");
    two.send(b"\r");
    // The other console, in its own language, without a key.
    one.shows("索引の再構築を開始");
    settles(&mut one);
    settles(&mut two);
    for session in [&mut one, &mut two] {
        signal(session.pid(), "TERM");
        session.end();
    }
    let state = |data: &str| {
        let (code, _) = world.run(data, &["sync", "--once"]);
        assert_eq!(code, 0, "{data}");
        let (_, json) = world.run(data, &["show", "-", "--json"]);
        let mut shown: Value = serde_json::from_str(&json).expect("json");
        let object = shown.as_object_mut().expect("an object");
        object.remove("outbox");
        object.remove("link");
        for entry in object["timeline"].as_array_mut().expect("a list") {
            entry
                .as_object_mut()
                .expect("an entry")
                .remove("recorded_at");
        }
        shown
    };
    assert_eq!(state("one"), state("two"));
}

#[test]
fn a_public_act_is_not_done_by_enter_space_or_y() {
    let world = World::new();
    let mut console = world.console("one", "sato", "en", 80, 24);
    console.send(b"d");
    console.shows("[  Cancel  ]");
    console.send(b"Nothing is wrong");
    console.shows("Nothing is wrong");
    // Through the whole form, and onto Cancel.
    for _ in 0..12 {
        console.send(b"\r");
    }
    console.send(b" y");
    console.until(|screen| {
        !screen.contents().contains("[  Cancel  ]") || screen.contents().contains("> Service")
    });
    assert!(world.channel().is_empty(), "{:?}", world.channel());
}

#[test]
fn the_terminal_is_given_back_on_term() {
    let world = World::new();
    let mut console = world.console("one", "sato", "en", 80, 24);
    signal(console.pid(), "TERM");
    console.end();
    console.assert_restored();
}

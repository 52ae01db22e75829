//! A drill in the Slack in which people work: one plays at a console, one has Slack alone, the
//! scripted people have names and no users.

use super::drill::direct;
use super::rig::{COMPANY, World};
use crate::peers::rig::Console;
use crate::terminal::session::Session;
use matoi::app::snapshot::Person;
use matoi::domain::event::{Body, Phase};
use matoi::domain::ids::UserId;
use matoi::domain::incident::Incident;
use matoi::domain::secret::Secret;
use matoi::domain::words::Lang;
use matoi::drill::debrief::Debrief;
use matoi::drill::shipped::Shipped;
use matoi::stage::cast;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const NAME: &str = "web-top-page";

fn played(dir: &std::path::Path) -> World {
    let lang = Lang::Ja;
    let mut w = World::new("14:30", lang, COMPANY, &["sato"]);
    // Real work goes on beside it.
    w.act("sato", "d", &[("service", "shop"), ("title", "本物の障害")]);
    w.at("sato").keys("Esc");
    let scenario = Shipped::named(NAME).expect("shipped").parse();
    let scenario = scenario.expect("whole");
    let bot = UserId::new(w.bot());
    let token = Secret::new(w.slack.bot_token());
    let voices = cast::voices(&scenario, lang, &bot, &token);
    let players = ["sato", "suzuki"].map(|handle| Person {
        id: w.id_of(handle),
        name: handle.to_owned(),
        handle: handle.to_owned(),
        bot: false,
    });
    direct(
        &mut w,
        "sato",
        scenario,
        (NAME, dir),
        voices,
        players.to_vec(),
    );
    w
}

/// What the scripted people wrote: under which name, and what.
fn voices(w: &World, room: &str) -> Vec<(String, String)> {
    let all = w.messages(room).into_iter();
    let all = all.filter(|m| m["subtype"] == "bot_message");
    let text = |m: &Value, key: &str| m[key].as_str().unwrap_or_default().to_owned();
    all.inspect(|m| assert!(m["metadata"].is_null(), "no event: {m}"))
        .map(|m| (text(&m, "username"), text(&m, "text")))
        .collect()
}

fn incident(w: &mut World) -> std::sync::Arc<Incident> {
    w.at("sato").model.incident().cloned().expect("a room")
}

#[test]
fn in_slack_the_scripted_people_have_voices_and_no_users() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut w = played(dir.path());
    let real = w.channel("shop-");
    w.at("sato").keys("Enter");
    w.pass(30);
    let room = w.channel("drill-");
    assert!(
        w.at("sato").screen().contains("訓練"),
        "the mark of a drill"
    );
    let members = w.call("sato", "conversations.members", json!({"channel": room}));
    let mut members: Vec<&str> = members["members"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    members.sort_unstable();
    let mut wanted = vec![w.bot().to_owned(), w.id_of("sato").to_string()];
    wanted.push(w.id_of("suzuki").to_string());
    wanted.sort_unstable();
    assert_eq!(members, wanted, "who takes part, and nobody else");
    let trouble = w
        .at("sato")
        .model
        .drill
        .clone()
        .expect("a drill")
        .trouble
        .clone();
    assert!(trouble.is_empty(), "{trouble:?}");
    let told = voices(&w, &room);
    let briefing = &told.first().expect("the briefing").1;
    assert!(briefing.contains("名前を書いて話しかけて") && briefing.contains("花田"));
    assert!(
        told.iter().all(|(name, _)| name.ends_with("[訓練]")),
        "{told:?}"
    );

    w.act("sato", "h", &[]);
    w.act("sato", "l", &[("level", "2")]);
    let line = "花田さん: Ansible を止めて、どのサーバーに適用済みか確認";
    let task = [("line", line), ("person", "@sato"), ("minutes", "3")];
    w.act("sato", ", t", &task);
    w.post(
        "suzuki",
        &room,
        "水野さん、LB の件で力を貸してください。来てください。",
    );
    w.pass(120);
    let told = voices(&w, &room);
    let spoke = |who: &str| {
        told.iter()
            .any(|(name, _)| name == &format!("{who} [訓練]"))
    };
    assert!(spoke("水野"), "who is asked to come comes: {told:?}");
    let now = incident(&mut w);
    let matter = &now.work.matters[0];
    assert!(!matter.is_open(), "whose name the task holds does it");
    let result = matter.settled[0].line.clone().unwrap_or_default();
    assert!(result.starts_with("花田: "), "{result}");
    assert_eq!(matter.settled[0].by.as_str(), w.bot());

    // A proposal of theirs is one in the record, and is decided like any other.
    // It is written as the clock shows 14:36:00; the console may read it at its next look.
    w.until("14:36");
    w.settle();
    let now = incident(&mut w);
    let d1 = now
        .work
        .matters
        .iter()
        .find(|m| m.line.starts_with("花田: "));
    let d1 = d1.filter(|m| m.sort.verb().row().name == "decide");
    let d1 = d1.expect("a decision").handle();
    w.act("sato", ", s", &[("entry", &d1), ("state", "rejected")]);
    // What somebody of the script said can be kept like anybody's word, and is nobody's event.
    let ts = w.last_with(&room, "Ansible はまだ流れて");
    w.pin("suzuki", &room, &ts);
    let now = incident(&mut w);
    let pinned = |body: &Body| matches!(body, Body::Pinned { excerpt, .. } if excerpt.contains("Ansible はまだ流れて"));
    assert!(now.entries.iter().any(|entry| pinned(&entry.body)));
    assert!(now.roster.keys().all(|user| user.as_str() != w.bot()));

    w.at("sato").keys("K e Tab Enter");
    w.settle();
    let report = std::fs::read_to_string(dir.path().join("report.json")).expect("a report");
    let report: Debrief = serde_json::from_str(&report).expect("a debrief");
    for act in ["command", "level", "stop", "expert", "refuse"] {
        let line = report.score.acts.iter().find(|line| line.act == act);
        assert!(
            line.is_some_and(|line| line.points > 0.0),
            "{act}: {line:?}"
        );
    }
    assert_eq!(
        incident(&mut w).phase,
        Phase::Cancelled,
        "nothing goes on asking"
    );
    assert!(
        voices(&w, &room)
            .iter()
            .any(|(_, text)| text.contains("訓練を終了します"))
    );
    let beside = w.messages(&real);
    let of_drill = |m: &&Value| {
        let text = m["text"].as_str().unwrap_or_default();
        m["subtype"] == "bot_message" || text.contains("訓練")
    };
    let leaked = beside.iter().find(of_drill);
    assert_eq!(leaked, None, "nothing of it is anywhere else");
    let all = &w.at("sato").model.snapshot.incidents;
    let open = all.iter().filter(|s| !s.incident.phase.is_over());
    assert_eq!(open.count(), 1, "the real one goes on");
}

/// The program itself, on a workspace that is served as Slack is.
#[test]
fn the_program_plays_a_drill_in_what_it_takes_for_slack() {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_matoi"));
    serve
        .args(["workspace", "serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut served = Served(serve.spawn().expect("it runs"));
    let mut line = String::new();
    let out = served.0.stdout.take().expect("piped");
    BufReader::new(out).read_line(&mut line).expect("a line");
    let at: Value = serde_json::from_str(&line).expect("JSON");
    let mut console = Console::local("@sato", "");
    for (key, name) in [
        ("MATOI_SLACK_TOKEN", "token"),
        ("MATOI_SLACK_API_URL", "url"),
    ] {
        console.set(key, at[name].as_str().expect("a text"));
    }
    console.set("TERM", "xterm-256color");
    let refused = console.run(&["drill", "run", "slack-fails", "--in-slack"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let lead = console.run(&["drill", "run", "first-steps", "--in-slack", "--host"]);
    assert!(lead.code == 2 && lead.err.contains("--players"), "{lead:?}");
    let mut command = console.command(&["drill", "run", "first-steps", "--in-slack"]);
    command.stdin(Stdio::inherit());
    let mut session = Session::of(command, 120, 35);
    session.shows("You are on call for a web shop");
    session.send(b"\r");
    // What the monitor says, in the channel's pane, under a name that says what it is.
    session.shows("[CRITICAL] checkout");
    session.send(b"\x03");
    session.shows("[> Cancel <]");
    session.send(b"\t\r");
    assert!(session.end().success());
    let open = console.json(&["list"]);
    let drills = open.as_array().expect("a list");
    assert!(drills.iter().all(|one| one["drill"] == true), "{open}");
    let mut kept = std::fs::read_dir(console.data().join("drills")).expect("runs");
    assert!(kept.any(|run| run.is_ok_and(|run| run.path().join("report.md").exists())));
}

/// Ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

//! What other incident tools did wrong in the field.

use super::super::listen::{call, say};
use super::super::peers::rig::{
    Console as Runs, channel, events, heard, id, shared, texts, workspace,
};
use super::room::Rooms;
use crossterm::event::KeyCode;
use matoi::domain::decide::Command;
use matoi::domain::ids::SlackTs;
use matoi::workspace::faults::{Fault, Kind};
use serde_json::json;

// Red without `if model.home.selected.is_none()` of `arrived` in src/app/update/mod.rs.
#[test]
fn a_refresh_moved_the_selection() {
    let mut rooms = Rooms::of(&["sato", "emma"], "");
    rooms.declare_as(0, "Mail is late", |_| {});
    rooms.declare_as(0, "Cart is down", |_| {});
    let home = rooms.at[0].screen();
    assert!(home.contains("Mail is late"), "{home}");
    rooms.at[0].press(KeyCode::Char('j'));
    // What others declare comes in above, in the moment before the key.
    rooms.declare_as(1, "Search is slow", |_| {});
    let home = rooms.at[0].screen();
    assert!(home.contains("Search is slow"), "{home}");
    let room = rooms.at[0].enter();
    let top: Vec<&str> = room.lines().take(3).collect();
    assert!(top.join("\n").contains("Mail is late"), "{room}");
}

// Hangs on `.skip(first)` of `draw` in src/ui/overlay/form.rs.
#[test]
fn a_confirmation_scrolled_off_a_narrow_terminal() {
    for size in [(80, 24), (60, 16), (40, 12)] {
        let mut rooms = Rooms::of(&["sato"], "");
        rooms.declare(0);
        rooms.at[0].enter();
        rooms.at[0].resize(size);
        rooms.at[0].press(KeyCode::Char('r'));
        let screen = rooms.at[0].screen();
        for words in ["Cart is down", "Cancel", "recovered"] {
            assert!(screen.contains(words), "{words} at {size:?}:\n{screen}");
        }
        // And it is no freeze: the way out is there.
        rooms.at[0].press(KeyCode::Esc);
        assert!(!rooms.at[0].screen().contains("[  Cancel  ]"));
    }
}

// Red without `self.set_batch(step, &batch, &refused.into(), true)` in src/domain/sync/answers.rs.
#[test]
fn a_spinner_for_ever_after_an_error() {
    let mut rooms = Rooms::of(
        &["sato"],
        "[timers]\nask_times = 0\nask_situation_seconds = 0\n",
    );
    let (incident, room) = rooms.declare(0);
    let fault = Fault::error("chat.postMessage", "restricted_action");
    rooms.slack.add_fault(fault);
    let note = Command::Note("rolled back build 812".to_owned());
    rooms.act(0, Some(&incident), note);
    let screen = rooms.at[0].enter();
    for mark in ["(saving)", "(queued)", "(sending)"] {
        assert!(!screen.contains(mark), "{mark}: {screen}");
    }
    assert!(screen.contains("failed"), "{screen}");
    rooms.slack.clear_faults();
    rooms.pass(2);
    assert_eq!(
        rooms.count(&room, "build 812"),
        0,
        "given to a person to decide"
    );
}

// Red with pages of one message: `limit(query.limit, 999)` in src/io/slack/calls.rs.
#[test]
fn eight_hundred_alerts_made_hundreds_of_calls() {
    let mut rooms = Rooms::of(
        &["sato"],
        "[timers]\nask_times = 0\nask_situation_seconds = 0\n",
    );
    let (incident, room) = rooms.declare(0);
    say(&rooms.slack, "ito", &room, "here they come");
    for n in 0..800 {
        let args = json!({"channel": room, "text": format!("ALERT {n}: 5xx")});
        call(&rooms.slack, "ito", "chat.postMessage", args);
    }
    let (met, posts) = (rooms.slack.calls_met(), rooms.slack.with_state(|s| s.posts));
    rooms.pass(1);
    let made = rooms.slack.calls_met() - met;
    assert!(made < 40, "{made} calls for 800 messages");
    assert_eq!(
        rooms.slack.with_state(|s| s.posts),
        posts,
        "and none is answered"
    );
    assert!(rooms.at[0].read(&incident) > 800, "all of them");
    assert!(rooms.at[0].enter().contains("ALERT 799"));
}

// Hangs on `sweep.stuck < STUCK_MAX` in src/domain/sync/sweep.rs.
#[test]
fn a_page_loop_never_ended() {
    let mut rooms = Rooms::of(
        &["sato"],
        "[timers]\nask_times = 0\nask_situation_seconds = 0\n",
    );
    let (incident, room) = rooms.declare(0);
    let endless = Fault::always("conversations.history", Kind::EndlessPages);
    rooms.slack.add_fault(endless);
    let met = rooms.slack.calls_met();
    rooms.pass(2);
    let made = rooms.slack.calls_met() - met;
    assert!(made < 200, "{made} calls");
    rooms.slack.clear_faults();
    rooms.act(0, Some(&incident), Command::Note("still alive".to_owned()));
    assert_eq!(rooms.count(&room, "still alive"), 1);
}

// Red without `if !model.overlays.is_empty() { return over::key(…) }` in src/app/update/mod.rs.
#[test]
fn global_keys_ate_letters_typed_into_a_field() {
    let mut rooms = Rooms::of(&["sato"], "");
    let (_, room) = rooms.declare(0);
    rooms.at[0].enter();
    rooms.at[0].press(KeyCode::Char('n'));
    // Every letter of these is a key of the room.
    let text = "dolhsnrcCtpwa+-UTDRxMOEeP12z?J!W: jk";
    for letter in text.chars() {
        rooms.at[0].press(KeyCode::Char(letter));
    }
    rooms.at[0].press(KeyCode::Enter);
    rooms.pass(1);
    let escaped = rooms.count(&room, text);
    assert_eq!(escaped, 1, "{:#?}", rooms.told(&room));
}

// Hangs on the pick that `Space` opens where no item is selected, in src/app/update/command.rs.
#[test]
fn keys_acted_with_nothing_selected() {
    let mut rooms = Rooms::of(
        &["sato"],
        "[timers]\nask_times = 0\nask_situation_seconds = 0\n",
    );
    let (incident, room) = rooms.declare(0);
    let level = rooms.at[0].level(&incident, "3");
    rooms.act(0, Some(&incident), level);
    rooms.at[0].enter();
    let before = rooms.told(&room).len();
    rooms.at[0].press(KeyCode::Char('6'));
    rooms.at[0].press(KeyCode::Char(' '));
    let screen = rooms.at[0].screen();
    rooms.at[0].press(KeyCode::Esc);
    rooms.pass(1);
    assert_eq!(rooms.told(&room).len(), before, "{screen}");
    let done = rooms.at[0].state(&incident).progress().0;
    assert_eq!(done, 0);
    assert!(
        screen.contains("mark an item as done"),
        "it asks which: {screen}"
    );
}

// Red without `current.value != *value` of `overtaken` in src/domain/incident.rs: nobody would be
// overtaken.
#[test]
fn a_commander_change_came_back_after_a_reload() {
    let slack = workspace();
    let one = Runs::on(&slack, "@sato", super::COMPANY);
    let mut two = Runs::on(&slack, "@emma", super::COMPANY);
    let (incident, _) = super::shop_fails(&one);
    two.run(&["sync", "--once"]).ok();
    // Both take a vacant command, one of them without having seen the other.
    let url = slack.url();
    two.set("MATOI_SLACK_API_URL", "http://127.0.0.1:9/api/");
    assert_eq!(two.run(&["command", &incident]).code, 4);
    one.run(&["command", &incident]).ok();
    two.set("MATOI_SLACK_API_URL", &url);
    let told = two.run(&["sync", "--once"]);
    assert!(told.err.contains("did not count"), "{told:?}");
    // Whoever starts anew, from a journal or from nothing, sees the same one.
    let three = Runs::on(&slack, "@ito", super::COMPANY);
    let sato = json!(super::id_of(&slack, "sato"));
    for console in [&one, &two, &three] {
        for _ in 0..2 {
            // The loser of the two is told so each time, until it is settled.
            console.run(&["sync", "--once"]);
            let state = console.json(&["show", &incident]);
            assert_eq!(state["commander"], sato, "{state:#}");
        }
    }
    assert_eq!(
        shared(one.json(&["show", &incident])),
        shared(two.json(&["show", &incident]))
    );
}

// Red with one register for all items: `item:{item}` in src/domain/event.rs.
#[test]
fn two_quick_clicks_undid_each_other() {
    let slack = workspace();
    let one = Runs::on(&slack, "@sato", super::COMPANY);
    let mut two = Runs::on(&slack, "@emma", super::COMPANY);
    let (incident, _) = super::shop_fails(&one);
    one.run(&["level", &incident, "1"]).ok();
    two.run(&["sync", "--once"]).ok();
    let url = slack.url();
    two.set("MATOI_SLACK_API_URL", "http://127.0.0.1:9/api/");
    for item in ["1", "3"] {
        assert_eq!(two.run(&["tick", &incident, item]).code, 4);
    }
    for item in ["1", "2"] {
        one.run(&["tick", &incident, item]).ok();
    }
    two.set("MATOI_SLACK_API_URL", &url);
    two.run(&["sync", "--once"]).ok();
    one.run(&["sync", "--once"]).ok();
    for console in [&one, &two] {
        let state = console.json(&["show", &incident]);
        let states: Vec<&str> = state["checklist"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|item| item["state"].as_str())
            .collect();
        assert_eq!(states[..4], ["done", "done", "done", "open"]);
    }
}

// Red with whole seconds for `{ts}` in `pin:{ts}` of src/domain/event.rs.
#[test]
fn unpinning_erased_entries_that_shared_the_timestamp() {
    let mut rooms = Rooms::of(
        &["sato"],
        "[timers]\nask_times = 0\nask_situation_seconds = 0\n",
    );
    let (incident, room) = rooms.declare(0);
    // Within one second.
    let first = say(&rooms.slack, "emma", &room, "first sign");
    let second = say(&rooms.slack, "ito", &room, "second sign");
    assert_eq!(first.split('.').next(), second.split('.').next());
    rooms.at[0].enter();
    let pin = |rooms: &Rooms, method: &str, ts: &str| {
        let args = json!({"channel": room, "timestamp": ts});
        call(&rooms.slack, "emma", method, args);
    };
    for ts in [&first, &second] {
        pin(&rooms, "pins.add", ts);
    }
    rooms.pass(5);
    let pinned = |rooms: &mut Rooms| {
        let state = rooms.at[0].state(&incident);
        [&first, &second].map(|ts| state.pinned(&SlackTs::parse(ts).expect("a ts")))
    };
    assert_eq!(pinned(&mut rooms), [true, true]);
    let record = rooms.at[0].state(&incident).entries.len();
    pin(&rooms, "pins.remove", &first);
    rooms.pass(5);
    assert_eq!(pinned(&mut rooms), [false, true]);
    // Out of the story, and in the record: a removal is a fact more.
    assert_eq!(rooms.at[0].state(&incident).entries.len(), record + 1);
}

// Red without the zone in `instant(zone, day.and_time(time))` in src/app/clock.rs.
#[test]
fn times_were_stored_as_local_strings() {
    let slack = workspace();
    let in_zone = |who: &str, zone: &str| {
        let console = Runs::on(&slack, who, super::COMPANY);
        let file = console.dir.path().join("config.toml");
        let text = std::fs::read_to_string(&file).expect("readable");
        std::fs::write(file, format!("time_zone = \"{zone}\"\n{text}")).expect("written");
        console
    };
    let tokyo = in_zone("@sato", "JST");
    let mut other = in_zone("@emma", "-05:00");
    other.set("TZ", "America/New_York");
    let (incident, _) = super::shop_fails(&tokyo);
    let at = chrono::Utc::now() - chrono::TimeDelta::minutes(20);
    let jst = at + chrono::TimeDelta::hours(9);
    let typed = jst.format("%H:%M").to_string();
    tokyo
        .run(&["milestone", &incident, "detected", &typed])
        .ok();
    other.run(&["sync", "--once"]).ok();
    let wanted = at.format("%Y-%m-%dT%H:%M:00.000Z").to_string();
    for console in [&tokyo, &other] {
        let state = console.json(&["show", &incident]);
        assert_eq!(state["milestones"]["detected"], json!(wanted));
    }
}

// Red without `(self.private, private)` in src/domain/outlets.rs.
#[test]
fn the_meeting_link_of_a_private_incident_was_broadcast() {
    let slack = workspace();
    let company = super::COMPANY.replace(
        "[broadcast]\n",
        "[broadcast]\nsecurity = [\"#dev\", \"#exec\"]\n",
    );
    let console = Runs::on(&slack, "@sato", &company);
    let args = [
        "declare",
        "--service",
        "shop",
        "--kind",
        "security",
        "--title",
        "Odd logins",
    ];
    let state = console.json(&args);
    let (incident, room) = (id(&state), channel(&state));
    let link = "https://meet.example.com/abc-defg";
    console.run(&["meeting", &incident, link]).ok();
    console.run(&["command", &incident]).ok();
    console.run(&["level", &incident, "1"]).ok();
    console.run(&["recover", &incident]).ok();
    for place in ["general", "dev", "support", "leads", "exec"] {
        for words in [link, "Odd logins", &room] {
            assert_eq!(heard(&slack, place, words), 0, "{words} in {place}");
        }
    }
    assert!(slack.with_state(|state| {
        let rooms = state.channels().find(|it| it.channel.id == room);
        let texts = rooms.expect("it exists").messages.values();
        texts.into_iter().any(|message| message.text.contains(link))
    }));
    let briefing = console.run(&["briefing", &incident]).ok();
    assert!(
        briefing.out.starts_with("[PRIVATE: do not pass on]"),
        "{}",
        briefing.out
    );
}

// Red with `Pending` for an `Ambiguous` answer of `batch_answered` in src/domain/sync/answers.rs.
#[test]
fn messages_were_doubled_after_a_time_out() {
    let slack = workspace();
    let console = Runs::on(&slack, "@sato", super::COMPANY);
    let (incident, room) = super::shop_fails(&console);
    // Reads lag behind by less than what is waited for: looking at once would show nothing.
    let file = console.dir.path().join("config.toml");
    let text = std::fs::read_to_string(&file).expect("readable");
    let text = text.replace("read_lag_seconds = 1", "read_lag_seconds = 4");
    std::fs::write(file, text).expect("written");
    slack.add_fault(Fault::always("conversations.history", Kind::ReadLag).seconds(2.5));
    let lost = Fault::always("chat.postMessage", Kind::ResetAfterCommit).times(1);
    slack.add_fault(lost);
    console.run(&["note", &incident, "rolled back build 812"]);
    console.run(&["sync", "--once"]).ok();
    let told = texts(&slack, &room);
    let told = told.iter().filter(|text| text.contains("build 812"));
    assert_eq!(told.count(), 1);
    let mut all = events(&slack, &room);
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

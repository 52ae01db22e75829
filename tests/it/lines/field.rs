//! What other incident tools did wrong in the field.

use super::super::listen::{call, say};
use super::super::peers::rig::{
    Console as Runs, channel, events, heard, id, shared, texts, workspace,
};
use super::super::stories::rig::World;
use super::super::stories::told;
use super::{UNASKED, cart, consoles};
use matoi::domain::ids::SlackTs;
use matoi::domain::words::Lang;
use matoi::workspace::faults::{Fault, Kind};
use serde_json::json;

// Red without `if model.home.selected.is_none()` of `arrived` in src/app/update/mod.rs.
#[test]
fn a_refresh_moved_the_selection() {
    let mut w = consoles(Lang::En, &["sato", "emma"], UNASKED);
    for title in ["Mail is late", "Cart is down"] {
        w.act("sato", "d", &[("title", title)]);
        w.at("sato").keys("Esc");
    }
    w.at("sato").keys("Home j");
    let home = w.at("sato").screen();
    assert!(home.contains("Mail is late"), "{home}");
    // What others declare comes in above, in the moment before the key.
    w.act("emma", "d", &[("title", "Search is slow")]);
    let home = w.at("sato").screen();
    assert!(home.contains("Search is slow"), "{home}");
    w.at("sato").keys("Enter");
    let room = w.at("sato").screen();
    let top: Vec<&str> = room.lines().take(3).collect();
    assert!(top.join("\n").contains("Mail is late"), "{room}");
}

// Hangs on `.skip(first)` of `draw` in src/ui/overlay/form.rs.
#[test]
fn a_confirmation_scrolled_off_a_narrow_terminal() {
    for (columns, rows) in [(80, 24), (60, 16), (40, 12)] {
        let mut w = consoles(Lang::En, &["sato"], UNASKED);
        cart(&mut w);
        let desk = w.at("sato");
        desk.screen_at(columns, rows);
        desk.keys("r");
        let screen = desk.screen_at(columns, rows);
        for words in ["Cart is down", "Cancel", "recovered"] {
            assert!(screen.contains(words), "{words} at {columns}:\n{screen}");
        }
        // And it is no freeze: the way out is there.
        desk.keys("Esc");
        assert!(!desk.screen_at(columns, rows).contains("[  Cancel  ]"));
        // A long one shows what has the keys: its button, at its very end.
        w.act("sato", "r", &[]);
        let desk = w.at("sato");
        desk.screen_at(columns, rows);
        desk.keys("R Tab Tab");
        let screen = desk.screen_at(columns, rows);
        assert!(screen.contains("[> resolve <]"), "{columns}:\n{screen}");
    }
}

// Red without `self.set_batch(step, &batch, &refused.into(), true)` in src/domain/sync/answers.rs.
#[test]
fn a_spinner_for_ever_after_an_error() {
    let mut w = consoles(Lang::En, &["sato"], UNASKED);
    let room = cart(&mut w);
    let fault = Fault::error("chat.postMessage", "restricted_action");
    w.slack.add_fault(fault);
    w.act_offline("sato", "n", &[("text", "rolled back build 812")]);
    w.pass(60);
    let screen = w.at("sato").screen();
    for mark in ["(saving)", "(queued)", "(sending)"] {
        assert!(!screen.contains(mark), "{mark}: {screen}");
    }
    assert!(screen.contains("failed"), "{screen}");
    w.slack.clear_faults();
    w.pass(120);
    let sent = w.count(&room, "build 812");
    assert_eq!(sent, 0, "given to a person to decide");
}

// Red with pages of one message: `0 => "200"` of `limit` in src/io/slack/calls.rs.
#[test]
fn eight_hundred_alerts_made_hundreds_of_calls() {
    let mut w = consoles(Lang::En, &["sato"], UNASKED);
    let room = cart(&mut w);
    say(&w.slack, "ito", &room, "here they come");
    for n in 0..800 {
        let args = json!({"channel": room, "text": format!("ALERT {n}: 5xx")});
        call(&w.slack, "ito", "chat.postMessage", args);
    }
    let (met, posts) = (w.slack.calls_met(), w.slack.with_state(|s| s.posts));
    w.pass(60);
    let made = w.slack.calls_met() - met;
    assert!(made < 40, "{made} calls for 800 messages");
    let after = w.slack.with_state(|s| s.posts);
    assert_eq!(after, posts, "and none is answered");
    assert!(w.at("sato").read() > 800, "all of them");
    assert!(w.at("sato").screen().contains("ALERT 799"));
}

// Red without `sweep.stuck < STUCK_MAX` in src/domain/sync/sweep.rs.
#[test]
fn a_page_loop_never_ended() {
    let mut w = consoles(Lang::En, &["sato"], UNASKED);
    let room = cart(&mut w);
    let endless = Fault::always("conversations.history", Kind::EndlessPages);
    w.slack.add_fault(endless);
    let met = w.slack.calls_met();
    w.pass(120);
    let made = w.slack.calls_met() - met;
    assert!(made < 200, "{made} calls");
    // Each walk has come to its end: what is on the screen is of now.
    let screen = w.at("sato").screen();
    let header = screen.lines().next().expect("a header");
    assert!(header.contains("s ago"), "{screen}");
    w.slack.clear_faults();
    w.act("sato", "n", &[("text", "still alive")]);
    assert_eq!(w.count(&room, "still alive"), 1);
}

// Red without `if !model.overlays.is_empty() { return over::key(…) }` in src/app/update/mod.rs.
#[test]
fn global_keys_ate_letters_typed_into_a_field() {
    let mut w = consoles(Lang::En, &["sato"], UNASKED);
    let room = cart(&mut w);
    w.at("sato").keys("n");
    // Every letter of these is a key of the room.
    let text = "dolhsnrcCtpwa+-UTDRxMOEeP12z?J!W: jk";
    w.at("sato").write(text);
    w.at("sato").keys("Enter");
    w.settle();
    let told = told::channel(&w, &room);
    assert_eq!(told.matches(text).count(), 1, "{told}");
}

// Red with the first item for `None` of `selected_item` in src/app/availability.rs.
#[test]
fn keys_acted_with_nothing_selected() {
    let mut w = consoles(Lang::En, &["sato"], UNASKED);
    let room = cart(&mut w);
    w.act("sato", "l", &[("level", "3")]);
    let before = w.messages(&room).len();
    w.at("sato").keys("6 Space");
    let screen = w.at("sato").screen();
    w.at("sato").keys("Esc");
    w.settle();
    assert_eq!(w.messages(&room).len(), before, "{screen}");
    assert_eq!(w.at("sato").here().progress().0, 0);
    let asks = "mark an item as done";
    assert!(screen.contains(asks), "it asks which: {screen}");
}

// Red without `overtaken.map(|(register, _)| register.clone())` of `apply` in src/domain/incident.rs:
// nobody would be overtaken.
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
    let mut w = consoles(Lang::En, &["sato"], UNASKED);
    let room = cart(&mut w);
    // Within one second.
    let first = say(&w.slack, "emma", &room, "first sign");
    let second = say(&w.slack, "ito", &room, "second sign");
    assert_eq!(first.split('.').next(), second.split('.').next());
    w.pin("emma", &room, &first);
    w.pin("emma", &room, &second);
    let pinned = |w: &mut World| {
        let state = w.at("sato").here();
        [&first, &second].map(|ts| state.pinned(&SlackTs::parse(ts).expect("a ts")))
    };
    assert_eq!(pinned(&mut w), [true, true]);
    let record = w.at("sato").here().entries.len();
    let args = json!({"channel": room, "timestamp": first});
    call(&w.slack, "emma", "pins.remove", args);
    w.settle_long();
    assert_eq!(pinned(&mut w), [false, true]);
    // Out of the story, and in the record: a removal is a fact more.
    assert_eq!(w.at("sato").here().entries.len(), record + 1);
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

// Red without `(self.private, private)` in src/domain/outlets.rs; its end without
// `(sight.private || sight.restricted, &PRIVATE)` of `mark` in src/app/briefing.rs.
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
    // What was sent a moment ago is to be seen here at once.
    slack.clear_faults();
    let told = texts(&slack, &room);
    let told = told.iter().filter(|text| text.contains("build 812"));
    assert_eq!(told.count(), 1);
    let mut all = events(&slack, &room);
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

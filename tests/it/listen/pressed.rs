//! Answers without a command, under a clock that the test moves: what people press on the
//! timekeeper's questions, and on messages of their own.

use super::super::lines::{cart, consoles};
use super::super::stories::rig::World;
use matoi::domain::event::Milestone;
use matoi::domain::incident::Incident;
use matoi::domain::words::Lang;
use matoi::domain::work::Sort;
use serde_json::Value;
use std::sync::Arc;

fn here(w: &mut World) -> Arc<Incident> {
    w.at("sato").here()
}

/// The names that the program pressed on a message.
fn offered(w: &World, room: &str, words: &str) -> Vec<String> {
    let ts = w.last_with(room, words);
    let all = w.messages(room);
    let message = all.iter().find(|message| message["ts"] == ts.as_str());
    let reactions = message.and_then(|message| message["reactions"].as_array());
    let mine = |reaction: &&Value| {
        let users = reaction["users"].as_array();
        users.is_some_and(|users| users.iter().any(|user| user == w.bot()))
    };
    let names = reactions.into_iter().flatten().filter(mine);
    names
        .filter_map(|reaction| Some(reaction["name"].as_str()?.to_owned()))
        .collect()
}

/// Red without the arms `Turn::` of `reactions_of` in src/domain/sync/listen/ask.rs, and without
/// `asked_for` in src/domain/sync/listen/react.rs.
#[test]
fn the_timekeeper_is_answered_by_one_press() {
    for (lang, other, worse, relief) in [
        (
            Lang::En,
            "an alternative?",
            "level still right?",
            "need relief?",
        ),
        (Lang::Ja, "別の手", "レベルはいまのまま", "交代が必要"),
    ] {
        let mut w = consoles(lang, &["sato"], "[timers]\nask_times = 0\n");
        let room = cart(&mut w);
        w.act("sato", "h", &[]);
        w.join("emma", &room);
        for (words, name) in [
            (other, "thinking_face"),
            (worse, "arrow_up"),
            (relief, "raising_hand"),
        ] {
            w.pass(15 * 60);
            assert_eq!(offered(&w, &room, words), [name], "{words}");
            w.press("emma", &room, words, name);
            w.settle();
        }
        let now = here(&mut w);
        let lines = |sort: Sort| {
            let open = now.work.open(sort);
            open.map(|matter| matter.line.clone()).collect::<Vec<_>>()
        };
        assert_eq!(lines(Sort::Question).len(), 2, "{now:?}");
        let needs = lines(Sort::Need);
        assert!(
            needs.len() == 1 && needs[0].to_lowercase().contains("emma"),
            "{needs:?}"
        );
    }
}

/// Red without `first_noticed` and `is_asked` in src/domain/sync/listen/react.rs.
#[test]
fn a_message_is_marked_as_the_first_to_notice_it_and_a_reply_as_the_situation() {
    let mut w = consoles(Lang::En, &["sato"], "[timers]\nask_times = 0\n");
    let room = cart(&mut w);
    w.join("emma", &room);
    let first = w.post("emma", &room, "carts are empty here");
    w.pass(60);
    w.act("sato", "h", &[]);
    w.pass(30);
    // It was declared before anybody wrote here: that is what the question offers.
    assert_eq!(offered(&w, &room, "first noticed?"), ["white_check_mark"]);
    w.press("emma", &room, "carts are empty", "bell");
    w.settle();
    let noticed = |w: &mut World| here(w).milestones[&Milestone::Detected].clone();
    let marked = noticed(&mut w);
    assert_eq!(
        marked.time.timestamp().to_string(),
        first.split('.').next().unwrap_or("")
    );
    w.press("emma", &room, "first noticed?", "white_check_mark");
    w.settle();
    assert_eq!(
        Some(noticed(&mut w).time),
        here(&mut w).declared,
        "only to an earlier time"
    );

    let asked = w.last_with(&room, "What is the situation?");
    w.call(
        "emma",
        "chat.postMessage",
        serde_json::json!({"channel": room, "thread_ts": asked, "text": "carts lose items, web only"}),
    );
    w.settle();
    // A message that was not asked for is nobody's situation.
    w.press("emma", &room, "carts are empty", "memo");
    w.settle();
    assert_eq!(here(&mut w).situation, None);
    let replies = w.replies(&room, &asked);
    let reply = replies
        .iter()
        .rfind(|m| m["text"] == "carts lose items, web only");
    let ts = reply.and_then(|m| m["ts"].as_str()).expect("a reply");
    w.call(
        "emma",
        "reactions.add",
        serde_json::json!({"channel": room, "timestamp": ts, "name": "memo"}),
    );
    w.settle_long();
    let now = here(&mut w);
    let situation = now.situation.as_ref().expect("written");
    assert_eq!(situation.text, "carts lose items, web only");
    assert_eq!(situation.by, w.id_of("emma"));
}

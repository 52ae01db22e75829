//! Paging, windows, threads, and what holds whatever is done to a channel.

use super::world::{World, at};
use matoi::workspace::answer::Answer;
use matoi::workspace::model::{Micros, SECOND};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn messages(answer: &Answer) -> Vec<Value> {
    at(answer, "/messages")
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn ts_of(messages: &[Value]) -> Vec<String> {
    messages
        .iter()
        .map(|message| message["ts"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Follows the cursors to the end; at most 1,000 pages.
fn drain(world: &mut World, method: &str, args: &Value) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut args = args.clone();
    for _ in 0..1_000 {
        let answer = world.ok("matoi", method, args.clone());
        pages.push(messages(&answer));
        let more = at(&answer, "/has_more") == true;
        let cursor = at(&answer, "/response_metadata/next_cursor");
        assert_eq!(
            more,
            cursor.as_str().is_some_and(|cursor| !cursor.is_empty())
        );
        if !more {
            return pages;
        }
        args["cursor"] = cursor;
    }
    pages
}

fn channel_with(world: &mut World, posts: usize) -> Value {
    let made = world.ok("matoi", "conversations.create", json!({ "name": "記録" }));
    let channel = at(&made, "/channel/id");
    for n in 0..posts {
        world.ok(
            "matoi",
            "chat.postMessage",
            json!({ "channel": channel, "text": n.to_string() }),
        );
    }
    channel
}

#[test]
fn pages_walk_backwards_without_gap_or_overlap() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 24);
    let pages = drain(
        &mut world,
        "conversations.history",
        &json!({ "channel": channel, "limit": 7 }),
    );
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [7, 7, 7, 4]);
    let all = ts_of(&pages.concat());
    let mut sorted = all.clone();
    sorted.sort_by(|a, b| b.cmp(a));
    sorted.dedup();
    assert_eq!(all, sorted, "newest first, each once");
}

#[test]
fn what_is_posted_while_paging_neither_shifts_nor_repeats_pages() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 10);
    let first = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel, "limit": 4 }),
    );
    world.ok(
        "matoi",
        "chat.postMessage",
        json!({ "channel": channel, "text": "new" }),
    );
    let cursor = at(&first, "/response_metadata/next_cursor");
    let second = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel, "limit": 4, "cursor": cursor }),
    );
    let (first, second) = (ts_of(&messages(&first)), ts_of(&messages(&second)));
    assert!(
        second
            .iter()
            .all(|ts| ts < &first[3] && !first.contains(ts))
    );
}

#[test]
fn bounds_are_open_unless_inclusive() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 5);
    let all = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel }),
    );
    let all = ts_of(&messages(&all));
    let read = |world: &mut World, inclusive: bool| {
        let args = json!({ "channel": channel, "oldest": all[3], "latest": all[1], "inclusive": inclusive });
        let answer = world.ok("matoi", "conversations.history", args);
        assert_eq!(at(&answer, "/oldest"), json!(all[3]));
        ts_of(&messages(&answer))
    };
    assert_eq!(read(&mut world, false), all[2..3]);
    assert_eq!(read(&mut world, true), all[1..4]);
    // With the message itself gone, its place gives the one before.
    world.ok(
        "matoi",
        "chat.delete",
        json!({ "channel": channel, "ts": all[1] }),
    );
    let args = json!({ "channel": channel, "latest": all[1], "inclusive": true, "limit": 1 });
    let answer = world.ok("matoi", "conversations.history", args);
    assert_eq!(ts_of(&messages(&answer)), all[2..3]);
}

#[test]
fn limits_are_adjusted_not_refused() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 120);
    for (limit, count) in [
        ("0", 100),
        ("-3", 100),
        ("many", 100),
        ("5000", 121),
        ("3", 3),
    ] {
        let args = json!({ "channel": channel, "limit": limit });
        let answer = world.ok("matoi", "conversations.history", args);
        assert_eq!(messages(&answer).len(), count, "{limit}");
    }
}

#[test]
fn the_switches_show_the_other_behaviours() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 30);
    let args = json!({ "channel": channel });
    world.state.quirks.clamp = true;
    let answer = world.ok("matoi", "conversations.history", args.clone());
    assert_eq!(
        (messages(&answer).len(), at(&answer, "/has_more")),
        (15, json!(true))
    );

    world.state.quirks = Default::default();
    world.state.quirks.oldest_page_first = true;
    let args = json!({ "channel": channel, "oldest": "1", "limit": 8 });
    let pages = drain(&mut world, "conversations.history", &args);
    let newest: Vec<String> = pages.iter().map(|page| ts_of(page)[0].clone()).collect();
    assert!(newest.is_sorted(), "the pages walk forwards");
    assert_eq!(pages.concat().len(), 31);

    world.state.quirks = Default::default();
    world.state.quirks.endless = true;
    let pages = drain(
        &mut world,
        "conversations.history",
        &json!({ "channel": channel }),
    );
    assert_eq!(pages.len(), 1_000);
    assert_eq!(pages.concat().len(), 31, "and yet nothing twice");

    world.state.quirks = Default::default();
    world.state.quirks.page_max = Some(0);
    let answer = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel }),
    );
    assert_eq!(
        (messages(&answer).len(), at(&answer, "/has_more")),
        (0, json!(true))
    );
}

#[test]
fn a_lagging_read_shows_a_post_and_its_thread_later() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 1);
    world.state.quirks.lag = 20 * SECOND;
    let parent = world.ok(
        "matoi",
        "chat.postMessage",
        json!({ "channel": channel, "text": "親" }),
    );
    let args = json!({ "channel": channel, "text": "返", "thread_ts": at(&parent, "/ts") });
    world.ok("matoi", "chat.postMessage", args);
    let seen = |world: &mut World| {
        let answer = world.ok(
            "matoi",
            "conversations.history",
            json!({ "channel": channel }),
        );
        messages(&answer)
            .iter()
            .filter(|message| message["text"] == "親")
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(seen(&mut world).is_empty());
    world.now += 17 * SECOND;
    let late = seen(&mut world);
    assert_eq!(late.len(), 1);
    assert!(late[0].get("reply_count").is_none(), "the reply is younger");
    world.now += 5 * SECOND;
    assert_eq!(seen(&mut world)[0]["reply_count"], 1);
}

#[test]
fn replies_come_parent_first_and_page_forwards() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 0);
    let parent = at(
        &world.ok(
            "matoi",
            "chat.postMessage",
            json!({ "channel": channel, "text": "親" }),
        ),
        "/ts",
    );
    for n in 0..7 {
        world.ok(
            "matoi",
            "chat.postMessage",
            json!({ "channel": channel, "text": n.to_string(), "thread_ts": parent }),
        );
    }
    let args = json!({ "channel": channel, "ts": parent, "limit": 3 });
    let pages = drain(&mut world, "conversations.replies", &args);
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 3, 2]);
    let all = ts_of(&pages.concat());
    assert_eq!(json!(all[0]), parent);
    assert!(all.is_sorted());
    // A newer bound keeps the parent; a reply's own ts gives that one alone.
    let args = json!({ "channel": channel, "ts": parent, "oldest": all[5] });
    let newer = world.ok("matoi", "conversations.replies", args);
    assert_eq!(
        ts_of(&messages(&newer)),
        [&all[0], &all[6], &all[7]].map(String::clone)
    );
    let one = world.ok(
        "matoi",
        "conversations.replies",
        json!({ "channel": channel, "ts": all[3] }),
    );
    assert_eq!(ts_of(&messages(&one)), all[3..4]);
    world.state.quirks.repeat_parent = true;
    let args = json!({ "channel": channel, "ts": parent, "limit": 4 });
    let pages = drain(&mut world, "conversations.replies", &args);
    assert!(pages.iter().all(|page| page[0]["ts"] == parent));
}

#[test]
fn the_directory_and_the_lists_page_too() {
    let mut world = World::new();
    let people = world.state.users().count();
    for (method, list, args) in [
        ("users.list", "members", json!({ "limit": 3 })),
        (
            "conversations.members",
            "members",
            json!({ "channel": "#general", "limit": 2 }),
        ),
        (
            "conversations.list",
            "channels",
            json!({ "limit": 4, "exclude_archived": true }),
        ),
        (
            "users.conversations",
            "channels",
            json!({ "limit": 5, "types": "public_channel,private_channel" }),
        ),
    ] {
        let mut seen = BTreeSet::new();
        let mut args = args;
        loop {
            let answer = world.ok("matoi", method, args.clone());
            for item in at(&answer, &format!("/{list}")).as_array().expect("a list") {
                let id = item.get("id").unwrap_or(item).to_string();
                assert!(seen.insert(id), "{method} repeats {item}");
            }
            let cursor = at(&answer, "/response_metadata/next_cursor");
            if cursor == "" {
                break;
            }
            args["cursor"] = cursor;
        }
        assert!(seen.len() > 3, "{method}: {seen:?}");
        if method == "users.list" {
            assert_eq!(seen.len(), people);
        }
    }
}

/// One thing done to the channel by somebody, at a clock that goes where it likes.
#[derive(Clone, Debug)]
enum Act {
    Post,
    Reply(usize, bool),
    Edit(usize),
    Delete(usize),
    React(usize),
    Pin(usize),
    Topic,
    Clock(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let index = 0_usize..40;
    let act = prop_oneof![
        4 => Just(Act::Post),
        4 => (index.clone(), any::<bool>()).prop_map(|(n, b)| Act::Reply(n, b)),
        2 => index.clone().prop_map(Act::Edit),
        3 => index.clone().prop_map(Act::Delete),
        1 => index.clone().prop_map(Act::React),
        1 => index.prop_map(Act::Pin),
        1 => Just(Act::Topic),
        2 => (-100_000_i64..100_000).prop_map(Act::Clock),
    ];
    proptest::collection::vec(act, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn timestamps_grow_and_readings_agree_whatever_is_done(acts in acts()) {
        let mut world = World::new();
        let made = world.ok("matoi", "conversations.create", json!({ "name": "確認" }));
        let channel = at(&made, "/channel/id");
        // Every timestamp ever given out here, in the order it was.
        let mut given: Vec<String> = Vec::new();
        let pick = |given: &[String], n: usize| given.get(n % given.len().max(1)).cloned().unwrap_or_default();
        for act in acts {
            let (method, args) = match act {
                Act::Post => ("chat.postMessage", json!({ "text": "x" })),
                Act::Reply(n, broadcast) => (
                    "chat.postMessage",
                    json!({ "text": "re", "thread_ts": pick(&given, n), "reply_broadcast": broadcast }),
                ),
                Act::Edit(n) => ("chat.update", json!({ "text": "edited", "ts": pick(&given, n) })),
                Act::Delete(n) => ("chat.delete", json!({ "ts": pick(&given, n) })),
                Act::React(n) => ("reactions.add", json!({ "name": "eyes", "timestamp": pick(&given, n) })),
                Act::Pin(n) => ("pins.add", json!({ "timestamp": pick(&given, n) })),
                Act::Topic => ("conversations.setTopic", json!({ "topic": "t" })),
                Act::Clock(secs) => {
                    world.now = (world.now + secs * SECOND).max(SECOND);
                    continue;
                }
            };
            let mut args = args;
            args["channel"] = channel.clone();
            let answer = world.call("matoi", method, args);
            if method == "chat.postMessage" && answer.ok() {
                given.push(at(&answer, "/ts").as_str().expect("a ts").to_owned());
            }
        }
        prop_assert!(given.windows(2).all(|pair| pair[0] < pair[1]), "{given:?}");

        let listed = drain(&mut world, "conversations.history", &json!({ "channel": channel, "limit": 9 })).concat();
        let times = ts_of(&listed);
        prop_assert!(times.windows(2).all(|pair| pair[0] > pair[1]));
        let listed_ts: BTreeSet<String> = times.iter().cloned().collect();
        let mut stored: BTreeSet<String> = BTreeSet::new();
        let id = channel.as_str().expect("an id");
        for (ts, message) in &world.state.channel(id).expect("it is there").messages {
            prop_assert_eq!(
                listed_ts.contains(ts.as_str()),
                message.thread.is_none() || message.broadcast
            );
            stored.insert(ts.as_str().to_owned());
        }
        for message in &listed {
            let Some(count) = message["reply_count"].as_u64() else {
                continue;
            };
            let thread = world.ok("matoi", "conversations.replies", json!({ "channel": channel, "ts": message["ts"] }));
            let replies = messages(&thread);
            prop_assert_eq!(replies.len() as u64, count + 1);
            let last = replies.last().expect("the parent at least");
            prop_assert_eq!(&last["ts"], &message["latest_reply"]);
            prop_assert!(replies.iter().all(|reply| reply["thread_ts"] == message["ts"]));
        }
        // Pins stand for messages that are there.
        let pins = world.ok("matoi", "pins.list", json!({ "channel": channel }));
        for item in at(&pins, "/items").as_array().expect("a list") {
            let ts = item["message"]["ts"].as_str().expect("a ts");
            prop_assert!(stored.contains(ts));
        }
    }
}

#[test]
fn the_free_plan_hides_what_is_old() {
    let mut world = World::new();
    let channel = channel_with(&mut world, 2);
    world
        .state
        .edit_team(|team, _| team.plan = matoi::workspace::model::Plan::Free);
    let days: Micros = 91 * 86_400 * SECOND;
    world.now += days;
    world.ok(
        "matoi",
        "chat.postMessage",
        json!({ "channel": channel, "text": "new" }),
    );
    let answer = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel }),
    );
    assert_eq!(messages(&answer).len(), 1);
    assert_eq!(at(&answer, "/is_limited"), true);
}

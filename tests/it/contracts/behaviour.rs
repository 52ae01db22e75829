//! What people and consoles rely on, method by method.

use super::world::{World, at};
use matoi::workspace::answer::Answer;
use matoi::workspace::model::SECOND;
use serde_json::{Value, json};

fn world() -> (World, Value) {
    let mut world = World::new();
    let made = world.ok(
        "matoi",
        "conversations.create",
        json!({ "name": "障害-決済" }),
    );
    let channel = at(&made, "/channel/id");
    (world, channel)
}

fn post(world: &mut World, by: &str, channel: &Value, text: &str) -> Answer {
    world.ok(
        by,
        "chat.postMessage",
        json!({ "channel": channel, "text": text }),
    )
}

fn newest(world: &mut World, channel: &Value) -> Value {
    let args = json!({ "channel": channel, "limit": 1, "include_all_metadata": true });
    at(
        &world.ok("matoi", "conversations.history", args),
        "/messages/0",
    )
}

fn subtypes(world: &mut World, by: &str, channel: &Value) -> Vec<String> {
    let history = world.ok(by, "conversations.history", json!({ "channel": channel }));
    let messages = at(&history, "/messages");
    let messages = messages.as_array().cloned().unwrap_or_default();
    messages
        .iter()
        .rev()
        .map(|message| message["subtype"].as_str().unwrap_or("").to_owned())
        .collect()
}

#[test]
fn text_is_stored_as_slack_stores_it() {
    let (mut world, channel) = world();
    let sato = world.id("@sato");
    let dev = world.id("#dev");
    for (sent, stored) in [
        (
            "500 <5%> & 増加中 👀",
            "500 &lt;5%&gt; &amp; 増加中 :eyes:".to_owned(),
        ),
        (
            "&amp; &lt;b&gt; は二度は変わらない",
            "&amp; &lt;b&gt; は二度は変わらない".to_owned(),
        ),
        ("> 引用\n5 < 6", "&gt; 引用\n5 &lt; 6".to_owned()),
        (
            "見て https://x.example/a?b=1&c=2。",
            "見て <https://x.example/a?b=1&amp;c=2>。".to_owned(),
        ),
        ("(http://x.example).", "(<http://x.example>).".to_owned()),
        ("`https://x.example`", "`https://x.example`".to_owned()),
        (
            "a@b.example へ",
            "<mailto:a@b.example|a@b.example> へ".to_owned(),
        ),
        ("@sato @here #dev", "@sato @here #dev".to_owned()),
        (
            "<!here> <!unknown> <x>",
            "<!here> &lt;!unknown&gt; &lt;x&gt;".to_owned(),
        ),
        (
            "<https://x.example|手順>",
            "<https://x.example|手順>".to_owned(),
        ),
        (
            &format!("<@{sato}|佐藤> <#{dev}>"),
            format!("<@{sato}> <#{dev}|dev>"),
        ),
        (
            "<!date^1760000000^{time}|10:05>",
            "<!date^1760000000^{time}|10:05>".to_owned(),
        ),
    ] {
        let posted = post(&mut world, "matoi", &channel, sent);
        assert_eq!(at(&posted, "/message/text"), json!(stored), "{sent}");
        assert_eq!(newest(&mut world, &channel)["text"], json!(stored));
    }
    let args = json!({ "channel": channel, "text": "@sato @here #dev @shop", "parse": "full" });
    let linked = world.ok("matoi", "chat.postMessage", args);
    let text = at(&linked, "/message/text").to_string();
    assert!(
        text.contains(&format!("<@{sato}> <!here> <#{dev}|dev> <!subteam^S")),
        "{text}"
    );
}

#[test]
fn what_is_too_long_is_cut_with_a_warning() {
    let (mut world, channel) = world();
    let long = post(&mut world, "matoi", &channel, &"長".repeat(40_001));
    let text = at(&long, "/message/text");
    assert_eq!(text.as_str().map(|text| text.chars().count()), Some(40_000));
    assert_eq!(at(&long, "/warning"), "message_truncated");
    assert_eq!(
        at(&long, "/response_metadata/warnings"),
        json!(["message_truncated"])
    );
}

#[test]
fn metadata_is_kept_hidden_replaced_and_taken_away() {
    let (mut world, channel) = world();
    let event = |n: &str| json!({ "event_type": "matoi_events", "event_payload": { "n": n } });
    // As a form carries it: a string of JSON.
    let args = json!({ "channel": channel, "text": "x", "metadata": event("1").to_string() });
    let posted = world.ok("matoi", "chat.postMessage", args);
    assert_eq!(at(&posted, "/message/metadata"), event("1"));
    let ts = at(&posted, "/ts");
    let plain = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel, "limit": 1 }),
    );
    assert_eq!(
        at(&plain, "/messages/0/metadata"),
        json!({ "event_type": "matoi_events" })
    );
    for (extra, expected) in [
        (json!({ "text": "y" }), event("1")),
        (json!({ "metadata": event("2") }), event("2")),
        (json!({ "metadata": {} }), Value::Null),
    ] {
        let mut args = extra;
        args["channel"] = channel.clone();
        args["ts"] = ts.clone();
        world.ok("matoi", "chat.update", args);
        assert_eq!(newest(&mut world, &channel)["metadata"], expected);
    }
    assert_eq!(
        newest(&mut world, &channel)["text"],
        "y",
        "metadata alone changes no text"
    );
}

#[test]
fn who_posted_can_be_told() {
    let (mut world, channel) = world();
    for user in ["@sato", "@kanshi"] {
        world.ok(
            "matoi",
            "conversations.invite",
            json!({ "channel": channel, "users": user }),
        );
    }
    let ours = at(&post(&mut world, "matoi", &channel, "x"), "/message");
    let me = world.ok("matoi", "auth.test", json!({}));
    assert_eq!(ours["bot_id"], at(&me, "/bot_id"));
    assert_eq!(ours["app_id"], at(&me, "/app_id"));
    assert!(ours.get("subtype").is_none());
    let args = json!({
        "channel": channel,
        "text": "偽物",
        "metadata": { "event_type": "matoi_events", "event_payload": {} },
    });
    let others = at(&world.ok("kanshi", "chat.postMessage", args), "/message");
    assert_ne!(
        others["app_id"], ours["app_id"],
        "another app can send the same event type"
    );
    let typed = at(&post(&mut world, "sato", &channel, "x"), "/message");
    assert!(typed.get("bot_id").is_none() && typed["client_msg_id"].is_string());
    let args = json!({ "channel": channel, "text": "x", "username": "見張り" });
    let disguised = at(&world.ok("matoi", "chat.postMessage", args), "/message");
    assert_eq!(disguised["subtype"], "bot_message");
    assert!(disguised.get("user").is_none());
    let args = json!({ "channel": channel, "ts": disguised["ts"] });
    assert_eq!(
        world.call("matoi", "chat.delete", args).error(),
        Some("cant_delete_message")
    );
}

#[test]
fn an_edit_is_marked_when_text_alone_changed() {
    let (mut world, channel) = world();
    let blocks = json!([{ "type": "divider" }]);
    let args = json!({ "channel": channel, "text": "x", "blocks": blocks });
    let ts = at(&world.ok("matoi", "chat.postMessage", args), "/ts");
    let args = json!({ "channel": channel, "ts": ts, "text": "y", "blocks": blocks });
    world.ok("matoi", "chat.update", args);
    assert!(newest(&mut world, &channel).get("edited").is_none());
    world.ok(
        "matoi",
        "chat.update",
        json!({ "channel": channel, "ts": ts, "text": "z" }),
    );
    let edited = newest(&mut world, &channel);
    assert!(edited.get("blocks").is_none());
    let mark = edited["edited"]["ts"].as_str().expect("a mark");
    assert!(mark.ends_with(".000000"), "{mark}");
    assert_eq!(edited["ts"], ts);
}

#[test]
fn a_thread_rolls_up_into_its_parent() {
    let (mut world, channel) = world();
    world.ok(
        "matoi",
        "conversations.invite",
        json!({ "channel": channel, "users": "@sato" }),
    );
    let parent = at(&post(&mut world, "matoi", &channel, "親"), "/ts");
    let mut last = Value::Null;
    for (by, broadcast) in [("sato", false), ("matoi", false), ("sato", true)] {
        let args = json!({ "channel": channel, "text": "返", "thread_ts": parent, "reply_broadcast": broadcast });
        last = at(&world.ok(by, "chat.postMessage", args), "/ts");
    }
    let history = world.ok(
        "matoi",
        "conversations.history",
        json!({ "channel": channel, "limit": 2 }),
    );
    let broadcast = at(&history, "/messages/0");
    assert_eq!(
        (&broadcast["subtype"], &broadcast["ts"]),
        (&json!("thread_broadcast"), &last)
    );
    assert_eq!(broadcast["root"]["ts"], parent);
    let shown = at(&history, "/messages/1");
    assert_eq!(shown["thread_ts"], parent);
    assert_eq!(shown["reply_count"], 3);
    assert_eq!(shown["reply_users_count"], 2);
    assert_eq!(shown["latest_reply"], last);
    // An answer to an answer is in the same thread.
    let args = json!({ "channel": channel, "text": "返の返", "thread_ts": last });
    let nested = world.ok("sato", "chat.postMessage", args);
    assert_eq!(at(&nested, "/message/thread_ts"), parent);
}

#[test]
fn a_deleted_parent_stays_as_a_tombstone_while_it_has_replies() {
    let (mut world, channel) = world();
    let parent = at(&post(&mut world, "matoi", &channel, "親"), "/ts");
    let args = json!({ "channel": channel, "text": "返", "thread_ts": parent });
    let reply = at(&world.ok("matoi", "chat.postMessage", args), "/ts");
    world.ok(
        "matoi",
        "pins.add",
        json!({ "channel": channel, "timestamp": parent }),
    );
    world.ok(
        "matoi",
        "chat.delete",
        json!({ "channel": channel, "ts": parent }),
    );
    let thread = world.ok(
        "matoi",
        "conversations.replies",
        json!({ "channel": channel, "ts": parent }),
    );
    let tombstone = at(&thread, "/messages/0");
    assert_eq!(tombstone["subtype"], "tombstone");
    assert_eq!(tombstone["user"], "USLACKBOT");
    assert_eq!(tombstone["hidden"], true);
    assert_eq!(tombstone["reply_count"], 1);
    let pins = world.ok("matoi", "pins.list", json!({ "channel": channel }));
    assert_eq!(at(&pins, "/items"), json!([]));
    world.ok(
        "matoi",
        "chat.delete",
        json!({ "channel": channel, "ts": reply }),
    );
    let gone = world.call(
        "matoi",
        "conversations.replies",
        json!({ "channel": channel, "ts": parent }),
    );
    assert_eq!(gone.error(), Some("thread_not_found"));
}

#[test]
fn the_channel_tells_what_happened_to_it() {
    let (mut world, channel) = world();
    let on = |extra: Value| {
        let mut args = extra;
        args["channel"] = channel.clone();
        args
    };
    world.ok(
        "matoi",
        "conversations.invite",
        on(json!({ "users": "@sato,@suzuki" })),
    );
    world.ok(
        "matoi",
        "conversations.kick",
        on(json!({ "user": world.id("@suzuki") })),
    );
    world.ok(
        "matoi",
        "conversations.setTopic",
        on(json!({ "topic": "L2 & <対応>" })),
    );
    world.ok(
        "matoi",
        "conversations.setPurpose",
        on(json!({ "purpose": "決済" })),
    );
    world.ok(
        "matoi",
        "conversations.rename",
        on(json!({ "name": "障害-決済-2" })),
    );
    let ts = at(&post(&mut world, "matoi", &channel, "x"), "/ts");
    world.ok("matoi", "pins.add", on(json!({ "timestamp": ts })));
    let renamed = world.ok("matoi", "conversations.info", on(json!({})));
    assert_eq!(
        at(&renamed, "/channel/previous_names"),
        json!(["障害-決済"])
    );
    assert_eq!(
        at(&renamed, "/channel/topic/value"),
        "L2 &amp; &lt;対応&gt;"
    );
    world.ok("matoi", "conversations.archive", on(json!({})));
    world.ok("sato", "conversations.unarchive", on(json!({})));
    assert_eq!(
        subtypes(&mut world, "sato", &channel),
        [
            "channel_join",
            "channel_join",
            "channel_join",
            "channel_leave",
            "channel_topic",
            "channel_purpose",
            "channel_name",
            "",
            "pinned_item",
            "channel_archive",
            "channel_unarchive",
        ]
    );
    // The name of before is free again, the present one is not.
    let made = world.call(
        "matoi",
        "conversations.create",
        json!({ "name": "障害-決済" }),
    );
    assert!(made.ok());
    let taken = world.call(
        "matoi",
        "conversations.create",
        json!({ "name": "障害-決済-2" }),
    );
    assert_eq!(taken.error(), Some("name_taken"));
}

#[test]
fn settings_move_updated_and_posts_do_not() {
    let (mut world, channel) = world();
    let updated = |world: &mut World| {
        let info = world.ok("matoi", "conversations.info", json!({ "channel": channel }));
        at(&info, "/channel/updated")
            .as_i64()
            .expect("milliseconds")
    };
    let before = updated(&mut world);
    post(&mut world, "matoi", &channel, "x");
    assert_eq!(updated(&mut world), before);
    world.ok(
        "matoi",
        "conversations.setTopic",
        json!({ "channel": channel, "topic": "x" }),
    );
    assert_eq!(updated(&mut world), (world.now - SECOND) / 1_000);
}

#[test]
fn inviting_is_all_or_nothing_unless_forced() {
    let (mut world, channel) = world();
    let members = |world: &mut World| {
        let answer = world.ok(
            "matoi",
            "conversations.members",
            json!({ "channel": channel }),
        );
        at(&answer, "/members").as_array().map_or(0, Vec::len)
    };
    let args = json!({ "channel": channel, "users": "@sato,U0,@matoi" });
    let refused = world.call("matoi", "conversations.invite", args.clone());
    assert_eq!(refused.error(), Some("user_not_found"));
    let matoi = world.id("@matoi");
    assert_eq!(
        at(&refused, "/errors"),
        json!([
            { "user": "U0", "ok": false, "error": "user_not_found" },
            { "user": matoi, "ok": false, "error": "cant_invite_self" },
        ])
    );
    assert_eq!(members(&mut world), 1);
    let mut forced = args;
    forced["force"] = json!(true);
    let answer = world.ok("matoi", "conversations.invite", forced);
    assert_eq!(members(&mut world), 2);
    assert_eq!(at(&answer, "/errors").as_array().map(Vec::len), Some(2));
}

#[test]
fn leaving_what_one_is_not_in_is_refused_without_a_code() {
    let mut world = World::new();
    let answer = world.call(
        "matoi",
        "conversations.leave",
        json!({ "channel": "#elsewhere" }),
    );
    assert_eq!(
        Value::Object(answer.body),
        json!({ "ok": false, "not_in_channel": true })
    );
}

#[test]
fn archiving_puts_the_bot_out_and_only_a_person_brings_back() {
    let (mut world, channel) = world();
    world.ok(
        "matoi",
        "conversations.invite",
        json!({ "channel": channel, "users": "@sato" }),
    );
    world.ok(
        "matoi",
        "conversations.archive",
        json!({ "channel": channel }),
    );
    for (method, code) in [
        ("conversations.history", "not_in_channel"),
        ("conversations.join", "is_archived"),
        ("conversations.unarchive", "not_in_channel"),
        ("conversations.archive", "already_archived"),
    ] {
        let answer = world.call("matoi", method, json!({ "channel": channel }));
        assert_eq!(answer.error(), Some(code), "{method}");
    }
    let taken = world.call(
        "matoi",
        "conversations.create",
        json!({ "name": "障害-決済" }),
    );
    assert_eq!(
        taken.error(),
        Some("name_taken"),
        "an archived channel keeps its name"
    );
    world.ok(
        "sato",
        "conversations.unarchive",
        json!({ "channel": channel }),
    );
    world.ok("matoi", "conversations.join", json!({ "channel": channel }));
    post(&mut world, "matoi", &channel, "再開");
}

#[test]
fn a_private_channel_does_not_exist_for_others() {
    let mut world = World::new();
    let made = world.ok(
        "matoi",
        "conversations.create",
        json!({ "name": "極秘", "is_private": true }),
    );
    let channel = at(&made, "/channel/id");
    for (method, args) in [
        ("conversations.info", json!({})),
        ("conversations.history", json!({})),
        ("conversations.join", json!({})),
        ("chat.postMessage", json!({ "text": "x" })),
        ("pins.list", json!({})),
    ] {
        let mut args = args;
        args["channel"] = channel.clone();
        let answer = world.call("sato", method, args);
        assert_eq!(answer.error(), Some("channel_not_found"), "{method}");
    }
    let all = json!({ "types": "public_channel,private_channel", "limit": 900 });
    let listed = world.ok("sato", "conversations.list", all);
    assert!(!at(&listed, "/channels").to_string().contains("極秘"));
}

#[test]
fn an_ephemeral_message_is_nowhere() {
    let (mut world, channel) = world();
    world.ok(
        "matoi",
        "conversations.invite",
        json!({ "channel": channel, "users": "@sato" }),
    );
    let before = subtypes(&mut world, "matoi", &channel).len();
    let args = json!({ "channel": channel, "user": world.id("@sato"), "text": "x" });
    let shown = world.ok("matoi", "chat.postEphemeral", args);
    let ts = at(&shown, "/message_ts");
    assert_eq!(subtypes(&mut world, "matoi", &channel).len(), before);
    let args = json!({ "channel": channel, "ts": ts, "text": "y" });
    assert_eq!(
        world.call("matoi", "chat.update", args).error(),
        Some("message_not_found")
    );
}

#[test]
fn reactions_count_everybody_and_aliases_once() {
    let (mut world, channel) = world();
    world.ok(
        "matoi",
        "conversations.invite",
        json!({ "channel": channel, "users": "@sato" }),
    );
    let ts = at(&post(&mut world, "matoi", &channel, "x"), "/ts");
    let react = |world: &mut World, by: &str, method: &str, name: &str| {
        world.call(
            by,
            method,
            json!({ "channel": channel, "timestamp": ts, "name": name }),
        )
    };
    assert!(react(&mut world, "matoi", "reactions.add", "hand").ok());
    assert!(react(&mut world, "sato", "reactions.add", "raised_hand").ok());
    let shown = newest(&mut world, &channel);
    let users = [world.id("@matoi"), world.id("@sato")];
    assert_eq!(
        shown["reactions"],
        json!([{ "name": "hand", "users": users, "count": 2 }])
    );
    assert!(react(&mut world, "matoi", "reactions.remove", "hand").ok());
    assert!(react(&mut world, "sato", "reactions.remove", "hand").ok());
    assert!(newest(&mut world, &channel).get("reactions").is_none());
}

#[test]
fn the_newest_pin_comes_first() {
    let (mut world, channel) = world();
    let first = at(&post(&mut world, "matoi", &channel, "1"), "/ts");
    let second = at(&post(&mut world, "matoi", &channel, "2"), "/ts");
    for ts in [&second, &first] {
        world.ok(
            "matoi",
            "pins.add",
            json!({ "channel": channel, "timestamp": ts }),
        );
    }
    let pins = world.ok("matoi", "pins.list", json!({ "channel": channel }));
    assert_eq!(at(&pins, "/items/0/message/ts"), first);
    assert_eq!(at(&pins, "/items/0/message/pinned_to"), json!([channel]));
    assert_eq!(at(&pins, "/items/1/message/ts"), second);
}

#[test]
fn opening_a_conversation_twice_is_one_conversation() {
    let mut world = World::new();
    let first = world.ok(
        "matoi",
        "conversations.open",
        json!({ "users": "@sato,@suzuki" }),
    );
    let again = world.ok(
        "matoi",
        "conversations.open",
        json!({ "users": "@suzuki,@sato" }),
    );
    assert_eq!(at(&again, "/channel/id"), at(&first, "/channel/id"));
    assert_eq!(at(&again, "/already_open"), true);
    let args = json!({ "users": "@tanaka", "prevent_creation": true });
    let none = world.call("matoi", "conversations.open", args);
    assert_eq!(none.error(), Some("channel_not_found"));
    let direct = world.ok(
        "matoi",
        "chat.postMessage",
        json!({ "channel": "@tanaka", "text": "至急" }),
    );
    let id = at(&direct, "/channel");
    assert!(id.as_str().is_some_and(|id| id.starts_with('D')), "{id}");
}

#[test]
fn an_address_is_shown_only_to_who_may_see_it() {
    let mut world = World::new();
    let shown = world.ok("matoi", "users.info", json!({ "user": "@sato" }));
    assert_eq!(at(&shown, "/user/profile/email"), "sato@odd.example");
    let secret = world.secret("matoi");
    world
        .state
        .edit_token(&secret, |token| token.scopes.remove("users:read.email"));
    let hidden = world.ok("matoi", "users.info", json!({ "user": "@sato" }));
    assert_eq!(at(&hidden, "/user/profile/email"), Value::Null);
}

//! Faults that change what Slack says rather than how it arrives, and what the disk remembers.

use super::world::at;
use matoi::workspace::answer::Answer;
use matoi::workspace::faults::{Fault, Kind};
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};

fn start(options: Options) -> Handle {
    Workspace::open(options)
        .and_then(Workspace::start)
        .expect("it starts")
}

fn bot(handle: &Handle, method: &str, args: Value) -> Answer {
    handle.call(&handle.bot_token(), method, args)
}

#[test]
fn two_may_get_one_name_at_once() {
    let handle = start(Options::for_tests());
    handle.add_fault(Fault::always("conversations.create", Kind::CreateRace).seconds(60.0));
    let first = bot(&handle, "conversations.create", json!({ "name": "障害" }));
    let second = bot(&handle, "conversations.create", json!({ "name": "障害" }));
    assert!(first.ok() && second.ok());
    assert_ne!(at(&first, "/channel/id"), at(&second, "/channel/id"));
    handle.clear_faults();
    let third = bot(&handle, "conversations.create", json!({ "name": "障害" }));
    assert_eq!(third.error(), Some("name_taken"));
}

#[test]
fn a_cursor_may_expire_but_a_first_page_never() {
    let handle = start(Options::for_tests());
    handle.add_fault(Fault::always("users.list", Kind::ExpiredCursor).times(1));
    let first = bot(&handle, "users.list", json!({ "limit": 5 }));
    let cursor = at(&first, "/response_metadata/next_cursor");
    let second = bot(
        &handle,
        "users.list",
        json!({ "limit": 5, "cursor": cursor }),
    );
    assert_eq!(second.error(), Some("invalid_cursor"));
    let again = bot(
        &handle,
        "users.list",
        json!({ "limit": 5, "cursor": cursor }),
    );
    assert!(again.ok());
    assert_eq!(handle.fault_hits(), [1]);
}

#[test]
fn short_and_empty_pages_lose_nothing() {
    let handle = start(Options::for_tests());
    let made = bot(&handle, "conversations.create", json!({ "name": "障害" }));
    let channel = at(&made, "/channel/id");
    for n in 0..30 {
        bot(
            &handle,
            "chat.postMessage",
            json!({ "channel": channel, "text": n.to_string() }),
        );
    }
    handle.add_fault(Fault::always("conversations.history", Kind::ShortPages));
    let mut args = json!({ "channel": channel, "limit": 200 });
    let mut sizes = Vec::new();
    loop {
        let page = bot(&handle, "conversations.history", args.clone());
        sizes.push(at(&page, "/messages").as_array().map_or(0, Vec::len));
        if at(&page, "/has_more") != true {
            break;
        }
        args["cursor"] = at(&page, "/response_metadata/next_cursor");
    }
    assert_eq!(sizes.iter().sum::<usize>(), 31);
    assert!(
        sizes.contains(&0),
        "an empty page was among them: {sizes:?}"
    );
}

#[test]
fn what_was_answered_ok_is_there_after_a_restart() {
    let dir = tempfile::tempdir().expect("a directory");
    let options = || Options {
        dir: Some(dir.path().to_owned()),
        ..Options::for_tests()
    };
    let handle = start(options());
    let made = bot(&handle, "conversations.create", json!({ "name": "障害" }));
    let channel = at(&made, "/channel/id");
    let parent = bot(
        &handle,
        "chat.postMessage",
        json!({ "channel": channel, "text": "親" }),
    );
    let ts = at(&parent, "/ts");
    let replied = bot(
        &handle,
        "chat.postMessage",
        json!({ "channel": channel, "text": "返", "thread_ts": ts }),
    );
    let gone = bot(
        &handle,
        "chat.postMessage",
        json!({ "channel": channel, "text": "消" }),
    );
    for (method, args) in [
        (
            "chat.delete",
            json!({ "channel": channel, "ts": at(&gone, "/ts") }),
        ),
        (
            "reactions.add",
            json!({ "channel": channel, "timestamp": ts, "name": "eyes" }),
        ),
        ("pins.add", json!({ "channel": channel, "timestamp": ts })),
        (
            "conversations.setTopic",
            json!({ "channel": channel, "topic": "L2 · 対応中" }),
        ),
    ] {
        assert!(bot(&handle, method, args).ok(), "{method}");
    }
    let read = |handle: &Handle| {
        [
            bot(
                handle,
                "conversations.history",
                json!({ "channel": channel }),
            ),
            bot(
                handle,
                "conversations.replies",
                json!({ "channel": channel, "ts": ts }),
            ),
            bot(handle, "conversations.info", json!({ "channel": channel })),
            bot(handle, "pins.list", json!({ "channel": channel })),
            bot(
                handle,
                "users.list",
                json!({ "limit": 200, "include_locale": true }),
            ),
            bot(handle, "usergroups.list", json!({ "include_users": true })),
        ]
        .map(|mut answer| {
            answer.body.remove("cache_ts");
            answer
        })
    };
    let before = read(&handle);
    let token = handle.bot_token();
    handle.stop();
    let handle = start(options());
    assert_eq!(handle.bot_token(), token);
    assert_eq!(read(&handle), before);
    let next = bot(
        &handle,
        "chat.postMessage",
        json!({ "channel": channel, "text": "次" }),
    );
    let after_deleted = at(&next, "/ts").as_str() > at(&gone, "/ts").as_str();
    assert!(after_deleted && at(&replied, "/ts") != at(&next, "/ts"));
}

#[test]
fn a_disk_that_refuses_makes_the_act_undone_not_pretended() {
    let dir = tempfile::tempdir().expect("a directory");
    let handle = start(Options {
        dir: Some(dir.path().to_owned()),
        ..Options::for_tests()
    });
    let made = bot(&handle, "conversations.create", json!({ "name": "障害" }));
    let channel = at(&made, "/channel/id");
    handle
        .break_disk(true)
        .expect("the disk can be made to refuse");
    let refused = bot(
        &handle,
        "chat.postMessage",
        json!({ "channel": channel, "text": "x" }),
    );
    assert_eq!(refused.error(), Some("internal_error"));
    handle.break_disk(false).expect("and to work again");
    let read = bot(
        &handle,
        "conversations.history",
        json!({ "channel": channel }),
    );
    assert_eq!(at(&read, "/messages").as_array().map(Vec::len), Some(1));
    let posted = bot(
        &handle,
        "chat.postMessage",
        json!({ "channel": channel, "text": "x" }),
    );
    assert!(posted.ok());
}

//! What people and consoles rely on, method by method.

use matoi::workspace::answer::Answer;
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};

fn start() -> Handle {
    Workspace::open(Options::for_tests())
        .and_then(Workspace::start)
        .expect("an in-memory workspace starts")
}

fn bot(handle: &Handle, method: &str, args: Value) -> Answer {
    handle.call(&handle.bot_token(), method, args)
}

fn text(answer: &Answer, pointer: &str) -> String {
    let body = Value::Object(answer.body.clone());
    body.pointer(pointer)
        .and_then(Value::as_str)
        .expect(pointer)
        .to_owned()
}

#[test]
fn a_channel_is_made_and_read_back() {
    let handle = start();
    let made = bot(
        &handle,
        "conversations.create",
        json!({ "name": "障害-決済" }),
    );
    let channel = text(&made, "/channel/id");
    let posted = bot(
        &handle,
        "chat.postMessage",
        json!({
            "channel": channel,
            "text": "決済が 500 <5%> & 増加中 👀",
            "metadata": { "event_type": "matoi_events", "event_payload": { "v": "1" } },
        }),
    );
    assert!(posted.ok(), "{posted:?}");
    assert_eq!(
        text(&posted, "/message/text"),
        "決済が 500 &lt;5%&gt; &amp; 増加中 :eyes:"
    );
    let read = bot(
        &handle,
        "conversations.history",
        json!({ "channel": channel, "include_all_metadata": true }),
    );
    assert_eq!(text(&read, "/messages/0/ts"), text(&posted, "/ts"));
    assert_eq!(text(&read, "/messages/0/metadata/event_payload/v"), "1");
    assert_eq!(text(&read, "/messages/1/subtype"), "channel_join");
}

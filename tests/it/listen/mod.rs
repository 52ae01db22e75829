//! People who have nothing but Slack: what they write to the program and press, against the real
//! workspace and running consoles.

mod answers;
mod command;
mod mentions;
mod pressed;

use super::peers::rig::{Console, messages, until};
use matoi::workspace::Handle;
use serde_json::{Value, json};

/// Waits that suit a test; questions are asked where a test wants them.
pub const QUICK: &str = "[timers]\nask_times = 0\nask_situation_seconds = 0\n";

pub fn call(slack: &Handle, who: &str, method: &str, args: Value) -> Value {
    let token = slack.token_of(who).expect("a person");
    let answer = Value::Object(slack.call(&token, method, args).body);
    assert_eq!(answer["ok"], true, "{method}: {answer}");
    answer
}

pub fn id_of(slack: &Handle, who: &str) -> String {
    let answer = call(slack, who, "auth.test", json!({}));
    answer["user_id"].as_str().expect("an id").to_owned()
}

pub fn bot(slack: &Handle) -> String {
    let answer = Value::Object(slack.call(&slack.bot_token(), "auth.test", json!({})).body);
    answer["user_id"].as_str().expect("an id").to_owned()
}

/// Somebody joins and writes; the ts.
pub fn say(slack: &Handle, who: &str, channel: &str, text: &str) -> String {
    call(
        slack,
        who,
        "conversations.join",
        json!({"channel": channel}),
    );
    let answer = call(
        slack,
        who,
        "chat.postMessage",
        json!({"channel": channel, "text": text}),
    );
    answer["ts"].as_str().expect("a ts").to_owned()
}

/// Somebody mentions the program.
pub fn ask(slack: &Handle, who: &str, channel: &str, text: &str) -> String {
    let bot = bot(slack);
    say(slack, who, channel, &format!("<@{bot}> {text}"))
}

pub fn press(slack: &Handle, who: &str, channel: &str, ts: &str, name: &str) {
    call(
        slack,
        who,
        "conversations.join",
        json!({"channel": channel}),
    );
    let args = json!({"channel": channel, "timestamp": ts, "name": name});
    call(slack, who, "reactions.add", args);
}

/// The texts of the replies to a message, without it.
pub fn replies(slack: &Handle, channel: &str, ts: &str) -> Vec<String> {
    let args = json!({"channel": channel, "ts": ts});
    let answer = call(slack, "sato", "conversations.replies", args);
    let all = answer["messages"].as_array().expect("a list");
    let texts = all.iter().filter(|m| m["ts"] != ts);
    texts
        .map(|m| m["text"].as_str().unwrap_or("").to_owned())
        .collect()
}

/// The one answer, once it is there.
#[track_caller]
pub fn answer(slack: &Handle, channel: &str, ts: &str) -> String {
    let mut found = Vec::new();
    until("it is answered", || {
        found = replies(slack, channel, ts);
        !found.is_empty()
    });
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Waits until what somebody asked for is marked as done, and makes sure that nothing more is said.
#[track_caller]
pub fn done(slack: &Handle, channel: &str, ts: &str) {
    let ours = ("white_check_mark".to_owned(), vec![bot(slack)]);
    until("it is marked as done", || {
        pressed(slack, channel, ts).contains(&ours)
    });
    let said = replies(slack, channel, ts);
    assert!(said.is_empty(), "{said:?}");
}

/// Who pressed what on a message.
pub fn pressed(slack: &Handle, channel: &str, ts: &str) -> Vec<(String, Vec<String>)> {
    let all = messages(slack, channel);
    let message = all.iter().find(|m| m["ts"] == ts).expect("it is there");
    let reactions = message["reactions"].as_array().cloned().unwrap_or_default();
    reactions
        .iter()
        .map(|r| {
            let users = r["users"].as_array().expect("a list").iter();
            let users = users.filter_map(|u| u.as_str().map(str::to_owned));
            (
                r["name"].as_str().expect("a name").to_owned(),
                users.collect(),
            )
        })
        .collect()
}

pub fn show(console: &Console, id: &str) -> Value {
    console.json(&["show", id])
}

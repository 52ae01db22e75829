//! Answers compared by key and type with Slack's own examples, with recordings of a real workspace,
//! and, so that a fresh clone compares something, with shapes written by hand.

use super::world::World;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Slack's published examples and recordings, where a checkout has them beside it.
pub struct Reference {
    folder: PathBuf,
}

/// `None`, and a word on stderr, where the samples are absent.
pub fn reference() -> Option<Reference> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/slack/samples");
    if folder.is_dir() {
        return Some(Reference { folder });
    }
    eprintln!("skipped: {} is absent", folder.display());
    None
}

impl Reference {
    fn read(&self, path: &str) -> Value {
        let text = std::fs::read_to_string(self.folder.join(path)).expect("the sample is readable");
        serde_json::from_str(&text).expect("the sample is JSON")
    }

    pub fn method(&self, name: &str) -> Value {
        self.read(&format!("api-reference/docs.slack.dev/methods/{name}.json"))
    }

    fn examples(&self, name: &str) -> Vec<Value> {
        let method = self.method(name);
        let examples = method["examples"].as_object().into_iter().flatten();
        examples
            .filter(|(key, _)| key.starts_with("success"))
            .map(|(_, example)| example["example"].clone())
            .collect()
    }

    fn recordings(&self) -> Vec<Value> {
        [
            "conversations_history_channel_public",
            "conversations_info_channel_private",
            "conversations_info_channel_public",
            "usergroups_list",
            "users_info_bot",
            "users_info_person_1",
        ]
        .iter()
        .map(|name| self.read(&format!("recorded/slack_{name}.json")))
        .collect()
    }
}

/// Types seen at each path. Where an object of a known kind begins, the path begins anew with the
/// kind, so that a channel is compared with every channel anywhere.
#[derive(Default)]
struct Shapes(BTreeMap<String, BTreeSet<&'static str>>);

fn kind_of(key: &str) -> Option<&'static str> {
    match key {
        "channel" | "channels" => Some("Channel"),
        "message" | "messages" | "latest" | "root" => Some("Message"),
        "user" | "members" => Some("User"),
        "usergroups" => Some("Group"),
        "bookmark" | "bookmarks" => Some("Bookmark"),
        _ => None,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl Shapes {
    fn learn(&mut self, path: &str, value: &Value) {
        self.0
            .entry(path.to_owned())
            .or_default()
            .insert(type_of(value));
        match value {
            Value::Array(items) => {
                for item in items {
                    let kind = path.rsplit('.').next().and_then(kind_of);
                    self.learn_item(kind, &format!("{path}[]"), item);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    let kind = kind_of(key);
                    match kind.filter(|_| value.is_object()) {
                        Some(kind) => {
                            self.0
                                .entry(format!("{path}.{key}"))
                                .or_default()
                                .insert("object");
                            self.learn(kind, value);
                        }
                        None => self.learn(&format!("{path}.{key}"), value),
                    }
                }
            }
            _ => {}
        }
    }

    fn learn_item(&mut self, kind: Option<&'static str>, path: &str, item: &Value) {
        match kind.filter(|_| item.is_object()) {
            Some(kind) => self.learn(kind, item),
            None => self.learn(path, item),
        }
    }
}

/// An answer of every method that has one worth comparing.
fn answers() -> Vec<(&'static str, Value)> {
    let mut world = World::new();
    let mut all = Vec::new();
    let calls: &[(&str, &'static str, Value)] = &[
        ("matoi", "api.test", json!({})),
        ("matoi", "auth.test", json!({})),
        ("matoi", "team.info", json!({})),
        ("matoi", "conversations.create", json!({ "name": "障害" })),
        ("matoi", "conversations.list", json!({ "limit": 3 })),
        (
            "matoi",
            "conversations.info",
            json!({ "channel": "#dev", "include_num_members": true }),
        ),
        (
            "matoi",
            "conversations.history",
            json!({ "channel": "#dev", "limit": 50 }),
        ),
        (
            "matoi",
            "conversations.history",
            json!({ "channel": "#dev", "limit": 2 }),
        ),
        (
            "matoi",
            "conversations.replies",
            json!({ "channel": "#dev", "ts": "%parent" }),
        ),
        (
            "matoi",
            "conversations.invite",
            json!({ "channel": "#dev", "users": "@tanaka" }),
        ),
        (
            "matoi",
            "conversations.kick",
            json!({ "channel": "#dev", "user": "@tanaka" }),
        ),
        (
            "matoi",
            "conversations.members",
            json!({ "channel": "#dev", "limit": 1 }),
        ),
        ("matoi", "conversations.join", json!({ "channel": "#dev" })),
        (
            "matoi",
            "conversations.setTopic",
            json!({ "channel": "#dev", "topic": "x" }),
        ),
        (
            "matoi",
            "conversations.setPurpose",
            json!({ "channel": "#dev", "purpose": "x" }),
        ),
        (
            "matoi",
            "conversations.rename",
            json!({ "channel": "#障害", "name": "障害2" }),
        ),
        ("matoi", "conversations.open", json!({ "users": "@sato" })),
        (
            "matoi",
            "conversations.open",
            json!({ "users": "@sato", "return_im": true }),
        ),
        (
            "matoi",
            "conversations.archive",
            json!({ "channel": "#障害2" }),
        ),
        (
            "sato",
            "conversations.unarchive",
            json!({ "channel": "#障害2" }),
        ),
        (
            "matoi",
            "conversations.leave",
            json!({ "channel": "#lobby" }),
        ),
        (
            "matoi",
            "users.conversations",
            json!({ "types": "public_channel,im" }),
        ),
        ("matoi", "users.list", json!({})),
        ("matoi", "users.info", json!({ "user": "@sato" })),
        ("matoi", "users.info", json!({ "user": "@kanshi" })),
        (
            "matoi",
            "users.lookupByEmail",
            json!({ "email": "sato@odd.example" }),
        ),
        ("matoi", "usergroups.list", json!({ "include_users": true })),
        (
            "matoi",
            "chat.postMessage",
            json!({ "channel": "#dev", "text": "x", "attachments": [{ "text": "y" }] }),
        ),
        (
            "matoi",
            "chat.postMessage",
            json!({ "channel": "#dev", "text": "x", "username": "見張り" }),
        ),
        (
            "sato",
            "chat.postMessage",
            json!({ "channel": "#dev", "text": "x" }),
        ),
        (
            "matoi",
            "chat.update",
            json!({ "channel": "#dev", "ts": "%bot", "text": "y" }),
        ),
        (
            "matoi",
            "chat.postEphemeral",
            json!({ "channel": "#dev", "user": "@sato", "text": "x" }),
        ),
        (
            "matoi",
            "chat.getPermalink",
            json!({ "channel": "#dev", "message_ts": "%bot" }),
        ),
        (
            "matoi",
            "pins.add",
            json!({ "channel": "#dev", "timestamp": "%bot" }),
        ),
        ("matoi", "pins.list", json!({ "channel": "#dev" })),
        (
            "matoi",
            "pins.remove",
            json!({ "channel": "#dev", "timestamp": "%bot" }),
        ),
        (
            "matoi",
            "reactions.add",
            json!({ "channel": "#dev", "timestamp": "%bot", "name": "fire" }),
        ),
        (
            "matoi",
            "reactions.get",
            json!({ "channel": "#dev", "timestamp": "%bot" }),
        ),
        (
            "matoi",
            "reactions.remove",
            json!({ "channel": "#dev", "timestamp": "%bot", "name": "fire" }),
        ),
        (
            "matoi",
            "bookmarks.add",
            json!({ "channel_id": "#dev", "title": "x", "type": "link", "link": "https://x.example/" }),
        ),
        ("matoi", "bookmarks.list", json!({ "channel_id": "#dev" })),
        (
            "matoi",
            "chat.delete",
            json!({ "channel": "#dev", "ts": "%bot" }),
        ),
    ];
    for (by, method, args) in calls {
        let answer = world.ok(by, method, args.clone());
        all.push((*method, Value::Object(answer.body)));
    }
    all
}

/// Ours that no example shows, with where they are documented instead.
const NOT_IN_EXAMPLES: &[&str] = &[
    // In the Java SDK's logs of auth.test.
    "auth.test.app_id",
    "auth.test.app_name",
    "auth.test.is_enterprise_install",
    // The schema of team.info.
    "team.info.team.url",
    // Samples of the Java SDK and older reference pages.
    "conversations.setPurpose.purpose",
    "users.list.cache_ts",
    // Fields of messages that the reference lists without an example (docs.slack.dev, message event).
    "Message.app_id",
    "Message.bot_profile",
    "Message.hidden",
    "Message.inviter",
    "Message.item_type",
    "Message.name",
    "Message.old_name",
    "Message.pinned_info",
    "Message.purpose",
    "Message.edited",
];

fn known(path: &str) -> bool {
    NOT_IN_EXAMPLES
        .iter()
        .any(|known| path == *known || path.starts_with(&format!("{known}.")))
}

#[test]
fn keys_and_types_are_those_of_slacks_examples() {
    let Some(reference) = reference() else {
        return;
    };
    let answers = answers();
    let mut theirs = Shapes::default();
    for (method, _) in &answers {
        for example in reference.examples(method) {
            theirs.learn(method, &example);
        }
    }
    for recording in reference.recordings() {
        theirs.learn("recorded", &recording);
    }
    let mut ours = Shapes::default();
    for (method, answer) in &answers {
        ours.learn(method, answer);
    }
    let mut wrong = Vec::new();
    for (path, types) in &ours.0 {
        // What lists carry beside their items is the same for all of them.
        let shared = [
            ".response_metadata",
            ".warning",
            ".channel_actions",
            ".oldest",
            ".latest",
        ];
        if known(path) || shared.iter().any(|part| path.contains(part)) {
            continue;
        }
        match theirs.0.get(path) {
            None => wrong.push(format!("{path} is in no example")),
            Some(expected) => {
                let fits = expected.contains("null")
                    || types.iter().all(|t| *t == "null" || expected.contains(t));
                if !fits {
                    wrong.push(format!("{path} is {types:?}, theirs {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What every example of a method has at its top is there in ours.
#[test]
fn nothing_that_every_example_has_is_missing() {
    let Some(reference) = reference() else {
        return;
    };
    let mut missing = Vec::new();
    for (method, answer) in answers() {
        let examples = reference.examples(method);
        let keys = |value: &Value| -> BTreeSet<String> {
            value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .collect()
        };
        let mut common: Option<BTreeSet<String>> = None;
        for example in &examples {
            let found = keys(example);
            common = Some(match common {
                None => found,
                Some(common) => common.intersection(&found).cloned().collect(),
            });
        }
        let ours = keys(&answer);
        for key in common.unwrap_or_default().difference(&ours) {
            // The examples have a further page.
            if key == "response_metadata" && answer["has_more"] == false {
                continue;
            }
            missing.push(format!("{method} has no {key}: {answer}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// What a recorded object of the same kind has, except what stands for features that are absent.
#[test]
fn recorded_objects_have_nothing_that_ours_lack() {
    let Some(reference) = reference() else {
        return;
    };
    const ABSENT: &[&str] = &[
        "Message.files",
        "Message.upload",
        "Message.display_as_bot",
        "Message.last_read",
        "Message.attachments[]",
        "Message.blocks[].elements[]",
        "User.profile.image_original",
        "User.profile.image_1024",
        "User.profile.is_custom_image",
        "Channel.is_open",
        "Group.prefs.channels[]",
    ];
    let mut theirs = Shapes::default();
    for recording in reference.recordings() {
        theirs.learn("recorded", &recording);
    }
    let mut ours = Shapes::default();
    for (method, answer) in answers() {
        ours.learn(method, &answer);
    }
    let missing: Vec<&String> = theirs
        .0
        .keys()
        .filter(|path| !path.starts_with("recorded") && !ours.0.contains_key(*path))
        .filter(|path| !ABSENT.iter().any(|absent| path.starts_with(absent)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// `shapes.json` names, for each kind of object and each method, keys with a value of their type.
#[test]
fn the_shapes_written_by_hand_are_kept() {
    let text = include_str!("../../fixtures/workspace/shapes.json");
    let expected: BTreeMap<String, Value> = serde_json::from_str(text).expect("valid JSON");
    let mut ours = Shapes::default();
    for (method, answer) in answers() {
        ours.learn(method, &answer);
    }
    let mut wrong = Vec::new();
    for (start, value) in &expected {
        let mut shape = Shapes::default();
        shape.learn(start, value);
        for (path, types) in shape.0 {
            match ours.0.get(&path) {
                None => wrong.push(format!("{path} is missing")),
                Some(found) if found.is_disjoint(&types) => {
                    wrong.push(format!("{path} is {found:?}, not {types:?}"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

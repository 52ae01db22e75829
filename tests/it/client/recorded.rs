//! Answers recorded from a real workspace and examples of the published reference. They are not
//! part of the package: where they are absent these tests say so and pass.

use matoi::wire::answers::{
    AuthTest, Bookmarks, ChannelList, Envelope, Ephemeral, GroupMembers, History, Members,
    OneChannel, OneUser, Permalink, Pins, Posted, Purpose, TeamInfo, UserGroups, UserList,
};
use matoi::wire::methods::METHODS;
use matoi::wire::objects::Lenient;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;

fn samples(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/slack/samples");
    let found = std::fs::read_to_string(path.join(name)).ok();
    if found.is_none() {
        eprintln!("skipped: no sample {name}");
    }
    found
}

fn recorded<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = samples(&format!("recorded/{name}.json"))?;
    Some(serde_json::from_str(&text).expect(name))
}

#[test]
fn recorded_answers_are_read() {
    if let Some(history) = recorded::<History>("slack_conversations_history_channel_public") {
        assert_eq!(history.messages.unreadable, 0);
        assert_eq!(history.messages.items[0].text, "d");
        assert_eq!(history.messages.items[1].reply_count, 3);
        assert!(
            history
                .messages
                .items
                .iter()
                .all(|m| !m.readable().is_empty())
        );
    }
    if let Some(OneChannel { channel }) = recorded("slack_conversations_info_channel_public") {
        assert_eq!(channel.topic.value, "å\nø\næ");
        assert_eq!(channel.updated, 1_590_871_910_914);
    }
    if let Some(OneChannel { channel }) = recorded("slack_conversations_info_channel_private") {
        assert!(channel.is_private && channel.is_member);
    }
    if let Some(OneUser { user }) = recorded("slack_users_info_person_1") {
        assert_eq!(user.shown_name(), "Test 1");
    }
    if let Some(OneUser { user }) = recorded("slack_users_info_bot") {
        assert!(user.is_bot && user.profile.bot_id == "BTU6APY9F");
    }
    if let Some(groups) = recorded::<UserGroups>("slack_usergroups_list") {
        assert_eq!(groups.usergroups.unreadable, 0);
        assert_eq!(groups.usergroups.items[0].handle, "testgroup");
    }
}

/// Whether the method's own struct reads an example of success, without losing an element.
fn reads(method: &str, text: &str) -> Result<(), serde_json::Error> {
    fn whole<T>(list: Lenient<T>) {
        assert_eq!(list.unreadable, 0);
    }
    match method {
        "auth.test" => serde_json::from_str::<AuthTest>(text).map(drop),
        "team.info" => serde_json::from_str::<TeamInfo>(text).map(drop),
        "conversations.list" | "users.conversations" => {
            serde_json::from_str::<ChannelList>(text).map(|list| whole(list.channels))
        }
        "conversations.create" | "conversations.info" | "conversations.rename" => {
            serde_json::from_str::<OneChannel>(text).map(drop)
        }
        "conversations.history" | "conversations.replies" => {
            serde_json::from_str::<History>(text).map(|page| whole(page.messages))
        }
        "conversations.setPurpose" => serde_json::from_str::<Purpose>(text).map(drop),
        "conversations.members" => serde_json::from_str::<Members>(text).map(drop),
        "users.list" => serde_json::from_str::<UserList>(text).map(|list| whole(list.members)),
        "users.info" | "users.lookupByEmail" => serde_json::from_str::<OneUser>(text).map(drop),
        "usergroups.list" => {
            serde_json::from_str::<UserGroups>(text).map(|list| whole(list.usergroups))
        }
        "usergroups.users.list" => serde_json::from_str::<GroupMembers>(text).map(drop),
        "chat.postMessage" | "chat.update" => serde_json::from_str::<Posted>(text).map(drop),
        "chat.postEphemeral" => serde_json::from_str::<Ephemeral>(text).map(drop),
        "chat.getPermalink" => serde_json::from_str::<Permalink>(text).map(drop),
        "pins.list" => serde_json::from_str::<Pins>(text).map(drop),
        "bookmarks.list" => serde_json::from_str::<Bookmarks>(text).map(drop),
        _ => Ok(()),
    }
}

#[test]
fn examples_of_the_reference_are_read() {
    let mut read = 0;
    for method in METHODS {
        let path = format!("api-reference/docs.slack.dev/methods/{}.json", method.name);
        let Some(text) = samples(&path) else { continue };
        let reference: Value = serde_json::from_str(&text).expect("JSON");
        let Some(examples) = reference["examples"].as_object() else {
            continue;
        };
        for (name, example) in examples {
            let example = &example["example"];
            let Some(ok) = example["ok"].as_bool() else {
                continue;
            };
            let text = example.to_string();
            let envelope: Envelope = serde_json::from_str(&text).expect(method.name);
            assert_eq!(envelope.ok, ok);
            if ok && let Err(error) = reads(method.name, &text) {
                panic!("{} {name}: {error}\n{text}", method.name);
            }
            read += 1;
        }
    }
    eprintln!("{read} examples read");
}

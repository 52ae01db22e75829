//! What goes wrong with posts, pins, reactions and bookmarks.

use super::{Row, Table, bot, by, id, policy};
use matoi::workspace::model::{Reaction, Who};
use matoi::workspace::state::State;
use serde_json::{Value, json};

pub fn posting() -> Table {
    let to = |channel: &str| json!({ "channel": channel, "text": "x" });
    let with = |base: &Value, name: &str, value: Value| {
        let mut args = base.clone();
        args[name] = value;
        args
    };
    let post = to("#dev");
    let many = |count: usize, one: Value| Value::Array(vec![one; count]);
    let cards = || -> Value {
        (0..11)
            .map(|n| json!({ "type": "contact_card", "block_id": format!("c{n}") }))
            .collect()
    };
    let sections = || -> Value {
        let text = "x".repeat(2_900);
        (0..5)
            .map(|_| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }))
            .collect()
    };
    let event = |payload: Value| json!({ "event_type": "matoi_events", "event_payload": payload });
    let big = event(json!({ "text": "x".repeat(3_000) }));
    let update = json!({ "channel": "#dev", "ts": "%bot", "text": "y" });
    let ephemeral = json!({ "channel": "#dev", "user": "@sato", "text": "x" });
    let content = |base: &Value| -> Vec<Row> {
        vec![
            bot(
                "invalid_blocks",
                with(base, "blocks", json!([{ "type": "nonsense" }])),
            ),
            bot("invalid_blocks_format", with(base, "blocks", json!("[{"))),
            bot(
                "markdown_text_conflict",
                with(base, "markdown_text", json!("**x**")),
            ),
            bot("no_text", with(base, "text", json!(""))),
            bot(
                "too_many_attachments",
                with(base, "attachments", many(101, json!({ "text": "x" }))),
            ),
            bot("message_limit_exceeded", base.clone())
                .given(|state| policy(state, |policy| policy.message_limit = Some(1))),
        ]
    };
    let metadata = |base: &Value| -> Vec<Row> {
        vec![
            bot(
                "invalid_metadata_format",
                with(base, "metadata", json!("{\"event_type\":")),
            ),
            bot(
                "invalid_metadata_schema",
                with(
                    base,
                    "metadata",
                    json!({ "event_type": "Bad Name", "event_payload": {} }),
                ),
            ),
            bot("metadata_too_large", with(base, "metadata", big.clone())),
        ]
    };
    let mut posting = content(&post);
    posting.extend(metadata(&post));
    posting.extend([
        bot("as_user_not_supported", with(&post, "as_user", json!(true))),
        bot("channel_not_found", to("#secret")),
        bot("ekm_access_denied", to("#suspended")),
        bot("is_archived", to("#old")),
        by("mute", "messages_tab_disabled", to("@sato")),
        by(
            "sato",
            "metadata_must_be_sent_from_app",
            with(&post, "metadata", event(json!({}))),
        ),
        bot("msg_blocks_too_long", with(&post, "blocks", sections())),
        bot("not_in_channel", to("#elsewhere")),
        bot("restricted_action", to("#frozen")),
        bot(
            "restricted_action_non_threadable_channel",
            with(&to("#flat"), "thread_ts", json!("0000000001.000000")),
        ),
        bot("restricted_action_read_only_channel", to("#readonly")),
        bot(
            "restricted_action_thread_locked",
            with(&post, "thread_ts", json!("%locked")),
        ),
        bot("restricted_action_thread_only_channel", to("#threads")),
        bot(
            "send_on_behalf_not_allowed",
            with(&post, "username", json!("partner")),
        ),
        by(
            "org",
            "team_not_found",
            json!({ "channel": "general", "text": "x" }),
        ),
        bot("too_many_contact_cards", with(&post, "blocks", cards())),
        bot(
            "cannot_reply_to_message",
            with(&post, "thread_ts", json!("%system")),
        ),
        bot(
            "missing_file_data",
            with(
                &post,
                "blocks",
                json!([{ "type": "image", "slack_file": {} }]),
            ),
        ),
        bot(
            "attachment_payload_limit_exceeded",
            with(
                &post,
                "attachments",
                json!([{ "text": "x".repeat(100_001) }]),
            ),
        ),
    ]);
    let mut updating = content(&update);
    updating.retain(|row| row.code != "message_limit_exceeded");
    updating.extend(metadata(&update));
    updating.extend([
        bot("as_user_not_supported", with(&update, "as_user", json!(true))),
        bot("block_mismatch", json!({ "channel": "#dev", "ts": "%rich", "text": "y", "blocks": [{ "type": "divider" }] })),
        bot("cant_broadcast_message", json!({ "channel": "#dev", "ts": "%bot", "reply_broadcast": true })),
        bot("cant_update_message", with(&update, "ts", json!("%human"))),
        bot("channel_not_found", with(&update, "channel", json!("#secret"))),
        bot("edit_window_closed", update.clone())
            .given(|state| policy(state, |policy| policy.edit_window = Some(0))),
        bot("external_channel_migrating", json!({ "channel": "#migrating", "ts": "%moving", "text": "y" })),
        bot("file_not_found", with(&update, "file_ids", json!("F1"))),
        bot("invalid_attachments", with(&update, "attachments", json!("nonsense"))),
        bot("is_inactive", update.clone()).given(|state| {
            let dev = id(state, "dev");
            state.edit_channel(&dev, |dev| dev.archived = true);
        }),
        bot("message_not_found", with(&update, "ts", json!("0000000001.000000"))),
        by("sato", "metadata_must_be_sent_from_app", json!({ "channel": "#dev", "ts": "%human", "text": "y", "metadata": event(json!({})) })),
        bot("msg_too_long", with(&update, "text", json!("あ".repeat(4_001)))),
        bot("no_dual_broadcast_content_update", json!({ "channel": "#dev", "ts": "%reply_parent", "text": "y", "reply_broadcast": true })),
    ]);
    let mut whispering = content(&ephemeral);
    whispering.extend([
        bot(
            "channel_not_found",
            with(&ephemeral, "channel", json!("#secret")),
        ),
        bot("is_archived", with(&ephemeral, "channel", json!("#old"))),
        by(
            "mute",
            "messages_tab_disabled",
            with(&ephemeral, "channel", json!("@sato")),
        ),
        bot(
            "msg_too_long",
            with(&ephemeral, "text", json!("x".repeat(40_001))),
        ),
        bot(
            "restricted_action",
            with(&ephemeral, "channel", json!("#readonly")),
        ),
        bot(
            "user_not_in_channel",
            with(&ephemeral, "user", json!("@tanaka")),
        ),
        bot(
            "not_in_channel",
            with(&ephemeral, "channel", json!("#elsewhere")),
        ),
        bot(
            "invalid_attachments",
            with(&ephemeral, "attachments", json!([{ "blocks": [] }])),
        ),
        bot(
            "cannot_reply_to_message",
            with(&ephemeral, "thread_ts", json!("%system")),
        ),
    ]);
    vec![
        ("chat.postMessage", posting),
        ("chat.update", updating),
        ("chat.postEphemeral", whispering),
        (
            "chat.delete",
            vec![
                bot(
                    "cant_delete_message",
                    json!({ "channel": "#dev", "ts": "%human" }),
                ),
                bot(
                    "channel_not_found",
                    json!({ "channel": "#secret", "ts": "%secret" }),
                ),
                bot(
                    "message_not_found",
                    json!({ "channel": "#dev", "ts": "%orphaned" }),
                ),
            ],
        ),
        (
            "chat.getPermalink",
            vec![
                bot(
                    "channel_not_found",
                    json!({ "channel": "#secret", "message_ts": "%secret" }),
                ),
                bot(
                    "message_not_found",
                    json!({ "channel": "#dev", "message_ts": "0000000001.000000" }),
                ),
            ],
        ),
    ]
}

pub fn marks() -> Table {
    let pin = |ts: &str| json!({ "channel": "#dev", "timestamp": ts });
    let react = |ts: &str, name: &str| json!({ "channel": "#dev", "timestamp": ts, "name": name });
    let link = |channel: &str| json!({ "channel_id": channel, "title": "手順", "type": "link", "link": "https://wiki.example/" });
    let with = |base: Value, name: &str, value: &str| {
        let mut args = base;
        args[name] = json!(value);
        args
    };
    fn full(state: &mut State) {
        let dev = id(state, "dev");
        let room = state.channel(&dev).expect("it is there");
        let (ts, _) = room.messages.iter().next().expect("a message");
        let ts = ts.clone();
        let reaction = |users: Vec<String>| {
            move |n: usize| Reaction {
                name: format!("name{n}"),
                users: users.clone(),
            }
        };
        let others = reaction(vec!["U0".to_owned()]);
        state.edit_message(&dev, &ts, |message| {
            message.reactions = (0..50).map(others).collect()
        });
    }
    fn busy(state: &mut State) {
        policy(state, |policy| policy.max_reactions_per_person = 1);
    }
    vec![
        (
            "pins.add",
            vec![
                bot("already_pinned", pin("%pinned")),
                bot("bad_timestamp", pin("yesterday")),
                bot(
                    "channel_not_found",
                    json!({ "channel": "#secret", "timestamp": "%secret" }),
                ),
                bot(
                    "external_channel_migrating",
                    json!({ "channel": "#migrating", "timestamp": "%moving" }),
                ),
                bot("file_not_found", json!({ "channel": "#dev", "file": "F1" })),
                bot(
                    "file_not_shared",
                    json!({ "channel": "#dev", "file_comment": "Fc1" }),
                ),
                bot("message_not_found", pin("0000000001.000000")),
                bot("no_item_specified", json!({ "channel": "#dev" })),
                bot(
                    "not_in_channel",
                    json!({ "channel": "#elsewhere", "timestamp": "0000000001.000000" }),
                ),
                bot("not_pinnable", pin("%system")),
                bot("restricted_action", pin("%bot"))
                    .given(|state| policy(state, |policy| policy.pin = Who::Admins)),
                bot("too_many_pins", pin("%bot"))
                    .given(|state| policy(state, |policy| policy.max_pins = 1)),
            ],
        ),
        (
            "pins.remove",
            vec![
                bot("bad_timestamp", pin("1.5")),
                bot(
                    "channel_not_found",
                    json!({ "channel": "C0", "timestamp": "%bot" }),
                ),
                bot(
                    "external_channel_migrating",
                    json!({ "channel": "#migrating", "timestamp": "%moving" }),
                ),
                bot(
                    "file_comment_not_found",
                    json!({ "channel": "#dev", "file_comment": "Fc1" }),
                ),
                bot("file_not_found", json!({ "channel": "#dev", "file": "F1" })),
                bot("message_not_found", pin("0000000001.000000")),
                bot("no_item_specified", json!({ "channel": "#dev" })),
                bot("no_pin", pin("%bot")),
                bot("not_pinned", pin("%system")),
                bot("restricted_action", pin("%pinned"))
                    .given(|state| policy(state, |policy| policy.pin = Who::Admins)),
            ],
        ),
        (
            "pins.list",
            vec![bot("channel_not_found", json!({ "channel": "#secret" }))],
        ),
        (
            "reactions.add",
            vec![
                bot("already_reacted", react("%bot", "eyes")),
                bot("bad_timestamp", react("now", "eyes")),
                bot(
                    "channel_not_found",
                    json!({ "channel": "#secret", "timestamp": "%secret", "name": "eyes" }),
                ),
                bot(
                    "external_channel_migrating",
                    json!({ "channel": "#migrating", "timestamp": "%moving", "name": "eyes" }),
                ),
                bot("invalid_name", react("%bot", "👀")),
                bot("is_archived", react("%bot", "fire")).given(|state| {
                    let dev = id(state, "dev");
                    state.edit_channel(&dev, |dev| dev.archived = true);
                }),
                bot("message_not_found", react("0000000001.000000", "eyes")),
                bot(
                    "no_item_specified",
                    json!({ "channel": "#dev", "name": "eyes" }),
                ),
                bot(
                    "not_reactable",
                    json!({ "channel": "#dev", "timestamp": "%bot", "name": "eyes", "file": "F1" }),
                ),
                bot("thread_locked", react("%reply_locked", "eyes")),
                bot("too_many_emoji", react("%bot", "fire")).given(full),
                bot("too_many_reactions", react("%bot", "fire")).given(busy),
                bot(
                    "no_access",
                    json!({ "channel": "#limited", "timestamp": "%limited", "name": "eyes" }),
                ),
            ],
        ),
        (
            "reactions.remove",
            vec![
                bot("bad_timestamp", react("now", "eyes")),
                bot(
                    "channel_not_found",
                    json!({ "channel": "C0", "timestamp": "%bot", "name": "eyes" }),
                ),
                bot(
                    "external_channel_migrating",
                    json!({ "channel": "#migrating", "timestamp": "%moving", "name": "eyes" }),
                ),
                bot("file_not_found", json!({ "file": "F1", "name": "eyes" })),
                bot(
                    "file_comment_not_found",
                    json!({ "file_comment": "Fc1", "name": "eyes" }),
                ),
                bot("invalid_name", react("%bot", "nonsense_name")),
                bot("message_not_found", react("0000000001.000000", "eyes")),
                bot("no_item_specified", json!({ "name": "eyes" })),
                bot(
                    "no_access",
                    json!({ "channel": "#limited", "timestamp": "%limited", "name": "eyes" }),
                ),
                bot("no_reaction", react("%bot", "fire")),
                bot("thread_locked", react("%locked", "eyes")),
            ],
        ),
        (
            "reactions.get",
            vec![
                bot("bad_timestamp", pin("now")),
                bot(
                    "channel_not_found",
                    json!({ "channel": "C0", "timestamp": "%bot" }),
                ),
                bot("file_comment_not_found", json!({ "file_comment": "Fc1" })),
                bot("file_not_found", json!({ "file": "F1" })),
                bot("message_not_found", pin("0000000001.000000")),
                bot("no_item_specified", json!({ "channel": "#dev" })),
            ],
        ),
        (
            "bookmarks.add",
            vec![
                bot("access_denied", link("#elsewhere")),
                bot("channel_not_found", link("#secret")),
                bot(
                    "file_not_found",
                    json!({ "channel_id": "#dev", "title": "x", "type": "file", "entity_id": "F1" }),
                ),
                bot(
                    "invalid_bookmark_type",
                    with(link("#dev"), "type", "folder"),
                ),
                bot("invalid_emoji", with(link("#dev"), "emoji", "👍")),
                bot(
                    "invalid_entity_id",
                    json!({ "channel_id": "#dev", "title": "x", "type": "message" }),
                ),
                bot("invalid_link", with(link("#dev"), "link", "ftp://x")),
                bot(
                    "invalid_parent_type",
                    json!({ "channel_id": "#dev", "title": "x", "type": "link", "parent_id": "Bk1" }),
                ),
                bot("not_implemented", link("#dev"))
                    .given(|state| policy(state, |policy| policy.bookmarks = false)),
                bot("parent_with_link", with(link("#dev"), "parent_id", "Bk1")),
                by("guest", "permission_denied", link("#lobby")),
                bot("too_many_bookmarks", link("#dev"))
                    .given(|state| policy(state, |policy| policy.max_bookmarks = 0)),
            ],
        ),
        (
            "bookmarks.list",
            vec![
                bot("access_denied", json!({ "channel_id": "#elsewhere" })),
                bot("channel_not_found", json!({})),
                bot("not_implemented", json!({ "channel_id": "#dev" }))
                    .given(|state| policy(state, |policy| policy.bookmarks = false)),
            ],
        ),
        (
            "bookmarks.remove",
            vec![
                bot(
                    "access_denied",
                    json!({ "channel_id": "#elsewhere", "bookmark_id": "Bk1" }),
                ),
                bot(
                    "channel_not_found",
                    json!({ "channel_id": "#secret", "bookmark_id": "Bk1" }),
                ),
                bot(
                    "invalid_bookmark_type",
                    json!({ "channel_id": "#dev", "quip_section_id": "q" }),
                ),
                bot(
                    "not_found",
                    json!({ "channel_id": "#dev", "bookmark_id": "Bk1" }),
                ),
                bot("not_implemented", json!({ "channel_id": "#dev" }))
                    .given(|state| policy(state, |policy| policy.bookmarks = false)),
                by(
                    "guest",
                    "permission_denied",
                    json!({ "channel_id": "#lobby", "bookmark_id": "Bk1" }),
                ),
            ],
        ),
    ]
}

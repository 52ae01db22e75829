//! Every error that Slack documents for a method, provoked once: by what a caller does, by how the
//! workspace is set up, or, where Slack's reasons do not exist here, by a fault that answers it.

use super::world::World;
use matoi::wire::methods::METHODS;
use matoi::workspace::faults::Fault;
use matoi::workspace::model::{Plan, Policy, Reaction, Role, Who};
use matoi::workspace::state::State;
use matoi::workspace::{Options, Workspace};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

struct Row {
    code: &'static str,
    by: &'static str,
    args: Value,
    given: fn(&mut State),
}

/// A method and its provocations.
type Table = Vec<(&'static str, Vec<Row>)>;

fn as_it_is(_: &mut State) {}

/// The bot does it.
fn bot(code: &'static str, args: Value) -> Row {
    by("matoi", code, args)
}

fn by(by: &'static str, code: &'static str, args: Value) -> Row {
    Row {
        code,
        by,
        args,
        given: as_it_is,
    }
}

impl Row {
    fn given(self, given: fn(&mut State)) -> Row {
        Row { given, ..self }
    }
}

fn policy(state: &mut State, set: impl FnOnce(&mut Policy)) {
    state.edit_team(|_, policy| set(policy));
}

fn id(state: &State, channel: &str) -> String {
    let room = state.channel_named(channel).expect("a channel of the seed");
    room.channel.id.clone()
}

fn conversations() -> Table {
    let long = "あ".repeat(81);
    let words = "い".repeat(251);
    let names = |channel: Option<&str>| -> Vec<Row> {
        let args = |name: &str| match channel {
            Some(channel) => json!({ "channel": channel, "name": name }),
            None => json!({ "name": name }),
        };
        vec![
            bot("invalid_name", args("a\u{7}b")),
            bot("invalid_name_maxlength", args(&long)),
            bot("invalid_name_punctuation", args("--")),
            bot("invalid_name_required", args("")),
            bot("invalid_name_specials", args("Big")),
            bot("name_taken", args("general")),
        ]
    };
    let about = |name: &str, codes: &[&'static str]| -> Vec<Row> {
        let on = |channel: &str| json!({ "channel": channel, name: "x" });
        let all = [
            bot("channel_not_found", on("C0")),
            bot("is_archived", on("#old")),
            bot("method_not_supported_for_channel_type", on("D")),
            by("narrow", "missing_scope", on("#dev")),
            bot("not_in_channel", on("#elsewhere")),
            bot("too_long", json!({ "channel": "#dev", name: words })),
            by("guest", "user_is_restricted", on("#lobby")),
        ];
        all.into_iter()
            .filter(|row| codes.contains(&row.code))
            .collect()
    };
    let topic = [
        "channel_not_found",
        "is_archived",
        "method_not_supported_for_channel_type",
        "missing_scope",
        "not_in_channel",
        "too_long",
        "user_is_restricted",
    ];
    let mut create = names(None);
    create.extend([
        by("org", "missing_argument", json!({ "name": "x" })),
        by("narrow", "missing_scope", json!({ "name": "x" })),
        bot("no_channel", json!({ "name": " " })),
        bot("restricted_action", json!({ "name": "x" }))
            .given(|state| policy(state, |policy| policy.create_channels = Who::Admins)),
    ]);
    let mut rename = names(Some("#dev"));
    rename.retain(|row| !matches!(row.code, "name_taken"));
    rename.extend([
        bot(
            "name_taken",
            json!({ "channel": "#dev", "name": "general" }),
        ),
        bot("channel_not_found", json!({ "channel": "C0", "name": "x" })),
        bot("is_archived", json!({ "channel": "#old", "name": "x" })),
        bot(
            "method_not_supported_for_channel_type",
            json!({ "channel": "D", "name": "x" }),
        ),
        by(
            "narrow",
            "missing_scope",
            json!({ "channel": "#dev", "name": "x" }),
        ),
        by(
            "suzuki",
            "not_authorized",
            json!({ "channel": "#dev", "name": "x" }),
        ),
        bot(
            "not_in_channel",
            json!({ "channel": "#elsewhere", "name": "x" }),
        ),
    ]);
    vec![
        ("conversations.create", create),
        ("conversations.rename", rename),
        ("conversations.setTopic", about("topic", &topic)),
        ("conversations.setPurpose", about("purpose", &topic)),
        (
            "conversations.archive",
            vec![
                bot("already_archived", json!({ "channel": "#old" })),
                bot("cant_archive_general", json!({ "channel": "#general" })),
                bot("cant_archive_required", json!({ "channel": "#required" })),
                bot("channel_not_found", json!({ "channel": "#secret" })),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "D" }),
                ),
                by("narrow", "missing_scope", json!({ "channel": "#dev" })),
                bot("not_in_channel", json!({ "channel": "#elsewhere" })),
                bot("restricted_action", json!({ "channel": "#dev" }))
                    .given(|state| policy(state, |policy| policy.archive_channels = Who::Admins)),
            ],
        ),
        (
            "conversations.unarchive",
            vec![
                bot("channel_not_found", json!({ "channel": "#old_private" })),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "D" }),
                ),
                by("narrow", "missing_scope", json!({ "channel": "#old" })),
                bot("not_archived", json!({ "channel": "#dev" })),
                // Not documented, but what bots meet.
                bot("not_in_channel", json!({ "channel": "#old" })),
            ],
        ),
        (
            "conversations.open",
            vec![
                bot("channel_not_found", json!({ "channel": "D0" })),
                bot("invalid_user_combination", json!({ "users": "@partner" })),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "#dev" }),
                ),
                by("narrow", "missing_scope", json!({ "users": "@sato" })),
                bot("not_enough_users", json!({ "users": "@matoi" })),
                bot(
                    "too_many_users",
                    json!({ "users": "U1,U2,U3,U4,U5,U6,U7,U8,U9" }),
                ),
                bot("user_disabled", json!({ "users": "@gone" })),
                bot("user_not_found", json!({ "users": "U0" })),
                by("guest", "user_not_visible", json!({ "users": "@tanaka" })),
                bot("users_list_not_supplied", json!({})),
            ],
        ),
        (
            "conversations.list",
            vec![
                bot("invalid_cursor", json!({ "cursor": "bmV4dF90czox" })),
                bot("invalid_limit", json!({ "limit": "many" })),
                bot("invalid_types", json!({ "types": "channels" })),
                by("org", "missing_argument", json!({})),
                by(
                    "public_only",
                    "missing_scope",
                    json!({ "types": "private_channel" }),
                ),
            ],
        ),
        (
            "users.conversations",
            vec![
                bot("invalid_cursor", json!({ "cursor": "x" })),
                bot("invalid_limit", json!({ "limit": "many" })),
                bot("invalid_types", json!({ "types": "public" })),
                by("org", "missing_argument", json!({})),
                by("narrow", "missing_scope", json!({})),
            ],
        ),
        (
            "conversations.info",
            vec![
                bot(
                    "channel_is_limited_access",
                    json!({ "channel": "#limited" }),
                ),
                bot("channel_not_found", json!({ "channel": "#secret" })),
                by(
                    "public_only",
                    "missing_scope",
                    json!({ "channel": "#lonely" }),
                ),
            ],
        ),
    ]
}

fn reading_and_members() -> Table {
    let windows = |ts: bool| -> Vec<Row> {
        let on = |extra: (&str, &str)| {
            let mut args = json!({ "channel": "#dev", extra.0: extra.1 });
            if ts {
                args["ts"] = json!("%parent");
            }
            args
        };
        vec![
            bot("invalid_cursor", on(("cursor", "dXNlcjpVMQ=="))),
            bot(
                "invalid_metadata_filter_keys",
                on(("metadata_keys_to_include", "{}")),
            ),
            bot("invalid_ts_latest", on(("latest", "soon"))),
            bot("invalid_ts_oldest", on(("oldest", "2026-01-01"))),
        ]
    };
    let mut history = windows(false);
    history.extend([
        bot(
            "channel_is_limited_access",
            json!({ "channel": "#limited" }),
        ),
        bot("channel_not_found", json!({ "channel": "#secret" })),
        bot("not_in_channel", json!({ "channel": "#elsewhere" })),
    ]);
    let mut replies = windows(true);
    replies.extend([
        bot(
            "channel_not_found",
            json!({ "channel": "C0", "ts": "%parent" }),
        ),
        by(
            "narrow",
            "missing_scope",
            json!({ "channel": "#dev", "ts": "%parent" }),
        ),
        bot(
            "thread_not_found",
            json!({ "channel": "#dev", "ts": "%system" }),
        ),
    ]);
    let invite = |users: &str| json!({ "channel": "#dev", "users": users });
    vec![
        ("conversations.history", history),
        ("conversations.replies", replies),
        (
            "conversations.invite",
            vec![
                bot("already_in_channel", invite("@suzuki")),
                bot("app_cannot_join_channel", invite("@hermit")),
                bot("cant_invite", invite("@barred")),
                bot("cant_invite_self", invite("@matoi")),
                bot(
                    "channel_not_found",
                    json!({ "channel": "#secret", "users": "@tanaka" }),
                ),
                bot(
                    "is_archived",
                    json!({ "channel": "#old", "users": "@tanaka" }),
                ),
                bot("org_user_not_in_team", invite("@sister")),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "D", "users": "@tanaka" }),
                ),
                by("narrow", "missing_scope", invite("@tanaka")),
                by(
                    "guest",
                    "no_permission",
                    json!({ "channel": "#lobby", "users": "@tanaka" }),
                ),
                bot("no_external_invite_permission", invite("@partner")),
                bot("no_user", json!({ "channel": "#dev" })),
                bot(
                    "not_in_channel",
                    json!({ "channel": "#elsewhere", "users": "@tanaka" }),
                ),
                bot("ura_max_channels", invite("@single")),
                bot(
                    "user_is_restricted",
                    json!({ "channel": "#general", "users": "@guest" }),
                ),
                bot("user_not_found", invite("U0")),
                bot(
                    "external_channel_migrating",
                    json!({ "channel": "#migrating", "users": "@tanaka" }),
                ),
            ],
        ),
        (
            "conversations.kick",
            vec![
                bot(
                    "cant_kick_from_general",
                    json!({ "channel": "#general", "user": "@tanaka" }),
                ),
                bot(
                    "cant_kick_self",
                    json!({ "channel": "#dev", "user": "@matoi" }),
                ),
                bot(
                    "channel_not_found",
                    json!({ "channel": "C0", "user": "@suzuki" }),
                ),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "D", "user": "@suzuki" }),
                ),
                by(
                    "narrow",
                    "missing_scope",
                    json!({ "channel": "#dev", "user": "@suzuki" }),
                ),
                bot(
                    "not_in_channel",
                    json!({ "channel": "#dev", "user": "@tanaka" }),
                ),
                bot(
                    "restricted_action",
                    json!({ "channel": "#dev", "user": "@suzuki" }),
                )
                .given(|state| policy(state, |policy| policy.remove_members = Who::Admins)),
                bot("user_not_found", json!({ "channel": "#dev" })),
            ],
        ),
        (
            "conversations.members",
            vec![
                bot("channel_not_found", json!({ "channel": "#secret" })),
                bot(
                    "invalid_cursor",
                    json!({ "channel": "#dev", "cursor": "%%" }),
                ),
                bot("invalid_limit", json!({ "channel": "#dev", "limit": "x" })),
                by(
                    "public_only",
                    "missing_scope",
                    json!({ "channel": "#lonely" }),
                ),
            ],
        ),
        (
            "conversations.join",
            vec![
                bot(
                    "channel_is_limited_access",
                    json!({ "channel": "#limited" }),
                ),
                bot("channel_not_found", json!({ "channel": "#secret" })),
                bot("is_archived", json!({ "channel": "#old" })),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "D" }),
                ),
                by(
                    "narrow",
                    "missing_scope",
                    json!({ "channel": "#elsewhere" }),
                ),
                bot("too_many_members", json!({ "channel": "#elsewhere" }))
                    .given(|state| policy(state, |policy| policy.max_members = 1)),
            ],
        ),
        (
            "conversations.leave",
            vec![
                bot("cant_leave_general", json!({ "channel": "#general" })),
                bot("channel_not_found", json!({ "channel": "C0" })),
                bot("is_archived", json!({ "channel": "#old" })),
                bot("last_member", json!({ "channel": "#lonely" })),
                bot(
                    "method_not_supported_for_channel_type",
                    json!({ "channel": "D" }),
                ),
                by("narrow", "missing_scope", json!({ "channel": "#dev" })),
                by(
                    "guest",
                    "user_is_restricted",
                    json!({ "channel": "#lobby" }),
                ),
            ],
        ),
    ]
}

fn posting() -> Table {
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

fn marks() -> Table {
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

fn directory() -> Table {
    fn free(state: &mut State) {
        state.edit_team(|team, _| team.plan = Plan::Free);
    }
    vec![
        (
            "api.test",
            vec![bot("my_error", json!({ "error": "my_error" }))],
        ),
        ("auth.test", vec![]),
        (
            "team.info",
            vec![
                bot("team_not_found", json!({ "team": "T0" })),
                bot("team_not_on_enterprise", json!({ "domain": "odd" })),
            ],
        ),
        (
            "users.list",
            vec![
                bot("invalid_cursor", json!({ "cursor": "bmV4dF90czox" })),
                bot("limit_required", json!({}))
                    .given(|state| policy(state, |policy| policy.large_directory = true)),
                by("org", "missing_argument", json!({})),
            ],
        ),
        (
            "users.info",
            vec![
                bot("too_many_users", json!({ "user": "@sato,@suzuki" })),
                bot("user_not_found", json!({ "user": "U0" })),
                by("guest", "user_not_visible", json!({ "user": "@tanaka" })),
            ],
        ),
        (
            "users.lookupByEmail",
            vec![
                by(
                    "org",
                    "enterprise_is_restricted",
                    json!({ "email": "sato@odd.example" }),
                ),
                bot("users_not_found", json!({ "email": "gone@odd.example" })),
            ],
        ),
        (
            "usergroups.list",
            vec![
                by("org", "missing_argument", json!({})),
                bot("plan_upgrade_required", json!({})).given(free),
                bot("invalid_cursor", json!({ "cursor": "x" })),
                bot("invalid_team", json!({ "team_id": "T0" })),
            ],
        ),
        (
            "usergroups.users.list",
            vec![
                bot("no_such_subteam", json!({ "usergroup": "S0" })),
                bot("plan_upgrade_required", json!({ "usergroup": "S0" })).given(free),
                bot(
                    "invalid_cursor",
                    json!({ "usergroup": "S0", "cursor": "x" }),
                ),
            ],
        ),
    ]
}

/// Codes whose reason does not exist here: drafts, files, canvases, other companies' channels,
/// organisations. Only a fault can answer them.
const BY_FAULT: &[(&str, &[&str])] = &[
    ("auth.test", &["internal_error", "invalid_auth"]),
    (
        "team.info",
        &[
            "enterprise_not_found",
            "fail_to_get_teams_for_restricted_user",
            "missing_user",
            "org_not_found",
            "user_not_found",
        ],
    ),
    (
        "conversations.create",
        &["cannot_create_channel", "canvas_disabled_user_team"],
    ),
    (
        "conversations.list",
        &["method_not_supported_for_channel_type"],
    ),
    (
        "users.conversations",
        &["method_not_supported_for_channel_type"],
    ),
    (
        "conversations.replies",
        &[
            "method_not_supported_for_channel_type",
            "list_record_comment_fetch_failed",
        ],
    ),
    ("conversations.invite", &["invitee_cant_see_channel"]),
    ("conversations.kick", &["not_supported"]),
    (
        "conversations.members",
        &[
            "fetch_members_failed",
            "method_not_supported_for_channel_type",
        ],
    ),
    (
        "chat.postMessage",
        &[
            "app_access_restricted",
            "draft_already_deleted",
            "draft_already_sent",
            "draft_has_conflict",
            "draft_not_found",
            "duplicate_channel_not_found",
            "duplicate_message_not_found",
            "rate_limited",
            "slack_connect_canvas_sharing_blocked",
            "slack_connect_file_link_sharing_blocked",
            "slack_connect_lists_sharing_blocked",
        ],
    ),
    (
        "chat.update",
        &[
            "blocked_file_type",
            "file_deleted",
            "file_is_deleted",
            "file_share_limit_reached",
            "max_file_sharing_exceeded",
            "message_limit_exceeded",
            "posting_to_channel_denied",
            "slack_connect_blocked_file_type",
            "slack_connect_canvas_sharing_blocked",
            "slack_connect_clip_sharing_blocked",
            "slack_connect_file_link_sharing_blocked",
            "slack_connect_file_upload_sharing_blocked",
            "streaming_state_conflict",
            "team_not_found",
            "unable_to_share_files",
            "update_failed",
        ],
    ),
    ("pins.list", &["restricted_action"]),
    ("usergroups.list", &["users_not_found"]),
    (
        "bookmarks.add",
        &[
            "cannot_bookmark_from_external_org",
            "cannot_bookmark_restricted_sharing_enabled",
            "file_already_added",
            "invalid_app_action_type",
            "invalid_shortcut_type",
            "invalid_child_type",
            "parent_bookmark_disabled",
            "slack_connect_file_upload_sharing_blocked",
            "slack_connect_clip_sharing_blocked",
            "slack_connect_blocked_file_type",
            "too_many_tabs",
            "too_many_requests",
        ],
    ),
    ("bookmarks.remove", &["user_not_found"]),
];

fn table() -> Table {
    [
        conversations(),
        reading_and_members(),
        posting(),
        marks(),
        directory(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn each_error_follows_from_what_was_done() {
    let mut world = World::new();
    let direct = world.ok("matoi", "conversations.open", json!({ "users": "@sato" }));
    let direct = super::world::at(&direct, "/channel/id");
    let mut wrong = Vec::new();
    for (method, rows) in table() {
        for row in rows {
            let mut world = world.clone();
            (row.given)(&mut world.state);
            let mut args = row.args.clone();
            if args["channel"] == "D" {
                args["channel"] = direct.clone();
            }
            let answer = world.call(row.by, method, args);
            if answer.error() != Some(row.code) {
                wrong.push(format!("{method} {}: {}", row.code, answer.to_json()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_other_error_can_be_answered_by_a_fault() {
    let handle = Workspace::open(Options::for_tests())
        .and_then(Workspace::start)
        .expect("it starts");
    for (method, codes) in BY_FAULT {
        for code in *codes {
            handle.add_fault(Fault::error(method, code));
            let answer = handle.call(&handle.bot_token(), method, json!({}));
            assert_eq!(answer.error(), Some(*code), "{method}");
            handle.clear_faults();
        }
    }
}

fn provoked() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (method, rows) in table() {
        all.entry(method)
            .or_default()
            .extend(rows.iter().map(|row| row.code));
    }
    for (method, codes) in BY_FAULT {
        all.entry(method).or_default().extend(codes.iter().copied());
    }
    all
}

#[test]
fn every_method_has_its_rows() {
    let provoked = provoked();
    for method in METHODS {
        let codes = provoked.get(method.name);
        assert!(
            codes.is_some_and(|codes| !codes.is_empty()),
            "{}",
            method.name
        );
    }
}

#[test]
fn no_documented_error_is_left_out() {
    let Some(reference) = super::shapes::reference() else {
        return;
    };
    let provoked = provoked();
    let mut missing = Vec::new();
    for method in METHODS {
        let documented = reference.method(method.name);
        let Some(errors) = documented["errors"].as_object() else {
            continue;
        };
        for code in errors.keys() {
            if !provoked[method.name].contains(code.as_str()) {
                missing.push(format!("{} {code}", method.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_guest_is_a_guest() {
    let world = World::new();
    let guest = world.state.users().find(|user| user.handle == "guest");
    assert_eq!(guest.map(|guest| guest.role), Some(Role::Guest));
}

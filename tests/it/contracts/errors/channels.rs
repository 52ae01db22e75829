//! What goes wrong with conversations and their members.

use super::{Row, Table, bot, by, policy};
use matoi::workspace::model::Who;
use serde_json::json;

pub fn conversations() -> Table {
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

pub fn reading_and_members() -> Table {
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

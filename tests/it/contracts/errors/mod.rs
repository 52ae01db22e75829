//! Every error that Slack documents for a method, provoked once: by what a caller does, by how the
//! workspace is set up, or, where Slack's reasons do not exist here, by a fault that answers it.

mod channels;
mod posts;

use super::world::World;
use matoi::wire::methods::METHODS;
use matoi::workspace::faults::Fault;
use matoi::workspace::model::{Plan, Policy, Role};
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
        channels::conversations(),
        channels::reading_and_members(),
        posts::posting(),
        posts::marks(),
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

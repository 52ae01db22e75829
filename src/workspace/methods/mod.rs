//! The methods, one function each, from a call to its reply. They run after the token and its
//! scopes were checked and the required arguments are there.

mod bookmarks;
mod chat;
mod conversations;
mod directory;
mod history;
mod listing;
mod members;
mod pins;
mod reactions;

use super::answer::{Refusal, Reply, fields, refuse};
use super::args::Args;
use super::model::TokenKind;
use super::state::Call;
use crate::wire::methods::METHODS;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn dispatch(method: &str, call: &mut Call<'_>) -> Reply {
    match method {
        "api.test" => api_test(call.args),
        "auth.test" => auth_test(call),
        "team.info" => team_info(call),
        "conversations.create" => conversations::create(call),
        "conversations.rename" => conversations::rename(call),
        "conversations.archive" => conversations::archive(call),
        "conversations.unarchive" => conversations::unarchive(call),
        "conversations.setTopic" => conversations::set_topic(call),
        "conversations.setPurpose" => conversations::set_purpose(call),
        "conversations.open" => conversations::open(call),
        "conversations.list" => listing::list(call),
        "conversations.info" => listing::info(call),
        "users.conversations" => listing::of_user(call),
        "conversations.history" => history::history(call),
        "conversations.replies" => history::replies(call),
        "conversations.invite" => members::invite(call),
        "conversations.kick" => members::kick(call),
        "conversations.members" => members::list(call),
        "conversations.join" => members::join(call),
        "conversations.leave" => members::leave(call),
        "users.list" => directory::list(call),
        "users.info" => directory::info(call),
        "users.lookupByEmail" => directory::by_email(call),
        "usergroups.list" => directory::groups(call),
        "usergroups.users.list" => directory::group_users(call),
        "chat.postMessage" => chat::post(call),
        "chat.update" => chat::update(call),
        "chat.delete" => chat::delete(call),
        "chat.postEphemeral" => chat::post_ephemeral(call),
        "chat.getPermalink" => chat::permalink(call),
        "pins.add" => pins::add(call),
        "pins.remove" => pins::remove(call),
        "pins.list" => pins::list(call),
        "reactions.add" => reactions::add(call),
        "reactions.remove" => reactions::remove(call),
        "reactions.get" => reactions::get(call),
        "bookmarks.add" => bookmarks::add(call),
        "bookmarks.list" => bookmarks::list(call),
        "bookmarks.remove" => bookmarks::remove(call),
        _ => refuse("unknown_method"),
    }
}

/// What a token may do unless the seed says otherwise: a bot everything but the rights that change
/// how Slack treats it, a person everything.
pub fn default_scopes(kind: TokenKind) -> BTreeSet<String> {
    let scopes: Vec<&str> = match kind {
        TokenKind::Bot => BOT_SCOPES.to_vec(),
        TokenKind::User => METHODS
            .iter()
            .flat_map(|method| method.user_scopes)
            .copied()
            .collect(),
        TokenKind::App => vec!["connections:write"],
    };
    scopes.into_iter().map(str::to_owned).collect()
}

/// More than the app manifest of matoi asks for: other programs try their calls here too.
const BOT_SCOPES: [&str; 21] = [
    "channels:read",
    "channels:history",
    "channels:manage",
    "channels:join",
    "groups:read",
    "groups:history",
    "groups:write",
    "im:write",
    "mpim:write",
    "chat:write",
    "chat:write.customize",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "bookmarks:read",
    "bookmarks:write",
    "team:read",
];

/// The one method that needs no token.
pub fn without_token(method: &str, args: &Args) -> Reply {
    match method {
        "api.test" => api_test(args),
        _ => refuse("not_authed"),
    }
}

/// Methods that want a `team_id` from a token issued for a whole organisation.
pub fn wants_team(method: &str) -> bool {
    matches!(
        method,
        "conversations.create"
            | "conversations.list"
            | "users.conversations"
            | "users.list"
            | "usergroups.list"
    )
}

/// Where a missing argument has a code of its own; elsewhere it is `invalid_arguments`.
pub fn code_when_missing(method: &str, name: &str) -> Option<&'static str> {
    match (method, name) {
        ("conversations.invite", "users") => Some("no_user"),
        ("conversations.replies", "ts") => Some("thread_not_found"),
        ("conversations.replies", "channel") => Some("channel_not_found"),
        ("pins.add" | "pins.remove" | "pins.list", "channel") => Some("channel_not_found"),
        ("reactions.add", "channel" | "timestamp") => Some("no_item_specified"),
        ("users.info", "user") => Some("user_not_found"),
        _ => None,
    }
}

fn api_test(args: &Args) -> Reply {
    let mut echo = args.as_map().clone();
    echo.remove("token");
    let error = args.text_or_empty("error")?;
    if !error.is_empty() {
        return Err(Refusal::new(error).with("args", Value::Object(echo)));
    }
    if echo.is_empty() {
        return Ok(serde_json::Map::new());
    }
    Ok(fields(json!({ "args": echo })))
}

fn auth_test(call: &mut Call<'_>) -> Reply {
    let state = &*call.state;
    let user = state
        .user(call.user())
        .ok_or_else(|| Refusal::new("account_inactive"))?;
    let mut reply = fields(json!({
        "url": state.team.url,
        "team": state.team.name,
        "user": user.handle,
        "team_id": state.team.id,
        "user_id": user.id,
        "is_enterprise_install": call.token.org,
    }));
    if call.is_bot()
        && let Some(app) = call.token.app.as_deref().and_then(|id| state.app(id))
    {
        reply.insert("bot_id".to_owned(), json!(app.bot_id));
        reply.insert("app_id".to_owned(), json!(app.id));
        reply.insert("app_name".to_owned(), json!(app.name));
    }
    Ok(reply)
}

fn team_info(call: &mut Call<'_>) -> Reply {
    let team = &call.state.team;
    let wanted = call.args.text_or_empty("team")?;
    if !wanted.is_empty() && wanted != team.id {
        return refuse("team_not_found");
    }
    if wanted.is_empty() && call.args.has("domain") {
        return refuse("team_not_on_enterprise");
    }
    let mut icon = serde_json::Map::new();
    for size in [34, 44, 68, 88, 102, 132] {
        icon.insert(
            format!("image_{size}"),
            json!(format!("{}avatars/team_{size}.png", team.url)),
        );
    }
    icon.insert("image_default".to_owned(), json!(true));
    Ok(fields(json!({
        "team": {
            "id": team.id,
            "name": team.name,
            "url": team.url,
            "domain": team.domain,
            "email_domain": team.email_domain,
            "icon": icon,
        },
    })))
}

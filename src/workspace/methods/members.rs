//! Who is in a conversation.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::model::{Channel, ChannelKind, Flag, Role, Standing, Who};
use super::super::pages::{self, PageSize};
use super::super::state::{Call, done};
use super::conversations::{proper_channel, shown};
use serde_json::{Value, json};

const INVITE_MAX: usize = 100;

pub fn invite(call: &mut Call<'_>) -> Reply {
    let channel = proper_channel(call, "conversations.invite")?;
    let users = call.args.list("users")?;
    if users.is_empty() {
        return refuse("no_user");
    }
    if users.len() > INVITE_MAX {
        return Err(Refusal::explained(
            "invalid_arguments",
            &["[ERROR] no more than 100 items allowed [json-pointer:/users]".to_owned()],
        ));
    }
    if channel.is(Flag::Migrating) {
        return refuse("external_channel_migrating");
    }
    if channel.archived {
        return refuse("is_archived");
    }
    if !channel.members.contains(call.user()) {
        return refuse("not_in_channel");
    }
    if call.is_guest() {
        return refuse("no_permission");
    }
    let mut errors = Vec::new();
    let mut welcome = Vec::new();
    for user in &users {
        match check_invitee(call, &channel, user) {
            Ok(()) => welcome.push(user.clone()),
            Err(code) => errors.push((user.clone(), code)),
        }
    }
    let listed: Vec<Value> = errors
        .iter()
        .map(|(user, code)| json!({ "user": user, "ok": false, "error": code }))
        .collect();
    let forced = call.args.flag("force") && !welcome.is_empty();
    if let (Some((_, first)), false) = (errors.first(), forced) {
        return Err(Refusal::new(*first).with("errors", json!(listed)));
    }
    let inviter = call.user().to_owned();
    for user in welcome {
        enter(call, &channel.id, &user, Some(&inviter))?;
    }
    let mut reply = shown(call, &channel.id, |_| {})?;
    if !listed.is_empty() {
        reply.insert("errors".to_owned(), json!(listed));
    }
    Ok(reply)
}

fn check_invitee(call: &Call<'_>, channel: &Channel, id: &str) -> Result<(), &'static str> {
    let user = call.state.user(id).ok_or("user_not_found")?;
    if id == call.user() {
        return Err("cant_invite_self");
    }
    if user.deleted {
        return Err("user_not_found");
    }
    if channel.members.contains(id) {
        return Err("already_in_channel");
    }
    match user.standing {
        Standing::Home => {}
        Standing::Uninvitable => return Err("cant_invite"),
        Standing::Elsewhere => return Err("org_user_not_in_team"),
        Standing::External => return Err("no_external_invite_permission"),
    }
    if let Some(app) = user.app.as_deref().and_then(|app| call.state.app(app))
        && (!app.joins_channels || channel.is(Flag::AppsBarred))
    {
        return Err("app_cannot_join_channel");
    }
    match user.role {
        Role::SingleChannelGuest => {
            let elsewhere = call
                .state
                .channels()
                .any(|room| !room.channel.kind.is_direct() && room.has(id));
            if elsewhere {
                return Err("ura_max_channels");
            }
        }
        Role::Guest if channel.general => return Err("user_is_restricted"),
        _ => {}
    }
    Ok(())
}

/// Puts somebody in and says so in the channel.
fn enter(
    call: &mut Call<'_>,
    channel: &str,
    user: &str,
    inviter: Option<&str>,
) -> Result<(), Refusal> {
    call.state.edit_channel(channel, |stored| {
        stored.members.insert(user.to_owned());
    });
    let text = format!("<@{user}> has joined the channel");
    let extra = match inviter {
        Some(inviter) => json!({ "inviter": inviter }),
        None => json!({}),
    };
    call.announce(channel, "channel_join", user, text, extra)?;
    Ok(())
}

fn exit(call: &mut Call<'_>, channel: &str, user: &str) -> Result<(), Refusal> {
    call.state.edit_channel(channel, |stored| {
        stored.members.remove(user);
    });
    let text = format!("<@{user}> has left the channel");
    call.announce(channel, "channel_leave", user, text, json!({}))?;
    Ok(())
}

pub fn kick(call: &mut Call<'_>) -> Reply {
    let channel = proper_channel(call, "conversations.kick")?;
    let user = call.args.text_or_empty("user")?;
    if call.state.user(&user).is_none() {
        return refuse("user_not_found");
    }
    if user == call.user() {
        return refuse("cant_kick_self");
    }
    if channel.general {
        return refuse("cant_kick_from_general");
    }
    if !channel.members.contains(&user) || !channel.members.contains(call.user()) {
        return refuse("not_in_channel");
    }
    let public = channel.kind == ChannelKind::Public;
    let barred = call.state.policy.remove_members == Who::Admins && !call.is_admin();
    if public && barred || call.is_guest() {
        return refuse("restricted_action");
    }
    exit(call, &channel.id, &user)?;
    Ok(fields(json!({ "errors": {} })))
}

pub fn join(call: &mut Call<'_>) -> Reply {
    let room = call.channel()?;
    let channel = room.channel.clone();
    let member = room.has(call.user());
    if channel.kind.is_direct() {
        return refuse("method_not_supported_for_channel_type");
    }
    if channel.is(Flag::LimitedAccess) && !member {
        return refuse("channel_is_limited_access");
    }
    if channel.archived {
        return refuse("is_archived");
    }
    if member {
        call.warnings.push("already_in_channel");
        return shown(call, &channel.id, |_| {});
    }
    if channel.members.len() >= call.state.policy.max_members {
        return refuse("too_many_members");
    }
    let user = call.user().to_owned();
    enter(call, &channel.id, &user, None)?;
    shown(call, &channel.id, |_| {})
}

pub fn leave(call: &mut Call<'_>) -> Reply {
    let channel = proper_channel(call, "conversations.leave")?;
    if channel.archived {
        return refuse("is_archived");
    }
    if !channel.members.contains(call.user()) {
        // Not an error, says the reference, and so it has no code.
        return Err(Refusal::new("").with("not_in_channel", json!(true)));
    }
    if channel.general {
        return refuse("cant_leave_general");
    }
    if call.is_guest() {
        return refuse("user_is_restricted");
    }
    if channel.kind == ChannelKind::Private && channel.members.len() == 1 {
        return refuse("last_member");
    }
    let user = call.user().to_owned();
    exit(call, &channel.id, &user)?;
    done()
}

pub fn list(call: &mut Call<'_>) -> Reply {
    let size = PageSize {
        default: 100,
        most: 1000,
        strict: true,
    }
    .read(call.args)?;
    let size = call.state.quirks.page_max.unwrap_or(size).min(size);
    let from = pages::read_cursor(call.args, "user")?;
    let room = call.scoped_channel("conversations.members")?;
    let members = room
        .channel
        .members
        .iter()
        .map(|id| (id.clone(), id.clone()))
        .collect();
    let (page, next) = pages::slice(members, from.as_deref(), size);
    let mut reply = fields(json!({ "members": page }));
    pages::put_cursor(&mut reply, next.map(|id| pages::cursor("user", &id)));
    Ok(reply)
}

//! Posting, editing and deleting.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::content::{self, Content};
use super::super::model::{ChannelKind, Edited, Flag, Message, SECOND, Standing, TokenKind};
use super::super::state::{Call, hashed_id};
use super::super::view::{self, ECHO};
use super::conversations::direct_with;
use crate::domain::ids::SlackTs;
use serde_json::{Map, Value, json};

/// The id of the channel argument, which may be an id, a name with or without `#`, or a person.
fn target(call: &mut Call<'_>) -> Result<String, Refusal> {
    let named = call.args.text_or_empty("channel")?;
    if call.visible(&named).is_ok() {
        return Ok(named);
    }
    if call.state.user(&named).is_some_and(|user| !user.deleted) && named != call.user() {
        return Ok(direct_with(call, &named));
    }
    let name = named.strip_prefix('#').unwrap_or(&named);
    let Some(room) = call.state.channel_named(name) else {
        return refuse("channel_not_found");
    };
    if call.token.org {
        return refuse("team_not_found");
    }
    let id = room.channel.id.clone();
    call.visible(&id)?;
    Ok(id)
}

/// Whether the caller may write here at all; `top` when not in a thread.
fn check_place(call: &Call<'_>, id: &str, top: bool) -> Result<(), Refusal> {
    let room = call.visible(id)?;
    let channel = &room.channel;
    if channel.archived {
        return refuse("is_archived");
    }
    let public = channel.kind == ChannelKind::Public;
    let welcome = call.is_bot() && public && call.has_scope("chat:write.public");
    if !room.has(call.user()) && !welcome {
        return refuse("not_in_channel");
    }
    if channel.is(Flag::Suspended) {
        return refuse("ekm_access_denied");
    }
    if channel.is(Flag::ReadOnly) && !call.is_admin() {
        return refuse("restricted_action_read_only_channel");
    }
    if channel.is(Flag::ThreadOnly) && top {
        return refuse("restricted_action_thread_only_channel");
    }
    if channel.is(Flag::NonThreadable) && !top {
        return refuse("restricted_action_non_threadable_channel");
    }
    let guest_in_general = call.is_guest() && channel.general;
    if channel.is(Flag::Frozen) || guest_in_general {
        return refuse("restricted_action");
    }
    if channel.kind == ChannelKind::Im && call.is_bot() {
        let app = call.token.app.as_deref().and_then(|id| call.state.app(id));
        if app.is_some_and(|app| !app.messages_tab) {
            return refuse("messages_tab_disabled");
        }
    }
    let limit = call.state.policy.message_limit;
    if limit.is_some_and(|limit| call.state.posts >= limit) {
        return refuse("message_limit_exceeded");
    }
    Ok(())
}

/// The parent of a reply. Answering a reply answers its thread, though one ought not to.
fn parent(call: &Call<'_>, channel: &str) -> Result<Option<SlackTs>, Refusal> {
    let given = call
        .args
        .ts("thread_ts")
        .map_err(|_| Refusal::new("cannot_reply_to_message"))?;
    let Some(ts) = given else {
        return Ok(None);
    };
    let room = call.visible(channel)?;
    let Some(message) = room.messages.get(&ts) else {
        return refuse("cannot_reply_to_message");
    };
    if message.is_system() && !message.is_tombstone() {
        return refuse("cannot_reply_to_message");
    }
    let parent = message.thread.clone().unwrap_or(ts);
    if room
        .messages
        .get(&parent)
        .is_some_and(|parent| parent.locked)
    {
        return refuse("restricted_action_thread_locked");
    }
    Ok(Some(parent))
}

/// A name or picture of its own, which a bot needs a scope for.
fn disguise(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Refusal> {
    let mut extra = Map::new();
    let mut icons = Map::new();
    if let Some(name) = call.args.text("username")?.filter(|name| !name.is_empty()) {
        extra.insert("username".to_owned(), json!(name));
    }
    if let Some(emoji) = call.args.text("icon_emoji")?.filter(|e| !e.is_empty()) {
        icons.insert("emoji".to_owned(), json!(emoji));
    } else if let Some(url) = call.args.text("icon_url")?.filter(|url| !url.is_empty()) {
        icons.insert("image_48".to_owned(), json!(url));
    }
    if extra.is_empty() && icons.is_empty() {
        return Ok(None);
    }
    if !call.is_bot() {
        return Ok(None);
    }
    call.require_scope("chat:write.customize")?;
    if !icons.is_empty() {
        extra.insert("icons".to_owned(), Value::Object(icons));
    }
    Ok(Some(extra))
}

fn check_as_user(call: &Call<'_>) -> Result<(), Refusal> {
    // Apps of today cannot speak as the user who installed them.
    if call.is_bot() && call.args.flag("as_user") {
        return refuse("as_user_not_supported");
    }
    Ok(())
}

pub fn post(call: &mut Call<'_>) -> Reply {
    check_as_user(call)?;
    let id = target(call)?;
    let top = call.args.text_or_empty("thread_ts")?.is_empty();
    check_place(call, &id, top)?;
    let thread = parent(call, &id)?;
    let content = Content::read(call, content::Use::Post)?;
    let disguise = disguise(call)?;
    if let Some(by) = disguise.as_ref().and_then(|extra| extra.get("username")) {
        // Posting under a person's own handle would be speaking for them.
        let handle = by.as_str().unwrap_or("");
        let outsider = call
            .state
            .users()
            .any(|user| user.handle == handle && user.standing != Standing::Home);
        if outsider {
            return refuse("send_on_behalf_not_allowed");
        }
    }
    if content.cut {
        call.warnings.push("message_truncated");
    }
    let user = call.user().to_owned();
    let disguised = disguise.is_some();
    let broadcast = thread.is_some() && call.args.flag("reply_broadcast");
    let subtype = match (disguised, broadcast) {
        (true, _) => Some("bot_message"),
        (false, true) => Some("thread_broadcast"),
        (false, false) => None,
    };
    let app = call.token.app.clone();
    let typed = call.token.kind == TokenKind::User && app.is_none();
    let message = Message {
        user: (!disguised).then(|| user.clone()),
        author: user,
        client_msg_id: typed.then(|| uuid(&format!("{id}/{}", call.state.posts))),
        app,
        subtype: subtype.map(str::to_owned),
        text: content.text,
        thread,
        broadcast,
        blocks: content.blocks,
        attachments: content.attachments,
        metadata: content.metadata.flatten(),
        extra: disguise.unwrap_or_default(),
        ..Message::default()
    };
    call.state.count_post();
    let ts = call.append(&id, message)?;
    echo(call, &id, &ts, |_| {})
}

/// A UUID that follows from `name`.
fn uuid(name: &str) -> String {
    let letters: String = [
        hashed_id("", name),
        hashed_id("u", name),
        hashed_id("v", name),
    ]
    .concat()
    .bytes()
    .map(|byte| char::from_digit(u32::from(byte) % 16, 16).unwrap_or('0'))
    .chain("0000".chars())
    .take(32)
    .collect();
    let part = |range: std::ops::Range<usize>| letters.get(range).unwrap_or("");
    format!(
        "{}-{}-4{}-a{}-{}",
        part(0..8),
        part(8..12),
        part(12..15),
        part(15..18),
        part(18..30)
    )
}

/// `{channel, ts, message}`: the message as Slack has parsed it.
fn echo(
    call: &Call<'_>,
    channel: &str,
    ts: &SlackTs,
    more: impl FnOnce(&mut Map<String, Value>),
) -> Reply {
    let room = call.visible(channel)?;
    let Some(message) = room.messages.get(ts) else {
        return refuse("internal_error");
    };
    let shown = view::message(call, room, ts, message, ECHO);
    let mut reply = fields(json!({ "channel": channel, "ts": ts, "message": shown }));
    more(&mut reply);
    Ok(reply)
}

pub fn update(call: &mut Call<'_>) -> Reply {
    check_as_user(call)?;
    let room = call.channel()?;
    let id = room.channel.id.clone();
    let Some((ts, message)) = call
        .args
        .ts("ts")
        .ok()
        .flatten()
        .and_then(|ts| room.messages.get_key_value(&ts))
        .map(|(ts, message)| (ts.clone(), message.clone()))
        .filter(|(_, message)| !message.is_tombstone())
    else {
        return refuse("message_not_found");
    };
    if message.is_system() || message.author != call.user() {
        return refuse("cant_update_message");
    }
    if room.channel.archived || room.channel.is(Flag::Frozen) {
        return refuse("is_inactive");
    }
    if room.channel.is(Flag::Migrating) {
        return refuse("external_channel_migrating");
    }
    let window = call.state.policy.edit_window.map(i64::from);
    if window.is_some_and(|secs| call.now - ts.micros() > secs * SECOND) {
        return refuse("edit_window_closed");
    }
    if call.args.has("file_ids") {
        return refuse("file_not_found");
    }
    if call.args.flag("reply_broadcast") {
        return broadcast(call, &id, &ts, &message);
    }
    let content = Content::read(call, content::Use::Update)?;
    if let (Some(before), Some(after)) = (&message.blocks, &content.blocks)
        && content::is_rich_text(before)
        && !content::is_rich_text(after)
    {
        return refuse("block_mismatch");
    }
    let editor = call.user().to_owned();
    let at = call.secs();
    let text_given = call.args.has("text") || call.args.has("markdown_text");
    call.state.edit_message(&id, &ts, |stored| {
        if text_given {
            // An edit of blocks alone leaves no mark.
            if stored.text != content.text && content.blocks.is_none() {
                stored.edited = Some(Edited { user: editor, at });
            }
            stored.text = content.text;
            // Text without blocks takes the blocks away.
            stored.blocks = None;
        }
        if content.blocks.is_some() {
            stored.blocks = content.blocks;
        }
        if content.attachments_given {
            stored.attachments = content.attachments;
        }
        if let Some(metadata) = content.metadata {
            stored.metadata = metadata;
        }
    });
    updated(call, &id, &ts)
}

fn updated(call: &Call<'_>, id: &str, ts: &SlackTs) -> Reply {
    echo(call, id, ts, |reply| {
        let text = reply.get("message").and_then(|message| message.get("text"));
        let text = text.cloned().unwrap_or_default();
        reply.insert("text".to_owned(), text);
    })
}

fn broadcast(call: &mut Call<'_>, id: &str, ts: &SlackTs, message: &Message) -> Reply {
    if ["text", "blocks", "attachments", "markdown_text"]
        .iter()
        .any(|name| call.args.has(name))
    {
        return refuse("no_dual_broadcast_content_update");
    }
    if message.thread.is_none() || message.broadcast {
        return refuse("cant_broadcast_message");
    }
    call.state.edit_message(id, ts, |stored| {
        stored.broadcast = true;
        stored.subtype = Some("thread_broadcast".to_owned());
    });
    updated(call, id, ts)
}

pub fn delete(call: &mut Call<'_>) -> Reply {
    let room = call.channel()?;
    let id = room.channel.id.clone();
    let Some((ts, message)) = call
        .args
        .ts("ts")
        .ok()
        .flatten()
        .and_then(|ts| room.messages.get_key_value(&ts))
        .filter(|(_, message)| !message.is_tombstone())
        .map(|(ts, message)| (ts.clone(), message.clone()))
    else {
        return refuse("message_not_found");
    };
    let own = message.author == call.user();
    let admin = call.is_admin() && !call.is_bot();
    // Of a post with a customised identity nobody is the author any more.
    let disguised = message.subtype.as_deref() == Some("bot_message");
    if message.is_system() || !(own || admin) || disguised && !admin || room.channel.archived {
        return refuse("cant_delete_message");
    }
    let replies = room.threads.contains_key(&ts);
    let orphaned = message.thread.clone().filter(|parent| {
        room.threads.get(parent).is_some_and(|all| all.len() == 1)
            && room.messages.get(parent).is_some_and(Message::is_tombstone)
    });
    if replies {
        call.state.edit_message(&id, &ts, |stored| {
            *stored = Message {
                ts: stored.ts.take(),
                user: Some("USLACKBOT".to_owned()),
                author: "USLACKBOT".to_owned(),
                subtype: Some("tombstone".to_owned()),
                text: "This message was deleted.".to_owned(),
                committed: stored.committed,
                ..Message::default()
            };
        });
    } else {
        call.state.remove_message(&id, &ts);
    }
    if let Some(parent) = orphaned {
        call.state.remove_message(&id, &parent);
    }
    call.state.edit_channel(&id, |stored| {
        stored.pins.retain(|pin| pin.ts != ts);
    });
    Ok(fields(json!({ "channel": id, "ts": ts })))
}

/// Shown to one person and kept nowhere.
pub fn post_ephemeral(call: &mut Call<'_>) -> Reply {
    let id = target(call)?;
    let top = call.args.text_or_empty("thread_ts")?.is_empty();
    check_place(call, &id, top).map_err(|refusal| match &*refusal.code {
        // This method knows fewer reasons.
        code if code.starts_with("restricted_action") => Refusal::new("restricted_action"),
        "ekm_access_denied" => Refusal::new("restricted_action"),
        _ => refusal,
    })?;
    let thread = parent(call, &id).map_err(|_| Refusal::new("cannot_reply_to_message"))?;
    let user = call.args.text_or_empty("user")?;
    if !call.visible(&id)?.has(&user) {
        return refuse("user_not_in_channel");
    }
    Content::read(call, content::Use::Ephemeral)?;
    // It takes a timestamp of the channel like any message, and then is nowhere.
    let placeholder = Message {
        author: call.user().to_owned(),
        thread,
        ..Message::default()
    };
    let ts = call.append(&id, placeholder)?;
    call.state.remove_message(&id, &ts);
    Ok(fields(json!({ "message_ts": ts })))
}

pub fn permalink(call: &mut Call<'_>) -> Reply {
    let room = call.channel()?;
    let found = call
        .args
        .ts("message_ts")
        .ok()
        .flatten()
        .and_then(|ts| room.messages.get_key_value(&ts));
    let Some((ts, message)) = found else {
        return refuse("message_not_found");
    };
    let id = &room.channel.id;
    let link = view::permalink(call.state, id, ts, message.thread.as_ref());
    Ok(fields(json!({ "channel": id, "permalink": link })))
}

//! Objects as Slack shows them to a caller.

use super::model::{App, Channel, ChannelKind, Group, Message, Micros, SECOND, Topic, User};
use super::state::{Call, Room, State, hashed_id};
use crate::domain::ids::SlackTs;
use serde_json::{Map, Value, json};

/// People listed in a message's reaction before the list is cut short; the count stays whole.
const REACTION_USERS_SHOWN: usize = 50;
const REPLY_USERS_SHOWN: usize = 5;

/// How much of a message to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detail {
    /// The payload of metadata; otherwise only its type is shown.
    pub metadata: bool,
    pub permalink: bool,
    pub all_reactions: bool,
}

pub const ECHO: Detail = Detail {
    metadata: true,
    permalink: false,
    all_reactions: true,
};

fn topic(topic: &Topic) -> Value {
    json!({ "value": topic.value, "creator": topic.creator, "last_set": topic.last_set })
}

/// A conversation as `caller` (a user id) sees it.
pub fn channel(state: &State, room: &Room, caller: &str) -> Map<String, Value> {
    let channel = &room.channel;
    if channel.kind == ChannelKind::Im {
        return direct(state, channel, caller);
    }
    let mpim = channel.kind == ChannelKind::Mpim;
    let mut shown = super::answer::fields(json!({
        "id": channel.id,
        "name": channel.name,
        "is_channel": !mpim,
        "is_group": mpim,
        "is_im": false,
        "is_mpim": mpim,
        "is_private": channel.kind != ChannelKind::Public,
        "created": channel.created / SECOND,
        "is_archived": channel.archived,
        "is_general": channel.general,
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": false,
        "is_org_shared": false,
        "is_pending_ext_shared": false,
        "pending_shared": [],
        "context_team_id": state.team.id,
        "updated": channel.updated / 1_000,
        "parent_conversation": null,
        "creator": channel.creator,
        "is_ext_shared": false,
        "shared_team_ids": [state.team.id],
        "pending_connected_team_ids": [],
        "is_member": channel.members.contains(caller),
        "topic": topic(&channel.topic),
        "purpose": topic(&channel.purpose),
        "previous_names": channel.previous_names,
    }));
    if channel.members.contains(caller) {
        shown.insert("last_read".to_owned(), json!(SlackTs::zero()));
    }
    if channel.flags.contains(&super::model::Flag::Frozen) {
        shown.insert("is_frozen".to_owned(), json!(true));
    }
    shown
}

fn direct(state: &State, channel: &Channel, caller: &str) -> Map<String, Value> {
    let other = channel
        .members
        .iter()
        .find(|member| *member != caller)
        .map_or(caller, String::as_str);
    let deleted = state.user(other).is_some_and(|user| user.deleted);
    super::answer::fields(json!({
        "id": channel.id,
        "created": channel.created / SECOND,
        "is_archived": channel.archived,
        "is_im": true,
        "is_org_shared": false,
        "context_team_id": state.team.id,
        "updated": channel.updated / 1_000,
        "user": other,
        "last_read": SlackTs::zero(),
        "is_open": true,
        "is_user_deleted": deleted,
        "priority": 0,
    }))
}

/// A person or bot user.
pub fn user(state: &State, user: &User, with_email: bool, locale: bool) -> Map<String, Value> {
    let app = user.app.as_deref().and_then(|id| state.app(id));
    let (last, first) = user
        .real_name
        .split_once([' ', '　'])
        .unwrap_or((&user.real_name, ""));
    let mut profile = super::answer::fields(json!({
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "fields": null,
        "status_text": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "avatar_hash": avatar(user),
        "first_name": first,
        "last_name": last,
        "status_text_canonical": "",
        "team": state.team.id,
    }));
    for size in [24, 32, 48, 72, 192, 512] {
        let url = format!("{}avatars/{}_{size}.png", state.team.url, avatar(user));
        profile.insert(format!("image_{size}"), json!(url));
    }
    if with_email && app.is_none() {
        profile.insert("email".to_owned(), json!(user.email));
    }
    if let Some(app) = app {
        profile.insert("api_app_id".to_owned(), json!(app.id));
        profile.insert("bot_id".to_owned(), json!(app.bot_id));
        profile.insert("always_active".to_owned(), json!(true));
    }
    let mut shown = super::answer::fields(json!({
        "id": user.id,
        "team_id": state.team.id,
        "name": user.handle,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": app.is_some(),
        "is_app_user": false,
        "updated": user.updated,
    }));
    if !user.deleted {
        let role = user.role;
        let owner = role == super::model::Role::Owner;
        shown.extend(super::answer::fields(json!({
            "color": &avatar(user)[..6],
            "real_name": user.real_name,
            "tz": "Asia/Tokyo",
            "tz_label": "Japan Standard Time",
            "tz_offset": 32_400,
            "is_admin": role.is_admin(),
            "is_owner": owner,
            "is_primary_owner": owner,
            "is_restricted": role.is_guest(),
            "is_ultra_restricted": role == super::model::Role::SingleChannelGuest,
            "is_email_confirmed": app.is_none(),
            "has_2fa": false,
            "who_can_share_contact_card": "EVERYONE",
        })));
    }
    if locale {
        shown.insert("locale".to_owned(), json!("ja-JP"));
    }
    shown
}

fn avatar(user: &User) -> String {
    let id = hashed_id("", &user.id);
    id.bytes()
        .map(|b| char::from_digit(u32::from(b) % 16, 16).unwrap_or('0'))
        .chain(['0', '0'])
        .collect()
}

pub fn bot_profile(state: &State, app: &App) -> Value {
    json!({
        "id": app.bot_id,
        "app_id": app.id,
        "user_id": app.bot_user,
        "name": app.name,
        "icons": {},
        "deleted": false,
        "updated": app.updated,
        "team_id": state.team.id,
    })
}

pub fn group(state: &State, group: &Group, users: bool, count: bool) -> Value {
    let mut shown = super::answer::fields(json!({
        "id": group.id,
        "team_id": state.team.id,
        "is_usergroup": true,
        "is_subteam": true,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": false,
        "date_create": group.created,
        "date_update": group.created,
        "date_delete": group.disabled,
        "auto_type": null,
        "auto_provision": false,
        "enterprise_subteam_id": "",
        "created_by": group.created_by,
        "updated_by": group.created_by,
        "deleted_by": null,
        "prefs": { "channels": [], "groups": [] },
        "channel_count": 0,
    }));
    if users {
        shown.insert("users".to_owned(), json!(group.users));
    }
    if users || count {
        shown.insert("user_count".to_owned(), json!(group.users.len()));
    }
    Value::Object(shown)
}

pub fn permalink(state: &State, channel: &str, ts: &SlackTs, parent: Option<&SlackTs>) -> String {
    let digits = ts.as_str().replace('.', "");
    let base = format!("{}archives/{channel}/p{digits}", state.team.url);
    match parent {
        Some(parent) => format!("{base}?thread_ts={parent}&cid={channel}"),
        None => base,
    }
}

/// A message in its channel. `now` and the room's lag decide which replies count yet.
pub fn message(
    call: &Call<'_>,
    room: &Room,
    ts: &SlackTs,
    message: &Message,
    detail: Detail,
) -> Map<String, Value> {
    let state = &*call.state;
    let mut shown = Map::new();
    shown.insert("type".to_owned(), json!("message"));
    if let Some(subtype) = &message.subtype {
        shown.insert("subtype".to_owned(), json!(subtype));
    }
    if let Some(user) = &message.user {
        shown.insert("user".to_owned(), json!(user));
    }
    shown.insert("text".to_owned(), json!(message.text));
    shown.insert("ts".to_owned(), json!(ts));
    if message.is_tombstone() {
        shown.insert("hidden".to_owned(), json!(true));
    } else if !message.is_system() {
        identity(state, message, &mut shown);
    }
    let optional = [
        (
            "client_msg_id",
            message.client_msg_id.as_ref().map(|id| json!(id)),
        ),
        ("blocks", message.blocks.clone()),
        ("attachments", message.attachments.clone()),
        (
            "edited",
            message.edited.as_ref().map(
                |edited| json!({ "user": edited.user, "ts": format!("{}.000000", edited.at) }),
            ),
        ),
        ("metadata", metadata(message, detail)),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            shown.insert(key.to_owned(), value);
        }
    }
    if !message.reactions.is_empty() {
        shown.insert("reactions".to_owned(), reactions(message, detail));
    }
    if let Some(pin) = room.channel.pins.iter().find(|pin| &pin.ts == ts) {
        shown.insert("pinned_to".to_owned(), json!([room.channel.id]));
        shown.insert(
            "pinned_info".to_owned(),
            json!({
                "channel": room.channel.id,
                "pinned_by": pin.by,
                "pinned_ts": pin.at / SECOND,
            }),
        );
    }
    thread(call, room, ts, message, &mut shown);
    if detail.permalink {
        let link = permalink(state, &room.channel.id, ts, message.thread.as_ref());
        shown.insert("permalink".to_owned(), json!(link));
    }
    shown.extend(message.extra.clone());
    shown
}

fn identity(state: &State, message: &Message, shown: &mut Map<String, Value>) {
    let app = message.app.as_deref().and_then(|id| state.app(id));
    let Some(app) = app else {
        shown.insert("team".to_owned(), json!(state.team.id));
        return;
    };
    shown.insert("bot_id".to_owned(), json!(app.bot_id));
    shown.insert("app_id".to_owned(), json!(app.id));
    // A customised identity hides who is behind it.
    if message.subtype.as_deref() != Some("bot_message") {
        shown.insert("team".to_owned(), json!(state.team.id));
        shown.insert("bot_profile".to_owned(), bot_profile(state, app));
    }
}

fn metadata(message: &Message, detail: Detail) -> Option<Value> {
    let metadata = message.metadata.as_ref()?;
    Some(if detail.metadata {
        json!({ "event_type": metadata.event_type, "event_payload": metadata.event_payload })
    } else {
        json!({ "event_type": metadata.event_type })
    })
}

fn reactions(message: &Message, detail: Detail) -> Value {
    message
        .reactions
        .iter()
        .map(|reaction| {
            let shown = match detail.all_reactions {
                true => reaction.users.len(),
                false => REACTION_USERS_SHOWN.min(reaction.users.len()),
            };
            json!({
                "name": reaction.name,
                "users": reaction.users[..shown],
                "count": reaction.users.len(),
            })
        })
        .collect()
}

/// Whether reads show a message yet.
pub fn is_read_yet(message: &Message, lag: Micros, now: Micros) -> bool {
    lag == 0 || message.committed <= now - lag
}

fn thread(
    call: &Call<'_>,
    room: &Room,
    ts: &SlackTs,
    message: &Message,
    shown: &mut Map<String, Value>,
) {
    if let Some(parent) = &message.thread {
        shown.insert("thread_ts".to_owned(), json!(parent));
        let parent_message = room.messages.get(parent);
        if let Some(user) = parent_message.and_then(|parent| parent.user.as_ref()) {
            shown.insert("parent_user_id".to_owned(), json!(user));
        }
        if message.broadcast
            && let Some(root) = parent_message
        {
            let root = self::message(call, room, parent, root, Detail::default());
            shown.insert("root".to_owned(), Value::Object(root));
        }
        return;
    }
    let Some(replies) = room.threads.get(ts) else {
        return;
    };
    let lag = call.state.quirks.lag;
    let mut users: Vec<&str> = Vec::new();
    let mut count = 0;
    let mut latest = None;
    for reply in replies {
        let Some(message) = room.messages.get(reply) else {
            continue;
        };
        if !is_read_yet(message, lag, call.now) {
            continue;
        }
        count += 1;
        latest = Some(reply);
        let user = message.user.as_deref().unwrap_or(&message.author);
        if !users.contains(&user) {
            users.push(user);
        }
    }
    let Some(latest) = latest else {
        return;
    };
    shown.extend(super::answer::fields(json!({
        "thread_ts": ts,
        "reply_count": count,
        "reply_users_count": users.len(),
        "latest_reply": latest,
        "reply_users": users.iter().take(REPLY_USERS_SHOWN).collect::<Vec<_>>(),
        "is_locked": message.locked,
        "subscribed": false,
    })));
}

//! Finding conversations.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::model::ChannelKind;
use super::super::pages::{self, PageSize};
use super::super::state::{Call, Room};
use super::super::view;
use serde_json::{Value, json};

const KINDS: [ChannelKind; 4] = [
    ChannelKind::Public,
    ChannelKind::Private,
    ChannelKind::Im,
    ChannelKind::Mpim,
];

fn wanted_kinds(call: &Call<'_>, method: &str) -> Result<Vec<ChannelKind>, Refusal> {
    let names = call.args.list("types")?;
    if names.is_empty() {
        call.require_scope_for(method, ChannelKind::Public)?;
        return Ok(vec![ChannelKind::Public]);
    }
    let mut kinds = Vec::new();
    for name in names {
        let kind = KINDS.iter().find(|kind| kind.type_name() == name);
        let Some(kind) = kind else {
            return refuse("invalid_types");
        };
        call.require_scope_for(method, *kind)?;
        kinds.push(*kind);
    }
    Ok(kinds)
}

fn page(call: &Call<'_>, most: usize) -> Result<(Option<String>, usize), Refusal> {
    let size = PageSize {
        default: 100,
        most,
        strict: true,
    }
    .read(call.args)?;
    let size = call.state.quirks.page_max.unwrap_or(size).min(size);
    Ok((pages::read_cursor(call.args, "team")?, size))
}

/// Pages are cut first and filtered afterwards, so that one may be short, or empty, with more to
/// come: as Slack does it.
pub fn list(call: &mut Call<'_>) -> Reply {
    let kinds = wanted_kinds(call, "conversations.list")?;
    let (from, size) = page(call, 999)?;
    let rooms = call
        .state
        .channels()
        .filter(|room| call.visible(&room.channel.id).is_ok())
        .map(|room| (room.channel.id.clone(), room))
        .collect();
    let (page, next) = pages::slice(rooms, from.as_deref(), size);
    let shown: Vec<Value> = page
        .into_iter()
        .filter(|room| fits(call, room, &kinds))
        .map(|room| {
            let mut channel = view::channel(call.state, room, call.user());
            if room.channel.kind != ChannelKind::Im {
                let members = room.channel.members.len();
                channel.insert("num_members".to_owned(), json!(members));
            }
            Value::Object(channel)
        })
        .collect();
    listed(shown, next)
}

/// The conversations that somebody, by default the caller, is in.
pub fn of_user(call: &mut Call<'_>) -> Reply {
    let kinds = wanted_kinds(call, "users.conversations")?;
    let (from, size) = page(call, 999)?;
    let user = match call.args.text_or_empty("user")? {
        user if user.is_empty() => call.user().to_owned(),
        user => user,
    };
    let rooms = call
        .state
        .channels()
        .filter(|room| {
            let shared = room.channel.kind == ChannelKind::Public || room.has(call.user());
            room.has(&user) && shared && fits(call, room, &kinds)
        })
        .map(|room| (room.channel.id.clone(), room))
        .collect();
    let (page, next) = pages::slice(rooms, from.as_deref(), size);
    let shown = page
        .into_iter()
        .map(|room| {
            let mut channel = view::channel(call.state, room, call.user());
            // This method says nothing of the caller's own membership.
            channel.remove("is_member");
            Value::Object(channel)
        })
        .collect();
    listed(shown, next)
}

fn fits(call: &Call<'_>, room: &Room, kinds: &[ChannelKind]) -> bool {
    kinds.contains(&room.channel.kind)
        && !(room.channel.archived && call.args.flag("exclude_archived"))
}

fn listed(channels: Vec<Value>, next: Option<String>) -> Reply {
    let mut reply = fields(json!({ "channels": channels }));
    pages::put_cursor(&mut reply, next.map(|id| pages::cursor("team", &id)));
    Ok(reply)
}

pub fn info(call: &mut Call<'_>) -> Reply {
    let room = call.scoped_channel("conversations.info")?;
    let mut channel = view::channel(call.state, room, call.user());
    if call.args.flag("include_num_members") {
        channel.insert("num_members".to_owned(), json!(room.channel.members.len()));
    }
    if call.args.flag("include_locale") {
        channel.insert("locale".to_owned(), json!("ja-JP"));
    }
    Ok(fields(json!({ "channel": channel })))
}

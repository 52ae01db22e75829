//! Pinned messages.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::model::{Flag, Pin, SECOND, Who};
use super::super::state::{Call, Room, done};
use super::super::view::{self, Detail};
use crate::domain::ids::SlackTs;
use serde_json::{Value, json};

/// What the arguments point at: the channel's id and the message's ts, which need not exist.
fn item(call: &Call<'_>) -> Result<(String, SlackTs), Refusal> {
    let id = call.channel()?.channel.id.clone();
    if call.args.has("file") {
        return refuse("file_not_found");
    }
    if call.args.has("file_comment") {
        return refuse("file_comment_not_found");
    }
    match call.args.ts("timestamp") {
        Ok(Some(ts)) => Ok((id, ts)),
        Ok(None) => refuse("no_item_specified"),
        Err(_) => refuse("bad_timestamp"),
    }
}

fn check_room(call: &Call<'_>, room: &Room) -> Result<(), Refusal> {
    if room.channel.is(Flag::Migrating) {
        return refuse("external_channel_migrating");
    }
    if call.state.policy.pin == Who::Admins && !call.is_admin() || call.is_guest() {
        return refuse("restricted_action");
    }
    Ok(())
}

pub fn add(call: &mut Call<'_>) -> Reply {
    let (id, ts) = item(call).map_err(|refusal| match &*refusal.code {
        "file_comment_not_found" => Refusal::new("file_not_shared"),
        _ => refusal,
    })?;
    let room = call.visible(&id)?;
    check_room(call, room)?;
    if !room.has(call.user()) {
        return refuse("not_in_channel");
    }
    if room.channel.archived {
        return refuse("is_archived");
    }
    let Some(message) = room.messages.get(&ts).filter(|m| !m.is_tombstone()) else {
        return refuse("message_not_found");
    };
    if message.is_system() {
        return refuse("not_pinnable");
    }
    if room.channel.pins.iter().any(|pin| pin.ts == ts) {
        return refuse("already_pinned");
    }
    if room.channel.pins.len() >= call.state.policy.max_pins {
        return refuse("too_many_pins");
    }
    let user = call.user().to_owned();
    let pin = Pin {
        ts,
        by: user.clone(),
        at: call.now,
    };
    call.state.edit_channel(&id, |stored| stored.pins.push(pin));
    let text = format!("<@{user}> pinned a message to this channel.");
    call.announce(&id, "pinned_item", &user, text, json!({ "item_type": "C" }))?;
    done()
}

pub fn remove(call: &mut Call<'_>) -> Reply {
    let (id, ts) = item(call)?;
    let room = call.visible(&id)?;
    check_room(call, room)?;
    let Some(message) = room.messages.get(&ts) else {
        return refuse("message_not_found");
    };
    if message.is_system() {
        return refuse("not_pinned");
    }
    if !room.channel.pins.iter().any(|pin| pin.ts == ts) {
        return refuse("no_pin");
    }
    call.state
        .edit_channel(&id, |stored| stored.pins.retain(|pin| pin.ts != ts));
    done()
}

/// All at once, the newest pin first.
pub fn list(call: &mut Call<'_>) -> Reply {
    let room = call.channel()?;
    if call.is_guest() && !room.has(call.user()) {
        return refuse("restricted_action");
    }
    let detail = Detail {
        permalink: true,
        ..Detail::default()
    };
    let items: Vec<Value> = room
        .channel
        .pins
        .iter()
        .rev()
        .filter_map(|pin| {
            let message = room.messages.get(&pin.ts)?;
            Some(json!({
                "type": "message",
                "channel": room.channel.id,
                "created": pin.at / SECOND,
                "created_by": pin.by,
                "message": view::message(call, room, &pin.ts, message, detail),
            }))
        })
        .collect();
    Ok(fields(json!({ "items": items })))
}

//! Reactions to messages.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::emoji;
use super::super::model::{Flag, Message, Reaction};
use super::super::state::{Call, done};
use super::super::view::{self, Detail};
use crate::domain::ids::SlackTs;
use serde_json::json;

/// The channel's id and the ts of the message that the arguments point at.
fn item(call: &Call<'_>, file_code: &'static str) -> Result<(String, SlackTs), Refusal> {
    if call.args.has("file") {
        return refuse(file_code);
    }
    if call.args.has("file_comment") {
        return match file_code {
            "file_not_found" => refuse("file_comment_not_found"),
            other => refuse(other),
        };
    }
    if !call.args.has("channel") {
        return refuse("no_item_specified");
    }
    let id = call.channel()?.channel.id.clone();
    match call.args.ts("timestamp") {
        Ok(Some(ts)) => Ok((id, ts)),
        Ok(None) => refuse("no_item_specified"),
        Err(_) => refuse("bad_timestamp"),
    }
}

fn name(call: &Call<'_>) -> Result<String, Refusal> {
    let name = call.args.text_or_empty("name")?;
    match emoji::is_name(&name) {
        true => Ok(emoji::canonical(&name)),
        false => refuse("invalid_name"),
    }
}

fn is_locked(call: &Call<'_>, id: &str, message: &Message) -> bool {
    let parent = message.thread.as_ref().and_then(|parent| {
        call.state
            .channel(id)
            .and_then(|room| room.messages.get(parent))
    });
    message.locked || parent.is_some_and(|parent| parent.locked)
}

/// The message, once the channel lets the caller react there.
fn reactable<'a>(call: &'a Call<'_>, id: &str, ts: &SlackTs) -> Result<&'a Message, Refusal> {
    let room = call.visible(id)?;
    if room.channel.is(Flag::Migrating) {
        return refuse("external_channel_migrating");
    }
    if room.channel.is(Flag::LimitedAccess) && !room.has(call.user()) {
        return refuse("no_access");
    }
    if room.channel.archived {
        return refuse("is_archived");
    }
    let Some(message) = room.messages.get(ts).filter(|m| !m.is_tombstone()) else {
        return refuse("message_not_found");
    };
    if is_locked(call, id, message) {
        return refuse("thread_locked");
    }
    Ok(message)
}

pub fn add(call: &mut Call<'_>) -> Reply {
    let (id, ts) = item(call, "not_reactable")?;
    let name = name(call)?;
    let message = reactable(call, &id, &ts)?;
    let user = call.user().to_owned();
    let policy = &call.state.policy;
    let mine = |reaction: &&Reaction| reaction.users.contains(&user);
    let existing = message.reactions.iter().find(|r| r.name == name);
    if existing.is_some_and(|reaction| reaction.users.contains(&user)) {
        return refuse("already_reacted");
    }
    if existing.is_none() && message.reactions.len() >= policy.max_reactions {
        return refuse("too_many_emoji");
    }
    if message.reactions.iter().filter(mine).count() >= policy.max_reactions_per_person {
        return refuse("too_many_reactions");
    }
    call.state.edit_message(&id, &ts, |stored| {
        match stored.reactions.iter_mut().find(|r| r.name == name) {
            Some(reaction) => reaction.users.push(user),
            None => stored.reactions.push(Reaction {
                name,
                users: vec![user],
            }),
        }
    });
    done()
}

pub fn remove(call: &mut Call<'_>) -> Reply {
    let (id, ts) = item(call, "file_not_found")?;
    let name = name(call)?;
    let message = reactable(call, &id, &ts)?;
    let user = call.user().to_owned();
    let had = message
        .reactions
        .iter()
        .any(|reaction| reaction.name == name && reaction.users.contains(&user));
    if !had {
        return refuse("no_reaction");
    }
    call.state.edit_message(&id, &ts, |stored| {
        for reaction in &mut stored.reactions {
            if reaction.name == name {
                reaction.users.retain(|id| *id != user);
            }
        }
        stored
            .reactions
            .retain(|reaction| !reaction.users.is_empty());
    });
    done()
}

pub fn get(call: &mut Call<'_>) -> Reply {
    let (id, ts) = item(call, "file_not_found")?;
    let room = call.visible(&id)?;
    let Some(message) = room.messages.get(&ts) else {
        return refuse("message_not_found");
    };
    let detail = Detail {
        permalink: true,
        all_reactions: call.args.flag("full"),
        ..Detail::default()
    };
    Ok(fields(json!({
        "type": "message",
        "channel": id,
        "message": view::message(call, room, &ts, message, detail),
    })))
}

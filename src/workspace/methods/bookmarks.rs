//! Links at the top of a channel.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::emoji;
use super::super::model::{Bookmark, Channel, Flag};
use super::super::state::{Call, done};
use serde_json::{Value, json};

const TITLE_MAX: usize = 256;
const LINK_MAX: usize = 2_048;

fn place<'a>(call: &'a Call<'_>) -> Result<&'a Channel, Refusal> {
    if !call.state.policy.bookmarks {
        return refuse("not_implemented");
    }
    let id = call.args.text_or_empty("channel_id")?;
    let room = call.visible(&id)?;
    if !room.has(call.user()) {
        return refuse("access_denied");
    }
    Ok(&room.channel)
}

fn check_writer(call: &Call<'_>, channel: &Channel) -> Result<(), Refusal> {
    let closed = channel.archived || channel.is(Flag::Frozen) || channel.is(Flag::ReadOnly);
    if call.is_guest() || closed && !call.is_admin() {
        return refuse("permission_denied");
    }
    Ok(())
}

fn too_long(name: &str, most: usize) -> Refusal {
    Refusal::explained(
        "invalid_arguments",
        &[format!(
            "[ERROR] must be less than {} characters [json-pointer:/{name}]",
            most + 1
        )],
    )
}

pub fn add(call: &mut Call<'_>) -> Reply {
    let channel = place(call)?;
    check_writer(call, channel)?;
    let id = channel.id.clone();
    let count = channel.bookmarks.len();
    let kind = call.args.text_or_empty("type")?;
    let title = call.args.text_or_empty("title")?;
    let link = call.args.text_or_empty("link")?;
    let emoji = call.args.text_or_empty("emoji")?;
    if call.args.has("parent_id") {
        return match link.is_empty() {
            true => refuse("invalid_parent_type"),
            false => refuse("parent_with_link"),
        };
    }
    match kind.as_str() {
        "link" => {}
        "file" | "message" => {
            return match call.args.has("entity_id") {
                true => refuse("file_not_found"),
                false => refuse("invalid_entity_id"),
            };
        }
        _ => return refuse("invalid_bookmark_type"),
    }
    if title.chars().count() > TITLE_MAX {
        return Err(too_long("title", TITLE_MAX));
    }
    if !(link.starts_with("http://") || link.starts_with("https://")) {
        return refuse("invalid_link");
    }
    if link.chars().count() > LINK_MAX {
        return Err(too_long("link", LINK_MAX));
    }
    let bare = emoji.trim_matches(':');
    if !emoji.is_empty() && (!emoji::is_name(bare) || emoji != format!(":{bare}:")) {
        return refuse("invalid_emoji");
    }
    if count >= call.state.policy.max_bookmarks {
        return refuse("too_many_bookmarks");
    }
    let bookmark = Bookmark {
        id: call.state.make_id("Bk"),
        title,
        link,
        emoji,
        by: call.user().to_owned(),
        created: call.secs(),
    };
    let shown = shown(call, &id, &bookmark);
    call.state
        .edit_channel(&id, |stored| stored.bookmarks.push(bookmark));
    Ok(fields(json!({ "bookmark": shown })))
}

fn shown(call: &Call<'_>, channel: &str, bookmark: &Bookmark) -> Value {
    json!({
        "id": bookmark.id,
        "channel_id": channel,
        "title": bookmark.title,
        "link": bookmark.link,
        "emoji": bookmark.emoji,
        "icon_url": "",
        "type": "link",
        "entity_id": null,
        "date_created": bookmark.created,
        "date_updated": 0,
        "rank": "g",
        "last_updated_by_user_id": bookmark.by,
        "last_updated_by_team_id": call.state.team.id,
        "shortcut_id": null,
        "app_id": null,
    })
}

pub fn list(call: &mut Call<'_>) -> Reply {
    let channel = place(call)?;
    let all: Vec<Value> = channel
        .bookmarks
        .iter()
        .map(|bookmark| shown(call, &channel.id, bookmark))
        .collect();
    Ok(fields(json!({ "bookmarks": all })))
}

pub fn remove(call: &mut Call<'_>) -> Reply {
    let channel = place(call)?;
    check_writer(call, channel)?;
    let id = channel.id.clone();
    let wanted = call.args.text_or_empty("bookmark_id")?;
    if call.args.has("quip_section_id") {
        return refuse("invalid_bookmark_type");
    }
    if !channel
        .bookmarks
        .iter()
        .any(|bookmark| bookmark.id == wanted)
    {
        return refuse("not_found");
    }
    call.state.edit_channel(&id, |stored| {
        stored.bookmarks.retain(|bookmark| bookmark.id != wanted);
    });
    done()
}

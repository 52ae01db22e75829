//! Making and changing conversations.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::model::{Channel, ChannelKind, Flag, SECOND, Standing, Topic, Who};
use super::super::state::{Call, done};
use super::super::{text, view};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const NAME_MAX: usize = 80;
const TOPIC_MAX: usize = 250;
/// People in a group conversation, the caller not counted.
const GROUP_MAX: usize = 8;
const PREVIOUS_NAMES_KEPT: usize = 10;

/// Slack's rules for a channel's name. Letters without case, of any script, are allowed.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return refuse("invalid_name_required");
    }
    if name.trim().is_empty() {
        return refuse("no_channel");
    }
    if name.chars().count() > NAME_MAX {
        return refuse("invalid_name_maxlength");
    }
    // A control character is no name at all, rather than a name with a wrong letter.
    if name.chars().any(char::is_control) {
        return refuse("invalid_name");
    }
    let fine = |c: char| match c {
        '-' | '_' => true,
        // The long-vowel and iteration marks are letters to Unicode, the middle dot is not.
        c if c.is_ascii() => c.is_ascii_lowercase() || c.is_ascii_digit(),
        c => c.is_alphanumeric() && !c.is_uppercase() || is_mark(c),
    };
    let punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    if name.chars().all(|c| punctuation(c) && !is_mark(c)) {
        return refuse("invalid_name_punctuation");
    }
    if name.chars().all(fine) {
        Ok(())
    } else {
        refuse("invalid_name_specials")
    }
}

/// Combining marks that belong to a letter: a voiced kana that was not composed, Indic vowels.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn is_taken(call: &Call<'_>, name: &str) -> bool {
    let race = call.state.quirks.create_race;
    call.state.channels().any(|room| {
        !room.channel.kind.is_direct()
            && room.channel.name == name
            && (race == 0 || call.now - room.channel.created > race)
    })
}

pub fn new_channel(call: &Call<'_>, id: String, name: String, kind: ChannelKind) -> Channel {
    Channel {
        id,
        name,
        kind,
        creator: call.user().to_owned(),
        created: call.now,
        updated: call.now,
        archived: false,
        general: false,
        topic: Topic::default(),
        purpose: Topic::default(),
        previous_names: Vec::new(),
        members: BTreeSet::from([call.user().to_owned()]),
        pins: Vec::new(),
        bookmarks: Vec::new(),
        flags: BTreeSet::new(),
        last_ts: 0,
    }
}

pub fn create(call: &mut Call<'_>) -> Reply {
    let kind = match call.args.flag("is_private") {
        true => ChannelKind::Private,
        false => ChannelKind::Public,
    };
    call.require_scope_for("conversations.create", kind)?;
    let name = call.args.text_or_empty("name")?;
    check_name(&name)?;
    let barred = call.state.policy.create_channels == Who::Admins && !call.is_admin();
    if barred || call.is_guest() {
        return refuse("restricted_action");
    }
    if is_taken(call, &name) {
        return refuse("name_taken");
    }
    let id = call.state.make_id("C");
    let channel = new_channel(call, id.clone(), name, kind);
    call.state.put_channel(channel);
    let user = call.user().to_owned();
    let text = format!("<@{user}> has joined the channel");
    call.announce(&id, "channel_join", &user, text, json!({}))?;
    shown(call, &id, |channel| {
        channel.extend(fields(json!({
            "is_open": true,
            "latest": null,
            "unread_count": 0,
            "unread_count_display": 0,
            "priority": 0,
        })));
    })
}

/// `{channel}` as the caller sees it, with further fields.
pub fn shown(
    call: &Call<'_>,
    id: &str,
    more: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> Reply {
    let room = call.visible(id)?;
    let mut channel = view::channel(call.state, room, call.user());
    more(&mut channel);
    Ok(fields(json!({ "channel": channel })))
}

/// The `channel` argument as something that has a name, members and settings of its own.
pub fn proper_channel(call: &Call<'_>, method: &str) -> Result<Channel, Refusal> {
    let room = call.scoped_channel(method)?;
    if room.channel.kind.is_direct() {
        return refuse("method_not_supported_for_channel_type");
    }
    Ok(room.channel.clone())
}

pub fn rename(call: &mut Call<'_>) -> Reply {
    let channel = proper_channel(call, "conversations.rename")?;
    let name = call.args.text_or_empty("name")?;
    if !channel.members.contains(call.user()) {
        return refuse("not_in_channel");
    }
    if channel.archived {
        return refuse("is_archived");
    }
    check_name(&name)?;
    if channel.creator != call.user() && !call.is_admin() {
        return refuse("not_authorized");
    }
    if name != channel.name {
        if is_taken(call, &name) {
            return refuse("name_taken");
        }
        let now = call.now;
        call.state.edit_channel(&channel.id, |stored| {
            let old = std::mem::replace(&mut stored.name, name.clone());
            stored.previous_names.insert(0, old);
            stored.previous_names.truncate(PREVIOUS_NAMES_KEPT);
            stored.updated = now;
        });
        let old = &channel.name;
        let text = format!("has renamed the channel from \"{old}\" to \"{name}\"");
        let user = call.user().to_owned();
        let extra = json!({ "old_name": old, "name": name });
        call.announce(&channel.id, "channel_name", &user, text, extra)?;
    }
    shown(call, &channel.id, |_| {})
}

pub fn archive(call: &mut Call<'_>) -> Reply {
    let channel = proper_channel(call, "conversations.archive")?;
    if channel.general {
        return refuse("cant_archive_general");
    }
    if channel.is(Flag::Required) {
        return refuse("cant_archive_required");
    }
    if channel.archived {
        return refuse("already_archived");
    }
    if !channel.members.contains(call.user()) {
        return refuse("not_in_channel");
    }
    if call.state.policy.archive_channels == Who::Admins && !call.is_admin() || call.is_guest() {
        return refuse("restricted_action");
    }
    let user = call.user().to_owned();
    let text = "archived the channel".to_owned();
    call.announce(&channel.id, "channel_archive", &user, text, json!({}))?;
    let bots: Vec<String> = call.state.apps().map(|app| app.bot_user.clone()).collect();
    let now = call.now;
    call.state.edit_channel(&channel.id, |stored| {
        stored.archived = true;
        stored.updated = now;
        stored.members.retain(|member| !bots.contains(member));
    });
    done()
}

pub fn unarchive(call: &mut Call<'_>) -> Reply {
    let channel = proper_channel(call, "conversations.unarchive")?;
    if !channel.archived {
        return refuse("not_archived");
    }
    // Undocumented, but what every bot reports: archiving has put it out, and only members may.
    if call.is_bot() {
        return refuse("not_in_channel");
    }
    let user = call.user().to_owned();
    let now = call.now;
    call.state.edit_channel(&channel.id, |stored| {
        stored.archived = false;
        stored.updated = now;
        // The members of a private channel are kept, those of a public one have to join again.
        if stored.kind == ChannelKind::Public {
            stored.members.clear();
        }
        stored.members.insert(user.clone());
    });
    let text = "un-archived the channel".to_owned();
    call.announce(&channel.id, "channel_unarchive", &user, text, json!({}))?;
    done()
}

/// Which of the two texts about a channel.
#[derive(Clone, Copy)]
enum About {
    Topic,
    Purpose,
}

pub fn set_topic(call: &mut Call<'_>) -> Reply {
    set_about(call, About::Topic)
}

pub fn set_purpose(call: &mut Call<'_>) -> Reply {
    set_about(call, About::Purpose)
}

fn set_about(call: &mut Call<'_>, about: About) -> Reply {
    let (method, name) = match about {
        About::Topic => ("conversations.setTopic", "topic"),
        About::Purpose => ("conversations.setPurpose", "purpose"),
    };
    let channel = proper_channel(call, method)?;
    let value = call.args.text_or_empty(name)?;
    if channel.archived {
        return refuse("is_archived");
    }
    if !channel.members.contains(call.user()) {
        return refuse("not_in_channel");
    }
    if call.is_guest() {
        return refuse("user_is_restricted");
    }
    if value.chars().count() > TOPIC_MAX {
        return refuse("too_long");
    }
    let value = text::escape(&super::super::emoji::to_shortcodes(&value));
    let user = call.user().to_owned();
    let now = call.now;
    call.state.edit_channel(&channel.id, |stored| {
        let slot = match about {
            About::Topic => &mut stored.topic,
            About::Purpose => &mut stored.purpose,
        };
        *slot = Topic {
            value: value.clone(),
            creator: user.clone(),
            last_set: now / SECOND,
        };
        stored.updated = now;
    });
    let word = match about {
        About::Topic => "topic",
        About::Purpose => "description",
    };
    let sentence = match value.is_empty() {
        true => format!("cleared channel {word}"),
        false => format!("set the channel {word}: {value}"),
    };
    let subtype = format!("channel_{name}");
    let extra = Value::Object([(name.to_owned(), json!(value))].into_iter().collect());
    call.announce(&channel.id, &subtype, &user, sentence, extra)?;
    match about {
        About::Topic => shown(call, &channel.id, |_| {}),
        About::Purpose => Ok(fields(json!({ "purpose": value }))),
    }
}

pub fn open(call: &mut Call<'_>) -> Reply {
    if call.args.has("channel") {
        let room = call.channel()?;
        if !room.channel.kind.is_direct() {
            return refuse("method_not_supported_for_channel_type");
        }
        let id = room.channel.id.clone();
        return opened(call, &id, true);
    }
    let asked = call.args.list("users")?;
    if asked.is_empty() {
        return refuse("users_list_not_supplied");
    }
    let mut others: BTreeMap<String, ()> = asked.into_iter().map(|id| (id, ())).collect();
    let had_self = others.remove(call.user()).is_some();
    if others.is_empty() && had_self && call.is_bot() {
        return refuse("not_enough_users");
    }
    if others.len() > GROUP_MAX {
        return refuse("too_many_users");
    }
    for id in others.keys() {
        check_partner(call, id)?;
    }
    let mut members: BTreeSet<String> = others.into_keys().collect();
    members.insert(call.user().to_owned());
    let kind = match members.len() {
        0..=2 => ChannelKind::Im,
        _ => ChannelKind::Mpim,
    };
    call.require_scope_for("conversations.open", kind)?;
    if let Some(id) = direct_between(call, kind, &members) {
        return opened(call, &id, true);
    }
    if call.args.flag("prevent_creation") {
        return refuse("channel_not_found");
    }
    let id = open_direct(call, kind, members);
    opened(call, &id, false)
}

fn check_partner(call: &Call<'_>, id: &str) -> Result<(), Refusal> {
    let Some(user) = call.state.user(id) else {
        return refuse("user_not_found");
    };
    if user.deleted {
        return refuse("user_disabled");
    }
    let meets = call
        .state
        .channels()
        .any(|room| room.has(id) && room.has(call.user()));
    if call.is_guest() && !meets {
        return refuse("user_not_visible");
    }
    if user.standing == Standing::External && !meets {
        return refuse("invalid_user_combination");
    }
    Ok(())
}

fn direct_between(
    call: &Call<'_>,
    kind: ChannelKind,
    members: &BTreeSet<String>,
) -> Option<String> {
    call.state
        .channels()
        .find(|room| room.channel.kind == kind && &room.channel.members == members)
        .map(|room| room.channel.id.clone())
}

fn open_direct(call: &mut Call<'_>, kind: ChannelKind, members: BTreeSet<String>) -> String {
    let (prefix, name) = match kind {
        ChannelKind::Im => ("D", String::new()),
        _ => {
            let handles: Vec<&str> = members
                .iter()
                .filter_map(|id| call.state.user(id))
                .map(|user| user.handle.as_str())
                .collect();
            ("G", format!("mpdm-{}-1", handles.join("--")))
        }
    };
    let id = call.state.make_id(prefix);
    let mut channel = new_channel(call, id.clone(), name, kind);
    channel.members = members;
    call.state.put_channel(channel);
    id
}

/// The direct conversation with one person, made when there is none: what posting to a user's id
/// means.
pub fn direct_with(call: &mut Call<'_>, user: &str) -> String {
    let members = BTreeSet::from([call.user().to_owned(), user.to_owned()]);
    direct_between(call, ChannelKind::Im, &members)
        .unwrap_or_else(|| open_direct(call, ChannelKind::Im, members))
}

fn opened(call: &Call<'_>, id: &str, already: bool) -> Reply {
    let room = call.visible(id)?;
    let channel = match call.args.flag("return_im") {
        true => Value::Object(view::channel(call.state, room, call.user())),
        false => json!({ "id": id }),
    };
    let mut reply = fields(json!({ "channel": channel }));
    if already {
        reply.insert("no_op".to_owned(), json!(true));
        reply.insert("already_open".to_owned(), json!(true));
    }
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> Option<String> {
        check_name(name)
            .err()
            .map(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn names_in_any_script_without_case_are_allowed() {
        for fine in [
            "inc-0412-payments",
            "障害-20260412-決済",
            "サーバー_2",
            "가나다",
            "ｶﾅ",
            "a",
            "々",
        ] {
            assert_eq!(code(fine), None, "{fine}");
        }
        for (name, expected) in [
            ("", "invalid_name_required"),
            ("  ", "no_channel"),
            ("--_", "invalid_name_punctuation"),
            ("Upper", "invalid_name_specials"),
            ("É", "invalid_name_specials"),
            ("two words", "invalid_name_specials"),
            ("決済・障害", "invalid_name_specials"),
            ("全角　空白", "invalid_name_specials"),
            ("a\u{7}b", "invalid_name"),
        ] {
            assert_eq!(code(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(code(&"あ".repeat(80)), None);
        let long = code(&"あ".repeat(81));
        assert_eq!(long.as_deref(), Some("invalid_name_maxlength"));
    }
}

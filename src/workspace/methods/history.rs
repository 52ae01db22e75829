//! Reading messages: what a poller lives on.

use super::super::answer::{Refusal, Reply, fields, refuse};
use super::super::model::{Message, Micros, Plan, SECOND};
use super::super::pages::{self, PageSize};
use super::super::state::{Call, Room};
use super::super::view::{self, Detail};
use crate::domain::ids::SlackTs;
use serde_json::{Map, Value, json};

/// The most an app outside the Marketplace gets in one page.
const CLAMPED: usize = 15;
/// Days of history that the free plan shows.
const FREE_DAYS: i64 = 90;
/// The last timestamp of ten digits.
const LAST: Micros = 9_999_999_999_999_999;

/// Which messages a call asks for, in microseconds, both ends included.
struct Window {
    from: Micros,
    to: Micros,
}

fn window(call: &Call<'_>) -> Result<Window, Refusal> {
    let oldest = call
        .args
        .bound("oldest")
        .map_err(|_| Refusal::new("invalid_ts_oldest"))?;
    let latest = call
        .args
        .bound("latest")
        .map_err(|_| Refusal::new("invalid_ts_latest"))?;
    let edge = i64::from(!call.args.flag("inclusive"));
    Ok(Window {
        from: oldest.map_or(0, |at| at.saturating_add(edge)),
        // Not "now": timestamps may run ahead of the clock, and are there all the same.
        to: latest.map_or(i64::MAX, |at| at.saturating_sub(edge)),
    })
}

fn check_filter(call: &Call<'_>) -> Result<(), Refusal> {
    let keys = call.args.structure("metadata_keys_to_include");
    let fine = match &keys {
        Ok(None) => true,
        Ok(Some(Value::Array(keys))) => keys.iter().all(Value::is_string),
        _ => false,
    };
    if fine {
        Ok(())
    } else {
        refuse("invalid_metadata_filter_keys")
    }
}

fn readable(call: &Call<'_>, method: &str) -> Result<(), Refusal> {
    let room = call.scoped_channel(method)?;
    // People may read any public channel, a bot only those it is in.
    if call.is_bot() && !room.has(call.user()) {
        return refuse("not_in_channel");
    }
    Ok(())
}

fn page_size(call: &Call<'_>, default: usize, most: usize) -> Result<usize, Refusal> {
    let quirks = &call.state.quirks;
    let size = match quirks.clamp {
        true => PageSize {
            default: CLAMPED,
            most: CLAMPED,
            strict: false,
        },
        false => PageSize {
            default,
            most,
            strict: false,
        },
    }
    .read(call.args)?;
    Ok(quirks.page_max.unwrap_or(size).min(size))
}

fn position(call: &Call<'_>) -> Result<Option<Micros>, Refusal> {
    pages::read_cursor(call.args, "next_ts")?
        .map(|text| text.parse().map_err(|_| Refusal::new("invalid_cursor")))
        .transpose()
}

fn next_cursor(ts: Micros) -> String {
    pages::cursor("next_ts", &ts.to_string())
}

fn range(from: Micros, to: Micros) -> Option<std::ops::RangeInclusive<SlackTs>> {
    let low = SlackTs::from_micros(from.clamp(0, LAST))?;
    let high = SlackTs::from_micros(to.clamp(0, LAST))?;
    (from <= to && to >= 0 && low <= high).then_some(low..=high)
}

pub fn history(call: &mut Call<'_>) -> Reply {
    readable(call, "conversations.history")?;
    let window = window(call)?;
    check_filter(call)?;
    let cursor = position(call)?;
    let size = page_size(call, 100, 999)?;
    let detail = Detail {
        metadata: call.args.flag("include_all_metadata"),
        ..Detail::default()
    };
    let room = call.channel()?;
    let oldest_first =
        call.state.quirks.oldest_page_first && call.args.has("oldest") && !call.args.has("latest");
    let free_from = call.now - FREE_DAYS * 86_400 * SECOND;
    let limited = call.state.team.plan == Plan::Free;
    let from = match limited {
        true => window.from.max(free_from),
        false => window.from,
    };
    let (from, to) = match cursor {
        Some(at) if oldest_first => (from.max(at), window.to),
        Some(at) => (from, window.to.min(at)),
        None => (from, window.to),
    };
    let (mut page, next) = match range(from, to) {
        None => (Vec::new(), None),
        Some(range) => {
            let seen = room
                .messages
                .range(range)
                .filter(|(_, message)| is_listed(call, message));
            match oldest_first {
                true => cut(seen, size),
                false => cut(seen.rev(), size),
            }
        }
    };
    if oldest_first {
        page.reverse();
    }
    let messages = shown(call, room, &page, detail);
    let mut reply = fields(json!({
        "messages": messages,
        "pin_count": room.channel.pins.len(),
        "channel_actions_ts": null,
        "channel_actions_count": 0,
    }));
    if limited {
        reply.insert("is_limited".to_owned(), json!(true));
    }
    finish(call, &mut reply, next, if oldest_first { LAST } else { 0 });
    Ok(reply)
}

/// What a channel shows: everything but replies, unless they were broadcast.
fn is_listed(call: &Call<'_>, message: &Message) -> bool {
    (message.thread.is_none() || message.broadcast)
        && view::is_read_yet(message, call.state.quirks.lag, call.now)
}

type Entry<'a> = (&'a SlackTs, &'a Message);

/// The first `size`, and the timestamp of the one after them.
fn cut<'a>(
    mut entries: impl Iterator<Item = Entry<'a>>,
    size: usize,
) -> (Vec<Entry<'a>>, Option<Micros>) {
    let page = entries.by_ref().take(size).collect();
    (page, entries.next().map(|(ts, _)| ts.micros()))
}

fn shown(call: &Call<'_>, room: &Room, page: &[Entry<'_>], detail: Detail) -> Vec<Value> {
    page.iter()
        .map(|(ts, message)| Value::Object(view::message(call, room, ts, message, detail)))
        .collect()
}

/// `has_more`, the cursor when there is more, and the bounds repeated. `end` is a position after
/// which nothing comes.
fn finish(call: &Call<'_>, reply: &mut Map<String, Value>, next: Option<Micros>, end: Micros) {
    let next = match call.state.quirks.endless {
        true => next.or(Some(end)),
        false => next,
    };
    reply.insert("has_more".to_owned(), json!(next.is_some()));
    if let Some(next) = next {
        pages::put_cursor(reply, Some(next_cursor(next)));
    }
    for bound in ["oldest", "latest"] {
        if let Ok(Some(text)) = call.args.text(bound) {
            reply.insert(bound.to_owned(), json!(text));
        }
    }
}

pub fn replies(call: &mut Call<'_>) -> Reply {
    readable(call, "conversations.replies")?;
    let window = window(call)?;
    check_filter(call)?;
    let cursor = position(call)?;
    let size = page_size(call, 1000, 1000)?;
    let detail = Detail {
        metadata: call.args.flag("include_all_metadata"),
        ..Detail::default()
    };
    let room = call.channel()?;
    let ts = call.args.ts("ts").ok().flatten();
    let found = ts.and_then(|ts| room.messages.get_key_value(&ts));
    let Some((ts, message)) = found.filter(|(_, message)| {
        let system = message.is_system() && !message.is_tombstone();
        !system && view::is_read_yet(message, call.state.quirks.lag, call.now)
    }) else {
        return refuse("thread_not_found");
    };
    let (page, next) = match &message.thread {
        // Asked for a reply, Slack gives that one alone.
        Some(_) => (vec![(ts, message)], None),
        None => thread_page(call, room, (ts, message), &window, cursor, size),
    };
    let messages = shown(call, room, &page, detail);
    let mut reply = fields(json!({ "messages": messages }));
    finish(call, &mut reply, next, LAST);
    Ok(reply)
}

fn thread_page<'a>(
    call: &Call<'_>,
    room: &'a Room,
    parent: Entry<'a>,
    window: &Window,
    cursor: Option<Micros>,
    size: usize,
) -> (Vec<Entry<'a>>, Option<Micros>) {
    let from = cursor.unwrap_or(i64::MIN).max(window.from);
    let replies = room
        .threads
        .get(parent.0)
        .into_iter()
        .flatten()
        .filter(|ts| (from..=window.to).contains(&ts.micros()))
        .filter_map(|ts| room.messages.get_key_value(ts))
        .filter(|(_, message)| view::is_read_yet(message, call.state.quirks.lag, call.now));
    // The first page begins with the parent whatever the bounds are.
    let with_parent = cursor.is_none() || call.state.quirks.repeat_parent;
    let room_for_replies = match with_parent {
        true => size.saturating_sub(1),
        false => size,
    };
    let (mut page, next) = cut(replies, room_for_replies);
    if with_parent {
        page.insert(0, parent);
    }
    (page, next)
}

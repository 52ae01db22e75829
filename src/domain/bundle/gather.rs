//! What goes into the file.

use super::{Bundle, FORMAT, Kept, KeptEvent, KeptMessage, Room, VERSION};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::sync::image::{EventRow, Image, IncidentRow};
use std::collections::{BTreeMap, BTreeSet};

/// A file in the making, and what is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    pub bundle: Bundle,
    /// Events that are not in their channels yet, or never will be.
    pub unsaid: usize,
}

/// Gathers `wanted`; what is in no channel is left out. `names` of people who are in none of it are.
pub fn gather(
    image: &Image,
    wanted: &BTreeSet<IncidentId>,
    names: &BTreeMap<UserId, String>,
) -> Gathered {
    let mut events: BTreeMap<&IncidentId, Vec<&EventRow>> = BTreeMap::new();
    let mut unsaid = 0;
    for row in image
        .events
        .values()
        .filter(|e| wanted.contains(&e.incident))
    {
        match row.position {
            Some(_) => events.entry(&row.incident).or_default().push(row),
            None => unsaid += 1,
        }
    }
    let mut incidents = Vec::new();
    for id in wanted {
        let rows = events.remove(id).unwrap_or_default();
        match image
            .incidents
            .get(id)
            .and_then(|row| kept(image, row, &rows))
        {
            Some(kept) => incidents.push(kept),
            None => unsaid += rows.len(),
        }
    }
    let people = involved(&incidents, names);
    Gathered {
        bundle: Bundle {
            format: FORMAT.to_owned(),
            version: VERSION,
            people,
            incidents,
        },
        unsaid,
    }
}

/// `None`: it has no channel yet, or nothing is in it.
fn kept(image: &Image, row: &IncidentRow, rows: &[&EventRow]) -> Option<Kept> {
    let channel = image.channel_of(&row.id)?;
    let mut events: Vec<KeptEvent> = rows
        .iter()
        .filter_map(|row| {
            Some(KeptEvent {
                event: row.event.clone(),
                by: row.by.clone(),
                console: row.console.clone(),
                text: row.text.clone(),
                position: row.position.clone()?,
                recorded_at: row.recorded_at,
            })
        })
        .collect();
    if events.is_empty() {
        return None;
    }
    events.sort_by(|a, b| (&a.position, &a.event.id).cmp(&(&b.position, &b.event.id)));
    let messages = image.messages.get(&channel.id).into_iter().flatten();
    Some(Kept {
        id: row.id.clone(),
        private: row.private,
        drill: row.drill,
        channel: Room {
            id: channel.id.clone(),
            name: channel.name.clone(),
            archived: channel.archived,
            owner_ts: channel.owner_ts.clone(),
            watermark: channel.watermark.clone(),
            topic: channel.topic.clone(),
        },
        card: row.card.clone(),
        events,
        // What somebody took back stays with those who had it.
        messages: messages
            .filter(|(_, row)| !row.deleted)
            .map(|(_, row)| KeptMessage {
                message: row.message.clone(),
                first_seen: row.first_seen,
            })
            .collect(),
    })
}

/// Everybody whose id is anywhere in it, also in a text that mentions them.
fn involved(incidents: &[Kept], names: &BTreeMap<UserId, String>) -> BTreeMap<UserId, String> {
    let mut all = BTreeMap::new();
    for kept in incidents {
        let text = serde_json::to_string(kept).unwrap_or_default();
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            let user = UserId::new(word);
            if let Some(name) = names.get(&user) {
                all.insert(user, name.clone());
            }
        }
    }
    all
}

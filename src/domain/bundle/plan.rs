//! What a file adds to a journal.

use super::{Bundle, Kept, KeptEvent};
use crate::both;
use crate::domain::ids::SlackTs;
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::sync::image::{ChannelRow, EventRow, Image, IncidentRow, MessageRow, Write};
use crate::domain::words::Text;

/// What is to be written, and what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub writes: Vec<Write>,
    /// Incidents that are not here.
    pub added: usize,
    /// Incidents that are here and gain something.
    pub completed: usize,
    /// Incidents of which all is here.
    pub same: usize,
    /// Incidents whose channels are read here: what is in them is what counts, so they stay as they
    /// are.
    pub live: usize,
}

impl Bundle {
    /// Adds what is not there, and changes nothing that is. The channels are marked as not ours:
    /// nothing is ever read from them or written to them.
    ///
    /// # Errors
    /// Something is here already under the same id, and is different.
    pub fn plan(&self, image: &Image) -> Result<Plan, Problem> {
        let mut plan = Plan::default();
        let mut seq = image.last_seq;
        for kept in &self.incidents {
            plan_one(&mut plan, &mut seq, kept, image)?;
        }
        Ok(plan)
    }
}

fn conflict(sentence: Text) -> Problem {
    Problem::refused(sentence).hint(Text::fixed(
        "Nothing was imported. Import it into a data directory of its own: --data-dir DIR",
        "何も取り込んでいません。--data-dir で別のデータディレクトリを指定して取り込んでください。",
    ))
}

fn plan_one(plan: &mut Plan, seq: &mut u64, kept: &Kept, image: &Image) -> Result<(), Problem> {
    let id = &kept.id;
    let channel = image.channels.get(&kept.channel.id);
    let row = image.incidents.get(id);
    let elsewhere = channel.is_some_and(|c| c.incident.as_ref().is_some_and(|other| other != id))
        || row.is_some_and(|row| row.channel.as_ref().is_some_and(|c| *c != kept.channel.id));
    if elsewhere {
        let name = &kept.channel.name;
        return Err(conflict(both!(
            "The incident {id} and its channel #{name} do not belong together here.",
            "インシデント {id} とチャンネル #{name} の対応が、ここの記録と食い違っています。"
        )));
    }
    let mut fresh = Vec::new();
    for event in &kept.events {
        match image.events.get(&event.event.id) {
            None => fresh.push(event),
            Some(known) if is_same(known, event, kept) => {}
            Some(_) => {
                let event = &event.event.id;
                return Err(conflict(both!(
                    "The event {event} of the incident {id} is here already, and is different.",
                    "インシデント {id} の記録 {event} は、ここに異なる内容で既にあります。"
                )));
            }
        }
    }
    if row.is_none() {
        let events = kept
            .events
            .iter()
            .map(|event| recorded(event, kept, 0).recorded());
        let events: Vec<_> = events.collect();
        if Incident::fold(id.clone(), &events).declared.is_none() {
            return Err(Problem::usage(both!(
                "The incident {id} has no declaration.",
                "インシデント {id} に宣言の記録がありません。"
            ))
            .hint(Text::fixed(
                "Nothing was imported. Export it again where it comes from.",
                "何も取り込んでいません。元の環境で書き出し直してください。",
            )));
        }
    }
    if channel.is_some_and(|channel| channel.ours) || row.is_some_and(|row| row.channel.is_none()) {
        plan.live += 1;
        return Ok(());
    }
    let known = image.messages.get(&kept.channel.id);
    let messages: Vec<MessageRow> = kept
        .messages
        .iter()
        .filter_map(|kept_message| {
            let ts = SlackTs::parse(&kept_message.message.ts).ok()?;
            known
                .is_none_or(|known| !known.contains_key(&ts))
                .then(|| MessageRow {
                    channel: kept.channel.id.clone(),
                    ts,
                    message: kept_message.message.clone(),
                    deleted: false,
                    missed: 0,
                    first_seen: kept_message.first_seen,
                })
        })
        .collect();
    match (row, fresh.is_empty() && messages.is_empty()) {
        (None, _) => plan.added += 1,
        (Some(_), true) => {
            plan.same += 1;
            return Ok(());
        }
        (Some(_), false) => plan.completed += 1,
    }
    if row.is_none() {
        plan.writes.push(Write::Incident(IncidentRow {
            id: id.clone(),
            private: kept.private,
            drill: kept.drill,
            channel: Some(kept.channel.id.clone()),
            card: kept.card.clone(),
        }));
    }
    if channel.is_none() {
        plan.writes.push(Write::Channel(ChannelRow {
            id: kept.channel.id.clone(),
            name: kept.channel.name.clone(),
            incident: Some(id.clone()),
            owner_ts: kept.channel.owner_ts.clone(),
            watermark: kept.channel.watermark.clone(),
            joined: true,
            archived: kept.channel.archived,
            topic: kept.channel.topic.clone(),
            ours: false,
        }));
    }
    for event in fresh {
        *seq += 1;
        plan.writes.push(Write::Event(recorded(event, kept, *seq)));
    }
    plan.writes.extend(messages.into_iter().map(Write::Message));
    Ok(())
}

/// When a console first held an event, and in which order, is its own matter. An event that has no
/// place here yet gets it from its channel.
fn is_same(known: &EventRow, event: &KeptEvent, kept: &Kept) -> bool {
    let place = known
        .position
        .as_ref()
        .is_none_or(|at| *at == event.position);
    place
        && known.incident == kept.id
        && known.event == event.event
        && known.by == event.by
        && known.console == event.console
        && known.text == event.text
}

fn recorded(event: &KeptEvent, kept: &Kept, seq: u64) -> EventRow {
    EventRow {
        incident: kept.id.clone(),
        event: event.event.clone(),
        by: event.by.clone(),
        console: event.console.clone(),
        text: event.text.clone(),
        position: Some(event.position.clone()),
        recorded_at: event.recorded_at,
        seq,
    }
}

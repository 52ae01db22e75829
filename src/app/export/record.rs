//! The record of one incident for programs: what `show --json` says, and every event as it is.
//!
//! The shape is documented in `docs/export.md`; names may be added, and what is there keeps its
//! meaning as long as [`VERSION`] stands.

use crate::app::show;
use crate::domain::event::{Recorded, What};
use crate::domain::incident::{Incident, Verdict};
use crate::domain::source::Source;
use serde_json::{Value, json};

pub const FORMAT: &str = "matoi.incident";
pub const VERSION: u32 = 1;

/// `shown` is what `show --json` prints; `events` are all that are known, in the record's order.
pub fn record(
    shown: &Value,
    incident: &Incident,
    events: &[Recorded],
    plain: &dyn Fn(&str) -> String,
) -> Value {
    let record: Vec<Value> = events
        .iter()
        .map(|recorded| entry(incident, recorded, plain))
        .collect();
    json!({
        "format": FORMAT,
        "version": VERSION,
        "incident": shown,
        "record": record,
    })
}

fn entry(incident: &Incident, recorded: &Recorded, plain: &dyn Fn(&str) -> String) -> Value {
    let event = &recorded.event;
    let mut entries = incident.entries.iter();
    let verdict = entries
        .find(|entry| entry.id == event.id)
        .map(|e| &e.verdict);
    let (verdict, register) = match verdict {
        Some(Verdict::Accepted) => ("accepted", None),
        Some(Verdict::Overtaken(register)) => ("overtaken", Some(register)),
        // Of a kind that this version does not know, or before the declaration.
        Some(Verdict::Ignored) | None => ("ignored", None),
    };
    let source = match &event.what {
        What::Known(body) => Source::of(body, event.via.as_ref()),
        What::Unknown(_) => Source::Other("unknown".to_owned()),
    };
    json!({
        "id": event.id,
        "at": show::time(event.at),
        "recorded_at": show::time(recorded.recorded_at),
        "by": recorded.by,
        "console": recorded.console,
        "source": source.name(),
        "verdict": verdict,
        "overtaken": register,
        "position": recorded.position,
        "text": recorded.text.as_deref().map(plain),
        "markup": recorded.text,
        "event": event,
    })
}

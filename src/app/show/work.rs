//! What command deals out and keeps, as JSON.

use super::{Shown, maybe_time, time};
use crate::domain::incident::Held;
use crate::domain::work::{Matter, Review, Sort, State};
use serde_json::{Map, Value, json};

fn held(held: Option<&Held>) -> Value {
    held.map_or(Value::Null, |held| json!(held.user))
}

fn matter(matter: &Matter) -> Value {
    let settled: Vec<Value> = matter
        .settled
        .iter()
        .map(|s| json!({"state": s.state.name(), "text": s.line, "by": s.by, "at": time(s.at)}))
        .collect();
    json!({
        "id": matter.id,
        "number": matter.handle(),
        "text": matter.line,
        "by": matter.by,
        "at": time(matter.opened),
        "user": held(matter.owner.as_ref()),
        "due": maybe_time(matter.due),
        "state": matter.state.name(),
        "settled": settled,
    })
}

fn decision(of: &Matter) -> Value {
    let mut shown = matter(of);
    let result = of.settled.iter().rfind(|s| s.state == State::Resulted);
    let objections: Vec<Value> = of
        .objections
        .iter()
        .map(|o| json!({"by": o.by, "at": time(o.at), "text": o.line}))
        .collect();
    shown["risk"] = json!(of.risk);
    shown["objections"] = json!(objections);
    shown["result"] = json!(result.and_then(|s| s.line.as_ref()));
    shown
}

/// The keys of `show` that are lists of these, and a few of their own.
pub(super) fn fields(shown: &Shown<'_>) -> Map<String, Value> {
    let work = &shown.incident.work;
    let of = |sort: Sort| -> Vec<Value> {
        let all = work.matters.iter().filter(|m| m.sort == sort);
        all.map(|m| match sort {
            Sort::Decision => decision(m),
            Sort::Action => {
                let mut action = matter(m);
                if let Some(link) = shown.incident.lessons.tracks.get(&m.id) {
                    action["link"] = json!(link);
                }
                action
            }
            _ => matter(m),
        })
        .collect()
    };
    // A task that somebody named when checking in is one as well.
    let present = shown.incident.roster.values();
    let checked_in = present
        .filter(|p| p.left.is_none())
        .filter_map(|p| Some(json!({"user": p.user, "text": p.task.as_ref()?})));
    let mut tasks = of(Sort::Task);
    tasks.extend(checked_in);
    let reports: Vec<Value> = work
        .reports
        .iter()
        .map(|report| {
            json!({
                "id": report.id,
                "at": time(report.at),
                "by": report.by,
                "audience": report.audience.id,
                "number": report.number,
                "stage": report.stage,
                "conditions": (shown.plain)(&report.can.conditions),
                "actions": (shown.plain)(&report.can.actions),
                "needs": (shown.plain)(&report.can.needs),
                "next": maybe_time(report.next),
                "retracted": work.retracted.contains(&report.id),
            })
        })
        .collect();
    let notices: Vec<Value> = work
        .notices
        .iter()
        .map(|notice| {
            json!({
                "id": notice.id,
                "at": time(notice.at),
                "by": notice.by,
                "text": (shown.plain)(&notice.text),
                "approved": held(notice.approved.as_ref()),
                "target": notice.published.as_ref().map(|(target, _)| target),
                "published": maybe_time(notice.published.as_ref().map(|(_, at)| *at)),
                "next": maybe_time(notice.next),
            })
        })
        .collect();
    let calls: Vec<Value> = work
        .calls
        .iter()
        .map(|(user, call)| {
            json!({"user": user, "count": call.count, "first": time(call.first), "last": time(call.last), "why": call.why})
        })
        .collect();
    // With the group, always or by the level; without whoever was called by name.
    let invited = shown.invited.iter();
    let invited = invited.filter(|(user, _)| !work.calls.contains_key(*user));
    let invited: Vec<Value> = invited
        .map(|(user, at)| json!({"user": user, "at": time(*at)}))
        .collect();
    let sections: Map<String, Value> = work
        .sections
        .iter()
        .map(|(section, written)| {
            (
                section.name().to_owned(),
                json!((shown.plain)(&written.text)),
            )
        })
        .collect();
    let review = work.review.as_ref().map(|review| match review {
        Review::Reviewed(held, link) => {
            json!({"state": "reviewed", "by": held.user, "at": time(held.since), "link": link})
        }
        Review::Waived(held, reason) => {
            json!({"state": "waived", "by": held.user, "at": time(held.since), "reason": reason})
        }
    });
    let offer = work.offer.as_ref().map(|offer| {
        json!({"id": offer.id, "to": offer.to, "by": offer.by, "at": time(offer.at), "expires": time(offer.expires)})
    });
    let claim = work.claim.as_ref().map(|claim| {
        json!({
            "id": claim.id,
            "by": claim.by,
            "time": time(claim.time),
            "hold_until": time(claim.hold_until),
            "owners": claim.owners,
            "confirmed": claim.confirmed.keys().collect::<Vec<_>>(),
        })
    });
    let always = [
        ("tasks", json!(tasks)),
        ("needs", json!(of(Sort::Need))),
        ("questions", json!(of(Sort::Question))),
        ("decisions", json!(of(Sort::Decision))),
        ("reports", json!(reports)),
        ("action_items", json!(of(Sort::Action))),
    ];
    // There only where there is something.
    let sometimes = [
        ("objectives", json!(of(Sort::Objective))),
        ("hypotheses", json!(of(Sort::Hypothesis))),
        ("contacts", json!(of(Sort::Contact))),
        ("own_timers", json!(of(Sort::Timer))),
        ("notices", json!(notices)),
        ("calls", json!(calls)),
        ("invited", json!(invited)),
        ("sections", json!(sections)),
        ("review", json!(review)),
        ("offer", json!(offer)),
        ("claim", json!(claim)),
        ("meeting", json!(work.meeting)),
        ("restricted", maybe_time(work.restricted)),
    ];
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    let sometimes = sometimes.into_iter().filter(|(_, value)| !empty(value));
    always
        .into_iter()
        .chain(sometimes)
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

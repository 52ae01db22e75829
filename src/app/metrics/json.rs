//! Metrics for programs; docs/metrics.md describes each key. A new key is no new version.

use super::Sheet;
use crate::app::clock;
use crate::domain::event::Milestone;
use crate::domain::metrics::{Assessed, Facts, Group, Measure, Share, Stat, Wish};
use crate::domain::settings::Zone;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub const VERSION: u32 = 1;

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub fn json(sheet: &Sheet, zone: Zone) -> Value {
    let report = &sheet.report;
    let left_out = &report.left_out;
    let rows = sheet.rows.iter();
    let mut rows: Vec<&Facts> = rows
        .filter(|row| report.wish.picks(row) && row.is_named())
        .collect();
    rows.sort_by(|a, b| (a.declared, &a.id).cmp(&(b.declared, &b.id)));
    let months = report.months.iter();
    let services = report.services.iter();
    let levels = report.levels.iter();
    let slo = report.slo.iter();
    json!({
        "version": VERSION,
        "as_of": time(report.as_of),
        "zone": clock::zone_name(zone, report.as_of),
        "percentiles": "nearest rank",
        "wish": wish(&report.wish),
        "left_out": {
            "drills": left_out.drills,
            "cancelled": left_out.cancelled,
            "false_alarms": left_out.false_alarms,
            "near_misses": left_out.near_misses,
            "merged": left_out.merged,
        },
        "unnamed": report.unnamed,
        "not_recovered": report.unrecovered,
        "whole": Value::Object(group(&report.whole)),
        "months": months
            .map(|(month, of)| named(of, "month", json!(month.to_string())))
            .collect::<Vec<_>>(),
        "services": services
            .map(|(service, of)| named(of, "service", json!(service)))
            .collect::<Vec<_>>(),
        "levels": levels
            .map(|(level, of)| named(of, "level", json!(level.as_ref().map(|l| &l.id))))
            .collect::<Vec<_>>(),
        "slo": slo
            .map(|slo| {
                let months = slo.months.iter();
                let months = months.map(|(month, lost)| {
                    json!({ "month": month.to_string(), "lost_seconds": lost })
                });
                json!({
                    "service": slo.service,
                    "allowed_seconds_a_month": slo.allowed,
                    "lost_seconds": slo.lost(),
                    "months": months.collect::<Vec<_>>(),
                })
            })
            .collect::<Vec<_>>(),
        "assessments": report.assessed.iter().map(assessed).collect::<Vec<_>>(),
        "incidents": rows.into_iter().map(incident).collect::<Vec<_>>(),
    })
}

fn assessed(of: &Assessed) -> Value {
    let months = of.months.iter().map(|(month, levels)| {
        json!({
            "month": month.to_string(),
            "n": levels.len(),
            "median": Assessed::median(levels),
            "levels": levels_of(levels),
        })
    });
    json!({
        "question": of.question.id,
        "n": of.levels.len(),
        "median": Assessed::median(&of.levels),
        "levels": levels_of(&of.levels),
        "months": months.collect::<Vec<_>>(),
    })
}

/// How many gave each level.
fn levels_of(levels: &[i64]) -> Value {
    let [one, two, three] = Assessed::counts(levels);
    json!({ "1": one, "2": two, "3": three })
}

/// What was answered after one incident, by question.
fn answers(row: &Facts) -> Value {
    let mut all: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (question, level) in &row.assessed {
        let of = all.entry(&question.id).or_default();
        of.push(i64::from(*level));
    }
    let all = all.into_iter();
    let all: Map<String, Value> = all
        .map(|(id, levels)| (id.to_owned(), levels_of(&levels)))
        .collect();
    Value::Object(all)
}

fn wish(wish: &Wish) -> Value {
    json!({
        "from": wish.from.map(time),
        "to": wish.to.map(time),
        "service": wish.service,
        // Null: every level; false: those without one.
        "level": match &wish.level {
            None => Value::Null,
            Some(None) => json!(false),
            Some(Some(level)) => json!(level),
        },
        "kind": wish.kind.map(|kind| kind.name()),
        "drills": wish.drills,
        "cancelled": wish.cancelled,
    })
}

fn named(group_: &Group, key: &str, name: Value) -> Value {
    let mut map = Map::new();
    map.insert(key.to_owned(), name);
    map.extend(group(group_));
    Value::Object(map)
}

fn share(share: Share) -> Value {
    json!({ "met": share.met, "of": share.of })
}

fn stat(stat: &Stat) -> Value {
    json!({
        "n": stat.n,
        "missing": stat.missing,
        "disordered": stat.disordered,
        "median_seconds": stat.median,
        "p90_seconds": stat.p90,
        "target_seconds": stat.target,
        "within": share(stat.within),
    })
}

fn group(group: &Group) -> Map<String, Value> {
    let times: Map<String, Value> = Measure::ALL
        .into_iter()
        .map(|measure| (measure.name().to_owned(), stat(group.stat(measure))))
        .collect();
    let value = json!({
        "incidents": group.count,
        "times": times,
        "restored_from_detected": group.restored_from_detected,
        "cadence": share(group.cadence),
        "time_boxes": share(group.boxes),
        "decisions_with_result": share(group.decisions),
        "reopened": share(group.reopened),
        "hand_overs": group.hand_overs,
        "people": group.people,
        "person_seconds": group.person_seconds,
        "night_person_seconds": group.night_seconds,
        "free_day_person_seconds": group.free_seconds,
        "actions_open": group.actions_open,
        "actions_overdue": group.actions_overdue,
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn incident(row: &Facts) -> Value {
    let milestones: Map<String, Value> = Milestone::ALL
        .into_iter()
        .map(|milestone| {
            let reached = row.milestones.get(&milestone);
            (
                milestone.name().to_owned(),
                json!(reached.map(|at| time(*at))),
            )
        })
        .collect();
    let times: Map<String, Value> = Measure::ALL
        .into_iter()
        .map(|measure| (measure.name().to_owned(), json!(row.time(measure))))
        .collect();
    json!({
        "id": row.id,
        "channel": row.marks.channel,
        "title": row.title,
        "service": row.service,
        "kind": row.kind.name(),
        "level": row.level.as_ref().map(|level| &level.id),
        "phase": row.outcome.unwrap_or(row.phase).name(),
        "drill": row.marks.sight.drill,
        "declared": time(row.declared),
        "milestones": milestones,
        "seconds": times,
        "restored_from_detected": row.restored_from_detected,
        "cadence": share(row.cadence),
        "time_boxes": share(row.boxes),
        "decisions_with_result": share(row.decisions),
        "hand_overs": row.hand_overs,
        "people": row.people,
        "person_seconds": row.person_seconds,
        "night_person_seconds": row.night_seconds,
        "free_day_person_seconds": row.free_seconds,
        "reopened": row.reopened,
        "actions_open": row.actions_open,
        "actions_overdue": row.actions_overdue,
        "down_seconds": row.down_seconds(),
        "assessments": answers(row),
    })
}

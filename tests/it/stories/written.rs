//! The post-mortem that writes itself: every fact of the record is in the draft, and nothing else.

use super::rig::{Desk, World};
use chrono::{DateTime, Utc};
use matoi::app::clock;
use matoi::app::export::{Page, Sheet};
use matoi::app::msg::Msg;
use matoi::app::postmortem::{self, Sitting};
use matoi::domain::event::Body;
use matoi::domain::ids::IncidentId;
use matoi::domain::incident::Incident;
use matoi::domain::learn::Learnt;
use matoi::domain::record;
use matoi::domain::words::Lang;
use matoi::domain::work::{Deed, Sort};
use matoi::io::publish;
use matoi::io::shelf::Shelf;
use matoi::wire::mrkdwn;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Desk {
    pub(super) fn sit_down(&mut self, incident: IncidentId) {
        let desk = self.draft(&incident);
        let sitting = self.shelf(&incident).lay_out(desk, false);
        self.take(Msg::Desk(incident, Box::new(sitting.expect("laid out"))));
    }

    /// What a post-mortem begins with at this console.
    pub fn draft(&self, incident: &IncidentId) -> postmortem::Desk {
        let people = self.model.snapshot.people.clone();
        let config = self.model.snapshot.config.clone();
        let (id, lang) = (incident.clone(), self.incident(incident).lang);
        let made = self.core.look(move |engine, now| {
            publish::told(engine, &id, &people, &config, now, |told| {
                postmortem::desk(told, &config, postmortem::template(lang))
            })
        });
        made.expect("the core runs").expect("it is known")
    }

    fn shelf(&self, incident: &IncidentId) -> Shelf {
        Shelf::new(&self.papers, incident, None)
    }

    /// What is exported here.
    pub fn page(&self, id: &IncidentId, lang: Lang) -> Page {
        let (id, people) = (id.clone(), self.model.snapshot.people.clone());
        let config = self.model.snapshot.config.clone();
        let page = self.core.look(move |engine, now| {
            publish::told(engine, &id, &people, &config, now, |told| {
                Page::of(&Sheet::new(told, &config, lang))
            })
        });
        page.expect("the core runs").expect("it is known")
    }

    /// The editor that the terminal is lent to.
    pub(super) fn edit(&mut self, incident: IncidentId, sitting: Box<Sitting>) {
        let edit = self.editor.take().expect("somebody edits");
        std::fs::write(&sitting.path, edit(&sitting.begun)).expect("writable");
        let kept = self.shelf(&incident).take_in(&sitting).expect("kept");
        self.take(Msg::Wrote(incident, sitting, kept));
    }
}

/// As the draft escapes and joins it.
fn flat(text: &str) -> String {
    let mut out = String::new();
    for c in text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        if "\\`*[]<|~【".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What the journal holds: read from the fold and its entries, not from what made the draft.
fn facts(incident: &Incident) -> Vec<String> {
    let plain = |text: &str| mrkdwn::plain(text, &mrkdwn::NoNames);
    let mut facts = vec![incident.title.clone()];
    facts.extend(incident.level.iter().map(|level| level.name.clone()));
    facts.extend(incident.lessons.tags.iter().cloned());
    for section in incident.work.sections.values() {
        facts.extend(plain(&section.text).lines().map(str::to_owned));
    }
    for matter in &incident.work.matters {
        if incident.work.retracted.contains(&matter.id) {
            continue;
        }
        facts.push(matter.line.clone());
        facts.extend(matter.risk.iter().cloned());
        facts.extend(matter.objections.iter().map(|o| o.line.clone()));
        let told = matches!(matter.sort, Sort::Decision | Sort::Action | Sort::Task);
        let said = matter.settled.iter().filter_map(|s| s.line.clone());
        facts.extend(said.filter(|_| told));
    }
    for report in &incident.work.reports {
        let parts = [
            &report.can.conditions,
            &report.can.actions,
            &report.can.needs,
        ];
        facts.extend(parts.map(|part| plain(part)));
    }
    let said = incident.entries.iter().filter(|entry| {
        matches!(
            entry.body,
            Body::Note {} | Body::Situation {} | Body::Learnt(Learnt::Noted { .. })
        ) && !incident.work.retracted.contains(&entry.id)
    });
    facts.extend(said.filter_map(|entry| entry.text.as_deref().map(plain)));
    for entry in &incident.entries {
        if let Body::Pinned { excerpt, ts, .. } = &entry.body
            && incident.pinned(ts)
        {
            facts.push(excerpt.clone());
        }
        if let Body::Reopened { reason } | Body::Work(Deed::Waived { reason }) = &entry.body {
            facts.push(reason.clone());
        }
    }
    facts.retain(|fact| !fact.trim().is_empty());
    facts
}

/// Every instant that the record tells of.
fn instants(incident: &Incident) -> Vec<DateTime<Utc>> {
    let mut all: Vec<DateTime<Utc>> = incident.entries.iter().map(|entry| entry.at).collect();
    all.extend(incident.milestones.values().map(|reached| reached.time));
    for entry in &incident.entries {
        let event = serde_json::to_value(&entry.body).expect("writable");
        times(&event, &mut all);
    }
    all
}

/// Numbers that are milliseconds of this century, wherever they stand.
fn times(value: &serde_json::Value, all: &mut Vec<DateTime<Utc>>) {
    match value {
        serde_json::Value::Number(number) => {
            let millis = number.as_i64().filter(|n| *n > 1_000_000_000_000);
            all.extend(millis.and_then(DateTime::from_timestamp_millis));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| times(item, all)),
        serde_json::Value::Object(fields) => fields.values().for_each(|field| times(field, all)),
        _ => {}
    }
}

/// `HH:MM` wherever it stands outside of what people wrote.
fn clocks(text: &str) -> BTreeSet<String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (0..bytes.len())
        .filter(|at| {
            let before = at
                .checked_sub(1)
                .is_some_and(|at| digit(at) || bytes[at] == b':');
            let shaped = digit(*at) && digit(at + 1) && bytes.get(at + 2) == Some(&b':');
            shaped && digit(at + 3) && digit(at + 4) && !digit(at + 5) && !before
        })
        .map(|at| text[at..at + 5].to_owned())
        .collect()
}

/// The draft against the journal: nothing is missing, nothing is added.
pub fn holds_what_the_record_holds(w: &mut World, who: &str, id: &IncidentId, draft: &str) {
    let incident: Arc<Incident> = w.at(who).incident(id);
    let (names, zone) = (w.names(), w.at(who).model.snapshot.config.time_zone);
    for fact in facts(&incident) {
        let mut said = flat(&fact);
        for (user, name) in &names {
            said = said.replace(&format!("@{user}"), &format!("@{name}"));
        }
        assert!(draft.contains(&said), "not in the draft: {said}\n{draft}");
    }
    // People who did something, and nobody else.
    let mut known: BTreeSet<String> = incident.roster.keys().map(ToString::to_string).collect();
    known.extend(incident.entries.iter().map(|entry| entry.by.to_string()));
    let whole =
        serde_json::to_string(&incident.entries.iter().map(|e| &e.body).collect::<Vec<_>>());
    let whole = whole.expect("writable");
    let texts: String = incident
        .entries
        .iter()
        .filter_map(|e| e.text.clone())
        .collect();
    for (user, name) in &names {
        let met = known.contains(user) || whole.contains(user) || texts.contains(user);
        let said = texts.contains(name) || whole.contains(name);
        if known.contains(user)
            && user.starts_with('U')
            && incident.roster.keys().any(|k| k.as_str() == user)
        {
            assert!(draft.contains(&flat(name)), "{name} took part");
        }
        assert!(
            met || said || !draft.contains(name),
            "{name} is not in the record"
        );
    }
    // No clock is shown that the record does not know.
    let mut told: BTreeSet<String> = instants(&incident)
        .into_iter()
        .map(|at| clock::hhmm(zone, at))
        .collect();
    told.extend(clocks(&texts));
    told.extend(clocks(&whole));
    let strange: Vec<String> = clocks(draft).difference(&told).cloned().collect();
    assert!(strange.is_empty(), "times from nowhere: {strange:?}");
    // The timeline is the story, line by line.
    let lines = draft
        .lines()
        .rev()
        .take_while(|line| !line.starts_with('#'));
    let lines = lines.filter(|line| line.starts_with("- ")).count();
    assert_eq!(lines, record::story(&incident).len(), "{draft}");
}

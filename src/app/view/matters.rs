//! What is open: an offer of command and a claim of recovery before the entries that have numbers.

use super::panes::Title;
use super::{Said, Tone, decoded, due_tone, register_mark};
use crate::app::clock;
use crate::app::model::{Model, RowId};
use crate::app::strings::{fill, pane as p};
use crate::domain::event::Register;
use crate::domain::incident::Incident;
use crate::domain::work::{Matter, Sort, State};
use chrono::{DateTime, Utc};

/// An open matter in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    /// T1, N2.
    pub handle: String,
    pub text: String,
    pub who: Option<String>,
    /// Time left, or over.
    pub left: Option<Said>,
    pub mark: Option<Said>,
}

/// What waits for the commander before what others have in hand. Own timers stand among the timers.
const ORDER: [Sort; 8] = [
    Sort::Decision,
    Sort::Need,
    Sort::Question,
    Sort::Task,
    Sort::Objective,
    Sort::Hypothesis,
    Sort::Contact,
    Sort::Action,
];

fn open(incident: &Incident) -> impl Iterator<Item = &Matter> {
    ORDER.into_iter().flat_map(|sort| incident.work.open(sort))
}

pub fn count(model: &Model) -> usize {
    ids(model).len()
}

pub(crate) fn ids(model: &Model) -> Vec<RowId> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let work = &incident.work;
    let offer = work.offer.iter().map(|offer| &offer.id);
    let claim = work.claim.iter().map(|claim| &claim.id);
    let matters = open(incident).map(|matter| &matter.id);
    offer
        .chain(claim)
        .chain(matters)
        .map(|id| RowId::Matter(id.clone()))
        .collect()
}

pub fn rows(model: &Model) -> Vec<Row> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let lang = model.lang;
    let mut rows = Vec::new();
    if let Some(offer) = &incident.work.offer {
        rows.push(Row {
            id: RowId::Matter(offer.id.clone()),
            handle: ">".to_owned(),
            text: fill(&p::OFFERED, lang, &[&model.name(&offer.to)]),
            who: None,
            left: Some(left(model, offer.expires)),
            mark: None,
        });
    }
    if let Some(claim) = &incident.work.claim {
        let confirmed = claim.confirmed.len().to_string();
        rows.push(Row {
            id: RowId::Matter(claim.id.clone()),
            handle: "=".to_owned(),
            text: fill(&p::CLAIMED, lang, &[&confirmed]),
            who: Some(model.name(&claim.by)),
            left: Some(left(model, claim.hold_until)),
            mark: None,
        });
    }
    rows.extend(open(incident).map(|matter| row(model, matter)));
    rows
}

fn left(model: &Model, due: DateTime<Utc>) -> Said {
    Said::new(
        clock::countdown(due - model.now, model.lang),
        due_tone(due, model.now),
    )
}

fn row(model: &Model, matter: &Matter) -> Row {
    let lang = model.lang;
    let objections = matter.objections.len();
    let register = Register(format!("matter:{}", matter.id));
    let way = register_mark(model, &register, |_| false);
    let mark = way.or_else(|| match matter.state {
        State::Decided => Some(Said::new(p::TO_TELL.get(lang), Tone::Muted)),
        State::Escalated => Some(Said::new(p::ESCALATED.get(lang), Tone::Soon)),
        _ if objections > 0 => {
            let text = fill(&p::OBJECTIONS, lang, &[&objections.to_string()]);
            Some(Said::new(text, Tone::Soon))
        }
        _ => None,
    });
    Row {
        id: RowId::Matter(matter.id.clone()),
        handle: matter.handle(),
        text: decoded(model, &matter.line),
        who: matter.owner.as_ref().map(|held| model.name(&held.user)),
        left: matter.due.map(|due| left(model, due)),
        mark,
    }
}

/// A row, whole: what was proposed, what speaks against it, what became of it so far.
pub fn full(model: &Model, id: &RowId) -> Option<String> {
    let RowId::Matter(event) = id else {
        return None;
    };
    let incident = model.incident()?;
    let offer = incident.work.offer.as_ref();
    if let Some(offer) = offer.filter(|offer| offer.id == *event) {
        return Some(decoded(model, &offer.briefing));
    }
    let Some(matter) = incident.work.matter(event) else {
        let row = rows(model).into_iter().find(|row| row.id == *id)?;
        return Some(row.text);
    };
    let lang = model.lang;
    let at = |at: DateTime<Utc>| clock::day_hhmm(model.shown_zone(), at, model.now);
    let head = format!("{} {}", matter.handle(), decoded(model, &matter.line));
    let mut lines = vec![head];
    lines.push(format!(
        "{} {} {}",
        matter.sort.text().get(lang),
        at(matter.opened),
        model.name(&matter.by)
    ));
    lines.extend(matter.risk.as_ref().map(|risk| {
        let label = crate::app::strings::form::RISK;
        format!("{}: {}", label.get(lang), decoded(model, risk))
    }));
    for objection in &matter.objections {
        let line = decoded(model, &objection.line);
        lines.push(format!(
            "- {} {}: {line}",
            at(objection.at),
            model.name(&objection.by)
        ));
    }
    for settled in &matter.settled {
        let line = settled.line.as_deref().unwrap_or_default();
        lines.push(format!(
            "{} {} {} {}",
            at(settled.at),
            settled.state.text().get(lang),
            model.name(&settled.by),
            decoded(model, line)
        ));
    }
    Some(lines.join("\n"))
}

/// How many there are, and of how many the time is over.
pub fn title(model: &Model) -> Title {
    let lang = model.lang;
    let count = count(model);
    let mut beside = vec![Said::new(count.to_string(), Tone::Plain)];
    let over = rows(model)
        .iter()
        .filter(|row| row.left.as_ref().is_some_and(|l| l.tone == Tone::Overdue))
        .count();
    if over > 0 {
        let text = fill(&p::OVERDUE_COUNT, lang, &[&over.to_string()]);
        beside.insert(0, Said::new(text, Tone::Overdue));
    }
    Title {
        name: p::MATTERS.get(lang).to_owned(),
        beside,
        empty: (count == 0).then(|| p::NO_MATTERS.get(lang).to_owned()),
    }
}

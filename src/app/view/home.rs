//! The list of incidents.

use super::{Said, Tone, channel_name, level_name, temperature_name};
use crate::app::clock;
use crate::app::model::{Model, RowId};
use crate::app::snapshot::Summary;
use crate::app::strings::{fill, home as h};
use crate::domain::event::Phase;
use crate::domain::timer::Pressure;
use crate::domain::words::Text;
use chrono::TimeDelta;

/// An incident in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    pub level: Option<String>,
    pub temperature: Option<String>,
    pub title: String,
    pub channel: String,
    pub phase: Said,
    /// Since it was declared; of what is over, when.
    pub since: String,
    pub commander: Option<String>,
    /// DRILL, PRIVATE.
    pub marks: Vec<String>,
    /// What needs attention.
    pub needs: Vec<Said>,
    /// What it may be the same as, else how old what is known of its channel is.
    pub below: Said,
    pub tone: Tone,
}

/// What is known of an idle channel may be a minute old; older than this is worth a look.
const OLD: TimeDelta = TimeDelta::seconds(150);

/// What is open before what is over, each newest first.
pub fn order(model: &Model) -> Vec<&Summary> {
    let all = &model.snapshot.incidents;
    let (over, open): (Vec<&Summary>, Vec<&Summary>) =
        all.iter().partition(|s| s.incident.phase.is_over());
    open.into_iter().chain(over).collect()
}

/// What is said of one of them.
pub fn row(model: &Model, summary: &Summary) -> Row {
    let incident = &summary.incident;
    let lang = model.lang;
    let over = incident.phase.is_over();
    let since = match incident.declared {
        Some(at) if over => clock::day_hhmm(model.shown_zone(), at, model.now),
        Some(at) => clock::elapsed(model.now - at),
        None => String::new(),
    };
    let tone = if over { Tone::History } else { Tone::Plain };
    Row {
        id: RowId::Incident(incident.id.clone()),
        level: incident.level.as_ref().map(|l| level_name(model, l)),
        temperature: incident
            .temperature
            .as_ref()
            .map(|t| temperature_name(model, t)),
        title: incident.title.clone(),
        channel: channel_name(summary, lang),
        phase: Said::new(
            super::header::phase_words(incident, lang),
            match incident.phase {
                Phase::Recovered | Phase::Documenting => Tone::Good,
                _ => tone,
            },
        ),
        since,
        commander: incident.commander.as_ref().map(|h| model.name(&h.user)),
        marks: super::header::own_marks(summary, lang),
        needs: needs(model, summary),
        below: below(model, summary),
        tone,
    }
}

fn below(model: &Model, summary: &Summary) -> Said {
    let lang = model.lang;
    let offers = &model.snapshot.offers;
    let offer = offers.iter().find(|o| o.ours == summary.incident.id);
    let there = offer.and_then(|offer| model.summary(&offer.other));
    if let Some(there) = there {
        let channel = channel_name(there, lang);
        return Said::new(fill(&h::SAME, lang, &[&channel]), Tone::Soon);
    }
    let Some(at) = summary.as_of else {
        return Said::new(h::NOT_SEEN.get(lang), Tone::Muted);
    };
    let age = model.now - at;
    let tone = if age > OLD { Tone::Soon } else { Tone::Muted };
    let age = clock::rough(age);
    Said::new(fill(&h::SEEN, lang, &[age.get(lang)]), tone)
}

fn needs(model: &Model, summary: &Summary) -> Vec<Said> {
    let lang = model.lang;
    let incident = &summary.incident;
    let mut needs = Vec::new();
    let count = |text: &Text, n: usize| fill(text, lang, &[&n.to_string()]);
    if summary.counts.failed > 0 {
        needs.push(Said::new(
            count(&h::FAILED, summary.counts.failed),
            Tone::Failed,
        ));
    }
    let counts = &summary.counts;
    let waiting = counts.pending + counts.sending + counts.unconfirmed;
    if waiting > 0 {
        needs.push(Said::new(count(&h::QUEUED, waiting), Tone::Pending));
    }
    if incident.phase.is_burning() {
        if incident.commander.is_none() {
            needs.push(Said::new(h::NO_COMMANDER.get(lang), Tone::Soon));
        }
        if incident.level.is_none() {
            needs.push(Said::new(h::NO_LEVEL.get(lang), Tone::Soon));
        }
    } else if !incident.phase.is_over() {
        needs.push(Said::new(h::UNRESOLVED.get(lang), Tone::Muted));
    }
    let overdue = crate::app::ask::timers_of(model, incident)
        .iter()
        .filter(|timer| timer.is_loud() && timer.pressure == Pressure::Overdue)
        .count();
    if overdue > 0 {
        needs.push(Said::new(count(&h::OVERDUE, overdue), Tone::Overdue));
    }
    needs
}

/// The title row: how many are open.
pub fn title(model: &Model) -> (String, String) {
    let open = model
        .snapshot
        .incidents
        .iter()
        .filter(|s| !s.incident.phase.is_over())
        .count();
    (
        h::TITLE.get(model.lang).to_owned(),
        fill(&h::OPEN_COUNT, model.lang, &[&open.to_string()]),
    )
}

/// What an empty list says.
pub fn empty(model: &Model) -> Vec<String> {
    let mut lines = vec![h::EMPTY.get(model.lang).to_owned()];
    if model.snapshot.workspace.local {
        lines.push(h::EMPTY_SAMPLE.get(model.lang).to_owned());
    }
    lines
}

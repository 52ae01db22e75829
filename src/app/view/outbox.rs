//! What is not in the workspace yet, and what was given up.

use super::{Said, Tone, job_mark};
use crate::app::clock;
use crate::app::model::{Model, RowId};
use crate::app::snapshot::{GivenUp, OutboxLine};
use crate::app::strings::{confirm as c, fill, outbox as o, overlay as words};
use crate::domain::sync::image::JobState;
use crate::wire::explain;

/// An outbox entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    pub clock: String,
    /// The incident's channel, where it is not the room's.
    pub place: Option<String>,
    pub what: String,
    pub state: Said,
    pub attempts: Option<String>,
    /// Slack's words, and what to do about it.
    pub why: Option<String>,
    pub hint: Option<String>,
}

pub fn rows(model: &Model) -> Vec<Row> {
    let open = model.snapshot.outbox.iter().map(|line| row(model, line));
    // What is newest is asked for most.
    let gone = model.snapshot.given_up.iter().rev();
    let gone = gone.map(|line| gone_row(model, line));
    open.chain(gone).collect()
}

pub(super) fn ids(model: &Model) -> Vec<RowId> {
    let open = model.snapshot.outbox.iter().map(|line| line.seq);
    let gone = model.snapshot.given_up.iter().rev().map(|line| line.seq);
    open.chain(gone).map(RowId::Outbox).collect()
}

fn row(model: &Model, line: &OutboxLine) -> Row {
    let lang = model.lang;
    let (why, hint) = match &line.state {
        JobState::Failed { code, needed } => {
            let (why, hint) = explain::told(code, needed.as_deref());
            let hint = hint.map(|hint| hint.get(lang).to_owned());
            (Some(why.get(lang).to_owned()), hint)
        }
        _ => (None, None),
    };
    let tries = line.attempts.to_string();
    Row {
        id: RowId::Outbox(line.seq),
        clock: clock::day_hhmm(model.shown_zone(), line.at, model.now),
        place: place(model, &line.incident, &line.place),
        what: line.what.get(lang).to_owned(),
        state: job_mark(model, &line.state)
            .unwrap_or_else(|| Said::new(line.state.name(), Tone::Muted)),
        attempts: (line.attempts > 0).then(|| fill(&words::ATTEMPTS, lang, &[&tries])),
        why,
        hint,
    }
}

fn gone_row(model: &Model, line: &GivenUp) -> Row {
    Row {
        id: RowId::Outbox(line.seq),
        clock: clock::day_hhmm(model.shown_zone(), line.taken, model.now),
        place: place(model, &line.incident, &line.place),
        what: line.what.get(model.lang).to_owned(),
        state: Said::new(gave_up(model, line), Tone::History),
        attempts: None,
        why: None,
        hint: None,
    }
}

/// Who gave it up, and when.
pub fn gave_up(model: &Model, line: &GivenUp) -> String {
    let lang = model.lang;
    match (&line.by, line.at) {
        (Some(by), Some(at)) => {
            let at = clock::day_hhmm(model.shown_zone(), at, model.now);
            fill(&o::BY, lang, &[&model.name(by), &at])
        }
        _ => o::GIVEN_UP.get(lang).to_owned(),
    }
}

fn place(model: &Model, incident: &crate::domain::ids::IncidentId, name: &str) -> Option<String> {
    (model.room_id() != Some(incident)).then(|| name.to_owned())
}

/// What is asked before something is given up.
pub(super) fn drop_words(model: &Model, seq: u64) -> Vec<String> {
    let lang = model.lang;
    let Some(line) = model.snapshot.outbox.iter().find(|line| line.seq == seq) else {
        return vec![o::DONE_WITH.get(lang).to_owned()];
    };
    let mut lines = vec![
        fill(&c::DROP, lang, &[line.what.get(lang)]),
        line.place.clone(),
    ];
    let count = line.choices.with_it;
    if line.choices.whole {
        lines.push(fill(&o::WHOLE, lang, &[&(count + 1).to_string()]));
    } else {
        if count > 0 {
            lines.push(fill(&o::GOES_TOO, lang, &[&count.to_string()]));
        }
        lines.push(o::TOLD.get(lang).to_owned());
    }
    lines
}

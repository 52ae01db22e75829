//! The clocks, the most urgent first.

use super::panes::Title;
use super::{Said, Tone};
use crate::app::ask::timers;
use crate::app::clock;
use crate::app::model::{Model, RowId};
use crate::app::strings::{fill, pane as p};
use crate::domain::timer::{Pressure, Timer};

/// A clock in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    pub text: String,
    pub who: Option<String>,
    /// `02:43`, or `+01:10` when it is over.
    pub left: Said,
    /// Why it calls nobody: acknowledged, put off, silenced.
    pub quiet: Option<String>,
}

pub fn rows(model: &Model) -> Vec<Row> {
    timers(model)
        .into_iter()
        .map(|timer| {
            let left = Said::new(left(model, &timer), tone(&timer));
            Row {
                left,
                quiet: quiet(model, &timer),
                id: RowId::Timer(timer.key),
                text: timer.text.get(model.lang).to_owned(),
                who: timer.owner.as_ref().map(|user| model.name(user)),
            }
        })
        .collect()
}

/// How long it has; with room for it, the day too.
fn left(model: &Model, timer: &Timer) -> String {
    let left = timer.due - model.now;
    let text = clock::countdown(left, model.lang);
    match model.room.zoomed && left.num_days().abs() >= 2 {
        true => {
            let day = clock::day_hhmm(model.shown_zone(), timer.due, model.now);
            format!("{text}  {day}")
        }
        false => text,
    }
}

/// What was heard of once is calm, however late it is.
pub fn tone(timer: &Timer) -> Tone {
    match timer.pressure {
        _ if !timer.is_loud() => Tone::Muted,
        Pressure::Overdue => Tone::Overdue,
        Pressure::Near => Tone::Soon,
        Pressure::Running => Tone::Plain,
    }
}

fn quiet(model: &Model, timer: &Timer) -> Option<String> {
    let lang = model.lang;
    if timer.silenced {
        return Some(p::SILENT_MARK.get(lang).to_owned());
    }
    if let Some(until) = timer.snoozed {
        let until = clock::day_hhmm(model.shown_zone(), until, model.now);
        return Some(fill(&p::LATER_MARK, lang, &[&until]));
    }
    timer
        .acknowledged
        .then(|| p::SEEN_MARK.get(lang).to_owned())
}

/// How many there are, and how many are over and were heard by nobody.
pub fn title(model: &Model) -> Title {
    let lang = model.lang;
    let timers = timers(model);
    let over = timers
        .iter()
        .filter(|timer| timer.is_loud() && timer.pressure == Pressure::Overdue)
        .count();
    let count = fill(&p::TIMER_COUNT, lang, &[&timers.len().to_string()]);
    let mut beside = vec![Said::new(count, Tone::Plain)];
    if over > 0 {
        let text = fill(&p::OVERDUE_COUNT, lang, &[&over.to_string()]);
        beside.insert(0, Said::new(text, Tone::Overdue));
    }
    Title {
        name: p::TIMERS.get(lang).to_owned(),
        beside,
        empty: timers.is_empty().then(|| p::NO_TIMERS.get(lang).to_owned()),
    }
}

//! Clocks are acknowledged, put off and silenced at this console alone.

use super::notice;
use crate::app::ask;
use crate::app::model::{Model, Pane, RowId};
use crate::app::strings::{ask as s, fill};
use crate::domain::timer::{Pressure, Timer};
use crate::domain::watch::series;
use crate::domain::words::{Lang, Text};
use chrono::TimeDelta;

/// How long a prompt or a clock that was put off keeps quiet.
pub(super) const LATER: TimeDelta = TimeDelta::minutes(10);

/// The one that is selected in its pane.
pub(in crate::app) fn selected(model: &Model) -> Option<Timer> {
    let Some(RowId::Timer(key)) = &model.room.timers.selected else {
        return None;
    };
    let timers = ask::timers(model).into_iter();
    timers
        .filter(|_| model.room.pane() == Pane::Timers)
        .find(|timer| timer.key == *key)
}

/// The one that is selected, else the one that calls loudest.
pub(in crate::app) fn meant(model: &Model) -> Option<Timer> {
    selected(model).or_else(|| ask::timers(model).into_iter().find(Timer::is_loud))
}

/// What was done is told by name: the clock that is meant may be on no pane.
fn told(model: &mut Model, text: Text, timer: &Timer) {
    let say = |lang: Lang| fill(&text, lang, &[timer.text.get(lang)]);
    let text = Text {
        en: say(Lang::En).into(),
        ja: say(Lang::Ja).into(),
    };
    notice(model, text);
    super::ask_anew(model);
}

pub(super) fn acknowledge(model: &mut Model) {
    let Some(timer) = meant(model) else {
        return notice(model, s::NO_TIMER);
    };
    let now = model.now;
    ask::mark(model, &timer.key, |mark| mark.acknowledged = Some(now));
    told(model, s::SEEN, &timer);
}

pub(super) fn put_off(model: &mut Model) {
    let Some(timer) = meant(model) else {
        return notice(model, s::NO_TIMER);
    };
    let now = model.now;
    ask::mark(model, &timer.key, |mark| {
        mark.snoozed = Some((now, now + LATER));
    });
    told(model, s::PUT_OFF, &timer);
}

/// All of its kind, or no longer.
pub(super) fn silence(model: &mut Model) {
    let Some(timer) = selected(model) else {
        return notice(model, s::SELECT_TIMER);
    };
    let now = model.now;
    let silent = timer.silenced;
    ask::mark(model, series(&timer.key), |mark| {
        mark.silenced = (!silent).then_some(now);
    });
    told(model, if silent { s::SPEAKS } else { s::SILENCED }, &timer);
}

/// Remembers what is over; says the first clock that was not so before.
pub(super) fn newly_over(model: &mut Model) -> Option<String> {
    let over: Vec<Timer> = ask::timers(model)
        .into_iter()
        .filter(|timer| timer.is_loud() && timer.pressure == Pressure::Overdue)
        .collect();
    let before = std::mem::take(&mut model.memory.over);
    let new = over.iter().find(|timer| !before.contains(&timer.key));
    let text = new.map(|timer| fill(&s::OVER, model.lang, &[timer.text.get(model.lang)]));
    model.memory.over = over.into_iter().map(|timer| timer.key).collect();
    text
}

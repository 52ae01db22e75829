//! Clocks are acknowledged, put off and silenced at this console alone.

use super::{ask_anew, notice};
use crate::app::ask;
use crate::app::effect::Effect;
use crate::app::model::{Model, Pane, RowId};
use crate::app::strings::{ask as s, fill};
use crate::domain::timer::{Clock, Pressure, Timer};
use crate::domain::watch::{Mark, series};
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, TimeDelta, Utc};

/// Until when a prompt or a clock that is put off keeps quiet, and how many minutes that is.
pub(super) fn later(model: &Model) -> (DateTime<Utc>, u32) {
    let minutes = model.snapshot.config.timers.snooze_minutes;
    (model.now + TimeDelta::minutes(i64::from(minutes)), minutes)
}

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
    selected(model).or_else(|| ask::loudest(model))
}

/// One is selected that is no item of the checklist and no matter of its own.
pub(super) fn is_seen_by_ticking(model: &Model) -> bool {
    let item = |what: &Clock| matches!(what, Clock::Item(_) | Clock::Legal(_));
    selected(model).is_some_and(|timer| !item(&timer.what))
}

/// The same, as it was on the screen when the key went down; nothing, if it calls no more.
fn painted(model: &mut Model) -> Option<Timer> {
    let timer = selected(model).or_else(|| {
        let key = model.painted.seen.timer.as_ref()?;
        let mut timers = ask::timers(model).into_iter();
        timers.find(|timer| timer.key == *key && timer.is_loud())
    });
    if timer.is_none() {
        notice(model, s::NO_TIMER);
    }
    timer
}

/// Says a text with parts in each language.
pub(super) fn tell(model: &mut Model, text: &Text, parts: impl Fn(Lang) -> Vec<String>) {
    let say = |lang: Lang| {
        let parts = parts(lang);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        fill(text, lang, &parts).into()
    };
    let text = Text {
        en: say(Lang::En),
        ja: say(Lang::Ja),
    };
    notice(model, text);
}

fn keep(model: &mut Model, key: &str, change: impl Fn(&mut Mark)) -> Vec<Effect> {
    let mut effects = ask::mark(model, &[key.to_owned()], change);
    effects.extend(ask_anew(model));
    effects
}

pub(super) fn acknowledge(model: &mut Model) -> Vec<Effect> {
    let Some(timer) = painted(model) else {
        return Vec::new();
    };
    let now = model.now;
    let effects = keep(model, &timer.key, |mark| mark.acknowledged = Some(now));
    // What was done is told by name: the clock that is meant may be on no pane.
    tell(model, &s::SEEN, |lang| {
        vec![timer.text.get(lang).to_owned()]
    });
    effects
}

pub(super) fn put_off(model: &mut Model) -> Vec<Effect> {
    let Some(timer) = painted(model) else {
        return Vec::new();
    };
    let now = model.now;
    let (until, minutes) = later(model);
    let effects = keep(model, &timer.key, |mark| {
        mark.snoozed = Some((now, until));
    });
    tell(model, &s::PUT_OFF, |lang| {
        vec![minutes.to_string(), timer.text.get(lang).to_owned()]
    });
    effects
}

/// All of its kind, or no longer.
pub(super) fn silence(model: &mut Model) -> Vec<Effect> {
    let Some(timer) = selected(model) else {
        notice(model, s::SELECT_TIMER);
        return Vec::new();
    };
    let now = model.now;
    let silent = timer.silenced;
    let effects = keep(model, series(&timer.key), |mark| {
        mark.silenced = (!silent).then_some(now);
    });
    let word = if silent { s::SPEAKS } else { s::SILENCED };
    tell(model, &word, |lang| vec![timer.text.get(lang).to_owned()]);
    effects
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

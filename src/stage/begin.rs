//! How a drill begins: who is there, and the declaration.

use crate::app::resolve::{self, People, Wish};
use crate::domain::checklists::Checklists;
use crate::domain::decide::Declaration;
use crate::domain::problem::Problem;
use crate::domain::settings::{Config, Fill};
use crate::domain::words::Lang;
use crate::drill::scenario::Scenario;
use chrono::{DateTime, TimeDelta, Utc};

/// When a drill begins whose clock can be set: now, or the last time it was the story's time of
/// day.
pub fn instant(scenario: &Scenario, config: &Config, now: DateTime<Utc>) -> DateTime<Utc> {
    let Some(time) = scenario.start.time() else {
        return now;
    };
    let today = crate::app::clock::local(config.time_zone, now);
    let behind = today.time().signed_duration_since(time);
    let behind = match behind < TimeDelta::zero() {
        true => behind + TimeDelta::days(1),
        false => behind,
    };
    now - behind
}

/// The declaration with which a scenario begins, marked as a drill.
///
/// # Errors
/// None that a checked scenario and configuration have.
pub fn declaration(
    scenario: &Scenario,
    config: &Config,
    lists: &Checklists,
    lang: Lang,
    now: DateTime<Utc>,
) -> Result<Declaration, Problem> {
    let start = &scenario.start;
    let ago = |minutes: u32| now - TimeDelta::minutes(i64::from(minutes));
    let nth = start.temperature.checked_sub(1);
    let temperature = nth.and_then(|n| config.temperatures.get(n));
    let wish = Wish {
        title: start.title.get(lang).to_owned(),
        kind: start.kind,
        temperature: temperature.map(|t| t.id.clone()),
        situation: Some(start.situation.get(lang).to_owned()),
        started: start.started_minutes_ago.map(ago),
        detected: start.detected_minutes_ago.map(ago),
        private: Some(false),
        drill: true,
        ..Wish::default()
    };
    let mut declaration = resolve::declaration(config, lists, &People::new(), &wish, lang, now)?;
    // A service of the story, whichever the organisation has.
    start.service.get(lang).clone_into(&mut declaration.service);
    declaration.channel = config.channel.drill_name.render(
        &Fill {
            service: &declaration.service,
            kind: declaration.kind.name(),
            declared: crate::app::clock::local(config.time_zone, now),
        },
        1,
    );
    // Whoever commands closes it: the organisation's closers are not asked to a drill.
    declaration.closers.clear();
    Ok(declaration)
}

//! What reports and notices begin with: templates filled in from the record, in its language; and
//! where the manual is.

use super::clock;
use super::model::Model;
use super::view::decoded;
use crate::domain::event::Named;
use crate::domain::incident::Incident;
use crate::domain::sentence::level_words;
use crate::domain::settings::{Audience, Config, template};
use crate::domain::words::Text;
use crate::domain::work::{Can, Section, Sort};
use chrono::{DateTime, Utc};
use std::borrow::Cow;

const NO_LEVEL: Text = Text::fixed("not set", "未設定");

/// Between two reports to an audience, in minutes: of what it and the level say, the shorter; else
/// as for all.
pub fn minutes(config: &Config, incident: &Incident, audience: &str) -> u32 {
    config.report_minutes(audience, incident.level_terms.report)
}

/// An audience as an event names it, in the incident's language.
pub fn named(audience: &Audience, incident: &Incident) -> Named {
    Named {
        id: audience.id.clone(),
        name: audience.name.get(incident.lang).to_owned(),
    }
}

/// Whom the next report is for: who was promised one soonest, else the first of the configuration.
pub fn next_audience<'a>(config: &'a Config, incident: &Incident) -> Option<&'a Audience> {
    let mut promises = incident.work.promises();
    promises.sort_by_key(|(_, due)| *due);
    let mut promised = promises.iter();
    promised
        .find_map(|(audience, _)| config.audience(&audience.id))
        .or(config.audiences.first())
}

/// What a report to an audience begins with: what it was told last, else its template.
pub fn report(model: &Model, incident: &Incident, audience: &str) -> Can {
    if let Some(last) = incident.work.last_report(audience) {
        let part = |text: &str| decoded(model, text);
        return Can {
            conditions: part(&last.can.conditions),
            actions: part(&last.can.actions),
            needs: part(&last.can.needs),
        };
    }
    let config = &model.snapshot.config;
    let own = config.audience(audience);
    let own = own.map(|known| known.template.get(incident.lang));
    let shipped = template::report(audience, incident.lang);
    let template = own.filter(|own| !own.trim().is_empty()).unwrap_or(shipped);
    let every = minutes(config, incident, audience);
    Can::parse(&filled(model, incident, template, every))
}

/// What a notice to customers begins with: the one that is out, else its template.
pub fn notice(model: &Model, incident: &Incident) -> String {
    let mut out = incident.work.notices.iter().rev();
    if let Some(last) = out.find(|notice| notice.published.is_some()) {
        return decoded(model, &last.text);
    }
    let config = &model.snapshot.config;
    let own = config.notice.template.get(incident.lang);
    let template = match own.trim().is_empty() {
        true => template::notice(incident.lang),
        false => own,
    };
    filled(model, incident, template, config.timers.customers_minutes)
}

/// Where the manual for an incident is: as its record says, else as configured for its kind.
pub fn manual_of<'a>(config: &'a Config, incident: &'a Incident) -> Option<&'a str> {
    let recorded = incident.level_terms.manual.as_deref();
    recorded.or(config.manual.of(incident.kind))
}

fn filled(model: &Model, incident: &Incident, template: &str, every: u32) -> String {
    let config = &model.snapshot.config;
    let zone = config.time_zone;
    let lang = incident.lang;
    let time = |at: DateTime<Utc>| {
        let day = clock::day_hhmm(zone, at, model.now);
        format!("{day} {}", clock::zone_name(zone, at))
    };
    let open = |sort: Sort| {
        let open = incident.work.open(sort).map(|matter| match &matter.owner {
            Some(held) => format!("{} ({})", matter.line, model.name(&held.user)),
            None => matter.line.clone(),
        });
        open.collect::<Vec<_>>().join("\n")
    };
    template::fill(template, |blank| {
        let value = match blank {
            "title" => incident.title.clone(),
            "service" => config.service(&incident.service).map_or_else(
                || incident.service.clone(),
                |service| service.name.get(lang).to_owned(),
            ),
            "level" => match &incident.level {
                Some(level) => level_words(level),
                None => NO_LEVEL.get(lang).to_owned(),
            },
            "phase" => incident.phase.text().get(lang).to_owned(),
            "since" => incident.began().map(time).unwrap_or_default(),
            "situation" => {
                let situation = incident.situation.as_ref();
                situation.map_or_else(String::new, |s| decoded(model, &s.text))
            }
            "impact" => {
                let written = incident.work.sections.get(&Section::Impact);
                written.map_or_else(String::new, |s| decoded(model, &s.text))
            }
            "tasks" => open(Sort::Task),
            "needs" => open(Sort::Need),
            "commander" => {
                let held = incident.commander.as_ref();
                held.map_or_else(String::new, |held| model.name(&held.user))
            }
            "notice" => {
                let mut notices = incident.work.notices.iter().rev();
                let out = notices.find_map(|notice| notice.published.as_ref());
                out.map_or_else(String::new, |(target, _)| target.clone())
            }
            "next" if every > 0 => time(super::deeds::in_minutes(model.now, every)),
            _ => String::new(),
        };
        Cow::Owned(value)
    })
}

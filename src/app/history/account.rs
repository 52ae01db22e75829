//! An incident told in a few lines, to be read beside another one or in a list.

use crate::app::clock;
use crate::app::model::Model;
use crate::app::snapshot::Summary;
use crate::app::strings::{header as words, history as h};
use crate::app::view::{Tone, decoded, level_name};
use crate::app::view::{header, temperature_name};
use crate::domain::event::Milestone;
use crate::domain::verb::{ROLES, role_name};
use crate::domain::work::{Section, Sort};

/// A line with how it is meant.
pub type Told = (Tone, String);

/// Level, times, people, what was done, what is still to be done.
pub fn account(model: &Model, summary: &Summary) -> Vec<Told> {
    let (lang, zone) = (model.lang, model.shown_zone());
    let incident = &summary.incident;
    let mut lines = vec![(Tone::Plain, incident.title.clone())];
    let mut marks = header::own_marks(summary, lang);
    marks.push(crate::app::view::channel_name(summary, lang));
    lines.push((Tone::Muted, marks.join("  ")));
    let mut state = vec![header::phase_words(incident, lang)];
    state.extend(
        incident
            .level
            .as_ref()
            .map(|level| level_name(model, level)),
    );
    state.extend(
        incident
            .temperature
            .as_ref()
            .map(|t| temperature_name(model, t)),
    );
    state.push(incident.service.clone());
    lines.push((Tone::Plain, state.join("  ")));
    if !incident.lessons.tags.is_empty() {
        let tags: Vec<String> = incident
            .lessons
            .tags
            .iter()
            .map(|tag| format!("#{tag}"))
            .collect();
        lines.push((Tone::Muted, tags.join(" ")));
    }
    lines.push((Tone::Plain, String::new()));
    let now = incident.declared.unwrap_or(model.now);
    if let Some(at) = incident.declared {
        let day = clock::local(zone, at).format("%Y-%m-%d %H:%M");
        let zone = clock::zone_name(zone, at);
        lines.push((
            Tone::Plain,
            format!("{} {day} {zone}", h::DECLARED.get(lang)),
        ));
    }
    for milestone in Milestone::ALL {
        if let Some(reached) = incident.milestones.get(&milestone) {
            let name = milestone.text();
            let at = clock::day_hhmm(zone, reached.time, now);
            lines.push((Tone::Plain, format!("{} {at}", name.get(lang))));
        }
    }
    let mut people: Vec<String> = Vec::new();
    if let Some(held) = &incident.commander {
        let name = model.name(&held.user);
        people.push(format!("{} {name}", words::COMMANDER.get(lang)));
    }
    for (role, held) in incident
        .roles
        .iter()
        .filter(|(role, _)| *role != "commander")
    {
        people.push(format!(
            "{} {}",
            role_name(ROLES, role).get(lang),
            model.name(&held.user)
        ));
    }
    if !people.is_empty() {
        lines.push((Tone::Plain, people.join("  ")));
    }
    let mut part = |title: &str, text: String| {
        lines.push((Tone::Plain, String::new()));
        lines.push((Tone::Muted, title.to_owned()));
        lines.push((Tone::Plain, text));
    };
    if let Some(now) = &incident.situation {
        part(h::SITUATION.get(lang), decoded(model, &now.text));
    }
    for section in [
        Section::Impact,
        Section::Cause,
        Section::Fix,
        Section::Summary,
    ] {
        if let Some(written) = incident.work.sections.get(&section) {
            part(section.text().get(lang), decoded(model, &written.text));
        }
    }
    let of = |sort: Sort| incident.work.matters.iter().filter(move |m| m.sort == sort);
    for (sort, title) in [(Sort::Decision, &h::DECISIONS), (Sort::Action, &h::ACTIONS)] {
        let told: Vec<String> = of(sort)
            .map(|matter| {
                let owner = matter.owner.as_ref().map(|held| model.name(&held.user));
                let owner = owner.map(|name| format!(" ({name})")).unwrap_or_default();
                let state = matter.state.text();
                format!(
                    "{} {}{owner}: {}",
                    matter.handle(),
                    matter.line,
                    state.get(lang)
                )
            })
            .collect();
        if !told.is_empty() {
            part(title.get(lang), told.join("\n"));
        }
    }
    lines
}

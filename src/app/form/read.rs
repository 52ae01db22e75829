//! From what a form holds to a command, and what is wrong with it on the way.

use super::{Field, Form, Input};
use crate::app::clock;
use crate::app::deeds;
use crate::app::model::Model;
use crate::app::resolve::{self, Reach, Wish};
use crate::app::strings::{confirm as c, fill, form as s};
use crate::domain::decide::{Command, Outlets};
use crate::domain::event::{Kind, Milestone, Phase};
use crate::domain::gate::{self, Miss};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::record::summary::last_word;
use crate::domain::sync::went_lines;
use crate::domain::text::fit;
use crate::domain::verb::{STREAM_CHOICE, Verb, stream_role};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Can, Four};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Checks every field as it stands: what is wrong (of those that were touched) and how times were
/// understood. `all` checks what was not touched too. Says whether the form is whole.
pub fn check(form: &mut Form, model: &Model, all: bool) -> bool {
    let mut whole = true;
    for field in &mut form.fields {
        let (problem, understood) = match &field.input {
            Input::Time(edit) if !edit.is_blank() => when(&edit.text(), model),
            _ if field.required && is_empty(field) => (Some(missing(field)), None),
            Input::Text(edit) if field.key == "minutes" && !edit.is_blank() => {
                let number = edit.text().trim().parse::<u32>();
                (number.is_err().then_some(s::NUMBER), None)
            }
            Input::Text(edit) if field.key == "next" && !edit.is_blank() => {
                let time = clock::coming(&edit.text(), model.now, model.shown_zone());
                (time.is_none().then_some(s::MINUTES_OR_TIME), None)
            }
            _ => (None, None),
        };
        whole &= problem.is_none();
        field.problem = problem.filter(|_| field.touched || all);
        field.understood = understood;
    }
    whole
}

fn is_empty(field: &Field) -> bool {
    match &field.input {
        Input::Text(edit) | Input::Time(edit) => edit.is_blank(),
        // "Nobody" is a choice too.
        Input::Choice(choice) => choice.chosen.is_none(),
        Input::Flag(_) => false,
    }
}

fn missing(field: &Field) -> Text {
    match field.input {
        Input::Choice(_) => s::CHOOSE,
        _ => s::REQUIRED,
    }
}

fn when(text: &str, model: &Model) -> (Option<Text>, Option<Text>) {
    let zone = model.shown_zone();
    let at = match clock::parse(text, model.now, zone) {
        Ok(at) => at,
        Err(problem) => return (Some(problem.hint.unwrap_or(problem.sentence)), None),
    };
    let ahead = at > model.now + TimeDelta::minutes(1);
    let ago = clock::rough(model.now - at);
    let shown = format!(
        "{} {}",
        clock::day_hhmm(zone, at, model.now),
        clock::zone_name(zone, at)
    );
    let near = (model.now - at).num_seconds().abs() < 1;
    let say = |lang: Lang| match near {
        true => fill(&s::UNDERSTOOD_NOW, lang, &[&shown]),
        false => fill(&s::UNDERSTOOD, lang, &[&shown, ago.get(lang)]),
    };
    let understood = Text {
        en: say(Lang::En).into(),
        ja: say(Lang::Ja).into(),
    };
    (ahead.then_some(s::FUTURE), Some(understood))
}

/// What the form asks for.
///
/// # Errors
/// What is missing or names nothing.
pub fn command(form: &Form, model: &Model) -> Result<Command, Problem> {
    let text = |key: &str| form.value(key);
    let maybe = |key: &str| Some(form.value(key)).filter(|t| !t.trim().is_empty());
    let person = || maybe("person").map(UserId);
    let time = |key: &str| -> Result<Option<DateTime<Utc>>, Problem> {
        maybe(key)
            .map(|text| clock::parse(&text, model.now, model.shown_zone()))
            .transpose()
    };
    let needed = |key: &str| maybe(key).ok_or_else(|| incomplete(form, key));
    let item = || match &form.subject {
        Some(item) => Ok(item.clone()),
        None => needed("item"),
    };
    let config = &model.snapshot.config;
    let lists = &model.checklists;
    if form.verb == Verb::Declare {
        let people = &model.snapshot.people;
        let wish = wish(form, model)?;
        let made = resolve::declaration(config, lists, people, &wish, model.lang, model.now)?;
        return Ok(Command::Declare(Box::new(made)));
    }
    let incident = target(form, model)?;
    Ok(match form.verb {
        Verb::Level => Command::Level(resolve::level(config, lists, &incident, &needed("level")?)?),
        Verb::Temperature => Command::Temperature(resolve::temperature(
            config,
            &needed("temperature")?,
            incident.lang,
        )?),
        Verb::Situation => {
            let four = Four {
                affected: needed("situation")?,
                users: text("users"),
                outlook: text("outlook"),
                spread: text("spread"),
            };
            Command::Situation(four.render(incident.lang))
        }
        Verb::Note => Command::Note(needed("text")?),
        Verb::Command => {
            let (user, reason) = (person(), maybe("reason"));
            let me = &model.snapshot.me;
            match user {
                Some(to) if deeds::is_offer(&incident, me, &to, reason.as_deref()) => {
                    let minutes = model.snapshot.config.timers.offer_minutes;
                    super::work::offer(model, to, minutes)
                }
                user => Command::Commander { user, reason },
            }
        }
        Verb::Role => Command::Role {
            role: match needed("role")?.as_str() {
                STREAM_CHOICE => stream_role(&needed("stream")?),
                role => role.to_owned(),
            },
            user: person(),
        },
        Verb::CheckIn => Command::CheckIn {
            user: person().ok_or_else(|| incomplete(form, "person"))?,
            role: maybe("role"),
            task: maybe("task"),
        },
        Verb::CheckOut => Command::CheckOut(person().ok_or_else(|| incomplete(form, "person"))?),
        Verb::Tick => Command::Tick(item()?),
        Verb::Untick => Command::Untick(item()?),
        Verb::Assign => Command::Assign {
            item: item()?,
            user: person(),
            due: None,
        },
        Verb::Skip => Command::Skip {
            item: item()?,
            reason: needed("reason")?,
        },
        Verb::AddItem => Command::AddItem(needed("text")?),
        Verb::Milestone => Command::Milestone {
            milestone: Milestone::parse(&text("milestone"))
                .ok_or_else(|| incomplete(form, "milestone"))?,
            time: time("time")?.ok_or_else(|| incomplete(form, "time"))?,
            link: maybe("link"),
        },
        Verb::Timekeeper => Command::Timekeeper(
            text("minutes")
                .trim()
                .parse()
                .map_err(|_| Problem::usage(s::NUMBER))?,
        ),
        Verb::Phase => {
            Command::Phase(Phase::parse(&text("phase")).ok_or_else(|| incomplete(form, "phase"))?)
        }
        Verb::PersonalData => resolve::personal_data(config, lists, &incident),
        Verb::Recover => Command::Recover(time("time")?),
        Verb::Resolve => Command::Resolve(maybe("reason")),
        Verb::Archive => Command::Archive,
        Verb::Cancel => Command::Cancel {
            outcome: Phase::parse(&text("outcome")).ok_or_else(|| incomplete(form, "outcome"))?,
            reason: needed("reason")?,
        },
        Verb::Merge => resolve::merge(IncidentId::new(needed("into")?)),
        Verb::Reopen => Command::Reopen(needed("reason")?),
        // Neither has a form.
        Verb::Message | Verb::Pin | Verb::Declare => return Err(incomplete(form, "")),
        _ => match super::work::read(form, model, &incident)? {
            Some(command) => command,
            None => super::lessons::read(form, model)?.ok_or_else(|| incomplete(form, ""))?,
        },
    })
}

fn wish(form: &Form, model: &Model) -> Result<Wish, Problem> {
    let maybe = |key: &str| Some(form.value(key)).filter(|t| !t.trim().is_empty());
    let time = |key: &str| -> Result<Option<DateTime<Utc>>, Problem> {
        maybe(key)
            .map(|text| clock::parse(&text, model.now, model.shown_zone()))
            .transpose()
    };
    Ok(Wish {
        title: form.value("title"),
        service: form.value("service"),
        kind: match form.value("kind").as_str() {
            "security" => Kind::Security,
            _ => Kind::Outage,
        },
        temperature: maybe("temperature"),
        situation: maybe("situation"),
        started: time("started")?,
        detected: time("detected")?,
        private: Some(form.flag("private")),
        // Whoever practises declares nothing that is real.
        drill: form.flag("drill") || model.in_drill(),
        personal_data: form.flag("personal_data"),
    })
}

pub(super) fn incomplete(form: &Form, key: &str) -> Problem {
    let label = form
        .field(key)
        .map_or(Text::fixed("The form", "入力"), |f| f.label.clone());
    let (en, ja) = (label.en, label.ja);
    Problem::usage(crate::both!("{en}: needed.", "{ja}: 入力してください。"))
}

fn target(form: &Form, model: &Model) -> Result<Arc<Incident>, Problem> {
    form.target
        .as_ref()
        .and_then(|id| model.summary(id))
        .map(|summary| Arc::clone(&summary.incident))
        .ok_or_else(|| Problem::not_found(crate::app::strings::why::NOT_READ))
}

/// Where an act would be heard: the same table that the act itself is given.
pub(in crate::app) fn outlets(
    model: &Model,
    form_target: Option<&crate::domain::ids::IncidentId>,
    command: &Command,
) -> Outlets {
    let snapshot = &model.snapshot;
    let reach = match (command, form_target.and_then(|id| model.summary(id))) {
        (Command::Declare(declaration), _) => Reach::of_declaration(declaration),
        (_, Some(summary)) => Reach::of(&summary.incident, summary.private, summary.drill),
        (_, None) => return Outlets::default(),
    };
    resolve::outlets(&snapshot.config, &snapshot.people, &reach, command)
}

/// What the close gate misses now.
pub(super) fn misses(model: &Model, target: Option<&IncidentId>) -> Vec<Miss> {
    let summary = target.and_then(|id| model.summary(id));
    let rules = |drill| gate::Rules {
        hole_minutes: model.snapshot.config.close.hole_minutes,
        drill,
        post_mortem: model.snapshot.config.post_mortem.rule(),
    };
    summary
        .map(|summary| gate::gate(&summary.incident, &rules(summary.drill), model.now))
        .unwrap_or_default()
}

/// Where a report goes beside its channel.
fn posted_in(form: &Form, model: &Model) -> Option<String> {
    let incident = target(form, model).ok()?;
    let config = &model.snapshot.config;
    let audience = deeds::audience(config, &incident, &form.value("audience")).ok()?;
    let report = deeds::report(&incident, audience, &Can::default(), None, false);
    let out = outlets(model, form.target.as_ref(), &report);
    let channels = out.reports.join(", ");
    (!channels.is_empty()).then(|| fill(&c::POSTED_IN, model.lang, &[&channels]))
}

/// Cells of the last word on an incident.
const WORD: usize = 70;

/// Of what already went out, so many lines fit beside the form on a small screen.
const WENT_LINES: usize = 6;

/// The entry, or the item of the checklist, by its number.
fn asked_about(form: &Form, model: &Model) -> Option<String> {
    let incident = target(form, model).ok()?;
    let id = form.subject.as_ref()?;
    let matters = incident.work.matters.iter();
    let mut matters = matters.filter(|matter| matter.id.as_str() == id.as_str());
    if let Some(matter) = matters.next() {
        return Some(format!("{} {}", matter.handle(), matter.line));
    }
    let list = incident.checklist();
    let at = list.iter().position(|check| check.item.id == *id)?;
    Some(format!("{}. {}", at + 1, list[at].item.text))
}

/// What a confirmation prints: the target by name, who will hear of it, and what cannot be undone.
/// As far as the form is filled in.
pub fn preview(form: &Form, model: &Model) -> Vec<String> {
    let lang = model.lang;
    let mut lines = Vec::new();
    let summary = form.target.as_ref().and_then(|id| model.summary(id));
    if let Some(summary) = summary {
        let channel = crate::app::view::channel_name(summary, lang);
        lines.push(fill(&c::ON, lang, &[&channel, &summary.incident.title]));
    }
    // A list of answers says what it asks about.
    if form.field("what").is_some() {
        lines.extend(asked_about(form, model));
    }
    if form.verb == Verb::Report {
        lines.extend(posted_in(form, model));
    }
    if let (Verb::Recover | Verb::Phase, Some(summary)) = (form.verb, summary) {
        let skipped = gate::skipped(&summary.incident, form.verb == Verb::Recover);
        let skipped: Vec<&str> = skipped.iter().map(|text| text.get(lang)).collect();
        if !skipped.is_empty() {
            let skipped = skipped.join(if lang == Lang::Ja { "。" } else { "; " });
            lines.push(fill(&c::SKIPS, lang, &[&skipped]));
        }
    }
    if form.confirm.is_none() {
        return lines;
    }
    let command = match form.verb {
        // The channel's name and who hears of it are known before there is a title.
        Verb::Declare => wish(form, model)
            .ok()
            .and_then(|wish| {
                let wish = Wish {
                    title: "-".to_owned(),
                    ..wish
                };
                let snapshot = &model.snapshot;
                let (config, people) = (&snapshot.config, &snapshot.people);
                resolve::declaration(config, &model.checklists, people, &wish, lang, model.now).ok()
            })
            .map(|made| Command::Declare(Box::new(made))),
        _ => command(form, model).ok(),
    };
    let opens = match &command {
        Some(Command::Declare(made)) => Some(&**made),
        Some(Command::Restrict(made)) => Some(&made.declaration),
        _ => None,
    };
    if let Some(made) = opens {
        lines.push(fill(&c::OPENS, lang, &[&format!("#{}", made.channel)]));
    }
    if let Some(command) = &command {
        let out = outlets(model, form.target.as_ref(), command);
        let called: Vec<String> = out.groups.iter().chain(&out.people).cloned().collect();
        if !called.is_empty() {
            let text = match form.verb {
                Verb::Declare | Verb::Restrict => c::INVITES,
                _ => c::CALLS,
            };
            lines.push(fill(&text, lang, &[&called.join(", ")]));
        }
        lines.push(match out.broadcast.as_slice() {
            [] => c::ANNOUNCED_NOWHERE.get(lang).to_owned(),
            channels => {
                let pages = if out.mention_here { " (@here)" } else { "" };
                let channels = channels.join(", ") + pages;
                fill(&c::ANNOUNCED, lang, &[&channels])
            }
        });
    }
    if matches!(form.verb, Verb::Resolve | Verb::Archive) {
        lines.push(c::ARCHIVES.get(lang).to_owned());
    }
    if form.verb == Verb::Merge {
        let into = IncidentId::new(form.value("into"));
        if let Some(there) = model.summary(&into) {
            let channel = crate::app::view::channel_name(there, lang);
            let title = &there.incident.title;
            lines.push(fill(&c::GOES_ON, lang, &[&channel, title]));
        }
        lines.push(c::PEOPLE_COME.get(lang).to_owned());
    }
    if let (Verb::Restrict, Some(summary)) = (form.verb, summary) {
        let channel = crate::app::view::channel_name(summary, lang);
        lines.push(fill(&c::TELLS_NOTHING, lang, &[&channel]));
        let room = model.room_data();
        let room = room.filter(|room| room.summary.incident.id == summary.incident.id);
        if let Some(room) = room {
            lines.extend(went_lines(&room.went, lang, WENT_LINES));
        }
    }
    if let (Verb::Resolve, Some(summary)) = (form.verb, summary) {
        // What everybody will read last.
        let word = last_word(&summary.incident).unwrap_or_default();
        let word = crate::app::view::decoded(model, &word);
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
        lines.push(fill(&c::IN_THE_END, lang, &[&fit(&word, WORD)]));
        let missing = misses(model, form.target.as_ref());
        if !missing.is_empty() {
            lines.push(fill(&c::MISSING, lang, &[&missing.len().to_string()]));
        }
        lines.extend(
            missing
                .iter()
                .map(|miss| format!("- {}", miss.text.get(lang))),
        );
    }
    if form.verb.row().undo == crate::domain::verb::Undo::Never {
        lines.push(c::FINAL.get(lang).to_owned());
    }
    lines
}

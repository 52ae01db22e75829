//! The forms of what the record gains afterwards.

use super::build::{choice, choose, line, long, opt, optional, time};
use super::{Field, Form};
use crate::app::clock;
use crate::app::model::{Model, Pane, RowId};
use crate::app::strings::form as s;
use crate::both;
use crate::domain::decide::Command;
use crate::domain::event::{Body, Named};
use crate::domain::ids::EventId;
use crate::domain::incident::Incident;
use crate::domain::learn::{Answer, Learnt, Lesson};
use crate::domain::problem::Problem;
use crate::domain::record;
use crate::domain::verb::Verb;
use crate::domain::words::Text;
use crate::domain::work::Sort;

/// As many questions as a form asks: its fields have names.
const QUESTIONS: [&str; 9] = [
    "answer-1", "answer-2", "answer-3", "answer-4", "answer-5", "answer-6", "answer-7", "answer-8",
    "answer-9",
];

/// Lines that can be corrected from here, the latest first.
const LINES: usize = 30;

/// The fields of a verb; `None` where it is none of these.
pub(super) fn fields(
    model: &Model,
    incident: &Incident,
    verb: Verb,
    subject: Option<&str>,
) -> Option<Vec<Field>> {
    Some(match verb {
        Verb::Tag => vec![line("tag", s::TAG, true)],
        Verb::Untag => {
            let tags = incident.lessons.tags.iter();
            let tags = tags.map(|tag| opt(tag, Text::same(tag.clone())));
            vec![choice("tag", s::TAG, tags.collect())]
        }
        Verb::Evidence => vec![
            line("link", s::LINK_OR_FILE, true),
            line("line", s::SHOWS, false),
        ],
        Verb::NoteAt => vec![time("time", s::TIME, true, ""), long("text", s::NOTE, "")],
        Verb::Correct => {
            let chosen = subject.map(EventId::new).or_else(|| selected(model));
            let mut field = choice("event", s::ENTRY, lines(model, incident));
            let mut text = String::new();
            if let Some(id) = &chosen {
                choose(&mut field, id.as_str());
                text = said(model, incident, id).unwrap_or_default();
            }
            vec![
                field,
                long("text", s::NOTE, &text),
                time("time", s::OTHER_TIME, false, ""),
            ]
        }
        Verb::Reach => {
            let yes_no = |key, label, yes: Text, no: Text, now: Option<bool>| {
                let mut field = choice(key, label, vec![opt("yes", yes), opt("no", no)]);
                if let Some(now) = now {
                    choose(&mut field, if now { "yes" } else { "no" });
                }
                optional(field)
            };
            let reach = incident.lessons.reach;
            vec![
                yes_no("several", s::USERS, s::SEVERAL, s::FEW, reach.several),
                yes_no("recurs", s::RECURS, s::LIKELY, s::UNLIKELY, reach.recurs),
            ]
        }
        Verb::Assess => {
            let mine = incident.lessons.assessments.get(&model.snapshot.me);
            let questions = &model.snapshot.config.assessment.questions;
            let mut fields: Vec<Field> = questions
                .iter()
                .zip(QUESTIONS)
                .map(|(question, key)| {
                    let levels = ["1", "2", "3"].map(|level| {
                        let mut option = opt(level, Text::same(level));
                        option.detail = match level {
                            "1" => Some(question.low.text()),
                            "3" => Some(question.high.text()),
                            _ => None,
                        };
                        option
                    });
                    let mut field = choice(key, question.name.text(), levels.into());
                    let before = mine.and_then(|mine| {
                        let mut answers = mine.answers.iter();
                        answers.find(|answer| answer.question.id == question.id)
                    });
                    if let Some(before) = before {
                        choose(&mut field, &before.level.to_string());
                    }
                    optional(field)
                })
                .collect();
            fields.push(line("line", s::IN_WORDS, false));
            fields
        }
        Verb::Track => {
            let actions = incident.work.matters.iter();
            let actions: Vec<_> = actions
                .filter(|matter| matter.sort == Sort::Action)
                .map(|matter| {
                    let (handle, text) = (matter.handle(), &matter.line);
                    opt(
                        matter.id.as_str(),
                        both!("{handle} {text}", "{handle} {text}"),
                    )
                })
                .collect();
            let only = match actions.as_slice() {
                [only] => Some(only.value.clone()),
                _ => None,
            };
            let mut field = choice("entry", s::ENTRY, actions);
            if let Some(id) = subject.or(only.as_deref()) {
                choose(&mut field, id);
            }
            vec![field, line("link", s::LINK, true)]
        }
        _ => return None,
    })
}

/// The line of the timeline that is selected.
fn selected(model: &Model) -> Option<EventId> {
    match &model.room.timeline.selected {
        Some(RowId::Event(id)) if model.room.pane() == Pane::Timeline => Some(id.clone()),
        _ => None,
    }
}

fn can_be_corrected(body: &Body) -> bool {
    matches!(
        body,
        Body::Note {} | Body::Pinned { .. } | Body::Learnt(Learnt::Noted { .. })
    )
}

fn lines(model: &Model, incident: &Incident) -> Vec<super::Opt> {
    let mut story = record::story(incident);
    story.reverse();
    let fits = story
        .into_iter()
        .filter(|line| can_be_corrected(&line.entry.body));
    fits.take(LINES)
        .filter_map(|line| {
            let said = said(model, incident, &line.entry.id)?;
            let first = said.lines().next().unwrap_or_default();
            let at = clock::day_hhmm(model.shown_zone(), line.at, model.now);
            Some(opt(
                line.entry.id.as_str(),
                Text::same(format!("{at} {first}")),
            ))
        })
        .collect()
}

/// What a line says now, decoded.
fn said(model: &Model, incident: &Incident, id: &EventId) -> Option<String> {
    let entry = incident.entries.iter().find(|entry| entry.id == *id)?;
    let corrected = incident.lessons.corrections.get(id);
    let text = corrected.map(|c| &c.text).or(entry.text.as_ref());
    match (text, &entry.body) {
        (Some(text), _) => Some(crate::app::view::decoded(model, text)),
        (None, Body::Pinned { excerpt, .. }) => Some(excerpt.clone()),
        _ => None,
    }
}

/// What a form of one of these verbs asks for; `None` where it is none of them.
pub(super) fn read(form: &Form, model: &Model) -> Result<Option<Command>, Problem> {
    let maybe = |key: &str| Some(form.value(key)).filter(|t| !t.trim().is_empty());
    let needed = |key: &str| maybe(key).ok_or_else(|| super::read::incomplete(form, key));
    let at = |key: &str| {
        maybe(key)
            .map(|text| clock::parse(&text, model.now, model.shown_zone()))
            .transpose()
    };
    let with_text = |learnt: Learnt, text: String| {
        Command::Learn(Box::new(Lesson {
            learnt,
            text: Some(text),
        }))
    };
    let flag = |key: &str| maybe(key).map(|value| value == "yes");
    Ok(Some(match form.verb {
        Verb::Tag | Verb::Untag => Learnt::Tagged {
            tag: needed("tag")?,
            off: form.verb == Verb::Untag,
        }
        .into(),
        Verb::Evidence => Learnt::Evidence {
            link: needed("link")?,
            line: maybe("line"),
            file: None,
        }
        .into(),
        Verb::NoteAt => {
            let time = at("time")?.ok_or_else(|| super::read::incomplete(form, "time"))?;
            with_text(Learnt::Noted { time }, needed("text")?)
        }
        Verb::Correct => {
            let learnt = Learnt::Corrected {
                event: EventId::new(needed("event")?),
                time: at("time")?,
            };
            with_text(learnt, needed("text")?)
        }
        Verb::Reach => Learnt::Reached {
            several: flag("several"),
            recurs: flag("recurs"),
        }
        .into(),
        Verb::Assess => {
            let lang = model.lang;
            let questions = &model.snapshot.config.assessment.questions;
            let answers = questions
                .iter()
                .zip(QUESTIONS)
                .filter_map(|(question, key)| {
                    Some(Answer {
                        question: Named {
                            id: question.id.clone(),
                            name: question.name.get(lang).to_owned(),
                        },
                        level: maybe(key)?.parse().ok()?,
                    })
                });
            Learnt::Assessed {
                user: model.snapshot.me.clone(),
                answers: answers.collect(),
                line: maybe("line"),
            }
            .into()
        }
        Verb::Track => Learnt::Tracked {
            matter: EventId::new(needed("entry")?),
            link: needed("link")?,
        }
        .into(),
        _ => return Ok(None),
    }))
}

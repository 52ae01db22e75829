//! Checklist, situation and prompts; the titles of all panes.

use super::roster;
use super::{Said, Tone, decoded, due_tone, register_mark};
use crate::app::action::Action;
use crate::app::ask::AskId;
use crate::app::clock;
use crate::app::model::{ASKS, Model, Pane, RowId};
use crate::app::strings::{fill, pane as p};
use crate::domain::checklists::Part;
use crate::domain::decide::Command;
use crate::domain::event::{Body, Register};
use crate::domain::incident::{ItemState, Verdict};
use crate::domain::text::{cells, clean_line};
use crate::domain::words::Text;
use std::collections::BTreeMap;

/// A line of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    pub id: RowId,
    /// What `tick` takes, from 1.
    pub number: usize,
    pub state: ItemState,
    pub text: String,
    pub who: Option<String>,
    /// Time left of the box, or over.
    pub left: Option<Said>,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// The current level does not ask for it.
    pub former: bool,
    /// A link to how it is done.
    pub manual: Option<String>,
    pub mark: Option<Said>,
}

pub fn checklist(model: &Model) -> Vec<ItemRow> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let now = model.now;
    incident
        .checklist()
        .into_iter()
        .enumerate()
        .map(|(n, check)| {
            let due = check.due.filter(|_| check.state == ItemState::Open);
            let left = due.map(|due| {
                let text = clock::countdown(due - now, model.lang);
                Said::new(text, due_tone(due, now))
            });
            let item = check.item.id.as_str();
            let about = |command: &Command| item_of(command) == Some(item);
            let mark = worst([
                register_mark(model, &Register::item(item), about),
                register_mark(model, &Register::assignee(item), |_| false),
            ]);
            ItemRow {
                id: RowId::Item(check.item.id.clone()),
                number: n + 1,
                state: check.state,
                who: check.assignee.as_ref().map(|user| model.name(user)),
                left,
                reason: check.reason,
                former: !check.required && !check.item.optional,
                text: check.item.text,
                manual: check.item.manual,
                mark,
            }
        })
        .collect()
}

/// How far each part of the response is; items that were added by hand, or that no list knows, are
/// of the part that goes on. Nothing where the lists tell no parts.
pub fn progress(model: &Model) -> Vec<Said> {
    let Some(incident) = model.incident() else {
        return Vec::new();
    };
    let now = if incident.phase.is_burning() {
        Part::Response
    } else {
        Part::After
    };
    let mut counts: BTreeMap<Part, (usize, usize)> = BTreeMap::new();
    let mut told = false;
    for check in incident.checklist() {
        let part = model.checklists.part(&check.item.id);
        told |= part.is_some();
        let (done, of) = counts.entry(part.unwrap_or(now)).or_default();
        *of += 1;
        *done += usize::from(check.state != ItemState::Open);
    }
    let counts = counts.into_iter().filter(|_| told);
    counts
        .map(|(part, (done, of))| {
            let text = format!("{} {done}/{of}", part.text().get(model.lang));
            let tone = if done == of { Tone::Muted } else { Tone::Plain };
            Said::new(text, tone)
        })
        .collect()
}

/// The link that stands under the checklist: how the selected item is done, else the manual for this
/// incident.
pub fn manual_link(model: &Model) -> Option<String> {
    let incident = model.incident()?;
    let selected = model.room.list(Pane::Checklist).selected.as_ref();
    let list = incident.checklist();
    let own = list
        .iter()
        .find(|check| matches!(selected, Some(RowId::Item(id)) if *id == check.item.id));
    let own = own.and_then(|check| check.item.manual.as_deref());
    let link = own.or(crate::app::template::manual_of(
        &model.snapshot.config,
        incident,
    ))?;
    Some(clean_line(link).into_owned())
}

/// The same under its name, in so many cells; where it would be cut, which key shows it whole.
pub fn manual(model: &Model, width: usize) -> Option<String> {
    let link = manual_link(model)?;
    let whole = fill(&p::MANUAL, model.lang, &[&link]);
    if cells(&whole) <= width {
        return Some(whole);
    }
    let key = model.keymap.shown(Action::View).map(|key| key.to_string());
    Some(fill(&p::MANUAL_BY, model.lang, &[&key.unwrap_or_default()]))
}

/// Of several marks on one line, what failed.
pub(super) fn worst(marks: impl IntoIterator<Item = Option<Said>>) -> Option<Said> {
    let marks = marks.into_iter().flatten();
    marks.max_by_key(|mark| mark.tone == Tone::Failed)
}

fn item_of(command: &Command) -> Option<&str> {
    match command {
        Command::Tick(item)
        | Command::Untick(item)
        | Command::Assign { item, .. }
        | Command::Skip { item, .. } => Some(item),
        _ => None,
    }
}

/// The one paragraph that everybody works from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SituationView {
    pub text: String,
    /// Who wrote it and when; how long ago.
    pub by: String,
    pub clock: String,
    pub age: String,
}

pub fn situation(model: &Model) -> Option<SituationView> {
    let situation = model.incident()?.situation.as_ref()?;
    Some(SituationView {
        text: decoded(model, &situation.text),
        by: model.name(&situation.by),
        clock: clock::day_hhmm(model.shown_zone(), situation.at, model.now),
        age: clock::rough(model.now - situation.at)
            .get(model.lang)
            .to_owned(),
    })
}

/// The situation with those before it, the newest first, each with who wrote it and when.
pub fn situations(model: &Model) -> Option<String> {
    let incident = model.incident()?;
    let entries = incident.entries.iter().rev().filter(|entry| {
        let counts = entry.verdict == Verdict::Accepted;
        counts && matches!(entry.body, Body::Situation {})
    });
    let told = entries.filter_map(|entry| {
        let clock = clock::day_hhmm(model.shown_zone(), entry.at, model.now);
        let text = decoded(model, entry.text.as_ref()?);
        Some(format!("{clock} {}\n{text}", model.name(&entry.by)))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("\n\n"))
}

/// In the first minutes: what it may have been before, and the key that tells more.
pub fn seen_before(model: &Model) -> Vec<String> {
    let Some(first) = crate::app::update::seen_before(model).first() else {
        return Vec::new();
    };
    let mut lines = vec![super::history::reminder_line(model, first, model.lang)];
    let key = model.keymap.shown(crate::app::action::Action::SeenBefore);
    lines.extend(key.map(|key| {
        let key = key.to_string();
        fill(&crate::app::strings::history::SEEN_KEY, model.lang, &[&key])
    }));
    lines
}

/// What is asked.
pub struct Asks {
    /// The prompts in their places.
    pub slots: [Option<(AskId, Said)>; ASKS],
    /// How many more wait for one.
    pub waiting: usize,
}

pub fn asks(model: &Model) -> Asks {
    let wanted = crate::app::ask::wanted(model);
    let slots = model.room.asks.clone().map(|about| {
        let prompt = wanted.iter().find(|p| Some(&p.about) == about.as_ref())?;
        Some((prompt.about.clone(), crate::app::ask::said(model, prompt)))
    });
    let shown = slots.iter().flatten().count();
    Asks {
        waiting: wanted.len() - shown,
        slots,
    }
}

/// A pane's title, and what stands beside it: counts, so that a pane that is not shown is not
/// forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    pub name: String,
    pub beside: Vec<Said>,
    /// What an empty pane says.
    pub empty: Option<String>,
}

pub fn title(model: &Model, pane: Pane) -> Title {
    let lang = model.lang;
    let said = |text: &Text| text.get(lang).to_owned();
    let read = model.room_data().is_some();
    let when_empty = |is_empty: bool, text: Text| {
        let text = if read { text } else { p::READING };
        is_empty.then(|| said(&text))
    };
    match pane {
        Pane::Timeline => {
            let (story, all) = match model.room.all {
                false => (Tone::Plain, Tone::Muted),
                true => (Tone::Muted, Tone::Plain),
            };
            Title {
                name: said(&p::TIMELINE),
                beside: vec![
                    Said::new(said(&p::STORY), story),
                    Said::new(said(&p::ALL_RECORDS), all),
                ],
                empty: when_empty(super::timeline::count(model) == 0, p::NO_EVENTS),
            }
        }
        Pane::Channel => {
            let channel = model.target().map(|s| super::channel_name(s, lang));
            Title {
                name: said(&p::CHANNEL),
                beside: channel
                    .into_iter()
                    .map(|name| Said::new(name, Tone::Muted))
                    .collect(),
                empty: when_empty(super::channel::count(model) == 0, p::NO_TALK),
            }
        }
        Pane::Checklist => {
            let (done, of) = model.incident().map_or((0, 0), |i| i.progress());
            let level = model.incident().and_then(|i| i.level.clone());
            // What is cut in a narrow pane is the level, which the header says too.
            let count = (of > 0).then(|| Said::new(format!("{done}/{of}"), Tone::Plain));
            let level = level.iter();
            let level = level.map(|l| Said::new(super::level_name(model, l), Tone::Muted));
            let owner = model.incident().and_then(|i| i.level_terms.owner.clone());
            let owner = owner.map(|owner| Said::new(owner, Tone::Muted));
            let beside: Vec<Said> = count.into_iter().chain(level).chain(owner).collect();
            Title {
                name: said(&p::CHECKLIST),
                beside,
                empty: when_empty(of == 0, p::NO_ITEMS),
            }
        }
        Pane::Situation => {
            let situation = situation(model);
            let beside = situation.as_ref().map(|s| format!("{} {}", s.clock, s.by));
            Title {
                name: said(&p::SITUATION),
                beside: beside
                    .into_iter()
                    .map(|text| Said::new(text, Tone::Muted))
                    .chain(register_mark(model, &Register::named("situation"), |c| {
                        matches!(c, Command::Situation(_))
                    }))
                    .collect(),
                empty: when_empty(situation.is_none(), p::NO_SITUATION),
            }
        }
        Pane::Timers => super::timers::title(model),
        Pane::Matters => super::matters::title(model),
        Pane::Roster => {
            let rows = roster::rows(model);
            let called = roster::called(model).len();
            let here = rows.len() - called;
            let idle = rows[..here].iter().filter(|row| row.idle.is_some());
            let idle = idle.count();
            let count = |text: &Text, n: usize| fill(text, lang, &[&n.to_string()]);
            let mut beside = vec![Said::new(count(&p::HERE, here), Tone::Plain)];
            if idle > 0 {
                beside.push(Said::new(count(&p::IDLE_COUNT, idle), Tone::Soon));
            }
            if called > 0 {
                beside.push(Said::new(count(&p::CALLED_COUNT, called), Tone::Pending));
            }
            beside.extend(roster::span(model));
            Title {
                name: said(&p::ROSTER),
                beside,
                empty: None,
            }
        }
    }
}

//! From the record to a [`Page`].

use super::Sheet;
use super::page::{
    Against, At, Figure, Interval, Item, Line, Page, Raw, Report, Said, Stone, Stretch, Term,
};
use super::words as w;
use crate::app::postmortem::facts;
use crate::app::strings::metrics as m;
use crate::app::{clock, show};
use crate::domain::event::{Body, FileLink, Milestone, Phase};
use crate::domain::ids::{EventId, SlackTs, UserId};
use crate::domain::incident::{Entry, Verdict};
use crate::domain::learn::{self, Learnt};
use crate::domain::metrics::{Measure, Share};
use crate::domain::record::{self, Hole, Span};
use crate::domain::sentence::{Clocks, level_words};
use crate::domain::source::{self, Source};
use crate::domain::sync::mirror::span;
use crate::domain::verb::{ROLES, role_name};
use crate::domain::words::{Lang, Text};
use crate::domain::work::{Deed, Matter, Review, Section, Sort};
use chrono::{DateTime, TimeDelta, Utc};

/// What is written in sections, in the order in which it is read.
const SECTIONS: [Section; 8] = [
    Section::Summary,
    Section::Impact,
    Section::Revenue,
    Section::Cause,
    Section::Fix,
    Section::Well,
    Section::Lucky,
    Section::Better,
];

/// What was done, in the order in which it is read.
const WORK: [Sort; 6] = [
    Sort::Objective,
    Sort::Hypothesis,
    Sort::Task,
    Sort::Need,
    Sort::Question,
    Sort::Contact,
];

impl Page {
    /// Gathers what the record tells.
    pub fn of(sheet: &Sheet<'_>) -> Page {
        let told = sheet.told;
        let incident = told.incident;
        let phases = phases(sheet);
        Page {
            lang: sheet.lang,
            title: incident.title.clone(),
            drill: told.drill,
            private: told.private || incident.work.restricted.is_some(),
            level: incident.level.as_ref().map(level_words),
            rank: sheet.rank,
            phase: incident.phase.text().get(sheet.lang).to_owned(),
            calm: !incident.phase.is_burning(),
            facts: facts_of(sheet),
            zone: zone(sheet),
            east: clock::offset(told.zone, incident.began().unwrap_or(told.now)).local_minus_utc(),
            made: At {
                clock: clock::local(told.zone, told.now)
                    .format("%Y-%m-%d %H:%M")
                    .to_string(),
                ..at(sheet, told.now)
            },
            sections: sections(sheet),
            milestones: milestones(sheet),
            intervals: intervals(sheet),
            process: process(sheet),
            levels: facts::levels(incident)
                .into_iter()
                .map(|(time, level, by)| (at(sheet, time), level_words(level), name(sheet, by)))
                .collect(),
            level_spans: level_spans(sheet, &phases),
            phases,
            commanders: facts::commanders(incident)
                .iter()
                .map(|term| stretch(sheet, term))
                .collect(),
            terms: terms(sheet),
            people: facts::people(incident)
                .iter()
                .map(|user| name(sheet, user))
                .collect(),
            decisions: items(sheet, Sort::Decision),
            reports: reports(sheet),
            work: WORK
                .into_iter()
                .map(|sort| (sort.text().get(sheet.lang).to_owned(), items(sheet, sort)))
                .filter(|(_, items)| !items.is_empty())
                .collect(),
            actions: items(sheet, Sort::Action),
            evidence: evidence(sheet),
            story: story(sheet),
            raw: raw(sheet),
        }
    }
}

fn at(sheet: &Sheet<'_>, time: DateTime<Utc>) -> At {
    let from = sheet.told.incident.began().unwrap_or(time);
    At {
        time,
        clock: clock::day_hhmm(sheet.told.zone, time, from),
        zone: clock::zone_name(sheet.told.zone, time),
    }
}

fn name(sheet: &Sheet<'_>, user: &UserId) -> String {
    (sheet.told.name)(user)
}

fn get(sheet: &Sheet<'_>, text: &Text) -> String {
    text.get(sheet.lang).to_owned()
}

fn zone(sheet: &Sheet<'_>) -> String {
    let began = sheet.told.incident.began().unwrap_or(sheet.told.now);
    let name = clock::zone_name(sheet.told.zone, began);
    let offset = clock::offset(sheet.told.zone, began).to_string();
    match name == offset || name == "UTC" {
        true => name,
        false => format!("{name} (UTC{offset})"),
    }
}

fn facts_of(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let told = sheet.told;
    let incident = told.incident;
    let began = incident.began().unwrap_or(told.now);
    let commanders: Vec<String> = facts::commanders(incident)
        .iter()
        .map(|term| name(sheet, &term.user))
        .collect();
    let tags: Vec<&str> = incident.lessons.tags.iter().map(String::as_str).collect();
    let list = [
        (
            w::DATE,
            clock::local(told.zone, began)
                .format("%Y-%m-%d")
                .to_string(),
        ),
        (w::SERVICE, sheet.service.to_owned()),
        (w::KIND, get(sheet, &incident.kind.text())),
        (w::COMMANDER, commanders.join(" → ")),
        (
            w::TEMPERATURE,
            incident
                .temperature
                .as_ref()
                .map(|t| t.name.clone())
                .unwrap_or_default(),
        ),
        (
            w::CHANNEL,
            told.channel.map(|c| format!("#{c}")).unwrap_or_default(),
        ),
        (w::TAGS, tags.join(", ")),
        (w::POST_MORTEM, review(sheet)),
        (w::INCIDENT, incident.id.to_string()),
        (w::ZONE, zone(sheet)),
    ];
    let told = list
        .into_iter()
        .filter(|(_, value)| !value.trim().is_empty());
    told.map(|(label, value)| (get(sheet, &label), value))
        .collect()
}

fn review(sheet: &Sheet<'_>) -> String {
    let (held, text) = match &sheet.told.incident.work.review {
        None => return String::new(),
        Some(Review::Reviewed(held, None)) => (held, Text::fixed("reviewed", "レビュー済み")),
        Some(Review::Reviewed(held, Some(link))) => (
            held,
            crate::both!("reviewed: {link}", "レビュー済み: {link}"),
        ),
        Some(Review::Waived(held, reason)) => {
            (held, crate::both!("not needed: {reason}", "不要: {reason}"))
        }
    };
    let (what, by, at) = (
        text.get(sheet.lang),
        name(sheet, &held.user),
        at(sheet, held.since),
    );
    format!("{what} ({by}, {} {})", at.clock, at.zone)
}

fn sections(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let work = &sheet.told.incident.work;
    let plain = |text: &str| (sheet.told.plain)(text).trim().to_owned();
    let mut all: Vec<(String, String)> = SECTIONS
        .into_iter()
        .filter_map(|section| {
            let written = work.sections.get(&section)?;
            Some((get(sheet, &section.text()), plain(&written.text)))
        })
        .collect();
    // Once there is a summary, the last situation is one line of the story.
    if !work.sections.contains_key(&Section::Summary)
        && let Some(situation) = &sheet.told.incident.situation
    {
        all.insert(0, (get(sheet, &w::SITUATION), plain(&situation.text)));
    }
    all.retain(|(_, text)| !text.is_empty());
    all
}

fn milestones(sheet: &Sheet<'_>) -> Vec<Stone> {
    let reached = &sheet.told.incident.milestones;
    let stones = Milestone::ALL.into_iter().map(|milestone| {
        let known = reached.get(&milestone);
        Stone {
            name: get(sheet, &milestone.text()),
            at: known.map(|reached| at(sheet, reached.time)),
            by: known.map_or_else(String::new, |reached| match reached.automatic {
                true => get(sheet, &w::AUTOMATIC),
                false => name(sheet, &reached.by),
            }),
            link: known.and_then(|reached| reached.link.clone()),
        }
    });
    stones.collect()
}

fn intervals(sheet: &Sheet<'_>) -> Vec<Interval> {
    let known = Span::ALL.into_iter().filter_map(|of| {
        let long = of.told(sheet.told.incident)?;
        let (from, to) = of.ends();
        Some(Interval {
            name: get(sheet, &of.text()),
            // Corrected into the wrong order, it is as long as it says.
            long: match long < TimeDelta::zero() {
                true => format!("−{}", span(-long, sheet.lang)),
                false => span(long, sheet.lang),
            },
            from: get(sheet, &from.text()),
            to: get(sheet, &to.text()),
            against: against(sheet, Measure::Span(of)),
        })
    });
    known.collect()
}

/// A time against the target of the incident's level; `None` where there is none, or no time.
fn against(sheet: &Sheet<'_>, measure: Measure) -> Option<Against> {
    let measured = sheet.measured.as_ref()?;
    let (time, target) = (measured.time(measure)?, measured.targets[measure.at()]?);
    let met = match time {
        // In the wrong order it is no time.
        ..0 => w::UNSURE,
        _ if time <= target => w::MET,
        _ => w::NOT_MET,
    };
    Some(Against {
        target: span(TimeDelta::seconds(target), sheet.lang),
        met: get(sheet, &met),
    })
}

const PROCESS: [Measure; 5] = [
    Measure::Commander,
    Measure::Scribe,
    Measure::Level,
    Measure::Report,
    Measure::Notice,
];

/// How the response was led: what came when, what was kept, and what it took of people.
fn process(sheet: &Sheet<'_>) -> Vec<Figure> {
    let Some(measured) = &sheet.measured else {
        return Vec::new();
    };
    let mut figures: Vec<Figure> = PROCESS
        .into_iter()
        .map(|measure| {
            let time = measured.time(measure).map(TimeDelta::seconds);
            let never = || {
                let target = measured.targets[measure.at()].filter(|_| time.is_none())?;
                Some(Against {
                    target: span(TimeDelta::seconds(target), sheet.lang),
                    met: get(sheet, &w::NEVER),
                })
            };
            Figure {
                name: get(sheet, &measure.text()),
                value: time.map_or_else(|| "-".to_owned(), |time| span(time, sheet.lang)),
                against: against(sheet, measure).or_else(never),
            }
        })
        .collect();
    let plain = |name: &Text, value: String| Figure {
        name: get(sheet, name),
        value,
        against: None,
    };
    let of = |share: Share| match share.of {
        0 => "-".to_owned(),
        of => format!("{}/{of}", share.met),
    };
    let cadence = measured.cadence.percent().map(|percent| {
        let wanted = sheet.cadence_percent;
        let met = match percent >= usize::try_from(wanted).unwrap_or(usize::MAX) {
            true => w::MET,
            false => w::NOT_MET,
        };
        Against {
            target: format!("{wanted} %"),
            met: get(sheet, &met),
        }
    });
    let minutes = span(TimeDelta::seconds(measured.person_seconds), sheet.lang);
    figures.extend([
        Figure {
            against: cadence,
            ..plain(&m::CADENCE, of(measured.cadence))
        },
        plain(&m::BOXES, of(measured.boxes)),
        plain(&m::HAND_OVERS, measured.hand_overs.to_string()),
        plain(&w::NUMBER, measured.people.to_string()),
        plain(&m::PERSON_TIME, minutes),
    ]);
    figures
}

fn stretch(sheet: &Sheet<'_>, term: &facts::Term) -> Stretch {
    Stretch {
        name: name(sheet, &term.user),
        from: at(sheet, term.from),
        to: term.to.map(|to| at(sheet, to)),
    }
}

fn terms(sheet: &Sheet<'_>) -> Vec<Term> {
    let incident = sheet.told.incident;
    let command = facts::commanders(incident)
        .into_iter()
        .map(|term| (get(sheet, &w::COMMANDER), term));
    let others = facts::roles(incident).into_iter().flat_map(|role| {
        let called = role_name(ROLES, &role);
        let held = facts::held(incident, &role).into_iter();
        held.map(move |term| (get(sheet, &called), term))
    });
    command
        .chain(others)
        .map(|(role, term)| Term {
            role,
            held: stretch(sheet, &term),
        })
        .collect()
}

/// Each lasts until the next; the last one has no end.
fn chained(changes: Vec<(String, At)>) -> Vec<Stretch> {
    let mut spans: Vec<Stretch> = Vec::new();
    for (name, at) in changes {
        if let Some(last) = spans.last_mut() {
            if last.name == name {
                continue;
            }
            last.to = Some(at.clone());
        }
        spans.push(Stretch {
            name,
            from: at,
            to: None,
        });
    }
    spans
}

fn phases(sheet: &Sheet<'_>) -> Vec<Stretch> {
    let entered = facts::counted(sheet.told.incident).filter_map(|entry| {
        let phase = match &entry.body {
            Body::Declared { .. } => Phase::Declared,
            Body::Phase { phase } => *phase,
            Body::Recovered { .. } => Phase::Recovered,
            Body::Resolved { .. } => Phase::Resolved,
            Body::Cancelled { outcome, .. } => *outcome,
            Body::Reopened { .. } => Phase::Investigating,
            Body::Merged { .. } => Phase::Merged,
            _ => return None,
        };
        Some((get(sheet, &phase.text()), at(sheet, entry.at)))
    });
    chained(entered.collect())
}

fn level_spans(sheet: &Sheet<'_>, phases: &[Stretch]) -> Vec<Stretch> {
    let set = facts::levels(sheet.told.incident).into_iter();
    let mut spans = chained(
        set.map(|(time, level, _)| (level_words(level), at(sheet, time)))
            .collect(),
    );
    // A level says nothing any more once it is over.
    let over = sheet.told.incident.phase.is_over();
    if let (true, Some(last), Some(end)) = (over, spans.last_mut(), phases.last()) {
        last.to = Some(end.from.clone()).filter(|to| to.time > last.from.time);
    }
    spans
}

fn items(sheet: &Sheet<'_>, sort: Sort) -> Vec<Item> {
    let incident = sheet.told.incident;
    let stands =
        |matter: &&Matter| matter.sort == sort && !incident.work.retracted.contains(&matter.id);
    let matters = incident.work.matters.iter().filter(stands);
    matters.map(|matter| item(sheet, matter)).collect()
}

fn item(sheet: &Sheet<'_>, matter: &Matter) -> Item {
    let objections = matter.objections.iter().map(|objection| Said {
        at: at(sheet, objection.at),
        what: get(sheet, &w::OBJECTION),
        text: objection.line.clone(),
        by: name(sheet, &objection.by),
    });
    let settled = matter.settled.iter().map(|settled| Said {
        at: at(sheet, settled.at),
        what: get(sheet, &settled.state.text()),
        text: settled.line.clone().unwrap_or_default(),
        by: name(sheet, &settled.by),
    });
    let mut said: Vec<Said> = objections.chain(settled).collect();
    said.sort_by_key(|said| said.at.time);
    Item {
        handle: matter.handle(),
        at: at(sheet, matter.opened),
        text: matter.line.clone(),
        by: name(sheet, &matter.by),
        owner: matter.owner.as_ref().map(|held| name(sheet, &held.user)),
        due: matter.due.map(|due| at(sheet, due)),
        state: get(sheet, &matter.state.text()),
        over: matter.state.is_final(),
        risk: matter.risk.clone(),
        link: sheet.told.incident.lessons.tracks.get(&matter.id).cloned(),
        said,
    }
}

fn reports(sheet: &Sheet<'_>) -> Vec<Report> {
    let work = &sheet.told.incident.work;
    let plain = |text: &str| (sheet.told.plain)(text).trim().to_owned();
    let stands = |id: &EventId| !work.retracted.contains(id);
    let said = work.reports.iter().filter(|r| stands(&r.id)).map(|report| {
        let parts = [
            (w::CONDITIONS, &report.can.conditions),
            (w::ACTIONS, &report.can.actions),
            (w::NEEDS, &report.can.needs),
        ];
        let parts = parts
            .into_iter()
            .map(|(label, text)| (get(sheet, &label), plain(text)));
        Report {
            at: at(sheet, report.at),
            stage: get(sheet, &report.stage.text()),
            to: report.audience.name.clone(),
            by: name(sheet, &report.by),
            parts: parts.filter(|(_, text)| !text.is_empty()).collect(),
            next: report.next.map(|next| at(sheet, next)),
        }
    });
    let notices = work
        .notices
        .iter()
        .filter(|n| stands(&n.id))
        .filter_map(|notice| {
            let (target, time) = notice.published.as_ref()?;
            Some(Report {
                at: at(sheet, *time),
                stage: get(sheet, &w::NOTICE),
                to: target.clone(),
                by: name(sheet, &notice.by),
                parts: vec![(String::new(), plain(&notice.text))],
                next: notice.next.map(|next| at(sheet, next)),
            })
        });
    let mut all: Vec<Report> = said.chain(notices).collect();
    all.sort_by_key(|report| report.at.time);
    all
}

fn link(sheet: &Sheet<'_>, ts: Option<&SlackTs>) -> Option<String> {
    ts.and_then(sheet.told.permalink)
}

fn place(entry: &Entry) -> Option<&SlackTs> {
    match &entry.body {
        Body::Pinned { ts, .. } => Some(ts),
        _ => entry.position.as_ref().map(|position| &position.ts),
    }
}

fn words(sheet: &Sheet<'_>, entry: &Entry) -> String {
    let told = sheet.told;
    let clocks = Clocks {
        time: &|time| at(sheet, time).clock,
        day: &|time| clock::day(told.zone, time, told.now),
    };
    show::words_in(
        entry,
        told.incident,
        sheet.lang,
        told.name,
        told.plain,
        &clocks,
    )
}

fn evidence(sheet: &Sheet<'_>) -> Vec<Line> {
    let incident = sheet.told.incident;
    let line = |time, text: String, by: String, link| Line {
        at: at(sheet, time),
        text,
        by,
        link,
        turns: false,
        hole: false,
    };
    let stands = incident.lessons.evidence.iter();
    let stands = stands.filter(|attached| !incident.work.retracted.contains(&attached.id));
    let mut all: Vec<Line> = stands
        .map(|attached| {
            let by = name(sheet, &attached.by);
            let said = attached.line.as_deref().unwrap_or_default();
            match &attached.file {
                None => line(
                    attached.at,
                    said.to_owned(),
                    by,
                    Some(attached.link.clone()),
                ),
                Some(file) => {
                    let copied = learn::copied(file, sheet.lang);
                    let text = format!("{said} {}{copied}", attached.link);
                    line(attached.at, text.trim().to_owned(), by, None)
                }
            }
        })
        .collect();
    all.extend(
        record::story(incident)
            .into_iter()
            .filter_map(|told| match &told.entry.body {
                Body::Pinned {
                    evidence: true,
                    author,
                    excerpt,
                    ts,
                    files,
                } => Some(line(
                    told.at,
                    with_files((sheet.told.plain)(excerpt), files),
                    author.clone(),
                    link(sheet, Some(ts)),
                )),
                _ => None,
            }),
    );
    all.sort_by_key(|line| line.at.time);
    all
}

/// What a message said, with what hung on it.
fn with_files(said: String, files: &[FileLink]) -> String {
    let each = files.iter().map(|file| match &file.link {
        Some(link) => format!("{} {link}", file.name),
        None => file.name.clone(),
    });
    let each: Vec<String> = each.collect();
    match each.is_empty() {
        true => said,
        false => format!("{said} [{}]", each.join(", ")),
    }
}

/// Its text stands whole in a part of the page of its own, or is only for whoever takes over.
fn is_elsewhere(body: &Body) -> bool {
    matches!(
        body,
        Body::Work(
            Deed::Report { .. } | Deed::Notice {} | Deed::Offered { .. } | Deed::Written { .. }
        )
    )
}

fn turns(body: &Body) -> bool {
    matches!(
        body,
        Body::Declared { .. }
            | Body::Level { .. }
            | Body::Commander { .. }
            | Body::Phase { .. }
            | Body::Recovered { .. }
            | Body::Resolved { .. }
            | Body::Cancelled { .. }
            | Body::Reopened { .. }
            | Body::Merged { .. }
            | Body::Work(Deed::Report { .. } | Deed::Accepted { .. })
            | Body::Work(Deed::Opened {
                matter: Sort::Decision,
                ..
            })
    )
}

fn story(sheet: &Sheet<'_>) -> Vec<Line> {
    let incident = sheet.told.incident;
    let limit = TimeDelta::minutes(i64::from(sheet.hole_minutes));
    let mut lines: Vec<Line> = record::story(incident)
        .iter()
        .map(|told| {
            let entry: &Entry = told.entry;
            let own = told.correction.map(|c| &c.text).or(entry.text.as_ref());
            let alone = matches!(
                entry.body,
                Body::Note {} | Body::Learnt(Learnt::Noted { .. })
            );
            let (text, by) = match own {
                Some(text) if alone || told.correction.is_some() => {
                    let mut said = (sheet.told.plain)(text);
                    if told.correction.is_some() {
                        said.push_str(&format!(" ({})", w::CORRECTED.get(sheet.lang)));
                    }
                    (said, name(sheet, &entry.by))
                }
                _ if is_elsewhere(&entry.body) => {
                    let said = words(sheet, entry);
                    (
                        said.lines().next().unwrap_or_default().to_owned(),
                        String::new(),
                    )
                }
                _ => (words(sheet, entry), String::new()),
            };
            Line {
                at: at(sheet, told.at),
                text: text.trim().to_owned(),
                by,
                link: link(sheet, place(entry)),
                turns: turns(&entry.body),
                hole: false,
            }
        })
        .collect();
    let holes = record::holes(incident, limit, sheet.told.now);
    lines.extend(holes.into_iter().map(|Hole { from, to }| {
        let long = span(to - from, sheet.lang);
        Line {
            at: at(sheet, from),
            text: match sheet.lang {
                Lang::En => format!("{} for {long}", w::UNTOLD.en),
                Lang::Ja => format!("{} ({long})", w::UNTOLD.ja),
            },
            by: String::new(),
            link: None,
            turns: false,
            hole: true,
        }
    }));
    lines.sort_by_key(|line| line.at.time);
    lines
}

fn raw(sheet: &Sheet<'_>) -> Vec<Raw> {
    let incident = sheet.told.incident;
    let entries = incident.entries.iter().map(|entry| {
        let mut remarks = Vec::new();
        match &entry.verdict {
            Verdict::Accepted => {}
            Verdict::Overtaken(_) => remarks.push(w::OVERTAKEN),
            Verdict::Ignored => remarks.push(w::IGNORED),
        }
        if incident.work.retracted.contains(&entry.id) {
            remarks.push(w::TAKEN_BACK);
        }
        if incident.lessons.corrections.contains_key(&entry.id) {
            remarks.push(w::CORRECTED);
        }
        if entry.position.is_none() {
            remarks.push(w::PENDING);
        }
        let source = Source::of(&entry.body, entry.via.as_ref());
        let told = source::told(&entry.body, entry.via.as_ref(), sheet.lang);
        // Of most there is nothing to say.
        let source = source.sign().map(|_| told);
        let remarks = remarks.iter().map(|text| text.get(sheet.lang).to_owned());
        let remarks: Vec<String> = source.into_iter().chain(remarks).collect();
        Raw {
            at: at(sheet, entry.at),
            by: name(sheet, &entry.by),
            text: words(sheet, entry),
            remark: remarks.join("; "),
            link: link(sheet, place(entry)),
        }
    });
    entries.collect()
}

//! The rows of vital facts, and the promise line.

use super::{Said, Tone, channel_name, level_name, temperature_name};
use crate::app::action::Action;
use crate::app::ask::timers;
use crate::app::clock;
use crate::app::drill;
use crate::app::model::Model;
use crate::app::snapshot::Summary;
use crate::app::strings::{fill, header as h};
use crate::domain::event::{Milestone, Phase};
use crate::domain::incident::Incident;
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::sync::Link;
use crate::domain::timer::{Clock, Pressure};
use crate::domain::verb::{ROLES_SHORT, part_name, role_name, stream_of};
use crate::domain::words::{Lang, Text};
use chrono::{DateTime, TimeDelta, Utc};

/// Rows 1 and 2 of the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Marks that fill the first row when there are any.
    pub banner: Vec<Mark>,
    /// `None`: not set yet, which is said in its place.
    pub level: Option<String>,
    pub temperature: Option<String>,
    pub channel: String,
    pub title: String,
    pub phase: Said,
    pub link: Said,
    /// The same where there is little room.
    pub link_short: Said,
    /// How much is not in the workspace yet, and what failed.
    pub counts: Vec<Said>,
    pub counts_short: Vec<Said>,
    /// Elapsed time with what it counts from. Stops when users are no longer hurt.
    pub elapsed: Vec<(String, String)>,
    /// Commander first; `None` is nobody.
    pub roles: Vec<(String, Option<String>)>,
    /// With its zone.
    pub clock: String,
}

pub fn header(model: &Model) -> Option<Header> {
    let summary = model.target()?;
    let incident = &*summary.incident;
    let lang = model.lang;
    let phase_tone = match incident.phase {
        Phase::Recovered | Phase::Documenting => Tone::Good,
        phase if phase.is_over() => Tone::History,
        _ => Tone::Plain,
    };
    Some(Header {
        banner: banner(model, Some(summary)),
        level: incident.level.as_ref().map(|l| level_name(model, l)),
        temperature: incident
            .temperature
            .as_ref()
            .map(|t| temperature_name(model, t)),
        channel: channel_name(summary, lang),
        title: incident.title.clone(),
        phase: Said::new(phase_words(incident, lang), phase_tone),
        link: link(model),
        link_short: link_short(model),
        counts: counts(model, Some(summary)),
        counts_short: counts_short(model, summary),
        elapsed: elapsed(model, incident),
        roles: roles(model, incident),
        clock: wall_clock(model),
    })
}

/// Where it went on, of what was merged.
pub fn phase_words(incident: &Incident, lang: Lang) -> String {
    let phase = incident.phase.text();
    match &incident.merged_into {
        Some(there) => format!("{} > #{}", phase.get(lang), there.place.name),
        None => phase.get(lang).to_owned(),
    }
}

/// `14:42:17 JST`
pub fn wall_clock(model: &Model) -> String {
    let zone = model.shown_zone();
    let time = clock::hhmmss(zone, model.now);
    format!("{time} {}", clock::zone_name(zone, model.now))
}

/// `14:42 JST`
pub fn wall_minute(model: &Model) -> String {
    let zone = model.shown_zone();
    let time = clock::hhmm(zone, model.now);
    format!("{time} {}", clock::zone_name(zone, model.now))
}

/// A mark of the first row. None is ever left out: where they do not fit, they are said shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub long: String,
    pub short: String,
}

/// The marks that are due.
pub fn banner(model: &Model, summary: Option<&Summary>) -> Vec<Mark> {
    let console = [
        (model.snapshot.workspace.local, h::LOCAL, h::LOCAL_SHORT),
        (model.snapshot.limits.clamped, h::CLAMPED, h::CLAMPED_SHORT),
    ];
    let own = summary.map_or_else(Vec::new, |summary| own_marks(summary, model.lang));
    let drill = model
        .drill
        .as_deref()
        .map_or_else(Vec::new, |view| drill_marks(model, view));
    let drilled = !drill.is_empty();
    // Before its incident is here, only how it was opened tells.
    let joined = model.joined && summary.is_none_or(|summary| !summary.drill);
    let joined = joined.then(|| Mark {
        long: h::DRILL.get(model.lang).to_owned(),
        short: h::DRILL.get(model.lang).to_owned(),
    });
    let own = own
        .into_iter()
        .filter(|mark| !drilled || mark != h::DRILL.get(model.lang));
    let own = drill.into_iter().chain(joined).chain(own.map(|mark| Mark {
        long: mark.clone(),
        short: mark,
    }));
    let console = console.into_iter().filter(|(due, ..)| *due);
    let replay = model.replayed.then_some((true, h::REPLAY, h::REPLAY_SHORT));
    let said = |(_, long, short): (bool, Text, Text)| Mark {
        long: long.get(model.lang).to_owned(),
        short: short.get(model.lang).to_owned(),
    };
    // What is not now goes before all that it is.
    let replay = replay.into_iter().map(said);
    replay.chain(own).chain(console.map(said)).collect()
}

/// That it is a drill, how far it is, and what is expected next.
fn drill_marks(model: &Model, view: &drill::View) -> Vec<Mark> {
    let lang = model.lang;
    let name = h::DRILL;
    let name = name.get(lang);
    let clock = drill::clock(view, lang);
    let key = model.keymap.shown(Action::Drill);
    let key = key.map_or_else(String::new, |key| format!(" [{key}]"));
    let mut marks = vec![Mark {
        long: format!("{name} {clock}{key}"),
        short: format!("{name} {clock}{key}"),
    }];
    // By when gives way before the key does that shows it too.
    marks.extend(
        drill::hint(view, &model.keymap, lang).map(|(hint, due)| Mark {
            long: format!("{hint} {due}"),
            short: hint,
        }),
    );
    marks
}

/// The marks of one incident, whatever the console.
pub fn own_marks(summary: &Summary, lang: Lang) -> Vec<String> {
    let sight = summary.sight();
    let marks = [
        (summary.is_stranded(), h::STRANDED),
        (summary.incident.personal_data, h::PERSONAL_DATA),
    ];
    let own = marks.into_iter().filter(|(due, _)| *due);
    let own = own.map(|(_, text)| text.get(lang).to_owned());
    sight_marks(sight, Outlet::Board, lang)
        .into_iter()
        .chain(own)
        .collect()
}

/// DRILL, PRIVATE, RESTRICTED, where the outlet marks them.
pub fn sight_marks(sight: Sight, outlet: Outlet, lang: Lang) -> Vec<String> {
    let marked = sight.way(outlet) == Way::Marked;
    let marks = [
        (sight.drill, h::DRILL),
        (sight.private, h::PRIVATE),
        (sight.restricted, h::RESTRICTED),
    ];
    let due = marks.into_iter().filter(|(due, _)| marked && *due);
    due.map(|(_, text)| text.get(lang).to_owned()).collect()
}

/// Health of the connection and age of what is shown.
pub fn link(model: &Model) -> Said {
    let lang = model.lang;
    if model.replayed {
        return Said::new(h::REPLAY_LINK.get(lang), Tone::Muted);
    }
    let link = &model.snapshot.link;
    let as_of = as_of(model);
    let age = as_of.map(|at| clock::rough(model.now - at));
    let age = age.as_ref().map(|text| text.get(lang));
    if let (Link::Live | Link::Slow, Some(text)) = (&link.link, resting(model)) {
        return Said::new(text, Tone::Soon);
    }
    if model.snapshot.follows && age.is_none() {
        return Said::new(h::BY_ANOTHER.get(lang), Tone::Muted);
    }
    let (text, tone) = match (&link.link, age) {
        (Link::Refused(code), _) => (fill(&h::REFUSED, lang, &[code]), Tone::Failed),
        (Link::Offline, Some(age)) => (fill(&h::OFFLINE, lang, &[age]), Tone::Failed),
        (Link::Offline, None) => (h::OFFLINE_NEVER.get(lang).to_owned(), Tone::Failed),
        (Link::Starting, _) | (_, None) => (h::STARTING.get(lang).to_owned(), Tone::Pending),
        (Link::Slow, Some(age)) => (fill(&h::SLOW, lang, &[age]), Tone::Soon),
        (Link::Live, Some(age)) => {
            let stale = as_of.is_some_and(|at| model.now - at > TimeDelta::seconds(90));
            let tone = if stale { Tone::Soon } else { Tone::Muted };
            (fill(&h::SEEN, lang, &[age]), tone)
        }
    };
    Said::new(text, tone)
}

fn as_of(model: &Model) -> Option<DateTime<Utc>> {
    model
        .room_data()
        .and_then(|room| room.summary.as_of)
        .or(model.snapshot.link.as_of)
}

/// In a word and a number, with the tone of the long form.
pub fn link_short(model: &Model) -> Said {
    let lang = model.lang;
    let age = as_of(model).map(|at| clock::rough(model.now - at));
    let age = age.as_ref().map_or("-", |text| text.get(lang));
    let whole = link(model);
    let link = &model.snapshot.link.link;
    let text = match link {
        Link::Live | Link::Slow => match rests(model) {
            Some((_, left)) => fill(&h::RESTING_SHORT, lang, &[left.get(lang)]),
            None if *link == Link::Slow => fill(&h::SLOW_SHORT, lang, &[age]),
            None => return whole,
        },
        Link::Offline => fill(&h::OFFLINE_SHORT, lang, &[age]),
        Link::Refused(_) => h::REFUSED_SHORT.get(lang).to_owned(),
        Link::Starting => return whole,
    };
    Said::new(text, whole.tone)
}

/// What Slack does not let us do now, and for how long.
fn resting(model: &Model) -> Option<String> {
    let lang = model.lang;
    let (what, left) = rests(model)?;
    Some(fill(&h::RESTING, lang, &[what.get(lang), left.get(lang)]))
}

/// Reading before posting before the rest.
fn rests(model: &Model) -> Option<(&'static Text, Text)> {
    let now = model.now;
    let (method, until) = model
        .snapshot
        .limits
        .resting
        .iter()
        .filter(|(_, until)| *until > now)
        .min_by_key(|(method, _)| method_rank(method))?;
    let (_, what) = METHODS.get(method_rank(method))?;
    let left = clock::rough(*until - now + TimeDelta::milliseconds(999));
    Some((what, left))
}

/// What a method is to somebody who waits for it, the most missed first.
const METHODS: &[(&[&str], Text)] = &[
    (
        &["conversations.history", "conversations.replies"],
        h::READING,
    ),
    (&["chat.postMessage"], h::POSTING),
    (&["chat.update"], h::EDITING),
    (&["users.conversations", "conversations.list"], h::LISTING),
    (&[], h::OTHER_CALLS),
];

fn method_rank(method: &str) -> usize {
    let known = METHODS
        .iter()
        .position(|(names, _)| names.contains(&method));
    known.unwrap_or(METHODS.len() - 1)
}

/// Of one incident, or of all.
pub fn counts(model: &Model, of: Option<&Summary>) -> Vec<Said> {
    let lang = model.lang;
    let saving = model
        .saving
        .values()
        .filter(|saving| of.is_none_or(|s| saving.incident.as_ref() == Some(&s.incident.id)))
        .count();
    let (mut queued, mut unconfirmed, mut failed) = (0, 0, 0);
    let summaries: Vec<&Summary> = match of {
        Some(summary) => vec![summary],
        None => model.snapshot.incidents.iter().collect(),
    };
    for summary in summaries {
        queued += summary.counts.pending + summary.counts.sending;
        unconfirmed += summary.counts.unconfirmed;
        failed += summary.counts.failed;
    }
    let limits = &model.snapshot.limits;
    let shared = resting(model).map_or(0, |_| limits.consoles as usize);
    let shared = if shared > 1 { shared } else { 0 };
    [
        (shared, h::SHARED, Tone::Muted),
        (saving, h::SAVING, Tone::Pending),
        (queued, h::QUEUED, Tone::Pending),
        (unconfirmed, h::UNCONFIRMED, Tone::Pending),
        (failed, h::FAILED, Tone::Failed),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, text, tone)| Said::new(fill(&text, lang, &[&count.to_string()]), tone))
    .collect()
}

/// Of one incident: what is not in the channel yet, and what failed.
fn counts_short(model: &Model, of: &Summary) -> Vec<Said> {
    let lang = model.lang;
    let saving = model
        .saving
        .values()
        .filter(|saving| saving.incident.as_ref() == Some(&of.incident.id))
        .count();
    let counts = &of.counts;
    let unsent = saving + counts.pending + counts.sending + counts.unconfirmed;
    [
        (unsent, h::UNSENT, Tone::Pending),
        (counts.failed, h::FAILED, Tone::Failed),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, text, tone)| Said::new(fill(&text, lang, &[&count.to_string()]), tone))
    .collect()
}

/// When the clock of "how long" stopped: recovery, or the end; `None` while it runs.
fn stopped(incident: &Incident) -> Option<DateTime<Utc>> {
    if incident.phase.is_burning() {
        return None;
    }
    let recovered = incident.milestones.get(&Milestone::Recovered);
    recovered.map(|r| r.time).or(incident.phase_since)
}

fn elapsed(model: &Model, incident: &Incident) -> Vec<(String, String)> {
    let until = stopped(incident).unwrap_or(model.now);
    let reached = |milestone| incident.milestones.get(&milestone).map(|r| r.time);
    let began = match (reached(Milestone::Started), reached(Milestone::Detected)) {
        (Some(at), _) => Some((h::SINCE_STARTED, at)),
        (None, Some(at)) => Some((h::SINCE_DETECTED, at)),
        (None, None) => None,
    };
    let declared = incident.declared.map(|at| (h::SINCE_DECLARED, at));
    declared
        .into_iter()
        .chain(began)
        .map(|(label, since)| {
            let label = label.get(model.lang).to_owned();
            (label, clock::elapsed(until - since))
        })
        .collect()
}

/// The commander and the roles that a growing incident needs next, filled or not; others when held.
fn roles(model: &Model, incident: &Incident) -> Vec<(String, Option<String>)> {
    let lang = model.lang;
    let commander = incident.commander.as_ref().map(|h| model.name(&h.user));
    let mut roles = vec![(h::COMMANDER.get(lang).to_owned(), commander)];
    for (n, (role, _)) in ROLES_SHORT.iter().enumerate() {
        let held = incident.in_role(role).map(|user| model.name(user));
        if held.is_some() || n < 3 {
            let name = role_name(ROLES_SHORT, role).get(lang).to_owned();
            roles.push((name, held));
        }
    }
    let streams = incident.roles.iter();
    let streams = streams.filter(|(role, _)| stream_of(role).is_some());
    roles.extend(streams.map(|(role, held)| {
        let name = part_name(ROLES_SHORT, role).get(lang).to_owned();
        (name, Some(model.name(&held.user)))
    }));
    roles
}

/// What sort of thing is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promised {
    /// The timekeeper's next call.
    Call,
    /// To everybody: an update, a roll call.
    Word,
    /// Somebody's time-box.
    Box,
}

/// Something with a due time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Of the nearest of each kind one is always on screen.
    pub kind: Promised,
    pub what: String,
    pub who: Option<String>,
    pub due: DateTime<Utc>,
    /// `02:43`, or `+01:10` when it is over.
    pub left: String,
    pub tone: Tone,
}

/// All promises: overdue first, then the soonest. What was silenced is not among them.
pub fn promises(model: &Model) -> Vec<Promise> {
    let now = model.now;
    timers(model)
        .into_iter()
        .filter(|timer| !timer.silenced)
        .map(|timer| Promise {
            kind: match timer.what {
                Clock::Timekeeper => Promised::Call,
                Clock::Item(_) | Clock::Matter(_) | Clock::Call(_) => Promised::Box,
                _ => Promised::Word,
            },
            what: timer.text.get(model.lang).to_owned(),
            who: timer.owner.as_ref().map(|user| model.name(user)),
            due: timer.due,
            left: clock::countdown(timer.due - now, model.lang),
            tone: match timer.pressure {
                _ if !timer.is_loud() => Tone::Muted,
                Pressure::Overdue => Tone::Overdue,
                Pressure::Near => Tone::Soon,
                Pressure::Running => Tone::Plain,
            },
        })
        .collect()
}

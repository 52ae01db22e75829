//! From what somebody names to a deed: entries by their numbers, minutes to instants, the next
//! report's stage. Screen, command line and mentions make deeds alike.

use super::template;
use crate::both;
use crate::domain::decide::{Command, WorkOrder};
use crate::domain::event::{Kind, Named};
use crate::domain::ids::{EventId, UserId};
use crate::domain::incident::Incident;
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::words::Text;
use crate::domain::work::{Can, Claim, Deed, Matter, Notice, Offer, Sort, Stage, State};
use chrono::{DateTime, TimeDelta, Utc};

/// What somebody asks for, as they named it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub line: String,
    pub owner: Option<UserId>,
    /// From now.
    pub minutes: Option<u32>,
    pub risk: Option<String>,
}

pub fn in_minutes(now: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
    now + TimeDelta::minutes(i64::from(minutes))
}

/// Giving command to somebody else is offering it, unless there is a reason not to wait for their word.
pub fn is_offer(incident: &Incident, me: &UserId, to: &UserId, reason: Option<&str>) -> bool {
    let held = incident.commander.is_some() && incident.may_command(me);
    to != me && held && reason.is_none_or(|reason| reason.trim().is_empty())
}

/// A deed whose message says more than its first line.
pub fn with_text(deed: Deed, text: String) -> Command {
    Command::Work(Box::new(WorkOrder {
        deed,
        text: Some(text),
        slot: None,
        items: Vec::new(),
    }))
}

/// Opens a matter; `minutes` is the default of its time.
pub fn open(sort: Sort, wanted: &Wanted, default: Option<u32>, now: DateTime<Utc>) -> Command {
    let minutes = wanted.minutes.or(default).filter(|minutes| *minutes > 0);
    Deed::Opened {
        matter: sort,
        line: wanted.line.clone(),
        owner: wanted.owner.clone(),
        due: minutes.map(|minutes| in_minutes(now, minutes)),
        risk: wanted.risk.clone(),
    }
    .into()
}

/// An entry by its number (T1, n2), or by its event's id.
///
/// # Errors
/// There is none; the open ones are named.
pub fn matter<'a>(incident: &'a Incident, text: &str) -> Result<&'a Matter, Problem> {
    let text = text.trim();
    let mut all = incident.work.matters.iter();
    let found = all.find(|m| m.handle().eq_ignore_ascii_case(text) || m.id.as_str() == text);
    found.ok_or_else(|| {
        let open = incident.work.matters.iter().filter(|m| m.is_open());
        let open: Vec<String> = open.map(Matter::handle).collect();
        let problem = Problem::not_found(both!(
            "There is no entry {text}.",
            "項目 {text} はありません。"
        ));
        match open.is_empty() {
            true => problem,
            false => {
                let open = open.join(", ");
                problem.hint(both!("Open: {open}.", "未完了: {open}"))
            }
        }
    })
}

/// More time for an entry by its number (T1) or id, or for an item of the checklist by its number or
/// id; from when it was due, or from now where that has passed.
///
/// # Errors
/// There is none.
pub fn extend(
    incident: &Incident,
    text: &str,
    minutes: u32,
    now: DateTime<Utc>,
) -> Result<Command, Problem> {
    let text = text.trim();
    let longer = |due: Option<DateTime<Utc>>| {
        let from = due.map_or(now, |due| due.max(now));
        in_minutes(from, minutes)
    };
    let number = text.parse::<usize>().ok();
    let list = incident.checklist().into_iter().enumerate();
    let mut items = list.filter(|(n, check)| number == Some(n + 1) || check.item.id == text);
    let Some((_, check)) = items.next() else {
        let matter = matter(incident, text)?;
        return Ok(Deed::Moved {
            matter: matter.id.clone(),
            due: longer(matter.due),
        }
        .into());
    };
    Ok(Command::Assign {
        item: check.item.id,
        user: check.assignee,
        due: Some(longer(check.due)),
    })
}

/// A state by its name; the ordinary one of its sort where none is named.
///
/// # Errors
/// No such state, or none of this sort: those there are, are named.
pub fn state(matter: &Matter, text: Option<&str>) -> Result<State, Problem> {
    let states = matter.sort.states();
    let ordinary = match matter.state {
        State::Decided => State::Resulted,
        _ => states[0],
    };
    let Some(text) = text else {
        return Ok(ordinary);
    };
    let wanted = text.trim().to_lowercase().replace('-', "_");
    let named = |state: &&State| {
        state.name() == wanted || state.text().ja == text.trim() || state.text().en == wanted
    };
    // It was settled by mistake.
    if wanted == State::Open.name() && matter.state != State::Open {
        return Ok(State::Open);
    }
    states.iter().find(named).copied().ok_or_else(|| {
        let known: Vec<&str> = states.iter().map(|state| state.name()).collect();
        let known = known.join(", ");
        Problem::usage(both!(
            "\"{text}\" is no end of such an entry.",
            "「{text}」はこの種類の項目の結果ではありません。"
        ))
        .hint(both!("There are: {known}.", "使えるのは: {known}"))
    })
}

/// Whom a report is for, by id or name; nobody named: whom it is for by configuration.
///
/// # Errors
/// No such audience: the configured ones are named.
pub fn audience(config: &Config, incident: &Incident, text: &str) -> Result<Named, Problem> {
    let wanted = text.trim();
    let named = |name: &str| name.to_lowercase() == wanted.to_lowercase();
    let mut all = config.audiences.iter();
    let found = match wanted.is_empty() {
        true => template::next_audience(config, incident),
        false => {
            all.find(|known| named(&known.id) || named(&known.name.0.en) || named(&known.name.0.ja))
        }
    };
    if let Some(found) = found {
        return Ok(template::named(found, incident));
    }
    let known: Vec<&str> = config.audiences.iter().map(|a| a.id.as_str()).collect();
    let known = known.join(", ");
    Err(Problem::not_found(both!(
        "There is no audience \"{wanted}\".",
        "報告先「{wanted}」はありません。"
    ))
    .hint(both!("There are: {known}.", "使えるのは: {known}")))
}

/// A report; its stage follows from those before it.
pub fn report(
    incident: &Incident,
    audience: Named,
    can: &Can,
    next: Option<DateTime<Utc>>,
    last: bool,
) -> Command {
    let stage = match incident.work.last_report(&audience.id) {
        _ if last => Stage::Final,
        None => Stage::First,
        Some(_) => Stage::FollowUp,
    };
    let deed = Deed::Report {
        audience,
        stage,
        next,
    };
    with_text(deed, can.render(incident.lang))
}

/// # Errors
/// Command is not offered.
pub fn offer(incident: &Incident) -> Result<&Offer, Problem> {
    incident.work.offer.as_ref().ok_or_else(|| {
        Problem::refused(Text::fixed(
            "Command is not offered to anybody.",
            "指揮の引き継ぎは申し出られていません。",
        ))
    })
}

/// # Errors
/// Nobody claims recovery.
pub fn claim(incident: &Incident) -> Result<&Claim, Problem> {
    incident.work.claim.as_ref().ok_or_else(|| {
        Problem::refused(Text::fixed(
            "Nobody claims recovery.",
            "復旧の報告はありません。",
        ))
    })
}

/// The newest notice that is not out.
///
/// # Errors
/// There is none.
pub fn notice(incident: &Incident) -> Result<&Notice, Problem> {
    let mut notices = incident.work.notices.iter();
    notices
        .rfind(|n| n.published.is_none() && !incident.work.retracted.contains(&n.id))
        .ok_or_else(|| {
            Problem::refused(Text::fixed(
                "There is no notice that waits.",
                "公開待ちの告知はありません。",
            ))
        })
}

/// The last line of one's own that can be taken back.
///
/// # Errors
/// There is none.
pub fn last_own(incident: &Incident, by: &UserId) -> Result<EventId, Problem> {
    use crate::domain::event::Body;
    let mut entries = incident.entries.iter();
    let own = entries.rfind(|entry| {
        entry.by == *by
            && !incident.work.retracted.contains(&entry.id)
            && matches!(entry.body, Body::Note {} | Body::Message { .. })
    });
    own.map(|entry| entry.id.clone()).ok_or_else(|| {
        Problem::refused(Text::fixed(
            "There is nothing of yours to take back.",
            "取り消せる自分の記録はありません。",
        ))
    })
}

/// # Errors
/// No such kind.
pub fn kind(text: &str) -> Result<Kind, Problem> {
    let all = [Kind::Outage, Kind::Security];
    let named = |kind: &&Kind| kind.name() == text.trim() || kind.text().ja == text.trim();
    all.iter().find(named).copied().ok_or_else(|| {
        Problem::usage(both!(
            "There is no kind \"{text}\".",
            "種別「{text}」はありません。"
        ))
        .hint(Text::same("outage, security"))
    })
}

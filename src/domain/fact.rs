//! What the record knows by itself: an item of a checklist may stand for one of these, and is then
//! done as soon as it is so.
//!
//! Nothing is written for it: every console that folds the same events comes to the same list. An
//! item stays a person's to settle: whoever ticked, unticked or skipped it has the last word.

use super::event::Milestone;
use super::ids::UserId;
use super::incident::Incident;
use super::work::{Review, Section};
use chrono::{DateTime, Utc};

/// The closed list. Names are permanent: they stand in events and in lists of organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Somebody commands.
    Commander,
    /// Somebody is the scribe, named or checked in.
    Scribe,
    /// Somebody leads communication.
    Comms,
    Level,
    Situation,
    Detected,
    Started,
    /// A report is out.
    Report,
    /// A customer notice is out.
    Notice,
    /// A customer notice went out after recovery.
    RecoveryNotice,
    /// The mark of personal data is set.
    PersonalData,
    /// Both are written up.
    CauseAndImpact,
    /// The post-mortem was reviewed.
    PostMortem,
}

impl Fact {
    pub const ALL: [Fact; 13] = [
        Fact::Commander,
        Fact::Scribe,
        Fact::Comms,
        Fact::Level,
        Fact::Situation,
        Fact::Detected,
        Fact::Started,
        Fact::Report,
        Fact::Notice,
        Fact::RecoveryNotice,
        Fact::PersonalData,
        Fact::CauseAndImpact,
        Fact::PostMortem,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Fact::Commander => "commander",
            Fact::Scribe => "scribe",
            Fact::Comms => "comms",
            Fact::Level => "level",
            Fact::Situation => "situation",
            Fact::Detected => "detected",
            Fact::Started => "started",
            Fact::Report => "report",
            Fact::Notice => "notice",
            Fact::RecoveryNotice => "recovery-notice",
            Fact::PersonalData => "personal-data",
            Fact::CauseAndImpact => "cause-and-impact",
            Fact::PostMortem => "post-mortem",
        }
    }

    pub fn named(name: &str) -> Option<Fact> {
        Fact::ALL.into_iter().find(|fact| fact.name() == name)
    }

    /// By whom it came about, and since when it is so; `None` while it is not.
    pub fn known(self, incident: &Incident) -> Option<(UserId, DateTime<Utc>)> {
        let work = &incident.work;
        let reached = |milestone: Milestone| {
            let reached = incident.milestones.get(&milestone)?;
            Some((reached.by.clone(), reached.time))
        };
        let role = |role: &str| {
            let user = incident.in_role(role)?;
            let named = incident.roles.get(role).map(|held| held.since);
            let since = named.or_else(|| incident.roster.get(user).map(|here| here.since));
            Some((user.clone(), since?))
        };
        let out = |after: Option<DateTime<Utc>>| {
            let mut notices = work.notices.iter();
            notices.find_map(|notice| {
                let (_, at) = notice.published.as_ref()?;
                let in_time = after.is_none_or(|after| *at >= after);
                in_time.then(|| (notice.by.clone(), *at))
            })
        };
        match self {
            Fact::Commander => {
                let held = incident.commander.as_ref()?;
                Some((held.user.clone(), held.since))
            }
            Fact::Scribe => role("scribe"),
            Fact::Comms => role("comms"),
            Fact::Level => incident.level_set(),
            Fact::Situation => {
                let situation = incident.situation.as_ref()?;
                Some((situation.by.clone(), situation.at))
            }
            Fact::Detected => reached(Milestone::Detected),
            Fact::Started => reached(Milestone::Started),
            Fact::Report => {
                let report = work.reports.first()?;
                Some((report.by.clone(), report.at))
            }
            Fact::Notice => out(None),
            Fact::RecoveryNotice => out(Some(incident.milestones.get(&Milestone::Recovered)?.time)),
            Fact::PersonalData => incident.personal_data_set(),
            Fact::CauseAndImpact => {
                let cause = work.sections.get(&Section::Cause)?;
                let impact = work.sections.get(&Section::Impact)?;
                let last = if cause.at > impact.at { cause } else { impact };
                Some((last.by.clone(), last.at))
            }
            Fact::PostMortem => match work.review.as_ref()? {
                Review::Reviewed(held, _) => Some((held.user.clone(), held.since)),
                Review::Waived(..) => None,
            },
        }
    }
}

#[cfg(test)]
mod tests;

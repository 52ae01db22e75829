//! Whether a post-mortem is due, by the organisation's rule: so many of three things hold (the default,
//! two, is that of an internet company's SRE team, published in a talk of theirs).

use crate::both;
use crate::domain::event::Milestone;
use crate::domain::incident::Incident;
use crate::domain::words::Text;
use chrono::{DateTime, TimeDelta, Utc};

/// The rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How many have to hold, of 3; 0: one is due whatever happened.
    pub criteria: u32,
    /// Users were hurt for longer than this.
    pub minutes: u32,
}

impl Default for Rule {
    fn default() -> Rule {
        Rule {
            criteria: 2,
            minutes: 5,
        }
    }
}

/// One thing that the rule asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    Several,
    Long,
    Recurs,
}

impl Criterion {
    pub fn text(self, rule: &Rule) -> Text {
        let minutes = rule.minutes;
        match self {
            Criterion::Several => {
                Text::fixed("several users were affected", "複数のユーザーに影響した")
            }
            Criterion::Long => both!(
                "it lasted longer than {minutes} min",
                "{minutes}分を超えて続いた"
            ),
            Criterion::Recurs => Text::fixed(
                "it was seen before, or is likely to come again",
                "過去にもあった、または再発しうる",
            ),
        }
    }
}

/// What the record says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    pub holds: Vec<Criterion>,
    /// Nobody said so, or it is not over.
    pub unknown: Vec<Criterion>,
    needed: usize,
}

impl Due {
    /// `None`: it hangs on what is unknown.
    pub fn is_due(&self) -> Option<bool> {
        match (self.holds.len(), self.unknown.len()) {
            (holds, _) if holds >= self.needed => Some(true),
            (holds, unknown) if holds + unknown < self.needed => Some(false),
            _ => None,
        }
    }
}

/// Judges an incident. Only what users feel counts: until it is recovered it goes on.
pub fn due(incident: &Incident, rule: &Rule, now: DateTime<Utc>) -> Due {
    let limit = TimeDelta::minutes(i64::from(rule.minutes));
    let recovered = incident.milestones.get(&Milestone::Recovered);
    let long = incident.began().and_then(|began| match recovered {
        Some(reached) => Some(reached.time - began > limit),
        None if now - began > limit => Some(true),
        None => None,
    });
    let reach = incident.lessons.reach;
    let mut due = Due {
        needed: rule.criteria as usize,
        ..Due::default()
    };
    for (criterion, holds) in [
        (Criterion::Several, reach.several),
        (Criterion::Long, long),
        (Criterion::Recurs, reach.recurs),
    ] {
        match holds {
            Some(true) => due.holds.push(criterion),
            None => due.unknown.push(criterion),
            Some(false) => {}
        }
    }
    due
}

//! The history: what its index holds of an incident, what a search found, and the screen it is
//! read on.

pub mod account;
mod page;
mod panel;

pub use account::account;
pub use page::{Page, Reading, Spoken, page, stamp};
pub use panel::{History, Side, cycle, filter_key};

use crate::domain::event::Named;
use crate::domain::history::{End, Facts, Month};
use crate::domain::ids::IncidentId;
use crate::domain::incident::Incident;
use crate::domain::outlets::Sight;
use crate::domain::text::clean_line;
use crate::domain::text::terms::Term;
use crate::domain::work::{Section, Sort, State};
use chrono::{DateTime, Utc};

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// As it was typed.
    pub asked: String,
    pub terms: Vec<Term>,
    /// The best first; without words, the latest. Not all of them where there are many.
    pub hits: Vec<Hit>,
    /// How many there are.
    pub count: usize,
    /// Of those found.
    pub months: Vec<Month>,
    pub tags: Vec<(String, usize)>,
    /// Filters that mean nothing.
    pub unclear: Vec<String>,
    /// Incidents of which the index still lacks something.
    pub behind: usize,
}

/// An incident that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub id: IncidentId,
    pub channel: Option<String>,
    pub title: String,
    pub service: String,
    pub level: Option<Named>,
    pub declared: DateTime<Utc>,
    pub end: End,
    pub sight: Sight,
    /// What the words were found in; none where no words were looked for.
    pub line: Option<Spoken>,
}

impl Hit {
    pub fn of(facts: &Facts, line: Option<Spoken>) -> Hit {
        Hit {
            id: facts.id.clone(),
            channel: facts.channel.clone(),
            title: facts.title.clone(),
            service: facts.service.clone(),
            level: facts.level.clone(),
            declared: facts.declared,
            end: facts.end,
            sight: facts.sight,
            line,
        }
    }
}

/// For what something earlier is brought to mind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// The declaration that is being written.
    Declaring,
    Room(IncidentId),
}

/// What is asked: "have we seen this before?"
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminding {
    pub at: At,
    pub title: String,
    pub service: String,
    pub sight: Sight,
}

/// An earlier incident that is alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Reminder {
    pub id: IncidentId,
    pub channel: Option<String>,
    pub title: String,
    pub declared: DateTime<Utc>,
    pub end: End,
    /// What was done about it.
    pub done: Option<String>,
    /// 0 to 1.
    pub score: f64,
}

/// How many are brought to mind at once.
pub const REMINDERS: usize = 3;

/// In a line, what was done about an incident: the provisional fix as it was written down, else the
/// last decision that was carried out, else its situation. `plain` decodes markup.
pub fn done(incident: &Incident, plain: &dyn Fn(&str) -> String) -> Option<String> {
    let work = &incident.work;
    let fix = work.sections.get(&Section::Fix).map(|fix| plain(&fix.text));
    let decided = || {
        let carried = work.matters.iter().rev().find(|matter| {
            let carried = matches!(matter.state, State::Decided | State::Resulted);
            matter.sort == Sort::Decision && carried
        });
        carried.map(|matter| matter.line.clone())
    };
    let situation = || incident.situation.as_ref().map(|now| plain(&now.text));
    let said = fix.or_else(decided).or_else(situation)?;
    let said = clean_line(&said).into_owned();
    (!said.trim().is_empty()).then_some(said)
}

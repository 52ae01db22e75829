//! Intervals: pairs of milestones, both ends named.

use crate::domain::event::Milestone;
use crate::domain::incident::Incident;
use crate::domain::words::Text;
use chrono::TimeDelta;

/// An interval, in the order of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    Detect,
    Engage,
    Assemble,
    Fix,
    /// Four Keys: time to restore service.
    Restore,
    Resolve,
}

impl Span {
    pub const ALL: [Span; 6] = [
        Span::Detect,
        Span::Engage,
        Span::Assemble,
        Span::Fix,
        Span::Restore,
        Span::Resolve,
    ];

    /// From where to where.
    pub const fn ends(self) -> (Milestone, Milestone) {
        match self {
            Span::Detect => (Milestone::Started, Milestone::Detected),
            Span::Engage => (Milestone::Detected, Milestone::Responded),
            Span::Assemble => (Milestone::Responded, Milestone::Assembled),
            Span::Fix => (Milestone::Responded, Milestone::Recovered),
            Span::Restore => (Milestone::Started, Milestone::Recovered),
            Span::Resolve => (Milestone::Detected, Milestone::Resolved),
        }
    }

    pub const fn text(self) -> Text {
        match self {
            Span::Detect => Text::fixed("time to detect", "検知まで"),
            Span::Engage => Text::fixed("time to engage", "初動まで"),
            Span::Assemble => Text::fixed("time to assemble", "招集まで"),
            Span::Fix => Text::fixed("time to fix", "対応時間"),
            Span::Restore => Text::fixed("time to restore", "復旧まで"),
            Span::Resolve => Text::fixed("time to resolve", "解決まで"),
        }
    }

    /// How long it was; `None` while an end is missing. What was corrected into the wrong order
    /// is as long as it says.
    pub fn of(self, incident: &Incident) -> Option<TimeDelta> {
        let (from, to) = self.ends();
        let time = |m: Milestone| incident.milestones.get(&m).map(|reached| reached.time);
        Some(time(to)? - time(from)?)
    }

    /// The same as people are told it: nothing where the ends are in the wrong order; and of what
    /// nobody knows when it began, that it was noticed at once.
    pub fn told(self, incident: &Incident) -> Option<TimeDelta> {
        let time = |m: Milestone| incident.milestones.get(&m).map(|reached| reached.time);
        let long = match (self, self.of(incident)) {
            (_, Some(long)) => long,
            (Span::Restore, None) => time(Milestone::Recovered)? - time(Milestone::Detected)?,
            _ => return None,
        };
        (long >= TimeDelta::zero()).then_some(long)
    }
}

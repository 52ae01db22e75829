//! What an incident is found by, beside its words.

use crate::domain::event::{Kind, Named, Phase};
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::incident::Incident;
use crate::domain::outlets::{Outlet, Sight};
use crate::domain::text::terms::fold;
use crate::domain::words::Text;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// How an incident ended, as far as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    Open,
    Resolved,
    NearMiss,
    FalseAlarm,
    Cancelled,
    Merged,
}

impl End {
    pub const ALL: [End; 6] = [
        End::Open,
        End::Resolved,
        End::NearMiss,
        End::FalseAlarm,
        End::Cancelled,
        End::Merged,
    ];

    pub const fn of(phase: Phase) -> End {
        match phase {
            Phase::Resolved | Phase::Archived => End::Resolved,
            Phase::NearMiss => End::NearMiss,
            Phase::FalseAlarm => End::FalseAlarm,
            Phase::Cancelled => End::Cancelled,
            Phase::Merged => End::Merged,
            _ => End::Open,
        }
    }

    /// As a filter says it.
    pub const fn name(self) -> Text {
        match self {
            End::Open => Text::fixed("open", "未解決"),
            End::Resolved => Text::fixed("resolved", "解決"),
            End::NearMiss => Text::fixed("near-miss", "ヒヤリハット"),
            End::FalseAlarm => Text::fixed("false-alarm", "誤報"),
            End::Cancelled => Text::fixed("cancelled", "取り下げ"),
            End::Merged => Text::fixed("merged", "統合"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub id: IncidentId,
    pub channel: Option<String>,
    pub title: String,
    pub service: String,
    pub kind: Kind,
    pub level: Option<Named>,
    pub tags: BTreeSet<String>,
    /// Who declared it, was there, held a role or wrote into its record.
    pub people: BTreeSet<UserId>,
    pub declared: DateTime<Utc>,
    pub end: End,
    pub sight: Sight,
}

impl Facts {
    /// `None` of what nobody declared.
    pub fn of(
        incident: &Incident,
        channel: Option<&str>,
        private: bool,
        drill: bool,
    ) -> Option<Facts> {
        let mut people: BTreeSet<UserId> = incident.roster.keys().cloned().collect();
        people.insert(incident.declarer.clone());
        people.extend(incident.commander.iter().map(|held| held.user.clone()));
        people.extend(incident.roles.values().map(|held| held.user.clone()));
        people.extend(incident.entries.iter().map(|entry| entry.by.clone()));
        people.remove(&UserId::default());
        Some(Facts {
            id: incident.id.clone(),
            channel: channel.map(str::to_owned),
            title: incident.title.clone(),
            service: incident.service.clone(),
            kind: incident.kind,
            level: incident.level.clone(),
            tags: incident.lessons.tags.clone(),
            people,
            declared: incident.declared?,
            end: End::of(incident.end()),
            sight: Sight::of(incident, private, drill),
        })
    }

    /// Whether it may be found at all. The journal holds private ones of which this console is told;
    /// they are found with their mark.
    pub fn may_be_found(&self) -> bool {
        self.sight.opens(Outlet::Search)
    }
}

/// How many were declared in a month of the given zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    pub count: usize,
}

/// Incidents per month, oldest first, with the months in which there was none; `month_of` tells the
/// year and month of an instant where it is read. The last `most` of them.
pub fn months<'a>(
    all: impl Iterator<Item = &'a Facts>,
    month_of: impl Fn(DateTime<Utc>) -> (i32, u32),
    most: usize,
) -> Vec<Month> {
    let mut counts: BTreeMap<(i32, u32), usize> = BTreeMap::new();
    for facts in all {
        *counts.entry(month_of(facts.declared)).or_default() += 1;
    }
    let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().next_back()) else {
        return Vec::new();
    };
    let (mut at, last) = (*first, *last);
    // However old the oldest is, only so many are made.
    let number = |(year, month): (i32, u32)| i64::from(year) * 12 + i64::from(month) - 1;
    let skipped = (number(last) - number(at) + 1 - most as i64).max(0);
    let from = number(at) + skipped;
    at = (
        i32::try_from(from.div_euclid(12)).unwrap_or(at.0),
        u32::try_from(from.rem_euclid(12)).unwrap_or(0) + 1,
    );
    let mut months = Vec::new();
    while at <= last {
        months.push(Month {
            year: at.0,
            month: at.1,
            count: counts.get(&at).copied().unwrap_or(0),
        });
        at = match at {
            (year, 12) => (year + 1, 1),
            (year, month) => (year, month + 1),
        };
    }
    months
}

/// Tags and how many carry each, the most used first. In whatever case and width it was written, a tag
/// is one, and is shown as in the first incident that has it.
pub fn tags<'a>(all: impl Iterator<Item = &'a Facts>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, ((DateTime<Utc>, &str), usize)> = BTreeMap::new();
    for facts in all {
        for tag in &facts.tags {
            let written = (facts.declared, tag.as_str());
            let (first, count) = counts.entry(fold(tag)).or_insert((written, 0));
            *first = (*first).min(written);
            *count += 1;
        }
    }
    let mut tags: Vec<(String, usize)> = counts
        .into_values()
        .map(|((_, tag), count)| (tag.to_owned(), count))
        .collect();
    tags.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    tags
}

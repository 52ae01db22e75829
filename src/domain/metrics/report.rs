//! What is asked for, and what comes of it.

use super::assessed::assessed;
use super::month::by_month;
use super::{Assessed, Facts, Group, Month, Terms};
use crate::domain::event::{Kind, Named, Phase};
use crate::domain::outlets::Outlet;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Which incidents count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Declared at or after this instant, and before that one.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub service: Option<String>,
    /// `None` inside: those without a level.
    pub level: Option<Option<String>>,
    pub kind: Option<Kind>,
    /// Drills, and nothing but them: the two never mix.
    pub drills: bool,
    /// Those that were cancelled and false alarms as well.
    pub cancelled: bool,
}

/// Why rows that fit do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub drills: usize,
    pub cancelled: usize,
    pub false_alarms: usize,
    pub near_misses: usize,
    pub merged: usize,
}

impl LeftOut {
    pub const fn all(&self) -> usize {
        self.drills + self.cancelled + self.false_alarms + self.near_misses + self.merged
    }
}

impl Wish {
    /// Period, service, level, kind.
    fn fits(&self, row: &Facts) -> bool {
        let level = || row.level.as_ref().map(|level| &level.id);
        self.from.is_none_or(|from| row.declared >= from)
            && self.to.is_none_or(|to| row.declared < to)
            && self.service.as_ref().is_none_or(|s| *s == row.service)
            && self.kind.is_none_or(|kind| kind == row.kind)
            && (self.level.as_ref()).is_none_or(|wanted| wanted.as_ref() == level())
    }

    /// Whether a row counts.
    pub fn picks(&self, row: &Facts) -> bool {
        self.fits(row) && self.counts(row, &mut LeftOut::default())
    }

    fn counts(&self, row: &Facts, left_out: &mut LeftOut) -> bool {
        if row.marks.sight.drill != self.drills {
            left_out.drills += usize::from(row.marks.sight.drill);
            return false;
        }
        let counter = match row.outcome {
            Some(Phase::Cancelled) if !self.cancelled => &mut left_out.cancelled,
            Some(Phase::FalseAlarm) if !self.cancelled => &mut left_out.false_alarms,
            Some(Phase::NearMiss) => &mut left_out.near_misses,
            Some(Phase::Merged) => &mut left_out.merged,
            _ => return true,
        };
        *counter += 1;
        false
    }
}

/// A service's minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slo {
    pub service: String,
    /// Seconds a month; `None`: it has no objective.
    pub allowed: Option<i64>,
    /// Seconds for which users were hurt, by month; where incidents overlapped they count once.
    pub months: BTreeMap<Month, i64>,
}

impl Slo {
    pub fn lost(&self) -> i64 {
        self.months.values().sum()
    }

    /// Months in which more was lost than is allowed.
    pub fn broken(&self) -> usize {
        let over = |lost: &&i64| self.allowed.is_some_and(|allowed| **lost > allowed);
        self.months.values().filter(over).count()
    }
}

/// What the wished-for incidents come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub wish: Wish,
    pub as_of: DateTime<Utc>,
    pub left_out: LeftOut,
    /// Counted, and named nowhere outside.
    pub unnamed: usize,
    /// Not recovered yet: users are hurt up to now, as far as anyone knows.
    pub unrecovered: usize,
    pub whole: Group,
    /// From the first month to the last, the empty ones too.
    pub months: Vec<(Month, Group)>,
    pub services: Vec<(String, Group)>,
    /// Worst first, then levels that the configuration does not have, then those without.
    pub levels: Vec<(Option<Named>, Group)>,
    pub slo: Vec<Slo>,
    pub assessed: Vec<Assessed>,
    /// Everything that could be wished for: services, and levels in the same order.
    pub all_services: Vec<String>,
    pub all_levels: Vec<Option<String>>,
}

/// Empty months are shown between others, up to so many in all.
const MONTHS: usize = 240;

impl Report {
    pub fn of(rows: &[Facts], wish: Wish, terms: &Terms<'_>) -> Report {
        let mut left_out = LeftOut::default();
        let fitting = rows.iter().filter(|row| wish.fits(row));
        let counted = fitting.filter(|row| wish.counts(row, &mut left_out));
        let mut counted: Vec<&Facts> = counted.collect();
        // Whatever order they came in.
        counted.sort_by(|a, b| (a.declared, &a.id).cmp(&(b.declared, &b.id)));
        let rank = |id: Option<&str>| match id {
            Some(id) => (
                terms.config.level_rank(id).unwrap_or(usize::MAX - 1),
                id.to_owned(),
            ),
            None => (usize::MAX, String::new()),
        };
        let mut levels: BTreeMap<_, (Option<Named>, Vec<&Facts>)> = BTreeMap::new();
        for row in &counted {
            let level = row.level.as_ref();
            let of = levels.entry(rank(level.map(|level| level.id.as_str())));
            let (name, of) = of.or_default();
            // As it is called last.
            name.clone_from(&row.level);
            of.push(row);
        }
        let among = rows
            .iter()
            .filter(|row| row.marks.sight.drill == wish.drills);
        let all_levels: BTreeSet<_> = among
            .clone()
            .map(|row| rank(row.level.as_ref().map(|level| level.id.as_str())))
            .collect();
        let all_services: BTreeSet<&str> = among.map(|row| row.service.as_str()).collect();
        let group = |(key, rows): (String, Vec<&Facts>)| (key, Group::of(&rows));
        Report {
            as_of: terms.now,
            left_out,
            unnamed: counted.iter().filter(|row| !is_named(row)).count(),
            unrecovered: counted.iter().filter(|row| row.phase.is_burning()).count(),
            whole: Group::of(&counted),
            months: months(&counted),
            services: split(&counted, |row| row.service.clone())
                .into_iter()
                .map(group)
                .collect(),
            levels: levels
                .into_values()
                .map(|(level, rows)| (level, Group::of(&rows)))
                .collect(),
            slo: slo(&counted, &wish, terms),
            assessed: assessed(&counted),
            all_services: all_services.into_iter().map(str::to_owned).collect(),
            all_levels: all_levels
                .into_iter()
                .map(|(rank, id)| (rank < usize::MAX).then_some(id))
                .collect(),
            wish,
        }
    }
}

/// Whether a row may be named in what is written for others to read.
pub(super) fn is_named(row: &Facts) -> bool {
    row.marks.sight.opens(Outlet::Export)
}

impl Facts {
    /// Whether it may be named in what is written for others to read.
    pub fn is_named(&self) -> bool {
        is_named(self)
    }
}

fn split<'a, K: Ord>(rows: &[&'a Facts], key: impl Fn(&Facts) -> K) -> BTreeMap<K, Vec<&'a Facts>> {
    let mut parts: BTreeMap<K, Vec<&Facts>> = BTreeMap::new();
    for row in rows {
        parts.entry(key(row)).or_default().push(row);
    }
    parts
}

fn months(rows: &[&Facts]) -> Vec<(Month, Group)> {
    let mut parts = split(rows, |row| row.month);
    let ends = parts
        .keys()
        .next()
        .copied()
        .zip(parts.keys().last().copied());
    if let Some((first, last)) = ends {
        let mut month = first;
        for _ in 0..MONTHS {
            if month >= last {
                break;
            }
            parts.entry(month).or_default();
            month = month.next();
        }
    }
    let parts = parts.into_iter();
    parts
        .map(|(month, rows)| (month, Group::of(&rows)))
        .collect()
}

/// Minutes that outages took from each service; every service with an objective is there.
fn slo(rows: &[&Facts], wish: &Wish, terms: &Terms<'_>) -> Vec<Slo> {
    let metrics = &terms.config.metrics;
    let takes = |row: &&&Facts| {
        let rank = row
            .level
            .as_ref()
            .and_then(|l| terms.config.level_rank(&l.id));
        row.kind == Kind::Outage
            && rank.is_none_or(|rank| rank < usize::try_from(metrics.slo_levels).unwrap_or(0))
    };
    let mut services: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for row in rows.iter().filter(takes) {
        let of = services.entry(row.service.clone()).or_default();
        of.extend(row.down.iter().copied());
    }
    let allowed = |id: &str| {
        let minutes = terms
            .config
            .service(id)
            .map_or(0, |service| service.slo_minutes);
        (minutes > 0).then(|| i64::from(minutes) * 60)
    };
    // A service without incidents has lost nothing, which is worth saying.
    let asked = |id: &str| wish.service.as_ref().is_none_or(|wanted| wanted == id);
    for service in &terms.config.services {
        if service.slo_minutes > 0 && asked(&service.id) {
            services.entry(service.id.clone()).or_default();
        }
    }
    services
        .into_iter()
        .map(|(service, mut down)| {
            down.sort_unstable();
            let mut months = BTreeMap::new();
            let mut until = DateTime::<Utc>::MIN_UTC;
            for (from, to) in down {
                let from = from.max(until);
                by_month((from, to), terms, |month, seconds| {
                    *months.entry(month).or_default() += seconds;
                });
                until = until.max(to);
            }
            Slo {
                allowed: allowed(&service),
                service,
                months,
            }
        })
        .collect()
}

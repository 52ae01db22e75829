//! Rows of facts, counted.

use super::{Facts, Measure, Share};

/// How long something took, over many incidents; in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stat {
    /// Incidents that have both ends, in the right order.
    pub n: usize,
    /// Those that lack an end.
    pub missing: usize,
    /// Those whose ends are in the wrong order: a mistake that somebody can correct.
    pub disordered: usize,
    pub median: Option<i64>,
    pub p90: Option<i64>,
    /// Within the target of their level, of those that have one.
    pub within: Share,
    /// The target, where it is the same for all that have one.
    pub target: Option<i64>,
}

/// The value at a percentile by nearest rank, of values in order; `None` of nothing.
pub fn rank(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.max(1) - 1).copied()
}

impl Stat {
    fn of(rows: &[&Facts], measure: Measure) -> Stat {
        let mut stat = Stat::default();
        let mut times = Vec::with_capacity(rows.len());
        let mut targets: Option<Option<i64>> = None;
        for row in rows {
            let target = row.targets[measure.at()];
            if let Some(target) = target {
                let same = targets.is_none_or(|before| before == Some(target));
                targets = Some(same.then_some(target));
            }
            match row.time(measure) {
                None => stat.missing += 1,
                Some(time) if time < 0 => stat.disordered += 1,
                Some(time) => {
                    times.push(time);
                    if let Some(target) = target {
                        stat.within.count(time <= target);
                    }
                }
            }
        }
        times.sort_unstable();
        stat.n = times.len();
        stat.median = rank(&times, 50);
        stat.p90 = rank(&times, 90);
        stat.target = targets.flatten();
        stat
    }
}

/// Incidents taken together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub count: usize,
    /// In the order of [`Measure::ALL`].
    pub stats: [Stat; Measure::COUNT],
    /// Whose time to restore is from their detection.
    pub restored_from_detected: usize,
    pub cadence: Share,
    pub boxes: Share,
    pub decisions: Share,
    pub hand_overs: u64,
    /// People of each incident; who helped in two counts twice.
    pub people: u64,
    pub person_seconds: i64,
    pub night_seconds: i64,
    pub free_seconds: i64,
    /// Incidents that were reopened, of all.
    pub reopened: Share,
    pub actions_open: u64,
    pub actions_overdue: u64,
}

impl Group {
    pub fn of(rows: &[&Facts]) -> Group {
        let mut group = Group {
            count: rows.len(),
            stats: Measure::ALL.map(|measure| Stat::of(rows, measure)),
            ..Group::default()
        };
        for row in rows {
            group.restored_from_detected += usize::from(row.restored_from_detected);
            group.cadence += row.cadence;
            group.boxes += row.boxes;
            group.decisions += row.decisions;
            group.hand_overs += u64::from(row.hand_overs);
            group.people += u64::from(row.people);
            group.person_seconds += row.person_seconds;
            group.night_seconds += row.night_seconds;
            group.free_seconds += row.free_seconds;
            group.reopened.count(row.reopened > 0);
            group.actions_open += u64::from(row.actions_open);
            group.actions_overdue += u64::from(row.actions_overdue);
        }
        group
    }

    pub const fn stat(&self, measure: Measure) -> &Stat {
        &self.stats[measure.at()]
    }
}

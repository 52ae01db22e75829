//! Something that is due again and again.

use crate::domain::watch::Rules;
use chrono::{DateTime, TimeDelta, Utc};

pub struct Cadence<'a> {
    pub first: DateTime<Utc>,
    /// More than nothing.
    pub every: TimeDelta,
    /// Times outside of these hours wait for the next of them.
    pub working: Option<&'a Rules<'a>>,
}

impl Cadence<'_> {
    /// Times count from 0.
    pub fn at(&self, number: u32) -> DateTime<Utc> {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let at = self
            .every
            .checked_mul(number)
            .and_then(|span| self.first.checked_add_signed(span))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.working.map_or(at, |rules| rules.working_hour(at))
    }

    /// The latest that has come.
    pub fn latest(&self, now: DateTime<Utc>) -> Option<u32> {
        let passed = (now - self.first).num_seconds();
        if passed < 0 {
            return None;
        }
        let number = passed / self.every.num_seconds().max(1);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        // One that waits for the morning has not come yet.
        let before = |n: &u32| self.at(*n) <= now;
        [Some(number), number.checked_sub(1)]
            .into_iter()
            .flatten()
            .find(before)
    }
}

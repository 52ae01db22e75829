//! Months of a calendar, and the stretches of time in them.

use super::Terms;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use std::fmt;

/// A month in the configured zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    pub year: i32,
    /// From 1.
    pub month: u32,
}

impl Month {
    pub fn of(at: NaiveDateTime) -> Month {
        Month {
            year: at.year(),
            month: at.month(),
        }
    }

    pub const fn next(self) -> Month {
        match self.month {
            12.. => Month {
                year: self.year + 1,
                month: 1,
            },
            month => Month {
                year: self.year,
                month: month + 1,
            },
        }
    }

    fn begins(self) -> Option<NaiveDateTime> {
        NaiveDate::from_ymd_opt(self.year, self.month, 1)?.and_hms_opt(0, 0, 0)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Cuts a stretch where months begin: seconds in each.
pub(super) fn by_month(
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    terms: &Terms<'_>,
    mut each: impl FnMut(Month, i64),
) {
    let mut at = from;
    while at < to {
        let local = (terms.local)(at);
        let month = Month::of(local);
        let left = month.next().begins().map(|next| next - local);
        let end = left.and_then(|left| at.checked_add_signed(left));
        let end = end.filter(|end| *end > at).unwrap_or(to).min(to);
        each(month, (end - at).num_seconds());
        at = end;
    }
}

//! The screen of metrics: what is wished for, which view is open, which line is chosen. What it shows
//! is counted elsewhere and arrives when it is done.

use super::Sheet;
use crate::app::clock;
use crate::domain::event::Kind;
use crate::domain::metrics::{Facts, Measure, Wish};
use crate::domain::settings::Zone;
use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};
use std::sync::Arc;

/// What is to be counted; of rows that were read before, or of incidents as they are now.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub wish: Wish,
    pub rows: Option<(Arc<Vec<Facts>>, DateTime<Utc>)>,
}

/// What the lower part shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    #[default]
    Trend,
    Levels,
    Services,
    Process,
    Assessed,
    Slo,
}

impl View {
    pub const ALL: [View; 6] = [
        View::Trend,
        View::Levels,
        View::Services,
        View::Process,
        View::Assessed,
        View::Slo,
    ];
}

/// Months up to and with this one; `None`: all.
pub const PERIODS: [Option<u32>; 5] = [None, Some(12), Some(6), Some(3), Some(1)];

#[derive(Clone, Debug, Default)]
pub struct Survey {
    pub wish: Wish,
    /// One of [`PERIODS`].
    pub period: usize,
    pub view: View,
    /// The chosen one of [`Measure::ALL`].
    pub chosen: usize,
    /// The last that was counted; of another wish until the one for this arrives.
    pub sheet: Option<Arc<Sheet>>,
}

impl Survey {
    pub fn measure(&self) -> Measure {
        Measure::ALL[self.chosen.min(Measure::COUNT - 1)]
    }

    /// Whether what is shown is what is wished for.
    pub fn is_counted(&self) -> bool {
        let sheet = self.sheet.as_ref();
        sheet.is_some_and(|sheet| sheet.report.wish == self.wish)
    }

    /// What to ask for after the wish changed.
    pub fn asked(&self) -> Asked {
        let sheet = self.sheet.as_ref();
        Asked {
            wish: self.wish.clone(),
            rows: sheet.map(|sheet| (Arc::clone(&sheet.rows), sheet.report.as_of)),
        }
    }

    /// What comes in order: `false`, it was asked for by a wish that is given up.
    pub fn take(&mut self, sheet: Arc<Sheet>) -> bool {
        let wanted = sheet.report.wish == self.wish;
        if wanted {
            self.sheet = Some(sheet);
        }
        wanted
    }

    pub fn choose(&mut self, by: isize) {
        let next = self.chosen.saturating_add_signed(by);
        self.chosen = next.min(Measure::COUNT - 1);
    }

    pub fn turn(&mut self, on: bool) {
        self.view = turned(&View::ALL, &self.view, on);
    }

    pub fn turn_period(&mut self, on: bool, zone: Zone, now: DateTime<Utc>) {
        let all: Vec<usize> = (0..PERIODS.len()).collect();
        self.period = turned(&all, &self.period, on);
        let months = PERIODS[self.period];
        self.wish.from = months.and_then(|months| begins(months, zone, now));
    }

    pub fn turn_service(&mut self, on: bool) {
        let Some(sheet) = &self.sheet else { return };
        let each = sheet.report.all_services.iter().cloned().map(Some);
        let all: Vec<Option<String>> = std::iter::once(None).chain(each).collect();
        self.wish.service = turned(&all, &self.wish.service, on);
    }

    pub fn turn_level(&mut self, on: bool) {
        let Some(sheet) = &self.sheet else { return };
        let each = sheet.report.all_levels.iter().cloned().map(Some);
        let all: Vec<_> = std::iter::once(None).chain(each).collect();
        self.wish.level = turned(&all, &self.wish.level, on);
    }

    pub fn turn_kind(&mut self, on: bool) {
        let all = [None, Some(Kind::Outage), Some(Kind::Security)];
        self.wish.kind = turned(&all, &self.wish.kind, on);
    }
}

/// The next of all, round and round; what is none of them is before the first.
fn turned<T: Clone + PartialEq>(all: &[T], here: &T, on: bool) -> T {
    let at = all.iter().position(|one| one == here).unwrap_or(0);
    let step = if on { 1 } else { all.len().saturating_sub(1) };
    let next = all.get((at + step) % all.len().max(1));
    next.unwrap_or(here).clone()
}

/// When the first of so many months began.
fn begins(months: u32, zone: Zone, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let today = clock::local(zone, now).date();
    let first = NaiveDate::from_ymd_opt(today.year(), today.month(), 1)?;
    let first = first.checked_sub_months(Months::new(months.saturating_sub(1)))?;
    clock::instant(zone, first.and_time(NaiveTime::MIN))
}

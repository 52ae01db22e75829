//! The clock of a story, which moves only when the story moves it.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use matoi::domain::sync::Now;
use matoi::io::pace;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The clock of everything in a story: microseconds since 1970.
#[derive(Clone)]
pub struct Time(pub(super) Arc<AtomicI64>);

impl Time {
    /// For what else runs here.
    pub fn clock(&self) -> pace::Clock {
        let time = self.clone();
        pace::Clock::hands(move || time.both())
    }

    pub(super) fn at(clock: &str) -> Time {
        Time(Arc::new(AtomicI64::new(instant(clock).timestamp_micros())))
    }

    pub(super) fn micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros()).expect("in range")
    }

    /// The machine was started at midnight.
    pub(super) fn both(&self) -> Now {
        let up = self.micros() - instant("00:00").timestamp_micros();
        Now {
            wall: self.now(),
            mono: Duration::from_micros(u64::try_from(up).expect("after midnight")),
        }
    }
}

/// That time of day in Japan, on the day of the stories.
pub fn instant(clock: &str) -> DateTime<Utc> {
    let time = NaiveTime::parse_from_str(clock, "%H:%M").expect("hh:mm");
    let midnight = DateTime::parse_from_rfc3339("2026-11-20T00:00:00+09:00").expect("a time");
    midnight.to_utc() + (time - NaiveTime::MIN)
}

/// As the clocks of these people show it.
pub fn clock(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(9)).format("%H:%M").to_string()
}

/// As they write a day.
pub fn day(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(9)).format("%m/%d").to_string()
}

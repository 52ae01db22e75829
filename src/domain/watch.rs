//! What the deputy goes by, beside the record: the organisation's rules, who was heard, and what the
//! person at this console has put off. Timers and prompts are functions of these and of the time.

use super::ids::{IncidentId, UserId};
use super::settings::Config;
use super::words::Text;
use crate::both;
use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The configuration, with the clock that the organisation works by.
pub struct Rules<'a> {
    pub config: &'a Config,
    /// Seconds east of UTC in the organisation's zone at an instant.
    pub offset: &'a dyn Fn(DateTime<Utc>) -> i32,
}

impl Rules<'_> {
    /// What the organisation's clocks show.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = TimeDelta::seconds(i64::from((self.offset)(at)));
        let local = at.naive_utc().checked_add_signed(offset);
        local.unwrap_or(at.naive_utc())
    }

    /// `at`, or the next working hour where it is outside of them.
    pub fn working_hour(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let t = &self.config.timers;
        let mut at = at;
        for _ in 0..NIGHTS + self.config.calendar.holidays.len() {
            let local = self.local(at);
            let free = self.is_free(local);
            let (begins, ends) = (t.work_begins, t.work_ends);
            if !free && (begins..ends).contains(&local.hour()) {
                return at;
            }
            let late = free || local.hour() >= ends;
            let midnight = local.date().and_time(NaiveTime::MIN);
            let next =
                midnight + TimeDelta::days(i64::from(late)) + TimeDelta::hours(i64::from(begins));
            let Some(later) = at.checked_add_signed(next - local) else {
                return at;
            };
            at = later;
        }
        at
    }

    fn is_free(&self, at: NaiveDateTime) -> bool {
        let day = at.date().to_string();
        is_weekend(at) || self.config.calendar.holidays.contains(&day)
    }

    /// The same time of day so many working days later.
    pub fn working_days(&self, from: DateTime<Utc>, days: u32) -> DateTime<Utc> {
        let mut left = days;
        let mut at = from;
        let mut days = 0;
        while left > 0 && days < DAYS_MAX {
            days += 1;
            at += TimeDelta::days(1);
            if !self.is_free(self.local(at)) {
                left -= 1;
            }
        }
        at
    }
}

/// The longest that weekends and nights can put something off, in steps of [`Rules::working_hour`].
const NIGHTS: usize = 8;

/// A calendar with nothing but holidays ends the search.
const DAYS_MAX: u32 = 3_660;

fn is_weekend(at: NaiveDateTime) -> bool {
    matches!(at.weekday(), Weekday::Sat | Weekday::Sun)
}

/// An incident that may be the same as this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub id: IncidentId,
    /// With its `#`.
    pub channel: String,
    pub title: String,
}

/// What is known beside the record.
pub struct Heard<'a> {
    /// Who sits at this console; empty while that is not known.
    pub me: &'a UserId,
    /// When each person last wrote in the channel.
    pub last: &'a BTreeMap<UserId, DateTime<Utc>>,
    /// Who was called into the channel, and when.
    pub invited: &'a BTreeMap<UserId, DateTime<Utc>>,
    pub name: &'a dyn Fn(&UserId) -> String,
    /// How much of this incident the workspace refused.
    pub failed: usize,
    pub others: &'a [Other],
    /// Nobody can write in its channel any more.
    pub archived: bool,
    /// Only whoever was invited reads it.
    pub private: bool,
    /// Practised, and not real.
    pub drill: bool,
}

/// What was done at this console about one timer or prompt. Each is when it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mark {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dismissed: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silenced: Option<DateTime<Utc>>,
    /// Until when it keeps quiet, and when that was said: a clock that was set back must not make
    /// it quiet for longer than was meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoozed: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Mark {
    pub fn is_snoozed(&self, now: DateTime<Utc>) -> bool {
        self.snoozed
            .is_some_and(|(since, until)| since <= now && now < until)
    }

    /// Until when, while it lasts.
    pub fn snoozed_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.snoozed
            .filter(|_| self.is_snoozed(now))
            .map(|(_, until)| until)
    }
}

/// The marks of one incident, by the key of what they are about. Local: never mirrored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    pub marks: BTreeMap<String, Mark>,
}

impl Local {
    pub fn mark(&self, key: &str) -> Mark {
        self.marks.get(key).copied().unwrap_or_default()
    }

    /// The mark of all of a kind: what stands before the `/` of a key.
    pub fn series(&self, key: &str) -> Mark {
        self.mark(series(key))
    }
}

/// `timekeeper` of `timekeeper/0F…/3`: what is silenced as a whole.
pub fn series(key: &str) -> &str {
    key.split_once('/').map_or(key, |(series, _)| series)
}

/// Roughly: `2s`, `14m`, `3h`, `5d`; 秒, 分, 時間, 日.
pub fn rough(span: TimeDelta) -> Text {
    let seconds = span.num_seconds().max(0);
    let (n, en, ja) = match seconds {
        0..60 => (seconds, "s", "秒"),
        60..3600 => (seconds / 60, "m", "分"),
        3600..86400 => (seconds / 3600, "h", "時間"),
        _ => (seconds / 86400, "d", "日"),
    };
    both!("{n}{en}", "{n}{ja}")
}

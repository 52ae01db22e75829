//! Metrics as people and programs read them: a table, JSON, CSV, and the screen's state.
//!
//! What an incident that is not for everybody adds to the sums stays in them; JSON and CSV name none
//! of those, since a file goes where its reader cannot be asked for.

pub mod csv;
pub mod json;
pub mod survey;
pub mod table;
#[cfg(test)]
mod tests;

use super::clock;
use crate::domain::incident::Incident;
use crate::domain::metrics::{self, Facts, Marks, Report, Terms, Wish};
use crate::domain::settings::Config;
use crate::domain::words::Lang;
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Rows of facts, and what they come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub rows: Arc<Vec<Facts>>,
    pub report: Report,
}

/// What a sheet is made of: incidents as they are, or the rows of an earlier sheet.
#[derive(Clone, Debug)]
pub enum Source {
    Incidents(Vec<(Arc<Incident>, Marks)>),
    Rows(Arc<Vec<Facts>>, DateTime<Utc>),
}

impl Sheet {
    /// Reads and counts; with thousands of incidents this takes a while.
    pub fn new(source: Source, wish: Wish, config: &Config, now: DateTime<Utc>) -> Sheet {
        let zone = config.time_zone;
        let local = |at| clock::local(zone, at);
        let terms = |now| Terms {
            config,
            now,
            local: &local,
        };
        let (rows, now) = match source {
            Source::Incidents(incidents) => (Arc::new(metrics::read(&incidents, &terms(now))), now),
            // What was open then is measured up to then.
            Source::Rows(rows, then) => (rows, then),
        };
        let report = Report::of(&rows, wish, &terms(now));
        Sheet { rows, report }
    }
}

/// How long something took: `45s`, `12m`, `3h05m`, `2d04h`.
pub fn took(seconds: i64, lang: Lang) -> String {
    let (d, h, m, s) = match lang {
        Lang::En => ("d", "h", "m", "s"),
        Lang::Ja => ("日", "時間", "分", "秒"),
    };
    let sign = if seconds < 0 { "-" } else { "" };
    let all = seconds.abs();
    let (days, hours, minutes) = (all / 86_400, all / 3600 % 24, all / 60 % 60);
    match all {
        0..60 => format!("{sign}{all}{s}"),
        60..3600 => format!("{sign}{minutes}{m}"),
        3600..86_400 if minutes == 0 => format!("{sign}{hours}{h}"),
        3600..86_400 => format!("{sign}{hours}{h}{minutes:02}{m}"),
        _ if hours == 0 => format!("{sign}{days}{d}"),
        _ => format!("{sign}{days}{d}{hours:02}{h}"),
    }
}

/// `-` where it is not known.
pub fn took_or_dash(seconds: Option<i64>, lang: Lang) -> String {
    seconds.map_or_else(|| "-".to_owned(), |seconds| took(seconds, lang))
}

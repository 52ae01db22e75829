//! The record of one incident for others to read: Markdown, one HTML page, JSON.
//!
//! [`Page`] is what is told, gathered once, as plain texts and instants; [`markdown()`] and [`html()`]
//! only set it, each with its own escaping, so that no text of the channel can mean anything in
//! either. [`record()`] is the same for programs, with every event as it is.

mod chart;
mod gather;
mod html;
mod markdown;
mod page;
mod record;
#[cfg(test)]
mod tests;
mod words;

pub use html::html;
pub use markdown::markdown;
pub use page::Page;
pub use record::{FORMAT, VERSION, record};

use crate::app::briefing::Told;
use crate::app::clock;
use crate::both;
use crate::domain::metrics::{Facts, Marks, Terms, facts};
use crate::domain::outlets::{Outlet, Sight, Way};
use crate::domain::problem::Problem;
use crate::domain::settings::Config;
use crate::domain::words::{Lang, Text};

/// What an export is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Html,
    Json,
}

impl Format {
    /// As files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            Format::Html => "html",
            Format::Json => "json",
        }
    }
}

/// What a page is gathered with.
pub struct Sheet<'a> {
    pub told: &'a Told<'a>,
    pub lang: Lang,
    /// What the organisation calls the service.
    pub service: &'a str,
    /// The level's place among the organisation's, the worst first from 0, and how many there are.
    pub rank: Option<(usize, usize)>,
    /// What it is measured by; `None` as long as its declaration is not known.
    pub measured: Option<Facts>,
    /// Of the promised updates, so many in a hundred are to be there in time.
    pub cadence_percent: u32,
    /// The timeline may tell nothing for so many minutes; 0: however long.
    pub hole_minutes: u32,
}

impl<'a> Sheet<'a> {
    pub fn new(told: &'a Told<'a>, config: &'a Config, lang: Lang) -> Sheet<'a> {
        let incident = told.incident;
        let service = config.service(&incident.service);
        let at = |id: &String| config.levels.iter().position(|level| level.id == *id);
        let rank = incident.level.as_ref().and_then(|level| at(&level.id));
        let zone = config.time_zone;
        let terms = Terms {
            config,
            now: told.now,
            local: &|at| clock::local(zone, at),
        };
        Sheet {
            measured: facts(incident, Marks::default(), &terms),
            cadence_percent: config.metrics.cadence_percent,
            told,
            lang,
            service: service.map_or(incident.service.as_str(), |s| s.name.get(lang)),
            rank: rank.map(|rank| (rank, config.levels.len())),
            hole_minutes: config.close.hole_minutes,
        }
    }
}

/// Whether it may be written, and whether only its owner may read the file.
///
/// # Errors
/// It is private, and nobody said that this is meant.
pub fn allowed(sight: Sight, private: bool) -> Result<bool, Problem> {
    let closed = sight.way(Outlet::Export) == Way::Closed;
    if closed && !private {
        return Err(Problem::refused(Text::fixed(
            "This incident is private: it is not exported.",
            "このインシデントは非公開のため、書き出しません。",
        ))
        .hint(Text::fixed(
            "Give --private if that is meant: only you can read the file then, and it says what it is.",
            "意図した操作なら --private を付けてください。ファイルは本人だけが読め、非公開と明記されます。",
        )));
    }
    Ok(closed)
}

/// The name of its file, without its end: `2026-11-18-shop-20261118i`.
pub fn file_stem(told: &Told<'_>) -> String {
    let name = crate::app::postmortem::file_name(told);
    name.strip_suffix(".md").unwrap_or(&name).to_owned()
}

/// Told when a file was written.
pub fn written(path: &str) -> Text {
    both!("Exported: {path}", "書き出しました: {path}")
}

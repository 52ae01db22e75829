//! Metrics: what the records of many incidents say about how responses go.
//!
//! [`facts()`] reads one incident into a row; [`Report`] counts rows. Milestones count as they were
//! corrected last, what was taken back does not count, and the log stays as it is. A recovery is the
//! last that held: an incident that was reopened is measured to its last one.
//!
//! Percentiles are nearest-rank: of `n` values in order, the one at `⌈p·n/100⌉`, counted from 1. So the
//! median of an even number is the lower of the two in the middle, and every figure is one that some
//! incident really had. There are no means.
//!
//! Nothing here asks the time or the configuration: both come with the [`Terms`].

mod assessed;
mod facts;
mod group;
mod load;
mod measure;
mod month;
mod report;
mod share;
#[cfg(test)]
mod tests;

pub use assessed::Assessed;
pub use facts::{Facts, Marks, Terms, facts};
pub use group::{Group, Stat, rank};
pub use measure::Measure;
pub use month::Month;
pub use report::{LeftOut, Report, Slo, Wish};
pub use share::Share;

use crate::domain::incident::Incident;
use crate::domain::outlets::Sight;
use crate::domain::sync::Engine;
use std::sync::Arc;

/// Every incident whose declaration is known, with what else is known of it: cheap, so that reading
/// them can be done elsewhere.
pub fn gather(engine: &mut Engine) -> Vec<(Arc<Incident>, Marks)> {
    let incidents = engine.incidents().into_iter();
    incidents
        .map(|incident| {
            let row = engine.image().incidents.get(&incident.id);
            let channel = engine.image().channel_of(&incident.id);
            let marks = Marks {
                channel: channel.map(|channel| channel.name.clone()),
                sight: Sight::of_row(&incident, row),
            };
            (incident, marks)
        })
        .collect()
}

/// A row of each.
pub fn read(incidents: &[(Arc<Incident>, Marks)], terms: &Terms<'_>) -> Vec<Facts> {
    let each = incidents.iter();
    each.filter_map(|(incident, marks)| facts(incident, marks.clone(), terms))
        .collect()
}

//! What the metrics are measured against.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// Hours of the day between which work is night work; through midnight where the first is later.
    pub night_begins: u32,
    pub night_ends: u32,
    /// So many of the worst levels take from a service's minutes; so does an incident without one.
    pub slo_levels: u32,
    /// Of the updates that were promised, so many in a hundred are to be there in time.
    pub cadence_percent: u32,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            // Article 37 of Japan's Labor Standards Act: from ten in the evening to five.
            night_begins: 22,
            night_ends: 5,
            slo_levels: 4,
            cadence_percent: 90,
        }
    }
}

/// Within how many minutes, at one level; 0: nobody said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Targets {
    pub detect: u32,
    pub engage: u32,
    pub assemble: u32,
    pub fix: u32,
    pub restore: u32,
    pub resolve: u32,
    /// From the declaration on.
    pub commander: u32,
    pub scribe: u32,
    pub level: u32,
    pub report: u32,
    pub notice: u32,
}

impl Targets {
    /// Of the five shipped levels. The process's are those of the console's own prompts; the others
    /// are a start from which an organisation finds its own.
    pub fn shipped(level: &str) -> Targets {
        const DAY: u32 = 24 * 60;
        let (urgent, fix, resolve) = match level {
            "1" => (5, 60, 7 * DAY),
            "2" => (5, 120, 7 * DAY),
            "3" => (15, 240, 14 * DAY),
            "4" => (60, DAY, 30 * DAY),
            _ => return Targets::default(),
        };
        Targets {
            detect: urgent,
            engage: urgent,
            assemble: urgent * 2,
            fix,
            restore: fix + urgent * 2,
            resolve,
            commander: 2,
            scribe: 5,
            level: 5,
            report: 10.max(urgent),
            notice: 20.max(urgent),
        }
    }

    pub(super) fn each(&self) -> [(&'static str, u32); 11] {
        [
            ("detect", self.detect),
            ("engage", self.engage),
            ("assemble", self.assemble),
            ("fix", self.fix),
            ("restore", self.restore),
            ("resolve", self.resolve),
            ("commander", self.commander),
            ("scribe", self.scribe),
            ("level", self.level),
            ("report", self.report),
            ("notice", self.notice),
        ]
    }
}

//! What can go wrong with Slack, on purpose: a TOML file or a test says which calls it befalls.
//! [`EXAMPLE`] is the documented file, [`KINDS`] the table of what there is.

mod kinds;
mod plan;

pub use kinds::{KINDS, Kind, Row};
pub use plan::{EXAMPLE, Plan, reference};

use super::model::{Micros, SECOND};
use super::state::Quirks;
use serde::Deserialize;
use std::time::Duration;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default)]
    pub method: Option<String>,
    pub kind: Kind,
    #[serde(default)]
    pub calls: Vec<u64>,
    #[serde(default)]
    pub every: Option<u64>,
    #[serde(default)]
    pub probability: Option<f64>,
    #[serde(default)]
    pub from: Option<f64>,
    #[serde(default)]
    pub to: Option<f64>,
    #[serde(default)]
    pub times: Option<u64>,
    #[serde(default)]
    pub seconds: Option<f64>,
    /// The header as it stands; empty for none.
    #[serde(default)]
    pub retry_after: Option<String>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub status: Option<u16>,
    #[serde(default)]
    pub after_commit: bool,
}

impl Fault {
    /// Befalls every call of `method` (a name or a pattern).
    pub fn always(method: &str, kind: Kind) -> Fault {
        Fault {
            method: Some(method.to_owned()),
            kind,
            calls: Vec::new(),
            every: None,
            probability: None,
            from: None,
            to: None,
            times: None,
            seconds: None,
            retry_after: None,
            error: None,
            status: None,
            after_commit: false,
        }
    }

    /// Answers `method` with an error code.
    pub fn error(method: &str, code: &str) -> Fault {
        Fault {
            error: Some(code.to_owned()),
            ..Fault::always(method, Kind::Error)
        }
    }

    pub fn times(mut self, times: u64) -> Fault {
        self.times = Some(times);
        self
    }

    /// Befalls the n-th matching call only, counted from 1.
    pub fn nth(mut self, call: u64) -> Fault {
        self.calls = vec![call];
        self
    }

    pub fn seconds(mut self, seconds: f64) -> Fault {
        self.seconds = Some(seconds);
        self
    }

    /// The header as it stands; empty for none.
    pub fn retry_after(mut self, header: &str) -> Fault {
        self.retry_after = Some(header.to_owned());
        self
    }

    /// Befalls each n-th matching call.
    pub fn every(mut self, n: u64) -> Fault {
        self.every = Some(n);
        self
    }

    /// Befalls a matching call by this chance.
    pub fn probability(mut self, chance: f64) -> Fault {
        self.probability = Some(chance);
        self
    }

    pub fn after_commit(mut self) -> Fault {
        self.after_commit = true;
        self
    }

    fn matches(&self, method: &str) -> bool {
        match self.method.as_deref() {
            None => true,
            Some(pattern) => match pattern.strip_suffix('*') {
                Some(start) => method.starts_with(start),
                None => method == pattern,
            },
        }
    }

    fn micros(&self, default: f64) -> Micros {
        // Configuration is in seconds; a microsecond is as fine as anything here gets.
        (self.seconds.unwrap_or(default).clamp(0.0, 1e6) * 1e6) as Micros
    }
}

/// How an answer reaches the caller.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Delivery {
    #[default]
    Plain,
    /// After so long.
    Late(Duration),
    /// Not at all; the connection stays open for so long.
    Never(Duration),
    /// The connection is reset.
    Reset,
    /// Byte by byte, so long apart.
    Drip(Duration),
    /// The connection closes in the middle of the body.
    Cut,
    /// These bytes instead.
    Instead {
        status: u16,
        content_type: &'static str,
        body: String,
    },
}

/// What befalls one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Whether the call is carried out.
    pub commit: bool,
    /// An answer in place of the real one.
    pub error: Option<String>,
    /// Refused as over the budget, with this header; empty for none.
    pub retry_after: Option<String>,
    pub quirks: Quirks,
    pub paging: Paging,
    /// Budgets are those of an app outside the Marketplace.
    pub clamped: bool,
    /// What is posted is stored without its metadata.
    pub no_metadata: bool,
    pub harm: Option<Harm>,
    pub delivery: Delivery,
}

/// What is wrong with a page beside its size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paging {
    /// A call with a cursor gets the first page again.
    pub again: bool,
    /// The items are put in an order drawn from this seed.
    pub shuffle: Option<u64>,
}

/// What befalls the workspace itself, just before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    RevokeToken,
    ArchiveChannel,
}

struct Active {
    fault: Fault,
    since: Micros,
    seen: u64,
    hit: u64,
}

/// The faults that are set, and how often each has been met.
pub struct Faults {
    active: Vec<Active>,
    rng: fastrand::Rng,
}

impl Faults {
    pub fn new(plan: Plan, now: Micros) -> Faults {
        let mut faults = Faults {
            active: Vec::new(),
            rng: fastrand::Rng::with_seed(plan.seed),
        };
        for fault in plan.fault {
            faults.add(fault, now);
        }
        faults
    }

    pub fn add(&mut self, fault: Fault, now: Micros) {
        self.active.push(Active {
            fault,
            since: now,
            seen: 0,
            hit: 0,
        });
    }

    pub fn clear(&mut self) {
        self.active.clear();
    }

    /// How often each fault has struck, in the order they were set.
    pub fn hits(&self) -> Vec<u64> {
        self.active.iter().map(|active| active.hit).collect()
    }

    /// Judges one call. `with_cursor`: it asks for a further page.
    pub fn judge(&mut self, method: &str, with_cursor: bool, now: Micros) -> Verdict {
        let mut verdict = Verdict {
            commit: true,
            ..Verdict::default()
        };
        for active in &mut self.active {
            if active.strikes(method, with_cursor, now, &mut self.rng) {
                verdict.suffer(&active.fault, &mut self.rng);
            }
        }
        verdict
    }
}

impl Active {
    fn strikes(
        &mut self,
        method: &str,
        with_cursor: bool,
        now: Micros,
        rng: &mut fastrand::Rng,
    ) -> bool {
        let fault = &self.fault;
        let meant = match fault.kind {
            Kind::ExpiredCursor | Kind::RepeatedPages => with_cursor,
            Kind::Clamp => CLAMPED.contains(&method),
            _ => true,
        };
        if !meant || !fault.matches(method) {
            return false;
        }
        self.seen += 1;
        let age = (now - self.since) as f64 / SECOND as f64;
        let outside = fault.from.is_some_and(|from| age < from)
            || fault.to.is_some_and(|to| age >= to)
            || fault.times.is_some_and(|times| self.hit >= times);
        let counted = fault.calls.contains(&self.seen)
            || fault
                .every
                .is_some_and(|n| n > 0 && self.seen.is_multiple_of(n));
        let by_chance = fault.probability.map(|chance| rng.f64() < chance);
        let unconditional = fault.calls.is_empty() && fault.every.is_none() && by_chance.is_none();
        let strikes = !outside && (counted || by_chance == Some(true) || unconditional);
        self.hit += u64::from(strikes);
        strikes
    }
}

impl Verdict {
    fn suffer(&mut self, fault: &Fault, rng: &mut fastrand::Rng) {
        let micros = |default: f64| fault.micros(default);
        let long = |default: f64| Duration::from_micros(micros(default).unsigned_abs());
        match fault.kind {
            Kind::Hang => {
                self.commit = false;
                self.delivery = Delivery::Never(long(60.0));
            }
            Kind::TimeoutAfterCommit => self.delivery = Delivery::Never(long(60.0)),
            Kind::ResetBeforeCommit => {
                self.commit = false;
                self.delivery = Delivery::Reset;
            }
            Kind::ResetAfterCommit => self.delivery = Delivery::Reset,
            Kind::Slow => self.delivery = Delivery::Late(long(2.0)),
            Kind::Drip => self.delivery = Delivery::Drip(long(1.0)),
            Kind::Truncated => self.delivery = Delivery::Cut,
            Kind::Clamp => self.clamped = true,
            Kind::Ratelimited => {
                self.commit = false;
                let secs = (micros(30.0) + SECOND - 1) / SECOND;
                let header = fault.retry_after.clone();
                self.retry_after = Some(header.unwrap_or_else(|| secs.to_string()));
            }
            Kind::ReadLag => self.quirks.lag = micros(20.0),
            Kind::CreateRace => self.quirks.create_race = micros(5.0),
            Kind::ExpiredCursor => {
                self.commit = false;
                self.error = Some("invalid_cursor".to_owned());
            }
            Kind::Html => {
                self.commit = fault.after_commit;
                self.delivery = Delivery::Instead {
                    status: fault.status.unwrap_or(503),
                    content_type: "text/html; charset=utf-8",
                    body: HTML.to_owned(),
                };
            }
            Kind::Unparsable => {
                self.commit = fault.after_commit;
                self.delivery = Delivery::Instead {
                    status: 200,
                    content_type: "application/json; charset=utf-8",
                    body: "{\"ok\":true,\"ts\":\"15".to_owned(),
                };
            }
            Kind::Error => {
                self.commit = fault.after_commit;
                self.error.clone_from(&fault.error);
            }
            Kind::EndlessPages => self.quirks.endless = true,
            Kind::OldestPageFirst => self.quirks.oldest_page_first = true,
            Kind::ShortPages => self.quirks.page_max = Some(rng.usize(0..=3)),
            Kind::RepeatedParent => self.quirks.repeat_parent = true,
            Kind::EmptyPages => self.quirks.page_max = Some(0),
            Kind::RepeatedPages => self.paging.again = true,
            Kind::ShuffledPages => self.paging.shuffle = Some(rng.u64(..)),
            Kind::DropMetadata => self.no_metadata = true,
            Kind::RevokeToken => self.harm = Some(Harm::RevokeToken),
            Kind::ArchiveChannel => self.harm = Some(Harm::ArchiveChannel),
        }
    }
}

/// What the clamp is about.
const CLAMPED: [&str; 2] = ["conversations.history", "conversations.replies"];

const HTML: &str = "<!DOCTYPE html><html><head><title>Server Error</title></head>\
<body><h1>Something went wrong</h1><p>We're having trouble with this request.</p></body></html>";

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(plan: &str, calls: u64) -> Vec<bool> {
        let plan = Plan::parse(plan).expect("valid");
        let mut faults = Faults::new(plan, 0);
        (0..calls)
            .map(|n| {
                let verdict = faults.judge("chat.postMessage", false, n as i64 * SECOND);
                verdict.delivery != Delivery::Plain
            })
            .collect()
    }

    #[test]
    fn calls_are_chosen_by_number_time_and_count() {
        let struck = |plan: &str| -> Vec<usize> {
            judged(plan, 10)
                .iter()
                .enumerate()
                .filter(|(_, hit)| **hit)
                .map(|(n, _)| n + 1)
                .collect()
        };
        let base = "[[fault]]\nkind = \"reset_after_commit\"\n";
        assert_eq!(struck(&format!("{base}calls = [2, 5]")), [2, 5]);
        assert_eq!(struck(&format!("{base}every = 4")), [4, 8]);
        assert_eq!(struck(&format!("{base}from = 7.0")), [8, 9, 10]);
        assert_eq!(struck(&format!("{base}to = 2.0")), [1, 2]);
        assert_eq!(struck(&format!("{base}times = 1")), [1]);
        assert_eq!(struck(&format!("{base}method = \"pins.*\"")), [0; 0]);
        assert_eq!(
            struck(&format!("{base}method = \"chat.*\"\ntimes = 2")),
            [1, 2]
        );
    }

    #[test]
    fn chance_is_replayable() {
        let plan = "seed = 3\n[[fault]]\nkind = \"hang\"\nprobability = 0.5";
        let first = judged(plan, 64);
        assert_eq!(first, judged(plan, 64));
        assert!(first.contains(&true) && first.contains(&false));
    }
}

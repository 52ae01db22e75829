//! What may be called now: the budget of every method, rests after failures, and the clamp.
//!
//! A workspace that cannot be reached is asked by one call at a time, ever more rarely, whatever
//! is waiting; the first answer sets everything free at once.

use super::{Answer, Call, Engine, Fault, HISTORY, Link, Now, REPLIES};
use crate::domain::budget::{Budget, Purpose, backoff};
use chrono::TimeDelta;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

const OFFLINE_FIRST: Duration = Duration::from_secs(1);
const OFFLINE_MAX: Duration = Duration::from_secs(30);
/// How long a token that was refused is left alone: somebody has to do something first.
const REFUSED: Duration = Duration::from_secs(10);

/// What an app distributed to other workspaces gets of history: so many objects to a page, and one
/// page a minute. (<https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps>)
const CLAMPED_PAGE: usize = 15;
const CLAMPED_RATE: u32 = 1;
/// So many pages of exactly that size, with more to come, are no chance.
const CLAMPED_PAGES: u32 = 2;
/// Nor are so many refusals with hardly a page between them.
const CLAMPED_LIMITS: usize = 3;
const CLAMPED_WINDOW: Duration = Duration::from_secs(4 * 60);
/// A clamp that refusals alone spoke for is doubted when none came for so long.
const CLAMP_DOUBTED: Duration = Duration::from_secs(10 * 60);

/// Pages of just that size may be chance after all: so often one is asked for that would be longer.
const CLAMP_PROBE: Duration = Duration::from_secs(30 * 60);

/// After a limit, consoles that wrote so recently are taken to call as well, for so long.
const SILENT: TimeDelta = TimeDelta::hours(24);
const SILENT_FOR: Duration = Duration::from_secs(30 * 60);

/// Nothing but one call at a time until Slack answers.
#[derive(Clone, Debug)]
struct Rest {
    until: Duration,
    tries: u32,
    /// How long from one try to the next, at most.
    most: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    budget: Budget,
    rest: Option<Rest>,
    /// Until when the budget said no, by what asked.
    held: BTreeMap<(&'static str, Purpose), Duration>,
    consoles: u32,
    clamped: bool,
    /// Since when, or when that was last doubted.
    clamp_seen: Duration,
    short_pages: u32,
    /// When anything was last refused for the limit.
    limited_at: Option<Duration>,
    /// When history was last refused for the limit.
    refused_at: Option<Duration>,
    /// Calls of history that Slack answered: when, and whether it refused for the limit.
    asked: VecDeque<(Duration, bool)>,
}

/// The limits in force, for the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Slack gives this app 15 messages a minute: it is distributed to other workspaces.
    pub clamped: bool,
    /// Consoles that share the app, this one included.
    pub consoles: u32,
    /// Methods that rest because Slack said so, and for how long yet.
    pub frozen: Vec<(&'static str, Duration)>,
}

impl Ledger {
    /// A ledger for consoles that may together spend this share of the published rates.
    pub(super) fn of_percent(percent: u32) -> Ledger {
        Ledger {
            budget: Budget::of_percent(percent),
            ..Ledger::default()
        }
    }

    pub(super) fn share_with(&mut self, consoles: u32) {
        self.consoles = consoles;
        self.budget.set_consoles(consoles);
    }

    /// Calls a minute that polling may plan with.
    pub(super) fn plan(&mut self, method: &'static str, now: Now) -> f64 {
        self.budget.plan(method, now.mono)
    }

    /// Takes a call of the budget, if it may be made now.
    pub(super) fn take(
        &mut self,
        purpose: Purpose,
        call: &Call,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> bool {
        if self.rest.as_ref().is_some_and(|rest| now.mono < rest.until) {
            return false;
        }
        let method = call.method();
        let asked = self
            .budget
            .ask_for(purpose, method, call.channel(), now.mono);
        if let Err(wait) = asked {
            self.held.insert((method, purpose), now.mono + wait);
            return false;
        }
        if let Some(rest) = &mut self.rest {
            rest.tries += 1;
            rest.until = now.mono + backoff(rest.tries, OFFLINE_FIRST, rest.most, rng);
        }
        true
    }

    /// Until when a call of this kind is known to be held back.
    pub(super) fn held(&self, purpose: Purpose, method: &'static str) -> Duration {
        let held = self.held.get(&(method, purpose));
        held.copied().unwrap_or(Duration::ZERO)
    }

    pub(super) fn rests_until(&self, now: Now) -> Option<Duration> {
        let rest = self.rest.as_ref()?;
        (now.mono < rest.until).then_some(rest.until)
    }

    fn begin_rest(&mut self, first: Duration, most: Duration, now: Now, rng: &mut fastrand::Rng) {
        if self.rest.is_none() {
            self.rest = Some(Rest {
                until: now.mono + backoff(1, first, most, rng),
                tries: 1,
                most,
            });
        }
    }

    pub(super) fn is_clamped(&self) -> bool {
        self.clamped
    }

    /// While clamped: when a page of a whole channel may be asked for, which says whether it still is.
    pub(super) fn probe_due(&self) -> Option<Duration> {
        self.clamped.then(|| self.clamp_seen + CLAMP_PROBE)
    }

    pub(super) fn probed(&mut self, now: Now) {
        self.clamp_seen = now.mono;
    }

    fn limits(&self, now: Now) -> Limits {
        Limits {
            clamped: self.clamped,
            consoles: self.consoles.max(1),
            frozen: self.budget.frozen(now.mono),
        }
    }

    /// Takes a page of history for what it says about the clamp.
    fn note_page(&mut self, messages: usize, more: bool, now: Now) {
        self.note_asked(false, now);
        let doubted = self.short_pages < CLAMPED_PAGES
            && self
                .refused_at
                .is_none_or(|at| now.mono > at + CLAMP_DOUBTED);
        if messages > CLAMPED_PAGE || doubted {
            self.unclamp(now);
        }
        if messages > CLAMPED_PAGE {
            self.short_pages = 0;
        } else if messages == CLAMPED_PAGE && more {
            self.short_pages += 1;
        }
        if self.short_pages >= CLAMPED_PAGES {
            self.clamp(now);
        }
    }

    fn note_asked(&mut self, limited: bool, now: Now) {
        if limited {
            self.refused_at = Some(now.mono);
        }
        self.asked.push_back((now.mono, limited));
        while let Some((at, _)) = self.asked.front()
            && *at + CLAMPED_WINDOW < now.mono
        {
            self.asked.pop_front();
        }
        let limits = self.asked.iter().filter(|(_, limited)| *limited).count();
        if limits >= CLAMPED_LIMITS && self.asked.len() - limits <= limits + 1 {
            self.clamp(now);
        }
    }

    fn unclamp(&mut self, now: Now) {
        if self.clamped {
            self.clamped = false;
            for method in [HISTORY, REPLIES] {
                self.budget.reset_rate(method, now.mono);
            }
        }
    }

    fn clamp(&mut self, now: Now) {
        if !self.clamped {
            self.clamped = true;
            self.clamp_seen = now.mono;
            for method in [HISTORY, REPLIES] {
                self.budget.set_rate(method, CLAMPED_RATE, now.mono);
            }
        }
    }
}

impl Engine {
    /// Whether anything may be called: while Slack is not reached, one call at a time.
    pub(super) fn may_try(&self, now: Now) -> bool {
        match &self.ledger.rest {
            None => true,
            Some(rest) => now.mono >= rest.until && self.flights.is_empty(),
        }
    }

    /// The workspace was reached again by other means: nothing waits any longer.
    pub fn reached(&mut self) {
        self.ledger.rest = None;
        for key in std::mem::take(&mut self.unsent) {
            self.not_before.remove(&key);
        }
    }

    /// Consoles that wrote within ten minutes, this one included. A limit says that others call
    /// silently: for some time all that wrote within a day are taken to.
    pub(super) fn consoles_heard(&self, now: Now) -> u32 {
        let limited = self.ledger.limited_at;
        let within = if limited.is_some_and(|at| now.mono < at + SILENT_FOR) {
            SILENT
        } else {
            super::duty::RECENT
        };
        let others = self
            .consoles
            .iter()
            .filter(|(id, at)| **id != self.image.console && now.wall - **at < within)
            .count();
        u32::try_from(others).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The limits in force.
    pub fn limits(&self, now: Now) -> Limits {
        self.ledger.limits(now)
    }

    /// What an answer says of the connection and of the limits.
    pub(super) fn note_answer(
        &mut self,
        method: &'static str,
        result: &Result<Answer, Fault>,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        let link = match result {
            Ok(_) => Link::Live,
            Err(Fault::Held(_)) => return,
            Err(Fault::Limited(wait)) if *wait > Duration::from_secs(2) => Link::Slow,
            Err(Fault::Limited(_)) => self.link.clone(),
            Err(Fault::NotSent(_) | Fault::Ambiguous(_)) => Link::Offline,
            Err(Fault::Refused(refused)) if refused.is(super::answers::TOKEN_CODES) => {
                Link::Refused(refused.code.clone())
            }
            Err(Fault::Refused(_)) => Link::Live,
        };
        match result {
            Err(Fault::NotSent(_)) => self.ledger.begin_rest(OFFLINE_FIRST, OFFLINE_MAX, now, rng),
            Err(Fault::Refused(_)) if matches!(link, Link::Refused(_)) => {
                self.ledger.begin_rest(REFUSED, REFUSED * 3, now, rng);
            }
            // It may not have got through either, but the machine was reached.
            _ => self.reached(),
        }
        if let Err(Fault::Limited(wait)) = result {
            self.ledger.budget.limited(method, *wait, now.mono);
            self.ledger.limited_at = Some(now.mono);
            if method == HISTORY {
                self.ledger.note_asked(true, now);
            }
        }
        if let (HISTORY, Ok(Answer::Page { messages, next })) = (method, result) {
            self.ledger.note_page(messages.len(), next.is_some(), now);
        }
        if matches!(link, Link::Live | Link::Refused(_)) {
            self.link_as_of = Some(now.mono);
        }
        self.link = link;
    }
}

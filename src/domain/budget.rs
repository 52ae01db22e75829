//! The ledger of calls: how many Slack still allows, by method.
//!
//! Slack counts per method, workspace and app, and publishes no remaining count, so the client
//! keeps its own. Published rates are "at least so many a minute"; of each, a fifth may be spent at
//! once and four fifths flow in evenly, so that no minute holds more than the published rate. All
//! consoles of a workspace share one app's budget: each takes its share. On a 429 the method rests
//! until Retry-After, and its rate is halved; it grows back by a twentieth every 15 s.
//! (<https://docs.slack.dev/apis/web-api/rate-limits>)
//!
//! What may be spent at once is not there for everybody: each purpose leaves some of it to those
//! more urgent, so that a message that may be lost can be looked for at any moment, whatever forty
//! channels would like to read.
//!
//! Times are durations of a monotonic clock, from any start. One that stands still during suspend
//! makes waits longer, never shorter.

use crate::domain::ids::ChannelId;
use crate::wire::methods::{self, Tier};
use std::collections::HashMap;
use std::time::Duration;

/// Between two posts into one channel. Slack's rule is one a second, and in longer bursts it does
/// not promise that messages are kept.
pub const POST_SPACING: Duration = Duration::from_millis(1_100);

// "Several hundred a minute" for a whole workspace; the low end.
const POSTS_PER_MINUTE: u32 = 200;
const SMALLEST_FACTOR: f64 = 1.0 / 16.0;
const GROWTH: f64 = 0.05;
const GROWTH_EVERY: Duration = Duration::from_secs(15);
// Channels whose spacing has long passed are forgotten when so many are known.
const CHANNELS_KEPT: usize = 256;

/// What a call is for, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Somebody's act.
    Write,
    /// Whether a message that was not answered is there.
    ReadBack,
    /// The channel that is looked at.
    Focus,
    /// Threads and pins.
    Side,
    /// The other channels.
    Background,
    /// Reading again what was read, for edits and deletions long past.
    Sweep,
}

impl Purpose {
    /// The part of what may be spent at once that it leaves untouched.
    const fn leaves(self) -> f64 {
        match self {
            Purpose::Write | Purpose::ReadBack => 0.0,
            Purpose::Focus => 0.5,
            Purpose::Side => 0.6,
            Purpose::Background => 0.7,
            Purpose::Sweep => 0.9,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Bucket {
    per_minute: f64,
    /// Calls that may be made now.
    level: f64,
    filled: Duration,
    frozen_until: Duration,
    /// 1 is the published rate.
    factor: f64,
    grown: Duration,
}

impl Bucket {
    fn new(per_minute: u32, now: Duration) -> Bucket {
        let per_minute = f64::from(per_minute);
        Bucket {
            per_minute,
            level: burst(per_minute),
            filled: now,
            frozen_until: Duration::ZERO,
            factor: 1.0,
            grown: now,
        }
    }

    /// Calls a second that flow in.
    fn flow(&self, share: f64) -> f64 {
        let rate = self.per_minute * self.factor * share;
        // A rate of one a minute has no fifth to keep back.
        let kept_back = if rate > 1.0 { 0.8 } else { 1.0 };
        rate * kept_back / 60.0
    }

    fn fill(&mut self, now: Duration, share: f64) {
        let steps = now.saturating_sub(self.grown).as_secs() / GROWTH_EVERY.as_secs();
        if steps > 0 {
            self.factor = (self.factor + GROWTH * steps as f64).min(1.0);
            self.grown = now;
        }
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        let most = burst(self.per_minute * self.factor * share);
        self.level = (self.level + passed * self.flow(share)).min(most);
        self.filled = self.filled.max(now);
    }

    fn wait(&self, purpose: Purpose, now: Duration, share: f64) -> Duration {
        let frozen = self.frozen_until.saturating_sub(now);
        let most = burst(self.per_minute * self.factor * share);
        let needed = 1.0 + (most - 1.0) * purpose.leaves();
        let missing = (needed - self.level).max(0.0);
        // A thousandth more than exact, so that asking again after the wait is not a rounding short.
        let filling = Duration::from_secs_f64(missing / self.flow(share));
        let filling = if missing > 0.0 {
            filling + Duration::from_millis(1)
        } else {
            Duration::ZERO
        };
        frozen.max(filling)
    }
}

fn burst(per_minute: f64) -> f64 {
    (per_minute * 0.2).max(1.0)
}

/// The ledger of one token. It only counts; whoever calls asks first.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Of the published rates, for this console.
    share: f64,
    percent: f64,
    buckets: HashMap<&'static str, Bucket>,
    posted: HashMap<ChannelId, Duration>,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            share: 1.0,
            percent: 100.0,
            buckets: HashMap::new(),
            posted: HashMap::new(),
        }
    }
}

impl Budget {
    /// A ledger for consoles that may together spend this share of the published rates, at least 1
    /// percent; more than 100 is for a workspace without limits.
    pub fn of_percent(percent: u32) -> Budget {
        let percent = f64::from(percent.max(1));
        Budget {
            share: percent / 100.0,
            percent,
            ..Budget::default()
        }
    }

    /// How many consoles spend from the same app's budget, this one included.
    pub fn set_consoles(&mut self, consoles: u32) {
        self.share = self.percent / 100.0 / f64::from(consoles.max(1));
    }

    /// Takes one call of `method` now, as urgent as can be: see [`Budget::ask_for`].
    ///
    /// # Errors
    /// The wait; nothing is taken then.
    pub fn ask(
        &mut self,
        method: &'static str,
        channel: Option<&ChannelId>,
        now: Duration,
    ) -> Result<(), Duration> {
        self.ask_for(Purpose::Write, method, channel, now)
    }

    /// Takes one call of `method` now, or says how long to wait before asking again. `channel` is
    /// where a post goes.
    ///
    /// # Errors
    /// The wait; nothing is taken then.
    pub fn ask_for(
        &mut self,
        purpose: Purpose,
        method: &'static str,
        channel: Option<&ChannelId>,
        now: Duration,
    ) -> Result<(), Duration> {
        let wait = self.wait_for(purpose, method, channel, now);
        if wait > Duration::ZERO {
            return Err(wait);
        }
        self.bucket(method, now).level -= 1.0;
        if let (Some(channel), true) = (channel, spaced(method)) {
            if self.posted.len() >= CHANNELS_KEPT {
                self.posted
                    .retain(|_, at| now.saturating_sub(*at) < POST_SPACING);
            }
            self.posted.insert(channel.clone(), now);
        }
        Ok(())
    }

    /// How long until [`Budget::ask`] would say yes; takes nothing.
    pub fn wait(
        &mut self,
        method: &'static str,
        channel: Option<&ChannelId>,
        now: Duration,
    ) -> Duration {
        self.wait_for(Purpose::Write, method, channel, now)
    }

    fn wait_for(
        &mut self,
        purpose: Purpose,
        method: &'static str,
        channel: Option<&ChannelId>,
        now: Duration,
    ) -> Duration {
        let share = self.share;
        let bucket = self.bucket(method, now);
        bucket.fill(now, share);
        let wait = bucket.wait(purpose, now, share);
        let last = channel
            .filter(|_| spaced(method))
            .and_then(|c| self.posted.get(c));
        match last {
            Some(at) => wait.max((*at + POST_SPACING).saturating_sub(now)),
            None => wait,
        }
    }

    /// Slack answered 429: nothing of this method until `retry_after` has passed, and half the rate.
    pub fn limited(&mut self, method: &'static str, retry_after: Duration, now: Duration) {
        let bucket = self.bucket(method, now);
        bucket.frozen_until = bucket.frozen_until.max(now + retry_after);
        bucket.factor = (bucket.factor / 2.0).max(SMALLEST_FACTOR);
        bucket.grown = now + retry_after;
        bucket.level = bucket.level.min(1.0);
    }

    /// A rate found out rather than published: an app clamped to one history call a minute.
    pub fn set_rate(&mut self, method: &'static str, per_minute: u32, now: Duration) {
        let bucket = self.bucket(method, now);
        bucket.per_minute = f64::from(per_minute.max(1));
        bucket.level = bucket.level.min(1.0);
    }

    /// The published rate again.
    pub fn reset_rate(&mut self, method: &'static str, now: Duration) {
        let rate = published(method);
        self.set_rate(method, rate, now);
    }

    /// Calls a minute of `method` that may be planned with, for this console.
    pub fn plan(&mut self, method: &'static str, now: Duration) -> f64 {
        let share = self.share;
        let bucket = self.bucket(method, now);
        bucket.fill(now, share);
        bucket.flow(share) * 60.0
    }

    /// The methods that rest because Slack said so, and for how long yet.
    pub fn frozen(&self, now: Duration) -> Vec<(&'static str, Duration)> {
        let buckets = self.buckets.iter();
        let mut frozen: Vec<_> = buckets
            .filter(|(_, bucket)| bucket.frozen_until > now)
            .map(|(method, bucket)| (*method, bucket.frozen_until - now))
            .collect();
        frozen.sort_unstable();
        frozen
    }

    /// Whether the method is resting because Slack said so.
    pub fn is_frozen(&self, method: &str, now: Duration) -> bool {
        self.buckets
            .get(method)
            .is_some_and(|bucket| bucket.frozen_until > now)
    }

    fn bucket(&mut self, method: &'static str, now: Duration) -> &mut Bucket {
        self.buckets
            .entry(method)
            .or_insert_with(|| Bucket::new(published(method), now))
    }
}

/// Calls a minute.
fn published(method: &str) -> u32 {
    match methods::find(method).map(|row| row.tier) {
        Some(Tier::PostPerChannel) => POSTS_PER_MINUTE,
        Some(tier) => tier.per_minute(),
        // A method without a row is taken for one of the rarer ones.
        None => Tier::Tier2.per_minute(),
    }
}

fn spaced(method: &str) -> bool {
    methods::find(method).is_some_and(|row| row.tier == Tier::PostPerChannel)
}

/// How long to wait before the `attempt`-th try (1 is the first repetition): doubling from `base`
/// up to `cap`, of which a random half is left out so that consoles do not return in step.
pub fn backoff(attempt: u32, base: Duration, cap: Duration, rng: &mut fastrand::Rng) -> Duration {
    let doubled = base.saturating_mul(1 << attempt.saturating_sub(1).min(20));
    doubled.min(cap).mul_f64(0.5 + rng.f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HISTORY: &str = "conversations.history";
    const POST: &str = "chat.postMessage";

    fn secs(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// When calls are granted to somebody who asks again exactly when told to.
    fn greedy(budget: &mut Budget, method: &'static str, until: Duration) -> Vec<Duration> {
        let (mut now, mut granted) = (Duration::ZERO, Vec::new());
        while now < until {
            match budget.ask(method, None, now) {
                Ok(()) => granted.push(now),
                Err(wait) => now += wait,
            }
        }
        granted
    }

    fn most_in_a_minute(times: &[Duration]) -> usize {
        times
            .iter()
            .map(|start| {
                let end = *start + secs(60.0);
                times.iter().filter(|t| *t >= start && **t < end).count()
            })
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn no_minute_holds_more_than_the_published_rate() {
        for (method, rate) in [(HISTORY, 50), ("pins.list", 20), ("users.info", 100)] {
            let times = greedy(&mut Budget::default(), method, secs(600.0));
            assert!(most_in_a_minute(&times) <= rate, "{method}");
            assert!(
                times.len() >= rate * 10 * 7 / 10,
                "{method}: {}",
                times.len()
            );
        }
    }

    #[test]
    fn two_consoles_take_half_each() {
        let mut budget = Budget::default();
        budget.set_consoles(2);
        let times = greedy(&mut budget, HISTORY, secs(600.0));
        assert!(most_in_a_minute(&times[12..]) <= 25);
    }

    #[test]
    fn a_share_of_the_rates_is_shared_in_turn() {
        let times = greedy(&mut Budget::of_percent(50), HISTORY, secs(600.0));
        assert!(most_in_a_minute(&times[12..]) <= 25);
        let mut budget = Budget::of_percent(50);
        budget.set_consoles(2);
        let times = greedy(&mut budget, HISTORY, secs(600.0));
        assert!(most_in_a_minute(&times[12..]) <= 13, "{times:?}");
    }

    #[test]
    fn a_clamped_app_gets_one_a_minute() {
        let mut budget = Budget::default();
        budget.set_rate(HISTORY, 1, Duration::ZERO);
        let times = greedy(&mut budget, HISTORY, secs(600.0));
        assert!((9..=11).contains(&times.len()), "{times:?}");
    }

    #[test]
    fn nothing_of_a_frozen_method_before_retry_after_and_others_go_on() {
        let mut budget = Budget::default();
        budget.limited(HISTORY, secs(30.0), secs(5.0));
        assert_eq!(budget.ask(HISTORY, None, secs(34.9)), Err(secs(0.1)));
        assert!(budget.is_frozen(HISTORY, secs(34.9)));
        assert_eq!(budget.ask("conversations.replies", None, secs(6.0)), Ok(()));
        assert_eq!(budget.ask(HISTORY, None, secs(35.0)), Ok(()));
        assert!(!budget.is_frozen(HISTORY, secs(35.0)));
        // A second, shorter Retry-After does not thaw it earlier.
        budget.limited(HISTORY, secs(60.0), secs(40.0));
        budget.limited(HISTORY, secs(1.0), secs(41.0));
        assert!(budget.ask(HISTORY, None, secs(99.0)).is_err());
    }

    #[test]
    fn who_looks_for_a_lost_message_need_not_wait_for_those_who_read_on() {
        let mut budget = Budget::default();
        let mut now = Duration::ZERO;
        // Forty channels that would all like to be read, for ten minutes.
        while now < secs(600.0) {
            match budget.ask_for(Purpose::Background, HISTORY, None, now) {
                Ok(()) => {}
                Err(wait) => now += wait,
            }
        }
        let mut looked = 0;
        while budget
            .ask_for(Purpose::ReadBack, HISTORY, None, now)
            .is_ok()
        {
            looked += 1;
        }
        assert!((6..10).contains(&looked), "{looked}");
    }

    #[test]
    fn the_rate_halves_on_a_limit_and_grows_back() {
        let mut budget = Budget::default();
        budget.limited(HISTORY, secs(1.0), Duration::ZERO);
        let times = greedy(&mut budget, HISTORY, secs(900.0));
        let between = |from: f64, to: f64| {
            times
                .iter()
                .filter(|t| **t >= secs(from) && **t < secs(to))
                .count()
        };
        assert!(between(0.0, 60.0) < 30, "{}", between(0.0, 60.0));
        assert!(between(600.0, 660.0) >= 38, "{}", between(600.0, 660.0));
    }

    #[test]
    fn posts_into_one_channel_are_spaced_and_channels_do_not_wait_for_each_other() {
        let mut budget = Budget::default();
        let (a, b) = (ChannelId::new("C1"), ChannelId::new("C2"));
        assert_eq!(budget.ask(POST, Some(&a), secs(0.0)), Ok(()));
        assert_eq!(budget.ask(POST, Some(&b), secs(0.0)), Ok(()));
        assert_eq!(budget.ask(POST, Some(&a), secs(0.3)), Err(secs(0.8)));
        assert_eq!(budget.ask(POST, Some(&a), secs(1.1)), Ok(()));
        for n in 0..2_000_u32 {
            let channel = ChannelId::new(format!("C{n}"));
            // Whether granted or not, the table of channels stays small.
            let _granted = budget.ask(POST, Some(&channel), secs(10.0 + f64::from(n)));
        }
        assert!(budget.posted.len() <= CHANNELS_KEPT);
    }

    proptest! {
        #[test]
        fn waiting_as_told_is_always_enough(
            steps in prop::collection::vec((0_u64..20_000, 0_u8..8, 1_u32..6), 1..60)
        ) {
            let mut budget = Budget::default();
            let channel = ChannelId::new("C1");
            let mut now = Duration::ZERO;
            for (millis, act, consoles) in steps {
                now += Duration::from_millis(millis);
                match act {
                    0 => budget.limited(POST, Duration::from_millis(millis), now),
                    1 => budget.set_consoles(consoles),
                    _ => if let Err(wait) = budget.ask(POST, Some(&channel), now) {
                        prop_assert!(wait > Duration::ZERO);
                        now += wait;
                        prop_assert_eq!(budget.ask(POST, Some(&channel), now), Ok(()));
                    }
                }
            }
        }

        #[test]
        fn backoff_stays_between_half_and_whole(attempt in 0_u32..100, seed in any::<u64>()) {
            let mut rng = fastrand::Rng::with_seed(seed);
            let (base, cap) = (Duration::from_secs(1), Duration::from_secs(60));
            let wait = backoff(attempt, base, cap, &mut rng);
            prop_assert!(wait >= base / 2 && wait <= cap);
        }
    }
}

//! What is read now, and when again.
//!
//! Rates are shared out in this order: acts, looking for what may be lost, the channel that is
//! looked at, its threads and pins, the other channels, whole channels once more. The intervals are
//! planned so that all of it fits (Slack allows 50 pages of history a minute to all consoles
//! together): the focused channel takes at most half of what polling may spend, the others share
//! the rest by how lively they are, and stretch together when there are many. What does not fit
//! anyway is held back by the ledger, the longest overdue first.

use super::sweep::Sweep;
use super::{Call, Engine, Flight, HISTORY, Now, REPLIES, Step};
use crate::domain::budget::Purpose;
use crate::domain::ids::{ChannelId, IncidentId, SlackTs};
use std::collections::BTreeSet;
use std::time::Duration;

/// How far behind the watermark a sweep begins: edits, reactions and deletions are found only by
/// reading again.
const OVERLAP_MICROS: i64 = 10 * 60 * 1_000_000;
const OVERLAP_MESSAGES: usize = 30;
/// The same where Slack gives 15 messages a minute: just beyond what a read may lag behind.
const OVERLAP_CLAMPED_MICROS: i64 = 60 * 1_000_000;
/// A channel where an incident goes on is read at least every so many times the shortest interval
/// while there is room: people there wait for answers.
const OPEN: u32 = 3;
const PINS: &str = "pins.list";
const REACTIONS: &str = "reactions.get";
/// When not everything fits, the liveliest background channel is read hardly more often than the
/// idlest: then the question is how old the oldest gets.
const CROWDED: Duration = Duration::from_secs(45);

impl Engine {
    pub(super) fn poll(&mut self, step: &mut Step, now: Now, rng: &mut fastrand::Rng) {
        self.look_for_channels(step, now, rng);
        let focus = self.focus_channel();
        let busy = self.being_read();
        let mut due: Vec<(bool, Duration, ChannelId)> = self
            .polled()
            .filter(|id| !busy.contains(id))
            .map(|id| {
                let next = self.watches.get(id).map_or(Duration::ZERO, |w| w.next);
                (focus.as_ref() != Some(id), next, id.clone())
            })
            .collect();
        due.sort_unstable();
        for (background, _, id) in &due {
            self.read_channel(step, id, !background, now, rng);
        }
        self.read_deep(step, now, rng);
    }

    /// Channels that may hold an incident and can still change. One that somebody archived while there
    /// was something to say in it, or before its incident was over, may be brought back, which nothing
    /// but reading it tells.
    pub(super) fn polled(&self) -> impl Iterator<Item = &ChannelId> {
        let goes_on = |incident: &IncidentId| {
            let fold = self.folds.get(incident);
            fold.is_some_and(|fold| {
                fold.incident.declared.is_some() && !fold.incident.phase.is_over()
            })
        };
        let awaited =
            move |incident: &IncidentId| goes_on(incident) || self.awaits_unarchiving(incident);
        self.image
            .channels
            .values()
            .filter(move |row| {
                let ended = row.archived && row.joined;
                row.ours && (!ended || row.incident.as_ref().is_some_and(awaited))
            })
            .map(|row| &row.id)
    }

    fn being_read(&self) -> BTreeSet<ChannelId> {
        let flights = self.under_way();
        flights.filter_map(Flight::reads).cloned().collect()
    }

    fn look_for_channels(&mut self, step: &mut Step, now: Now, rng: &mut fastrand::Rng) {
        let looking = self.under_way().any(|f| matches!(f, Flight::Discover));
        if looking || now.mono < self.next_discover {
            return;
        }
        if !self.ledger.take(Purpose::Focus, &Call::Discover, now, rng) {
            return;
        }
        // Half of what is allowed at most: announcements and joins look for channels as well.
        let allowed = self.ledger.plan(Call::Discover.method(), now) / 2.0;
        let every = Duration::from_secs_f64(60.0 / allowed.max(0.1));
        self.next_discover = now.mono + self.timing.discover.max(every);
        self.discover_began = now.mono;
        self.fly(step, Flight::Discover, Call::Discover);
    }

    fn read_channel(
        &mut self,
        step: &mut Step,
        id: &ChannelId,
        focused: bool,
        now: Now,
        rng: &mut fastrand::Rng,
    ) {
        if self.read_cut(step, id, now, rng) || self.read_thread(step, id, now, rng) {
            return;
        }
        let (pins, purpose) = (self.timing.pins, self.page_purpose(id, focused));
        let oldest = self.sweep_start(id);
        let watch = self.watch(id);
        if now.mono < watch.next {
            if focused && now.mono >= watch.next_pins {
                let call = Call::Pins {
                    channel: id.clone(),
                };
                if self.ledger.take(Purpose::Side, &call, now, rng) {
                    self.watch(id).next_pins = now.mono + pins;
                    self.fly(step, Flight::Pins(id.clone()), call);
                }
            }
            return;
        }
        let sweep = watch.sweep.get_or_insert_with(|| Sweep::new(oldest, now));
        let call = sweep.call(id);
        if self.ledger.take(purpose, &call, now, rng) {
            self.fly(step, Flight::Page(id.clone()), call);
        }
    }

    /// One channel at a time is read whole, where it is due.
    fn read_deep(&mut self, step: &mut Step, now: Now, rng: &mut fastrand::Rng) {
        let reading = self.under_way().any(|f| matches!(f, Flight::Deep(_)));
        // A clamped app has no pages for it, but for one that tells whether it is one.
        let probe = self.ledger.probe_due();
        if reading || probe.is_some_and(|at| now.mono < at) {
            return;
        }
        let busy = self.being_read();
        let next = self
            .polled()
            .filter(|id| !busy.contains(id))
            .filter_map(|id| {
                let watch = self.watches.get(id)?;
                let at = watch.next_deep?;
                (at <= now.mono).then(|| (at, id.clone()))
            })
            .min();
        let Some((_, id)) = next else {
            return;
        };
        let sweep = self
            .watch(&id)
            .deep
            .get_or_insert_with(|| Sweep::new(SlackTs::zero(), now));
        let call = sweep.call(&id);
        if self.ledger.take(Purpose::Sweep, &call, now, rng) {
            self.ledger.probed(now);
            self.fly(step, Flight::Deep(id), call);
        }
    }

    fn page_purpose(&self, id: &ChannelId, focused: bool) -> Purpose {
        if self.looks_for(id).is_some() {
            Purpose::ReadBack
        } else if focused {
            Purpose::Focus
        } else {
            Purpose::Background
        }
    }

    /// Where reading must begin to find a message that may be lost.
    fn looks_for(&self, id: &ChannelId) -> Option<SlackTs> {
        self.doubted
            .keys()
            .filter_map(|key| self.image.batches.get(key))
            .filter(|batch| batch.channel == *id && batch.thread.is_none())
            .map(|batch| batch.after.clone())
            .min()
    }

    /// Behind the watermark by the overlap, behind every message that is looked for, and behind
    /// what a reading of the whole channel did not find.
    fn sweep_start(&self, id: &ChannelId) -> SlackTs {
        let Some(row) = self.image.channels.get(id).filter(|row| row.joined) else {
            return SlackTs::zero();
        };
        let (micros, count) = if self.ledger.is_clamped() {
            (OVERLAP_CLAMPED_MICROS, 0)
        } else {
            (OVERLAP_MICROS, OVERLAP_MESSAGES)
        };
        let back = SlackTs::from_micros((row.watermark.micros() - micros).max(0))
            .unwrap_or_else(SlackTs::zero);
        let messages = self.image.messages.get(id);
        let nth = messages
            .and_then(|m| m.keys().rev().nth(count).cloned())
            .unwrap_or_else(SlackTs::zero);
        let looked_for = self.looks_for(id);
        let missed = self.watches.get(id).and_then(|w| w.missed.clone());
        let missed = missed.and_then(|ts| SlackTs::from_micros((ts.micros() - 1).max(0)));
        [Some(back.min(nth)), looked_for, missed]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or_else(SlackTs::zero)
    }

    /// How long until a channel is read again, given how lively it was.
    pub(super) fn next_reading(
        &mut self,
        id: &ChannelId,
        changed: bool,
        now: Now,
        rng: &mut fastrand::Rng,
    ) -> Duration {
        let focused = self.focus_channel().as_ref() == Some(id);
        let base = self.timing.poll;
        let idle = if self.is_open(id) {
            (base * OPEN).min(self.timing.poll_idle)
        } else {
            self.timing.poll_idle
        };
        let watch = self.watch(id);
        watch.interval = if changed || focused {
            base
        } else {
            watch.interval.mul_f64(1.5).clamp(base, idle.max(base))
        };
        let interval = watch.interval;
        let allowed = self.ledger.plan(HISTORY, now).max(0.1);
        let others: Vec<Duration> = self
            .polled()
            .filter(|other| *other != id || !focused)
            .map(|other| {
                self.watches
                    .get(other)
                    .map_or(base, |w| w.interval)
                    .max(base)
            })
            .collect();
        let for_focus = match (self.focus_channel(), others.is_empty()) {
            (None, _) => 0.0,
            (Some(_), true) => allowed,
            (Some(_), false) => (60.0 / base.as_secs_f64()).min(allowed / 2.0),
        };
        let interval = if focused {
            interval.max(Duration::from_secs_f64(60.0 / for_focus.max(0.1)))
        } else {
            // A tenth is left for whole channels.
            let for_others = (allowed - for_focus).max(0.1) * 0.9;
            let wanted = |least: Duration| -> f64 {
                let each = others.iter().map(|i| 60.0 / i.max(&least).as_secs_f64());
                each.sum()
            };
            if wanted(base) <= for_others {
                interval
            } else {
                // Never rarer than if all were read by turns, until that is rare itself.
                let turns = Duration::from_secs_f64(60.0 * others.len() as f64 / for_others);
                let least = turns.min(CROWDED);
                let stretch = (wanted(least) / for_others).max(1.0);
                interval.max(least).mul_f64(stretch)
            }
        };
        // Consoles that started together do not ask together.
        interval.mul_f64(0.95 + rng.f64() / 10.0)
    }

    /// Whether an incident goes on in the channel.
    fn is_open(&self, id: &ChannelId) -> bool {
        let incident = self.image.channels.get(id);
        incident
            .and_then(|row| self.folds.get(row.incident.as_ref()?))
            .is_some_and(|fold| !fold.incident.phase.is_over())
    }

    /// How long until the whole channel is read again: a tenth of what polling may spend is for
    /// this, over all channels.
    pub(super) fn next_deep(&mut self, now: Now, rng: &mut fastrand::Rng) -> Duration {
        let allowed = (self.ledger.plan(HISTORY, now) / 10.0).max(0.01);
        let channels = u32::try_from(self.polled().count()).unwrap_or(u32::MAX);
        let all = Duration::from_secs_f64(60.0 * f64::from(channels) / allowed);
        self.timing.deep.max(all).mul_f64(0.75 + rng.f64() / 2.0)
    }

    pub(super) fn poll_due(&self) -> Option<Duration> {
        let busy = self.being_read();
        let focus = self.focus_channel();
        let deep = self.under_way().any(|f| matches!(f, Flight::Deep(_)));
        let probe = self.ledger.probe_due().unwrap_or_default();
        let channels = self.polled().filter(|id| !busy.contains(id)).map(|id| {
            let Some(watch) = self.watches.get(id) else {
                return self.ledger.held(Purpose::Background, HISTORY);
            };
            let focused = focus.as_ref() == Some(id);
            let purpose = self.page_purpose(id, focused);
            let page = watch.next.max(self.ledger.held(purpose, HISTORY));
            let thread = self
                .thread_due(id)
                .map(|at| at.max(self.ledger.held(Purpose::Side, REPLIES)));
            let pins = focused.then(|| {
                let held = self.ledger.held(Purpose::Side, PINS);
                watch.next_pins.max(held)
            });
            let cut = (!watch.cut.is_empty()).then(|| self.ledger.held(Purpose::Side, REACTIONS));
            let deep = watch.next_deep.filter(|_| !deep);
            let held = self.ledger.held(Purpose::Sweep, HISTORY).max(probe);
            let deep = deep.map(|at| at.max(held));
            let times = [Some(page), thread, pins, cut, deep];
            times.into_iter().flatten().min().unwrap_or(page)
        });
        let looking = self.under_way().any(|f| matches!(f, Flight::Discover));
        let discover = (!looking).then(|| {
            let held = self.ledger.held(Purpose::Focus, Call::Discover.method());
            self.next_discover.max(held)
        });
        channels.chain(discover).min()
    }
}

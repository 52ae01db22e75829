//! Clocks: the machine's, one in somebody's hands, and one that is paced for a drill.
//!
//! A paced clock runs at [`SLOWEST`] to [`FASTEST`] times the machine's, can be held, and can be
//! moved forward; it never goes back. All parts of one process that share it (workspace, core,
//! client, screen) agree on what time it is, and wait for it in the machine's time.

use crate::domain::sync::Now;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub const SLOWEST: u32 = 1;
pub const FASTEST: u32 = 60;

/// Where a part of the program gets the time from.
#[derive(Clone, Default)]
pub enum Clock {
    #[default]
    Machine,
    /// Somebody says what time it is; waits are the machine's.
    Hands(Arc<dyn Fn() -> Now + Send + Sync>),
    Paced(Pace),
}

impl Clock {
    pub fn hands(hands: impl Fn() -> Now + Send + Sync + 'static) -> Clock {
        Clock::Hands(Arc::new(hands))
    }

    pub fn now(&self) -> Now {
        match self {
            Clock::Machine => machine(),
            Clock::Hands(hands) => hands(),
            Clock::Paced(pace) => pace.now(),
        }
    }

    /// The monotonic time in which nothing of the incident is measured, such as how often the disk
    /// is looked at: a paced clock changes nothing about it.
    pub fn steady(&self) -> Duration {
        match self {
            Clock::Machine => boot(),
            Clock::Hands(hands) => hands().mono,
            Clock::Paced(pace) => pace.steady(),
        }
    }

    /// How long a wait by this clock lasts by the machine's as things stand; `None` while the clock
    /// is held.
    pub fn real(&self, wait: Duration) -> Option<Duration> {
        match self {
            Clock::Machine | Clock::Hands(_) => Some(wait),
            Clock::Paced(pace) => pace.real(wait),
        }
    }

    /// See [`Pace::on_change`]; the other clocks never change their pace.
    pub fn on_change(&self, wake: impl Fn() -> bool + Send + Sync + 'static) {
        if let Clock::Paced(pace) = self {
            pace.on_change(wake);
        }
    }

    /// Rests before something is tried again over the wire: for so long by this clock, and never
    /// longer than that by the machine's, so that a clock that is held delays nothing.
    pub async fn rest(&self, wait: Duration) {
        let real = self.real(wait).map_or(wait, |real| real.min(wait));
        tokio::time::sleep(real).await;
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Clock::Machine => "Machine",
            Clock::Hands(_) => "Hands",
            Clock::Paced(_) => "Paced",
        })
    }
}

fn boot() -> Duration {
    let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let secs = u64::try_from(boot.tv_sec).unwrap_or(0);
    let nanos = u32::try_from(boot.tv_nsec).unwrap_or(0);
    Duration::new(secs, nanos)
}

/// The machine's clocks. The monotonic one counts while the machine sleeps.
pub fn machine() -> Now {
    Now {
        wall: Utc::now(),
        mono: boot(),
    }
}

/// Whoever waits by the clock; `false`: they are gone.
type Waker = Box<dyn Fn() -> bool + Send + Sync>;

struct Shared {
    /// What the clock says when its hands stand at zero.
    start: DateTime<Utc>,
    /// Monotonic time of the machine; while it sleeps a drill sleeps too.
    steady: Arc<dyn Fn() -> Duration + Send + Sync>,
    hands: Mutex<Hands>,
    wakers: Mutex<Vec<Waker>>,
}

/// Where the clock stood when it was last set, and when that was.
#[derive(Clone, Copy)]
struct Hands {
    at: Duration,
    since: Duration,
    speed: u32,
    held: bool,
}

impl Hands {
    fn read(&self, steady: Duration) -> Duration {
        if self.held {
            return self.at;
        }
        let passed = steady.saturating_sub(self.since);
        self.at.saturating_add(passed.saturating_mul(self.speed))
    }
}

/// A clock that can be paced. Clones are the same clock.
#[derive(Clone)]
pub struct Pace(Arc<Shared>);

impl Pace {
    /// Begins at `start` and runs as fast as the machine's.
    pub fn from(start: DateTime<Utc>) -> Pace {
        let began = Instant::now();
        Pace::over(start, move || began.elapsed())
    }

    /// The same over another monotonic time than the machine's.
    pub fn over(
        start: DateTime<Utc>,
        steady: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Pace {
        Pace(Arc::new(Shared {
            start,
            hands: Mutex::new(Hands {
                at: Duration::ZERO,
                since: steady(),
                speed: SLOWEST,
                held: false,
            }),
            steady: Arc::new(steady),
            wakers: Mutex::default(),
        }))
    }

    pub fn now(&self) -> Now {
        // Under the lock: who reads later reads no earlier time.
        let hands = self.hands();
        let mono = hands.read((self.0.steady)());
        let run = TimeDelta::from_std(mono).unwrap_or(TimeDelta::MAX);
        Now {
            wall: (self.0.start.checked_add_signed(run)).unwrap_or(DateTime::<Utc>::MAX_UTC),
            mono,
        }
    }

    /// The wall clock in microseconds since 1970.
    pub fn micros(&self) -> i64 {
        self.now().wall.timestamp_micros()
    }

    pub fn speed(&self) -> u32 {
        self.hands().speed
    }

    pub fn is_paused(&self) -> bool {
        self.hands().held
    }

    /// Sets the speed, within [`SLOWEST`] and [`FASTEST`]. A clock that is held stays so.
    pub fn set_speed(&self, speed: u32) {
        self.set(|hands| hands.speed = speed.clamp(SLOWEST, FASTEST));
    }

    pub fn pause(&self) {
        self.set(|hands| hands.held = true);
    }

    pub fn resume(&self) {
        self.set(|hands| hands.held = false);
    }

    /// Moves the clock forward, held or not. What became due meanwhile is due at once.
    pub fn skip(&self, by: Duration) {
        self.set(|hands| hands.at = hands.at.saturating_add(by));
    }

    /// See [`Clock::real`].
    pub fn real(&self, wait: Duration) -> Option<Duration> {
        let hands = self.hands();
        if wait.is_zero() {
            return Some(wait);
        }
        // Rounded up: whoever wakes finds that the time has come.
        (!hands.held).then(|| wait / hands.speed + Duration::from_nanos(1))
    }

    /// `wake` is called after every change of speed, pause and skip, on the thread that made it: waits
    /// that were worked out before are worth nothing now. It must not wait, nor register others, and
    /// is forgotten once it returns `false`.
    pub fn on_change(&self, wake: impl Fn() -> bool + Send + Sync + 'static) {
        self.wakers().push(Box::new(wake));
    }

    fn steady(&self) -> Duration {
        (self.0.steady)()
    }

    fn set(&self, change: impl FnOnce(&mut Hands)) {
        {
            let mut hands = self.hands();
            let steady = (self.0.steady)();
            hands.at = hands.read(steady);
            hands.since = steady;
            change(&mut hands);
        }
        self.wakers().retain(|wake| wake());
    }

    /// Both are whole whenever they are locked, poisoned or not.
    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wakers(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// A machine whose time is moved by hand, in milliseconds.
    fn machine_by_hand() -> (Pace, Arc<AtomicU64>) {
        let millis = Arc::new(AtomicU64::new(5_000));
        let read = millis.clone();
        let start = DateTime::from_timestamp(1_700_000_000, 0).expect("an instant");
        let pace = Pace::over(start, move || {
            Duration::from_millis(read.load(Ordering::SeqCst))
        });
        (pace, millis)
    }

    #[test]
    fn a_quarter_of_an_hour_at_sixty_is_fifteen_seconds() {
        let (pace, machine) = machine_by_hand();
        let quarter = Duration::from_secs(900);
        assert_eq!(pace.real(quarter).map(|real| real.as_secs()), Some(900));
        pace.set_speed(60);
        let real = pace.real(quarter).expect("it runs");
        assert_eq!(real.as_secs(), 15);
        machine.fetch_add(15_000, Ordering::SeqCst);
        assert_eq!(pace.now().mono, quarter);
        assert_eq!(pace.micros(), 1_700_000_900 * 1_000_000);
        pace.pause();
        machine.fetch_add(15_000, Ordering::SeqCst);
        assert_eq!((pace.now().mono, pace.real(quarter)), (quarter, None));
        assert_eq!(pace.real(Duration::ZERO), Some(Duration::ZERO));
        pace.skip(quarter);
        assert_eq!(pace.now().mono, quarter * 2);
        pace.resume();
        assert_eq!((pace.now().mono, pace.speed()), (quarter * 2, 60));
    }

    #[test]
    fn who_waits_is_woken_by_every_change_until_they_are_gone() {
        let (pace, _) = machine_by_hand();
        let heard = Arc::new(AtomicU64::new(0));
        let (count, look) = (heard.clone(), pace.clone());
        pace.on_change(move || {
            // The change is made when it is told.
            assert!(look.is_paused());
            count.fetch_add(1, Ordering::SeqCst) < 2
        });
        pace.pause();
        pace.skip(Duration::from_secs(1));
        pace.set_speed(7);
        pace.set_speed(8);
        assert_eq!(heard.load(Ordering::SeqCst), 3);
    }

    proptest! {
        #[test]
        fn the_clock_never_goes_back(
            acts in prop::collection::vec((0..5u8, 0..100_000u64), 0..60)
        ) {
            let (pace, machine) = machine_by_hand();
            let mut last = pace.now();
            for (act, much) in acts {
                match act {
                    0 => pace.set_speed(u32::try_from(much % 90).expect("small")),
                    1 => pace.pause(),
                    2 => pace.resume(),
                    3 => pace.skip(Duration::from_millis(much)),
                    _ => {
                        let before = pace.now().mono;
                        machine.fetch_add(much, Ordering::SeqCst);
                        let passed = pace.now().mono - before;
                        let speed = if pace.is_paused() { 0 } else { pace.speed() };
                        prop_assert_eq!(passed, Duration::from_millis(much) * speed);
                    }
                }
                let now = pace.now();
                prop_assert!(now.mono >= last.mono && now.wall >= last.wall);
                prop_assert_eq!(now.wall - last.wall, TimeDelta::from_std(now.mono - last.mono).expect("short"));
                // Who waits as long as they are told finds the time come.
                if let Some(real) = pace.real(Duration::from_nanos(much)) {
                    prop_assert!(real * pace.speed() >= Duration::from_nanos(much));
                }
                last = now;
            }
        }

        #[test]
        fn no_skip_is_too_long(by in any::<u64>(), again in any::<u64>()) {
            let (pace, _) = machine_by_hand();
            pace.skip(Duration::from_secs(by));
            let first = pace.now();
            pace.skip(Duration::from_secs(again));
            prop_assert!(pace.now().wall >= first.wall);
        }
    }
}

//! The thread that keeps the index and answers what is asked of it. Neither the terminal's thread
//! nor the core's ever waits for it: of what each of them leaves here the latest counts.

use super::index::Index;
use super::search::Search;
use crate::app::history::{At, Found, Reminder, Reminding};
use crate::app::snapshot::Snapshot;
use crate::domain::problem::Problem;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Incidents that are indexed before it is looked whether somebody asks something.
const AT_ONCE: usize = 32;

/// After work it rests, so that it takes at most a twentieth of a processor, however much happens.
const SHARE: u32 = 20;
const LEAST_REST: Duration = Duration::from_millis(200);
const MOST_REST: Duration = Duration::from_secs(30);

/// While the index is filled, what was found so far is told again this often.
const AGAIN: Duration = Duration::from_millis(500);

/// What it has to tell.
pub enum Answer {
    Found(Found),
    Reminders(Reminding, Vec<Reminder>),
    Problem(Problem),
}

type Tell = Box<dyn Fn(Answer) + Send>;

#[derive(Default)]
struct Desk {
    snapshot: Option<Arc<Snapshot>>,
    search: Option<Search>,
    /// By where it is asked for.
    reminding: BTreeMap<At, Reminding>,
    stop: bool,
}

impl Desk {
    fn asks(&self) -> bool {
        self.stop || self.search.is_some() || !self.reminding.is_empty()
    }
}

#[derive(Default)]
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, what: impl FnOnce(&mut Desk)) {
        what(&mut self.desk());
        self.changed.notify_all();
    }
}

/// The way to the history. Dropping it ends its thread.
#[derive(Default)]
pub struct History {
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl History {
    /// Starts the thread; without one nothing is found, and the log says why.
    pub fn start(dir: &Path, tell: Tell) -> History {
        let shared = Arc::<Shared>::default();
        let (dir, desk) = (dir.to_owned(), shared.clone());
        let thread = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || match Index::open(&dir) {
                Ok(index) => Worker::new(index, desk, tell).run(),
                Err(problem) => tell(Answer::Problem(problem)),
            });
        History {
            shared,
            thread: thread
                .map_err(|error| tracing::error!(%error, "no thread for the history"))
                .ok(),
        }
    }

    /// Where snapshots are left as they are published.
    pub fn feed(&self) -> impl Fn(&Arc<Snapshot>) + Send + 'static {
        let shared = self.shared.clone();
        move |snapshot| shared.leave(|desk| desk.snapshot = Some(snapshot.clone()))
    }

    pub fn search(&self, search: Search) {
        self.shared.leave(|desk| desk.search = Some(search));
    }

    pub fn remind(&self, about: Reminding) {
        self.shared.leave(|desk| {
            desk.reminding.insert(about.at.clone(), about);
        });
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.shared.leave(|desk| desk.stop = true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the history's thread panicked");
        }
    }
}

struct Worker {
    index: Index,
    shared: Arc<Shared>,
    tell: Tell,
    /// No snapshot is looked at before this.
    rest: Option<Instant>,
    /// Nothing is written before this: the file could not be.
    pause: Option<Instant>,
    reminding: BTreeMap<At, Reminding>,
    /// The last search, which is answered again when more is indexed, and when it was.
    last: Option<Search>,
    answered: Option<Instant>,
    /// What was published is known.
    fed: bool,
}

impl Worker {
    fn new(index: Index, shared: Arc<Shared>, tell: Tell) -> Worker {
        Worker {
            index,
            shared,
            tell,
            rest: None,
            pause: None,
            reminding: BTreeMap::new(),
            last: None,
            answered: None,
            fed: false,
        }
    }

    fn run(mut self) {
        loop {
            let (snapshot, search) = {
                let shared = self.shared.clone();
                let mut desk = self.wait(&shared);
                if desk.stop {
                    return;
                }
                self.reminding.append(&mut desk.reminding);
                let snapshot = match is_over(self.rest) {
                    true => desk.snapshot.take(),
                    false => None,
                };
                (snapshot, desk.search.take())
            };
            let began = Instant::now();
            let looks = snapshot.is_some();
            if let Some(snapshot) = snapshot {
                self.fed = true;
                let looked = self.index.look(&snapshot);
                self.heed(looked);
            }
            if search.is_some() {
                self.last = search;
                self.answered = None;
            }
            let fills = self.is_ready();
            if fills {
                let worked = self.index.work(AT_ONCE);
                self.heed(worked);
            }
            self.answer(fills);
            // The first filling goes on without rest; what comes later waits its turn.
            if looks && self.index.behind() == 0 {
                let rest = (began.elapsed() * SHARE).clamp(LEAST_REST, MOST_REST);
                self.rest = Some(Instant::now() + rest);
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.index.behind() > 0 && is_over(self.pause)
    }

    /// Until there is something to do.
    fn wait<'s>(&self, shared: &'s Shared) -> MutexGuard<'s, Desk> {
        let mut desk = shared.desk();
        loop {
            let feeds = desk.snapshot.is_some();
            if desk.asks() || self.is_ready() || (feeds && is_over(self.rest)) {
                return desk;
            }
            let rest = self.rest.filter(|_| feeds);
            let pause = self.pause.filter(|_| self.index.behind() > 0);
            let until = rest.into_iter().chain(pause).min();
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let changed = &shared.changed;
            desk = match left {
                Some(left) => {
                    let waited = changed.wait_timeout(desk, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => changed.wait(desk).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Answers what was asked, once the incidents are known; a search again while more is indexed.
    fn answer(&mut self, filled: bool) {
        if !self.fed {
            return;
        }
        for (_, about) in std::mem::take(&mut self.reminding) {
            let found = self.index.remind(&about);
            (self.tell)(Answer::Reminders(about, found));
        }
        let again = self.answered.is_none_or(|at| {
            let whole = self.index.behind() == 0;
            filled && (whole || at.elapsed() > AGAIN)
        });
        let Some(search) = self.last.as_ref().filter(|_| again) else {
            return;
        };
        let found = self.index.find(search);
        (self.tell)(match found {
            Ok(found) => Answer::Found(found),
            Err(problem) => Answer::Problem(problem),
        });
        self.answered = Some(Instant::now());
    }

    /// What could not be written is tried again after a while.
    fn heed<T>(&mut self, done: rusqlite::Result<T>) {
        let Err(error) = done else {
            return;
        };
        if let Err(problem) = self.index.recover(&error) {
            tracing::warn!(%problem, "not indexed");
            self.pause = Some(Instant::now() + MOST_REST);
        }
    }
}

fn is_over(until: Option<Instant>) -> bool {
    until.is_none_or(|until| Instant::now() >= until)
}

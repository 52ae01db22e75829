//! The sample incident: scripted people and a monitor play two minutes of a card payment outage in
//! the embedded workspace, so that a newcomer sees what a war room looks like before the first real
//! one.
//!
//! What people write, pin, react and edit goes over the ordinary HTTP API with their own tokens.
//! What they do at their consoles goes through a console of its own: a core without a screen, with
//! a journal beside the real one. To whoever watches it is another console in the same channel, so
//! everything on their screen arrives the way it does on the day, and they can act as well; where
//! they were faster (took command, ticked the item) the scripted act is refused and skipped.
//!
//! It is marked as a drill, and broadcast nowhere.

pub mod script;
mod stage;
pub mod synth;

use crate::app::resolve::Checklists;
use crate::both;
use crate::domain::ids::{IncidentId, UserId};
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::settings::Config;
use crate::domain::sync::Timing;
use crate::domain::words::{Lang, Text};
use script::Script;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Somebody whose token is known, as the embedded workspace hands it out.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: UserId,
    pub handle: String,
    pub token: Secret,
}

/// What a performance needs.
pub struct Setup {
    /// The scripted people's journal; not the watcher's data directory but one inside it.
    pub dir: PathBuf,
    /// Ends in `/api/`.
    pub api_url: String,
    /// The bot token that the watcher's console uses too.
    pub token: Secret,
    pub people: Vec<Member>,
    /// The token of another app, for what monitoring posts; those lines are left out without.
    pub monitor: Option<Secret>,
    /// Is invited, and plays no part.
    pub watcher: Option<UserId>,
    pub lang: Lang,
    pub config: Arc<Config>,
    pub lists: Checklists,
    pub timing: Timing,
}

/// How often the scripted console looks at the workspace, beside a watcher's: both spend from one
/// rate limit. It declares the incident itself and need not look for channels.
pub fn timing() -> Timing {
    Timing {
        poll: Duration::from_secs(5),
        discover: Duration::from_secs(60),
        ..Timing::default()
    }
}

/// How fast the script's clock runs, and how its gaps are waited for.
pub struct Pace {
    factor: u32,
    rest: Option<Box<dyn Fn(Duration) + Send>>,
}

impl Pace {
    /// So many times as fast as written; 1 is two minutes.
    pub fn times(factor: u32) -> Pace {
        Pace {
            factor: factor.max(1),
            rest: None,
        }
    }

    /// Gaps are waited for by `rest`, which may return early.
    pub fn resting(factor: u32, rest: Box<dyn Fn(Duration) + Send>) -> Pace {
        Pace {
            rest: Some(rest),
            ..Pace::times(factor)
        }
    }
}

/// How a performance went.
#[derive(Clone, Debug, Default)]
pub struct Played {
    pub done: usize,
    /// Acts that were refused or did not reach the workspace, each with its second.
    pub skipped: Vec<(u32, Problem)>,
}

/// A performance under way; dropping it stops it, without waiting.
pub struct Handle {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<Result<Played, Problem>>>,
}

impl Handle {
    /// Known from the first moments: the room to open.
    pub fn incident(&self) -> Option<IncidentId> {
        self.bell.state().incident.clone()
    }

    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// The incident could not be declared, or its channel never came.
    pub fn finish(mut self) -> Result<Played, Problem> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(played)) => played,
            _ => Err(Problem::failed(Text::fixed(
                "The sample incident ended abruptly; see the log.",
                "見本のインシデントが途中で終了しました。ログを確認してください。",
            ))),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.bell.stop();
    }
}

/// Plays the sample on a thread of its own.
///
/// # Errors
/// The script is wrong, somebody it needs is missing, or the system gives no more threads.
pub fn play(setup: Setup, pace: Pace) -> Result<Handle, Problem> {
    let lang = setup.config.channel_language.or(setup.lang);
    let script = Script::parse(Script::shipped(lang))?;
    let cast = stage::cast(&script, &setup)?;
    let bell = Arc::new(Bell::default());
    let heard = bell.clone();
    let thread = std::thread::Builder::new()
        .name("sample".to_owned())
        .spawn(move || {
            let result = stage::perform(setup, &script, cast, &pace, &heard);
            if let Err(problem) = &result {
                tracing::warn!(%problem, "the sample incident ended");
            }
            result
        })
        .map_err(|error| {
            Problem::failed(both!(
                "No thread could be started: {error}",
                "スレッドを開始できません: {error}"
            ))
        })?;
    Ok(Handle {
        bell,
        thread: Some(thread),
    })
}

/// What the player waits on: the word to stop, and news from its own core.
#[derive(Default)]
struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Default)]
struct State {
    stopped: bool,
    /// Snapshots published so far.
    news: u64,
    incident: Option<IncidentId>,
}

impl Bell {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.state().stopped = true;
        self.rung.notify_all();
    }

    fn stopped(&self) -> bool {
        self.state().stopped
    }

    fn ring(&self) {
        self.state().news += 1;
        self.rung.notify_all();
    }

    /// Waits while `idle` holds, for at most so long.
    fn wait(&self, end: Instant, idle: impl Fn(&State) -> bool) {
        let mut state = self.state();
        while idle(&state) && !state.stopped {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return;
            };
            state = self
                .rung
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn rest(&self, time: Duration) {
        self.wait(Instant::now() + time, |_| true);
    }

    /// Looks again with every snapshot until something is seen, for at most so long.
    fn until<T>(&self, most: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        let end = Instant::now() + most;
        loop {
            let met = self.state().news;
            if let Some(seen) = look() {
                return Some(seen);
            }
            if self.stopped() || Instant::now() >= end {
                return None;
            }
            self.wait(end, |state| state.news == met);
        }
    }
}

//! The embedded workspace: a Slack-compatible Web API server on loopback, the default workplace, the
//! drill ground, and what the tests run against.
//!
//! In reading order: [`model`] is what it holds, [`state`] the door to it (one call in, one answer
//! out; time comes in as an argument), `methods` one function a method, [`seed`] what a new one
//! begins with, [`limits`] and [`faults`] what makes it as hard to please as Slack, `store` the
//! disk, [`engine`] all of these together, `server` HTTP around it, [`host`] the process that
//! consoles share.
//!
//! What was answered `ok` is synced to disk. Timestamps grow within a channel whatever the clock
//! does. Deliberately absent: events, sockets, files, scheduled messages, canvases, search.

pub mod answer;
pub mod args;
mod body;
mod content;
mod emoji;
pub mod engine;
pub mod faults;
pub mod host;
pub mod limits;
mod listen;
mod methods;
pub mod model;
mod pages;
pub mod seed;
pub mod serve;
mod server;
pub mod state;
mod store;
mod text;
mod view;

use crate::both;
use crate::domain::problem::Problem;
use crate::domain::words::Text;
use answer::{Answer, fields};
use args::Args;
use engine::{Engine, Outcome};
use faults::{Fault, Faults, Plan};
use limits::{Limits, Mode};
use listen::Loopback;
use model::{Micros, TokenKind};
use seed::Seed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use server::{Clock, Service};
use state::State;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::Store;
use tokio::sync::oneshot;

/// How long requests in flight may still take when the server is asked to end.
const GRACE: Duration = Duration::from_secs(2);

/// How to open a workspace.
#[derive(Clone)]
pub struct Options {
    /// Where it is kept; `None` keeps it in memory only.
    pub dir: Option<PathBuf>,
    /// What a new one begins with, as TOML; [`seed::DEFAULT`] when `None`. An existing one keeps
    /// what it has.
    pub seed: Option<String>,
    pub faults: Plan,
    pub limits: Mode,
    /// Makes the secrets of tokens the same each time. For tests.
    pub rng_seed: Option<u64>,
    /// Port on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// Microseconds since 1970; the system's clock when `None`.
    pub clock: Option<Clock>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            dir: None,
            seed: None,
            faults: Plan::default(),
            limits: Mode::Slack,
            rng_seed: None,
            port: 0,
            clock: None,
        }
    }
}

impl Options {
    /// In memory, without limits, the same each time: what most tests want.
    pub fn for_tests() -> Options {
        Options {
            limits: Mode::Off,
            rng_seed: Some(1),
            ..Options::default()
        }
    }
}

/// Somebody of the workspace, with the token that acts as them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: String,
    /// The handle.
    pub name: String,
    pub token: String,
}

/// How to reach a workspace. Its `Debug` shows no token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Ends in `/api/`.
    pub url: String,
    /// The bot token of the first app.
    pub token: String,
    /// The team's name.
    pub team: String,
    pub users: Vec<Person>,
    /// The other apps, each with its bot user and bot token.
    #[serde(default)]
    pub apps: Vec<Person>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &self.url)
            .field("team", &self.team)
            .field("users", &self.users)
            .field("apps", &self.apps)
            .finish_non_exhaustive()
    }
}

/// A workspace that is open but not served yet.
pub struct Workspace {
    engine: Engine,
    clock: Clock,
    port: u16,
    instance: String,
    /// The first app of the seed, by the order of ids the same for ever.
    token: String,
}

impl Workspace {
    pub fn open(options: Options) -> Result<Workspace, Problem> {
        let clock = options.clock.unwrap_or_else(|| Arc::new(system_clock));
        let now = clock();
        let mut rng = match options.rng_seed {
            Some(seed) => fastrand::Rng::with_seed(seed),
            None => fastrand::Rng::with_seed(entropy()?),
        };
        let store = options.dir.as_deref().map(Store::open).transpose()?;
        let stored = match &store {
            Some(store) => store.load()?,
            None => None,
        };
        let state = match stored {
            Some(state) => state,
            None => {
                let text = options.seed.as_deref().unwrap_or(seed::DEFAULT);
                Seed::parse(text)?.plant(now, &mut rng)?
            }
        };
        let token = first_bot_token(&state)?;
        // Shown to everybody who asks, so it is not drawn from what made the tokens.
        let instance = format!("{:016x}", entropy()?);
        let engine = Engine::new(
            state,
            Limits::new(options.limits),
            Faults::new(options.faults, now),
            store,
        )?;
        Ok(Workspace {
            engine,
            clock,
            port: options.port,
            instance,
            token,
        })
    }

    /// Serves it on a thread of its own.
    pub fn start(self) -> Result<Handle, Problem> {
        let (ready_tx, ready_rx) = std::sync::mpsc::channel();
        let (stop_tx, stop_rx) = oneshot::channel::<()>();
        let token = self.token.clone();
        let thread = std::thread::Builder::new()
            .name("workspace".to_owned())
            .spawn(move || self.run(&ready_tx, stop_rx))
            .map_err(|error| cannot_start(&error))?;
        match ready_rx.recv() {
            Ok(Ok(service)) => Ok(Handle {
                service,
                token,
                stop: Some(stop_tx),
                thread: Some(thread),
            }),
            Ok(Err(problem)) => Err(problem),
            Err(error) => Err(cannot_start(&error)),
        }
    }

    fn run(
        self,
        ready: &std::sync::mpsc::Sender<Result<Arc<Service>, Problem>>,
        stop: oneshot::Receiver<()>,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                ready.send(Err(cannot_start(&error))).ok();
                return;
            }
        };
        runtime.block_on(async move {
            let bound = Loopback::bind(self.port)
                .await
                .and_then(|listener| Ok((listener.address()?, listener)));
            let (address, listener) = match bound {
                Ok(bound) => bound,
                Err(error) => {
                    let port = self.port;
                    let problem = Problem::failed(both!(
                        "cannot listen on 127.0.0.1:{port}: {error}",
                        "127.0.0.1:{port} で待ち受けできません: {error}"
                    ));
                    ready.send(Err(problem)).ok();
                    return;
                }
            };
            let service = Arc::new(Service::new(
                self.engine,
                self.clock,
                address,
                self.instance,
                listener.gauge(),
            ));
            ready.send(Ok(Arc::clone(&service))).ok();
            let (ending_tx, ending_rx) = oneshot::channel::<()>();
            let stopped = async move {
                // Either word or the handle being dropped.
                stop.await.ok();
                ending_tx.send(()).ok();
            };
            let overdue = async move {
                ending_rx.await.ok();
                tokio::time::sleep(GRACE).await;
            };
            tokio::select! {
                ended = server::serve(listener, service, stopped) => {
                    if let Err(error) = ended {
                        tracing::error!("the workspace's server ended: {error}");
                    }
                }
                () = overdue => {}
            }
        });
    }
}

fn cannot_start(error: &dyn std::fmt::Display) -> Problem {
    Problem::failed(both!(
        "the workspace cannot be started: {error}",
        "ワークスペースを起動できません: {error}"
    ))
}

/// Microseconds since 1970 by the system's clock.
fn system_clock() -> Micros {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

fn entropy() -> Result<u64, Problem> {
    getrandom::u64().map_err(|error| {
        Problem::failed(both!(
            "the system gives no random numbers: {error}",
            "システムから乱数を取得できません: {error}"
        ))
    })
}

fn first_bot_token(state: &State) -> Result<String, Problem> {
    state
        .tokens()
        .filter(|token| token.kind == TokenKind::Bot)
        .min_by_key(|token| (token.name != "matoi", &token.name))
        .map(|token| token.secret.clone())
        .ok_or_else(|| {
            Problem::usage(Text::fixed(
                "the seed of the workspace has no app",
                "ワークスペースの初期データにアプリがありません",
            ))
        })
}

/// A workspace that is being served; dropping it ends the server.
pub struct Handle {
    service: Arc<Service>,
    token: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Handle {
    /// `http://127.0.0.1:PORT/api/`.
    pub fn url(&self) -> String {
        format!("http://{}/api/", self.service.address)
    }

    /// The bot token of the app `matoi`, or of the first one by name.
    pub fn bot_token(&self) -> String {
        self.token.clone()
    }

    /// The secret of a token by its name: an app's name, a person's handle, or what the seed calls
    /// it.
    pub fn token_of(&self, name: &str) -> Option<String> {
        let engine = self.service.engine();
        let mut tokens = engine.state.tokens();
        tokens
            .find(|token| token.name == name)
            .map(|token| token.secret.clone())
    }

    /// The active people, by handle.
    pub fn people(&self) -> Vec<Person> {
        let engine = self.service.engine();
        let state = &engine.state;
        let mut people: Vec<Person> = state
            .tokens()
            .filter(|token| token.kind == TokenKind::User)
            .filter_map(|token| Some((token, state.user(&token.user)?)))
            .filter(|(token, user)| token.name == user.handle && !user.deleted)
            .map(|(token, user)| Person {
                id: user.id.clone(),
                name: user.handle.clone(),
                token: token.secret.clone(),
            })
            .collect();
        people.sort_by(|a, b| a.name.cmp(&b.name));
        people
    }

    /// The apps beside the one whose token is handed out, by name.
    pub fn apps(&self) -> Vec<Person> {
        let engine = self.service.engine();
        let mut apps: Vec<Person> = engine
            .state
            .tokens()
            .filter(|token| token.kind == TokenKind::Bot && token.secret != self.token)
            .filter_map(|token| Some((token, engine.state.user(&token.user)?)))
            .filter(|(token, user)| token.name == user.handle)
            .map(|(token, user)| Person {
                id: user.id.clone(),
                name: user.handle.clone(),
                token: token.secret.clone(),
            })
            .collect();
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        apps
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint {
            url: self.url(),
            token: self.bot_token(),
            team: self.with_state(|state| state.team.name.clone()),
            users: self.people(),
            apps: self.apps(),
        }
    }

    /// A call without HTTP, with limits and faults: a fault of delivery is in the outcome.
    pub fn outcome(&self, token: &str, method: &str, args: &Args) -> Outcome {
        let now = (self.service.clock)();
        self.service.engine().call(Some(token), method, args, now)
    }

    /// A call without HTTP; arguments as `json!({…})`.
    pub fn call(&self, token: &str, method: &str, args: Value) -> Answer {
        self.outcome(token, method, &Args::new(fields(args))).answer
    }

    /// Looks at the state.
    pub fn with_state<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.service.engine().state)
    }

    /// Changes the state behind everybody's back, and stores it.
    pub fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> Result<R, Problem> {
        let mut engine = self.service.engine();
        let result = change(&mut engine.state);
        engine.save()?;
        Ok(result)
    }

    pub fn add_fault(&self, fault: Fault) {
        let now = (self.service.clock)();
        self.service.engine().faults.add(fault, now);
    }

    pub fn clear_faults(&self) {
        self.service.engine().faults.clear();
    }

    /// How often each fault has struck, in the order they were set.
    pub fn fault_hits(&self) -> Vec<u64> {
        self.service.engine().faults.hits()
    }

    /// Makes the disk refuse every write, as a full one does, or work again.
    pub fn break_disk(&self, broken: bool) -> Result<(), Problem> {
        self.service.engine().break_disk(broken)
    }

    pub fn set_limits(&self, mode: Mode) {
        self.service.engine().limits = Limits::new(mode);
    }

    /// Microseconds since 1970 when the last request came.
    pub fn last_request(&self) -> Micros {
        self.service.last_request.load(Ordering::Relaxed)
    }

    /// Calls that were met so far, whatever became of their answers.
    pub fn calls_met(&self) -> u64 {
        self.service.met()
    }

    /// Waits until more than `known` calls were met, for at most so long; how many were.
    pub fn wait_call(&self, known: u64, most: Duration) -> u64 {
        self.service.wait_met(known, most)
    }

    /// Connections that are open now.
    pub fn connections(&self) -> usize {
        self.service.gauge.open()
    }

    /// What answers carry as `x-matoi-instance`.
    pub fn instance(&self) -> &str {
        &self.service.instance
    }

    /// Stops listening, lets requests in flight end (for two seconds at most), and waits for it.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the workspace's thread has panicked");
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.end();
    }
}

//! The network thread: one tokio runtime that connects, carries out calls, and reports back.
//! Nothing else in the program waits for the network.

use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::sync::{Answer, Call, Fault};
use crate::io::pace::Clock;
use crate::io::slack::{Carrier, Client, Settings};
use crate::wire::answers::AuthTest;
use crate::wire::objects::User;
use crate::wire::outcome::CallError;
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

/// How a workspace is reached.
#[derive(Clone)]
pub struct Door {
    pub settings: Settings,
    pub token: Secret,
    /// Bots may not bring an archived channel back; a person's token may.
    pub person: Option<Secret>,
}

/// Finds the workspace. Asked again when it is gone: the embedded one may have to be started anew.
pub type Find = Box<dyn Fn() -> Result<Door, Problem> + Send + Sync>;

/// What the network thread reports.
pub enum News {
    Connected(AuthTest),
    /// Everybody of the workspace.
    People(Vec<User>),
    /// Not connected, why in Slack's code or a sentence; it goes on trying.
    Unreachable(Problem),
    /// The token is no good: Slack's code.
    Unwelcome(String),
    Answered(u64, Result<Answer, Fault>),
}

/// Names of people are read again this often: a large workspace has many pages of them, and Slack
/// allows 20 a minute to all consoles together.
pub const PEOPLE_EVERY: Duration = Duration::from_secs(15 * 60);
/// After a failure.
const PEOPLE_AGAIN: Duration = Duration::from_secs(20);
const RETRY_FIRST: Duration = Duration::from_millis(500);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// After this many calls in a row that found nobody, the workspace is looked for anew.
const GONE: u32 = 2;

/// What the thread waits by where nothing is on the wire.
pub struct Rests {
    /// Of tries to connect again.
    pub clock: Clock,
    /// Until names of people are read for the first time, by the machine's clock.
    pub people_in: Duration,
}

/// Starts the thread. Calls sent before it is connected are answered as not sent. Names of people
/// are read when `rests` says, and again from time to time.
///
/// # Errors
/// The system gives no more threads.
pub fn start<T: Send + 'static>(
    find: Find,
    report: SyncSender<T>,
    wrap: fn(News) -> T,
    rests: Rests,
) -> std::io::Result<UnboundedSender<(u64, Call)>> {
    let (calls, inbox) = unbounded_channel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("network".to_owned())
        .spawn(move || {
            let (tell, mut told) = unbounded_channel::<News>();
            runtime.block_on(async {
                // One place hands news on, so that a receiver that is gone ends everything.
                let forward = async {
                    while let Some(news) = told.recv().await {
                        if report.send(wrap(news)).is_err() {
                            break;
                        }
                    }
                };
                tokio::select! {
                    () = forward => {}
                    () = run(find, inbox, tell, rests) => {}
                }
            });
        })?;
    Ok(calls)
}

async fn run(
    find: Find,
    mut inbox: UnboundedReceiver<(u64, Call)>,
    tell: UnboundedSender<News>,
    rests: Rests,
) {
    let people_at = Instant::now() + rests.people_in;
    let mut wait = RETRY_FIRST;
    loop {
        let attempt = connect(&find, &tell);
        // Calls do not pile up while nobody is there to take them.
        let carrier = tokio::select! {
            carrier = attempt => carrier,
            () = refuse_all(&mut inbox, &tell) => return,
        };
        match carrier {
            Some(carrier) => {
                wait = RETRY_FIRST;
                if serve(&carrier, &mut inbox, &tell, people_at).await {
                    return;
                }
            }
            None => {
                tokio::select! {
                    () = rests.clock.rest(wait) => {}
                    () = refuse_all(&mut inbox, &tell) => return,
                }
                wait = (wait * 2).min(RETRY_MAX);
            }
        }
    }
}

/// Ends only when the program does.
async fn refuse_all(inbox: &mut UnboundedReceiver<(u64, Call)>, tell: &UnboundedSender<News>) {
    while let Some((flight, _)) = inbox.recv().await {
        let fault = Fault::NotSent("not connected".to_owned());
        if tell.send(News::Answered(flight, Err(fault))).is_err() {
            return;
        }
    }
}

async fn connect(find: &Find, tell: &UnboundedSender<News>) -> Option<Carrier> {
    match try_connect(find).await {
        Ok(carrier) => {
            tell.send(News::Connected(carrier.who().clone())).ok()?;
            Some(carrier)
        }
        Err(Failed::Problem(problem)) => {
            tracing::warn!(problem = %problem, "cannot connect");
            tell.send(News::Unreachable(problem)).ok()?;
            None
        }
        Err(Failed::Call(CallError::Refused(refusal))) => {
            tracing::warn!(code = refusal.code, "not welcome");
            tell.send(News::Unwelcome(refusal.code)).ok()?;
            None
        }
        Err(Failed::Call(error)) => {
            let problem = error.problem("auth.test");
            tracing::warn!(problem = %problem, "cannot connect");
            tell.send(News::Unreachable(problem)).ok()?;
            None
        }
    }
}

enum Failed {
    Problem(Problem),
    Call(CallError),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Failed {
        Failed::Problem(problem)
    }
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Failed {
        Failed::Call(error)
    }
}

async fn try_connect(find: &Find) -> Result<Carrier, Failed> {
    // Starting the embedded workspace blocks for a moment; nothing else runs here yet.
    let door = find()?;
    let client = Client::new(&door.settings, &door.token)?;
    let person = match &door.person {
        Some(token) => Some(client.with_token(token)?),
        None => None,
    };
    let who = client.auth_test().await?;
    Ok(Carrier::new(client, person, who))
}

/// Reads names of people from time to time; ends only when the program does.
async fn keep_people(carrier: &Carrier, tell: &UnboundedSender<News>, first: Instant) {
    tokio::time::sleep_until(first).await;
    loop {
        let wait = match carrier.people().await {
            Ok(people) => {
                if tell.send(News::People(people)).is_err() {
                    return;
                }
                PEOPLE_EVERY
            }
            Err(error) => {
                tracing::warn!(problem = %error.problem("users.list"), "no names of people");
                PEOPLE_AGAIN
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Carries calls out until the program ends (`true`) or the workspace seems gone.
async fn serve(
    carrier: &Carrier,
    inbox: &mut UnboundedReceiver<(u64, Call)>,
    tell: &UnboundedSender<News>,
    people_at: Instant,
) -> bool {
    let (done, mut finished) = unbounded_channel::<bool>();
    let mut missing = 0;
    let people = keep_people(carrier, tell, people_at);
    tokio::pin!(people);
    loop {
        tokio::select! {
            call = inbox.recv() => {
                let Some((flight, call)) = call else {
                    return true;
                };
                let (carrier, tell, done) = (carrier.clone(), tell.clone(), done.clone());
                tokio::spawn(async move {
                    let result = carrier.carry(call).await;
                    let reached = !matches!(result, Err(Fault::NotSent(_)));
                    // Either end gone means that the program is ending.
                    done.send(reached).ok();
                    drop(tell.send(News::Answered(flight, result)));
                });
            }
            Some(reached) = finished.recv() => {
                missing = if reached { 0 } else { missing + 1 };
                if missing >= GONE {
                    return false;
                }
            }
            () = &mut people => return true,
        }
    }
}

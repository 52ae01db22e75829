//! State, disk, limits and faults put together: one call in, one outcome out, still without HTTP.

use super::answer::Answer;
use super::args::Args;
use super::faults::{Delivery, Faults, Harm, Verdict};
use super::limits::{Limits, Mode, Over};
use super::model::{Micros, TokenKind, TokenState};
use super::state::State;
use super::store::Store;
use crate::domain::problem::Problem;
use crate::wire::methods::{self, Tier};
use serde_json::{Value, json};
use tracing::error;

pub struct Engine {
    pub state: State,
    pub limits: Limits,
    pub faults: Faults,
    store: Option<Store>,
}

/// An answer and how it reaches the caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub answer: Answer,
    pub delivery: Delivery,
}

impl Engine {
    /// Stores what `state` has changed so far, so that a new workspace is there before its first
    /// call.
    pub fn new(
        state: State,
        limits: Limits,
        faults: Faults,
        store: Option<Store>,
    ) -> Result<Engine, Problem> {
        let mut engine = Engine {
            state,
            limits,
            faults,
            store,
        };
        engine.save()?;
        Ok(engine)
    }

    /// Answers one call; what it changed is synced to disk by then.
    pub fn call(&mut self, token: Option<&str>, method: &str, args: &Args, now: Micros) -> Outcome {
        let cursor = args.text("cursor").ok().flatten();
        let with_cursor = cursor.is_some_and(|cursor| !cursor.is_empty());
        let verdict = self.faults.judge(method, with_cursor, now);
        if let Some(harm) = verdict.harm {
            self.suffer(harm, token, args, now);
        }
        let mut answer = match self.refused(token, method, args, &verdict, now) {
            Some(answer) => answer,
            None => self.committed(token, method, args, &verdict, now),
        };
        if let Some(code) = &verdict.error {
            let before = answer;
            answer = Answer::refusal(code.clone());
            answer.scopes = before.scopes;
            answer.accepted = before.accepted;
        }
        Outcome {
            answer,
            delivery: verdict.delivery,
        }
    }

    /// What keeps a call from being carried out: the token, a budget, a fault.
    fn refused(
        &mut self,
        token: Option<&str>,
        method: &str,
        args: &Args,
        verdict: &Verdict,
        now: Micros,
    ) -> Option<Answer> {
        let row = match self.state.admit(token, method) {
            Ok(row) => row,
            // The state says the same again, with the headers that belong to it.
            Err(_) => return None,
        };
        if let Some(header) = &verdict.retry_after {
            return Some(Answer::ratelimited(header.clone()));
        }
        let app = token
            .and_then(|secret| self.state.token(secret))
            .and_then(|token| token.app.as_deref());
        let place = match row.tier {
            Tier::PostPerChannel => args.text_or_empty("channel").unwrap_or_default(),
            _ => String::new(),
        };
        // Budgets are an app's; a person typing in Slack's own client has none of them.
        let mode = match verdict.clamped {
            true => Mode::Clamped,
            false => self.limits.mode,
        };
        let booked = app.map_or(Ok(()), |app| self.limits.book(mode, app, row, &place, now));
        match booked {
            Ok(()) => {}
            Err(Over::Method(secs)) => return Some(Answer::ratelimited(secs.to_string())),
            Err(Over::Posts) => {
                return Some(Answer {
                    retry_after: Some("1".to_owned()),
                    ..Answer::refusal("rate_limited")
                });
            }
        }
        (!verdict.commit).then(|| Answer::refusal("service_unavailable"))
    }

    fn committed(
        &mut self,
        token: Option<&str>,
        method: &str,
        args: &Args,
        verdict: &Verdict,
        now: Micros,
    ) -> Answer {
        self.state.quirks = verdict.quirks.clone();
        self.state.quirks.clamp = verdict.clamped || self.limits.mode == Mode::Clamped;
        let mut answer = self.altered(token, method, args, verdict, now);
        if let Some(seed) = verdict.paging.shuffle {
            shuffle(&mut answer, seed);
        }
        match self.save() {
            Ok(()) => answer,
            Err(problem) => {
                error!("{problem}");
                Answer::refusal("internal_error")
            }
        }
    }

    /// The state's answer to the call as a fault has it: without its metadata; or, for a page that is
    /// repeated, the first one with the caller's cursor.
    fn altered(
        &mut self,
        token: Option<&str>,
        method: &str,
        args: &Args,
        verdict: &Verdict,
        now: Micros,
    ) -> Answer {
        if verdict.no_metadata {
            let mut bare = args.clone();
            bare.remove("metadata");
            return self.state.call(token, method, &bare, now);
        }
        if !verdict.paging.again {
            return self.state.call(token, method, args, now);
        }
        let mut first = args.clone();
        let cursor = first.remove("cursor").unwrap_or_default();
        let mut answer = self.state.call(token, method, &first, now);
        if answer.ok() {
            let body = &mut answer.body;
            if body.contains_key("has_more") {
                body.insert("has_more".to_owned(), Value::Bool(true));
            }
            let metadata = json!({ "next_cursor": cursor });
            body.insert("response_metadata".to_owned(), metadata);
        }
        answer
    }

    /// What a fault does to the workspace itself. A channel is archived by a person, as it would be.
    fn suffer(&mut self, harm: Harm, token: Option<&str>, args: &Args, now: Micros) {
        match harm {
            Harm::RevokeToken => {
                let secret = token.unwrap_or_default();
                self.state
                    .edit_token(secret, |token| token.state = TokenState::Revoked);
            }
            Harm::ArchiveChannel => {
                let people: Vec<String> = self
                    .state
                    .tokens()
                    .filter(|token| token.kind == TokenKind::User && token.app.is_none())
                    .map(|token| token.secret.clone())
                    .collect();
                let mut only = Args::default();
                if let Ok(channel) = args.text_or_empty("channel") {
                    only = Args::from_pairs([("channel", channel)]);
                }
                for person in people {
                    for method in ["conversations.join", "conversations.archive"] {
                        self.state.call(Some(&person), method, &only, now);
                    }
                }
            }
        }
        if let Err(problem) = self.save() {
            error!("{problem}");
        }
    }

    /// See [`super::Handle::break_disk`].
    pub fn break_disk(&mut self, broken: bool) -> Result<(), Problem> {
        match &self.store {
            Some(store) => store.refuse_writes(broken),
            None => Ok(()),
        }
    }

    /// Writes what changed. When that fails, memory goes back to what the disk has, so that nothing
    /// is shown that a restart would not show.
    pub fn save(&mut self) -> Result<(), Problem> {
        let changes = self.state.take_changes();
        let Some(store) = self.store.as_mut().filter(|_| !changes.is_empty()) else {
            return Ok(());
        };
        let saved = store.save(&self.state, &changes);
        if saved.is_err()
            && let Some(state) = store.load()?
        {
            self.state = state;
        }
        saved
    }
}

/// Puts the items of a page in an order drawn from `seed`.
fn shuffle(answer: &mut Answer, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    for list in ["messages", "channels", "members"] {
        if let Some(Value::Array(items)) = answer.body.get_mut(list) {
            rng.shuffle(items);
        }
    }
}

/// Whether a value looks like the token argument's: only forms and queries may carry one.
pub fn token_argument(args: &mut Args) -> Option<String> {
    match args.remove("token") {
        Some(Value::String(token)) => Some(token),
        _ => None,
    }
}

/// Whether a method is known, for routing before a body is read.
pub fn knows(method: &str) -> bool {
    methods::find(method).is_some()
}

//! One call over HTTP, and how it ended.
//!
//! Every method is a POST with a form body: the token and the arguments stay out of addresses and
//! so out of logs, and Slack reads forms for every method while it reads JSON for some. The token
//! is in the Authorization header and nowhere else. No redirect is followed, bodies are bounded,
//! and nothing is retried here: whether a failed call may be repeated is its caller's to decide.

use super::endpoint::Endpoint;
use crate::both;
use crate::domain::budget::Budget;
use crate::domain::ids::ChannelId;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::words::Text;
use crate::io::pace::Clock;
use crate::wire::answers::Envelope;
use crate::wire::outcome::{self, CallError};
use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a client is made of, besides its token.
#[derive(Clone, Debug)]
pub struct Settings {
    pub api_url: String,
    /// Hosts beside slack.com that may be sent a token.
    pub allowed_hosts: Vec<String>,
    pub connect_timeout: Duration,
    /// For a whole call, connecting included.
    pub timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub max_body: usize,
    /// Share of the published rates that all consoles together may spend.
    pub budget_percent: u32,
    /// Of the ledger, and of rests between two tries. Time-outs are the machine's always.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            api_url: "https://slack.com/api/".to_owned(),
            allowed_hosts: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            // 200 messages of 40,000 characters of three bytes would be 24 MB; real pages are 1 % of it.
            max_body: 32 * 1024 * 1024,
            budget_percent: 100,
            clock: Clock::Machine,
        }
    }
}

/// What the headers of the latest answer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Slack's clock, to the second, and when it was heard.
    pub date: Option<DateTime<Utc>>,
    pub at: Instant,
    /// What the token may do; known from the first answer that says so.
    pub scopes: Option<Vec<String>>,
}

struct Inner {
    http: reqwest::Client,
    endpoint: Endpoint,
    authorization: HeaderValue,
    max_body: usize,
    shared: Arc<Shared>,
    heard: Mutex<Option<Heard>>,
}

/// What all tokens of one app spend together.
struct Shared {
    budget: Mutex<Budget>,
    clock: Clock,
}

impl Shared {
    fn now(&self) -> Duration {
        self.clock.now().mono
    }
}

/// Cheap to clone; clones share connections, ledger and what was heard.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.inner.endpoint)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// # Errors
    /// Of kind `Usage`: the address may not be sent a token, or the token cannot stand in a header.
    pub fn new(settings: &Settings, token: &Secret) -> Result<Client, Problem> {
        let endpoint = Endpoint::check(&settings.api_url, &settings.allowed_hosts)?;
        // Fails only when one is installed already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("matoi/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .https_only(!endpoint.is_loopback())
            .pool_idle_timeout(Duration::from_secs(60));
        if endpoint.is_loopback() {
            // A proxy, or a name server that lies about localhost, must not see the token.
            builder = builder
                .no_proxy()
                .resolve("localhost", SocketAddr::from(([127, 0, 0, 1], 0)));
        }
        let http = builder.build().map_err(|error| {
            let why = chain(error);
            Problem::failed(both!(
                "cannot set up HTTPS: {why}",
                "HTTPS を準備できません: {why}"
            ))
        })?;
        Ok(Client {
            inner: Arc::new(Inner {
                http,
                endpoint,
                authorization: bearer(token)?,
                max_body: settings.max_body,
                shared: Arc::new(Shared {
                    budget: Mutex::new(Budget::of_percent(settings.budget_percent)),
                    clock: settings.clock.clone(),
                }),
                heard: Mutex::new(None),
            }),
        })
    }

    /// The same app with another of its tokens, spending from the same ledger.
    ///
    /// # Errors
    /// The token cannot stand in a header.
    pub fn with_token(&self, token: &Secret) -> Result<Client, Problem> {
        let inner = &self.inner;
        Ok(Client {
            inner: Arc::new(Inner {
                http: inner.http.clone(),
                endpoint: inner.endpoint.clone(),
                authorization: bearer(token)?,
                max_body: inner.max_body,
                shared: Arc::clone(&inner.shared),
                heard: Mutex::new(None),
            }),
        })
    }

    /// What the latest answer's headers said; `None` before the first.
    pub fn heard(&self) -> Option<Heard> {
        lock(&self.inner.heard).clone()
    }

    /// Waits to try again: see [`Clock::rest`].
    pub(super) async fn rest(&self, wait: Duration) {
        self.inner.shared.clock.rest(wait).await;
    }

    /// How long [`Client::call`] would answer `Held` without asking Slack.
    pub fn wait(&self, method: &'static str, channel: Option<&ChannelId>) -> Duration {
        let shared = &self.inner.shared;
        lock(&shared.budget).wait(method, channel, shared.now())
    }

    /// How many consoles spend from this app's budget, this one included.
    pub fn set_consoles(&self, consoles: u32) {
        lock(&self.inner.shared.budget).set_consoles(consoles);
    }

    /// A method's rate as found out: see [`Budget::set_rate`].
    pub fn set_rate(&self, method: &'static str, per_minute: u32) {
        let shared = &self.inner.shared;
        lock(&shared.budget).set_rate(method, per_minute, shared.now());
    }

    /// One call. `channel` is where a post goes, for the spacing of posts.
    ///
    /// # Errors
    /// See [`CallError`]; a call that the ledger holds back is `Held`, and touches no network.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        channel: Option<&ChannelId>,
        form: &[(&str, &str)],
    ) -> Result<T, CallError> {
        self.exchange(method, channel, form)
            .await
            .map(|(answer, _)| answer)
    }

    /// As [`Client::call`], with what every answer has beside the method's own.
    pub(super) async fn exchange<T: DeserializeOwned>(
        &self,
        method: &'static str,
        channel: Option<&ChannelId>,
        form: &[(&str, &str)],
    ) -> Result<(T, Envelope), CallError> {
        let shared = &self.inner.shared;
        let asked = lock(&shared.budget).ask(method, channel, shared.now());
        if let Err(wait) = asked {
            return Err(CallError::Held { wait });
        }
        let started = Instant::now();
        let outcome = self.send(method, form).await;
        let ms = started.elapsed().as_millis();
        match &outcome {
            Ok(_) => tracing::debug!(method, ms, "ok"),
            Err(CallError::Limited { retry_after }) => {
                let now = shared.now();
                lock(&shared.budget).limited(method, *retry_after, now);
                tracing::warn!(method, ms, ?retry_after, "limited");
            }
            Err(CallError::Already { code }) => tracing::debug!(method, ms, code, "already so"),
            Err(error) => tracing::warn!(method, ms, ?error, "failed"),
        }
        outcome
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: &'static str,
        form: &[(&str, &str)],
    ) -> Result<(T, Envelope), CallError> {
        let inner = &self.inner;
        let response = inner
            .http
            .post(inner.endpoint.url(method))
            .header(AUTHORIZATION, inner.authorization.clone())
            .form(form)
            .send()
            .await
            .map_err(transport)?;
        self.hear(response.headers());
        let status = response.status();
        let retry_after = text_of(response.headers(), RETRY_AFTER.as_str()).map(str::to_owned);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(CallError::Limited {
                retry_after: outcome::wait(retry_after.as_deref()),
            });
        }
        if status.is_server_error() || status.is_redirection() {
            return Err(CallError::ambiguous(&format!("HTTP {}", status.as_u16())));
        }
        let body = self.read(response).await?;
        let unreadable = |error: serde_json::Error| {
            CallError::ambiguous(&format!(
                "HTTP {}, answer unreadable: {error}",
                status.as_u16()
            ))
        };
        let envelope: Envelope = serde_json::from_slice(&body).map_err(unreadable)?;
        if !envelope.ok {
            return Err(outcome::of_answer(
                method,
                &envelope,
                retry_after.as_deref(),
            ));
        }
        let answer = serde_json::from_slice(&body).map_err(unreadable)?;
        for warning in envelope
            .warning
            .iter()
            .chain(&envelope.response_metadata.warnings)
        {
            tracing::debug!(method, warning, "warning");
        }
        Ok((answer, envelope))
    }

    /// The body, as far as it is allowed to be long.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, CallError> {
        let most = self.inner.max_body;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > most {
                return Err(CallError::ambiguous(&format!(
                    "answer longer than {most} bytes"
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn hear(&self, headers: &HeaderMap) {
        let date = text_of(headers, DATE.as_str())
            .and_then(|text| DateTime::parse_from_rfc2822(text).ok())
            .map(|date| date.with_timezone(&Utc));
        let scopes = text_of(headers, "x-oauth-scopes").map(|list| {
            list.split(',')
                .map(|scope| scope.trim().to_owned())
                .filter(|scope| !scope.is_empty())
                .collect()
        });
        let mut heard = lock(&self.inner.heard);
        let before = heard.take();
        *heard = Some(Heard {
            date,
            at: Instant::now(),
            scopes: scopes.or_else(|| before.and_then(|before| before.scopes)),
        });
    }
}

/// Holders never panic between reading and writing, so what is behind a poisoned lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn bearer(token: &Secret) -> Result<HeaderValue, Problem> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| {
        Problem::usage(Text::fixed(
            "the token holds characters that no token has",
            "トークンに使えない文字が含まれています",
        ))
    })?;
    // Marked so, its Debug shows nothing.
    value.set_sensitive(true);
    Ok(value)
}

/// Of transport errors only a failed connect means that nothing was sent.
fn transport(error: reqwest::Error) -> CallError {
    let unsent = error.is_connect() || error.is_builder();
    let why = if error.is_timeout() {
        "timed out".to_owned()
    } else {
        chain(error)
    };
    if unsent {
        CallError::not_sent(&why)
    } else {
        CallError::ambiguous(&why)
    }
}

/// The innermost reason is the one that tells something; addresses are left out.
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    reason
}

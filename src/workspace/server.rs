//! HTTP around the engine: loopback only, `/api/<method>`, bounded in size, connections and time.

use super::answer::Answer;
use super::body::{self, Parsed};
use super::engine::{Engine, knows};
use super::faults::Delivery;
use super::listen::{Gauge, Loopback, Peer};
use super::model::Micros;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Microseconds since 1970, from wherever time comes.
pub type Clock = Arc<dyn Fn() -> Micros + Send + Sync>;

/// What requests share.
pub struct Service {
    engine: Mutex<Engine>,
    pub clock: Clock,
    pub address: SocketAddr,
    /// Tells one server from another on the same port; no secret.
    pub instance: String,
    /// When the last request came, for ending an idle server.
    pub last_request: AtomicI64,
    requests: AtomicU64,
    /// Requests that were met, whatever became of their answers, for whoever waits for the next.
    met: Mutex<u64>,
    meeting: Condvar,
    pub gauge: Gauge,
}

impl Service {
    pub fn new(
        engine: Engine,
        clock: Clock,
        address: SocketAddr,
        instance: String,
        gauge: Gauge,
    ) -> Service {
        let started = clock();
        Service {
            engine: Mutex::new(engine),
            clock,
            address,
            instance,
            last_request: AtomicI64::new(started),
            requests: AtomicU64::new(0),
            met: Mutex::new(0),
            meeting: Condvar::new(),
            gauge,
        }
    }

    /// How many requests were met so far.
    pub fn met(&self) -> u64 {
        *self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until more than `known` were met, for at most so long; how many were.
    pub fn wait_met(&self, known: u64, most: Duration) -> u64 {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .meeting
            .wait_timeout_while(met, most, |met| *met <= known);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn meet(&self) {
        *self.met.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.meeting.notify_all();
    }

    /// The engine. A call that panicked has committed nothing it did not sync, so that the lock is
    /// taken over.
    pub fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn serve(
    listener: Loopback,
    service: Arc<Service>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new().fallback(handle).with_state(service);
    axum::serve(
        listener,
        router.into_make_service_with_connect_info::<Peer>(),
    )
    .with_graceful_shutdown(stop)
    .await
}

async fn handle(
    Shared(service): Shared<Arc<Service>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let now = (service.clock)();
    service.last_request.store(now, Ordering::Relaxed);
    peer.plain();
    if !host_is_ours(request.headers()) {
        return plain(StatusCode::FORBIDDEN, "unexpected Host");
    }
    let path = request.uri().path().to_owned();
    let Some(method) = path
        .strip_prefix("/api/")
        .map(|name| name.trim_end_matches('/'))
    else {
        return plain(StatusCode::NOT_FOUND, "not found");
    };
    // Before anything else is looked at, as Slack does.
    if !knows(method) {
        let answer = {
            let engine = service.engine();
            engine.state.admit(None, method).err()
        };
        return respond(&service, answer.map_or_else(lost, |answer| *answer));
    }
    let parsed = match body::read(request, method).await {
        Ok(parsed) => parsed,
        Err(code) => return respond(&service, Answer::refusal(code)),
    };
    let Parsed {
        token,
        args,
        warning,
    } = parsed;
    // Under the lock and without waiting: once begun, a call is finished and synced whether or not
    // its caller is still there.
    let outcome = {
        let mut engine = service.engine();
        engine.call(token.as_deref(), method, &args, now)
    };
    service.meet();
    let mut answer = outcome.answer;
    if let Some(warning) = warning {
        answer.warn(warning);
    }
    match outcome.delivery {
        Delivery::Plain => respond(&service, answer),
        Delivery::Late(wait) => {
            tokio::time::sleep(wait).await;
            respond(&service, answer)
        }
        Delivery::Never(wait) => {
            tokio::time::sleep(wait).await;
            peer.reset();
            respond(&service, answer)
        }
        Delivery::Reset => {
            peer.reset();
            respond(&service, answer)
        }
        Delivery::Drip(pace) => {
            peer.drip(pace);
            respond(&service, answer)
        }
        Delivery::Cut => {
            peer.cut();
            respond(&service, answer)
        }
        Delivery::Instead {
            status,
            content_type,
            body,
        } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            let value = HeaderValue::from_static(content_type);
            response.headers_mut().insert(header::CONTENT_TYPE, value);
            response
        }
    }
}

fn lost() -> Answer {
    Answer::refusal("internal_error")
}

/// Against a page in a browser that resolves its own name to loopback.
fn host_is_ours(headers: &HeaderMap) -> bool {
    let Some(host) = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
    else {
        return false;
    };
    // Whoever comes through a tunnel says the port of its near end.
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let loopback = ["127.0.0.1", "localhost"];
    port.bytes().all(|b| b.is_ascii_digit())
        && loopback.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}

fn respond(service: &Service, answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = Response::new(Body::from(answer.to_json()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let number = service.requests.fetch_add(1, Ordering::Relaxed);
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("content-type", "application/json; charset=utf-8".to_owned());
    put(
        "cache-control",
        "private, no-cache, no-store, must-revalidate".to_owned(),
    );
    put("x-content-type-options", "nosniff".to_owned());
    put("x-slack-req-id", format!("{}-{number}", service.instance));
    put("x-matoi-instance", service.instance.clone());
    let failure = answer.error().map(str::to_owned);
    for (name, value) in [
        ("x-slack-failure", failure),
        ("x-oauth-scopes", answer.scopes),
        ("x-accepted-oauth-scopes", answer.accepted),
        ("retry-after", answer.retry_after),
    ] {
        if let Some(value) = value {
            put(name, value);
        }
    }
    response
}

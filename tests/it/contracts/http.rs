//! What only a socket can show: order of checks, bodies, headers, bounds, and broken connections.

use matoi::workspace::faults::{Fault, Kind};
use matoi::workspace::limits::Mode;
use matoi::workspace::{Handle, Options, Workspace};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn start(limits: Mode) -> Handle {
    let seed = super::world::SEED.to_owned();
    Workspace::open(Options {
        seed: Some(seed),
        limits,
        ..Options::for_tests()
    })
    .and_then(Workspace::start)
    .expect("it starts")
}

pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(super) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub(super) fn address(handle: &Handle) -> String {
    let url = handle.url();
    url["http://".len()..].trim_end_matches("/api/").to_owned()
}

/// Sends these bytes, whatever they are, and reads to the end.
pub(super) fn raw(handle: &Handle, bytes: &[u8]) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect(address(handle))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(bytes)?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Reply {
        status: status.unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

pub(super) fn request(handle: &Handle, method: &str, headers: &[&str], body: &str) -> Reply {
    let mut text = format!(
        "POST /api/{method} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
        address(handle),
        body.len()
    );
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    raw(handle, text.as_bytes()).expect("it answers")
}

pub(super) const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const JSON: &str = "Content-Type: application/json; charset=utf-8";

pub(super) fn bearer(handle: &Handle, name: &str) -> String {
    let token = handle.token_of(name).expect("a token of that name");
    format!("Authorization: Bearer {token}")
}

#[test]
fn the_method_is_judged_before_the_token_and_the_token_before_the_rest() {
    let handle = start(Mode::Off);
    let bot = bearer(&handle, "matoi");
    let code = |method: &str, token: &str, body: &str| {
        request(&handle, method, &[token, FORM], body).error()
    };
    let nobody = "X-None: 1";
    let wrong = "Authorization: Bearer xoxb-wrong";
    let narrow = bearer(&handle, "narrow");
    assert_eq!(code("chat.shout", wrong, ""), "unknown_method");
    assert_eq!(code("conversations.info", nobody, ""), "not_authed");
    assert_eq!(code("conversations.info", wrong, ""), "invalid_auth");
    assert_eq!(code("conversations.info", &narrow, ""), "missing_scope");
    assert_eq!(code("conversations.info", &bot, ""), "invalid_arguments");
    assert_eq!(
        code("conversations.info", &bot, "channel=C0"),
        "channel_not_found"
    );
    assert_eq!(code("api.test", nobody, ""), "");
    for (token, expected) in [
        ("revoked", "token_revoked"),
        ("expired", "token_expired"),
        ("socket", "not_allowed_token_type"),
        ("gone", "account_inactive"),
    ] {
        assert_eq!(code("auth.test", &bearer(&handle, token), ""), expected);
    }
    let org = bearer(&handle, "org");
    assert_eq!(
        code("users.list", &org, "team_id=T0"),
        "team_access_not_granted"
    );
}

#[test]
fn a_missing_scope_is_named() {
    let handle = start(Mode::Off);
    let reply = request(
        &handle,
        "chat.postMessage",
        &[&bearer(&handle, "narrow"), FORM],
        "channel=C0&text=x",
    );
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["needed"], "chat:write");
    assert_eq!(reply.json()["provided"], "team:read");
    assert_eq!(reply.header("x-oauth-scopes"), Some("team:read"));
    assert_eq!(reply.header("x-accepted-oauth-scopes"), Some("chat:write"));
    assert_eq!(reply.header("x-slack-failure"), Some("missing_scope"));
    assert!(reply.header("date").is_some());
    assert!(reply.header("x-slack-req-id").is_some());
    assert_eq!(
        reply.header("content-type"),
        Some("application/json; charset=utf-8")
    );
}

#[test]
fn a_missing_argument_is_named() {
    let handle = start(Mode::Off);
    let reply = request(
        &handle,
        "conversations.setTopic",
        &[&bearer(&handle, "matoi"), FORM],
        "channel=C0",
    );
    assert_eq!(
        reply.json()["response_metadata"]["messages"],
        json!(["[ERROR] missing required field: topic"])
    );
}

#[test]
fn bodies_of_every_kind_mean_the_same() {
    let handle = start(Mode::Off);
    let token = handle.token_of("matoi").expect("it is there");
    let bot = bearer(&handle, "matoi");
    let multipart =
        "--b\r\nContent-Disposition: form-data; name=\"error\"\r\n\r\n故障\r\n--b--\r\n";
    let kinds = [
        (FORM, "error=%E6%95%85%E9%9A%9C".to_owned()),
        (JSON, json!({ "error": "故障" }).to_string()),
        (
            "Content-Type: multipart/form-data; boundary=b",
            multipart.to_owned(),
        ),
    ];
    for (kind, body) in kinds {
        let reply = request(&handle, "api.test", &[&bot, kind], &body);
        assert_eq!(reply.error(), "故障", "{kind}");
        assert!(reply.json().get("warning").is_none(), "{kind}");
    }
    let query = format!(
        "GET /api/auth.test?token={token} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        address(&handle)
    );
    let reply = raw(&handle, query.as_bytes()).expect("it answers");
    assert_eq!(reply.json()["user"], "matoi");
    let in_json = request(
        &handle,
        "auth.test",
        &[JSON],
        &json!({ "token": token }).to_string(),
    );
    assert_eq!(in_json.error(), "not_authed");
    // JSON for a method that takes none is as good as no arguments.
    let reply = request(&handle, "users.info", &[&bot, JSON], "{\"user\":\"U0\"}");
    assert_eq!(reply.error(), "user_not_found");
    let reply = request(
        &handle,
        "conversations.info",
        &[&bot, JSON],
        "{\"channel\":\"C0\"}",
    );
    assert_eq!(reply.error(), "invalid_arguments");
}

#[test]
fn charsets_are_remarked_on() {
    let handle = start(Mode::Off);
    for (kind, body, warning) in [
        ("Content-Type: application/json", "{}", "missing_charset"),
        (
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
            "a=1",
            "superfluous_charset",
        ),
    ] {
        let reply = request(&handle, "api.test", &[kind], body);
        assert_eq!(reply.json()["ok"], true);
        assert_eq!(reply.json()["warning"], warning);
        assert_eq!(
            reply.json()["response_metadata"]["warnings"],
            json!([warning])
        );
    }
}

#[test]
fn malformed_requests_are_told_so() {
    let handle = start(Mode::Off);
    for (kind, body, code) in [
        (FORM, "a=%zz", "invalid_form_data"),
        (FORM, "users[]=U1", "invalid_array_arg"),
        (FORM, "%E3%81%82=1", "invalid_arg_name"),
        (
            "Content-Type: multipart/form-data; boundary=b",
            "--c\r\n",
            "invalid_form_data",
        ),
        ("Content-Type: text/html", "x", "invalid_post_type"),
        (
            "Content-Type: application/json; charset=shift_jis",
            "{}",
            "invalid_charset",
        ),
        ("X-No-Type: 1", "a=1", "missing_post_type"),
        (JSON, "{", "invalid_json"),
    ] {
        let reply = request(&handle, "api.test", &[kind], body);
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (200, code),
            "{kind} {body}"
        );
    }
    // A body that is cut off.
    let cut = format!(
        "POST /api/api.test HTTP/1.1\r\nHost: {}\r\n{FORM}\r\nContent-Length: 99\r\n\r\na=1",
        address(&handle)
    );
    let mut stream = TcpStream::connect(address(&handle)).expect("it listens");
    stream.write_all(cut.as_bytes()).expect("written");
    stream
        .shutdown(std::net::Shutdown::Write)
        .expect("half closed");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    assert!(
        answer.is_empty() || answer.contains("request_timeout"),
        "{answer}"
    );
    // A body that is too long.
    let long = request(
        &handle,
        "api.test",
        &[FORM],
        &format!("a={}", "x".repeat(3 * 1024 * 1024)),
    );
    assert_eq!(long.error(), "request_timeout");
}

#[test]
fn other_hosts_and_paths_find_nothing() {
    let handle = start(Mode::Off);
    let get = |host: &str, path: &str| {
        let text = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        raw(&handle, text.as_bytes()).expect("it answers").status
    };
    let ours = address(&handle);
    assert_eq!(get(&ours, "/api/api.test"), 200);
    assert_eq!(get("evil.example", "/api/api.test"), 403);
    // The near end of somebody's tunnel; a name that a page in a browser gave itself is none.
    assert_eq!(get("127.0.0.1:1", "/api/api.test"), 200);
    assert_eq!(get("127.0.0.1.evil.example:1", "/api/api.test"), 403);
    assert_eq!(get("localhost:x", "/api/api.test"), 403);
    assert_eq!(get(&ours, "/"), 404);
}

#[test]
fn beyond_the_budget_is_429_with_a_time_to_wait() {
    let handle = start(Mode::Slack);
    let bot = bearer(&handle, "matoi");
    let mut last = None;
    for _ in 0..21 {
        last = Some(request(&handle, "users.list", &[&bot, FORM], "limit=1"));
    }
    let reply = last.expect("it was asked");
    assert_eq!(reply.status, 429);
    assert_eq!(reply.error(), "ratelimited");
    assert_eq!(reply.header("x-slack-failure"), Some("ratelimited"));
    let wait: u32 = reply
        .header("retry-after")
        .and_then(|secs| secs.parse().ok())
        .expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    let other = request(&handle, "users.info", &[&bot, FORM], "user=U0");
    assert_eq!(other.status, 200, "other methods go on");
    handle.set_limits(Mode::Off);
    assert_eq!(
        request(&handle, "users.list", &[&bot, FORM], "").status,
        200
    );
}

fn posts(handle: &Handle) -> usize {
    handle.with_state(|state| {
        let dev = state.channel_named("dev").expect("it is there");
        dev.messages.len()
    })
}

#[test]
fn a_broken_delivery_is_broken_before_or_after_the_act() {
    let handle = start(Mode::Off);
    let dev = handle.with_state(|state| {
        state
            .channel_named("dev")
            .map(|room| room.channel.id.clone())
    });
    let form = format!("channel={}&text=x", dev.expect("it is there"));
    let bot = bearer(&handle, "matoi");
    let text = format!(
        "POST /api/chat.postMessage HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{FORM}\r\n{bot}\r\nContent-Length: {}\r\n\r\n{form}",
        address(&handle),
        form.len()
    );
    let send = || raw(&handle, text.as_bytes());
    let set = |fault: Fault| {
        handle.clear_faults();
        handle.add_fault(fault);
    };
    let always = |kind| Fault::always("chat.*", kind);
    for (kind, done) in [
        (Kind::ResetBeforeCommit, 0),
        (Kind::ResetAfterCommit, 1),
        (Kind::Hang, 0),
        (Kind::TimeoutAfterCommit, 1),
    ] {
        let before = posts(&handle);
        set(always(kind).seconds(0.05));
        let error = send().err().map(|error| error.kind());
        assert_eq!(error, Some(std::io::ErrorKind::ConnectionReset), "{kind:?}");
        assert_eq!(posts(&handle) - before, done, "{kind:?}");
    }
    for (fault, done) in [
        (always(Kind::Html), 0),
        (always(Kind::Html).after_commit(), 1),
        (always(Kind::Unparsable).after_commit(), 1),
        (Fault::error("chat.*", "fatal_error").after_commit(), 1),
        (Fault::error("chat.*", "internal_error"), 0),
        (always(Kind::Ratelimited).seconds(7.0), 0),
        (always(Kind::Slow).seconds(0.01), 1),
    ] {
        let before = posts(&handle);
        set(fault.clone());
        let reply = send().expect("it answers");
        assert_eq!(posts(&handle) - before, done, "{fault:?}");
        match fault.kind {
            Kind::Html => {
                assert_eq!(reply.status, 503);
                assert!(reply.body.starts_with("<!DOCTYPE html>"));
            }
            Kind::Unparsable => assert!(serde_json::from_str::<Value>(&reply.body).is_err()),
            Kind::Ratelimited => assert_eq!(
                (reply.status, reply.header("retry-after")),
                (429, Some("7"))
            ),
            Kind::Slow => assert_eq!(reply.json()["ok"], true),
            _ => assert_eq!(Some(reply.error()), fault.error),
        }
    }
}

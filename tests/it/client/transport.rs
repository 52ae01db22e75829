//! Each way a call can break, and what it means: not sent, limited, or perhaps done.

use super::rig::{Reply, Rig, http, json, raw};
use super::{CANARY, client, run};
use matoi::domain::ids::ChannelId;
use matoi::domain::secret::Secret;
use matoi::domain::words::Lang;
use matoi::io::slack::{Client, Post, Settings};
use matoi::wire::outcome::CallError;
use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

async fn post(client: &Client) -> Result<(), CallError> {
    let channel = ChannelId::new("C1");
    client
        .chat_post_message(&Post::new(&channel, "hello"))
        .await
        .map(|_| ())
}

fn outcome(replies: Vec<Reply>) -> (CallError, usize) {
    let rig = Rig::play(replies);
    let error = run(post(&client(&rig.url()))).expect_err("it breaks");
    (error, rig.asked().len())
}

fn is_ambiguous(error: &CallError) -> bool {
    matches!(error, CallError::Ambiguous { .. })
}

#[test]
fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/api/", listener.local_addr().expect("bound"));
    drop(listener);
    let error = run(post(&client(&url))).expect_err("nobody there");
    assert!(matches!(error, CallError::NotSent { .. }), "{error:?}");
}

#[test]
fn a_failed_tls_handshake_sent_nothing() {
    let rig = Rig::play(vec![Reply::Reset]);
    let url = format!("https://{}/api/", rig.address);
    let error = run(post(&client(&url))).expect_err("no TLS there");
    assert!(matches!(error, CallError::NotSent { .. }), "{error:?}");
}

#[test]
fn after_the_first_byte_everything_is_ambiguous_and_nothing_is_sent_twice() {
    let short = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"ok\":true".to_vec();
    let garbage = b"SSH-2.0-OpenSSH_9\r\n".to_vec();
    let endless = format!("{{\"ok\":true,\"x\":\"{}\"}}", "a".repeat(30_000));
    let html = "<html><body>Bad Gateway</body></html>";
    for (name, reply) in [
        ("closed", Reply::Close),
        ("reset", Reply::Reset),
        ("short body", Reply::Bytes(short)),
        ("no HTTP", Reply::Bytes(garbage)),
        ("500", http(500, &[], html)),
        ("503", http(503, &[("retry-after", "3")], html)),
        ("a proxy's 403", http(403, &[], html)),
        ("200 with HTML", http(200, &[], html)),
        ("truncated JSON", json("{\"ok\":true,\"channel\":")),
        ("another JSON", json("[true]")),
        ("ok without ts", json("{\"ok\":true}")),
        ("not ok without error", json("{\"ok\":false}")),
        ("too long", json(&endless)),
        (
            "fatal_error",
            json("{\"ok\":false,\"error\":\"fatal_error\"}"),
        ),
        ("empty", json("")),
    ] {
        let (error, asked) = outcome(vec![reply, json("{\"ok\":true}")]);
        assert!(is_ambiguous(&error), "{name}: {error:?}");
        assert_eq!(asked, 1, "{name} was sent again");
    }
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let rig = Rig::play(vec![Reply::Hang]);
    let settings = Settings {
        api_url: rig.url(),
        timeout: Duration::from_millis(100),
        ..Settings::default()
    };
    let client = Client::new(&settings, &Secret::new(CANARY)).expect("loopback");
    let error = run(post(&client)).expect_err("it hangs");
    assert_eq!(
        error,
        CallError::Ambiguous {
            why: "timed out".to_owned()
        }
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Rig::play(vec![json("{\"ok\":true}")]);
    for status in [301, 302, 307, 308] {
        let location = other.url();
        let (error, _) = outcome(vec![http(status, &[("location", &location)], "")]);
        assert!(is_ambiguous(&error), "{error:?}");
    }
    assert_eq!(other.asked().len(), 0);
}

/// The pool may hold a connection that the server has closed. Whatever becomes of the call then,
/// "not sent" must be true, and it must not arrive twice.
#[test]
fn a_connection_closed_in_the_pool_loses_and_doubles_nothing() {
    for _ in 0..20 {
        let kept = raw(200, &[], "{\"ok\":true,\"user_id\":\"U1\"}", "keep-alive");
        let posted = "{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1512085861.000543\"}";
        let rig = Rig::play(vec![Reply::KeepAliveThenClose(kept), json(posted)]);
        let client = client(&rig.url());
        let outcome = run(async {
            client.auth_test().await.expect("answered");
            post(&client).await
        });
        let posts = rig.asked().len() - 1;
        match outcome {
            Ok(()) => assert_eq!(posts, 1),
            Err(CallError::NotSent { .. }) => assert_eq!(posts, 0),
            Err(error) => assert!(is_ambiguous(&error) && posts <= 1, "{error:?} {posts}"),
        }
    }
}

#[test]
fn a_limited_method_rests_without_touching_the_network() {
    for (reply, seconds) in [
        (
            http(
                429,
                &[("retry-after", "7")],
                "{\"ok\":false,\"error\":\"ratelimited\"}",
            ),
            7,
        ),
        (http(429, &[], "<html>"), 30),
        (http(429, &[("retry-after", "soon")], ""), 30),
        (json("{\"ok\":false,\"error\":\"ratelimited\"}"), 30),
        (
            http(
                200,
                &[("retry-after", "4")],
                "{\"ok\":false,\"error\":\"rate_limited\"}",
            ),
            4,
        ),
    ] {
        let rig = Rig::play(vec![reply, json("{\"ok\":true,\"user_id\":\"U1\"}")]);
        let client = client(&rig.url());
        run(async {
            let told = post(&client).await.expect_err("limited");
            let retry_after = Duration::from_secs(seconds);
            assert_eq!(told, CallError::Limited { retry_after });
            let CallError::Held { wait: left } = post(&client).await.expect_err("resting") else {
                panic!("the ledger holds it back");
            };
            assert!(left <= retry_after && left > retry_after / 2, "{left:?}");
            assert_eq!(rig.asked().len(), 1);
            assert!(client.auth_test().await.is_ok(), "other methods go on");
        });
    }
}

#[test]
fn posts_into_one_channel_are_held_apart_before_slack_has_to_say_so() {
    let posted = || json("{\"ok\":true,\"channel\":\"C1\",\"ts\":\"1512085861.000543\"}");
    let rig = Rig::play(vec![posted(), posted()]);
    let client = client(&rig.url());
    run(async {
        post(&client).await.expect("the first");
        let second = post(&client).await.expect_err("too soon");
        assert!(matches!(second, CallError::Held { .. }), "{second:?}");
    });
    assert_eq!(rig.asked().len(), 1);
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A hostile or careless server says the token back in every way it can; neither that nor the
/// request itself may bring it into an error, a Debug or the trace log of any library.
#[test]
fn the_token_is_in_no_error_no_debug_and_no_log() {
    let captured = Captured::default();
    let sink = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::level_filters::LevelFilter::TRACE)
        .with_writer(move || sink.clone())
        .finish();
    let echo = |body: &str| body.replace("TOKEN", CANARY);
    let location = format!("https://slack.com/{CANARY}");
    let replies = || {
        vec![
            json(&echo(r#"{"ok":false,"error":"TOKEN"}"#)),
            json(&echo(
                r#"{"ok":false,"error":"missing_scope","needed":"TOKEN","provided":"TOKEN"}"#,
            )),
            json(&echo(
                r#"{"ok":false,"error":"invalid_arguments","response_metadata":{"messages":["TOKEN"]}}"#,
            )),
            json(&echo(r#"{"ok":true,"ts":"TOKEN","channel":"C1"}"#)),
            json(&echo(r#"{"ok":"TOKEN"}"#)),
            http(500, &[], CANARY),
            http(302, &[("location", &location)], ""),
            Reply::Close,
            Reply::Reset,
            Reply::Bytes(CANARY.as_bytes().to_vec()),
        ]
    };
    let mut said = String::new();
    tracing::subscriber::with_default(subscriber, || {
        for index in 0..replies().len() {
            let rig = Rig::play(vec![replies().remove(index)]);
            let client = client(&rig.url());
            // Tests on other threads have no subscriber, and what they hit first is remembered as
            // of no interest to anybody.
            tracing::callsite::rebuild_interest_cache();
            let error = run(post(&client)).expect_err("it breaks");
            let problem = error.problem("chat.postMessage");
            said.push_str(&format!("{error:?} {client:?} {:?}\n", client.heard()));
            said.push_str(&problem.lines(Lang::En));
            said.push_str(&problem.lines(Lang::Ja));
        }
    });
    let logged = String::from_utf8_lossy(&captured.0.lock().expect("whole")).into_owned();
    assert!(logged.contains("chat.postMessage"), "{logged}");
    for text in [said, logged] {
        assert!(!text.contains("CANARY"), "{text}");
    }
}

#[test]
fn a_token_that_cannot_stand_in_a_header_is_refused_unseen() {
    let settings = Settings::default();
    let problem = Client::new(&settings, &Secret::new("xoxb-CANARY\r\nX: y")).expect_err("refused");
    assert_eq!(problem.kind.exit_code(), 2);
    assert!(!format!("{problem:?}").contains("CANARY"));
}

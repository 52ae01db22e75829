//! The shared workspace process: found, started once, and replaced when it was killed.

use matoi::workspace::Endpoint;
use matoi::workspace::host::find_or_start;
use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_matoi"))
}

/// Ends the server of a directory when the test does.
struct Server<'a>(&'a Path);

impl Server<'_> {
    fn pid(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.0.join("workspace.lock")).ok()?;
        let lock: Value = serde_json::from_str(&text).ok()?;
        lock.get("pid").map(Value::to_string)
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid().expect("a server has announced itself");
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.expect("kill runs").success());
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            Command::new("kill").args(["-9", &pid]).status().ok();
        }
    }
}

fn post(endpoint: &Endpoint, method: &str, form: &[(&str, &str)]) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .build()
            .expect("a client");
        let answer = client
            .post(format!("{}{method}", endpoint.url))
            .bearer_auth(&endpoint.token)
            .form(form)
            .send()
            .await
            .expect("it answers");
        answer.json().await.expect("JSON")
    })
}

#[test]
fn starters_at_once_find_one_server_and_what_it_said_survives_its_death() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Server(dir.path());
    let found: Vec<Endpoint> = std::thread::scope(|scope| {
        let starters: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| find_or_start(dir.path(), &exe())))
            .collect();
        starters
            .into_iter()
            .map(|starter| starter.join().expect("no panic").expect("it starts"))
            .collect()
    });
    assert!(found.iter().all(|endpoint| endpoint == &found[0]));
    let first = &found[0];
    assert_eq!(first.users.len(), 12);

    let made = post(first, "conversations.create", &[("name", "障害-1")]);
    assert_eq!(made["ok"], true, "{made}");
    let posted = post(
        first,
        "chat.postMessage",
        &[("channel", "#障害-1"), ("text", "決済が失敗しています")],
    );
    assert_eq!(posted["ok"], true, "{posted}");

    server.signal("-9");
    let second = find_or_start(dir.path(), &exe()).expect("it starts again");
    assert_eq!(second.token, first.token);
    let channel = posted["channel"].as_str().expect("an id");
    let read = post(&second, "conversations.history", &[("channel", channel)]);
    assert_eq!(read["messages"][0]["ts"], posted["ts"], "{read}");
}

fn hosted(dir: &Path, linger: &str) -> Command {
    let mut command = Command::new(exe());
    command
        .args([
            "workspace",
            "serve",
            "--hosted",
            "--linger",
            linger,
            "--dir",
        ])
        .arg(dir)
        .stdout(Stdio::piped());
    command
}

#[test]
fn a_shared_server_ends_when_nobody_needs_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = hosted(dir.path(), "0.2").spawn().expect("it runs");
    assert!(child.wait().expect("it ends").success());
    let lock = std::fs::read_to_string(dir.path().join("workspace.lock"));
    assert_eq!(lock.expect("it is there"), "", "it has withdrawn");
}

#[test]
fn a_server_whose_directory_is_removed_ends() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = hosted(dir.path(), "600").spawn().expect("it runs");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    dir.close().expect("removed");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn an_open_connection_keeps_it_and_a_second_server_gives_way() {
    let dir = tempfile::tempdir().expect("a directory");
    let _server = Server(dir.path());
    find_or_start(dir.path(), &exe()).expect("it starts");
    let second = hosted(dir.path(), "30").output().expect("it runs");
    assert!(second.status.success());
    assert!(second.stdout.is_empty(), "it has nothing to say");

    let other = tempfile::tempdir().expect("a directory");
    let mut short = hosted(other.path(), "0.2").spawn().expect("it runs");
    let mut line = String::new();
    let stdout = short.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let said: Endpoint = serde_json::from_str(&line).expect("JSON");
    let address = said.url["http://".len()..].trim_end_matches("/api/");
    let mut held = std::net::TcpStream::connect(address).expect("it listens");
    // A server that ends closes it: that does not happen in several times what it lingers.
    held.set_read_timeout(Some(Duration::from_millis(900)))
        .expect("it can be set");
    let ended = held.read(&mut [0; 1]).map_err(|error| error.kind());
    let open = matches!(ended, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(open, "{ended:?}");
    assert!(short.try_wait().expect("it can be asked").is_none());
    drop(held);
    assert!(short.wait().expect("it ends").success());
}

#[test]
fn the_lock_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    let _server = Server(dir.path());
    find_or_start(dir.path(), &exe()).expect("it starts");
    for name in ["workspace.lock", "workspace.sqlite3", "workspace.log"] {
        let metadata = std::fs::metadata(dir.path().join(name)).expect("it is there");
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{name}");
    }
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(
        dir.path().join("workspace.sqlite3"),
        "no database, but long enough to be one",
    )
    .expect("written");
    let problem = find_or_start(dir.path(), &exe()).expect_err("it cannot");
    assert!(
        problem.to_string().contains("workspace.sqlite3"),
        "{problem}"
    );
}

#[test]
fn the_command_says_where_it_is_and_ends_on_sigterm() {
    let mut child = Command::new(exe())
        .args(["workspace", "serve"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let said: Endpoint = serde_json::from_str(&line).expect("JSON");
    assert!(said.url.ends_with("/api/"), "{}", said.url);
    let answer = post(&said, "auth.test", &[]);
    assert_eq!(answer["user"], "matoi", "{answer}");
    let sent = Command::new("kill").arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn other_addresses_than_loopback_are_refused() {
    let ended = Command::new(exe())
        .args(["workspace", "serve", "--listen", "0.0.0.0:0"])
        .output()
        .expect("it runs");
    assert_eq!(ended.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("0.0.0.0:0"), "{said}");
}

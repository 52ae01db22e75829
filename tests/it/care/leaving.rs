//! Closing the last console that speaks for an open incident.

use crate::peers::rig::{Console, channel, texts, until, workspace};
use crate::terminal::session::console_of;

#[test]
fn the_last_console_warns_and_leaves_a_peer_that_delivers() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    let declared = console.declare("Checkout fails");
    let mut session = console_of(&console, "en");
    session.shows("Checkout fails");
    session.send(b"\x03");
    session.shows("has no timekeeper");
    session.send(b"b");
    let status = session.end();
    assert!(status.success(), "{status:?}");
    let said = String::from_utf8_lossy(session.raw()).into_owned();
    let (_, pid) = said.split_once("kill ").expect("it says how to end it");
    let pid: u32 = pid
        .chars()
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .expect("a process id");
    let _ends = Ends(pid);
    // It holds the lease, and what another process saves here is delivered by it.
    until("the peer holds the lease", || {
        let ran = console.run(&["doctor"]);
        ran.out.contains(&format!("Process {pid} talks"))
    });
    console
        .run(&["note", "-", "said after the console closed"])
        .ok();
    until("it is in the channel", || {
        let told = texts(&slack, &channel(&declared)).join("\n");
        told.contains("said after the console closed")
    });
}

/// Ends the peer by its id when the test does.
struct Ends(u32);

impl Drop for Ends {
    fn drop(&mut self) {
        crate::terminal::session::signal(self.0, "TERM");
    }
}

#[test]
fn in_japanese_it_says_the_same() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    console.declare("決済が失敗する");
    let mut session = console_of(&console, "ja");
    session.shows("決済が失敗する");
    session.send(b"\x03");
    session.shows("タイムキーパー・確認");
    session.send(b"\x03");
    assert!(session.end().success());
}

#[test]
fn a_console_that_only_follows_leaves_without_a_word() {
    let slack = workspace();
    let console = Console::on(&slack, "@sato", "");
    console.declare("Checkout fails");
    let _sync = console.sync();
    until("the peer holds the lease", || {
        console
            .run(&["doctor"])
            .out
            .contains("talks to the workspace for this")
    });
    let mut session = console_of(&console, "en");
    session.shows("another window");
    session.send(b"\x03");
    session.shows("Leave matoi?");
    session.until(|screen| !screen.contents().contains("has no timekeeper"));
    session.send(b"\x03");
    assert!(session.end().success());
}

//! The embedded workspace, on demand: shared by consoles, started again when it was killed.

use super::rig::{Console, id, shared, until};
use serde_json::Value;

/// Ends the shared workspace of a console's directory when the test does.
struct Hosted<'a>(&'a Console);

impl Hosted<'_> {
    fn lock(&self) -> Option<Value> {
        let path = self.0.data().join("workspace").join("workspace.lock");
        serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
    }

    fn pid(&self) -> Option<i32> {
        i32::try_from(self.lock()?["pid"].as_i64()?).ok()
    }

    fn kill(&self) {
        if let Some(pid) = self.pid().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
        }
    }
}

impl Drop for Hosted<'_> {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn consoles_share_one_workspace_and_outlive_it() {
    let console = Console::local("@sato", "");
    let hosted = Hosted(&console);
    // Two at once, with nothing there yet.
    let declared = std::thread::scope(|scope| {
        let other = scope.spawn(|| console.run(&["list"]).ok());
        let declared = console.declare("First");
        other.join().expect("no panic");
        declared
    });
    let first = hosted.pid().expect("it runs");
    let running = console.sync();
    console.run(&["note", &id(&declared), "before"]).ok();
    assert_eq!(hosted.pid(), Some(first), "it is still the same one");
    let before = console.json(&["show", &id(&declared)]);

    hosted.kill();
    let ran = console.run(&["note", &id(&declared), "after"]);
    assert!(matches!(ran.code, 0 | 4), "{ran:?}");
    until("it was started again and has it", || {
        let state = console.json(&["show", &id(&declared)]);
        state["outbox"]["pending"] == 0 && state["outbox"]["unconfirmed"] == 0
    });
    assert!(hosted.pid().is_some_and(|pid| pid != first));
    drop(running);
    console.run(&["sync", "--once"]).ok();
    let mut after = shared(console.json(&["show", &id(&declared)]));
    let last = after["timeline"].as_array_mut().expect("a list").pop();
    assert!(
        last.expect("one more")["text"]
            .as_str()
            .is_some_and(|t| t.ends_with("after"))
    );
    assert_eq!(after["timeline"], shared(before)["timeline"]);
}

#[test]
fn who_nobody_has_said_is_asked_for() {
    let console = Console::local("", "");
    let _hosted = Hosted(&console);
    let ran = console.run(&["declare", "--service", "other", "--title", "x"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("--as USER"), "{ran:?}");
    let state = console.json(&[
        "--as",
        "Emma",
        "declare",
        "--service",
        "other",
        "--title",
        "x",
    ]);
    assert_eq!(state["outbox"]["pending"], 0);
}

//! A network that hangs: every call is taken and none is ever answered.

use super::{World, declare, settles};
use crate::peers::rig::until_met;
use crate::terminal::session::{Session, signal};
use matoi::workspace::faults::{Fault, Kind};

fn hang(world: &World) {
    let forever = Fault::always("*", Kind::Hang).seconds(3600.0);
    world.workspace.add_fault(forever);
}

/// Waits until so many calls hang.
fn tried(world: &World, calls: u64) {
    until_met(&world.workspace, "calls hang", || {
        world.workspace.fault_hits()[0] >= calls
    });
}

// Red with a wait for what comes back after `network.send(call)` of `start_calls` in src/io/core.rs.
#[test]
fn a_network_that_hangs_takes_no_key_and_no_frame_away() {
    let world = World::new();
    let mut console = world.console("one", "sato", "en", 120, 35);
    declare(&mut console, "Everything hangs");
    settles(&mut console);
    let before = world.workspace.with_state(|state| state.posts);
    hang(&world);
    tried(&world, 1);
    // Each key is answered by a frame, although no call comes back.
    for n in 0..6 {
        console.send(b"n");
        console.shows("Note *");
        let text = format!("typed while it hangs {n}");
        console.send(text.as_bytes());
        console.shows(&text);
        console.send(b"\r");
        console.until(|screen| !screen.contents().contains("Note *"));
        console.shows(&text);
    }
    for _ in 0..20 {
        console.send(b"?");
        console.until(|screen| !screen.contents().contains("typed while it hangs 5"));
        console.send(b"\x1b[27u");
        console.shows("typed while it hangs 5");
    }
    // Calls were made, a post among them, and nothing has come of them.
    tried(&world, 2);
    let after = world.workspace.with_state(|state| state.posts);
    assert_eq!(after, before, "nothing was done");
    // Nobody waits for them when leaving, either.
    signal(console.pid(), "TERM");
    console.end();
    console.assert_restored();

    // What was typed is there for whoever comes next, and goes out once it answers again.
    world.workspace.clear_faults();
    let (code, _) = world.run("one", &["sync", "--once"]);
    assert_eq!(code, 0);
    let told = world.channel().join("\n");
    for n in 0..6 {
        let text = format!("typed while it hangs {n}");
        assert_eq!(told.matches(&text).count(), 1, "{text}");
    }
}

#[test]
fn a_console_that_starts_into_a_hanging_network_opens_at_once() {
    let world = World::new();
    let mut console = world.console("one", "sato", "ja", 100, 30);
    declare_in_japanese(&mut console);
    signal(console.pid(), "TERM");
    console.end();
    hang(&world);
    // Names and room come from the journal.
    let mut command = world.command("one", "ja");
    command.env("MATOI_USER", "sato");
    let mut console = Session::of(command, 100, 30);
    console.shows("決済が失敗");
    console.send(b"\r");
    console.send(b"n");
    console.shows("記録 *");
    console.send("応答なし".as_bytes());
    console.shows("応答なし");
    console.send(b"\r");
    console.until(|screen| !screen.contents().contains("記録 *"));
    console.shows("応答なし");
    signal(console.pid(), "TERM");
    console.end();
    console.assert_restored();
}

fn declare_in_japanese(session: &mut Session) {
    session.send(b"d");
    session.until(|screen| screen.contents().contains("[  "));
    session.send("決済が失敗".as_bytes());
    session.shows("決済が失敗");
    session.send(b"\x04");
    session.shows("指揮 不在");
    settles(session);
}

//! The terminal as the console leaves it: programs in pseudo terminals, and what is there after
//! them. The harness waits for processes and reads their times in Linux's ways.

mod console;
mod program;
pub mod session;

use session::{Session, program_command, signal};
use std::process::Stdio;

#[test]
fn the_terminal_is_as_before_after_an_exit() {
    let mut session = Session::start(&[]);
    session.until(|screen| screen.alternate_screen() && screen.contents().contains("80x24"));
    session.send(b"q");
    assert_eq!(session.end().code(), Some(0));
    session.assert_restored();
}

#[test]
fn the_terminal_is_as_before_after_a_panic_on_any_thread() {
    for key in [b"p", b"P"] {
        let mut session = Session::ready(&[]);
        session.send(key);
        session.end();
        session.assert_restored();
        let said = session.last_words();
        assert!(said.contains("it broke"), "the message is lost: {said}");
    }
}

#[test]
fn the_terminal_is_as_before_after_term_int_and_hup() {
    for (name, number) in [("TERM", 143), ("INT", 143), ("HUP", 129)] {
        let mut session = Session::ready(&[]);
        signal(session.pid(), name);
        assert_eq!(session.end().code(), Some(number), "{name}");
        session.assert_restored();
    }
}

/// Measured as processor time, because the machine that runs this may be busy with other things.
#[test]
fn a_hang_up_ends_the_program_and_burns_no_time() {
    for has_signal in [true, false] {
        let session = if has_signal {
            Session::ready(&[])
        } else {
            Session::ready_without_signals()
        };
        let (status, processor) = session.hang_up();
        assert_eq!(status.code(), Some(129), "with a signal: {has_signal}");
        assert!(processor.as_millis() < 500, "{processor:?}");
    }
}

#[test]
fn a_resize_is_drawn() {
    let mut session = Session::ready(&[]);
    session.resize(100, 30);
    session.until(|screen| screen.contents().contains("100x30"));
    session.resize(1, 1);
    session.resize(20, 2);
    session.until(|screen| screen.contents().contains("20x2"));
}

#[test]
fn keys_pastes_and_calls_arrive() {
    let mut session = Session::ready(&[]);
    session.send("あ".as_bytes());
    session.until(|screen| screen.contents().contains("last Key あ"));
    session.send(b"\x1b[200~q\r\np\x1b[201~");
    session.until(|screen| screen.contents().contains(r#"last Paste "q\r\np""#));
    session.send(b"w");
    session.until(|screen| screen.contents().contains("last Wake"));
    session.send(b"\x1b");
    session.until(|screen| screen.contents().contains("last Esc"));
}

#[test]
fn no_color_leaves_weight_and_nothing_else() {
    for (env, coloured) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let mut session = Session::ready(env);
        session.send(b"q");
        session.end();
        let styles = session.styles();
        let is_colour = |code: &u16| matches!(code, 30..=49 | 90..=107);
        assert_eq!(styles.iter().any(is_colour), coloured, "{styles:?}");
        assert!(styles.contains(&1), "bold is lost: {styles:?}");
    }
}

#[test]
fn stopping_gives_the_terminal_back_and_continuing_takes_it_again() {
    let mut session = Session::in_a_shell("echo; echo stopped; read line; fg; echo over");
    session.until(|screen| screen.contents().contains("80x24"));
    session.send(b"\x1a");
    session.until(|screen| screen.contents().contains("stopped"));
    session.assert_restored();
    session.send(b"\n");
    session.until(|screen| screen.alternate_screen() && screen.contents().contains("last Resume"));
    session.send(b"x");
    session.until(|screen| screen.contents().contains("last Key x"));
    session.send(b"q");
    session.until(|screen| screen.contents().contains("over"));
    session.end();
    session.assert_restored();
}

#[test]
fn without_a_shell_there_is_no_stopping() {
    let mut session = Session::ready(&[]);
    session.send(b"\x1a");
    session.until(|screen| screen.contents().contains("no shell"));
}

#[test]
fn another_program_can_have_the_terminal_for_a_while() {
    let mut session = Session::ready(&[]);
    session.send(b"e");
    session.until(|screen| !screen.alternate_screen() && screen.contents().contains("an editor"));
    session.assert_restored();
    // An interrupt from the keyboard is the editor's.
    session.send(b"\x03");
    session.send(b"done\n");
    session.until(|screen| {
        screen.alternate_screen() && screen.contents().contains("lent, ended with 3")
    });
    session.send(b"q");
    assert_eq!(session.end().code(), Some(0));
    session.assert_restored();
}

#[test]
fn a_terminal_that_takes_no_output_stops_nothing() {
    let mut session = Session::ready(&[]);
    session.send(b"s");
    // Nobody reads the terminal from here on.
    session.heard_on_stderr("stalled");
    session.heard_on_stderr("still here");
    signal(session.pid(), "TERM");
    assert_eq!(session.end_unread().code(), Some(143));
}

#[test]
fn without_a_terminal_the_reason_is_said() {
    let output = program_command()
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("needs a terminal"), "{said}");
}

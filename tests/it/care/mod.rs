//! What keeps a team able to work with it: the doctor, the app's manifest, and what is at hand when
//! everything else is down.

mod calls;
mod doctor;
mod leaving;
mod manifest;

use crate::peers::rig::Console;
use crate::terminal::session::Session;

/// The console of a data directory in a terminal of 120×35.
fn console_of(console: &Console, lang: &str) -> Session {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_matoi"));
    console.dress(&mut command);
    command
        .env("TERM", "xterm-256color")
        .env("MATOI_LANG", lang);
    Session::of(command, 120, 35)
}

fn shows(session: &mut Session, text: &str) {
    session.until(|screen| screen.contents().contains(text));
}

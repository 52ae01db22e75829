//! The terminal as the console has it: raw, on its own screen, and given back whatever happens.
//!
//! What is set up stands beside what undoes it, in one table read forwards to enter and backwards
//! to leave. Leaving needs nothing but what entering stored, cannot fail, and does nothing the
//! second time; so it runs on every way out: [`Terminal`] dropped, a panic on any thread (the hook
//! of [`restore_on_panic`]), before the program stops, and before somebody else gets the terminal.
//!
//! One thread has the [`Terminal`], and no other writes. Nothing here waits for a terminal that
//! takes no output: what does not fit is kept, [`Terminal::is_ready`] says so, and the next wait
//! sends it on.

use super::input::{Event, Input, Signal, Waker};
use super::tty::{Transfer, Tty};
use crate::both;
use crate::domain::problem::Problem;
use crate::domain::text;
use crate::domain::words::Text;
use rustix::process::{Pid, Signal as Kill};
use rustix::termios::Termios;
use std::io;
use std::process::{Command, ExitStatus};
use std::sync::mpsc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long leaving waits for a terminal that takes no output, each time it takes none.
const PATIENCE: Duration = Duration::from_millis(100);

/// What people can choose about the terminal.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Clicks and the wheel come as events, and the terminal's own selection needs Shift.
    pub mouse: bool,
    /// The window's title while the console runs.
    pub title: Option<String>,
}

struct Mode {
    wanted: fn(&Options) -> bool,
    set: &'static str,
    reset: &'static str,
}

const fn always(set: &'static str, reset: &'static str) -> Mode {
    Mode {
        wanted: |_| true,
        set,
        reset,
    }
}

/// In the order in which they are set; undone in the opposite one. Terminals ignore what they do
/// not know.
const MODES: &[Mode] = &[
    // The title goes on a stack of the terminal's (xterm's window operation 22).
    Mode {
        wanted: |options| options.title.is_some(),
        set: "\x1b[22;0t",
        reset: "\x1b[23;0t",
    },
    // The other screen; the cursor is kept with the first.
    always("\x1b[?1049h", "\x1b[?1049l"),
    // A paste is told from typing.
    always("\x1b[?2004h", "\x1b[?2004l"),
    always("\x1b[?1004h", "\x1b[?1004l"),
    // kitty's keyboard protocol, "disambiguate escape codes" alone: more of it breaks input
    // methods. Each screen has a stack of its own, so this is inside the other screen.
    always("\x1b[>1u", "\x1b[<1u"),
    Mode {
        wanted: |options| options.mouse,
        set: "\x1b[?1000h\x1b[?1006h",
        reset: "\x1b[?1006l\x1b[?1000l",
    },
    // A letter wider than expected is cut at the edge instead of breaking the next row.
    always("\x1b[?7l", "\x1b[?7h"),
    always("\x1b[?25l", "\x1b[?25h"),
    // A frame may have been cut short: in the middle of an update, with a style on.
    always("", "\x1b[?2026l\x1b[0m"),
];

fn set_up(options: &Options) -> String {
    let mut bytes: String = wanted(options).map(|mode| mode.set).collect();
    if let Some(title) = &options.title {
        let title = text::clean_line(title);
        bytes.push_str(&format!("\x1b]2;{title}\x1b\\"));
    }
    bytes
}

fn tear_down(options: &Options) -> String {
    let wanted: Vec<&Mode> = wanted(options).collect();
    wanted.iter().rev().map(|mode| mode.reset).collect()
}

fn wanted(options: &Options) -> impl Iterator<Item = &'static Mode> {
    MODES.iter().filter(|mode| (mode.wanted)(options))
}

/// What leaving needs. In a static, because a panic on another thread must find it.
struct Entered {
    tty: Tty,
    before: Termios,
    tear_down: String,
    waker: Waker,
}

static ENTERED: Mutex<Option<Entered>> = Mutex::new(None);

fn entered() -> MutexGuard<'static, Option<Entered>> {
    ENTERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives the terminal back if the console has it. From any thread, any number of times.
pub fn restore() {
    let taken = entered().take();
    if let Some(entered) = taken {
        let bytes = entered.tear_down.as_bytes();
        entered.tty.write_patiently(bytes, PATIENCE);
        entered.tty.restore(&entered.before);
        entered.waker.wake();
    }
}

/// From now on a panic on any thread first gives the terminal back, so that its message can be
/// read; the console finds its terminal taken and ends.
pub fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        before(panic);
    }));
}

/// How lending ended.
#[derive(Debug)]
pub enum Lent {
    /// The other program did, and the console has its screen again.
    Ended(ExitStatus),
    /// The console has to: [`Event::Hangup`] or [`Event::Terminate`]. The other program was told,
    /// and the terminal stays given back.
    MustEnd(Event),
}

/// The console's screen and keyboard.
pub struct Terminal {
    tty: Tty,
    input: Input,
    waker: Waker,
    options: Options,
    /// As the terminal was found. Read once: later, a shell's own line editing may be on.
    found: Termios,
    /// Output that the terminal did not take yet.
    backlog: Vec<u8>,
    away: Away,
}

/// Whether the screen is somebody else's, and what ends that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    No,
    /// The program is being stopped: ends with the signal that continues it.
    Stopped,
    /// Ended; to be said.
    Back,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// stdin or stdout is no terminal, it cannot position a cursor (`TERM` is `dumb`), or cannot
    /// be opened or set.
    pub fn enter(options: Options) -> Result<Terminal, Problem> {
        if std::env::var("TERM").is_ok_and(|name| name == "dumb") {
            return Err(Problem::usage(Text::fixed(
                "this terminal (TERM=dumb) cannot show a screen",
                "この端末 (TERM=dumb) では画面を表示できません",
            ))
            .hint(Text::fixed(
                "follow an incident as lines of text: matoi watch I --plain",
                "テキスト行として追うには matoi watch I --plain を使ってください",
            )));
        }
        let unusable = |error: io::Error| {
            Problem::failed(both!(
                "the terminal cannot be set up: {error}",
                "端末を設定できません: {error}"
            ))
        };
        let tty = Tty::open()?;
        let (input, waker) = Input::new(tty.clone()).map_err(unusable)?;
        let found = tty.modes().map_err(unusable)?;
        let mut terminal = Terminal {
            tty,
            input,
            waker,
            options,
            found,
            backlog: Vec::new(),
            away: Away::No,
        };
        terminal.take_over().map_err(unusable)?;
        Ok(terminal)
    }

    /// Wakes [`Terminal::wait`] from another thread.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.tty.size()
    }

    /// Waits until something happens or `timeout` is over (`None`: never); may come back early
    /// with nothing. After [`Event::Resume`] the screen is blank and its size may be another.
    pub fn wait(&mut self, timeout: Option<Duration>) -> Vec<Event> {
        if self.away == Away::Back {
            self.away = Away::No;
            return vec![Event::Resume];
        }
        let mut events = self.input.wait(timeout, !self.is_ready());
        self.flush();
        if events.contains(&Event::Resume) {
            self.away = Away::No;
            if self.take_over().is_err() {
                events.push(Event::Hangup);
            }
        } else if self.away == Away::No && entered().is_none() {
            events.push(Event::Terminate);
        }
        events
    }

    /// Sends a frame. Call only when [`Terminal::is_ready`]: what is not yet sent goes first, and
    /// frames would pile up.
    pub fn write(&mut self, bytes: &[u8]) {
        self.backlog.extend_from_slice(bytes);
        self.flush();
    }

    /// Puts `text` on the clipboard of whoever looks at the terminal, between two frames.
    ///
    /// # Errors
    /// It is longer than terminals take.
    pub fn copy(&mut self, text: &str) -> Result<(), Problem> {
        let tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
        let bytes = super::clipboard::sequence(text, tmux)?;
        self.write(&bytes);
        Ok(())
    }

    /// Whether all output was taken. If not, draw nothing: [`Terminal::wait`] returns when there
    /// is room, and by then there may be something newer to draw.
    pub fn is_ready(&self) -> bool {
        self.backlog.is_empty()
    }

    /// Stops the program, and what was started with it. Once continued, waiting says
    /// [`Event::Resume`].
    ///
    /// # Errors
    /// There is no shell that could continue it, or stopping is not possible.
    pub fn suspend(&mut self) -> Result<(), Problem> {
        if is_orphan() {
            return Err(Problem::refused(Text::fixed(
                "there is no shell that could continue the console",
                "コンソールを再開できるシェルがありません",
            )));
        }
        restore();
        self.away = Away::Stopped;
        // The whole group, or the shell does not notice when another program started this one.
        let stopped = rustix::process::kill_current_process_group(Kill::STOP);
        stopped
            .map_err(io::Error::from)
            .or_else(|error| self.come_back().and(Err(error)))
            .map_err(|error| {
                Problem::failed(both!(
                    "the console cannot be stopped: {error}",
                    "コンソールを一時停止できません: {error}"
                ))
            })
    }

    /// Gives the terminal to another program until it ends; then waiting says [`Event::Resume`],
    /// and [`Event::Wake`] in case somebody called. Interrupts from the keyboard are that
    /// program's meanwhile; stopping stops both.
    ///
    /// # Errors
    /// The program does not start, or the terminal is gone afterwards.
    pub fn lend(&mut self, command: &mut Command) -> io::Result<Lent> {
        restore();
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                self.come_back()?;
                return Err(error);
            }
        };
        let pid = Pid::from_child(&child);
        let (done, ended) = mpsc::channel();
        let waker = self.waker.clone();
        let waiter = std::thread::Builder::new().name("lent".to_owned());
        waiter.spawn(move || {
            // Nobody receives when the console had to end first.
            let _unheard = done.send(child.wait());
            waker.wake();
        })?;
        loop {
            for signal in self.input.wait_while_lent() {
                let (kill, event) = match signal {
                    Signal::Hangup => (Kill::HUP, Event::Hangup),
                    Signal::Terminate => (Kill::TERM, Event::Terminate),
                    Signal::Suspend => {
                        // The other program stops by itself, being in the same group.
                        rustix::process::kill_process(rustix::process::getpid(), Kill::STOP)?;
                        continue;
                    }
                    Signal::Interrupt | Signal::Resize | Signal::Continue => continue,
                };
                // It may have ended by itself.
                let _already_gone = rustix::process::kill_process(pid, kill);
                return Ok(Lent::MustEnd(event));
            }
            if let Ok(status) = ended.try_recv() {
                self.come_back()?;
                return status.map(Lent::Ended);
            }
        }
    }

    fn come_back(&mut self) -> io::Result<()> {
        self.take_over()?;
        self.away = Away::Back;
        self.waker.wake();
        Ok(())
    }

    fn take_over(&mut self) -> io::Result<()> {
        self.tty.make_raw(&self.found)?;
        self.backlog.clear();
        self.input.forget();
        let tear_down = tear_down(&self.options);
        let before = entered().replace(Entered {
            tty: self.tty.clone(),
            before: self.found.clone(),
            tear_down: tear_down.clone(),
            waker: self.waker.clone(),
        });
        // Stopped without warning and continued: what was set is still set, or half of it.
        if before.is_some() {
            self.write(tear_down.as_bytes());
        }
        self.write(set_up(&self.options).as_bytes());
        Ok(())
    }

    /// Holds the lock while it writes, so that nothing follows what a panic elsewhere restored.
    fn flush(&mut self) {
        let entered = entered();
        let mut sent = 0;
        while entered.is_some() && sent < self.backlog.len() {
            match self.tty.write(&self.backlog[sent..]) {
                Transfer::Bytes(count) => sent += count,
                Transfer::NotNow => break,
                // Waiting will find it gone.
                Transfer::Gone => sent = self.backlog.len(),
            }
        }
        if entered.is_none() {
            sent = self.backlog.len();
        }
        self.backlog.drain(..sent);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether no shell watches this program: its parent is of another session, or it leads its own.
fn is_orphan() -> bool {
    // Not rustix's `getsid`: it cannot say 0, which is what a session led from outside of this
    // container is called.
    let parent = nix::unistd::getppid();
    nix::unistd::getsid(None) != nix::unistd::getsid(Some(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tear_down_mirrors_set_up() {
        let options = Options {
            mouse: true,
            title: Some("shop\u{1b}\\\u{7} 決済".to_owned()),
        };
        insta::assert_snapshot!(
            set_up(&options).replace('\u{1b}', "^"),
            @r"^[22;0t^[?1049h^[?2004h^[?1004h^[>1u^[?1000h^[?1006h^[?7l^[?25l^]2;shop 決済^\"
        );
        insta::assert_snapshot!(
            tear_down(&options).replace('\u{1b}', "^"),
            @"^[?2026l^[0m^[?25h^[?7h^[?1006l^[?1000l^[<1u^[?1004l^[?2004l^[?1049l^[23;0t"
        );
        let plain = tear_down(&Options::default());
        assert!(!plain.contains("1000") && !plain.contains("23;0t"));
    }
}

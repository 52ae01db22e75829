//! A program in a pseudo terminal, from the other end.

use super::program::PLAYS;
use crate::peers::rig::Console;
use pty_process::blocking::{Command as PtyCommand, Pts, Pty, open};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{Termios, tcgetattr};
use std::io::{BufRead, BufReader, Read, Write};
use std::num::NonZeroU16;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Nothing here takes a second; a program that says nothing for so long never will.
const GIVE_UP: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

/// What a program may take for one thing on a machine that is busy with others.
const LONGEST: Duration = Duration::from_secs(40);

/// The console of a data directory in a terminal of 120×35.
pub fn console_of(console: &Console, lang: &str) -> Session {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matoi"));
    console.dress(&mut command);
    command
        .env("TERM", "xterm-256color")
        .env("MATOI_LANG", lang);
    Session::of(command, 120, 35)
}

pub struct Session {
    pty: Pty,
    /// Keeps the terminal's modes to be looked at when the program is gone.
    pts: Pts,
    before: Termios,
    child: Reaped,
    stderr: Option<BufReader<ChildStderr>>,
    parser: vt100::Parser,
    raw: Vec<u8>,
}

/// Not left behind by a test that fails half-way.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// This test binary as the program of `program.rs`.
pub fn program_command() -> Command {
    let binary = std::env::current_exe().expect("this binary");
    let mut command = Command::new(binary);
    command
        .args(["--exact", "terminal::program::plays", "--ignored"])
        .args(["--nocapture", "--test-threads=1"])
        .env(PLAYS, "1")
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .env_remove("COLORTERM")
        .env_remove("COLORFGBG");
    command
}

/// Sends a signal by its name without `SIG`.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status();
    assert!(status.expect("kill runs").success());
}

fn size(columns: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    let cells = |count| NonZeroU16::new(count).expect("a size");
    (cells(rows), cells(columns))
}

impl Session {
    pub fn start(env: &[(&str, &str)]) -> Session {
        let mut command = program_command();
        command.envs(env.iter().copied()).stderr(Stdio::piped());
        Session::over(|pts| {
            PtyCommand::from(command)
                .stderr(Stdio::piped())
                .spawn_borrowed(pts)
                .expect("it starts")
        })
    }

    /// Started, and its first frame shown.
    pub fn ready(env: &[(&str, &str)]) -> Session {
        let mut session = Session::start(env);
        session.until(|screen| screen.contents().contains("80x24"));
        session
    }

    /// The terminal is not the one that controls the program: hang-up comes without a signal.
    pub fn ready_without_signals() -> Session {
        let mut session = Session::over(|pts| {
            let end = || {
                let end = std::os::fd::AsFd::as_fd(pts).try_clone_to_owned();
                Stdio::from(end.expect("a descriptor"))
            };
            program_command()
                .stdin(end())
                .stdout(end())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts")
        });
        session.until(|screen| screen.contents().contains("80x24"));
        session
    }

    /// The program under a shell with job control, and what the shell does next.
    pub fn in_a_shell(then: &str) -> Session {
        let program = program_command();
        let words: Vec<String> = std::iter::once(program.get_program())
            .chain(program.get_args())
            .map(|word| format!("'{}'", word.to_string_lossy()))
            .collect();
        let script = format!("{}; {then}", words.join(" "));
        Session::over(|pts| {
            PtyCommand::new("sh")
                .args(["-mc", &script])
                .env(PLAYS, "1")
                .env("TERM", "xterm-256color")
                .stderr(Stdio::piped())
                .spawn_borrowed(pts)
                .expect("it starts")
        })
    }

    /// Any program, in a terminal of so many columns and rows.
    pub fn of(command: Command, columns: u16, rows: u16) -> Session {
        Session::sized(columns, rows, |pts| {
            PtyCommand::from(command)
                .spawn_borrowed(pts)
                .expect("it starts")
        })
    }

    fn over(spawn: impl FnOnce(&Pts) -> Child) -> Session {
        Session::sized(80, 24, spawn)
    }

    fn sized(columns: u16, rows: u16, spawn: impl FnOnce(&Pts) -> Child) -> Session {
        let (pty, pts) = open().expect("a pseudo terminal");
        pty.resize(pty_process::Size::new(rows, columns))
            .expect("a size");
        let before = tcgetattr(&pts).expect("a terminal");
        let mut child = spawn(&pts);
        let (rows, columns) = size(columns, rows);
        Session {
            stderr: child.stderr.take().map(BufReader::new),
            pty,
            pts,
            before,
            child: Reaped(child),
            parser: vt100::Parser::new(rows, columns, 0),
            raw: Vec::new(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Everything that the program wrote, as far as it was read.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// As it was read last.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub fn send(&mut self, keys: &[u8]) {
        self.pty.write_all(keys).expect("it takes keys");
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let (height, width) = size(columns, rows);
        self.parser.screen_mut().set_size(height, width);
        let size = pty_process::Size::new(rows, columns);
        self.pty.resize(size).expect("a size");
    }

    /// Reads what the program writes until the screen is as wished.
    pub fn until(&mut self, wish: impl Fn(&vt100::Screen) -> bool) {
        let started = Instant::now();
        while !wish(self.parser.screen()) {
            // A clock that ticks is no sign of life.
            let late = started.elapsed() > LONGEST;
            assert!(!late, "it stays at:\n{}", self.parser.screen().contents());
            let mut fds = [PollFd::new(&self.pty, PollFlags::IN)];
            let ready = poll(&mut fds, Some(&GIVE_UP)).expect("poll");
            if ready == 0 || !self.read() {
                self.stuck();
            }
        }
    }

    /// Reads until the screen holds this.
    pub fn shows(&mut self, text: &str) {
        self.until(|screen| screen.contents().contains(text));
    }

    /// Leaves the console by its question; whether it ended well.
    pub fn leaves(mut self) -> Session {
        self.send(b"\x03");
        self.shows("<]");
        self.send(b"\t\r");
        assert!(self.end().success());
        self
    }

    /// Fails, with all there is to know about why the screen is not as wished.
    fn stuck(&mut self) -> ! {
        let ended = self.child.0.try_wait().expect("it can be asked");
        let _gone_already = self.child.0.kill();
        let (screen, said) = (self.parser.screen().contents(), self.last_words());
        unreachable!("ended: {ended:?}\nit said:\n{said}\nthe screen stays at:\n{screen}");
    }

    /// Whether there was anything.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 4096];
        // The other end reports the end as an error.
        let count = self.pty.read(&mut buffer).unwrap_or(0);
        self.parser.process(&buffer[..count]);
        self.raw.extend_from_slice(&buffer[..count]);
        count > 0
    }

    fn drain(&mut self) {
        let now = Timespec::default();
        loop {
            let mut fds = [PollFd::new(&self.pty, PollFlags::IN)];
            if poll(&mut fds, Some(&now)) != Ok(1) || !self.read() {
                return;
            }
        }
    }

    /// Waits for the end, reading all that is written before it.
    pub fn end(&mut self) -> ExitStatus {
        let pidfd = rustix::process::pidfd_open(
            rustix::process::Pid::from_child(&self.child.0),
            rustix::process::PidfdFlags::empty(),
        )
        .expect("it runs, or has not been waited for");
        loop {
            let mut fds = [
                PollFd::new(&pidfd, PollFlags::IN),
                PollFd::new(&self.pty, PollFlags::IN),
            ];
            let ready = poll(&mut fds, Some(&GIVE_UP)).expect("poll");
            assert!(ready > 0, "it does not end");
            if !fds[0].revents().is_empty() {
                break;
            }
            self.read();
        }
        let status = self.end_unread();
        self.drain();
        status
    }

    /// Waits for the end without reading anything.
    pub fn end_unread(&mut self) -> ExitStatus {
        self.child.0.wait().expect("it ends")
    }

    /// What it said on stderr until its end, and nobody heard yet.
    pub fn last_words(&mut self) -> String {
        let mut said = String::new();
        if let Some(stderr) = &mut self.stderr {
            stderr.read_to_string(&mut said).expect("text");
        }
        said
    }

    pub fn heard_on_stderr(&mut self, words: &str) {
        let stderr = self.stderr.as_mut().expect("it is piped");
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            let length = stderr.read_line(&mut line).expect("text");
            assert!(length > 0, "it ended before it said {words:?}");
        }
    }

    /// The terminal's end of the line is cut. How the program ended, and its processor time.
    pub fn hang_up(self) -> (ExitStatus, std::time::Duration) {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let Session {
            pty,
            pts,
            mut child,
            ..
        } = self;
        drop((pty, pts));
        let id = WaitId::Pid(Pid::from_child(&child.0));
        waitid(id, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).expect("it ends");
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", child.0.id())).expect("a zombie");
        let after_name = stat.rsplit_once(')').expect("a name").1;
        // Fields 14 and 15 of proc_pid_stat(5), in hundredths of a second.
        let ticks: u64 = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().expect("a number"))
            .sum();
        let status = child.0.wait().expect("it ended");
        (status, std::time::Duration::from_millis(ticks * 10))
    }

    /// Every parameter of every style that was set.
    pub fn styles(&self) -> Vec<u16> {
        let text = String::from_utf8_lossy(&self.raw);
        text.split("\u{1b}[")
            .filter_map(|rest| rest.split_once('m'))
            .filter(|(parameters, _)| parameters.bytes().all(|b| matches!(b, b'0'..=b'9' | b';')))
            .flat_map(|(parameters, _)| parameters.split(';'))
            .filter_map(|code| code.parse().ok())
            .collect()
    }

    /// The main screen, a visible cursor, no mode left on, and the line discipline as before.
    pub fn assert_restored(&mut self) {
        self.drain();
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "still on the other screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are bracketed");
        let raw = String::from_utf8_lossy(&self.raw);
        for (set, reset) in [
            ("\u{1b}[?1004h", "\u{1b}[?1004l"),
            ("\u{1b}[>1u", "\u{1b}[<1u"),
            ("\u{1b}[?7l", "\u{1b}[?7h"),
            ("\u{1b}[?2026h", "\u{1b}[?2026l"),
        ] {
            let (set, reset) = (raw.rfind(set), raw.rfind(reset));
            assert!(set.is_some() && set < reset, "{set:?} {reset:?} in {raw:?}");
        }
        let now = tcgetattr(&self.pts).expect("a terminal");
        assert_eq!(
            format!("{now:?}"),
            format!("{:?}", self.before),
            "keys or lines are treated differently"
        );
    }
}

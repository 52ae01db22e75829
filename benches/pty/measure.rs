//! One program in a pseudo terminal, and its figures.

use pty_process::blocking::{Command as PtyCommand, Pty, open};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

const COLUMNS: u16 = 120;
const ROWS: u16 = 35;

/// Nothing measured here takes as long; a program that does is reported as silent.
const SILENT: Duration = Duration::from_secs(5);

/// The program is done with a key when it has written nothing for as long.
const QUIET: Duration = Duration::from_millis(25);

/// What to start, and what to press.
pub struct Subject {
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub env: Vec<(String, String)>,
    pub keys: Vec<Vec<u8>>,
}

/// How much to measure.
pub struct Effort {
    pub runs: usize,
    pub presses: usize,
    pub idle: Duration,
}

#[derive(Debug, Default)]
pub struct Figures {
    /// Process start to the first visible letter.
    pub start: Vec<Duration>,
    /// Key written to the first byte back.
    pub key: Vec<Duration>,
    /// Keys that nothing came back for.
    pub unanswered: usize,
    pub idle: Option<Idle>,
    /// Resident now and at its peak, bytes.
    pub memory: Option<(u64, u64)>,
}

#[derive(Debug)]
pub struct Idle {
    pub over: Duration,
    pub wake_ups: u64,
    pub processor: Duration,
    pub bytes: usize,
}

pub fn measure(subject: &Subject, effort: &Effort) -> io::Result<Figures> {
    let mut figures = Figures::default();
    // Once unmeasured: caches, and whatever a first start sets up.
    Running::start(subject)?.first_frame()?;
    for run in 0..effort.runs {
        let mut running = Running::start(subject)?;
        let Some(start) = running.first_frame()? else {
            return Ok(figures);
        };
        figures.start.push(start);
        if run + 1 == effort.runs {
            running.quiet_down()?;
            running.press(subject, effort.presses, &mut figures)?;
            figures.idle = Some(running.idle(effort.idle)?);
            figures.memory = Some(running.memory()?);
        }
    }
    Ok(figures)
}

struct Running {
    pty: Pty,
    child: Child,
    started: Instant,
    screen: vt100::Parser,
}

impl Running {
    fn start(subject: &Subject) -> io::Result<Running> {
        let (pty, pts) = open().map_err(io::Error::other)?;
        let size = pty_process::Size::new(ROWS, COLUMNS);
        pty.resize(size).map_err(io::Error::other)?;
        let mut command = Command::new(&subject.program);
        command.args(&subject.arguments);
        command.envs(subject.env.iter().cloned());
        command.env("TERM", "xterm-256color");
        let cells = |count| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
        let screen = vt100::Parser::new(cells(ROWS), cells(COLUMNS), 0);
        let started = Instant::now();
        let child = PtyCommand::from(command)
            .spawn(pts)
            .map_err(io::Error::other)?;
        Ok(Running {
            pty,
            child,
            started,
            screen,
        })
    }

    /// `None`: it ended, or showed nothing for long.
    fn first_frame(&mut self) -> io::Result<Option<Duration>> {
        while self.read_within(SILENT)?.is_some() {
            let at = self.started.elapsed();
            if !self.screen.screen().contents().trim().is_empty() {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn press(
        &mut self,
        subject: &Subject,
        presses: usize,
        figures: &mut Figures,
    ) -> io::Result<()> {
        for key in subject.keys.iter().cycle().take(presses) {
            let pressed = Instant::now();
            self.pty.write_all(key)?;
            match self.read_within(Duration::from_millis(500))? {
                Some(_) => figures.key.push(pressed.elapsed()),
                None => figures.unanswered += 1,
            }
            self.quiet_down()?;
        }
        Ok(())
    }

    fn idle(&mut self, over: Duration) -> io::Result<Idle> {
        self.quiet_down()?;
        let (switches, processor) = self.costs()?;
        let begin = Instant::now();
        let mut bytes = 0;
        while let Some(left) = over.checked_sub(begin.elapsed()) {
            bytes += self.read_within(left)?.unwrap_or(0);
        }
        let (switches_after, processor_after) = self.costs()?;
        Ok(Idle {
            over,
            wake_ups: switches_after - switches,
            processor: processor_after.saturating_sub(processor),
            bytes,
        })
    }

    /// Bytes that came within `timeout`; `None` when none did, or the program ended.
    fn read_within(&mut self, timeout: Duration) -> io::Result<Option<usize>> {
        let timeout = Timespec {
            tv_sec: timeout.as_secs() as i64,
            tv_nsec: i64::from(timeout.subsec_nanos()),
        };
        let mut fds = [PollFd::new(&self.pty, PollFlags::IN)];
        if poll(&mut fds, Some(&timeout))? == 0 {
            return Ok(None);
        }
        let mut buffer = [0; 64 * 1024];
        // A program that has ended reads as an error.
        let count = self.pty.read(&mut buffer).unwrap_or(0);
        self.screen.process(&buffer[..count]);
        Ok((count > 0).then_some(count))
    }

    fn quiet_down(&mut self) -> io::Result<()> {
        while self.read_within(QUIET)?.is_some() {}
        Ok(())
    }

    /// Voluntary context switches, and processor time, of all its threads.
    fn costs(&self) -> io::Result<(u64, Duration)> {
        let (mut switches, mut nanoseconds) = (0, 0);
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let task = task?.path();
            switches += field(
                &fs::read_to_string(task.join("status"))?,
                "voluntary_ctxt_switches:",
            );
            let schedule = fs::read_to_string(task.join("schedstat"))?;
            let first = schedule.split_whitespace().next().unwrap_or("0");
            nanoseconds += first.parse::<u64>().unwrap_or(0);
        }
        Ok((switches, Duration::from_nanos(nanoseconds)))
    }

    fn memory(&self) -> io::Result<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        Ok((
            field(&status, "VmRSS:") * 1024,
            field(&status, "VmHWM:") * 1024,
        ))
    }
}

/// A number after its name at the start of a line.
fn field(status: &str, name: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

impl Drop for Running {
    fn drop(&mut self) {
        // Asked first, so that what it started ends with it.
        let _ended = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            if self.read_within(Duration::from_millis(5)).is_err() {
                break;
            }
        }
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

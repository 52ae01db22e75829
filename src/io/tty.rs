//! The terminal as a device: opened, measured, read and written without ever waiting for it.
//!
//! It is opened anew by its name rather than taken from stdin and stdout, because an open file
//! description of our own can be set non-blocking; theirs is shared with the shell, which would
//! find it so. A terminal that takes no more output (flow control, a stuck connection) then costs
//! us a frame and not the thread.

use crate::domain::problem::Problem;
use crate::domain::words::Text;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::termios::{self, OptionalActions, Termios};
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

/// Shown by a terminal that does not know its size.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// The terminal that stdin and stdout are connected to.
#[derive(Clone, Debug)]
pub struct Tty(Arc<OwnedFd>);

/// What came of asking the terminal for, or giving it, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    Bytes(usize),
    /// Nothing to read, or no room to write, for now.
    NotNow,
    /// Nobody is at the other end any more.
    Gone,
}

impl Tty {
    /// # Errors
    /// stdin or stdout is not a terminal, or the terminal cannot be opened.
    pub fn open() -> Result<Tty, Problem> {
        let (stdin, stdout) = (rustix::stdio::stdin(), rustix::stdio::stdout());
        if !termios::isatty(stdin) || !termios::isatty(stdout) {
            return Err(Problem::usage(Text::fixed(
                "the console needs a terminal for its input and its output",
                "コンソールの入出力には端末が必要です",
            ))
            .hint(Text::fixed(
                "for pipes and scripts there are subcommands: matoi --help",
                "パイプやスクリプトではサブコマンドを使ってください (matoi --help)",
            )));
        }
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let open = |name: CString| rustix::fs::open(name, flags, Mode::empty());
        termios::ttyname(stdout, Vec::new())
            .and_then(open)
            // Without a name of its own (a container, another mount namespace) it has this one.
            .or_else(|_| open(c"/dev/tty".to_owned()))
            .map(|fd| Tty(Arc::new(fd)))
            .map_err(|error| {
                let error = std::io::Error::from(error);
                Problem::failed(crate::both!(
                    "the terminal cannot be opened: {error}",
                    "端末を開けません: {error}"
                ))
            })
    }

    /// Any descriptor in place of a terminal.
    #[cfg(test)]
    pub(super) fn over(fd: OwnedFd) -> Tty {
        Tty(Arc::new(fd))
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        match termios::tcgetwinsize(&*self.0) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
            _ => USUAL_SIZE,
        }
    }

    /// How the terminal treats keys and lines now.
    ///
    /// # Errors
    /// The terminal is gone, or is not one.
    pub fn modes(&self) -> std::io::Result<Termios> {
        Ok(termios::tcgetattr(&*self.0)?)
    }

    /// Makes keys come as they are pressed, unseen and uninterpreted; everything else as in
    /// `modes`. In the background the kernel stops the program here, until it is in front.
    ///
    /// # Errors
    /// The terminal is gone, or is not one.
    pub fn make_raw(&self, modes: &Termios) -> std::io::Result<()> {
        let mut raw = modes.clone();
        raw.make_raw();
        // Now, not after draining: a stalled terminal would never drain.
        Ok(termios::tcsetattr(&*self.0, OptionalActions::Now, &raw)?)
    }

    /// Undoes [`Tty::make_raw`]. A terminal that is gone needs no undoing.
    pub fn restore(&self, modes: &Termios) {
        let _gone = termios::tcsetattr(&*self.0, OptionalActions::Now, modes);
    }

    pub fn read(&self, buffer: &mut [u8]) -> Transfer {
        loop {
            match rustix::io::read(&*self.0, &mut *buffer) {
                Ok(0) => return Transfer::Gone,
                Ok(count) => return Transfer::Bytes(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Transfer::NotNow,
                Err(_) => return Transfer::Gone,
            }
        }
    }

    pub fn write(&self, bytes: &[u8]) -> Transfer {
        loop {
            match rustix::io::write(&*self.0, bytes) {
                Ok(count) => return Transfer::Bytes(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Transfer::NotNow,
                Err(_) => return Transfer::Gone,
            }
        }
    }

    /// Writes all of `bytes`, unless the terminal takes nothing for as long as `patience`.
    pub fn write_patiently(&self, mut bytes: &[u8], patience: Duration) {
        while !bytes.is_empty() {
            match self.write(bytes) {
                Transfer::Bytes(count) => bytes = &bytes[count..],
                Transfer::Gone => return,
                Transfer::NotNow => {
                    let mut fds = [PollFd::new(&*self.0, PollFlags::OUT)];
                    if !matches!(poll(&mut fds, Some(&timespec(patience))), Ok(1)) {
                        return;
                    }
                }
            }
        }
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

pub(super) fn timespec(duration: Duration) -> Timespec {
    Timespec {
        // A year is as good as for ever, and fits every platform's poll.
        tv_sec: duration.as_secs().min(365 * 86_400) as i64,
        tv_nsec: i64::from(duration.subsec_nanos()),
    }
}

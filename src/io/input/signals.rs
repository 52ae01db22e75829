//! Signals and calls from other threads, as bytes in one pipe that a poll can wait for.

use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a signal means to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Resize,
    Hangup,
    Terminate,
    /// From the keyboard, when the terminal is not raw: while it is lent.
    Interrupt,
    Suspend,
    Continue,
}

const SIGNALS: [(i32, Signal); 7] = [
    (SIGWINCH, Signal::Resize),
    (SIGHUP, Signal::Hangup),
    (SIGTERM, Signal::Terminate),
    (SIGINT, Signal::Interrupt),
    (SIGQUIT, Signal::Interrupt),
    (SIGTSTP, Signal::Suspend),
    (SIGCONT, Signal::Continue),
];

/// Wakes the thread that waits for input. Any number of calls before it wakes are one.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Bell>);

#[derive(Debug)]
struct Bell {
    rung: AtomicBool,
    pipe: UnixStream,
}

impl Waker {
    pub fn wake(&self) {
        if !self.0.rung.swap(true, Ordering::AcqRel) {
            // A full pipe wakes just as well; a closed one has nobody left to wake.
            let _full_or_closed = (&self.0.pipe).write(b"w");
        }
    }
}

/// The reading end: takes signals for as long as it lives.
#[derive(Debug)]
pub struct Pipe {
    reader: UnixStream,
    bell: Arc<Bell>,
    flags: Vec<(Signal, Arc<AtomicBool>)>,
    registered: Vec<SigId>,
}

impl Pipe {
    /// # Errors
    /// Out of descriptors, or signals cannot be taken.
    pub fn new() -> io::Result<(Pipe, Waker)> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        let mut pipe = Pipe {
            reader,
            bell: Arc::new(Bell {
                rung: AtomicBool::new(false),
                pipe: writer,
            }),
            flags: Vec::new(),
            registered: Vec::new(),
        };
        for (number, signal) in SIGNALS {
            // The flag first: whoever is woken by the byte finds it set.
            let flag = Arc::new(AtomicBool::new(false));
            let id = signal_hook::flag::register(number, Arc::clone(&flag))?;
            pipe.registered.push(id);
            pipe.flags.push((signal, flag));
            let end = pipe.bell.pipe.try_clone()?;
            let id = signal_hook::low_level::pipe::register(number, end)?;
            pipe.registered.push(id);
        }
        let waker = Waker(Arc::clone(&pipe.bell));
        Ok((pipe, waker))
    }

    /// Takes what came since the last call: the signals, each once, and whether somebody rang.
    pub fn take(&mut self) -> (Vec<Signal>, bool) {
        let mut bytes = [0; 64];
        while matches!(self.reader.read(&mut bytes), Ok(count) if count == bytes.len()) {}
        let mut signals = Vec::new();
        for (signal, flag) in &self.flags {
            if flag.swap(false, Ordering::AcqRel) && !signals.contains(signal) {
                signals.push(*signal);
            }
        }
        (signals, self.bell.rung.swap(false, Ordering::AcqRel))
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
    }
}

impl AsFd for Pipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

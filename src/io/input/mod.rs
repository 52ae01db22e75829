//! What the terminal thread waits for: keys, signals, and calls from the other threads.
//!
//! One `poll` over the terminal and a pipe. The terminal is read only when it has something, and
//! never again once it is gone: hang-up is said once, and costs nothing afterwards.

pub mod decode;
mod signals;

pub use signals::{Signal, Waker};

use super::tty::{Transfer, Tty, timespec};
use crossterm::event::{KeyEvent, MouseEvent};
use decode::Decoder;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signals::Pipe;
use std::io;
use std::time::{Duration, Instant};

/// How long an escape waits for the rest of a sequence before it is the key. Terminals write a
/// sequence in one piece; what tears pieces apart is a network, and people press the key alone.
const ESCAPE_WAIT: Duration = Duration::from_millis(30);

/// Bytes taken in one go, so that a flood of input leaves room for drawing.
const FLOOD: usize = 64 * 1024;

/// How long after the terminal came back an interrupt is still taken for one typed into the program
/// that had it: the kernel gives a signal to any of our threads, and that one may be slow to run.
const LATE_INTERRUPT: Duration = Duration::from_secs(1);

/// What happened at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Shift is in the letter (`A`, never Shift and `a`); repeats are presses, releases never come.
    Key(KeyEvent),
    /// As it was pasted: not cleaned yet, and cut at 1 MiB.
    Paste(String),
    /// Columns and rows.
    Resize(u16, u16),
    /// Whether the terminal's window has the focus.
    Focus(bool),
    Mouse(MouseEvent),
    /// A [`Waker`] was called.
    Wake,
    /// The terminal is gone. Said once; then there is nothing more to show and nobody to ask.
    Hangup,
    /// Somebody asks the program to end.
    Terminate,
    /// Somebody asks the program to stop, as Ctrl-Z does elsewhere.
    Suspend,
    /// The program was stopped and runs again: the screen shows something else, times have moved.
    Resume,
}

/// The waiting end.
#[derive(Debug)]
pub struct Input {
    tty: Tty,
    pipe: Pipe,
    decoder: Decoder,
    gone: bool,
    /// When somebody else last gave the terminal back.
    lent_until: Option<Instant>,
}

impl Input {
    /// # Errors
    /// Out of descriptors, or signals cannot be taken.
    pub fn new(tty: Tty) -> io::Result<(Input, Waker)> {
        let (pipe, waker) = Pipe::new()?;
        let input = Input {
            tty,
            pipe,
            decoder: Decoder::default(),
            gone: false,
            lent_until: None,
        };
        Ok((input, waker))
    }

    /// Waits until something happens, the terminal takes output again (if `for_room`), or `timeout`
    /// is over (`None`: never). May return early with nothing; several things come in the order
    /// keys, then calls, then signals, so that what was typed before a resize was typed before it.
    pub fn wait(&mut self, timeout: Option<Duration>, for_room: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let patience = match (self.decoder.is_waiting(), timeout) {
            (true, Some(timeout)) => Some(timeout.min(ESCAPE_WAIT)),
            (true, None) => Some(ESCAPE_WAIT),
            (false, timeout) => timeout,
        };
        let (terminal, pipe) = self.poll(patience, for_room && !self.gone);
        if terminal.intersects(PollFlags::IN) {
            self.read(&mut events);
        } else if terminal.is_empty()
            && pipe.is_empty()
            && self.decoder.is_waiting()
            && timeout.is_none_or(|t| t >= ESCAPE_WAIT)
        {
            self.decoder.time_is_up(&mut events);
        }
        if terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            self.hang_up(&mut events);
        }
        if !pipe.is_empty() {
            self.take_calls(&mut events);
        }
        events
    }

    /// As [`Input::wait`], without looking at the terminal, which somebody else has now.
    pub(super) fn wait_while_lent(&mut self) -> Vec<Signal> {
        let mut fds = [PollFd::new(&self.pipe, PollFlags::IN)];
        // Nothing but an interruption can go wrong here; the caller looks and comes back.
        let _interrupted = poll(&mut fds, None);
        self.lent_until = Some(Instant::now());
        self.pipe.take().0
    }

    /// Forgets keys half read: they were meant for a screen that is no more.
    pub(super) fn forget(&mut self) {
        self.decoder = Decoder::default();
    }

    /// What is ready: of the terminal, of the pipe.
    fn poll(&mut self, timeout: Option<Duration>, for_room: bool) -> (PollFlags, PollFlags) {
        let interest = if for_room {
            PollFlags::IN | PollFlags::OUT
        } else {
            PollFlags::IN
        };
        let mut fds = [
            PollFd::new(&self.pipe, PollFlags::IN),
            PollFd::new(&self.tty, interest),
        ];
        let watched = if self.gone {
            &mut fds[..1]
        } else {
            &mut fds[..]
        };
        match poll(watched, timeout.map(timespec).as_ref()) {
            Ok(_) => (fds[1].revents(), fds[0].revents()),
            // The signal that interrupted is in the pipe.
            Err(Errno::INTR) => (PollFlags::empty(), PollFlags::IN),
            Err(_) => (PollFlags::ERR, PollFlags::IN),
        }
    }

    fn read(&mut self, events: &mut Vec<Event>) {
        let mut buffer = [0; 4096];
        let mut taken = 0;
        while taken < FLOOD {
            match self.tty.read(&mut buffer) {
                Transfer::Bytes(count) => {
                    self.decoder.feed(&buffer[..count], events);
                    taken += count;
                    if count < buffer.len() {
                        return;
                    }
                }
                Transfer::NotNow => return,
                Transfer::Gone => {
                    self.hang_up(events);
                    return;
                }
            }
        }
    }

    fn was_just_lent(&self) -> bool {
        self.lent_until
            .is_some_and(|then| then.elapsed() < LATE_INTERRUPT)
    }

    fn hang_up(&mut self, events: &mut Vec<Event>) {
        if !self.gone {
            self.gone = true;
            events.push(Event::Hangup);
        }
    }

    fn take_calls(&mut self, events: &mut Vec<Event>) {
        let (signals, rung) = self.pipe.take();
        if rung {
            events.push(Event::Wake);
        }
        for signal in signals {
            match signal {
                Signal::Resize => {
                    let (columns, rows) = self.tty.size();
                    events.push(Event::Resize(columns, rows));
                }
                Signal::Hangup => self.hang_up(events),
                Signal::Interrupt if self.was_just_lent() => {}
                Signal::Terminate | Signal::Interrupt => events.push(Event::Terminate),
                Signal::Suspend => events.push(Event::Suspend),
                Signal::Continue => events.push(Event::Resume),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    fn over_a_socket() -> (Input, Waker, UnixStream) {
        let (near, far) = UnixStream::pair().expect("a pair");
        near.set_nonblocking(true).expect("non-blocking");
        let (input, waker) = Input::new(Tty::over(near.into())).expect("signals");
        (input, waker, far)
    }

    fn letter(c: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
    }

    #[test]
    fn keys_and_calls_arrive_and_calls_are_one() {
        let (mut input, waker, mut far) = over_a_socket();
        far.write_all(b"ab").expect("room");
        waker.wake();
        waker.clone().wake();
        assert_eq!(
            input.wait(None, false),
            [letter('a'), letter('b'), Event::Wake]
        );
        assert_eq!(input.wait(Some(Duration::ZERO), false), []);
        waker.wake();
        assert_eq!(input.wait(None, false), [Event::Wake]);
    }

    #[test]
    fn an_escape_is_the_key_once_nothing_follows() {
        let (mut input, _waker, mut far) = over_a_socket();
        far.write_all(b"\x1b").expect("room");
        assert_eq!(input.wait(None, false), []);
        let escape = Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        assert_eq!(input.wait(None, false), [escape]);
        // A call in between decides nothing.
        far.write_all(b"\x1b").expect("room");
        assert_eq!(input.wait(None, false), []);
        _waker.wake();
        assert_eq!(input.wait(None, false), [Event::Wake]);
        far.write_all(b"[A").expect("room");
        let up = Event::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::NONE));
        assert_eq!(input.wait(None, false), [up]);
    }

    #[test]
    fn a_hang_up_is_said_once_and_then_waits_are_waits() {
        let (mut input, waker, mut far) = over_a_socket();
        far.write_all(b"q").expect("room");
        drop(far);
        let first = input.wait(None, false);
        let said = |events: &[Event]| events.iter().filter(|e| **e == Event::Hangup).count();
        assert_eq!((first.first(), said(&first)), (Some(&letter('q')), 1));
        assert_eq!(input.wait(Some(Duration::ZERO), true), []);
        waker.wake();
        assert_eq!(input.wait(None, true), [Event::Wake]);
    }
}

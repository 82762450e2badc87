//! The bell that wakes the main thread, and the ear that hears it.
//!
//! Owns what can be rung. It must not know what a ring entails.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::io::fcntl_dupfd_cloexec;

/// What the main thread is woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ring {
    /// Another worker may be needed.
    Hire,
    /// The server has something to look after, or a clock that runs out before all those that were known.
    Look,
    /// No connection can be accepted any more.
    AcceptFailed,
    /// The last work of the process is done.
    Done,
    /// A signal came, or the program asked for the end.
    Stop,
}

/// What a bell carries for each ring. `STOP_BYTE` is also what the handler of the signals writes.
const HIRE_BYTE: u8 = b'H';
const LOOK_BYTE: u8 = b'L';
const ACCEPT_FAILED_BYTE: u8 = b'A';
const DONE_BYTE: u8 = b'E';
pub(super) const STOP_BYTE: u8 = b'X';

/// The end that rings.
#[derive(Debug)]
pub(super) struct Bell(UnixStream);

impl From<UnixStream> for Bell {
    fn from(socket: UnixStream) -> Self {
        Self(socket)
    }
}

/// The end that hears.
#[derive(Debug)]
pub(super) struct Ear {
    socket: UnixStream,
    /// Whether its last wait had an end.
    is_timed: Cell<bool>,
}

/// A bell and the ear that hears it: one pair of sockets, so that workers, signals and the program's own stop all wake
/// the main thread by one wait.
pub(super) fn bell() -> io::Result<(Bell, Ear)> {
    let (bell, ear) = UnixStream::pair()?;
    let ear = Ear {
        socket: ear,
        is_timed: Cell::new(false),
    };
    Ok((Bell(bell), ear))
}

impl Bell {
    pub(super) fn ring(&self, ring: Ring) {
        let byte = match ring {
            Ring::Hire => HIRE_BYTE,
            Ring::Look => LOOK_BYTE,
            Ring::AcceptFailed => ACCEPT_FAILED_BYTE,
            Ring::Done => DONE_BYTE,
            Ring::Stop => STOP_BYTE,
        };
        // The ear is gone only when serving is over, and then nobody needs to be woken.
        let _ = (&self.0).write_all(&[byte]);
    }

    /// Another handle of the same bell, for the signals.
    pub(super) fn socket(&self) -> io::Result<UnixStream> {
        // The C library marks a copy as closed at exec by a second call, which the standard library's way goes.
        Ok(fcntl_dupfd_cloexec(&self.0, 0)?.into())
    }
}

impl Ear {
    /// Waits for a ring, but not beyond then. Nobody wakes an ear that waits without an end but a ring.
    pub(super) fn hear(&self, until: Option<Instant>) -> Option<Ring> {
        if until.is_some() || self.is_timed.get() {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            // No time would be no end.
            let left = left.map(|left| left.max(Duration::from_micros(1)));
            self.socket.set_read_timeout(left).ok()?;
            self.is_timed.set(until.is_some());
        }
        self.read()
    }

    fn read(&self) -> Option<Ring> {
        let mut byte = [0];
        (&self.socket).read_exact(&mut byte).ok()?;
        match byte {
            [HIRE_BYTE] => Some(Ring::Hire),
            [LOOK_BYTE] => Some(Ring::Look),
            [ACCEPT_FAILED_BYTE] => Some(Ring::AcceptFailed),
            [DONE_BYTE] => Some(Ring::Done),
            _ => Some(Ring::Stop),
        }
    }
}

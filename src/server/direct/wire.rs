//! The socket as the front reads and writes it: every wait has a clock, and an interruption is none of its ends.
//!
//! Owns the time-outs. It must not know what the bytes mean.
//!
//! A socket's own time-out begins anew with each byte, so it is set to what is left before each wait but the first of
//! an answer: that one waits as long as the listener was told to, which connections inherit, so that an answer that
//! fits into the socket's buffer costs one call of the system and no more.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::sockopt::{Timeout, set_socket_timeout};

use super::inbox::Source;

/// How long each part of an exchange may take. An idle connection has no clock: the platform keeps its connections for
/// 15 minutes and more, and takes one that was closed under it for a failure (contract §4.1).
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks {
    /// From the first byte of a head to its end.
    pub(super) head: Duration,
    /// From the end of the head to the end of the body, and the time that its bytes earn.
    pub(super) body: Duration,
    /// For each piece of an answer, and the time that its bytes earn.
    pub(super) write: Duration,
    /// What a client that was refused gets to read why.
    pub(super) linger: Duration,
    /// The slowest that a large body or answer may be, in bytes a second: so many bytes earn a second more. A client on
    /// a slow line is served, one that sends a byte a second is not, and the end of every wait is known.
    pub(super) slowest: u32,
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            slowest: 16 * 1024,
        }
    }
}

impl Clocks {
    /// Sets what the listener's connections inherit.
    pub(super) fn inherit(&self, listener: &TcpListener) -> io::Result<()> {
        set_socket_timeout(listener, Timeout::Send, Some(self.write)).map_err(io::Error::from)
    }

    /// The clock of a body that begins now.
    pub(super) fn for_body(&self) -> Clock {
        Clock::start(self.body, self.slowest)
    }
}

/// When a part of an exchange must be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    without_bytes: Instant,
    slowest: u32,
}

impl Clock {
    pub(super) fn start(time: Duration, slowest: u32) -> Self {
        let without_bytes = Instant::now() + time;
        Self {
            without_bytes,
            slowest,
        }
    }

    /// When that is if this many bytes have moved.
    pub(super) fn until(self, bytes: usize) -> Instant {
        self.without_bytes + Duration::from_secs(bytes as u64 / u64::from(self.slowest))
    }
}

/// A connection's socket.
pub(super) struct Wire<'a> {
    stream: &'a TcpStream,
    clocks: Clocks,
    /// Whether it is set to wait for a time when it reads, not for ever.
    is_read_timed: bool,
    /// Whether it is set to wait for less than a whole piece may take when it writes.
    is_write_shortened: bool,
}

impl<'a> Wire<'a> {
    pub(super) fn new(stream: &'a TcpStream, clocks: Clocks) -> Self {
        Self {
            stream,
            clocks,
            is_read_timed: false,
            is_write_shortened: false,
        }
    }

    /// Tells the client that nothing more will be said.
    pub(super) fn end(&self) {
        // An error means that the client has gone.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    fn set(&self, which: Timeout, time: Option<Duration>) -> io::Result<()> {
        set_socket_timeout(self.stream, which, time).map_err(io::Error::from)
    }
}

impl Source for Wire<'_> {
    fn read(&mut self, into: &mut [u8], until: Option<Instant>) -> io::Result<usize> {
        if until.is_some() || self.is_read_timed {
            self.set(Timeout::Recv, until.map(left).transpose()?)?;
            self.is_read_timed = until.is_some();
        }
        self.stream.read(into)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    /// Writes one piece of an answer, under a clock of its own: between the pieces of a stream its handler may take the
    /// time it needs.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let clock = Clock::start(self.clocks.write, self.clocks.slowest);
        if self.is_write_shortened {
            self.set(Timeout::Send, Some(self.clocks.write))?;
            self.is_write_shortened = false;
        }
        let mut sent = 0;
        loop {
            match self.stream.write(&bytes[sent..]) {
                Ok(more) => sent += more,
                // A frozen instance wakes up with it (contract §4.5).
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if sent == bytes.len() {
                return Ok(());
            }
            self.set(Timeout::Send, Some(left(clock.until(sent))?))?;
            self.is_write_shortened = true;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How long it is until then, or that it is over: a time-out of zero would be none.
fn left(until: Instant) -> io::Result<Duration> {
    match until.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, left};
    use std::time::{Duration, Instant};

    #[test]
    fn bytes_earn_time_and_a_trickle_earns_none() {
        let clock = Clock::start(Duration::from_secs(30), 100);
        let earned = |bytes| clock.until(bytes) - clock.until(0);
        assert_eq!(earned(99), Duration::ZERO);
        assert_eq!(earned(100), Duration::from_secs(1));
        assert_eq!(earned(100_000), Duration::from_secs(1000));
    }

    #[test]
    fn a_time_that_has_passed_is_no_wait_without_end() {
        assert!(left(Instant::now()).is_err());
        assert!(left(Instant::now() + Duration::from_secs(60)).is_ok());
    }
}

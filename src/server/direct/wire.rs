//! The socket as the front reads and writes it: every wait has a clock, and an interruption is none of its ends.
//!
//! Owns the time-outs. It must not know what the bytes mean.
//!
//! A socket's own time-out begins anew with each byte, so it is set to what is left before each wait but the first of
//! an answer: that one waits as long as the one before, so that an answer that fits into the socket's buffer costs one
//! call of the system and no more. Only the first answer of a connection costs one for its time-out: what a listener is
//! told is inherited only by clients that come later.

use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;

use super::inbox::Source;
use crate::limits::Limits;

/// When a part of an exchange must be over. A time that is longer than any clock can count never ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    without_bytes: Option<Instant>,
    slowest: u32,
}

impl Clock {
    pub(super) fn start(time: Duration, slowest: u32) -> Self {
        Self {
            without_bytes: Instant::now().checked_add(time),
            slowest,
        }
    }

    /// When that is if this many bytes have moved.
    pub(super) fn until(self, bytes: usize) -> Option<Instant> {
        let earned = Duration::from_secs(bytes as u64 / u64::from(self.slowest));
        self.without_bytes?.checked_add(earned)
    }
}

/// A connection's socket.
pub(super) struct Wire<'a> {
    stream: &'a TcpStream,
    limits: &'a Limits,
    /// Whether it is set to wait for a time when it reads, not for ever.
    is_read_timed: bool,
    /// The end of a clock behind which was looked once more.
    overtime: Option<Instant>,
    /// Whether it is set to wait for as long as a whole piece may take when it writes.
    is_write_timed: bool,
}

impl<'a> Wire<'a> {
    pub(super) fn new(stream: &'a TcpStream, limits: &'a Limits) -> Self {
        Self {
            stream,
            limits,
            is_read_timed: false,
            overtime: None,
            is_write_timed: false,
        }
    }

    /// How long to wait for bytes. An instance may have been frozen beyond its clock (contract §4.5), and what had come
    /// before lies in the socket, so that it is looked for once more.
    fn time_to_read(&mut self, until: Instant) -> io::Result<Duration> {
        const A_LOOK: Duration = Duration::from_millis(1);
        left(until).or_else(|error| match self.overtime.replace(until) {
            Some(before) if before == until => Err(error),
            _ => Ok(A_LOOK),
        })
    }

    /// Tells the client that nothing more will be said.
    pub(super) fn end(&self) {
        // An error means that the client has gone.
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

impl Source for Wire<'_> {
    fn read(&mut self, into: &mut Vec<u8>, until: Option<Instant>) -> io::Result<usize> {
        if until.is_some() || self.is_read_timed {
            let time = until.map(|until| self.time_to_read(until)).transpose()?;
            self.stream.set_read_timeout(time)?;
            self.is_read_timed = until.is_some();
        }
        // The standard library reads only over bytes that are there already, so that they would have to be made first: a
        // fifth of the instructions of a cold start went there.
        Ok(rustix::io::read(self.stream, spare_capacity(into))?)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    /// Writes one piece of an answer, under a clock of its own: between the pieces of a stream its handler may take the
    /// time it needs.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let clock = Clock::start(self.limits.write_time, self.limits.slowest);
        if !self.is_write_timed {
            self.stream
                .set_write_timeout(Some(self.limits.write_time))?;
            self.is_write_timed = true;
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
            // What has only gone into the system's buffer has earned time too, but a client that takes nothing of it is
            // not waited for.
            let longest = clock.until(sent).map(left).transpose()?;
            let most = self.limits.write_time;
            self.stream
                .set_write_timeout(Some(longest.map_or(most, |left| left.min(most))))?;
            self.is_write_timed = false;
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
        let until = |bytes| clock.until(bytes).expect("an end");
        let earned = |bytes| until(bytes) - until(0);
        assert_eq!(earned(99), Duration::ZERO);
        assert_eq!(earned(100), Duration::from_secs(1));
        assert_eq!(earned(100_000), Duration::from_secs(1000));
    }

    #[test]
    fn a_time_beyond_all_clocks_never_ends() {
        assert_eq!(Clock::start(Duration::MAX, 1).until(0), None);
        let late = Clock {
            without_bytes: Instant::now().checked_add(Duration::from_secs(i64::MAX as u64 / 2)),
            slowest: 1,
        };
        assert!(late.until(0).is_some());
        assert_eq!(late.until(usize::MAX / 2), None);
    }

    #[test]
    fn a_time_that_has_passed_is_no_wait_without_end() {
        assert!(left(Instant::now()).is_err());
        assert!(left(Instant::now() + Duration::from_secs(60)).is_ok());
    }
}

//! A response on its way to a client that may not read it.
//!
//! Owns how long such a client is waited for, and by whom: a worker waits for a moment, and a thread of the response's own
//! for the rest; and the memory of what waits. It must not know what a response says.

use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use super::super::memory::Share;
use crate::limits::SLOWEST;

/// How long one write waits for a client that reads nothing: once or twice as long such a client keeps a worker. The
/// thread that waits in its place looks as often.
pub(super) const WRITE_TIME: Duration = Duration::from_millis(WRITE_MILLIS as u64);
const WRITE_MILLIS: u32 = 100;

/// How many writes a client may leave waiting until their time is over: a minute of them.
const MOST_TRIES: usize = 600;

/// How many bytes a client has to take for each of these.
const BYTES_EACH: usize = (SLOWEST * WRITE_MILLIS / 1000) as usize;

/// Where a response goes.
pub(super) struct Outgoing {
    out: Box<dyn Write + Send>,
    /// How many bytes of its beginning were sent before it.
    begun: usize,
    /// Whether a write has failed for good.
    is_refused: bool,
    /// Whether what the client does not take at once is kept here, and not waited for.
    keeps: bool,
    /// Whether something is kept, here or in `out`.
    is_late: bool,
    rest: Vec<u8>,
    /// What the response takes of the memory, `rest` included.
    share: Option<Share>,
    /// How many writes the client has left waiting, less those that what it has taken has earned.
    tries: usize,
}

impl Outgoing {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            begun: 0,
            is_refused: false,
            keeps: false,
            is_late: false,
            rest: Vec::new(),
            share: None,
            tries: 0,
        }
    }

    /// Sends the first bytes now, which are sent no more when the response begins with them.
    pub(super) fn begin(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.flush()?;
        self.begun = bytes.len();
        Ok(())
    }

    /// What the response takes of the memory, and whether what the client does not take at once is kept from now on.
    pub(super) fn keep(&mut self, share: Share, keeps: bool) {
        (self.share, self.keeps) = (Some(share), keeps);
    }

    /// Whether a part of it is still to be sent.
    pub(super) fn is_late(&self) -> bool {
        self.is_late
    }

    /// Gives back the memory of the response itself, which is gone: only that part has some.
    pub(super) fn settle(&mut self) {
        if let Some(share) = &mut self.share {
            share.set(self.rest.capacity());
        }
    }

    /// Whether nothing can be written any more because the client has gone.
    pub(super) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// Sends what was kept, and waits for the client.
    pub(super) fn send_rest(&mut self) -> io::Result<()> {
        (self.keeps, self.is_late) = (false, false);
        let rest = std::mem::take(&mut self.rest);
        let sent = self.write_all(&rest).and_then(|()| self.flush());
        self.is_late = sent.is_err();
        sent
    }

    /// Keeps bytes that the client has not taken, if there is memory for them as well; returns whether it has.
    fn put_by(&mut self, bytes: &[u8]) -> bool {
        let share = self.share.as_mut().filter(|_| self.keeps);
        let has_room = share.is_some_and(|share| share.grow(bytes.len()))
            && self.rest.try_reserve_exact(bytes.len()).is_ok();
        if has_room {
            self.rest.extend_from_slice(bytes);
            self.is_late = true;
        }
        has_room
    }

    /// Writes, or flushes where there is nothing to write, as often as the client is waited for.
    fn attempt(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let done = match bytes {
                [] => self.out.flush().map(|()| 0),
                bytes => self.out.write(bytes),
            };
            let error = match done {
                Ok(taken) => return self.earn(taken, bytes.len()),
                Err(error) => error,
            };
            let is_slow = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            if is_slow && self.put_by(bytes) {
                return Ok(bytes.len());
            }
            self.tries += 1;
            if !is_slow || self.tries >= MOST_TRIES {
                self.is_refused |= !is_slow && error.kind() != ErrorKind::Interrupted;
                return Err(error);
            }
        }
    }

    /// The client has taken so many bytes of those. If it leaves some, the time of the write was over.
    fn earn(&mut self, taken: usize, all: usize) -> io::Result<usize> {
        if taken == all {
            self.tries = 0;
            return Ok(taken);
        }
        self.tries = (self.tries + 1).saturating_sub(taken / BYTES_EACH);
        let is_in_time = self.tries < MOST_TRIES;
        is_in_time
            .then_some(taken)
            .ok_or_else(|| ErrorKind::TimedOut.into())
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let begun = self.begun.min(bytes.len());
        if begun > 0 {
            self.begun -= begun;
            return Ok(begun);
        }
        if self.is_late {
            if self.put_by(bytes) {
                return Ok(bytes.len());
            }
            // Without memory the worker waits. It must not overtake what is kept.
            self.send_rest()?;
        }
        self.attempt(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_late {
            return Ok(());
        }
        self.attempt(&[]).map(drop)
    }
}

#[cfg(test)]
pub(super) mod tests;

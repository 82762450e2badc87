//! What of a response could not be sent yet, and how long its client may take over it.
//!
//! Owns the bytes that are left and their clock. It must not know sockets.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::limits::Limits;
use crate::server::memory::{Memory, Share};

/// What of a response the client has not taken yet.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    bytes: Vec<u8>,
    /// What of the memory it has, while there is something.
    share: Option<Share>,
    sent: usize,
    /// The clock, and how many bytes of the whole response are sent.
    clock: Option<(Clock, usize)>,
    until: Option<Instant>,
}

impl Unsent {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.len() == self.sent
    }

    /// What is left to be sent.
    pub(super) fn left(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    /// When it has waited for long enough.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Adds bytes, before which so many others were sent. Memory for them may be short, and then it is the client that
    /// goes without, not the process.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        sent_before: usize,
        limits: &Limits,
        memory: &Arc<Memory>,
    ) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.bytes.try_reserve(bytes.len())?;
        self.bytes.extend_from_slice(bytes);
        // A response that is there is kept in any case; further bodies are refused for it.
        let share = self.share.get_or_insert_with(|| memory.share());
        share.set(self.bytes.capacity());
        if self.clock.is_none() {
            let clock = Clock::start(limits.write_time, limits.slowest);
            self.clock = Some((clock, sent_before));
            self.until = limits.until_written(clock, sent_before);
        }
        Ok(())
    }

    pub(super) fn advance(&mut self, sent: usize, limits: &Limits) {
        self.sent += sent;
        if let Some((clock, total)) = &mut self.clock {
            *total += sent;
            self.until = limits.until_written(*clock, *total);
        }
    }
}

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

impl Limits {
    /// When a response has waited for its client for long enough, of which so many bytes are sent. What has only gone into
    /// the system's buffer has earned time too, but a client that takes nothing of it is not waited for.
    pub(super) fn until_written(&self, clock: Clock, sent: usize) -> Option<Instant> {
        let at_most = Instant::now().checked_add(self.write_time)?;
        Some(
            clock
                .until(sent)
                .map_or(at_most, |until| until.min(at_most)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use crate::limits::Limits;
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
    fn a_response_has_the_time_its_bytes_earned_but_not_without_progress() {
        let limits = Limits {
            write_time: Duration::from_secs(30),
            slowest: 1,
            ..Limits::default()
        };
        let clock = Clock::start(limits.write_time, limits.slowest);
        let until = |sent| limits.until_written(clock, sent).expect("an end");
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        assert!(until(0) <= clock.until(0).expect("an end"));
        let after_much = until(1_000_000) - now;
        assert!(after_much > 29 * second && after_much < 31 * second);
        let forever = Limits {
            write_time: Duration::MAX,
            ..limits
        };
        let clock = Clock::start(forever.write_time, 1);
        assert_eq!(forever.until_written(clock, 0), None);
    }
}

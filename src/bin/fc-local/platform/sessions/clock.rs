//! The clock by which sessions end, which can be moved forward to try what happens later.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::ids;

/// A clock that never goes back.
#[derive(Debug)]
pub(super) struct Clock {
    begun: Instant,
    begun_ms: u64,
    moved_ms: AtomicU64,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            begun_ms: ids::now_ms(),
            moved_ms: AtomicU64::new(0),
        }
    }

    /// Milliseconds since 1970, and what it was moved by.
    pub(super) fn now_ms(&self) -> u64 {
        let moved = self.moved_ms.load(Ordering::Acquire);
        self.begun_ms + milliseconds(self.begun.elapsed()) + moved
    }

    pub(super) fn move_by(&self, time: Duration) {
        self.moved_ms
            .fetch_add(milliseconds(time), Ordering::AcqRel);
    }
}

pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

//! The moment when the next clock of a waiting connection runs out.
//!
//! Owns that moment, at which somebody looks over all connections. It must not know who waits, nor for what.
//!
//! Each look computes the next moment again, and a connection that need not wait any more takes its clock with it, so
//! nothing is kept, sorted or cancelled. If no clock runs, there is no look, and there is a minimum time between two
//! looks.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// The minimum time between two looks: a clock may run out later by this much.
const DISTANCE: Duration = Duration::from_millis(10);

/// No clock runs.
const NEVER: u64 = u64::MAX;

/// The next moment, in milliseconds since the first.
pub(super) struct Clocks {
    first: Instant,
    next: AtomicU64,
}

impl Clocks {
    pub(super) fn new() -> Self {
        Self {
            first: Instant::now(),
            next: AtomicU64::new(NEVER),
        }
    }

    /// Starts a clock that runs until then. Returns whether it is the first to run out, so that the looking thread has
    /// to know.
    pub(super) fn start(&self, until: Instant) -> bool {
        // Rounded up, so that it has run out when it is looked at.
        let time = until.saturating_duration_since(self.first) + Duration::from_millis(1);
        let time = u64::try_from(time.as_millis()).unwrap_or(NEVER - 1);
        time < self.next.fetch_min(time, SeqCst)
    }

    /// When the next look is due, if any clock runs.
    pub(super) fn next(&self) -> Option<Instant> {
        match self.next.load(SeqCst) {
            NEVER => None,
            time => self.first.checked_add(Duration::from_millis(time)),
        }
    }

    /// Takes the look that is due; returns whether one was. From then on, clocks count for the next look, so the caller
    /// must start those that run on again.
    pub(super) fn take_due(&self, now: Instant) -> bool {
        let is_due = self.next().is_some_and(|next| next <= now);
        if is_due {
            self.next.store(NEVER, SeqCst);
        }
        is_due
    }

    /// Starts a clock that a look has found to run on.
    pub(super) fn run_on(&self, until: Instant, now: Instant) {
        self.start(until.max(now + DISTANCE));
    }
}

#[cfg(test)]
mod tests {
    use super::{Clocks, DISTANCE};
    use std::time::{Duration, Instant};

    #[test]
    fn only_a_clock_before_all_others_is_reported() {
        let (clocks, now) = (Clocks::new(), Instant::now());
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(clocks.next(), None);
        assert!(clocks.start(after(30)));
        assert!(!clocks.start(after(30)) && !clocks.start(after(40)));
        assert!(clocks.start(after(2)));
        assert!(!clocks.take_due(now) && !clocks.take_due(after(1)));
        assert!(clocks.take_due(after(3)));
        assert_eq!(clocks.next(), None, "until the look starts others");
        clocks.run_on(after(30), after(3));
        assert!(clocks.next() >= Some(after(30)));
    }

    #[test]
    fn looks_have_a_distance() {
        let (clocks, now) = (Clocks::new(), Instant::now());
        clocks.run_on(now, now);
        assert!(clocks.next() >= Some(now + DISTANCE));
        assert!(!clocks.take_due(now));
    }

    #[test]
    fn a_clock_beyond_all_counting_never_runs_out() {
        let clocks = Clocks::new();
        let late = Instant::now() + Duration::from_secs(i64::MAX as u64 / 2);
        clocks.start(late);
        assert!(!clocks.take_due(Instant::now()));
    }
}

//! The clock of timer triggers, which can be set to try what happens at another time.

use std::time::{Duration, SystemTime};

/// The clock of the timers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: SystemTime,
    later: Duration,
    earlier: Duration,
}

impl Clock {
    /// A clock that shows this time now, and goes on from there; the machine's own if it is given none.
    pub(crate) fn starting_at(time: Option<SystemTime>) -> Self {
        let now = SystemTime::now();
        let start = time.unwrap_or(now);
        Self {
            start,
            later: start.duration_since(now).unwrap_or_default(),
            earlier: now.duration_since(start).unwrap_or_default(),
        }
    }

    /// What it showed first: nothing that is due after that may be missed.
    pub(super) fn start(self) -> SystemTime {
        self.start
    }

    pub(crate) fn now(self) -> SystemTime {
        SystemTime::now() + self.later - self.earlier
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Clock;

    #[test]
    fn a_clock_goes_on_from_where_it_was_set() {
        for start in ["2001-01-01T00:00:00Z", "2100-01-01T00:00:00Z"] {
            let start = humantime::parse_rfc3339(start).expect("a time");
            let clock = Clock::starting_at(Some(start));
            assert!(clock.now() >= start);
            assert!(clock.now() < start + Duration::from_secs(3600));
        }
    }
}

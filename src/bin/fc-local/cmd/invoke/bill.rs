//! What many calls took, and what FC would bill for them.
//!
//! FC bills calls and hooks in whole milliseconds, rounded up, and not the start of the process
//! ([contract §4.5](crate::check::sections::SECTIONS#4.5), [§5.3](crate::check::sections::SECTIONS#5.3): 3.87 ms are
//! billed as 4).

use std::fmt;
use std::time::Duration;

use crate::platform::cold::ColdTimes;
use crate::platform::report::Usage;

/// The numbers of `--repeat`: the cold start with the first call, and all calls after it.
#[derive(Debug)]
pub(super) struct Bill {
    /// What is known of the instance, if it was started here: its cold start, and its memory in MB.
    cold: Option<(ColdTimes, u64)>,
    first: Option<Usage>,
    warm: Vec<Usage>,
}

impl Bill {
    /// The bill of an instance that was started for it.
    pub(super) fn cold(cold: ColdTimes, memory_mb: u64) -> Self {
        Self {
            cold: Some((cold, memory_mb)),
            first: None,
            warm: Vec::new(),
        }
    }

    /// The bill of calls on instances that come and go elsewhere.
    pub(super) fn warm() -> Self {
        Self {
            cold: None,
            first: None,
            warm: Vec::new(),
        }
    }

    /// Adds a call; the first is the one that had to wait for the instance.
    pub(super) fn add(&mut self, usage: Usage) {
        match self.first {
            None => self.first = Some(usage),
            Some(_) => self.warm.push(usage),
        }
    }

    fn initializer(&self) -> Option<Usage> {
        let (cold, _) = self.cold?;
        let duration = cold.initialize?;
        Some(Usage {
            duration,
            ..Usage::default()
        })
    }

    /// All that is billed: every call, and the initializer as one.
    fn total_ms(&self) -> u128 {
        let initializer = self.initializer();
        let all = initializer.iter().chain(&self.first).chain(&self.warm);
        all.map(Usage::billed_ms).sum()
    }

    fn fmt_cold(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = |usage: Usage| {
            let (duration, billed) = (millis(usage.duration), usage.billed_ms());
            format!("{duration} (billed {billed} ms)")
        };
        let first = self.first.map(took).unwrap_or_default();
        let Some((cold, _)) = self.cold else {
            return writeln!(f, "first call    {first}");
        };
        write!(f, "cold start    process {}", millis(cold.start))?;
        if let Some(initializer) = self.initializer() {
            write!(f, ", /initialize {}", took(initializer))?;
        }
        writeln!(f, ", first call {first}")
    }

    fn fmt_warm(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut warm = self.warm.clone();
        warm.sort_by_key(|usage| usage.duration);
        let (Some(p50), Some(p90)) = (percentile(&warm, 50), percentile(&warm, 90)) else {
            return Ok(());
        };
        writeln!(f, "warm calls    {}", warm.len())?;
        let (half, most) = (millis(p50.duration), millis(p90.duration));
        writeln!(f, "duration      p50 {half}, p90 {most}")?;
        writeln!(
            f,
            "billed        p50 {} ms, p90 {} ms",
            p50.billed_ms(),
            p90.billed_ms()
        )
    }
}

impl fmt::Display for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_cold(f)?;
        self.fmt_warm(f)?;
        let total = self.total_ms();
        let Some((_, memory_mb)) = self.cold else {
            return writeln!(f, "billed in all {total} ms");
        };
        // Exact far beyond what anybody repeats: a float has 53 bits.
        let gigabyte_seconds = total as f64 / 1000.0 * (memory_mb as f64 / 1024.0);
        writeln!(
            f,
            "billed in all {total} ms at {memory_mb} MB: {gigabyte_seconds:.6} GB-seconds"
        )
    }
}

/// The smallest value that so many percent of all values do not exceed (nearest rank).
fn percentile(sorted: &[Usage], percent: usize) -> Option<&Usage> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?)
}

fn millis(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::{Bill, percentile};
    use crate::platform::cold::ColdTimes;
    use crate::platform::report::Usage;
    use std::time::Duration;

    fn usage(micros: u64) -> Usage {
        Usage {
            duration: Duration::from_micros(micros),
            memory_mb: 1.0,
        }
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let sorted: Vec<Usage> = (1..=10).map(usage).collect();
        let micros = |percent| percentile(&sorted, percent).map(|usage| usage.duration.as_micros());
        assert_eq!([50, 90, 100].map(micros), [Some(5), Some(9), Some(10)]);
        assert!(percentile(&[], 50).is_none());
        assert_eq!(
            percentile(&sorted[..1], 50).map(|usage| usage.duration.as_micros()),
            Some(1)
        );
    }

    #[test]
    fn a_bill_rounds_each_call_up_and_keeps_the_cold_start_apart() {
        let cold = ColdTimes {
            start: Duration::from_micros(12_340),
            initialize: Some(Duration::from_micros(1_001)),
        };
        let mut bill = Bill::cold(cold, 512);
        for micros in [3_870, 900, 300, 1_100] {
            bill.add(usage(micros));
        }
        let expected = "cold start    process 12.34 ms, /initialize 1.00 ms (billed 2 ms), first call 3.87 ms (billed 4 ms)\n\
                        warm calls    3\n\
                        duration      p50 0.90 ms, p90 1.10 ms\n\
                        billed        p50 1 ms, p90 2 ms\n\
                        billed in all 10 ms at 512 MB: 0.005000 GB-seconds\n";
        assert_eq!(bill.to_string(), expected);
    }

    #[test]
    fn a_bill_of_a_server_knows_no_start() {
        let mut bill = Bill::warm();
        for micros in [2_500, 1_000] {
            bill.add(usage(micros));
        }
        let expected = "first call    2.50 ms (billed 3 ms)\n\
                        warm calls    1\n\
                        duration      p50 1.00 ms, p90 1.00 ms\n\
                        billed        p50 1 ms, p90 1 ms\n\
                        billed in all 4 ms\n";
        assert_eq!(bill.to_string(), expected);
    }

    #[test]
    fn a_bill_without_warm_calls_has_no_percentiles() {
        let cold = ColdTimes {
            start: Duration::from_millis(1),
            initialize: None,
        };
        let mut bill = Bill::cold(cold, 128);
        bill.add(usage(10));
        let text = bill.to_string();
        assert!(text.starts_with("cold start    process 1.00 ms, first call 0.01 ms (billed 1 ms)\nbilled in all 1 ms"), "{text}");
    }
}

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
mod tests;

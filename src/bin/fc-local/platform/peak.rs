//! The memory of a process and its children, as the kernel counts it.
//!
//! To ask costs the kernel more than a short call costs a function, so many calls at once share one answer. It must not know
//! whose process it is.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer is good for: what a process can take in this time is less than a megabyte or two.
const LIFE: Duration = Duration::from_millis(1);

/// The highest memory that was seen of a process, and when it was looked for.
#[derive(Debug, Default)]
pub(super) struct Memory {
    last: Mutex<Option<(Instant, f64)>>,
}

impl Memory {
    /// The highest resident memory so far, in MB; once the process has ended, the last that was seen.
    pub(super) fn peak_mb(&self, pid: i32) -> f64 {
        let mut last = self.lock();
        match *last {
            Some((seen, mb)) if seen.elapsed() < LIFE => mb,
            _ => look(&mut last, pid),
        }
    }

    /// The last that was seen, in MB, however old.
    pub(super) fn known_mb(&self, pid: i32) -> f64 {
        let mut last = self.lock();
        match *last {
            Some((_, mb)) => mb,
            None => look(&mut last, pid),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Instant, f64)>> {
        // Two numbers that are written together; a panic of another thread leaves them usable.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(last: &mut Option<(Instant, f64)>, pid: i32) -> f64 {
    let before = last.map_or(0.0, |(_, mb)| mb);
    let now = peak_memory_kb(pid).map_or(0.0, |kb| kb as f64 / 1024.0);
    // Children that have ended since are not counted any more, but they were there.
    let peak = now.max(before);
    *last = Some((Instant::now(), peak));
    peak
}

fn peak_memory_kb(pid: i32) -> Option<u64> {
    let own = status_field_kb(pid, "VmHWM:")?;
    Some(
        own + children_of(pid)
            .into_iter()
            .filter_map(peak_memory_kb)
            .sum::<u64>(),
    )
}

fn status_field_kb(pid: i32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

fn children_of(pid: i32) -> Vec<i32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use super::{LIFE, Memory};

    #[test]
    fn what_was_seen_of_a_process_stays_known_when_it_has_ended() {
        let own = i32::try_from(std::process::id()).expect("a number");
        let memory = Memory::default();
        assert!(memory.peak_mb(own) > 0.0);
        let old = Instant::now().checked_sub(LIFE).expect("the machine runs");
        let memory = Memory {
            last: Mutex::new(Some((old, 5.0))),
        };
        // No process has this number.
        assert_eq!([memory.peak_mb(-1), memory.known_mb(-1)], [5.0, 5.0]);
    }
}

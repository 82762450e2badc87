//! The memory of a process and its children, as the kernel counts it.
//!
//! To ask costs the kernel more than a short call costs a function, so many calls at once share one answer. It must not know
//! whose process it is.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer is good for: what a process can take in this time is less than a megabyte or two.
const LIFE: Duration = Duration::from_millis(1);

/// How long looks that come one after the other share what is known of the children: to find them costs as much as several
/// looks, since each thread has a list of them.
const CHILDREN_LIFE: Duration = Duration::from_millis(10);

/// The highest memory that was seen of a process, and when it was looked for.
#[derive(Debug, Default)]
pub(super) struct Memory {
    last: Mutex<Option<Look>>,
}

/// What was seen.
#[derive(Debug)]
struct Look {
    at: Instant,
    mb: f64,
    /// The children, with theirs, and when they were looked for.
    children: Vec<i32>,
    children_at: Instant,
}

impl Memory {
    /// The highest resident memory so far, in MB; once the process has ended, the last that was seen.
    pub(super) fn peak_mb(&self, pid: i32) -> f64 {
        let mut last = self.lock();
        match &*last {
            Some(look) if look.at.elapsed() < LIFE => look.mb,
            _ => look(&mut last, pid),
        }
    }

    /// The last that was seen, in MB, however old.
    pub(super) fn known_mb(&self, pid: i32) -> f64 {
        let mut last = self.lock();
        match &*last {
            Some(look) => look.mb,
            None => look(&mut last, pid),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Look>> {
        // Plain fields that are written together; a panic of another thread leaves them usable.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Look {
    /// The children, if a look at this time may share them. One that comes a while after the last may not: only of a crowd
    /// of calls is one as good as the next.
    fn shared(self, now: Instant) -> Option<(Vec<i32>, Instant)> {
        let is_of_a_crowd = now.duration_since(self.at) < 2 * LIFE;
        let is_fresh = now.duration_since(self.children_at) < CHILDREN_LIFE;
        (is_of_a_crowd && is_fresh).then_some((self.children, self.children_at))
    }
}

fn look(last: &mut Option<Look>, pid: i32) -> f64 {
    let now = Instant::now();
    let before = last.as_ref().map_or(0.0, |look| look.mb);
    let shared = last.take().and_then(|look| look.shared(now));
    let (children, children_at) = shared.unwrap_or_else(|| (descendants_of(pid), now));
    let kb = peak_memory_kb(pid, &children).map_or(0.0, |kb| kb as f64 / 1024.0);
    // Children that have ended since are not counted any more, but they were there.
    let mb = kb.max(before);
    *last = Some(Look {
        at: now,
        mb,
        children,
        children_at,
    });
    mb
}

fn peak_memory_kb(pid: i32, children: &[i32]) -> Option<u64> {
    let own = status_field_kb(pid, "VmHWM:")?;
    let others = children.iter();
    Some(
        own + others
            .filter_map(|child| status_field_kb(*child, "VmHWM:"))
            .sum::<u64>(),
    )
}

fn status_field_kb(pid: i32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

fn descendants_of(pid: i32) -> Vec<i32> {
    let mut all = children_of(pid);
    let mut next = 0;
    while let Some(pid) = all.get(next) {
        all.append(&mut children_of(*pid));
        next += 1;
    }
    all
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
mod tests;

//! Reserved concurrency: how many calls of a function may run at once, in all its instances
//! ([fc3 §6](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#6)).
//!
//! It counts calls and must not know instances.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::name::FunctionName;

/// The calls of the functions that have a limit.
#[derive(Debug, Default)]
pub(super) struct Calls {
    running: Mutex<HashMap<FunctionName, Arc<AtomicU64>>>,
}

/// The place of a call, given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<AtomicU64>);

impl Calls {
    /// Takes a place among so many, if there is one.
    pub(super) fn admit(&self, function: &FunctionName, calls_max: u64) -> Option<Ticket> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let running = running.entry(function.clone()).or_default();
        // Only here it grows, and the lock is held.
        if running.load(Ordering::Acquire) >= calls_max {
            return None;
        }
        running.fetch_add(1, Ordering::AcqRel);
        Some(Ticket(Arc::clone(running)))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::Calls;
    use crate::name::FunctionName;

    #[test]
    fn each_function_has_its_own_places_and_gets_them_back() {
        let calls = Calls::default();
        let (one, other) = (FunctionName::fc3("one"), FunctionName::fc3("other"));
        let first = calls.admit(&one, 1);
        assert!(first.is_some() && calls.admit(&one, 1).is_none());
        assert!(calls.admit(&other, 1).is_some() && calls.admit(&other, 0).is_none());
        drop(first);
        assert!(calls.admit(&one, 1).is_some());
    }
}

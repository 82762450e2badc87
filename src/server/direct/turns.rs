//! How many requests are served at once: connections outnumber them, and those that find no turn wait.
//!
//! Owns the count. It must not know what a turn is used for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many turns at once.
pub(super) struct Turns {
    free: Mutex<usize>,
    freed: Condvar,
}

/// Gives its turn back when it is dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    pub(super) fn new(turns: usize) -> Self {
        Self {
            free: Mutex::new(turns),
            freed: Condvar::new(),
        }
    }

    /// Waits for a turn.
    pub(super) fn take(&self) -> Turn<'_> {
        let free = self.freed.wait_while(self.free(), |free| *free == 0);
        *free.unwrap_or_else(PoisonError::into_inner) -= 1;
        Turn(self)
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut free = self.0.free();
        *free += 1;
        // Only where there was none can anybody be waiting, and to wake nobody is a call of the system too.
        if *free == 1 {
            self.0.freed.notify_all();
        }
    }
}

//! Owns the lock, and whose atomics are used: the processor's, or those of loom, the model checker. It knows nothing of
//! what is locked.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

/// How often a thread looks whether a lock is free before it does without: some microseconds.
#[cfg(not(loom))]
const PATIENCE: u32 = 200;
// loom goes through every order, so it need not wait for one.
#[cfg(loom)]
const PATIENCE: u32 = 0;

/// A lock that is waited for a little at most. The thread that has it may have been put to sleep, or may not exist in
/// this process, which was forked; so every caller has a way without it.
#[derive(Debug)]
pub(crate) struct Busy(AtomicBool);

impl Busy {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Takes the lock if it is free.
    #[inline(always)]
    pub(crate) fn enter(&self) -> bool {
        self.0
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Takes the lock if it is free within some microseconds.
    pub(crate) fn enter_soon(&self) -> bool {
        let look_again = |_| {
            core::hint::spin_loop();
            !self.0.load(Ordering::Relaxed) && self.enter()
        };
        self.enter() || (0..PATIENCE).any(look_again)
    }

    /// Gives the lock back; only the thread that has it may.
    #[inline(always)]
    pub(crate) fn leave(&self) {
        self.0.store(false, Ordering::Release);
    }
}

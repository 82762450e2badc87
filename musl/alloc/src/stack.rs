//! Owns the stack on which threads hand things over: free blocks by the batch, and empty slabs. Anybody may push at any
//! time; who pops has the stack's lock. It knows nothing of what lies on it but the link.

use core::ptr::null_mut;

use crate::sync::{AtomicPtr, AtomicUsize, Busy, Ordering};

/// What begins everything that can lie on a stack.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Link {
    /// What lies below it, while it is on a stack.
    pub(crate) below: *mut Link,
}

/// A stack of things that nobody uses.
#[derive(Debug)]
pub(crate) struct Stack {
    top: AtomicPtr<Link>,
    /// How many there are, or a few more or less while somebody pushes or pops.
    count: AtomicUsize,
    popping: Busy,
}

impl Stack {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self {
            top: AtomicPtr::new(null_mut()),
            count: AtomicUsize::new(0),
            popping: Busy::new(),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self {
            top: AtomicPtr::new(null_mut()),
            count: AtomicUsize::new(0),
            popping: Busy::new(),
        }
    }

    /// How many things there are, about.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Puts a thing on the stack. It waits for nobody.
    ///
    /// # Safety
    /// The thing is the caller's alone, stays valid, and becomes the stack's.
    pub(crate) unsafe fn push(&self, thing: *mut Link) {
        // Counted before it is there, so that the count does not fall below zero.
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut top = self.top.load(Ordering::Relaxed);
        loop {
            // SAFETY: nobody else has the thing yet.
            unsafe { (*thing).below = top };
            match self
                .top
                .compare_exchange_weak(top, thing, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return,
                Err(other) => top = other,
            }
        }
    }

    /// Takes the thing that was put there last; null if there is none, or if another thread is popping for long.
    pub(crate) fn pop(&self) -> *mut Link {
        if self.top.load(Ordering::Relaxed).is_null() || !self.popping.enter_soon() {
            return null_mut();
        }
        let mut top = self.top.load(Ordering::Acquire);
        while !top.is_null() {
            // SAFETY: what is on the stack is valid, and nobody else takes it off while the lock is ours; so it cannot
            // have been popped and pushed again between this look and the exchange either.
            let below = unsafe { (*top).below };
            match self
                .top
                .compare_exchange_weak(top, below, Ordering::Acquire, Ordering::Acquire)
            {
                Ok(_) => {
                    self.count.fetch_sub(1, Ordering::Relaxed);
                    break;
                }
                Err(other) => top = other,
            }
        }
        self.popping.leave();
        top
    }
}

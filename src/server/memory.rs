//! How much memory requests and responses have together.
//!
//! Owns the count. It must not know what is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// The memory of all connections, in bytes.
#[derive(Debug)]
pub(super) struct Memory {
    used: AtomicUsize,
    most: usize,
}

/// What one connection has of it, until this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Memory {
    pub(super) fn new(most: usize) -> Arc<Self> {
        let used = AtomicUsize::new(0);
        Arc::new(Self { used, most })
    }

    /// Whether so many bytes more are free at this moment.
    pub(super) fn has_room_for(&self, bytes: usize) -> bool {
        self.used.load(SeqCst).saturating_add(bytes) <= self.most
    }

    /// A share of nothing yet.
    pub(super) fn share(self: &Arc<Self>) -> Share {
        Share {
            memory: Arc::clone(self),
            bytes: 0,
        }
    }
}

impl Share {
    /// Whether so many bytes more are free at this moment.
    #[cfg(feature = "tiny-http")]
    pub(super) fn has_room_for(&self, bytes: usize) -> bool {
        self.memory.has_room_for(bytes)
    }

    /// Makes it so many bytes, and says whether all together are within the limit.
    pub(super) fn set(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        self.memory.used.fetch_add(more, SeqCst);
        self.give_back(self.bytes.saturating_sub(bytes));
        self.bytes = bytes;
        self.memory.has_room_for(0)
    }

    /// Makes it so many bytes more, if all together are within the limit then; returns whether they are.
    #[cfg(any(feature = "tiny-http", test))]
    pub(super) fn grow(&mut self, more: usize) -> bool {
        let bytes = self.bytes;
        let has_room = self.set(bytes + more);
        if !has_room {
            self.set(bytes);
        }
        has_room
    }

    fn give_back(&self, bytes: usize) {
        self.memory.used.fetch_sub(bytes, SeqCst);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;

    #[test]
    fn shares_are_within_the_limit_together_and_come_back() {
        let memory = Memory::new(100);
        let (mut one, mut other) = (memory.share(), memory.share());
        assert!(one.set(60) && other.set(40));
        assert!(memory.has_room_for(0) && !memory.has_room_for(1));
        assert!(!other.set(41), "one byte too many");
        assert!(one.set(10));
        assert!(other.grow(49) && !other.grow(1), "to the limit");
        assert!(!memory.has_room_for(1));
        drop(other);
        assert!(memory.has_room_for(90) && !memory.has_room_for(91));
        drop(one);
        assert!(memory.has_room_for(100));
    }

    #[test]
    fn without_a_limit_there_is_always_room() {
        let memory = Memory::new(usize::MAX);
        assert!(memory.share().set(usize::MAX / 2));
        assert!(memory.has_room_for(usize::MAX));
    }
}

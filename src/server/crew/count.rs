//! What is counted for as long as it lives: a worker that waits, a request that is read or in flight.
//!
//! Owns the return of each count, whatever ends its life. It must not know what a count decides.

#[cfg(any(feature = "tiny-http", test))]
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[cfg(any(feature = "tiny-http", test))]
use super::Crew;

/// What a connection is about, as far as a stop waits for it.
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Load {
    Nothing,
    /// A request that is coming.
    Reading,
    /// A request that is whole, until its response is sent.
    InFlight,
}

/// A counter that is one higher while this lives, whatever ends its life.
pub(in crate::server) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    pub(super) fn one(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, SeqCst);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// A request that is in flight while this lives, whatever ends its life.
#[cfg(any(feature = "tiny-http", test))]
pub(in crate::server) struct InFlight(pub(super) Arc<Crew>);

#[cfg(any(feature = "tiny-http", test))]
impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, SeqCst);
    }
}

/// A request that is being read, or is refused, while this lives.
#[cfg(any(feature = "tiny-http", test))]
pub(in crate::server) struct Reading(pub(super) Arc<Crew>);

#[cfg(feature = "tiny-http")]
impl Reading {
    /// Whether its refusal may have a thread: [`Crew::has_threads`].
    pub(in crate::server) fn has_threads(&self) -> bool {
        self.0.has_threads()
    }
}

#[cfg(any(feature = "tiny-http", test))]
impl Drop for Reading {
    fn drop(&mut self) {
        self.0.reading.fetch_sub(1, SeqCst);
    }
}

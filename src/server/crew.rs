//! The workers' book: how many there are, how many wait, and how many requests are in flight.
//!
//! Owns the counts, and who rings for another worker. It must not know what the workers do, nor when one is hired.

mod count;

#[cfg(any(feature = "tiny-http", test))]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use super::bell::{Bell, Ring};
#[cfg(any(feature = "tiny-http", test))]
use crate::limits::DEFAULT_WORKERS;
pub(super) use count::Counted;
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
pub(super) use count::Load;
#[cfg(any(feature = "tiny-http", test))]
pub(super) use count::{InFlight, Reading};

/// How many workers stay, however long they have waited for work: one to serve, and one for what comes meanwhile.
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
const KEPT: usize = 2;

/// How many threads a server may have at most, unless [`Runtime::workers`](crate::Runtime::workers) asks for more: half
/// of what an instance may have ([contract §4.4](crate::guide::contract#4.4)), which leaves as many to the handlers.
const MOST_THREADS: usize = 512;

/// How many requests may be in flight while a response or a refusal gets a thread besides the workers: its connection has
/// another one, so both take of what the workers leave.
#[cfg(any(feature = "tiny-http", test))]
const MOST_LATE: usize = (MOST_THREADS - DEFAULT_WORKERS) / 2;

/// The book of one server.
#[derive(Debug)]
pub(super) struct Crew {
    idle: AtomicUsize,
    hired: AtomicUsize,
    /// How often a worker has come for work, apart from its first time: everything that the crew has finished.
    finished: AtomicUsize,
    /// How many workers wait for a client, and others may work in their place.
    absent: AtomicUsize,
    in_flight: AtomicUsize,
    reading: AtomicUsize,
    /// Whether a ring for another worker is still unheard.
    rung: AtomicBool,
    /// Whether a ring for a look is still unheard.
    awaits_look: AtomicBool,
    /// Whether the log has a line about the lack of a thread for another worker.
    is_short: AtomicBool,
    stopping: AtomicBool,
    dismissed: AtomicBool,
    limit: usize,
    bell: Bell,
}

impl Crew {
    pub(super) fn new(limit: usize, bell: Bell) -> Self {
        Self {
            idle: AtomicUsize::new(0),
            hired: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            absent: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            reading: AtomicUsize::new(0),
            rung: AtomicBool::new(false),
            awaits_look: AtomicBool::new(false),
            is_short: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            dismissed: AtomicBool::new(false),
            limit,
            bell,
        }
    }

    /// Waits for work by `wait`; rings for another worker when there is work and this was the last that waited.
    pub(super) fn idle<T, E>(&self, wait: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.finished.fetch_add(1, SeqCst);
        let counted = Counted::one(&self.idle);
        let work = wait();
        drop(counted);
        if work.is_ok() {
            self.ring_for_worker();
        }
        work
    }

    /// One ring is enough for all workers that find no idle one before it is heard.
    fn ring_for_worker(&self) {
        if self.wants_worker() && !self.rung.swap(true, SeqCst) {
            self.bell.ring(Ring::Hire);
        }
    }

    /// Ends a worker that has waited in vain, unless it is among the few that stay. If this returns true, the worker
    /// must not wait any more.
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    pub(super) fn try_leave(&self) -> bool {
        let fewer = |size: usize| (size > KEPT).then(|| size - 1);
        let is_free = self.hired.fetch_update(SeqCst, SeqCst, fewer).is_ok();
        if is_free {
            // All others may be busy.
            self.ring_for_worker();
        }
        is_free
    }

    /// Whether there are more workers than those that stay.
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    pub(super) fn has_many(&self) -> bool {
        self.size() > KEPT
    }

    /// Lets another worker work in the place of this one, which waits for a client, until the returned value is
    /// dropped.
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    pub(super) fn step_out(&self) -> impl Drop {
        let absent = Counted::one(&self.absent);
        self.ring_for_worker();
        absent
    }

    /// How much the crew has finished: requests, and whatever else a worker was woken for.
    pub(super) fn finished(&self) -> usize {
        self.finished.load(SeqCst)
    }

    /// Whether a count of what was finished is less than nothing: workers that were hired have not come for their first work yet,
    /// which is taken off before.
    pub(super) fn is_below_nothing(finished: usize) -> bool {
        finished > usize::MAX / 2
    }

    /// Counts a request as in flight until the returned value is dropped, which is after its response, on whatever thread.
    #[cfg(any(feature = "tiny-http", test))]
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, SeqCst);
        InFlight(Arc::clone(self))
    }

    /// Counts a request that is still being read, until the returned value is dropped, on whatever thread.
    #[cfg(any(feature = "tiny-http", test))]
    pub(super) fn read(self: &Arc<Self>) -> Reading {
        self.reading.fetch_add(1, SeqCst);
        Reading(Arc::clone(self))
    }

    /// Counts what a connection is about, until the returned value is dropped.
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    pub(super) fn count(&self, load: Load) -> Option<Counted<'_>> {
        self.counter(load).map(Counted::one)
    }

    /// Counts what a connection that waits is about, until it is released.
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    pub(super) fn hold(&self, load: Load) {
        if let Some(counter) = self.counter(load) {
            counter.fetch_add(1, SeqCst);
        }
    }

    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    pub(super) fn release(&self, load: Load) {
        if let Some(counter) = self.counter(load) {
            counter.fetch_sub(1, SeqCst);
        }
    }

    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    fn counter(&self, load: Load) -> Option<&AtomicUsize> {
        match load {
            Load::Nothing => None,
            Load::Reading => Some(&self.reading),
            Load::InFlight => Some(&self.in_flight),
        }
    }

    pub(super) fn reading(&self) -> usize {
        self.reading.load(SeqCst)
    }

    /// Asks the main thread to look after the server.
    pub(super) fn ask_for_look(&self) {
        // A look may take time, and whatever comes up meanwhile must not fill the bell, where the byte that means the
        // end would find no place.
        if !self.awaits_look.swap(true, SeqCst) {
            self.bell.ring(Ring::Look);
        }
    }

    /// Marks a ring for a look as heard, before the look, so that whatever happens during the look rings again.
    pub(super) fn hears_look(&self) {
        self.awaits_look.store(false, SeqCst);
    }

    /// Whether a response or a refusal may have a thread besides the workers. All that are in flight are counted, because
    /// each of them may be about to have one.
    #[cfg(any(feature = "tiny-http", test))]
    pub(super) fn has_threads(&self) -> bool {
        // In this order, since a request is in flight before it ceases to be read: it is counted twice rather than not at all.
        self.reading() + self.in_flight() < MOST_LATE
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(SeqCst)
    }

    /// Counts a worker that is about to start, and that will wait for work.
    pub(super) fn hires(&self) {
        self.hired.fetch_add(1, SeqCst);
        self.idle.fetch_add(1, SeqCst);
        // Its first time is nothing that was finished.
        self.finished.fetch_sub(1, SeqCst);
    }

    /// A worker has started, so the log gets a line again if the next one does not.
    pub(super) fn arrives(&self) {
        self.is_short.store(false, SeqCst);
        self.idle.fetch_sub(1, SeqCst);
    }

    /// There was no thread for the worker.
    pub(super) fn misses(&self) {
        self.hired.fetch_sub(1, SeqCst);
        self.idle.fetch_sub(1, SeqCst);
        self.finished.fetch_add(1, SeqCst);
    }

    /// Counts a worker that is busy.
    #[cfg(test)]
    pub(super) fn hired(&self) {
        self.hires();
        self.arrives();
        self.finished.fetch_add(1, SeqCst);
    }

    /// Notes that there is no thread for a worker; returns whether there was one for the last.
    pub(super) fn note_shortage(&self) -> bool {
        !self.is_short.swap(true, SeqCst)
    }

    pub(super) fn size(&self) -> usize {
        self.hired.load(SeqCst)
    }

    /// Whether all workers are busy and there may be one more.
    pub(super) fn wants_worker(&self) -> bool {
        self.idle.load(SeqCst) == 0 && self.room() > 0
    }

    /// How many more workers there may be. Those that wait for a client leave their place to others, for as long as there
    /// are not too many threads.
    pub(super) fn room(&self) -> usize {
        let most = self.limit.saturating_add(self.absent.load(SeqCst));
        #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
        let most = most.min(MOST_THREADS.max(self.limit));
        most.saturating_sub(self.size())
    }

    /// Takes the ring for another worker: from now on workers ring again.
    pub(super) fn rearm_ring(&self) {
        self.rung.store(false, SeqCst);
    }

    /// Takes the ring for another worker, and returns whether one is wanted again already.
    pub(super) fn hears_ring(&self) -> bool {
        self.rearm_ring();
        // A worker that became busy before that has not rung.
        self.wants_worker() && !self.rung.swap(true, SeqCst)
    }

    /// From now on every response is the last of its connection.
    pub(super) fn stop(&self) {
        self.stopping.store(true, SeqCst);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    /// From now on a worker that is woken for nothing ends.
    pub(super) fn dismiss(&self) {
        self.dismissed.store(true, SeqCst);
    }

    pub(super) fn is_dismissed(&self) -> bool {
        self.dismissed.load(SeqCst)
    }

    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }
}

#[cfg(test)]
mod tests;

//! The workers' book: how many there are, how many wait, how many requests are in flight, and the bell that wakes the
//! main thread.
//!
//! Owns the rule that a worker is started only when all are busy. It must not know what the workers do.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

/// How long the first hire waits. A cold start is one request: starting a thread beside it would take time and memory
/// from its answer, for a second worker that mostly nobody needs yet.
const FIRST_HIRE_PAUSE: Duration = Duration::from_millis(5);

/// The book of one server.
#[derive(Debug)]
pub(super) struct Crew {
    idle: AtomicUsize,
    hired: AtomicUsize,
    in_flight: AtomicUsize,
    reading: AtomicUsize,
    visits: AtomicUsize,
    /// Whether a ring for another worker is still unheard.
    rung: AtomicBool,
    /// Whether a ring of doubt is still unheard.
    doubted: AtomicBool,
    /// Whether it was told that there is no thread for another worker.
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
            in_flight: AtomicUsize::new(0),
            reading: AtomicUsize::new(0),
            visits: AtomicUsize::new(0),
            rung: AtomicBool::new(false),
            doubted: AtomicBool::new(false),
            is_short: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
            dismissed: AtomicBool::new(false),
            limit,
            bell,
        }
    }

    /// Waits for work by `wait`; rings for another worker when there is work and this was the last that waited.
    pub(super) fn idle<T, E>(&self, wait: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let counted = Counted::one(&self.idle);
        let work = wait();
        drop(counted);
        // One ring is enough for all who find no idle worker before it is heard.
        if work.is_ok() && self.wants_worker() && !self.rung.swap(true, SeqCst) {
            self.bell.ring(Ring::Hire);
        }
        work
    }

    /// Counts a request as in flight until the returned value is dropped, which is after its answer.
    pub(super) fn begin(&self) -> impl Drop {
        Counted::one(&self.in_flight)
    }

    /// Counts a request that is still being read, until the returned value is dropped.
    pub(super) fn read(&self) -> impl Drop {
        Counted::one(&self.reading)
    }

    pub(super) fn reading(&self) -> usize {
        self.reading.load(SeqCst)
    }

    /// Asks the main thread for a visit to the own port.
    #[cfg(feature = "tiny-http")]
    pub(super) fn ask_for_visit(&self) {
        // One ring calls for all visits that were asked for before it is heard, so that they cannot fill the bell.
        if self.visits.fetch_add(1, SeqCst) == 0 {
            self.bell.ring(Ring::Visit);
        }
    }

    /// How many visits were asked for since the last time.
    pub(super) fn take_visits(&self) -> usize {
        self.visits.swap(0, SeqCst)
    }

    /// Asks the main thread to look whether connections are still accepted.
    pub(super) fn doubt(&self) {
        // The look takes time, and whatever panics meanwhile in a handler's own threads must not fill the bell, where
        // the byte that means the end would find no place.
        if !self.doubted.swap(true, SeqCst) {
            self.bell.ring(Ring::Doubt);
        }
    }

    /// Hears a ring of doubt, before the look: what comes up during it asks for another one.
    pub(super) fn hears_doubt(&self) {
        self.doubted.store(false, SeqCst);
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(SeqCst)
    }

    pub(super) fn hired(&self) {
        self.is_short.store(false, SeqCst);
        self.hired.fetch_add(1, SeqCst);
    }

    /// Whether there was a thread for the last worker that was hired, and now is none.
    pub(super) fn is_first_shortage(&self) -> bool {
        !self.is_short.swap(true, SeqCst)
    }

    pub(super) fn size(&self) -> usize {
        self.hired.load(SeqCst)
    }

    /// Whether all workers are busy and there may be one more.
    pub(super) fn wants_worker(&self) -> bool {
        self.idle.load(SeqCst) == 0 && self.size() < self.limit
    }

    /// Hears a ring for another worker, and tells whether to hire one.
    pub(super) fn hears_hire(&self) -> bool {
        let first = self.size() == 1;
        if first {
            std::thread::sleep(FIRST_HIRE_PAUSE);
        }
        self.rung.store(false, SeqCst);
        // After the pause the first worker is mostly idle again, but without a second one every request would ring.
        first || self.wants_worker()
    }

    /// From now on every answer is the last of its connection.
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

/// A counter that is one higher while this lives, whatever ends its life.
pub(super) struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn one(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, SeqCst);
        Self(counter)
    }

    /// Counts one more, unless there are as many as there may be.
    #[cfg(not(feature = "tiny-http"))]
    pub(super) fn up_to(most: usize, counter: &'a AtomicUsize) -> Option<Self> {
        let before = counter.fetch_add(1, SeqCst);
        let counted = Self(counter);
        (before < most).then_some(counted)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// What the main thread is woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ring {
    /// Another worker may be needed.
    Hire,
    /// A connection may be waiting that only another one frees.
    Visit,
    /// It may be that no connection can be accepted any more.
    Doubt,
    /// No connection can be accepted any more.
    AcceptFailed,
    /// The last work of the process is done.
    Done,
    /// A signal came, or the program asked for the end.
    Stop,
}

/// What a bell carries for each ring. `STOP_BYTE` is also what the handler of the signals writes.
const HIRE_BYTE: u8 = b'H';
const VISIT_BYTE: u8 = b'V';
const DOUBT_BYTE: u8 = b'D';
const ACCEPT_FAILED_BYTE: u8 = b'A';
const DONE_BYTE: u8 = b'E';
pub(super) const STOP_BYTE: u8 = b'X';

/// The end that rings.
#[derive(Debug)]
pub(super) struct Bell(UnixStream);

impl From<UnixStream> for Bell {
    fn from(socket: UnixStream) -> Self {
        Self(socket)
    }
}

/// The end that hears.
#[derive(Debug)]
pub(super) struct Ear(UnixStream);

/// A bell and the ear that hears it: one pair of sockets, so that workers, signals and the program's own stop all wake
/// the main thread by one wait.
pub(super) fn bell() -> io::Result<(Bell, Ear)> {
    let (bell, ear) = UnixStream::pair()?;
    Ok((Bell(bell), Ear(ear)))
}

impl Bell {
    pub(super) fn ring(&self, ring: Ring) {
        let byte = match ring {
            Ring::Hire => HIRE_BYTE,
            Ring::Visit => VISIT_BYTE,
            Ring::Doubt => DOUBT_BYTE,
            Ring::AcceptFailed => ACCEPT_FAILED_BYTE,
            Ring::Done => DONE_BYTE,
            Ring::Stop => STOP_BYTE,
        };
        // The ear is gone only when serving is over, and then nobody needs to be woken.
        let _ = (&self.0).write_all(&[byte]);
    }

    /// Another handle of the same bell, for the signals.
    pub(super) fn socket(&self) -> io::Result<UnixStream> {
        self.0.try_clone()
    }
}

impl Ear {
    /// Waits for a ring.
    pub(super) fn hear(&self) -> Ring {
        loop {
            if let Some(ring) = self.read() {
                return ring;
            }
        }
    }

    /// Waits for a ring, but not longer than `time`.
    pub(super) fn hear_within(&self, time: Duration) -> Option<Ring> {
        self.0.set_read_timeout(Some(time)).ok()?;
        self.read()
    }

    fn read(&self) -> Option<Ring> {
        let mut byte = [0];
        (&self.0).read_exact(&mut byte).ok()?;
        match byte {
            [HIRE_BYTE] => Some(Ring::Hire),
            [VISIT_BYTE] => Some(Ring::Visit),
            [DOUBT_BYTE] => Some(Ring::Doubt),
            [ACCEPT_FAILED_BYTE] => Some(Ring::AcceptFailed),
            [DONE_BYTE] => Some(Ring::Done),
            _ => Some(Ring::Stop),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Crew, Ring, bell};
    use std::time::Duration;

    #[test]
    fn only_the_last_idle_worker_rings_for_another_and_only_once() {
        let (bell, ear) = bell().expect("a pair of sockets");
        let crew = Crew::new(3, bell);
        crew.hired();
        let work = || Ok::<(), ()>(());
        assert!(crew.idle(|| crew.idle(work)).is_ok());
        assert!(crew.idle(work).is_ok());
        assert_eq!(ear.hear(), Ring::Hire);
        assert_eq!(
            ear.hear_within(Duration::from_millis(1)),
            None,
            "the first ring was not heard yet"
        );
        assert!(crew.hears_hire());
        crew.hired();
        assert!(crew.idle(|| Err::<(), ()>(())).is_err());
        assert_eq!(
            ear.hear_within(Duration::from_millis(1)),
            None,
            "no work, no ring"
        );
        assert!(crew.idle(work).is_ok());
        assert_eq!(ear.hear(), Ring::Hire);
        assert!(crew.hears_hire());
        crew.hired();
        assert!(crew.idle(work).is_ok());
        assert_eq!(
            ear.hear_within(Duration::from_millis(1)),
            None,
            "there may be three"
        );
        assert!(!crew.hears_hire());
    }

    #[cfg(feature = "tiny-http")]
    #[test]
    fn whatever_comes_up_until_the_bell_is_heard_rings_it_once() {
        let (bell, ear) = bell().expect("a pair of sockets");
        let crew = Crew::new(1, bell);
        // More than the bell could carry.
        for _ in 0..10_000 {
            crew.doubt();
            crew.ask_for_visit();
        }
        assert_eq!(ear.hear(), Ring::Doubt);
        assert_eq!(ear.hear(), Ring::Visit);
        assert_eq!(ear.hear_within(Duration::from_millis(1)), None);
        crew.hears_doubt();
        crew.doubt();
        assert_eq!(ear.hear(), Ring::Doubt);
    }

    #[test]
    fn a_request_is_in_flight_until_it_is_dropped_even_by_a_panic() {
        let crew = Crew::new(1, bell().expect("a pair of sockets").0);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _request = crew.begin();
            assert_eq!(crew.in_flight(), 1);
            std::panic::resume_unwind(Box::new("a panic without the hook's words"));
        }));
        assert!(caught.is_err());
        assert_eq!(crew.in_flight(), 0);
    }
}

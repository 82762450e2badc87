//! How many requests are served at once: each has a turn, and one that finds none waits.
//!
//! Owns the count, and how a handler gives its turn up while it waits for its client. It must not know what a turn is
//! used for.
//!
//! There are rarely more workers than turns: only where handlers had given theirs up and want them back.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::server::crew::Crew;

/// So many turns at once.
pub(super) struct Turns {
    free: AtomicUsize,
    /// How many wait for one.
    waiting: AtomicUsize,
    gate: Mutex<()>,
    freed: Condvar,
}

impl Turns {
    pub(super) fn new(turns: usize) -> Self {
        Self {
            free: AtomicUsize::new(turns),
            waiting: AtomicUsize::new(0),
            gate: Mutex::new(()),
            freed: Condvar::new(),
        }
    }

    /// Waits for a turn.
    pub(super) fn take(&self) -> Turn<'_> {
        if !self.take_free() {
            self.wait();
        }
        Turn(self)
    }

    fn take_free(&self) -> bool {
        let one_less = |free: usize| free.checked_sub(1);
        self.free.fetch_update(SeqCst, SeqCst, one_less).is_ok()
    }

    #[cold]
    fn wait(&self) {
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        // A worker that gives a turn back looks at this afterwards, so that one of the two sees the other.
        self.waiting.fetch_add(1, SeqCst);
        let waited = self.freed.wait_while(gate, |()| !self.take_free());
        self.waiting.fetch_sub(1, SeqCst);
        drop(waited);
    }
}

/// Gives its turn back when it is dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, SeqCst);
        if self.0.waiting.load(SeqCst) > 0 {
            // Inside the gate, or it could be between its look and its sleep.
            let _gate = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.freed.notify_one();
        }
    }
}

/// A worker's place among the workers, with its turn.
pub(super) struct Place<'a> {
    crew: &'a Crew,
    turns: &'a Turns,
    turn: Option<Turn<'a>>,
}

impl<'a> Place<'a> {
    pub(super) fn new(crew: &'a Crew, turns: &'a Turns, turn: Turn<'a>) -> Self {
        let turn = Some(turn);
        Self { crew, turns, turn }
    }

    /// Does what may take long and needs no turn, and has a turn again after it.
    pub(super) fn leave_for<T>(&mut self, wait: impl FnOnce() -> T) -> T {
        self.turn = None;
        let absent = self.crew.step_out();
        let waited = wait();
        drop(absent);
        self.turn = Some(self.turns.take());
        waited
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Turns};
    use crate::server::bell::bell;
    use crate::server::crew::Crew;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::thread;

    #[test]
    fn never_more_have_a_turn_than_there_are_and_all_get_one() {
        let (turns, at_once, most) = (Turns::new(3), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let _turn = turns.take();
                        most.fetch_max(at_once.fetch_add(1, SeqCst) + 1, SeqCst);
                        thread::yield_now();
                        at_once.fetch_sub(1, SeqCst);
                    }
                });
            }
        });
        assert!(most.load(SeqCst) <= 3);
        assert_eq!(turns.free.load(SeqCst), 3);
    }

    #[test]
    fn a_turn_that_is_given_up_is_anothers_and_comes_back() {
        let crew = Crew::new(1, bell().expect("a pair of sockets").0);
        crew.hired();
        let turns = Turns::new(1);
        let mut place = Place::new(&crew, &turns, turns.take());
        assert_eq!(crew.room(), 0);
        place.leave_for(|| {
            drop(turns.take());
            assert_eq!(crew.room(), 1, "another may work meanwhile");
        });
        assert_eq!((crew.room(), turns.free.load(SeqCst)), (0, 0));
        drop(place);
        assert_eq!(turns.free.load(SeqCst), 1);
    }
}

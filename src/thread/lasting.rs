//! Threads that are used again: work that comes often is handed to one that has done its own.
//!
//! Owns the threads that wait, and for how long. It must not know what a thread does.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Work, start};

/// How long a thread waits for more work before it ends: what comes one after the other finds it, and an instance that
/// serves something else does not keep its stack.
const PATIENCE: Duration = Duration::from_secs(5);

static SHARED: Lasting = Lasting::new();

/// Does the work on a thread that nobody waits for: one that has none, or a new one.
///
/// # Errors
///
/// The system gives no memory or no thread for it.
pub(crate) fn lend(work: Work) -> io::Result<()> {
    SHARED.lend(work)
}

/// Threads that take work from each other's hands.
struct Lasting {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

/// The threads that wait, and the work for them that none has taken yet: never more than there are threads.
struct Waiting {
    threads: usize,
    work: Vec<Work>,
}

impl Lasting {
    const fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                threads: 0,
                work: Vec::new(),
            }),
            came: Condvar::new(),
        }
    }

    fn lend(&'static self, work: Work) -> io::Result<()> {
        let mut waiting = self.lock();
        if waiting.threads > waiting.work.len() {
            waiting.work.push(work);
            self.came.notify_one();
            return Ok(());
        }
        drop(waiting);
        start(Box::new(|| {
            let mut next = Some(work);
            while let Some(work) = next {
                work();
                next = self.wait(PATIENCE);
            }
        }))
    }

    /// The next work of a thread, if any comes in time.
    fn wait(&self, patience: Duration) -> Option<Work> {
        let mut waiting = self.lock();
        waiting.threads += 1;
        let waited = self
            .came
            .wait_timeout_while(waiting, patience, |waiting| waiting.work.is_empty());
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        waiting.threads -= 1;
        waiting.work.pop()
    }

    /// Nothing panics that has it.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Lasting;
    use std::sync::mpsc::channel;
    use std::thread::{ThreadId, current};
    use std::time::Duration;

    /// Which thread did it.
    fn done(lasting: &'static Lasting) -> ThreadId {
        let (sender, receiver) = channel();
        let work = move || sender.send(current().id()).expect("it is waited for");
        lasting.lend(Box::new(work)).expect("a thread");
        receiver.recv().expect("it is done")
    }

    /// The thread says that it is done before it waits, so what is asked for is that it happens, not at once.
    #[test]
    #[cfg_attr(miri, ignore = "it cannot set the size of a stack")]
    fn work_is_done_by_a_thread_that_has_done_its_own() {
        // Threads that no other test uses.
        static LASTING: Lasting = Lasting::new();
        let lasting = &LASTING;
        let mut seen = Vec::new();
        loop {
            let thread = done(lasting);
            assert_ne!(thread, current().id());
            if seen.contains(&thread) {
                break;
            }
            seen.push(thread);
        }
        // Work that blocks never waits for other work.
        let (release, released) = channel::<()>();
        let (begun, begins) = channel();
        let blocks = move || {
            begun.send(()).expect("it is waited for");
            let _ = released.recv();
        };
        lasting.lend(Box::new(blocks)).expect("a thread");
        begins.recv().expect("it begins");
        done(lasting);
        drop(release);
    }

    #[test]
    #[cfg_attr(miri, ignore = "it cannot set the size of a stack")]
    fn a_panic_ends_the_thread_alone() {
        // Threads that no other test uses.
        static LASTING: Lasting = Lasting::new();
        let lasting = &LASTING;
        let panics = || panic!("a panic that a test wants");
        lasting.lend(Box::new(panics)).expect("a thread");
        done(lasting);
    }

    #[test]
    fn a_thread_that_waits_in_vain_ends_and_is_lent_nothing() {
        // Threads that no other test uses.
        static LASTING: Lasting = Lasting::new();
        let lasting = &LASTING;
        assert!(lasting.wait(Duration::ZERO).is_none());
        assert_eq!(lasting.lock().threads, 0);
    }
}

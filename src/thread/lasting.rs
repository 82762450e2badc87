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

/// The threads that wait, and the work for them that none has taken yet: never more than there are threads.
struct Waiting {
    threads: usize,
    work: Vec<Work>,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting {
    threads: 0,
    work: Vec::new(),
});
static CAME: Condvar = Condvar::new();

/// Does the work on a thread that nobody waits for: one that has none, or a new one.
///
/// # Errors
///
/// The system gives no memory or no thread for it.
pub(crate) fn lend(work: Work) -> io::Result<()> {
    let mut waiting = lock();
    if waiting.threads > waiting.work.len() {
        waiting.work.push(work);
        CAME.notify_one();
        return Ok(());
    }
    drop(waiting);
    start(Box::new(|| {
        let mut next = Some(work);
        while let Some(work) = next {
            work();
            next = wait(PATIENCE);
        }
    }))
}

/// The next work of a thread, if any comes in time.
fn wait(patience: Duration) -> Option<Work> {
    let mut waiting = lock();
    waiting.threads += 1;
    let waited = CAME.wait_timeout_while(waiting, patience, |waiting| waiting.work.is_empty());
    let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
    waiting.threads -= 1;
    waiting.work.pop()
}

/// Nothing panics that has it.
fn lock() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{lend, wait};
    use std::sync::mpsc::channel;
    use std::thread::{ThreadId, current};
    use std::time::Duration;

    /// Which thread did it.
    fn done() -> ThreadId {
        let (sender, receiver) = channel();
        lend(Box::new(move || {
            sender.send(current().id()).expect("it is waited for");
        }))
        .expect("a thread");
        receiver.recv().expect("it is done")
    }

    /// Other tests of this process use the threads as well, so what is asked for is that it happens, not at once.
    #[test]
    #[cfg_attr(miri, ignore = "it cannot set the size of a stack")]
    fn work_is_done_by_a_thread_that_has_done_its_own() {
        let mut seen = Vec::new();
        loop {
            let thread = done();
            assert_ne!(thread, current().id());
            if seen.contains(&thread) {
                break;
            }
            seen.push(thread);
        }
        // Work that blocks never waits for other work.
        let (release, released) = channel::<()>();
        let (begun, begins) = channel();
        lend(Box::new(move || {
            begun.send(()).expect("it is waited for");
            let _ = released.recv();
        }))
        .expect("a thread");
        begins.recv().expect("it begins");
        done();
        drop(release);
    }

    #[test]
    #[cfg_attr(miri, ignore = "it cannot set the size of a stack")]
    fn a_panic_ends_the_thread_alone() {
        lend(Box::new(|| panic!("a panic that a test wants"))).expect("a thread");
        done();
    }

    #[test]
    fn a_thread_that_waits_in_vain_ends() {
        // Until it gets none of another test.
        while let Some(work) = wait(Duration::ZERO) {
            work();
        }
    }
}

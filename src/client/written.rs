//! A client of which nothing is known until a write to it fails.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether a write has failed; a clone knows the same.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<AtomicBool>);

thread_local! {
    /// Whom this thread runs work for, if that is known: a worker of the server does not know its client.
    static SERVED: Cell<Option<Seen>> = const { Cell::new(None) };
}

pub(super) fn current() -> Seen {
    let served = SERVED.take();
    let seen = served.clone().unwrap_or_default();
    SERVED.set(served);
    seen
}

/// Runs the work as if this thread served it.
pub(super) fn scope<T>(seen: &Seen, work: impl FnOnce() -> T) -> T {
    let before = SERVED.replace(Some(seen.clone()));
    let done = work();
    SERVED.set(before);
    done
}

/// A write to it has failed.
pub(super) fn cut(seen: &Seen) {
    seen.0.store(true, Relaxed);
}

impl Seen {
    pub(super) fn gone() -> Self {
        Self(Arc::new(true.into()))
    }

    pub(super) fn has_left(&self) -> bool {
        self.0.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::{current, cut, scope};

    #[test]
    fn a_write_that_fails_is_known_to_all_who_work_for_the_client() {
        let seen = current();
        let asked = scope(&seen, current);
        let elsewhere =
            std::thread::scope(|threads| threads.spawn(|| scope(&seen, current)).join());
        cut(&seen);
        assert!(asked.has_left() && elsewhere.expect("no panic").has_left());
        assert!(!current().has_left());
    }
}

//! Turns a panic into an error for the caller, without noise on stderr.
//!
//! Owns the process's panic hook and the place where the last panic of a thread happened. It must not know who
//! answers with the error.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::{Mutex, Once, PoisonError};

use crate::error::Error;
use crate::scope::Scope;

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Looks at the message of a panic outside any handler and the file it happened in, and returns whether it is known and
/// harmless.
pub(crate) type Watcher = Box<dyn Fn(&str, &str) -> bool + Send + Sync>;

static WATCHERS: Mutex<Vec<Watcher>> = Mutex::new(Vec::new());

/// From now on `watcher` hears of every panic outside a handler, and what it knows is not printed.
///
/// The first call installs the hook: a panic of a handler is not printed either, because its error is logged and answered.
/// Every other panic goes to the hook that was there before.
pub(crate) fn watch(watcher: Watcher) {
    static INSTALLED: Once = Once::new();
    WATCHERS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(watcher);
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if Scope::is_entered() {
                PLACE.set(info.location().map(ToString::to_string));
            } else if !is_harmless(
                message(info.payload()),
                info.location().map_or("", Location::file),
            ) {
                previous(info);
            }
        }));
    });
}

fn is_harmless(message: &str, file: &str) -> bool {
    let watchers = WATCHERS.lock().unwrap_or_else(PoisonError::into_inner);
    watchers
        .iter()
        .filter(|watcher| watcher(message, file))
        .count()
        > 0
}

/// Runs work on a thread that serves no call but has the request id of one, and logs its panic: the hook takes it for one
/// of a handler, which its response reports, and prints nothing.
pub(crate) fn logged<T>(work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let place = PLACE.take().unwrap_or_default();
        log::error!(
            "a thread of the handler panicked at {place}: {}",
            message(&*payload)
        );
        resume_unwind(payload)
    })
}

/// Runs a handler; a panic in it becomes an error, and the instance stays alive.
pub(crate) fn guard<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // A handler's shared state may be left half changed by its panic: that is the handler's own to guard, by a mutex
    // that is poisoned or by an atomic that is not.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| Err(error(payload)))
}

impl Error {
    /// The error that a panic is which you have caught with [`catch_unwind`](std::panic::catch_unwind): its type is
    /// `Panic`, as with a panic that the runtime catches.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fc_runtime::Error;
    /// let caught = std::panic::catch_unwind(|| panic!("it burst"));
    /// let error = caught.map_err(Error::from_panic).unwrap_err();
    /// assert_eq!((error.error_type(), error.message()), ("Panic", "it burst"));
    /// ```
    pub fn from_panic(payload: Box<dyn Any + Send>) -> Self {
        error(payload)
    }
}

/// The error that a caught panic of this thread is answered with.
pub(crate) fn error(payload: Box<dyn Any + Send>) -> Error {
    let error = Error::panicked(message(&*payload), PLACE.take());
    // What a handler panics with is its own, and dropping it could panic once more; only what that panics with is left
    // alone, because it could go on for ever.
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
    error
}

fn message(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return text;
    }
    payload
        .downcast_ref::<String>()
        .map_or("the panic has no message", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::error;
    use std::panic::catch_unwind;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[test]
    fn what_panics_when_it_is_dropped_ends_nothing() {
        struct Bomb(&'static AtomicUsize);
        impl Drop for Bomb {
            fn drop(&mut self) {
                self.0.fetch_add(1, SeqCst);
                std::panic::resume_unwind(Box::new("again"));
            }
        }
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        let run: fn() = || std::panic::resume_unwind(Box::new(Bomb(&DROPPED)));
        let error = error(catch_unwind(run).expect_err("it panics"));
        assert_eq!(error.message(), "the panic has no message");
        assert_eq!(DROPPED.load(SeqCst), 1);
    }

    #[test]
    fn the_message_of_every_kind_of_panic_is_reported() {
        let caught = |run: fn()| {
            error(catch_unwind(run).expect_err("it panics"))
                .message()
                .to_owned()
        };
        assert_eq!(caught(|| panic!("plain")), "plain");
        assert_eq!(caught(|| panic!("with {}", 1)), "with 1");
        assert_eq!(
            caught(|| std::panic::panic_any(7)),
            "the panic has no message"
        );
    }
}

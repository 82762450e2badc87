//! What becomes of a panic: an error for the caller, and no noise on stderr.
//!
//! Owns the process's panic hook and the place where the last panic of a thread happened. It must not know who
//! answers with the error.

use std::any::Any;
use std::cell::RefCell;
use std::panic;
use std::sync::Once;

use crate::error::Error;
use crate::logger::Scope;

thread_local! {
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on a panic of a handler is not printed, for its error is logged and answered, and neither is one that
/// `is_noise` knows. Every other panic goes to the hook that was there before.
pub(crate) fn install_hook(is_noise: fn(&str) -> bool) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if Scope::is_entered() {
                PLACE.set(info.location().map(ToString::to_string));
            } else if is_noise(message(info.payload())) {
                log::debug!("a connection ended early: {}", message(info.payload()));
            } else {
                previous(info);
            }
        }));
    });
}

/// The error that a caught panic of this thread is answered with.
pub(crate) fn error(payload: &(dyn Any + Send)) -> Error {
    Error::panicked(message(payload), PLACE.take())
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

    #[test]
    fn the_message_of_every_kind_of_panic_is_told() {
        let caught = |run: fn()| {
            error(&*catch_unwind(run).expect_err("it panics"))
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

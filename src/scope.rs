//! Which call a thread serves.
//!
//! Owns the request id of each thread, for as long as its call lasts. It must not know who asks for it, nor what a call is.

use std::cell::Cell;
use std::sync::Arc;

/// What stands for a line break where a text becomes part of a line: a carriage return, as in the runtime for Node.js
/// ([contract §5.2](crate::guide::contract#5.2)), so that no text can end a line and forge the next.
pub(crate) const LINE_BREAK: &str = "\r";

thread_local! {
    static REQUEST_ID: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// While it lives, this thread serves a request.
#[derive(Debug)]
pub(crate) struct Scope {
    outer: Option<Arc<str>>,
}

impl Scope {
    /// From now on this thread serves the request of this id.
    pub(crate) fn enter(request_id: Arc<str>) -> Self {
        Self {
            outer: REQUEST_ID.replace(Some(request_id)),
        }
    }

    /// Whether this thread is serving a request.
    pub(crate) fn is_entered() -> bool {
        Self::request_id().is_some()
    }

    /// The id of the request that this thread is serving.
    pub(crate) fn request_id() -> Option<Arc<str>> {
        // A thread that is ending serves nothing, and what asks then, such as a destructor that logs, finds no id any more.
        REQUEST_ID
            .try_with(|id| {
                let current = id.take();
                id.set(current.clone());
                current
            })
            .ok()?
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        REQUEST_ID.set(self.outer.take());
    }
}

/// A request id as it stands in lines: without line breaks.
pub(crate) fn request_id(text: &str) -> Arc<str> {
    if text.contains('\n') {
        text.replace('\n', LINE_BREAK).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, request_id};

    #[test]
    fn a_thread_serves_the_innermost_scope_and_no_other_thread_does() {
        let outer = Scope::enter("outer".into());
        drop(Scope::enter("inner".into()));
        assert_eq!(Scope::request_id().as_deref(), Some("outer"));
        let other = std::thread::spawn(|| (Scope::is_entered(), Scope::request_id()));
        assert_eq!(other.join().expect("no panic"), (false, None));
        drop(outer);
        assert!(!Scope::is_entered() && Scope::request_id().is_none());
    }

    #[test]
    fn a_request_id_stays_within_its_line() {
        assert_eq!(&*request_id("r1"), "r1");
        assert_eq!(&*request_id("r1\nFC Invoke\n"), "r1\rFC Invoke\r");
    }
}

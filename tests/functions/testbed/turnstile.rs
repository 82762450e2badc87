//! What a handler waits for until the test lets it go on.

use std::sync::{Condvar, Mutex};

/// How many events the test has asked for so far: a stream that waits for it shows that what it sent before has arrived.
pub(crate) static NEXT: Turnstile = Turnstile {
    allowed: Mutex::new(0),
    opened: Condvar::new(),
};

pub(crate) struct Turnstile {
    allowed: Mutex<u32>,
    opened: Condvar,
}

impl Turnstile {
    pub(crate) fn allow(&self) {
        *self.allowed.lock().expect("no panic while it is held") += 1;
        self.opened.notify_all();
    }

    pub(crate) fn wait_for(&self, number: u32) {
        let allowed = self.allowed.lock().expect("no panic while it is held");
        let opened = self.opened.wait_while(allowed, |allowed| *allowed < number);
        drop(opened.expect("no panic while it is held"));
    }
}

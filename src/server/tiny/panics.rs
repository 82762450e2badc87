//! Why threads of `tiny_http` end, which it reports to nobody: they panic, and the text of the panic says why.
//!
//! Owns those texts. It must not know how a thread that is missing is replaced.

use std::sync::{Arc, Weak};

use super::own_port::OwnPort;

/// What a thread panics with when it asks a connection that was reset for the address of its client.
const PEER_ADDRESS_OF_RESET: &str =
    "called `Result::unwrap()` on an `Err` value: Os { code: 107, kind: NotConnected";
/// What a thread panics with when the system gives it no descriptor.
const REFUSED_BY_SYSTEM: &str = "called `Result::unwrap()` on an `Err` value: Os {";
/// What the standard library panics with when the system gives no thread.
const NO_THREAD: &str = "failed to spawn thread";

/// From now on the main thread looks after what a panic leaves.
pub(super) fn watch(port: &Arc<OwnPort>) {
    let port: Weak<OwnPort> = Arc::downgrade(port);
    crate::panics::watch(Box::new(move |message, file| {
        port.upgrade()
            .is_some_and(|port| hear(&port, message, file))
    }));
}

/// Returns whether the panic is known and harmless.
fn hear(port: &OwnPort, message: &str, file: &str) -> bool {
    // A build without locations has a word in brackets in the file's place.
    let may_be_its = file.contains("tiny_http") || file.starts_with('<');
    // A connection that was reset before its thread looked at it. The thread was to take the next that waits.
    let was_reset = may_be_its && message.starts_with(PEER_ADDRESS_OF_RESET);
    if was_reset {
        port.ask_for_visit();
    }
    // No thread or descriptor for a new connection: if it was the accepting thread that asked for one, it is gone.
    else if (may_be_its && message.starts_with(REFUSED_BY_SYSTEM))
        || message.starts_with(NO_THREAD)
    {
        port.doubt();
    }
    was_reset
}

#[cfg(test)]
mod tests {
    use super::super::super::{bell::bell, crew::Crew};
    use super::{OwnPort, hear};
    use std::net::SocketAddr;
    use std::sync::Arc;

    /// What follows from a panic: how many visits, whether a doubt, and whether it is printed.
    fn follows(message: &str, file: &str) -> (usize, bool, bool) {
        let crew = Crew::new(1, bell().expect("a pair of sockets").0);
        let port = OwnPort::new(SocketAddr::from(([127, 0, 0, 1], 1)), Arc::new(crew));
        let is_harmless = hear(&port, message, file);
        let (visits, is_in_doubt) = port.awaits();
        (visits, is_in_doubt, !is_harmless)
    }

    #[test]
    fn what_a_panic_leaves_behind_is_known_by_its_text() {
        const UNWRAPPED: &str = "called `Result::unwrap()` on an `Err` value: Os { code: ";
        let reset = format!("{UNWRAPPED}107, kind: NotConnected, message: \"\" }}");
        let no_file = format!("{UNWRAPPED}24, kind: Uncategorized, message: \"\" }}");
        let its = "/registry/tiny_http-0.12.0/src/client.rs";
        assert_eq!(follows(&reset, its), (1, false, false));
        assert_eq!(follows(&reset, "<redacted>"), (1, false, false));
        assert_eq!(follows(&no_file, its), (0, true, true));
        for message in [&reset, &no_file] {
            assert_eq!(follows(message, "src/main.rs"), (0, false, true));
        }
        let no_thread = "failed to spawn thread: Os { code: 11 }";
        assert_eq!(follows(no_thread, "std/src/thread/mod.rs"), (0, true, true));
    }
}

//! `Client`, by which a handler learns that nobody waits for its response any more.
//!
//! Owns what each thread knows of the client that it serves: `socket` looks at the connection, and `written` remembers what
//! a write has found, where a server gives no way to look. It must not know what a client has asked.

#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
mod socket;
#[cfg(all(feature = "tiny-http", not(feature = "direct")))]
mod written;

use std::fmt;

#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
use socket::{Seen, current, cut, scope};
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
pub(crate) use socket::{Socket, serve};
#[cfg(all(feature = "tiny-http", not(feature = "direct")))]
use written::{Seen, current, cut, scope};

/// The client that waits for the response to a call, or has left.
///
/// A handler that works for a long time can ask now and then whether the client has left, and stop. On Function
/// Compute, the client is the agent, and no source says whether it closes the connection of a call that was cancelled
/// ([contract §4.5](crate::guide::contract#4.5)).
///
/// With the direct server, it is known at once that the client has closed its side of the connection. `tiny_http` gives
/// no way to look: with the default server, only a write that fails shows it, such as a heartbeat from
/// [`Response::with_heartbeat`](crate::http::Response::with_heartbeat).
///
/// # Examples
///
/// ```
/// use fc_runtime::{Client, Context, Error, Runtime};
///
/// fn handle(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
///     digits(event, &Client::current())
/// }
///
/// fn digits(text: &[u8], client: &Client) -> Result<Vec<u8>, Error> {
///     let mut found = Vec::new();
///     for part in text.chunks(1024) {
///         if client.has_left() {
///             return Err(Error::new("Cancelled", "the client left"));
///         }
///         found.extend(part.iter().filter(|byte| byte.is_ascii_digit()));
///     }
///     Ok(found)
/// }
///
/// let runtime = Runtime::new().invoke(handle);
/// assert_eq!(handle(b"a1b2", &Context::default())?, b"12");
/// assert_eq!(digits(b"a1b2", &Client::gone()).unwrap_err().error_type(), "Cancelled");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Client(Seen);

impl Client {
    /// The client of the call that this thread serves. Call this in the handler or in the closure of a stream, and pass
    /// the client to the threads that you start. On a thread that serves no call, nothing is known about the client.
    pub fn current() -> Self {
        Self(current())
    }

    /// A client that has left, for a test.
    pub fn gone() -> Self {
        Self(Seen::gone())
    }

    /// Whether the client is known to have left. This takes a system call, and means nothing after the response has
    /// been sent.
    pub fn has_left(&self) -> bool {
        self.0.has_left()
    }

    /// Runs the work as if this thread served it.
    pub(crate) fn scope<T>(&self, work: impl FnOnce() -> T) -> T {
        scope(&self.0, work)
    }

    /// A write to it has failed.
    pub(crate) fn cut(&self) {
        cut(&self.0);
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Client;

    #[test]
    fn a_thread_that_serves_no_call_has_a_client_of_which_nothing_is_known() {
        let known = std::thread::spawn(|| Client::current().has_left());
        assert!(!known.join().expect("no panic") && !Client::default().has_left());
        assert!(Client::gone().has_left() && Client::gone().clone().has_left());
    }
}

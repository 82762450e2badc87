//! The settings that the direct server alone keeps.
//!
//! Owns their lowest values. It must not know how a limit is kept.

use std::time::Duration;

use super::Runtime;
use crate::limits::SHORTEST_TIMEOUT;

/// # The limits of the direct server
///
/// `tiny_http` gives no way to keep them, and a limit that is not kept is worse than none, so these methods exist only
/// with the feature `direct`: who builds a program that sets one with the other server learns it from the compiler.
///
/// A time counts as a millisecond at least, and [`Duration::MAX`] is no limit.
impl Runtime {
    /// Has up to this many connections at once, busy or idle, and at least one; further ones are closed. Each is an
    /// open file, of which an instance may have 100,000 ([contract §4.4](crate::guide::contract#4.4)); where the
    /// process may have fewer, its limit is raised when it is reached, as far as the system allows.
    ///
    /// Unless it is set there are as many as [`settings`](crate::guide::settings) says, or as many as there are
    /// [`workers`](Self::workers), if they are more. A connection over the limit is closed because it would else wait
    /// without a word for another to end, which idle ones may never do.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.limits.connections = Some(connections.max(1));
        self
    }

    /// Takes heads up to this many bytes, from the request line to the empty line. A longer request line is answered
    /// with 414, a larger head with 431. The trailers after a chunked body may be as large once more.
    ///
    /// Function Compute sends up to 12 KB: who sets less refuses some of its requests.
    #[must_use]
    pub fn head_limit(mut self, bytes: usize) -> Self {
        self.limits.head_bytes = bytes;
        self
    }

    /// Takes up to this many headers, those of Function Compute, about 40, among them; more are answered with 431. So
    /// are more trailers than that.
    #[must_use]
    pub fn header_count(mut self, headers: usize) -> Self {
        self.limits.headers = headers;
        self
    }

    /// Waits so long for the rest of a head whose first byte has come, then answers with 408. A connection that is idle
    /// is never closed, for Function Compute keeps its connections open and takes one that was closed for a failure.
    #[must_use]
    pub fn head_timeout(mut self, time: Duration) -> Self {
        self.limits.head_time = time.max(SHORTEST_TIMEOUT);
        self
    }

    /// Waits so long for a body, and a second more for each 16 KiB that have come, then answers with 408.
    #[must_use]
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.limits.body_time = time.max(SHORTEST_TIMEOUT);
        self
    }

    /// Waits so long for a client that does not read a piece of its response, and a second more for each 16 KiB that it
    /// has read, then closes the connection. A handler that streams may take all the time it needs between two pieces.
    #[must_use]
    pub fn write_timeout(mut self, time: Duration) -> Self {
        self.limits.write_time = time.max(SHORTEST_TIMEOUT);
        self
    }
}

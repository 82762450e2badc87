//! The settings that the direct server alone keeps.
//!
//! Owns their lowest values. It must not know how a limit is kept.

use std::time::Duration;

use super::Runtime;
use crate::limits::SHORTEST_TIMEOUT;

/// # The limits of the direct server
///
/// `tiny_http` cannot keep these limits, and a limit that is not kept is worse than none. So these methods exist only
/// with the feature `direct`: with the other server, a program that sets such a limit does not compile.
///
/// A time counts as a millisecond at least, and [`Duration::MAX`] is no limit.
impl Runtime {
    /// Allows up to this many connections at once, busy or idle, and at least one; more connections are closed. Each is
    /// an open file, of which an instance may have 100,000 ([contract §4.4](crate::guide::contract#4.4)). If the
    /// process may have fewer, its limit is raised when it is reached, as far as the system allows.
    ///
    /// The default is in [`settings`](crate::guide::settings), or the number of [`workers`](Self::workers) if that is
    /// larger. A connection over the limit is closed, because it would otherwise wait silently until another one ends,
    /// which idle ones may never do.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.limits.connections = Some(connections.max(1));
        self
    }

    /// Accepts heads of up to this many bytes, from the request line to the empty line. A longer request line gets a
    /// 414, a larger head a 431. The trailers after a chunked body may have the same size again.
    ///
    /// Function Compute sends up to 12 KB: with a lower limit, the server refuses some of its requests.
    #[must_use]
    pub fn head_limit(mut self, bytes: usize) -> Self {
        self.limits.head_bytes = bytes;
        self
    }

    /// Accepts up to this many headers, including about 40 from Function Compute; a request with more gets a 431. The
    /// same limit applies to trailers.
    #[must_use]
    pub fn header_count(mut self, headers: usize) -> Self {
        self.limits.headers = headers;
        self
    }

    /// Waits this long for the rest of a head after its first byte, then responds with 408. An idle connection is never
    /// closed, because Function Compute keeps its connections open and treats a closed one as a failure.
    #[must_use]
    pub fn head_timeout(mut self, time: Duration) -> Self {
        self.limits.head_time = time.max(SHORTEST_TIMEOUT);
        self
    }

    /// Waits this long for a body, plus a second for each 16 KiB that have arrived, then responds with 408.
    #[must_use]
    pub fn body_timeout(mut self, time: Duration) -> Self {
        self.limits.body_time = time.max(SHORTEST_TIMEOUT);
        self
    }

    /// Waits this long for a client that does not read a piece of its response, plus a second for each 16 KiB that it
    /// has read, then closes the connection. A handler that streams may take as long as it needs between two pieces.
    #[must_use]
    pub fn write_timeout(mut self, time: Duration) -> Self {
        self.limits.write_time = time.max(SHORTEST_TIMEOUT);
        self
    }
}

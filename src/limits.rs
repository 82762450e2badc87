//! The limits of a runtime: what each is for, and what it is unless a program sets it.
//!
//! Owns the numbers. It must not know how a server keeps them. The tests of the documents read them here, so it names
//! nothing of the crate in its code.

use std::time::Duration;

/// The largest body that is accepted unless [`Runtime::body_limit`](crate::Runtime::body_limit) is set, in bytes: the
/// platform's own limit for a synchronous invocation ([contract §4.4](crate::guide::contract#4.4)).
pub const DEFAULT_BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How many requests are served at once unless [`Runtime::workers`](crate::Runtime::workers) is set: the platform's
/// highest instance concurrency ([contract §4.4](crate::guide::contract#4.4)).
pub const DEFAULT_WORKERS: usize = 200;

/// The largest number of connections, busy or idle, unless `Runtime::connections` says otherwise, or `Runtime::workers`
/// asks for more requests at once (feature `direct`; the other server has no such limit).
///
/// It is fifty times the requests that the platform has at once ([contract §4.4](crate::guide::contract#4.4)), so that
/// no connection of its agent is ever refused, and a tenth of the files that an instance may have open, which leaves
/// the others to the handlers. An idle connection takes about 100 bytes of memory besides what the system keeps of it.
#[cfg_attr(
    all(feature = "tiny-http", not(feature = "direct")),
    allow(dead_code, reason = "tiny_http gives no way to keep it")
)]
pub(crate) const DEFAULT_CONNECTIONS: usize = 10_000;

/// The largest head, and the largest trailer section, unless `Runtime::head_limit` says otherwise, in bytes (feature
/// `direct`; the other server has no such limit). The platform sends at most 8 KB of headers after a target of 4 KB
/// ([contract §4.4](crate::guide::contract#4.4)).
pub(crate) const DEFAULT_HEAD_LIMIT: usize = 32 * 1024;

/// The most headers of a request, or of a trailer section, unless `Runtime::header_count` says otherwise (feature
/// `direct`; the other server has no such limit). The platform adds about 40 to those of its client, which may have more
/// than a hundred.
pub(crate) const DEFAULT_HEADER_COUNT: usize = 256;

/// How long a head may take to arrive unless `Runtime::head_timeout` says otherwise (feature `direct`; the other server
/// has no such limit). The agent is on the same network and sends it at once; a stalled client may hold a thread so long.
pub(crate) const DEFAULT_HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a body may take to arrive, besides the time that its bytes earn, unless `Runtime::body_timeout` says
/// otherwise (feature `direct`; the other server has no such limit). It is what the head has, for the same reason.
pub(crate) const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a piece of a response may wait for its client, besides the time that its bytes earn, unless
/// `Runtime::write_timeout` says otherwise (feature `direct`; the other server has a fixed limit).
pub(crate) const DEFAULT_WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// The slowest that a large body or response may be, in bytes a second. The platform's own agent is on the same network.
pub(crate) const SLOWEST: u32 = 16 * 1024;

/// How long a stop waits for requests that are being served, unless [`Runtime::stop_grace`](crate::Runtime::stop_grace)
/// is set: the 90 seconds that the platform gives a pre-stop hook at most
/// ([contract §4.4](crate::guide::contract#4.4)), less ten seconds for the hook itself.
pub const DEFAULT_STOP_GRACE: Duration = Duration::from_secs(80);

/// The variable that has the function's memory, in megabytes ([contract §4.3](crate::guide::contract#4.3)).
pub(crate) const MEMORY_VARIABLE: &str = "FC_FUNCTION_MEMORY_SIZE";

/// The memory of the function in megabytes, by that variable's text.
pub(crate) fn memory_mb(text: Option<&str>) -> Option<usize> {
    let megabytes = text?.parse().ok()?;
    (megabytes > 0).then_some(megabytes)
}

/// What bodies and responses may take together in a function of so much memory, in bytes, unless `Runtime::memory_limit` says
/// otherwise: half of it, because a handler mostly makes something as large of its event. A function of unknown memory
/// has no limit.
pub(crate) fn default_memory(megabytes: Option<usize>) -> usize {
    megabytes.map_or(usize::MAX, |megabytes| {
        megabytes.saturating_mul(1024 * 1024 / 2)
    })
}

/// The most memory of a function with the platform's least processor time, 0.05 vCPU, in megabytes: it may have four
/// gigabytes for each vCPU, in steps of 64 MB ([contract §4.4](crate::guide::contract#4.4)).
pub(crate) const SMALLEST_MB: usize = 192;

/// The shortest time that is kept to: a socket's time-out of zero would be none at all.
#[cfg(any(feature = "direct", doc))]
pub(crate) const SHORTEST_TIMEOUT: Duration = Duration::from_millis(1);

/// The numbers that a server keeps. A field that says nothing else is set by the method of [`Runtime`](crate::Runtime)
/// whose default it has.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "direct"),
    allow(dead_code, reason = "tiny_http gives no way to keep them all")
)]
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) workers: usize,
    /// What was set, if anything: see [`Limits::connections`].
    pub(crate) connections: Option<usize>,
    pub(crate) head_bytes: usize,
    pub(crate) headers: usize,
    pub(crate) head_time: Duration,
    pub(crate) body_time: Duration,
    pub(crate) write_time: Duration,
    pub(crate) stop_grace: Duration,
    /// What the bodies and the responses of all connections may take together.
    pub(crate) memory_bytes: usize,
    /// What a client that was refused gets to read why. Not to be set.
    pub(crate) linger_time: Duration,
    /// [`SLOWEST`]: so many bytes earn a second more. A client on
    /// a slow line is served, one that sends a byte a second is not, and the end of every wait is known. Not to be set.
    pub(crate) slowest: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: DEFAULT_BODY_LIMIT,
            workers: DEFAULT_WORKERS,
            connections: None,
            head_bytes: DEFAULT_HEAD_LIMIT,
            headers: DEFAULT_HEADER_COUNT,
            head_time: DEFAULT_HEAD_TIMEOUT,
            body_time: DEFAULT_BODY_TIMEOUT,
            write_time: DEFAULT_WRITE_TIMEOUT,
            stop_grace: DEFAULT_STOP_GRACE,
            memory_bytes: usize::MAX,
            linger_time: Duration::from_secs(2),
            slowest: SLOWEST,
        }
    }
}

#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
impl Limits {
    /// How many connections there may be: each request has one, so a lower default would only stop requests.
    pub(crate) fn connections(&self) -> usize {
        self.connections
            .unwrap_or(DEFAULT_CONNECTIONS.max(self.workers))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    use super::Limits;
    use super::{default_memory, memory_mb};

    #[test]
    fn bodies_may_take_half_of_the_memory_that_the_function_has() {
        let limit = |text| default_memory(memory_mb(text));
        assert_eq!(limit(Some("128")), 64 * 1024 * 1024);
        for unknown in [None, Some(""), Some("much"), Some("0")] {
            assert_eq!(limit(unknown), usize::MAX, "{unknown:?}");
        }
    }

    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    #[test]
    fn the_default_of_connections_stops_no_request_and_what_is_set_counts() {
        let connections = |workers, connections| {
            let limits = Limits {
                workers,
                connections,
                ..Limits::default()
            };
            limits.connections()
        };
        assert_eq!(connections(200, None), 10_000);
        assert_eq!(connections(60_000, None), 60_000);
        assert_eq!(connections(600, Some(10)), 10);
    }
}

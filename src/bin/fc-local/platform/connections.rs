//! Keep-alive connections to an instance, as the platform's agent holds them
//! ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
//!
//! They carry requests and responses, and must not know what these mean. HTTP/1.1 is spoken by hand here, for a general client
//! cost as much as the rest of a call: it wants a map of thirty headers for each request, makes room for 512 of each response,
//! and passes both through two channels.
//!
//! ```text
//! outgoing          a request as text
//! wire              one connection
//! incoming, chunks  the head and the body of a response
//! broken            why no whole response came
//! ```

mod broken;
mod chunks;
mod incoming;
mod outgoing;
mod wire;

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::http::response;

use crate::platform::body::BoxError;

pub(crate) use broken::Broken;
pub(crate) use outgoing::{Head, Outgoing, lines};
pub(crate) use wire::Connection;
use wire::Unanswered;

/// Keep-alive connections to one instance.
#[derive(Debug)]
pub(crate) struct Connections {
    address: SocketAddr,
    /// In the order in which they were given back; the last is the first that is used again.
    idle: Mutex<Vec<Idle>>,
}

/// A connection without a call, and since when.
#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

impl Connections {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self {
            address,
            idle: Mutex::default(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request over an idle connection, or over a new one; the body of the response comes over the same.
    ///
    /// An idle connection that turns out to be closed before anything was written gives the request back. What was
    /// written is sent a second time only where HTTP allows it, as on the platform
    /// ([contract §4.1](crate::check::sections::SECTIONS#4.1)): a server that was frozen closes what was idle for too long
    /// at the moment when it is thawed for this request.
    pub(crate) async fn send(
        &self,
        mut request: Outgoing,
    ) -> Result<(response::Parts, Connection), BoxError> {
        while let Some(mut connection) = self.take_idle() {
            let copy = request.repeatable();
            let Unanswered { why, unsent } = match connection.send(request).await {
                Ok(head) => return Ok((head, connection)),
                Err(unanswered) => unanswered,
            };
            request = match (unsent, copy) {
                (Some(unsent), _) => unsent,
                (None, Some(copy)) if why.has_ended() => {
                    // A server that is gone is better explained by what it did to the request.
                    return self.send_anew(copy).await.map_err(|_| why.into());
                }
                (None, _) => return Err(why.into()),
            };
        }
        self.send_anew(request).await
    }

    async fn send_anew(
        &self,
        request: Outgoing,
    ) -> Result<(response::Parts, Connection), BoxError> {
        let mut connection = Connection::open(self.address).await?;
        match connection.send(request).await {
            Ok(head) => Ok((head, connection)),
            Err(unanswered) => Err(unanswered.why.into()),
        }
    }

    /// Keeps a connection whose response was read to the end for the next call. One that still has a part of the request to
    /// send ends here, and with it what it holds of the memory for bodies.
    pub(crate) fn give_back(&self, connection: Connection) {
        if connection.is_reusable() {
            let since = Instant::now();
            self.lock().push(Idle { connection, since });
        }
    }

    /// Closes the connections that nobody has used for so long: many calls at once have left many.
    pub(crate) fn close_idle(&self, limit: Duration) {
        let mut idle = self.lock();
        let old = idle.partition_point(|it| it.since.elapsed() >= limit);
        idle.drain(..old);
    }

    fn take_idle(&self) -> Option<Connection> {
        loop {
            let connection = self.lock().pop()?.connection;
            if connection.is_idle() {
                return Some(connection);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        // A list; a panic of another thread leaves it usable.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

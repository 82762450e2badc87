//! Keep-alive connections to an instance, as the platform's agent holds them
//! ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
//!
//! A connection is moved by the call that has it, in the call's own task: with a task of its own, each request and each
//! answer would wake another thread. It carries requests and answers, and must not know what they mean.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::{Body as HttpBody, Incoming};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::facts::limit;
use crate::platform::body::{Body, BoxError, empty_body};

/// The methods that the platform repeats when a connection fails ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
const REPEATED: [Method; 4] = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];

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

/// One connection. It stands still but for the time of [`driving`](Self::driving).
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<Body>,
    /// What moves its bytes; none once it has ended.
    wire: Option<http1::Connection<TokioIo<TcpStream>, Body>>,
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

    /// Sends a request over an idle connection, or over a new one; the body of the answer comes over the same.
    ///
    /// An idle connection that turns out to be closed before anything was written gives the request back. What was
    /// written is sent a second time only where HTTP allows it, as on the platform
    /// ([contract §4.1](crate::check::sections::SECTIONS#4.1)): a server that was frozen closes what was idle for too long
    /// at the moment when it is thawed for this request.
    pub(crate) async fn send(
        &self,
        mut request: Request<Body>,
    ) -> Result<(Response<Incoming>, Connection), BoxError> {
        while let Some(mut connection) = self.take_idle().await {
            let copy = repeatable(&request);
            let mut error = match connection.send(request).await {
                Ok(response) => return Ok((response, connection)),
                Err(error) => error,
            };
            let unsent = error.take_message();
            let error = error.into_error();
            request = match (unsent, copy) {
                (Some(unsent), _) => unsent,
                (None, Some(copy)) if has_ended(&error) => {
                    // A server that is gone is better explained by what it did to the request.
                    return self.send_anew(copy).await.map_err(|_| error.into());
                }
                (None, _) => return Err(error.into()),
            };
        }
        self.send_anew(request).await
    }

    async fn send_anew(
        &self,
        request: Request<Body>,
    ) -> Result<(Response<Incoming>, Connection), BoxError> {
        let mut connection = Connection::open(self.address).await?;
        match connection.send(request).await {
            Ok(response) => Ok((response, connection)),
            Err(error) => Err(error.into_error().into()),
        }
    }

    /// Keeps a connection whose answer was read to the end for the next call. One that still has a part of the request to
    /// send ends here, and with it what it holds of the memory for bodies.
    pub(crate) fn give_back(&self, connection: Connection) {
        if connection.wire.is_some() && connection.sender.is_ready() {
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

    async fn take_idle(&self) -> Option<Connection> {
        loop {
            let mut connection = self.lock().pop()?.connection;
            if connection.is_ready().await {
                return Some(connection);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        // A list; a panic of another thread leaves it usable.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same request, if it may reach the server twice and has no body, which could not be read again.
fn repeatable(request: &Request<Body>) -> Option<Request<Body>> {
    let is_one = REPEATED.contains(request.method()) && request.body().is_end_stream();
    is_one.then(|| {
        let mut copy = Request::new(empty_body());
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.headers_mut() = request.headers().clone();
        copy
    })
}

/// Whether the connection was closed instead of answered; an answer that is no HTTP would come again.
fn has_ended(error: &hyper::Error) -> bool {
    let is_of_the_wire = error.source().is_some_and(<dyn Error>::is::<io::Error>);
    error.is_incomplete_message() || is_of_the_wire
}

impl Connection {
    /// Opens a new one.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, BoxError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, wire) = http1::Builder::new()
            // The agent is a Go client: `X-Fc-Request-Id` (contract §2).
            .title_case_headers(true)
            .max_headers(limit::HEADER_COUNT)
            .handshake(TokioIo::new(stream))
            .await?;
        Ok(Self {
            sender,
            wire: Some(wire),
        })
    }

    /// Has a task move it from now on, for one who looks at it now and then, and wants to see then what came meanwhile.
    pub(crate) fn in_own_task(self) -> SendRequest<Body> {
        // Errors of the connection also reach the one who uses it.
        self.wire.map(tokio::spawn);
        self.sender
    }

    async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        let answer = self.sender.try_send_request(request);
        self.driving(answer).await
    }

    /// Whether it can take a request at once. It cannot if the other side has closed it while nobody looked.
    async fn is_ready(&mut self) -> bool {
        poll_fn(|context| {
            self.advance(context);
            let ready = self.sender.poll_ready(context);
            Poll::Ready(matches!(ready, Poll::Ready(Ok(()))))
        })
        .await
    }

    /// Waits for something that comes over the connection.
    pub(crate) async fn driving<T>(&mut self, part: impl Future<Output = T>) -> T {
        let mut part = pin!(part);
        poll_fn(|context| self.poll(part.as_mut(), context)).await
    }

    /// The same, but does not wait: none if it has not come yet.
    pub(crate) async fn now<T>(&mut self, part: impl Future<Output = T>) -> Option<T> {
        let mut part = pin!(part);
        poll_fn(|context| match self.poll(part.as_mut(), context) {
            Poll::Ready(come) => Poll::Ready(Some(come)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// A part says first what it waits for, and has it when the connection was moved: in one turn, if it is there.
    fn poll<F: Future>(
        &mut self,
        mut part: Pin<&mut F>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        if let Poll::Ready(come) = part.as_mut().poll(context) {
            return Poll::Ready(come);
        }
        self.advance(context);
        part.poll(context)
    }

    /// Moves what can be moved. An error of the connection also reaches the part that waits for it.
    fn advance(&mut self, context: &mut Context<'_>) {
        let wire = self.wire.as_mut().map(Pin::new);
        if wire.is_some_and(|wire| wire.poll(context).is_ready()) {
            self.wire = None;
        }
    }
}

#[cfg(test)]
mod tests;

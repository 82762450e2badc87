//! HTTP calls, whose responses go on piece by piece.

use hyper::body::{Bytes, Frame};
use hyper::header::HeaderMap;
use hyper::http::{request, response};
use tokio::sync::mpsc;

use super::running::Running;
use crate::facts::{header, limit};
use crate::platform::agent::{CallId, Payload};
use crate::platform::body::{Body, BoxError, channel_body, empty_body, full_body};
use crate::platform::connections::{Broken, Connection};
use crate::platform::instance::Lease;
use crate::platform::report::{Failure, Report};
use crate::platform::sessions::Seat;

/// How many pieces of a streamed answer may wait for a slow client.
const STREAM_QUEUE: usize = 16;

/// An HTTP call whose response has begun.
pub(crate) struct HttpExchange {
    pub(crate) head: response::Parts,
    connection: Connection,
    running: Running,
}

/// An HTTP call that failed before its response was complete.
#[derive(Debug)]
pub(crate) struct HttpFailure {
    pub(crate) failure: Failure,
    pub(crate) message: String,
    pub(crate) report: Report,
}

/// Makes an HTTP call and returns as soon as the head of the response is there.
pub(crate) async fn http(
    lease: Lease,
    call: CallId,
    user: request::Parts,
    payload: Payload,
) -> Result<HttpExchange, HttpFailure> {
    let mut running = Running::begin(lease, call).await;
    let instance = running.instance();
    let request = instance.headers.http(&running.call, &user, payload);
    let sent = running
        .within_timeout(instance.connections.send(request))
        .await;
    let exchange = match sent {
        Ok(Ok(exchange)) => exchange,
        Ok(Err(error)) => {
            let failure = running.broken(&*error).await;
            return Err(failed(running, failure));
        }
        Err(failure) => return Err(failed(running, failure)),
    };
    let (head, connection) = exchange;
    running.answered(head.status);
    if header_bytes(&head.headers) > limit::HTTP_HEADER_BYTES {
        let why = format!(
            "the response's headers are larger than {} bytes",
            limit::HTTP_HEADER_BYTES
        );
        return Err(failed(running, Failure::BadResponse(why)));
    }
    Ok(HttpExchange {
        head,
        connection,
        running,
    })
}

/// The size of all names and values together, as FC limits it ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
pub(crate) fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

impl HttpExchange {
    /// The call's place in its session, if it belongs to one.
    pub(crate) fn seat(&self) -> Option<&Seat> {
        self.running.seat()
    }

    /// Whether the function counts the call as failed, whatever its HTTP status says.
    fn failure(&self) -> Option<Failure> {
        let status = self.head.headers.get(header::STATUS)?;
        (status != "200").then_some(Failure::Handler)
    }

    /// Reads the whole response.
    pub(crate) async fn buffer(mut self) -> Result<(response::Parts, Bytes, Report), HttpFailure> {
        let failure = self.failure();
        let reading = self.connection.read_all(limit::RESPONSE_BODY_BYTES);
        let read = self.running.within_timeout(reading).await;
        match read {
            Ok(Ok(bytes)) => {
                self.running
                    .instance()
                    .connections
                    .give_back(self.connection);
                Ok((self.head, bytes, self.running.finish(failure.as_ref())))
            }
            Ok(Err(error)) => {
                let failure = self.running.unread(&error).await;
                Err(failed(self.running, failure))
            }
            Err(failure) => Err(failed(self.running, failure)),
        }
    }

    /// Passes the response on piece by piece, as it arrives. One that is there already needs no task for that.
    pub(crate) async fn stream(mut self) -> (response::Parts, Body) {
        let failure = self.failure();
        let mut first = None;
        if !self.connection.is_complete() {
            first = self.connection.piece_now().await;
        }
        if let Some(bytes) = whole_of(&first).filter(|_| self.connection.is_complete()) {
            self.running
                .instance()
                .connections
                .give_back(self.connection);
            self.running.finish(failure.as_ref());
            return (self.head, full_body(bytes));
        }
        if first.is_none() && self.connection.is_complete() {
            // Nothing more comes, as after HEAD: nobody waits for a piece, which would look like a client that left.
            self.running
                .instance()
                .connections
                .give_back(self.connection);
            self.running.finish(failure.as_ref());
            return (self.head, empty_body());
        }
        let (pieces, body) = mpsc::channel(STREAM_QUEUE);
        tokio::spawn(pump(first, self.connection, self.running, pieces, failure));
        (self.head, channel_body(body))
    }
}

/// What comes first of a response.
type First = Option<Result<Frame<Bytes>, Broken>>;

/// The bytes of what came first, if it has any.
fn whole_of(first: &First) -> Option<Bytes> {
    let piece = first.as_ref()?.as_ref().ok()?;
    piece.data_ref().cloned()
}

type Pieces = mpsc::Sender<Result<Frame<Bytes>, BoxError>>;

/// Moves a streamed answer from the instance to the client until either ends.
async fn pump(
    mut first: First,
    mut connection: Connection,
    running: Running,
    pieces: Pieces,
    failure: Option<Failure>,
) {
    // A client that has all that was announced may leave at once, and no further piece would say that it was the last.
    while first.is_some() || !connection.is_complete() {
        let next = tokio::select! {
            // What came before the client left is no less the response.
            biased;
            next = std::future::ready(first.take()), if first.is_some() => Ok(next),
            next = running.within_timeout(connection.piece()) => next,
            // A client that leaves cancels the call even while the function is silent.
            () = pieces.closed() => Err(Failure::Canceled),
        };
        let piece = match next {
            Ok(Some(Ok(piece))) => Ok(piece),
            Ok(Some(Err(error))) => Err(running.broken(&error).await),
            Ok(None) => break,
            Err(failure) => Err(failure),
        };
        let passed = match piece {
            // One that takes nothing does not hold the call beyond its time.
            Ok(piece) => match running.within_timeout(pieces.send(Ok(piece))).await {
                Ok(sent) => sent.map_err(|_| Failure::Canceled),
                Err(failure) => Err(failure),
            },
            Err(failure) => Err(failure),
        };
        if let Err(failure) = passed {
            let (message, _) = running.fail(&failure);
            // An error as the last piece cuts the connection, so that the client notices.
            drop(pieces.send(Err(message.into())).await);
            return;
        }
    }
    running.instance().connections.give_back(connection);
    running.finish(failure.as_ref());
}

fn failed(running: Running, failure: Failure) -> HttpFailure {
    let (message, report) = running.fail(&failure);
    HttpFailure {
        failure,
        message,
        report,
    }
}

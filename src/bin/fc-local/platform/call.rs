//! One call to an instance, from its first log line to its report: event calls and HTTP calls, their
//! time limit, their failures (contract §3).

use std::time::Instant;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::header::HeaderMap;
use hyper::http::{request, response};
use tokio::sync::mpsc;

use crate::facts::{header, limit};
use crate::name::Generation;
use crate::platform::agent::{self, CallId, Payload};
use crate::platform::body::{self, Body, ReadError, channel_body};
use crate::platform::instance::{Instance, Lease};
use crate::platform::report::{self, Failure, Report, Usage};

/// How many pieces of a streamed answer may wait for a slow client.
const STREAM_QUEUE: usize = 16;

/// The result of an event call; the function's status and headers are not part of it (contract §3.1).
#[derive(Debug)]
pub(crate) struct EventAnswer {
    pub(crate) body: Bytes,
    pub(crate) report: Report,
}

/// An HTTP call whose answer has begun.
pub(crate) struct HttpExchange {
    pub(crate) head: response::Parts,
    incoming: Incoming,
    sender: SendRequest<Body>,
    running: Running,
}

/// An HTTP call that failed before its answer was complete.
#[derive(Debug)]
pub(crate) struct HttpFailure {
    pub(crate) failure: Failure,
    pub(crate) message: String,
    pub(crate) report: Report,
}

/// A call in progress; dropped without a `finish`, it counts as canceled by the client.
struct Running {
    lease: Lease,
    call: CallId,
    started: Instant,
    /// A sample for the case that the process is gone at the end.
    memory_mb: f64,
    finished: bool,
}

/// Makes an event call.
pub(crate) async fn event(lease: Lease, call: CallId, event: Payload) -> EventAnswer {
    let running = Running::begin(lease, call).await;
    let answered = running.within_timeout(running.exchange_event(event)).await;
    match answered.and_then(|answer| answer) {
        Ok((body, None)) => EventAnswer {
            body,
            report: running.finish(None),
        },
        Ok((body, Some(failure))) => EventAnswer {
            body,
            report: running.finish(Some(&failure)),
        },
        Err(failure) => {
            let (message, report) = running.fail(&failure);
            EventAnswer {
                body: report::error_body(&message, None),
                report,
            }
        }
    }
}

/// Makes an HTTP call and returns as soon as the head of the answer is there.
pub(crate) async fn http(
    lease: Lease,
    call: CallId,
    user: request::Parts,
    payload: Payload,
) -> Result<HttpExchange, HttpFailure> {
    let running = Running::begin(lease, call).await;
    let instance = running.instance();
    let request = agent::http_request(&instance.function, &running.call, user, payload);
    let sent = running
        .within_timeout(instance.connections.send(request))
        .await;
    let exchange = match sent.and_then(|sent| sent.map_err(|_| Failure::Exited)) {
        Ok(exchange) => exchange,
        Err(failure) => return Err(running.http_failure(failure)),
    };
    let (response, sender) = exchange.split();
    let (head, incoming) = response.into_parts();
    if header_bytes(&head.headers) > limit::HTTP_HEADER_BYTES {
        let why = format!(
            "the answer's headers are larger than {} bytes",
            limit::HTTP_HEADER_BYTES
        );
        return Err(running.http_failure(Failure::BadResponse(why)));
    }
    Ok(HttpExchange {
        head,
        incoming,
        sender,
        running,
    })
}

/// The size of all names and values together, as FC limits it (contract §3.3).
pub(crate) fn header_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

impl HttpExchange {
    /// Whether the function counts the call as failed, whatever its HTTP status says.
    fn failure(&self) -> Option<Failure> {
        let status = self.head.headers.get(header::STATUS)?;
        (status != "200").then_some(Failure::Handler)
    }

    /// Reads the whole answer.
    pub(crate) async fn buffer(self) -> Result<(response::Parts, Bytes, Report), HttpFailure> {
        let failure = self.failure();
        let reading = body::read_all(self.incoming, limit::ANSWER_BODY_BYTES);
        let read = self.running.within_timeout(reading).await;
        match read.and_then(|read| read.map_err(|error| failure_of(&error))) {
            Ok(bytes) => {
                self.running.instance().connections.give_back(self.sender);
                Ok((self.head, bytes, self.running.finish(failure.as_ref())))
            }
            Err(failure) => Err(self.running.http_failure(failure)),
        }
    }

    /// Hands the answer on piece by piece, as it comes.
    pub(crate) fn stream(self) -> (response::Parts, Body) {
        let (pieces, body) = mpsc::channel(STREAM_QUEUE);
        let failure = self.failure();
        tokio::spawn(pump(
            self.incoming,
            self.sender,
            self.running,
            pieces,
            failure,
        ));
        (self.head, channel_body(body))
    }
}

type Pieces = mpsc::Sender<Result<hyper::body::Frame<Bytes>, body::BoxError>>;

/// Moves a streamed answer from the instance to the client until either ends.
async fn pump(
    mut incoming: Incoming,
    sender: SendRequest<Body>,
    running: Running,
    pieces: Pieces,
    failure: Option<Failure>,
) {
    loop {
        let next = tokio::select! {
            // A client that leaves cancels the call even while the function is silent.
            () = pieces.closed() => Err(Failure::Canceled),
            next = running.within_timeout(incoming.frame()) => next,
        };
        let piece = match next {
            Ok(Some(Ok(piece))) => Ok(piece),
            Ok(Some(Err(_))) => Err(Failure::Exited),
            Ok(None) => break,
            Err(failure) => Err(failure),
        };
        match piece {
            // A refused send is a client that left; the next round sees it.
            Ok(piece) => drop(pieces.send(Ok(piece)).await),
            Err(failure) => {
                let (message, _) = running.fail(&failure);
                // An error as the last piece cuts the connection, so that the client can tell.
                drop(pieces.send(Err(message.into())).await);
                return;
            }
        }
    }
    running.instance().connections.give_back(sender);
    running.finish(failure.as_ref());
}

impl Running {
    async fn begin(lease: Lease, call: CallId) -> Self {
        let instance = lease.wake().await;
        // FC 2.0 shows what was logged at the start with the first call (contract §5.3).
        instance.log.begin(
            &call.request_id,
            instance.function.name.generation() == Generation::Fc2,
        );
        let memory_mb = instance.process.peak_memory_mb().unwrap_or(0.0);
        Self {
            lease,
            call,
            started: Instant::now(),
            memory_mb,
            finished: false,
        }
    }

    fn instance(&self) -> &std::sync::Arc<Instance> {
        self.lease.instance()
    }

    /// Waits for a part of the call, at most until the function's Timeout.
    async fn within_timeout<T>(&self, part: impl Future<Output = T>) -> Result<T, Failure> {
        let limit = self.instance().function.timeout;
        let deadline = tokio::time::Instant::from_std(self.started + limit);
        tokio::time::timeout_at(deadline, part)
            .await
            .map_err(|_| Failure::TimedOut(limit))
    }

    /// Sends the event and reads the answer; a function's own failure still has a body.
    async fn exchange_event(&self, event: Payload) -> Result<(Bytes, Option<Failure>), Failure> {
        let Instance {
            connections,
            function,
            ..
        } = &**self.instance();
        let request = agent::event_request(function, &self.call, connections.address(), event);
        let exchange = connections
            .send(request)
            .await
            .map_err(|_| Failure::Exited)?;
        let (response, sender) = exchange.split();
        let (head, incoming) = response.into_parts();
        let body = body::read_all(incoming, limit::ANSWER_BODY_BYTES)
            .await
            .map_err(|error| failure_of(&error))?;
        connections.give_back(sender);
        Ok((body, event_failure(&head)))
    }

    fn usage(&self) -> Usage {
        let now = self.instance().process.peak_memory_mb();
        Usage {
            duration: self.started.elapsed(),
            memory_mb: now.unwrap_or(0.0).max(self.memory_mb),
        }
    }

    fn http_failure(self, failure: Failure) -> HttpFailure {
        let (message, report) = self.fail(&failure);
        HttpFailure {
            failure,
            message,
            report,
        }
    }

    /// Ends a call that the platform has to explain.
    fn fail(self, failure: &Failure) -> (String, Report) {
        let message = failure.message(&self.usage()).unwrap_or_default();
        (message, self.finish(Some(failure)))
    }

    fn finish(mut self, failure: Option<&Failure>) -> Report {
        self.finished = true;
        self.conclude(failure)
    }

    fn conclude(&self, failure: Option<&Failure>) -> Report {
        let usage = self.usage();
        let instance = self.instance();
        match failure {
            Some(Failure::TimedOut(_)) => instance.abandon(),
            // The rest of a half-dead instance is not trusted with another call.
            Some(Failure::Exited) => instance.retire(),
            _ => {}
        }
        let log = instance.log.end(&self.call.request_id);
        let message = failure.and_then(|failure| failure.message(&usage));
        let end_line = report::platform_end_line(&log, &self.call.request_id, message.as_deref());
        if let Some(line) = &end_line {
            instance.log.note(line);
        }
        Report {
            request_id: self.call.request_id.clone(),
            instance_id: instance.id.clone(),
            error_type: failure.map(Failure::error_type),
            log: report::finish_log(
                log,
                end_line.as_deref(),
                &usage,
                instance.function.memory_mb,
            ),
            usage,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.finished {
            self.conclude(Some(&Failure::Canceled));
        }
    }
}

/// An event call failed if `x-fc-status` says so, or, without it, if the HTTP status does (contract §3.1).
fn event_failure(head: &response::Parts) -> Option<Failure> {
    let succeeded = match head.headers.get(header::STATUS) {
        Some(status) if !status.is_empty() => status == "200",
        _ => head.status.is_success(),
    };
    (!succeeded).then_some(Failure::Handler)
}

fn failure_of(error: &ReadError) -> Failure {
    match error {
        ReadError::TooLarge => Failure::BadResponse(format!(
            "the answer is larger than {} bytes",
            limit::ANSWER_BODY_BYTES
        )),
        ReadError::Broken(_) => Failure::Exited,
    }
}

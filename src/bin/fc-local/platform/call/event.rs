//! Event calls.

use hyper::body::Bytes;
use hyper::http::response;

use super::running::Running;
use crate::facts::{header, limit};
use crate::platform::agent::{CallId, Payload};
use crate::platform::instance::{Instance, Lease};
use crate::platform::report::{self, Failure, Report};

/// The result of an event call; the function's status and headers are not part of it
/// ([contract §3.1](crate::check::sections::SECTIONS#3.1)).
#[derive(Debug)]
pub(crate) struct EventAnswer {
    pub(crate) body: Bytes,
    pub(crate) report: Report,
}

/// Makes an event call.
pub(crate) async fn event(lease: Lease, call: CallId, event: Payload) -> EventAnswer {
    let running = Running::begin(lease, call).await;
    let answered = running.within_timeout(exchange(&running, event)).await;
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

/// Sends the event and reads the response; a function's own failure still has a body.
async fn exchange(running: &Running, event: Payload) -> Result<(Bytes, Option<Failure>), Failure> {
    let Instance {
        connections,
        headers,
        ..
    } = &**running.instance();
    let request = headers.event(&running.call, event);
    let (head, mut connection) = match connections.send(request).await {
        Ok(exchange) => exchange,
        Err(error) => return Err(running.broken(&*error).await),
    };
    let body = match connection.read_all(limit::RESPONSE_BODY_BYTES).await {
        Ok(body) => body,
        Err(error) => return Err(running.unread(&error).await),
    };
    connections.give_back(connection);
    Ok((body, event_failure(&head)))
}

/// An event call failed if `x-fc-status` says so, or, without it, if the HTTP status does
/// ([contract §3.1](crate::check::sections::SECTIONS#3.1)).
fn event_failure(head: &response::Parts) -> Option<Failure> {
    let succeeded = match head.headers.get(header::STATUS) {
        Some(status) if !status.is_empty() => status == "200",
        _ => head.status.is_success(),
    };
    (!succeeded).then_some(Failure::Handler)
}

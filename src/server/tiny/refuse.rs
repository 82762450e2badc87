//! The answers to requests that no handler sees.
//!
//! Owns the ways round what `tiny_http` does when such a request is dropped. It must not know why one is refused.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tiny_http::{Header, Request, Response, StatusCode};

use super::super::answer::{self, Asked};
use super::super::crew::Crew;
use super::super::refusal::{BODY_TOO_LARGE, Refusal};
use super::await_turn;
use super::ending::{Connection, EndLater};
use super::read::header;
use crate::call::{Body, Reply};
use crate::headers::name;
use crate::limits::Limits;
use crate::thread;

/// Dropping a request reserves as many bytes as its body still has; no machine may be asked for more than this. Where
/// there is less, a reservation that fails would end the process.
const MOST_BYTES_RESERVED: usize = 1 << 30;

/// Answers on its own thread, because the body is read over before, or after: no worker waits for that. A stop does, as
/// it does for every request that is still coming.
pub(super) fn refuse(
    request: Request,
    refusal: &'static Refusal,
    limits: &Limits,
    asked: Asked,
    connection: Connection,
    crew: &Arc<Crew>,
) {
    if is_too_long_to_drop(&request) {
        return give_up(request, refusal.status());
    }
    let (reply, patience) = (refusal.reply(limits), limits.linger_time);
    // The next request of the connection can be trusted where the body that is refused has a known end.
    let is_sound = *refusal == BODY_TOO_LARGE && request.body_length().is_some();
    let refused = Refused {
        end: (!is_sound || header(&request, TE).is_some()).then(|| EndLater(connection)),
        request,
    };
    let crew = Arc::clone(crew);
    // Without a thread the request is dropped here and now, and its connection ends without an answer.
    let _ = thread::start(Box::new(move || {
        let _reading = crew.read();
        answer(refused, reply, asked, patience);
    }));
}

/// A request, and the end of its connection. They are dropped in this order: dropping the request lets the next one pass.
struct Refused {
    end: Option<EndLater>,
    request: Request,
}

fn answer(refused: Refused, reply: Reply, asked: Asked, patience: Duration) {
    // On a panic the end comes first as well.
    let Refused { mut request, end } = refused;
    let Some(end) = end else {
        return answer_first(request, reply);
    };
    read_over(&mut request, end.connection(), Instant::now() + patience);
    let mut out = request.into_writer();
    // What was right before this request on its connection is still served.
    await_turn(&mut *out);
    send_last(&mut *out, reply, asked);
    // Before the turn is the next one's.
    drop(end);
    drop(out);
}

/// Reads the body that is refused, so that a client which is still sending it can read the answer; what has not come by
/// then is not waited for. `tiny_http` would wait without end as soon as the request is dropped.
fn read_over(request: &mut Request, connection: &Connection, until: Instant) {
    let Some(length) = request.body_length().filter(|&length| length > 0) else {
        return;
    };
    let Some(socket) = connection.socket() else {
        return;
    };
    // It waits for a word that it does not get.
    let is_asked_for = header(request, name::EXPECT).is_none();
    let (mut read, mut piece) = (0, [0; PIECE_BYTES]);
    while is_asked_for && read < length && (length <= READ_AHEAD_BYTES || socket.is_readable(until))
    {
        match request.as_reader().read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(more) => read += more,
        }
    }
    if read < length {
        socket.end_requests();
    }
}

/// How much of a body is read over at once.
const PIECE_BYTES: usize = 8 * 1024;
/// Up to this length `tiny_http` has read a body before it hands the request out.
const READ_AHEAD_BYTES: usize = 1024;

/// Whether the request must never be dropped, whatever else is the matter with it.
fn is_too_long_to_drop(request: &Request) -> bool {
    request.body_length().is_some_and(|length| {
        length > MOST_BYTES_RESERVED || Vec::<u8>::new().try_reserve_exact(length).is_err()
    })
}

/// The header by which a client asks for a coding of the answer. `tiny_http` panics on some values of it when it writes
/// its own answer, and on dropping the request once more, which would end the process.
const TE: &str = "te";

/// The answer comes before the body, which is then read over, so that the next request is sound.
fn answer_first(request: Request, reply: Reply) {
    let Body::Bytes(body) = reply.body else {
        return;
    };
    let json = Header::from_bytes(name::CONTENT_TYPE, "application/json").ok();
    let mut response = Response::from_data(body).with_status_code(StatusCode(reply.status));
    if let Some(json) = json {
        response.add_header(json);
    }
    // A client that has gone needs no answer.
    let _ = request.respond(response);
}

/// Answers what is refused, as the last of its connection.
fn send_last(out: &mut dyn Write, reply: Reply, asked: Asked) {
    let last = Asked {
        connection: Some("close"),
        ..asked
    };
    // A client that has gone needs no answer.
    let _ = answer::send(out, reply, last);
}

/// What an answer without a body says besides its status. `tiny_http` writes the name of a protocol as it is given.
const NO_PROTOCOL: &str = "none\r\nContent-Length: 0\r\nConnection: close";

/// The client gets the head alone. The request is never dropped, nor is what is made of it: that costs a thread and a
/// descriptor, where the reservation would cost the process.
fn give_up(request: Request, status: u16) {
    log::error!(
        "a request announced {:?} bytes; its connection is not used again",
        request.body_length()
    );
    if header(&request, TE).is_some() {
        return std::mem::forget(request);
    }
    let status = StatusCode(status);
    // The only way to answer that leaves the body alone writes a head that does not tell where the answer ends.
    std::mem::forget(request.upgrade(NO_PROTOCOL, Response::empty(status)));
}

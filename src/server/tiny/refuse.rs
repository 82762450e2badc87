//! The answers to requests that no handler sees.
//!
//! Owns the ways round what `tiny_http` does when such a request is dropped. It must not know why one is refused.

use std::io::Write;
use std::sync::Arc;

use tiny_http::{Header, Request, Response, StatusCode};

use super::super::answer::{self, Asked};
use super::super::crew::Crew;
use super::super::refusal::{BODY_TOO_LARGE, Refusal};
use super::super::start_thread;
use super::await_turn;
use super::peers::{Distrust, Peers};
use super::read::header;
use crate::call::{Body, Reply};
use crate::headers::name;
use crate::limits::Limits;

/// Dropping a request reserves as many bytes as its body still has; no machine may be asked for more than this. Where
/// there is less, a reservation that fails would end the process.
const MOST_BYTES_RESERVED: usize = 1 << 30;

/// Answers on its own thread, because dropping the request reads its body to the end, which may never come: no worker
/// waits for that. A stop does, as it does for every request that is still coming.
pub(super) fn refuse(
    request: Request,
    refusal: &'static Refusal,
    limits: &Limits,
    asked: Asked,
    peers: &Peers,
    crew: &Arc<Crew>,
) {
    if is_too_long_to_drop(&request) {
        return give_up(request, refusal.status());
    }
    let (peer, reply) = (request.remote_addr().copied(), refusal.reply(limits));
    // The next request of the connection can be trusted where the body that is refused has a known end.
    let is_sound = *refusal == BODY_TOO_LARGE && request.body_length().is_some();
    let refused = Refused {
        distrust: (!is_sound).then(|| peers.distrust_later(peer)),
        request,
    };
    let crew = Arc::clone(crew);
    // Without a thread the request is dropped here and now, with an answer of 500.
    let _ = start_thread(Box::new(move || {
        let _reading = crew.read();
        answer(refused, reply, asked);
    }));
}

/// A request, and the distrust of what comes after it. They are dropped in this order: dropping the request lets the
/// next one pass.
struct Refused {
    distrust: Option<Distrust>,
    request: Request,
}

fn answer(refused: Refused, reply: Reply, asked: Asked) {
    if refused.distrust.is_none() && header(&refused.request, TE).is_none() {
        answer_first(refused.request, reply);
    } else {
        answer_after_the_body(refused, reply, asked);
    }
}

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

/// The body, or what looks like it, is read over first; the answer ends the connection.
fn answer_after_the_body(refused: Refused, reply: Reply, asked: Asked) {
    let mut out = refused.request.into_writer();
    // What was right before this request on its connection is still served.
    await_turn(&mut *out);
    drop(refused.distrust);
    end(&mut *out, reply, asked);
}

/// Answers what is refused, and ends the connection.
pub(super) fn end(out: &mut dyn Write, reply: Reply, asked: Asked) {
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

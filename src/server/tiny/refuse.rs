//! The answers to requests that no handler sees.
//!
//! Owns the ways round what `tiny_http` does when such a request is dropped. It must not know why one is refused.

use tiny_http::{Header, Request, Response, StatusCode};

use super::super::answer::{self, Asked};
use super::super::framing::Refusal;
use super::super::start_thread;
use super::read::header;
use crate::headers::name;
use crate::http::Body;

/// Dropping a request reserves as many bytes as its body still has; no machine may be asked for more than this.
const MOST_BYTES_RESERVED: usize = 1 << 30;

/// Answers on a thread of its own, for dropping the request reads its body to the end, which may never come: no worker
/// waits for that.
pub(super) fn refuse(request: Request, refusal: Refusal, asked: Asked) {
    if is_too_long_to_drop(&request) {
        return give_up(request, refusal);
    }
    let answer = move || match refusal {
        Refusal::TooLarge {
            announced: Some(_), ..
        } if header(&request, TE).is_none() => {
            answer_first(request, refusal);
        }
        _ => answer_behind_the_body(request, refusal, asked),
    };
    // Without a thread the request is dropped here and now, with an answer of 500.
    let _ = start_thread(Box::new(answer));
}

/// Whether the request must never be dropped, whatever else is the matter with it.
fn is_too_long_to_drop(request: &Request) -> bool {
    request
        .body_length()
        .is_some_and(|length| length > MOST_BYTES_RESERVED)
}

/// The header by which a client asks for a coding of the answer. `tiny_http` panics on some values of it when it writes
/// an answer of its own, and on dropping the request once more, which would end the process.
const TE: &str = "te";

/// The answer comes before the body, which is then read over, so that the next request is sound.
fn answer_first(request: Request, refusal: Refusal) {
    let reply = refusal.reply();
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
fn answer_behind_the_body(request: Request, refusal: Refusal, asked: Asked) {
    let mut out = request.into_writer();
    let last = Asked {
        connection: Some("close"),
        ..asked
    };
    // A client that has gone needs no answer.
    let _ = answer::send(&mut *out, refusal.reply(), last);
}

/// The head alone tells the client. The request is never dropped: that costs a thread and a descriptor, where the
/// reservation would cost the process.
fn give_up(request: Request, refusal: Refusal) {
    log::error!(
        "a request announced {:?} bytes; its connection is given up",
        request.body_length()
    );
    if header(&request, TE).is_some() {
        return std::mem::forget(request);
    }
    let status = StatusCode(refusal.reply().status);
    std::mem::forget(request.upgrade("refused", Response::empty(status)));
}

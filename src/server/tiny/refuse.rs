//! The responses to requests that no handler sees.
//!
//! Owns the ways round what `tiny_http` does when such a request is dropped. It must not know why one is refused.

use std::io::Write;
use std::time::{Duration, Instant};

use tiny_http::{Header, Request, Response, StatusCode};

use super::super::crew::Reading;
use super::super::refusal::{BODY_TOO_LARGE, NO_MEMORY, Refusal};
use super::super::response::{self, Asked};
use super::ending::{Connection, EndLater};
use super::read::header;
use super::room;
use super::sending::Outgoing;
use super::{await_turn, drop_apart};
use crate::call::{Body, Reply};
use crate::headers::name;
use crate::limits::Limits;

/// Answers on its own thread, because the body is read over before, or after: no worker waits for that. A stop does, as
/// it does for every request that is still coming. So many bytes of its body were read.
pub(super) fn refuse(
    request: Request,
    refusal: &'static Refusal,
    read: usize,
    limits: &Limits,
    asked: Asked,
    connection: Connection,
    reading: Reading,
) {
    let left = request.body_length();
    // The next request of the connection can be trusted where the body that is refused has a known end.
    let is_sound = *refusal == BODY_TOO_LARGE && left.is_some();
    let refused = Refused {
        end: (!is_sound || header(&request, TE).is_some()).then(|| EndLater(connection)),
        left: left.unwrap_or(0).saturating_sub(read),
        // Else its client waits for a word that it does not get.
        comes: read > 0 || header(&request, name::EXPECT).is_none(),
        // Either it has none, or it comes in chunks: only these two find fault in the middle of them.
        is_endless: left.is_none() && [&BODY_TOO_LARGE, &NO_MEMORY].contains(&refusal),
        pending: Some((request, refusal.reply(limits))),
        asked,
        patience: limits.linger_time,
        reading,
    };
    // Else it is dropped here and now, and a worker waits.
    if refused.reading.has_threads() {
        drop_apart(refused);
    }
}

/// A request that is refused: its response is sent when it is dropped.
struct Refused {
    pending: Option<(Request, Reply)>,
    asked: Asked,
    /// How many bytes of its body are still to come.
    left: usize,
    /// Whether there are more, nobody knows how many.
    is_endless: bool,
    /// Whether its client sends them.
    comes: bool,
    patience: Duration,
    /// The end of its connection, if this is the last one.
    end: Option<EndLater>,
    /// From the beginning, because those that are refused at once must not find more threads than there may be.
    reading: Reading,
}

impl Drop for Refused {
    fn drop(&mut self) {
        let Some((mut request, reply)) = self.pending.take() else {
            return;
        };
        self.read_over(&mut request);
        if !can_drop(self.left) {
            return give_up(request, reply.status);
        }
        // It is dropped before the request, also on a panic.
        let Some(end) = self.end.take() else {
            return respond_first(request, reply);
        };
        let mut out = request.into_writer();
        // Correct requests before this one on its connection are still served.
        await_turn(&mut *out);
        let mut out = Outgoing::new(out);
        send_last(&mut out, reply, self.asked);
        // Before the turn is the next one's.
        drop(end);
        drop(out);
    }
}

impl Refused {
    /// Reads the body that is refused, so that a client which is still sending it can read the response; what has not come by
    /// then is not waited for. `tiny_http` would wait without end as soon as the request is dropped, or take it for a line.
    fn read_over(&mut self, request: &mut Request) {
        if self.left == 0 && !self.is_endless {
            return;
        }
        let Some(socket) = self.end.as_ref().and_then(|end| end.connection().socket()) else {
            return;
        };
        let until = Instant::now() + self.patience;
        let mut piece = [0; PIECE_BYTES];
        while self.comes && (self.left > 0 || self.is_endless) && socket.read_until(until) {
            // At the end of what comes `tiny_http` reserves memory for all that is left, as on dropping.
            let can_read = self.left <= READ_AHEAD_BYTES || socket.has_more();
            let read = if can_read {
                request.as_reader().read(&mut piece).unwrap_or(0)
            } else {
                0
            };
            self.left = self.left.saturating_sub(read);
            self.comes = read > 0;
        }
        if self.left > 0 || self.is_endless {
            socket.end_requests();
        }
    }
}

/// Lets go of a request that nobody waits for, without a response, of which `tiny_http` would try its own.
pub(super) fn leave(request: Request) {
    if can_drop(request.body_length().unwrap_or(0)) {
        drop(request.into_writer());
    } else {
        std::mem::forget(request);
    }
}

/// So much of a connection `tiny_http` may have read already: if more is left, some must still come.
const READ_AHEAD_BYTES: usize = 1024;

/// How much of a body is read over at once.
const PIECE_BYTES: usize = 8 * 1024;

/// Whether a request may be dropped of whose body so much is left: `tiny_http` reserves memory for all of that, and a
/// reservation that fails ends the process.
fn can_drop(left: usize) -> bool {
    left == 0 || (left <= MOST_BYTES_RESERVED && room::is_there_for(left))
}

/// No machine is asked for more than this.
const MOST_BYTES_RESERVED: usize = 1 << 30;

/// The header by which a client asks for a coding of the response. `tiny_http` panics on some values of it when it writes
/// its own response, and on dropping the request once more, which would end the process.
const TE: &str = "te";

/// The response comes before the body, which is then read over, so that the next request is sound.
fn respond_first(request: Request, reply: Reply) {
    let Body::Bytes(body) = reply.body else {
        return;
    };
    let json = Header::from_bytes(name::CONTENT_TYPE, "application/json").ok();
    let mut response = Response::from_data(body).with_status_code(StatusCode(reply.status));
    if let Some(json) = json {
        response.add_header(json);
    }
    // A client that has gone needs no response.
    let _ = request.respond(response);
}

/// Answers what is refused, as the last of its connection.
fn send_last(out: &mut dyn Write, reply: Reply, asked: Asked) {
    let last = Asked {
        connection: Some("close"),
        ..asked
    };
    // A client that has gone needs no response.
    let _ = response::send(out, reply, last);
}

/// What a response without a body says besides its status. `tiny_http` writes the name of a protocol as it is given.
const NO_PROTOCOL: &str = "none\r\nContent-Length: 0\r\nConnection: close";
/// The same where a later request may be served.
const COME_AGAIN: &str = "none\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 1";

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
    let words = match status {
        503 => COME_AGAIN,
        _ => NO_PROTOCOL,
    };
    // The only way to answer that leaves the body alone writes a head that does not say where the response ends.
    std::mem::forget(request.upgrade(words, Response::empty(status)));
}

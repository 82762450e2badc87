//! The steps of an exchange: from the first byte of a request to the last of its response, and the end after a refusal.
//!
//! Owns what each step does and which one follows. It must not know when the next is due: `talk` does.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::{LINGER_BYTES, Talk};
use crate::call::{Body, Reply};
use crate::client;
use crate::server::crew::Load;
use crate::server::direct::body::Reader;
use crate::server::direct::conn::{Incoming, Step};
use crate::server::direct::head::Head;
use crate::server::direct::inbox::End;
use crate::server::direct::turns::Place;
use crate::server::direct::unsent::Clock;
use crate::server::framing::{Framing, framing};
use crate::server::refusal::{self, Refusal};
use crate::server::response::{self, Asked};

/// What is said before a body whose client waits for a word (RFC 9110 §15.2.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How a refusal is answered, which may come before it is known what was asked.
const REFUSED: Asked = Asked {
    head_only: false,
    http_1_0: false,
    connection: Some("close"),
};

impl Talk<'_> {
    pub(super) fn begin(&mut self) -> Result<(), End> {
        self.inbox.wait()?;
        let server = self.server;
        if server.crew.is_dismissed() {
            return Err(End::Gone);
        }
        self.is_new = false;
        self.step = Step::Head {
            until: Instant::now().checked_add(server.limits.head_time),
            is_begun: false,
            is_head: false,
        };
        self.counted = server.crew.count(self.load());
        Ok(())
    }

    /// Reads a head when it is whole. What is there of it is looked at before that too, as soon as it comes and when its
    /// first line has come, because it may be what is refused; but not at each byte.
    pub(super) fn read_head(&mut self) -> Result<(), End> {
        let Step::Head {
            is_begun, is_head, ..
        } = &mut self.step
        else {
            return Ok(());
        };
        let limits = &self.server.limits;
        let has_line = self.inbox.unused().contains(&b'\n');
        if *is_begun && !self.inbox.has_head(limits.head_bytes) {
            *is_begun = has_line;
            return self.inbox.more();
        }
        *is_begun = has_line;
        let head = Head::read(&mut self.inbox, limits, is_head)?;
        let framing = framing(&head.call.headers, limits.body_bytes)?;
        // What has no room now would be read in vain.
        let memory = &self.server.memory;
        let announced = match framing {
            Framing::Empty | Framing::Chunked => 0,
            Framing::Length(length) => length,
        };
        if framing != Framing::Empty && !memory.has_room_for(announced) {
            return Err((&refusal::NO_MEMORY).into());
        }
        // A client that sends its body without waiting has no use for the word (RFC 9110 §10.1.1).
        if head.awaits_continue && framing != Framing::Empty && self.inbox.is_empty() {
            let said = self.inbox.source().write_all(CONTINUE);
            said.map_err(|_| End::Gone)?;
        }
        self.step = Step::Body(Incoming {
            head,
            body: Reader::new(framing, memory.share()),
            clock: Clock::start(limits.body_time, limits.slowest),
        });
        Ok(())
    }

    pub(super) fn read_body(&mut self) -> Result<(), End> {
        let Step::Body(incoming) = &mut self.step else {
            return Ok(());
        };
        let wire = self.inbox.source();
        if !wire.unsent().is_empty() {
            wire.send_unsent().map_err(|_| End::Gone)?;
        }
        let body = incoming.body.read(&mut self.inbox, &self.server.limits)?;
        let step = std::mem::take(&mut self.step);
        if let Step::Body(Incoming {
            mut head,
            body: reader,
            ..
        }) = step
        {
            head.call.body = body;
            let _share = reader.into_share();
            return self.serve(head);
        }
        Ok(())
    }

    fn serve(&mut self, head: Head) -> Result<(), End> {
        let (server, mut asked) = (self.server, head.asked);
        self.counted = server.crew.count(Load::InFlight);
        let turn = server.turns.take();
        client::serve(Some(Arc::clone(self.inbox.source().socket())));
        let reply = catch_unwind(AssertUnwindSafe(|| (server.serve)(head.call)))
            .unwrap_or_else(|payload| Reply::error(500, &crate::panics::error(payload)));
        // A stop may have come while the handler ran.
        if server.crew.is_stopping() {
            asked.connection = REFUSED.connection;
        }
        let wire = self.inbox.source();
        let place = Place::new(&server.crew, &server.turns, turn);
        match reply.body {
            Body::Stream(_) => wire.streams = Some(place),
            Body::Bytes(_) => drop(place),
        }
        let sent = response::send(wire, reply, asked);
        wire.streams = None;
        client::serve(None);
        sent.map_err(|_| End::Gone)?;
        self.step = Step::Response {
            is_last: asked.connection == REFUSED.connection,
        };
        Ok(())
    }

    /// After a request that cannot be trusted nothing more is read as a request (RFC 9112 §6.3, §11.2).
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        let head_only = match &self.step {
            Step::Head { is_head, .. } => *is_head,
            Step::Body(incoming) => incoming.head.asked.head_only,
            _ => false,
        };
        self.counted = self.server.crew.count(Load::InFlight);
        let asked = Asked {
            head_only,
            ..REFUSED
        };
        // Whether the refusal arrives is all the same: the connection ends here.
        let reply = refusal.reply(&self.server.limits);
        let _ = response::send(self.inbox.source(), reply, asked);
        self.step = Step::Response { is_last: true };
    }

    pub(super) fn end_response(&mut self, is_last: bool) -> Result<(), End> {
        let wire = self.inbox.source();
        if !wire.unsent().is_empty() && !wire.send_unsent().map_err(|_| End::Gone)? {
            return Err(End::Waiting);
        }
        if is_last {
            // The client may still be sending, and a close at once would reset the connection, which can take the response
            // from it before it has read it (RFC 9112 §9.6).
            wire.end();
        }
        self.step = if is_last {
            Step::Linger {
                bytes: LINGER_BYTES,
                until: Instant::now().checked_add(self.server.limits.linger_time),
            }
        } else {
            Step::Idle
        };
        self.counted = None;
        self.requests_left = self.requests_left.saturating_sub(1);
        Ok(())
    }

    pub(super) fn linger(&mut self) -> Result<(), End> {
        if let Step::Linger { bytes, .. } = &mut self.step {
            self.inbox.discard(bytes)?;
        }
        Err(End::Gone)
    }
}

//! One connection, for as long as a worker attends to it: its requests one after the other, as far as they have come.
//!
//! Owns how one step of an exchange leads to the next. It must not know how it is found out
//! that the wait is over, nor what a byte of a request means: `head` and `body` do.
//!
//! Nothing here waits for a client but a handler that streams. Where the rest of a head or of a body has not come, or an
//! answer is not taken, the connection is left with what there is, and a clock (see [`Pause`]).

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::HttpServer;
use super::body::Reader;
use super::conn::{Conn, Incoming, Kept, Step};
use super::head::Head;
use super::inbox::{Buffer, End, Inbox};
use super::memory::Share;
use super::turns::Place;
use super::unsent::Clock;
use super::wire::Wire;
use crate::call::{Body, Reply};
use crate::client;
use crate::server::answer::{self, Asked};
use crate::server::crew::{Counted, Load};
use crate::server::framing::{Framing, framing};
use crate::server::refusal::{self, Refusal};

/// How many bytes a lingering close reads over: the rest of a body just above the default limit, so that a client that sends
/// one hears why it was refused.
pub(super) const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// How many requests of a connection are served before others have their turn: one that pipelines must not keep a worker.
const REQUESTS_AT_ONCE: u32 = 16;

/// What is said before a body whose client waits for a word (RFC 9110 §15.2.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How a refusal is answered, which may come before it is known what was asked.
const REFUSED: Asked = Asked {
    head_only: false,
    http_1_0: false,
    connection: Some("close"),
};

/// Why a connection is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    /// Nothing more can be done until something happens to it, or its clock runs out.
    Wait,
    /// Others shall have their turn.
    Yield,
}

impl HttpServer {
    /// Attends to a connection as far as that can be done now. Without `reads` nothing is read of it, so that no request
    /// begins. What is left then waits; nothing is left where the connection has ended.
    pub(super) fn talk(
        &self,
        conn: Conn,
        desk: &mut Buffer,
        has_ended: bool,
        reads: bool,
    ) -> Option<(Conn, Pause)> {
        let kept = conn.kept.map_or_else(Kept::default, |kept| *kept);
        let buffer = if kept.buffer.is_empty() {
            std::mem::take(desk)
        } else {
            kept.buffer
        };
        let mut wire = Wire::resume(
            &conn.socket,
            &self.limits,
            &self.memory,
            kept.unsent,
            has_ended,
        );
        wire.is_drained = !reads;
        let mut talk = Talk {
            server: self,
            inbox: Inbox::resume(wire, buffer),
            share: kept.share,
            step: kept.step,
            is_new: conn.is_new,
            requests_left: REQUESTS_AT_ONCE,
            counted: None,
        };
        talk.counted = self.crew.count(talk.load());
        self.crew.release(conn.load);
        let pause = talk.run();
        let (is_new, load, until) = (talk.is_new, talk.load(), talk.until());
        if pause.is_some() {
            // One counts before the other ceases to.
            self.crew.hold(load);
        }
        let kept = talk.end(desk);
        let is_idle = matches!(kept.step, Step::Idle) && kept.buffer.is_empty();
        let conn = Conn {
            socket: conn.socket,
            interest: conn.interest,
            load,
            until,
            is_new,
            kept: (!is_idle).then(|| Box::new(kept)),
        };
        Some((conn, pause?))
    }
}

/// A connection that is attended to.
struct Talk<'a> {
    server: &'a HttpServer,
    inbox: Inbox<Wire<'a>>,
    /// What the inbox has of the memory.
    share: Option<Share>,
    step: Step,
    is_new: bool,
    requests_left: u32,
    counted: Option<Counted<'a>>,
}

impl<'a> Talk<'a> {
    /// What is to be kept. A buffer with nothing in it is left on the desk.
    fn end(mut self, desk: &mut Buffer) -> Kept {
        self.has_room();
        let unsent = self.inbox.source().take_unsent();
        let mut buffer = self.inbox.into_buffer();
        if buffer.is_empty() {
            *desk = std::mem::take(&mut buffer);
        }
        Kept {
            buffer,
            share: self.share,
            unsent,
            step: self.step,
        }
    }

    /// Does what can be done; returns why there is no more, or nothing where the connection has ended.
    fn run(&mut self) -> Option<Pause> {
        loop {
            let end = match self.advance() {
                Ok(()) if self.requests_left == 0 && !self.inbox.is_empty() => {
                    return Some(Pause::Yield);
                }
                Ok(()) => continue,
                Err(end) => end,
            };
            match end {
                End::Waiting if self.inbox.source().is_cut_short() => return Some(Pause::Yield),
                End::Waiting if !self.is_late() => {
                    if self.has_room() || !self.reads() {
                        return Some(Pause::Wait);
                    }
                    self.refuse(&refusal::NO_MEMORY);
                }
                End::Waiting if !self.reads() => return None,
                End::Waiting => self.refuse(&refusal::TIMED_OUT),
                End::Refused(refusal) => self.refuse(refusal),
                End::Gone => return None,
            }
        }
    }

    fn advance(&mut self) -> Result<(), End> {
        match self.step {
            Step::Idle => self.begin(),
            Step::Head { .. } => self.read_head(),
            Step::Body(_) => self.read_body(),
            Step::Answer { is_last } => self.end_answer(is_last),
            Step::Linger { .. } => self.linger(),
        }
    }

    /// As what it counts.
    fn load(&self) -> Load {
        match self.step {
            // What has come of the next request while others had their turn is served before a stop, too.
            Step::Idle if self.is_new || !self.inbox.is_empty() => Load::Reading,
            Step::Head { .. } | Step::Body(_) => Load::Reading,
            Step::Answer { .. } => Load::InFlight,
            Step::Idle | Step::Linger { .. } => Load::Nothing,
        }
    }

    /// When its clock runs out, if it has one: an idle connection has none
    /// ([contract §4.1](crate::guide::contract#4.1), [K7](crate::guide::contract#K7)).
    fn until(&mut self) -> Option<Instant> {
        match &self.step {
            Step::Idle => None,
            Step::Head { until, .. } | Step::Linger { until, .. } => *until,
            Step::Body(incoming) => incoming.clock.until(incoming.body.length()),
            Step::Answer { .. } => self.inbox.source().unsent().until(),
        }
    }

    fn is_late(&mut self) -> bool {
        self.until().is_some_and(|until| until <= Instant::now())
    }

    /// Counts what waits in the inbox, and returns whether all connections are within the limit together.
    fn has_room(&mut self) -> bool {
        let bytes = self.inbox.kept_bytes();
        if bytes == 0 {
            self.share = None;
            return true;
        }
        let memory = &self.server.memory;
        self.share.get_or_insert_with(|| memory.share()).set(bytes)
    }

    /// Whether it is a request that the clock is about.
    fn reads(&self) -> bool {
        matches!(self.step, Step::Head { .. } | Step::Body(_))
    }

    fn begin(&mut self) -> Result<(), End> {
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
    fn read_head(&mut self) -> Result<(), End> {
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

    fn read_body(&mut self) -> Result<(), End> {
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
        let sent = answer::send(wire, reply, asked);
        wire.streams = None;
        client::serve(None);
        sent.map_err(|_| End::Gone)?;
        self.step = Step::Answer {
            is_last: asked.connection == REFUSED.connection,
        };
        Ok(())
    }

    /// After a request that cannot be trusted nothing more is read as a request (RFC 9112 §6.3, §11.2).
    fn refuse(&mut self, refusal: &Refusal) {
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
        let _ = answer::send(self.inbox.source(), reply, asked);
        self.step = Step::Answer { is_last: true };
    }

    fn end_answer(&mut self, is_last: bool) -> Result<(), End> {
        let wire = self.inbox.source();
        if !wire.unsent().is_empty() && !wire.send_unsent().map_err(|_| End::Gone)? {
            return Err(End::Waiting);
        }
        if is_last {
            // The client may still be sending, and a close at once would reset the connection, which can take the answer
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

    fn linger(&mut self) -> Result<(), End> {
        if let Step::Linger { bytes, .. } = &mut self.step {
            self.inbox.discard(bytes)?;
        }
        Err(End::Gone)
    }
}

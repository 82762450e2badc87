//! One connection, for as long as a worker attends to it: its requests one after the other, as far as they have come.
//!
//! Owns how long a worker stays, what is kept when it leaves, and which clock runs then. It must not know how it is found
//! out that the wait is over, nor what a step does: `steps` does.
//!
//! Nothing here waits for a client but a handler that streams. Where the rest of a head or of a body has not come, or an
//! response is not taken, the connection is left with what there is, and a clock (see [`Pause`]).

mod steps;

use std::time::Instant;

use super::HttpServer;
use super::conn::{Conn, Kept, Step};
use super::inbox::{Buffer, End, Inbox};
use super::wire::Wire;
use crate::server::crew::{Counted, Load};
use crate::server::memory::Share;
use crate::server::refusal;

/// How many bytes a lingering close reads over: the rest of a body just above the default limit, so that a client that sends
/// one hears why it was refused.
pub(super) const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// How many requests of a connection are served before others have their turn: one that pipelines must not keep a worker.
const REQUESTS_AT_ONCE: u32 = 16;

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
            Step::Response { is_last } => self.end_response(is_last),
            Step::Linger { .. } => self.linger(),
        }
    }

    /// As what it counts.
    fn load(&self) -> Load {
        match self.step {
            // What has come of the next request while others had their turn is served before a stop, too.
            Step::Idle if self.is_new || !self.inbox.is_empty() => Load::Reading,
            Step::Head { .. } | Step::Body(_) => Load::Reading,
            Step::Response { .. } => Load::InFlight,
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
            Step::Response { .. } => self.inbox.source().unsent().until(),
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
}

//! The server on sockets of the standard library: a connection costs no thread, and no HTTP library is needed.
//!
//! Owns the connections: how many there may be, and who attends to which; `accept` takes them. It must not know any
//! endpoint, nor what is said on a connection: `talk` does.
//!
//! Connections that are idle, in the middle of a request or of a response wait in one set (`readiness`), each with what is
//! kept of it (`slots`, `talk`). The workers wait for what happens there, one event each. The worker that finds a whole
//! request serves it, and the response goes out on the same thread: nothing is handed over. The worker that accepts a
//! connection attends to it at once, so a cold start needs one thread beside the main one.
//!
//! There are as many workers as handlers run at once, not as there are connections; those that find nothing to do for
//! a while end. The main thread looks after the clocks.
//!
//! Its rules, each with the section that asks for it:
//!
//! - Separate clocks. An idle connection has none ([contract §4.1](crate::guide::contract#4.1),
//!   [K7](crate::guide::contract#K7)); a head, a body and a response have one each, which a trickle does not renew. See
//!   `talk` and `clocks`.
//! - Limits on everything: those that a program may set are in `limits`, the others named constants. No memory is asked
//!   for because a length was announced.
//! - After a request that cannot be trusted nothing more is read as a request (RFC 9112 §6.3, §11.2): it is refused,
//!   and the connection ends by a lingering close (RFC 9112 §9.6).
//! - One request after the other (RFC 9112 §9.3.2): that is the back-pressure for clients that pipeline.
//! - A panic costs its own request (`catch_unwind`), an accept error a pause, a missing thread a delay.
//!
//! Threads have the standard library's usual stack of 2 MiB, because handlers run on them and may expect that much.
//! Only pages that were touched take memory: measured, 256 KiB instead changes no figure of a cold start.

mod accept;
mod body;
mod clocks;
mod conn;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod head;
mod inbox;
mod readiness;
mod slots;
mod talk;
mod turns;
mod unsent;
mod wire;

use std::io::{self, Error};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use super::bell::Ring;
use super::crew::Crew;
use super::{Door, Serve};
use crate::limits::Limits;
use crate::server::memory::Memory;
use clocks::Clocks;
use conn::Conn;
use inbox::Buffer;
use readiness::{Event, Interest, Readiness};
use slots::{Slots, Visit};
use talk::Pause;
use turns::Turns;

/// How long a worker that is not needed waits for work before it ends: longer than the pauses of a busy function, and
/// short beside the minutes for which the platform keeps an idle instance.
const LEAVE_AFTER: Duration = Duration::from_secs(10);

/// All connections of one listener.
pub(super) struct HttpServer {
    listener: TcpListener,
    crew: Arc<Crew>,
    serve: Box<Serve>,
    limits: Limits,
    turns: Turns,
    /// What bodies and responses take together.
    memory: Arc<Memory>,
    readiness: Readiness,
    slots: Slots<Conn>,
    clocks: Clocks,
    /// Whether a connection was closed since there was last a place, so that the log says it once.
    is_full: AtomicBool,
    /// Whether nobody is accepted for a moment, and whether that was logged since somebody last was.
    rests: AtomicBool,
    is_short: AtomicBool,
}

impl Door for HttpServer {
    fn open(
        listener: TcpListener,
        limits: Limits,
        crew: Arc<Crew>,
        serve: Box<Serve>,
    ) -> io::Result<Self> {
        // The response reports a handler's panic; nothing else does.
        crate::panics::watch(Box::new(|_, _| false));
        // The client that woke a worker may be gone when it is to be accepted.
        listener.set_nonblocking(true)?;
        Ok(Self {
            readiness: Readiness::new(&listener)?,
            listener,
            crew,
            serve,
            limits,
            turns: Turns::new(limits.workers),
            memory: Memory::new(limits.memory_bytes),
            slots: Slots::new(limits.connections()),
            clocks: Clocks::new(),
            is_full: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            is_short: AtomicBool::new(false),
        })
    }

    /// Each serves one request at a time.
    fn crew_limit(limits: Limits) -> usize {
        limits.workers
    }

    /// One event after the other, until there are no more, or the worker is not needed any more.
    fn work(&self) {
        let mut desk = Buffer::default();
        loop {
            match self.crew.idle(|| self.happens()) {
                // What is in flight is still answered, so that only an event which is for all of them ends the workers.
                // A worker that accepts meanwhile asks for one event only, after which the others would sleep.
                Ok(Event::Listener) if self.crew.is_dismissed() => {
                    return self.readiness.wake_all(&self.listener);
                }
                Ok(Event::Listener) => self.accept(&mut desk),
                Ok(Event::Connection { id, has_ended }) => {
                    if let Some((visit, conn)) = self.slots.attend(id) {
                        self.attend(visit, conn, &mut desk, has_ended);
                    }
                }
                Err(None) if self.crew.try_leave() => return,
                Err(None) => {}
                Err(Some(error)) => return self.report_unless_stopping(&error),
            }
            desk.shrink();
        }
    }

    fn close(&self) {
        self.accept_the_rest();
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
    }

    fn dismiss(&self) {
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
        self.readiness.wake_all(&self.listener);
        self.slots
            .attend_where(|_| true, |_, conn| self.crew.release(conn.load));
    }

    fn look(&self, now: Instant) -> Option<Instant> {
        if self.clocks.take_due(now) {
            if self.rests.swap(false, SeqCst) {
                self.await_client();
            }
            self.slots.attend_where(
                |conn| self.check_clock(conn, now),
                |visit, conn| self.end_late(visit, conn),
            );
        }
        self.clocks.next()
    }
}

impl HttpServer {
    /// Waits for an event; without one only where a worker has waited for too long.
    fn happens(&self) -> Result<Event, Option<Error>> {
        let at_most = self.crew.has_many().then_some(LEAVE_AFTER);
        self.readiness.wait(at_most).map_err(Some)?.ok_or(None)
    }

    /// Attends to a connection until there is nothing to do.
    fn attend(&self, visit: Visit<'_, Conn>, conn: Conn, desk: &mut Buffer, mut has_ended: bool) {
        let mut attended = Some((visit, conn));
        while let Some((visit, conn)) = attended {
            let talked = self.talk(conn, desk, has_ended, true);
            attended = talked.and_then(|(conn, pause)| self.leave(visit, conn, pause));
            // What has happened meanwhile may have been the end.
            has_ended = true;
        }
    }

    /// Leaves a connection to wait, or ends it where it cannot. One to which something has happened meanwhile is given back.
    fn leave<'a>(
        &self,
        visit: Visit<'a, Conn>,
        conn: Conn,
        pause: Pause,
    ) -> Option<(Visit<'a, Conn>, Conn)> {
        let (load, until, yields) = (conn.load, conn.until, pause == Pause::Yield);
        let left = visit.wait(conn, yields, |conn, id| {
            let wants = if conn.wants_to_send() || yields {
                Interest::ReadAndWrite
            } else {
                Interest::Read
            };
            // What is registered for more than it needs stays so.
            if yields || conn.interest < wants {
                self.readiness
                    .register(&conn.socket.stream, id, conn.interest, wants)?;
                conn.interest = wants;
            }
            Ok::<_, Error>(())
        });
        match left {
            Ok(None) => {
                self.start_clock(until);
                None
            }
            Ok(attended) => attended,
            Err(error) => {
                self.crew.release(load);
                log::warn!("a connection is closed because it cannot wait: {error}");
                None
            }
        }
    }

    fn start_clock(&self, until: Option<Instant>) {
        if until.is_some_and(|until| self.clocks.start(until)) {
            self.crew.ask_for_look();
        }
    }

    /// Returns whether the clock of a connection that waits has run out; one that runs on counts for the next look. If
    /// something has come of the connection, which an instance that was frozen beyond the clock could not see, it has no clock
    /// any more: see `end_late`.
    fn check_clock(&self, conn: &mut Conn, now: Instant) -> bool {
        match conn.until {
            None => false,
            Some(until) if until > now => {
                self.clocks.run_on(until, now);
                false
            }
            Some(_) => {
                if conn.has_news() {
                    conn.until = None;
                }
                true
            }
        }
    }

    /// Ends a connection whose clock has run out: by a word, if it is one that a client waits for. The main thread does
    /// so, because all workers may be busy, and because nothing is read, no request begins.
    fn end_late(&self, visit: Visit<'_, Conn>, conn: Conn) {
        if conn.until.is_none() {
            // A worker reads what has come first. No event need have come for that: a read may have stopped before it.
            self.leave(visit, conn, Pause::Yield);
            return;
        }
        let talked = self.talk(conn, &mut Buffer::default(), true, false);
        if let Some((conn, _)) = talked {
            // A worker looks at once whether something has come.
            self.leave(visit, conn, Pause::Yield);
        }
    }

    fn report_unless_stopping(&self, error: &Error) {
        if !self.crew.is_stopping() {
            log::error!("no connection can be accepted any more: {error}");
            self.crew.bell().ring(Ring::AcceptFailed);
        }
    }
}

#[cfg(test)]
mod tests;

//! The front on the standard library's blocking sockets: a thread for each connection, and no HTTP library.
//!
//! Owns the connections: who accepts them, how many there may be, in which order their requests are served, and how
//! they end. It must not know any endpoint, nor what a byte of a request means: `head` and `body` do.
//!
//! The worker that accepts a connection serves it to its end, while another waits for the next; so a cold start needs
//! one thread beside the main one, and nothing is handed over on the way to the first answer.
//!
//! Its rules, each with the section that asks for it:
//!
//! - Separate clocks. An idle connection has none (contract §4.1, K7); a head, a body and an answer have one each, and
//!   every wait is for what is left of it, so that a trickle does not help. See `wire`.
//! - Limits on everything: those that a program may set are in `limits`, the others named constants here and in `body`.
//!   No memory is asked for because a length was announced.
//! - After a request that cannot be trusted nothing more is read as a request (RFC 9112 §6.3, §11.2): it is refused,
//!   and the connection ends by a lingering close (RFC 9112 §9.6).
//! - One request after the other (RFC 9112 §9.3.2): that is the back-pressure for clients that pipeline.
//! - A panic costs its own request (`catch_unwind`), an accept error a pause, a missing thread a delay.
//!
//! Threads have the standard library's usual stack of 2 MiB, for handlers run on them and may expect that much.
//! Only pages that were touched take memory: measured, 256 KiB instead changes no figure of a cold start.

mod body;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod head;
mod inbox;
mod turns;
mod wire;

use std::io::ErrorKind::{ConnectionAborted, InvalidInput, WouldBlock};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::answer::{self, Asked};
use super::crew::{Counted, Crew, Ring};
use super::framing::{Framing, framing};
use super::{Door, Serve};
use crate::call::Reply;
use crate::limits::Limits;
use head::Head;
use inbox::{Buffer, End, Inbox};
use turns::Turns;
use wire::{Clock, Wire};

/// How long an acceptor rests when the system has no descriptor or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How many bytes a lingering close reads over: the rest of a body just above the default limit, so that whoever sends
/// one hears why it was refused.
const LINGER_BYTES: usize = 64 * 1024 * 1024;

/// What is said before a body whose client waits for a word (RFC 9110 §15.2.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How a refusal is answered, which may come before it is known what was asked.
const REFUSED: Asked = Asked {
    head_only: false,
    http_1_0: false,
    connection: Some("close"),
};

/// Blocking sockets on one listener.
pub(super) struct Front {
    listener: TcpListener,
    crew: Arc<Crew>,
    serve: Box<Serve>,
    limits: Limits,
    turns: Turns,
    /// How many connections there are.
    open: AtomicUsize,
    /// Whether a connection was closed since there was last a place, so that the log tells it once.
    is_full: AtomicBool,
    /// What had connected but was not accepted when the listener was closed.
    late: Mutex<Vec<TcpStream>>,
}

impl Door for Front {
    fn open(
        listener: TcpListener,
        limits: Limits,
        crew: Arc<Crew>,
        serve: Box<Serve>,
    ) -> io::Result<Self> {
        // A handler's panic is told by its answer, and by nothing else.
        crate::panics::watch(Box::new(|_, _| false));
        Ok(Self {
            listener,
            crew,
            serve,
            limits,
            turns: Turns::new(limits.workers),
            open: AtomicUsize::new(0),
            is_full: AtomicBool::new(false),
            late: Mutex::default(),
        })
    }

    /// One for each connection, and the one that accepts.
    fn crew_limit(limits: Limits) -> usize {
        limits.connections().saturating_add(1)
    }

    /// One connection after the other, until there are no more.
    fn work(&self) {
        while let Some((stream, coming)) = self.next() {
            if let Some(_place) = self.enter() {
                self.converse(&stream, coming);
            }
        }
    }

    /// That would reset the connections that nobody has accepted yet, and lose their requests, so they are accepted here.
    fn close(&self) {
        let mut late = self.unaccepted();
        // Errors mean that the socket is closed already, which is what is wanted.
        let _ = self.listener.set_nonblocking(true);
        while let Ok((stream, _)) = self.listener.accept() {
            late.push(stream);
        }
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
    }

    fn late(&self) -> usize {
        self.unaccepted().len()
    }
}

impl Front {
    /// The next connection to serve. It counts as a request that is being read, until it has sent one: whoever has
    /// connected before a stop has mostly sent a request that is still under way through the machine.
    fn next(&self) -> Option<(TcpStream, impl Drop)> {
        let accepted = self
            .crew
            .idle(|| Ok((self.accept()?, self.crew.read())))
            .inspect_err(|error: &io::Error| self.tell_unless_stopping(error));
        accepted.ok().or_else(|| {
            let coming = self.crew.read();
            Some((self.unaccepted().pop()?, coming))
        })
    }

    fn unaccepted(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_unless_stopping(&self, error: &io::Error) {
        if !self.crew.is_stopping() {
            log::error!("no connection can be accepted any more: {error}");
            self.crew.bell().ring(Ring::AcceptFailed);
        }
    }

    /// Waits for a connection. That the system has no descriptor or memory for it passes, and so does a connection that
    /// was gone before it was accepted; only a socket that is closed, or about to be, is an error.
    fn accept(&self) -> io::Result<TcpStream> {
        let mut is_told = false;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => return Ok(stream),
                Err(error) if error.kind() == ConnectionAborted => continue,
                Err(error) if matches!(error.kind(), InvalidInput | WouldBlock) => {
                    return Err(error);
                }
                Err(_) if is_told => {}
                Err(error) => log::warn!("a connection waits, for it cannot be accepted: {error}"),
            }
            is_told = true;
            std::thread::sleep(ACCEPT_PAUSE);
        }
    }

    /// Counts a connection, if there is a place for it.
    ///
    /// One over the limit is closed at once. In the backlog it would wait without a word for one of the others to end,
    /// which idle ones never do; a close is an answer that a client understands, and that its operator can see.
    fn enter(&self) -> Option<Counted<'_>> {
        let most = self.limits.connections();
        let place = Counted::up_to(most, &self.open);
        let was_full = self.is_full.swap(place.is_none(), SeqCst);
        if place.is_none() && !was_full {
            log::warn!(
                "{most} connections are open, further ones are closed; Runtime::connections raises that"
            );
        }
        place
    }

    /// Serves the requests of one connection, one after the other.
    fn converse(&self, stream: &TcpStream, coming: impl Drop) {
        // Clients that came before the listener was told have not inherited it. An error means that this one has gone.
        let _ = stream.set_nodelay(true);
        let mut coming = Some(coming);
        let mut refused = REFUSED;
        let mut inbox = Inbox::resume(Wire::new(stream, &self.limits), Buffer::default());
        let end = loop {
            if let Err(end) = self.exchange(&mut inbox, coming.take(), &mut refused.head_only) {
                break end;
            }
        };
        match end {
            End::Gone => return,
            End::Agreed => {}
            // Whether the refusal arrives is all the same: the connection ends here.
            End::Refused(refusal) => {
                let _in_flight = self.crew.begin();
                let _ = answer::send(inbox.source(), refusal.reply(), refused);
            }
        }
        // The client may still be sending, and a close at once would reset the connection, which can take the answer
        // from it before it has read it (RFC 9112 §9.6).
        inbox.source().end();
        let until = Instant::now().checked_add(self.limits.linger_time);
        inbox.discard(LINGER_BYTES, until);
    }

    /// One request and its answer.
    fn exchange(
        &self,
        inbox: &mut Inbox<Wire<'_>>,
        coming: Option<impl Drop>,
        is_head: &mut bool,
    ) -> Result<(), End> {
        *is_head = false;
        inbox.wait()?;
        if self.crew.is_dismissed() {
            return Err(End::Gone);
        }
        let reading = self.crew.read();
        drop(coming);
        let head = Head::read(inbox, &self.limits, is_head)?;
        let (mut call, mut asked) = (head.call, head.asked);
        let framing = framing(&call.headers, self.limits.body_bytes)?;
        // A client that sends its body without waiting has no use for the word (RFC 9110 §10.1.1).
        if head.awaits_continue && framing != Framing::Empty && inbox.is_empty() {
            let said = inbox.source().write_all(CONTINUE);
            said.map_err(|_| End::Gone)?;
        }
        let clock = Clock::start(self.limits.body_time, self.limits.slowest);
        call.body = body::read(inbox, framing, &self.limits, clock)?;
        let _in_flight = self.crew.begin();
        drop(reading);
        let _turn = self.turns.take();
        let reply = catch_unwind(AssertUnwindSafe(|| (self.serve)(call)))
            .unwrap_or_else(|payload| Reply::error(500, &crate::panics::error(payload)));
        // A stop may have come while the handler ran.
        if self.crew.is_stopping() {
            asked.connection = REFUSED.connection;
        }
        let sent = answer::send(inbox.source(), reply, asked);
        match asked.connection {
            _ if sent.is_err() => Err(End::Gone),
            Some("close") => Err(End::Agreed),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;

//! The server on `tiny_http`: the only folder that names it.
//!
//! Turns its requests into `Call` and `Reply` into bytes, with every fix of its defects that can be
//! made from outside. It must not know any endpoint.

mod ending;
mod own_port;
mod panics;
mod peers;
mod read;
mod refuse;
mod room;
mod sending;
// Nothing else may: tests/docs/lints.rs.
#[allow(
    unsafe_code,
    reason = "a descriptor of `tiny_http` is known by its number alone, which is looked at, and never closed or changed"
)]
mod socket;

use std::io::{self, ErrorKind, Write};
use std::mem::ManuallyDrop;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use tiny_http::{Request, Server};

use super::bell::Ring;
use super::crew::{Crew, InFlight};
use super::memory::{Memory, Share};
use super::response::{self, Asked};
use super::{Door, Serve, rules};
use crate::call::{Body, Call};
use crate::limits::Limits;
use crate::thread;
use ending::Connection;
use own_port::OwnPort;
use peers::Peers;
use read::Trouble;
use sending::Outgoing;

/// `tiny_http` on one listener.
pub(super) struct HttpServer {
    /// Never dropped: that would connect to the port to end the thread that accepts, which `close` has ended.
    server: ManuallyDrop<Server>,
    /// The same socket once more, to stop listening while `tiny_http` holds the other.
    listener: TcpListener,
    port: Arc<OwnPort>,
    peers: Peers,
    crew: Arc<Crew>,
    serve: Box<Serve>,
    limits: Limits,
    memory: Arc<Memory>,
}

impl Door for HttpServer {
    fn open(
        listener: TcpListener,
        limits: Limits,
        crew: Arc<Crew>,
        serve: Box<Serve>,
    ) -> io::Result<Self> {
        // What is set on a listener is inherited by every connection it accepts.
        set_socket_timeout(&listener, Timeout::Send, Some(sending::WRITE_TIME))?;
        let second = fcntl_dupfd_cloexec(&listener, 0)?;
        let server = Server::from_listener(listener, None).map_err(io::Error::other)?;
        let server = ManuallyDrop::new(server);
        let bound = server.server_addr().to_ip();
        let port = OwnPort::new(bound.ok_or(ErrorKind::Unsupported)?, Arc::clone(&crew));
        let port = Arc::new(port);
        panics::watch(&port);
        Ok(Self {
            server,
            listener: TcpListener::from(second),
            port,
            peers: Peers::default(),
            crew,
            serve,
            limits,
            memory: Memory::new(limits.memory_bytes),
        })
    }

    /// Each serves one request at a time.
    fn crew_limit(limits: Limits) -> usize {
        limits.workers
    }

    /// One request after the other, until the server is dismissed.
    fn work(&self) {
        while let Some(request) = self.next() {
            self.handle(request);
        }
    }

    fn can_spare_a_thread(&self) -> bool {
        room::is_there_for(0)
    }

    fn finds_unaccepted(&self) -> bool {
        let mut asked = [PollFd::new(&self.listener, PollFlags::IN)];
        let is_called = poll(&mut asked, Some(&Timespec::default())).is_ok_and(|ready| ready > 0);
        // One that is accepted may wait for another: see `OwnPort`. No request may come any more that asks for it.
        if !is_called {
            self.port.ask_for_visit();
        }
        is_called
    }

    fn close(&self) {
        // An error means that the socket is closed already, which is what is wanted.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
    }

    fn dismiss(&self) {
        // A stop that was cut short has not done it.
        self.close();
        for _ in 0..self.crew.size() {
            self.server.unblock();
        }
    }

    fn look(&self, _now: Instant) -> Option<Instant> {
        self.port.look();
        None
    }
}

impl HttpServer {
    fn next(&self) -> Option<Request> {
        loop {
            match self.crew.idle(|| self.server.recv()) {
                Ok(request) => return Some(request),
                Err(_) if self.crew.is_dismissed() => return None,
                // The thread that accepts has ended for good, which it must when the listener was closed.
                Err(_) if self.crew.is_stopping() => {}
                Err(error) => {
                    log::error!("no connection can be accepted any more: {error}");
                    self.crew.bell().ring(Ring::AcceptFailed);
                }
            }
        }
    }

    fn handle(&self, mut request: Request) {
        let reading = self.crew.read();
        let peer = request.remote_addr().copied();
        if self.peers.meet(peer) {
            self.port.ask_for_visit();
        }
        let connection = Connection::new(&self.peers, peer, self.port.number());
        let asked = read::asked(&request);
        let mut share = self.memory.share();
        match read::read(&mut request, self.limits.body_bytes, &mut share) {
            Ok(call) => {
                let in_flight = self.crew.begin();
                drop(reading);
                self.respond(request, call, asked, connection, (share, in_flight));
            }
            Err(Trouble::Refused(refusal, read)) => {
                drop(share);
                let limits = &self.limits;
                refuse::refuse(request, refusal, read, limits, asked, connection, reading);
            }
            // Nobody waits for a response, and none of `tiny_http`'s own is to be tried.
            Err(Trouble::Gone) => refuse::leave(request),
        }
    }

    fn respond(
        &self,
        request: Request,
        call: Call,
        asked: Asked,
        connection: Connection,
        (mut share, in_flight): (Share, InFlight),
    ) {
        // From here on no request lives that `tiny_http` itself would answer when it is dropped, which panics on
        // some headers, and a panic while a panic unwinds ends the process.
        let mut out = request.into_writer();
        // Only now it is known what became of those before it.
        await_turn(&mut *out);
        // It may as well be the rest of another's body.
        let Some(mut outgoing) = connection.begin(out) else {
            return;
        };
        let is_last = rules::has_connection_option(&call.headers, "close");
        let reply = (self.serve)(call);
        // The body is gone. A response is sent even where it is too much, and keeps others out.
        share.set(match &reply.body {
            Body::Bytes(body) => body.len(),
            Body::Stream(_) => 0,
        });
        // A handler that streams is not done yet, and keeps its worker.
        let keeps = matches!(reply.body, Body::Bytes(_)) && self.crew.has_threads();
        outgoing.keep(share, keeps);
        // A stop may have come while the handler ran.
        let wish = if is_last || self.crew.is_stopping() {
            Some("close")
        } else {
            asked.connection
        };
        let sent = response::send(
            &mut outgoing,
            reply,
            Asked {
                connection: wish,
                ..asked
            },
        );
        // `tiny_http` has not seen that wish, and will not close. After half a response nothing can be said, and a client
        // that waits for the other half must learn that it does not come.
        let ends = sent.is_err() || (is_last && asked.connection != Some("close"));
        Delivery {
            outgoing,
            connection,
            ends,
            _in_flight: in_flight,
        }
        .finish();
    }
}

/// A response that its handler has made, until all of it is sent.
struct Delivery {
    outgoing: Outgoing,
    connection: Connection,
    /// Whether it is the last of its connection.
    ends: bool,
    _in_flight: InFlight,
}

impl Delivery {
    /// Leaves what the client has not taken to a thread, so that the worker is free.
    fn finish(mut self) {
        if self.outgoing.is_late() {
            self.outgoing.settle();
            drop_apart(self);
        }
    }
}

/// Drops a value on its own thread. Without one, or without memory that `tiny_http` can spare for it, it is dropped here and now,
/// and a worker waits.
fn drop_apart(value: impl Send + 'static) {
    if room::is_there_for(0) {
        let _ = thread::start(Box::new(move || drop(value)));
    }
}

impl Drop for Delivery {
    /// Before the turn is the next one's.
    fn drop(&mut self) {
        let is_lost = self.outgoing.is_late() && self.outgoing.send_rest().is_err();
        if self.ends || is_lost {
            self.connection.end_after(&self.outgoing);
        }
    }
}

/// Waits until every request before this one on its connection has its response: `tiny_http` lets nobody write before
/// that. There is nothing to be flushed, so that an error can only be one of the writes that follow.
fn await_turn(out: &mut dyn Write) {
    let _ = out.flush();
}

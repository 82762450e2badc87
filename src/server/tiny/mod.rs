//! The server on `tiny_http`: the only file that names it.
//!
//! Turns its requests into `Call` and `Reply` into bytes, with every fix of its defects that can be
//! made from outside. It must not know any endpoint.

mod peers;
mod read;
mod refuse;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Weak};
use std::time::Duration;

use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use tiny_http::{Request, Server};

use super::answer::{self, Asked, Loss};
use super::bell::Ring;
use super::crew::Crew;
use super::framing::Refusal;
use super::{Door, Limits, Serve, rules};
use crate::call::Call;
use peers::Peers;
use read::Trouble;

/// How long a client may leave an answer unread, in one go, before its worker is freed.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);

/// How long the main thread waits for its own port. Nobody accepts any more where that is too short, because the system
/// itself takes as many connections as the backlog has room for.
const PATIENCE: Duration = Duration::from_secs(2);

/// `tiny_http` on one listener.
pub(super) struct Front {
    server: Server,
    /// The same socket once more, to stop listening while `tiny_http` holds the other.
    listener: TcpListener,
    address: SocketAddr,
    peers: Peers,
    crew: Arc<Crew>,
    serve: Box<Serve>,
    body_limit: usize,
}

impl Door for Front {
    fn open(
        listener: TcpListener,
        limits: Limits,
        crew: Arc<Crew>,
        serve: Box<Serve>,
    ) -> io::Result<Self> {
        // What is set on a listener is inherited by every connection it accepts.
        set_socket_timeout(&listener, Timeout::Send, Some(WRITE_PATIENCE))?;
        let second = fcntl_dupfd_cloexec(&listener, 0)?;
        let server = Server::from_listener(listener, None).map_err(io::Error::other)?;
        let bound = server.server_addr().to_ip();
        watch_panics(&crew);
        Ok(Self {
            server,
            listener: TcpListener::from(second),
            address: own_address(bound.ok_or(ErrorKind::Unsupported)?),
            peers: Peers::default(),
            crew,
            serve,
            body_limit: limits.body_bytes,
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

    fn close(&self) {
        // An error means that the socket is closed already, which is what is wanted.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
    }

    fn dismiss(&self) {
        for _ in 0..self.crew.size() {
            self.server.unblock();
        }
    }

    /// `tiny_http` gives a new connection to a thread that it believes idle although it has just been given another.
    /// Such a connection waits until any thread ends one, which kept-alive connections never do. A connection to the
    /// own port that says nothing and closes makes a thread, or wakes one, that then takes what waits.
    fn visit(&self) -> bool {
        TcpStream::connect_timeout(&self.address, PATIENCE).is_ok()
    }

    /// A request that is none is answered by `tiny_http` alone.
    fn is_accepting(&self) -> bool {
        const TRIES: usize = 3;
        let ask = || {
            let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(b"?\r\n")?;
            stream.read_exact(&mut [0])
        };
        // A connection that hears nothing may only be waiting for a thread, or the instance was frozen meanwhile.
        let is_silence = |error: &io::Error| error.kind() == ErrorKind::WouldBlock;
        for _ in 0..TRIES {
            match ask() {
                Err(error) if is_silence(&error) => {
                    self.visit();
                }
                answer => return answer.is_ok(),
            }
        }
        false
    }
}

impl Front {
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
            self.crew.ask_for_visit();
        }
        let asked = read::asked(&request);
        match read::read(&mut request, self.body_limit) {
            Ok(call) => {
                let _in_flight = self.crew.begin();
                drop(reading);
                self.answer(request, call, asked, peer);
            }
            Err(Trouble::Refused(refusal)) => {
                refuse::refuse(request, refusal, asked, &self.peers, &self.crew);
            }
            // Nobody waits for an answer, and none of `tiny_http`'s own is to be tried.
            Err(Trouble::Gone) => drop(request.into_writer()),
        }
    }

    fn answer(&self, request: Request, call: Call, asked: Asked, peer: Option<SocketAddr>) {
        // From here on no request lives that `tiny_http` itself would answer when it is dropped, which panics on
        // some headers, and a panic while a panic unwinds ends the process.
        let mut out = request.into_writer();
        // Only now it is known what became of those before it.
        await_turn(&mut *out);
        if self.peers.distrusts(peer) {
            // As long as it is tried, it stays so.
            self.peers.distrust(peer);
            return refuse::end(&mut *out, BARRED, asked);
        }
        let is_last = rules::has_connection_option(&call.headers, "close");
        let reply = (self.serve)(call);
        // A stop may have come while the handler ran.
        let connection = if is_last || self.crew.is_stopping() {
            Some("close")
        } else {
            asked.connection
        };
        // `tiny_http` has not seen that wish, and will not close.
        if is_last && asked.connection != Some("close") {
            self.peers.distrust(peer);
        }
        match answer::send(
            &mut *out,
            reply,
            Asked {
                connection,
                ..asked
            },
        ) {
            Ok(()) => {}
            // Half an answer may be on its way, and nothing can be told after it.
            Err(Loss::Connection) => self.peers.distrust(peer),
            // `tiny_http` does not let go of a connection, so the client is told that the answer is not whole by what
            // can be no chunk, from its first byte on; it closes the connection then.
            Err(Loss::Stream) => {
                self.peers.distrust(peer);
                let _ = out.write_all(BROKEN_OFF).and_then(|()| out.flush());
            }
        }
    }
}

/// What stands in the place of a chunk's size: some clients wait for a chunk if it begins with a hexadecimal digit.
const BROKEN_OFF: &[u8] = b"!broken off\r\n";

/// What a request is refused with that may as well be the rest of another's body.
const BARRED: Refusal =
    Refusal::Malformed("a request before this one was refused or the last of its connection");

/// Waits until every request before this one on its connection has its answer: `tiny_http` lets nobody write before
/// that. There is nothing to be flushed, so that an error can only be one of the writes that follow.
fn await_turn(out: &mut dyn Write) {
    let _ = out.flush();
}

/// Where the own port is reached from inside.
fn own_address(bound: SocketAddr) -> SocketAddr {
    let ip = if bound.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        bound.ip()
    };
    SocketAddr::new(ip, bound.port())
}

/// What a thread of `tiny_http` panics with when it asks a connection that was reset for the address of its client.
const PEER_ADDRESS_OF_RESET: &str =
    "called `Result::unwrap()` on an `Err` value: Os { code: 107, kind: NotConnected";

/// What its threads panic with when the system gives them no descriptor.
const REFUSED_BY_SYSTEM: &str = "called `Result::unwrap()` on an `Err` value: Os {";
/// What the standard library panics with when the system gives no thread.
const NO_THREAD: &str = "failed to spawn thread";

/// Hears why threads of `tiny_http` end, because it reports that to nobody.
fn watch_panics(crew: &Arc<Crew>) {
    let crew: Weak<Crew> = Arc::downgrade(crew);
    crate::panics::watch(Box::new(move |message, file| {
        let Some(crew) = crew.upgrade() else {
            return false;
        };
        // A build without locations has a word in brackets in the file's place.
        let may_be_its = file.contains("tiny_http") || file.starts_with('<');
        // A connection that was reset before its thread looked at it. The thread was to take the next that waits.
        let was_reset = may_be_its && message.starts_with(PEER_ADDRESS_OF_RESET);
        if was_reset {
            crew.ask_for_visit();
        }
        // No thread or descriptor for a new connection: if it was the accepting thread that asked for one, it is gone.
        else if (may_be_its && message.starts_with(REFUSED_BY_SYSTEM))
            || message.starts_with(NO_THREAD)
        {
            crew.doubt();
        }
        was_reset
    }));
}

#[cfg(test)]
mod tests {
    use super::super::bell;
    use super::{Crew, Door, Front};
    use crate::call::Reply;
    use crate::limits::Limits;
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::time::Duration;

    /// A port whose backlog is full and where nobody accepts.
    fn full_port() -> (TcpListener, Vec<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        rustix::net::listen(&listener, 0).expect("a bound socket");
        let address = listener.local_addr().expect("it is bound");
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let waiting = std::iter::from_fn(connect).collect();
        (listener, waiting)
    }

    #[test]
    fn a_port_where_nobody_accepts_does_not_keep_the_main_thread() {
        let limits = Limits::default();
        let crew = Arc::new(Crew::new(1, bell::bell().expect("a pair of sockets").0));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let handler = Box::new(|_| Reply::bytes(200, "text/plain", Vec::new()));
        let mut front = Front::open(listener, limits, crew, handler).expect("a bound socket");
        assert!(front.visit() && front.is_accepting());
        let (full, _waiting) = full_port();
        front.address = full.local_addr().expect("it is bound");
        assert!(!front.visit() && !front.is_accepting());
    }
}

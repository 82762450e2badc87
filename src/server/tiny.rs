//! The front on `tiny_http`: the only file that names it.
//!
//! Owns the turning of its requests into `Call` and of `Reply` into bytes, with every mend of its traps that can be
//! made from outside. It must not know any endpoint.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tiny_http::{HTTPVersion, Request, Response, Server, StatusCode};

use super::answer::{self, Asked};
use super::crew::{Crew, Ring};
use super::framing::{Framing, Refusal, framing};
use super::{Limits, Serve};
use crate::call::{Call, Reply};
use crate::headers::{Headers, name};
use crate::http::Body;

/// `tiny_http` on one listener.
pub(super) struct Front {
    server: Server,
    /// The same socket once more, to stop listening while `tiny_http` holds the other.
    listener: TcpStream,
    address: SocketAddr,
    peers: Mutex<Peers>,
    crew: Arc<Crew>,
    serve: Box<Serve>,
    body_limit: usize,
}

impl Front {
    pub(super) fn open(
        listener: TcpListener,
        limits: Limits,
        crew: Arc<Crew>,
        serve: Box<Serve>,
    ) -> io::Result<Self> {
        let address = own_address(listener.local_addr()?);
        // The standard library sets socket options on streams only, so the listener is one for a moment. What is set
        // on a listener is inherited by every connection it accepts: without no-delay, an answer of more than a
        // kilobyte on a kept-alive connection waits 40 ms for the client's delayed acknowledgement.
        let socket = TcpStream::from(OwnedFd::from(listener));
        socket.set_nodelay(true)?;
        let second = socket.try_clone()?;
        let server = Server::from_listener(TcpListener::from(OwnedFd::from(socket)), None)
            .map_err(io::Error::other)?;
        watch_panics(&crew);
        Ok(Self {
            server,
            listener: second,
            address,
            peers: Mutex::default(),
            crew,
            serve,
            body_limit: limits.body_bytes,
        })
    }

    /// A worker's life: one request after the other, until the server is dismissed.
    pub(super) fn work(&self) {
        while let Some(request) = self.next() {
            let _in_flight = self.crew.begin();
            self.handle(request);
        }
    }

    /// No further connection is accepted; the requests of those that are open still are.
    pub(super) fn close(&self) {
        // An error means that the socket is closed already, which is what is wanted.
        let _ = self.listener.shutdown(Shutdown::Both);
    }

    /// Lets every worker end.
    pub(super) fn dismiss(&self) {
        for _ in 0..self.crew.size() {
            self.server.unblock();
        }
    }

    /// Frees a connection that waits for a thread.
    ///
    /// `tiny_http` gives a new connection to a thread that it believes idle although it has just been given another.
    /// Such a connection waits until any thread ends one, which kept-alive connections never do. A connection to the
    /// own port that says nothing and closes makes a thread, or wakes one, that then takes what waits.
    pub(super) fn visit(&self) {
        const PATIENCE: Duration = Duration::from_millis(200);
        if let Err(error) = TcpStream::connect_timeout(&self.address, PATIENCE) {
            log::debug!("no visit to the own port: {error}");
        }
    }

    /// Whether connections are still accepted: a request that is none is answered by `tiny_http` alone.
    pub(super) fn is_accepting(&self) -> bool {
        const PATIENCE: Duration = Duration::from_secs(2);
        let ask = || {
            let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(b"?\r\n")?;
            stream.read_exact(&mut [0])
        };
        ask().is_ok()
    }

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
        let peer = request.remote_addr().copied();
        let acquaintance = self.peers().meet(peer);
        if acquaintance == Acquaintance::New {
            self.crew.bell().ring(Ring::Visit);
        }
        let asked = asked(&request);
        let call = match acquaintance {
            Acquaintance::Refused => Err(Trouble::Untrusted(Refusal::Distrusted)),
            _ => read(&mut request, self.body_limit),
        };
        if let Err(Trouble::TooLong(refusal, length)) = &call {
            return refuse_too_long(request, refusal, *length);
        }
        // From here on no request lives that `tiny_http` would answer by itself when it is dropped, which panics on
        // some headers, and a panic while a panic unwinds ends the process.
        let mut out = request.into_writer();
        match call {
            Ok(call) => self.answer(&mut *out, (self.serve)(call), asked),
            Err(Trouble::Untrusted(refusal)) => {
                self.peers().refuse(peer);
                let last = Asked {
                    connection: Some("close"),
                    ..asked
                };
                // A refusal has no stream that could break off.
                let _ = answer::send(&mut *out, refusal.reply(), last);
            }
            Err(Trouble::TooLong(..) | Trouble::Gone) => {}
        }
    }

    fn answer(&self, out: &mut dyn Write, reply: Reply, asked: Asked) {
        // A stop may have come while the handler ran.
        let connection = if self.crew.is_stopping() {
            Some("close")
        } else {
            asked.connection
        };
        if answer::send(
            out,
            reply,
            Asked {
                connection,
                ..asked
            },
        )
        .is_err()
        {
            // tiny_http does not let go of a connection, so the client is told that the answer is not whole by what
            // can be no chunk; it closes the connection then.
            let _ = out.write_all(b"broken off\r\n").and_then(|()| out.flush());
        }
    }

    fn peers(&self) -> std::sync::MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `Connection` must say follows what `tiny_http` will do: it closes after HTTP/1.0 without keep-alive.
fn asked(request: &Request) -> Asked {
    let http_1_0 = *request.http_version() < HTTPVersion(1, 1);
    let wish = header(request, name::CONNECTION)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let connection = match http_1_0 {
        _ if wish.contains("close") || wish.contains("upgrade") => Some("close"),
        true if wish.contains("keep-alive") => Some("keep-alive"),
        true => Some("close"),
        false => None,
    };
    Asked {
        head_only: request.method().as_str() == "HEAD",
        http_1_0,
        connection,
    }
}

/// Why there is no call.
enum Trouble {
    /// What follows this request on its connection cannot be trusted.
    Untrusted(Refusal),
    /// The body of this length is sound but larger than the limit; not a byte of it was read.
    TooLong(Refusal, usize),
    /// The client has gone; nobody waits for an answer.
    Gone,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooLarge {
                announced: Some(length),
                ..
            } => Self::TooLong(refusal, length),
            _ => Self::Untrusted(refusal),
        }
    }
}

/// Answers before the body comes. `tiny_http` then reads the body to its end, so that the next request is sound.
fn refuse_too_long(request: Request, refusal: &Refusal, length: usize) {
    /// Dropping a request reserves as many bytes as its body still has; no machine may be asked for more than this.
    const MOST_BYTES_RESERVED: usize = 1 << 30;
    let reply = refusal.reply();
    let status = StatusCode(reply.status);
    if length > MOST_BYTES_RESERVED {
        log::error!("a request announced a body of {length} bytes; its connection is given up");
        // The head alone tells the client. The reader is never dropped: that costs a thread and a descriptor, where
        // the reservation would cost the process.
        std::mem::forget(request.upgrade("refused", Response::empty(status)));
        return;
    }
    let Body::Bytes(body) = reply.body else {
        return;
    };
    // A client that has gone needs no answer.
    let _ = request.respond(Response::from_data(body).with_status_code(status));
}

fn read(request: &mut Request, body_limit: usize) -> Result<Call, Trouble> {
    let arrived = Instant::now();
    let mut headers = Headers::new();
    for header in request.headers() {
        headers.push(
            header.field.as_str().as_str().to_owned(),
            header.value.as_str().into(),
        );
    }
    let framing = framing(&headers, body_limit)?;
    let body = read_body(request, framing, body_limit)?;
    let (method, target) = (
        request.method().as_str().to_owned(),
        request.url().to_owned(),
    );
    Ok(Call {
        method,
        target,
        headers,
        body,
        arrived,
    })
}

fn read_body(
    request: &mut Request,
    framing: Framing,
    body_limit: usize,
) -> Result<Vec<u8>, Trouble> {
    let upgrade = header(request, name::CONNECTION)
        .is_some_and(|wish| wish.to_ascii_lowercase().contains("upgrade"));
    match framing {
        Framing::Empty => Ok(Vec::new()),
        Framing::Length(length) => {
            let body = read_up_to(request, length)?;
            // A body that was cut is no body: nobody waits for its answer.
            if body.len() == length {
                Ok(body)
            } else {
                Err(Trouble::Gone)
            }
        }
        // With `Connection: upgrade` tiny_http hands out the bytes of the connection, chunk heads and all.
        Framing::Chunked if upgrade => Err(Refusal::Framing(
            "a chunked body beside Connection: upgrade is not served".into(),
        )
        .into()),
        Framing::Chunked => {
            let body = read_up_to(request, body_limit.saturating_add(1))?;
            if body.len() > body_limit {
                return Err(Refusal::TooLarge {
                    limit: body_limit,
                    announced: None,
                }
                .into());
            }
            Ok(body)
        }
    }
}

/// Reads to the end or to `length`; nothing is reserved for what was only announced.
fn read_up_to(request: &mut Request, length: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    match request
        .as_reader()
        .take(length as u64)
        .read_to_end(&mut body)
    {
        Ok(_) => Ok(body),
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            Err(Refusal::Malformed(format!("the chunks of the body are malformed: {error}")).into())
        }
        Err(_) => Err(Trouble::Gone),
    }
}

fn header<'a>(request: &'a Request, wanted: &'static str) -> Option<&'a str> {
    request
        .headers()
        .iter()
        .find(|header| header.field.equiv(wanted))
        .map(|header| header.value.as_str())
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

/// Hears what the threads of `tiny_http` die of, for it tells nobody.
fn watch_panics(crew: &Arc<Crew>) {
    let crew: Weak<Crew> = Arc::downgrade(crew);
    crate::panics::watch(Box::new(move |message| {
        let Some(crew) = crew.upgrade() else {
            return false;
        };
        // A connection that was reset before its thread looked at it. The thread was to take the next that waits.
        let was_reset = message.contains("NotConnected");
        // No thread for a new connection: if it was the accepting thread that asked for one, it is gone.
        let no_thread = message.contains("failed to spawn thread");
        if was_reset {
            crew.bell().ring(Ring::Visit);
        } else if no_thread {
            crew.bell().ring(Ring::Doubt);
        }
        was_reset
    }));
}

/// How a request's sender is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acquaintance {
    /// This is its first request, and it is not the only sender there ever was.
    New,
    /// It has sent requests before, or is the first of all.
    Known,
    /// It has sent what cannot be trusted to end where it seems to.
    Refused,
}

/// The addresses that requests came from lately.
#[derive(Debug, Default)]
struct Peers {
    known: Recent,
    refused: Recent,
}

impl Peers {
    fn meet(&mut self, peer: Option<SocketAddr>) -> Acquaintance {
        let Some(peer) = peer else {
            return Acquaintance::Known;
        };
        if self.refused.contains(peer) {
            return Acquaintance::Refused;
        }
        let alone = self.known.addresses.is_empty();
        match self.known.insert(peer) && !alone {
            true => Acquaintance::New,
            false => Acquaintance::Known,
        }
    }

    fn refuse(&mut self, peer: Option<SocketAddr>) {
        if let Some(peer) = peer {
            self.refused.insert(peer);
        }
    }
}

/// A ring of addresses: more than there are connections of one instance at once, and few enough to look through.
#[derive(Debug, Default)]
struct Recent {
    addresses: Vec<SocketAddr>,
    oldest: usize,
}

impl Recent {
    const CAPACITY: usize = 256;

    fn contains(&self, address: SocketAddr) -> bool {
        self.addresses.contains(&address)
    }

    /// Adds an address, and tells whether it was not there.
    fn insert(&mut self, address: SocketAddr) -> bool {
        if self.contains(address) {
            return false;
        }
        if self.addresses.len() < Self::CAPACITY {
            self.addresses.push(address);
        } else {
            self.addresses[self.oldest] = address;
            self.oldest = (self.oldest + 1) % Self::CAPACITY;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Acquaintance, Peers};
    use std::net::SocketAddr;

    fn peer(port: u16) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[test]
    fn each_new_sender_is_met_once_and_the_first_needs_no_visit() {
        let mut peers = Peers::default();
        let met = [1, 1, 2, 2, 1].map(|port| peers.meet(peer(port)) == Acquaintance::New);
        assert_eq!(met, [false, false, true, false, false]);
    }

    #[test]
    fn a_sender_that_was_refused_stays_refused() {
        let mut peers = Peers::default();
        peers.meet(peer(1));
        peers.refuse(peer(1));
        assert_eq!(peers.meet(peer(1)), Acquaintance::Refused);
        assert_eq!(peers.meet(peer(2)), Acquaintance::New);
    }

    #[test]
    fn the_ring_forgets_the_oldest() {
        let mut peers = Peers::default();
        for port in 1..=300 {
            peers.meet(peer(port));
        }
        assert_eq!(peers.meet(peer(300)), Acquaintance::Known);
        assert_eq!(peers.meet(peer(1)), Acquaintance::New);
        assert_eq!(peers.known.addresses.len(), 256);
    }
}

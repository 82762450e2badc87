//! Connections to the own port: they free what waits in `tiny_http`, and show whether anybody still accepts.
//!
//! Owns what the main thread has to do about the threads of `tiny_http`, which report to nobody: the visits and the doubt.
//! It must not know what a request asks for.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use super::super::bell::Ring;
use super::super::crew::Crew;

/// How long the main thread waits for its own port. Nobody accepts any more where that is too short, because the system
/// itself takes as many connections as the backlog has room for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the port is asked before its silence is believed.
const TRIES: usize = 3;

/// How many visits are paid at a look. While they are paid, every client of a busy server that comes with a new connection
/// asks for another: paid to the last, they kept the main thread from a stop for as long as the load lasted.
const VISITS_AT_ONCE: usize = 16;

/// What is to be done about one port.
pub(super) struct OwnPort {
    address: SocketAddr,
    patience: Duration,
    crew: Arc<Crew>,
    /// How many visits were asked for since the last look.
    visits: AtomicUsize,
    /// Whether it may be that nobody accepts.
    is_in_doubt: AtomicBool,
}

impl OwnPort {
    pub(super) fn new(bound: SocketAddr, crew: Arc<Crew>) -> Self {
        Self {
            address: from_inside(bound),
            patience: PATIENCE,
            crew,
            visits: AtomicUsize::new(0),
            is_in_doubt: AtomicBool::new(false),
        }
    }

    pub(super) fn number(&self) -> u16 {
        self.address.port()
    }

    /// Asks the main thread for a visit: a connection may be waiting that only another one frees.
    pub(super) fn ask_for_visit(&self) {
        self.visits.fetch_add(1, SeqCst);
        self.crew.ask_for_look();
    }

    /// Asks the main thread to find out whether connections are still accepted.
    pub(super) fn doubt(&self) {
        self.is_in_doubt.store(true, SeqCst);
        self.crew.ask_for_look();
    }

    /// Pays some visits, asks for another look if there are more, and settles the doubt. After a stop it does not matter who
    /// accepts.
    pub(super) fn look(&self) {
        let asked = self.visits.swap(0, SeqCst);
        // The main thread must hear the end soon, so the first that fails is the last.
        let paid = (0..asked.min(VISITS_AT_ONCE)).all(|_| self.visit());
        if paid && asked > VISITS_AT_ONCE {
            self.visits.fetch_add(asked - VISITS_AT_ONCE, SeqCst);
            self.crew.ask_for_look();
        }
        let is_in_doubt = self.is_in_doubt.swap(false, SeqCst) || !paid;
        if is_in_doubt && !self.crew.is_stopping() && !self.probe() {
            self.crew.bell().ring(Ring::AcceptFailed);
        }
    }

    /// `tiny_http` gives a new connection to a thread that it believes idle although it has just been given another.
    /// Such a connection waits until any thread ends one, which kept-alive connections never do. A connection to the
    /// own port that says nothing and closes makes a thread, or wakes one, that then takes what waits.
    ///
    /// Returns whether it could connect.
    fn visit(&self) -> bool {
        TcpStream::connect_timeout(&self.address, self.patience).is_ok()
    }

    /// Asks the own port whether connections are still accepted.
    fn probe(&self) -> bool {
        // A connection that hears nothing may only be waiting for a thread, or the instance was frozen meanwhile.
        let is_silence = |error: &io::Error| error.kind() == ErrorKind::WouldBlock;
        for _ in 0..TRIES {
            match self.ask() {
                Err(error) if is_silence(&error) => {
                    self.visit();
                }
                asked => return asked.is_ok(),
            }
        }
        false
    }

    /// A request that is none, which `tiny_http` alone answers.
    fn ask(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect_timeout(&self.address, self.patience)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.write_all(b"?\r\n")?;
        stream.read_exact(&mut [0])
    }
}

#[cfg(test)]
impl OwnPort {
    /// How many visits and whether a doubt the next look finds.
    pub(super) fn awaits(&self) -> (usize, bool) {
        (self.visits.load(SeqCst), self.is_in_doubt.load(SeqCst))
    }
}

/// Where a port is reached from inside.
fn from_inside(bound: SocketAddr) -> SocketAddr {
    let ip = if bound.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        bound.ip()
    };
    SocketAddr::new(ip, bound.port())
}

#[cfg(test)]
mod tests {
    use super::super::super::bell::{Bell, Ear, Ring, bell};
    use super::super::super::crew::Crew;
    use super::{OwnPort, VISITS_AT_ONCE};
    use crate::call::Reply;
    use crate::limits::Limits;
    use crate::server::Door;
    use crate::server::tiny::HttpServer;
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    /// A port whose backlog is full and where nobody accepts.
    fn full_port() -> (TcpListener, Vec<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        rustix::net::listen(&listener, 0).expect("a bound socket");
        let address = listener.local_addr().expect("it is bound");
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let waiting = std::iter::from_fn(connect).collect();
        (listener, waiting)
    }

    fn crew(bell: Bell) -> Arc<Crew> {
        Arc::new(Crew::new(1, bell))
    }

    /// What was rung by now, in order.
    fn rings(ear: &Ear) -> Vec<Ring> {
        let soon = || ear.hear(Some(Instant::now() + Duration::from_millis(1)));
        std::iter::from_fn(soon).collect()
    }

    /// A server whose requests nobody takes, and its port from inside.
    fn served() -> (HttpServer, OwnPort, Ear) {
        let (bell, ear) = bell().expect("a pair of sockets");
        let crew = crew(bell);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let handler = Box::new(|_| Reply::bytes(200, "text/plain", Vec::new()));
        let server = HttpServer::open(listener, Limits::default(), Arc::clone(&crew), handler);
        (
            server.expect("a bound socket"),
            OwnPort::new(address, crew),
            ear,
        )
    }

    #[test]
    fn a_port_that_is_accepted_from_ends_nothing() {
        let (_front, port, ear) = served();
        port.ask_for_visit();
        port.doubt();
        port.look();
        assert_eq!(rings(&ear), [Ring::Look], "one for both");
        assert!(port.visit() && port.probe());
    }

    #[test]
    fn many_visits_are_paid_at_several_looks() {
        let (_front, port, ear) = served();
        for _ in 0..=VISITS_AT_ONCE {
            port.ask_for_visit();
        }
        port.crew.hears_look();
        port.look();
        assert_eq!(port.awaits(), (1, false));
        assert_eq!(rings(&ear), [Ring::Look, Ring::Look], "and it asks again");
        port.look();
        assert_eq!(port.awaits(), (0, false));
    }

    #[test]
    fn a_server_that_is_dismissed_accepts_nobody() {
        let (server, port, _ear) = served();
        assert!(port.probe());
        server.dismiss();
        assert!(!port.probe());
    }

    #[test]
    fn a_port_where_nobody_accepts_is_the_end_and_does_not_keep_the_main_thread() {
        let (full, _waiting) = full_port();
        let (bell, ear) = bell().expect("a pair of sockets");
        let address = full.local_addr().expect("it is bound");
        let mut port = OwnPort::new(address, crew(bell));
        port.patience = Duration::from_millis(50);
        port.ask_for_visit();
        port.look();
        assert_eq!(rings(&ear), [Ring::Look, Ring::AcceptFailed]);
        assert!(!port.visit() && !port.probe());
    }

    #[test]
    fn after_a_stop_no_doubt_is_settled() {
        // Nobody listens there any more.
        let gone = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address: SocketAddr = gone.local_addr().expect("it is bound");
        drop(gone);
        let (bell, ear) = bell().expect("a pair of sockets");
        let port = OwnPort::new(address, crew(bell));
        port.crew.stop();
        port.doubt();
        port.look();
        assert_eq!(rings(&ear), [Ring::Look]);
    }
}

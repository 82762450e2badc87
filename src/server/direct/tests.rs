//! The server over real sockets: how it is served and asked here, and the tests by what they are about.

mod clocks;
mod connections;
mod requests;
mod waiting;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::HttpServer;
use crate::call::{Call, Reply};
use crate::limits::Limits;
use crate::server::bell::{self, Ear, Ring};
use crate::server::crew::Crew;
use crate::server::{Door, Watch, hire};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

const LONG: Limits = Limits {
    body_bytes: 1000,
    workers: 100,
    connections: Some(8),
    head_bytes: 1000,
    headers: 10,
    head_time: PATIENCE,
    body_time: PATIENCE,
    write_time: PATIENCE,
    stop_grace: PATIENCE,
    memory_bytes: usize::MAX,
    linger_time: PATIENCE,
    slowest: u32::MAX,
};

const SHORT: Duration = Duration::from_millis(20);

/// A server that serves, and what a test may want to know of it.
struct Served {
    address: SocketAddr,
    crew: Arc<Crew>,
    server: Arc<HttpServer>,
    watching: Option<JoinHandle<()>>,
}

/// Serves within these limits.
fn serve(limits: Limits, handler: impl Fn(Call) -> Reply + Send + Sync + 'static) -> Served {
    serve_by(HttpServer::crew_limit(limits), limits, handler)
}

/// The same with at most so many workers, which may be too few.
fn serve_by(
    workers: usize,
    limits: Limits,
    handler: impl Fn(Call) -> Reply + Send + Sync + 'static,
) -> Served {
    let (mut served, ear) = open(workers, limits, handler);
    hire(&served.crew, &served.server).expect("a thread");
    let (crew, server) = (Arc::clone(&served.crew), Arc::clone(&served.server));
    served.watching = Some(std::thread::spawn(move || {
        let mut watch = Watch::new(&crew, &server, &ear);
        watch.serve().expect("the listener stays");
    }));
    served
}

/// A server that nobody serves yet, and what its main thread is to hear.
fn open(
    workers: usize,
    limits: Limits,
    handler: impl Fn(Call) -> Reply + Send + Sync + 'static,
) -> (Served, Ear) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    let (bell, ear) = bell::bell().expect("a pair of sockets");
    let crew = Arc::new(Crew::new(workers, bell));
    let server = HttpServer::open(listener, limits, Arc::clone(&crew), Box::new(handler));
    let served = Served {
        address,
        crew,
        server: Arc::new(server.expect("sound options")),
        watching: None,
    };
    (served, ear)
}

impl Served {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("above zero");
        stream
            .set_write_timeout(Some(PATIENCE))
            .expect("above zero");
        stream
    }

    /// All that one connection gets for these bytes, after which nothing more is sent.
    fn ask(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).expect("it reads");
        stream.shutdown(Shutdown::Write).expect("a live socket");
        rest(&mut stream)
    }

    /// Sends a byte after the other until the response is there.
    fn trickle(&self, start: &[u8], byte: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(start).expect("it reads");
        stream
            .set_read_timeout(Some(SHORT / 4))
            .expect("above zero");
        let mut first = [0];
        while let Err(error) = stream.read_exact(&mut first) {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            stream.write_all(byte).expect("it reads");
        }
        stream.set_read_timeout(Some(PATIENCE)).expect("above zero");
        stream.shutdown(Shutdown::Write).expect("a live socket");
        format!("H{}", rest(&mut stream))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.crew.bell().ring(Ring::Stop);
        self.crew.stop();
        self.crew.dismiss();
        self.server.dismiss();
        let watching = self.watching.take().map(JoinHandle::join);
        assert!(!matches!(watching, Some(Err(_))) || std::thread::panicking());
    }
}

fn rest(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    stream
        .read_to_end(&mut response)
        .expect("the connection is closed, not reset");
    String::from_utf8_lossy(&response).into_owned()
}

/// Answers with method, target and body.
#[allow(clippy::needless_pass_by_value, reason = "a server gives it away")]
fn describe(call: Call) -> Reply {
    let body = String::from_utf8_lossy(&call.body);
    let text = format!("{} {} [{body}]", call.method, call.target);
    Reply::bytes(200, "text/plain", text.into_bytes())
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn wait_for<T>(mut get: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(got) = get() {
            return got;
        }
        assert!(Instant::now() < until, "it never comes");
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl HttpServer {
    /// How many connections wait for the rest of a request although something of it has come.
    fn slots_with_news(&self) -> usize {
        let mut news = 0;
        let has_news = |conn: &mut super::conn::Conn| {
            news += usize::from(conn.has_news());
            false
        };
        self.slots.attend_where(has_news, |_, _| {});
        news
    }
}

fn statuses(responses: &str) -> Vec<&str> {
    responses
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|response| &response[..3])
        .collect()
}

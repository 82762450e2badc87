//! The front over real sockets, with clocks so short that a test need not wait for them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Front, LINGER_BYTES};
use crate::call::{Call, Reply};
use crate::error::Error;
use crate::http::Body;
use crate::limits::Limits;
use crate::server::crew::{self, Crew, Ring};
use crate::server::{hire, watch};

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
    linger_time: PATIENCE,
    slowest: u32::MAX,
};
const SHORT: Duration = Duration::from_millis(20);

/// A front that serves, and what a test may want to know of it.
struct Served {
    address: SocketAddr,
    crew: Arc<Crew>,
    front: Arc<Front>,
    watching: Option<JoinHandle<()>>,
}

/// Serves within these limits.
fn serve(limits: Limits, handler: impl Fn(Call) -> Reply + Send + Sync + 'static) -> Served {
    serve_by(Front::crew_limit(limits), limits, handler)
}

/// The same with at most so many workers, which may be too few.
fn serve_by(
    workers: usize,
    limits: Limits,
    handler: impl Fn(Call) -> Reply + Send + Sync + 'static,
) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    let (bell, ear) = crew::bell().expect("a pair of sockets");
    let crew = Arc::new(Crew::new(workers, bell));
    let front = Front::open(listener, limits, Arc::clone(&crew), Box::new(handler));
    let front = Arc::new(front.expect("sound options"));
    hire(&crew, &front).expect("a thread");
    let (watched_crew, watched_front) = (Arc::clone(&crew), Arc::clone(&front));
    let watching = std::thread::spawn(move || {
        watch(&watched_crew, &watched_front, &ear).expect("the listener lives on");
    });
    Served {
        address,
        crew,
        front,
        watching: Some(watching),
    }
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

    /// All that one connection gets for these bytes, behind which nothing more is sent.
    fn ask(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).expect("it reads");
        stream.shutdown(Shutdown::Write).expect("a live socket");
        rest(&mut stream)
    }

    /// Sends a byte after the other until the answer is there.
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
        self.front.close();
        let watching = self.watching.take().expect("it is taken once");
        assert!(watching.join().is_ok() || std::thread::panicking());
    }
}

fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .expect("the connection is closed, not reset");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Answers with method, target and body.
#[allow(clippy::needless_pass_by_value, reason = "a server gives it away")]
fn tell(call: Call) -> Reply {
    let body = String::from_utf8_lossy(&call.body);
    let told = format!("{} {} [{body}]", call.method, call.target);
    Reply::bytes(200, "text/plain", told.into_bytes())
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn statuses(answers: &str) -> Vec<&str> {
    answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect()
}

#[test]
fn requests_of_one_connection_are_answered_in_order_and_none_behind_a_refusal() {
    let served = serve(LONG, tell);
    let answers = served.ask(
        b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\
          \r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\
          POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\nc\r\n0\r\nT: v\r\n\r\n\
          GET /4 HTTP/1.2\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\
          GET /5 HTTP/1.1\r\n\r\n\
          GET /6 HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    assert_eq!(statuses(&answers), ["200", "200", "200", "200", "400"]);
    for told in ["GET /1 []", "POST /2 [ab]", "POST /3 [c]", "GET /4 []"] {
        assert!(answers.contains(told), "{told}: {answers}");
    }
    assert!(answers.contains("connection: close"), "{answers}");
}

#[test]
fn the_same_bytes_one_by_one_get_the_same_answers() {
    let served = serve(LONG, tell);
    let mut stream = served.connect();
    stream.set_nodelay(true).expect("a live socket");
    let bytes = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\
        POST /2 HTTP/1.0\r\nContent-Length: 1\r\n\r\nc";
    for byte in bytes {
        stream.write_all(&[*byte]).expect("it reads");
    }
    let answers = rest(&mut stream);
    assert_eq!(statuses(&answers), ["200", "200"]);
    assert!(answers.ends_with("POST /2 [c]"), "{answers}");
}

#[test]
fn a_head_that_trickles_is_a_408_and_an_idle_connection_has_no_clock() {
    let served = serve(
        Limits {
            head_time: SHORT,
            ..LONG
        },
        tell,
    );
    let mut idle = served.connect();
    idle.write_all(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    idle.read_exact(&mut [0]).expect("an answer");
    // The empty line begins no head, so it starts no clock.
    idle.write_all(b"\r\n").expect("it reads");
    let silent = served.connect();
    let slow = served.trickle(b"GET / HTTP/1.1\r\nHost: x\r\nSlow: ", b"x");
    assert_eq!(statuses(&slow), ["408"]);
    for mut stream in [idle, silent] {
        stream
            .write_all(b"GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .expect("it reads");
        assert!(rest(&mut stream).ends_with("GET /2 []"));
    }
}

#[test]
fn a_body_that_trickles_is_a_408_in_either_framing() {
    let served = serve(
        Limits {
            body_time: SHORT,
            ..LONG
        },
        tell,
    );
    let sized = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
    assert_eq!(statuses(&served.trickle(sized, b"x")), ["408"]);
    let chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;";
    assert_eq!(statuses(&served.trickle(chunked, b"x")), ["408"]);
}

#[test]
fn a_client_that_does_not_read_is_let_go() {
    let large = |_| Reply::bytes(200, "text/plain", vec![b'x'; 64 * 1024 * 1024]);
    let served = serve(
        Limits {
            write_time: SHORT,
            ..LONG
        },
        large,
    );
    let mut deaf = served.connect();
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    deaf.read_exact(&mut [0]).expect("the answer begins");
    wait_until("its request is given up", || served.crew.in_flight() == 0);
    let mut answer = Vec::new();
    // Whether the end is a close or a reset: what matters is that it comes, and before the whole answer did.
    let _ = deaf.read_to_end(&mut answer);
    assert!(answer.len() < 64 * 1024 * 1024);
}

#[test]
fn a_client_that_came_before_the_listener_was_told_has_all_that_later_ones_have() {
    let served = serve(LONG, tell);
    let early = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = early.local_addr().expect("a bound socket");
    let mut client = TcpStream::connect(address).expect("it listens");
    client
        .write_all(b"GET / HTTP/1.0\r\n\r\n")
        .expect("it reads");
    client.shutdown(Shutdown::Write).expect("a live socket");
    let (stream, _) = early.accept().expect("a client has come");
    served.front.converse(&stream, served.crew.read());
    assert!(stream.nodelay().expect("a live socket"));
    let patience = stream.write_timeout().expect("a live socket");
    assert_eq!(patience, Some(PATIENCE));
}

#[test]
fn a_stream_may_pause_for_longer_than_any_clock() {
    let streamed = |_: Call| {
        let body = |out: &mut dyn Write| {
            for _ in 0..3 {
                out.write_all(b"x")?;
                out.flush()?;
                std::thread::sleep(SHORT * 2);
            }
            Ok::<(), Error>(())
        };
        Reply {
            body: Body::Stream(Box::new(body)),
            ..Reply::bytes(200, "text/plain", Vec::new())
        }
    };
    let limits = Limits {
        head_time: SHORT,
        body_time: SHORT,
        write_time: SHORT,
        ..LONG
    };
    let served = serve(limits, streamed);
    let answer = served.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(
        answer.ends_with("1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n0\r\n\r\n"),
        "{answer}"
    );
}

#[test]
fn whoever_still_sends_when_it_is_refused_hears_why() {
    let served = serve(LONG, tell);
    let mut stream = served.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n")
        .expect("it reads");
    // Without a lingering close these bytes would meet a closed socket, and its reset would take the answer away.
    for _ in 0..5 {
        stream.write_all(&[b'x'; 1_000_000]).expect("it reads");
    }
    stream.shutdown(Shutdown::Write).expect("a live socket");
    let answer = rest(&mut stream);
    assert_eq!(statuses(&answer), ["413"]);
    assert!(answer.contains("larger than 1000 bytes"), "{answer}");
}

#[test]
fn a_lingering_close_ends_by_its_clock_and_by_its_bytes() {
    let refused = b"nonsense\r\n\r\n";
    let by_time = serve(
        Limits {
            connections: Some(1),
            linger_time: SHORT,
            ..LONG
        },
        tell,
    );
    let mut first = by_time.connect();
    first.write_all(refused).expect("it reads");
    // One connection may be open: that this one is served shows that the first no longer is.
    wait_until("the first is let go", || {
        let mut second = by_time.connect();
        let asked = second.write_all(b"GET / HTTP/1.0\r\n\r\n");
        asked.is_ok() && second.read_exact(&mut [0]).is_ok()
    });
    let by_bytes = serve(LONG, tell);
    let mut endless = by_bytes.connect();
    endless.write_all(refused).expect("it reads");
    let mut sent = 0;
    while endless.write_all(&[b'x'; 1_000_000]).is_ok() {
        sent += 1_000_000;
        assert!(sent < 4 * LINGER_BYTES, "it never ends");
    }
    assert!(sent >= LINGER_BYTES / 2, "{sent}");
}

#[test]
fn the_word_to_continue_is_said_only_to_who_waits_for_it() {
    let served = serve(LONG, tell);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n";
    let mut waiting = served.connect();
    write!(waiting, "{head}Content-Length: 2\r\n\r\n").expect("it reads");
    let mut word = [0; 25];
    waiting.read_exact(&mut word).expect("the word");
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    waiting.write_all(b"ab").expect("it reads");
    assert_eq!(statuses(&rest(&mut waiting)), ["200"]);
    let hasty = served.ask(format!("{head}Content-Length: 2\r\n\r\nab").as_bytes());
    assert_eq!(statuses(&hasty), ["200"], "its body was there");
    let empty = served.ask(format!("{head}Content-Length: 0\r\n\r\n").as_bytes());
    assert_eq!(statuses(&empty), ["200"], "it has no body");
    let large = served.ask(format!("{head}Content-Length: 5000\r\n\r\n").as_bytes());
    assert_eq!(statuses(&large), ["413"], "its body is not wanted");
    let other = served.ask(b"GET / HTTP/1.1\r\nHost: x\r\nExpect: luck\r\n\r\n");
    assert_eq!(statuses(&other), ["417"]);
}

#[test]
fn a_panic_behind_the_door_costs_its_own_request_alone() {
    let served = serve(LONG, |call| match call.target.as_str() {
        "/panic" => std::panic::resume_unwind(Box::new("on purpose")),
        _ => tell(call),
    });
    let answers =
        served.ask(b"GET /panic HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(statuses(&answers), ["500", "200"]);
}

#[test]
fn a_connection_over_the_cap_is_closed_at_once_and_a_place_that_is_freed_is_used() {
    let served = serve(
        Limits {
            connections: Some(3),
            ..LONG
        },
        tell,
    );
    let mut open: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = served.connect();
            stream
                .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .expect("it reads");
            stream.read_exact(&mut [0]).expect("an answer");
            stream
        })
        .collect();
    wait_until("a worker accepts", || served.crew.size() == 4);
    let mut one_more = served.connect();
    assert!(matches!(one_more.read(&mut [0]), Ok(0)), "it is closed");
    open.pop();
    wait_until("the place is free", || {
        let mut stream = served.connect();
        let asked = stream.write_all(b"GET / HTTP/1.0\r\n\r\n");
        // A reset means that it was closed before the request came.
        asked.is_ok() && stream.read_exact(&mut [0]).is_ok()
    });
}

#[test]
fn what_had_connected_when_the_listener_closes_is_still_served() {
    let served = serve_by(1, LONG, tell);
    let get = |stream: &mut TcpStream, target: &str| {
        write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").expect("it reads");
    };
    let mut first = served.connect();
    get(&mut first, "/1");
    first.read_exact(&mut [0]).expect("an answer");
    // The only worker serves the first, so these wait to be accepted.
    let mut late = [served.connect(), served.connect(), served.connect()];
    late.iter_mut().for_each(|stream| get(stream, "/late"));
    served.crew.stop();
    served.front.close();
    assert_eq!(served.front.late(), late.len());
    hire(&served.crew, &served.front).expect("a thread");
    get(&mut first, "/2");
    let answers = rest(&mut first);
    assert!(answers.contains("connection: close"), "{answers}");
    assert!(answers.ends_with("GET /2 []"), "{answers}");
    drop(first);
    // The last to come is the first to be served; each is let go before the next is.
    for mut stream in late.into_iter().rev() {
        let answer = rest(&mut stream);
        assert!(answer.ends_with("GET /late []"), "{answer}");
    }
    assert_eq!(served.front.late(), 0);
    TcpStream::connect(served.address).expect_err("nobody listens any more");
}

#[test]
fn a_connection_counts_as_coming_until_its_first_request_is_there() {
    let served = serve(LONG, tell);
    let mut stream = served.connect();
    wait_until("it is accepted", || served.crew.reading() == 1);
    stream
        .write_all(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    stream.read_exact(&mut [0]).expect("an answer");
    wait_until("it is idle", || served.crew.reading() == 0);
    drop(served.connect());
    wait_until("a probe has gone", || served.crew.reading() == 0);
}

//! The limits that a program sets on the direct server: each holds where it was set, and says so.

mod extremes;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown as Half, SocketAddr, TcpStream};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use fc_runtime::http::{Request, Response};
use fc_runtime::{Error, Runtime};

use crate::support::with;

/// How long a test waits for what must come: less than any clock has by default.
const PATIENCE: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(50);

/// A runtime that answers with the number of bytes it was sent.
fn counting() -> Runtime {
    Runtime::new()
        .http(|request: Request, _| Ok::<_, Error>(format!("{} bytes", request.body().len())))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("above zero");
    stream
}

/// All that comes back for these bytes, after which nothing more is sent.
fn ask(address: SocketAddr, bytes: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(bytes.as_bytes()).expect("it reads");
    stream.shutdown(Half::Write).expect("a live socket");
    rest(&mut stream)
}

/// All that comes back until the connection is closed.
fn rest(stream: &mut TcpStream) -> String {
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("it closes");
    response
}

fn is_served(response: &str) -> bool {
    response.starts_with("HTTP/1.1 200 ")
}

fn is_refused(response: &str, status: u16, why: &str) -> bool {
    response.starts_with(&format!("HTTP/1.1 {status} ")) && response.contains(why)
}

/// A request of exactly this many bytes.
fn of_bytes(bytes: usize) -> String {
    let around = "GET / HTTP/1.1\r\nHost: x\r\na: \r\n\r\n".len();
    let filler = "x".repeat(bytes - around);
    format!("GET / HTTP/1.1\r\nHost: x\r\na: {filler}\r\n\r\n")
}

/// A request of exactly this many headers.
fn of_headers(headers: usize) -> String {
    let others = "a: b\r\n".repeat(headers - 1);
    format!("GET / HTTP/1.1\r\nHost: x\r\n{others}\r\n")
}

#[test]
fn a_head_up_to_its_limit_is_served_and_a_larger_one_told_the_limit() {
    with(counting().head_limit(100), |address| {
        assert!(is_served(&ask(address, &of_bytes(100))));
        let response = ask(address, &of_bytes(101));
        let why = "larger than 100 bytes; Runtime::head_limit raises that";
        assert!(is_refused(&response, 431, why), "{response}");
        let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100));
        let response = ask(address, &long);
        let why = "the request line is longer than 100 bytes; Runtime::head_limit raises that";
        assert!(is_refused(&response, 414, why), "{response}");
    });
}

#[test]
fn headers_and_trailers_are_counted_up_to_their_limit() {
    with(counting().header_count(3), |address| {
        assert!(is_served(&ask(address, &of_headers(3))));
        let why = "more than 3 headers; Runtime::header_count raises that";
        let response = ask(address, &of_headers(4));
        assert!(is_refused(&response, 431, why), "{response}");
        let chunked =
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n";
        let trailers = |count| format!("{chunked}{}\r\n", "a: b\r\n".repeat(count));
        assert!(is_served(&ask(address, &trailers(3))));
        let response = ask(address, &trailers(4));
        assert!(is_refused(&response, 431, why), "{response}");
    });
}

#[test]
fn limits_above_the_defaults_are_used_in_full() {
    let runtime = counting().head_limit(1_000_000).header_count(1000);
    with(runtime, |address| {
        assert!(is_served(&ask(address, &of_bytes(1_000_000))));
        assert!(is_refused(
            &ask(address, &of_bytes(1_000_001)),
            431,
            "1000000"
        ));
        assert!(is_served(&ask(address, &of_headers(1000))));
    });
}

#[test]
fn a_connection_over_the_limit_is_closed_until_another_ends() {
    // Fewer connections than requests at once: what was asked for counts.
    with(counting().connections(2), |address| {
        let mut open = [connect(address), connect(address)];
        for stream in &mut open {
            stream
                .write_all(of_headers(1).as_bytes())
                .expect("it reads");
            stream.read_exact(&mut [0]).expect("a response");
        }
        assert_eq!(
            connect(address).read(&mut [0]).ok(),
            Some(0),
            "it is closed"
        );
        drop(open);
        let until = Instant::now() + PATIENCE;
        while !is_served_once(address) {
            assert!(Instant::now() < until, "no place becomes free");
        }
    });
}

/// Whether a request on a new connection is answered; it may be closed before or after the request was sent.
fn is_served_once(address: SocketAddr) -> bool {
    let mut stream = connect(address);
    stream.write_all(of_headers(1).as_bytes()).is_ok() && stream.read_exact(&mut [0]).is_ok()
}

#[test]
fn a_head_and_a_body_that_stall_are_told_which_clock_ran_out() {
    let why = "Runtime::head_timeout and Runtime::body_timeout give it longer";
    let head = "POST / HTTP/1.1\r\nHost: x\r\n";
    let stalled = |runtime, sent: String| {
        with(runtime, |address| {
            let mut stream = connect(address);
            stream.write_all(sent.as_bytes()).expect("it reads");
            let response = rest(&mut stream);
            assert!(is_refused(&response, 408, why), "{response}");
        });
    };
    stalled(counting().head_timeout(SHORT), head.to_owned());
    for body in [
        "Content-Length: 2\r\n\r\nx",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nx",
    ] {
        stalled(counting().body_timeout(SHORT), format!("{head}{body}"));
    }
}

#[test]
fn a_client_that_does_not_read_is_let_go_when_its_clock_runs_out() {
    let (give_up, given_up) = channel();
    let endless = move |_: Request, _: &_| {
        let give_up = give_up.clone();
        Ok::<_, Error>(Response::stream(move |out| {
            let error = loop {
                if let Err(error) = out.write_all(&[b'x'; 64 * 1024]) {
                    break error;
                }
            };
            give_up.send(error.kind())?;
            Err(Error::from(error))
        }))
    };
    with(
        Runtime::new().http(endless).write_timeout(SHORT),
        |address| {
            let mut deaf = connect(address);
            deaf.write_all(of_headers(1).as_bytes()).expect("it reads");
            let kind = given_up.recv_timeout(PATIENCE).expect("it is given up");
            let is_late = matches!(kind, ErrorKind::TimedOut | ErrorKind::WouldBlock);
            assert!(is_late, "{kind}");
        },
    );
}

#[test]
fn bodies_that_have_no_room_together_are_told_to_come_again() {
    with(counting().memory_limit(100_000), |address| {
        let post = |length: usize| {
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
        };
        let whole = post(60_000) + &"x".repeat(60_000);
        assert!(is_served(&ask(address, &whole)));
        let mut first = connect(address);
        let (most, rest_of_it) = whole.split_at(whole.len() - 10);
        first.write_all(most.as_bytes()).expect("it reads");
        let until = Instant::now() + PATIENCE;
        let refused = loop {
            let response = ask(address, &whole);
            if !is_served(&response) {
                break response;
            }
            assert!(Instant::now() < until, "the first is not counted");
        };
        let why = "Runtime::memory_limit sets how much";
        assert!(is_refused(&refused, 503, why), "{refused}");
        assert!(refused.contains("\r\nretry-after: 1\r\n"), "{refused}");
        assert!(is_served(&ask(address, &of_headers(1))), "it has no body");
        first.write_all(rest_of_it.as_bytes()).expect("it reads");
        first.shutdown(Half::Write).expect("a live socket");
        assert!(rest(&mut first).contains("60000 bytes"));
        assert!(is_served(&ask(address, &whole)), "there is room again");
        // One that does not say how long it is, is refused when it is too long.
        let chunk = format!("{:x}\r\n{}\r\n", 200_000, "x".repeat(200_000));
        let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        let response = ask(address, &format!("{chunked}{chunk}0\r\n\r\n"));
        assert!(is_refused(&response, 503, why), "{response}");
    });
}

#[test]
fn heads_that_have_come_in_part_have_no_more_memory_together_than_bodies() {
    let runtime = counting().memory_limit(100_000).head_limit(64 * 1024);
    with(runtime, |address| {
        let head = of_bytes(60_000);
        let (most, rest_of_it) = head.split_at(head.len() - 10);
        let begin = || {
            let mut stream = connect(address);
            stream.write_all(most.as_bytes()).expect("it reads");
            stream
        };
        // Whether there is room for a body, which is asked and not sent, so that the question takes no room.
        let has_room = || {
            let ask = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\nExpect: 100-continue\r\n\r\n";
            let mut stream = connect(address);
            stream.write_all(ask.as_bytes()).expect("it reads");
            let mut said = [0; 12];
            stream.read_exact(&mut said).expect("a status");
            said == *b"HTTP/1.1 100"
        };
        let wait_until = |wanted: bool| {
            let until = Instant::now() + PATIENCE;
            while has_room() != wanted {
                assert!(Instant::now() < until, "room: {}", !wanted);
            }
        };
        let mut first = begin();
        wait_until(false);
        let refused = rest(&mut begin());
        let why = "Runtime::memory_limit sets how much";
        assert!(is_refused(&refused, 503, why), "{refused}");
        assert!(is_served(&ask(address, &of_headers(1))), "a small head");
        first.write_all(rest_of_it.as_bytes()).expect("it reads");
        first.shutdown(Half::Write).expect("a live socket");
        assert!(is_served(&rest(&mut first)));
        wait_until(true);
    });
}

//! How long a client may take, with clocks so short that a test need not wait for them.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Instant;

use super::{LONG, SHORT, describe, open, rest, serve, statuses, wait_for, wait_until};
use crate::call::{Body, Call, Reply};
use crate::error::Error;
use crate::limits::Limits;
use crate::server::direct::inbox::Buffer;
use crate::server::direct::talk::LINGER_BYTES;
use crate::server::{Door, hire};

#[test]
fn a_head_that_trickles_is_a_408_and_an_idle_connection_has_no_clock() {
    let served = serve(
        Limits {
            head_time: SHORT,
            ..LONG
        },
        describe,
    );
    let mut idle = served.connect();
    idle.write_all(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    idle.read_exact(&mut [0]).expect("a response");
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
        describe,
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
            // What fills the buffers of the system earns time that nobody waits for.
            slowest: 1,
            ..LONG
        },
        large,
    );
    let mut deaf = served.connect();
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    deaf.read_exact(&mut [0]).expect("the response begins");
    wait_until("its request is given up", || served.crew.in_flight() == 0);
    let mut response = Vec::new();
    // Whether the end is a close or a reset: what matters is that it comes, and before the whole response did.
    let _ = deaf.read_to_end(&mut response);
    assert!(response.len() < 64 * 1024 * 1024);
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
    let response = served.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(
        response.ends_with("1\r\nx\r\n1\r\nx\r\n1\r\nx\r\n0\r\n\r\n"),
        "{response}"
    );
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
        describe,
    );
    let mut first = by_time.connect();
    first.write_all(refused).expect("it reads");
    // One connection may be open: that this one is served shows that the first no longer is.
    wait_until("the first is let go", || {
        let mut second = by_time.connect();
        let asked = second.write_all(b"GET / HTTP/1.0\r\n\r\n");
        asked.is_ok() && second.read_exact(&mut [0]).is_ok()
    });
    let by_bytes = serve(LONG, describe);
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
fn what_had_come_before_an_instance_was_frozen_is_not_late() {
    let limits = Limits {
        head_time: SHORT,
        ..LONG
    };
    // Nobody looks at the clocks, as if all threads stood still.
    let (served, _ear) = open(1, limits, describe);
    let server = &served.server;
    let begin = || {
        let mut client = served.connect();
        client
            .write_all(b"GET /1 HTTP/1.1\r\nHo")
            .expect("it reads");
        let stream = wait_for(|| server.listener.accept().ok()).0;
        stream.peek(&mut [0]).expect("it has come");
        let (visit, conn) = server.admit(stream).expect("a place");
        server.attend(visit, conn, &mut Buffer::default(), false);
        client
    };
    let (mut late, mut frozen) = (begin(), begin());
    assert_eq!(served.crew.reading(), 2);
    let late_at = server.clocks.next().expect("a clock runs");
    frozen.write_all(b"st: x\r\n\r\n").expect("it reads");
    wait_until("it has come", || server.slots_with_news() == 1);
    wait_until("the clocks run out", || Instant::now() > late_at + SHORT);
    server.look(Instant::now());
    hire(&served.crew, server).expect("a thread");
    assert_eq!(statuses(&rest(&mut late)), ["408"]);
    frozen.shutdown(Shutdown::Write).expect("a live socket");
    assert!(rest(&mut frozen).ends_with("GET /1 []"));
}

//! Connections that wait: what they cost, and that none of them keeps a worker from others.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::{LONG, PATIENCE, describe, open, rest, serve, serve_by, wait_for, wait_until};
use crate::call::{Body, Call, Reply};
use crate::limits::Limits;
use crate::server::bell::Ring;
use crate::server::direct::conn::Conn;
use crate::server::direct::inbox::Buffer;
use crate::server::{Door, hire};

/// A response that no socket's buffers hold.
const LARGE: usize = 16 * 1024 * 1024;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn an_idle_connection_keeps_a_place_of_a_hundred_bytes_and_no_buffer() {
    assert!(size_of::<Conn>() <= 100, "{} bytes", size_of::<Conn>());
    let (served, _ear) = open(1, LONG, describe);
    let mut client = served.connect();
    client.write_all(GET).expect("it reads");
    let stream = wait_for(|| served.server.listener.accept().ok()).0;
    let (visit, conn) = served.server.admit(stream).expect("a place");
    let mut desk = Buffer::default();
    served.server.attend(visit, conn, &mut desk, false);
    assert!(!desk.is_unused(), "the worker keeps the buffer");
    let mut kept = 0;
    let keeps = |conn: &mut Conn| {
        kept += usize::from(conn.keeps_more());
        false
    };
    served.server.slots.attend_where(keeps, |_, _| {});
    assert_eq!(kept, 0);
}

#[test]
fn requests_that_stall_anywhere_leave_the_only_worker_free() {
    let served = serve_by(1, LONG, |call| match call.target.as_str() {
        "/large" => Reply::bytes(200, "text/plain", vec![b'x'; LARGE]),
        _ => describe(call),
    });
    let mut stalled = Vec::new();
    for (bytes, counted) in [
        (&b"POST / HTT"[..], true),
        (b"POST / HTTP/1.1\r\nHost: x\r\n", true),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
            true,
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
            true,
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9",
            true,
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
            true,
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b",
            true,
        ),
        (b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", false),
    ] {
        let mut stream = served.connect();
        stream.write_all(bytes).expect("it reads");
        stalled.push((stream, counted));
        // One place is left for who is not stalled.
        if stalled.len() == 7 {
            wait_until("all stall", || {
                served.crew.reading() + served.crew.in_flight() == 7
            });
            for _ in 0..3 {
                assert!(served.ask(GET).ends_with("GET / []"));
            }
            stalled.drain(..6);
        }
    }
    wait_until("the response stalls", || served.crew.in_flight() == 1);
    assert!(served.ask(GET).ends_with("GET / []"));
    let (mut large, _) = stalled.pop().expect("the last");
    large.shutdown(Shutdown::Write).expect("a live socket");
    assert!(
        rest(&mut large).len() > LARGE,
        "it is whole when it is read"
    );
    assert_eq!(served.crew.size(), 1);
}

#[test]
fn a_handler_that_streams_to_a_client_that_does_not_read_lets_others_have_its_turn() {
    let served = serve_by(1, Limits { workers: 1, ..LONG }, |call: Call| {
        if call.target != "/large" {
            return describe(call);
        }
        let body = |out: &mut dyn Write| Ok(out.write_all(&vec![b'x'; LARGE])?);
        Reply {
            body: Body::Stream(Box::new(body)),
            ..Reply::bytes(200, "text/plain", Vec::new())
        }
    });
    let mut deaf = served.connect();
    deaf.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    deaf.read_exact(&mut [0]).expect("the stream begins");
    for _ in 0..3 {
        assert!(served.ask(GET).ends_with("GET / []"));
    }
    assert_eq!(served.crew.in_flight(), 1, "the stream");
    deaf.shutdown(Shutdown::Write).expect("a live socket");
    assert!(rest(&mut deaf).len() > LARGE);
}

#[test]
fn a_connection_that_pipelines_without_end_lets_others_have_their_turn() {
    let served = serve_by(1, LONG, describe);
    let length = served.ask(GET).len();
    let mut greedy = served.connect();
    let (end, ended) = channel::<()>();
    let asks = std::thread::spawn(move || {
        let (hundred, mut responses) = (GET.repeat(100), vec![0; 100 * length]);
        greedy.write_all(&hundred).expect("it reads");
        while ended.try_recv() == Err(TryRecvError::Empty) {
            // There are always some that wait for a response.
            greedy.write_all(&hundred).expect("it reads");
            greedy.read_exact(&mut responses).expect("it is served");
        }
    });
    for _ in 0..20 {
        assert!(served.ask(GET).ends_with("GET / []"));
    }
    drop(end);
    asks.join().expect("it is served all the time");
}

#[test]
fn a_body_without_end_lets_others_have_their_turn() {
    let served = serve_by(
        1,
        Limits {
            body_bytes: usize::MAX,
            ..LONG
        },
        describe,
    );
    let mut greedy = served.connect();
    let head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n";
    greedy.write_all(head).expect("it reads");
    let sends = std::thread::spawn(move || {
        let mut sent = 0;
        while sent < 64 && greedy.write_all(&[b'x'; 1 << 20]).is_ok() {
            sent += 1;
        }
    });
    for _ in 0..20 {
        assert!(served.ask(GET).ends_with("GET / []"));
    }
    sends.join().expect("no panic");
}

#[test]
fn workers_that_are_not_needed_any_more_leave() {
    let (served, _ear) = open(10, LONG, describe);
    for _ in 0..3 {
        hire(&served.crew, &served.server).expect("a thread");
    }
    assert!(served.crew.has_many());
    assert!(served.crew.try_leave());
    assert_eq!(served.crew.size(), 2);
    assert!(!served.crew.try_leave(), "two stay");
}

#[test]
fn a_worker_that_is_the_last_to_wait_calls_another_when_it_leaves() {
    let (served, ear) = open(10, LONG, describe);
    (0..3).for_each(|_| served.crew.hired());
    assert!(served.crew.try_leave());
    let rung = ear.hear(Some(Instant::now() + PATIENCE));
    assert_eq!(rung, Some(Ring::Hire));
}

#[test]
fn sixty_handlers_that_wait_have_a_worker_each() {
    const HANDLERS: usize = 60;
    let (begin, begun) = channel();
    let (go_on, gone_on) = channel::<()>();
    let (begin, gone_on) = (Mutex::new(begin), Mutex::new(gone_on));
    let served = serve(
        Limits {
            connections: Some(HANDLERS),
            ..LONG
        },
        move |call| {
            let sent = begin.lock().expect("nobody panics here").send(());
            sent.expect("the test waits");
            // All wait for the lock of the one that waits for the test.
            let gone_on = gone_on.lock().expect("nobody panics here");
            let _ = gone_on.recv_timeout(PATIENCE);
            describe(call)
        },
    );
    let mut clients: Vec<TcpStream> = (0..HANDLERS).map(|_| served.connect()).collect();
    clients
        .iter_mut()
        .for_each(|client| client.write_all(GET).expect("it reads"));
    for _ in 0..HANDLERS {
        begun.recv_timeout(PATIENCE).expect("each is begun");
    }
    drop(go_on);
    for mut client in clients {
        client.shutdown(Shutdown::Write).expect("a live socket");
        assert!(rest(&mut client).ends_with("GET / []"));
    }
}

#[test]
fn a_server_that_is_dismissed_leaves_no_thread_and_no_connection() {
    let mut served = serve(LONG, describe);
    let mut idle = served.connect();
    idle.write_all(GET).expect("it reads");
    idle.read_exact(&mut [0]).expect("a response");
    let (mut half, mut new) = (served.connect(), served.connect());
    half.write_all(b"GET / HT").expect("it reads");
    wait_until("both are there", || served.crew.reading() == 2);
    served.crew.bell().ring(Ring::Stop);
    let watching = served.watching.take().expect("it watches");
    watching.join().expect("it ends well");
    served.crew.dismiss();
    served.server.dismiss();
    wait_until("all workers end", || Arc::strong_count(&served.server) == 1);
    assert_eq!((served.crew.reading(), served.crew.in_flight()), (0, 0));
    for stream in [&mut idle, &mut half, &mut new] {
        let mut read = Vec::new();
        // The one in the middle of a request is reset.
        let _ = stream.read_to_end(&mut read);
        assert!(!read.starts_with(b"H"), "nothing more is said");
    }
}

#[test]
fn a_worker_that_accepts_while_the_server_is_dismissed_leaves_no_other_asleep() {
    let (served, _ear) = open(10, LONG, describe);
    served.crew.dismiss();
    served.server.dismiss();
    // What it does last.
    served.server.await_client();
    for _ in 0..4 {
        hire(&served.crew, &served.server).expect("a thread");
    }
    wait_until("all workers end", || Arc::strong_count(&served.server) == 1);
}

//! Which connections are accepted, how many there may be, and what is known of each.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::channel;

use super::{LONG, PATIENCE, describe, rest, serve, serve_by, wait_until};
use crate::limits::Limits;
use crate::server::Door;
use crate::server::direct::inbox::Buffer;

#[test]
fn a_client_that_came_before_the_listener_was_told_has_all_that_later_ones_have() {
    let served = serve(LONG, describe);
    let early = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = early.local_addr().expect("a bound socket");
    let mut client = TcpStream::connect(address).expect("it listens");
    client
        .write_all(b"GET / HTTP/1.0\r\n\r\n")
        .expect("it reads");
    client.shutdown(Shutdown::Write).expect("a live socket");
    let (stream, _) = early.accept().expect("a client has come");
    let same = stream.try_clone().expect("a descriptor");
    let (visit, conn) = served.server.admit(stream).expect("a place");
    assert!(same.nodelay().expect("a live socket"));
    let (server, desk) = (&served.server, &mut Buffer::default());
    server.attend(visit, conn, desk, false);
    drop(same);
    assert!(rest(&mut client).ends_with("GET / []"));
}

#[test]
fn a_connection_over_the_cap_is_closed_at_once_and_a_place_that_is_freed_is_used() {
    let served = serve(
        Limits {
            connections: Some(3),
            ..LONG
        },
        describe,
    );
    let mut open: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = served.connect();
            stream
                .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .expect("it reads");
            stream.read_exact(&mut [0]).expect("a response");
            stream
        })
        .collect();
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
    let (go_on, gone_on) = channel();
    let gone_on = Mutex::new(gone_on);
    let served = serve_by(1, LONG, move |call| {
        if call.target == "/first" {
            let gone_on = gone_on.lock().expect("nobody panics here");
            gone_on.recv_timeout(PATIENCE).expect("the test goes on");
        }
        describe(call)
    });
    let get = |stream: &mut TcpStream, target: &str| {
        write!(stream, "GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").expect("it reads");
    };
    let mut first = served.connect();
    get(&mut first, "/first");
    wait_until("it is served", || served.crew.in_flight() == 1);
    // The only worker serves the first, so these wait to be accepted.
    let mut late = [served.connect(), served.connect(), served.connect()];
    late.iter_mut().for_each(|stream| get(stream, "/late"));
    served.crew.stop();
    served.server.close();
    assert_eq!(served.crew.reading(), late.len(), "they are counted");
    TcpStream::connect(served.address).expect_err("nobody listens any more");
    go_on.send(()).expect("a worker waits");
    for (stream, target) in late
        .iter_mut()
        .chain([&mut first])
        .zip(["/late", "/late", "/late", "/first"])
    {
        let response = rest(stream);
        assert!(response.contains("connection: close"), "{response}");
        assert!(
            response.ends_with(&format!("GET {target} []")),
            "{response}"
        );
    }
    assert_eq!(served.crew.reading(), 0);
}

#[test]
fn a_connection_counts_as_coming_until_its_first_request_is_there() {
    let served = serve(LONG, describe);
    let mut stream = served.connect();
    wait_until("it is accepted", || served.crew.reading() == 1);
    stream
        .write_all(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("it reads");
    stream.read_exact(&mut [0]).expect("a response");
    wait_until("it is idle", || served.crew.reading() == 0);
    drop(served.connect());
    wait_until("a probe has gone", || served.crew.reading() == 0);
}

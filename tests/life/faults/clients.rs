//! Clients that reset, that never read, and that trickle: others go on being served meanwhile.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use super::support::Instance;
use super::{assert_serves, connect, event, response_to};

/// A response that no socket's buffers hold.
const LARGE: &str = "repeat 20000000";

/// Ends a connection by a reset, as a machine does that knows nothing of it any more.
fn reset(stream: TcpStream) {
    // Without a time to linger a close is a reset.
    set_socket_linger(&stream, Some(Duration::ZERO)).expect("a live socket");
    drop(stream);
}

#[test]
fn a_reset_after_any_byte_of_a_request_harms_nobody() {
    let instance = Instance::start("testbed", &[]);
    let whole = event("cut", b"the body of an event");
    for length in 0..=whole.len() {
        let mut stream = connect(&instance);
        stream.write_all(&whole[..length]).expect("it reads");
        reset(stream);
        if length % 16 == 0 {
            assert_serves(&instance);
        }
    }
    assert_serves(&instance);
    // Only the last was a whole request, which may have been read before the reset.
    let starts = |lines: Vec<String>| {
        let mine = lines
            .iter()
            .filter(|line| line.ends_with("Start RequestId: cut"));
        mine.count()
    };
    assert!(starts(instance.lines()) <= 1, "{:#?}", instance.lines());
    assert_eq!(instance.errors(), "");
}

#[test]
fn a_reset_after_any_piece_of_a_response_harms_nobody() {
    let instance = Instance::start("testbed", &[]);
    for pieces in 0..50 {
        let mut stream = connect(&instance);
        stream
            .write_all(&event("cut", LARGE.as_bytes()))
            .expect("it reads");
        let mut piece = vec![0; 100_000];
        for _ in 0..pieces {
            stream
                .read_exact(&mut piece)
                .expect("there is more to come");
        }
        reset(stream);
    }
    assert_serves(&instance);
    assert_eq!(instance.errors(), "");
}

#[test]
fn clients_that_never_read_their_responses_leave_the_others_served() {
    let instance = Instance::start("testbed", &[]);
    let mut deaf: Vec<_> = (0..20).map(|_| connect(&instance)).collect();
    for stream in &mut deaf {
        stream
            .write_all(&event("deaf", LARGE.as_bytes()))
            .expect("it reads");
    }
    instance.wait_for_lines("the end lines of all", |lines| {
        let ends = lines
            .iter()
            .filter(|line| line.ends_with("End RequestId: deaf"));
        ends.count() == deaf.len()
    });
    let mut connection = instance.connect();
    for _ in 0..50 {
        assert_eq!(response_to(&mut connection, "other", "hello"), "hello");
        assert_serves(&instance);
    }
    // A late reader still gets all of it.
    let mut late = deaf.pop().expect("there are twenty");
    let mut response = Vec::new();
    let mut piece = vec![0; 1 << 20];
    while response.len() < 20_000_000 {
        let count = late.read(&mut piece).expect("it is sent");
        assert!(count > 0, "cut after {} bytes", response.len());
        response.extend_from_slice(&piece[..count]);
    }
}

#[test]
fn a_client_that_sends_byte_by_byte_is_served_and_so_are_all_others_between_two_of_its_bytes() {
    let instance = Instance::start("testbed", &[("WORKERS", "4")]);
    let mut slow: Vec<_> = (0..3).map(|_| instance.connect()).collect();
    let mut connection = instance.connect();
    let whole = event("slow", b"a slow event");
    for byte in whole.chunks(1) {
        for slow in &mut slow {
            slow.send(byte);
        }
        assert_eq!(response_to(&mut connection, "other", "hello"), "hello");
    }
    for slow in &mut slow {
        assert_eq!(slow.response().text(), "a slow event");
    }
}

/// The start of a request whose rest never comes.
const HALF_A_HEAD: &[u8] = b"POST /invoke HTTP/1.1\r\nHost: x\r\nA";

#[test]
fn connections_that_stall_in_a_head_leave_every_worker_free() {
    let instance = Instance::start("testbed", &[("WORKERS", "2")]);
    let mut stalled: Vec<_> = (0..50).map(|_| instance.connect()).collect();
    for connection in &mut stalled {
        // tiny_http gives a connection its own thread when it has something to say. One that stalls before its first
        // request may be put in line after another that stalls, and starve those that stand after it: see below.
        assert_eq!(response_to(connection, "stalls", "hello"), "hello");
        connection.send(HALF_A_HEAD);
    }
    for _ in 0..20 {
        assert_serves(&instance);
    }
}

/// What `tiny_http` cannot do: the next in line waits for the end of one that never ends.
#[cfg(feature = "direct")]
#[test]
fn connections_that_stall_in_their_first_head_leave_every_worker_free() {
    let instance = Instance::start("testbed", &[("WORKERS", "2")]);
    let mut stalled: Vec<_> = (0..50).map(|_| connect(&instance)).collect();
    for stream in &mut stalled {
        stream.write_all(HALF_A_HEAD).expect("it reads");
    }
    for _ in 0..20 {
        assert_serves(&instance);
    }
}

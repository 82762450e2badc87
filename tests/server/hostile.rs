//! What happens to hostile requests and of broken connections, against real processes.

use std::fs;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

use crate::support::{Instance, request};

#[test]
fn a_body_over_the_limit_is_a_413_that_names_the_knob() {
    let instance = Instance::start("testbed", &[("BODY_LIMIT", "1000")]);
    let fits = instance.invoke("b1", &[b'x'; 1000]);
    assert_eq!(fits.status, 200);
    let too_large = instance.invoke("b2", &[b'x'; 1001]);
    assert_eq!(too_large.status, 413);
    assert_eq!(
        too_large.json()["errorMessage"],
        "the body is larger than 1000 bytes; Runtime::body_limit raises that"
    );
    let mut chunked =
        b"POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..11 {
        chunked.extend_from_slice(b"64\r\n");
        chunked.extend_from_slice(&[b'x'; 100]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let response = instance.connect().exchange(&chunked);
    assert_eq!(
        (response.status, response.header("connection")),
        (413, Some("close"))
    );
    assert!(
        !instance.lines().iter().any(|line| line.contains("b2")),
        "no handler saw it"
    );
}

#[test]
fn the_default_limit_takes_what_the_platform_sends() {
    let instance = Instance::start("bootstrap", &[]);
    let event = vec![b'x'; 32 * 1024 * 1024];
    assert!(instance.invoke("large", &event).body == event);
    let mut connection = instance.connect();
    connection.send(b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 33554433\r\n\r\n");
    assert_eq!(
        connection.response().status,
        413,
        "refused before a byte of it was sent"
    );
    connection.send(&vec![b'x'; 33_554_433]);
    // tiny_http lets go of no connection, so it reads the refused body over and goes on. The server `direct` ends the
    // connection, as a server may (RFC 9110 §15.5.14), but not before it has read what was on its way.
    if cfg!(feature = "direct") {
        assert!(connection.is_closed());
    } else {
        let next = connection.exchange(&request("POST", "/invoke", &[], b"next"));
        assert_eq!(next.text(), "next", "the refused body was read over");
    }
}

#[test]
fn a_request_whose_length_can_be_read_in_two_ways_is_refused_and_ends_its_connection() {
    let instance = Instance::start("bootstrap", &[]);
    let both = b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut connection = instance.connect();
    let first = connection.exchange(both);
    assert_eq!(
        (first.status, first.header("connection")),
        (400, Some("close"))
    );
    connection.send(&request("POST", "/invoke", &[], b"next"));
    assert!(connection.is_closed());
    for length in ["abc", "-1", "+1", "1, 1"] {
        let bytes =
            format!("POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nx");
        assert_eq!(
            instance.connect().exchange(bytes.as_bytes()).status,
            400,
            "{length}"
        );
    }
    assert!(
        !instance.lines().iter().any(|line| line.starts_with("FC ")),
        "nothing was invoked"
    );
}

#[test]
fn a_refused_request_has_its_response_although_its_body_does_not_come() {
    let instance = Instance::start("bootstrap", &[]);
    for headers in ["", "Expect: 100-continue\r\n"] {
        let mut connection = instance.connect();
        let head = format!(
            "POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nContent-Length: 5001\r\n{headers}\r\n"
        );
        let response = connection.exchange(head.as_bytes());
        assert_eq!(response.status, 400, "{}", response.text());
        assert!(connection.is_closed());
    }
}

#[test]
fn a_client_that_leaves_in_the_middle_harms_nobody() {
    let instance = Instance::start("testbed", &[]);
    let whole = request(
        "POST",
        "/invoke",
        &[("X-Fc-Request-Id", "cut")],
        &[b'x'; 3000],
    );
    for length in [1, 10, 40, 100, 200, 1500, whole.len() - 1] {
        let mut stream = TcpStream::connect(instance.address()).expect("a connection");
        stream
            .write_all(&whole[..length])
            .expect("the instance reads");
        stream.shutdown(Shutdown::Both).expect("a live socket");
    }
    let mut gone = TcpStream::connect(instance.address()).expect("a connection");
    gone.write_all(&request("POST", "/invoke", &[], b"repeat 5000000"))
        .expect("the instance reads");
    drop(gone);
    assert_eq!(instance.invoke("after", b"still here").text(), "still here");
    assert!(
        !instance.lines().iter().any(|line| line.contains(" cut")),
        "half a request is none"
    );
}

#[test]
fn a_thousand_probes_leave_no_line() {
    let instance = Instance::start("bootstrap", &[]);
    for number in 0..1000 {
        let mut probe = TcpStream::connect(instance.address()).expect("the port stays open");
        match number % 4 {
            0 => {}
            1 => probe.shutdown(Shutdown::Write).expect("a live socket"),
            // Without a time to linger a close is a reset.
            2 => set_socket_linger(&probe, Some(Duration::ZERO)).expect("a live socket"),
            _ => {
                probe.write_all(b"GET / HT").expect("the instance reads");
                set_socket_linger(&probe, Some(Duration::ZERO)).expect("a live socket");
            }
        }
    }
    assert_eq!(instance.invoke("after", b"still here").text(), "still here");
    let lines = instance.wait_for_line("the end line", |line| line.starts_with("FC Invoke End"));
    assert_eq!(lines.len(), 4, "only what the event wrote: {lines:#?}");
    assert_eq!(instance.errors(), "", "and nothing on stderr");
}

#[test]
fn bodies_that_never_come_leave_every_worker_free() {
    let instance = Instance::start("testbed", &[("WORKERS", "4")]);
    let mut refused: Vec<_> = (0..20).map(|_| instance.connect()).collect();
    for connection in &mut refused {
        connection.send(b"POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 33554433\r\n\r\n");
        assert_eq!(connection.response().status, 413);
    }
    assert_eq!(instance.invoke("after", b"still here").text(), "still here");
}

#[test]
fn refused_requests_of_one_connection_that_wait_for_their_turn_take_no_more_threads_than_there_may_be()
 {
    const REFUSED: usize = 700;
    /// What 200 workers leave of half of what the platform gives an instance, for two threads each; and some to spare for
    /// workers and connections.
    const MOST_THREADS: usize = (512 - 200) / 2 + 40;
    let instance = Instance::start("testbed", &[("WORKERS", "4")]);
    let mut connection = instance.connect();
    let mut bytes = request("POST", "/invoke", &[], b"pause 2000 first");
    bytes.extend(b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n".repeat(REFUSED));
    connection.send(&bytes);
    let tasks = format!("/proc/{}/task", instance.pid());
    let threads = || fs::read_dir(&tasks).expect("it lives").count();
    let first = thread::spawn(move || (connection.response(), connection));
    let mut most = 0;
    while !first.is_finished() {
        most = most.max(threads());
        thread::sleep(Duration::from_millis(5));
    }
    let (response, _connection) = first.join().expect("a response");
    assert_eq!(response.text(), "pause 2000 first");
    assert!(most <= MOST_THREADS, "{most}");
    assert_eq!(instance.invoke("after", b"still here").text(), "still here");
}

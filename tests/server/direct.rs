//! What only the direct server does, against real processes. The guide's table of the two servers says the same in words.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::support::{Connection, Instance, request};

/// All that comes back for these bytes on its own connection, after which nothing more is sent.
fn ask(instance: &Instance, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(instance.address()).expect("it listens");
    stream.write_all(bytes).expect("it reads");
    stream.shutdown(Shutdown::Write).expect("a live socket");
    let mut response = Vec::new();
    stream
        .read_to_end(&mut response)
        .expect("a close, no reset");
    String::from_utf8_lossy(&response).into_owned()
}

fn status(response: &str) -> &str {
    response
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .unwrap_or_default()
}

fn event(body: &[u8]) -> Vec<u8> {
    request("POST", "/invoke", &[("x-fc-control-path", "/invoke")], body)
}

/// Requests that are refused, each with its status and a word of the reason.
fn refused() -> [(String, &'static str, &'static str); 13] {
    let long = "x".repeat(40_000);
    let many = "a: b\r\n".repeat(300);
    let row = |bytes: &str, status, why| (bytes.to_owned(), status, why);
    [
        row(
            "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            "505",
            "VersionNotSupported",
        ),
        (
            format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
            "414",
            "TargetTooLong",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: x\r\na: {long}\r\n\r\n"),
            "431",
            "HeadersTooLarge",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
            "431",
            "HeadersTooLarge",
        ),
        row("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", "501", "CONNECT"),
        row(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
            "501",
            "chunked",
        ),
        row(
            "POST / HTTP/1.1\r\nHost: x\r\nExpect: luck\r\n\r\n",
            "417",
            "100-continue",
        ),
        row("GET / HTTP/1.1\r\n\r\n", "400", "Host"),
        row("GET / HTTP/1.1\r\nHost: x\r\n\r", "400", "breaks off"),
        row(
            "POST /invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nfour",
            "400",
            "breaks off",
        ),
        row(
            "POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
            "400",
            "size",
        ),
        row(
            "POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfour",
            "400",
            "breaks off",
        ),
        row(
            "\x16\x03\x01 a handshake of TLS\r\n\r\n",
            "400",
            "request line",
        ),
    ]
}

#[test]
fn each_refusal_has_its_status_and_says_why() {
    let instance = Instance::start("bootstrap", &[]);
    for (bytes, expected, why) in refused() {
        let response = ask(&instance, bytes.as_bytes());
        let start = bytes.get(..60).unwrap_or(&bytes);
        assert_eq!(status(&response), expected, "{start:?}: {response}");
        assert!(
            response.contains("connection: close"),
            "{start:?}: {response}"
        );
        assert!(response.contains(why), "{start:?}: {response}");
    }
    assert!(
        !instance.lines().iter().any(|line| line.starts_with("FC ")),
        "nothing was invoked"
    );
}

#[test]
fn what_other_servers_refuse_is_served_where_the_standard_lets_it() {
    let instance = Instance::start("testbed", &[]);
    let http = |head: &str| {
        ask(
            &instance,
            format!("{head}x-fc-control-path: /http-invoke\r\n\r\n").as_bytes(),
        )
    };
    for (head, expected) in [
        ("\r\nGET /target HTTP/1.1\r\nHost: x\r\n", "GET /target "),
        ("GET /target HTTP/1.2\r\nHost: x\r\n", "GET /target "),
        ("BREW /target HTTP/1.1\r\nHost: x\r\n", "BREW /target "),
        ("GET /target HTTP/1.0\r\n", "GET /target "),
        (
            "GET /target HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n",
            "GET /target ",
        ),
        (
            "GET http://real.example/target HTTP/1.1\r\nHost: x\r\n",
            "GET http://real.example/target ",
        ),
        (
            "GET http://real.example/header/host HTTP/1.1\r\nHost: x\r\n",
            r#"["real.example"]"#,
        ),
        (
            "GET /header/name HTTP/1.1\r\nHost: x\r\nName: J\u{fc}rgen \u{4f60}\r\n",
            "[\"J\u{fc}rgen \u{4f60}\"]",
        ),
    ] {
        let response = http(head);
        assert_eq!(status(&response), "200", "{head:?}: {response}");
        assert!(response.contains(expected), "{head:?}: {response}");
    }
    let trailers = ask(
        &instance,
        b"POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: x-fc-control-path\r\n\r\n\
          5;ext=\"a b\"\r\nhello\r\n0\r\nx-fc-control-path: /pre-stop\r\n\r\n",
    );
    assert!(
        trailers.ends_with("hello"),
        "a trailer is no header: {trailers}"
    );
    let absolute = ask(
        &instance,
        b"POST http://x/invoke HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
    );
    assert!(absolute.ends_with("hi"), "its path is /invoke: {absolute}");
}

#[test]
fn a_stream_that_breaks_off_closes_the_connection_without_a_last_chunk() {
    let instance = Instance::start("testbed", &[]);
    let bytes = request(
        "GET",
        "/broken-stream",
        &[("x-fc-control-path", "/http-invoke")],
        b"",
    );
    let response = ask(&instance, &bytes);
    assert!(response.ends_with("\r\n\r\n4\r\nhalf\r\n"), "{response}");
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let instance = Instance::start("testbed", &[]);
    let mut used = instance.connect();
    assert_eq!(used.exchange(&event(b"x")).text(), "x");
    instance.signal("-TERM");
    let (status, _) = instance.wait();
    assert_eq!(status.code(), Some(0));
    assert!(used.is_closed());
}

#[test]
fn kept_alive_connections_beyond_the_workers_are_each_served() {
    let instance = Instance::start("testbed", &[("WORKERS", "1")]);
    let mut connections: Vec<Connection> = (0..30).map(|_| instance.connect()).collect();
    for _ in 0..2 {
        connections
            .iter_mut()
            .for_each(|connection| connection.send(&event(b"x")));
        for connection in &mut connections {
            assert_eq!(connection.response().text(), "x");
        }
    }
}

#[test]
fn a_connection_that_finds_no_descriptor_waits_for_one() {
    let instance = Instance::start("bootstrap", &[]);
    instance.limit_for_good("nofile", 24);
    let mut connections: Vec<Connection> = (0..30).map(|_| instance.connect()).collect();
    instance.wait_for_line("the warning", |line| line.contains("cannot be accepted"));
    let mut waiting = connections.pop().expect("there are thirty");
    waiting.send(&event(b"late"));
    drop(connections);
    assert_eq!(waiting.response().text(), "late");
}

#[test]
fn a_limit_of_files_that_the_process_may_raise_stops_no_connection() {
    let instance = Instance::start("bootstrap", &[]);
    instance.limit("nofile", 24);
    let mut connections: Vec<Connection> = (0..30).map(|_| instance.connect()).collect();
    for connection in &mut connections {
        assert_eq!(connection.exchange(&event(b"x")).text(), "x");
    }
    let said = instance.lines();
    assert!(
        !said.iter().any(|line| line.contains("cannot")),
        "{said:#?}"
    );
}

#[test]
fn a_request_that_finds_no_thread_waits_for_a_worker() {
    let instance = Instance::start("testbed", &[]);
    let mut first = instance.connect();
    assert_eq!(first.exchange(&event(b"x")).text(), "x");
    // The second worker is there; the address space ends before a third.
    instance.wait_for_sleeping_threads(3);
    instance.limit("as", instance.space_for_no_thread());
    let mut busy = [instance.connect(), instance.connect()];
    busy[0].send(&event(b"wait"));
    busy[1].send(&event(b"sleep 1000"));
    instance.wait_for_line("the warning", |line| {
        line.contains("no thread for another worker")
    });
    // A connection needs no thread, and a worker serves the request when it has one.
    let mut late = instance.connect();
    late.send(&event(b"late"));
    assert_eq!(late.response().text(), "late");
    assert_eq!(busy[1].response().status, 200);
    assert_eq!(first.exchange(&event(b"still here")).text(), "still here");
    instance.unlimit("as");
    busy[1].send(&event(b"wait"));
    let mut last = instance.connect();
    assert_eq!(last.exchange(&event(b"x")).text(), "x");
}

#[test]
fn the_first_response_needs_two_threads() {
    let instance = Instance::start("bootstrap", &[]);
    assert_eq!(instance.status_field("Threads:"), 2);
    assert_eq!(instance.invoke("one", b"x").text(), "x");
    assert!(instance.status_field("Threads:") <= 3);
}

#[test]
fn an_instance_that_idles_and_one_whose_workers_are_all_busy_wake_nobody() {
    let instance = Instance::start("testbed", &[("WORKERS", "2")]);
    let (mut idle, mut half) = (instance.connect(), instance.connect());
    assert_eq!(idle.exchange(&event(b"x")).text(), "x");
    half.send(b"POST /invoke HTTP/1.1\r\nHost");
    instance.wait_until_it_sleeps();
    let mut busy = [instance.connect(), instance.connect()];
    busy.iter_mut().for_each(|busy| busy.send(&event(b"wait")));
    instance.wait_for_lines("both", |lines| {
        let starts = lines.iter().filter(|line| line.contains("Invoke Start"));
        starts.count() == 3
    });
    idle.send(&event(b"waits for a worker"));
    instance.wait_until_it_sleeps();
}

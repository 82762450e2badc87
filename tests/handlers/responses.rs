//! What of a handler's response reaches the client, whole or as a stream, against real processes (contract §3.1).

mod bodies;

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Connection, Instance, request};

#[test]
fn a_response_to_100_continue_comes_before_the_body() {
    let instance = Instance::start("bootstrap", &[]);
    let mut connection = instance.connect();
    connection.send(
        b"POST /invoke HTTP/1.1\r\nHost: x\r\nX-Fc-Control-Path: /invoke\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
    );
    assert_eq!(connection.head().expect("a head").0, 100);
    assert_eq!(connection.exchange(b"body").text(), "body");
}

#[test]
fn statuses_and_headers_of_a_handler_reach_the_client() {
    let instance = Instance::start("testbed", &[]);
    let response = instance.http("GET", "/status/418", b"");
    assert_eq!(
        (
            response.status,
            response.text().as_str(),
            response.header("x-fc-status")
        ),
        (418, "the body", None)
    );
    let failed = instance.http("GET", "/failed", b"");
    assert_eq!(
        (failed.status, failed.header("x-fc-status")),
        (503, Some("404"))
    );
    let cookies = instance.http("GET", "/cookies", b"");
    let cookies: Vec<_> = cookies
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .collect();
    assert_eq!(cookies.len(), 2);
    for status in [204, 304] {
        let response = instance.http("GET", &format!("/status/{status}"), b"");
        assert_eq!(
            (response.status, response.header("content-length")),
            (status, None)
        );
    }
    let head = instance.http("HEAD", "/status/200", b"");
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, Some("8"), 0)
    );
    let lines = instance.lines();
    assert!(lines.iter().any(|line| line == "FC Invoke End RequestId: http-id, Error: Unhandled function error"));
}

#[test]
fn the_testbed_gives_an_event_back_once_it_has_worked_for_it() {
    let instance = Instance::start("testbed", &[]);
    for event in ["burn 1000 abc", "pause 1 abc"] {
        assert_eq!(instance.invoke("work", event.as_bytes()).text(), event);
    }
    let response = instance.invoke("work", b"burn much");
    assert_eq!(response.header("x-fc-status"), Some("404"));
}

#[test]
fn a_stream_is_chunked_and_ends_after_its_end_line() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    connection.send(&request(
        "GET",
        "/stream",
        &[("x-fc-control-path", "/http-invoke")],
        b"",
    ));
    let (status, headers) = connection.head().expect("a head");
    assert_eq!(status, 200);
    assert!(
        headers.contains(&("transfer-encoding".into(), "chunked".into())),
        "{headers:?}"
    );
    for number in 1..=3 {
        assert_eq!(
            connection.chunk(),
            Ok(format!("event {number}\n").into_bytes())
        );
    }
    assert_eq!(connection.chunk(), Ok(Vec::new()));
    assert!(
        instance
            .lines()
            .iter()
            .any(|line| line.starts_with("FC Invoke End")),
        "the end line comes first"
    );
}

#[test]
fn a_stream_that_nobody_may_see_has_its_end_line_before_its_response() {
    for (method, target, status) in [("HEAD", "/stream", 200), ("GET", "/no-content-stream", 204)] {
        let instance = Instance::start("testbed", &[]);
        let response = instance.http(method, target, b"");
        assert_eq!((response.status, response.body.len()), (status, 0));
        let lines = instance.lines();
        assert_eq!(
            lines.last().map(String::as_str),
            Some("FC Invoke End RequestId: http-id"),
            "{method} {target}"
        );
    }
}

#[test]
fn a_stream_that_fails_before_its_first_byte_is_answered_as_any_failure() {
    let instance = Instance::start("testbed", &[]);
    for (target, error_type) in [("/early-failure", "Early"), ("/early-panic", "Panic")] {
        let response = instance.http("GET", target, b"");
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (404, Some("404"))
        );
        assert_eq!(response.json()["errorType"], error_type);
    }
    let end = "FC Invoke End RequestId: http-id, Error: Unhandled function error";
    assert_eq!(
        instance.lines().iter().filter(|line| *line == end).count(),
        2
    );
}

#[test]
fn each_server_sent_event_arrives_before_the_next_is_made() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    connection.send(&request(
        "GET",
        "/server-sent-events",
        &[("x-fc-control-path", "/http-invoke")],
        b"",
    ));
    for number in 1..=6 {
        assert_eq!(instance.http("POST", "/next", b"").status, 204);
        if number == 1 {
            let (status, headers) = connection.head().expect("a head");
            assert_eq!(status, 200);
            assert!(
                headers.contains(&("content-type".into(), "text/event-stream".into())),
                "{headers:?}"
            );
        }
        assert_eq!(
            connection.chunk(),
            Ok(format!("data: {number}\n\n").into_bytes())
        );
    }
    assert_eq!(connection.chunk(), Ok(Vec::new()));
}

#[test]
fn a_reader_is_streamed_to_its_end() {
    let instance = Instance::start("testbed", &[]);
    let response = instance.http("GET", "/reader", b"");
    assert_eq!(response.header("transfer-encoding"), Some("chunked"));
    assert!(response.body == [b'r'; 100_000]);
}

#[test]
fn a_stream_that_breaks_off_cannot_be_taken_for_whole() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    connection.send(&request(
        "GET",
        "/broken-stream",
        &[("x-fc-control-path", "/http-invoke")],
        b"",
    ));
    connection.head().expect("a head");
    assert_eq!(connection.chunk(), Ok(b"half".to_vec()));
    connection.chunk().expect_err("what follows is no chunk");
    let lines = instance.wait_for_line("the end line", |line| line.starts_with("FC Invoke End"));
    let error = lines
        .iter()
        .position(|line| line.contains(r#""errorType":"Broken""#))
        .expect("the error is logged");
    assert!(
        lines[error + 1].ends_with(", Error: Unhandled function error"),
        "{lines:#?}"
    );
    assert_eq!(
        instance.http("GET", "/echo", b"").status,
        200,
        "the instance stays alive"
    );
}

#[test]
fn a_broken_stream_ends_its_connection_without_a_last_chunk_and_nothing_follows_it() {
    let instance = Instance::start("testbed", &[]);
    let broken = request(
        "GET",
        "/broken-stream",
        &[("x-fc-control-path", "/http-invoke")],
        b"",
    );
    let last = request("POST", "/invoke", &[("Connection", "close")], b"hidden");
    let mut stream = TcpStream::connect(instance.address()).expect("it listens");
    stream
        .write_all(&[broken, last].concat())
        .expect("it reads");
    let mut responses = String::new();
    stream.read_to_string(&mut responses).expect("it ends");
    let (_, after) = responses
        .split_once("\r\nhalf\r\n")
        .expect("what was whole");
    assert_eq!(after, "");
}

#[test]
fn responses_from_ten_bytes_to_a_megabyte_keep_their_connection() {
    let instance = Instance::start("testbed", &[]);
    let mut connection: Connection = instance.connect();
    for length in [
        10, 100, 1_000, 1_400, 10_000, 32_767, 32_768, 65_536, 65_537, 100_000, 1_000_000, 10,
    ] {
        let event = format!("repeat {length}");
        let headers = [("x-fc-control-path", "/invoke")];
        let response = connection.exchange(&request("POST", "/invoke", &headers, event.as_bytes()));
        assert_eq!(response.header("transfer-encoding"), None);
        assert_eq!(response.body.len(), length);
    }
}

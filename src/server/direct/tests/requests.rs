//! The requests of a connection: which are answered, in which order, and which are refused.

use std::io::{Read, Write};
use std::net::Shutdown;

use super::{LONG, describe, rest, serve, statuses};

#[test]
fn requests_of_one_connection_are_answered_in_order_and_none_after_a_refusal() {
    let served = serve(LONG, describe);
    let responses = served.ask(
        b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n\
          \r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\
          POST /3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\nc\r\n0\r\nT: v\r\n\r\n\
          GET /4 HTTP/1.2\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n\
          GET /5 HTTP/1.1\r\n\r\n\
          GET /6 HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    assert_eq!(statuses(&responses), ["200", "200", "200", "200", "400"]);
    for text in ["GET /1 []", "POST /2 [ab]", "POST /3 [c]", "GET /4 []"] {
        assert!(responses.contains(text), "{text}: {responses}");
    }
    assert!(responses.contains("connection: close"), "{responses}");
}

#[test]
fn the_same_bytes_one_by_one_get_the_same_responses() {
    let served = serve(LONG, describe);
    let mut stream = served.connect();
    stream.set_nodelay(true).expect("a live socket");
    let bytes = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\
        POST /2 HTTP/1.0\r\nContent-Length: 1\r\n\r\nc";
    for byte in bytes {
        stream.write_all(&[*byte]).expect("it reads");
    }
    let responses = rest(&mut stream);
    assert_eq!(statuses(&responses), ["200", "200"]);
    assert!(responses.ends_with("POST /2 [c]"), "{responses}");
}

#[test]
fn a_client_that_still_sends_when_it_is_refused_gets_the_reason() {
    let served = serve(LONG, describe);
    let mut stream = served.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n")
        .expect("it reads");
    // Without a lingering close these bytes would meet a closed socket, and its reset would take the response away.
    for _ in 0..5 {
        stream.write_all(&[b'x'; 1_000_000]).expect("it reads");
    }
    stream.shutdown(Shutdown::Write).expect("a live socket");
    let response = rest(&mut stream);
    assert_eq!(statuses(&response), ["413"]);
    assert!(response.contains("larger than 1000 bytes"), "{response}");
}

#[test]
fn the_word_to_continue_is_said_only_to_who_waits_for_it() {
    let served = serve(LONG, describe);
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
fn a_panic_after_the_door_costs_its_own_request_alone() {
    let served = serve(LONG, |call| match call.target.as_str() {
        "/panic" => std::panic::resume_unwind(Box::new("on purpose")),
        _ => describe(call),
    });
    let responses =
        served.ask(b"GET /panic HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(statuses(&responses), ["500", "200"]);
}

//! Heads of responses, and what their bodies are then.

use bytes::BytesMut;
use hyper::{Method, StatusCode};

use super::{Chunks, Framing, Incoming};

fn answer(text: &str, method: &Method) -> Option<Incoming> {
    let mut buffer = BytesMut::from(text);
    Incoming::take(&mut buffer, method).ok().flatten()
}

#[test]
fn a_body_is_framed_as_its_head_says() {
    let chunked = Framing::Chunked(Chunks::Size);
    for (method, lines, framing) in [
        (
            "GET",
            "200 OK\r\nContent-Length: 5",
            Some(Framing::Length(5)),
        ),
        (
            "GET",
            "200 OK\r\nContent-Length: 5, 5",
            Some(Framing::Length(5)),
        ),
        (
            "GET",
            "200 OK\r\nContent-Length: 5\r\nContent-Length: 6",
            None,
        ),
        ("GET", "200 OK\r\nContent-Length: -5", None),
        ("GET", "200 OK\r\nContent-Length: +5", None),
        ("GET", "200 OK\r\nContent-Length: ", None),
        ("GET", "200 OK", Some(Framing::ToTheEnd)),
        (
            "HEAD",
            "200 OK\r\nContent-Length: 5",
            Some(Framing::Length(0)),
        ),
        ("GET", "204 No Content", Some(Framing::Length(0))),
        (
            "GET",
            "304 Not Modified\r\nContent-Length: 5",
            Some(Framing::Length(0)),
        ),
        (
            "GET",
            "200 OK\r\nTransfer-Encoding: gzip, Chunked",
            Some(chunked),
        ),
        (
            "GET",
            "200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
            Some(chunked),
        ),
        (
            "GET",
            "200 OK\r\nTransfer-Encoding: gzip",
            Some(Framing::ToTheEnd),
        ),
    ] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = answer(&format!("HTTP/1.1 {lines}\r\n\r\n"), &method);
        assert_eq!(
            answer.map(|answer| answer.body),
            framing,
            "{method} {lines}"
        );
    }
    let old = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert!(answer(old, &Method::GET).is_none());
}

#[test]
fn a_connection_is_kept_as_the_head_says() {
    for (text, is_kept) in [
        ("HTTP/1.1 200 OK\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", true),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", false),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            false,
        ),
    ] {
        let answer = answer(text, &Method::GET).expect("whole");
        assert_eq!(answer.is_kept, is_kept, "{text}");
    }
}

#[test]
fn a_head_goes_on_with_at_most_one_length() {
    for (lines, length) in [
        ("Content-Length: 5", Some("5")),
        ("Content-Length: 5, 5", Some("5")),
        ("Content-Length: 5\r\nContent-Length: 5", Some("5")),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", None),
        ("Content-Length: 5\r\nTransfer-Encoding: gzip", None),
    ] {
        let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n");
        let headers = answer(&text, &Method::GET).expect("whole").head.headers;
        let lengths = headers.get_all(hyper::header::CONTENT_LENGTH);
        assert!(lengths.iter().eq(length), "{lines}");
    }
}

#[test]
fn interim_answers_are_passed_over_and_the_words_of_a_status_are_kept() {
    let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    assert!(answer(text, &Method::GET).is_none(), "not yet");
    for (words, others) in [("Fine", Some("Fine")), ("OK", None), ("", None)] {
        let text = format!("{text}HTTP/1.1 200 {words}\r\nA: 1\r\na: 2\r\n\r\n");
        let head = answer(&text, &Method::GET).expect("whole").head;
        assert_eq!(head.status, StatusCode::OK);
        assert!(head.headers.get_all("a").iter().eq(["1", "2"]));
        let reason = head.extensions.get::<hyper::ext::ReasonPhrase>();
        let reason = reason.map(hyper::ext::ReasonPhrase::as_bytes);
        assert_eq!(reason, others.map(str::as_bytes));
    }
}

#[test]
fn what_is_no_head_is_refused_and_what_is_none_yet_is_bounded() {
    let take = |text: &[u8]| Incoming::take(&mut BytesMut::from(text), &Method::GET);
    assert!(take(b"HTTP/1.1 200 OK\r\nA: 1\r\n").is_ok_and(|it| it.is_none()));
    for text in [
        "SSH-2.0-x\r\n",
        "HTTP/1.1 099 No\r\n\r\n",
        "HTTP/1.1 200 OK\r\n x\r\n\r\n",
    ] {
        assert!(take(text.as_bytes()).is_err(), "{text}");
    }
    let endless = format!(
        "HTTP/1.1 200 OK\r\nA: {}",
        "x".repeat(super::HEAD_BYTES_MAX)
    );
    assert!(take(endless.as_bytes()).is_err());
}

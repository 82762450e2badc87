//! The smallest and the largest that a limit can be.

use std::io::Write;
use std::thread;
use std::time::Duration;

use fc_runtime::http::Request;
use fc_runtime::{Error, Runtime};

use super::{SHORT, ask, connect, counting, is_refused, is_served, of_headers, rest};
use crate::support::with;

#[test]
fn nothing_is_no_limit_where_one_is_needed_to_serve() {
    let runtime = counting().workers(0).connections(0);
    with(runtime, |address| {
        assert!(is_served(&ask(address, &of_headers(1))));
    });
}

#[test]
fn nothing_is_taken_where_the_limit_is_nothing() {
    with(counting().head_limit(0), |address| {
        assert!(is_refused(
            &ask(address, &of_headers(1)),
            414,
            "longer than 0 bytes"
        ));
    });
    with(counting().header_count(0), |address| {
        assert!(is_refused(
            &ask(address, &of_headers(1)),
            431,
            "more than 0 headers"
        ));
        assert!(is_served(&ask(address, "GET / HTTP/1.0\r\n\r\n")));
    });
    with(counting().body_limit(0), |address| {
        let post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:";
        assert!(is_served(&ask(address, &format!("{post} 0\r\n\r\n"))));
        assert!(is_refused(
            &ask(address, &format!("{post} 1\r\n\r\nx")),
            413,
            "0 bytes"
        ));
    });
}

#[test]
fn a_clock_of_no_time_still_serves_what_is_there_at_once() {
    let zero = Duration::ZERO;
    let runtime = counting()
        .head_timeout(zero)
        .body_timeout(zero)
        .write_timeout(zero);
    with(runtime, |address| {
        let mut stream = connect(address);
        let whole = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
        stream.write_all(whole.as_bytes()).expect("it reads");
        stream.write_all(b"GET").expect("it reads");
        let responses = rest(&mut stream);
        assert!(
            is_served(&responses) && responses.contains("2 bytes"),
            "{responses}"
        );
        assert!(responses.contains("HTTP/1.1 408 "), "{responses}");
    });
}

#[test]
fn what_is_beyond_all_counting_is_no_limit() {
    let (most, longest) = (usize::MAX, Duration::MAX);
    let runtime = Runtime::new()
        .http(|request: Request, _| Ok::<_, Error>(request.into_body().repeat(1000)))
        .workers(most)
        .connections(most)
        .body_limit(most)
        .memory_limit(most)
        .head_limit(most)
        .header_count(most)
        .head_timeout(longest)
        .body_timeout(longest)
        .write_timeout(longest);
    with(runtime, |address| {
        let mut stream = connect(address);
        // Each part comes after a pause, so that each is waited for.
        for part in [
            "POST / HTTP/1.1\r\nHo",
            "st: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1000\r\n",
            &"y".repeat(0x1000),
            "\r\n0\r\n\r\n",
        ] {
            stream.write_all(part.as_bytes()).expect("it reads");
            thread::sleep(SHORT);
        }
        let response = rest(&mut stream);
        assert!(is_served(&response));
        assert_eq!(response.matches('y').count(), 0x1000 * 1000);
    });
}

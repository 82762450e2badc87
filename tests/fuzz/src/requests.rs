//! A connection's requests: none of them depends on how the bytes come, and each says the same when it is written anew
//! in the plainest form. That is what keeps two servers from seeing different requests in the same bytes.

use crate::cuts::{MORE, MOST, same};
use crate::head::check_head;
use fc_runtime::fuzzing::{self, Head};
use fc_runtime::http::Request;

/// What a request may be refused with.
const STATUSES: [u16; 7] = [400, 413, 414, 417, 431, 501, 505];

/// Takes the input for all bytes of a connection.
pub fn check(input: &[u8]) {
    let (requests, ended) = same(input, |cuts| fuzzing::requests(input, cuts, MOST));
    if let Some((status, _)) = ended.0 {
        assert!(STATUSES.contains(&status), "{status}");
    }
    let mut all = Vec::new();
    for (head, request) in &requests {
        assert!(request.body().len() <= MOST.body_bytes);
        check_framing(head, request);
        let written = write(head, request);
        let (read, ended) = fuzzing::requests(&written, &[], MORE);
        assert_eq!(ended.0, None, "{}", written.escape_ascii());
        let [(again, reread)] = &read[..] else {
            panic!("{} requests of {}", read.len(), written.escape_ascii())
        };
        let (head_bytes, _) = written.split_at(written.len() - request.body().len());
        check_head(again, head_bytes);
        assert_eq!(reread.body(), request.body());
        assert_eq!((&again.method, &again.target), (&head.method, &head.target));
        assert_eq!(sans_framing(again), sans_framing(head));
        all.extend(written);
    }
    let (read, ended) = fuzzing::requests(&all, &[], MORE);
    assert_eq!((read.len(), ended.0), (requests.len(), None));
}

fn check_framing(head: &Head, request: &Request) {
    let lengths: Vec<_> = head.headers.get_all("content-length").collect();
    let codings: Vec<_> = head.headers.get_all("transfer-encoding").collect();
    match (&lengths[..], &codings[..]) {
        ([], []) => assert!(request.body().is_empty()),
        ([length], []) => assert_eq!(length.parse(), Ok(request.body().len())),
        ([], [coding]) => assert!(coding.eq_ignore_ascii_case("chunked") && !head.http_1_0),
        both => panic!("{both:?}"),
    }
}

fn is_framing(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
}

fn sans_framing(head: &Head) -> Vec<(&str, &[u8])> {
    head.headers
        .iter()
        .filter(|(name, _)| !is_framing(name))
        .collect()
}

fn write(head: &Head, request: &Request) -> Vec<u8> {
    let minor = if head.http_1_0 { 0 } else { 1 };
    let mut written = format!("{} {} HTTP/1.{minor}\r\n", head.method, head.target).into_bytes();
    for (name, value) in sans_framing(head) {
        written.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    // A head without it may have as many fields as there may be.
    if !request.body().is_empty() {
        written.extend(format!("Content-Length: {}\r\n", request.body().len()).as_bytes());
    }
    written.extend(b"\r\n");
    written.extend(request.body());
    written
}

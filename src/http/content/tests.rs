use super::{Content, Wanted, part};
use crate::http::{Request, Response};
use std::io::Cursor;
use std::time::{Duration, UNIX_EPOCH};

fn ask(headers: &[(&str, &str)]) -> Response {
    let request = headers
        .iter()
        .fold(Request::new("GET", "/"), |request, (name, value)| {
            request.with_header(name, value).expect("a sound header")
        });
    response(&request)
}

fn response(request: &Request) -> Response {
    let modified = UNIX_EPOCH + Duration::from_secs(1_795_420_862);
    let content = Content::new(Cursor::new(*b"0123456789"))
        .expect("it has an end")
        .with_etag("\"v1\"")
        .expect("a sound value")
        .with_modified(modified);
    content.answer(request).expect("it can be read")
}

#[test]
fn a_range_is_one_part_of_what_there_is() {
    let is = |range: &str| part(range, 10);
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=2-4", 2, 4),
        ("Bytes = 2-4", 2, 4),
        ("bytes=9-", 9, 9),
        ("bytes=5-99999999999999999999999", 5, 9),
        ("bytes=-3", 7, 9),
        ("bytes=-11", 0, 9),
    ] {
        assert_eq!(is(range), Some(Wanted::Part { first, last }), "{range}");
    }
    for range in [
        "bytes=10-",
        "bytes=10-12",
        "bytes=-0",
        "bytes=99999999999999999999999-",
    ] {
        assert_eq!(is(range), Some(Wanted::Nothing), "{range}");
    }
    for range in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=4-2",
        "bytes=a-",
        "bytes=+1-2",
        "bytes=1-2,4-5",
        "items=0-1",
        "bytes=--1",
    ] {
        assert_eq!(is(range), None, "{range}");
    }
    assert_eq!(part("bytes=0-", 0), Some(Wanted::Nothing));
    assert_eq!(part("bytes=-1", 0), Some(Wanted::All));
}

#[test]
fn a_part_is_a_206_that_says_which_and_one_after_the_end_a_416() {
    let response = ask(&[("Range", "bytes=3-5")]);
    let said = |name: &str| response.header(name);
    assert_eq!(
        (response.status(), said("content-range")),
        (206, Some("bytes 3-5/10"))
    );
    assert_eq!(
        (said("content-length"), said("accept-ranges")),
        (Some("3"), Some("bytes"))
    );
    assert_eq!(
        (said("etag"), said("last-modified")),
        (Some("\"v1\""), Some("Mon, 23 Nov 2026 08:01:02 GMT"))
    );
    assert_eq!(response.into_body().expect("it can be read"), b"345");
    let response = ask(&[("Range", "bytes=10-")]);
    assert_eq!(
        (response.status(), response.header("content-range")),
        (416, Some("bytes */10"))
    );
    assert_eq!(
        (response.header("content-length"), response.body()),
        (None, Some(&b""[..]))
    );
}

#[test]
fn all_of_it_is_what_everything_else_gets() {
    let head = Request::new("HEAD", "/")
        .with_header("Range", "bytes=3-5")
        .expect("sound");
    let twice = [("Range", "bytes=1-2"), ("Range", "bytes=1-2")];
    for response in [
        ask(&[]),
        ask(&twice),
        ask(&[("Range", "bytes=1-2,4-5")]),
        response(&head),
    ] {
        assert_eq!(
            (response.status(), response.header("content-length")),
            (200, Some("10"))
        );
        assert_eq!(response.header("content-range"), None);
        assert_eq!(response.into_body().expect("it can be read"), b"0123456789");
    }
}

#[test]
fn a_range_of_another_version_is_overlooked() {
    let range = ("Range", "bytes=3-5");
    for version in ["\"v1\"", "Mon, 23 Nov 2026 08:01:02 GMT"] {
        assert_eq!(
            ask(&[range, ("If-Range", version)]).status(),
            206,
            "{version}"
        );
    }
    for version in [
        "\"v2\"",
        "W/\"v1\"",
        "v1",
        "Mon, 23 Nov 2026 08:01:03 GMT",
        "",
    ] {
        assert_eq!(
            ask(&[range, ("If-Range", version)]).status(),
            200,
            "{version}"
        );
    }
}

#[test]
fn a_tag_that_would_end_its_header_is_refused_and_so_is_a_folder() {
    let content = Content::new(Cursor::new("")).expect("it has an end");
    assert!(content.with_etag("\"a\nb\"").is_err());
    let folder = std::fs::File::open("/").expect("it is there");
    let refused = Content::file(folder).expect_err("no file");
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

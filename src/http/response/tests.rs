use super::Response;
use crate::{Error, HeaderError};

#[test]
fn headers_are_appended_and_only_the_type_is_replaced() {
    let response = Response::new(200)
        .with_header("Set-Cookie", "a=1")
        .and_then(|response| response.with_header("Set-Cookie", "b=2"))
        .expect("sound headers");
    let cookies: Vec<_> = response.headers().get_all("set-cookie").collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    let page = Response::text("<p>")
        .with_header("Content-Type", "text/html")
        .expect("a sound header");
    assert_eq!(page.headers().get_all("content-type").count(), 1);
    assert_eq!(page.header("content-type"), Some("text/html"));
}

#[test]
fn headers_of_the_runtime_and_of_the_platform_are_refused() {
    for name in [
        "X-Fc-Status",
        "Connection",
        "Content-Length",
        "transfer-encoding",
        "Date",
        "Server",
        "Upgrade",
    ] {
        let refused = Response::new(200).with_header(name, "1").expect_err(name);
        assert_eq!(refused, HeaderError::Reserved(name.into()));
    }
}

#[test]
fn the_usual_things_become_responses() {
    let json = Response::from(serde_json::Value::Null);
    assert_eq!((json.status(), json.body()), (200, Some("null".as_bytes())));
    assert_eq!(json.headers().get("content-type"), Some("application/json"));
    let created = Response::from((201, "made"));
    assert_eq!(
        (created.status(), created.body()),
        (201, Some("made".as_bytes()))
    );
    assert_eq!(
        Response::from(vec![0, 255]).headers().get("content-type"),
        None
    );
    assert_eq!(
        Response::json(&[1, 2]).expect("JSON").body(),
        Some("[1,2]".as_bytes())
    );
    assert!(Response::redirect(302, "/a\nb").is_err());
}

#[test]
fn a_reader_is_copied_to_its_end() {
    let response = Response::reader(&b"all of it"[..]);
    assert_eq!(response.body(), None, "a reader is streamed");
    let written = response.into_body().expect("a vector takes every byte");
    assert_eq!(written, b"all of it");
}

#[test]
fn the_body_is_what_a_client_gets_or_the_error_that_it_ends_by() {
    let whole = Response::text("whole").into_body();
    assert_eq!(whole.expect("it is there"), b"whole");
    let broken = Response::stream(|out| {
        write!(out, "half")?;
        Err(Error::new("Broken", "dried up"))
    });
    let error = broken.into_body().expect_err("it breaks off");
    assert_eq!(error, Error::new("Broken", "dried up"));
}

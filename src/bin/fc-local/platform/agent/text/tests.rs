//! The text of a request says what the request says that is made header by header.

use std::net::{Ipv4Addr, SocketAddr};

use hyper::Request;
use hyper::body::Bytes;
use hyper::header::HeaderMap;

use super::super::{event_request, http_request};
use super::{CallId, FunctionHeaders, Payload};
use crate::function::Function;
use crate::name::FunctionName;
use crate::platform::body::Body;
use crate::platform::connections::{Outgoing, lines};

fn of_function() -> FunctionHeaders {
    let mut function = Function::with_defaults(FunctionName::fc2("s", "f"));
    function.has_role = true;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 9000));
    FunctionHeaders::of(&function, address)
}

fn call() -> CallId {
    CallId {
        request_id: "id".to_owned(),
        retry_count: 2,
    }
}

fn payload() -> Payload {
    Payload::sized(Bytes::from_static(b"x"))
}

/// The lines of a request, in alphabetical order: its first one, its fields and its length.
fn sorted(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8(text.to_vec()).expect("text");
    let (head, _) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
    lines.sort();
    lines
}

#[track_caller]
fn assert_same(text: &Outgoing, request: Request<Body>) {
    let (parts, _) = request.into_parts();
    let (method, target) = (&parts.method, &parts.uri);
    let made = [
        format!("{method} {target} HTTP/1.1\r\n").into_bytes(),
        lines(&parts.headers),
        b"Content-Length: 1\r\n\r\n".to_vec(),
    ];
    assert_eq!(sorted(&text.bytes()), sorted(&made.concat()));
}

#[test]
fn the_text_of_an_event_call_says_what_its_request_says() {
    let of_function = of_function();
    let request = event_request(&of_function, &call(), payload());
    assert_same(&of_function.event(&call(), payload()), request);
}

#[test]
fn the_text_of_an_http_call_says_what_its_request_says() {
    let of_function = of_function();
    for given in [
        vec![("host", "a.example"), ("x-twice", "1"), ("x-twice", "2")],
        vec![
            ("x-fc-function-name", "forged"),
            ("x-fc-request-id", "forged"),
        ],
        vec![("x-fc-client-ip", "192.0.2.1"), ("x-fc-base-path", "/a/")],
    ] {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(name, value.parse().expect("a value"));
        }
        let user = Request::put("/a%20b?c=d").body(()).expect("a request");
        let mut user = user.into_parts().0;
        user.headers = headers;
        let text = of_function.http(&call(), &user, payload());
        assert_same(&text, http_request(&of_function, &call(), user, payload()));
    }
}

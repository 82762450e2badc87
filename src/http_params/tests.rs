use super::{decode, encode, is_used};
use crate::call::{Body, Call, Reply};
use crate::context::Limit;
use crate::error::Error;
use crate::headers::{Headers, name};
use crate::http::Request;
use crate::{Context, base64};
use std::time::Instant;

// The worked example of contract §2.2, request and response.
const REQUEST_JSON: &str = r#"{"path":"/a b/c","method":"POST","requestURI":"/2016-08-15/proxy/svc/fn/a%20b/c?k=1&k=2&x=y","clientIP":"203.0.113.7","host":"1234567890.cn-shanghai.fc.aliyuncs.com","queriesMap":{"k":["1","2"],"x":["y"]},"headersMap":{"Content-Type":["text/plain"],"Cookie":["a=1; b=2"],"X-Multi":["one","two"]}}"#;
const REQUEST: &str = "eyJwYXRoIjoiL2EgYi9jIiwibWV0aG9kIjoiUE9TVCIsInJlcXVlc3RVUkkiOiIvMjAxNi0wOC0xNS9wcm94eS9zdmMvZm4vYSUyMGIvYz9rPTEmaz0yJng9eSIsImNsaWVudElQIjoiMjAzLjAuMTEzLjciLCJob3N0IjoiMTIzNDU2Nzg5MC5jbi1zaGFuZ2hhaS5mYy5hbGl5dW5jcy5jb20iLCJxdWVyaWVzTWFwIjp7ImsiOlsiMSIsIjIiXSwieCI6WyJ5Il19LCJoZWFkZXJzTWFwIjp7IkNvbnRlbnQtVHlwZSI6WyJ0ZXh0L3BsYWluIl0sIkNvb2tpZSI6WyJhPTE7IGI9MiJdLCJYLU11bHRpIjpbIm9uZSIsInR3byJdfX0=";
const RESPONSE: &str = "eyJzdGF0dXMiOjIwMSwiaGVhZGVyc01hcCI6eyJDb250ZW50LVR5cGUiOlsidGV4dC9wbGFpbiJdLCJTZXQtQ29va2llIjpbImE9MSIsImI9MiJdfX0=";

fn call(header: &str) -> Call {
    let mut headers = Headers::new();
    for (name, value) in [
        ("Host", "21.0.3.2:9000"),
        ("Content-Type", "application/octet-stream"),
        ("X-Fc-Request-Id", "r1"),
        ("X-Fc-Client-Ip", ""),
        ("X-Fc-Http-Params", header),
    ] {
        headers.append(name, value).expect("a sound header");
    }
    Call {
        method: "POST".into(),
        target: "/invoke".into(),
        headers,
        body: b"hello".to_vec(),
        arrived: Instant::now(),
    }
}

fn decoded(json: &str) -> Result<Request, Error> {
    let mut call = call(&base64::encode(json.as_bytes()));
    let result = decode(&mut call);
    let fields = call.headers.split_off(name::FC_PREFIX);
    assert_eq!(
        fields.get(name::REQUEST_ID),
        Some("r1"),
        "the end line needs it"
    );
    result.map(|()| Request::from_parts(call.method, call.target, call.headers, call.body))
}

fn target(json: &str) -> String {
    let request = decoded(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    request.target().to_owned()
}

fn params(reply: Reply) -> String {
    let carrier = encode(reply, false).expect("nothing breaks off");
    let header = carrier
        .headers
        .get_bytes(name::HTTP_PARAMS)
        .expect("it is set");
    String::from_utf8(base64::decode(header).expect("base64")).expect("UTF-8")
}

#[test]
fn the_worked_example_is_read() {
    assert_eq!(base64::encode(REQUEST_JSON.as_bytes()), REQUEST);
    let mut call = call(REQUEST);
    assert!(is_used(&call));
    decode(&mut call).expect("the contract's own example");
    let fields = call.headers.split_off(name::FC_PREFIX);
    let ctx = Context::new(fields, call.arrived, Limit::Function);
    assert_eq!(
        (ctx.request_id(), ctx.client_ip()),
        ("r1", Some("203.0.113.7"))
    );
    let request = Request::from_parts(call.method, call.target, call.headers, call.body);
    assert_eq!(
        (request.method(), request.target()),
        ("POST", "/a%20b/c?k=1&k=2&x=y")
    );
    assert_eq!(request.segments(), ["a b", "c"]);
    assert_eq!(request.query_value("x").as_deref(), Some("y"));
    assert_eq!(request.body(), b"hello");
    assert_eq!(
        request.headers().iter().collect::<Vec<_>>(),
        [
            ("host", &b"1234567890.cn-shanghai.fc.aliyuncs.com"[..]),
            ("Content-Type", b"text/plain"),
            ("Cookie", b"a=1; b=2"),
            ("X-Multi", b"one"),
            ("X-Multi", b"two"),
        ]
    );
}

#[test]
fn the_worked_example_is_written() {
    let mut headers = Headers::new();
    for (name, value) in [
        ("Content-Type", "text/plain"),
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
    ] {
        headers.append(name, value).expect("a sound header");
    }
    let reply = Reply {
        status: 201,
        content_type: None,
        headers,
        body: Body::Bytes(b"made".to_vec()),
    };
    let carrier = encode(reply, false).expect("nothing breaks off");
    assert_eq!(carrier.status, 200);
    assert_eq!(carrier.headers.get(name::HTTP_PARAMS), Some(RESPONSE));
    assert_eq!(carrier.headers.get("set-cookie"), None);
    assert!(matches!(carrier.body, Body::Bytes(body) if body == b"made"));
}

#[test]
fn a_response_without_headers_and_one_with_odd_values_are_json() {
    let bare = Reply {
        content_type: None,
        ..Reply::bytes(404, "", Vec::new())
    };
    assert_eq!(params(bare), r#"{"status":404,"headersMap":{}}"#);
    let odd = Reply::bytes(200, "a/b", Vec::new())
        .with_header("x-a", "\"\t\\")
        .with_header("x-b", "你")
        .with_header("X-A", "");
    assert_eq!(
        params(odd),
        r#"{"status":200,"headersMap":{"content-type":["a/b"],"x-a":["\"\t\\",""],"x-b":["你"]}}"#
    );
}

#[test]
fn a_failed_response_is_marked_outside() {
    let reply = Reply::bytes(503, "a/b", Vec::new()).with_header(name::STATUS, "404");
    let carrier = encode(reply, false).expect("nothing breaks off");
    assert_eq!(
        (carrier.status, carrier.headers.get(name::STATUS)),
        (200, Some("404"))
    );
}

#[test]
fn a_stream_is_gathered_unless_nobody_may_see_it() {
    let streamed = |status| Reply {
        body: Body::Stream(Box::new(|out| Ok(out.write_all(b"all of it")?))),
        ..Reply::bytes(status, "a/b", Vec::new())
    };
    let body = |status, head_only| match encode(streamed(status), head_only)
        .expect("nothing breaks off")
        .body
    {
        Body::Bytes(bytes) => bytes,
        Body::Stream(_) => panic!("this form knows no stream"),
    };
    assert_eq!(body(200, false), b"all of it");
    assert!(body(200, true).is_empty() && body(204, false).is_empty());
    let broken = Reply {
        body: Body::Stream(Box::new(|_| Err(Error::new("Broken", "dried up")))),
        ..Reply::bytes(200, "a/b", Vec::new())
    };
    let error = encode(broken, false).expect_err("it breaks off");
    assert_eq!(error.error_type(), "Broken");
}

#[test]
fn missing_fields_have_the_defaults_of_the_contract() {
    let request = decoded("{}").expect("every field may be missing");
    assert_eq!(
        (
            request.method(),
            request.target(),
            request.headers().is_empty()
        ),
        ("", "/", true)
    );
    let nulls = r#"{"path":"/p","queriesMap":null,"headersMap":null,"host":null,"method":"GET"}"#;
    assert_eq!(target(nulls), "/p");
}

#[test]
fn single_valued_maps_count_where_the_others_are_empty() {
    let old = r#"{"path":"/p","queriesMap":{},"queries":{"k":"1"},"headersMap":{},"headers":{"Accept":"a/b"}}"#;
    let request = decoded(old).expect("the older form");
    assert_eq!(
        (request.target(), request.header("accept")),
        ("/p?k=1", Some("a/b"))
    );
    let both = r#"{"queriesMap":{"k":["1","2"]},"queries":{"k":"1"},"headersMap":{"A":["b"]},"headers":{"C":"d"}}"#;
    let request = decoded(both).expect("both forms");
    assert_eq!(
        (request.target(), request.headers().len()),
        ("/?k=1&k=2", 1)
    );
}

#[test]
fn what_go_escapes_reads_like_what_it_does_not() {
    let go = r#"{"path":"/a\u003cb\u003e\u0026","queriesMap":{"\u0026":["\u003d"]},"headersMap":{"X":["\u003cy\u003e"]}}"#;
    let plain = r#"{"path":"/a<b>&","queriesMap":{"&":["="]},"headersMap":{"X":["<y>"]}}"#;
    assert_eq!(decoded(go), decoded(plain));
    assert_eq!(target(go), "/a%3Cb%3E&?%26=%3D");
}

#[test]
fn the_target_says_what_path_and_map_say() {
    let odd = r#"{"path":"/你/a?b#c%/","queriesMap":{"a b":["+","你"],"e":[""]}}"#;
    assert_eq!(
        target(odd),
        "/%E4%BD%A0/a%3Fb%23c%25/?a%20b=%2B&a%20b=%E4%BD%A0&e="
    );
    let request = decoded(odd).expect("sound params");
    assert_eq!(request.segments(), ["你", "a?b#c%", ""]);
    assert_eq!(request.query_value("a b").as_deref(), Some("+"));
    assert_eq!(target(r#"{"path":"a/b"}"#), "/a/b");
    assert_eq!(target(r#"{"path":"*","method":"OPTIONS"}"#), "*");
}

#[test]
fn the_uri_keeps_what_path_and_map_lose() {
    let long = r#"{"path":"/a/b/c","requestURI":"/2016-08-15/proxy/svc/fn/a%2Fb/c?z=1&a=+&z=2","queriesMap":{"a":[" "],"z":["1","2"]}}"#;
    assert_eq!(target(long), "/a%2Fb/c?z=1&a=+&z=2");
    assert_eq!(
        decoded(long).expect("sound params").segments(),
        ["a/b", "c"]
    );
    let absolute = r#"{"path":"/a","requestURI":"http://h/2016-08-15/proxy/svc/fn/a?flag"}"#;
    assert_eq!(target(absolute), "/a?flag");
    assert_eq!(
        target(r#"{"path":"/","requestURI":"/2016-08-15/proxy/svc/fn/"}"#),
        "/"
    );
}

#[test]
fn path_and_map_win_over_a_uri_that_says_something_else() {
    let other = r#"{"path":"/a","requestURI":"/b?k=1","queriesMap":{"k":["2"]}}"#;
    assert_eq!(target(other), "/a?k=2");
    let unsound = r#"{"path":"/a b","requestURI":"/a b?k=1 2","queriesMap":{"k":["1 2"]}}"#;
    assert_eq!(target(unsound), "/a%20b?k=1%202");
}

#[test]
fn a_client_cannot_pose_as_the_platform() {
    let posing = r#"{"headersMap":{"X-Fc-Account-Id":["1"],"x-fc-request-id":["2"],"A":["b"]}}"#;
    assert_eq!(decoded(posing).expect("sound params").headers().len(), 1);
}

#[test]
fn the_host_that_the_client_sent_is_kept() {
    let request = decoded(r#"{"host":"a.example","headersMap":{"HOST":["b.example"]}}"#)
        .expect("sound params");
    assert_eq!(
        request.headers().get_all("host").collect::<Vec<_>>(),
        ["b.example"]
    );
}

#[test]
fn unsound_params_are_errors_that_show_no_value() {
    for (json, message) in [
        ("[]", "its base64 is not a JSON object, see byte 0"),
        (
            r#"{"path":"/a"#,
            "its base64 is not a JSON object, see byte 11",
        ),
        (r#"{"method":5}"#, "method is not a string"),
        (r#"{"method":"G T"}"#, "method is not a token"),
        (
            r#"{"queriesMap":"k=planted"}"#,
            "queriesMap is not a map of strings",
        ),
        (
            r#"{"headersMap":{"A":[1]}}"#,
            "headersMap is not a map of strings",
        ),
        (
            r#"{"headersMap":{"A":{"b":"planted"}}}"#,
            "headersMap is not a map of strings",
        ),
        (
            r#"{"headersMap":{"Cookie: planted":["b"]}}"#,
            "a name in headersMap is not a header name",
        ),
        (
            r#"{"headersMap":{"Cookie":["planted\r\nX: y"]}}"#,
            "the value of the header Cookie contains a control character",
        ),
        (
            r#"{"host":"a\nb"}"#,
            "the value of the header host contains a control character",
        ),
    ] {
        let error = decoded(json).expect_err(json);
        assert_eq!(
            error.to_string(),
            format!("InvalidHttpParams: x-fc-http-params: {message}")
        );
    }
    let error = decode(&mut call("eyJ9*A==")).expect_err("no base64");
    assert_eq!(
        error.message(),
        "x-fc-http-params: no base64, byte 4 is not of the standard alphabet"
    );
}

#[test]
fn debug_shows_nothing_of_the_params() {
    let shown = format!("{:?}", call("planted="));
    assert!(!shown.contains("planted"), "{shown}");
}

//! The compatibility form of an HTTP call (contract §2.2), against real processes.

use crate::support::{Connection, Instance, request, with};
use fc_runtime::serde_json::{Value, json};
use fc_runtime::{Context, Error, Runtime, base64};

/// The header and the body of the worked example.
const EXAMPLE: &str = "eyJwYXRoIjoiL2EgYi9jIiwibWV0aG9kIjoiUE9TVCIsInJlcXVlc3RVUkkiOiIvMjAxNi0wOC0xNS9wcm94eS9zdmMvZm4vYSUyMGIvYz9rPTEmaz0yJng9eSIsImNsaWVudElQIjoiMjAzLjAuMTEzLjciLCJob3N0IjoiMTIzNDU2Nzg5MC5jbi1zaGFuZ2hhaS5mYy5hbGl5dW5jcy5jb20iLCJxdWVyaWVzTWFwIjp7ImsiOlsiMSIsIjIiXSwieCI6WyJ5Il19LCJoZWFkZXJzTWFwIjp7IkNvbnRlbnQtVHlwZSI6WyJ0ZXh0L3BsYWluIl0sIkNvb2tpZSI6WyJhPTE7IGI9MiJdLCJYLU11bHRpIjpbIm9uZSIsInR3byJdfX0=";
const EXAMPLE_BODY: &[u8] = b"hello";

/// The bytes of a call that carries `params`, as an agent sends it.
fn carrier(control_path: &str, params: &str, body: &[u8]) -> Vec<u8> {
    let headers = [
        ("X-Fc-Control-Path", control_path),
        ("X-Fc-Request-Id", "params-id"),
        ("X-Fc-Http-Params", params),
    ];
    request("POST", control_path, &headers, body)
}

/// What the response to these params carries: status and headers, and its body.
fn response(instance: &Instance, params: &Value, body: &[u8]) -> (Value, Vec<u8>) {
    let params = base64::encode(params.to_string().as_bytes());
    let response = instance
        .connect()
        .exchange(&carrier("/http-invoke", &params, body));
    assert_eq!(response.status, 200, "{}", response.text());
    let header = response
        .header("x-fc-http-params")
        .expect("the carried response");
    let json = base64::decode(header.as_bytes()).expect("base64");
    (serde_json::from_slice(&json).expect("JSON"), response.body)
}

#[test]
fn a_carried_call_is_answered_by_a_carried_response() {
    let instance = Instance::start("testbed", &[]);
    let (params, body) = response(
        &instance,
        &json!({"path": "/cookies", "method": "GET"}),
        b"",
    );
    assert_eq!(
        params,
        json!({"status": 200, "headersMap": {"content-type": ["text/plain; charset=utf-8"], "Set-Cookie": ["a=1", "b=2"]}})
    );
    assert_eq!(body, b"two");
    let asked = json!({"path": "/target", "method": "PATCH", "queriesMap": {"k": ["1", "2"]}, "requestURI": "/target?k=1&k=2"});
    assert_eq!(
        response(&instance, &asked, b"").1,
        b"PATCH /target?k=1&k=2 params-id"
    );
    let echo = json!({"path": "/echo", "method": "PUT"});
    assert_eq!(response(&instance, &echo, b"\x00raw\xff").1, b"\x00raw\xff");
    let header = json!({"path": "/header/x-multi", "headersMap": {"X-Multi": ["one", "two"]}});
    assert_eq!(response(&instance, &header, b"").1, br#"["one", "two"]"#);
}

#[test]
fn a_mistake_of_the_client_goes_into_the_carried_response() {
    let instance = Instance::start("testbed", &[]);
    let sum = json!({"path": "/sum", "method": "POST"});
    let (params, body) = response(&instance, &sum, b"[1,");
    assert_eq!(
        params,
        json!({"status": 400, "headersMap": {"content-type": ["application/json"]}})
    );
    let error: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(error["errorType"], "InvalidJson");
    assert_eq!(response(&instance, &sum, b"[1, 2]").1, b"3");
}

#[test]
fn statuses_of_the_handler_go_into_the_carried_response() {
    let instance = Instance::start("testbed", &[]);
    for status in [204, 304, 404, 418, 500] {
        let (params, _) = response(
            &instance,
            &json!({"path": format!("/status/{status}")}),
            b"",
        );
        assert_eq!(params["status"], status);
    }
    let failed = base64::encode(br#"{"path":"/failed"}"#);
    let failed = instance
        .connect()
        .exchange(&carrier("/http-invoke", &failed, b""));
    assert_eq!(
        (failed.status, failed.header("x-fc-status")),
        (200, Some("404"))
    );
}

#[test]
fn the_worked_example_reaches_the_handler_by_either_control_path() {
    let instance = Instance::start("testbed", &[]);
    for control_path in ["/invoke", "/http-invoke"] {
        let response = instance
            .connect()
            .exchange(&carrier(control_path, EXAMPLE, EXAMPLE_BODY));
        // The testbed has no such path, and says so by {"status":404,"headersMap":{}}.
        assert_eq!(
            (response.status, response.header("x-fc-http-params")),
            (200, Some("eyJzdGF0dXMiOjQwNCwiaGVhZGVyc01hcCI6e319"))
        );
    }
}

#[test]
fn a_carried_stream_is_gathered_and_a_broken_one_is_an_error() {
    let instance = Instance::start("testbed", &[]);
    let (params, body) = response(&instance, &json!({"path": "/stream"}), b"");
    assert_eq!(
        (&params["status"], &body[..]),
        (&json!(200), &b"event 1\nevent 2\nevent 3\n"[..])
    );
    let broken = base64::encode(br#"{"path":"/broken-stream"}"#);
    let response = instance
        .connect()
        .exchange(&carrier("/http-invoke", &broken, b""));
    assert_eq!(
        (response.status, response.header("x-fc-status")),
        (404, Some("404"))
    );
    assert_eq!(response.json()["errorType"], "Broken");
}

#[test]
fn an_error_of_the_handler_is_answered_as_everywhere() {
    let instance = Instance::start("testbed", &[]);
    let params = base64::encode(br#"{"path":"/panic"}"#);
    let response = instance
        .connect()
        .exchange(&carrier("/invoke", &params, b""));
    assert_eq!(
        (response.status, response.header("x-fc-status")),
        (404, Some("404"))
    );
    assert_eq!(response.json()["errorType"], "Panic");
}

#[test]
fn params_that_cannot_be_read_are_a_clear_error_and_call_no_handler() {
    let instance = Instance::start("testbed", &[]);
    let split = base64::encode(br#"{"path":"/panic","headersMap":{"Cookie":["planted\r\nX: y"]}}"#);
    for (params, message) in [
        ("planted!", "byte 7 is not of the standard alphabet"),
        ("cGxhbnRlZA==", "see byte 0"),
        (
            &split,
            "the value of the header Cookie contains a control character",
        ),
    ] {
        let response = instance
            .connect()
            .exchange(&carrier("/http-invoke", params, b""));
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (404, Some("404"))
        );
        let error = response.json();
        assert_eq!(error["errorType"], "InvalidHttpParams");
        assert!(
            error["errorMessage"]
                .as_str()
                .is_some_and(|said| said.ends_with(message)),
            "{error}"
        );
        assert!(response.header("x-fc-http-params").is_none());
    }
    let is_end = |line: &&String| line.starts_with("FC Invoke End RequestId: params-id, Error: ");
    let lines = instance.wait_for_lines("three end lines", |lines| {
        lines.iter().filter(is_end).count() == 3
    });
    assert!(
        !lines
            .iter()
            .any(|line| line.contains("planted") || line.contains("Panic")),
        "{lines:#?}"
    );
}

#[test]
fn an_empty_header_counts_as_absent() {
    let instance = Instance::start("testbed", &[]);
    let mut connection: Connection = instance.connect();
    assert_eq!(
        connection
            .exchange(&carrier("/invoke", "", b"an event"))
            .text(),
        "an event"
    );
}

#[test]
fn a_function_without_an_http_handler_takes_the_body_for_an_event() {
    let runtime = Runtime::new().invoke(|event: &[u8], _: &Context| Ok::<_, Error>(event.to_vec()));
    with(runtime, |address| {
        let response =
            Connection::open(address).exchange(&carrier("/invoke", EXAMPLE, EXAMPLE_BODY));
        assert_eq!(
            (
                response.body.as_slice(),
                response.header("x-fc-http-params")
            ),
            (EXAMPLE_BODY, None)
        );
    });
}

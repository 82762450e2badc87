//! HTTP calls that FC answers itself: what it refuses, and what a function did wrong.

use std::io::{BufReader, Write};

use serde_json::json;

use super::{PROXY, server_with};
use crate::support::{KEY_SECRET, Reply, Server, authorization, server_of, wait_for};

#[test]
fn a_request_that_the_runtimes_server_refuses_leaves_a_line_that_says_so() {
    let line = "fc-local: the runtime answered 400 Bad Request and logged no start of the call: ";
    let server = server_with(&json!({}));
    assert_eq!(server.by_domain("GET", "/refused", &[], b"").status, 400);
    wait_for("the line", || server.log().contains(line).then_some(()));
    server.by_domain("GET", "/echo", &[], b"");
    assert_eq!(server.log().matches(line).count(), 1);
    // A header that the default server cannot take; the direct one can.
    let server = server_of("testbed", &json!({}));
    let status = server
        .by_domain("GET", "/status/200", &[("X-Name", "J\u{fc}rgen")], b"")
        .status;
    let line = "fc-local: the runtime hung up and logged no start of the call: its HTTP server may have refused";
    assert!(matches!(status, 200 | 502), "{status}");
    assert_eq!(
        server.log().contains(line),
        status == 502,
        "{}",
        server.log()
    );
    assert_eq!(server.by_domain("GET", "/status/200", &[], b"").status, 200);
}

#[test]
fn a_function_that_dies_or_breaks_a_limit_is_a_bad_gateway() {
    let server = server_with(&json!({}));
    let died = server.by_domain("GET", "/die", &[], b"");
    assert_eq!(
        (died.status, died.header("x-fc-error-type")),
        (502, "UnhandledInvocationError")
    );
    assert!(
        died.text()
            .contains("Process exited unexpectedly before completing request"),
        "{died:?}"
    );
    let large = server.by_domain("GET", "/big-headers", &[], b"");
    assert_eq!(
        (large.status, large.json()["errorType"].as_str()),
        (502, Some("BadResponse"))
    );
    let failed = server.by_domain("GET", "/failed", &[], b"");
    assert_eq!(
        (failed.status, failed.header("x-fc-error-type")),
        (201, "UnhandledInvocationError")
    );
}

#[test]
fn a_call_over_its_timeout_is_a_bad_gateway() {
    let server = server_with(&json!({"timeout": 1}));
    let reply = server.by_domain("GET", "/sleep", &[], b"");
    assert_eq!(
        (reply.status, reply.header("x-fc-error-type")),
        (502, "FunctionTimeoutError")
    );
}

#[test]
fn requests_over_the_limits_are_refused() {
    let server = server_with(&json!({}));
    let long = "x".repeat(9000);
    for reply in [
        server.by_domain("GET", "/", &[("X-Long", long.as_str())], b""),
        server.by_domain("GET", &format!("/{}", "x".repeat(5000)), &[], b""),
    ] {
        assert_eq!(
            (reply.error(), reply.header("x-fc-error-type")),
            ((400, "InvalidArgument".to_owned()), "FcCommonError")
        );
    }
    let mut stream = server.connect();
    let head = "POST / HTTP/1.1\r\nHost: web.example.test\r\nContent-Length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("sent");
    let reply = Reply::read(&mut BufReader::new(stream), "POST");
    assert_eq!(reply.error(), (400, "EntityTooLarge".to_owned()));
}

#[test]
fn only_the_triggers_methods_pass_and_only_with_a_trigger() {
    let server = Server::start();
    server.deploy(&json!({}));
    assert_eq!(
        server.request("GET", PROXY, &[], b"").error(),
        (404, "TriggerNotFound".to_owned())
    );
    server.add_trigger("anonymous", &["GET"]);
    assert_eq!(server.request("GET", PROXY, &[], b"").status, 201);
    let refused = server.request("POST", PROXY, &[], b"");
    assert_eq!(
        (refused.status, refused.header("x-fc-error-type")),
        (403, "FcCommonError")
    );
}

#[test]
fn a_trigger_with_auth_type_function_wants_a_signature() {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("function", &["GET"]);
    let target = format!("{PROXY}/x?b=2&a=1");
    assert_eq!(
        server.request("GET", &target, &[], b"").error(),
        (400, "MissingRequiredHeader".to_owned())
    );
    assert_eq!(server.signed("GET", &target, &[], b"").status, 201);
    let wrong = server.signed_with("wrong", "GET", &target, &[], b"");
    assert_eq!(wrong.error(), (403, "SignatureNotMatch".to_owned()));
    let date = "Thu, 01 Jan 2015 00:00:00 GMT";
    let old = authorization(KEY_SECRET, "GET", &target, &[], date);
    let replayed = server.request(
        "GET",
        &target,
        &[("date", date), ("authorization", &old)],
        b"",
    );
    assert_eq!(replayed.error(), (403, "AccessDenied".to_owned()));
}

//! HTTP calls that are accepted now and made later.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{PROXY, seen, server_with};
use crate::support::wait_for;

const LATER: (&str, &str) = ("X-Fc-Invocation-Type", "Async");

/// What the function got, once it has got it.
fn kept(file: &Path) -> Value {
    wait_for("the call", || {
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    })
}

#[test]
fn an_http_call_can_be_made_later_by_domain_and_by_path() {
    let server = server_with(&json!({}));
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("kept");
    let keep = file.display().to_string();
    let headers = [LATER, ("X-Keep-In", &keep), ("Cookie", "k=1")];
    let reply = server.by_domain("PUT", "/a%20b?q=1", &headers, b"sent");
    assert_eq!((reply.status, reply.text().as_str()), (202, ""));
    let id = reply.header("x-fc-request-id").to_owned();
    assert_eq!(reply.header("x-fc-async-task-id"), id);
    let request = kept(&file);
    assert_eq!(
        [&request["method"], &request["target"], &request["body"]],
        ["PUT", "/a%20b?q=1", "sent"]
    );
    for (name, value) in [
        ("x-fc-request-id", id.as_str()),
        ("x-fc-control-path", "/http-invoke"),
        ("x-fc-client-ip", "127.0.0.1"),
        ("x-fc-invocation-type", ""),
        ("cookie", "k=1"),
        ("host", "web.example.test:8900"),
    ] {
        assert_eq!(seen(&request, name).concat(), value, "{name}");
    }
    fs::remove_file(&file).expect("removed");
    let target = format!("{PROXY}/x");
    assert_eq!(server.request("GET", &target, &headers, b"").status, 202);
    let request = kept(&file);
    assert_eq!(request["target"], target);
    assert_eq!(seen(&request, "x-fc-base-path"), [format!("{PROXY}/")]);
}

#[test]
fn an_http_call_that_fails_later_is_tried_again_as_configured() {
    let server = server_with(&json!({}));
    let path = "/services/s.LATEST/functions/f/async-invoke-config";
    let config = json!({"maxAsyncRetryAttempts": 1});
    assert_eq!(server.api("PUT", path, &config).status, 200);
    let reply = server.by_domain("GET", "/failed", &[LATER], b"");
    let id = reply.header("x-fc-request-id");
    let log = wait_for("the call to be given up", || {
        let log = server.log();
        let given_up = format!("event RequestId: {id} after 2 failed tries: ");
        log.contains(&given_up).then_some(log)
    });
    let start = format!("FC Invoke Start RequestId: {id}\n");
    assert_eq!(log.matches(&start).count(), 2, "{log}");
}

#[test]
fn what_cannot_wait_is_refused() {
    let server = server_with(&json!({}));
    let too_large = "x".repeat(128 * 1024 + 1);
    let reply = server.by_domain("POST", "/x", &[LATER], too_large.as_bytes());
    assert_eq!(reply.error(), (400, "EntityTooLarge".to_owned()));
    let reply = server.by_domain("POST", "/x", &[("X-Fc-Invocation-Type", "Soon")], b"");
    assert_eq!(reply.error(), (400, "InvalidArgument".to_owned()));
}

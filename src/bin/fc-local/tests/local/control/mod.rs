//! The control plane of FC 2.0: create, read, change, list, delete.

mod around;
mod fields;
mod refused;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Reply, Server, package, zip_of};

fn code(zip: &[u8]) -> Value {
    json!({"zipFile": BASE64.encode(zip)})
}

fn error(reply: &Reply) -> (u16, String, String) {
    let (status, code) = reply.error();
    (
        status,
        code,
        reply.json()["ErrorMessage"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}

pub(crate) fn assert_error(reply: &Reply, status: u16, code: &str, words: &str) {
    let said = error(reply);
    assert!(
        said.0 == status && said.1 == code && said.2.contains(words),
        "{said:?}"
    );
    assert_eq!(reply.header("x-fc-error-type"), "FcCommonError");
    assert!(!reply.header("x-fc-request-id").is_empty());
}

#[test]
fn a_change_can_be_tied_to_the_state_that_was_read() {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("anonymous", &["GET"]);
    for path in [
        "/services/s",
        "/services/s/functions/f",
        "/services/s/functions/f/triggers/t",
    ] {
        let tag = |reply: &Reply| reply.header("etag").to_owned();
        let read = server.api("GET", path, &json!(null));
        let old = tag(&read);
        assert!(old.starts_with('"'), "{path}: {old}");
        assert_eq!(tag(&server.api("GET", path, &json!(null))), old, "{path}");
        let target = format!("/2016-08-15{path}");
        let change = |method: &str, tag: &str, body: &[u8]| {
            server.signed(method, &target, &[("if-match", tag)], body)
        };
        let changed = change("PUT", &old, br#"{"description":"new"}"#);
        assert_eq!(changed.status, 200, "{changed:?}");
        let new = tag(&changed);
        assert_ne!(new, old, "{path}");
        for method in ["PUT", "DELETE"] {
            let refused = change(method, &old, b"");
            assert_eq!(refused.status, 412, "{method} {path}: {refused:?}");
            assert_eq!(refused.json()["ErrorCode"], "PreconditionFailed");
        }
        assert_eq!(
            change("PUT", new.trim_matches('"'), b"").status,
            200,
            "{path}"
        );
        assert_eq!(change("PUT", "*", b"").status, 200, "{path}");
    }
}

#[test]
fn a_service_lives_from_its_creation_to_its_deletion() {
    let server = Server::start();
    let none = json!(null);
    assert_error(
        &server.api("GET", "/services/s", &none),
        404,
        "ServiceNotFound",
        "service 's' does not exist",
    );
    let created = server.api(
        "POST",
        "/services",
        &json!({"serviceName": "s", "description": "one"}),
    );
    assert_eq!(
        (created.status, created.json()["serviceName"].as_str()),
        (201, Some("s"))
    );
    assert_error(
        &server.api("POST", "/services", &json!({"serviceName": "s"})),
        409,
        "ServiceAlreadyExists",
        "'s'",
    );
    let changed = server
        .api("PUT", "/services/s", &json!({"description": "two"}))
        .json();
    assert_eq!(
        (changed["description"].as_str(), &changed["serviceId"]),
        (Some("two"), &created.json()["serviceId"])
    );
    assert_eq!(
        server.api("GET", "/services/s", &none).json()["description"],
        "two"
    );
    assert_eq!(
        server.api("GET", "/services", &none).json()["services"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    server.deploy(&json!({}));
    assert_error(
        &server.api("DELETE", "/services/s", &none),
        409,
        "ServiceNotEmpty",
        "'s'",
    );
    assert_eq!(
        server
            .api("DELETE", "/services/s/functions/f", &none)
            .status,
        204
    );
    assert_eq!(server.api("DELETE", "/services/s", &none).status, 204);
    assert_error(
        &server.api("DELETE", "/services/s", &none),
        404,
        "ServiceNotFound",
        "'s'",
    );
}

#[test]
fn a_function_lives_from_its_creation_to_its_deletion() {
    let server = Server::start();
    let none = json!(null);
    assert_error(
        &server.api("GET", "/services/s/functions/f", &none),
        404,
        "ServiceNotFound",
        "'s'",
    );
    server.deploy(&json!({"description": "one"}));
    let twice = json!({"functionName": "f", "runtime": "custom", "code": code(&package())});
    let refused = server.api("POST", "/services/s/functions", &twice);
    assert_error(
        &refused,
        409,
        "FunctionAlreadyExists",
        "function 'f' already exists in service 's'",
    );
    let first = server.api("GET", "/services/s/functions/f", &none).json();
    assert_eq!(
        (first["timeout"].as_u64(), first["codeSize"].as_u64()),
        (Some(30), Some(package().len() as u64))
    );
    assert_eq!(first["code"], Value::Null, "the package is not sent back");
    let other = zip_of(&[("bootstrap", b"#!/bin/sh\nexit 9\n", 0o755)]);
    let changed = server
        .api(
            "PUT",
            "/services/s/functions/f",
            &json!({"code": code(&other)}),
        )
        .json();
    assert_eq!(
        (changed["description"].as_str(), &changed["functionId"]),
        (Some("one"), &first["functionId"])
    );
    assert_ne!(changed["codeChecksum"], first["codeChecksum"]);
    assert_error(&server.invoke("x"), 412, "CAExited", "code 9");
    server.add_trigger("anonymous", &["GET"]);
    let refused = server.api("DELETE", "/services/s/functions/f", &none);
    assert_error(
        &refused,
        409,
        "FunctionNotEmpty",
        "function 'f' has active triggers",
    );
    assert_eq!(
        server
            .api("DELETE", "/services/s/functions/f/triggers/t", &none)
            .status,
        204
    );
    assert_eq!(
        server
            .api("DELETE", "/services/s/functions/f", &none)
            .status,
        204
    );
    assert_error(
        &server.invoke("x"),
        404,
        "FunctionNotFound",
        "function 'f' does not exist in service 's'",
    );
}

#[test]
fn lists_come_in_pages() {
    let server = Server::start();
    for name in ["a1", "a2", "a3", "b1"] {
        assert_eq!(
            server
                .api("POST", "/services", &json!({"serviceName": name}))
                .status,
            201
        );
    }
    let list = |query: &str| {
        server
            .api("GET", &format!("/services?{query}"), &json!(null))
            .json()
    };
    let names = |list: &Value| -> Vec<String> {
        let services = list["services"].as_array().expect("a list");
        services
            .iter()
            .filter_map(|service| service["serviceName"].as_str().map(str::to_owned))
            .collect()
    };
    let first = list("prefix=a&limit=2");
    assert_eq!(
        (names(&first), first["nextToken"].as_str()),
        (vec!["a1".to_owned(), "a2".to_owned()], Some("a3"))
    );
    let second = list("prefix=a&limit=2&nextToken=a3");
    assert_eq!(
        (names(&second), second["nextToken"].as_str()),
        (vec!["a3".to_owned()], None)
    );
}

#[test]
fn the_answer_to_an_invocation_names_its_instance_and_its_code() {
    let server = Server::start();
    server.deploy(&json!({}));
    let reply = server.invoke("x");
    let checksum = server
        .api("GET", "/services/s/functions/f", &json!(null))
        .json()["codeChecksum"]
        .clone();
    assert_eq!(checksum, reply.header("x-fc-code-checksum"));
    assert_eq!(reply.header("x-fc-invocation-service-version"), "LATEST");
    assert_eq!(reply.header("content-type"), "application/octet-stream");
    assert!(reply.header("x-fc-instance-id").starts_with("c-"));
}

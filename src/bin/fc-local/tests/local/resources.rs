//! The control plane of what hangs on a function: triggers, custom domains, the configuration of asynchronous calls.

use serde_json::json;

use crate::control::assert_error;
use crate::support::Server;

#[test]
fn a_trigger_lives_from_its_creation_to_its_change() {
    let server = Server::start();
    server.deploy(&json!({}));
    let (none, function) = (json!(null), "/services/s/functions/f");
    let path = |rest: &str| format!("{function}{rest}");
    assert_error(
        &server.api("GET", &path("/triggers/t"), &none),
        404,
        "TriggerNotFound",
        "'t'",
    );
    server.add_trigger("anonymous", &["GET"]);
    let change = json!({"triggerConfig": {"authType": "function", "methods": ["POST"]}});
    assert_eq!(server.api("PUT", &path("/triggers/t"), &change).status, 200);
    let listed = server.api("GET", &path("/triggers"), &none).json();
    assert_eq!(
        listed["triggers"][0]["triggerConfig"]["methods"],
        json!(["POST"])
    );
    assert_eq!(listed["triggers"][0]["triggerType"], "http");
}

#[test]
fn a_custom_domain_lives_from_its_creation_to_its_deletion() {
    let (server, none) = (Server::start(), json!(null));
    assert_error(
        &server.api("GET", "/custom-domains/a.b", &none),
        404,
        "DomainNameNotFound",
        "'a.b'",
    );
    let domain = json!({"domainName": "a.b", "protocol": "HTTP", "routeConfig": {"routes": []}});
    assert_eq!(server.api("POST", "/custom-domains", &domain).status, 201);
    assert_error(
        &server.api("POST", "/custom-domains", &domain),
        409,
        "DomainNameAlreadyExists",
        "'a.b'",
    );
    assert_eq!(
        server
            .api(
                "PUT",
                "/custom-domains/a.b",
                &json!({"protocol": "HTTP,HTTPS"})
            )
            .status,
        200
    );
    assert_eq!(
        server.api("GET", "/custom-domains/a.b", &none).json()["protocol"],
        "HTTP,HTTPS"
    );
    assert_eq!(
        server.api("DELETE", "/custom-domains/a.b", &none).status,
        204
    );
}

#[test]
fn an_async_config_lives_from_its_creation_to_its_deletion() {
    let (server, none) = (Server::start(), json!(null));
    server.deploy(&json!({}));
    let config = "/services/s.LATEST/functions/f/async-invoke-config";
    assert_error(
        &server.api("GET", config, &none),
        404,
        "AsyncConfigNotExists",
        "s:LATEST:f",
    );
    assert_eq!(
        server
            .api("PUT", config, &json!({"maxAsyncRetryAttempts": 2}))
            .status,
        200
    );
    assert_eq!(
        server.api("GET", config, &none).json()["maxAsyncRetryAttempts"],
        2
    );
    let refused = server.api("PUT", config, &json!({"maxAsyncRetryAttempts": 9}));
    assert_error(&refused, 400, "InvalidArgument", "from 0 to 8");
    assert_eq!(server.api("DELETE", config, &none).status, 204);
    assert_error(
        &server.api("DELETE", config, &none),
        404,
        "AsyncConfigNotExists",
        "s:LATEST:f",
    );
}

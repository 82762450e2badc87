//! The health check of a function's new instances, with its clocks.

use serde_json::{Value, json};

use crate::support::{Reply, Server};

/// A server whose function has this health check, and fails so many of them.
fn server(check: &Value, failures: u32) -> Server {
    let server = Server::start();
    server.deploy(&json!({
        "customRuntimeConfig": {"command": ["./bootstrap"], "port": 9000, "healthCheckConfig": check},
        "environmentVariables": {"HEALTH_FAILURES": failures.to_string()},
    }));
    server
}

fn error(reply: &Reply) -> String {
    format!(
        "{} {}",
        reply.json()["ErrorCode"],
        reply.json()["ErrorMessage"]
    )
}

#[test]
fn an_instance_is_called_when_its_check_has_succeeded_as_often_as_it_has_to() {
    let check = json!({"httpGetUrl": "/health?full=1", "periodSeconds": 1, "successThreshold": 2});
    let state = server(&check, 0).function_state();
    assert_eq!(state["checks"], 2);
}

#[test]
fn a_check_that_fails_at_first_is_tried_again() {
    let check = json!({"httpGetUrl": "health", "periodSeconds": 1, "failureThreshold": 2});
    let state = server(&check, 1).function_state();
    assert_eq!(state["checks"], 2);
}

#[test]
fn an_instance_whose_check_fails_too_often_gets_no_call() {
    let check = json!({"httpGetUrl": "/health", "failureThreshold": 1});
    let reply = server(&check, 9).invoke("state");
    let error = error(&reply);
    let words =
        "GET /health failed 1 times in a row, at last with the status 503 Service Unavailable";
    assert!(
        reply.status == 412 && error.contains("FunctionNotStarted") && error.contains(words),
        "{} {error}",
        reply.status
    );
}

#[test]
fn clocks_that_fc_would_refuse_are_refused() {
    let server = Server::start();
    server.deploy(&json!({}));
    for (check, why) in [
        (
            json!({"timeoutSeconds": 4}),
            "timeoutSeconds is 4, not a number from 1 to 3",
        ),
        (
            json!({"initialDelaySeconds": 121}),
            "initialDelaySeconds is 121, not a number from 0 to 120",
        ),
        (
            json!({"httpGetUrl": "/a b"}),
            "httpGetUrl is a path such as /health",
        ),
        (
            json!({"httpGetUri": "/a"}),
            "'httpGetUri' is not a field of a health check",
        ),
    ] {
        let config = json!({"customRuntimeConfig": {"healthCheckConfig": check}});
        let reply = server.api("PUT", "/services/s/functions/f", &config);
        let error = error(&reply);
        assert!(
            reply.status == 400 && error.contains(why),
            "{check}: {error}"
        );
    }
}

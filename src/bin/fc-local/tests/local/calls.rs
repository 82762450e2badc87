//! What an instance is handed with a call, and what the caller hears of how it went (contract §2.2, §3.3).

use std::fs;

use serde_json::{Value, json};

use crate::instances::pid;
use crate::support::{Server, process_state, wait_for};

pub(crate) fn error_of(reply: &crate::support::Reply) -> String {
    reply.json()["errorMessage"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// A server with a function that has every setting.
fn server_of_every_setting() -> Server {
    let server = Server::start();
    let log = json!({"project": "p", "logstore": "l"});
    let service = json!({"serviceName": "s", "role": "acs:ram::1:role/x", "logConfig": log});
    assert_eq!(server.api("POST", "/services", &service).status, 201);
    server.deploy(&json!({
        "memorySize": 256, "timeout": 9, "initializer": "index.init", "initializationTimeout": 5,
        "environmentVariables": {"MINE": "1"},
        "instanceLifecycleConfig": {"preFreeze": {"handler": "a.b", "timeout": 3}, "preStop": {"handler": "c.d", "timeout": 3}},
    }));
    server
}

#[test]
fn a_call_gets_every_header_of_the_contract() {
    let server = server_of_every_setting();
    let reply = server.invoke("headers");
    let headers: Vec<(String, String)> = serde_json::from_value(reply.json()).expect("pairs");
    let value = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .unwrap_or_else(|| panic!("{name} is missing in {headers:?}"))
    };
    let expected = [
        ("X-Fc-Request-Id", reply.header("x-fc-request-id")),
        ("X-Fc-Control-Path", "/invoke"),
        ("X-Fc-Function-Name", "f"),
        ("X-Fc-Function-Handler", "index.handler"),
        ("X-Fc-Function-Memory", "256"),
        ("X-Fc-Function-Timeout", "9"),
        ("X-Fc-Function-Initializer", "index.init"),
        ("X-Fc-Initialization-Timeout", "5"),
        ("X-Fc-Instance-Lifecycle-Pre-Freeze-Handler", "a.b"),
        ("X-Fc-Instance-Lifecycle-Pre-Stop-Handler", "c.d"),
        ("X-Fc-Region", "cn-hangzhou"),
        ("X-Fc-Account-Id", "1234567890123456"),
        ("X-Fc-Qualifier", "LATEST"),
        ("X-Fc-Version-Id", "LATEST"),
        ("X-Fc-Service-Name", "s"),
        ("X-Fc-Service-Logproject", "p"),
        ("X-Fc-Service-Logstore", "l"),
        ("X-Fc-Retry-Count", "0"),
        ("Content-Type", "application/octet-stream"),
        ("Content-Length", "7"),
        ("User-Agent", "Go-http-client/1.1"),
        ("Accept-Encoding", "gzip"),
        ("X-Fc-Client-Ip", ""),
    ];
    expected
        .iter()
        .for_each(|(name, wanted)| assert_eq!(value(name), *wanted, "{name}"));
    assert!(
        value("X-Fc-Access-Key-Id").starts_with("STS.") && !value("X-Fc-Security-Token").is_empty()
    );
    assert!(
        value("Host").starts_with("127.0.0.2:"),
        "the agent dials from elsewhere: {}",
        value("Host")
    );
}

#[test]
fn an_instance_gets_every_variable_of_the_contract() {
    let server = server_of_every_setting();
    let environment = server.invoke("env").json();
    assert_eq!(
        environment["FC_CUSTOM_LISTEN_PORT"],
        environment["FC_SERVER_PORT"]
    );
    assert!(
        environment["FC_INSTANCE_ID"]
            .as_str()
            .is_some_and(|id| id.starts_with("c-"))
    );
    let fixed = [
        ("FC_FUNCTION_NAME", "f"),
        ("FC_SERVICE_NAME", "s"),
        ("FC_FUNCTION_MEMORY_SIZE", "256"),
        ("MINE", "1"),
    ];
    fixed
        .iter()
        .for_each(|(name, wanted)| assert_eq!(environment[name], *wanted, "{name}"));
    assert_eq!(
        environment["FC_LOCAL_ACCESS_KEY_SECRET"],
        Value::Null,
        "fc-local's own variables stay out"
    );
}

#[test]
fn the_framing_of_the_event_is_the_callers() {
    let server = Server::start();
    server.deploy(&json!({}));
    let reply = server.invoke_with(
        &[("transfer-encoding", "chunked")],
        "7\r\nheaders\r\n0\r\n\r\n",
    );
    let headers = reply.text();
    assert!(
        headers.contains("[\"Transfer-Encoding\", \"chunked\"]")
            && !headers.contains("Content-Length"),
        "{headers}"
    );
}

#[test]
fn a_call_over_its_timeout_is_killed_and_the_next_has_a_new_instance() {
    let server = Server::start();
    server.deploy(&json!({"timeout": 1}));
    let before = pid(&server.function_state());
    let reply = server.invoke("sleep 600");
    assert_eq!(
        (reply.status, reply.header("x-fc-error-type")),
        (200, "FunctionTimeoutError")
    );
    assert!(
        error_of(&reply).starts_with("Function timed out after 1 seconds (maxMemoryUsage: "),
        "{reply:?}"
    );
    assert!(
        reply
            .log()
            .contains(", Error: Function timed out after 1 seconds"),
        "{}",
        reply.log()
    );
    wait_for("the instance to be gone", || {
        process_state(before).is_none().then_some(())
    });
    assert_ne!(pid(&server.function_state()), before);
}

#[test]
fn a_death_in_mid_request_fails_that_call_only() {
    let server = Server::start();
    server.deploy(&json!({}));
    let before = pid(&server.function_state());
    let reply = server.invoke("die 1");
    assert_eq!(
        (reply.status, reply.header("x-fc-error-type")),
        (200, "UnhandledInvocationError")
    );
    let message = error_of(&reply);
    assert!(
        message.starts_with("Process exited unexpectedly before completing request (duration: "),
        "{message}"
    );
    assert_ne!(pid(&server.function_state()), before);
}

#[test]
fn a_failed_event_is_reported_by_its_body_and_an_error_type() {
    let server = Server::start();
    server.deploy(&json!({}));
    let reply = server.invoke("fail");
    assert_eq!(
        (reply.status, reply.header("x-fc-error-type")),
        (200, "UnhandledInvocationError")
    );
    assert_eq!(reply.json()["errorType"], "Asked");
    assert_eq!(server.invoke("well").header("x-fc-error-type"), "");
}

#[test]
fn memory_and_duration_are_measured() {
    let server = Server::start();
    server.deploy(&json!({"memorySize": 512}));
    let small = server.invoke("x");
    let large = server.invoke("memory 100");
    let memory = |reply: &crate::support::Reply| {
        reply
            .header("x-fc-max-memory-usage")
            .parse::<f64>()
            .expect("MB")
    };
    assert!(
        memory(&large) > memory(&small) + 90.0,
        "{} {}",
        memory(&small),
        memory(&large)
    );
    let slow = server.invoke("sleep 0.2");
    let duration: f64 = slow.header("x-fc-invocation-duration").parse().expect("ms");
    assert!(duration >= 200.0, "{duration}");
    let line = format!("\n\nDuration: {duration:.2} ms, Billed Duration: ");
    let log = slow.log();
    let (_, rest) = log
        .split_once(&line)
        .unwrap_or_else(|| panic!("{line:?} is not in {log:?}"));
    let (billed, rest) = rest.split_once(" ms").expect("a unit");
    let billed: f64 = billed.parse().expect("whole milliseconds");
    // The duration is shown rounded, so it may be up to half a hundredth over the billed one.
    assert!(
        billed - duration > -0.01 && billed - duration < 1.01,
        "{log}"
    );
    assert!(
        rest.starts_with(", Memory Size: 512 MB, Max Memory Used: "),
        "{log}"
    );
}

#[test]
fn the_tail_log_is_the_last_4_kb() {
    let server = Server::start();
    server.deploy(&json!({}));
    let reply = server.invoke(&format!("log {}", "x".repeat(6000)));
    assert_eq!(reply.log().len(), 4096);
    assert!(reply.log().contains("\nDuration: "));
    assert_eq!(
        server.invoke_with(&[], "log x").header("x-fc-log-result"),
        "",
        "only a caller that asks gets the log"
    );
}

#[test]
fn an_asynchronous_call_is_accepted_and_retried_as_configured() {
    let server = Server::start();
    server.deploy(&json!({}));
    let config = json!({"maxAsyncRetryAttempts": 1, "maxAsyncEventAgeInSeconds": 600});
    assert_eq!(
        server
            .api(
                "PUT",
                "/services/s.LATEST/functions/f/async-invoke-config",
                &config
            )
            .status,
        200
    );
    let reply = server.invoke_with(&[("x-fc-invocation-type", "Async")], "retries");
    assert_eq!((reply.status, reply.text().as_str()), (202, ""));
    wait_for("the event to be given up", || {
        let waiting = fs::read_dir(server.data.join("async"))
            .expect("folder")
            .count();
        (waiting == 0).then_some(())
    });
    let log = server.log();
    assert!(
        log.contains("try 0\n") && log.contains("try 1\n") && !log.contains("try 2\n"),
        "{log}"
    );
    let too_large = "x".repeat(128 * 1024 + 1);
    let refused = server.invoke_with(&[("x-fc-invocation-type", "Async")], &too_large);
    assert_eq!(refused.error(), (400, "EntityTooLarge".to_owned()));
}

#[test]
fn an_event_that_is_given_up_is_reported_with_its_request_id_and_the_reason() {
    let server = Server::start();
    server.deploy(&json!({"environmentVariables": {"MODE": "exits"}}));
    let config = json!({"maxAsyncRetryAttempts": 0});
    let path = "/services/s.LATEST/functions/f/async-invoke-config";
    assert_eq!(server.api("PUT", path, &config).status, 200);
    let reply = server.invoke_with(&[("x-fc-invocation-type", "Async")], "x");
    let id = reply.header("x-fc-request-id");
    let reported = wait_for("the event to be given up", || {
        let log = server.log();
        let words =
            format!("gave up the asynchronous event RequestId: {id} after 1 failed tries: ");
        log.split_once(&words).map(|(_, reason)| reason.to_owned())
    });
    assert!(
        reported.starts_with("Function instance exited unexpectedly(code 7"),
        "{reported}"
    );
}

#[test]
fn the_last_words_of_a_process_are_in_the_log_without_a_line_end_too() {
    let server = Server::start();
    server.deploy(&json!({}));
    server.invoke("last-words so long");
    wait_for("the last words", || {
        server.log().contains("so long\n").then_some(())
    });
}

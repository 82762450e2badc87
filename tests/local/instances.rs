//! Instances as FC runs them: how many, how long, frozen or not, and how they fail (contract §3.3, §4.5).

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::support::{Server, process_state, wait_for};

fn pid(state: &Value) -> u64 {
    state["pid"].as_u64().expect("a pid")
}

fn error_of(reply: &crate::support::Reply) -> String {
    reply.json()["errorMessage"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Two calls at once: the first waits inside the function until the second has answered.
fn pid_of_a_second_call(server: &Server, gate: &Path) -> (u64, u64) {
    thread::scope(|scope| {
        let event = format!("wait-for {}", gate.display());
        let first = scope.spawn(move || server.invoke(&event));
        wait_for("the first call to run", || {
            server.log().contains("FC Invoke Start").then_some(())
        });
        let second = pid(&server.function_state());
        fs::write(gate, "").expect("the gate opens");
        assert_eq!(first.join().expect("answered").status, 200);
        (second, pid(&server.function_state()))
    })
}

#[test]
fn an_instance_is_initialized_once_and_serves_many_calls() {
    let server = Server::start();
    server.deploy(&json!({"initializer": "index.init", "initializationTimeout": 5}));
    let first = server.invoke("state");
    let id = first.header("x-fc-request-id");
    for line in [
        "FC Initialize Start",
        "FC Initialize End",
        "FC Invoke Start",
        "FC Invoke End",
    ] {
        assert!(
            first.log().contains(&format!("{line} RequestId: {id}\n")),
            "{line}: {}",
            first.log()
        );
    }
    let second = server.invoke("state");
    assert!(!second.log().contains("FC Initialize"), "{}", second.log());
    assert_eq!(pid(&first.json()), pid(&second.json()));
    assert_eq!(second.json()["initialized"], 1);
    assert_eq!(
        first.header("x-fc-instance-id"),
        second.header("x-fc-instance-id")
    );
}

#[test]
fn without_an_initializer_none_is_called() {
    let server = Server::start();
    server.deploy(&json!({"initializer": ""}));
    assert_eq!(server.function_state()["initialized"], 0);
}

#[test]
fn a_call_gets_every_header_and_variable_of_the_contract() {
    let server = Server::start();
    let log = json!({"project": "p", "logstore": "l"});
    let service = json!({"serviceName": "s", "role": "acs:ram::1:role/x", "logConfig": log});
    assert_eq!(server.api("POST", "/services", &service).status, 201);
    server.deploy(&json!({
        "memorySize": 256, "timeout": 9, "initializer": "index.init", "initializationTimeout": 5,
        "environmentVariables": {"MINE": "1"},
        "instanceLifecycleConfig": {"preFreeze": {"handler": "a.b", "timeout": 3}, "preStop": {"handler": "c.d", "timeout": 3}},
    }));
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
fn an_idle_instance_is_frozen_after_pre_freeze_and_thawed_by_the_next_call() {
    let server = Server::start();
    server.deploy(&json!({"InstanceLifecycleConfig": {"PreFreeze": {"Handler": "index.preFreeze", "Timeout": 3}}}));
    let pid = pid(&server.function_state());
    wait_for("the instance to be frozen", || {
        (process_state(pid) == Some('T')).then_some(())
    });
    let state = server.function_state();
    assert_eq!(
        (state["pid"].as_u64(), state["froze"].as_u64()),
        (Some(pid), Some(1))
    );
    assert!(server.log().contains("FC PreFreeze Start RequestId: "));
}

#[test]
fn freezing_can_be_switched_off() {
    let server = Server::with(&["--no-freeze"]);
    server
        .deploy(&json!({"InstanceLifecycleConfig": {"PreFreeze": {"Handler": "index.preFreeze"}}}));
    server.invoke("x");
    assert_eq!(server.function_state()["froze"], 0);
}

#[test]
fn a_second_call_at_once_gets_an_instance_of_its_own() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 1}));
    let gate = server.data.join("gate");
    let (second, later) = pid_of_a_second_call(&server, &gate);
    assert!(
        server.log().matches("test runtime inited").count() == 2,
        "{}",
        server.log()
    );
    assert!(later > 0 && second > 0);
}

#[test]
fn an_instance_takes_as_many_calls_at_once_as_its_concurrency() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 10}));
    let gate = server.data.join("gate");
    let (second, later) = pid_of_a_second_call(&server, &gate);
    assert_eq!(second, later);
    assert_eq!(server.log().matches("test runtime inited").count(), 1);
}

#[test]
fn calls_that_come_together_share_one_start() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 100, "initializer": "index.init"}));
    let pids: Vec<u64> = thread::scope(|scope| {
        let calls: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| pid(&server.function_state())))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("answered"))
            .collect()
    });
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    assert_eq!(server.function_state()["initialized"], 1);
}

#[test]
fn too_many_instances_are_refused() {
    let server = Server::with(&["--max-instances", "1"]);
    server.deploy(&json!({}));
    let gate = server.data.join("gate");
    let event = format!("wait-for {}", gate.display());
    thread::scope(|scope| {
        let first = scope.spawn(|| server.invoke(&event));
        wait_for("the first call to run", || {
            server.log().contains("FC Invoke Start").then_some(())
        });
        assert_eq!(
            server.invoke("x").error(),
            (429, "ResourceExhausted".to_owned())
        );
        fs::write(&gate, "").expect("the gate opens");
        assert_eq!(first.join().expect("answered").status, 200);
    });
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
fn a_failed_event_is_told_by_its_body_and_an_error_type() {
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
fn an_initializer_that_fails_fails_its_call_and_is_tried_anew() {
    for (mode, seconds, words) in [
        ("init-fails", 60, "no database"),
        (
            "init-dies",
            60,
            "Process exited unexpectedly before completing initialization",
        ),
        (
            "init-sleeps",
            1,
            "Function initialization timed out after 1 seconds",
        ),
    ] {
        let server = Server::start();
        let variables = json!({"MODE": mode});
        server.deploy(&json!({
            "initializer": "index.init", "initializationTimeout": seconds, "environmentVariables": variables,
        }));
        let reply = server.invoke("x");
        assert_eq!(
            (reply.status, reply.header("x-fc-error-type")),
            (200, "InitializationError"),
            "{mode}"
        );
        assert_eq!(error_of(&reply), words);
        let healed = json!({"environmentVariables": {"MODE": ""}, "initializationTimeout": 60});
        assert_eq!(
            server.api("PUT", "/services/s/functions/f", &healed).status,
            200
        );
        assert_eq!(server.invoke("x").text(), "x");
    }
}

#[test]
fn an_instance_that_does_not_start_is_an_error_with_fcs_code() {
    for (mode, arguments, code) in [
        ("exits", &[][..], "CAExited"),
        // Long enough for its first line even under load; the test has to wait for all of it.
        (
            "never-listens",
            &["--start-timeout", "5"],
            "FunctionNotStarted",
        ),
    ] {
        let server = Server::with(arguments);
        server.deploy(&json!({"environmentVariables": {"MODE": mode}}));
        let reply = server.invoke("x");
        assert_eq!(reply.error(), (412, code.to_owned()));
        assert!(
            reply
                .text()
                .contains("FunctionCompute test runtime inited."),
            "its log helps: {}",
            reply.text()
        );
    }
}

#[test]
fn a_change_stops_the_old_instances_with_pre_stop() {
    let server = Server::start();
    let note = server.data.join("note");
    server.deploy(&json!({
        "environmentVariables": {"STOP_NOTE": note},
        "instanceLifecycleConfig": {"preStop": {"handler": "index.preStop", "timeout": 3}},
    }));
    let before = pid(&server.function_state());
    let change = json!({"environmentVariables": {"NEW": "yes"}});
    assert_eq!(
        server.api("PUT", "/services/s/functions/f", &change).status,
        200
    );
    assert_eq!(server.invoke("env").json()["NEW"], "yes");
    wait_for("the old instance to be gone", || {
        process_state(before).is_none().then_some(())
    });
    assert_eq!(fs::read_to_string(&note).expect("pre-stop ran"), "stopped");
}

#[test]
fn an_idle_instance_is_stopped_after_its_time() {
    let server = Server::with(&["--idle-timeout", "1"]);
    server.deploy(&json!({}));
    let before = pid(&server.function_state());
    wait_for("the instance to be gone", || {
        process_state(before).is_none().then_some(())
    });
    assert_ne!(pid(&server.function_state()), before);
}

#[test]
fn the_end_of_the_server_is_the_end_of_its_instances() {
    let mut server = Server::start();
    let note = server.data.join("note");
    server.deploy(&json!({
        "environmentVariables": {"STOP_NOTE": note},
        "instanceLifecycleConfig": {"preStop": {"handler": "index.preStop"}},
    }));
    let pid = pid(&server.function_state());
    server.stop();
    assert_eq!(process_state(pid), None);
    assert_eq!(fs::read_to_string(&note).expect("pre-stop ran"), "stopped");
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
        "only who asks gets the log"
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
fn an_event_that_is_given_up_is_told_with_its_request_id_and_the_reason() {
    let server = Server::start();
    server.deploy(&json!({"environmentVariables": {"MODE": "exits"}}));
    let config = json!({"maxAsyncRetryAttempts": 0});
    let path = "/services/s.LATEST/functions/f/async-invoke-config";
    assert_eq!(server.api("PUT", path, &config).status, 200);
    let reply = server.invoke_with(&[("x-fc-invocation-type", "Async")], "x");
    let id = reply.header("x-fc-request-id");
    let told = wait_for("the event to be given up", || {
        let log = server.log();
        let words =
            format!("gave up the asynchronous event RequestId: {id} after 1 failed tries: ");
        log.split_once(&words).map(|(_, reason)| reason.to_owned())
    });
    assert!(
        told.starts_with("Function instance exited unexpectedly(code 7"),
        "{told}"
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

#[test]
fn many_instances_may_start_at_the_same_moment() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 1}));
    let replies: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..24)
            .map(|_| scope.spawn(|| server.invoke("sleep 0.1")))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("answered"))
            .collect()
    });
    // Each start copies the open files of all others for a moment, among them programs just unpacked.
    let wrong: Vec<_> = replies
        .iter()
        .filter(|reply| reply.text() != "sleep 0.1")
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

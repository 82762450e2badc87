//! `fc-local invoke --on`: events for what a running fc-local has deployed.

use std::process::Output;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::support::{Server, fc_local, package, text};

fn invoke_on(server: &Server, arguments: &[&str]) -> Output {
    let mut command = fc_local();
    command
        .args(["invoke", "--server-data"])
        .arg(&server.data)
        .args(arguments);
    command.output().expect("fc-local runs")
}

fn assert_says(output: &Output, code: i32, words: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(said.contains(words), "{words:?} is not in {said:?}");
}

#[test]
fn events_reach_a_deployed_function_with_its_log_and_result() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 5}));
    for name in ["s/f", "f"] {
        let output = invoke_on(&server, &["--on", name, "-e", "hi", "--expect", "hi"]);
        let aside = text(&output.stderr);
        assert!(output.status.success(), "{output:?}");
        assert!(
            aside.starts_with("========= FC invoke Logs begin =========\n")
                && aside.contains("\nFC Invoke End RequestId: ")
                && aside.ends_with("FC Invoke Result:\n"),
            "{aside}"
        );
        assert_eq!(text(&output.stdout), "hi");
    }
    let many = [
        "--on",
        "f",
        "--example",
        "oss",
        "-e",
        "b",
        "--repeat",
        "10",
        "--concurrency",
        "3",
    ];
    let shown = text(&invoke_on(&server, &many).stderr);
    assert!(shown.contains("\nwarm calls    19\n"), "{shown}");
    assert!(
        shown.contains("\nfirst call    ") && shown.contains("\nbilled in all "),
        "{shown}"
    );
}

#[test]
fn requests_reach_the_trigger_of_a_deployed_function() {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("function", &["POST"]);
    let post = [
        "--on",
        "f",
        "--http",
        "POST",
        "/echo?a=1",
        "-d",
        "posted",
        "-H",
        "X-A: b",
        "--expect-http",
        "posted",
    ];
    let output = invoke_on(&server, &post);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "posted");
    let aside = text(&output.stderr);
    assert!(
        aside.contains("FC Invoke End RequestId: ") && aside.contains("\nHTTP/1.1 201 Created\n"),
        "{aside}"
    );
    let refused = invoke_on(&server, &["--on", "f", "--http", "GET", "/"]);
    assert!(
        text(&refused.stdout).contains("does not allow the method 'GET'"),
        "{refused:?}"
    );
}

#[test]
fn what_goes_wrong_on_a_server_is_reported() {
    let server = Server::start();
    server.deploy(&json!({}));
    let failed = invoke_on(&server, &["--on", "f", "-e", "fail"]);
    assert_says(
        &failed,
        1,
        "the event call failed with UnhandledInvocationError",
    );
    let wrong = invoke_on(&server, &["--on", "f", "-e", "a", "--expect", "b"]);
    assert_says(&wrong, 1, "the event result is \"a\", not \"b\"");
    let unknown = invoke_on(&server, &["--on", "g", "-e", "a"]);
    assert_says(
        &unknown,
        1,
        "there is no function 'g'; `fc-local list` shows all",
    );
    let broken =
        json!({"functionName": "broken", "customRuntimeConfig": {"command": ["/code/none"]}});
    server.deploy_as("broken", &broken);
    let broken = invoke_on(&server, &["--on", "broken", "-e", "a"]);
    assert_says(
        &broken,
        1,
        "the event call was not made: Failed to start function instance.",
    );
}

#[test]
fn of_two_functions_with_one_name_each_can_be_called() {
    let server = Server::start();
    server.deploy(&json!({}));
    let fc3 = json!({
        "functionName": "f", "runtime": "custom", "code": {"zipFile": BASE64.encode(package())},
    });
    let deployed = server.api_fc3("POST", "/functions", &fc3);
    assert!(matches!(deployed.status, 200 | 201), "{deployed:?}");
    let either = invoke_on(&server, &["--on", "f", "-e", "a"]);
    assert_says(
        &either,
        1,
        "several functions are named 'f'; write one of: /f, s/f",
    );
    for name in ["/f", "s/f"] {
        let one = invoke_on(&server, &["--on", name, "-e", "a"]);
        assert_eq!(one.status.code(), Some(0), "{name}: {one:?}");
    }
}

#[test]
fn a_call_on_a_server_takes_no_option_of_a_package() {
    let server = Server::start();
    for option in [
        &["--dir", "."][..],
        &["--chunked"],
        &["--initializer"],
        &["--memory", "512"],
    ] {
        let output = invoke_on(&server, &[&["--on", "f", "-e", "a"][..], option].concat());
        assert_says(&output, 2, "cannot be used with");
    }
    let without = fc_local().args(["invoke", "--server-data", "."]).output();
    assert_says(&without.expect("fc-local runs"), 2, "--on <FUNCTION>");
}

#[test]
fn a_server_that_does_not_run_is_reported_with_its_cure() {
    let mut server = Server::start();
    server.deploy(&json!({}));
    server.stop();
    let stopped = invoke_on(&server, &["--on", "f", "-e", "a"]);
    assert_says(
        &stopped,
        1,
        "start one by `fc-local start` or `fc-local watch`",
    );
    let mut server = Server::start();
    server.deploy(&json!({}));
    server.kill();
    let killed = invoke_on(&server, &["--on", "f", "-e", "a"]);
    assert_says(
        &killed,
        1,
        "was killed, start it again with `fc-local start`",
    );
}

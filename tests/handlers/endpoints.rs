//! Every row of contract §1.1 and §3.1, against real processes.

mod mock_agent;

use crate::support::{Instance, request};

/// The marker lines among all lines.
fn markers(lines: &[String]) -> Vec<&str> {
    lines
        .iter()
        .map(String::as_str)
        .filter(|line| line.starts_with("FC "))
        .collect()
}

#[test]
fn initialize_answers_200_and_marks_its_lines() {
    let instance = Instance::start("bootstrap", &[]);
    let response = instance.call("POST", "/initialize", "init-id", b"");
    assert_eq!(
        (response.status, response.header("x-fc-status")),
        (200, None)
    );
    let lines =
        instance.wait_for_line("the end line", |line| line.starts_with("FC Initialize End"));
    assert_eq!(
        markers(&lines),
        [
            "FC Initialize Start RequestId: init-id",
            "FC Initialize End RequestId: init-id"
        ]
    );
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("Z init-id [INFO] initialized")),
        "{lines:#?}"
    );
}

#[test]
fn an_event_comes_back_as_it_was_sent() {
    let instance = Instance::start("bootstrap", &[]);
    let event: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for event in [&b"Hello World"[..], b"", &event] {
        let response = instance.invoke("event-id", event);
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (200, None)
        );
        assert_eq!(
            response.header("content-length"),
            Some(event.len().to_string().as_str())
        );
        assert_eq!(
            response.header("transfer-encoding"),
            None,
            "an event's response is never chunked"
        );
        assert!(response.body == event);
    }
    let lines = instance.wait_for_lines("three end lines", |lines| markers(lines).len() == 6);
    assert_eq!(
        markers(&lines)[..2],
        [
            "FC Invoke Start RequestId: event-id",
            "FC Invoke End RequestId: event-id"
        ]
    );
}

#[test]
fn an_http_call_keeps_method_target_and_body_and_shows_no_header_of_the_platform() {
    let instance = Instance::start("testbed", &[]);
    let response = instance.http("PATCH", "/target/?k=1&k=2&x=%E4%BD%A0", b"");
    assert_eq!(response.status, 404, "a trailing slash makes another path");
    assert_eq!(
        instance.http("PATCH", "/target?k=1&x=%E4", b"").text(),
        "PATCH /target?k=1&x=%E4 http-id"
    );
    assert_eq!(
        instance.http("PUT", "/echo", b"\x00body\xff").body,
        b"\x00body\xff"
    );
    assert_eq!(
        instance.http("GET", "/header/x-fc-request-id", b"").text(),
        "[]"
    );
    let lines = instance.wait_for_line("an end line", |line| line.starts_with("FC Invoke End"));
    assert_eq!(markers(&lines)[0], "FC Invoke Start RequestId: http-id");
}

#[test]
fn the_hooks_answer_200_and_mark_their_lines() {
    let instance = Instance::start("testbed", &[]);
    assert_eq!(
        instance.call("GET", "/pre-freeze", "freeze-id", b"").status,
        200
    );
    assert_eq!(
        instance.call("GET", "/pre-stop", "stop-id", b"").status,
        200
    );
    let lines = instance.wait_for_line("the end line", |line| line.starts_with("FC PreStop End"));
    assert_eq!(
        markers(&lines),
        [
            "FC PreFreeze Start RequestId: freeze-id",
            "FC PreFreeze End RequestId: freeze-id",
            "FC PreStop Start RequestId: stop-id",
            "FC PreStop End RequestId: stop-id",
        ]
    );
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("Z stop-id [INFO] pre-stop ran")),
        "{lines:#?}"
    );
}

#[test]
fn without_a_control_path_the_path_decides() {
    let instance = Instance::start("testbed", &[]);
    let ask = |method, target| {
        instance
            .connect()
            .exchange(&request(method, target, &[], b"x"))
    };
    assert_eq!(ask("POST", "/invoke").text(), "x");
    assert_eq!(ask("POST", "/invoke?a=1").text(), "x");
    assert_eq!(ask("POST", "/initialize").status, 200);
    assert_eq!(ask("GET", "/pre-freeze").status, 200);
    assert_eq!(ask("POST", "/echo").text(), "x", "a local tool's HTTP call");
    let empty = instance.connect().exchange(&request(
        "POST",
        "/invoke",
        &[("x-fc-control-path", "")],
        b"x",
    ));
    assert_eq!(empty.text(), "x", "an empty header is none");
}

#[test]
fn a_wrong_method_is_405_and_an_unknown_endpoint_404_and_both_say_what_there_is() {
    let instance = Instance::start("testbed", &[]);
    let ask = |method, target, headers: &[(&str, &str)]| {
        instance
            .connect()
            .exchange(&request(method, target, headers, b""))
    };
    for (method, target, allowed) in [
        ("GET", "/invoke", "POST"),
        ("PUT", "/initialize", "POST"),
        ("POST", "/pre-freeze", "GET"),
        ("POST", "/pre-stop", "GET"),
    ] {
        let response = ask(method, target, &[]);
        assert_eq!(
            (response.status, response.header("allow")),
            (405, Some(allowed)),
            "{method} {target}"
        );
        let said = response.json()["errorMessage"]
            .as_str()
            .expect("a message")
            .to_owned();
        assert_eq!(
            said,
            format!("{method} {target} is not served: use {allowed} {target}")
        );
    }
    let response = ask("POST", "/x", &[("x-fc-control-path", "/nonsense")]);
    assert_eq!(response.status, 404);
    let said = response.json()["errorMessage"]
        .as_str()
        .expect("a message")
        .to_owned();
    assert!(
        said.starts_with("POST /nonsense is not served: there are POST /initialize"),
        "{said}"
    );
    assert!(markers(&instance.lines()).is_empty(), "nothing was invoked");
}

#[test]
fn the_header_wins_over_the_path() {
    let instance = Instance::start("testbed", &[]);
    let ask = |method, target, control_path| {
        instance.connect().exchange(&request(
            method,
            target,
            &[("X-FC-CONTROL-PATH", control_path)],
            b"x",
        ))
    };
    assert_eq!(
        ask("POST", "/invoke", "/http-invoke").status,
        404,
        "the client asked its function for /invoke"
    );
    assert_eq!(ask("POST", "/anything", "/invoke").text(), "x");
    assert_eq!(ask("GET", "/user/path", "/initialize").status, 200);
}

#[test]
fn the_shipped_function_answers_http_as_documented() {
    let instance = Instance::start("bootstrap", &[]);
    assert_eq!(instance.http("GET", "/", b"").text(), "Hello World!");
    assert_eq!(instance.http("POST", "/", b"sent").text(), "sent");
    let forecast = instance.http("GET", "/weatherforecast", b"").json();
    let days = forecast.as_array().expect("an array");
    assert_eq!(days.len(), 5);
    for day in days {
        let celsius = day["temperatureC"].as_f64().expect("a number");
        assert_eq!(
            day["temperatureF"].as_f64(),
            Some(32.0 + (celsius / 0.5556).trunc())
        );
    }
    assert_eq!(instance.http("GET", "/elsewhere", b"").status, 404);
}

#[test]
fn the_context_has_what_the_platform_sent() {
    let instance = Instance::start("testbed", &[]);
    let headers = [
        ("X-Fc-Control-Path", "/invoke"),
        ("X-Fc-Request-Id", "1-67a59f35"),
        ("X-Fc-Function-Name", "hello"),
        ("X-Fc-Function-Memory", "1024"),
        ("X-Fc-Function-Timeout", "3"),
        ("X-Fc-Version-Id", ""),
        ("X-Fc-Access-Key-Id", "STS.planted"),
        ("X-Fc-Access-Key-Secret", "planted-secret"),
    ];
    let response = instance
        .connect()
        .exchange(&request("POST", "/invoke", &headers, b"context"));
    assert_eq!(
        response.text(),
        r#"1-67a59f35 Some("hello") Some(1024) None Some("STS.planted") true"#
    );
    assert!(!instance.lines().iter().any(|line| line.contains("planted")));
}

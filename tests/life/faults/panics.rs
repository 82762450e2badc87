//! A panic in every kind of handler, and where a panic is least expected.

use super::support::{Instance, request};
use super::{assert_serves, event, response_to};

const FAILED_END: &str = ", Error: Unhandled function error";

/// Checks that the failure is logged right before the end line of its request.
fn assert_logged(instance: &Instance, phase: &str, request_id: &str, message: &str) {
    let end = format!("FC {phase} End RequestId: {request_id}{FAILED_END}");
    let lines = instance.wait_for_line("the end line", |line| line == end);
    let at = lines.iter().position(|line| *line == end);
    let before = at.and_then(|at| lines.get(at.checked_sub(1)?));
    assert!(
        before.is_some_and(|line| line.contains(&format!(
            " {request_id} [ERROR] {{\"errorMessage\":\"{message}\",\"errorType\":\"Panic\""
        ))),
        "{lines:#?}"
    );
}

#[test]
fn a_hook_that_panics_is_a_failed_hook_and_the_instance_lives_on() {
    for (hook, method, phase) in [
        ("initialize", "POST", "Initialize"),
        ("pre-freeze", "GET", "PreFreeze"),
        ("pre-stop", "GET", "PreStop"),
    ] {
        let instance = Instance::start("testbed", &[("PANIC_IN", hook)]);
        let response = instance.call(method, &format!("/{hook}"), hook, b"");
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (404, Some("404")),
            "{hook}"
        );
        let message = format!("{hook} panicked");
        assert_eq!(response.json()["errorMessage"], message.as_str());
        assert_eq!(response.json()["errorType"], "Panic");
        assert_logged(&instance, phase, hook, &message);
        assert_serves(&instance);
        assert_eq!(instance.errors(), "", "nothing on stderr");
    }
}

#[test]
fn a_pre_stop_hook_that_panics_on_a_signal_does_not_hold_up_the_end() {
    let instance = Instance::start("testbed", &[("PANIC_IN", "pre-stop")]);
    instance.signal("-TERM");
    let (status, lines) = instance.wait();
    assert_eq!(status.code(), Some(0));
    assert!(
        lines.iter().any(|line| line.contains("pre-stop panicked")),
        "{lines:#?}"
    );
}

#[test]
fn a_stream_that_panics_after_its_first_bytes_cannot_be_taken_for_whole() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    let headers = [
        ("X-Fc-Control-Path", "/http-invoke"),
        ("X-Fc-Request-Id", "burst"),
    ];
    connection.send(&request("GET", "/panic-in-stream", &headers, b""));
    assert!(connection.try_response(false).is_err());
    assert_logged(&instance, "Invoke", "burst", "the source has burst");
    assert_serves(&instance);
}

#[test]
fn a_panic_while_a_line_is_made_costs_that_invocation_only() {
    for format in ["text", "json"] {
        let instance = Instance::start("testbed", &[("RUST_LOG_FORMAT", format)]);
        let mut connection = instance.connect();
        for _ in 0..3 {
            let response = response_to(&mut connection, "log", "panic-in-log");
            assert!(response.contains("it cannot be shown"), "{response}");
            assert_eq!(response_to(&mut connection, "after", "log words"), "");
        }
        let lines = instance.wait_for_lines("three lines", |lines| {
            let logged = lines.iter().filter(|line| line.contains("words"));
            logged.count() == 3
        });
        assert!(
            !lines.iter().any(|line| line.contains("never whole")),
            "{lines:#?}"
        );
    }
}

#[test]
fn an_error_that_cannot_be_shown_is_a_panic_like_any_other() {
    let instance = Instance::start("testbed", &[]);
    let response = instance.invoke("unshowable", b"panic-in-error");
    assert_eq!(response.json()["errorMessage"], "it cannot be shown");
    assert_logged(&instance, "Invoke", "unshowable", "it cannot be shown");
    assert_serves(&instance);
}

#[test]
fn what_a_handler_panics_with_is_not_dropped_where_that_would_panic_once_more() {
    let instance = Instance::start("testbed", &[("WORKERS", "2")]);
    for _ in 0..5 {
        let response = instance.invoke("bomb", b"panic-with-bomb");
        assert_eq!(response.json()["errorMessage"], "the panic has no message");
    }
    assert_logged(&instance, "Invoke", "bomb", "the panic has no message");
    assert_serves(&instance);
}

#[test]
fn a_stream_that_panics_when_it_is_dropped_costs_no_worker() {
    let instance = Instance::start("testbed", &[("WORKERS", "1")]);
    for method in ["HEAD", "GET"] {
        for _ in 0..5 {
            let mut connection = instance.connect();
            connection.send(&request(
                method,
                "/bomb-in-stream",
                &[("X-Fc-Control-Path", "/http-invoke")],
                b"",
            ));
            let response = connection.try_response(method == "HEAD");
            assert!(response.is_ok(), "{method}: {response:?}");
        }
    }
    assert_serves(&instance);
}

#[test]
fn every_kind_of_panic_is_answered_and_logged() {
    let instance = Instance::start("testbed", &[]);
    for (event, message) in [
        ("panic-plainly", "plain words"),
        ("panic made of parts", "made of parts"),
        ("panic-with-number", "the panic has no message"),
        ("panic-when-dropped", "a bomb went off"),
        ("panic-while-unwinding inner", "the outer one"),
        ("panic-in-thread of another thread", "of another thread"),
    ] {
        let response = instance.invoke("kind", event.as_bytes());
        assert_eq!(response.status, 404, "{event}");
        assert_eq!(response.json()["errorMessage"], message, "{event}");
        assert_eq!(response.json()["errorType"], "Panic", "{event}");
        instance.wait_for_line(message, |line| {
            line.contains(&format!("{{\"errorMessage\":\"{message}\""))
        });
    }
    instance.wait_for_line("the panic in the panic", |line| {
        line.ends_with("caught within: inner")
    });
    assert_serves(&instance);
}

#[test]
fn a_panic_leaves_every_call_of_a_deep_stack() {
    const CALLS: u32 = 5000;
    let instance = Instance::start("testbed", &[]);
    for _ in 0..3 {
        let response = instance.invoke("deep", format!("panic-deep {CALLS}").as_bytes());
        assert_eq!(response.json()["errorMessage"], "at the bottom");
    }
    let left = format!("{} of {CALLS} calls were left", CALLS + 1);
    instance.wait_for_lines("each call's end", |lines| {
        lines.iter().filter(|line| line.ends_with(&left)).count() == 3
    });
    assert_serves(&instance);
}

#[test]
fn two_hundred_panics_at_once_are_two_hundred_responses() {
    const AT_ONCE: usize = 200;
    let instance = Instance::start("testbed", &[]);
    let mut connections: Vec<_> = (0..AT_ONCE).map(|_| instance.connect()).collect();
    for round in 0..3 {
        for (number, connection) in connections.iter_mut().enumerate() {
            connection.send(&event("many", format!("panic {round}.{number}").as_bytes()));
        }
        for (number, connection) in connections.iter_mut().enumerate() {
            let response = connection.response();
            let message = format!("{round}.{number}");
            assert_eq!(response.json()["errorMessage"], message.as_str());
        }
    }
    assert_serves(&instance);
}

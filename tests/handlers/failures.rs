//! What happens to errors and panics of handlers, against real processes.

use crate::support::Instance;

const FAILED_END: &str = ", Error: Unhandled function error";

/// Checks that the error's JSON stands in the log right before the end line of its request.
fn assert_logged(instance: &Instance, request_id: &str, json: &str) {
    let end = format!("FC Invoke End RequestId: {request_id}{FAILED_END}");
    let lines = instance.wait_for_line("the end line", |line| line == end);
    let at = lines
        .iter()
        .position(|line| *line == end)
        .expect("it was just there");
    assert!(
        lines[at - 1].ends_with(&format!(" {request_id} [ERROR] {json}")),
        "{lines:#?}"
    );
}

#[test]
fn a_handlers_error_is_a_404_with_its_json() {
    let instance = Instance::start("testbed", &[]);
    let json = r#"{"errorMessage":"no screws","errorType":"OutOfStock","stackTrace":[]}"#;
    // Nobody sees the status of a response to an event, so the error's own changes nothing.
    for (id, order) in [("e1", "fail"), ("e3", "fail-as-an-http-call")] {
        let response = instance.invoke(id, format!("{order} no screws").as_bytes());
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (404, Some("404"))
        );
        assert_eq!(response.text(), json);
        assert_logged(&instance, id, json);
    }
    let response = instance.invoke("e2", b"parse x");
    assert_eq!(response.json()["errorType"], "ParseIntError");
}

#[test]
fn a_panic_is_an_error_and_the_instance_lives_on() {
    let instance = Instance::start("testbed", &[]);
    for number in 0..5 {
        let response = instance.invoke(&format!("p{number}"), b"panic out of cheese");
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (404, Some("404"))
        );
        let json = response.json();
        assert_eq!(
            (&json["errorMessage"], &json["errorType"]),
            (&"out of cheese".into(), &"Panic".into())
        );
        // What is shipped carries no places: they are the price of its size.
        let shipped = std::env::var_os("FC_BINARIES").is_some();
        let place = json["stackTrace"][0].as_str();
        assert!(
            shipped || place.is_some_and(|place| place.contains("testbed.rs:")),
            "{json}"
        );
        assert_logged(&instance, &format!("p{number}"), &response.text());
    }
    let response = instance.http("GET", "/panic", b"");
    assert_eq!(
        (response.status, response.json()["errorMessage"].as_str()),
        (404, Some("an HTTP call panicked"))
    );
    assert_eq!(instance.invoke("after", b"still here").text(), "still here");
}

#[test]
fn a_mistake_of_an_http_client_is_answered_and_no_failure_of_the_function() {
    let instance = Instance::start("testbed", &[]);
    let mistaken = instance.http("POST", "/sum", b"[1,");
    assert_eq!(
        (mistaken.status, mistaken.header("x-fc-status")),
        (400, None)
    );
    assert_eq!(mistaken.header("content-type"), Some("application/json"));
    assert_eq!(mistaken.json()["errorType"], "InvalidJson");
    assert_eq!(
        mistaken.json()["errorMessage"],
        "the body is not the JSON expected here: EOF while parsing a value at line 1 column 3"
    );
    assert_eq!(instance.http("GET", "/fail/409", b"").status, 409);
    assert_eq!(instance.http("POST", "/sum", b"[1, 2]").text(), "3");
    let markers = |line: &String| line.starts_with("FC Invoke ");
    let lines = instance.lines();
    let (marks, others): (Vec<_>, Vec<_>) = lines.iter().skip(1).partition(|line| markers(line));
    assert_eq!(
        others,
        [] as [&String; 0],
        "nothing is logged of it at `info`"
    );
    assert_eq!(marks.len(), 6);
    assert_eq!(marks[1], "FC Invoke End RequestId: http-id");
    assert_eq!(marks[3], "FC Invoke End RequestId: http-id");
}

#[test]
fn a_failure_of_an_http_handler_may_choose_its_status_and_is_still_one() {
    let instance = Instance::start("testbed", &[]);
    let json = r#"{"errorMessage":"no screws","errorType":"OutOfStock","stackTrace":[]}"#;
    for (chosen, status) in [(503, 503), (599, 599), (200, 404), (600, 404)] {
        let failed = instance.http("GET", &format!("/fail/{chosen}"), b"");
        assert_eq!(
            (failed.status, failed.header("x-fc-status")),
            (status, Some("404"))
        );
        assert_eq!(failed.text(), json);
    }
    assert_logged(&instance, "http-id", json);
}

#[test]
fn a_mistake_of_an_http_client_is_a_line_for_those_who_look_closely() {
    let instance = Instance::start("testbed", &[("RUST_LOG", "debug")]);
    assert_eq!(instance.http("GET", "/fail/409", b"").status, 409);
    let json = r#"{"errorMessage":"no screws","errorType":"OutOfStock","stackTrace":[]}"#;
    let said = format!("http-id [DEBUG] {json}");
    let lines = instance.wait_for_line("the mistake", |line| line.ends_with(&said));
    assert!(
        !lines.iter().any(|line| line.contains("[ERROR]")),
        "{lines:#?}"
    );
}

#[test]
fn a_response_of_an_impossible_status_is_an_error_where_it_is_set() {
    let instance = Instance::start("testbed", &[]);
    let response = instance.http("GET", "/status/99", b"");
    let error = response.json();
    assert_eq!(
        (
            response.status,
            response.header("x-fc-status"),
            error["errorType"].as_str(),
            error["errorMessage"].as_str()
        ),
        (
            404,
            Some("404"),
            Some("Panic"),
            Some("the status 99 is not one from 200 to 599")
        )
    );
}

#[test]
fn a_failed_initialize_may_be_called_again() {
    let instance = Instance::start("testbed", &[("FAIL_FIRST_INITIALIZE", "1")]);
    let failed = instance.call("POST", "/initialize", "i1", b"");
    assert_eq!(
        (failed.status, failed.header("x-fc-status")),
        (404, Some("404"))
    );
    assert_eq!(failed.json()["errorType"], "NotYet");
    assert_eq!(instance.call("POST", "/initialize", "i2", b"").status, 200);
    let lines = instance.wait_for_line("the end line", |line| {
        line == "FC Initialize End RequestId: i2"
    });
    assert!(
        lines.contains(&format!("FC Initialize End RequestId: i1{FAILED_END}")),
        "{lines:#?}"
    );
}

//! What becomes of errors and panics of handlers, against real processes.

mod support;

use support::Instance;

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
    let answer = instance.invoke("e1", b"fail no screws");
    assert_eq!(
        (answer.status, answer.header("x-fc-status")),
        (404, Some("404"))
    );
    let json = r#"{"errorMessage":"no screws","errorType":"OutOfStock","stackTrace":[]}"#;
    assert_eq!(answer.text(), json);
    assert_logged(&instance, "e1", json);
    let answer = instance.invoke("e2", b"parse x");
    assert_eq!(answer.json()["errorType"], "ParseIntError");
}

#[test]
fn a_panic_is_an_error_and_the_instance_lives_on() {
    let instance = Instance::start("testbed", &[]);
    for number in 0..5 {
        let answer = instance.invoke(&format!("p{number}"), b"panic out of cheese");
        assert_eq!(
            (answer.status, answer.header("x-fc-status")),
            (404, Some("404"))
        );
        let json = answer.json();
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
        assert_logged(&instance, &format!("p{number}"), &answer.text());
    }
    let answer = instance.http("GET", "/panic", b"");
    assert_eq!(
        (answer.status, answer.json()["errorMessage"].as_str()),
        (404, Some("an HTTP call panicked"))
    );
    assert_eq!(instance.invoke("after", b"still here").text(), "still here");
}

#[test]
fn an_answer_of_an_impossible_status_is_an_error() {
    let instance = Instance::start("testbed", &[]);
    let answer = instance.http("GET", "/status/99", b"");
    assert_eq!(
        (answer.status, answer.json()["errorType"].as_str()),
        (404, Some("InvalidStatus"))
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

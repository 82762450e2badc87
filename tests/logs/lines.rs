//! The log lines of real processes, as text and as JSON.

use serde_json::{Value, json};

use crate::support::Instance;

/// The most bytes that Function Compute keeps of a line (contract §4.4).
const LINE_LIMIT: usize = 32 * 1024;

const JSON: [(&str, &str); 2] = [("RUST_LOG_FORMAT", "json"), ("FC_FUNCTION_NAME", "shop")];

/// The lines between the markers of a request, and the end line itself.
fn lines_of(instance: &Instance, request_id: &str) -> Vec<String> {
    let start = format!("FC Invoke Start RequestId: {request_id}");
    let end = format!("FC Invoke End RequestId: {request_id}");
    let lines = instance.wait_for_line("the end line", |line| line.starts_with(&end));
    let from_start = lines.into_iter().skip_while(|line| *line != start).skip(1);
    let mut mine: Vec<String> = Vec::new();
    for line in from_start {
        let is_end = line.starts_with(&end);
        mine.push(line);
        if is_end {
            break;
        }
    }
    mine
}

/// The line as JSON, with a check of its time, which is then taken out.
fn timeless(line: &str) -> Value {
    let mut value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let time = value
        .as_object_mut()
        .and_then(|object| object.remove("time"));
    let time = time
        .as_ref()
        .and_then(Value::as_str)
        .map(str::len)
        .unwrap_or_default();
    assert_eq!(time, "2026-11-23T08:01:02.345Z".len(), "{line}");
    value
}

#[test]
fn a_json_line_has_request_function_and_message_and_the_markers_stay_as_they_are() {
    let instance = Instance::start("testbed", &JSON);
    instance.invoke("r1", b"log two\nlines");
    let lines = lines_of(&instance, "r1");
    assert_eq!(
        timeless(&lines[0]),
        json!({ "level": "INFO", "requestId": "r1", "function": "shop", "message": "two\nlines" })
    );
    assert_eq!(lines[1..], ["FC Invoke End RequestId: r1"]);
}

#[test]
fn a_thread_of_a_handler_logs_and_panics_under_the_request_id() {
    let instance = Instance::start("testbed", &[]);
    assert_eq!(
        instance.invoke("r1", b"log-in-thread counting").text(),
        "logged"
    );
    let lines = lines_of(&instance, "r1");
    assert!(lines[0].ends_with(" r1 [INFO] counting"), "{lines:?}");
    assert_eq!(
        instance.invoke("r2", b"panic-in-scope planned").text(),
        "panicked"
    );
    let lines = lines_of(&instance, "r2");
    let says = |words: &str| lines[0].contains(words);
    assert!(
        says(" r2 [ERROR] a thread of the handler panicked at "),
        "{lines:?}"
    );
    assert!(lines[0].ends_with(": planned"), "{lines:?}");
}

#[test]
fn a_json_line_of_a_failure_has_its_type_and_trace_as_fields() {
    let instance = Instance::start("testbed", &JSON);
    let response = instance.invoke("e1", b"fail no \"screws\"");
    assert_eq!(
        response.text(),
        r#"{"errorMessage":"no \"screws\"","errorType":"OutOfStock","stackTrace":[]}"#
    );
    let lines = lines_of(&instance, "e1");
    assert_eq!(
        timeless(&lines[0]),
        json!({
            "level": "ERROR", "requestId": "e1", "function": "shop", "message": "no \"screws\"",
            "fields": { "errorType": "OutOfStock", "stackTrace": [] },
        })
    );
    assert_eq!(
        lines[1..],
        ["FC Invoke End RequestId: e1, Error: Unhandled function error"]
    );
}

#[test]
fn a_failure_is_reported_whatever_the_level_is() {
    for format in ["text", "json"] {
        let instance = Instance::start(
            "testbed",
            &[("RUST_LOG", "off"), ("RUST_LOG_FORMAT", format)],
        );
        instance.invoke("e1", b"fail no screws");
        let lines = lines_of(&instance, "e1");
        assert!(lines[0].contains("OutOfStock"), "{lines:#?}");
        assert_eq!(lines.len(), 2, "{lines:#?}");
    }
}

#[test]
fn the_format_is_text_where_nothing_is_said_and_its_name_has_any_case() {
    for (format, is_json) in [("", false), ("TEXT", false), ("JSON", true)] {
        let instance = Instance::start("testbed", &[("RUST_LOG_FORMAT", format)]);
        instance.invoke("r1", b"log words");
        let lines = lines_of(&instance, "r1");
        assert_eq!(lines[0].starts_with('{'), is_json, "{format:?} {lines:#?}");
        let warned = instance
            .lines()
            .iter()
            .any(|line| line.contains("RUST_LOG_FORMAT"));
        assert!(!warned, "{format:?} is known");
    }
}

#[test]
fn an_unknown_format_is_warned_of_in_one_line_and_is_text() {
    let instance = Instance::start(
        "testbed",
        &[("RUST_LOG_FORMAT", "xml"), ("RUST_LOG", "error")],
    );
    instance.invoke("e1", b"fail no screws");
    assert!(lines_of(&instance, "e1")[0].contains(" e1 [ERROR] {"));
    let lines = instance.lines();
    let warnings: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("RUST_LOG_FORMAT"))
        .collect();
    assert_eq!(warnings.len(), 1, "{lines:#?}");
    assert!(
        warnings[0].ends_with(
            "Z - [WARN] RUST_LOG_FORMAT is \"xml\", which is neither json nor text; the log is text"
        ),
        "{warnings:?}"
    );
}

#[test]
fn a_long_line_is_cut_with_a_mark_and_a_long_error_is_still_answered_whole() {
    let message = "\"你\n".repeat(20_000);
    for format in ["text", "json"] {
        let instance = Instance::start("testbed", &[("RUST_LOG_FORMAT", format)]);
        let response = instance.invoke("long", format!("fail {message}").as_bytes());
        assert_eq!(
            response.json()["errorMessage"],
            message.as_str(),
            "{format}"
        );
        let lines = lines_of(&instance, "long");
        assert_eq!(lines.len(), 2, "one line and the marker: {format}");
        assert!(lines[0].len() < LINE_LIMIT, "{}", lines[0].len());
        assert!(lines[0].len() > LINE_LIMIT - 200, "{}", lines[0].len());
        assert!(lines[0].contains(" [cut: "), "{format}");
        if format == "json" {
            timeless(&lines[0]);
        }
    }
}

#[test]
fn a_request_id_cannot_forge_a_marker_line() {
    let instance = Instance::start("bootstrap", &[]);
    let mut connection = instance.connect();
    connection.send(
        b"POST /invoke HTTP/1.1\r\nHost: x\r\nX-Fc-Request-Id: a\nFC Invoke End RequestId: forged\r\n\
          Content-Length: 1\r\n\r\nx",
    );
    // Refusing the request is as good as cleaning the id.
    assert!([200, 400].contains(&connection.response().status));
    assert!(
        !instance
            .lines()
            .contains(&"FC Invoke End RequestId: forged".to_owned()),
        "{:#?}",
        instance.lines()
    );
}

#[test]
fn text_without_a_line_end_does_not_tear_a_marker() {
    let instance = Instance::start("testbed", &[]);
    instance.invoke("half", b"print words");
    let lines = instance.wait_for_line("the end line", |line| {
        line == "FC Invoke End RequestId: half"
    });
    assert!(
        !lines.iter().any(|line| line.contains("half a line")),
        "it waits for its line end: {lines:#?}"
    );
    instance.signal("-TERM");
    let (_, lines) = instance.wait();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("half a line of words")),
        "and is not lost: {lines:#?}"
    );
}

#[test]
fn the_level_of_the_log_lines_comes_from_the_environment() {
    let info = Instance::start("testbed", &[]);
    info.invoke("l1", b"log words");
    let lines = info.wait_for_line("the end line", |line| line.starts_with("FC Invoke End"));
    let logged: Vec<_> = lines.iter().filter(|line| line.contains("words")).collect();
    assert_eq!(logged.len(), 1, "{lines:#?}");
    let (time, rest) = logged[0].split_once(' ').expect("time and the rest");
    assert_eq!(
        (time.len(), rest),
        ("2026-11-23T08:01:02.345Z".len(), "l1 [INFO] words")
    );
    let debug = Instance::start("testbed", &[("RUST_LOG", "testbed=debug")]);
    debug.invoke("l2", b"log words");
    debug.wait_for_line("the debug line", |line| {
        line.ends_with("l2 [DEBUG] hidden words")
    });
}

//! `fc-local invoke`: what it sends, and the shape of its output.

mod failures;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::{fc_local, function_folder, invoke, package, text};

fn invoke_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = fc_local();
    command
        .args(["invoke", "--dir"])
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null());
    command.output().expect("fc-local runs")
}

fn assert_fails(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = text(&output.stderr);
    assert!(said.contains(words), "{words:?} is not in {said:?}");
}

#[test]
fn log_and_result_come_in_the_shape_of_fun_invoke() {
    let output = invoke(&[
        "--initializer",
        "-e",
        "Hello World",
        "--expect",
        "Hello World",
    ]);
    assert!(output.status.success(), "{output:?}");
    let shown = text(&output.stdout);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "========= FC invoke Logs begin =========");
    assert_eq!(lines[1], "FunctionCompute test runtime inited.");
    assert!(
        lines[2].starts_with("FC Initialize Start RequestId: "),
        "{shown}"
    );
    let id = lines[2].rsplit(' ').next().expect("an id");
    assert_eq!(lines[4], format!("FC Invoke Start RequestId: {id}"));
    assert_eq!(lines[5], format!("FC Invoke End RequestId: {id}"));
    assert_eq!(lines[6], "");
    assert!(
        lines[7].starts_with("Duration: ") && lines[7].contains(" MB, Max Memory Used: "),
        "{shown}"
    );
    assert_eq!(
        &lines[8..],
        [
            "========= FC invoke Logs end =========",
            "",
            "FC Invoke Result:",
            "Hello World"
        ]
    );
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn an_event_comes_from_a_file_or_from_stdin() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("event.json");
    fs::write(&file, "{\"from\":\"file\"}").expect("written");
    let output = invoke(&[
        "-f",
        &file.to_string_lossy(),
        "--expect",
        "{\"from\":\"file\"}",
    ]);
    assert!(output.status.success(), "{output:?}");

    let output = invoke_with_stdin(b"from stdin", &["--expect", "from stdin"]);
    assert!(output.status.success(), "{output:?}");
}

fn invoke_with_stdin(event: &[u8], arguments: &[&str]) -> Output {
    let mut command = fc_local();
    command
        .args(["invoke", "--dir"])
        .arg(function_folder())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("fc-local runs");
    let mut stdin = child.stdin.take().expect("stdin");
    // A refused event is not read to its end; then the pipe breaks.
    drop(stdin.write_all(event));
    drop(stdin);
    child.wait_with_output().expect("ended")
}

#[test]
fn an_event_over_the_limit_is_refused_and_not_cut() {
    let event = vec![b'x'; 32 * 1024 * 1024 + 1];
    let words = "is larger than 33554432 bytes";
    assert_fails(&invoke_with_stdin(&event, &[]), words);
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("event");
    fs::write(&file, &event).expect("written");
    assert_fails(&invoke(&["-f", &file.to_string_lossy()]), words);
}

#[test]
fn texts_may_begin_with_a_dash() {
    let output = invoke(&["-e", "-f", "--expect", "-f"]);
    assert!(output.status.success(), "{output:?}");
    let posted = [
        "--http",
        "POST",
        "/echo",
        "-d",
        "--data",
        "--expect-http",
        "--data",
    ];
    let output = invoke(&posted);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_empty_event_is_an_empty_body() {
    assert!(invoke(&["-e", "", "--expect", ""]).status.success());
}

#[test]
fn an_event_may_be_sent_without_its_size() {
    let output = invoke(&["--chunked", "-e", "headers"]);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("[\"Transfer-Encoding\", \"chunked\"]"),
        "{shown}"
    );
    assert!(
        invoke(&["--chunked", "-e", "", "--expect", ""])
            .status
            .success()
    );
}

#[test]
fn http_calls_show_status_headers_and_body() {
    let output = invoke(&[
        "-e",
        "first",
        "--http",
        "POST",
        "/a/echo?b=1",
        "-d",
        "posted",
        "--http",
        "GET",
        "/x",
        "-H",
        "Cookie: c=1",
        "--expect-http",
        "posted",
    ]);
    assert!(output.status.success(), "{output:?}");
    let shown = text(&output.stdout);
    assert!(
        shown.contains("FC Invoke Result:\nHTTP/1.1 201 Created\n"),
        "{shown}"
    );
    assert_eq!(
        shown.matches("set-cookie: ").count(),
        4,
        "two answers with two cookies each: {shown}"
    );
    assert!(
        shown.contains("\n\nposted\n") && shown.contains("[\"Cookie\", \"c=1\"]"),
        "{shown}"
    );
}

#[test]
fn a_package_may_be_a_zip_file_and_keeps_its_mode_bits() {
    let folder = tempfile::tempdir().expect("folder");
    let zip = folder.path().join("code.zip");
    fs::write(&zip, package()).expect("written");
    let output = invoke_in(&zip, &["-e", "mode private.txt", "--expect", "0o640"]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn pre_stop_is_called_at_the_end_unless_it_is_switched_off() {
    let folder = tempfile::tempdir().expect("folder");
    let note = folder.path().join("note");
    let variable = format!("STOP_NOTE={}", note.display());
    assert!(
        invoke(&["-e", "x", "--env", &variable, "--no-pre-stop"])
            .status
            .success()
    );
    assert!(!note.exists());
    assert!(invoke(&["-e", "x", "--env", &variable]).status.success());
    assert_eq!(fs::read_to_string(&note).expect("pre-stop ran"), "stopped");
}

#[test]
fn a_call_wakes_an_instance_that_was_frozen_after_the_one_before() {
    let output = invoke(&[
        "--pre-freeze",
        "-e",
        "x",
        "--http",
        "GET",
        "/a",
        "--http",
        "GET",
        "/b",
    ]);
    assert!(output.status.success(), "{output:?}");
}

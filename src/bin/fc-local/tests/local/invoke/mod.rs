//! `fc-local invoke`: what it sends, and the shape of its output.

mod failures;
mod template;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::{call, fc_local, function_folder, invoke, on_terminal, package, text};

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
    assert_ends(output, 1, words);
}

/// The command line is wrong.
fn assert_refused(output: &Output, words: &str) {
    assert_ends(output, 2, words);
}

fn assert_ends(output: &Output, code: i32, words: &str) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let said = text(&output.stderr);
    assert!(said.contains(words), "{words:?} is not in {said:?}");
}

#[test]
fn a_pipe_gets_the_result_alone_and_stderr_the_rest() {
    let output = invoke(&["--initializer", "-e", "{\"a\":1}"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "{\"a\":1}", "byte for byte");
    let aside = text(&output.stderr);
    assert!(
        aside.starts_with("========= FC invoke Logs begin =========\n")
            && aside.contains("\nFC Initialize Start RequestId: ")
            && aside.ends_with("\nFC Invoke Result:\n"),
        "{aside}"
    );
    let two = invoke(&["-e", "one", "--http", "POST", "/echo", "-d", "two"]);
    assert_eq!(text(&two.stdout), "one\ntwo\n", "each in its own line");
    assert!(text(&two.stderr).contains("\nHTTP/1.1 201 Created\n"));
    // The terminal that --quiet is for would show both; here it has stdout alone.
    let (status, shown) = on_terminal(&mut call(&["--quiet", "-e", "one"]));
    assert!(status.success());
    assert_eq!(shown, "one\n");
}

#[test]
fn the_log_of_one_call_is_shown_whole_with_what_was_logged_before_it() {
    for generation in [&["--fc3"][..], &[]] {
        let long = [&["--initializer", "-e", "chatter 2000"], generation].concat();
        let output = invoke(&long);
        let aside = text(&output.stderr);
        assert!(output.status.success(), "{aside}");
        let lines: Vec<&str> = aside.lines().collect();
        for line in [
            "FunctionCompute test runtime inited.",
            "line 1",
            "line 2000",
        ] {
            assert!(lines.contains(&line), "{line:?} is not in {aside}");
        }
        assert!(
            aside.contains("\nFC Initialize Start RequestId: "),
            "{aside}"
        );
    }
    let output = invoke(&["--fc3", "-e", "x"]);
    let before = "FC start Logs begin =========\nFunctionCompute test runtime inited.\n";
    assert!(text(&output.stderr).contains(before), "{output:?}");
}

#[test]
fn log_and_result_come_in_the_shape_of_fun_invoke() {
    let (status, shown) = on_terminal(&mut call(&[
        "--initializer",
        "-e",
        "Hello World",
        "--expect",
        "Hello World",
    ]));
    assert!(status.success(), "{shown}");
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
    let (shown, aside) = (text(&output.stdout), text(&output.stderr));
    assert!(
        aside.contains("FC Invoke Result:\nHTTP/1.1 201 Created\n"),
        "{aside}"
    );
    assert_eq!(
        aside.matches("set-cookie: ").count(),
        4,
        "two answers with two cookies each: {aside}"
    );
    assert!(
        shown.contains("first\nposted\n") && shown.contains("[\"Cookie\", \"c=1\"]"),
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

#[test]
fn memory_above_the_functions_is_warned_of_once_and_less_is_not() {
    // No process gets by with 1 MB, and this one uses far less than 1 GB.
    let warning = "has used ";
    let calls = ["-e", "echo", "-e", "echo"];
    for (memory, times) in [("1", 1), ("1024", 0)] {
        let output = invoke(&[&["--memory", memory], &calls[..]].concat());
        assert!(output.status.success(), "{output:?}");
        let said = text(&output.stderr);
        assert_eq!(said.matches(warning).count(), times, "{said}");
        assert!(
            times == 0
                || said.contains(" MB of memory where it has 1 MB: Function Compute may end"),
            "{said}"
        );
    }
}

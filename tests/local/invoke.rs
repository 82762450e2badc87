//! `fc-local invoke`: the shape of its output, its judgement, and the words for what can go wrong.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{
    fc_local, function_folder, invoke, package, process_state, text, wait_for, zip_of,
};

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

fn package_with(bootstrap: &str, mode: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("bootstrap");
    fs::write(&path, bootstrap).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
    folder
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
fn a_wrong_answer_is_an_exit_code_of_one() {
    assert_fails(
        &invoke(&["-e", "a", "--expect", "b"]),
        "the event result is \"a\", not \"b\"",
    );
    assert_fails(
        &invoke(&["--http", "GET", "/echo", "--expect", "b"]),
        "the answer to GET /echo is \"\", not \"b\"",
    );
    assert_fails(
        &invoke(&["-e", "fail"]),
        "the event call failed with UnhandledInvocationError",
    );
    assert_fails(
        &invoke(&["-e", "x", "--env", "MODE=no-markers"]),
        "logged no line `FC Invoke Start RequestId: ",
    );
    assert_fails(
        &invoke(&["--http", "GET", "/failed"]),
        "GET /failed failed with UnhandledInvocationError",
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
fn a_timeout_ends_the_call() {
    let output = invoke(&["--timeout", "1", "-e", "sleep 600"]);
    assert_fails(&output, "the event call failed with FunctionTimeoutError");
    let shown = text(&output.stdout);
    assert!(
        shown.contains("{\"errorMessage\":\"Function timed out after 1 seconds (maxMemoryUsage: "),
        "{shown}"
    );
}

#[test]
fn a_death_in_mid_request_is_told_in_fcs_words() {
    for event in ["die 3", "hang-up"] {
        let output = invoke(&["-e", event]);
        let shown = text(&output.stdout);
        let words =
            "{\"errorMessage\":\"Process exited unexpectedly before completing request (duration: ";
        assert!(shown.contains(words), "{event}: {shown}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn an_instance_that_does_not_start_is_told_in_fcs_words() {
    let exits = "Function instance exited unexpectedly(code 7, message:exit status 7) with start command \
                 '/code/bootstrap '. Logs : FunctionCompute test runtime inited.";
    assert_fails(&invoke(&["-e", "x", "--env", "MODE=exits"]), exits);
    let late = invoke(&[
        "-e",
        "x",
        "--env",
        "MODE=never-listens",
        "--start-timeout",
        "1",
    ]);
    assert_fails(&late, "Function instance health check failed on port ");
    assert_fails(
        &late,
        " in 1 seconds. (it must listen on 0.0.0.0 and the port in FC_CUSTOM_LISTEN_PORT)",
    );
    let hidden = invoke(&["-e", "x", "--env", "MODE=loopback-only"]);
    assert_fails(
        &hidden,
        "the server listens on 127.0.0.1 only, where the platform cannot reach it; bind 0.0.0.0",
    );
}

#[test]
fn a_package_that_cannot_start_is_told_with_its_cure() {
    let empty = tempfile::tempdir().expect("folder");
    assert_fails(
        &invoke_in(empty.path(), &["-e", "x"]),
        "the file /code/bootstrap is not exist",
    );
    let plain = package_with("#!/bin/sh\n", 0o644);
    assert_fails(
        &invoke_in(plain.path(), &["-e", "x"]),
        "(code 13, message:permission denied)",
    );
    let foreign = package_with("#!/no/such/interpreter\n", 0o755);
    assert_fails(
        &invoke_in(foreign.path(), &["-e", "x"]),
        "(code 2, message:no such file or directory)",
    );
    let data = package_with("no program", 0o755);
    assert_fails(
        &invoke_in(data.path(), &["-e", "x"]),
        "(code 8, message:exec format error)",
    );
    assert_fails(
        &invoke_in(Path::new("/no/such"), &["-e", "x"]),
        "no package at /no/such (build one there",
    );
}

#[test]
fn an_initializer_that_fails_stops_the_call() {
    let refused = invoke(&["--initializer", "-e", "x", "--env", "MODE=init-fails"]);
    assert_fails(
        &refused,
        "the initializer failed: {\"errorMessage\":\"no database\"}",
    );
    let died = invoke(&["--initializer", "-e", "x", "--env", "MODE=init-dies"]);
    assert_fails(
        &died,
        "Process exited unexpectedly before completing initialization",
    );
}

#[test]
fn a_cold_start_that_is_interrupted_leaves_no_process_and_no_folder() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().expect("folder");
        let (zip, note) = (folder.path().join("code.zip"), folder.path().join("pids"));
        let scratch = folder.path().join("scratch");
        fs::create_dir(&scratch).expect("scratch");
        let script = b"#!/bin/sh\nsleep 777 &\necho $$ $! done > \"$NOTE\"\nsleep 777\n";
        fs::write(&zip, zip_of(&[("bootstrap", script, 0o755)])).expect("written");
        let mut command = fc_local();
        command
            .args(["invoke", "-e", "x", "--dir"])
            .arg(&zip)
            .args(["--env", &format!("NOTE={}", note.display())])
            .env("TMPDIR", &scratch)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("fc-local runs");
        let pids = wait_for("the instance to start", || {
            let noted = fs::read_to_string(&note).ok()?;
            noted.strip_suffix(" done\n").map(str::to_owned)
        });
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
        assert_fails(&child.wait_with_output().expect("ended"), "interrupted");
        for pid in pids.split(' ').map(|pid| pid.parse().expect("a pid")) {
            wait_for("the process group to be gone", || {
                process_state(pid)
                    .is_none_or(|state| state == 'Z')
                    .then_some(())
            });
        }
        let left: Vec<_> = fs::read_dir(&scratch).expect("scratch").collect();
        assert!(left.is_empty(), "{signal}: {left:?}");
    }
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
fn a_wrong_command_line_names_its_cure() {
    assert_fails(&invoke(&["-e", "x", "--env", "NAME"]), "write NAME=VALUE");
    assert_fails(
        &invoke(&["--http", "GET", "no-slash"]),
        "a path starts with `/`",
    );
    assert_fails(
        &invoke(&["--http", "GET", "/", "-H", "no colon"]),
        "write 'NAME: VALUE'",
    );
    let file = function_folder().join("bootstrap");
    assert_fails(
        &invoke_in(&file, &["-e", "x"]),
        "--dir takes the folder or zip around bootstrap",
    );
    assert_fails(
        &invoke(&["-e", "x", "--expect-http", "x"]),
        "each belongs to one --http METHOD PATH",
    );
    for wrong in [&["--no-such-option"][..], &["-e", "x", "--timeout", "0"]] {
        assert_eq!(invoke(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

//! Calls of `fc-local invoke` that fail, each with the reason.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{assert_fails, assert_refused, invoke_in};
use crate::support::{fc_local, function_folder, invoke, process_state, text, wait_for, zip_of};

fn package_with(bootstrap: &str, mode: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("bootstrap");
    fs::write(&path, bootstrap).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
    folder
}

#[test]
fn a_wrong_answer_is_an_exit_code_of_one() {
    assert_fails(
        &invoke(&["-e", "a", "--expect", "b"]),
        "the event result is \"a\", not \"b\"",
    );
    assert_fails(
        &invoke(&["--http", "GET", "/echo", "--expect", "b"]),
        "the response to GET /echo is \"\", not \"b\"",
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
fn a_death_in_mid_request_is_reported_in_fcs_words_and_with_its_exit() {
    for (event, exit) in [("die 3", "exit code 3"), ("kill 11", "signal 11 (SIGSEGV)")] {
        let output = invoke(&["-e", event]);
        let shown = text(&output.stdout);
        let words =
            "{\"errorMessage\":\"Process exited unexpectedly before completing request (duration: ";
        assert!(shown.contains(words), "{event}: {shown}");
        let end = format!("failed with UnhandledInvocationError: the instance ended with {exit}\n");
        assert_fails(&output, &end);
        let said = text(&output.stderr);
        assert!(!said.contains("logged no line `FC Invoke End"), "{said}");
    }
    let http = invoke(&["--http", "GET", "/die"]);
    assert_fails(&http, "; the instance ended with exit code 1");
    let late = invoke(&["--timeout", "1", "-e", "sleep 600"]);
    assert_fails(&late, "the instance was ended by the timeout of 1 s");
    let said = text(&late.stderr);
    assert!(!said.contains("logged no line `FC Invoke End"), "{said}");
}

#[test]
fn an_instance_that_only_hangs_up_or_answers_nonsense_is_not_said_to_have_exited() {
    for (event, why) in [
        (
            "hang-up",
            "the instance runs, but its response is not complete: connection closed",
        ),
        (
            "nonsense",
            "the instance runs, but its response is not complete: invalid HTTP",
        ),
    ] {
        // The same instance takes the next call.
        let output = invoke(&["-e", event, "-e", "next"]);
        let shown = text(&output.stdout);
        assert!(shown.contains(why), "{event}: {shown}");
        assert!(
            !shown.contains("exited") && shown.ends_with("\nnext\n"),
            "{shown}"
        );
    }
    let cut = invoke(&["--http", "GET", "/events?cut=1", "--http", "GET", "/echo"]);
    assert_fails(
        &cut,
        "GET /events?cut=1 failed: the instance runs, but its response is not complete: ",
    );
}

#[test]
fn an_instance_that_does_not_start_is_reported_in_fcs_words() {
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
fn a_package_that_cannot_start_is_reported_with_its_cure() {
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
fn a_wrong_command_line_names_its_cure() {
    assert_refused(&invoke(&["-e", "x", "--env", "NAME"]), "write NAME=VALUE");
    assert_refused(
        &invoke(&["--http", "GET", "no-slash"]),
        "a path starts with `/`",
    );
    assert_refused(
        &invoke(&["--http", "GET", "/", "-H", "no colon"]),
        "write 'NAME: VALUE'",
    );
    let file = function_folder().join("bootstrap");
    assert_refused(
        &invoke_in(&file, &["-e", "x"]),
        "--dir takes the folder or zip around bootstrap",
    );
    assert_refused(
        &invoke(&["-e", "x", "--expect-http", "x"]),
        "each belongs to one --http METHOD PATH",
    );
    for wrong in [&["--no-such-option"][..], &["-e", "x", "--timeout", "0"]] {
        assert_eq!(invoke(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

//! `fc-local check`: runtimes that keep the contract pass, and each row fails where its rule is broken.
//!
//! The runtime that breaks rules is `check/bootstrap`; `BREAK` names the rules.

mod broken;
mod cases;
mod configured;
mod mcp;
mod unasked;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{built, fc_local, text, wait_for};

/// What a handler must be known to do for every row to be judged.
const EVERYTHING: [&str; 14] = [
    "--echo",
    "--fail-event=fail",
    "--slow-event=slow",
    "--initializer",
    "--failing-initializer=FAIL_INITIALIZER=1",
    "--pre-freeze",
    "--pre-stop",
    "--http=/",
    "--http-echo=/echo",
    "--http-204=/empty",
    "--concurrency=8",
    "--idle=0",
    "--json",
    "--fc3",
];

fn breaker() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/local/check/bootstrap")
}

fn check(options: &[&str], command: &[&str]) -> Output {
    // They wait while this one does.
    cases::begin();
    let mut check = fc_local();
    check.arg("check").args(options);
    let has_limit = |option: &&str| option.starts_with("--response-timeout=");
    if !options.iter().any(has_limit) {
        // Far more than any response takes on a machine under load.
        check.arg("--response-timeout=60");
    }
    check.arg("--").args(command);
    check.stdin(Stdio::null()).output().expect("fc-local runs")
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// The rows with one of these verdicts.
fn rows<'a>(report: &'a Value, verdicts: &[&str]) -> BTreeSet<&'a str> {
    let rows = report["rows"].as_array().expect("rows");
    rows.iter()
        .filter(|row| verdicts.contains(&row["verdict"].as_str().expect("a verdict")))
        .map(|row| row["row"].as_str().expect("a name"))
        .collect()
}

#[test]
fn a_runtime_that_keeps_the_contract_passes_every_row() {
    let output = check(&EVERYTHING, &[breaker().to_str().expect("a path")]);
    let report = report(&output);
    let not_passed = rows(&report, &["fail", "cannot_tell", "not_applicable"]);
    // The only optional thing that the runtime does not do.
    assert_eq!(not_passed, BTreeSet::from(["http/params"]), "{report:#}");
    let sections = &report["rows"][0]["sections"];
    assert_eq!(sections[1]["number"], "4.2", "{report:#}");
    assert_eq!(sections[1]["title"], "The port", "{report:#}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_only_the_handler_knows_is_unclear_without_its_option() {
    let output = check(
        &["--json", "--idle=0"],
        &[breaker().to_str().expect("a path")],
    );
    let report = report(&output);
    let unknown = rows(&report, &["cannot_tell"]);
    assert!(unknown.contains("event/binary") && unknown.contains("failure/x-fc-status"));
    let unused = rows(&report, &["not_applicable"]);
    assert!(unused.contains("initialize/answer") && unused.contains("http/answer"));
    assert_eq!(rows(&report, &["fail"]), BTreeSet::new(), "{report:#}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_web_function_is_judged_by_its_http_calls_alone() {
    let options = [
        "--json",
        "--web",
        "--http=/",
        "--http-echo=/echo",
        "--http-204=/empty",
        "--concurrency=4",
        "--idle=0",
    ];
    let output = check(&options, &[breaker().to_str().expect("a path")]);
    let report = report(&output);
    assert_eq!(
        rows(&report, &["fail", "cannot_tell"]),
        BTreeSet::new(),
        "{report:#}"
    );
    let unused = rows(&report, &["not_applicable"]);
    assert!(unused.contains("event/answer") && unused.contains("failure/body"));
    let passed = rows(&report, &["pass"]);
    assert!(passed.contains("connection/at-once") && passed.contains("freeze/next-event"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_runtime_of_this_project_passes() {
    let output = check(
        &[
            "--json",
            "--echo",
            "--initializer",
            "--pre-freeze",
            "--pre-stop",
            "--http=/",
            "--http-echo=/",
            "--concurrency=20",
            "--idle=0",
        ],
        &[built("bootstrap").to_str().expect("a path")],
    );
    let report = report(&output);
    let not_passed = rows(&report, &["fail", "not_applicable"]);
    assert_eq!(not_passed, BTreeSet::new(), "{report:#}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_function_of_this_project_that_fails_and_panics_passes_every_row() {
    let testbed = built("testbed");
    let output = check(
        &[
            "--json",
            "--event=x",
            "--echo",
            "--fail-event=fail as asked",
            "--fail-event=panic as asked",
            "--slow-event=sleep 200",
            "--initializer",
            "--failing-initializer=FAIL_FIRST_INITIALIZE=1",
            "--pre-freeze",
            "--pre-stop",
            "--http=/target",
            "--http-echo=/echo",
            "--http-204=/status/204",
            "--concurrency=20",
            "--idle=0",
        ],
        &[testbed.to_str().expect("a path")],
    );
    let report = report(&output);
    let not_passed = rows(&report, &["fail", "cannot_tell", "not_applicable"]);
    // It logs nothing for an event that it only gives back.
    let silent = BTreeSet::from(["event/log-request-id"]);
    assert_eq!(not_passed, silent, "{report:#}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_table_shows_what_was_sent_and_expected_where_a_row_fails() {
    let output = check(
        &["--idle=0", "--env=BREAK=lower-markers"],
        &[breaker().to_str().expect("a path")],
    );
    let said = text(&output.stdout);
    let failed: Vec<&str> = said
        .lines()
        .skip_while(|line| !line.starts_with("FAIL"))
        .take(3)
        .collect();
    assert!(
        failed[0].contains("must    §5.1 Marker lines            event/markers"),
        "{said}"
    );
    assert!(
        failed[0].contains("no Start line, no End line; a line with the request id is: FC invoke")
    );
    assert_eq!(failed[1], "    sent      POST /invoke with --event");
    assert!(failed[2].starts_with("    expected  one line `FC Invoke Start"));
    assert!(
        said.ends_with("must rows that fail: event/markers\n"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_missing_command_and_a_wrong_option_are_told_apart() {
    let missing = check(&[], &["./no-such-program"]);
    let said = text(&missing.stderr);
    assert!(
        said.contains("there is no ./no-such-program in .; name the start command"),
        "{said}"
    );
    assert_eq!(missing.status.code(), Some(2));
    let unknown = check(&[], &["no-such-program"]);
    assert_eq!(unknown.status.code(), Some(1), "only PATH knows it");
    let said = text(&unknown.stdout);
    assert!(
        said.contains("no folder of PATH has it; a file of the code is ./no-such-program"),
        "{said}"
    );
    assert!(!said.contains("its interpreter"), "{said}");
    for options in [&["--concurrency=0"][..], &["--env=NAME"], &["--http-204=/"]] {
        assert_eq!(check(options, &["true"]).status.code(), Some(2));
    }
}

#[test]
fn the_old_name_of_response_timeout_is_still_read() {
    let check = fc_local()
        .args(["check", "--answer-timeout=0", "true"])
        .output()
        .expect("fc-local runs");
    let said = text(&check.stderr);
    assert!(
        said.contains("invalid value '0' for '--response-timeout"),
        "{said}"
    );
    assert_eq!(check.status.code(), Some(2));
}

#[test]
fn an_interrupted_check_takes_the_runtime_with_it() {
    let folder = tempfile::tempdir().expect("folder");
    let note = folder.path().join("pid");
    for signal in ["-INT", "-TERM"] {
        let mut command = fc_local();
        command
            .args(["check", "--response-timeout=600", "--env=BREAK=mute"])
            .arg(format!("--env=PID_FILE={}", note.display()))
            .arg(breaker());
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("fc-local runs");
        let pid = wait_for("the runtime", || std::fs::read_to_string(&note).ok());
        let id = child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill runs").success());
        assert_eq!(child.wait().expect("ended").code(), Some(1));
        wait_for("the end of the runtime", || {
            let there = Path::new("/proc").join(&pid).join("cwd").exists();
            (!there).then_some(())
        });
        std::fs::remove_file(&note).expect("removed");
    }
}

#[test]
fn a_runtime_that_floods_its_output_is_judged_all_the_same() {
    let script = "while :; do echo flood; done & exec python3 \"$0\"";
    let output = check(
        &["--json", "--idle=0", "--echo"],
        &["/bin/sh", "-c", script, breaker().to_str().expect("a path")],
    );
    let report = report(&output);
    assert!(
        rows(&report, &["pass"]).contains("event/markers"),
        "{report:#}"
    );
    assert!(rows(&report, &["fail"]).contains("probe/log"));
    assert!(rows(&report, &["pass"]).contains("stop/sigterm"));
}

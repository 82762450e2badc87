//! Runtimes that break the contract, each rule once, and the rows that tell.

use std::collections::BTreeSet;

use super::{EVERYTHING, breaker, check, report, rows};

/// A broken runtime.
struct Case {
    /// The rules it breaks.
    breaks: &'static str,
    /// Options beyond [`EVERYTHING`], or in its place.
    options: &'static [&'static str],
    /// The rows that fail.
    fail: &'static [&'static str],
}

/// Every rule broken once; rules that do not touch each other share a run.
const CASES: [(&str, Case); 13] = [
    (
        "hooks",
        Case {
            breaks: "hooks-fail,no-hook-markers",
            options: &[],
            fail: &[
                "initialize/answer",
                "initialize/markers",
                "initialize/user-path",
                "freeze/pre-freeze",
                "freeze/pre-freeze-markers",
                "stop/pre-stop",
                "stop/pre-stop-markers",
            ],
        },
    ),
    (
        "lies",
        Case {
            breaks: "by-path,init-lies,chunked-answer,bare-log,fail-200,ignores-sigterm,half-line,leaks,noisy",
            options: &[],
            fail: &[
                "initialize/user-path",
                "initialize/failure",
                "event/content-length",
                "event/log-request-id",
                "failure/x-fc-status",
                "failure/status",
                "probe/log",
                "stop/sigterm",
                "log/line-start",
                "log/secrets",
            ],
        },
    ),
    (
        "shapes",
        Case {
            breaks: "init-dies,lower-markers,fail-text,fail-plain-end",
            options: &[],
            fail: &[
                "initialize/failure-lives-on",
                "event/markers",
                "failure/body",
                "failure/end-line",
                "http/markers",
            ],
        },
    ),
    (
        "bytes",
        Case {
            breaks: "late-end,fail-unlogged,text,expect-417,head-body,body-204",
            options: &[],
            fail: &[
                "event/markers-in-time",
                "event/binary",
                "event/6-mb",
                "event/32-mb",
                "event/expect-continue",
                "failure/log-order",
                "http/head",
                "http/204",
                "http/body",
            ],
        },
    ),
    (
        "requests",
        Case {
            breaks: "no-chunked,10-mb,put-411,params-garbage,http-500,strict",
            options: &[],
            fail: &[
                "event/chunked",
                "event/32-mb",
                "http/answer",
                "http/body",
                "http/empty-put",
                "http/params",
                "http/unknown-path",
                "probe/health-check",
            ],
        },
    ),
    (
        "deaths",
        Case {
            breaks: "fail-dies,serial,dies-on-cancel,dies-on-reset,dies-on-cut,dies-on-thaw",
            options: &[],
            fail: &[
                "failure/lives-on",
                "connection/overlap",
                "connection/canceled",
                "probe/silent-connection",
                "probe/cut-request",
                "freeze/next-event",
            ],
        },
    ),
    (
        "one connection",
        Case {
            breaks: "one-connection,1-mb",
            options: &["--answer-timeout=5"],
            fail: &[
                "event/6-mb",
                "event/32-mb",
                "connection/second",
                "connection/at-once",
                "connection/overlap",
            ],
        },
    ),
    (
        "closes",
        Case {
            breaks: "closes",
            options: &[],
            fail: &["connection/keep-alive", "connection/idle"],
        },
    ),
    (
        "idle",
        Case {
            breaks: "idle-timeout",
            options: &["--idle=5"],
            fail: &["connection/idle"],
        },
    ),
    (
        "statuses",
        Case {
            breaks: "event-500,crashes-on-sigterm",
            options: &[],
            fail: &[
                "event/answer",
                "event/empty",
                "event/binary",
                "event/6-mb",
                "event/32-mb",
                "stop/sigterm",
            ],
        },
    ),
    (
        "loopback",
        Case {
            breaks: "loopback",
            options: &[],
            fail: &["start/all-interfaces"],
        },
    ),
    (
        "silence",
        Case {
            breaks: "never-listens",
            options: &["--start-timeout=1"],
            fail: &["start/port"],
        },
    ),
    (
        "mute",
        Case {
            breaks: "mute",
            options: &["--answer-timeout=1"],
            fail: &[
                "initialize/answer",
                "initialize/user-path",
                "initialize/failure",
                "initialize/failure-lives-on",
                "event/answer",
            ],
        },
    ),
];

/// Checks the runtime of a case, and holds the rows that fail against those that should.
fn assert_case(name: &str) {
    let (_, case) = CASES
        .iter()
        .find(|(case, _)| *case == name)
        .expect("a case");
    let breaks = format!("--env=BREAK={}", case.breaks);
    // What is given later holds.
    let mut options = EVERYTHING.to_vec();
    options.retain(|option| {
        let key = option.split('=').next();
        !case.options.iter().any(|own| own.split('=').next() == key)
    });
    options.extend(case.options);
    options.push(&breaks);
    let output = check(&options, &[breaker().to_str().expect("a path")]);
    let report = report(&output);
    let expected: BTreeSet<&str> = case.fail.iter().copied().collect();
    assert_eq!(rows(&report, &["fail"]), expected, "{report:#}");
    let must = report["must_rows_that_fail"]
        .as_array()
        .expect("a list")
        .len();
    assert_eq!(output.status.code(), Some(i32::from(must > 0)));
}

#[test]
fn every_row_is_made_to_fail_by_a_case() {
    let output = check(&["--json", "--start-timeout=1"], &["/bin/false"]);
    let report = report(&output);
    let mut left = rows(&report, &["fail", "cannot_tell", "not_applicable", "pass"]);
    for (_, case) in &CASES {
        left.retain(|row| !case.fail.contains(row));
    }
    // It is optional, so it is there or not.
    assert_eq!(left, BTreeSet::from(["start/inited-line"]));
}

#[test]
fn hooks_that_fail_without_their_lines_are_told() {
    assert_case("hooks");
}

#[test]
fn failures_that_look_like_success_and_leaking_logs_are_told() {
    assert_case("lies");
}

#[test]
fn wrong_markers_and_error_shapes_are_told() {
    assert_case("shapes");
}

#[test]
fn late_lines_and_changed_bytes_are_told() {
    assert_case("bytes");
}

#[test]
fn requests_that_the_server_does_not_understand_are_told() {
    assert_case("requests");
}

#[test]
fn a_process_that_dies_where_it_should_live_is_told_and_the_next_rows_get_a_new_one() {
    assert_case("deaths");
}

#[test]
fn a_server_for_one_connection_at_a_time_is_told() {
    assert_case("one connection");
}

#[test]
fn a_connection_that_is_not_kept_alive_is_told() {
    assert_case("closes");
}

#[test]
fn a_connection_that_is_closed_when_idle_is_told() {
    assert_case("idle");
}

#[test]
fn a_wrong_status_of_success_and_a_crash_at_the_end_are_told() {
    assert_case("statuses");
}

#[test]
fn a_server_on_loopback_only_is_told_and_still_judged() {
    assert_case("loopback");
}

#[test]
fn a_runtime_that_never_listens_is_told() {
    assert_case("silence");
}

#[test]
fn a_runtime_that_never_answers_does_not_hang_the_check() {
    assert_case("mute");
}

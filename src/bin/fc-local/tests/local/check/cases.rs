//! Checks of runtimes that break the contract, each rule once: the rows that fail are those that should.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::broken::{CASES, Case};
use super::{EVERYTHING, breaker, check, report, rows};

/// Checks the runtime of a case.
fn run(case: &Case) -> Output {
    let breaks = format!("--env=BREAK={}", case.breaks);
    // What is given later holds.
    let mut options = EVERYTHING.to_vec();
    options.retain(|option| {
        let key = option.split('=').next();
        !case.options.iter().any(|own| own.split('=').next() == key)
    });
    options.extend(case.options);
    options.push(&breaks);
    check(&options, &[breaker().to_str().expect("a path")])
}

/// The checks that run in the background, by the names of their cases.
///
/// A check waits ten times as long as it works, so those of all cases run side by side, and beside the other checks.
/// Who names the tests to be run gets no others.
static RUNNING: LazyLock<Mutex<BTreeMap<&str, JoinHandle<Output>>>> = LazyLock::new(|| {
    let of_all_tests = std::env::args().len() == 1;
    let cases = CASES.iter().filter(|_| of_all_tests);
    let running = cases.map(|(name, case)| (*name, thread::spawn(|| run(case))));
    Mutex::new(running.collect())
});

/// Begins the checks of all cases, unless they have begun.
pub(super) fn begin() {
    LazyLock::force(&RUNNING);
}

/// What comes of a case.
fn output_of(name: &str, case: &'static Case) -> Output {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let own = running.remove(name);
    // The others wait for theirs meanwhile.
    drop(running);
    match own {
        Some(own) => own.join().expect("it ran"),
        None => run(case),
    }
}

/// Checks the runtime of a case, and holds the rows that fail against those that should.
fn assert_case(name: &str) {
    let (_, case) = CASES
        .iter()
        .find(|(case, _)| *case == name)
        .expect("a case");
    let output = output_of(name, case);
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
fn hooks_that_fail_without_their_lines_are_reported() {
    assert_case("hooks");
}

#[test]
fn failures_that_look_like_success_and_leaking_logs_are_reported() {
    assert_case("lies");
}

#[test]
fn wrong_markers_and_error_shapes_are_reported() {
    assert_case("shapes");
}

#[test]
fn late_lines_and_changed_bytes_are_reported() {
    assert_case("bytes");
}

#[test]
fn requests_that_the_server_does_not_understand_are_reported() {
    assert_case("requests");
}

#[test]
fn a_process_that_dies_where_it_should_live_is_reported_and_the_next_rows_get_a_new_one() {
    assert_case("deaths");
}

#[test]
fn a_server_for_one_connection_at_a_time_is_reported() {
    assert_case("one connection");
}

#[test]
fn a_connection_that_is_not_kept_alive_is_reported() {
    assert_case("closes");
}

#[test]
fn a_connection_that_is_closed_when_idle_is_reported() {
    assert_case("idle");
}

#[test]
fn a_wrong_status_of_success_and_a_crash_at_the_end_are_reported() {
    assert_case("statuses");
}

#[test]
fn a_server_on_loopback_only_is_reported_and_still_judged() {
    assert_case("loopback");
}

#[test]
fn a_runtime_that_never_listens_is_reported() {
    assert_case("silence");
}

#[test]
fn a_runtime_that_never_answers_does_not_hang_the_check() {
    assert_case("mute");
}

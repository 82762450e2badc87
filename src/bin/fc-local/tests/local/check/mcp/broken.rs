//! Checks of servers that break the rules, each rule once: the rows that fail are those that should.

mod cases;

use std::collections::BTreeSet;

use serde_json::Value;

use self::cases::CASES;
use super::super::{check, report, rows};
use super::{EVERYTHING, breaker};

/// Checks the server of a case, and holds the rows that fail against those that should.
fn assert_case(name: &str) -> Value {
    assert_case_with(name, &[])
}

/// The same with the extension for tasks, which are kept in a folder.
fn assert_extended(name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("--env=STORE={}", folder.path().display());
    assert_case_with(name, &[&store]);
}

fn assert_case_with(name: &str, more: &[&str]) -> Value {
    let case = CASES.iter().find(|case| case.name == name);
    let case = case.expect("a case");
    let breaks = format!("--env=BREAK={}", case.breaks);
    let options = [&["--mcp", "--json", &breaks], case.options, more].concat();
    let output = check(&options, &[breaker().to_str().expect("a path")]);
    let report = report(&output);
    let expected: BTreeSet<&str> = case.fail.iter().copied().collect();
    assert_eq!(rows(&report, &["fail"]), expected, "{report:#}");
    let failed = report["must_rows_that_fail"].as_array().expect("a list");
    let code = i32::from(!failed.is_empty());
    assert_eq!(output.status.code(), Some(code));
    report
}

#[test]
fn every_row_is_made_to_fail_by_a_case_and_names_its_fix() {
    let options = [&EVERYTHING[..], &["--start-timeout=1"]].concat();
    let output = check(&options, &["/bin/false"]);
    let report = report(&output);
    let mut left = rows(&report, &["fail", "cannot_tell", "not_applicable", "pass"]);
    assert!(left.len() > 30, "{report:#}");
    for case in &CASES {
        left.retain(|row| !case.fail.contains(row));
    }
    assert_eq!(left, BTreeSet::new());
    let all = report["rows"].as_array().expect("rows");
    let without: Vec<_> = all.iter().filter(|row| row["fix"].is_null()).collect();
    assert_eq!(without.len(), 2, "how a command starts: {without:#?}");
}

#[test]
fn wrong_messages_and_statuses_are_reported() {
    assert_case("messages");
}

#[test]
fn requests_that_must_be_refused_and_streams_that_are_late_or_stay_open_are_reported() {
    assert_case("streams");
}

#[test]
fn versions_that_no_client_takes_are_reported() {
    assert_case("versions");
}

#[test]
fn sessions_that_do_not_keep_their_rules_are_reported() {
    assert_case("sessions");
}

#[test]
fn a_server_with_room_for_few_sessions_is_reported() {
    assert_case("few");
}

#[test]
fn a_session_that_cannot_be_ended_is_reported() {
    assert_case("delete");
}

#[test]
fn a_server_for_one_connection_at_a_time_is_reported() {
    assert_case("one connection");
}

#[test]
fn a_server_that_refuses_its_own_version_is_reported() {
    assert_case("header");
}

#[test]
fn a_get_that_is_never_answered_does_not_hang_the_check() {
    let report = assert_case("silent get");
    assert!(rows(&report, &["cannot_tell"]).contains("get/held"));
}

#[test]
fn streams_that_cannot_be_resumed_are_reported() {
    assert_case("resumption");
}

#[test]
fn tasks_that_do_not_keep_their_rules_are_reported() {
    assert_case("tasks");
}

#[test]
fn a_tool_that_is_called_in_a_way_that_it_excludes_is_reported() {
    assert_case("support");
}

#[test]
fn streams_of_changes_that_do_not_keep_their_rules_are_reported() {
    assert_case("listening");
}

#[test]
fn a_message_that_no_stream_of_changes_may_have_is_reported() {
    assert_case("changes");
}

#[test]
fn a_stream_of_changes_that_is_not_acknowledged_first_is_reported() {
    assert_case("acknowledgement");
}

#[test]
fn a_server_for_one_stream_of_changes_is_reported() {
    assert_case("one stream");
}

#[test]
fn a_tasks_extension_that_does_not_keep_its_rules_is_reported() {
    assert_extended("extension");
}

#[test]
fn a_task_that_is_made_by_the_parameter_of_an_older_version_is_reported() {
    assert_extended("old parameter");
}

#[test]
fn a_server_that_never_answers_does_not_hang_the_check() {
    assert_case("mute");
}

#[test]
fn a_server_on_loopback_only_is_reported_and_still_judged() {
    assert_case("loopback");
}

#[test]
fn a_command_that_ends_is_reported() {
    assert_case("exit");
}

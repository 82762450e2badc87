use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use super::{ProcessGroup, describe_exit, exit_in_words, gated, says_ending};

#[test]
fn an_exit_reads_as_fc_writes_it() {
    assert_eq!(
        describe_exit(ExitStatus::from_raw(2 << 8)),
        "code 2, message:exit status 2"
    );
    assert_eq!(
        describe_exit(ExitStatus::from_raw(9)),
        "code 137, message:killed by signal 9"
    );
}

#[test]
fn an_exit_reads_as_people_say_it() {
    let words = |raw| exit_in_words(ExitStatus::from_raw(raw));
    assert_eq!(words(2 << 8), "exit code 2");
    assert_eq!(words(9), "signal 9 (SIGKILL)");
    assert_eq!(words(64), "signal 64");
}

#[test]
fn a_process_that_ends_is_known_by_its_flags_whatever_its_name() {
    let stat = |state: &str, flags: u32| format!("7 (a) Z b) {state} 1 7 7 0 -1 {flags} 0 0");
    assert!(!says_ending(&stat("S", 4_194_304)));
    assert!(says_ending(&stat("S", 4_194_308)) && says_ending(&stat("Z", 4_194_304)));
}

#[test]
fn a_gated_command_never_begins_without_its_starter() {
    let mut command = gated("echo");
    command.arg("begun").stdout(Stdio::piped());
    // As if fc-local had been killed between the start and the end of its part.
    let mut child = command.into_std().spawn().expect("started");
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("ended");
    assert!(!output.status.success() && output.stdout.is_empty());
}

#[tokio::test]
async fn an_end_is_known_before_and_after_its_status_was_taken() {
    let group = ProcessGroup::start(&mut gated("cat")).expect("started");
    let lasting = ProcessGroup::start(gated("sleep").arg("600")).expect("started");
    // No await: nothing has taken the status yet.
    while !group.is_over() {}
    assert!(group.exit_status().is_none() && !lasting.is_over());
    assert!(group.wait().await.success());
    assert!(group.is_over() && !lasting.is_over());
}

#[tokio::test]
async fn a_gated_command_begins_and_reads_nothing() {
    let mut command = gated("cat");
    let group = ProcessGroup::start(command.stdout(Stdio::null())).expect("started");
    assert!(group.wait().await.success());
}

#[tokio::test]
async fn a_dropped_group_takes_its_children_with_it() {
    let mut shell = tokio::process::Command::new("/bin/sh");
    shell.args(["-c", "sleep 600 & wait"]);
    let group = ProcessGroup::start(&mut shell).expect("started");
    assert!(group.peak_memory_mb() > 0.0);
    let exit = group.exit.clone();
    drop(group);
    exit.clone().wait_for(Option::is_some).await.expect("ended");
}

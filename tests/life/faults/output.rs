//! Stdout that is full, closed, or on a full disk: a log that cannot be written never costs a response.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use rustix::pipe::fcntl_setpipe_size;

use super::support::Instance;
use super::{assert_serves, event, response_to};

/// How many invocations each test makes: with their lines more than any pipe of the tests holds.
const INVOCATIONS: usize = 50;
/// A message that makes one line of more than a page, so that pipes end within lines.
const LONG: usize = 6000;
/// What the line after a loss ends in; before it stands how many lines are lost.
const LOST: &str = " log lines are lost because they could not be written";

/// Only the lines that the tests expect: whether the runtime finds something to warn of depends on the machine.
const QUIET: [(&str, &str); 1] = [("RUST_LOG", "testbed=info")];

fn is_whole(line: &str) -> bool {
    let message = |line: &str| {
        let (_, message) = line.split_once("] ")?;
        Some(message.to_owned())
    };
    line.starts_with("FC Invoke ")
        || line == "FunctionCompute rust runtime inited."
        || message(line)
            .is_some_and(|message| message == "x".repeat(LONG) || message.ends_with(LOST))
}

#[test]
fn a_full_pipe_that_nobody_reads_costs_lines_and_no_response() {
    let mut instance = Instance::start_into(Stdio::piped, &QUIET);
    let output = instance.take_stdout();
    let mut connection = instance.connect();
    let long = format!("log {}", "x".repeat(LONG));
    for number in 0..INVOCATIONS {
        assert_eq!(response_to(&mut connection, &number.to_string(), &long), "");
    }
    // The reader wakes up.
    let mut lines = BufReader::new(output)
        .lines()
        .map(|line| line.expect("text"));
    let mut before = Vec::new();
    // All that stands in the pipe: without the end of a line at its end the next request's first byte must bring it.
    let reader = std::thread::spawn(move || {
        for line in lines.by_ref() {
            let is_last = line == "FC Invoke End RequestId: after";
            before.push(line);
            if is_last {
                break;
            }
        }
        before
    });
    // Whether the reader is awake yet is not known: the first request that finds room reports the loss.
    while !reader.is_finished() {
        assert_eq!(response_to(&mut connection, "after", "log words"), "");
    }
    let lines = reader.join().expect("no panic");
    let lost: Vec<_> = lines.iter().filter(|line| line.ends_with(LOST)).collect();
    assert!(!lost.is_empty(), "{lines:#?}");
    let broken: Vec<_> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !is_whole(line) && !line.ends_with("after [INFO] words"))
        .collect();
    assert!(
        broken.len() <= 1,
        "at most the line that was under way: {broken:#?}"
    );
    for (at, _) in broken {
        assert!(
            lines[at + 1].ends_with(LOST),
            "the loss is reported right after it"
        );
    }
    assert_serves(&instance);
}

#[test]
fn lines_that_were_lost_are_counted_exactly() {
    let mut instance = Instance::start_into(Stdio::piped, &QUIET);
    let mut output = BufReader::new(instance.take_stdout());
    let mut connection = instance.connect();
    for _ in 0..INVOCATIONS {
        response_to(
            &mut connection,
            "full",
            &format!("log {}", "x".repeat(LONG)),
        );
    }
    let mut written = 0;
    let mut next = |text: &mut String| {
        text.clear();
        output.read_line(text).expect("text");
        written += usize::from(text.contains("full") && is_whole(text.trim_end()));
    };
    let mut text = String::new();
    // Two invocations that were written make room for the lines of another, the first of which reports the loss.
    while !text.starts_with("FC Invoke End") {
        next(&mut text);
    }
    text.clear();
    while !text.starts_with("FC Invoke End") {
        next(&mut text);
    }
    response_to(&mut connection, "after", "x");
    while !text.trim_end().ends_with(LOST) {
        next(&mut text);
    }
    let lost = text
        .trim_end()
        .strip_suffix(LOST)
        .and_then(|line| line.rsplit_once(' '));
    let lost: usize = lost
        .and_then(|(_, count)| count.parse().ok())
        .expect("a count");
    // Each has a marker at its start and one at its end.
    assert_eq!(written + lost, 3 * INVOCATIONS);
}

#[test]
fn requests_at_once_wait_together_for_a_full_pipe_and_not_one_after_the_other() {
    let mut instance = Instance::start_into(Stdio::piped, &QUIET);
    let _unread = instance.take_stdout();
    let mut connections: Vec<_> = (0..20).map(|_| instance.connect()).collect();
    let long = format!("log {}", "x".repeat(LONG));
    for _ in 0..5 {
        for connection in &mut connections {
            connection.send(&event("many", long.as_bytes()));
        }
        for connection in &mut connections {
            assert_eq!(connection.response().status, 200);
        }
    }
}

#[test]
fn a_pipe_that_nobody_will_ever_read_costs_no_response() {
    let mut instance = Instance::start_into(Stdio::piped, &QUIET);
    drop(instance.take_stdout());
    let mut connection = instance.connect();
    for _ in 0..INVOCATIONS {
        assert_eq!(response_to(&mut connection, "closed", "log words"), "");
        assert_eq!(connection.exchange(&event("closed", b"fail x")).status, 404);
    }
    instance.signal("-TERM");
    assert_eq!(instance.wait().0.code(), Some(0));
}

#[test]
fn a_full_disk_costs_no_response() {
    let full = || {
        Stdio::from(
            File::options()
                .write(true)
                .open("/dev/full")
                .expect("a device"),
        )
    };
    let instance = Instance::start_into(full, &[]);
    let mut connection = instance.connect();
    for _ in 0..INVOCATIONS {
        assert_eq!(response_to(&mut connection, "full", "log words"), "");
        assert_eq!(connection.exchange(&event("full", b"fail x")).status, 404);
    }
    instance.signal("-TERM");
    assert_eq!(instance.wait().0.code(), Some(0));
}

#[test]
fn a_process_without_stdout_serves() {
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", r#"exec "$0" >&-"#])
        .arg(super::support::binary("testbed"));
    let instance = Instance::start_silent(shell, &[]);
    for _ in 0..INVOCATIONS {
        assert_serves(&instance);
    }
}

#[test]
fn a_reader_that_lags_but_reads_loses_nothing() {
    let mut instance = Instance::start_into(Stdio::piped, &QUIET);
    let mut output = instance.take_stdout();
    // No line fits into it, so that each waits for its reader, however slow the machine is.
    fcntl_setpipe_size(&output, 4096).expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        let mut page = [0; 4096];
        while !all.ends_with(b"FC Invoke End RequestId: last\n") {
            match output.read(&mut page).expect("a pipe") {
                0 => break,
                read => all.extend_from_slice(&page[..read]),
            }
        }
        String::from_utf8(all).expect("text")
    });
    let mut connection = instance.connect();
    for _ in 0..INVOCATIONS {
        response_to(
            &mut connection,
            "slow",
            &format!("log {}", "x".repeat(LONG)),
        );
    }
    response_to(&mut connection, "last", "x");
    let all = reader.join().expect("no panic");
    assert!(all.lines().all(is_whole), "every line is whole");
    let logged = all
        .lines()
        .filter(|line| line.contains(" slow [INFO] "))
        .count();
    assert_eq!(logged, INVOCATIONS, "and none is lost");
}

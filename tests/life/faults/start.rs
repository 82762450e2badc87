//! What the shipped `bootstrap` does before its `main`, which the standard library does for other programs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::assert_serves;
use super::support::{Instance, binary};

#[test]
fn descriptors_that_are_closed_lead_nowhere_and_not_into_a_socket() {
    for closed in ["<&-", ">&-", "<&- >&- 2>&-"] {
        let mut shell = Command::new("sh");
        let script = format!(r#"exec "$0" {closed}"#);
        shell.args(["-c", &script]).arg(binary("bootstrap"));
        let instance = Instance::start_silent(shell, &[]);
        for _ in 0..5 {
            assert_serves(&instance);
        }
        for descriptor in 0..3 {
            let link = format!("/proc/{}/fd/{descriptor}", instance.pid());
            let target = fs::read_link(link).expect("it is open");
            let errors = target.extension().is_some_and(|name| name == "errors");
            assert!(target == Path::new("/dev/null") || errors, "{target:?}");
        }
    }
}

#[test]
fn a_pipe_that_nobody_reads_any_more_is_no_signal() {
    let (reader, writer) = rustix::pipe::pipe().expect("a pipe");
    let mut command = Command::new(binary("bootstrap"));
    command.env("RUST_LOG", "trace");
    let piped = || Stdio::from(writer.try_clone().expect("a copy"));
    let instance = Instance::start_unseen(command, piped, &[]);
    drop((reader, writer));
    for _ in 0..5 {
        assert_serves(&instance);
    }
    instance.signal("-TERM");
    assert_eq!(instance.wait().0.code(), Some(0));
}

//! The end of a program that has the start of `bootstrap` instead of the standard library's: see `src/start.rs`.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::pipe;

use crate::support::binary;

/// How long a test waits for an end that takes a second.
const PATIENCE: Duration = Duration::from_secs(60);

fn start(stdout: impl Into<Stdio>, variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(binary("ends"));
    command.envs(variables.iter().copied()).stdout(stdout);
    command.spawn().expect("the program starts")
}

/// The code that it ends with. One that does not end is killed, which is no code.
fn code(child: Child) -> Option<i32> {
    let pid = rustix::process::Pid::from_child(&child);
    let (sender, receiver) = channel();
    let waiting = thread::spawn(move || {
        let mut child = child;
        let ended = child.wait().expect("it is a child");
        // Where nobody hears it, the time is over.
        let _ = sender.send(());
        ended.code()
    });
    if receiver.recv_timeout(PATIENCE).is_err() {
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("it runs");
    }
    waiting.join().expect("no panic")
}

/// A pipe in which nothing more has room.
fn full_pipe() -> (OwnedFd, OwnedFd) {
    let (reader, writer) = pipe().expect("a pipe");
    let usual = fcntl_getfl(&writer).expect("an open pipe");
    fcntl_setfl(&writer, usual | OFlags::NONBLOCK).expect("an open pipe");
    // Byte by byte at the end, since a write of more may find no room where there is some.
    for length in [4096, 1] {
        let written = loop {
            if let Err(error) = rustix::io::write(&writer, &[b'x'; 4096][..length]) {
                break error;
            }
        };
        assert_eq!(written, Errno::AGAIN);
    }
    fcntl_setfl(&writer, usual).expect("an open pipe");
    (reader, writer)
}

#[test]
fn what_was_printed_without_the_end_of_its_line_is_there_at_the_end() {
    for wanted in [0, 1] {
        let mut child = start(Stdio::piped(), &[("CODE", &wanted.to_string())]);
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut printed = String::new();
        stdout.read_to_string(&mut printed).expect("text");
        assert_eq!(
            (printed.as_str(), code(child)),
            ("half a line", Some(wanted))
        );
    }
}

#[test]
fn neither_a_thread_that_keeps_stdout_nor_a_full_pipe_keeps_the_process() {
    let (reader, writer) = full_pipe();
    let children = [
        start(Stdio::null(), &[("STDOUT", "held"), ("CODE", "1")]),
        start(Stdio::null(), &[("STDOUT", "held")]),
        start(writer, &[("CODE", "1")]),
    ];
    assert_eq!(children.map(code), [Some(1), Some(0), Some(1)]);
    drop(reader);
}

//! Every kind of stdout that a process can have: what it gets, what it costs, and that nobody has to read it.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::support::{Instance, binary};
use super::{assert_serves, response_to};

/// Only the lines that the tests expect.
const QUIET: [(&str, &str); 1] = [("RUST_LOG", "testbed=info")];

/// The lines of one invocation of this id, without the time of its log line.
fn assert_lines(lines: &[String], request_id: &str) {
    let [start, printed, end] = lines else {
        panic!("{lines:#?}");
    };
    assert_eq!(*start, format!("FC Invoke Start RequestId: {request_id}"));
    assert_eq!(*printed, format!("a line of {request_id}"));
    assert_eq!(*end, format!("FC Invoke End RequestId: {request_id}"));
}

/// Lets a handler print, and checks that what it printed stands between the marker lines of its request.
fn assert_in_order(instance: &Instance, output: impl Read) {
    let mut lines = BufReader::new(output)
        .lines()
        .map(|line| line.expect("text"));
    let inited = lines.next().expect("a line");
    assert_eq!(inited, "FunctionCompute rust runtime inited.");
    for number in 0..50 {
        let id = format!("nr-{number}");
        instance.invoke(&id, format!("print-line {id}").as_bytes());
        assert_lines(&lines.by_ref().take(3).collect::<Vec<_>>(), &id);
    }
}

/// Fills an output that nobody reads, and checks that every invocation is answered.
fn assert_costs_no_response(instance: &Instance) {
    let mut connection = instance.connect();
    let long = format!("log {}", "x".repeat(6000));
    for _ in 0..100 {
        assert_eq!(response_to(&mut connection, "full", &long), "");
    }
    assert_serves(instance);
}

#[test]
fn a_pipe_has_markers_and_prints_in_their_order() {
    let mut instance = Instance::start_into(Stdio::piped, &QUIET);
    let output = instance.take_stdout();
    assert_in_order(&instance, output);
}

#[test]
fn a_socket_has_markers_and_prints_in_their_order_and_needs_no_reader() {
    let (ours, theirs) = UnixStream::pair().expect("sockets");
    let stdout = || Stdio::from(OwnedFd::from(theirs.try_clone().expect("a copy")));
    let instance = Instance::start_into(stdout, &QUIET);
    assert_in_order(&instance, &ours);
    assert_costs_no_response(&instance);
}

/// A terminal: the side that a person sees, and the other by its path.
fn terminal() -> (File, PathBuf) {
    let seen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&seen).expect("a terminal of ours");
    unlockpt(&seen).expect("a terminal of ours");
    let name = ptsname(&seen, Vec::new()).expect("its name");
    let name = name.into_string().expect("text");
    (File::from(seen), PathBuf::from(name))
}

#[test]
fn a_terminal_has_markers_and_prints_in_their_order_and_needs_no_reader() {
    let (seen, path) = terminal();
    let mut options = OpenOptions::new();
    let no_control = i32::try_from(OFlags::NOCTTY.bits()).expect("a small number");
    options.read(true).write(true).custom_flags(no_control);
    let stdout = || Stdio::from(options.open(&path).expect("the terminal's other side"));
    let instance = Instance::start_into(stdout, &QUIET);
    assert_in_order(&instance, &seen);
    assert_costs_no_response(&instance);
}

#[test]
fn a_file_is_written_on_from_where_it_stands() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("written-on-{}", std::process::id()));
    let mut file = File::create(&path).expect("a file");
    file.write_all(b"what was there before\n").expect("written");
    let stdout = || Stdio::from(file.try_clone().expect("a copy"));
    let instance = Instance::start_into(stdout, &QUIET);
    let mut output = File::open(&path).expect("the file");
    output.seek(SeekFrom::Start(22)).expect("after the line");
    assert_in_order(&instance, output);
    let text = fs::read_to_string(&path).expect("text");
    assert!(text.starts_with("what was there before\nFunctionCompute "));
    fs::remove_file(path).expect("it is there");
}

#[test]
fn a_stdout_that_leads_nowhere_costs_no_response() {
    let instance = Instance::start_into(Stdio::null, &QUIET);
    assert_costs_no_response(&instance);
}

/// What the tracer writes after the number of a process that was killed.
const KILLED: &str = "+++ killed by SIGKILL +++";

/// How many calls a warm request makes for its two marker lines into such a stdout: to ask for room, and to write.
fn calls_of_warm_requests(stdout: impl Fn() -> Stdio, requests: usize) -> (usize, usize) {
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("calls-{}", std::process::id()));
    let instance = traced(&path, stdout);
    let mut connection = instance.connect();
    for _ in 0..10 {
        response_to(&mut connection, "cold", "x");
    }
    for _ in 0..requests {
        response_to(&mut connection, "warm", "x");
    }
    let pid = instance.pid().to_string();
    drop(instance);
    let calls = calls_until_the_end(&path, &pid);
    fs::remove_file(&path).expect("it is there");
    let (_, warm) = calls.rsplit_once("RequestId: cold").expect("it was asked");
    let count = |call: &str| warm.lines().filter(|line| line.contains(call)).count();
    (count("poll("), count("FC Invoke "))
}

/// All calls, when the tracer has written that the process was killed, which is its last line.
fn calls_until_the_end(path: &Path, pid: &str) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    let is_end = |line: &str| {
        line.split_once(' ')
            .is_some_and(|(of, what)| of == pid && what.trim_start() == KILLED)
    };
    loop {
        let calls = fs::read_to_string(path).expect("text");
        if calls.lines().any(is_end) {
            return calls;
        }
        assert!(Instant::now() < until, "no end: {calls}");
        thread::yield_now();
    }
}

/// An instance whose calls are written to a file, one a line. The tracer starts it, and stands beside it: not every system lets
/// a process trace one that it has not started.
fn traced(calls: &Path, stdout: impl Fn() -> Stdio) -> Instance {
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-q", "-e", "trace=poll,ppoll,write", "-o"]);
    command.arg(calls).arg(binary("testbed"));
    Instance::start_unseen(command, stdout, &QUIET)
}

#[test]
fn a_pipe_with_room_a_file_and_dev_null_are_not_asked_for_room() {
    const REQUESTS: usize = 20;
    let (_reader, writer) = rustix::pipe::pipe().expect("a pipe");
    let piped = || Stdio::from(writer.try_clone().expect("a copy"));
    let file = || Stdio::from(tempfile());
    for counted in [
        calls_of_warm_requests(piped, REQUESTS),
        calls_of_warm_requests(file, REQUESTS),
        calls_of_warm_requests(Stdio::null, REQUESTS),
    ] {
        assert_eq!(counted, (0, 2 * REQUESTS));
    }
    // What may wait is asked each time: the tracer does see it.
    let (_ours, theirs) = UnixStream::pair().expect("sockets");
    let socket = || Stdio::from(OwnedFd::from(theirs.try_clone().expect("a copy")));
    let counted = calls_of_warm_requests(socket, REQUESTS);
    assert_eq!(counted, (2 * REQUESTS, 2 * REQUESTS));
}

/// A file without a name.
fn tempfile() -> File {
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("unnamed-{}", std::process::id()));
    let file = File::create(&path).expect("a file");
    fs::remove_file(path).expect("it is there");
    file
}

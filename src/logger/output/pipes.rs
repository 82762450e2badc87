//! The output as the system has it: pipes that are full, and what is no pipe.

use super::{Kind, Output, PIECE_BYTES, kind};
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::pipe::pipe;

/// By what path a descriptor of this process can be opened once more.
fn path_of(output: &impl AsRawFd) -> String {
    format!("/proc/self/fd/{}", output.as_raw_fd())
}

fn all_of(reader: OwnedFd) -> String {
    let mut all = String::new();
    let read = File::from(reader).read_to_string(&mut all);
    read.expect("text");
    all
}

/// Writes until nothing more fits, without any patience, and gives how many lines did.
fn fill(output: &mut Output, line: &[u8]) -> usize {
    output.patience = Duration::ZERO;
    let mut lines = 0;
    while output.send(line) {
        lines += 1;
        output.patience = Duration::ZERO;
    }
    lines
}

#[test]
fn a_pipe_is_not_asked_for_room_and_its_own_descriptor_stays_as_it_was() {
    let (reader, writer) = pipe().expect("a pipe");
    let mut output = Output::of(writer.as_fd(), &path_of(&writer));
    assert!(!output.may_wait && output.file.is_some());
    let flags = fcntl_getfl(&writer).expect("its flags");
    assert!(!flags.contains(OFlags::NONBLOCK), "{flags:?}");
    let lines = fill(&mut output, b"one line\n");
    assert!(lines > 1000 && !output.is_torn, "{lines} lines");
    drop((output, writer));
    assert_eq!(all_of(reader), "one line\n".repeat(lines));
}

#[test]
fn a_pipe_that_cannot_be_opened_again_is_asked_for_room() {
    let (reader, writer) = pipe().expect("a pipe");
    let mut output = Output::of(writer.as_fd(), "/nowhere/fd/1");
    assert!(output.may_wait && output.file.is_some());
    let lines = fill(&mut output, b"one line\n");
    assert!(lines > 1000 && !output.is_torn, "{lines} lines");
    drop((output, writer));
    assert_eq!(all_of(reader), "one line\n".repeat(lines));
}

#[test]
fn a_line_longer_than_a_piece_is_torn_where_the_pipe_is_full() {
    let long = [&vec![b'x'; 2 * PIECE_BYTES], &b"\n"[..]].concat();
    for is_opened_again in [true, false] {
        let (_reader, writer) = pipe().expect("a pipe");
        let path = if is_opened_again {
            path_of(&writer)
        } else {
            "/nowhere".to_owned()
        };
        let mut output = Output::of(writer.as_fd(), &path);
        let lines = fill(&mut output, &long);
        assert!(lines > 0 && output.is_torn, "{path}: {lines} lines");
    }
}

#[test]
fn only_a_pipe_is_opened_again_and_only_what_may_wait_is_asked() {
    let (_reader, writer) = pipe().expect("a pipe");
    assert_eq!(kind(writer.as_fd()), Kind::Reopened);
    let (socket, _other) = UnixStream::pair().expect("sockets");
    assert_eq!(kind(socket.as_fd()), Kind::Other);
    let device = |path| File::options().write(true).open(path).expect("a device");
    assert_eq!(kind(device("/dev/null").as_fd()), Kind::Ready);
    assert_eq!(kind(device("/dev/full").as_fd()), Kind::Other);
    let file = File::open(std::env::current_exe().expect("this program"));
    assert_eq!(kind(file.expect("a file").as_fd()), Kind::Ready);
}

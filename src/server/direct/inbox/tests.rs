use super::buffer::{LARGEST, SMALLEST};
use super::{Buffer, CRLF, End, Inbox, Script, Source};
use crate::server::refusal::{CUT_OFF, LINE_TOO_LONG, Refusal};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};

static LONG: &Refusal = &LINE_TOO_LONG;

fn lines(bytes: &[u8], step: usize, mut left: usize) -> (Vec<Vec<u8>>, End) {
    let mut inbox = Inbox::new(Script { bytes, step });
    let mut lines = Vec::new();
    loop {
        match inbox.line(left, LONG) {
            Ok(line) => {
                left -= line.len() + CRLF.len();
                lines.push(line.to_vec());
            }
            Err(trouble) => return (lines, trouble),
        }
    }
}

#[test]
fn lines_are_the_same_however_the_bytes_come() {
    for step in 1..12 {
        let (read, end) = lines(b"one\r\n\r\ntwo\r\nrest", step, 100);
        assert_eq!(read, [&b"one"[..], b"", b"two"], "{step}");
        assert_eq!(end, (&CUT_OFF).into());
    }
}

#[test]
fn a_line_over_the_limit_is_refused_before_its_end_comes() {
    for step in 1..12 {
        assert_eq!(lines(b"four\r\n", step, 6).1, (&CUT_OFF).into(), "{step}");
        assert_eq!(lines(b"fiver\r\n", step, 6).1, LONG.into(), "{step}");
        assert_eq!(lines(b"without an end", step, 6).1, LONG.into(), "{step}");
        assert_eq!(lines(b"1\r\n2\r\n3\r\n", step, 8).0.len(), 2, "{step}");
    }
}

#[test]
fn a_line_that_ends_in_a_bare_lf_is_refused() {
    for bytes in [&b"one\n"[..], b"\n", b"\r\r\n\n"] {
        let (_, end) = lines(bytes, 1, 100);
        assert!(
            matches!(end, End::Refused(refusal) if refusal.status() == 400),
            "{end:?}"
        );
    }
}

#[test]
fn the_buffer_grows_with_what_comes_and_an_idle_connection_gives_it_back() {
    let bytes: Vec<u8> = (0..=255).cycle().take(10 * LARGEST).collect();
    let mut inbox = Inbox::new(Script {
        bytes: &bytes,
        step: usize::MAX,
    });
    let mut body = Vec::new();
    assert_eq!(inbox.take(100, &mut body), Ok(()));
    assert_eq!(inbox.buffer.capacity(), SMALLEST);
    assert_eq!(inbox.take(bytes.len(), &mut body), Ok(()));
    assert!(body == bytes && inbox.is_empty());
    assert_eq!(inbox.buffer.capacity(), LARGEST);
    assert_eq!(inbox.wait(), Err(End::Gone));
    assert_eq!(inbox.buffer.capacity(), SMALLEST);
}

#[test]
fn a_head_is_here_when_reading_it_waits_for_nothing() {
    let whole = b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\nbody";
    let refused = [
        &b"GET / HTTP/1.1\nHost"[..],
        b"\n",
        b"GET / HTTP/1.1\r\n\n",
        &[b'x'; 101],
    ];
    for (bytes, end) in refused
        .map(|bytes| (bytes, bytes.len()))
        .into_iter()
        .chain([(&whole[..], whole.len() - b"body".len())])
    {
        for step in 1..bytes.len() {
            let mut inbox = Inbox::new(Script { bytes, step });
            let mut come = 0;
            while !inbox.has_head(100) {
                assert!(come < bytes.len(), "{} by {step}", bytes.escape_ascii());
                inbox.fill().expect("it comes");
                come += step.min(bytes.len() - come);
            }
            let late = bytes[..come.saturating_sub(step)].len();
            let is_due = late < end && bytes.len() - inbox.unused().len() < end;
            assert!(is_due, "{} by {step}", bytes.escape_ascii());
        }
    }
    for length in 0..whole.len() - b"\nbody".len() {
        let mut inbox = Inbox::new(Script {
            bytes: &whole[..length],
            step: 5,
        });
        while inbox.fill() == Ok(true) {
            assert!(!inbox.has_head(100), "{length}");
        }
    }
}

#[test]
fn another_inbox_goes_on_where_one_has_stopped() {
    let mut buffer = Buffer::default();
    let mut lines = Vec::new();
    for bytes in [&b"one\r\ntw"[..], b"o\r\nthr", b"ee\r\nrest"] {
        let step = bytes.len();
        let mut inbox = Inbox::resume(Script { bytes, step }, buffer);
        let line = inbox.line(100, LONG).expect("a line");
        lines.push(line.to_vec());
        buffer = inbox.into_buffer();
    }
    assert_eq!(lines, [&b"one"[..], b"two", b"three"]);
    assert_eq!(buffer.unused(), b"rest");
}

#[test]
fn what_was_announced_but_does_not_come_takes_no_memory() {
    let mut inbox = Inbox::new(Script {
        bytes: b"few",
        step: 3,
    });
    let mut body = Vec::new();
    let taken = inbox.take(usize::MAX, &mut body);
    assert_eq!(taken, Err((&CUT_OFF).into()));
    assert!(body == b"few" && body.capacity() < 100);
}

#[test]
fn empty_lines_before_a_request_are_passed_over() {
    for step in 1..8 {
        let mut inbox = Inbox::new(Script {
            bytes: b"\r\n\r\nGET",
            step,
        });
        assert_eq!(inbox.wait(), Ok(()));
        assert!(inbox.unused().starts_with(b"G"), "{step}");
        let mut inbox = Inbox::new(Script {
            bytes: b"\r\n\r",
            step,
        });
        assert_eq!(inbox.wait(), Err(End::Gone), "{step}");
    }
}

/// A source that does what its script says.
struct Odd(VecDeque<Result<&'static [u8], ErrorKind>>);

impl Source for Odd {
    fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        let bytes = self.0.pop_front().unwrap_or(Ok(b""))?;
        into.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

#[test]
fn an_interruption_ends_nothing_and_a_wait_and_a_reset_do() {
    let read = |script: Vec<_>| {
        let mut inbox = Inbox::new(Odd(script.into()));
        let line = inbox.line(100, LONG);
        line.map(<[u8]>::to_vec)
    };
    let interrupted = Err(ErrorKind::Interrupted);
    assert_eq!(
        read(vec![interrupted, Ok(b"a"), interrupted, Ok(b"b\r\n")]),
        Ok(b"ab".to_vec())
    );
    let waits = Err(ErrorKind::WouldBlock);
    assert_eq!(read(vec![Ok(b"a"), waits]), Err(End::Waiting));
    assert_eq!(read(vec![Err(ErrorKind::ConnectionReset)]), Err(End::Gone));
}

//! What has been read of a connection but not yet been used, and the ways to take from it: a line, or so many bytes.
//!
//! Owns the read buffer, which all requests of a connection share. It must not know what a line says.

use std::io::{self, BufRead, ErrorKind};
use std::time::Instant;

use super::wire::Clock;
use crate::server::framing::Refusal;

/// What bytes are read from: a socket, or a test's script.
pub(super) trait Source {
    /// Reads what is there, or waits for it, for ever or until then; nothing read means that there will be no more.
    fn read(&mut self, into: &mut [u8], until: Option<Instant>) -> io::Result<usize>;
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A request is answered without a handler, and what follows it is not trusted.
    Refused(Refusal),
    /// The last answer has said so.
    Agreed,
    /// Nobody waits for an answer.
    Gone,
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

const CUT_OFF: Refusal = Refusal::Malformed("the request breaks off");
/// RFC 9110 §15.5.9.
const TIMED_OUT: Refusal = Refusal::Unserved(
    408,
    "RequestTimeout",
    "the request took too long to arrive; Runtime::head_timeout and Runtime::body_timeout give it longer",
);

/// The first read's size, in bytes: a head of the platform and a small event fit into it.
const SMALLEST: usize = 4 * 1024;
/// The largest read's size, in bytes: larger ones hardly save calls of the system.
const LARGEST: usize = 64 * 1024;

/// A read buffer. It is as small as one read at first, and doubles whenever a read has filled it. Only a line that is
/// longer makes it larger than the largest read.
pub(super) struct Inbox<S> {
    source: S,
    buffer: Vec<u8>,
    /// Where what is not yet used begins and ends in the buffer.
    start: usize,
    end: usize,
}

impl<S: Source> Inbox<S> {
    pub(super) fn new(source: S) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            start: 0,
            end: 0,
        }
    }

    pub(super) fn source(&mut self) -> &mut S {
        &mut self.source
    }

    /// Whether all that has been read is used.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Waits for the first byte of a request, as long as it takes. Empty lines before it are no part of it: some clients
    /// send one behind a body (RFC 9112 §2.2).
    pub(super) fn wait(&mut self) -> Result<(), End> {
        loop {
            while self.unused().starts_with(b"\r\n") {
                self.start += 2;
            }
            if !matches!(self.unused(), b"" | b"\r") {
                return Ok(());
            }
            // An idle connection keeps no more memory than it began with.
            if self.is_empty() && self.buffer.len() > SMALLEST {
                (self.buffer, self.start, self.end) = (Vec::new(), 0, 0);
            }
            // Whoever closes or resets between two requests, or before the first, owes nobody a word (contract §4.1).
            match self.fill(None) {
                Ok(true) => {}
                Ok(false) | Err(_) => return Err(End::Gone),
            }
        }
    }

    /// Takes a line without its CRLF, and its length off `left`. A bare LF ends none (RFC 9112 §2.2 lets a server
    /// choose).
    pub(super) fn line(
        &mut self,
        left: &mut usize,
        too_long: Refusal,
        until: Option<Instant>,
    ) -> Result<&[u8], End> {
        let mut searched = 0;
        let length = loop {
            // The standard library's search, which looks at many bytes at once; a slice never fails.
            let mut unsearched = &self.unused()[searched..];
            searched += unsearched.skip_until(b'\n').unwrap_or_default();
            if self.unused()[..searched].ends_with(b"\n") {
                break searched;
            }
            if searched > *left {
                return Err(too_long.into());
            }
            if !self.fill(until)? {
                return Err(CUT_OFF.into());
            }
        };
        *left = left.checked_sub(length).ok_or(too_long)?;
        let line = &self.buffer[self.start..self.start + length];
        self.start += length;
        line.strip_suffix(b"\r\n")
            .ok_or(End::Refused(Refusal::Malformed(
                "a line ends in LF without CR",
            )))
    }

    /// Takes `length` bytes to the end of `body`, which grows by what has come, not by what was announced.
    pub(super) fn take(
        &mut self,
        mut length: usize,
        body: &mut Vec<u8>,
        clock: Clock,
    ) -> Result<(), End> {
        loop {
            let here = length.min(self.end - self.start);
            body.extend_from_slice(&self.buffer[self.start..self.start + here]);
            self.start += here;
            length -= here;
            if length == 0 {
                return Ok(());
            }
            if !self.fill(clock.until(body.len()))? {
                return Err(CUT_OFF.into());
            }
        }
    }

    /// Reads over what still comes until then, and at most so many bytes.
    pub(super) fn discard(&mut self, mut bytes: usize, until: Option<Instant>) {
        self.start = self.end;
        while bytes > 0 && matches!(self.fill(until), Ok(true)) {
            bytes = bytes.saturating_sub(self.end - self.start);
            self.start = self.end;
        }
    }

    fn unused(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads once more; tells whether anything came.
    fn fill(&mut self, until: Option<Instant>) -> Result<bool, End> {
        let is_filled = self.end == self.buffer.len();
        // A line that has no place in the largest read is bounded by its own limit.
        if is_filled && (self.buffer.len() < LARGEST || self.start == 0) {
            let larger = SMALLEST.max(self.buffer.len() * 2);
            self.buffer.resize(larger, 0);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            match self.source.read(&mut self.buffer[self.end..], until) {
                Ok(read) => {
                    self.end += read;
                    return Ok(read > 0);
                }
                // A frozen instance wakes up with it (contract §4.5).
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(match error.kind() {
                        ErrorKind::WouldBlock | ErrorKind::TimedOut => TIMED_OUT.into(),
                        _ => End::Gone,
                    });
                }
            }
        }
    }
}

/// A source for tests: bytes that come so many at a time, and then the end.
#[cfg(test)]
pub(super) struct Script<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) step: usize,
}

#[cfg(test)]
impl Source for Script<'_> {
    fn read(&mut self, into: &mut [u8], _: Option<Instant>) -> io::Result<usize> {
        let length = self.step.min(self.bytes.len()).min(into.len());
        let (now, later) = self.bytes.split_at(length);
        into[..length].copy_from_slice(now);
        self.bytes = later;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::{CUT_OFF, End, Inbox, LARGEST, SMALLEST, Script, Source, TIMED_OUT};
    use crate::server::direct::wire::Clock;
    use crate::server::framing::Refusal;
    use std::collections::VecDeque;
    use std::io::{self, ErrorKind};
    use std::time::{Duration, Instant};

    const LONG: Refusal = Refusal::Unserved(499, "TooLong", "a test's own");

    fn clock() -> Clock {
        Clock::start(Duration::from_secs(60), 1)
    }

    fn lines(bytes: &[u8], step: usize, mut left: usize) -> (Vec<Vec<u8>>, End) {
        let mut inbox = Inbox::new(Script { bytes, step });
        let mut lines = Vec::new();
        loop {
            match inbox.line(&mut left, LONG, clock().until(0)) {
                Ok(line) => lines.push(line.to_vec()),
                Err(trouble) => return (lines, trouble),
            }
        }
    }

    #[test]
    fn lines_are_the_same_however_the_bytes_come() {
        for step in 1..12 {
            let (read, end) = lines(b"one\r\n\r\ntwo\r\nrest", step, 100);
            assert_eq!(read, [&b"one"[..], b"", b"two"], "{step}");
            assert_eq!(end, CUT_OFF.into());
        }
    }

    #[test]
    fn a_line_over_the_limit_is_refused_before_its_end_comes() {
        for step in 1..12 {
            assert_eq!(lines(b"four\r\n", step, 6).1, CUT_OFF.into(), "{step}");
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
                matches!(end, End::Refused(Refusal::Malformed(_))),
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
        assert_eq!(inbox.take(100, &mut body, clock()), Ok(()));
        assert_eq!(inbox.buffer.len(), SMALLEST);
        assert_eq!(inbox.take(bytes.len() - 100, &mut body, clock()), Ok(()));
        assert!(body == bytes && inbox.is_empty());
        assert_eq!(inbox.buffer.len(), LARGEST);
        assert_eq!(inbox.wait(), Err(End::Gone));
        assert_eq!(inbox.buffer.len(), SMALLEST);
    }

    #[test]
    fn what_was_announced_but_does_not_come_takes_no_memory() {
        let mut inbox = Inbox::new(Script {
            bytes: b"few",
            step: 3,
        });
        let mut body = Vec::new();
        let taken = inbox.take(usize::MAX, &mut body, clock());
        assert_eq!(taken, Err(CUT_OFF.into()));
        assert!(body == b"few" && body.capacity() < 100);
    }

    #[test]
    fn empty_lines_before_a_request_are_passed_over_without_a_clock() {
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
        fn read(&mut self, into: &mut [u8], _: Option<Instant>) -> io::Result<usize> {
            let bytes = self.0.pop_front().unwrap_or(Ok(b""))?;
            into[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }

    #[test]
    fn an_interruption_ends_nothing_and_a_time_out_and_a_reset_do() {
        let read = |script: Vec<_>| {
            let mut inbox = Inbox::new(Odd(script.into()));
            let line = inbox.line(&mut 100, LONG, clock().until(0));
            line.map(<[u8]>::to_vec)
        };
        let interrupted = Err(ErrorKind::Interrupted);
        assert_eq!(
            read(vec![interrupted, Ok(b"a"), interrupted, Ok(b"b\r\n")]),
            Ok(b"ab".to_vec())
        );
        for kind in [ErrorKind::WouldBlock, ErrorKind::TimedOut] {
            assert_eq!(read(vec![Ok(b"a"), Err(kind)]), Err(TIMED_OUT.into()));
        }
        assert_eq!(read(vec![Err(ErrorKind::ConnectionReset)]), Err(End::Gone));
    }
}

//! The body of a request, its framing undone (RFC 9112 §6, §7).
//!
//! Owns the chunks. It must not know sockets.

use super::head;
use super::inbox::{CRLF, End, Inbox, Source};
use crate::limits::Limits;
use crate::server::framing::Framing;
use crate::server::memory::Share;
use crate::server::refusal::{self, Refusal};

/// The longest line before a chunk, in bytes: the size and the extensions, which this server ignores and which must not
/// be a way to send without end (RFC 9112 §7.1.1).
const CHUNK_LINE_BYTES: usize = 1024;

/// The most bytes of extensions in all chunks of a body together: a client that sends more hides something in them.
const EXTENSIONS_BYTES: usize = 16 * 1024;

/// A body that is arriving: what has arrived, and what comes next. Whatever length was announced, only what has arrived
/// takes memory.
#[derive(Debug)]
pub(super) struct Reader {
    body: Vec<u8>,
    share: Share,
    next: Next,
    extensions_left: usize,
}

/// What comes next of a body.
#[derive(Debug, Clone, Copy)]
enum Next {
    /// Bytes, until the body has so many.
    Sized(usize),
    /// The line before a chunk.
    ChunkLine,
    /// Bytes of a chunk, until the body has so many.
    Chunk(usize),
    /// The end of a chunk.
    ChunkEnd,
    /// The trailers, of which so many bytes were looked at without finding the last.
    Trailers(usize),
}

impl Reader {
    pub(super) fn new(framing: Framing, share: Share) -> Self {
        Self {
            body: Vec::new(),
            share,
            next: match framing {
                Framing::Empty => Next::Sized(0),
                Framing::Length(length) => Next::Sized(length),
                Framing::Chunked => Next::ChunkLine,
            },
            extensions_left: EXTENSIONS_BYTES,
        }
    }

    /// How many bytes have come.
    pub(super) fn length(&self) -> usize {
        self.body.len()
    }

    /// Reads on, to the end if that has arrived; after [`End::Waiting`], the next call continues there. Returns the
    /// body with its share of the memory. Each read is counted as a whole, so a body may exceed the limit by a few
    /// megabytes before it is refused.
    pub(super) fn read<S: Source>(
        &mut self,
        inbox: &mut Inbox<S>,
        limits: &Limits,
    ) -> Result<Vec<u8>, End> {
        let read = loop {
            match self.part(inbox, limits) {
                Ok(Some(next)) => self.next = next,
                Ok(None) => break Ok(()),
                Err(end) => break Err(end),
            }
        };
        let is_within = self.body.is_empty() || self.share.set(self.body.capacity());
        if !is_within && matches!(read, Ok(()) | Err(End::Waiting)) {
            return Err((&refusal::NO_MEMORY).into());
        }
        read.map(|()| std::mem::take(&mut self.body))
    }

    /// The share of the memory that the body has, for as long as it is somewhere else.
    pub(super) fn into_share(self) -> Share {
        self.share
    }

    /// Reads one part; returns which is next, if any.
    fn part<S: Source>(
        &mut self,
        inbox: &mut Inbox<S>,
        limits: &Limits,
    ) -> Result<Option<Next>, End> {
        Ok(match self.next {
            Next::Sized(length) => {
                inbox.take(length, &mut self.body)?;
                None
            }
            Next::ChunkLine => {
                let line = inbox.line(CHUNK_LINE_BYTES, &refusal::CHUNK_LINE_TOO_LONG)?;
                let (size, extensions) = chunk_size(line)?;
                Some(self.begin_chunk(size, extensions, limits)?)
            }
            Next::Chunk(end) => {
                inbox.take(end, &mut self.body)?;
                Some(Next::ChunkEnd)
            }
            Next::ChunkEnd => {
                inbox.line(CRLF.len(), &refusal::CHUNK_TOO_LONG)?;
                Some(Next::ChunkLine)
            }
            Next::Trailers(searched) => {
                self.trailers(inbox, limits, searched)?;
                None
            }
        })
    }

    fn begin_chunk(
        &mut self,
        size: usize,
        extensions: usize,
        limits: &Limits,
    ) -> Result<Next, &'static Refusal> {
        self.extensions_left = self
            .extensions_left
            .checked_sub(extensions)
            .ok_or(&refusal::EXTENSIONS_TOO_LONG)?;
        match size {
            0 => Ok(Next::Trailers(0)),
            size if size <= limits.body_bytes - self.body.len() => {
                Ok(Next::Chunk(self.body.len() + size))
            }
            _ => Err(&refusal::BODY_TOO_LARGE),
        }
    }

    /// Trailers must be sound, and are not passed on, because a program that merges them into the head can be deceived
    /// (RFC 9110 §6.5.1). They are read again from their start after each new line, not after each byte.
    fn trailers<S: Source>(
        &mut self,
        inbox: &mut Inbox<S>,
        limits: &Limits,
        mut searched: usize,
    ) -> Result<(), End> {
        loop {
            let here = inbox.unused();
            if here.len() > limits.head_bytes || here[searched..].contains(&b'\n') {
                self.next = Next::Trailers(here.len());
                return head::trailers(inbox, limits);
            }
            searched = here.len();
            inbox.more()?;
        }
    }
}

/// The size of a chunk, from the line before it, and how many bytes of extensions it has, which are ignored.
fn chunk_size(line: &[u8]) -> Result<(usize, usize), &'static Refusal> {
    let digits = line
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let (digits, extensions) = line.split_at(digits);
    let has_extensions = extensions.trim_ascii_start().starts_with(b";");
    let is_control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    if digits.is_empty()
        || !(extensions.is_empty() || has_extensions)
        || extensions.iter().any(is_control)
    {
        return Err(&refusal::NO_CHUNK_SIZE);
    }
    let add = |size: usize, digit: &u8| {
        let digit = char::from(*digit).to_digit(16)?;
        size.checked_mul(16)?.checked_add(digit as usize)
    };
    // A number too large for the type is larger than any limit.
    Ok((
        digits.iter().try_fold(0, add).unwrap_or(usize::MAX),
        extensions.len(),
    ))
}

#[cfg(test)]
mod tests {
    use super::Reader;
    use crate::limits::Limits;
    use crate::server::direct::inbox::{Buffer, End, Inbox, Script, Source};
    use crate::server::framing::Framing;
    use crate::server::memory::Memory;
    use crate::server::refusal::{BODY_TOO_LARGE, TOO_MANY_HEADERS};
    use std::io::{self, ErrorKind};

    const LIMIT: usize = 100;

    /// The body, and whether what follows it is left in place.
    fn chunked(bytes: &[u8], step: usize) -> Result<(Vec<u8>, bool), End> {
        let bytes = [bytes, b"NEXT"].concat();
        let mut inbox = Inbox::new(Script {
            bytes: &bytes,
            step,
        });
        let limits = Limits {
            body_bytes: LIMIT,
            ..Limits::default()
        };
        let body = Reader::new(Framing::Chunked, Memory::new(usize::MAX).share())
            .read(&mut inbox, &limits)?;
        let mut next = Vec::new();
        let is_next = inbox.take(4, &mut next).is_ok() && next == b"NEXT";
        Ok((body, is_next))
    }

    /// The status that it is refused with.
    fn status<T>(read: &Result<T, End>) -> Option<u16> {
        match read {
            Err(End::Refused(refusal)) => Some(refusal.status()),
            _ => None,
        }
    }

    #[test]
    fn chunks_are_joined_however_their_bytes_come() {
        for (bytes, body) in [
            ("0\r\n\r\n", ""),
            ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"),
            (
                "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
                "01234567890123456789",
            ),
            (
                "0000000000000000000000005\r\n\r\n0\r\n\r\n000\r\n\r\n",
                "\r\n0\r\n",
            ),
            ("3;name=value;flag\r\nabc\r\n0;last\r\n\r\n", "abc"),
            ("3 ; a=\"b;\tc\"\r\nabc\r\n0\r\n\r\n", "abc"),
            ("1\r\nx\r\n0\r\nTrailer: one\r\nother:\r\n\r\n", "x"),
        ] {
            for step in 1..=bytes.len() {
                let read = chunked(bytes.as_bytes(), step);
                assert_eq!(read, Ok((body.into(), true)), "{bytes:?} by {step}");
            }
        }
    }

    #[test]
    fn chunks_that_are_not_as_they_say_are_refused() {
        for bytes in [
            "\r\n\r\n",
            "g\r\n\r\n",
            "-1\r\nx\r\n",
            "+1\r\nx\r\n0\r\n\r\n",
            "0x1\r\nx\r\n0\r\n\r\n",
            " 1\r\nx\r\n0\r\n\r\n",
            "1 \r\nx\r\n0\r\n\r\n",
            "1 1\r\nx\r\n0\r\n\r\n",
            "1;\0\r\nx\r\n0\r\n\r\n",
            "1;a\rb\r\nx\r\n0\r\n\r\n",
            "1\nx\n0\n\n",
            "1\r\nxy\r\n0\r\n\r\n",
            "2\r\nx\r\n0\r\n\r\n",
            "1\r\nx\n0\r\n\r\n",
            "1\r\nx0\r\n\r\n",
            "0\r\nno colon\r\n\r\n",
            "0\r\na: b\r\n folded\r\n\r\n",
            "0\r\na : b\r\n\r\n",
        ] {
            for step in [1, 2, bytes.len()] {
                let read = chunked(bytes.as_bytes(), step);
                assert_eq!(status(&read), Some(400), "{bytes:?} by {step}: {read:?}");
            }
        }
    }

    #[test]
    fn chunks_over_the_limit_are_refused_by_their_size_alone() {
        let over = Err(End::Refused(&BODY_TOO_LARGE));
        assert_eq!(chunked(b"65\r\n", 1), over);
        assert_eq!(chunked(b"ffffffffffffffffffffffffffffff\r\n", 9), over);
        assert_eq!(chunked(b"ffffffffffffffff\r\n", 9), over);
        let fifty = [b"32\r\n", &[b'x'; 50][..], b"\r\n"].concat();
        let hundred = [&fifty[..], &fifty].concat();
        let whole = [&hundred[..], b"0\r\n\r\n"].concat();
        assert_eq!(chunked(&whole, 7), Ok((vec![b'x'; 100], true)));
        let more = [&hundred[..], b"1\r\nx\r\n"].concat();
        assert_eq!(chunked(&more, 7), over);
    }

    #[test]
    fn extensions_and_trailers_without_end_are_refused() {
        let extension = ["1;", &"x".repeat(2000)].concat();
        assert_eq!(status(&chunked(extension.as_bytes(), 64)), Some(400));
        let trailers = ["0\r\n", &"a: b\r\n".repeat(257), "\r\n"].concat();
        let refused = Err(End::Refused(&TOO_MANY_HEADERS));
        assert_eq!(chunked(trailers.as_bytes(), 64), refused);
    }

    /// Bytes that come so many at a time, each piece after a wait.
    struct Halting<'a>(Script<'a>, bool);

    impl Source for Halting<'_> {
        fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::WouldBlock.into());
            }
            self.0.read(into)
        }
    }

    #[test]
    fn a_body_that_was_waited_for_goes_on_where_it_stopped() {
        let chunked = b"3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nA: b\r\nC: d\r\n\r\nNEXT";
        let sized = b"abc0123456789abcdefNEXT";
        for (bytes, framing) in [
            (&chunked[..], Framing::Chunked),
            (&sized[..], Framing::Length(19)),
        ] {
            for step in 1..bytes.len() {
                let mut reader = Reader::new(framing, Memory::new(usize::MAX).share());
                let mut buffer = Buffer::default();
                let mut source = Some(Halting(Script { bytes, step }, false));
                let body = loop {
                    let mut inbox = Inbox::resume(source.take().expect("a source"), buffer);
                    let read = reader.read(&mut inbox, &Limits::default());
                    let mut next = Vec::new();
                    if let Ok(body) = read {
                        while inbox.take(4, &mut next) == Err(End::Waiting) {}
                        assert_eq!(next, b"NEXT");
                        break body;
                    }
                    assert_eq!(read, Err(End::Waiting), "by {step}");
                    (source, buffer) = inbox.into_parts();
                };
                assert_eq!(body, b"abc0123456789abcdef", "by {step}");
            }
        }
    }
}

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
    let body =
        Reader::new(Framing::Chunked, Memory::new(usize::MAX).share()).read(&mut inbox, &limits)?;
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

//! The body of a request, its framing undone (RFC 9112 §6, §7).
//!
//! Owns the chunks. It must not know sockets.

use super::head;
use super::inbox::{CRLF, End, Inbox, Source};
use super::wire::Clock;
use crate::limits::Limits;
use crate::server::framing::{Framing, Refusal};

/// The longest line before a chunk, in bytes: its size and its extensions, which nobody here understands and which must
/// not be a way to send without end (RFC 9112 §7.1.1).
const CHUNK_LINE_BYTES: usize = 1024;

/// The most bytes of extensions in all chunks of a body together: who sends more hides something in them.
const EXTENSIONS_BYTES: usize = 16 * 1024;

const EXTENSIONS_TOO_LONG: Refusal =
    Refusal::Malformed("the extensions of the chunks are longer than 16384 bytes");
const CHUNK_LINE_TOO_LONG: Refusal =
    Refusal::Malformed("the line before a chunk is longer than 1024 bytes");
const CHUNK_TOO_LONG: Refusal = Refusal::Malformed("a chunk is longer than it says");

/// Reads a body to its end; whatever length it has announced, only what has come takes memory.
pub(super) fn read<S: Source>(
    inbox: &mut Inbox<S>,
    framing: Framing,
    limits: &Limits,
    clock: Clock,
) -> Result<Vec<u8>, End> {
    let mut body = Vec::new();
    match framing {
        Framing::Empty => {}
        Framing::Length(length) => inbox.take(length, &mut body, clock)?,
        Framing::Chunked => read_chunks(inbox, limits, clock, &mut body)?,
    }
    Ok(body)
}

fn read_chunks<S: Source>(
    inbox: &mut Inbox<S>,
    limits: &Limits,
    clock: Clock,
    body: &mut Vec<u8>,
) -> Result<(), End> {
    let mut extensions_left = EXTENSIONS_BYTES;
    loop {
        let until = clock.until(body.len());
        let line = inbox.line(CHUNK_LINE_BYTES, CHUNK_LINE_TOO_LONG, until)?;
        let (size, extensions) = chunk_size(line)?;
        extensions_left = extensions_left
            .checked_sub(extensions)
            .ok_or(EXTENSIONS_TOO_LONG)?;
        if size == 0 {
            break;
        }
        if size > limits.body_bytes - body.len() {
            return Err(Refusal::TooLarge {
                limit: limits.body_bytes,
                announced: None,
            }
            .into());
        }
        inbox.take(size, body, clock)?;
        inbox.line(CRLF.len(), CHUNK_TOO_LONG, clock.until(body.len()))?;
    }
    // Trailers must be sound, and are not handed on: who merges them into the head can be made to believe things (RFC
    // 9110 §6.5.1).
    let until = clock.until(body.len());
    head::trailers(inbox, limits, until)
}

/// The size of a chunk, from the line before it, and how many bytes of extensions it has, which are ignored.
fn chunk_size(line: &[u8]) -> Result<(usize, usize), Refusal> {
    const MALFORMED: Refusal =
        Refusal::Malformed("the line before a chunk does not begin with its size");
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
        return Err(MALFORMED);
    }
    let add = |size: usize, digit: &u8| {
        let digit = char::from(*digit).to_digit(16)?;
        size.checked_mul(16)?.checked_add(digit as usize)
    };
    // A number too large to be told is larger than any limit.
    Ok((
        digits.iter().try_fold(0, add).unwrap_or(usize::MAX),
        extensions.len(),
    ))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::limits::Limits;
    use crate::server::direct::inbox::{End, Inbox, Script};
    use crate::server::direct::wire::Clock;
    use crate::server::framing::{Excess, Framing, Refusal};
    use std::time::Duration;

    const LIMIT: usize = 100;

    /// The body, and whether what follows it is left in place.
    fn chunked(bytes: &[u8], step: usize) -> Result<(Vec<u8>, bool), End> {
        let bytes = [bytes, b"NEXT"].concat();
        let mut inbox = Inbox::new(Script {
            bytes: &bytes,
            step,
        });
        let clock = Clock::start(Duration::from_secs(60), 1);
        let limits = Limits {
            body_bytes: LIMIT,
            ..Limits::default()
        };
        let body = read(&mut inbox, Framing::Chunked, &limits, clock)?;
        let mut next = Vec::new();
        let is_next = inbox.take(4, &mut next, clock).is_ok() && next == b"NEXT";
        Ok((body, is_next))
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
                let is_malformed = matches!(read, Err(End::Refused(Refusal::Malformed(_))));
                assert!(is_malformed, "{bytes:?} by {step}: {read:?}");
            }
        }
    }

    #[test]
    fn chunks_over_the_limit_are_refused_by_their_size_alone() {
        let over = Err(End::Refused(Refusal::TooLarge {
            limit: LIMIT,
            announced: None,
        }));
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
        assert!(matches!(
            chunked(extension.as_bytes(), 64),
            Err(End::Refused(Refusal::Malformed(_)))
        ));
        let trailers = ["0\r\n", &"a: b\r\n".repeat(257), "\r\n"].concat();
        assert!(matches!(
            chunked(trailers.as_bytes(), 64),
            Err(End::Refused(Refusal::OverLimit(
                Excess { status: 431, .. },
                _
            )))
        ));
    }
}

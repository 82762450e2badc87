//! Chunked bodies: the same as a decoder that has all bytes at once and nothing else to do.

use crate::cuts::{MOST, same};
use fc_runtime::fuzzing;

/// The longest line before a chunk, and the extensions of all of them, as the library has them, in bytes.
const CHUNK_LINE: usize = 1024;
const EXTENSIONS: usize = 16 * 1024;

/// Takes the input for a chunked body and what follows it.
pub fn check(input: &[u8]) {
    let read = same(input, |cuts| fuzzing::chunks(input, cuts, MOST));
    let read = read.map_err(|ended| ended.0.expect("a body that breaks off is refused").0);
    assert_eq!(read, decode(input));
}

/// The body and how many bytes it took, or the status that it is refused with (RFC 9112 §7.1).
fn decode(input: &[u8]) -> Result<(Vec<u8>, usize), u16> {
    let mut rest = input;
    let (mut body, mut extensions) = (Vec::new(), 0);
    loop {
        let line = line(&mut rest, CHUNK_LINE).ok_or(400_u16)?;
        let digits = line
            .iter()
            .position(|byte| !byte.is_ascii_hexdigit())
            .unwrap_or(line.len());
        let (digits, extension) = line.split_at(digits);
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let sound = match extension.iter().find(|byte| !blank(byte)) {
            None => extension.is_empty(),
            Some(mark) => *mark == b';',
        };
        let control = |byte: &u8| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f;
        if digits.is_empty() || !sound || extension.iter().any(control) {
            return Err(400);
        }
        extensions += extension.len();
        if extensions > EXTENSIONS {
            return Err(400);
        }
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        let size = match std::str::from_utf8(&digits[zeros..]).expect("digits") {
            "" => break,
            digits if digits.len() > 8 => return Err(413),
            digits => usize::from_str_radix(digits, 16).expect("a small number"),
        };
        if size + body.len() > MOST.body_bytes {
            return Err(413);
        }
        let (chunk, after) = rest.split_at_checked(size).ok_or(400_u16)?;
        body.extend(chunk);
        rest = after.strip_prefix(b"\r\n").ok_or(400_u16)?;
    }
    trailers(&mut rest)?;
    Ok((body, input.len() - rest.len()))
}

fn trailers(rest: &mut &[u8]) -> Result<(), u16> {
    let mut left = MOST.head_bytes;
    for number in 0.. {
        if rest.iter().take(left + 1).all(|&byte| byte != b'\n') && rest.len() > left {
            return Err(431);
        }
        let before = rest.len();
        if rest
            .iter()
            .position(|&byte| byte == b'\n')
            .is_some_and(|at| at >= left)
        {
            return Err(431);
        }
        let line = line(rest, left).ok_or(400_u16)?;
        left -= before - rest.len();
        if line.is_empty() {
            break;
        }
        if number == MOST.headers {
            return Err(431);
        }
        let colon = line.iter().position(|&byte| byte == b':').ok_or(400_u16)?;
        let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        let text = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
        let (name, value) = line.split_at(colon);
        if name.is_empty() || !name.iter().all(token) || !value.iter().all(text) {
            return Err(400);
        }
    }
    Ok(())
}

/// A line of at most so many bytes with its end, which is not part of what is given.
fn line<'a>(rest: &mut &'a [u8], most: usize) -> Option<&'a [u8]> {
    let end = rest.iter().take(most).position(|&byte| byte == b'\n')?;
    let (line, after) = rest.split_at(end + 1);
    *rest = after;
    line.strip_suffix(b"\r\n")
}

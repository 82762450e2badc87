//! Chunked bodies, taken apart piece by piece (RFC 9112, section 7.1).
//!
//! It must not know where the bytes come from.

use bytes::{Buf, BytesMut};
use httparse::{EMPTY_HEADER, Status};
use hyper::body::{Bytes, Frame};
use hyper::header::HeaderMap;

use super::broken::Broken;
use super::incoming::append;

/// The longest line with a size, and all trailers together, in bytes.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// How many trailers are read.
const TRAILERS_MAX: usize = 64;

/// How far a chunked body has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    /// A line with the size of a chunk comes next.
    Size,
    /// So many bytes of a chunk are to come.
    Data(u64),
    /// The line end after a chunk.
    DataEnd,
    Trailers,
    Done,
}

impl Chunks {
    /// The next piece of what has come; none if more has to come first, or all has come.
    pub(super) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame<Bytes>>, Broken> {
        loop {
            let next = match *self {
                Self::Size => size(buffer)?,
                Self::Data(left) => {
                    let piece = take(buffer, left);
                    let left = left - piece.len() as u64;
                    *self = if left == 0 {
                        Self::DataEnd
                    } else {
                        Self::Data(left)
                    };
                    return Ok((!piece.is_empty()).then(|| Frame::data(piece)));
                }
                Self::DataEnd => data_end(buffer)?,
                Self::Trailers => match trailers(buffer)? {
                    Some(fields) => {
                        *self = Self::Done;
                        return Ok((!fields.is_empty()).then(|| Frame::trailers(fields)));
                    }
                    None => None,
                },
                Self::Done => None,
            };
            match next {
                Some(next) => *self = next,
                None => return Ok(None),
            }
        }
    }
}

/// So much of what has come, at most.
pub(super) fn take(buffer: &mut BytesMut, bytes_max: u64) -> Bytes {
    let bytes = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    buffer.split_to(bytes.min(buffer.len())).freeze()
}

fn size(buffer: &mut BytesMut) -> Result<Option<Chunks>, Broken> {
    // A rule of the RFC, as is the one of the line's end: both hold here, whatever the parser accepts.
    let has_digit = buffer.first().is_none_or(u8::is_ascii_hexdigit);
    match httparse::parse_chunk_size(buffer) {
        _ if !has_digit => Err(no_size()),
        Ok(Status::Complete((line_bytes, _))) if is_broken_line(&buffer[..line_bytes]) => {
            Err(no_size())
        }
        Ok(Status::Complete((line_bytes, size))) => {
            buffer.advance(line_bytes);
            Ok(Some(if size == 0 {
                Chunks::Trailers
            } else {
                Chunks::Data(size)
            }))
        }
        Ok(Status::Partial) if buffer.len() <= LINE_BYTES_MAX => Ok(None),
        Ok(Status::Partial) | Err(_) => Err(no_size()),
    }
}

/// Whether a line with its end has another line end in its middle, which no extension may contain.
fn is_broken_line(line: &[u8]) -> bool {
    line[..line.len() - 1].contains(&b'\n')
}

fn no_size() -> Broken {
    Broken::NotHttp("the size of a chunk".to_owned())
}

fn data_end(buffer: &mut BytesMut) -> Result<Option<Chunks>, Broken> {
    if buffer.len() < 2 {
        return Ok(None);
    }
    if !buffer.starts_with(b"\r\n") {
        return Err(Broken::NotHttp("the end of a chunk".to_owned()));
    }
    buffer.advance(2);
    Ok(Some(Chunks::Size))
}

fn trailers(buffer: &mut BytesMut) -> Result<Option<HeaderMap>, Broken> {
    let mut fields = [EMPTY_HEADER; TRAILERS_MAX];
    match httparse::parse_headers(buffer, &mut fields) {
        Ok(Status::Complete((bytes, fields))) => {
            let mut trailers = HeaderMap::new();
            for field in fields {
                let value = Bytes::copy_from_slice(field.value);
                append(&mut trailers, field.name.as_bytes(), value)?;
            }
            buffer.advance(bytes);
            Ok(Some(trailers))
        }
        Ok(Status::Partial) if buffer.len() <= LINE_BYTES_MAX => Ok(None),
        Ok(Status::Partial) | Err(_) => Err(Broken::NotHttp("the trailers".to_owned())),
    }
}

#[cfg(test)]
mod tests;

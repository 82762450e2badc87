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
mod tests;

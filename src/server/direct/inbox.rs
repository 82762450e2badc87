//! What has been read of a connection but not yet been used, and the ways to take from it: a line, or so many bytes.
//!
//! Owns the read buffer, which all requests of a connection share. It must not know what a line says.

mod buffer;

use std::io::{self, ErrorKind};

use crate::server::refusal::{self, Refusal};
pub(super) use buffer::{Buffer, CRLF, up_to_lf};

/// What bytes are read from: a socket, or a test's script.
pub(super) trait Source {
    /// Appends what is there to `into`, which has room for it and does not grow, and returns the number of bytes. If
    /// nothing is there yet, that is an error; a return of 0 means that nothing more will come.
    fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize>;
}

/// Why reading stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The rest has not arrived yet: continue later.
    Waiting,
    /// The request is refused without a handler, and nothing after it is trusted.
    Refused(&'static Refusal),
    /// Nobody waits for a response.
    Gone,
}

impl From<&'static Refusal> for End {
    fn from(refusal: &'static Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A connection as bytes come out of it.
pub(super) struct Inbox<S> {
    source: S,
    buffer: Buffer,
}

impl<S: Source> Inbox<S> {
    #[cfg(any(test, fuzzing))]
    pub(super) fn new(source: S) -> Self {
        Self::resume(source, Buffer::default())
    }

    /// Goes on with what had been read.
    pub(super) fn resume(source: S, buffer: Buffer) -> Self {
        Self { source, buffer }
    }

    /// What was read and is not yet used, to go on with later.
    pub(super) fn into_buffer(self) -> Buffer {
        self.buffer
    }

    #[cfg(test)]
    pub(super) fn into_parts(self) -> (Option<S>, Buffer) {
        (Some(self.source), self.buffer)
    }

    pub(super) fn source(&mut self) -> &mut S {
        &mut self.source
    }

    /// Whether all that has been read is used.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// What has been read and not yet been used.
    pub(super) fn unused(&self) -> &[u8] {
        self.buffer.unused()
    }

    /// How many bytes of memory a connection that waits with this keeps beyond what every one may keep: the smallest buffer.
    pub(super) fn kept_bytes(&self) -> usize {
        self.buffer.kept_bytes()
    }

    /// Uses the first so many bytes up.
    pub(super) fn advance(&mut self, length: usize) {
        self.buffer.advance(length);
    }

    /// Whether the head of a request is here, or what will be refused of one: then reading it waits for nothing. `most` is
    /// how long it may be. However a head comes, each byte of it is looked at once.
    pub(super) fn has_head(&mut self, most: usize) -> bool {
        self.buffer.has_head(most)
    }

    /// Reads up to the first byte of a request. Empty lines before it are no part of it: some clients
    /// send one after a body (RFC 9112 §2.2).
    pub(super) fn wait(&mut self) -> Result<(), End> {
        loop {
            self.buffer.skip_empty_lines();
            if !matches!(self.unused(), b"" | b"\r") {
                return Ok(());
            }
            self.buffer.shrink();
            // A client that closes or resets between two requests, or before the first, owes nobody a word (contract §4.1).
            match self.fill() {
                Ok(true) => {}
                Err(End::Waiting) => return Err(End::Waiting),
                Ok(false) | Err(_) => return Err(End::Gone),
            }
        }
    }

    /// Takes a line of at most `most` bytes, without its CRLF.
    pub(super) fn line(&mut self, most: usize, too_long: &'static Refusal) -> Result<&[u8], End> {
        let length = self.line_length(most, too_long)?;
        self.advance(length);
        Ok(&self.buffer.used(length)[..length - CRLF.len()])
    }

    /// How long the line is that begins here, with its CRLF, and at most `most` bytes; it stays. A bare LF ends none (RFC
    /// 9112 §2.2 lets a server choose).
    pub(super) fn line_length(
        &mut self,
        most: usize,
        too_long: &'static Refusal,
    ) -> Result<usize, End> {
        let mut searched = 0;
        loop {
            searched += up_to_lf(&self.unused()[searched..]);
            match &self.unused()[..searched] {
                _ if searched > most => return Err(too_long.into()),
                [.., b'\r', b'\n'] => return Ok(searched),
                [.., b'\n'] => return Err((&refusal::BARE_LF).into()),
                _ => self.more()?,
            }
        }
    }

    /// Reads once more; that nothing comes is an error, because what is here is not whole.
    pub(super) fn more(&mut self) -> Result<(), End> {
        if self.fill()? {
            return Ok(());
        }
        Err((&refusal::CUT_OFF).into())
    }

    /// Takes so many bytes to the end of `body` that it has `length`: it grows by what has come, not by what was announced.
    pub(super) fn take(&mut self, length: usize, body: &mut Vec<u8>) -> Result<(), End> {
        loop {
            let here = self.unused();
            let here = &here[..here.len().min(length - body.len())];
            make_room_in(body, here.len(), length)?;
            body.extend_from_slice(here);
            let taken = here.len();
            self.advance(taken);
            if body.len() == length {
                return Ok(());
            }
            self.more()?;
        }
    }

    /// Reads over what comes, and at most so many bytes, until there will be no more.
    pub(super) fn discard(&mut self, bytes: &mut usize) -> Result<(), End> {
        self.advance(self.unused().len());
        while *bytes > 0 && self.fill()? {
            let read = self.unused().len();
            *bytes = bytes.saturating_sub(read);
            self.advance(read);
        }
        Ok(())
    }

    /// Reads once more; returns whether anything came.
    pub(super) fn fill(&mut self) -> Result<bool, End> {
        let bytes = self.buffer.make_room()?;
        loop {
            match self.source.read(bytes) {
                Ok(read) => return Ok(read > 0),
                // A frozen instance wakes up with it (contract §4.5).
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(match error.kind() {
                        ErrorKind::WouldBlock => End::Waiting,
                        _ => End::Gone,
                    });
                }
            }
        }
    }
}

/// Makes room for so many bytes more in a body that will have `length` at most. It grows to twice what it has, but not
/// beyond its length, which may be all the memory that there is; and where there is none the request goes without.
fn make_room_in(body: &mut Vec<u8>, more: usize, length: usize) -> Result<(), &'static Refusal> {
    if body.capacity() - body.len() >= more {
        return Ok(());
    }
    let room = more.max(body.len()).min(length - body.len());
    body.try_reserve_exact(room)
        .map_err(|_| &refusal::NO_MEMORY)
}

/// A source for tests: bytes that come so many at a time, and then the end.
#[cfg(test)]
pub(super) struct Script<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) step: usize,
}

#[cfg(test)]
impl Source for Script<'_> {
    fn read(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        let room = into.capacity() - into.len();
        let (now, later) = self
            .bytes
            .split_at(self.step.min(self.bytes.len()).min(room));
        into.extend_from_slice(now);
        self.bytes = later;
        Ok(now.len())
    }
}

#[cfg(test)]
mod tests;

//! Writing a `Reply`: one head, one framing, one flush.
//!
//! Owns the bytes of a response (RFC 9112 §4, §6). It must not know what kind of connection they go to.

use std::io::{self, Write};

use crate::call::{Body, Reply, StreamWriter};
use crate::digits;
use crate::headers::name;
use crate::status;
use crate::time::HttpDate;

/// The parts of a request that decide how its response is framed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The method was HEAD: the head is that of a GET, and no body follows.
    pub(super) head_only: bool,
    /// The client speaks HTTP/1.0 and does not know chunks.
    pub(super) http_1_0: bool,
    /// What `Connection` must say, if anything.
    pub(super) connection: Option<&'static str>,
}

/// Why a response is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// The client has gone or does not read; how much of the response it has is unknown.
    Connection,
    /// A stream broke off after its first bytes: the client has to see that there should have been more.
    Stream,
}

/// How much of a body is copied after its head, so that both go out by one write.
const ONE_WRITE_BYTES: usize = 64 * 1024;
/// How much a streamed body gathers before it is sent without having been flushed.
const CHUNK_BYTES: usize = 8 * 1024;

/// Writes the whole response.
pub(super) fn send(out: &mut dyn Write, reply: Reply, asked: Asked) -> Result<(), Loss> {
    let allows_body = reply.allows_body();
    let has_body = !asked.head_only && allows_body;
    // A handler cannot state it: it stands there only for a stream that knows it.
    let is_sized = reply.headers.get_bytes(name::CONTENT_LENGTH).is_some();
    let mut head = head(&reply, asked);
    let body = match reply.body {
        // Its length is stated, and is 0 (RFC 9110 §15.3.6).
        _ if reply.status == RESET_CONTENT => Body::Bytes(Vec::new()),
        body => body,
    };
    match body {
        Body::Bytes(body) => {
            if allows_body {
                push_length(&mut head, body.len());
            }
            send_whole(out, head, if has_body { &body } else { &[] })
        }
        Body::Stream(stream) if !has_body => {
            // Nobody may see it. Its end line stands before the response is complete, as everywhere.
            drop(stream);
            send_whole(out, head, &[])
        }
        Body::Stream(write) if asked.http_1_0 && !is_sized => {
            send_gathered(out, head, write, asked)
        }
        Body::Stream(write) => send_pieces(out, head, write, is_sized, asked),
    }
}

fn send_whole(out: &mut dyn Write, mut head: Vec<u8>, body: &[u8]) -> Result<(), Loss> {
    head.extend_from_slice(b"\r\n");
    let sent = if body.len() <= ONE_WRITE_BYTES {
        head.extend_from_slice(body);
        out.write_all(&head)
    } else {
        out.write_all(&head).and_then(|()| out.write_all(body))
    };
    sent.and_then(|()| out.flush())
        .map_err(|_| Loss::Connection)
}

/// Runs the stream to its end before the first byte is sent, because on a kept-alive connection, HTTP/1.0 can say only
/// by a length where a body ends.
fn send_gathered(
    out: &mut dyn Write,
    mut head: Vec<u8>,
    write: StreamWriter,
    asked: Asked,
) -> Result<(), Loss> {
    let mut body = Vec::new();
    if let Err(error) = write(&mut body) {
        return send(out, Reply::failure(&error), asked);
    }
    push_length(&mut head, body.len());
    send_whole(out, head, &body)
}

fn send_pieces(
    out: &mut dyn Write,
    mut head: Vec<u8>,
    write: StreamWriter,
    is_sized: bool,
    asked: Asked,
) -> Result<(), Loss> {
    if !is_sized {
        push_field(&mut head, name::TRANSFER_ENCODING.as_bytes(), b"chunked");
    }
    head.extend_from_slice(b"\r\n");
    // The head waits for the first bytes of the body, so that both go out by one write.
    let mut pieces = Pieces {
        out,
        pending_head: head,
        gathered: Vec::new(),
        are_chunks: !is_sized,
        is_cut: false,
    };
    match write(&mut pieces) {
        Ok(()) => pieces.finish().map_err(|_| Loss::Connection),
        // Where half a chunk is on its way, whatever is written next would be taken for the rest of it.
        Err(_) if pieces.is_cut => Err(Loss::Connection),
        // Nothing has left yet, so that the failure can still be reported like any other.
        Err(error) if !pieces.pending_head.is_empty() => send(out, Reply::failure(&error), asked),
        Err(_) if pieces.are_chunks => Err(Loss::Stream),
        // So it would be for the rest of a body of known length.
        Err(_) => Err(Loss::Connection),
    }
}

/// Turns what is written into chunks, or sends it unchanged if its length was stated; a flush sends what has been
/// gathered.
struct Pieces<'a> {
    out: &'a mut dyn Write,
    pending_head: Vec<u8>,
    gathered: Vec<u8>,
    are_chunks: bool,
    /// Whether a write has failed, of which any part may have left.
    is_cut: bool,
}

impl Pieces<'_> {
    fn send(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.pending_head);
        let is_chunk = self.are_chunks && !self.gathered.is_empty();
        if is_chunk {
            write!(bytes, "{:x}\r\n", self.gathered.len())?;
        }
        bytes.append(&mut self.gathered);
        if is_chunk {
            bytes.extend_from_slice(b"\r\n");
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let written = self.out.write_all(&bytes);
        self.is_cut |= written.is_err();
        written
    }

    fn finish(mut self) -> io::Result<()> {
        self.send()?;
        if self.are_chunks {
            self.out.write_all(b"0\r\n\r\n")?;
        }
        self.out.flush()
    }
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= CHUNK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        self.out.flush()
    }
}

/// Status line and fields, without the empty line that ends them.
fn head(reply: &Reply, asked: Asked) -> Vec<u8> {
    let mut head = Vec::with_capacity(room(reply));
    head.extend_from_slice(b"HTTP/1.1 ");
    digits::push(&mut head, reply.status.into());
    push_all(
        &mut head,
        [b" ", status::phrase(reply.status).as_bytes(), b"\r\n"],
    );
    push_field(&mut head, b"date", &HttpDate::now().bytes());
    if let Some(content_type) = reply.content_type {
        push_field(
            &mut head,
            name::CONTENT_TYPE.as_bytes(),
            content_type.as_bytes(),
        );
    }
    for (name, value) in reply.headers.raw() {
        push_field(&mut head, name, value);
    }
    if let Some(connection) = asked.connection {
        push_field(
            &mut head,
            name::CONNECTION.as_bytes(),
            connection.as_bytes(),
        );
    }
    head
}

/// How much room a head gets, and the body after it where both go out by one write: mostly all that they need, so that
/// memory is asked for once.
fn room(reply: &Reply) -> usize {
    /// Status line, date, type, connection and framing, and the marks around one other field or two.
    const USUAL_BYTES: usize = 224;
    let body = match &reply.body {
        Body::Bytes(body) if body.len() <= ONE_WRITE_BYTES => body.len(),
        _ => 0,
    };
    USUAL_BYTES + reply.headers.bytes() + body
}

fn push_length(head: &mut Vec<u8>, length: usize) {
    head.extend_from_slice(name::CONTENT_LENGTH.as_bytes());
    head.extend_from_slice(b": ");
    digits::push(head, length as u64);
    head.extend_from_slice(b"\r\n");
}

fn push_field(head: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    push_all(head, [name, b": ", value, b"\r\n"]);
}

fn push_all<const N: usize>(head: &mut Vec<u8>, parts: [&[u8]; N]) {
    for part in parts {
        head.extend_from_slice(part);
    }
}

const RESET_CONTENT: u16 = 205;

#[cfg(test)]
mod tests;

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
mod tests {
    use super::{Asked, Loss, send};
    use crate::call::{Body, Reply};
    use crate::error::Error;
    use std::io::{self, Write};

    const ASKED: Asked = Asked {
        head_only: false,
        http_1_0: false,
        connection: None,
    };

    /// Keeps what each flush had sent by then.
    #[derive(Default)]
    struct Wire {
        bytes: Vec<u8>,
        flushed: Vec<usize>,
        writes: usize,
    }

    impl Write for Wire {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            self.bytes.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.flushed.push(self.bytes.len());
            Ok(())
        }
    }

    fn sent(reply: Reply, asked: Asked) -> (String, Wire) {
        let mut wire = Wire::default();
        send(&mut wire, reply, asked).expect("nothing is lost");
        (String::from_utf8_lossy(&wire.bytes).into_owned(), wire)
    }

    fn streamed(write: impl FnOnce(&mut dyn Write) -> Result<(), Error> + Send + 'static) -> Reply {
        Reply {
            body: Body::Stream(Box::new(write)),
            ..Reply::bytes(200, "text/plain", Vec::new())
        }
    }

    #[test]
    fn a_small_answer_is_one_write_with_its_length() {
        let (text, wire) = sent(Reply::bytes(200, "text/plain", b"hello".to_vec()), ASKED);
        assert!(text.starts_with("HTTP/1.1 200 OK\r\ndate: "), "{text}");
        assert!(
            text.ends_with("content-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"),
            "{text}"
        );
        assert_eq!(wire.writes, 1);
    }

    #[test]
    fn answers_without_a_body_send_none() {
        let head_only = Asked {
            head_only: true,
            ..ASKED
        };
        let (text, _) = sent(
            Reply::bytes(200, "text/plain", b"hello".to_vec()),
            head_only,
        );
        assert!(text.ends_with("content-length: 5\r\n\r\n"), "{text}");
        for status in [204, 304] {
            let (text, _) = sent(Reply::bytes(status, "text/plain", b"hello".to_vec()), ASKED);
            assert!(
                text.ends_with("\r\n\r\n") && !text.contains("content-length"),
                "{text}"
            );
        }
    }

    #[test]
    fn every_flush_of_a_stream_sends_a_chunk() {
        let reply = streamed(|out| {
            write!(out, "one")?;
            out.flush()?;
            write!(out, "tw")?;
            write!(out, "o")?;
            Ok(out.flush()?)
        });
        let (text, wire) = sent(reply, ASKED);
        assert!(
            text.ends_with("transfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"),
            "{text}"
        );
        assert_eq!(wire.flushed.len(), 3);
    }

    #[test]
    fn a_stream_that_fails_has_no_last_chunk() {
        let reply = streamed(|out| {
            write!(out, "half")?;
            out.flush()?;
            Err(Error::new("Broken", "the source has dried up"))
        });
        let mut wire = Wire::default();
        assert_eq!(send(&mut wire, reply, ASKED), Err(Loss::Stream));
        assert!(
            wire.bytes.ends_with(b"4\r\nhalf\r\n"),
            "{:?}",
            String::from_utf8_lossy(&wire.bytes)
        );
    }

    #[test]
    fn a_stream_that_fails_before_its_first_byte_is_a_failure_like_any_other() {
        for http_1_0 in [false, true] {
            let reply = streamed(|out| {
                write!(out, "never flushed")?;
                Err(Error::new("Early", "nothing yet"))
            });
            let (text, _) = sent(reply, Asked { http_1_0, ..ASKED });
            assert!(text.starts_with("HTTP/1.1 404 Not Found\r\n"), "{text}");
            assert!(
                text.contains("x-fc-status: 404\r\n") && !text.contains("never flushed"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_stream_that_nobody_may_see_ends_before_its_answer() {
        let (end, ended) = std::sync::mpsc::channel();
        let reply = streamed(move |_| Ok(end.send(())?));
        struct Watch(std::sync::mpsc::Receiver<()>);
        impl Write for Watch {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let gone = std::sync::mpsc::TryRecvError::Disconnected;
                assert_eq!(self.0.try_recv(), Err(gone), "the stream was dropped first");
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let head_only = Asked {
            head_only: true,
            ..ASKED
        };
        send(&mut Watch(ended), reply, head_only).expect("nothing is lost");
    }

    #[test]
    fn a_client_of_http_1_0_gets_a_stream_whole() {
        let http_1_0 = Asked {
            http_1_0: true,
            connection: Some("keep-alive"),
            ..ASKED
        };
        let (text, _) = sent(streamed(|out| Ok(write!(out, "all of it")?)), http_1_0);
        assert!(
            text.ends_with("connection: keep-alive\r\ncontent-length: 9\r\n\r\nall of it"),
            "{text}"
        );
    }

    /// Takes so many writes and no more.
    struct Cut(usize);

    impl Write for Cut {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let left = self.0.checked_sub(1);
            self.0 = left.ok_or(io::ErrorKind::TimedOut)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn behind_a_chunk_that_was_cut_nothing_can_be_sent() {
        let two_chunks = || {
            streamed(|out| {
                write!(out, "one")?;
                out.flush()?;
                write!(out, "two")?;
                Ok(out.flush()?)
            })
        };
        for writes in [0, 1] {
            let loss = send(&mut Cut(writes), two_chunks(), ASKED);
            assert!(matches!(loss, Err(Loss::Connection)), "{writes}: {loss:?}");
        }
    }
}

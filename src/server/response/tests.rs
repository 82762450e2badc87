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
fn a_small_response_is_one_write_with_its_length() {
    let (text, wire) = sent(Reply::bytes(200, "text/plain", b"hello".to_vec()), ASKED);
    assert!(text.starts_with("HTTP/1.1 200 OK\r\ndate: "), "{text}");
    assert!(
        text.ends_with("content-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"),
        "{text}"
    );
    assert_eq!(wire.writes, 1);
}

#[test]
fn responses_without_a_body_send_none() {
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
fn a_stream_that_nobody_may_see_ends_before_its_response() {
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

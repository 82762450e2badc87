//! One connection: sends a request and reads what comes of it, piece by piece.
//!
//! It is moved by the call that has it, in the call's own task: with a task of its own, each request and each response would
//! wake another thread. It must not know which connection a call gets.

use std::future::poll_fn;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use hyper::Method;
use hyper::body::{Bytes, Frame};
use hyper::http::response;
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;

use super::broken::Broken;
use super::chunks::{Chunks, take};
use super::incoming::{Framing, Incoming};
use super::outgoing::Outgoing;
use crate::platform::body::{BoxError, ReadError};

/// How much room there is for what comes next, and how little is too little.
const ROOM_BYTES: usize = 8 * 1024;
const ROOM_BYTES_MIN: usize = 1024;

/// How much room there is for what is left of a large body.
const LARGE_ROOM_BYTES: usize = 64 * 1024;

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// What has come and was not taken yet.
    buffer: BytesMut,
    method: Method,
    /// What is still to be sent.
    unsent: [Bytes; 3],
    /// Whether anything of the request was sent.
    is_begun: bool,
    /// Why no more of it can be sent.
    failed: Option<Broken>,
    body: Framing,
    is_kept: bool,
}

/// A request without a response.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) why: Broken,
    /// The request, if nothing of it was sent.
    pub(super) unsent: Option<Outgoing>,
}

impl Connection {
    /// Opens a new one.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, BoxError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: BytesMut::new(),
            method: Method::GET,
            unsent: Default::default(),
            is_begun: false,
            failed: None,
            body: Framing::Length(0),
            is_kept: true,
        })
    }

    /// Sends a request, and waits for the head of the response.
    pub(super) async fn send(&mut self, request: Outgoing) -> Result<response::Parts, Unanswered> {
        self.method = request.method;
        (self.unsent, self.is_begun) = (request.parts, false);
        let answered = poll_fn(|context| self.poll_head(context)).await;
        answered.map_err(|why| Unanswered {
            why,
            unsent: self.take_unsent(),
        })
    }

    /// The next piece of the response's body; none after the last.
    pub(crate) async fn piece(&mut self) -> Option<Result<Frame<Bytes>, Broken>> {
        poll_fn(|context| self.poll_piece(context)).await
    }

    /// The same, but does not wait: none if it has not come yet, either.
    pub(crate) async fn piece_now(&mut self) -> Option<Result<Frame<Bytes>, Broken>> {
        poll_fn(|context| match self.poll_piece(context) {
            Poll::Ready(come) => Poll::Ready(come),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Reads the response's body to its end, up to a limit.
    pub(crate) async fn read_all(&mut self, limit_bytes: usize) -> Result<Bytes, ReadError> {
        let mut first = Bytes::new();
        let mut all = Vec::new();
        while let Some(piece) = self.piece().await {
            let piece = piece.map_err(|error| ReadError::Broken(error.into()))?;
            let piece = piece.into_data().unwrap_or_default();
            if first.len() + all.len() + piece.len() > limit_bytes {
                return Err(ReadError::TooLarge);
            }
            // Most are a single piece, which need not be copied.
            if first.is_empty() && all.is_empty() {
                first = piece;
            } else {
                all.extend_from_slice(&std::mem::take(&mut first));
                all.extend_from_slice(&piece);
            }
        }
        Ok(if all.is_empty() { first } else { all.into() })
    }

    /// Whether all of the response was read.
    pub(crate) fn is_complete(&self) -> bool {
        match self.body {
            Framing::Length(left) => left == 0,
            Framing::Chunked(chunks) => chunks == Chunks::Done,
            Framing::ToTheEnd => false,
        }
    }

    /// Whether another request may follow: all of the last one was sent and answered, and nothing else has come.
    pub(super) fn is_reusable(&self) -> bool {
        self.is_kept && self.is_complete() && self.buffer.is_empty() && self.is_sent()
    }

    /// Whether it is still open, and nothing has come that nobody asked for. The system is asked, for what it has said so far
    /// may be old.
    pub(super) fn is_idle(&self) -> bool {
        let come = recv(
            &self.stream,
            &mut [0],
            RecvFlags::PEEK | RecvFlags::DONTWAIT,
        );
        come.is_err_and(|error| error == Errno::AGAIN)
    }

    fn is_sent(&self) -> bool {
        self.unsent.iter().all(Bytes::is_empty)
    }

    fn take_unsent(&mut self) -> Option<Outgoing> {
        (!self.is_begun).then(|| Outgoing {
            method: self.method.clone(),
            parts: std::mem::take(&mut self.unsent),
        })
    }

    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<Result<response::Parts, Broken>> {
        self.send_some(context);
        loop {
            if let Some(incoming) = Incoming::take(&mut self.buffer, &self.method)? {
                self.is_kept = incoming.is_kept && incoming.body != Framing::ToTheEnd;
                self.body = incoming.body;
                return Poll::Ready(Ok(incoming.head));
            }
            // A server may answer and close without having read all; only where no response has come is that the cause.
            match self.poll_read(context) {
                // The end of a connection that was closed is still to come, and before it a response, if there is one.
                Poll::Pending if self.failed.as_ref().is_none_or(Broken::is_close) => {
                    return Poll::Pending;
                }
                Poll::Pending | Poll::Ready(Ok(0)) => {
                    let why = self.failed.take().unwrap_or(Broken::Unanswered);
                    return Poll::Ready(Err(why));
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
    }

    fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        self.send_some(context);
        loop {
            if let Some(piece) = self.take_piece().transpose() {
                return Poll::Ready(Some(piece));
            }
            if self.is_complete() {
                return Poll::Ready(None);
            }
            match ready!(self.poll_read(context)) {
                Ok(0) if self.body == Framing::ToTheEnd => self.body = Framing::Length(0),
                Ok(0) => return Poll::Ready(Some(Err(Broken::CutOff))),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }

    fn take_piece(&mut self) -> Result<Option<Frame<Bytes>>, Broken> {
        let piece = match &mut self.body {
            Framing::Length(left) => {
                let piece = take(&mut self.buffer, *left);
                *left -= piece.len() as u64;
                piece
            }
            Framing::Chunked(chunks) => return chunks.next(&mut self.buffer),
            Framing::ToTheEnd => self.buffer.split().freeze(),
        };
        Ok((!piece.is_empty()).then(|| Frame::data(piece)))
    }

    /// Reads what has come; 0 bytes are the end.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<usize, Broken>> {
        if self.buffer.capacity() - self.buffer.len() < ROOM_BYTES_MIN {
            let is_large = matches!(self.body, Framing::Length(left) if left > ROOM_BYTES as u64);
            self.buffer.reserve(if is_large {
                LARGE_ROOM_BYTES
            } else {
                ROOM_BYTES
            });
        }
        let read = pin!(self.stream.read_buf(&mut self.buffer));
        read.poll(context).map_err(Broken::from)
    }

    /// Sends as much of the request as can be sent now.
    fn send_some(&mut self, context: &mut Context<'_>) {
        while self.failed.is_none() && !self.is_sent() {
            let parts = self.unsent.each_ref().map(|part| IoSlice::new(part));
            match Pin::new(&mut self.stream).poll_write_vectored(context, &parts) {
                Poll::Ready(Ok(sent)) => self.drop_sent(sent),
                Poll::Ready(Err(error)) => self.failed = Some(error.into()),
                Poll::Pending => return,
            }
        }
    }

    /// Forgets what was sent, and gives back the memory that it took.
    fn drop_sent(&mut self, mut bytes: usize) {
        self.is_begun |= bytes > 0;
        for part in &mut self.unsent {
            let of_part = bytes.min(part.len());
            bytes -= of_part;
            if of_part == part.len() {
                *part = Bytes::new();
            } else {
                part.advance(of_part);
            }
        }
    }
}

//! The bodies that fc-local sends and reads: whole ones, chunked ones, streamed ones.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, LengthLimitError, Limited};
use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio::sync::mpsc;

/// Any body that fc-local sends.
pub(crate) type Body = UnsyncBoxBody<Bytes, BoxError>;

/// An error of a body in transit.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a body could not be read as a whole.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// It has more bytes than the limit.
    TooLarge,
    /// It ended early, or its framing is broken.
    Broken(BoxError),
}

impl ReadError {
    /// What an error of a body with a limit (`Limited`) is.
    pub(crate) fn of(error: BoxError) -> Self {
        if error.is::<LengthLimitError>() {
            Self::TooLarge
        } else {
            Self::Broken(error)
        }
    }
}

/// A body without a byte.
pub(crate) fn empty_body() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body of known size.
pub(crate) fn full_body(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// A body that does not state its size, hence goes out chunked, even when it is empty.
pub(crate) fn chunked_body(bytes: Bytes) -> Body {
    OneFrame(Some(bytes).filter(|bytes| !bytes.is_empty())).boxed_unsync()
}

/// A body whose frames another task sends one by one.
pub(crate) fn channel_body(frames: mpsc::Receiver<Result<Frame<Bytes>, BoxError>>) -> Body {
    let last = None;
    Channel { frames, last }.boxed_unsync()
}

/// Reads a body to its end, up to a limit.
pub(crate) async fn read_all<B>(body: B, limit_bytes: usize) -> Result<Bytes, ReadError>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let collected = Limited::new(body, limit_bytes)
        .collect()
        .await
        .map_err(ReadError::of)?;
    Ok(collected.to_bytes())
}

/// Reads a body and keeps nothing of it, up to a limit.
pub(crate) async fn discard<B>(body: B, limit_bytes: usize)
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let mut body = std::pin::pin!(Limited::new(body, limit_bytes));
    while let Some(Ok(_)) = body.frame().await {}
}

/// The error and what caused it; hyper's own text rarely names the cause.
pub(crate) fn with_sources(error: &(dyn std::error::Error + Send + Sync)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

struct OneFrame(Option<Bytes>);

impl HttpBody for OneFrame {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

struct Channel {
    frames: mpsc::Receiver<Result<Frame<Bytes>, BoxError>>,
    /// An error whose turn is next. The server that sends the body drops what it has not sent yet when it gets one.
    last: Option<BoxError>,
}

impl HttpBody for Channel {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(error) = self.last.take() {
            return Poll::Ready(Some(Err(error)));
        }
        match self.frames.poll_recv(context) {
            Poll::Ready(Some(Err(error))) => {
                // A body that is not ready has its server send what came before.
                self.last = Some(error);
                context.waker().wake_by_ref();
                Poll::Pending
            }
            other => other,
        }
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the body is larger than the limit"),
            Self::Broken(error) => write!(f, "the body ended early: {error}"),
        }
    }
}

impl std::error::Error for ReadError {}

#[cfg(test)]
mod tests;

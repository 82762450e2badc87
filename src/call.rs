//! `Call`, `Reply` and its `Body`: all that passes through the door between `server` and `dispatch`.
//!
//! Owns nothing but their shape. It must not know sockets, nor what a call asks for.

use std::fmt;
use std::io::Write;
use std::time::Instant;

use crate::error::Error;
use crate::headers::{Headers, name};
use crate::target;

/// The status of an event or hook that failed, and the value of `x-fc-status` that says so
/// ([contract §3.1](crate::guide::contract#3.1), [K3](crate::guide::contract#K3)).
const FAILED: u16 = 404;
const FAILED_MARK: &str = "404";

/// A request in plain values, independent of the server that has read it.
#[derive(Debug)]
pub(crate) struct Call {
    /// The method as the client sent it.
    pub(crate) method: String,
    /// The request target as the client sent it.
    pub(crate) target: String,
    /// All headers, including those of Function Compute.
    pub(crate) headers: Headers,
    /// The whole body, its framing undone.
    pub(crate) body: Vec<u8>,
    /// When the head of the request had arrived.
    pub(crate) arrived: Instant,
}

impl Call {
    /// The path of the target, without the query.
    pub(crate) fn path(&self) -> &str {
        target::path_of(&self.target)
    }
}

/// A response in plain values, to be written by the server.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status.
    pub(crate) status: u16,
    /// The type of a response that the runtime makes itself: one of a few constants, which take no memory.
    pub(crate) content_type: Option<&'static str>,
    /// The other headers, without those of the connection and the framing.
    pub(crate) headers: Headers,
    /// The body.
    pub(crate) body: Body,
}

impl Reply {
    /// A response of these bytes.
    pub(crate) fn bytes(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type: Some(content_type),
            headers: Headers::new(),
            body: Body::Bytes(body),
        }
    }

    /// A response that reports an error as JSON.
    pub(crate) fn error(status: u16, error: &Error) -> Self {
        Self::bytes(status, "application/json", error.to_json().into_bytes())
    }

    /// The response to an invocation or hook that failed: HTTP 404 and the header that says so
    /// ([contract §3.1](crate::guide::contract#3.1), [K3](crate::guide::contract#K3)).
    pub(crate) fn failure(error: &Error) -> Self {
        Self::error(FAILED, error).failed()
    }

    /// The response to an HTTP call that ends with an error, whose status reaches the client
    /// ([contract §3.1](crate::guide::contract#3.1)).
    pub(crate) fn http_error(error: &Error) -> Self {
        Self::error(error.status().unwrap_or(FAILED), error)
    }

    /// The same response, which says that the invocation or hook has failed.
    pub(crate) fn failed(self) -> Self {
        self.with_header(name::STATUS, FAILED_MARK)
    }

    /// Whether a response of this status may carry a body and state its length (RFC 9110 §15.3.5, §15.4.5).
    pub(crate) fn allows_body(&self) -> bool {
        !matches!(self.status, 204 | 304)
    }

    /// The same response with one more header, whose name and value are known to be sound.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value.as_bytes());
        self
    }
}

/// The body of a response.
pub(crate) enum Body {
    /// All of it at once: the response states its length.
    Bytes(Vec<u8>),
    /// Piece by piece: the response is chunked, by which Function Compute recognizes a stream
    /// ([contract §4.1](crate::guide::contract#4.1)), unless its headers state a length. Then the closure writes that
    /// many bytes, or fails.
    Stream(StreamWriter),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// The closure that writes a streamed body; every flush reaches the client.
pub(crate) type StreamWriter = Box<dyn FnOnce(&mut dyn Write) -> Result<(), Error> + Send>;

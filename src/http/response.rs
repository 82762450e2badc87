//! `Response`, the response to an HTTP call.
//!
//! Owns what a handler may say in a response and refuses the rest; `made` has the ways to make one. It must not know how a
//! response is framed.

mod copy;
mod made;

use std::time::Duration;

use super::heartbeat::with_heartbeat;
use crate::call::Body;
use crate::error::Error;
use crate::headers::{HeaderError, Headers, begins_with, name};
use crate::status::checked;

/// The response to an HTTP call: status, headers and body.
///
/// # Examples
///
/// ```
/// use fc_runtime::http::Response;
///
/// let response = Response::text("moved in")
///     .with_status(201)
///     .with_header("Location", "/users/7")?
///     .with_header("Set-Cookie", "a=1")?
///     .with_header("Set-Cookie", "b=2")?;
/// assert_eq!(response.status(), 201);
/// assert_eq!(response.headers().get_all("set-cookie").count(), 2);
/// assert!(response.with_header("Location", "/x\r\nSet-Cookie: stolen=1").is_err());
/// # Ok::<(), fc_runtime::HeaderError>(())
/// ```
#[derive(Debug)]
pub struct Response {
    status: u16,
    headers: Headers,
    body: Body,
    failed: bool,
}

impl Response {
    /// The same response, whose stream sends `filler` whenever it has sent nothing for this period, so that neither the
    /// client nor a proxy gives up. Use [`ServerEvents::COMMENT`](super::ServerEvents::COMMENT) for server-sent events,
    /// a line break for lines of JSON. The filler goes between two flushes of the closure, never into the middle of
    /// one. A response that is not a stream stays as it is.
    ///
    /// The closure then runs on another thread, with the same request id, and continues while its flushed data is sent.
    /// So if a write fails, a later write returns the error, and [`Client::has_left`](crate::Client::has_left) knows it
    /// while the closure works, with either server.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use fc_runtime::Client;
    /// use fc_runtime::http::Response;
    ///
    /// let response = Response::stream(|out| {
    ///     let client = Client::current();
    ///     for step in 1..=3 {
    ///         if client.has_left() {
    ///             break;
    ///         }
    ///         writeln!(out, "{step}")?;
    ///         out.flush()?;
    ///     }
    ///     Ok(())
    /// })
    /// .with_heartbeat(Duration::from_secs(15), "\n");
    /// assert_eq!(response.into_body()?, b"1\n2\n3\n");
    /// # Ok::<(), fc_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn with_heartbeat(mut self, period: Duration, filler: impl Into<Vec<u8>>) -> Self {
        if self.headers.get_bytes(name::CONTENT_LENGTH).is_none() {
            self.body = match self.body {
                Body::Stream(write) => Body::Stream(with_heartbeat(write, period, filler.into())),
                body @ Body::Bytes(_) => body,
            };
        }
        self
    }

    /// The same response with another status, from 200 to 599.
    ///
    /// # Panics
    ///
    /// When the status is any other number: a handler cannot send interim responses (1xx), and HTTP has no other
    /// classes. Like any panic of a handler, this fails the call, and the instance stays alive. If you get a status
    /// from elsewhere, check it first.
    #[must_use]
    #[inline(always)]
    #[track_caller]
    pub fn with_status(mut self, status: u16) -> Self {
        // These have no body, whose length could be stated (RFC 9110 §8.6).
        if matches!(status, 204 | 205) {
            self.headers.remove(name::CONTENT_LENGTH);
        }
        Self {
            status: checked(status),
            ..self
        }
    }

    /// The same response with one more header. A header of the same name stays, except that `Content-Type` is replaced.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when the name or the value is not valid, or only the runtime or Function Compute may set the header
    /// ([contract §3.1](crate::guide::contract#3.1)).
    pub fn with_header(self, name: &str, value: impl AsRef<str>) -> Result<Self, HeaderError> {
        self.with_field(name, value.as_ref())
    }

    /// The same response, which makes Function Compute count a failed invocation, whatever the status
    /// ([contract §3.1](crate::guide::contract#3.1)).
    #[must_use]
    pub fn failed(self) -> Self {
        Self {
            failed: true,
            ..self
        }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers that the handler has set.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first value of this header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The body, unless it is streamed: see [`into_body`](Self::into_body).
    pub fn body(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Bytes(bytes) => Some(bytes),
            Body::Stream(_) => None,
        }
    }

    /// Whether the invocation counts as failed.
    pub fn is_failed(&self) -> bool {
        self.failed
    }

    /// The body, including everything that a stream writes, as a client would get it; for tests.
    ///
    /// # Errors
    ///
    /// The [`Error`] that ends the stream; what the stream has written before is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Response;
    ///
    /// let response = Response::stream(|out| {
    ///     write!(out, "data: 1\n\n")?;
    ///     out.flush()?;
    ///     Ok(write!(out, "data: 2\n\n")?)
    /// });
    /// assert_eq!(response.body(), None);
    /// assert_eq!(response.into_body()?, b"data: 1\n\ndata: 2\n\n");
    /// # Ok::<(), fc_runtime::Error>(())
    /// ```
    pub fn into_body(self) -> Result<Vec<u8>, Error> {
        match self.body {
            Body::Bytes(bytes) => Ok(bytes),
            Body::Stream(write) => {
                let mut written = Vec::new();
                write(&mut written)?;
                Ok(written)
            }
        }
    }

    pub(crate) fn into_parts(self) -> (u16, Headers, Body) {
        (self.status, self.headers, self.body)
    }

    fn with_field(mut self, name: &str, value: &str) -> Result<Self, HeaderError> {
        if is_reserved(name) {
            return Err(HeaderError::Reserved(name.to_owned()));
        }
        self.headers.append(name, value)?;
        if name.eq_ignore_ascii_case(name::CONTENT_TYPE) {
            self.headers.keep_last(name);
        }
        Ok(self)
    }

    /// The same response with one more header that is known to be sound, unless it is one that the runtime sets itself.
    #[cfg(feature = "http")]
    pub(super) fn with_their_header(mut self, name: &str, value: &[u8]) -> Self {
        if !is_reserved(name) {
            self.headers.push(name, value);
        }
        self
    }

    /// The same response with one more header, whose name and value are known to be sound.
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value.as_bytes());
        self
    }

    pub(super) fn of_type(self, content_type: &str) -> Self {
        self.field(name::CONTENT_TYPE, content_type)
    }
}

/// The headers that a handler may not set: those of the connection, those that the runtime derives from the response
/// itself, and those that Function Compute takes out or reads ([contract §3.1](crate::guide::contract#3.1)).
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 10] = [
        name::CONNECTION,
        name::CONTENT_LENGTH,
        name::TRANSFER_ENCODING,
        "date",
        "keep-alive",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "upgrade",
    ];
    begins_with(name.as_bytes(), name::FC_PREFIX)
        || RESERVED
            .iter()
            .any(|reserved| name.eq_ignore_ascii_case(reserved))
}

#[cfg(test)]
mod tests;

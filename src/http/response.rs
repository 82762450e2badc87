//! `Response`, the response to an HTTP call.
//!
//! Owns what a handler may say in a response and refuses the rest. It must not know how a response is framed.

use std::io::{self, Read, Write};
use std::time::Duration;

use serde_core::ser::Serialize;
use serde_json::Value;

use super::heartbeat::with_heartbeat;
use crate::call::Body;
use crate::error::{Error, kind};
use crate::headers::{HeaderError, Headers, begins_with, name};
use crate::status::checked;

const JSON: &str = "application/json";

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
    /// A response of this status without a body.
    ///
    /// # Panics
    ///
    /// When the status is not from 200 to 599: see [`with_status`](Self::with_status).
    #[inline(always)]
    #[track_caller]
    pub fn new(status: u16) -> Self {
        Self {
            status: checked(status),
            headers: Headers::new(),
            body: Body::Bytes(Vec::new()),
            failed: false,
        }
    }

    /// A 200 with these bytes, and no content type.
    pub fn bytes(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Body::Bytes(body.into()),
            ..Self::new(200)
        }
    }

    /// A 200 with plain text in UTF-8.
    pub fn text(body: impl Into<String>) -> Self {
        Self::bytes(body.into()).of_type("text/plain; charset=utf-8")
    }

    /// A 200 with this value as JSON.
    ///
    /// # Errors
    ///
    /// An [`Error`] when the value cannot become JSON, such as a map whose keys are not strings.
    pub fn json(value: &impl Serialize) -> Result<Self, Error> {
        Ok(Self::bytes(serde_json::to_vec(value)?).of_type(JSON))
    }

    /// A 200 with this text, which is JSON already.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Response;
    ///
    /// let response = Response::json_text(r#"{"ok":true}"#);
    /// assert_eq!(response.header("content-type"), Some("application/json"));
    /// ```
    pub fn json_text(text: impl Into<String>) -> Self {
        Self::bytes(text.into()).of_type(JSON)
    }

    /// A redirect with this status (301, 302, 303, 307 or 308) to this address.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Value`] when the address contains a control character.
    ///
    /// # Panics
    ///
    /// When the status is not from 200 to 599.
    #[inline(always)]
    #[track_caller]
    pub fn redirect(status: u16, location: impl AsRef<str>) -> Result<Self, HeaderError> {
        Self::new(status).with_header("location", location)
    }

    /// A 200 whose body the closure writes while the client reads it, such as server-sent events. Each flush reaches
    /// the client at once. An error in the middle ends the connection, so that the client notices.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Response;
    ///
    /// let events = Response::stream(|out| {
    ///     for number in 1..=3 {
    ///         write!(out, "data: {number}\n\n")?;
    ///         out.flush()?;
    ///     }
    ///     Ok(())
    /// })
    /// .with_header("Content-Type", "text/event-stream")?;
    /// # Ok::<(), fc_runtime::HeaderError>(())
    /// ```
    pub fn stream(
        write: impl FnOnce(&mut dyn Write) -> Result<(), Error> + Send + 'static,
    ) -> Self {
        Self {
            body: Body::Stream(Box::new(write)),
            ..Self::new(200)
        }
    }

    /// A 200 whose body is everything that the reader returns; the client gets the result of each read at once.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::stream(move |out| Ok(copy(reader, out)?))
    }

    /// A 200 whose body is the next `length` bytes of the reader. The response states that length, so a client can show
    /// its progress, but Function Compute does not treat it as a stream ([contract §4.1](crate::guide::contract#4.1)).
    /// For files, use [`Content`](super::Content).
    ///
    /// If the reader ends before that, the call fails, and the connection closes, so that the client sees that the body
    /// is not complete.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read;
    /// use fc_runtime::http::Response;
    ///
    /// let response = Response::sized(std::io::repeat(b'x'), 3);
    /// assert_eq!(response.header("content-length"), Some("3"));
    /// assert_eq!(response.into_body()?, b"xxx");
    /// assert!(Response::sized(&b"xx"[..], 3).into_body().is_err());
    /// # Ok::<(), fc_runtime::Error>(())
    /// ```
    pub fn sized(reader: impl Read + Send + 'static, length: u64) -> Self {
        let write = move |out: &mut dyn Write| copy_exactly(reader, length, out);
        let response = Self {
            body: Body::Stream(Box::new(write)),
            ..Self::new(200)
        };
        response.field(name::CONTENT_LENGTH, &length.to_string())
    }

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
    pub fn with_heartbeat(self, period: Duration, filler: impl Into<Vec<u8>>) -> Self {
        let is_sized = self.headers.get_bytes(name::CONTENT_LENGTH).is_some();
        let body = match self.body {
            Body::Stream(write) if !is_sized => {
                Body::Stream(with_heartbeat(write, period, filler.into()))
            }
            body => body,
        };
        Self { body, ..self }
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

impl From<&str> for Response {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Response {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Vec<u8>> for Response {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<&[u8]> for Response {
    fn from(bytes: &[u8]) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Value> for Response {
    fn from(value: Value) -> Self {
        Self::json_text(value.to_string())
    }
}

/// Panics when the status is not one from 200 to 599.
impl<T: Into<Response>> From<(u16, T)> for Response {
    #[inline(always)]
    #[track_caller]
    fn from((status, body): (u16, T)) -> Self {
        body.into().with_status(status)
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

/// Copies so many bytes, and fails where there are fewer.
fn copy_exactly(reader: impl Read, length: u64, out: &mut dyn Write) -> Result<(), Error> {
    let mut left = reader.take(length);
    copy(&mut left, out)?;
    match left.limit() {
        0 => Ok(()),
        missing => {
            let message =
                format!("the reader ended {missing} bytes before the {length} of the body");
            Err(Error::new(kind::SHORT_BODY, message))
        }
    }
}

fn copy(mut reader: impl Read, out: &mut dyn Write) -> io::Result<()> {
    const BUFFER_BYTES: usize = 16 * 1024;
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                out.write_all(&buffer[..length])?;
                out.flush()?;
            }
            // A freeze interrupts system calls (contract §4.5).
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;

//! The ways to make a `Response`: from a status, bytes, text, JSON, or what writes or reads a body.
//!
//! Owns the status and the content type that each begins with. It must not know which headers a handler may set.

use std::io::{Read, Write};

use serde_core::ser::Serialize;
use serde_json::Value;

use super::Response;
use super::copy::{copy, copy_exactly};
use crate::call::Body;
use crate::error::Error;
use crate::headers::{HeaderError, Headers, name};
use crate::status::checked;

const JSON: &str = "application/json";

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
    /// For files, use [`Content`](crate::http::Content).
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

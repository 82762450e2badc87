//! `Request`, an HTTP call as its handler sees it.
//!
//! Owns the reading of target, query, cookies and body. It must not change what the client sent.

use std::fmt;

use serde_core::de::DeserializeOwned;

use crate::error::{Error, kind};
use crate::headers::{HeaderError, Headers};
use crate::json;
use crate::target::{path_of, path_start, percent, query_of};

/// An HTTP call: the client's own method, path, query, headers and body.
///
/// Its headers do not include those of Function Compute, which are in the [`Context`](crate::Context).
///
/// # Examples
///
/// Routing is a plain `match` on the method and the segments of the path:
///
/// ```
/// use fc_runtime::{Context, Error};
/// use fc_runtime::http::{Request, Response};
///
/// fn route(request: Request, _: &Context) -> Result<Response, Error> {
///     Ok(match (request.method(), &request.segments()[..]) {
///         ("GET", []) => "Hello World!".into(),
///         ("GET", ["users", id]) => format!("user {id}").into(),
///         ("POST", ["echo"]) => request.into_body().into(),
///         (_, ["echo"]) => Response::new(405),
///         _ => Response::new(404),
///     })
/// }
///
/// let request = Request::new("GET", "/users/j%C3%BCrgen?x=1");
/// assert_eq!(route(request, &Context::default())?.body(), Some("user jürgen".as_bytes()));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    method: String,
    target: String,
    segments: Vec<String>,
    headers: Headers,
    body: Vec<u8>,
}

impl Request {
    /// A call without headers and body, for a test; `target` is the path with its query.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self::from_parts(method.into(), target.into(), Headers::new(), Vec::new())
    }

    pub(crate) fn from_parts(
        method: String,
        target: String,
        headers: Headers,
        body: Vec<u8>,
    ) -> Self {
        let path = path_of(&target).trim_start_matches('/');
        let segments = match path {
            "" => Vec::new(),
            path => path.split('/').map(percent::decode).collect(),
        };
        Self {
            method,
            target,
            segments,
            headers,
            body,
        }
    }

    /// The same call with one more header.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when the name or the value is not valid.
    pub fn with_header(mut self, name: &str, value: impl AsRef<str>) -> Result<Self, HeaderError> {
        self.headers.append(name, value)?;
        Ok(self)
    }

    /// The same call with this body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    /// The method, such as `GET`, as the client sent it.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The request target as it was sent: path and query, nothing decoded.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path as it was sent, without the query.
    pub fn path(&self) -> &str {
        path_of(&self.target)
    }

    /// The path with its escapes decoded. You can no longer distinguish a `/` that was sent as `%2F` from one that
    /// separates two segments: if that matters, match on [`segments`](Self::segments).
    pub fn decoded_path(&self) -> String {
        percent::decode(self.path())
    }

    /// The segments of the path, each decoded: none for `/`, `["a", "b c"]` for `/a/b%20c`. If the path ends in `/`,
    /// the last segment is empty.
    pub fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The same call with `base` removed from the start of its path. Use it with
    /// [`Context::base_path`](crate::Context::base_path) for calls through the long address of an HTTP trigger.
    ///
    /// The path stays as it is if it is not below `base`, or is equal to it: some platforms send the whole path as the
    /// base path ([contract §9, K13](crate::guide::contract#K13)).
    #[must_use]
    pub fn below(self, base: Option<&str>) -> Self {
        let base = base.unwrap_or_default().trim_end_matches('/');
        match self.path().strip_prefix(base) {
            Some(rest) if !base.is_empty() && rest.starts_with('/') => {
                let start =
                    self.target.len() - self.target[path_start(&self.target)..].len() + base.len();
                Self::from_parts(
                    self.method,
                    self.target[start..].to_owned(),
                    self.headers,
                    self.body,
                )
            }
            _ => self,
        }
    }

    /// The query as the client sent it, without the `?`.
    pub fn query_string(&self) -> &str {
        query_of(&self.target)
    }

    /// The pairs of the query, decoded, in order; a name may occur more than once.
    pub fn query(&self) -> Vec<(String, String)> {
        percent::pairs(self.query_string())
    }

    /// The first value of this name in the query.
    pub fn query_value(&self, name: &str) -> Option<String> {
        value_of(self.query(), name)
    }

    /// The headers of the client.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The first value of this header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The cookies that the client sent, as (name, value), in order.
    pub fn cookies(&self) -> Vec<(&str, &str)> {
        self.headers
            .get_all("cookie")
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .collect()
    }

    /// The first cookie of this name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies()
            .into_iter()
            .find(|(cookie, _)| *cookie == name)
            .map(|(_, value)| value)
    }

    /// The body as it was sent, whatever its framing was.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, without a copy.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// Method, target, headers and body, without a copy.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Request;
    ///
    /// let parts = Request::new("PUT", "/a?b").with_body("whole").into_parts();
    /// let (target, body) = (parts.target, parts.body);
    /// assert_eq!((target.as_str(), body.as_slice()), ("/a?b", &b"whole"[..]));
    /// ```
    pub fn into_parts(self) -> RequestParts {
        RequestParts {
            method: self.method,
            target: self.target,
            headers: self.headers,
            body: self.body,
        }
    }

    /// The body read as JSON.
    ///
    /// # Errors
    ///
    /// An [`Error`] of the type `InvalidJson` with the line, the column and what was expected. Its status is 400: if
    /// your handler uses `?`, the client gets that status, and the function has not failed.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        json::parse(&self.body, "the body").map_err(|error| error.with_status(400))
    }

    /// The pairs of a body that is a form (`application/x-www-form-urlencoded`), decoded, in order; a name may occur
    /// more than once.
    ///
    /// # Errors
    ///
    /// An [`Error`] of the type `UnsupportedMediaType` with the status 415, when `Content-Type` says that the body is
    /// something else, such as `multipart/form-data`, which browsers use to send files. The guide's page on
    /// [HTTP calls](crate::guide::http_calls#forms-and-files) shows how to read that.
    pub fn form(&self) -> Result<Vec<(String, String)>, Error> {
        match self.media_type() {
            Some(other) if !self.is_of_type(FORM) => Err(no_form(other)),
            _ => Ok(percent::pairs(&String::from_utf8_lossy(&self.body))),
        }
    }
}

impl fmt::Debug for Request {
    /// Shows no byte of the body, which is the client's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// What a [`Request`] is made of: see [`Request::into_parts`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestParts {
    /// The method, in the case it was sent in.
    pub method: String,
    /// The request target as it was sent: path and query, nothing decoded.
    pub target: String,
    /// The headers of the client.
    pub headers: Headers,
    /// The body as it was sent, whatever its framing was.
    pub body: Vec<u8>,
}

impl fmt::Debug for RequestParts {
    /// Shows no byte of the body, which is the client's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// What a body is that `Request::form` reads.
const FORM: &str = "application/x-www-form-urlencoded";

fn no_form(media_type: &str) -> Error {
    let message = format!("the body is {media_type}, and not a form of the type {FORM}");
    Error::new(kind::UNSUPPORTED_MEDIA_TYPE, message).with_status(415)
}

fn value_of(pairs: Vec<(String, String)>, name: &str) -> Option<String> {
    pairs
        .into_iter()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests;

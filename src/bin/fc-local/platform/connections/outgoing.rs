//! Requests as they go over a connection: the text of the head, and the body as it came.
//!
//! It must not know whose request it is, nor what comes of it.

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use hyper::http::request;

/// The methods that the platform repeats when a connection fails ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
const REPEATED: [Method; 4] = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];

/// What most heads fit into.
const HEAD_BYTES: usize = 2048;

/// A request that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(super) method: Method,
    /// What is still to be sent, in this order: the head, the body, what closes it.
    pub(super) parts: [Bytes; 3],
}

/// The head of a request, line by line.
#[derive(Debug)]
pub(crate) struct Head {
    method: Method,
    text: Vec<u8>,
}

impl Head {
    pub(crate) fn of(method: Method, target: &str) -> Self {
        let mut text = Vec::with_capacity(HEAD_BYTES);
        for part in [method.as_str(), " ", target, " HTTP/1.1\r\n"] {
            text.extend_from_slice(part.as_bytes());
        }
        Self { method, text }
    }

    pub(crate) fn line(&mut self, name: &str, value: &[u8]) {
        put_line(&mut self.text, name, value);
    }

    /// Lines that [`lines`] has made.
    pub(crate) fn lines(&mut self, lines: &[u8]) {
        self.text.extend_from_slice(lines);
    }

    /// Closes the head of a request whose body has a known size; none has no size.
    pub(crate) fn with_sized(mut self, body: Bytes) -> Outgoing {
        if !body.is_empty() {
            let length = body.len().to_string();
            self.line(CONTENT_LENGTH.as_str(), length.as_bytes());
        }
        self.with_parts(body, Bytes::new())
    }

    /// Closes the head of a request whose body does not state its size, even if it is empty; but for methods that mostly have
    /// no body, none is none.
    pub(crate) fn with_chunked(mut self, body: Bytes) -> Outgoing {
        if body.is_empty() && [Method::GET, Method::HEAD].contains(&self.method) {
            return self.with_sized(body);
        }
        self.line(TRANSFER_ENCODING.as_str(), b"chunked");
        if body.is_empty() {
            return self.with_parts(body, Bytes::from_static(b"0\r\n\r\n"));
        }
        let size = format!("\r\n{:X}", body.len());
        self.text.extend_from_slice(size.as_bytes());
        self.with_parts(body, Bytes::from_static(b"\r\n0\r\n\r\n"))
    }

    fn with_parts(mut self, body: Bytes, close: Bytes) -> Outgoing {
        self.text.extend_from_slice(b"\r\n");
        Outgoing {
            method: self.method,
            parts: [self.text.into(), body, close],
        }
    }
}

impl Outgoing {
    /// A request without a body.
    pub(crate) fn without_body(parts: &request::Parts) -> Self {
        let target = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        let mut head = Head::of(parts.method.clone(), target);
        head.lines(&lines(&parts.headers));
        head.with_sized(Bytes::new())
    }

    /// All that goes over the connection.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.parts.concat()
    }

    /// The same request, if it may reach the server twice.
    pub(super) fn repeatable(&self) -> Option<Self> {
        let [head, body, close] = &self.parts;
        let has_no_body = body.is_empty() && close.is_empty();
        let is_one = has_no_body && REPEATED.contains(&self.method);
        is_one.then(|| Self {
            method: self.method.clone(),
            parts: [head.clone(), Bytes::new(), Bytes::new()],
        })
    }
}

/// Headers as lines of a head.
pub(crate) fn lines(headers: &HeaderMap) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, value) in headers {
        put_line(&mut text, name.as_str(), value.as_bytes());
    }
    text
}

/// Writes a name as the agent does, which is a Go client: `X-Fc-Request-Id`
/// ([contract §2](crate::check::sections::SECTIONS#2)).
fn put_line(text: &mut Vec<u8>, name: &str, value: &[u8]) {
    let begin = text.len();
    text.extend_from_slice(name.as_bytes());
    let mut is_first = true;
    for letter in &mut text[begin..] {
        if is_first {
            letter.make_ascii_uppercase();
        }
        is_first = *letter == b'-';
    }
    text.extend_from_slice(b": ");
    text.extend_from_slice(value);
    text.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests;

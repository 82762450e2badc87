//! The head of a response, and how its body is framed (RFC 9112, section 6.3).
//!
//! It must not know where the bytes come from.

use std::mem::MaybeUninit;
use std::ops::Range;

use bytes::BytesMut;
use httparse::{Header, ParserConfig, Status};
use hyper::body::Bytes;
use hyper::ext::ReasonPhrase;
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use hyper::http::response;
use hyper::{Method, Response, StatusCode, Version};

use super::broken::Broken;
use super::chunks::Chunks;
use crate::facts::limit;

/// The longest head that is read, in bytes: what a server sends without end must not fill the memory.
const HEAD_BYTES_MAX: usize = 400 * 1024;

/// A response whose head has come.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) head: response::Parts,
    pub(super) body: Framing,
    /// Whether the server keeps the connection after it.
    pub(super) is_kept: bool,
}

/// How the end of a body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// So many bytes are to come.
    Length(u64),
    Chunked(Chunks),
    /// It ends with the connection.
    ToTheEnd,
}

/// A head as the parser finds it: where in the text its fields stand.
struct Found {
    bytes: usize,
    status: StatusCode,
    version: Version,
    reason: Option<ReasonPhrase>,
    fields: Vec<[Range<usize>; 2]>,
}

impl Incoming {
    /// Takes the head of a response to a request with this method from what has come, and interim responses before it.
    pub(super) fn take(buffer: &mut BytesMut, method: &Method) -> Result<Option<Self>, Broken> {
        while !buffer.is_empty() {
            let Some(found) = find(buffer)? else {
                return Ok(None);
            };
            let text = buffer.split_to(found.bytes).freeze();
            let is_interim = found.status.is_informational();
            if !is_interim || found.status == StatusCode::SWITCHING_PROTOCOLS {
                return Self::of(found, &text, method).map(Some);
            }
        }
        Ok(None)
    }

    fn of(found: Found, text: &Bytes, method: &Method) -> Result<Self, Broken> {
        let (mut head, ()) = Response::new(()).into_parts();
        (head.status, head.version) = (found.status, found.version);
        head.headers.reserve(found.fields.len());
        for [name, value] in found.fields {
            append(&mut head.headers, &text[name], text.slice(value))?;
        }
        if let Some(reason) = found.reason {
            head.extensions.insert(reason);
        }
        let (body, is_kept) = (framing(&head, method)?, is_kept(&head));
        state_one_length(&mut head.headers);
        Ok(Self {
            body,
            is_kept,
            head,
        })
    }
}

/// Adds a field whose name and value the parser has found.
pub(super) fn append(headers: &mut HeaderMap, name: &[u8], value: Bytes) -> Result<(), Broken> {
    let wrong = || Broken::NotHttp(format!("the header '{}'", String::from_utf8_lossy(name)));
    let value = HeaderValue::from_maybe_shared(value).map_err(|_| wrong())?;
    headers.append(HeaderName::from_bytes(name).map_err(|_| wrong())?, value);
    Ok(())
}

fn find(text: &[u8]) -> Result<Option<Found>, Broken> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; limit::HEADER_COUNT];
    let mut response = httparse::Response::new(&mut []);
    let parser = ParserConfig::default();
    match parser.parse_response_with_uninit_headers(&mut response, text, &mut fields) {
        Ok(Status::Complete(bytes)) => found(&response, text, bytes).map(Some),
        Ok(Status::Partial) if text.len() <= HEAD_BYTES_MAX => Ok(None),
        Ok(Status::Partial) => Err(Broken::NotHttp("a head without end".to_owned())),
        Err(error) => Err(Broken::NotHttp(error.to_string())),
    }
}

fn found(
    response: &httparse::Response<'_, '_>,
    text: &[u8],
    bytes: usize,
) -> Result<Found, Broken> {
    let code = response.code.unwrap_or_default();
    let wrong = |_| Broken::NotHttp(format!("the status {code}"));
    let at = |part: &[u8]| {
        let begin = part.as_ptr() as usize - text.as_ptr() as usize;
        begin..begin + part.len()
    };
    let fields = response.headers.iter();
    let status = StatusCode::from_u16(code).map_err(wrong)?;
    Ok(Found {
        bytes,
        status,
        version: if response.version == Some(0) {
            Version::HTTP_10
        } else {
            Version::HTTP_11
        },
        reason: reason(status, response.reason.unwrap_or_default()),
        fields: fields
            .map(|field| [at(field.name.as_bytes()), at(field.value)])
            .collect(),
    })
}

/// The words of a status, if they are others than the usual ones. A status line without words gets these on its way to the
/// client, as from the platform.
fn reason(status: StatusCode, words: &str) -> Option<ReasonPhrase> {
    let is_usual = words.is_empty() || status.canonical_reason() == Some(words);
    let words = Some(words.as_bytes()).filter(|_| !is_usual)?;
    ReasonPhrase::try_from(words).ok()
}

fn framing(head: &response::Parts, method: &Method) -> Result<Framing, Broken> {
    let has_none = [
        StatusCode::SWITCHING_PROTOCOLS,
        StatusCode::NO_CONTENT,
        StatusCode::NOT_MODIFIED,
    ];
    if method == Method::HEAD || has_none.contains(&head.status) {
        return Ok(Framing::Length(0));
    }
    if head.headers.contains_key(TRANSFER_ENCODING) {
        return encoded(head);
    }
    let mut lengths = tokens(&head.headers, &CONTENT_LENGTH).map(number);
    let Some(first) = lengths.next() else {
        return Ok(Framing::ToTheEnd);
    };
    let length = first.filter(|_| lengths.all(|other| other == first));
    let wrong = || Broken::NotHttp("the content length".to_owned());
    length.map(Framing::Length).ok_or_else(wrong)
}

/// Leaves at most one length for those that the head is passed on to, as HTTP asks of them that pass it on: a transfer encoding
/// overrules any length, and a length may have come more than once.
fn state_one_length(headers: &mut HeaderMap) {
    if headers.contains_key(TRANSFER_ENCODING) {
        headers.remove(CONTENT_LENGTH);
        return;
    }
    // Without a body, the length may be none.
    let mut lengths = tokens(headers, &CONTENT_LENGTH);
    let first = lengths.next().and_then(number);
    if let Some(length) = first.filter(|_| lengths.next().is_some()) {
        drop(lengths);
        headers.insert(CONTENT_LENGTH, length.into());
    }
}

/// A number of digits alone: the standard library takes a sign, too.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

fn encoded(head: &response::Parts) -> Result<Framing, Broken> {
    if head.version == Version::HTTP_10 {
        let message = "a transfer encoding in HTTP/1.0";
        return Err(Broken::NotHttp(message.to_owned()));
    }
    let last = tokens(&head.headers, &TRANSFER_ENCODING).last();
    Ok(match last {
        Some(coding) if coding.eq_ignore_ascii_case("chunked") => Framing::Chunked(Chunks::Size),
        _ => Framing::ToTheEnd,
    })
}

fn is_kept(head: &response::Parts) -> bool {
    let says = |wanted: &str| {
        tokens(&head.headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case(wanted))
    };
    let is_another = head.status == StatusCode::SWITCHING_PROTOCOLS;
    // What is framed twice is framed otherwise by others.
    let is_framed_twice = [TRANSFER_ENCODING, CONTENT_LENGTH]
        .iter()
        .all(|name| head.headers.contains_key(name));
    let is_clear = !is_another && !is_framed_twice;
    is_clear && !says("close") && (head.version == Version::HTTP_11 || says("keep-alive"))
}

/// The parts of a list, in however many lines it stands; what is no text is an empty part.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    let lines = lines.map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',').map(str::trim))
}

#[cfg(test)]
mod tests;

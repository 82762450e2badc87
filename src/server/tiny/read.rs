//! From a request of `tiny_http` to a `Call`, or to the trouble that there is none.
//!
//! Owns the reading of head and body. It must not know what is answered.

use std::io::{self, ErrorKind};
use std::time::Instant;

use tiny_http::{HTTPVersion, Request};

use super::super::framing::{Framing, framing};
use super::super::memory::Share;
use super::super::refusal::{self, Refusal};
use super::super::response::Asked;
use super::super::rules;
use super::room;
use crate::call::Call;
use crate::headers::{Headers, is_token, name};

/// Why there is no call.
pub(super) enum Trouble {
    /// The request is refused, after so many bytes of its body were read.
    Refused(&'static Refusal, usize),
    /// The client has gone; nobody waits for a response.
    Gone,
}

impl From<&'static Refusal> for Trouble {
    fn from(refusal: &'static Refusal) -> Self {
        Self::Refused(refusal, 0)
    }
}

/// Reads the whole request; its body takes its share of the memory.
pub(super) fn read(
    request: &mut Request,
    body_limit: usize,
    share: &mut Share,
) -> Result<Call, Trouble> {
    let arrived = Instant::now();
    let (method, target) = line(request)?;
    let headers = rules::checked_fields(fields(request)?, &target, is_http_1_0(request))?;
    let framing = framing(&headers, body_limit)?;
    let body = read_body(request, framing, body_limit, share)?;
    Ok(Call {
        method,
        target,
        headers,
        body,
        arrived,
    })
}

/// Method and target, of which `tiny_http` takes any byte but a blank.
fn line(request: &Request) -> Result<(String, String), &'static Refusal> {
    if *request.http_version() < HTTPVersion(1, 0) {
        return Err(&refusal::OTHER_VERSION);
    }
    let (method, target) = (request.method().as_str(), request.url());
    if !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(&refusal::CONTROL_IN_TARGET);
    }
    rules::check_line(method, target)?;
    Ok((method.to_owned(), target.to_owned()))
}

fn fields(request: &Request) -> Result<Headers, &'static Refusal> {
    let length = |header: &tiny_http::Header| {
        header.field.as_str().as_str().len() + header.value.as_str().len()
    };
    let bytes = request.headers().iter().map(length).sum();
    // In one go: a list that grows makes musl's allocator map a page of memory and give it back, each time.
    let mut headers = Headers::with_capacity(request.headers().len(), bytes);
    for header in request.headers() {
        let (name, value) = (header.field.as_str().as_str(), header.value.as_str());
        // It takes any name, also one with a blank before its colon, which another server may read as sound.
        if !is_token(name) {
            return Err(&refusal::NO_NAME);
        }
        rules::check_value(value.as_bytes())?;
        headers.push(name, value.as_bytes());
    }
    Ok(headers)
}

fn read_body(
    request: &mut Request,
    framing: Framing,
    body_limit: usize,
    share: &mut Share,
) -> Result<Vec<u8>, Trouble> {
    let upgrade = header(request, name::CONNECTION)
        .is_some_and(|wish| wish.to_ascii_lowercase().contains("upgrade"));
    match framing {
        Framing::Empty => Ok(Vec::new()),
        // Its client, which may be waiting to send it, learns it at once.
        Framing::Length(length) if !share.has_room_for(length) => Err((&refusal::NO_MEMORY).into()),
        Framing::Length(length) => {
            let body = read_up_to(request, length, share)?;
            // A body that was cut is no body: nobody waits for its response.
            if body.len() == length {
                Ok(body)
            } else {
                Err(Trouble::Gone)
            }
        }
        // With `Connection: upgrade` tiny_http hands out the bytes of the connection, chunk heads and all.
        Framing::Chunked if upgrade => Err((&refusal::CHUNKS_AND_UPGRADE).into()),
        Framing::Chunked => {
            let body = read_up_to(request, body_limit.saturating_add(1), share)?;
            if body.len() > body_limit {
                return Err((&refusal::BODY_TOO_LARGE).into());
            }
            Ok(body)
        }
    }
}

/// How much room a body gets before it is known that it needs more: what a small one has.
const FIRST_PIECE_BYTES: usize = 8 * 1024;

/// Reads to the end or to `length`. Room is made for as much again as has come, and for nothing that was only announced.
fn read_up_to(request: &mut Request, length: usize, share: &mut Share) -> Result<Vec<u8>, Trouble> {
    let (mut body, mut come) = (Vec::new(), 0);
    let reader = request.as_reader();
    while come < length {
        if come == body.len() {
            let piece = FIRST_PIECE_BYTES.max(come).min(length - come);
            if !room::grow(&mut body, piece) || !share.set(body.capacity()) {
                return Err(Trouble::Refused(&refusal::NO_MEMORY, come));
            }
            body.resize(come + piece, 0);
        }
        match reader.read(&mut body[come..]) {
            Ok(0) => break,
            Ok(more) => come += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(trouble(&error)),
        }
    }
    body.truncate(come);
    Ok(body)
}

fn trouble(error: &io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::InvalidInput => (&refusal::MALFORMED_CHUNKS).into(),
        ErrorKind::OutOfMemory => (&refusal::NO_MEMORY).into(),
        _ => Trouble::Gone,
    }
}

/// The first value of a header.
pub(super) fn header<'a>(request: &'a Request, wanted: &'static str) -> Option<&'a str> {
    request
        .headers()
        .iter()
        .find(|header| header.field.equiv(wanted))
        .map(|header| header.value.as_str())
}

/// What the response must observe. What `Connection` says follows what `tiny_http` will do, which reads the first of
/// these fields only, and finds its words inside other words.
pub(super) fn asked(request: &Request) -> Asked {
    let http_1_0 = is_http_1_0(request);
    let wish = header(request, name::CONNECTION)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let connection = if wish.contains("close") || wish.contains("upgrade") {
        Some("close")
    } else if !http_1_0 {
        None
    } else if wish.contains("keep-alive") {
        Some("keep-alive")
    } else {
        Some("close")
    };
    Asked {
        head_only: request.method().as_str() == "HEAD",
        http_1_0,
        connection,
    }
}

fn is_http_1_0(request: &Request) -> bool {
    *request.http_version() < HTTPVersion(1, 1)
}

//! Where the id of a session stands in a request and in its response
//! ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1), [§4](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#4)).
//!
//! It reads ids and writes them; which instance a session has is `platform`'s business.

mod stream;

use hyper::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use memchr::memmem;

use super::error::ApiError;
use crate::facts::header;
use crate::function::{Affinity, SessionRules};
use crate::platform::sessions::{Seat, Wanted};
use crate::signature::{header as header_of, query_pairs};

pub(super) use stream::watched;

/// How long an id is that a client makes, in bytes.
const ID_BYTES: std::ops::RangeInclusive<usize> = 1..=64;

/// What the method of MCP that begins a session is called, as it stands in a request's JSON.
const INITIALIZE: &[u8] = b"\"initialize\"";

/// What an HTTP request says of its session.
pub(super) fn of_http(
    rules: Option<&SessionRules>,
    head: &Parts,
    body: &[u8],
) -> Result<Wanted, ApiError> {
    let Some(rules) = rules else {
        return Ok(Wanted::Nothing);
    };
    match &rules.affinity {
        Affinity::Cookie | Affinity::Header(_) => of_event(Some(rules), head),
        Affinity::McpSse(path) => Ok(of_sse(path, head, rules.exclusive)),
        Affinity::McpStreamable => Ok(of_streamable(head, body, rules.exclusive)),
    }
}

/// What an invocation says of its session: only the platform's own sessions are open to it.
pub(super) fn of_event(rules: Option<&SessionRules>, head: &Parts) -> Result<Wanted, ApiError> {
    match rules.map(|rules| &rules.affinity) {
        Some(Affinity::Cookie) => Ok(Wanted::Session(cookie(&head.headers))),
        Some(Affinity::Header(name)) => {
            let id = header_of(head, name);
            check_id(name, id)?;
            Ok(Wanted::Session((!id.is_empty()).then(|| id.to_owned())))
        }
        _ => Ok(Wanted::Nothing),
    }
}

/// Refuses an id that a client may not make; an empty one is none.
pub(super) fn check_id(name: &str, id: &str) -> Result<(), ApiError> {
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_' || letter == b'-';
    let is_one = ID_BYTES.contains(&id.len()) && !id.starts_with('-') && id.bytes().all(fits);
    if id.is_empty() || is_one {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "{name} is not a session id: it has 1 to {} letters, digits, _ and -, and does not begin with -",
        ID_BYTES.end()
    )))
}

/// Sends the client the id that the platform made for it.
pub(super) fn announce(
    status: StatusCode,
    headers: &mut HeaderMap,
    rules: Option<&SessionRules>,
    made: Option<&str>,
) {
    let (Some(rules), Some(id)) = (rules, made) else {
        return;
    };
    if status == StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    match &rules.affinity {
        Affinity::Cookie => add_cookie(headers, id, rules.ttl.as_secs()),
        Affinity::Header(name) => {
            if let (Ok(name), Ok(id)) = (HeaderName::try_from(name), HeaderValue::try_from(id)) {
                headers.insert(name, id);
            }
        }
        Affinity::McpSse(_) | Affinity::McpStreamable => {}
    }
}

/// What the response to an MCP request means for its session: the function named it, or the client has ended it, whatever
/// the function answers to that.
pub(super) fn hear(method: &Method, wanted: &Wanted, seat: Option<&Seat>, answer: &HeaderMap) {
    let Some(seat) = seat else { return };
    match wanted {
        Wanted::Unborn { .. } if method == Method::POST => {
            let id = answer.get(header::MCP_SESSION_ID);
            if let Some(id) = id.and_then(|id| id.to_str().ok()) {
                seat.handle().name(id);
            }
        }
        Wanted::Named(_) if method == Method::DELETE => seat.handle().end(),
        _ => {}
    }
}

/// The cookie is added to those of the function, instead of one of its name.
fn add_cookie(headers: &mut HeaderMap, id: &str, seconds: u64) {
    let prefix = format!("{}=", header::SESSION_COOKIE);
    let kept: Vec<HeaderValue> = headers
        .get_all(SET_COOKIE)
        .iter()
        .filter(|cookie| !cookie.as_bytes().starts_with(prefix.as_bytes()))
        .cloned()
        .collect();
    headers.remove(SET_COOKIE);
    for cookie in kept {
        headers.append(SET_COOKIE, cookie);
    }
    let cookie = HeaderValue::try_from(format!("{prefix}{id}; Max-Age={seconds}"));
    if let Ok(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
}

/// The value of the platform's cookie.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter();
    let mut cookies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='));
    let (_, id) = cookies.find(|(name, _)| *name == header::SESSION_COOKIE)?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// The stream is asked for without a query; what belongs to it carries its id in one.
fn of_sse(path: &str, head: &Parts, exclusive: bool) -> Wanted {
    if head.method == Method::GET && head.uri.path() == path && head.uri.query().is_none() {
        return Wanted::Unborn { surely: true };
    }
    let mut pairs = query_pairs(head).into_iter();
    match pairs.find(|(name, id)| is_session_parameter(name) && !id.is_empty()) {
        Some((_, id)) => Wanted::Named(id),
        None if exclusive => Wanted::Unborn { surely: true },
        None => Wanted::Nothing,
    }
}

/// Python's SDK writes `session_id`, that of TypeScript `sessionId`.
fn is_session_parameter(name: &str) -> bool {
    name.eq_ignore_ascii_case("session_id") || name.eq_ignore_ascii_case("sessionId")
}

/// Any response to a POST without an id may name a session; that to `initialize` mostly does, so a place is kept for it.
fn of_streamable(head: &Parts, body: &[u8], exclusive: bool) -> Wanted {
    let id = header_of(head, header::MCP_SESSION_ID);
    if !id.is_empty() {
        return Wanted::Named(id.to_owned());
    }
    if head.method != Method::POST && !exclusive {
        return Wanted::Nothing;
    }
    // A body may have 32 MB, and other calls wait meanwhile.
    let begins = memmem::find(body, INITIALIZE).is_some();
    Wanted::Unborn {
        surely: begins || exclusive,
    }
}

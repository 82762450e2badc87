//! The requests of calls as text: what all calls of a function have in common is written once.
//!
//! They are the same requests as those of [`super::event_request`] and [`super::http_request`], which `check` changes before
//! it sends them.

use hyper::Method;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, TRANSFER_ENCODING};
use hyper::http::request;

use super::{CALL_HEADERS, CallId, FunctionHeaders, Payload};
use crate::facts::{control_path, header};
use crate::platform::connections::{Head, Outgoing, lines};

/// What an HTTP call may have set before; without a value they are sent empty.
const SET_BEFORE: [&str; 2] = [header::CLIENT_IP, header::BASE_PATH];

/// The lines that all calls of a function have in common.
#[derive(Clone)]
pub(super) struct Lines {
    own: Vec<u8>,
    platform: Vec<u8>,
}

impl Lines {
    /// Those of the agent's own requests and those of users.
    pub(super) fn of(own: &HeaderMap, platform: &HeaderMap) -> Self {
        let differs = |name: &HeaderName| CALL_HEADERS.contains(&name.as_str());
        let is_set_before = |name: &HeaderName| SET_BEFORE.contains(&name.as_str());
        Self {
            own: lines(&without(own, differs)),
            platform: lines(&without(platform, |name| {
                differs(name) || is_set_before(name)
            })),
        }
    }
}

impl FunctionHeaders {
    /// The request of an event call.
    pub(crate) fn event(&self, call: &CallId, event: Payload) -> Outgoing {
        let mut head = Head::of(Method::POST, control_path::INVOKE);
        head.lines(&self.lines.own);
        put_call(&mut head, call, control_path::INVOKE);
        head.line(CONTENT_TYPE.as_str(), b"application/octet-stream");
        with_body(head, event)
    }

    /// The request of an HTTP call.
    pub(crate) fn http(&self, call: &CallId, user: &request::Parts, payload: Payload) -> Outgoing {
        let target = user
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let mut head = Head::of(user.method.clone(), target);
        for (name, value) in &user.headers {
            let is_own = SET_BEFORE.contains(&name.as_str()) || !self.platform.contains_key(name);
            // The body is framed here.
            if is_own && name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
                head.line(name.as_str(), value.as_bytes());
            }
        }
        for name in SET_BEFORE {
            if !user.headers.contains_key(name) {
                head.line(name, b"");
            }
        }
        head.lines(&self.lines.platform);
        put_call(&mut head, call, control_path::HTTP_INVOKE);
        with_body(head, payload)
    }
}

fn put_call(head: &mut Head, call: &CallId, control_path: &str) {
    let retry_count = call.retry_count.to_string();
    let values = [&call.request_id, control_path, &retry_count];
    for (name, value) in CALL_HEADERS.into_iter().zip(values) {
        head.line(name, value.as_bytes());
    }
}

fn with_body(head: Head, payload: Payload) -> Outgoing {
    if payload.chunked {
        head.with_chunked(payload.bytes)
    } else {
        head.with_sized(payload.bytes)
    }
}

fn without(headers: &HeaderMap, is_one: impl Fn(&HeaderName) -> bool) -> HeaderMap {
    let others = headers.iter().filter(|(name, _)| !is_one(name));
    others
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests;

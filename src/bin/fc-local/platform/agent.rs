//! The agent's side of the contract: the requests an instance gets.
//!
//! It knows headers and HTTP, but neither the connections that requests go over nor what a response means.

mod function;
mod text;

use std::fmt;
use std::net::SocketAddr;

use hyper::body::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use hyper::{Method, Request};

pub(crate) use self::function::Credentials;
use self::function::function_headers;
use crate::facts::{control_path, header};
use crate::function::Function;
use crate::platform::body::{Body, chunked_body, empty_body, full_body};

/// A request body held as a whole, and how it is framed towards the instance
/// ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
#[derive(Debug, Clone, Default)]
pub(crate) struct Payload {
    pub(crate) bytes: Bytes,
    /// Whether the caller did not state the size, so that the instance does not learn it either.
    pub(crate) chunked: bool,
}

/// The value of a header that has none.
const EMPTY: HeaderValue = HeaderValue::from_static("");

/// Headers by which one call differs from the next.
const CALL_HEADERS: [&str; 3] = [header::REQUEST_ID, header::CONTROL_PATH, "x-fc-retry-count"];

/// Headers that have no value here, and arrive empty, as on the platform; an HTTP call has set the last two before.
const EMPTY_HEADERS: [&str; 9] = [
    "x-fc-tracing-opentracing-span-context",
    "x-fc-tracing-opentracing-span-baggages",
    "x-fc-tracing-jaeger-endpoint",
    "x-fc-eagleeye-traceid",
    "x-fc-eagleeye-rpcid",
    "x-fc-eagleeye-userdata",
    "x-fc-api-server-ip",
    header::CLIENT_IP,
    header::BASE_PATH,
];

/// How one call differs from the next, besides its body.
#[derive(Debug, Clone)]
pub(crate) struct CallId {
    pub(crate) request_id: String,
    /// How often an asynchronous call was tried before.
    pub(crate) retry_count: u32,
}

impl CallId {
    /// A call tried for the first time.
    pub(crate) fn first(request_id: String) -> Self {
        Self {
            request_id,
            retry_count: 0,
        }
    }
}

/// What every call of a function carries of it ([contract §2](crate::check::sections::SECTIONS#2)): made once for all.
#[derive(Clone)]
pub(crate) struct FunctionHeaders {
    /// For the agent's own requests, in the order in which it sends them.
    own: HeaderMap,
    /// For requests of users.
    platform: HeaderMap,
    lines: text::Lines,
}

impl FunctionHeaders {
    /// The headers of a function whose instance has this address.
    pub(crate) fn of(function: &Function, address: SocketAddr) -> Self {
        let mut platform = HeaderMap::new();
        for name in CALL_HEADERS.into_iter().chain(EMPTY_HEADERS) {
            platform.insert(HeaderName::from_static(name), EMPTY);
        }
        for (name, value) in function_headers(function) {
            platform.insert(HeaderName::from_static(name), value_of(&value));
        }
        let mut own = HeaderMap::new();
        own.insert(HOST, value_of(&address.to_string()));
        own.insert(USER_AGENT, HeaderValue::from_static("Go-http-client/1.1"));
        own.extend(platform.clone());
        own.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let lines = text::Lines::of(&own, &platform);
        Self {
            own,
            platform,
            lines,
        }
    }
}

impl fmt::Debug for FunctionHeaders {
    /// Names alone, as the keys of the function's role are among the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.own.keys()).finish()
    }
}

/// The request of an event call: `POST /invoke` with the event as it came
/// ([contract §1.1](crate::check::sections::SECTIONS#1.1)).
pub(crate) fn event_request(
    of_function: &FunctionHeaders,
    call: &CallId,
    event: Payload,
) -> Request<Body> {
    let mut request = own_request(
        Method::POST,
        control_path::INVOKE,
        of_function,
        call,
        event.into_body(),
    );
    request.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    request
}

/// The request of a lifecycle hook: `POST /initialize`, `GET /pre-freeze` or `GET /pre-stop`.
pub(crate) fn hook_request(
    path: &'static str,
    of_function: &FunctionHeaders,
    call: &CallId,
) -> Request<Body> {
    let method = if path == control_path::INITIALIZE {
        Method::POST
    } else {
        Method::GET
    };
    own_request(method, path, of_function, call, empty_body())
}

/// The request of an HTTP call: the user's own, with the platform's headers instead of any the user sent.
pub(crate) fn http_request(
    of_function: &FunctionHeaders,
    call: &CallId,
    user: hyper::http::request::Parts,
    payload: Payload,
) -> Request<Body> {
    let mut request = Request::from_parts(user, payload.into_body());
    *request.version_mut() = hyper::Version::HTTP_11;
    let headers = request.headers_mut();
    headers.reserve(of_function.platform.len());
    for (name, value) in &of_function.platform {
        // The call has set these before, if they have a value.
        if [header::CLIENT_IP, header::BASE_PATH].contains(&name.as_str()) {
            headers.entry(name).or_insert(EMPTY);
        } else {
            headers.insert(name, value.clone());
        }
    }
    add_call(headers, call, control_path::HTTP_INVOKE);
    request
}

fn own_request(
    method: Method,
    path: &'static str,
    of_function: &FunctionHeaders,
    call: &CallId,
    body: Body,
) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = hyper::Uri::from_static(path);
    *request.headers_mut() = of_function.own.clone();
    add_call(request.headers_mut(), call, path);
    request
}

/// Gives the headers of a function's calls what this one of them has.
fn add_call(headers: &mut HeaderMap, call: &CallId, control_path: &'static str) {
    let id = value_of(&call.request_id);
    let values = [
        id,
        HeaderValue::from_static(control_path),
        call.retry_count.into(),
    ];
    for (name, value) in CALL_HEADERS.into_iter().zip(values) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Sets a header from text; text that no header can carry is sent as if it were empty.
pub(crate) fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    headers.insert(HeaderName::from_static(name), value_of(value));
}

/// The same for a name that somebody has given; one that no header can have is left out.
pub(crate) fn insert_given(headers: &mut HeaderMap, name: &str, value: &str) {
    if let Ok(name) = HeaderName::try_from(name) {
        headers.insert(name, value_of(value));
    }
}

fn value_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(EMPTY)
}

impl Payload {
    /// A body of known size.
    pub(crate) fn sized(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            chunked: false,
        }
    }

    fn into_body(self) -> Body {
        if self.chunked {
            chunked_body(self.bytes)
        } else {
            full_body(self.bytes)
        }
    }
}

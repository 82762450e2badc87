//! Ways to the parsers for the fuzz targets of `tests/fuzz`; no build but theirs has them.
//!
//! Owns no other code: each function calls what serves a request, with plain values around it.

use std::time::Instant;

use crate::call::{Call, Reply};
use crate::context::{Context, Limit};
use crate::error::Error;
use crate::headers::{Headers, name};
use crate::http::{Request, Response};
use crate::target::percent;
use crate::{base64, http_params};

pub use crate::server::fuzzing::{Ended, Head, Most, chunks, head, requests, response};

/// Header fields that nobody has looked at yet.
pub fn headers<'a>(fields: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.push(name, value);
    }
    headers
}

/// The context of an invocation that arrived at that moment with these fields.
pub fn context(fields: Headers, arrived: Instant) -> Context {
    Context::new(fields, arrived, Limit::Function)
}

/// The text that stands for these bytes.
pub fn base64_encode(bytes: &[u8]) -> String {
    base64::encode(bytes)
}

/// The bytes that this text stands for, or why it is not base64.
pub fn base64_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    base64::decode(text).map_err(|error| error.to_string())
}

/// The text with its percent-encoded bytes decoded.
pub fn percent_decode(text: &str) -> String {
    percent::decode(text)
}

/// The text with all but letters, digits and `keep` percent-encoded.
pub fn percent_encode(text: &str, keep: &[u8]) -> String {
    percent::encode(text, keep)
}

/// The pairs of a query.
pub fn percent_pairs(text: &str) -> Vec<(String, String)> {
    percent::pairs(text)
}

/// The request that the header `x-fc-http-params` of this value describes, with the platform's own headers among the
/// others.
pub fn http_params_decode(header: &[u8]) -> Result<Request, Error> {
    let mut call = Call {
        method: "POST".to_owned(),
        target: "/invoke".to_owned(),
        headers: headers([(name::HTTP_PARAMS, header)]),
        body: Vec::new(),
        arrived: Instant::now(),
    };
    http_params::decode(&mut call)?;
    Ok(Request::from_parts(
        call.method,
        call.target,
        call.headers,
        call.body,
    ))
}

/// The header `x-fc-http-params` that carries this response.
pub fn http_params_encode(response: Response) -> Result<String, Error> {
    let (status, headers, body) = response.into_parts();
    let carrier = http_params::encode(
        Reply {
            status,
            content_type: None,
            headers,
            body,
        },
        false,
    )?;
    let header = carrier.headers.get(name::HTTP_PARAMS);
    Ok(header.unwrap_or_default().to_owned())
}

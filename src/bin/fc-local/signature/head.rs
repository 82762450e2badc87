//! The values of a request's head, decoded.

use form_urlencoded::parse;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;

/// The value of a header, empty if it is absent or no text.
pub(crate) fn header<'a>(head: &'a Parts, name: &str) -> &'a str {
    head.headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The query as decoded pairs, in their order.
pub(crate) fn query_pairs(head: &Parts) -> Vec<(String, String)> {
    let query = head.uri.query().unwrap_or_default();
    parse(query.as_bytes()).into_owned().collect()
}

/// Text with `%41` turned into `A`; anything malformed stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests;

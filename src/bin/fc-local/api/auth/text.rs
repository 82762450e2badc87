//! The texts that clients sign, each by the rules of its API.

use hyper::header::{CONTENT_TYPE, DATE, HeaderMap};
use hyper::http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::api::asked::{header, percent_decode, query_pairs};
use crate::facts;

/// The query parameters that are part of a stored object's name when signing.
const OBJECT_SUBRESOURCES: [&str; 6] = [
    "acl",
    "location",
    "partNumber",
    "uploadId",
    "uploads",
    "versions",
];

/// What RFC 3986 encodes, section 2.3.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a request to FC 2.0 signs (fun-cli §3).
pub(super) fn fc2(head: &Parts) -> String {
    let path = head.uri.path();
    let fields = [
        head.method.as_str(),
        header(head, "content-md5"),
        header(head, CONTENT_TYPE.as_str()),
    ];
    let mut text = format!("{}\n{}\n", fields.join("\n"), header(head, DATE.as_str()));
    text.push_str(&prefixed_headers(
        &head.headers,
        facts::header::PLATFORM_PREFIX,
    ));
    text.push_str(&percent_decode(path));
    let api_call = path.starts_with(facts::FC2_PREFIX)
        && !path.starts_with(&format!("{}/proxy/", facts::FC2_PREFIX));
    if !api_call {
        let pairs = query_pairs(head);
        let mut lines: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        lines.sort();
        text.push_str(&format!("\n{}", lines.join("\n")));
    }
    text
}

/// What a request to FC 3.0 signs the digest of (fun-cli §8).
pub(super) fn fc3(head: &Parts, signed_headers: &str, payload: &str) -> String {
    let headers: String = signed_headers
        .split(';')
        .map(|name| format!("{name}:{}\n", header(head, name).trim()))
        .collect();
    // The clients send other forms of a pair than the one that they sign: Python a `+` for a blank, Node `*`, `(`, `)` and
    // `!` as they are.
    let mut query: Vec<String> = query_pairs(head)
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    query.sort_unstable();
    let path = head
        .uri
        .path()
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~");
    format!(
        "{}\n{path}\n{}\n{headers}\n{signed_headers}\n{payload}",
        head.method,
        query.join("&")
    )
}

/// Text as RFC 3986 encodes it: all but letters, digits and `-._~`.
fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, &RESERVED)
}

/// What a request to the package store for a resource signs (fun-cli §3).
pub(super) fn oss(head: &Parts, resource: &str) -> String {
    let fields = [
        head.method.as_str(),
        header(head, "content-md5"),
        header(head, CONTENT_TYPE.as_str()),
        oss_date(head),
    ];
    let mut sub: Vec<String> = query_pairs(head)
        .into_iter()
        .filter(|(name, _)| OBJECT_SUBRESOURCES.contains(&name.as_str()))
        .map(|(name, value)| {
            if value.is_empty() {
                name
            } else {
                format!("{name}={value}")
            }
        })
        .collect();
    sub.sort();
    let sub = if sub.is_empty() {
        String::new()
    } else {
        format!("?{}", sub.join("&"))
    };
    format!(
        "{}\n{}{resource}{sub}",
        fields.join("\n"),
        prefixed_headers(&head.headers, "x-oss-")
    )
}

/// When a request to the package store was signed.
pub(super) fn oss_date(head: &Parts) -> &str {
    Some(header(head, "x-oss-date"))
        .filter(|date| !date.is_empty())
        .unwrap_or(header(head, DATE.as_str()))
}

/// All headers of a family as sorted `name:value` lines.
fn prefixed_headers(headers: &HeaderMap, prefix: &str) -> String {
    let mut lines: Vec<String> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with(prefix))
        .map(|(name, value)| format!("{name}:{}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    lines.sort();
    lines.concat()
}

//! The texts that clients sign, each by the rules of its API.
//!
//! They are bytes: what is no text, such as `%ff` or a header in another encoding, is signed as it is, and two that differ
//! are never the same.

use std::borrow::Cow;

use hyper::header::{CONTENT_TYPE, DATE, HeaderMap};
use hyper::http::request::Parts;
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_decode_str, percent_encode,
};

use super::head::header;
use crate::facts;

/// The headers that a request to FC 2.0 signs, besides the platform's own.
pub(super) const FC2_HEADERS: [&str; 3] = ["content-md5", "content-type", "date"];

/// The query parameters that are part of a stored object's name when signing.
const OBJECT_SUBRESOURCES: [&[u8]; 6] = [
    b"acl",
    b"location",
    b"partNumber",
    b"uploadId",
    b"uploads",
    b"versions",
];

/// What RFC 3986 encodes, section 2.3.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a request to FC 2.0 signs (fun-cli §3).
pub(super) fn fc2(head: &Parts) -> Vec<u8> {
    let path = head.uri.path();
    let mut text = Vec::with_capacity(256);
    put_line(&mut text, head.method.as_str().as_bytes());
    for name in FC2_HEADERS {
        put_line(&mut text, value(head, name));
    }
    put_prefixed(&mut text, &head.headers, facts::header::PLATFORM_PREFIX);
    text.extend(percent_decode_str(path));
    let inner = path.strip_prefix(facts::FC2_PREFIX);
    let is_api_call = inner.is_some_and(|inner| !inner.starts_with("/proxy/"));
    if !is_api_call {
        let pairs = pairs(head.uri.query().unwrap_or_default());
        let mut lines: Vec<Vec<u8>> = pairs
            .iter()
            .map(|(name, value)| [name, b"=".as_slice(), value].concat())
            .collect();
        lines.sort();
        text.push(b'\n');
        text.extend(lines.join(b"\n".as_slice()));
    }
    text
}

/// What a request to FC 3.0 signs the digest of (fun-cli §8).
pub(super) fn fc3(head: &Parts, signed_headers: &str, payload: &str) -> Vec<u8> {
    let path = head
        .uri
        .path()
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~");
    let query = canonical_query(head.uri.query().unwrap_or_default());
    let mut text = format!("{}\n{path}\n{query}\n", head.method).into_bytes();
    for name in signed_headers.split(';') {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        put_line(&mut text, value(head, name).trim_ascii());
    }
    text.extend_from_slice(format!("\n{signed_headers}\n{payload}").as_bytes());
    text
}

/// The query as FC 3.0 signs it: decoded, encoded again by RFC 3986, sorted.
///
/// The clients send other forms of a pair than the one that they sign: Python a `+` for a blank, Node `*`, `(`, `)` and
/// `!` as they are.
fn canonical_query(query: &str) -> String {
    let encoded = |bytes: &[u8]| percent_encode(bytes, &RESERVED).to_string();
    let mut pairs: Vec<String> = pairs(query)
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// What a request to the package store for a resource signs (fun-cli §3).
pub(super) fn oss(head: &Parts, resource: &str) -> Vec<u8> {
    let mut text = Vec::new();
    put_line(&mut text, head.method.as_str().as_bytes());
    for name in ["content-md5", CONTENT_TYPE.as_str()] {
        put_line(&mut text, value(head, name));
    }
    put_line(&mut text, oss_date(head).as_bytes());
    put_prefixed(&mut text, &head.headers, "x-oss-");
    text.extend_from_slice(resource.as_bytes());
    let pairs = pairs(head.uri.query().unwrap_or_default());
    let mut sub: Vec<Vec<u8>> = pairs
        .into_iter()
        .filter(|(name, _)| OBJECT_SUBRESOURCES.contains(&&**name))
        .map(|(name, value)| match &*value {
            [] => name.into_owned(),
            value => [&*name, b"=", value].concat(),
        })
        .collect();
    sub.sort();
    if !sub.is_empty() {
        text.push(b'?');
        text.extend(sub.join(b"&".as_slice()));
    }
    text
}

/// When a request to the package store was signed.
pub(super) fn oss_date(head: &Parts) -> &str {
    Some(header(head, "x-oss-date"))
        .filter(|date| !date.is_empty())
        .unwrap_or(header(head, DATE.as_str()))
}

/// The first value of a header, empty if it is absent.
fn value<'a>(head: &'a Parts, name: &str) -> &'a [u8] {
    head.headers.get(name).map_or(b"", |value| value.as_bytes())
}

fn put_line(text: &mut Vec<u8>, line: &[u8]) {
    text.extend_from_slice(line);
    text.push(b'\n');
}

/// All headers of a family as `name:value` lines, sorted by their names, as the clients do it: sorted as whole lines,
/// `x-fc-a-b` would come before `x-fc-a`.
fn put_prefixed(text: &mut Vec<u8>, headers: &HeaderMap, prefix: &str) {
    let all = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()));
    let mut family: Vec<_> = all.filter(|(name, _)| name.starts_with(prefix)).collect();
    family.sort_unstable();
    for (name, value) in family {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        put_line(text, value);
    }
}

type Pair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// The pairs of a query, decoded, in their order.
fn pairs(query: &str) -> Vec<Pair<'_>> {
    let given = query.split('&').filter(|pair| !pair.is_empty());
    let split = given.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    split
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// What a part of a form stands for.
fn decoded(part: &str) -> Cow<'_, [u8]> {
    if !part.contains('+') {
        return percent_decode(part.as_bytes()).into();
    }
    let spaced = part.replace('+', " ");
    Cow::Owned(percent_decode(spaced.as_bytes()).collect())
}

#[cfg(test)]
mod tests;

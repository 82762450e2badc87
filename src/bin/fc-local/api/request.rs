//! A request as the API handlers see it: target taken apart, body read.

use std::net::IpAddr;

use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;

use crate::api::error::ApiError;
use crate::platform::agent::Payload;
use crate::platform::body::{self, ReadError};

/// A request whose body is still on its way.
#[derive(Debug)]
pub(crate) struct ApiRequest {
    pub(crate) head: Parts,
    pub(crate) body: Incoming,
    pub(crate) client: IpAddr,
    pub(crate) request_id: String,
}

/// The parts of a request that were read to the end.
#[derive(Debug)]
pub(crate) struct ReadRequest {
    pub(crate) head: Parts,
    pub(crate) payload: Payload,
}

impl ApiRequest {
    /// The path as it came, still percent-encoded.
    pub(crate) fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The host the client wants, from the target or the header, without a port.
    pub(crate) fn host(&self) -> String {
        let header = self
            .head
            .headers
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        let host = self.head.uri.host().or(header).unwrap_or_default();
        without_port(host).to_ascii_lowercase()
    }

    /// Reads the body, up to a limit.
    pub(crate) async fn read(self, limit_bytes: usize) -> Result<ReadRequest, ApiError> {
        let chunked = self.head.headers.contains_key(TRANSFER_ENCODING);
        let too_large = || ApiError::too_large(limit_bytes);
        if declared_length(&self.head).is_some_and(|length| length > limit_bytes as u64) {
            return Err(too_large());
        }
        let bytes = body::read_all(self.body, limit_bytes)
            .await
            .map_err(|error| match error {
                ReadError::TooLarge => too_large(),
                ReadError::Broken(error) => {
                    ApiError::invalid(format!("the request body ended early: {error}"))
                }
            })?;
        Ok(ReadRequest {
            head: self.head,
            payload: Payload { bytes, chunked },
        })
    }
}

impl ReadRequest {
    pub(crate) fn header(&self, name: &str) -> &str {
        header(&self.head, name)
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.payload.bytes
    }

    /// The body as a JSON object.
    pub(crate) fn json(&self) -> Result<serde_json::Map<String, serde_json::Value>, ApiError> {
        if self.bytes().is_empty() {
            return Ok(serde_json::Map::new());
        }
        serde_json::from_slice(self.bytes()).map_err(|error| {
            ApiError::invalid(format!("the request body is no JSON object: {error}"))
        })
    }

    /// The query as decoded pairs, in their order.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        query_pairs(self.head.uri.query().unwrap_or_default())
    }
}

/// The value of a header, empty if it is absent or no text.
pub(crate) fn header<'a>(head: &'a Parts, name: &str) -> &'a str {
    head.headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The segments of a path, decoded.
pub(crate) fn segments(path: &str) -> Vec<String> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(percent_decode)
        .collect()
}

/// Takes a query apart.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                percent_decode(&name.replace('+', " ")),
                percent_decode(&value.replace('+', " ")),
            )
        })
        .collect()
}

/// Text with `%41` turned into `A`; anything malformed stays as it is.
pub(crate) fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (*first, after.get(..2).and_then(hex_byte)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|text| !text.starts_with('+'))?;
    u8::from_str_radix(digits, 16).ok()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn declared_length(head: &Parts) -> Option<u64> {
    header(head, CONTENT_LENGTH.as_str()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{percent_decode, query_pairs, segments, without_port};

    #[test]
    fn targets_are_taken_apart() {
        assert_eq!(
            segments("/services/a%2Fb//functions/"),
            ["services", "a/b", "functions"]
        );
        assert_eq!(percent_decode("100%, %e4%bd%a0 %zz"), "100%, 你 %zz");
        let pairs = query_pairs("a=1&b&a=x+y%26");
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, [("a", "1"), ("b", ""), ("a", "x y&")]);
        assert_eq!(
            (without_port("a.example:80"), without_port("[::1]")),
            ("a.example", "[::1]")
        );
    }
}

//! A request as the handlers see it: who asks, what was asked word for word, and the body once it was read.

use std::net::IpAddr;

use hyper::body::{Body as HttpBody, Bytes};
use hyper::header::{CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;

use super::bodies::Bodies;
use super::error::ApiError;
use crate::facts::limit;
use crate::name::{FunctionName, Generation};
use crate::platform::agent::Payload;
use crate::platform::body::{self, BoxError, ReadError};
use crate::signature::{header, query_pairs};
use crate::store::spec::Fields;

/// A request without its body.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// As it came; the router sees a simplified path.
    pub(super) head: Parts,
    pub(super) client: IpAddr,
    /// The address of this machine that the client came to.
    pub(super) server: IpAddr,
    /// Of the API: who signs and errors are worded as in this generation. A function may be of the other.
    pub(super) generation: Generation,
    pub(super) request_id: String,
}

impl Asked {
    /// The path as it came, still percent-encoded.
    pub(super) fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The host the client wants, from the target or the header, without a port.
    pub(super) fn host(&self) -> String {
        let header = self
            .head
            .headers
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        let host = self.head.uri.host().or(header).unwrap_or_default();
        without_port(host).to_ascii_lowercase()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        header(&self.head, name)
    }

    /// The first value of a query parameter, empty if there is none.
    pub(super) fn parameter(&self, name: &str) -> String {
        let mut pairs = query_pairs(&self.head).into_iter();
        pairs
            .find(|(key, _)| key == name)
            .map_or_else(String::new, |(_, value)| value)
    }

    /// A function by the qualifier that the query names.
    pub(super) fn qualified(&self, function: FunctionName) -> FunctionName {
        function.at(&self.parameter("qualifier"))
    }

    /// Reads the body of a refused request and keeps nothing of it, for many clients read the response only when they have
    /// sent all. One that waits for a 100 is refused at once.
    pub(super) fn discard<B>(&self, body: B)
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if self.header(EXPECT.as_str()).is_empty() {
            tokio::spawn(body::discard(body, limit::API_BODY_BYTES));
        }
    }

    /// Reads the body, up to a limit, when there is room for it.
    pub(super) async fn read<B>(
        &self,
        bodies: &Bodies,
        body: B,
        limit_bytes: usize,
    ) -> Result<Payload, ApiError>
    where
        B: HttpBody<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let too_large = || ApiError::too_large(limit_bytes);
        let declared: Option<u64> = self.header(CONTENT_LENGTH.as_str()).parse().ok();
        if declared.is_some_and(|length| length > limit_bytes as u64) {
            return Err(too_large());
        }
        let bytes =
            bodies
                .read(body, declared, limit_bytes)
                .await
                .map_err(|error| match error {
                    ReadError::TooLarge => too_large(),
                    ReadError::Broken(error) => {
                        ApiError::invalid(format!("the request body ended early: {error}"))
                    }
                })?;
        Ok(Payload {
            bytes,
            chunked: self.head.headers.contains_key(TRANSFER_ENCODING),
        })
    }
}

/// A body as a JSON object; none is an object without fields.
pub(super) fn fields(payload: &Payload) -> Result<Fields, ApiError> {
    if payload.bytes.is_empty() {
        return Ok(Fields::new());
    }
    serde_json::from_slice(&payload.bytes).map_err(|error| {
        ApiError::invalid(format!("the request body is not a JSON object: {error}"))
    })
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests;

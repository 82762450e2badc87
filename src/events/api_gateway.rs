//! The event of API Gateway (classic), and the result that it makes a response of.

use std::fmt;

use serde_core::ser::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::base64;
use crate::error::Error;
use crate::headers::{HeaderError, Headers, name};
use crate::status::checked;

/// The event of API Gateway ([contract §7](crate::guide::contract#7)). The handler answers with an
/// [`ApiGatewayResponse`].
///
/// # Examples
///
/// ```
/// use fc_runtime::events::{ApiGatewayRequest, ApiGatewayResponse};
/// use fc_runtime::{Context, Error, Runtime};
///
/// fn handle(request: ApiGatewayRequest, _: &Context) -> Result<ApiGatewayResponse, Error> {
///     Ok(match (request.method(), request.path()) {
///         (Some("POST"), Some("/echo")) => ApiGatewayResponse::bytes(request.decode_body()?),
///         _ => ApiGatewayResponse::new(404),
///     })
/// }
///
/// let event = br#"{"path":"/echo","httpMethod":"POST","body":"aGk=","isBase64Encoded":"true"}"#;
/// let response = handle(ApiGatewayRequest::parse(event)?, &Context::default())?;
/// assert_eq!(response.into_bytes(), br#"{"body":"aGk=","headers":{},"isBase64Encoded":true,"statusCode":200}"#);
/// let runtime = Runtime::new().invoke_json(handle);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct ApiGatewayRequest {
    value: Value,
}

impl ApiGatewayRequest {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// The value of this header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        super::header(&self.value, name)
    }

    /// The value of this name in the query.
    pub fn query_parameter(&self, name: &str) -> Option<&str> {
        self.get("queryParameters")?.get(name)?.as_str()
    }

    /// The value of this placeholder in the path of the API.
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        self.get("pathParameters")?.get(name)?.as_str()
    }

    /// Whether the body is base64; some gateways say it by a string ([contract §9, K10](crate::guide::contract#K10)).
    pub fn is_base64_encoded(&self) -> Option<bool> {
        super::flag(&self.value, "/isBase64Encoded")
    }

    /// The body as the client sent it; empty if there is none.
    ///
    /// # Errors
    ///
    /// `InvalidEvent` when the body should be base64 and is not.
    pub fn decode_body(&self) -> Result<Vec<u8>, Error> {
        super::decode_body(&self.value)
    }

    texts! { '_;
        /// The path.
        path = "/path";
        /// The method.
        method = "/httpMethod";
        /// The body as it stands in the event, maybe base64.
        body = "/body";
    }
}

owned_view!(
    ApiGatewayRequest,
    an_object,
    "an API Gateway event is a JSON object"
);

/// Shows what was asked for, but neither headers nor body, which may hold secrets.
impl fmt::Debug for ApiGatewayRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiGatewayRequest")
            .field("method", &self.method())
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

/// The result that API Gateway makes a response of ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::ApiGatewayResponse;
///
/// let response = ApiGatewayResponse::text("made").with_status(201).with_header("Location", "/orders/42")?;
/// assert_eq!(
///     String::from_utf8(response.into_bytes()).unwrap(),
///     r#"{"body":"made","headers":{"Location":"/orders/42","content-type":"text/plain; charset=utf-8"},"isBase64Encoded":false,"statusCode":201}"#
/// );
/// assert!(ApiGatewayResponse::new(302).with_header("Location", "/x\r\nSet-Cookie: stolen=1").is_err());
/// # Ok::<(), fc_runtime::HeaderError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiGatewayResponse {
    status: u16,
    headers: Headers,
    body: String,
    is_base64_encoded: bool,
}

impl ApiGatewayResponse {
    /// A response of this status without a body.
    ///
    /// # Panics
    ///
    /// When the status is not one from 200 to 599.
    #[track_caller]
    pub fn new(status: u16) -> Self {
        Self {
            status: checked(status),
            headers: Headers::new(),
            body: String::new(),
            is_base64_encoded: false,
        }
    }

    /// A 200 of plain text in UTF-8.
    pub fn text(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..Self::new(200)
        }
        .of_type("text/plain; charset=utf-8")
    }

    /// A 200 of this value as JSON.
    ///
    /// # Errors
    ///
    /// An [`Error`] when the value cannot be JSON, such as a map whose keys are no strings.
    pub fn json(value: &impl Serialize) -> Result<Self, Error> {
        let body = serde_json::to_string(value)?;
        Ok(Self {
            body,
            ..Self::new(200)
        }
        .of_type("application/json"))
    }

    /// A 200 of these bytes, of no content type; they travel as base64.
    pub fn bytes(body: impl AsRef<[u8]>) -> Self {
        Self {
            body: base64::encode(body.as_ref()),
            is_base64_encoded: true,
            ..Self::new(200)
        }
    }

    /// The same response with another status.
    ///
    /// # Panics
    ///
    /// When the status is not one from 200 to 599.
    #[must_use]
    #[track_caller]
    pub fn with_status(self, status: u16) -> Self {
        Self {
            status: checked(status),
            ..self
        }
    }

    /// The same response with this header. One of the same name is replaced: the gateway takes one value for each.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when name or value is not sound.
    pub fn with_header(mut self, name: &str, value: impl AsRef<str>) -> Result<Self, HeaderError> {
        self.headers.insert(name, value)?;
        Ok(self)
    }

    /// The value of this header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The response as the result of an event handler that returns bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.to_value().to_string().into_bytes()
    }

    fn to_value(&self) -> Value {
        let headers = self.headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value).into_owned();
            (name.to_owned(), Value::from(value))
        });
        let mut response = Map::new();
        response.insert("headers".into(), headers.collect());
        response.insert("isBase64Encoded".into(), self.is_base64_encoded.into());
        response.insert("statusCode".into(), self.status.into());
        response.insert("body".into(), self.body.as_str().into());
        Value::Object(response)
    }

    fn of_type(mut self, content_type: &str) -> Self {
        self.headers.push(name::CONTENT_TYPE, content_type.as_ref());
        self
    }
}

/// The result of a handler of [`Runtime::invoke_json`](crate::Runtime::invoke_json).
impl Serialize for ApiGatewayResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

/// Shows status and headers, but no secret among these, and no body.
impl fmt::Debug for ApiGatewayResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiGatewayResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

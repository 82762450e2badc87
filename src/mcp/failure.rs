//! `Failure`, what a handler of a tool, resource or prompt fails with.
//!
//! Owns the codes of JSON-RPC and MCP, and the HTTP status that each of them has. It must not know which check fails.

use crate::json::Part::{Raw, Text};
use crate::json::{Json, ToJson, joined, object};

pub(crate) const PARSE: i64 = -32700;
pub(crate) const INVALID_REQUEST: i64 = -32600;
pub(crate) const NO_METHOD: i64 = -32601;
pub(crate) const INVALID_PARAMS: i64 = -32602;
pub(crate) const INTERNAL: i64 = -32603;
/// A resource that does not exist, in the era of the handshake; 2026-07-28 has [`INVALID_PARAMS`] for it.
pub(crate) const NO_RESOURCE: i64 = -32002;
/// A header does not repeat what the body says.
pub(crate) const HEADER: i64 = -32020;
pub(crate) const CAPABILITY: i64 = -32021;
pub(crate) const VERSION: i64 = -32022;

/// Why a call fails.
///
/// The model reads a [`Failure::tool`], so that it can call again with better arguments; `?` turns any error into one.
/// The others are protocol errors, which the client program gets.
///
/// # Examples
///
/// ```
/// use fc_mcp::{Call, Failure, ToolResult};
///
/// fn half(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
///     let number = call.integer("number")?;
///     if number % 2 != 0 {
///         return Err(Failure::tool("number must be even"));
///     }
///     Ok(ToolResult::text((number / 2).to_string()))
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(Box<Parts>);

/// In a box, because results are passed on by value.
#[derive(Debug, Clone, PartialEq)]
struct Parts {
    /// `None` for a tool's own error, which is a result in the protocol.
    code: Option<i64>,
    message: String,
    data: Option<Json>,
    /// Of the HTTP response.
    status: u16,
}

impl Failure {
    /// An error of the tool itself, which the model reads: say what was wrong, and what to send instead. In a resource
    /// or a prompt, it becomes an internal error of the protocol.
    pub fn tool(message: impl Into<String>) -> Self {
        Self::of(None, message.into())
    }

    /// A protocol error: a code of JSON-RPC or your own, and a message that the client program shows.
    pub fn protocol(code: i64, message: impl Into<String>) -> Self {
        Self::of(Some(code), message.into())
    }

    /// The parameters of the request are wrong: code -32602.
    pub fn params(message: impl Into<String>) -> Self {
        Self::protocol(INVALID_PARAMS, message)
    }

    /// The same failure with `data`, for programs to read.
    #[must_use]
    pub fn with_data(self, data: impl ToJson) -> Self {
        self.with_known_data(data.to_json().into_string())
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The code, if this is a protocol error.
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    pub(crate) fn no_method(method: &str) -> Self {
        Self::missing(NO_METHOD, "method", method)
    }

    /// Nothing of this kind has this name.
    pub(crate) fn missing(code: i64, kind: &str, name: &str) -> Self {
        Self::protocol(code, joined(&["there is no ", kind, " ", name]))
    }

    /// With data that is known to be JSON.
    pub(crate) fn with_known_data(mut self, data: String) -> Self {
        self.0.data = Some(Json::known(data));
        self
    }

    /// With the HTTP status that 2026-07-28 gives the code.
    fn of(code: Option<i64>, message: String) -> Self {
        let status = match code {
            Some(NO_METHOD) => 404,
            Some(PARSE | INVALID_REQUEST | INVALID_PARAMS | HEADER | CAPABILITY | VERSION) => 400,
            _ => 200,
        };
        Self(Box::new(Parts {
            code,
            message,
            data: None,
            status,
        }))
    }

    /// The same failure with another HTTP status.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = status;
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }

    /// The error of JSON-RPC.
    pub(crate) fn to_error(&self) -> String {
        let code = self.0.code.unwrap_or(INTERNAL).to_json();
        let data = self.0.data.as_ref();
        object(&[
            ("code", Raw(code.as_json())),
            ("message", Text(&self.0.message)),
            ("data", Raw(data.map_or("", Json::as_json))),
        ])
    }
}

/// The refusal of a call before its message is known.
pub(crate) fn invalid(status: u16, why: &str) -> Failure {
    Failure::protocol(INVALID_REQUEST, why).with_status(status)
}

impl<E: std::error::Error> From<E> for Failure {
    /// The error as that of a tool: the model reads its text, so it must contain no secret.
    fn from(error: E) -> Self {
        Self::tool(error.to_string())
    }
}

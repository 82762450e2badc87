//! A request to an MCP server: the message and the headers that clients send with it.
//!
//! Owns the fixed names of the protocol. It must not know how a request is sent, or what comes back.

use hyper::Method;
use serde_json::{Value, json};

pub(super) const VERSION_HEADER: &str = "mcp-protocol-version";
pub(super) const SESSION_HEADER: &str = crate::facts::header::MCP_SESSION_ID;
pub(super) const METHOD_HEADER: &str = "mcp-method";
pub(super) const NAME_HEADER: &str = "mcp-name";
pub(super) const LAST_EVENT_HEADER: &str = "last-event-id";

/// The version that today's clients offer in their handshake.
pub(super) const HANDSHAKE_VERSION: &str = "2025-11-25";
/// The versions that Function Compute's documents name for its affinity
/// ([fc3 §4](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#4)).
pub(super) const FC_VERSIONS: [&str; 2] = ["2025-06-18", "2025-03-26"];
/// Every version with a handshake, which all clients take for a reply.
pub(super) const HANDSHAKE_VERSIONS: [&str; 4] =
    [HANDSHAKE_VERSION, "2025-06-18", "2025-03-26", "2024-11-05"];
/// The only version with batches.
pub(super) const BATCH_VERSION: &str = "2025-03-26";
/// The version without a handshake.
pub(super) const STATELESS_VERSION: &str = "2026-07-28";

/// What every client accepts.
const ACCEPTED: &str = "application/json, text/event-stream";

const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CLIENT_KEY: &str = "io.modelcontextprotocol/clientInfo";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";

/// A request without its place.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Ask {
    /// A POST of one message.
    pub(super) fn post(message: &Value) -> Self {
        Self::bare(Method::POST)
            .with("content-type", "application/json")
            .with("accept", ACCEPTED)
            .with_body(message.to_string())
    }

    /// A request without what a handshake agrees on.
    pub(super) fn request(id: impl Into<Value>, method: &str, params: &Value) -> Self {
        let id = id.into();
        Self::post(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
    }

    pub(super) fn initialize(version: &str) -> Self {
        let client = json!({ "name": "fc-local check", "version": env!("CARGO_PKG_VERSION") });
        // The least id that a client begins with.
        Self::request(
            0,
            "initialize",
            &json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client }),
        )
    }

    /// A request that stands alone, in 2026-07-28.
    pub(super) fn alone(id: impl Into<Value>, method: &str, params: &Value) -> Self {
        Self::alone_in(STATELESS_VERSION, id, method, params)
    }

    /// The same in another version.
    pub(super) fn alone_in(
        version: &str,
        id: impl Into<Value>,
        method: &str,
        params: &Value,
    ) -> Self {
        let mut params = params.clone();
        let meta = &mut params["_meta"];
        meta[VERSION_KEY] = version.into();
        meta[CLIENT_KEY] =
            json!({ "name": "fc-local check", "version": env!("CARGO_PKG_VERSION") });
        meta[CAPABILITIES_KEY] = json!({});
        let ask = Self::request(id, method, &params)
            .with(VERSION_HEADER, version)
            .with(METHOD_HEADER, method);
        let name = match method {
            "tools/call" => &params["name"],
            "tasks/get" | "tasks/update" | "tasks/cancel" => &params["taskId"],
            _ => &Value::Null,
        };
        match name.as_str() {
            Some(name) => ask.with(NAME_HEADER, name),
            None => ask,
        }
    }

    /// The same from a client with an extension.
    pub(super) fn extended(self, extension: &str) -> Self {
        let mut message = self.message();
        message["params"]["_meta"][CAPABILITIES_KEY]["extensions"][extension] = json!({});
        self.with_body(message.to_string())
    }

    /// Several messages in one body, with the headers of this request.
    pub(super) fn batch(self, messages: &[Value]) -> Self {
        self.with_body(Value::from(messages).to_string())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| *other == name)?;
        Some(&found.1)
    }

    /// The message that it sends.
    pub(super) fn message(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The GET by which a client asks for what the server says unasked.
    pub(super) fn stream() -> Self {
        Self::bare(Method::GET).with("accept", "text/event-stream")
    }

    /// The end of a session.
    pub(super) fn delete() -> Self {
        Self::bare(Method::DELETE)
    }

    fn bare(method: Method) -> Self {
        Self {
            method,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With a header, in the place of an earlier one of this name.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(super) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Whether it asks for a result.
    pub(super) fn is_request(&self) -> bool {
        let message = self.message();
        message.get("id").is_some() && message.get("method").is_some()
    }
}

//! The messages of JSON-RPC as they arrive.
//!
//! Owns what the body of a POST may be. It must not know HTTP nor any method.

use serde_json::{Map, Value};

use crate::failure::{Failure, INVALID_REQUEST, PARSE};
use crate::session::Session;
use crate::version::Era;

/// One message.
#[derive(Debug)]
pub(crate) enum Message {
    Request(Value, String, Map<String, Value>),
    Notification,
    /// The client's answer to a question of this server, with the id of the question.
    Answer(String, Value),
}

/// A request, and what is known around it.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) id: Value,
    pub(crate) method: String,
    pub(crate) params: Map<String, Value>,
    pub(crate) era: Era,
    /// The client reads `text/event-stream`.
    pub(crate) takes_events: bool,
    pub(crate) session: Option<Session>,
}

impl Incoming {
    pub(crate) fn meta(&self, key: &str) -> Option<&Value> {
        self.params.get("_meta")?.get(key)
    }

    pub(crate) fn param(&self, name: &str) -> Result<&str, Failure> {
        let text = self.params.get(name).and_then(Value::as_str);
        text.ok_or_else(|| Failure::params(format!("params.{name} must be a string")))
    }
}

impl Message {
    /// Reads a body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let message: Value = serde_json::from_slice(body)
            .map_err(|error| Failure::protocol(PARSE, error.to_string()))?;
        let Value::Object(mut fields) = message else {
            return Err(invalid("the body must be one JSON-RPC message"));
        };
        if fields.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(invalid("jsonrpc must be \"2.0\""));
        }
        match (fields.remove("method"), fields.remove("id")) {
            (Some(Value::String(method)), Some(id)) if id.is_string() || id.is_number() => {
                Ok(Self::Request(id, method, params(fields.remove("params"))?))
            }
            (Some(Value::String(_)), None) => Ok(Self::Notification),
            (None, Some(Value::String(id))) => Ok(Self::Answer(id, Value::Object(fields))),
            // This server asks with texts as ids, so it is the answer to nothing.
            (None, Some(Value::Number(id))) => Ok(Self::Answer(id.to_string(), Value::Null)),
            _ => Err(invalid(
                "a message needs a method, and a request an id that is a string or a number",
            )),
        }
    }
}

fn params(params: Option<Value>) -> Result<Map<String, Value>, Failure> {
    match params {
        None => Ok(Map::new()),
        Some(Value::Object(params)) => Ok(params),
        Some(_) => Err(invalid("params must be an object")),
    }
}

fn invalid(message: &str) -> Failure {
    Failure::protocol(INVALID_REQUEST, message)
}

//! The messages of JSON-RPC as they arrive.
//!
//! Owns what the body of a POST may be. It must not know HTTP nor any method.

use crate::failure::{Failure, INVALID_REQUEST, PARSE};
use crate::json::{Json, JsonRef, Part};
use crate::session::Session;
use crate::version::Era;

/// The entry that every message begins with.
pub(crate) const VERSION: (&str, Part<'_>) = ("jsonrpc", Part::Raw(r#""2.0""#));

/// One message.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    /// The id, the method and the parameters, which may be any JSON: a refusal of theirs has the id.
    Request(JsonRef<'a>, String, JsonRef<'a>),
    Notification,
    /// The client's answer to a question of this server, with the id of the question.
    Answer(String, JsonRef<'a>),
}

/// A request, and what is known around it.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) id: Json,
    pub(crate) method: String,
    pub(crate) params: Json,
    pub(crate) era: Era,
    pub(crate) session: Option<Session>,
}

impl Incoming {
    pub(crate) fn meta(&self, key: &str) -> Option<JsonRef<'_>> {
        self.params.get("_meta")?.get(key)
    }

    pub(crate) fn param(&self, name: &str) -> Result<String, Failure> {
        let text = self.params.get(name).and_then(JsonRef::string);
        match text {
            Some(text) => Ok(text.into_owned()),
            None => Err(Failure::params(
                ["params.", name, " must be a string"].concat(),
            )),
        }
    }
}

impl<'a> Message<'a> {
    /// Reads a body.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, Failure> {
        let message =
            Json::parse(body).map_err(|error| Failure::protocol(PARSE, error.to_string()))?;
        if !message.is_object() {
            return Err(invalid("the body must be one JSON-RPC message"));
        }
        let (mut version, mut method, mut id, mut params) = (None, None, None, None);
        for (name, value) in message.entries() {
            match &*name {
                "jsonrpc" => version = Some(value.as_json()),
                "method" => method = Some(value.string()),
                "id" => id = Some(value),
                "params" => params = Some(value),
                _ => {}
            }
        }
        if version != Some(r#""2.0""#) {
            return Err(invalid("jsonrpc must be \"2.0\""));
        }
        match (method, id) {
            (Some(Some(method)), Some(id)) if id.is_string() || id.is_number() => {
                let params = params.unwrap_or(JsonRef::EMPTY);
                Ok(Self::Request(id, method.into_owned(), params))
            }
            (Some(Some(_)), None) => Ok(Self::Notification),
            // This server asks with texts as ids, so a number is the answer to nothing.
            (None, Some(id)) if (id.is_string() || id.is_number()) && has_outcome(message) => {
                let id = id.string().unwrap_or_default().into_owned();
                Ok(Self::Answer(id, message))
            }
            _ => Err(invalid(
                "a message needs a method, and a request an id that is a string or a number",
            )),
        }
    }
}

/// Whether a message without a method is an answer.
fn has_outcome(message: JsonRef<'_>) -> bool {
    message.has("result") || message.has("error")
}

fn invalid(message: &str) -> Failure {
    Failure::protocol(INVALID_REQUEST, message)
}

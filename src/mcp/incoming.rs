//! The messages of JSON-RPC as they arrive.
//!
//! Owns what the body of a POST may be. It must not know HTTP nor any method.

use std::borrow::Cow;

use crate::failure::{Failure, INVALID_REQUEST, PARSE};
use crate::json::{Json, JsonRef, Part, joined};
use crate::session::Session;
use crate::version::Era;

/// The entry that every message begins with.
pub(crate) const VERSION: (&str, Part<'_>) = ("jsonrpc", Part::Raw(r#""2.0""#));

/// One message.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) kind: MessageKind,
    /// `null` where it has none.
    pub(crate) id: JsonRef<'a>,
    /// Empty where it has none.
    pub(crate) method: Cow<'a, str>,
    /// Any JSON: a refusal of theirs has the id.
    pub(crate) params: JsonRef<'a>,
    pub(crate) whole: JsonRef<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Request,
    Notification,
    /// The client's answer to a question of this server.
    Answer,
}

/// A request, and what is known around it. All of it lies elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub(crate) id: JsonRef<'a>,
    pub(crate) method: &'a str,
    pub(crate) params: JsonRef<'a>,
    pub(crate) era: Era,
    pub(crate) session: Option<&'a Session>,
}

impl<'a> Incoming<'a> {
    pub(crate) fn meta(&self, key: &str) -> Option<JsonRef<'a>> {
        self.params.get("_meta")?.get(key)
    }

    pub(crate) fn param(&self, name: &str) -> Result<String, Failure> {
        let text = self.params.get(name).and_then(JsonRef::string);
        match text {
            Some(text) => Ok(text.into_owned()),
            None => Err(Failure::params(joined(&[
                "params.",
                name,
                " must be a string",
            ]))),
        }
    }
}

impl<'a> Message<'a> {
    /// Reads a body.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, Failure> {
        let whole =
            Json::parse(body).map_err(|error| Failure::protocol(PARSE, error.to_string()))?;
        if !whole.is_object() {
            return Err(invalid("the body must be one JSON-RPC message"));
        }
        let [version, method, id, params] = whole.pick(["jsonrpc", "method", "id", "params"]);
        if version.map(JsonRef::as_json) != Some(r#""2.0""#) {
            return Err(invalid("jsonrpc must be \"2.0\""));
        }
        let Some(kind) = kind_of(method, id, whole) else {
            let why = "a message needs a method, and a request an id that is a string or a number";
            return Err(invalid(why));
        };
        Ok(Self {
            kind,
            id: id.unwrap_or(JsonRef::NULL),
            method: method.and_then(JsonRef::string).unwrap_or_default(),
            params: params.unwrap_or(JsonRef::EMPTY),
            whole,
        })
    }
}

/// What a message is, if it is one.
fn kind_of(
    method: Option<JsonRef<'_>>,
    id: Option<JsonRef<'_>>,
    whole: JsonRef<'_>,
) -> Option<MessageKind> {
    let is_named = method.is_none_or(JsonRef::is_string);
    let is_numbered = id.is_none_or(|id| id.is_string() || id.is_number());
    let kind = match (method, id) {
        (Some(_), Some(_)) => MessageKind::Request,
        (Some(_), None) => MessageKind::Notification,
        (None, Some(_)) if whole.has("result") || whole.has("error") => MessageKind::Answer,
        _ => return None,
    };
    (is_named && is_numbered).then_some(kind)
}

fn invalid(message: &str) -> Failure {
    Failure::protocol(INVALID_REQUEST, message)
}

//! What an MCP server sent back over HTTP, around the response of JSON-RPC: status, headers, and the messages in a body of JSON or of events.
//!
//! It must not know what a row wants of it.

use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;
use serde_json::Value;

pub(super) const JSON: &str = "application/json";
pub(super) const EVENTS: &str = "text/event-stream";

/// How much of a body is shown.
const SHOWN_CHARS: usize = 160;

/// A whole reply, or a stream up to its response.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether the body came to its end, which a stream must soon after its response.
    pub(super) ended: bool,
    /// From the sending to the head of the reply.
    pub(super) head_after: Duration,
    /// From the sending to the response.
    pub(super) after: Duration,
}

impl Reply {
    /// The media type without parameters, in lower case; empty if there is none.
    pub(super) fn kind(&self) -> String {
        kind(&self.headers)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Every message of the body.
    pub(super) fn messages(&self) -> Vec<Value> {
        if self.kind() == EVENTS {
            return messages_of(&self.body);
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Array(batch)) => batch,
            Ok(message) => vec![message],
            Err(_) => Vec::new(),
        }
    }

    /// The ids of its events.
    pub(super) fn event_ids(&self) -> Vec<String> {
        if self.kind() != EVENTS {
            return Vec::new();
        }
        let events = events_of(&self.body);
        events.into_iter().filter_map(|event| event.id).collect()
    }

    /// The message that ends the request: a result or an error.
    pub(super) fn response(&self) -> Option<Value> {
        self.messages().into_iter().find(is_response)
    }

    /// The result, if that is what was answered, with the status that belongs to it.
    pub(super) fn result(&self) -> Option<Value> {
        let result = self.response()?.get("result").cloned()?;
        (self.status == 200).then_some(result)
    }

    /// The code of the error, if one was answered.
    pub(super) fn error_code(&self) -> Option<i64> {
        self.response()?.get("error")?.get("code")?.as_i64()
    }

    pub(super) fn is_refused(&self) -> bool {
        (400..500).contains(&self.status)
    }

    /// The reply in a line.
    pub(super) fn shown(&self) -> String {
        let kind = match self.kind() {
            kind if kind.is_empty() => "without a Content-Type".to_owned(),
            kind => kind,
        };
        let body = String::from_utf8_lossy(&self.body);
        let body: String = body.trim().chars().take(SHOWN_CHARS).collect();
        match (self.error_code(), body.is_empty()) {
            (Some(code), _) => format!("{}, error {code}", self.status),
            (None, true) => format!("{} without a body", self.status),
            (None, false) => format!("{} {kind}: {body}", self.status),
        }
    }
}

/// The media type of a head.
pub(super) fn kind(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = value.unwrap_or_default().split(';').next();
    kind.unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a message ends a request, and asks nothing itself.
pub(super) fn is_response(message: &Value) -> bool {
    message.get("result").is_some() || message.get("error").is_some()
}

/// The messages in the events of a stream so far; what is no JSON, such as an empty event with an id, is left out.
pub(super) fn messages_of(stream: &[u8]) -> Vec<Value> {
    let events = events_of(stream).into_iter();
    events
        .filter_map(|event| serde_json::from_str(&event.data).ok())
        .collect()
}

/// An event of a stream, as far as it matters here.
struct Event {
    id: Option<String>,
    data: String,
}

/// The whole events of a stream so far.
fn events_of(stream: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(stream).replace("\r\n", "\n");
    // What follows the last blank line is not whole yet.
    let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
    let events = whole.split("\n\n");
    events
        .map(|event| Event {
            id: values_of(event, "id:").last().map(str::to_owned),
            data: values_of(event, "data:").collect::<Vec<_>>().join("\n"),
        })
        .collect()
}

/// The values of the lines of an event that begin with this name.
fn values_of<'a>(event: &'a str, name: &'static str) -> impl Iterator<Item = &'a str> {
    let values = event
        .lines()
        .filter_map(move |line| line.strip_prefix(name));
    values.map(|value| value.strip_prefix(' ').unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::{events_of, messages_of};

    #[test]
    fn events_are_read_with_either_line_break_and_only_when_they_are_whole() {
        let stream = b": hi\r\n\r\nid: 1\r\ndata:\r\n\r\nevent: message\r\ndata: {\"a\":\r\ndata:1}\r\n\r\ndata: {\"b\":2}\r\n";
        assert_eq!(messages_of(stream), [serde_json::json!({ "a": 1 })]);
        assert_eq!(messages_of(b"data: 1\n\ndata: 2\n\n").len(), 2);
        let ids: Vec<_> = events_of(stream)
            .into_iter()
            .map(|event| event.id)
            .collect();
        assert_eq!(ids, [None, Some("1".to_owned()), None]);
    }
}

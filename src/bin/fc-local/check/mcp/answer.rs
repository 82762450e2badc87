//! What an MCP server answered: status, headers, and the messages in a body of JSON or of events.
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

/// A whole answer, or a stream up to its response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether the body came to its end, which a stream must soon after its response.
    pub(super) ended: bool,
    /// From the sending to the head of the answer.
    pub(super) head_after: Duration,
    /// From the sending to the response.
    pub(super) after: Duration,
}

impl Answer {
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
        serde_json::from_slice(&self.body).into_iter().collect()
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

    /// The answer in a line.
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
pub(super) fn messages_of(events: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(events).replace("\r\n", "\n");
    // What follows the last blank line is not whole yet.
    let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
    let events = whole.split("\n\n").map(|event| {
        let data = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let data: Vec<&str> = data
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        data.join("\n")
    });
    events
        .filter_map(|data| serde_json::from_str(&data).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::messages_of;

    #[test]
    fn events_are_read_with_either_line_break_and_only_when_they_are_whole() {
        let stream = b": hi\r\n\r\nid: 1\r\ndata:\r\n\r\nevent: message\r\ndata: {\"a\":\r\ndata:1}\r\n\r\ndata: {\"b\":2}\r\n";
        assert_eq!(messages_of(stream), [serde_json::json!({ "a": 1 })]);
        assert_eq!(messages_of(b"data: 1\n\ndata: 2\n\n").len(), 2);
    }
}

//! A stream of an MCP server of the SSE transport, which names its session in its first event.
//!
//! The bytes pass untouched and at once; they are read on the way until the id is found, or too many had none.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};

use super::is_session_parameter;
use crate::platform::body::{Body, BoxError};
use crate::platform::sessions::Handle;

/// The event of a stream that carries the address for the client's messages.
const EVENT: &str = "endpoint";

/// How far the event is looked for, in bytes; it is the first.
const LOOK_BYTES: usize = 64 * 1024;

/// The same body, which names the session as it passes.
pub(in crate::api) fn watched(body: Body, session: Handle) -> Body {
    let seen = Some((Vec::new(), session));
    Watched { body, seen }.boxed_unsync()
}

struct Watched {
    body: Body,
    /// What has passed, as long as the session has no name.
    seen: Option<(Vec<u8>, Handle)>,
}

impl Watched {
    fn look(&mut self, bytes: &[u8]) {
        let Some((seen, session)) = &mut self.seen else {
            return;
        };
        seen.extend_from_slice(bytes);
        if let Some(id) = session_of(seen) {
            session.name(&id);
            self.seen = None;
        } else if seen.len() > LOOK_BYTES {
            self.seen = None;
        }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            if let Some(bytes) = frame.data_ref() {
                self.look(bytes);
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The id in the address of the endpoint event, once the event is there to its end.
fn session_of(seen: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(seen)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    let event = whole
        .split("\n\n")
        .find(|event| field(event, "event") == EVENT)?;
    let address = field(event, "data");
    let (_, query) = address.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, id) = pairs.find(|(name, id)| is_session_parameter(name) && !id.is_empty())?;
    Some(id.into_owned())
}

/// The value of a field of an event: what follows the colon and one space.
fn field(event: &str, name: &str) -> String {
    let lines = event.lines().filter_map(|line| line.split_once(':'));
    let values = lines.filter(|(key, _)| *key == name);
    let values: Vec<&str> = values
        .map(|(_, value)| value.strip_prefix(' ').unwrap_or(value))
        .collect();
    values.join("\n")
}

#[cfg(test)]
mod tests;

//! Server-sent events: the stream that a browser's `EventSource` and MCP read (section 9.2 of the HTML standard).
//!
//! Owns their form. It must not know what an event is about, nor how it reaches a client.

use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use super::Response;
use crate::error::Error;

/// The media type of server-sent events.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// Writes server-sent events, and sends each one at once: see [`Response::events`].
///
/// # Examples
///
/// Test a function that writes events like any other function that writes:
///
/// ```
/// use fc_runtime::http::{ServerEvent, ServerEvents};
///
/// let mut written = Vec::new();
/// let mut events = ServerEvents::new(&mut written);
/// events.data("two\nlines")?;
/// events.send(&ServerEvent::new("{}").name("progress").id("7"))?;
/// assert_eq!(written, b"data: two\ndata: lines\n\nevent: progress\nid: 7\ndata: {}\n\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct ServerEvents<'a> {
    out: &'a mut dyn Write,
}

/// One server-sent event: its data, name, id and retry time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerEvent<'a> {
    data: Option<&'a str>,
    name: Option<&'a str>,
    id: Option<&'a str>,
    retry: Option<Duration>,
}

impl<'a> ServerEvents<'a> {
    /// A comment, which clients ignore: the filler for [`Response::with_heartbeat`].
    pub const COMMENT: &'static str = ":\n\n";

    /// A writer of events into this stream.
    pub fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    /// Sends an event that has only this data.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn data(&mut self, data: &str) -> io::Result<()> {
        self.send(&ServerEvent::new(data))
    }

    /// Sends an event.
    ///
    /// # Errors
    ///
    /// The client has gone; or the event's name or id contains a line break or a NUL: [`ErrorKind::InvalidInput`], and nothing
    /// is sent.
    pub fn send(&mut self, event: &ServerEvent<'_>) -> io::Result<()> {
        self.write(event.text()?.as_bytes())
    }

    /// Sends a comment, which clients ignore, to show that the stream is alive.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn comment(&mut self, text: &str) -> io::Result<()> {
        let mut comment = String::new();
        push_lines(&mut comment, ":", text);
        comment.push('\n');
        self.write(comment.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }
}

impl std::fmt::Debug for ServerEvents<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerEvents").finish_non_exhaustive()
    }
}

impl<'a> ServerEvent<'a> {
    /// An event with this data, which may have several lines. An event without data, `ServerEvent::default()`, sets an
    /// id or a retry time, and a browser dispatches no event for it.
    pub fn new(data: &'a str) -> Self {
        Self {
            data: Some(data),
            ..Self::default()
        }
    }

    /// The same event with a name, under which a browser dispatches it; without one, it is a `message`.
    #[must_use]
    pub fn name(self, name: &'a str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// The same event with an id, which a client sends as `Last-Event-ID` when it reconnects.
    #[must_use]
    pub fn id(self, id: &'a str) -> Self {
        Self {
            id: Some(id),
            ..self
        }
    }

    /// The same event, which asks the client to wait this long before it reconnects.
    #[must_use]
    pub fn retry(self, time: Duration) -> Self {
        Self {
            retry: Some(time),
            ..self
        }
    }

    fn text(&self) -> io::Result<String> {
        let mut text = String::new();
        for (field, value) in [("event: ", self.name), ("id: ", self.id)] {
            let Some(value) = value else { continue };
            if value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                let message =
                    "the name or id of a server-sent event has a line break or a NUL in it";
                return Err(io::Error::new(ErrorKind::InvalidInput, message));
            }
            text.extend([field, value, "\n"]);
        }
        if let Some(time) = self.retry {
            text.push_str(&format!("retry: {}\n", time.as_millis()));
        }
        if let Some(data) = self.data {
            push_lines(&mut text, "data:", data);
        }
        text.push('\n');
        Ok(text)
    }
}

/// A line for each of the text's, whatever ends them: CR, LF or both.
fn push_lines(to: &mut String, field: &str, text: &str) {
    let mut rest = text;
    loop {
        let end = rest.bytes().position(|byte| matches!(byte, b'\r' | b'\n'));
        to.extend([field, " ", &rest[..end.unwrap_or(rest.len())], "\n"]);
        let Some(end) = end else { return };
        let length = if rest[end..].starts_with("\r\n") {
            2
        } else {
            1
        };
        rest = &rest[end + length..];
    }
}

impl Response {
    /// A 200 with server-sent events, which the closure writes while the client reads them. The type is
    /// `text/event-stream`, and caches do not keep it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use fc_runtime::http::{Response, ServerEvent, ServerEvents};
    ///
    /// let countdown = Response::events(|events| {
    ///     for number in (1..=2).rev() {
    ///         events.send(&ServerEvent::new(&number.to_string()).name("tick"))?;
    ///     }
    ///     Ok(events.data("lift-off")?)
    /// })
    /// .with_heartbeat(Duration::from_secs(20), ServerEvents::COMMENT);
    /// assert_eq!(countdown.header("content-type"), Some("text/event-stream"));
    /// assert_eq!(countdown.into_body()?, b"event: tick\ndata: 2\n\nevent: tick\ndata: 1\n\ndata: lift-off\n\n");
    /// # Ok::<(), fc_runtime::Error>(())
    /// ```
    pub fn events(
        write: impl FnOnce(&mut ServerEvents<'_>) -> Result<(), Error> + Send + 'static,
    ) -> Self {
        Self::stream(move |out| write(&mut ServerEvents::new(out)))
            .of_type(EVENT_STREAM)
            .field("cache-control", "no-cache")
    }
}

#[cfg(test)]
mod tests {
    use super::{ServerEvent, ServerEvents};
    use std::io::ErrorKind;
    use std::time::Duration;

    fn sent(event: &ServerEvent<'_>) -> String {
        let mut written = Vec::new();
        ServerEvents::new(&mut written)
            .send(event)
            .expect("a sound event");
        String::from_utf8(written).expect("text")
    }

    #[test]
    fn every_line_of_the_data_is_one_of_the_event_whatever_ends_it() {
        for (data, lines) in [
            ("", "data: \n\n"),
            ("a", "data: a\n\n"),
            ("a\nb", "data: a\ndata: b\n\n"),
            ("a\r\nb\rc\n", "data: a\ndata: b\ndata: c\ndata: \n\n"),
            ("\r\r\n", "data: \ndata: \ndata: \n\n"),
            ("a\r", "data: a\ndata: \n\n"),
            (" a: b", "data:  a: b\n\n"),
        ] {
            assert_eq!(sent(&ServerEvent::new(data)), lines, "{data:?}");
        }
    }

    #[test]
    fn an_event_has_what_it_was_given() {
        let event = ServerEvent::new("d")
            .name("n")
            .id("1")
            .retry(Duration::from_millis(1500));
        assert_eq!(sent(&event), "event: n\nid: 1\nretry: 1500\ndata: d\n\n");
        assert_eq!(sent(&ServerEvent::default().id("")), "id: \n\n");
    }

    #[test]
    fn a_name_or_id_that_would_begin_another_field_is_refused_and_nothing_is_sent() {
        let mut written = Vec::new();
        let mut events = ServerEvents::new(&mut written);
        for bad in ["a\nb", "a\r", "\0"] {
            for event in [
                ServerEvent::new("d").name(bad),
                ServerEvent::new("d").id(bad),
            ] {
                let error = events.send(&event).expect_err(bad);
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
            }
        }
        events.comment("so\nso").expect("it takes every byte");
        assert_eq!(written, b": so\n: so\n\n");
    }
}

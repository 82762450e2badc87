//! One log line, as text or as JSON, never longer than Function Compute takes.
//!
//! Owns what stands where in a line, and what is cut of one that is too long. It must not know where lines go.

use log::Level;

use crate::error::quoted;
use crate::scope::LINE_BREAK;
use crate::time::{Timestamp, text_of};

/// The longest log line, in bytes, its end among them: what Function Compute keeps whole
/// ([contract §4.4](crate::guide::contract#4.4)).
pub const LINE_LIMIT: usize = 32 * 1024;

/// What the mark of a cut takes at most, in bytes: its words, and a number of 20 digits.
const MARK_BYTES: usize = 40;

/// What stands in a text line for the request id where no call is being served.
const NO_REQUEST_ID: &str = "-";

/// How lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    /// `time id [LEVEL] message key=value`, as Function Compute recommends
    /// ([contract §5.2](crate::guide::contract#5.2)).
    Text,
    /// One JSON object, with the name of the function where it is known.
    Json {
        /// The function's name, or nothing.
        function: String,
    },
}

/// What a line says.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) level: Level,
    /// Empty where no call is being served.
    pub(super) request_id: &'a str,
    pub(super) message: &'a str,
    /// Each as [`Format::pair`] has written it.
    pub(super) fields: &'a [String],
}

impl Format {
    /// A key and its value, for a line of this format. `plain` is the value as text, `json` the same as JSON.
    #[cfg_attr(
        not(feature = "kv"),
        allow(dead_code, reason = "nothing else has text fields")
    )]
    pub(super) fn pair(&self, key: &str, plain: &str, json: &str) -> String {
        match self {
            Self::Text => one_line(&format!("{key}={plain}")),
            Self::Json { .. } => format!("{}:{json}", quoted(key)),
        }
    }

    /// The whole line, with its end.
    pub(super) fn write(&self, line: &Line<'_>) -> String {
        let mut written = String::new();
        self.append(line, &mut written);
        written
    }

    /// Writes the whole line, with its end, into an empty text.
    pub(super) fn append(&self, line: &Line<'_>, written: &mut String) {
        let (opened, separator, closed) = match self {
            Self::Text if line.fields.is_empty() => ("", "", "\n"),
            Self::Text => (" ", " ", "\n"),
            Self::Json { .. } if line.fields.is_empty() => ("", "", "}\n"),
            Self::Json { .. } => (r#","fields":{"#, ",", "}}\n"),
        };
        self.append_head(line, written);
        // A request id may be of any length, so that there may be no room at all.
        let room = LINE_LIMIT.saturating_sub(written.len() + opened.len() + closed.len());
        let (fields, left_out) =
            fit_fields(line.fields, separator, room.saturating_sub(MARK_BYTES));
        self.append_message(line.message, room - fields.len(), left_out, written);
        push_all(written, &[opened, &fields, closed]);
    }

    fn append_head(&self, line: &Line<'_>, written: &mut String) {
        let (time, level, id) = (
            Timestamp::now().bytes(),
            line.level.as_str(),
            line.request_id,
        );
        let time = text_of(&time);
        match self {
            Self::Text => {
                let id = if id.is_empty() { NO_REQUEST_ID } else { id };
                push_all(written, &[time, " ", id, " [", level, "] "]);
            }
            Self::Json { function } => {
                push_all(
                    written,
                    &["{\"time\":\"", time, "\",\"level\":\"", level, "\","],
                );
                for (key, value) in [("requestId", id), ("function", function)] {
                    if !value.is_empty() {
                        push_all(written, &["\"", key, "\":", &quoted(value), ","]);
                    }
                }
                written.push_str("\"message\":");
            }
        }
    }

    /// Writes the message as it stands in the line, cut to `room` bytes with a mark that says how many bytes of it and of
    /// the fields are missing.
    fn append_message(&self, message: &str, room: usize, left_out: usize, written: &mut String) {
        let before = written.len();
        self.append_whole(message, written);
        if written.len() - before > room || left_out > 0 {
            written.truncate(before);
            let at = self.fitting(message, room.saturating_sub(MARK_BYTES));
            let missing = message.len() - at + left_out;
            self.append_whole(
                &format!("{} [cut: {missing} bytes]", &message[..at]),
                written,
            );
        }
    }

    fn append_whole(&self, message: &str, written: &mut String) {
        match self {
            // One line is one record of the log service, and a message must not be able to forge a marker line.
            Self::Text => push_one_line(message, written),
            Self::Json { .. } => written.push_str(&quoted(message)),
        }
    }

    /// How many bytes of the message fit into `room` bytes of the line; a character is never parted.
    fn fitting(&self, message: &str, room: usize) -> usize {
        let mut used = 0;
        let first_over = message.bytes().position(|byte| {
            used += match byte {
                _ if *self == Self::Text => 1,
                b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
                // An escape of JSON: `\u` and four digits.
                ..b' ' => 6,
                _ => 1,
            };
            used > room
        });
        let mut at = first_over.unwrap_or(message.len());
        while !message.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// The text without line breaks, so that it cannot end a line and begin another.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    push_one_line(text, &mut line);
    line
}

fn push_one_line(text: &str, written: &mut String) {
    let mut parts = text.split('\n');
    written.push_str(parts.next().unwrap_or_default());
    for part in parts {
        push_all(written, &[LINE_BREAK, part]);
    }
}

fn push_all(written: &mut String, parts: &[&str]) {
    for part in parts {
        written.push_str(part);
    }
}

/// The fields that fit into `room` bytes, and how many bytes the others have: a field stands in the line whole, or not.
fn fit_fields(fields: &[String], separator: &str, room: usize) -> (String, usize) {
    let (mut kept, mut left_out) = (String::new(), 0);
    for field in fields {
        if kept.len() + separator.len() + field.len() > room {
            left_out += field.len();
            continue;
        }
        if !kept.is_empty() {
            kept.push_str(separator);
        }
        kept.push_str(field);
    }
    (kept, left_out)
}

#[cfg(test)]
mod tests;

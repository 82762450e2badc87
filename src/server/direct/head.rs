//! The head of a request: request line and fields (RFC 9112 §2, §3, §5).
//!
//! Owns how they are read, and what is refused of their form. It must not know sockets.
//!
//! The parser is our own. A request of the platform (2,285 bytes of head, 32 fields) takes 48,000 instructions from its
//! first byte to the end of its response, and 18,000 of these are spent on its fields here, in the smallest build. `httparse` 1.10.1 was
//! measured in the place of a parser before this one: it saved 22,000 of 118,000, and the package grew by 689 bytes
//! zipped. But it takes a bare LF for the end of a line, which is refused here, so that its heads would have to be searched
//! once more.

use std::time::Instant;

use super::inbox::{CRLF, End, Inbox, Source, up_to_lf};
use crate::call::Call;
use crate::headers::{Field, Headers, name, token_length, value_length};
use crate::limits::Limits;
use crate::server::refusal::{self, Refusal};
use crate::server::response::Asked;
use crate::server::rules;

/// For how many fields there is a place from the start: the platform's own, about 40, and a client's. A list that grows
/// to them step by step asks for memory five times, and makes musl's allocator map a page of it and give it back, each
/// time.
const TYPICAL_FIELDS: usize = 64;

/// What a head says, every part of which is sound.
#[derive(Debug)]
pub(super) struct Head {
    /// The call, but for its body.
    pub(super) call: Call,
    pub(super) asked: Asked,
    /// Whether the client may be waiting for a 100 before it sends its body.
    pub(super) awaits_continue: bool,
}

impl Head {
    /// Reads a head. `is_head` is called with what a refusal of it must observe as soon as that is known: a response to HEAD
    /// has no body, whatever it says (RFC 9110 §9.3.2).
    pub(super) fn read<S: Source>(
        inbox: &mut Inbox<S>,
        limits: &Limits,
        is_head: &mut bool,
    ) -> Result<Self, End> {
        let line_length = inbox.line_length(limits.head_bytes, &refusal::LINE_TOO_LONG)?;
        let line = &inbox.unused()[..line_length - CRLF.len()];
        *is_head = line.starts_with(b"HEAD ");
        let (method, target, http_1_0) = request_line(line)?;
        let mut found = Vec::with_capacity(TYPICAL_FIELDS);
        let length = fields(inbox, line_length, &mut found, limits)?;
        let headers = Headers::of(inbox.unused()[..length].into(), found);
        inbox.advance(length);
        let headers = rules::checked_fields(headers, &target, http_1_0)?;
        Ok(Self {
            asked: Asked {
                head_only: *is_head,
                http_1_0,
                connection: connection(&headers, http_1_0),
            },
            awaits_continue: awaits_continue(&headers, http_1_0)?,
            call: Call {
                method,
                target,
                headers,
                body: Vec::new(),
                arrived: Instant::now(),
            },
        })
    }
}

/// Whether the connection is kept alive, as the response has to say (RFC 9112 §9.3).
fn connection(headers: &Headers, http_1_0: bool) -> Option<&'static str> {
    let has = |option| rules::has_connection_option(headers, option);
    if has("close") {
        Some("close")
    } else if !http_1_0 {
        None
    } else if has("keep-alive") {
        Some("keep-alive")
    } else {
        Some("close")
    }
}

/// A client of HTTP/1.0 does not know `Expect`, so it is ignored (RFC 9110 §10.1.1).
fn awaits_continue(headers: &Headers, http_1_0: bool) -> Result<bool, &'static Refusal> {
    let mut expectations = headers.all(name::EXPECT);
    match expectations.next() {
        _ if http_1_0 => Ok(false),
        None => Ok(false),
        Some(one) if one.eq_ignore_ascii_case(b"100-continue") && expectations.next().is_none() => {
            Ok(true)
        }
        Some(_) => Err(&refusal::UNKNOWN_EXPECTATION),
    }
}

/// Skips the trailers of a body, which must be sound (RFC 9112 §7.1.2).
pub(super) fn trailers<S: Source>(inbox: &mut Inbox<S>, limits: &Limits) -> Result<(), End> {
    let length = fields(inbox, 0, &mut Vec::new(), limits)?;
    inbox.advance(length);
    Ok(())
}

/// Finds the fields that begin `at` so many bytes after what is unused, to the empty line that ends them (RFC 9112 §5);
/// says where that ends. Nothing is used up, so that a whole head stays in one piece.
fn fields<S: Source>(
    inbox: &mut Inbox<S>,
    mut at: usize,
    found: &mut Vec<Field>,
    limits: &Limits,
) -> Result<usize, End> {
    let most = limits.head_bytes;
    let too_large = &refusal::HEAD_TOO_LARGE;
    let mut line = Line::default();
    loop {
        let here = inbox.unused();
        let look = line.look(&here[at..]);
        let Some(end) = line.end(look, &here[at..]) else {
            if here.len() > most {
                return Err(too_large.into());
            }
            inbox.more()?;
            continue;
        };
        if at + end > most {
            return Err(too_large.into());
        }
        match look {
            Look::Empty => return Ok(at + end),
            Look::Refused(_) if !here[..at + end].ends_with(CRLF) => {
                return Err((&refusal::BARE_LF).into());
            }
            _ if found.len() == limits.headers => {
                return Err((&refusal::TOO_MANY_HEADERS).into());
            }
            Look::Refused(refusal) => return Err(refusal.into()),
            // What is unfinished has no end.
            Look::Field | Look::Unfinished => found.push(line.field(&here[at..], at)),
        }
        at += end;
        line = Line::default();
    }
}

/// How far a line has been read, in bytes, so that no byte of a line that arrives piece by piece is read twice.
#[derive(Default)]
struct Line {
    /// The part that may stand in a name.
    name: usize,
    /// The name, its colon and the part that may stand in a value; nothing before the colon has come.
    value: usize,
}

/// What a line is.
#[derive(Clone, Copy)]
enum Look {
    Field,
    /// The end of all fields.
    Empty,
    /// It may be either when more of it has come.
    Unfinished,
    /// Neither, however it goes on.
    Refused(&'static Refusal),
}

impl Line {
    /// Reads what has arrived of the line: a name, a colon right after it, and a value (RFC 9112 §5.1). A line that
    /// begins with a space does not continue the one before it: such folds are refused (RFC 9112 §5.2).
    fn look(&mut self, line: &[u8]) -> Look {
        if self.value == 0 {
            self.name += token_length(&line[self.name..]);
            match (self.name, &line[self.name..]) {
                (_, []) | (0, [b'\r']) => return Look::Unfinished,
                (0, [b'\r', b'\n', ..]) => return Look::Empty,
                (0, [b'\n', ..]) => return Look::Refused(&refusal::BARE_LF),
                (1.., [b':', ..]) => self.value = self.name + 1,
                _ => return Look::Refused(&refusal::NO_FIELD),
            }
        }
        self.value += value_length(&line[self.value..]);
        match &line[self.value..] {
            [] | [b'\r'] => Look::Unfinished,
            [b'\r', b'\n', ..] => Look::Field,
            [b'\n', ..] => Look::Refused(&refusal::BARE_LF),
            _ => Look::Refused(&refusal::CONTROL_IN_VALUE),
        }
    }

    /// Where the line ends, if that has arrived. A line that is refused must have an end as well, because a line that
    /// is too long gets another status, and only its end shows which of the two it is.
    fn end(&self, look: Look, line: &[u8]) -> Option<usize> {
        match look {
            Look::Unfinished => None,
            Look::Field | Look::Empty => Some(self.value + CRLF.len()),
            Look::Refused(_) => Some(up_to_lf(line)).filter(|end| line[..*end].ends_with(b"\n")),
        }
    }

    /// The field that stands in this line, which begins at `at` in the head.
    fn field(&self, line: &[u8], at: usize) -> Field {
        let value = &line[self.name + 1..self.value];
        let trimmed = value.trim_ascii_start();
        Field {
            name: at,
            name_length: self.name,
            value: at + self.value - trimmed.len(),
            value_length: trimmed.trim_ascii_end().len(),
        }
    }
}

/// Method, target and whether it is HTTP/1.0; one blank between each (RFC 9112 §3).
fn request_line(line: &[u8]) -> Result<(String, String, bool), &'static Refusal> {
    let is_sound = |text: &&str| {
        text.bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    };
    let line = std::str::from_utf8(line).ok().filter(is_sound);
    let mut parts = line.unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(&refusal::NO_REQUEST_LINE);
    };
    let http_1_0 = version_is_1_0(version)?;
    rules::check_line(method, target)?;
    Ok((method.to_owned(), target.to_owned(), http_1_0))
}

/// Any other minor version than 0 is served as 1.1 (RFC 9110 §2.5).
fn version_is_1_0(version: &str) -> Result<bool, &'static Refusal> {
    match version.strip_prefix("HTTP/").map(str::as_bytes) {
        Some([b'1', b'.', minor @ b'0'..=b'9']) => Ok(*minor == b'0'),
        Some([b'0'..=b'9', b'.', b'0'..=b'9']) => Err(&refusal::OTHER_VERSION),
        _ => Err(&refusal::NO_VERSION),
    }
}

#[cfg(test)]
mod tests;

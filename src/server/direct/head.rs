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
use crate::server::answer::Asked;
use crate::server::refusal::{self, Refusal};
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
mod tests {
    use super::Head;
    use crate::limits::{DEFAULT_HEAD_LIMIT as BYTES, DEFAULT_HEADER_COUNT as HEADERS, Limits};
    use crate::server::direct::inbox::{End, Inbox, Script};
    use crate::server::refusal::UNKNOWN_EXPECTATION;

    fn parse(bytes: &[u8], step: usize) -> Result<Head, End> {
        let mut inbox = Inbox::new(Script { bytes, step });
        Head::read(&mut inbox, &Limits::default(), &mut false)
    }

    /// The status that a head is refused with, which must not depend on how its bytes come.
    fn refusal(bytes: &[u8]) -> Option<u16> {
        let of = |step| match parse(bytes, step) {
            Err(End::Refused(refusal)) => Some(refusal.status()),
            _ => None,
        };
        let whole = of(bytes.len().max(1));
        for step in [1, 2, 3, 7, 100] {
            assert_eq!(of(step), whole, "{} by {step}", bytes.escape_ascii());
        }
        whole
    }

    fn get(target: &str) -> Vec<u8> {
        format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").into()
    }

    fn with(fields: &str) -> Vec<u8> {
        format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n").into()
    }

    #[test]
    fn a_head_is_read_as_it_was_sent() {
        let head = parse(
            b"pUt /a%20b?x=1 HTTP/1.1\r\nHost: x\r\nX-One:1\r\nx-one: \t two  words\t \r\nEmpty:\r\n\r\n",
            1,
        )
        .expect("a sound head");
        assert_eq!(
            (&*head.call.method, &*head.call.target),
            ("pUt", "/a%20b?x=1")
        );
        let fields: Vec<_> = head.call.headers.iter().collect();
        let expected = [
            ("Host", &b"x"[..]),
            ("X-One", b"1"),
            ("x-one", b"two  words"),
            ("Empty", b""),
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn bytes_above_127_in_a_value_are_the_handlers_to_understand() {
        let head = parse(
            &[
                &b"GET / HTTP/1.1\r\nHost: x\r\nName: \xff\xfc\x80"[..],
                b"\r\n\r\n",
            ]
            .concat(),
            3,
        );
        let headers = head.expect("a sound head").call.headers;
        assert_eq!(headers.get_bytes("name"), Some(&b"\xff\xfc\x80"[..]));
    }

    #[test]
    fn request_lines_that_are_served() {
        for line in [
            "GET / HTTP/1.1",
            "GET /?q={\"a\":1}|[] HTTP/1.1",
            "M-SEARCH /x HTTP/1.1",
            "get / HTTP/1.1",
            "OPTIONS * HTTP/1.1",
            "GET http://example.com HTTP/1.1",
            "GET HTTPS://example.com:443/a?b HTTP/1.1",
            "GET http://[::1]:80/ HTTP/1.1",
            "GET //double HTTP/1.1",
            "GET / HTTP/1.0",
            "GET / HTTP/1.2",
            "GET / HTTP/1.9",
        ] {
            let head = format!("{line}\r\nHost: x\r\n\r\n");
            assert_eq!(refusal(head.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn request_lines_that_are_refused() {
        for (line, status) in [
            ("", 400),
            ("GET", 400),
            ("GET /", 400),
            ("GET / http/1.1", 400),
            ("GET / HTTP/1", 400),
            ("GET / HTTP/11", 400),
            ("GET / HTTP/1.10", 400),
            ("GET / HTTP/1.1 ", 400),
            (" GET / HTTP/1.1", 400),
            ("GET  / HTTP/1.1", 400),
            ("GET\t/ HTTP/1.1", 400),
            ("GET / x HTTP/1.1", 400),
            ("G(T / HTTP/1.1", 400),
            ("G\u{e9}T / HTTP/1.1", 400),
            ("GET /\u{e9} HTTP/1.1", 400),
            ("GET /\0 HTTP/1.1", 400),
            ("GET /\r HTTP/1.1", 400),
            ("GET /\u{7f} HTTP/1.1", 400),
            ("GET x HTTP/1.1", 400),
            ("GET * HTTP/1.1", 400),
            ("GET ftp://example.com/ HTTP/1.1", 400),
            ("GET http:///path HTTP/1.1", 400),
            ("GET http://user@example.com/ HTTP/1.1", 400),
            ("CONNECT example.com:80 HTTP/1.1", 501),
            ("GET / HTTP/0.9", 505),
            ("GET / HTTP/2.0", 505),
            ("PRI * HTTP/2.0", 505),
            ("GET / HTTP/3.0", 505),
        ] {
            let head = format!("{line}\r\nHost: x\r\n\r\n");
            assert_eq!(refusal(head.as_bytes()), Some(status), "{line:?}");
        }
    }

    #[test]
    fn fields_that_are_refused() {
        for fields in [
            "no colon",
            ": no name",
            "blank : before the colon",
            "na me: x",
            "n\u{e9}: x",
            "a: b\r\n folded",
            "a: b\r\n\tfolded",
            "a: b\0",
            "a: b\rc",
            "a: \u{1b}[31m",
            "a: \u{7f}",
            "a: b\u{c}",
            "a: b\nc: d",
            "@: x",
        ] {
            assert_eq!(refusal(&with(fields)), Some(400), "{fields:?}");
        }
        let folded = b"GET / HTTP/1.1\r\n Host: x\r\n\r\n";
        assert_eq!(refusal(folded), Some(400), "a fold of the request line");
    }

    #[test]
    fn heads_up_to_the_limits_are_served() {
        let line = "a: b\r\n";
        let of = |fields: usize| with(line.repeat(fields).trim_end());
        assert_eq!(refusal(&of(HEADERS - 1)), None);
        assert_eq!(refusal(&of(HEADERS)), Some(431));
        let filled = |bytes: usize| {
            let around = with("a: ").len();
            with(&["a: ", &"x".repeat(bytes - around)].concat())
        };
        assert_eq!(refusal(&filled(BYTES)), None);
        assert_eq!(refusal(&filled(BYTES + 1)), Some(431));
        assert_eq!(refusal(&get(&["/", &"x".repeat(20_000)].concat())), None);
        assert_eq!(
            refusal(&get(&["/", &"x".repeat(BYTES)].concat())),
            Some(414)
        );
        assert_eq!(
            refusal(&vec![b'x'; BYTES + 1]),
            Some(414),
            "without any end"
        );
    }

    #[test]
    fn a_head_that_breaks_off_is_refused() {
        let whole = get("/");
        for length in 0..whole.len() {
            assert_eq!(refusal(&whole[..length]), Some(400), "{length}");
        }
    }

    #[test]
    fn the_connection_is_kept_alive_as_the_client_asks() {
        let connection = |version: &str, fields: &str| {
            let head = format!("GET / HTTP/{version}\r\nHost: x\r\n{fields}\r\n");
            parse(head.as_bytes(), 1000)
                .expect("a sound head")
                .asked
                .connection
        };
        assert_eq!(connection("1.1", ""), None);
        assert_eq!(
            connection("1.1", "Connection: Upgrade, HTTP2-Settings\r\n"),
            None
        );
        assert_eq!(
            connection("1.1", "Connection: TE , CLOSE\r\n"),
            Some("close")
        );
        assert_eq!(
            connection("1.1", "Connection: te\r\nconnection: close\r\n"),
            Some("close")
        );
        assert_eq!(connection("1.1", "Connection: closed\r\n"), None);
        assert_eq!(connection("1.2", ""), None);
        assert_eq!(connection("1.0", ""), Some("close"));
        assert_eq!(
            connection("1.0", "Connection: Keep-Alive\r\n"),
            Some("keep-alive")
        );
        assert_eq!(
            connection("1.0", "Connection: keep-alive, close\r\n"),
            Some("close")
        );
    }

    #[test]
    fn only_the_one_expectation_is_met() {
        let awaits = |version: &str, fields: &str| {
            let head = format!("GET / HTTP/{version}\r\nHost: x\r\n{fields}\r\n");
            parse(head.as_bytes(), 1000).map(|head| head.awaits_continue)
        };
        let refused = Err(End::Refused(&UNKNOWN_EXPECTATION));
        assert_eq!(awaits("1.1", ""), Ok(false));
        assert_eq!(awaits("1.1", "Expect: 100-Continue\r\n"), Ok(true));
        assert_eq!(awaits("1.0", "Expect: 100-continue\r\n"), Ok(false));
        assert_eq!(awaits("1.1", "Expect: 200-ok\r\n"), refused);
        let two = "Expect: 100-continue\r\nExpect: x\r\n";
        assert_eq!(awaits("1.1", two), refused);
    }
}

//! Responses: the headers that a handler may set are those that the standard allows, and what is written is read back as
//! it was said, by `httparse` and by the decoder of chunks.

use fc_runtime::HeaderError;
use fc_runtime::fuzzing;
use fc_runtime::http::Response;

use crate::cuts::MORE;
use crate::head::{is_text_byte, is_token_byte};

/// What parts the pieces of an input: it stands in no text of UTF-8.
const MARK: u8 = 0xff;
const FIELDS: usize = 64;
/// The names that only the runtime sets (contract §3.1), beside all that begin with `x-fc-`.
const RESERVED: [&str; 10] = [
    "connection",
    "content-length",
    "transfer-encoding",
    "date",
    "keep-alive",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "upgrade",
];
/// A body that is no larger is of one piece; a larger one is sent on its own.
const LARGE: usize = 70_000;

/// Takes the first two bytes for what was asked and the status, and the pieces after them for names and values of
/// headers, and the last for the body.
pub fn check(input: &[u8]) {
    let [asked, status, rest @ ..] = input else {
        return;
    };
    let mut pieces: Vec<&[u8]> = rest.split(|&byte| byte == MARK).collect();
    let body = pieces.pop().unwrap_or_default();
    let status = match status {
        0 => 200,
        1 => 204,
        2 => 205,
        3 => 304,
        other => 200 + u16::from(*other),
    };
    let is_stream = asked & 1 != 0;
    let mut response = new(status, body, is_stream, asked & 2 != 0);
    let mut fields = Vec::new();
    for pair in pieces.chunks_exact(2) {
        let (Ok(name), Ok(value)) = (std::str::from_utf8(pair[0]), std::str::from_utf8(pair[1]))
        else {
            continue;
        };
        match Response::new(200).with_header(name, value) {
            Ok(_) => assert!(
                may_be_set(name) && is_sound(name, value),
                "{name:?}: {value:?}"
            ),
            Err(HeaderError::Reserved(_)) => assert!(!may_be_set(name), "{name:?}"),
            Err(HeaderError::Name(_)) => {
                assert!(!name.bytes().all(is_token_byte) || name.is_empty())
            }
            Err(_) => assert!(!value.bytes().all(is_text_byte), "{value:?}"),
        }
        if may_be_set(name) && is_sound(name, value) && fields.len() < FIELDS - 4 {
            response = response.with_header(name, value).expect("it is sound");
            fields.push((name, value));
        }
    }
    let connection = ["", "close", "keep-alive", ""][usize::from(asked >> 2 & 3)];
    let (head_only, http_1_0) = (asked & 16 != 0, asked & 32 != 0);
    let written = fuzzing::response(
        response,
        head_only,
        http_1_0,
        (!connection.is_empty()).then_some(connection),
    );
    let written = written.expect("no stream breaks off");
    let sent = if asked & 2 != 0 && !is_stream {
        body.repeat(LARGE / body.len().max(1))
    } else {
        body.to_vec()
    };
    let bodiless = head_only || matches!(status, 204 | 205 | 304);
    let body = if bodiless { &[] } else { &sent[..] };
    read_back(
        &written,
        status,
        &fields,
        (connection, is_stream && !http_1_0 && status != 205),
        body,
    );
}

/// A response of these bytes; a stream flushes after each piece, or only at the end.
fn new(status: u16, body: &[u8], is_stream: bool, is_large: bool) -> Response {
    if !is_stream {
        let times = if is_large {
            LARGE / body.len().max(1)
        } else {
            1
        };
        return Response::bytes(body.repeat(times)).with_status(status);
    }
    let body = body.to_vec();
    let stream = Response::stream(move |out| {
        for piece in body.chunks(7) {
            out.write_all(piece)?;
            if is_large {
                out.flush()?;
            }
        }
        Ok(())
    });
    stream.with_status(status)
}

fn may_be_set(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.starts_with("x-fc-") && !RESERVED.contains(&name.as_str())
}

fn is_sound(name: &str, value: &str) -> bool {
    !name.is_empty() && name.bytes().all(is_token_byte) && value.bytes().all(is_text_byte)
}

fn read_back(
    written: &[u8],
    status: u16,
    fields: &[(&str, &str)],
    (connection, is_chunked): (&str, bool),
    body: &[u8],
) {
    let mut read = [httparse::EMPTY_HEADER; FIELDS];
    let mut response = httparse::Response::new(&mut read);
    let Ok(httparse::Status::Complete(length)) = response.parse(written) else {
        panic!("no head: {}", written.escape_ascii())
    };
    assert_eq!((response.version, response.code), (Some(1), Some(status)));
    let header = |wanted: &str| {
        let is_wanted = |field: &&httparse::Header<'_>| field.name.eq_ignore_ascii_case(wanted);
        let mut found = response.headers.iter().filter(is_wanted);
        let value = found.next().map(|field| field.value);
        assert!(found.next().is_none(), "{wanted} stands twice");
        value.map(|value| std::str::from_utf8(value).expect("ASCII"))
    };
    assert!(header("date").is_some());
    assert_eq!(header("connection").unwrap_or_default(), connection);
    let (stated, coding) = (header("content-length"), header("transfer-encoding"));
    assert!(stated.is_none() || coding.is_none());
    let after = &written[length..];
    match (stated, coding) {
        (Some(length), None) if !body.is_empty() => {
            assert_eq!((length.parse(), after), (Ok(body.len()), body));
        }
        (None, Some(coding)) => {
            assert!(is_chunked && coding == "chunked");
            let (read, used) = fuzzing::chunks(after, &[], MORE).expect("sound chunks");
            assert_eq!((&read[..], used), (body, after.len()));
        }
        _ => assert!(after.is_empty() && body.is_empty()),
    }
    let handlers = response
        .headers
        .iter()
        .filter(|field| may_be_set(field.name));
    let trimmed = |value: &str| value.trim_matches([' ', '\t']).to_owned();
    let handlers: Vec<_> = handlers
        .map(|field| {
            (
                field.name,
                trimmed(std::str::from_utf8(field.value).expect("it was a string")),
            )
        })
        .collect();
    let expected: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, trimmed(value)))
        .collect();
    assert_eq!(handlers, expected);
}

//! How long a request's body is, and which requests leave that open (RFC 9112 §6).
//!
//! Owns the refusals that come before any handler. It must not know who reads the body.

use crate::call::Reply;
use crate::error::Error;
use crate::headers::{Headers, name};

/// How a body is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is no body.
    Empty,
    /// The body has this many bytes.
    Length(usize),
    /// The body comes in chunks that state their own length.
    Chunked,
}

/// Why a request is answered without a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request is not HTTP as the standard has it: what, and where.
    Malformed(&'static str),
    /// The request is HTTP that is not served: the status and the error type that say so, and what to do.
    Unserved(u16, &'static str, &'static str),
    /// The body is larger than the limit.
    TooLarge {
        /// How many bytes are taken.
        limit: usize,
        /// How many were announced, if they were counted before they came.
        announced: Option<usize>,
    },
    /// Another part of the request is larger than this limit.
    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    OverLimit(&'static Excess, usize),
}

/// How it is told that a part of a request is larger than the program lets it be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excess {
    /// The status.
    pub(super) status: u16,
    /// The error type.
    pub(super) kind: &'static str,
    /// The words before the limit.
    pub(super) what: &'static str,
    /// The words after it: what it counts, and what raises it.
    pub(super) knob: &'static str,
}

/// RFC 9110 §15.5.14.
static BODY_TOO_LARGE: Excess = Excess {
    status: 413,
    kind: "BodyTooLarge",
    what: "the body is larger than",
    knob: "bytes; Runtime::body_limit raises that",
};

impl Refusal {
    /// Whether the next request of the connection can be trusted: the body that was refused has a known end.
    #[cfg(feature = "tiny-http")]
    pub(super) fn leaves_the_connection_sound(self) -> bool {
        matches!(
            self,
            Self::TooLarge {
                announced: Some(_),
                ..
            }
        )
    }

    /// The response for the client.
    pub(super) fn reply(self) -> Reply {
        match self {
            Self::Malformed(message) => refused(400, "BadRequest", message),
            // What is in the way now may be gone in a moment (RFC 9110 §10.2.3).
            Self::Unserved(503, kind, message) => {
                refused(503, kind, message).with_header("retry-after", "1")
            }
            Self::Unserved(status, kind, message) => refused(status, kind, message),
            Self::TooLarge { limit, .. } => BODY_TOO_LARGE.reply(limit),
            #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
            Self::OverLimit(excess, limit) => excess.reply(limit),
        }
    }
}

impl Excess {
    fn reply(&self, limit: usize) -> Reply {
        let message = format!("{} {limit} {}", self.what, self.knob);
        refused(self.status, self.kind, &message)
    }
}

fn refused(status: u16, kind: &str, message: &str) -> Reply {
    Reply::error(status, &Error::new(kind, message))
}

/// Finds how the body is framed; whatever leaves that open is refused, because it is how requests are smuggled.
pub(super) fn framing(headers: &Headers, body_limit: usize) -> Result<Framing, Refusal> {
    let mut codings = headers.all(name::TRANSFER_ENCODING);
    let mut lengths = headers.all(name::CONTENT_LENGTH);
    match (codings.next(), lengths.next()) {
        (None, None) => Ok(Framing::Empty),
        (Some(_), Some(_)) => Err(Refusal::Malformed(
            "Content-Length stands beside Transfer-Encoding",
        )),
        (Some(coding), None)
            if codings.next().is_none() && coding.eq_ignore_ascii_case(b"chunked") =>
        {
            Ok(Framing::Chunked)
        }
        (Some(_), None) => Err(Refusal::Unserved(
            501,
            "NotImplemented",
            "the only Transfer-Encoding that is served is chunked",
        )),
        (None, Some(_)) if lengths.next().is_some() => {
            Err(Refusal::Malformed("Content-Length stands more than once"))
        }
        (None, Some(length)) => sized(length, body_limit),
    }
}

fn sized(length: &[u8], body_limit: usize) -> Result<Framing, Refusal> {
    let digits = std::str::from_utf8(length)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(digits) = digits.filter(|digits| !digits.is_empty()) else {
        return Err(Refusal::Malformed("Content-Length is not a number"));
    };
    match digits.parse::<usize>() {
        Ok(0) => Ok(Framing::Empty),
        Ok(length) if length <= body_limit => Ok(Framing::Length(length)),
        // A number too large to be parsed is larger than any limit.
        announced => Err(Refusal::TooLarge {
            limit: body_limit,
            announced: announced.ok(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Framing, Refusal, framing};
    use crate::headers::Headers;

    fn of(fields: &[(&str, &str)]) -> Result<Framing, Refusal> {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.push(name, value.as_bytes());
        }
        framing(&headers, 100)
    }

    #[test]
    fn both_framings_are_taken() {
        assert_eq!(of(&[("Host", "x")]), Ok(Framing::Empty));
        assert_eq!(of(&[("Content-Length", "0")]), Ok(Framing::Empty));
        assert_eq!(of(&[("content-length", "100")]), Ok(Framing::Length(100)));
        assert_eq!(
            of(&[("Transfer-Encoding", "Chunked")]),
            Ok(Framing::Chunked)
        );
    }

    #[test]
    fn a_framing_that_two_servers_could_read_in_two_ways_is_refused() {
        let malformed = |fields: &[(&str, &str)]| matches!(of(fields), Err(Refusal::Malformed(_)));
        assert!(malformed(&[
            ("Content-Length", "1"),
            ("Transfer-Encoding", "chunked")
        ]));
        assert!(malformed(&[
            ("Content-Length", "1"),
            ("Content-Length", "1")
        ]));
        for length in ["", "+1", "-1", "1,1", "0x1", "1 2", "\u{661}"] {
            assert!(malformed(&[("Content-Length", length)]), "{length:?}");
        }
        for coding in ["gzip", "gzip, chunked", "identity", ""] {
            assert!(
                matches!(
                    of(&[("Transfer-Encoding", coding)]),
                    Err(Refusal::Unserved(501, ..))
                ),
                "{coding:?}"
            );
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_a_byte_is_read() {
        let refused = |announced| {
            Err(Refusal::TooLarge {
                limit: 100,
                announced,
            })
        };
        assert_eq!(of(&[("Content-Length", "101")]), refused(Some(101)));
        assert_eq!(
            of(&[("Content-Length", "99999999999999999999999999")]),
            refused(None)
        );
    }
}

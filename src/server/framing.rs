//! How long a request's body is, and which requests leave that open (RFC 9112 §6).
//!
//! Owns how a length is found. It must not know who reads the body.

use super::refusal::{self, Refusal};
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

/// Finds how the body is framed; whatever leaves that open is refused, because it is how requests are smuggled.
pub(super) fn framing(headers: &Headers, body_limit: usize) -> Result<Framing, &'static Refusal> {
    let mut codings = headers.all(name::TRANSFER_ENCODING);
    let mut lengths = headers.all(name::CONTENT_LENGTH);
    match (codings.next(), lengths.next()) {
        (None, None) => Ok(Framing::Empty),
        (Some(_), Some(_)) => Err(&refusal::LENGTH_AND_CODING),
        (Some(coding), None)
            if codings.next().is_none() && coding.eq_ignore_ascii_case(b"chunked") =>
        {
            Ok(Framing::Chunked)
        }
        (Some(_), None) => Err(&refusal::UNKNOWN_CODING),
        (None, Some(_)) if lengths.next().is_some() => Err(&refusal::TWO_LENGTHS),
        (None, Some(length)) => sized(length, body_limit),
    }
}

fn sized(length: &[u8], body_limit: usize) -> Result<Framing, &'static Refusal> {
    let digits = std::str::from_utf8(length)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(digits) = digits.filter(|digits| !digits.is_empty()) else {
        return Err(&refusal::NO_NUMBER);
    };
    match digits.parse::<usize>() {
        Ok(0) => Ok(Framing::Empty),
        Ok(length) if length <= body_limit => Ok(Framing::Length(length)),
        // A number too large to be parsed is larger than any limit.
        _ => Err(&refusal::BODY_TOO_LARGE),
    }
}

#[cfg(test)]
mod tests {
    use super::{Framing, Refusal, framing, refusal};
    use crate::headers::Headers;

    fn of(fields: &[(&str, &str)]) -> Result<Framing, &'static Refusal> {
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
        let malformed =
            |fields: &[(&str, &str)]| of(fields).is_err_and(|refusal| refusal.status() == 400);
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
            let refused = Err(&refusal::UNKNOWN_CODING);
            assert_eq!(of(&[("Transfer-Encoding", coding)]), refused, "{coding:?}");
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_a_byte_is_read() {
        for length in ["101", "99999999999999999999999999"] {
            let refused = Err(&refusal::BODY_TOO_LARGE);
            assert_eq!(of(&[("Content-Length", length)]), refused, "{length}");
        }
    }
}

//! Why a request is not taken for one of those who have the keys.

use std::fmt;
use std::time::SystemTime;

use hyper::header::HeaderName;

/// A request that is not signed as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It lacks a header that every signed request has.
    Missing(&'static str),
    /// Another key has signed it.
    UnknownId(String),
    /// What was signed is another request, or was signed with another secret.
    Mismatch,
    /// The signature does not cover a header that it has to.
    LeftOut(HeaderName),
    /// It has a header more than once of which the signature covers one value.
    Repeated(String),
    /// Its date is none.
    NoDate(String),
    /// It was signed long ago, or is from the future.
    OtherTime { date: String, now: SystemTime },
    /// Its body is not the one that was signed.
    OtherBody,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "required HTTP header {name} was not specified"),
            Self::UnknownId(id) => write!(f, "invalid access key ID '{id}'"),
            Self::Mismatch => f.write_str(
                "The request signature we calculated does not match the signature you provided. Check your access key and \
                 signing method",
            ),
            Self::LeftOut(name) => write!(
                f,
                "the signature leaves out the header {name}; name it in SignedHeaders"
            ),
            Self::Repeated(name) => write!(
                f,
                "the request has the signed header {name} more than once; send it once"
            ),
            Self::NoDate(date) => write!(
                f,
                "the request's date '{date}' is neither an HTTP date nor one of ISO 8601"
            ),
            Self::OtherTime { date, now } => write!(
                f,
                "the request's date '{date}' is more than 15 minutes from the clock of fc-local, '{}'; set the clock of the \
                 client, and sign again",
                httpdate::fmt_http_date(*now)
            ),
            Self::OtherBody => f.write_str("the request body does not fit its Content-MD5"),
        }
    }
}

impl std::error::Error for Refusal {}

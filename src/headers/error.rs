//! `HeaderError`, why a header is refused.
//!
//! Owns what a name and a value may have. It must not know which headers are reserved, nor for whom.

use std::fmt;

use super::text::{is_token, is_value};

/// Why a header was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is empty, or contains something other than the letters, digits and punctuation of a token (RFC 9110
    /// §5.6.2).
    Name(String),
    /// The value of the header of this name contains CR, LF, NUL or another control character (RFC 9110 §5.5).
    Value(String),
    /// Only the runtime or Function Compute may set the header of this name, not a handler
    /// ([contract §3.1](crate::guide::contract#3.1)).
    Reserved(String),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?} is not a header name"),
            Self::Value(name) => write!(
                f,
                "the value of the header {name} contains a control character"
            ),
            Self::Reserved(name) => {
                write!(
                    f,
                    "the header {name} is set by the runtime or by Function Compute, not by a handler"
                )
            }
        }
    }
}

impl std::error::Error for HeaderError {}

pub(super) fn check(name: &str, value: &[u8]) -> Result<(), HeaderError> {
    if !is_token(name) {
        return Err(HeaderError::Name(name.to_owned()));
    }
    if !is_value(value) {
        return Err(HeaderError::Value(name.to_owned()));
    }
    Ok(())
}

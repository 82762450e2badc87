//! Header names and `Headers`, the list of a message's header fields.
//!
//! Owns the rule for what a name and a value may contain. It must not know what any header means.

use std::fmt;
use std::mem;

/// Names of the headers that Function Compute sends or reads (contract §2, §3.1), in the case that HTTP/2 made usual.
///
/// Comparison never depends on the case, for Go sends `X-Fc-Request-Id`.
pub(crate) mod name {
    /// What every header of Function Compute begins with; clients cannot send such a header through it.
    pub(crate) const FC_PREFIX: &str = "x-fc-";
    /// The kind of the call: `/initialize`, `/invoke`, `/http-invoke`, `/pre-freeze` or `/pre-stop`.
    pub(crate) const CONTROL_PATH: &str = "x-fc-control-path";
    /// The request id.
    pub(crate) const REQUEST_ID: &str = "x-fc-request-id";
    /// `404` on an answer marks the invocation as failed; absent means success.
    pub(crate) const STATUS: &str = "x-fc-status";
    /// The compatibility form of an HTTP call: base64 of JSON (contract §2.2).
    pub(crate) const HTTP_PARAMS: &str = "x-fc-http-params";
    /// The address of the HTTP client.
    pub(crate) const CLIENT_IP: &str = "x-fc-client-ip";
    /// How the body is encoded.
    pub(crate) const CONTENT_TYPE: &str = "content-type";
    /// The body's length in bytes.
    pub(crate) const CONTENT_LENGTH: &str = "content-length";
    /// How the body is framed, if not by its length.
    pub(crate) const TRANSFER_ENCODING: &str = "transfer-encoding";
    /// What becomes of the connection after the answer.
    pub(crate) const CONNECTION: &str = "connection";
}

/// Header fields in the order they came or were added; a name may stand more than once.
///
/// # Examples
///
/// ```
/// use fc_runtime::Headers;
///
/// let mut headers = Headers::new();
/// headers.append("Set-Cookie", "a=1")?;
/// headers.append("set-cookie", "b=2")?;
/// assert_eq!(headers.get("SET-COOKIE"), Some("a=1"));
/// assert_eq!(headers.get_all("set-cookie").count(), 2);
/// # Ok::<(), fc_runtime::HeaderError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    // One buffer of all names and one of all values, in the place of two allocations a field, was measured in the
    // smallest build: a request of the platform takes 140,000 instructions instead of 116,000.
    fields: Vec<(String, Vec<u8>)>,
}

impl Headers {
    /// No header at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first value of `name`, if there is one and it is UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name).and_then(as_text)
    }

    /// The first value of `name` as it stood on the wire.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        self.iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Every value of `name` that is UTF-8, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .filter_map(|(_, value)| as_text(value))
    }

    /// Every field as (name, value), in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Adds a field behind those that are there; none is replaced.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when the name is not a token or the value holds a control character, which would let it
    /// end the header and begin another.
    pub fn append(&mut self, name: &str, value: &str) -> Result<(), HeaderError> {
        check(name, value.as_bytes())?;
        self.push(name.to_owned(), value.as_bytes().to_vec());
        Ok(())
    }

    /// No header yet, but a place for so many.
    pub(crate) fn with_capacity(fields: usize) -> Self {
        Self {
            fields: Vec::with_capacity(fields),
        }
    }

    /// Adds a field that a parser has already found sound.
    pub(crate) fn push(&mut self, name: String, value: Vec<u8>) {
        self.fields.push((name, value));
    }

    /// Puts `value` into every field of this name; none is added.
    pub(crate) fn replace(&mut self, name: &str, value: &[u8]) {
        for (field, old) in &mut self.fields {
            if field.eq_ignore_ascii_case(name) {
                *old = value.to_vec();
            }
        }
    }

    /// Takes the fields whose name begins with `prefix` (in lower case) out of this list.
    pub(crate) fn split_off(&mut self, prefix: &str) -> Headers {
        let mut taken = Self::with_capacity(self.len());
        self.fields.retain_mut(|(name, value)| {
            let is_taken = begins_with(name, prefix);
            if is_taken {
                taken.push(mem::take(name), mem::take(value));
            }
            !is_taken
        });
        taken
    }
}

/// Shows names and values, but only the names of those that carry secrets.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| match is_secret(name) {
            true => (name, "<redacted>".into()),
            false => (name, String::from_utf8_lossy(value)),
        });
        f.debug_map().entries(shown).finish()
    }
}

/// Why a header was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is empty or holds something else than the letters, digits and marks of a token (RFC 9110 §5.6.2).
    Name(String),
    /// The value of the header of this name holds CR, LF, NUL or another control character (RFC 9110 §5.5).
    Value(String),
    /// The header of this name is set by the runtime or by Function Compute, never by a handler (contract §3.1).
    Reserved(String),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?} is not a header name"),
            Self::Value(name) => write!(
                f,
                "the value of the header {name} holds a control character"
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

/// Whether `name` begins with `prefix`, whatever the case.
pub(crate) fn begins_with(name: &str, prefix: &str) -> bool {
    name.as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Whether `text` is a token: what a header name or a method may be (RFC 9110 §5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| MAY_BE[usize::from(byte)] & OF_TOKEN != 0)
}

/// Whether a header value may hold these bytes: no control character but the tabulator (RFC 9110 §5.5).
pub(crate) fn is_value(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|&byte| MAY_BE[usize::from(byte)] & OF_VALUE != 0)
}

const OF_TOKEN: u8 = 1;
const OF_VALUE: u8 = 2;
/// What each byte may be a part of. Every byte of every head is looked up here.
static MAY_BE: [u8; 256] = {
    let mut may_be = [0; 256];
    let mut byte = 0_u8;
    loop {
        let is_mark = matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
        if is_mark || byte.is_ascii_alphanumeric() {
            may_be[byte as usize] |= OF_TOKEN;
        }
        if byte == b'\t' || !byte.is_ascii_control() {
            may_be[byte as usize] |= OF_VALUE;
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    may_be
};

fn check(name: &str, value: &[u8]) -> Result<(), HeaderError> {
    if !is_token(name) {
        return Err(HeaderError::Name(name.to_owned()));
    }
    if !is_value(value) {
        return Err(HeaderError::Value(name.to_owned()));
    }
    Ok(())
}

fn as_text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

/// The headers whose value must not reach a log: the credentials of the role and what clients prove themselves with.
fn is_secret(name: &str) -> bool {
    const SECRET: [&str; 7] = [
        "x-fc-access-key-id",
        "x-fc-access-key-secret",
        "x-fc-security-token",
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    ];
    SECRET
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
        || name.eq_ignore_ascii_case(name::HTTP_PARAMS)
}

#[cfg(test)]
mod tests {
    use super::{HeaderError, Headers};

    #[test]
    fn names_are_found_whatever_their_case() {
        let mut headers = Headers::new();
        headers
            .append("X-Fc-Request-Id", "r1")
            .expect("a sound header");
        assert_eq!(headers.get("x-fc-request-id"), Some("r1"));
        assert_eq!(headers.get("x-fc-request"), None);
    }

    #[test]
    fn a_value_that_would_split_the_answer_is_refused() {
        for value in ["a\r\nSet-Cookie: x", "a\nb", "a\0b", "\u{7f}"] {
            let refused = Headers::new().append("location", value);
            assert_eq!(
                refused,
                Err(HeaderError::Value("location".into())),
                "{value:?}"
            );
        }
        assert!(
            Headers::new()
                .append("x-note", "tab\tand \u{fc}mlaut")
                .is_ok()
        );
    }

    #[test]
    fn a_name_that_is_no_token_is_refused() {
        for name in ["", "a b", "a:", "a\r", "\u{fc}"] {
            assert_eq!(
                Headers::new().append(name, "v"),
                Err(HeaderError::Name(name.into())),
                "{name:?}"
            );
        }
    }

    #[test]
    fn splitting_off_a_prefix_loses_nothing() {
        let mut headers = Headers::new();
        for name in ["X-Fc-Region", "host", "x-fc-qualifier", "x-f"] {
            headers.append(name, "v").expect("a sound header");
        }
        let taken = headers.split_off("x-fc-");
        assert_eq!((taken.len(), headers.len()), (2, 2));
        assert!(headers.get("host").is_some() && headers.get("x-f").is_some());
    }

    #[test]
    fn debug_shows_no_secret() {
        let mut headers = Headers::new();
        headers
            .append("X-Fc-Access-Key-Secret", "planted")
            .expect("a sound header");
        headers.append("Cookie", "planted").expect("a sound header");
        headers
            .append("host", "example.com")
            .expect("a sound header");
        let shown = format!("{headers:?}");
        assert!(
            !shown.contains("planted") && shown.contains("example.com"),
            "{shown}"
        );
    }
}

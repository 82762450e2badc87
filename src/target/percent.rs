//! Percent-encoding of paths, queries and forms, both ways.
//!
//! Owns the code alone; what a pair or a segment means is for others to say.

/// The pairs of a query or form, decoded, in order and with repeats; a name without `=` has an empty value.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |part: &str| decode(&part.replace('+', " "));
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The text with its percent-encoded bytes decoded. What is no escape stays as it is, and bytes that are not UTF-8
/// become U+FFFD: a path that somebody mistyped is to be answered, not to be its own error.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, after) = match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (*first, tail),
            },
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The text with every byte percent-encoded but ASCII letters, digits and the marks in `keep`.
pub(crate) fn encode(text: &str, keep: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// The text as a segment of a path, or as a name or value of a query or form: every byte is percent-encoded but ASCII
/// letters, digits and `-._~` (RFC 3986 §2.3). [`Request`](crate::http::Request) decodes it again.
///
/// # Examples
///
/// ```
/// use fc_runtime::http::{Request, Response, encode_component};
///
/// let address = format!("/files/{}?note={}", encode_component("a/b c"), encode_component("1+1=2"));
/// assert_eq!(address, "/files/a%2Fb%20c?note=1%2B1%3D2");
/// let request = Request::new("GET", &*address);
/// assert_eq!(request.segments(), ["files", "a/b c"]);
/// assert_eq!(request.query_value("note").as_deref(), Some("1+1=2"));
/// # let redirect = Response::redirect(302, address)?;
/// # Ok::<(), fc_runtime::HeaderError>(())
/// ```
pub fn encode_component(text: &str) -> String {
    encode(text, b"-._~")
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, pairs};

    #[test]
    fn escapes_are_decoded_and_everything_else_is_kept() {
        assert_eq!(decode("a%20b%2Fc"), "a b/c");
        assert_eq!(decode("%E4%BD%A0%e5%a5%bd"), "你好");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%%41"), "%A");
        assert_eq!(decode("a+b"), "a+b");
        assert_eq!(decode("%ff!"), "\u{fffd}!");
    }

    #[test]
    fn what_is_encoded_is_decoded_to_the_same() {
        assert_eq!(encode("/a b/你?%", b"/"), "/a%20b/%E4%BD%A0%3F%25");
        let text: String = (0..0x300).filter_map(char::from_u32).collect();
        assert_eq!(decode(&encode(&text, b"-._~")), text);
    }

    #[test]
    fn pairs_keep_order_and_repeats() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("k=1&k=2&x=a+b%3D&flag&=e&&"),
            [
                pair("k", "1"),
                pair("k", "2"),
                pair("x", "a b="),
                pair("flag", ""),
                pair("", "e"),
            ]
        );
        assert_eq!(pairs(""), []);
    }
}

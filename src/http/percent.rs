//! Percent-decoding of paths, queries and forms.
//!
//! Owns the decoding alone; what a pair or a segment means is for others to say.

/// The pairs of a query or form, decoded, in order and with repeats; a name without `=` has an empty value.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |part: &str| decode(&part.replace('+', " "));
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// The text with its percent-encoded bytes decoded. What is no escape stays as it is, and bytes that are not UTF-8
/// become U+FFFD: a path that somebody mistyped is to be answered, not to be an error of its own.
pub(super) fn decode(text: &str) -> String {
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
    use super::{decode, pairs};

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

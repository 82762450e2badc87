//! Base64, the standard alphabet with padding (RFC 4648 §4), as the headers and events of Function Compute have it.
//!
//! Owns the code alone, and takes nothing but what an encoder may write. It must not know what the bytes mean.
//!
//! # Examples
//!
//! ```
//! use fc_runtime::base64;
//!
//! assert_eq!(base64::encode([0, 255]), "AP8=");
//! assert_eq!(base64::decode("AP8=")?, [0, 255]);
//! assert_eq!(base64::decode("AP8").unwrap_err().to_string(), "its length is 3, which is not a multiple of 4");
//! # Ok::<(), base64::DecodeError>(())
//! ```

use std::fmt;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text for these bytes.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    text_of(bytes.as_ref())
}

/// The bytes that this text stands for.
///
/// # Errors
///
/// [`DecodeError`] for what no encoder writes: white space, a missing padding, the alphabet for addresses (`-` and `_`) and
/// left-over bits. A guess at what they mean could be wrong.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, DecodeError> {
    bytes_of(text.as_ref())
}

fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let six = (bits >> (18 - 6 * place)) & 0x3f;
            // Of a group of n bytes the first n + 1 characters carry bits.
            let used = place <= group.len();
            text.push(if used {
                char::from(ALPHABET[six as usize])
            } else {
                '='
            });
        }
    }
    text
}

fn bytes_of(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    if text.len() % 4 != 0 {
        return Err(DecodeError::Length(text.len()));
    }
    let padding = text
        .iter()
        .rev()
        .take(2)
        .take_while(|&&byte| byte == b'=')
        .count();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut gathered, mut bits) = (0_u32, 0);
    for (at, &byte) in text[..text.len() - padding].iter().enumerate() {
        gathered = gathered << 6 | six_bits(byte).ok_or(DecodeError::Byte { at })?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [.., whole] = (gathered >> bits).to_be_bytes();
            bytes.push(whole);
            gathered &= (1 << bits) - 1;
        }
    }
    match gathered {
        0 => Ok(bytes),
        _ => Err(DecodeError::Leftover),
    }
}

/// Why a text is not base64. It says where, never what stands there, because that may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Whole groups have four characters; the text has this many.
    Length(usize),
    /// The byte at this place, counted from 0, is not one of the alphabet.
    Byte {
        /// Where it stands.
        at: usize,
    },
    /// The last character carries bits that no byte takes up.
    Leftover,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(length) => {
                write!(f, "its length is {length}, which is not a multiple of 4")
            }
            Self::Byte { at } => write!(f, "byte {at} is not of the standard alphabet"),
            Self::Leftover => f.write_str("its last character carries bits that no byte takes up"),
        }
    }
}

impl std::error::Error for DecodeError {}

fn six_bits(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::{DecodeError, decode, encode};

    #[test]
    fn the_examples_of_the_standard_go_both_ways() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text.as_bytes()), Ok(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn every_byte_at_every_place_comes_back() {
        for length in 1..=4 {
            for byte in 0..=255 {
                let bytes: Vec<u8> = (0..length).map(|place| byte ^ (place * 85)).collect();
                assert_eq!(decode(encode(&bytes).as_bytes()), Ok(bytes));
            }
        }
        assert_eq!(encode([0xfb, 0xff, 0xbf]), "+/+/");
    }

    #[test]
    fn what_no_encoder_writes_is_refused_with_its_place() {
        for (text, error) in [
            ("Zg", DecodeError::Length(2)),
            ("Zm9vYg=", DecodeError::Length(7)),
            ("Zm9\n", DecodeError::Byte { at: 3 }),
            ("-_-_", DecodeError::Byte { at: 0 }),
            ("Zg==Zg==", DecodeError::Byte { at: 2 }),
            ("Z===", DecodeError::Byte { at: 1 }),
            ("====", DecodeError::Byte { at: 0 }),
            ("Zh==", DecodeError::Leftover),
            ("Zm9=", DecodeError::Leftover),
        ] {
            assert_eq!(decode(text.as_bytes()), Err(error), "{text:?}");
        }
    }

    #[test]
    fn an_error_says_where_and_never_what() {
        let said = |text: &[u8]| decode(text).expect_err("no base64").to_string();
        assert_eq!(
            said(b"abcde"),
            "its length is 5, which is not a multiple of 4"
        );
        assert_eq!(said(b"ab!d"), "byte 2 is not of the standard alphabet");
        assert_eq!(
            said(b"Zh=="),
            "its last character carries bits that no byte takes up"
        );
    }
}

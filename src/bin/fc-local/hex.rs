//! Digests as FC and its clients write them.

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |four_bits: u8| char::from_digit(four_bits.into(), 16).unwrap_or_default();
    let each = bytes.iter();
    each.flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
        .collect()
}

//! Numbers as decimal digits, written without the machinery of `std::fmt` and without an allocation.
//!
//! Owns the digits alone. It must not know what a number counts.

/// How many digits the largest number has.
const MOST_DIGITS: usize = 20;

/// Writes a number after what is there.
pub(crate) fn push(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0; MOST_DIGITS];
    let unused = put(&mut digits, number);
    // The number 0 has one digit, too.
    out.extend_from_slice(&digits[unused.min(MOST_DIGITS - 1)..]);
}

/// Fills all of `digits` with the last digits of a number, zeros first, and returns how many of these zeros there are.
pub(crate) fn put(digits: &mut [u8], mut number: u64) -> usize {
    let mut zeros = 0;
    for (at, digit) in digits.iter_mut().enumerate().rev() {
        if number == 0 && zeros == 0 {
            zeros = at + 1;
        }
        // A remainder of ten fits into any type.
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    zeros
}

#[cfg(test)]
mod tests {
    use super::{push, put};

    #[test]
    fn numbers_have_the_digits_that_the_standard_library_gives_them() {
        let mut number = u64::MAX;
        while number > 0 {
            for near in [number, number - 1, number.saturating_add(1)] {
                let mut out = b"x".to_vec();
                push(&mut out, near);
                assert_eq!(out, format!("x{near}").into_bytes());
                let mut digits = [0; 3];
                put(&mut digits, near);
                assert_eq!(digits.to_vec(), format!("{:03}", near % 1000).into_bytes());
            }
            number /= 10;
        }
        let mut out = Vec::new();
        push(&mut out, 0);
        assert_eq!(out, b"0");
    }
}

//! Numbers as JavaScript reads and prints them (ECMA-262): both tools are written in it.
//!
//! It must not know which texts are numbers.

/// A number as text: JavaScript has no `1000.0`, and prints an exponent only beyond certain sizes.
pub(crate) fn as_javascript_prints(value: f64) -> String {
    // Beyond these it writes an exponent (ECMA-262, Number::toString).
    const LEAST: f64 = 1e-6;
    const MOST: f64 = 1e21;
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}Infinity");
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    if (LEAST..MOST).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if value.abs() < LEAST {
        text
    } else {
        text.replace('e', "e+")
    }
}

/// Digits of a base that is a power of two, rounded once and not at each digit; what follows no digit is 0.
pub(super) fn of_digits(digits: &str, bits: u32) -> f64 {
    // A digit more still fits after that.
    const FULL: u32 = 120;
    let base = 1_u32 << bits;
    let (mut value, mut worth) = (0_u128, 1.0);
    for digit in digits.chars().filter_map(|digit| digit.to_digit(base)) {
        if value >> FULL == 0 {
            value = value << bits | u128::from(digit);
        } else {
            // Far below the last bit of the result: it matters only where all before it is just between two numbers.
            value |= u128::from(digit != 0);
            worth *= f64::from(base);
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let rounded = value as f64;
    rounded * worth
}

/// Decimal digits, as many as there are.
pub(super) fn of_decimal(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests;

//! What a scalar means that is not quoted, and which tags change that.
//!
//! Owns the types of both dialects, by the rules of js-yaml 3.15 and 4.1, in the order in which these try them.

use super::number::{of_decimal, of_digits};
use super::{Dialect, Yaml};

/// The value of a plain scalar without a tag.
pub(super) fn resolve(text: &str, dialect: Dialect) -> Yaml {
    if is_null(text) {
        return Yaml::Null;
    }
    if let Some(value) = boolean(text) {
        return Yaml::Boolean(value);
    }
    if let Some(value) = integer(text, dialect).or_else(|| float(text, dialect)) {
        return Yaml::Number(value);
    }
    if is_date(text) {
        Yaml::Date(text.to_owned())
    } else {
        Yaml::Text(text.to_owned())
    }
}

/// The value of a scalar of this type of YAML's own, such as `int`; `None` where it is none of that type.
///
/// # Errors
///
/// The type is none that a template needs.
pub(super) fn tagged(text: &str, kind: &str, dialect: Dialect) -> Result<Option<Yaml>, ()> {
    Ok(match kind {
        "str" => Some(Yaml::Text(text.to_owned())),
        "bool" => boolean(text).map(Yaml::Boolean),
        "int" => integer(text, dialect).map(Yaml::Number),
        "float" => float(text, dialect).map(Yaml::Number),
        "timestamp" => is_date(text).then(|| Yaml::Date(text.to_owned())),
        _ => return Err(()),
    })
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A whole number. `_` may stand between digits, and even before the first of a base that is named.
fn integer(text: &str, dialect: Dialect) -> Option<f64> {
    let (sign, digits) = signed(text);
    if digits.ends_with('_') {
        return None;
    }
    let plain = digits.replace('_', "");
    let value = match based(&plain, digits, dialect) {
        Some((inner, bits)) => {
            let fits = inner.chars().all(|digit| digit.is_digit(1 << bits));
            (fits && !inner.is_empty()).then(|| of_digits(inner, bits))
        }
        None if digits.trim_start_matches('0').starts_with('_') => None,
        None if is_digits(&plain) => Some(of_decimal(&plain)),
        None if dialect == Dialect::Fun => sexagesimal_integer(digits),
        None => None,
    };
    value.map(|value| sign * value).map(positive_zero)
}

/// The digits after the mark of a base, and how many bits each has. For `fun` a zero is the mark of octal numbers.
fn based<'a>(plain: &'a str, digits: &str, dialect: Dialect) -> Option<(&'a str, u32)> {
    let octal = match dialect {
        Dialect::Fun => "0",
        Dialect::ServerlessDevs => "0o",
    };
    // The mark is read before any `_`.
    [("0b", 1), ("0x", 4), (octal, 3)]
        .into_iter()
        .filter(|(mark, _)| digits.starts_with(mark) && plain.len() > 1)
        .find_map(|(mark, bits)| Some((plain.strip_prefix(mark)?, bits)))
}

/// Digits and pairs of digits below 60, as in `19:59`.
fn sexagesimal_integer(digits: &str) -> Option<f64> {
    let (first, pairs) = digits.split_once(':')?;
    let first = first.replace('_', "");
    (is_digits(&first)
        && digits.starts_with(|c: char| c != '0' && c != '_')
        && pairs.split(':').all(is_below_60))
    .then(|| sixty_fold(&digits.replace('_', "")))
}

fn float(text: &str, dialect: Dialect) -> Option<f64> {
    let (sign, rest) = signed(text);
    let value = match rest {
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if rest.len() == text.len() => Some(f64::NAN),
        _ if rest.ends_with('_') => None,
        // Without digits before the point there is no sign.
        _ if rest.starts_with('.') => {
            let unsigned = rest.len() == text.len();
            (unsigned && is_fraction(rest)).then(|| of_decimal(&rest.replace('_', "")))
        }
        _ if is_decimal(rest, dialect) => Some(of_decimal(&rest.replace('_', ""))),
        _ if dialect == Dialect::Fun => sexagesimal_float(rest),
        _ => None,
    };
    value.map(|value| sign * value)
}

/// A point, digits or `_`, and perhaps an exponent.
fn is_fraction(text: &str) -> bool {
    let (mantissa, exponent) = split_exponent(text);
    let digits = mantissa.strip_prefix('.').unwrap_or_default();
    !digits.is_empty() && digits.chars().all(is_digit_or_line) && exponent.is_none_or(is_exponent)
}

/// Digits, perhaps a fraction, perhaps an exponent. For `fun` only a zero alone begins with one.
fn is_decimal(text: &str, dialect: Dialect) -> bool {
    let (mantissa, exponent) = split_exponent(text);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let starts = match dialect {
        Dialect::Fun => whole == "0" || whole.starts_with(|c: char| matches!(c, '1'..='9')),
        Dialect::ServerlessDevs => whole.starts_with(|c: char| c.is_ascii_digit()),
    };
    let digits = whole.chars().chain(fraction.chars()).all(is_digit_or_line);
    starts && digits && exponent.is_none_or(is_exponent)
}

/// As [`sexagesimal_integer`], with a fraction of the last pair, which may be empty.
fn sexagesimal_float(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.')?;
    let (first, pairs) = whole.split_once(':')?;
    let fits = first.starts_with(|c: char| c.is_ascii_digit())
        && first.chars().chain(fraction.chars()).all(is_digit_or_line)
        && pairs.split(':').all(is_below_60);
    fits.then(|| sixty_fold(&text.replace('_', "")))
}

/// Adds up parts from the last one on, each worth sixty times the one after it.
fn sixty_fold(text: &str) -> f64 {
    let mut worth = 1.0;
    text.rsplit(':').map(of_decimal).fold(0.0, |sum, part| {
        let sum = sum + part * worth;
        worth *= 60.0;
        sum
    })
}

/// A day, or a day and a time of it with or without a zone.
fn is_date(text: &str) -> bool {
    let day: Vec<&str> = text.splitn(3, '-').collect();
    let [year, month, rest] = day[..] else {
        return false;
    };
    let is_year = year.len() == 4 && is_digits(year);
    let is_day = rest.len() == 2 && is_digits(rest) && month.len() == 2 && is_digits(month);
    let has_time = || {
        is_one_or_two(month)
            && split_time(rest).is_some_and(|(day, time)| is_one_or_two(day) && is_time(time))
    };
    is_year && (is_day || has_time())
}

/// The day of a date, and the time that follows after a `T` or blanks.
fn split_time(text: &str) -> Option<(&str, &str)> {
    let (day, time) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let time = match time.strip_prefix(['T', 't']) {
        Some(time) => time,
        None if time.starts_with(BLANKS) => time.trim_start_matches(BLANKS),
        None => return None,
    };
    Some((day, time))
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Hours, minutes, seconds, perhaps a fraction, perhaps a zone.
fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(3, ':').collect();
    let [hour, minute, rest] = parts[..] else {
        return false;
    };
    let Some((second, rest)) = rest.split_at_checked(2) else {
        return false;
    };
    let rest = rest.strip_prefix('.').map_or(rest, |rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit())
    });
    let pairs = [minute, second]
        .iter()
        .all(|pair| pair.len() == 2 && is_digits(pair));
    is_one_or_two(hour) && pairs && (rest.is_empty() || is_zone(rest.trim_start_matches(BLANKS)))
}

fn is_zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some(zone) = text.strip_prefix(['+', '-']) else {
        return false;
    };
    let (hour, minute) = zone.split_once(':').unwrap_or((zone, "00"));
    is_one_or_two(hour) && minute.len() == 2 && is_digits(minute)
}

fn signed(text: &str) -> (f64, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A whole number has no negative zero, a float has.
fn positive_zero(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value }
}

fn split_exponent(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    }
}

fn is_exponent(text: &str) -> bool {
    is_digits(text.strip_prefix(['+', '-']).unwrap_or(text))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_digit_or_line(c: char) -> bool {
    c.is_ascii_digit() || c == '_'
}

fn is_one_or_two(text: &str) -> bool {
    text.len() <= 2 && is_digits(text)
}

fn is_below_60(text: &str) -> bool {
    is_one_or_two(text) && (text.len() == 1 || text.starts_with(|c: char| c <= '5'))
}

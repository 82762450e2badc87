//! What is wrong with a field whose value has another type than it should: which field, what it is, and what it may be.
//!
//! It must not know the fields.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// The longest text that is shown, in letters.
const SHOWN_CHARS_MAX: usize = 40;

/// The field whose values may be secrets, so that none is shown.
const SECRET: &str = "environmentVariables";

/// What serde calls the types of fields, and what people call them.
const KINDS: [(&str, &str); 5] = [
    ("u64", "a whole number of 0 or more"),
    ("a string", "a text"),
    ("a boolean", "true or false"),
    ("a sequence", "a list"),
    ("a map", "an object"),
];

/// Reads what has a type.
///
/// # Errors
///
/// A sentence that names the field, after this prefix. `range` knows which numbers a field may be.
pub(super) fn read<T: DeserializeOwned>(
    given: &Value,
    prefix: &str,
    range: impl Fn(&str) -> Option<RangeInclusive<u64>>,
) -> Result<T, String> {
    let read: Result<T, _> = serde_path_to_error::deserialize(given);
    read.map_err(|error| {
        let path = error.path().to_string();
        let text = error.inner().to_string();
        if let Some(known) = text.strip_prefix("unknown field ") {
            return unknown(&[prefix, &path].concat(), known);
        }
        let value = at(given, error.path());
        let field = match path.as_str() {
            "." => prefix.trim_end_matches('.').to_owned(),
            _ => [prefix, &path].concat(),
        };
        match (range(&path), kind(&text)) {
            (Some(range), _) => no_number(&field, value, &range),
            (None, Some(kind)) => format!("{field} is {}, not {kind}", shown(value, &field)),
            (None, None) => format!("{field} is not valid: {text}"),
        }
    })
}

/// What is wrong with a field that is not known; serde lists those that are.
fn unknown(path: &str, text: &str) -> String {
    let (place, name) = path.rsplit_once('.').unwrap_or(("it", path));
    let known = text
        .split_once(", expected ")
        .map_or("", |(_, known)| known);
    let known = known.trim_start_matches("one of ").replace('`', "");
    format!("'{name}' is not a field of {place}, whose fields are {known}")
}

/// What is wrong with a text in a field that is no JSON; the error itself has words of serde's.
pub(crate) fn no_json(field: &str, error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    format!(
        "{field} is not JSON from line {line}, column {column}: write an object, with names and texts in double quotes"
    )
}

pub(super) fn no_number(name: &str, value: &Value, range: &RangeInclusive<u64>) -> String {
    let (least, most) = (range.start(), range.end());
    let value = shown(value, name);
    format!("{name} is {value}, not a number from {least} to {most}")
}

/// What was expected, as people call it.
fn kind(text: &str) -> Option<&'static str> {
    let (_, expected) = text.rsplit_once("expected ")?;
    let is = |name: &str| expected == name || name == "a map" && expected.starts_with("struct ");
    let found = KINDS.iter().find(|(name, _)| is(name))?;
    Some(found.1)
}

/// The value at a place; where there is none, the whole.
fn at<'a>(given: &'a Value, path: &Path) -> &'a Value {
    path.iter().fold(given, |value, segment| {
        let part = match segment {
            Segment::Seq { index } => value.get(index),
            Segment::Map { key } => value.get(key),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        part.unwrap_or(value)
    })
}

fn shown(value: &Value, field: &str) -> String {
    let is_secret = field.starts_with(SECRET);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) if is_secret => "true or false",
        Value::Number(_) if is_secret => "a number",
        Value::String(text) if is_secret || text.chars().count() > SHOWN_CHARS_MAX => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        shown => return shown.to_string(),
    };
    kind.to_owned()
}

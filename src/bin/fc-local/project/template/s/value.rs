//! Values as expressions handle them: mappings by key, and values as JavaScript turns them into text.

use std::fmt::Write;

use crate::project::yaml::{Yaml, as_javascript_prints};

/// A mapping, in the order of the file.
pub(super) type Entries = Vec<(String, Yaml)>;

/// The value of a key.
pub(super) fn get<'a>(entries: &'a Entries, key: &str) -> Option<&'a Yaml> {
    let mut entries = entries.iter();
    entries
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

/// Sets the value of a key, which keeps its place.
pub(super) fn put(entries: &mut Entries, key: &str, value: Yaml) {
    match entries.iter_mut().find(|(name, _)| name == key) {
        Some(entry) => entry.1 = value,
        None => entries.push((key.to_owned(), value)),
    }
}

/// Removes a key.
pub(super) fn take(entries: &mut Entries, key: &str) -> Option<Yaml> {
    let at = entries.iter().position(|(name, _)| name == key)?;
    Some(entries.remove(at).1)
}

/// A value as JavaScript makes text of it.
pub(super) fn text_of(value: &Yaml) -> String {
    match value {
        Yaml::Null => "null".to_owned(),
        Yaml::Boolean(value) => value.to_string(),
        Yaml::Number(number) => as_javascript_prints(*number),
        Yaml::Text(text) | Yaml::Date(text) => text.clone(),
        Yaml::Map(_) => "[object Object]".to_owned(),
        Yaml::List(items) => items.iter().enumerate().fold(String::new(), joined),
    }
}

fn joined(mut text: String, (at, item): (usize, &Yaml)) -> String {
    let comma = if at > 0 { "," } else { "" };
    let item = match item {
        Yaml::Null => String::new(),
        item => text_of(item),
    };
    // Writing to a String cannot fail.
    let _ = write!(text, "{comma}{item}");
    text
}

/// A value of JSON.
pub(super) fn from_json(text: &str) -> Result<Yaml, serde_json::Error> {
    serde_json::from_str(text).map(of_json)
}

fn of_json(value: serde_json::Value) -> Yaml {
    use serde_json::Value as Json;
    match value {
        Json::Null => Yaml::Null,
        Json::Bool(value) => Yaml::Boolean(value),
        Json::Number(number) => Yaml::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Yaml::Text(text),
        Json::Array(items) => Yaml::List(items.into_iter().map(of_json).collect()),
        Json::Object(entries) => {
            let entries = entries.into_iter();
            Yaml::Map(entries.map(|(key, value)| (key, of_json(value))).collect())
        }
    }
}

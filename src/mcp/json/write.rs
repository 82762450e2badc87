//! The writing of JSON: strings, and objects that are changed as text.
//!
//! Owns how a string is quoted and where an entry of an object stands. It must not know what is written.

use super::{Json, JsonRef};
use Part::{Raw, Text};

/// How much is reserved for an object: as much as most messages have.
pub(super) const USUAL_BYTES: usize = 256;

/// These texts, one after the other. Not `concat`, which is 300 bytes of code that nothing else in most programs needs.
pub(crate) fn joined(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// Adds a text as a string.
pub(crate) fn push_quoted(to: &mut String, text: &str) {
    to.reserve(text.len() + 2);
    to.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(needs_escape) {
        to.push_str(&rest[..at]);
        push_escape(to, rest.as_bytes()[at]);
        rest = &rest[at + 1..];
    }
    to.push_str(rest);
    to.push('"');
}

fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

fn push_escape(to: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    to.push('\\');
    let (before, last) = match byte {
        b'\n' => ("", b'n'),
        b'\r' => ("", b'r'),
        b'\t' => ("", b't'),
        b'"' | b'\\' => ("", byte),
        0x10.. => ("u001", DIGITS[usize::from(byte & 15)]),
        _ => ("u000", DIGITS[usize::from(byte)]),
    };
    to.push_str(before);
    to.push(char::from(last));
}

/// A text as a string.
pub(crate) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    push_quoted(&mut json, text);
    json
}

/// The value of an entry that is written.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// A text, as a string.
    Text(&'a str),
    /// What is JSON already.
    Raw(&'a str),
}

/// An object of these entries, whose names need no escape. One is left out whose value is empty, which no JSON is.
pub(crate) fn object(entries: &[(&str, Part<'_>)]) -> String {
    let mut text = String::with_capacity(USUAL_BYTES);
    let mut mark = "{\"";
    for (name, value) in entries {
        if matches!(value, Raw("")) {
            continue;
        }
        for part in [mark, name, "\":"] {
            text.push_str(part);
        }
        match value {
            Text(value) => push_quoted(&mut text, value),
            Raw(value) => text.push_str(value),
        }
        mark = ",\"";
    }
    text.push('}');
    text
}

/// A text as a piece of content, as tools and prompts have it.
pub(crate) fn text_content(text: &str) -> String {
    object(&[("type", Text("text")), ("text", Text(text))])
}

/// An object under construction, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object(String);

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

impl Object {
    pub(crate) fn new() -> Self {
        Self("{}".to_owned())
    }

    /// One of these entries: see [`object`].
    pub(crate) fn with(entries: &[(&str, Part<'_>)]) -> Self {
        Self(object(entries))
    }

    /// The object that a value is; an empty one if it is something else.
    pub(crate) fn from(value: Json) -> Self {
        if value.view().is_object() {
            Self(value.into_string())
        } else {
            Self::new()
        }
    }

    /// A value that is taken for an object.
    pub(crate) fn known(value: Json) -> Self {
        Self(value.into_string())
    }

    /// A copy of it.
    pub(crate) fn of(value: JsonRef<'_>) -> Self {
        if value.is_object() {
            Self(value.as_json().to_owned())
        } else {
            Self::new()
        }
    }

    pub(crate) fn view(&self) -> JsonRef<'_> {
        JsonRef(&self.0)
    }

    pub(crate) fn get(&self, name: &str) -> Option<JsonRef<'_>> {
        self.view().get(name)
    }

    /// Sets an entry to a value, which is JSON.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.get(name) {
            Some(old) => {
                let start = old.as_json().as_ptr() as usize - self.0.as_ptr() as usize;
                let end = start + old.as_json().len();
                self.0 = joined(&[&self.0[..start], value, &self.0[end..]]);
            }
            None => self.add(name, value),
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.pop();
        if self.0.len() > 1 {
            self.0.push(',');
        }
        push_quoted(&mut self.0, name);
        for part in [":", value, "}"] {
            self.0.push_str(part);
        }
    }

    /// Sets an entry to a text.
    pub(crate) fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, &quoted(text));
    }

    /// Adds an entry, if there is none of this name.
    pub(crate) fn set_if_missing(&mut self, name: &str, value: &str) {
        if !self.view().has(name) {
            self.add(name, value);
        }
    }

    /// Adds an item to the list of this name, which is begun with it.
    pub(crate) fn push(&mut self, name: &str, item: &str) {
        let list = self.get(name).filter(|list| list.is_array());
        let items = list.map_or("", |list| &list.as_json()[1..list.as_json().len() - 1]);
        let comma = if items.trim().is_empty() { "" } else { "," };
        let list = joined(&["[", items, comma, item, "]"]);
        self.set(name, &list);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Object, Raw, Text, quoted};
    use serde_json::{Value, json};

    #[test]
    fn a_text_is_quoted_as_serde_reads_it() {
        let text: String = (0..=0x7f)
            .map(char::from)
            .chain("é你😀\u{2028}".chars())
            .collect();
        assert_eq!(
            serde_json::from_str::<String>(&quoted(&text)).expect("JSON"),
            text
        );
        assert_eq!(quoted("\u{1f}\u{0}"), r#""\u001f\u0000""#);
    }

    fn value(object: &Object) -> Value {
        serde_json::from_str(object.as_str()).expect("JSON")
    }

    #[test]
    fn an_entry_is_set_once_whatever_it_was() {
        let mut object = Object::with(&[("a", Raw("1"))]);
        object.set_text("b", "\"");
        object.set("a", "[{}]");
        assert_eq!(value(&object), json!({ "a": [{}], "b": "\"" }));
        object.set_if_missing("a", "2");
        object.set_if_missing("c", "3");
        assert_eq!(value(&object), json!({ "a": [{}], "b": "\"", "c": 3 }));
    }

    #[test]
    fn items_are_added_to_a_list_or_begin_one() {
        let mut object = Object::with(&[("empty", Raw("[ ]")), ("text", Text("[]"))]);
        for name in ["new", "new", "empty", "text"] {
            object.push(name, "1");
        }
        assert_eq!(
            value(&object),
            json!({ "new": [1, 1], "empty": [1], "text": [1] })
        );
    }
}

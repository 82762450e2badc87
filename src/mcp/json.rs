//! `Json` and `JsonRef`, values of JSON that are kept as text.
//!
//! Owns how values are read and made. It must not know the protocol.
//!
//! A message is read where it lies and written once. The values of `serde_json` would be trees of maps, whose code is 20 KB
//! of the zip, as much as all the rest of this package: callers that want them convert.

mod macros;
mod scan;
mod to_json;
mod write;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde_core::de::DeserializeOwned;

pub use macros::JsonWriter;
pub use to_json::ToJson;
use write::push_quoted;
pub(crate) use write::{Object, Part, joined, object, text_content};

/// A value of JSON, as text. [`json!`](crate::json) makes one, and so does [`ToJson::to_json`] of a text, a number, a list or
/// a `serde_json::Value`.
///
/// # Examples
///
/// ```
/// use fc_mcp::{Json, json};
///
/// let schema = json!({ "type": "string", "enum": ["en", "zh"] });
/// assert_eq!(schema.to_string(), r#"{"type":"string","enum":["en","zh"]}"#);
/// assert_eq!(schema.get("type").and_then(|kind| kind.string()).as_deref(), Some("string"));
///
/// let read: Json = r#"{ "a": [1, 2] }"#.parse()?;
/// assert_eq!(read.get("a").map(|a| a.items().filter_map(|item| item.integer()).sum()), Some(3));
/// # Ok::<(), fc_mcp::JsonError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(String);

/// A JSON value in the text of a request. See [`Json`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct JsonRef<'a>(&'a str);

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    at: usize,
}

impl Json {
    /// The value of an entry: see [`JsonRef::get`].
    pub fn get(&self, name: &str) -> Option<JsonRef<'_>> {
        self.view().get(name)
    }

    /// The text.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The same value, to be read.
    pub fn view(&self) -> JsonRef<'_> {
        JsonRef(&self.0)
    }

    /// The JSON of a value of any type that serde can write.
    ///
    /// # Errors
    ///
    /// The value cannot become JSON, such as a map whose keys are not strings.
    pub fn of<T: serde_core::Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(Self)
    }

    /// A text that is known to be JSON.
    pub(crate) fn known(text: String) -> Self {
        Self(text)
    }

    /// Reads a body.
    pub(crate) fn parse(bytes: &[u8]) -> Result<JsonRef<'_>, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|error| JsonError {
            at: error.valid_up_to(),
        })?;
        scan::whole(text)
            .map(JsonRef)
            .map_err(|at| JsonError { at })
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl<'a> JsonRef<'a> {
    pub(crate) const NULL: JsonRef<'static> = JsonRef("null");
    /// An object without entries.
    pub(crate) const EMPTY: JsonRef<'static> = JsonRef("{}");

    /// The value of an entry, if this is an object that has it; the last one, if it has several of that name.
    pub fn get(self, name: &str) -> Option<JsonRef<'a>> {
        if !self.is_object() {
            return None;
        }
        let entries = scan::Entries::of(self.0);
        let mine = entries.filter(|(found, _)| is_name(found, name));
        mine.last().map(|(_, value)| JsonRef(value))
    }

    /// Whether this is an object that has an entry of this name.
    pub(crate) fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The values of these entries, as [`get`](Self::get) has each of them, read in one pass.
    pub(crate) fn pick<const N: usize>(self, names: [&str; N]) -> [Option<JsonRef<'a>>; N] {
        let mut values = [None; N];
        for (found, value) in scan::Entries::of(self.0) {
            for (name, slot) in names.iter().zip(&mut values) {
                if is_name(found, name) {
                    *slot = Some(JsonRef(value));
                }
            }
        }
        values
    }

    /// The items of a list, in order; none if the value is not a list.
    pub fn items(self) -> impl Iterator<Item = JsonRef<'a>> {
        let list = if self.is_array() { self.0 } else { "" };
        scan::Entries::of(list).map(|(_, value)| JsonRef(value))
    }

    /// The entries of an object, in order; none if the value is not an object.
    pub fn entries(self) -> impl Iterator<Item = (Cow<'a, str>, JsonRef<'a>)> {
        let object = if self.is_object() { self.0 } else { "" };
        scan::Entries::of(object).map(|(name, value)| (plain(name), JsonRef(value)))
    }

    /// The text, if it is a string.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?;
        Some(plain(&inner[..inner.len() - 1]))
    }

    /// The number, if it is an integer that fits.
    pub fn integer(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The number, if it is one, rounded to the nearest `f64`.
    pub fn number(self) -> Option<f64> {
        self.is_number().then(|| self.0.parse().ok())?
    }

    /// The boolean, if it is one.
    pub fn boolean(self) -> Option<bool> {
        self.0.parse().ok()
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Whether it is a string.
    pub fn is_string(self) -> bool {
        self.0.starts_with('"')
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        matches!(self.0.as_bytes().first(), Some(b'-' | b'0'..=b'9'))
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Whether it is a list.
    pub fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    /// The value, read into your own type.
    ///
    /// # Errors
    ///
    /// It does not fit the type.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0)
    }

    /// The text of the value, which is JSON.
    pub fn as_json(self) -> &'a str {
        self.0
    }

    /// The value by itself.
    pub fn to_owned(self) -> Json {
        Json(self.0.to_owned())
    }
}

/// Whether the text between two quotes stands for a name.
fn is_name(inner: &str, name: &str) -> bool {
    inner == name || has_escape(inner) && scan::unescaped(inner) == name
}

fn has_escape(inner: &str) -> bool {
    inner.bytes().any(|byte| byte == b'\\')
}

/// What the text between two quotes stands for.
fn plain(inner: &str) -> Cow<'_, str> {
    if has_escape(inner) {
        scan::unescaped(inner).into()
    } else {
        inner.into()
    }
}

impl FromStr for Json {
    type Err = JsonError;

    fn from_str(text: &str) -> Result<Self, JsonError> {
        Ok(Self::parse(text.as_bytes())?.to_owned())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for JsonRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for JsonRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not JSON, see byte {}", self.at)
    }
}

impl std::error::Error for JsonError {}

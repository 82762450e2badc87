//! Documents as serde sees them: the source of typed values, in the order of the file.
//!
//! It must not know which types are read.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::Yaml;
use super::number::as_javascript_prints;
use crate::nearest::nearest;

/// Functions of the cloud's own templates, which are written as mappings of one key. `fun` sends such a template to a
/// service that resolves them only where it is asked to (`--use-ros`).
const FUNCTIONS: [&str; 2] = ["Ref", "Fn::"];

/// Reads a typed value.
///
/// # Errors
///
/// The place in the value, and what is wrong there.
pub(crate) fn read<T: DeserializeOwned>(value: &Yaml) -> Result<T, String> {
    serde_path_to_error::deserialize(Node(value)).map_err(|error| {
        let path = error.path().to_string();
        match error.into_inner() {
            // The path ends in the key that is unknown.
            Wrong::Unknown(text) => match path.rsplit_once('.') {
                Some((place, _)) if !place.is_empty() => format!("{place} {text}"),
                _ => format!("it {text}"),
            },
            Wrong::Other(text) if path == "." => text,
            Wrong::Other(text) => format!("{path}: {text}"),
        }
    })
}

/// Entries in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Ordered<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Ordered<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Ordered(entries))
    }
}

/// What is wrong with a value, as the text goes on after its place.
#[derive(Debug)]
enum Wrong {
    Unknown(String),
    Other(String),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unknown(text) | Self::Other(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let meant = nearest(field, expected);
        let meant = meant.map_or(String::new(), |meant| format!(", the nearest is {meant}"));
        let expected = expected.join(", ");
        Self::Unknown(format!(
            "has the unknown key {field}{meant}; those that it may have are {expected}"
        ))
    }
}

/// A value of the document.
struct Node<'a>(&'a Yaml);

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Yaml::Null => visitor.visit_unit(),
            Yaml::Boolean(value) => visitor.visit_bool(*value),
            Yaml::Number(value) => visit_number(*value, visitor),
            Yaml::Text(text) => visitor.visit_str(text),
            Yaml::Date(text) => Err(Wrong::custom(format!(
                "{text} is a date, not text; put it in quotes"
            ))),
            Yaml::List(list) => visitor.visit_seq(SeqDeserializer::new(list.iter().map(Node))),
            Yaml::Map(entries) => {
                check_function(entries)?;
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.as_str(), Node(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Yaml::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A number as a reader of the JSON would see it that the tools send.
fn visit_number<'de, V: Visitor<'de>>(value: f64, visitor: V) -> Result<V::Value, Wrong> {
    let text = as_javascript_prints(value);
    if let Ok(value) = text.parse() {
        return visitor.visit_u64(value);
    }
    match text.parse() {
        Ok(value) => visitor.visit_i64(value),
        Err(_) => visitor.visit_f64(value),
    }
}

/// Refuses what only the cloud could resolve.
fn check_function(entries: &[(String, Yaml)]) -> Result<(), Wrong> {
    let [(name, _)] = entries else {
        return Ok(());
    };
    let is_function = FUNCTIONS
        .iter()
        .any(|function| match function.strip_suffix("::") {
            Some(_) => name.starts_with(function),
            None => name == function,
        });
    if is_function {
        Err(Wrong::custom(format!(
            "{{{name}: …}} is not resolved when a template is read; write the value that is meant in its place"
        )))
    } else {
        Ok(())
    }
}

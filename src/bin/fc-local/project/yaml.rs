//! YAML as serde sees it: a parsed document as the source of typed values, in the order of the file.
//!
//! The parsing is `yaml-rust2`'s. No crate that reads YAML into types is used: they decide what a plain scalar
//! means, and the two tools whose files are read here decide that otherwise, each by its JavaScript library.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{
    self, Deserialize, DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use yaml_rust2::Yaml;

/// A key as text, as JavaScript has the keys of its objects; `None` for what is no scalar.
pub(super) fn key_text(key: &Yaml) -> Option<String> {
    match key {
        Yaml::String(text) | Yaml::Real(text) => Some(text.clone()),
        Yaml::Integer(value) => Some(value.to_string()),
        Yaml::Boolean(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Reads a typed value.
///
/// # Errors
///
/// The place in the value, and what is wrong there.
pub(super) fn read<T: DeserializeOwned>(yaml: &Yaml) -> Result<T, String> {
    serde_path_to_error::deserialize(Node(yaml)).map_err(|error| {
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
pub(super) struct Ordered<T>(pub(super) Vec<(String, T)>);

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

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let expected = expected.join(", ");
        Self::Unknown(format!(
            "has the unknown key {field}; those that it may have are {expected}"
        ))
    }
}

/// A value of the document.
struct Node<'a>(&'a Yaml);

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Yaml::Boolean(value) => visitor.visit_bool(*value),
            Yaml::Integer(value) => match u64::try_from(*value) {
                Ok(value) => visitor.visit_u64(value),
                Err(_) => visitor.visit_i64(*value),
            },
            Yaml::Real(text) => match self.0.as_f64() {
                Some(value) => visitor.visit_f64(value),
                None => visitor.visit_str(text),
            },
            Yaml::String(text) => visitor.visit_str(text),
            Yaml::Array(list) => visitor.visit_seq(SeqDeserializer::new(list.iter().map(Node))),
            Yaml::Hash(hash) => {
                let entries = hash.iter();
                let entries =
                    entries.filter_map(|(key, value)| Some((key_text(key)?, Node(value))));
                visitor.visit_map(MapDeserializer::new(entries))
            }
            Yaml::Null | Yaml::BadValue | Yaml::Alias(_) => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Yaml::Null | Yaml::BadValue | Yaml::Alias(_) => visitor.visit_none(),
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

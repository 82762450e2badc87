//! Reading fields into types, changing them, and writing them back.

use std::ops::RangeInclusive;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{lists, wrong};

/// Fields as JSON has them, of a request or a template.
pub(crate) type Fields = Map<String, Value>;

/// A kind of thing that can be described.
pub(crate) trait Spec: Serialize + DeserializeOwned + Clone + PartialEq {
    /// What it is, in messages.
    const KIND: &'static str;
    /// The fields that are accepted, kept and given back, and have no effect.
    const UNPLAYED: &'static [&'static str];

    /// The numbers that a field may be, by its path.
    fn range(_path: &str) -> Option<RangeInclusive<u64>> {
        None
    }

    /// The fields that have no type.
    fn rest(&self) -> &Fields;

    /// Refuses values that FC would refuse.
    ///
    /// # Errors
    ///
    /// A sentence that names the field and what it may be.
    fn check(&self) -> Result<(), String>;

    /// Reads the fields of a request.
    ///
    /// # Errors
    ///
    /// A sentence that names the field that is wrong.
    fn read(fields: Fields) -> Result<Self, String> {
        let fields: Fields = fields
            .into_iter()
            .map(|(name, value)| (decapitalized(&name), value))
            .filter(|(name, _)| !lists::READ_ONLY.contains(&name.as_str()))
            .collect();
        let given = Value::Object(fields);
        let spec: Self = wrong::read(&given, "", Self::range)?;
        let mut names = spec.rest().keys();
        match names.find(|name| !Self::UNPLAYED.contains(&name.as_str())) {
            Some(name) => Err(format!(
                "'{name}' is not a field of {}: correct its spelling, or leave it out",
                Self::KIND
            )),
            None => spec.check().map(|()| spec),
        }
    }

    /// The fields with a change over them; what the change does not name stays.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    fn changed(&self, change: Fields) -> Result<Self, String> {
        let mut fields = self.fields();
        let change = change.into_iter();
        fields.extend(change.map(|(name, value)| (decapitalized(&name), value)));
        Self::read(fields)
    }

    /// The fields as JSON, without those that have no value.
    fn fields(&self) -> Fields {
        match serde_json::to_value(self).map(without_nulls) {
            Ok(Value::Object(fields)) => fields,
            // A struct with text as its keys is an object.
            _ => Fields::new(),
        }
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        other => other,
    }
}

/// A text; a file of YAML may have the number of a version as a number.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!(
            "{other} is neither a text nor a number"
        ))),
    }
}

/// `fun` sends some names of fields with a capital.
fn decapitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}

/// Refuses a number that is out of its range.
pub(super) fn in_range(
    name: &str,
    value: Option<u64>,
    range: RangeInclusive<u64>,
) -> Result<(), String> {
    match value.filter(|value| !range.contains(value)) {
        None => Ok(()),
        Some(value) => Err(wrong::no_number(name, &value.into(), &range)),
    }
}

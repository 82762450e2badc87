//! One mapping of a document: its entries, merges, and keys as text.
//!
//! It must not know where the mapping is.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Yaml;
use super::number::as_javascript_prints;

/// The key whose value is merged.
pub(super) const MERGE_KEY: &str = "<<";

/// The entries of a mapping, and which of them may still be replaced.
#[derive(Default)]
pub(super) struct Mapping {
    pub(super) entries: Vec<(String, Yaml)>,
    places: HashMap<String, Place>,
}

struct Place {
    index: usize,
    /// A merge brought it, so that an entry of the mapping itself may follow.
    merged: bool,
}

impl Mapping {
    pub(super) fn insert(&mut self, name: String, value: Yaml) -> Result<(), String> {
        match self.places.entry(name) {
            Entry::Vacant(vacant) => {
                let index = self.entries.len();
                self.entries.push((vacant.key().clone(), value));
                vacant.insert(Place {
                    index,
                    merged: false,
                });
            }
            Entry::Occupied(mut there) if there.get().merged => {
                let place = there.get_mut();
                place.merged = false;
                self.entries[place.index].1 = value;
            }
            Entry::Occupied(there) => {
                return Err(format!("the key {} is there twice", there.key()));
            }
        }
        Ok(())
    }

    /// Takes over what a mapping, or each of a list of them, has and this one has not.
    pub(super) fn merge(&mut self, value: Yaml) -> Result<(), String> {
        match value {
            Yaml::Map(entries) => entries
                .into_iter()
                .for_each(|(name, value)| self.fill_in(name, value)),
            Yaml::List(list) if list.iter().all(Yaml::is_map) => {
                list.into_iter().try_for_each(|value| self.merge(value))?;
            }
            _ => {
                return Err(format!(
                    "{MERGE_KEY} merges what is neither a mapping nor a list of mappings"
                ));
            }
        }
        Ok(())
    }

    fn fill_in(&mut self, name: String, value: Yaml) {
        if let Entry::Vacant(vacant) = self.places.entry(name) {
            let index = self.entries.len();
            self.entries.push((vacant.key().clone(), value));
            vacant.insert(Place {
                index,
                merged: true,
            });
        }
    }
}

/// A key as JavaScript makes it: the keys of its objects are text.
pub(super) fn key_text(key: Yaml) -> Result<String, String> {
    match key {
        Yaml::Text(text) => Ok(text),
        Yaml::Number(number) => Ok(as_javascript_prints(number)),
        Yaml::Boolean(value) => Ok(value.to_string()),
        Yaml::Null => Ok("null".to_owned()),
        Yaml::Date(date) => Err(format!(
            "the key {date} is a date, of which the tools make another text; put it in quotes"
        )),
        Yaml::List(_) | Yaml::Map(_) => {
            Err("an alias of a list or a mapping is a key here; only text can be one".to_owned())
        }
    }
}

//! An alias of a function: the version that it leads to, and another one that gets a part of its calls.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec};

/// The fields of an alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AliasSpec {
    version_id: Option<String>,
    description: Option<String>,
    /// Which part of the calls other versions get, from 0 to 1.
    additional_version_weight: Option<BTreeMap<String, f64>>,
    #[serde(flatten)]
    rest: Fields,
}

impl AliasSpec {
    /// The version that gets the calls which no other one gets.
    pub(crate) fn version(&self) -> &str {
        self.version_id.as_deref().unwrap_or_default()
    }

    /// The version that a call gets whose lot, from 0 to 1, is this one.
    pub(crate) fn version_at(&self, lot: f64) -> &str {
        let mut rest = lot;
        for (version, weight) in self.weights() {
            if rest < weight {
                return version;
            }
            rest -= weight;
        }
        self.version()
    }

    /// All versions that it names.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &str> {
        let more = self.weights().map(|(version, _)| version);
        std::iter::once(self.version()).chain(more)
    }

    pub(crate) fn leads_to(&self, version: &str) -> bool {
        self.versions().any(|named| named == version)
    }

    fn weights(&self) -> impl Iterator<Item = (&str, f64)> {
        let weights = self.additional_version_weight.iter().flatten();
        weights.map(|(version, weight)| (version.as_str(), *weight))
    }
}

/// The versions, as `fc-local list` shows them.
impl fmt::Display for AliasSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.version())?;
        let mut weights = self.weights();
        weights.try_for_each(|(version, weight)| write!(f, ", {version} ({weight})"))
    }
}

impl Spec for AliasSpec {
    const KIND: &'static str = "an alias";
    const UNPLAYED: &'static [&'static str] = &[];

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        if self.version().is_empty() {
            return Err("versionId is missing".to_owned());
        }
        let sum: f64 = self.weights().map(|(_, weight)| weight).sum();
        if sum > 1.0 || self.weights().any(|(_, weight)| weight < 0.0) {
            return Err(
                "additionalVersionWeight is not valid: each weight is from 0 to 1, and so is their sum"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

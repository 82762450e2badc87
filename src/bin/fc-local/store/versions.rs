//! The published versions of a function and its aliases: snapshots that never change, and names that lead to them.
//!
//! It must not know who publishes a version, nor how one is called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::resource::{CodeRef, Resource};
use super::spec::{AliasSpec, AsyncSpec, FunctionSpec, ProvisionSpec, ScalingSpec};
use crate::name::LATEST;

/// What hangs on a function besides its fields, and is numbered or named by a qualifier.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Versions {
    /// The number of the version that was published last: no number is used twice.
    last: u64,
    published: BTreeMap<u64, Version>,
    pub(crate) aliases: BTreeMap<String, Resource<AliasSpec>>,
    /// By the version or alias that they are for.
    settings: BTreeMap<String, Settings>,
}

/// A function as it was when it was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) resource: Resource<FunctionSpec>,
    pub(crate) code: CodeRef,
    pub(crate) description: String,
}

/// The fields and the code of `LATEST` or of a version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Snapshot<'a> {
    pub(crate) resource: &'a Resource<FunctionSpec>,
    pub(crate) code: &'a CodeRef,
}

/// What is set for one version or alias and is no part of the snapshot.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) async_config: Option<Resource<AsyncSpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provision: Option<Resource<ProvisionSpec>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scaling: Option<Resource<ScalingSpec>>,
}

impl Versions {
    /// Whether there is nothing to write down.
    pub(super) fn is_unused(&self) -> bool {
        self.last == 0 && self.aliases.is_empty() && self.settings.is_empty()
    }

    /// Publishes a function as it is now; nothing if it is as it was when it was published last.
    pub(crate) fn publish(&mut self, now: Snapshot<'_>, description: &str) -> Option<u64> {
        let last = self.published.get(&self.last);
        if last.is_some_and(|last| last.snapshot().is_same(now)) {
            return None;
        }
        self.last += 1;
        let version = Version {
            resource: Resource::new(now.resource.spec.clone()),
            code: now.code.clone(),
            description: description.to_owned(),
        };
        self.published.insert(self.last, version);
        Some(self.last)
    }

    /// All versions with their numbers, the oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = (u64, &Version)> {
        self.published
            .iter()
            .map(|(number, version)| (*number, version))
    }

    /// The version of a number that is written as the API writes it.
    pub(crate) fn get(&self, version: &str) -> Option<&Version> {
        self.published.get(&number(version)?)
    }

    /// Removes a version with what is set for it; says whether there was one.
    pub(crate) fn remove(&mut self, version: &str) -> bool {
        self.settings.remove(version);
        number(version).is_some_and(|number| self.published.remove(&number).is_some())
    }

    /// Removes an alias with what is set for it; says whether there was one.
    pub(crate) fn remove_alias(&mut self, alias: &str) -> bool {
        self.settings.remove(alias);
        self.aliases.remove(alias).is_some()
    }

    /// The version that a call by a qualifier gets whose lot, from 0 to 1, is this one; nothing if there is no such qualifier.
    pub(crate) fn version_of<'a>(&'a self, qualifier: &'a str, lot: f64) -> Option<&'a str> {
        if let Some(alias) = self.aliases.get(qualifier) {
            return Some(alias.spec.version_at(lot));
        }
        (qualifier == LATEST || self.get(qualifier).is_some()).then_some(qualifier)
    }

    /// The aliases that lead to a version, be it with a part of the calls.
    pub(crate) fn aliases_of(&self, version: &str) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter();
        let leading = aliases.filter(move |(_, alias)| alias.spec.leads_to(version));
        leading.map(|(name, _)| name.as_str())
    }

    /// All versions and aliases.
    pub(crate) fn qualifiers(&self) -> impl Iterator<Item = String> {
        let numbers = self.published.keys().map(u64::to_string);
        numbers.chain(self.aliases.keys().cloned())
    }

    pub(crate) fn settings(&self) -> &BTreeMap<String, Settings> {
        &self.settings
    }

    pub(crate) fn settings_mut(&mut self, qualifier: &str) -> &mut Settings {
        self.settings.entry(qualifier.to_owned()).or_default()
    }
}

impl Version {
    pub(crate) fn snapshot(&self) -> Snapshot<'_> {
        Snapshot {
            resource: &self.resource,
            code: &self.code,
        }
    }
}

impl Snapshot<'_> {
    fn is_same(self, other: Snapshot<'_>) -> bool {
        self.resource.spec == other.resource.spec && self.code == other.code
    }
}

/// The number of a version; nothing for a text that is none, or is written in another way than the API does.
fn number(version: &str) -> Option<u64> {
    let number: u64 = version.parse().ok()?;
    (number.to_string() == version).then_some(number)
}

#[cfg(test)]
mod tests;

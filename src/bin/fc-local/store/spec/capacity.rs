//! How many calls and instances a function may have: the reserved concurrency, which acts, and the instances that are held
//! ready, in the older and the newer form, which are kept and given back.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec, in_range};
use super::lists;

/// The most that a reservation may be; the platform's own limit is the account's quota.
const MOST: u64 = 100_000;

/// How many calls of a function may run at once, in all its instances.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ConcurrencySpec {
    reserved_concurrency: Option<u64>,
    #[serde(flatten)]
    rest: Fields,
}

/// How many instances are held ready, in the older form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ProvisionSpec {
    target: Option<u64>,
    default_target: Option<u64>,
    #[serde(flatten)]
    rest: Fields,
}

/// The same in the newer form.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ScalingSpec {
    min_instances: Option<u64>,
    #[serde(flatten)]
    rest: Fields,
}

impl ConcurrencySpec {
    /// The most calls at once.
    pub(crate) fn calls_max(&self) -> u64 {
        self.reserved_concurrency.unwrap_or(MOST)
    }
}

impl ProvisionSpec {
    /// How many instances were asked for.
    pub(crate) fn instances(&self) -> u64 {
        self.default_target.or(self.target).unwrap_or_default()
    }
}

impl ScalingSpec {
    /// How many instances were asked for.
    pub(crate) fn instances(&self) -> u64 {
        self.min_instances.unwrap_or_default()
    }
}

impl Spec for ConcurrencySpec {
    const KIND: &'static str = "a reserved concurrency";
    const UNPLAYED: &'static [&'static str] = &[];

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        match self.reserved_concurrency {
            None => Err("reservedConcurrency is missing".to_owned()),
            given => in_range("reservedConcurrency", given, 0..=MOST),
        }
    }
}

impl Spec for ProvisionSpec {
    const KIND: &'static str = "a provision configuration";
    const UNPLAYED: &'static [&'static str] = lists::PROVISION;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        in_range("target", self.target, 0..=MOST)?;
        in_range("defaultTarget", self.default_target, 0..=MOST)
    }
}

impl Spec for ScalingSpec {
    const KIND: &'static str = "a scaling configuration";
    const UNPLAYED: &'static [&'static str] = lists::SCALING;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        in_range("minInstances", self.min_instances, 0..=MOST)
    }
}

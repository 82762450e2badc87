//! A service of FC 2.0.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec};
use super::lists;

/// The fields of a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ServiceSpec {
    pub(super) role: Option<String>,
    pub(super) log_config: Option<LogConfig>,
    #[serde(flatten)]
    rest: Fields,
}

/// Where the logs would go; functions get its name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LogConfig {
    #[serde(alias = "Project")]
    pub(super) project: Option<String>,
    #[serde(alias = "Logstore")]
    pub(super) logstore: Option<String>,
    #[serde(flatten)]
    rest: Fields,
}

impl Spec for ServiceSpec {
    const KIND: &'static str = "a service";
    const UNPLAYED: &'static [&'static str] = lists::SERVICE;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

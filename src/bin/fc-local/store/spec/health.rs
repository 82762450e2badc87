//! The health check of a function, with its clocks ([fc3 §6](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#6)).

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fields::{Fields, in_range};
use crate::function::HealthCheck;

/// The longest path that is asked, in bytes.
const PATH_BYTES_MAX: usize = 2048;

/// The numbers of a check, in the order in which they are checked.
const NUMBERS: [(&str, RangeInclusive<u64>); 5] = [
    ("initialDelaySeconds", 0..=120),
    ("periodSeconds", 1..=120),
    ("timeoutSeconds", 1..=3),
    ("failureThreshold", 1..=120),
    ("successThreshold", 1..=120),
];

/// What holds where nothing is said, in seconds and counts.
mod default {
    pub(super) const INITIAL_DELAY: u64 = 0;
    pub(super) const PERIOD: u64 = 3;
    pub(super) const TIMEOUT: u64 = 1;
    pub(super) const FAILURES: u64 = 3;
    pub(super) const SUCCESSES: u64 = 1;
}

/// The fields of the check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct HealthSpec {
    http_get_url: Option<String>,
    initial_delay_seconds: Option<u64>,
    period_seconds: Option<u64>,
    timeout_seconds: Option<u64>,
    failure_threshold: Option<u64>,
    success_threshold: Option<u64>,
    #[serde(flatten)]
    rest: Fields,
}

impl HealthSpec {
    /// The check that it asks for; none without a path, when a connection to the port is enough.
    pub(super) fn check(&self) -> Option<HealthCheck> {
        let path = self
            .http_get_url
            .as_deref()
            .filter(|path| !path.is_empty())?;
        let seconds = |value: Option<u64>, default| Duration::from_secs(value.unwrap_or(default));
        Some(HealthCheck {
            path: format!("/{}", path.trim_start_matches('/')),
            initial_delay: seconds(self.initial_delay_seconds, default::INITIAL_DELAY),
            period: seconds(self.period_seconds, default::PERIOD),
            timeout: seconds(self.timeout_seconds, default::TIMEOUT),
            failures: self.failure_threshold.unwrap_or(default::FAILURES),
            successes: self.success_threshold.unwrap_or(default::SUCCESSES),
        })
    }

    /// Refuses what FC would refuse.
    pub(super) fn check_ranges(&self) -> Result<(), String> {
        if let Some(name) = self.rest.keys().next() {
            return Err(format!(
                "'{name}' is not a field of a health check: correct its spelling, or leave it out"
            ));
        }
        let path = self.http_get_url.as_deref().unwrap_or_default();
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic());
        if path.len() > PATH_BYTES_MAX || !is_path {
            return Err(format!(
                "httpGetUrl is a path such as /health, of at most {PATH_BYTES_MAX} bytes and without blanks"
            ));
        }
        let given = [
            self.initial_delay_seconds,
            self.period_seconds,
            self.timeout_seconds,
            self.failure_threshold,
            self.success_threshold,
        ];
        let mut numbers = NUMBERS.iter().zip(given);
        numbers.try_for_each(|((name, range), given)| in_range(name, given, range.clone()))
    }
}

/// The numbers that a field of a check may be.
pub(super) fn range(name: &str) -> Option<RangeInclusive<u64>> {
    let number = NUMBERS.iter().find(|(other, _)| *other == name)?;
    Some(number.1.clone())
}

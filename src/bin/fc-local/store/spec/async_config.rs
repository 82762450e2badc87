//! How a function's asynchronous calls are retried.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec, in_range};
use super::lists;
use crate::facts::limit;

/// The fields of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AsyncSpec {
    max_async_retry_attempts: Option<u64>,
    max_async_event_age_in_seconds: Option<u64>,
    #[serde(flatten)]
    rest: Fields,
}

impl AsyncSpec {
    /// How often a failed event is tried again after the first try.
    pub(crate) fn retries(&self) -> u64 {
        self.max_async_retry_attempts
            .unwrap_or(limit::ASYNC_RETRIES)
    }

    /// How old an event may become, in seconds.
    pub(crate) fn age_seconds(&self) -> u64 {
        self.max_async_event_age_in_seconds
            .unwrap_or(limit::ASYNC_AGE_SECONDS)
    }
}

impl Spec for AsyncSpec {
    const KIND: &'static str = "a configuration of asynchronous calls";
    const UNPLAYED: &'static [&'static str] = lists::ASYNC;

    fn rest(&self) -> &Fields {
        &self.rest
    }

    fn check(&self) -> Result<(), String> {
        in_range(
            "maxAsyncRetryAttempts",
            self.max_async_retry_attempts,
            0..=8,
        )?;
        let age = self.max_async_event_age_in_seconds;
        in_range("maxAsyncEventAgeInSeconds", age, 1..=604_800)
    }
}

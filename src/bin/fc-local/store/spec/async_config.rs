//! How a function's asynchronous calls are retried, whether they can be asked for, and where their end is reported.

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Spec, in_range, text_or_number};
use super::lists;
use crate::facts::limit;
use crate::name::LATEST;

/// The fields of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AsyncSpec {
    max_async_retry_attempts: Option<u64>,
    max_async_event_age_in_seconds: Option<u64>,
    /// FC 3.0 has this name for it, FC 2.0 the other.
    async_task: Option<bool>,
    stateful_invocation: Option<bool>,
    destination_config: Option<Destinations>,
    /// For which version or alias it is; a request has this in its query.
    #[serde(deserialize_with = "text_or_number")]
    qualifier: Option<String>,
    #[serde(flatten)]
    rest: Fields,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Destinations {
    on_success: Option<Destination>,
    on_failure: Option<Destination>,
    #[serde(flatten)]
    rest: Fields,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Destination {
    destination: Option<String>,
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

    /// Whether every call is a task, which can be asked for and stopped.
    pub(crate) fn makes_tasks(&self) -> bool {
        let given = self.async_task.or(self.stateful_invocation);
        given.unwrap_or_default()
    }

    /// The version or alias for which it is.
    pub(crate) fn qualifier(&self) -> &str {
        let given = self.qualifier.as_deref().unwrap_or_default();
        if given.is_empty() { LATEST } else { given }
    }

    /// The ARN to which a success or a failure is reported.
    pub(crate) fn destination(&self, succeeded: bool) -> Option<&str> {
        let all = self.destination_config.as_ref()?;
        let one = if succeeded {
            all.on_success.as_ref()
        } else {
            all.on_failure.as_ref()
        };
        let name = one?.destination.as_deref();
        name.filter(|name| !name.is_empty())
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

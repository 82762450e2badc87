//! How requests of one session find the same instance, and what an instance may be shared by
//! ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1),
//! [§2](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#2)).
//!
//! It reads and checks what was described; it must not know how a request finds its instance.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::in_range;
use super::wrong;
use crate::facts::{header, limit};
use crate::function::{Affinity, Isolation, SessionRules};

/// The three fields of a function, as they came: all are texts, the second is JSON in a text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SessionFields {
    session_affinity: Option<Value>,
    session_affinity_config: Option<Value>,
    instance_isolation_mode: Option<Value>,
}

/// What stands in the string. The SDKs have a model for each type; a field that a type has no use for is accepted.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Config {
    affinity_header_field_name: Option<String>,
    disable_session_id_reuse: Option<bool>,
    session_concurrency_per_instance: Option<u64>,
    session_idle_timeout_in_seconds: Option<u64>,
    #[serde(rename = "sessionTTLInSeconds")]
    session_ttl_in_seconds: Option<u64>,
    sse_endpoint_path: Option<String>,
}

/// The field with JSON in a text.
const CONFIG: &str = "sessionAffinityConfig";

/// How long the name of the header of a header affinity may be, in bytes.
const HEADER_NAME_BYTES: RangeInclusive<usize> = 5..=40;

/// How many sessions an instance has unless that is configured.
const SESSIONS_PER_INSTANCE: u64 = 20;

/// The numbers of the configuration.
const PER_INSTANCE: (&str, RangeInclusive<u64>) = (
    "sessionConcurrencyPerInstance",
    1..=limit::CONCURRENCY as u64,
);
const TTL: (&str, RangeInclusive<u64>) = ("sessionTTLInSeconds", 1..=limit::SESSION_TTL_SECONDS);
const IDLE: (&str, RangeInclusive<u64>) = (
    "sessionIdleTimeoutInSeconds",
    0..=limit::SESSION_TTL_SECONDS,
);

/// Where an MCP server of the SSE transport is asked for its stream, unless that is configured.
const SSE_PATH: &str = "/sse";

/// The least number of virtual processors of a function whose instances are not shared.
const EXCLUSIVE_CPU: f64 = 2.0;

impl SessionFields {
    /// How sessions are bound; none if the function has no affinity.
    pub(super) fn rules(&self) -> Option<SessionRules> {
        // What was stored has been checked.
        self.read().ok().flatten()
    }

    pub(super) fn isolation(&self) -> Isolation {
        self.mode().unwrap_or(Isolation::Shared)
    }

    /// How many requests an instance serves at once, where affinity or isolation decide that.
    pub(super) fn concurrency(&self, configured: Option<u32>) -> Option<u32> {
        if self.isolation() == Isolation::Request {
            return Some(1);
        }
        // Asked with each call, so that the configuration is not read for it.
        let name = text("sessionAffinity", &self.session_affinity);
        let is_bound = !matches!(name, Err(_) | Ok("" | "NONE"));
        configured.or(is_bound.then_some(limit::CONCURRENCY))
    }

    /// Refuses what FC would refuse.
    pub(super) fn check(&self, concurrency: Option<u64>, cpu: f64) -> Result<(), String> {
        let mode = self.mode()?;
        let rules = self.read()?;
        if mode != Isolation::Shared && cpu < EXCLUSIVE_CPU {
            return Err(format!(
                "instanceIsolationMode {} needs at least {EXCLUSIVE_CPU} vCPU, not {cpu}: raise cpu",
                mode.name()
            ));
        }
        match (mode, &rules) {
            (Isolation::Request, Some(_)) => {
                return Err(
                    "instanceIsolationMode REQUEST_EXCLUSIVE is not possible with sessionAffinity: set one of them"
                        .to_owned(),
                );
            }
            (Isolation::Session, None) => {
                return Err(
                    "instanceIsolationMode SESSION_EXCLUSIVE needs sessionAffinity: set GENERATED_COOKIE, HEADER_FIELD, \
                     MCP_SSE or MCP_STREAMABLE"
                        .to_owned(),
                );
            }
            _ => {}
        }
        let most = u64::from(limit::CONCURRENCY);
        let fits = |one: u64| one == most || (one == 1 && mode == Isolation::Session);
        if rules.is_some() && concurrency.is_some_and(|one| !fits(one)) {
            return Err(format!(
                "ConcurrencyLimit is invalid for session function, allowed: {most}; set instanceConcurrency to {most}"
            ));
        }
        Ok(())
    }

    fn mode(&self) -> Result<Isolation, String> {
        let name = text("instanceIsolationMode", &self.instance_isolation_mode)?;
        let all = [Isolation::Shared, Isolation::Session, Isolation::Request];
        match all.into_iter().find(|mode| mode.name() == name) {
            Some(mode) => Ok(mode),
            None if name.is_empty() => Ok(Isolation::Shared),
            None => Err(format!(
                "instanceIsolationMode is '{name}', not SHARE, SESSION_EXCLUSIVE or REQUEST_EXCLUSIVE"
            )),
        }
    }

    fn read(&self) -> Result<Option<SessionRules>, String> {
        let name = text("sessionAffinity", &self.session_affinity)?;
        if matches!(name, "" | "NONE") {
            // FC ignores a configuration then, and so does this.
            return Ok(None);
        }
        let config = self.config()?;
        let affinity = config.affinity(name)?;
        config.check()?;
        let exclusive = self.mode()? == Isolation::Session;
        Ok(Some(config.rules(affinity, exclusive)))
    }

    fn config(&self) -> Result<Config, String> {
        let text = text(CONFIG, &self.session_affinity_config)?;
        if text.is_empty() {
            return Ok(Config::default());
        }
        let given: Value =
            serde_json::from_str(text).map_err(|error| wrong::no_json(CONFIG, &error))?;
        wrong::read(&given, &format!("{CONFIG}."), range)
    }
}

impl Config {
    fn affinity(&self, name: &str) -> Result<Affinity, String> {
        match name {
            "GENERATED_COOKIE" => Ok(Affinity::Cookie),
            "HEADER_FIELD" => self.header().map(Affinity::Header),
            "MCP_SSE" => {
                let path = self.sse_endpoint_path.as_deref().unwrap_or(SSE_PATH);
                if path.starts_with('/') {
                    Ok(Affinity::McpSse(path.to_owned()))
                } else {
                    Err(format!(
                        "sseEndpointPath is '{path}', not a path that begins with /"
                    ))
                }
            }
            // No document has the name of the second; both are taken.
            "MCP_STREAMABLE" | "MCP_STREAMABLE_HTTP" => Ok(Affinity::McpStreamable),
            other => Err(format!(
                "sessionAffinity is '{other}', not NONE, GENERATED_COOKIE, HEADER_FIELD, MCP_SSE or MCP_STREAMABLE"
            )),
        }
    }

    /// The name of the header, in small letters.
    fn header(&self) -> Result<String, String> {
        let name = self
            .affinity_header_field_name
            .as_deref()
            .unwrap_or_default();
        let fits = HEADER_NAME_BYTES.contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        let lower = name.to_ascii_lowercase();
        if lower.starts_with(header::PLATFORM_PREFIX) {
            return Err(format!(
                "affinityHeaderFieldName is '{name}', but names with {} belong to FC",
                header::PLATFORM_PREFIX
            ));
        }
        if !fits {
            return Err(format!(
                "affinityHeaderFieldName is '{name}', not {} to {} letters, digits, _ and - that begin with a letter",
                HEADER_NAME_BYTES.start(),
                HEADER_NAME_BYTES.end()
            ));
        }
        Ok(lower)
    }

    fn check(&self) -> Result<(), String> {
        let (name, range) = PER_INSTANCE;
        in_range(name, self.session_concurrency_per_instance, range)?;
        check_clocks(
            self.session_ttl_in_seconds,
            self.session_idle_timeout_in_seconds,
        )
    }

    fn rules(&self, affinity: Affinity, exclusive: bool) -> SessionRules {
        let per_instance = self
            .session_concurrency_per_instance
            .unwrap_or(SESSIONS_PER_INSTANCE);
        SessionRules {
            affinity,
            per_instance: if exclusive {
                1
            } else {
                usize::try_from(per_instance).unwrap_or(1)
            },
            ttl: seconds(self.session_ttl_in_seconds, limit::SESSION_TTL_SECONDS),
            idle: seconds(
                self.session_idle_timeout_in_seconds,
                default_idle(self.session_ttl_in_seconds),
            ),
            reuses_ids: !self.disable_session_id_reuse.unwrap_or(false),
            exclusive,
        }
    }
}

/// A field's text, empty if it is absent.
fn text<'a>(name: &str, value: &'a Option<Value>) -> Result<&'a str, String> {
    match value {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!(
            "{name} is {other}, not a text: write it as a string"
        )),
    }
}

/// The numbers that a field of the configuration may be.
fn range(name: &str) -> Option<RangeInclusive<u64>> {
    let mut numbers = [PER_INSTANCE, TTL, IDLE].into_iter();
    numbers.find(|(other, _)| *other == name).map(|it| it.1)
}

/// Refuses clocks of a session that are out of their ranges.
pub(super) fn check_clocks(ttl: Option<u64>, idle: Option<u64>) -> Result<(), String> {
    in_range(TTL.0, ttl, TTL.1)?;
    in_range(IDLE.0, idle, IDLE.1)?;
    let ttl = ttl.unwrap_or(limit::SESSION_TTL_SECONDS);
    match idle.filter(|idle| *idle > ttl) {
        None => Ok(()),
        Some(idle) => Err(format!(
            "sessionIdleTimeoutInSeconds is {idle}, more than sessionTTLInSeconds, {ttl}"
        )),
    }
}

/// The default of the idle time, which is never above the time to live.
fn default_idle(ttl: Option<u64>) -> u64 {
    limit::SESSION_IDLE_SECONDS.min(ttl.unwrap_or(limit::SESSION_TTL_SECONDS))
}

fn seconds(value: Option<u64>, default: u64) -> Duration {
    Duration::from_secs(value.unwrap_or(default))
}

#[cfg(test)]
mod tests;

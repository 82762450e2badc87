//! How requests of one session find the same instance, and what an instance may be shared by
//! ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1),
//! [§2](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#2)).
//!
//! It reads and checks what was described; it must not know how a request finds its instance.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fields::in_range;
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

/// How long the name of the header of a header affinity may be, in bytes.
const HEADER_NAME_BYTES: std::ops::RangeInclusive<usize> = 5..=40;

/// How many sessions an instance has unless that is configured.
const SESSIONS_PER_INSTANCE: u64 = 20;

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
        let decided = self.rules().map(|_| limit::CONCURRENCY);
        configured.or(decided)
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
        let text = text("sessionAffinityConfig", &self.session_affinity_config)?;
        if text.is_empty() {
            return Ok(Config::default());
        }
        serde_json::from_str(text).map_err(|error| {
            format!("sessionAffinityConfig is no JSON of a configuration: {error}")
        })
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
        in_range(
            "sessionConcurrencyPerInstance",
            self.session_concurrency_per_instance,
            1..=u64::from(limit::CONCURRENCY),
        )?;
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

/// Refuses clocks of a session that are out of their ranges.
pub(super) fn check_clocks(ttl: Option<u64>, idle: Option<u64>) -> Result<(), String> {
    let most = limit::SESSION_TTL_SECONDS;
    in_range("sessionTTLInSeconds", ttl, 1..=most)?;
    in_range("sessionIdleTimeoutInSeconds", idle, 0..=most)?;
    let ttl = ttl.unwrap_or(most);
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
mod tests {
    use serde_json::{Value, json};

    use super::SessionFields;
    use crate::function::{Affinity, SessionRules};

    fn checked(
        fields: Value,
        concurrency: Option<u64>,
        cpu: f64,
    ) -> Result<Option<SessionRules>, String> {
        let fields: SessionFields = serde_json::from_value(fields).expect("fields");
        fields.check(concurrency, cpu)?;
        Ok(fields.rules())
    }

    fn with_config(affinity: &str, config: &Value) -> Result<SessionRules, String> {
        let fields =
            json!({"sessionAffinity": affinity, "sessionAffinityConfig": config.to_string()});
        checked(fields, Some(200), 1.0).map(|rules| rules.expect("an affinity"))
    }

    #[test]
    fn an_object_is_no_text() {
        let fields =
            json!({"sessionAffinity": "GENERATED_COOKIE", "sessionAffinityConfig": {"a": 1}});
        let why = checked(fields, None, 1.0).expect_err("refused");
        assert_eq!(
            why,
            "sessionAffinityConfig is {\"a\":1}, not a text: write it as a string"
        );
    }

    #[test]
    fn each_type_has_the_defaults_of_the_documentation() {
        let header = json!({"affinityHeaderFieldName": "My-Session"});
        for (name, config, affinity) in [
            ("GENERATED_COOKIE", json!({}), Affinity::Cookie),
            (
                "HEADER_FIELD",
                header,
                Affinity::Header("my-session".to_owned()),
            ),
            ("MCP_SSE", json!({}), Affinity::McpSse("/sse".to_owned())),
            (
                "MCP_SSE",
                json!({"sseEndpointPath": "/a"}),
                Affinity::McpSse("/a".to_owned()),
            ),
            ("MCP_STREAMABLE", json!({}), Affinity::McpStreamable),
            ("MCP_STREAMABLE_HTTP", json!({}), Affinity::McpStreamable),
        ] {
            let rules = with_config(name, &config).expect("valid");
            let clocks = (rules.ttl.as_secs(), rules.idle.as_secs());
            assert_eq!(rules.affinity, affinity, "{name}");
            assert_eq!(
                (clocks, rules.per_instance, rules.reuses_ids),
                ((21_600, 1800), 20, true)
            );
        }
        let none = json!({"sessionAffinityConfig": "not even JSON"});
        assert_eq!(checked(none, Some(7), 0.1), Ok(None));
    }

    #[test]
    fn what_is_out_of_range_is_refused_by_its_name() {
        for (config, words) in [
            (json!({"sessionConcurrencyPerInstance": 0}), "from 1 to 200"),
            (
                json!({"sessionConcurrencyPerInstance": 201}),
                "from 1 to 200",
            ),
            (json!({"sessionTTLInSeconds": 0}), "from 1 to 21600"),
            (json!({"sessionTTLInSeconds": 86_400}), "from 1 to 21600"),
            (
                json!({"sessionIdleTimeoutInSeconds": 21_601}),
                "from 0 to 21600",
            ),
            (
                json!({"sessionTTLInSeconds": 10, "sessionIdleTimeoutInSeconds": 11}),
                "more than sessionTTLInSeconds, 10",
            ),
            (json!({"sessionTtlInSeconds": 10}), "unknown field"),
        ] {
            let why = with_config("GENERATED_COOKIE", &config).expect_err("refused");
            assert!(why.contains(words), "{config}: {why}");
        }
        for (name, words) in [
            ("abcd", "not 5 to 40"),
            ("1abcd", "begin with a letter"),
            ("ab cde", "letters, digits"),
            ("X-Fc-Session-Id", "belong to FC"),
            ("", "not 5 to 40"),
        ] {
            let config = json!({"affinityHeaderFieldName": name});
            let why = with_config("HEADER_FIELD", &config).expect_err("refused");
            assert!(why.contains(words), "{name}: {why}");
        }
        let idle = with_config("GENERATED_COOKIE", &json!({"sessionTTLInSeconds": 10}));
        assert_eq!(
            idle.map(|rules| rules.idle.as_secs()),
            Ok(10),
            "the default idle time fits"
        );
    }

    #[test]
    fn affinity_isolation_and_concurrency_have_to_agree() {
        let cookie = |isolation: &str| json!({"sessionAffinity": "GENERATED_COOKIE", "instanceIsolationMode": isolation});
        let alone = |isolation: &str| json!({"instanceIsolationMode": isolation});
        for (fields, concurrency, cpu, words) in [
            (
                cookie("SHARE"),
                Some(100),
                1.0,
                "ConcurrencyLimit is invalid for session function, allowed: 200",
            ),
            (cookie("SHARE"), Some(1), 1.0, "allowed: 200"),
            (cookie("SESSION_EXCLUSIVE"), Some(2), 2.0, "allowed: 200"),
            (
                cookie("SESSION_EXCLUSIVE"),
                Some(1),
                1.95,
                "at least 2 vCPU",
            ),
            (
                cookie("REQUEST_EXCLUSIVE"),
                Some(200),
                2.0,
                "not possible with sessionAffinity",
            ),
            (alone("REQUEST_EXCLUSIVE"), None, 0.5, "at least 2 vCPU"),
            (
                alone("SESSION_EXCLUSIVE"),
                None,
                2.0,
                "needs sessionAffinity",
            ),
            (
                alone("EXCLUSIVE"),
                None,
                2.0,
                "not SHARE, SESSION_EXCLUSIVE or REQUEST_EXCLUSIVE",
            ),
            (
                json!({"sessionAffinity": "COOKIE"}),
                None,
                2.0,
                "not NONE, GENERATED_COOKIE",
            ),
        ] {
            let why = checked(fields.clone(), concurrency, cpu).expect_err("refused");
            assert!(why.contains(words), "{fields}: {why}");
        }
        for (fields, concurrency) in [
            (cookie("SESSION_EXCLUSIVE"), Some(1)),
            (cookie("SESSION_EXCLUSIVE"), Some(200)),
            (cookie("SHARE"), None),
            (alone("REQUEST_EXCLUSIVE"), Some(50)),
        ] {
            checked(fields, concurrency, 2.0).expect("valid");
        }
    }
}

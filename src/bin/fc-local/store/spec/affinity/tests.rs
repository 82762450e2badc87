//! What of affinity and isolation is taken and what is refused.

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
    let fields = json!({"sessionAffinity": affinity, "sessionAffinityConfig": config.to_string()});
    checked(fields, Some(200), 1.0).map(|rules| rules.expect("an affinity"))
}

#[test]
fn an_object_is_no_text() {
    let fields = json!({"sessionAffinity": "GENERATED_COOKIE", "sessionAffinityConfig": {"a": 1}});
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
        (
            json!({"sessionTtlInSeconds": 10}),
            "'sessionTtlInSeconds' is not a field of sessionAffinityConfig, whose fields are",
        ),
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

//! Specifications that are changed, and those that are refused.

use serde_json::{Value, json};

use super::{Fields, FunctionSpec, ServiceSpec, Spec, TriggerSpec};

fn object(value: &Value) -> Fields {
    value.as_object().expect("an object").clone()
}

#[test]
fn a_misspelt_field_is_refused_by_its_name() {
    let refused = |fields: &Value| FunctionSpec::read(object(fields)).expect_err("refused");
    assert_eq!(
        refused(&json!({"runtime": "custom", "timout": 3})),
        "'timout' is not a field of a function: correct its spelling, or leave it out"
    );
    assert_eq!(
        refused(&json!({"runtime": "custom", "timeout": "3"})),
        "timeout is \"3\", not a number from 1 to 86400"
    );
    let service = ServiceSpec::read(object(&json!({"rol": "r"}))).expect_err("refused");
    assert!(
        service.starts_with("'rol' is not a field of a service"),
        "{service}"
    );
}

#[test]
fn a_value_of_another_type_is_refused_with_its_key_and_what_it_may_be() {
    let hook = |name: &str, value: Value| json!({"instanceLifecycleConfig": {name: value}});
    let health = |value: Value| json!({"customRuntimeConfig": {"healthCheckConfig": {"periodSeconds": value}}});
    let affinity = |config: &str| json!({"sessionAffinity": "GENERATED_COOKIE", "sessionAffinityConfig": config});
    for (fields, sentence) in [
        (
            hook("preStop", json!({"timeout": "5"})),
            "instanceLifecycleConfig.preStop.timeout is \"5\", not a number from 1 to 90",
        ),
        (
            hook("Initializer", json!({"Timeout": -1})),
            "instanceLifecycleConfig.Initializer.Timeout is -1, not a number from 1 to 300",
        ),
        (
            hook("initializer", json!({"timeout": 301})),
            "instanceLifecycleConfig.initializer.timeout is 301, not a number from 1 to 300",
        ),
        (
            hook("preFreeze", json!("f")),
            "instanceLifecycleConfig.preFreeze is \"f\", not an object",
        ),
        (
            hook("preStop", json!({"handler": true})),
            "instanceLifecycleConfig.preStop.handler is true, not a text",
        ),
        (
            health(json!(1.5)),
            "customRuntimeConfig.healthCheckConfig.periodSeconds is 1.5, not a number from 1 to 120",
        ),
        (
            json!({"customRuntimeConfig": {"command": "./a"}}),
            "customRuntimeConfig.command is \"./a\", not a list",
        ),
        (
            json!({"customRuntimeConfig": {"args": ["a", 1]}}),
            "customRuntimeConfig.args[1] is 1, not a text",
        ),
        (
            affinity("{\"sessionTTLInSeconds\": \"60\"}"),
            "sessionAffinityConfig.sessionTTLInSeconds is \"60\", not a number from 1 to 21600",
        ),
        (
            affinity("{\"disableSessionIdReuse\": 1}"),
            "sessionAffinityConfig.disableSessionIdReuse is 1, not true or false",
        ),
        (
            affinity("{\"sessionTtlInSeconds\": 60}"),
            "'sessionTtlInSeconds' is not a field of sessionAffinityConfig, whose fields are affinityHeaderFieldName, \
             disableSessionIdReuse, sessionConcurrencyPerInstance, sessionIdleTimeoutInSeconds, sessionTTLInSeconds, sseEndpointPath",
        ),
        (affinity("5"), "sessionAffinityConfig is 5, not an object"),
        (
            affinity("{'a': 1}"),
            "sessionAffinityConfig is not JSON from line 1, column 2: write an object, with names and texts in double quotes",
        ),
        // It may be a secret.
        (
            json!({"environmentVariables": {"PIN": 1234}}),
            "environmentVariables.PIN is a number, not a text",
        ),
    ] {
        let mut fields = object(&fields);
        fields.insert("runtime".to_owned(), "custom".into());
        assert_eq!(FunctionSpec::read(fields).expect_err("refused"), sentence);
    }
}

#[test]
fn a_trigger_with_a_value_of_another_type_is_refused_with_its_key() {
    for (config, sentence) in [
        (
            json!({"methods": "GET"}),
            "triggerConfig.methods is \"GET\", not a list",
        ),
        (
            json!({"methods": [1]}),
            "triggerConfig.methods[0] is 1, not a text",
        ),
        (
            json!({"enable": "true"}),
            "triggerConfig.enable is \"true\", not true or false",
        ),
        (json!([]), "triggerConfig is a list, not an object"),
    ] {
        let fields = json!({"triggerType": "http", "triggerConfig": config});
        assert_eq!(
            TriggerSpec::read(object(&fields)).expect_err("refused"),
            sentence
        );
    }
}

#[test]
fn what_is_not_played_is_kept_and_what_the_platform_sets_is_not() {
    let sent = json!({
        "runtime": "custom", "description": "d", "layers": [], "vpcConfig": {"vpcId": "v", "none": null},
        "functionId": "x", "createdTime": "then", "gpuConfig": null,
    });
    let kept = FunctionSpec::read(object(&sent)).expect("read").fields();
    let expected =
        json!({"runtime": "custom", "description": "d", "layers": [], "vpcConfig": {"vpcId": "v"}});
    assert_eq!(Value::Object(kept), expected);
}

#[test]
fn a_change_replaces_what_it_names_and_null_takes_it_away() {
    let spec = object(&json!({"triggerType": "http", "description": "d", "invocationRole": "r"}));
    let spec = TriggerSpec::read(spec).expect("read");
    let change = json!({"description": null, "triggerConfig": {"methods": ["GET"]}});
    let changed = spec.changed(object(&change)).expect("changed").fields();
    let expected = json!({
        "triggerType": "http", "invocationRole": "r", "triggerConfig": {"methods": ["GET"]},
    });
    assert_eq!(Value::Object(changed), expected);
}

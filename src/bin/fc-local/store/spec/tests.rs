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

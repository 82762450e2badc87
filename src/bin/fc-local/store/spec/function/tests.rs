use serde_json::{Value, json};

use super::FunctionSpec;
use crate::function::{Function, Owner};
use crate::name::FunctionName;
use crate::store::spec::Spec;

fn build(name: &str, spec: &Value) -> Result<Function, String> {
    let spec = FunctionSpec::read(spec.as_object().expect("an object").clone())?;
    Ok(spec.function(&FunctionName::parse(name), &Owner::default(), None))
}

#[test]
fn what_fun_sends_is_understood() {
    let spec = json!({
        "runtime": "custom", "timeout": 10, "memorySize": 256, "instanceConcurrency": 5,
        "initializer": "index.init", "initializationTimeout": 7,
        "InstanceLifecycleConfig": {"PreFreeze": {"Handler": ""}, "PreStop": {"Handler": "index.stop", "Timeout": 9}},
    });
    let function = build("s/f", &spec).expect("valid");
    assert_eq!(
        (
            function.timeout.as_secs(),
            function.memory_mb,
            function.concurrency
        ),
        (10, 256, 5)
    );
    assert_eq!(
        function.initializer.map(|hook| hook.timeout.as_secs()),
        Some(7)
    );
    assert_eq!(
        (
            function.pre_freeze,
            function.pre_stop.map(|hook| hook.timeout.as_secs())
        ),
        (None, Some(9))
    );
}

#[test]
fn what_fc_would_refuse_is_refused_with_the_field_and_the_range() {
    let message = |spec: Value| build("f", &spec).expect_err("refused");
    assert!(message(json!({"runtime": "nodejs12"})).contains("custom runtimes only"));
    let range = "timeout is 0, not a number from 1 to 86400";
    assert_eq!(message(json!({"runtime": "custom", "timeout": 0})), range);
    assert!(
        message(json!({"runtime": "custom", "environmentVariables": {"FC_X": "1"}}))
            .contains("FC_X")
    );
}

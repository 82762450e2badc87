//! The keys that a template may have, fun's own schema (fun-cli §6): one that is misspelt is refused by its name, for
//! without it the function would run otherwise than is meant.
//!
//! Written back as JSON, the properties have the names of the API: `MemorySize` is `memorySize`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::project::yaml::{Ordered, as_javascript_prints};

/// Fields as the API names them.
pub(super) type Fields = Map<String, Value>;

/// A service; its functions are its other keys.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Service {
    pub(super) properties: Option<ServiceProperties>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    rename_all(serialize = "camelCase", deserialize = "PascalCase")
)]
pub(super) struct ServiceProperties {
    description: Option<Value>,
    internet_access: Option<Value>,
    log_config: Option<Value>,
    nas_config: Option<Value>,
    policies: Option<Value>,
    role: Option<Value>,
    tracing_config: Option<Value>,
    vpc_config: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Function {
    // Each is read by itself: its type decides what it may have.
    #[serde(rename = "Events")]
    _events: Option<IgnoredAny>,
    pub(super) properties: Option<FunctionProperties>,
    #[serde(rename = "Type")]
    _kind: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    rename_all(serialize = "camelCase", deserialize = "PascalCase")
)]
pub(super) struct FunctionProperties {
    async_configuration: Option<Value>,
    #[serde(rename(serialize = "caPort", deserialize = "CAPort"))]
    ca_port: Option<Value>,
    #[serde(skip_serializing)]
    pub(super) code_uri: Option<String>,
    // Its runtime is refused later, and by its own name.
    custom_container_config: Option<Value>,
    // fun knows none, but fc-local starts what it names, as the API does.
    custom_runtime_config: Option<Value>,
    description: Option<Value>,
    environment_variables: Option<BTreeMap<String, Variable>>,
    handler: Option<Value>,
    initialization_timeout: Option<Value>,
    initializer: Option<Value>,
    instance_concurrency: Option<Value>,
    instance_lifecycle_config: Option<Value>,
    instance_type: Option<Value>,
    layers: Option<Value>,
    memory_size: Option<Value>,
    runtime: Option<Value>,
    timeout: Option<Value>,
}

/// An event that is a trigger.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Event<T> {
    pub(super) properties: Option<T>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    rename_all(serialize = "camelCase", deserialize = "PascalCase")
)]
pub(super) struct TimerProperties {
    cron_expression: Option<Value>,
    enable: Option<Value>,
    invocation_role: Option<Value>,
    payload: Option<Value>,
    qualifier: Option<Value>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    rename_all(serialize = "camelCase", deserialize = "PascalCase")
)]
pub(super) struct HttpProperties {
    /// In small letters, as fun sends it.
    #[serde(deserialize_with = "lower_case", default)]
    auth_type: Option<String>,
    invocation_role: Option<Value>,
    methods: Option<Value>,
    qualifier: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Domain {
    pub(super) properties: Option<DomainProperties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct DomainProperties {
    #[serde(rename = "CertConfig")]
    _cert_config: Option<IgnoredAny>,
    pub(super) domain_name: Option<String>,
    pub(super) protocol: Option<Value>,
    pub(super) route_config: Option<RouteConfig>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RouteConfig {
    /// By their paths; fun takes both names.
    #[serde(alias = "routes")]
    pub(super) routes: Option<Ordered<Route>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    rename_all(serialize = "camelCase", deserialize = "PascalCase")
)]
pub(super) struct Route {
    function_name: Option<Value>,
    methods: Option<Value>,
    qualifier: Option<Value>,
    rewrite_config: Option<Value>,
    service_name: Option<Value>,
}

/// The properties as the API names them, without those that have no value.
pub(super) fn fields(properties: &impl Serialize) -> Fields {
    match serde_json::to_value(properties) {
        Ok(Value::Object(fields)) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        // A struct with text as its keys is an object.
        _ => Fields::new(),
    }
}

fn lower_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = Deserialize::deserialize(deserializer)?;
    Ok(text.map(|text| text.to_lowercase()))
}

/// The value of a variable: what the platform calls one is a text; YAML makes numbers of some.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Variable(String);

impl<'de> Deserialize<'de> for Variable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VariableVisitor).map(Self)
    }
}

struct VariableVisitor;

impl Visitor<'_> for VariableVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or a boolean")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
        if value.is_nan() {
            // fun sends the null that JSON makes of it.
            return Err(E::custom(
                "it is neither a number nor text; put it in quotes",
            ));
        }
        Ok(as_javascript_prints(value))
    }
}

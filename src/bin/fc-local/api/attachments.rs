//! What hangs on functions: triggers, custom domains, and how asynchronous calls are retried.
//!
//! Like `resources`, it changes a `State` and nothing else.

use serde_json::{Map, Value};

use crate::api::error::ApiError;
use crate::api::resources::{take_text, view};
use crate::api::spec::check_name;
use crate::facts::limit;
use crate::function::Generation;
use crate::store::{FunctionRecord, Resource, State};

type Spec = Map<String, Value>;

/// Creates a trigger.
pub(crate) fn create_trigger(
    generation: Generation,
    function: &mut FunctionRecord,
    mut spec: Spec,
) -> Result<Value, ApiError> {
    let name = take_text(&mut spec, "triggerName")?;
    check_name("triggerName", &name)?;
    decode_trigger_config(&mut spec)?;
    if spec.get("triggerType").and_then(Value::as_str).is_none() {
        return Err(ApiError::invalid("triggerType is missing"));
    }
    if function.triggers.contains_key(&name) {
        return Err(ApiError::conflict(
            "TriggerAlreadyExists",
            format!("trigger '{name}' already exists"),
        ));
    }
    let resource = Resource::new(spec);
    let view = trigger_view(generation, &name, &resource);
    function.triggers.insert(name, resource);
    Ok(view)
}

/// Changes a trigger.
pub(crate) fn update_trigger(
    generation: Generation,
    function: &mut FunctionRecord,
    name: &str,
    mut spec: Spec,
) -> Result<Value, ApiError> {
    spec.remove("triggerName");
    decode_trigger_config(&mut spec)?;
    let trigger = function
        .triggers
        .get_mut(name)
        .ok_or_else(|| no_trigger(name))?;
    trigger.merge(spec);
    Ok(trigger_view(generation, name, trigger))
}

/// Reads a trigger.
pub(crate) fn get_trigger(
    generation: Generation,
    function: &FunctionRecord,
    name: &str,
) -> Result<Value, ApiError> {
    let trigger = function
        .triggers
        .get(name)
        .ok_or_else(|| no_trigger(name))?;
    Ok(trigger_view(generation, name, trigger))
}

/// Deletes a trigger.
pub(crate) fn delete_trigger(function: &mut FunctionRecord, name: &str) -> Result<(), ApiError> {
    function
        .triggers
        .remove(name)
        .map(drop)
        .ok_or_else(|| no_trigger(name))
}

/// Creates a custom domain.
pub(crate) fn create_domain(state: &mut State, mut spec: Spec) -> Result<Value, ApiError> {
    let name = take_text(&mut spec, "domainName")?.to_ascii_lowercase();
    if state.domains.contains_key(&name) {
        return Err(ApiError::conflict(
            "DomainNameAlreadyExists",
            format!("domain name '{name}' already exists"),
        ));
    }
    let resource = Resource::new(spec);
    let view = domain_view(&name, &resource);
    state.domains.insert(name, resource);
    Ok(view)
}

/// Changes a custom domain.
pub(crate) fn update_domain(
    state: &mut State,
    name: &str,
    mut spec: Spec,
) -> Result<Value, ApiError> {
    spec.remove("domainName");
    let domain = state.domains.get_mut(name).ok_or_else(|| no_domain(name))?;
    domain.merge(spec);
    Ok(domain_view(name, domain))
}

/// Reads a custom domain.
pub(crate) fn get_domain(state: &State, name: &str) -> Result<Value, ApiError> {
    state
        .domains
        .get(name)
        .map(|domain| domain_view(name, domain))
        .ok_or_else(|| no_domain(name))
}

/// Deletes a custom domain.
pub(crate) fn delete_domain(state: &mut State, name: &str) -> Result<(), ApiError> {
    state
        .domains
        .remove(name)
        .map(drop)
        .ok_or_else(|| no_domain(name))
}

/// Sets how a function's asynchronous calls are retried.
pub(crate) fn put_async_config(
    function: &mut FunctionRecord,
    spec: Spec,
) -> Result<Value, ApiError> {
    let number = |name: &str| {
        spec.get(name)
            .filter(|value| !value.is_null())
            .map(|value| (value, value.as_u64()))
    };
    if number("maxAsyncRetryAttempts")
        .is_some_and(|(_, number)| number.is_none_or(|number| number > 8))
    {
        return Err(ApiError::invalid(
            "maxAsyncRetryAttempts is not a number from 0 to 8",
        ));
    }
    let age = number("maxAsyncEventAgeInSeconds");
    if age.is_some_and(|(_, number)| number.is_none_or(|seconds| !(1..=604_800).contains(&seconds)))
    {
        return Err(ApiError::invalid(
            "maxAsyncEventAgeInSeconds is not a number from 1 to 604800",
        ));
    }
    let config = function.async_config.insert(Resource::new(spec));
    Ok(view(config, []))
}

/// In FC 3.0 a trigger's configuration is JSON in a string, both ways.
pub(crate) fn trigger_view(generation: Generation, name: &str, resource: &Resource) -> Value {
    let own = [
        ("triggerName", name.into()),
        ("triggerId", resource.id.clone().into()),
    ];
    let mut view = view(resource, own);
    if generation == Generation::Fc3 {
        view["triggerConfig"] = view["triggerConfig"].to_string().into();
    }
    view
}

pub(crate) fn domain_view(name: &str, resource: &Resource) -> Value {
    view(resource, [("domainName", name.into())])
}

/// FC 3.0 sends the trigger's configuration as JSON in a string; it is kept as an object.
fn decode_trigger_config(spec: &mut Spec) -> Result<(), ApiError> {
    if let Some(Value::String(text)) = spec.get("triggerConfig") {
        let config = serde_json::from_str(text)
            .map_err(|error| ApiError::invalid(format!("triggerConfig is no JSON: {error}")))?;
        spec.insert("triggerConfig".to_owned(), config);
    }
    Ok(())
}

fn no_trigger(name: &str) -> ApiError {
    ApiError::not_found(
        "TriggerNotFound",
        format!("trigger '{name}' does not exist"),
    )
}

fn no_domain(name: &str) -> ApiError {
    ApiError::not_found(
        "DomainNameNotFound",
        format!("domain name '{name}' does not exist"),
    )
}

/// What a function's asynchronous calls may cost: retries after the first try, and the event's age.
pub(crate) fn async_limits(function: &FunctionRecord) -> (u64, u64) {
    let spec = function.async_config.as_ref().map(|config| &config.spec);
    let number = |name: &str| spec.and_then(|spec| spec.get(name)).and_then(Value::as_u64);
    let retries = number("maxAsyncRetryAttempts").unwrap_or(limit::ASYNC_RETRIES);
    (
        retries,
        number("maxAsyncEventAgeInSeconds").unwrap_or(limit::ASYNC_AGE_SECONDS),
    )
}

//! Creating, reading, changing, listing and deleting what can be deployed, for both generations alike.
//!
//! Functions here change a `State`; making it permanent and telling the instances is the caller's part.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::error::ApiError;
use crate::api::spec::check_name;
use crate::facts::limit;
use crate::function::Generation;
use crate::store::{CodeRef, FunctionRecord, Resource, State, function_key};

/// How many items a list has when the client does not say, and at most.
const LIST_ITEMS: (usize, usize) = (20, 100);

type Spec = Map<String, Value>;

/// Creates a service.
pub(crate) fn create_service(state: &mut State, mut spec: Spec) -> Result<Value, ApiError> {
    let name = take_text(&mut spec, "serviceName")?;
    check_name("serviceName", &name)?;
    if state.services.contains_key(&name) {
        return Err(ApiError::conflict(
            "ServiceAlreadyExists",
            format!("service '{name}' already exists"),
        ));
    }
    let resource = Resource::new(spec);
    let view = service_view(&name, &resource);
    state.services.insert(name, resource);
    Ok(view)
}

/// Changes a service.
pub(crate) fn update_service(
    state: &mut State,
    name: &str,
    mut spec: Spec,
) -> Result<Value, ApiError> {
    spec.remove("serviceName");
    let service = state
        .services
        .get_mut(name)
        .ok_or_else(|| no_service(name))?;
    service.merge(spec);
    Ok(service_view(name, service))
}

/// Deletes a service that has no functions.
pub(crate) fn delete_service(state: &mut State, name: &str) -> Result<(), ApiError> {
    find_service(state, name)?;
    if functions_of(state, name).next().is_some() {
        return Err(ApiError::conflict(
            "ServiceNotEmpty",
            format!("service '{name}' has active functions"),
        ));
    }
    state.services.remove(name);
    Ok(())
}

/// Finds a service.
pub(crate) fn find_service<'a>(state: &'a State, name: &str) -> Result<&'a Resource, ApiError> {
    state.services.get(name).ok_or_else(|| no_service(name))
}

/// Creates a function; its code must be stored already.
pub(crate) fn create_function(
    state: &mut State,
    service: &str,
    name: &str,
    spec: Spec,
    code: CodeRef,
) -> Result<(), ApiError> {
    check_name("functionName", name)?;
    let key = function_key(service, name);
    if state.functions.contains_key(&key) {
        let place = if service.is_empty() {
            String::new()
        } else {
            format!(" in service '{service}'")
        };
        let message = format!("function '{name}' already exists{place}");
        return Err(ApiError::conflict("FunctionAlreadyExists", message));
    }
    let resource = Resource::new(spec);
    state.functions.insert(
        key,
        FunctionRecord {
            resource,
            code,
            triggers: BTreeMap::new(),
            async_config: None,
        },
    );
    Ok(())
}

/// Finds a function; in FC 2.0 a missing service is told apart from a missing function.
pub(crate) fn find_function<'a>(
    state: &'a State,
    service: &str,
    name: &str,
) -> Result<&'a FunctionRecord, ApiError> {
    if !service.is_empty() {
        find_service(state, service)?;
    }
    state
        .functions
        .get(&function_key(service, name))
        .ok_or_else(|| no_function(service, name))
}

/// Finds a function to change it.
pub(crate) fn function_mut<'a>(
    state: &'a mut State,
    service: &str,
    name: &str,
) -> Result<&'a mut FunctionRecord, ApiError> {
    find_function(state, service, name)?;
    state
        .functions
        .get_mut(&function_key(service, name))
        .ok_or_else(|| no_function(service, name))
}

/// Deletes a function that has no triggers.
pub(crate) fn delete_function(
    state: &mut State,
    service: &str,
    name: &str,
) -> Result<(), ApiError> {
    if !find_function(state, service, name)?.triggers.is_empty() {
        return Err(ApiError::conflict(
            "FunctionNotEmpty",
            format!("function '{name}' has active triggers"),
        ));
    }
    state.functions.remove(&function_key(service, name));
    Ok(())
}

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

/// The functions of a service, by name.
pub(crate) fn functions_of<'a>(
    state: &'a State,
    service: &str,
) -> impl Iterator<Item = (&'a str, &'a FunctionRecord)> + use<'a> {
    let prefix = function_key(service, "");
    state
        .functions
        .iter()
        .filter_map(move |(key, record)| Some((key.strip_prefix(&prefix)?, record)))
}

/// One page of a list, by `prefix`, `startKey`, `nextToken` and `limit`.
pub(crate) fn page<'a>(
    field: &str,
    items: impl Iterator<Item = (&'a str, Value)>,
    query: &[(String, String)],
) -> Result<Value, ApiError> {
    let parameter = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let (default, most) = LIST_ITEMS;
    let limit = match parameter("limit") {
        "" => default,
        text => text
            .parse()
            .map_err(|_| ApiError::invalid(format!("limit '{text}' is no number")))?,
    };
    let start = parameter("startKey").max(parameter("nextToken"));
    let mut chosen =
        items.filter(|(name, _)| name.starts_with(parameter("prefix")) && *name >= start);
    let page: Vec<Value> = chosen
        .by_ref()
        .take(limit.clamp(1, most))
        .map(|(_, item)| item)
        .collect();
    let mut answer = json!({ field: page });
    if let Some((next, _)) = chosen.next() {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

pub(crate) fn service_view(name: &str, resource: &Resource) -> Value {
    view(
        resource,
        [
            ("serviceName", name.into()),
            ("serviceId", resource.id.clone().into()),
        ],
    )
}

pub(crate) fn function_view(name: &str, record: &FunctionRecord) -> Value {
    let code = &record.code;
    let mut view = view(
        &record.resource,
        [
            ("functionName", name.into()),
            ("functionId", record.resource.id.clone().into()),
            ("codeSize", code.size.into()),
            ("codeChecksum", code.sha256.clone().into()),
        ],
    );
    // FC 3.0's clients wait for these two after a change.
    view["state"] = "Active".into();
    view["lastUpdateStatus"] = "Successful".into();
    view
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

/// What was deployed, with what the platform adds.
pub(crate) fn view<const N: usize>(resource: &Resource, own: [(&str, Value); N]) -> Value {
    let mut all = resource.spec.clone();
    all.extend(own.map(|(name, value)| (name.to_owned(), value)));
    all.insert("createdTime".to_owned(), resource.created.clone().into());
    all.insert(
        "lastModifiedTime".to_owned(),
        resource.modified.clone().into(),
    );
    Value::Object(all)
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

/// Takes a required text out of a body.
pub(crate) fn take_text(spec: &mut Spec, name: &str) -> Result<String, ApiError> {
    match spec.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(other) => Err(ApiError::invalid(format!("{name} is {other}, not a text"))),
        None => Err(ApiError::invalid(format!("{name} is missing"))),
    }
}

fn no_service(name: &str) -> ApiError {
    ApiError::not_found(
        "ServiceNotFound",
        format!("service '{name}' does not exist"),
    )
}

fn no_function(service: &str, name: &str) -> ApiError {
    let place = if service.is_empty() {
        String::new()
    } else {
        format!(" in service '{service}'")
    };
    ApiError::not_found(
        "FunctionNotFound",
        format!("function '{name}' does not exist{place}"),
    )
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

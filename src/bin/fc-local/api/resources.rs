//! Creating, reading, changing, listing and deleting what can be deployed, for both generations alike.
//!
//! Functions here change a `State`; making it permanent and telling the instances is the caller's part.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::error::ApiError;
use crate::api::spec::check_name;
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

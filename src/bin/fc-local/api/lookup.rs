//! Finding what is deployed, for a request or a call; what is not there is an error of the API.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::app::App;
use super::error::ApiError;
use crate::name::FunctionName;
use crate::platform::cold::{CodeSource, Scratch};
use crate::platform::pool::Deployed;
use crate::store::spec::ServiceSpec;
use crate::store::{FunctionRecord, Resource, State};

/// Finds a service.
pub(super) fn service<'a>(
    state: &'a State,
    name: &str,
) -> Result<&'a Resource<ServiceSpec>, ApiError> {
    state.services.get(name).ok_or_else(|| no_service(name))
}

/// Finds a service to change it.
pub(super) fn service_mut<'a>(
    state: &'a mut State,
    name: &str,
) -> Result<&'a mut Resource<ServiceSpec>, ApiError> {
    state.services.get_mut(name).ok_or_else(|| no_service(name))
}

/// Finds a function; in FC 2.0 a missing service is another error than a missing function.
pub(super) fn function<'a>(
    state: &'a State,
    name: &FunctionName,
) -> Result<&'a FunctionRecord, ApiError> {
    name.service()
        .map_or(Ok(()), |name| service(state, name).map(drop))?;
    state.functions.get(name).ok_or_else(|| no_function(name))
}

/// Finds a function to change it.
pub(super) fn function_mut<'a>(
    state: &'a mut State,
    name: &FunctionName,
) -> Result<&'a mut FunctionRecord, ApiError> {
    function(state, name)?;
    state
        .functions
        .get_mut(name)
        .ok_or_else(|| no_function(name))
}

/// What is deployed, as calls need it: made with the first call of each function, and made again when anything changes.
#[derive(Debug, Default)]
pub(crate) struct ForCalls(Mutex<Made>);

#[derive(Debug, Default)]
struct Made {
    /// What was deployed when they were made.
    state: Arc<State>,
    functions: BTreeMap<FunctionName, Arc<Deployed>>,
}

/// The function as it is deployed now, for a call.
pub(super) fn deployed(app: &App, name: &FunctionName) -> Result<Arc<Deployed>, ApiError> {
    let state = app.store.snapshot();
    // A panic of another thread leaves a map with fewer functions.
    let mut made = app
        .for_calls
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if !Arc::ptr_eq(&made.state, &state) {
        *made = Made {
            state: Arc::clone(&state),
            functions: BTreeMap::new(),
        };
    }
    if let Some(deployed) = made.functions.get(name) {
        return Ok(Arc::clone(deployed));
    }
    let deployed = Arc::new(make(app, &state, name)?);
    made.functions.insert(name.clone(), Arc::clone(&deployed));
    Ok(deployed)
}

fn make(app: &App, state: &State, name: &FunctionName) -> Result<Deployed, ApiError> {
    let record = function(state, name)?;
    let owner = name.service().map(|name| service(state, name));
    let owner = owner.transpose()?;
    let spec = &record.resource.spec;
    let mut function = spec.function(name, &app.owner, owner.map(|owner| &owner.spec));
    let reserved = record.concurrency.as_ref();
    function.calls_max = reserved.map(|reserved| reserved.spec.calls_max());
    function.code_checksum.clone_from(&record.code.crc64);
    let service_revision = owner.map_or(0, |owner| owner.revision);
    Ok(Deployed {
        // The id distinguishes a function from an earlier one of the same name.
        revision: format!(
            "{}-{service_revision}-{}",
            record.resource.id, record.resource.revision
        ),
        function: Arc::new(function),
        source: CodeSource::Zip {
            file: app.store.code_path(&record.code),
            sha256: Some(record.code.sha256.clone()),
            scratch: Scratch::Kept(app.store.path("scratch")),
        },
    })
}

/// Where a function is, as messages go on after its name.
pub(super) fn place(name: &FunctionName) -> String {
    let service = name.service();
    service.map_or_else(String::new, |service| format!(" in service '{service}'"))
}

fn no_service(name: &str) -> ApiError {
    ApiError::not_found(
        "ServiceNotFound",
        format!("service '{name}' does not exist"),
    )
}

fn no_function(name: &FunctionName) -> ApiError {
    let message = format!(
        "function '{}' does not exist{}",
        name.function(),
        place(name)
    );
    ApiError::not_found("FunctionNotFound", message)
}

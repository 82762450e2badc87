//! Finding what is deployed, for a request or a call; what is not there is an error of the API.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::app::App;
use super::error::ApiError;
use super::paths::{LATEST_ONLY, no_qualifier};
use crate::name::{FunctionName, Generation, LATEST};
use crate::platform::cold::{CodeSource, Scratch};
use crate::platform::pool::Deployed;
use crate::store::spec::ServiceSpec;
use crate::store::{FunctionRecord, Resource, Snapshot, State};

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
    state.function(name).ok_or_else(|| no_function(name))
}

/// Finds a function that has the version or alias of its name.
pub(super) fn qualified<'a>(
    state: &'a State,
    name: &FunctionName,
) -> Result<&'a FunctionRecord, ApiError> {
    let record = function(state, name)?;
    version_of(record, name, 0.0)?;
    Ok(record)
}

/// The fields and the code of a function, or of the version that its name has or leads to.
pub(super) fn snapshot<'a>(
    state: &'a State,
    name: &FunctionName,
) -> Result<Snapshot<'a>, ApiError> {
    let record = function(state, name)?;
    // The lot that no weight is above, hence the version that the alias names first.
    let version = version_of(record, name, 1.0)?;
    record.snapshot(version).ok_or_else(|| no_function(name))
}

/// The version that a call gets whose lot, from 0 to 1, is this one.
pub(super) fn version_of<'a>(
    record: &'a FunctionRecord,
    name: &'a FunctionName,
    lot: f64,
) -> Result<&'a str, ApiError> {
    let version = record.versions.version_of(name.qualifier(), lot);
    version.ok_or_else(|| {
        let why = match name.generation() {
            Generation::Fc2 => LATEST_ONLY,
            Generation::Fc3 => "",
        };
        no_qualifier(name.function(), name.qualifier(), why)
    })
}

/// Finds a function to change it.
pub(super) fn function_mut<'a>(
    state: &'a mut State,
    name: &FunctionName,
) -> Result<&'a mut FunctionRecord, ApiError> {
    function(state, name)?;
    let found = state.functions.get_mut(&*name.latest());
    found.ok_or_else(|| no_function(name))
}

/// Functions by each qualifier for which something may be set.
pub(super) fn each_qualifier<'a>(
    functions: impl Iterator<Item = (&'a FunctionName, &'a FunctionRecord)>,
) -> impl Iterator<Item = (FunctionName, &'a FunctionRecord)> {
    functions.flat_map(|(name, record)| {
        let others = record.versions.settings().keys().map(String::as_str);
        let qualifiers = std::iter::once(LATEST).chain(others);
        qualifiers.map(move |qualifier| (name.clone().at(qualifier), record))
    })
}

/// What is deployed, as calls need it: made with the first call of each function, and made again when anything changes.
#[derive(Debug, Default)]
pub(crate) struct ForCalls {
    made: Mutex<Made>,
    lots: Lots,
}

#[derive(Debug, Default)]
struct Made {
    /// What was deployed when they were made.
    state: Arc<State>,
    /// By the name that is called; an alias may lead to several versions.
    functions: BTreeMap<FunctionName, Vec<Arc<Deployed>>>,
}

/// Lots for the calls of aliases, which decide the version. They are spread evenly: a weight is kept closely in some dozens of
/// calls, not only in very many.
#[derive(Debug, Default)]
struct Lots(AtomicU64);

/// The part of the golden section: its multiples, without the whole numbers, leave no gap that is wider than others.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// The first lot: a small weight must not have the first call.
const FIRST: f64 = 0.5;

impl Lots {
    /// The next lot, from 0 to 1.
    fn next(&self) -> f64 {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        // Beyond so many calls the lots are less even, and still lots.
        #[allow(clippy::cast_precision_loss, reason = "a number of calls")]
        let place = FIRST + number as f64 * GOLDEN;
        place.fract()
    }
}

/// The function as it is deployed now, for a call.
pub(super) fn deployed(app: &App, name: &FunctionName) -> Result<Arc<Deployed>, ApiError> {
    let state = app.store.snapshot();
    let version = match name.qualifier() {
        LATEST => LATEST,
        _ => version_of(function(&state, name)?, name, app.for_calls.lots.next())?,
    };
    // A panic of another thread leaves a map with fewer functions.
    let mut made = app
        .for_calls
        .made
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if !Arc::ptr_eq(&made.state, &state) {
        *made = Made {
            state: Arc::clone(&state),
            functions: BTreeMap::new(),
        };
    }
    let mut known = made.functions.get(name).into_iter().flatten();
    if let Some(deployed) = known.find(|known| known.function.version == version) {
        return Ok(Arc::clone(deployed));
    }
    let deployed = Arc::new(make(app, &state, name, version)?);
    let known = made.functions.entry(name.clone()).or_default();
    known.push(Arc::clone(&deployed));
    Ok(deployed)
}

fn make(
    app: &App,
    state: &State,
    name: &FunctionName,
    version: &str,
) -> Result<Deployed, ApiError> {
    let record = function(state, name)?;
    let snapshot = record.snapshot(version).ok_or_else(|| no_function(name))?;
    let owner = name.service().map(|name| service(state, name));
    let owner = owner.transpose()?;
    let spec = &snapshot.resource.spec;
    let mut function = spec.function(name, &app.owner, owner.map(|owner| &owner.spec));
    version.clone_into(&mut function.version);
    let reserved = record.concurrency.as_ref();
    function.calls_max = reserved.map(|reserved| reserved.spec.calls_max());
    function.code_checksum.clone_from(&snapshot.code.crc64);
    let service_revision = owner.map_or(0, |owner| owner.revision);
    Ok(Deployed {
        // The id distinguishes a function from an earlier one of the same name.
        revision: format!(
            "{}-{service_revision}-{}",
            snapshot.resource.id, snapshot.resource.revision
        ),
        function: Arc::new(function),
        source: CodeSource::Zip {
            file: app.store.code_path(snapshot.code),
            sha256: Some(snapshot.code.sha256.clone()),
            scratch: Scratch::Kept(app.store.path("scratch")),
        },
    })
}

/// Lets the instances of `LATEST` finish and stop, by whichever name they are called, because it was changed.
pub(super) fn retire_latest(app: &App, name: &FunctionName) {
    app.pool.retire(name);
    let state = app.store.snapshot();
    let record = state.function(name);
    let aliases = record
        .into_iter()
        .flat_map(|record| record.versions.aliases_of(LATEST));
    aliases.for_each(|alias| app.pool.retire(&name.clone().at(alias)));
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

#[cfg(test)]
mod tests;

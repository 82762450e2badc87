//! The aliases of a function of FC 3.0: each leads to a version, and may give another one a part of its calls.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::Value;

use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::lookup;
use super::paths::{AliasName, no_version};
use super::result::{ApiResult, created, deleted, found, listed, view};
use crate::name::{self, FunctionName, LATEST};
use crate::platform::agent::Payload;
use crate::store::spec::{AliasSpec, Spec};
use crate::store::{FunctionRecord, Resource};

/// The field of the name.
const NAME: &str = "aliasName";

/// `…/{function}/aliases`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(create)
}

/// `…/{function}/aliases/{alias}`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn list(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    let versions = &lookup::function(&state, &function)?.versions;
    listed("aliases", &versions.aliases, alias_view, &asked)
}

async fn create(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let mut fields = fields(&body)?;
    let name = take_text(&mut fields, NAME)?;
    name::check(NAME, &name).map_err(ApiError::invalid)?;
    if name == LATEST {
        let message = "aliasName 'LATEST' is not valid: this is what can be changed of a function";
        return Err(ApiError::invalid(message));
    }
    let spec = AliasSpec::read(fields).map_err(ApiError::invalid)?;
    created(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        check_versions(record, &function, &spec)?;
        if record.versions.aliases.contains_key(&name) {
            let function = function.function();
            let message = format!("alias '{name}' of '{function}' already exists");
            return Err(ApiError::conflict("AliasAlreadyExists", message));
        }
        let resource = Resource::new(spec);
        let view = alias_view(&name, &resource);
        record.versions.aliases.insert(name, resource);
        Ok(view)
    }))
}

async fn read(
    State(app): State<Arc<App>>,
    function: FunctionName,
    AliasName { alias }: AliasName,
) -> ApiResult {
    let state = app.store.snapshot();
    let found_one = lookup::function(&state, &function)?
        .versions
        .aliases
        .get(&alias);
    let found_one = found_one.ok_or_else(|| no_alias(&function, &alias));
    found(found_one.map(|resource| alias_view(&alias, resource)))
}

/// Changes an alias. Its instances serve their sessions, and the next calls get the versions that it leads to now.
async fn update(
    State(app): State<Arc<App>>,
    function: FunctionName,
    AliasName { alias }: AliasName,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let mut change = fields(&body)?;
    change.remove(NAME);
    let view = app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let resource = record.versions.aliases.get_mut(&alias);
        let resource = resource.ok_or_else(|| no_alias(&function, &alias))?;
        resource.change(change).map_err(ApiError::invalid)?;
        let (view, spec) = (alias_view(&alias, resource), resource.spec.clone());
        check_versions(record, &function, &spec)?;
        Ok::<_, ApiError>(view)
    })?;
    app.pool.retire(&function.at(&alias));
    found(Ok(view))
}

async fn delete(
    State(app): State<Arc<App>>,
    function: FunctionName,
    AliasName { alias }: AliasName,
) -> ApiResult {
    app.store.update(|state| {
        let removed = lookup::function_mut(state, &function)?
            .versions
            .remove_alias(&alias);
        removed
            .then_some(())
            .ok_or_else(|| no_alias(&function, &alias))
    })?;
    app.pool.forget(&function.at(&alias));
    deleted(Ok(()))
}

/// Refuses an alias of versions that do not exist.
fn check_versions(
    record: &FunctionRecord,
    function: &FunctionName,
    spec: &AliasSpec,
) -> Result<(), ApiError> {
    let mut versions = spec.versions();
    match versions.find(|version| record.snapshot(version).is_none()) {
        None => Ok(()),
        Some(version) => Err(no_version(function.function(), version, "")),
    }
}

fn alias_view(name: &str, resource: &Resource<AliasSpec>) -> Value {
    view(resource, [(NAME, name.into())])
}

fn no_alias(function: &FunctionName, alias: &str) -> ApiError {
    let message = format!(
        "alias '{alias}' of '{}' does not exist",
        function.function()
    );
    ApiError::not_found("AliasNotFound", message)
}

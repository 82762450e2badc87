//! Functions of both generations: their code is stored before they are, and a change retires their instances.

mod code;
mod download;
mod list;
mod view;

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};

use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::lookup;
use super::paths::Service;
use super::result::{ApiResult, check_match, created_tagged, deleted, found_tagged};
use crate::name::{self, FunctionName};
use crate::platform::agent::Payload;
use crate::store::FunctionRecord;
use crate::store::spec::{FunctionSpec, Spec};
use code::{store_code, take_code};
use view::function_view;

pub(super) use download::{CODE_PREFIX, code as code_address, package};

/// `/services/{service}/functions`, `/functions`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list::list).post(create)
}

/// The same, and the function's name.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn create(
    State(app): State<Arc<App>>,
    Service(service): Service,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let mut fields = fields(&body)?;
    let name = FunctionName::of(service.as_deref(), &take_text(&mut fields, "functionName")?);
    let code = take_code(&mut fields)?.ok_or_else(|| ApiError::invalid("code is missing"))?;
    let spec = FunctionSpec::read(fields).map_err(ApiError::invalid)?;
    let code = store_code(&app, code).await?;
    created_tagged(app.store.update(|state| {
        if let Some(service) = name.service() {
            lookup::service(state, service)?;
        }
        name::check("functionName", name.function()).map_err(ApiError::invalid)?;
        if state.functions.contains_key(&name) {
            let (function, place) = (name.function(), lookup::place(&name));
            let message = format!("function '{function}' already exists{place}");
            return Err(ApiError::conflict("FunctionAlreadyExists", message));
        }
        let record = FunctionRecord::new(spec, code);
        let view = function_view(&app.owner, &name, record.latest());
        state.functions.insert(name, record);
        Ok(view)
    }))
}

async fn read(
    State(app): State<Arc<App>>,
    name: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (state, name) = (app.store.snapshot(), asked.qualified(name));
    let shown = lookup::snapshot(&state, &name);
    found_tagged(shown.map(|shown| function_view(&app.owner, &name, shown)))
}

async fn update(
    State(app): State<Arc<App>>,
    name: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let mut change = fields(&body)?;
    let code = take_code(&mut change)?;
    // Refused before anything is stored.
    let spec = &lookup::function(&app.store.snapshot(), &name)?
        .resource
        .spec
        .clone();
    spec.changed(change.clone()).map_err(ApiError::invalid)?;
    let code = match code {
        Some(code) => Some(store_code(&app, code).await?),
        None => None,
    };
    let view = app.store.update(|state| {
        let record = lookup::function_mut(state, &name)?;
        check_match(&asked, &function_view(&app.owner, &name, record.latest()))?;
        record.resource.change(change).map_err(ApiError::invalid)?;
        if let Some(code) = code {
            record.code = code;
        }
        Ok::<_, ApiError>(function_view(&app.owner, &name, record.latest()))
    })?;
    lookup::retire_latest(&app, &name);
    found_tagged(Ok(view))
}

/// Deletes a function that has no triggers, versions or aliases.
async fn delete(
    State(app): State<Arc<App>>,
    name: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    app.store.update(|state| {
        let record = lookup::function(state, &name)?;
        check_match(&asked, &function_view(&app.owner, &name, record.latest()))?;
        if !record.triggers.is_empty() {
            let message = format!("function '{}' has active triggers", name.function());
            return Err(ApiError::conflict("FunctionNotEmpty", message));
        }
        if let Some(qualifier) = record.versions.qualifiers().next() {
            let message = format!(
                "function '{}' has '{qualifier}': delete its aliases and versions first",
                name.function()
            );
            return Err(ApiError::conflict("FunctionNotEmpty", message));
        }
        state.functions.remove(&name);
        Ok(())
    })?;
    app.pool.forget(&name);
    deleted(Ok(()))
}

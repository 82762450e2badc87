//! Requests about functions: their code is stored before they are, and a change retires their instances.

use std::sync::Arc;

use hyper::Method;
use serde_json::{Map, Value};

use crate::api::App;
use crate::api::control::{Done, created, deleted, found, unsupported};
use crate::api::error::ApiError;
use crate::api::request::ReadRequest;
use crate::api::spec::{self, CodeInput};
use crate::api::{packages, resources};
use crate::function::{Function, Generation};
use crate::project::package;
use crate::store::{CodeRef, State, function_key};

/// The functions of a service, or all of FC 3.0.
pub(super) async fn functions(
    app: &Arc<App>,
    generation: Generation,
    service: &str,
    request: &ReadRequest,
) -> Done {
    match request.head.method {
        Method::POST => created(create_function(app, generation, service, request.json()?).await),
        Method::GET => {
            let state = app.store.snapshot();
            if generation == Generation::Fc2 {
                resources::find_service(&state, service)?;
            }
            let items = resources::functions_of(&state, service)
                .map(|(name, record)| (name, resources::function_view(name, record)));
            found(resources::page("functions", items, &request.query()))
        }
        _ => unsupported(request),
    }
}

/// One function.
pub(super) async fn function_item(
    app: &Arc<App>,
    generation: Generation,
    service: &str,
    name: &str,
    request: &ReadRequest,
) -> Done {
    match request.head.method {
        Method::GET => {
            let state = app.store.snapshot();
            found(
                resources::find_function(&state, service, name)
                    .map(|item| resources::function_view(name, item)),
            )
        }
        Method::PUT => {
            found(update_function(app, generation, service, name, request.json()?).await)
        }
        Method::DELETE => {
            app.store
                .update(|state| resources::delete_function(state, service, name))?;
            app.pool.retire(&function_key(service, name));
            deleted(Ok(()))
        }
        _ => unsupported(request),
    }
}

async fn create_function(
    app: &Arc<App>,
    generation: Generation,
    service: &str,
    mut spec: Map<String, Value>,
) -> Result<Value, ApiError> {
    let name = resources::take_text(&mut spec, "functionName")?;
    let code = spec::take_code(&mut spec)?.ok_or_else(|| ApiError::invalid("code is missing"))?;
    check_function(app, generation, service, &name, &spec)?;
    let code = store_code(app, code).await?;
    app.store.update(|state| {
        if generation == Generation::Fc2 {
            resources::find_service(state, service)?;
        }
        resources::create_function(state, service, &name, spec, code)?;
        function_view(state, service, &name)
    })
}

async fn update_function(
    app: &Arc<App>,
    generation: Generation,
    service: &str,
    name: &str,
    mut spec: Map<String, Value>,
) -> Result<Value, ApiError> {
    spec.remove("functionName");
    let code = spec::take_code(&mut spec)?;
    let mut merged = resources::find_function(&app.store.snapshot(), service, name)?
        .resource
        .spec
        .clone();
    merged.extend(spec.clone());
    check_function(app, generation, service, name, &merged)?;
    let code = match code {
        Some(code) => Some(store_code(app, code).await?),
        None => None,
    };
    let view = app.store.update(|state| {
        let record = resources::function_mut(state, service, name)?;
        record.resource.merge(spec);
        if let Some(code) = code {
            record.code = code;
        }
        function_view(state, service, name)
    })?;
    app.pool.retire(&function_key(service, name));
    Ok(view)
}

fn function_view(state: &State, service: &str, name: &str) -> Result<Value, ApiError> {
    Ok(resources::function_view(
        name,
        resources::find_function(state, service, name)?,
    ))
}

/// Refuses a function that could never run, before anything is stored.
fn check_function(
    app: &App,
    generation: Generation,
    service: &str,
    name: &str,
    spec: &Map<String, Value>,
) -> Result<Function, ApiError> {
    spec::function(generation, &app.owner, Some((service, spec)), name, spec)
}

/// Checks and stores a code package; a broken one leaves everything as it was.
async fn store_code(app: &Arc<App>, input: CodeInput) -> Result<CodeRef, ApiError> {
    let bytes = match input {
        CodeInput::Zip(bytes) => bytes,
        CodeInput::Stored { bucket, object } => packages::read(&app.store, &bucket, &object)?,
    };
    let app = Arc::clone(app);
    let stored = tokio::task::spawn_blocking(move || {
        package::check(std::io::Cursor::new(&bytes))
            .map_err(|error| ApiError::invalid(error.to_string()))?;
        app.store.put_code(&bytes).map_err(ApiError::from)
    });
    stored
        .await
        .map_err(|error| ApiError::internal(error.to_string()))?
}

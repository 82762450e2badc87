//! The control plane: which path and method means which change (fun-cli §3, §8).
//!
//! Both generations go through here; FC 3.0 simply has no services.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::api::App;
use crate::api::error::ApiError;
use crate::api::request::ReadRequest;
use crate::api::spec::{self, CodeInput};
use crate::api::{packages, resources};
use crate::function::{Function, Generation, QUALIFIER};
use crate::package;
use crate::store::{CodeRef, State, function_key};

/// A control request's result: a status and, except after a deletion, a JSON body.
pub(crate) type Done = Result<(StatusCode, Option<Value>), ApiError>;

/// Answers a control request, or `None` if the path is not one.
pub(crate) async fn handle(
    app: &Arc<App>,
    generation: Generation,
    path: &[&str],
    request: &ReadRequest,
) -> Option<Done> {
    Some(match (generation, path) {
        (Generation::Fc2, ["services"]) => services(app, request),
        (Generation::Fc2, ["services", service]) => service_item(app, service, request),
        (Generation::Fc2, ["services", service, "functions", rest @ ..]) => {
            match service_name(service) {
                Ok(service) => function_paths(app, generation, &service, rest, request).await?,
                Err(error) => Err(error),
            }
        }
        (Generation::Fc3, ["functions", rest @ ..]) => {
            function_paths(app, generation, "", rest, request).await?
        }
        (_, ["custom-domains"]) => domains(app, request),
        (_, ["custom-domains", domain]) => domain_item(app, &domain.to_ascii_lowercase(), request),
        _ => return None,
    })
}

/// The service of `service` or `service.LATEST`; fc-local keeps no other version.
pub(crate) fn service_name(segment: &str) -> Result<String, ApiError> {
    let (service, qualifier) = segment.split_once('.').unwrap_or((segment, QUALIFIER));
    check_qualifier(service, qualifier)?;
    Ok(service.to_owned())
}

/// Refuses a version or alias: there is only LATEST here.
pub(crate) fn check_qualifier(owner: &str, qualifier: &str) -> Result<(), ApiError> {
    if qualifier.is_empty() || qualifier == QUALIFIER {
        return Ok(());
    }
    let (code, kind) = if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        ("VersionNotFound", "version")
    } else {
        ("AliasNotFound", "alias")
    };
    let message = format!(
        "{kind} '{qualifier}' of '{owner}' does not exist: fc-local keeps {QUALIFIER} only"
    );
    Err(ApiError::not_found(code, message))
}

fn services(app: &App, request: &ReadRequest) -> Done {
    match request.head.method {
        Method::POST => created(
            app.store
                .update(|state| resources::create_service(state, request.json()?)),
        ),
        Method::GET => {
            let state = app.store.snapshot();
            let items = state
                .services
                .iter()
                .map(|(name, item)| (name.as_str(), resources::service_view(name, item)));
            found(resources::page("services", items, &request.query()))
        }
        _ => unsupported(request),
    }
}

fn service_item(app: &App, segment: &str, request: &ReadRequest) -> Done {
    let name = &service_name(segment)?;
    match request.head.method {
        Method::GET => {
            let state = app.store.snapshot();
            found(
                resources::find_service(&state, name)
                    .map(|item| resources::service_view(name, item)),
            )
        }
        Method::PUT => found(
            app.store
                .update(|state| resources::update_service(state, name, request.json()?)),
        ),
        Method::DELETE => deleted(
            app.store
                .update(|state| resources::delete_service(state, name)),
        ),
        _ => unsupported(request),
    }
}

async fn function_paths(
    app: &Arc<App>,
    generation: Generation,
    service: &str,
    rest: &[&str],
    request: &ReadRequest,
) -> Option<Done> {
    Some(match rest {
        [] => functions(app, generation, service, request).await,
        [name] => function_item(app, generation, service, name, request).await,
        [name, "triggers"] => triggers(app, generation, service, name, request),
        [name, "triggers", trigger] => {
            trigger_item(app, generation, service, name, trigger, request)
        }
        [name, "async-invoke-config"] => async_config(app, service, name, request),
        _ => return None,
    })
}

async fn functions(
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

async fn function_item(
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

fn triggers(
    app: &App,
    generation: Generation,
    service: &str,
    function: &str,
    request: &ReadRequest,
) -> Done {
    match request.head.method {
        Method::POST => created(app.store.update(|state| {
            resources::create_trigger(
                generation,
                resources::function_mut(state, service, function)?,
                request.json()?,
            )
        })),
        Method::GET => {
            let state = app.store.snapshot();
            let triggers = &resources::find_function(&state, service, function)?.triggers;
            let items = triggers.iter().map(|(name, item)| {
                (
                    name.as_str(),
                    resources::trigger_view(generation, name, item),
                )
            });
            found(resources::page("triggers", items, &request.query()))
        }
        _ => unsupported(request),
    }
}

fn trigger_item(
    app: &App,
    generation: Generation,
    service: &str,
    function: &str,
    trigger: &str,
    request: &ReadRequest,
) -> Done {
    match request.head.method {
        Method::GET => {
            let state = app.store.snapshot();
            found(resources::get_trigger(
                generation,
                resources::find_function(&state, service, function)?,
                trigger,
            ))
        }
        Method::PUT => found(app.store.update(|state| {
            resources::update_trigger(
                generation,
                resources::function_mut(state, service, function)?,
                trigger,
                request.json()?,
            )
        })),
        Method::DELETE => deleted(app.store.update(|state| {
            resources::delete_trigger(resources::function_mut(state, service, function)?, trigger)
        })),
        _ => unsupported(request),
    }
}

fn async_config(app: &App, service: &str, function: &str, request: &ReadRequest) -> Done {
    let missing = || {
        let message = format!("AsyncConfig for {service}:{QUALIFIER}:{function} does not exist");
        ApiError::not_found("AsyncConfigNotExists", message)
    };
    match request.head.method {
        Method::GET => {
            let state = app.store.snapshot();
            let config = resources::find_function(&state, service, function)?
                .async_config
                .as_ref();
            found(
                config
                    .map(|config| resources::view(config, []))
                    .ok_or_else(missing),
            )
        }
        Method::PUT => found(app.store.update(|state| {
            resources::put_async_config(
                resources::function_mut(state, service, function)?,
                request.json()?,
            )
        })),
        Method::DELETE => deleted(app.store.update(|state| {
            resources::function_mut(state, service, function)?
                .async_config
                .take()
                .map(drop)
                .ok_or_else(missing)
        })),
        _ => unsupported(request),
    }
}

fn domains(app: &App, request: &ReadRequest) -> Done {
    match request.head.method {
        Method::POST => created(
            app.store
                .update(|state| resources::create_domain(state, request.json()?)),
        ),
        Method::GET => {
            let state = app.store.snapshot();
            let items = state
                .domains
                .iter()
                .map(|(name, item)| (name.as_str(), resources::domain_view(name, item)));
            found(resources::page("customDomains", items, &request.query()))
        }
        _ => unsupported(request),
    }
}

fn domain_item(app: &App, name: &str, request: &ReadRequest) -> Done {
    match request.head.method {
        Method::GET => found(resources::get_domain(&app.store.snapshot(), name)),
        Method::PUT => found(
            app.store
                .update(|state| resources::update_domain(state, name, request.json()?)),
        ),
        Method::DELETE => deleted(
            app.store
                .update(|state| resources::delete_domain(state, name)),
        ),
        _ => unsupported(request),
    }
}

fn created(result: Result<Value, ApiError>) -> Done {
    // FC 3.0 answers 201 as well; FC 2.0's clients take any 2xx.
    result.map(|body| (StatusCode::CREATED, Some(body)))
}

fn found(result: Result<Value, ApiError>) -> Done {
    result.map(|body| (StatusCode::OK, Some(body)))
}

fn deleted(result: Result<(), ApiError>) -> Done {
    result.map(|()| (StatusCode::NO_CONTENT, None))
}

fn unsupported(request: &ReadRequest) -> Done {
    Err(ApiError::path_not_supported(
        &request.head.method,
        request.head.uri.path(),
    ))
}

//! The control plane: which path and method means which change (fun-cli §3, §8).
//!
//! Both generations go through here; FC 3.0 simply has no services.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::api::App;
use crate::api::error::ApiError;
use crate::api::request::ReadRequest;
use crate::api::{entry_points, functions, resources};
use crate::function::{Generation, QUALIFIER};

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
        (_, ["custom-domains"]) => entry_points::domains(app, request),
        (_, ["custom-domains", domain]) => {
            entry_points::domain_item(app, &domain.to_ascii_lowercase(), request)
        }
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
        [] => functions::functions(app, generation, service, request).await,
        [name] => functions::function_item(app, generation, service, name, request).await,
        [name, "triggers"] => entry_points::triggers(app, generation, service, name, request),
        [name, "triggers", trigger] => {
            entry_points::trigger_item(app, generation, service, name, trigger, request)
        }
        [name, "async-invoke-config"] => entry_points::async_config(app, service, name, request),
        _ => return None,
    })
}

pub(super) fn created(result: Result<Value, ApiError>) -> Done {
    // FC 3.0 answers 201 as well; FC 2.0's clients take any 2xx.
    result.map(|body| (StatusCode::CREATED, Some(body)))
}

pub(super) fn found(result: Result<Value, ApiError>) -> Done {
    result.map(|body| (StatusCode::OK, Some(body)))
}

pub(super) fn deleted(result: Result<(), ApiError>) -> Done {
    result.map(|()| (StatusCode::NO_CONTENT, None))
}

pub(super) fn unsupported(request: &ReadRequest) -> Done {
    Err(ApiError::path_not_supported(
        &request.head.method,
        request.head.uri.path(),
    ))
}

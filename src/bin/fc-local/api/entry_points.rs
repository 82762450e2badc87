//! Requests about what hangs on functions: triggers, custom domains, retries of asynchronous calls.

use hyper::Method;

use crate::api::App;
use crate::api::control::{Done, created, deleted, found, unsupported};
use crate::api::error::ApiError;
use crate::api::request::ReadRequest;
use crate::api::{attachments, resources};
use crate::function::{Generation, QUALIFIER};

/// The triggers of a function.
pub(super) fn triggers(
    app: &App,
    generation: Generation,
    service: &str,
    function: &str,
    request: &ReadRequest,
) -> Done {
    match request.head.method {
        Method::POST => created(app.store.update(|state| {
            attachments::create_trigger(
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
                    attachments::trigger_view(generation, name, item),
                )
            });
            found(resources::page("triggers", items, &request.query()))
        }
        _ => unsupported(request),
    }
}

/// One trigger.
pub(super) fn trigger_item(
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
            found(attachments::get_trigger(
                generation,
                resources::find_function(&state, service, function)?,
                trigger,
            ))
        }
        Method::PUT => found(app.store.update(|state| {
            attachments::update_trigger(
                generation,
                resources::function_mut(state, service, function)?,
                trigger,
                request.json()?,
            )
        })),
        Method::DELETE => deleted(app.store.update(|state| {
            attachments::delete_trigger(resources::function_mut(state, service, function)?, trigger)
        })),
        _ => unsupported(request),
    }
}

/// How the asynchronous calls of a function are retried.
pub(super) fn async_config(
    app: &App,
    service: &str,
    function: &str,
    request: &ReadRequest,
) -> Done {
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
            attachments::put_async_config(
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

/// The custom domains.
pub(super) fn domains(app: &App, request: &ReadRequest) -> Done {
    match request.head.method {
        Method::POST => created(
            app.store
                .update(|state| attachments::create_domain(state, request.json()?)),
        ),
        Method::GET => {
            let state = app.store.snapshot();
            let items = state
                .domains
                .iter()
                .map(|(name, item)| (name.as_str(), attachments::domain_view(name, item)));
            found(resources::page("customDomains", items, &request.query()))
        }
        _ => unsupported(request),
    }
}

/// One custom domain.
pub(super) fn domain_item(app: &App, name: &str, request: &ReadRequest) -> Done {
    match request.head.method {
        Method::GET => found(attachments::get_domain(&app.store.snapshot(), name)),
        Method::PUT => found(
            app.store
                .update(|state| attachments::update_domain(state, name, request.json()?)),
        ),
        Method::DELETE => deleted(
            app.store
                .update(|state| attachments::delete_domain(state, name)),
        ),
        _ => unsupported(request),
    }
}

//! How a function's asynchronous calls are retried.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};

use super::answer::{Answer, deleted, found, view};
use super::app::App;
use super::asked::fields;
use super::error::ApiError;
use super::lookup;
use crate::name::FunctionName;
use crate::platform::agent::Payload;
use crate::store::Resource;
use crate::store::spec::{AsyncSpec, Spec};

/// `…/{function}/async-invoke-config`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(put).delete(delete)
}

async fn read(State(app): State<Arc<App>>, function: FunctionName) -> Answer {
    let state = app.store.snapshot();
    let config = lookup::function(&state, &function)?.async_config.as_ref();
    found(
        config
            .map(|config| view(config, []))
            .ok_or_else(|| missing(&function)),
    )
}

async fn put(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(body): Extension<Payload>,
) -> Answer {
    let spec = AsyncSpec::read(fields(&body)?).map_err(ApiError::invalid)?;
    found(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let config = record.async_config.insert(Resource::new(spec));
        Ok(view(config, []))
    }))
}

async fn delete(State(app): State<Arc<App>>, function: FunctionName) -> Answer {
    deleted(app.store.update(|state| {
        let config = lookup::function_mut(state, &function)?.async_config.take();
        config.map(drop).ok_or_else(|| missing(&function))
    }))
}

fn missing(function: &FunctionName) -> ApiError {
    let (service, qualifier) = (function.service().unwrap_or_default(), function.qualifier());
    let message = format!(
        "AsyncConfig for {service}:{qualifier}:{} does not exist",
        function.function()
    );
    ApiError::not_found("AsyncConfigNotExists", message)
}

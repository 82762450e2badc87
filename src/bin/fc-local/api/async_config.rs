//! How a function's asynchronous calls are retried.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};

use serde_json::Value;

use super::app::App;
use super::asked::{Asked, fields};
use super::error::ApiError;
use super::lookup::{self, each_qualifier};
use super::result::{ApiResult, deleted, found, in_order, page, view};
use crate::name::FunctionName;
use crate::platform::agent::Payload;
use crate::store::Resource;
use crate::store::spec::{AsyncSpec, Spec};

/// `…/{function}/async-invoke-config`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(put).delete(delete)
}

/// `/async-invoke-configs` of FC 3.0.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list)
}

/// `…/{function}/async-invoke-configs` of FC 2.0.
pub(super) fn of_function() -> MethodRouter<Arc<App>> {
    get(list_of_function)
}

async fn read(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (state, function) = (app.store.snapshot(), asked.qualified(function));
    let record = lookup::qualified(&state, &function)?;
    let config = record.async_config(function.qualifier());
    let config = config.ok_or_else(|| missing(&function));
    found(config.map(|config| config_view(&app, &function, config)))
}

async fn list(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    let state = app.store.snapshot();
    let wanted = asked.parameter("functionName");
    let functions = state.functions_of(None);
    let functions = functions.filter(|(name, _)| wanted.is_empty() || name.function() == wanted);
    let items = each_qualifier(functions).filter_map(|(name, record)| {
        let config = record.async_config(name.qualifier())?;
        Some((name.to_string(), config_view(&app, &name, config)))
    });
    let items: BTreeMap<String, Value> = items.collect();
    found(page("configs", in_order(&items), &asked))
}

async fn list_of_function(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    let config = lookup::function(&state, &function)?.async_config.as_ref();
    let items = config.map(|config| (function.qualifier(), config_view(&app, &function, config)));
    found(page("configs", items.into_iter(), &asked))
}

async fn put(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let function = asked.qualified(function);
    let spec = AsyncSpec::read(fields(&body)?).map_err(ApiError::invalid)?;
    found(app.store.update(|state| {
        lookup::qualified(state, &function)?;
        let record = lookup::function_mut(state, &function)?;
        let place = record.async_config_mut(function.qualifier());
        let config = place.insert(Resource::new(spec));
        Ok(config_view(&app, &function, config))
    }))
}

async fn delete(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let function = asked.qualified(function);
    deleted(app.store.update(|state| {
        lookup::qualified(state, &function)?;
        let record = lookup::function_mut(state, &function)?;
        let config = record.async_config_mut(function.qualifier()).take();
        config.map(drop).ok_or_else(|| missing(&function))
    }))
}

/// What the API shows of a configuration; FC 2.0 names service and function, FC 3.0 the function's ARN.
fn config_view(app: &App, function: &FunctionName, config: &Resource<AsyncSpec>) -> Value {
    let Some(service) = function.service() else {
        let arn = function.arn(&app.owner.account_id, &app.owner.region);
        return view(config, [("functionArn", arn.into())]);
    };
    let own = [
        ("service", service.into()),
        ("function", function.function().into()),
        ("qualifier", function.qualifier().into()),
    ];
    view(config, own)
}

fn missing(function: &FunctionName) -> ApiError {
    let (service, qualifier) = (function.service().unwrap_or_default(), function.qualifier());
    let message = format!(
        "AsyncConfig for {service}:{qualifier}:{} does not exist",
        function.function()
    );
    ApiError::not_found("AsyncConfigNotExists", message)
}

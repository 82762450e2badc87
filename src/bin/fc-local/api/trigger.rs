//! Triggers of functions. In FC 3.0, and in the API of 2021, a trigger's configuration is JSON in a string, both ways; it is
//! kept as an object.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::paths::Trigger;
use super::result::{ApiResult, check_match, created_tagged, deleted, found_tagged, listed, view};
use super::{http, lookup};
use crate::name::{self, FunctionName, Generation};
use crate::platform::agent::Payload;
use crate::store::Resource;
use crate::store::spec::{Fields, Spec, TriggerSpec, no_json};

const CONFIG: &str = "triggerConfig";

/// `…/{function}/triggers`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(create)
}

/// `…/{function}/triggers/{trigger}`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn list(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    let triggers = &lookup::function(&state, &function)?.triggers;
    let shown = shown(&app, &asked, &function);
    let view = |name: &str, item: &_| shown.view(name, item);
    listed("triggers", triggers, view, &asked)
}

async fn create(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let mut fields = fields(&body)?;
    let name = take_text(&mut fields, "triggerName")?;
    name::check("triggerName", &name).map_err(ApiError::invalid)?;
    let spec = TriggerSpec::read(decoded(fields)?).map_err(ApiError::invalid)?;
    created_tagged(app.store.update(|state| {
        lookup::qualified(state, &spec.called(&function))?;
        let record = lookup::function_mut(state, &function)?;
        if record.triggers.contains_key(&name) {
            let message = format!("trigger '{name}' already exists");
            return Err(ApiError::conflict("TriggerAlreadyExists", message));
        }
        let resource = Resource::new(spec);
        let view = shown(&app, &asked, &function).view(&name, &resource);
        record.triggers.insert(name, resource);
        Ok(view)
    }))
}

async fn read(
    State(app): State<Arc<App>>,
    function: FunctionName,
    named: Trigger,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (state, name) = (app.store.snapshot(), &named.trigger);
    let trigger = lookup::function(&state, &function)?.triggers.get(name);
    let trigger = trigger.ok_or_else(|| no_trigger(name));
    found_tagged(trigger.map(|trigger| shown(&app, &asked, &function).view(name, trigger)))
}

async fn update(
    State(app): State<Arc<App>>,
    function: FunctionName,
    named: Trigger,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let (change, name) = (decoded(fields(&body)?)?, &named.trigger);
    found_tagged(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let trigger = record.triggers.get_mut(name);
        let trigger = trigger.ok_or_else(|| no_trigger(name))?;
        check_match(&asked, &shown(&app, &asked, &function).view(name, trigger))?;
        let before = trigger.spec.called(&function);
        trigger.change(change).map_err(ApiError::invalid)?;
        let (view, called) = (
            shown(&app, &asked, &function).view(name, trigger),
            trigger.spec.called(&function),
        );
        // A version that has gone since must not be in the way of another change.
        if called != before {
            lookup::qualified(state, &called)?;
        }
        Ok(view)
    }))
}

async fn delete(
    State(app): State<Arc<App>>,
    function: FunctionName,
    named: Trigger,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let name = &named.trigger;
    deleted(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let trigger = record.triggers.remove(name);
        let trigger = trigger.ok_or_else(|| no_trigger(name))?;
        check_match(&asked, &shown(&app, &asked, &function).view(name, &trigger))
    }))
}

/// How a trigger is shown to its callers.
#[derive(Clone, Copy)]
struct Shown<'a> {
    app: &'a App,
    asked: &'a Asked,
    function: &'a FunctionName,
}

impl Shown<'_> {
    fn view(self, name: &str, resource: &Resource<TriggerSpec>) -> Value {
        let own = [
            ("triggerName", name.into()),
            ("triggerId", resource.id.clone().into()),
        ];
        let mut view = view(resource, own);
        let defaults = [
            ("description", ""),
            ("qualifier", self.function.qualifier()),
        ];
        for (field, default) in defaults {
            if view[field].is_null() {
                view[field] = default.into();
            }
        }
        if self.asked.generation == Generation::Fc3 {
            view[CONFIG] = view[CONFIG].to_string().into();
        }
        if resource.spec.is_http() && self.function.generation() == Generation::Fc3 {
            let called = resource.spec.called(self.function);
            let url = http::address(&self.app.url(self.asked), &called);
            view["httpTrigger"] = json!({"urlInternet": url, "urlIntranet": url});
        }
        view
    }
}

fn shown<'a>(app: &'a App, asked: &'a Asked, function: &'a FunctionName) -> Shown<'a> {
    Shown {
        app,
        asked,
        function,
    }
}

fn decoded(mut fields: Fields) -> Result<Fields, ApiError> {
    if let Some(Value::String(text)) = fields.get(CONFIG) {
        let config = serde_json::from_str(text)
            .map_err(|error| ApiError::invalid(no_json(CONFIG, &error)))?;
        fields.insert(CONFIG.to_owned(), config);
    }
    Ok(fields)
}

fn no_trigger(name: &str) -> ApiError {
    ApiError::not_found(
        "TriggerNotFound",
        format!("trigger '{name}' does not exist"),
    )
}

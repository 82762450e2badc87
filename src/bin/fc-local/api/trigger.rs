//! Triggers of functions. In FC 3.0, and in the API of 2021, a trigger's configuration is JSON in a string, both ways; it is
//! kept as an object.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::Value;

use super::answer::{Answer, created, deleted, found, page, view};
use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::lookup;
use super::paths::Trigger;
use crate::name::{self, FunctionName, Generation};
use crate::platform::agent::Payload;
use crate::store::Resource;
use crate::store::spec::{Fields, Spec, TriggerSpec};

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
) -> Answer {
    let state = app.store.snapshot();
    let triggers = lookup::function(&state, &function)?.triggers.iter();
    let items = triggers.map(|(name, item)| (name.as_str(), trigger_view(&asked, name, item)));
    found(page("triggers", items, &asked))
}

async fn create(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> Answer {
    let mut fields = fields(&body)?;
    let name = take_text(&mut fields, "triggerName")?;
    name::check("triggerName", &name).map_err(ApiError::invalid)?;
    let spec = TriggerSpec::read(decoded(fields)?).map_err(ApiError::invalid)?;
    created(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        if record.triggers.contains_key(&name) {
            let message = format!("trigger '{name}' already exists");
            return Err(ApiError::conflict("TriggerAlreadyExists", message));
        }
        let resource = Resource::new(spec);
        let view = trigger_view(&asked, &name, &resource);
        record.triggers.insert(name, resource);
        Ok(view)
    }))
}

async fn read(
    State(app): State<Arc<App>>,
    function: FunctionName,
    named: Trigger,
    Extension(asked): Extension<Arc<Asked>>,
) -> Answer {
    let (state, name) = (app.store.snapshot(), &named.trigger);
    let trigger = lookup::function(&state, &function)?.triggers.get(name);
    let trigger = trigger.ok_or_else(|| no_trigger(name));
    found(trigger.map(|trigger| trigger_view(&asked, name, trigger)))
}

async fn update(
    State(app): State<Arc<App>>,
    function: FunctionName,
    named: Trigger,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> Answer {
    let (change, name) = (decoded(fields(&body)?)?, &named.trigger);
    found(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let trigger = record.triggers.get_mut(name);
        let trigger = trigger.ok_or_else(|| no_trigger(name))?;
        trigger.change(change).map_err(ApiError::invalid)?;
        Ok(trigger_view(&asked, name, trigger))
    }))
}

async fn delete(State(app): State<Arc<App>>, function: FunctionName, named: Trigger) -> Answer {
    let name = &named.trigger;
    deleted(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let removed = record.triggers.remove(name);
        removed.map(drop).ok_or_else(|| no_trigger(name))
    }))
}

fn trigger_view(asked: &Asked, name: &str, resource: &Resource<TriggerSpec>) -> Value {
    let own = [
        ("triggerName", name.into()),
        ("triggerId", resource.id.clone().into()),
    ];
    let mut view = view(resource, own);
    if asked.generation == Generation::Fc3 {
        view[CONFIG] = view[CONFIG].to_string().into();
    }
    view
}

fn decoded(mut fields: Fields) -> Result<Fields, ApiError> {
    if let Some(Value::String(text)) = fields.get(CONFIG) {
        let config = serde_json::from_str(text)
            .map_err(|error| ApiError::invalid(format!("{CONFIG} is not JSON: {error}")))?;
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

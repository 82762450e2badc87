//! How many calls and instances a function may have: reserved concurrency, which acts, and the two forms of instances that
//! are held ready, which are kept and shown. One handler serves all three, because they are requested alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::app::App;
use super::asked::{Asked, fields};
use super::error::ApiError;
use super::lookup::{self, each_qualifier};
use super::result::{ApiResult, deleted, found, in_order, page, view};
use crate::name::{FunctionName, LATEST};
use crate::platform::agent::Payload;
use crate::store::spec::{ConcurrencySpec, ProvisionSpec, ScalingSpec, Spec};
use crate::store::{FunctionRecord, Resource};

/// One of the settings.
pub(super) trait Setting: Spec + Send + 'static {
    /// The field of a list that has the items.
    const ITEMS: &'static str;

    fn of<'a>(record: &'a FunctionRecord, qualifier: &str) -> Option<&'a Resource<Self>>;

    fn place<'a>(record: &'a mut FunctionRecord, qualifier: &str)
    -> &'a mut Option<Resource<Self>>;

    /// What the platform adds. Instances start when calls come, so that what was asked for counts as reached.
    fn state(&self) -> Value;

    /// What there is where nothing was set.
    fn unset(_: &FunctionName) -> ApiResult {
        found(Ok(json!({})))
    }
}

/// `…/{function}/concurrency`, `…/provision-config`, `…/scaling-config`.
pub(super) fn one<S: Setting>() -> MethodRouter<Arc<App>> {
    get(read::<S>).put(put::<S>).delete(delete::<S>)
}

/// `/concurrency-configs`, `/provision-configs`, `/scaling-configs`.
pub(super) fn all<S: Setting>() -> MethodRouter<Arc<App>> {
    get(list::<S>)
}

async fn read<S: Setting>(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (state, function) = (app.store.snapshot(), asked.qualified(function));
    match S::of(lookup::qualified(&state, &function)?, function.qualifier()) {
        Some(setting) => found(Ok(shown(&app, &function, setting))),
        None => S::unset(&function),
    }
}

async fn put<S: Setting>(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let function = asked.qualified(function);
    let spec = S::read(fields(&body)?).map_err(ApiError::invalid)?;
    found(app.store.update(|state| {
        lookup::qualified(state, &function)?;
        let record = lookup::function_mut(state, &function)?;
        let setting = S::place(record, function.qualifier()).insert(Resource::new(spec));
        Ok(shown(&app, &function, setting))
    }))
}

async fn delete<S: Setting>(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let function = asked.qualified(function);
    deleted(app.store.update(|state| {
        lookup::qualified(state, &function)?;
        let record = lookup::function_mut(state, &function)?;
        let removed = S::place(record, function.qualifier()).take();
        removed.map(drop).ok_or_else(|| missing::<S>(&function))
    }))
}

async fn list<S: Setting>(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    let wanted = asked.parameter("functionName");
    let functions = state.functions.iter();
    let functions = functions.filter(|(name, _)| wanted.is_empty() || name.function() == wanted);
    let items = each_qualifier(functions).filter_map(|(name, record)| {
        let setting = S::of(record, name.qualifier())?;
        Some((name.to_string(), shown(&app, &name, setting)))
    });
    let items: BTreeMap<String, Value> = items.collect();
    found(page(S::ITEMS, in_order(&items), &asked))
}

fn shown<S: Setting>(app: &App, function: &FunctionName, setting: &Resource<S>) -> Value {
    let owner = &app.owner;
    let arn = function.arn(&owner.account_id, &owner.region);
    let mut all = view(setting, [("functionArn", arn.into())]);
    let state = setting.spec.state();
    if let (Value::Object(all), Value::Object(state)) = (&mut all, state) {
        all.extend(state);
    }
    all
}

fn missing<S: Setting>(function: &FunctionName) -> ApiError {
    let message = format!("function '{}' has not {}", function.function(), S::KIND);
    ApiError::not_found("ConfigNotFound", message)
}

impl Setting for ConcurrencySpec {
    const ITEMS: &'static str = "configs";

    /// It is the whole function's.
    fn of<'a>(record: &'a FunctionRecord, qualifier: &str) -> Option<&'a Resource<Self>> {
        record.concurrency.as_ref().filter(|_| qualifier == LATEST)
    }

    fn place<'a>(record: &'a mut FunctionRecord, _: &str) -> &'a mut Option<Resource<Self>> {
        &mut record.concurrency
    }

    fn state(&self) -> Value {
        json!({})
    }

    fn unset(function: &FunctionName) -> ApiResult {
        Err(missing::<Self>(function))
    }
}

impl Setting for ProvisionSpec {
    const ITEMS: &'static str = "provisionConfigs";

    fn of<'a>(record: &'a FunctionRecord, qualifier: &str) -> Option<&'a Resource<Self>> {
        match qualifier {
            LATEST => record.provision.as_ref(),
            other => record.versions.settings().get(other)?.provision.as_ref(),
        }
    }

    fn place<'a>(
        record: &'a mut FunctionRecord,
        qualifier: &str,
    ) -> &'a mut Option<Resource<Self>> {
        match qualifier {
            LATEST => &mut record.provision,
            other => &mut record.versions.settings_mut(other).provision,
        }
    }

    fn state(&self) -> Value {
        json!({"target": self.instances(), "current": self.instances(), "currentError": ""})
    }
}

impl Setting for ScalingSpec {
    const ITEMS: &'static str = "scalingConfigs";

    fn of<'a>(record: &'a FunctionRecord, qualifier: &str) -> Option<&'a Resource<Self>> {
        match qualifier {
            LATEST => record.scaling.as_ref(),
            other => record.versions.settings().get(other)?.scaling.as_ref(),
        }
    }

    fn place<'a>(
        record: &'a mut FunctionRecord,
        qualifier: &str,
    ) -> &'a mut Option<Resource<Self>> {
        match qualifier {
            LATEST => &mut record.scaling,
            other => &mut record.versions.settings_mut(other).scaling,
        }
    }

    fn state(&self) -> Value {
        json!({
            "targetInstances": self.instances(), "currentInstances": self.instances(), "currentError": "",
        })
    }
}

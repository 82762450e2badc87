//! Services of FC 2.0.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::lookup;
use super::paths::Service;
use super::result::{ApiResult, check_match, created_tagged, deleted, found_tagged, listed, view};
use crate::name;
use crate::platform::agent::Payload;
use crate::store::Resource;
use crate::store::spec::{ServiceSpec, Spec};

/// `/services`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(create)
}

/// `/services/{service}`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn list(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    let services = &app.store.snapshot().services;
    listed("services", services, service_view, &asked)
}

async fn create(State(app): State<Arc<App>>, Extension(body): Extension<Payload>) -> ApiResult {
    let mut fields = fields(&body)?;
    let name = take_text(&mut fields, "serviceName")?;
    name::check("serviceName", &name).map_err(ApiError::invalid)?;
    let spec = ServiceSpec::read(fields).map_err(ApiError::invalid)?;
    created_tagged(app.store.update(|state| {
        if state.services.contains_key(&name) {
            let message = format!("service '{name}' already exists");
            return Err(ApiError::conflict("ServiceAlreadyExists", message));
        }
        let resource = Resource::new(spec);
        let view = service_view(&name, &resource);
        state.services.insert(name, resource);
        Ok(view)
    }))
}

async fn read(State(app): State<Arc<App>>, named: Service) -> ApiResult {
    let (state, name) = (app.store.snapshot(), named.0.unwrap_or_default());
    found_tagged(lookup::service(&state, &name).map(|item| service_view(&name, item)))
}

async fn update(
    State(app): State<Arc<App>>,
    named: Service,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let (change, name) = (fields(&body)?, named.0.unwrap_or_default());
    found_tagged(app.store.update(|state| {
        let service = lookup::service_mut(state, &name)?;
        check_match(&asked, &service_view(&name, service))?;
        service.change(change).map_err(ApiError::invalid)?;
        Ok(service_view(&name, service))
    }))
}

/// Deletes a service that has no functions.
async fn delete(
    State(app): State<Arc<App>>,
    named: Service,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let name = named.0.unwrap_or_default();
    deleted(app.store.update(|state| {
        let service = lookup::service(state, &name)?;
        check_match(&asked, &service_view(&name, service))?;
        if state.functions_of(Some(&name)).next().is_some() {
            let message = format!("service '{name}' has active functions");
            return Err(ApiError::conflict("ServiceNotEmpty", message));
        }
        state.services.remove(&name);
        Ok(())
    }))
}

/// What the API shows of a service: as it was described, over what holds where nobody has said anything.
fn service_view(name: &str, resource: &Resource<ServiceSpec>) -> Value {
    let id = resource.id.clone();
    let own = [("serviceName", name.into()), ("serviceId", id.into())];
    let mut all = json!({"description": "", "role": "", "internetAccess": true});
    if let (Value::Object(all), Value::Object(set)) = (&mut all, view(resource, own)) {
        all.extend(set);
    }
    all
}

//! Custom domains.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::Value;

use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::lookup;
use super::paths::Domain;
use super::result::{ApiResult, created, deleted, found, listed, view};
use crate::platform::agent::Payload;
use crate::store::spec::{DomainSpec, Spec};
use crate::store::{self, Resource};

/// `/custom-domains`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(create)
}

/// `/custom-domains/{domain}`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn list(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    let domains = &app.store.snapshot().domains;
    listed("customDomains", domains, domain_view, &asked)
}

async fn create(State(app): State<Arc<App>>, Extension(body): Extension<Payload>) -> ApiResult {
    let mut fields = fields(&body)?;
    let name = take_text(&mut fields, "domainName")?.to_ascii_lowercase();
    app.guard.check_domain(&name)?;
    let spec = DomainSpec::read(fields).map_err(ApiError::invalid)?;
    created(app.store.update(|state| {
        check_routes(state, &spec)?;
        if state.domains.contains_key(&name) {
            let message = format!("domain name '{name}' already exists");
            return Err(ApiError::conflict("DomainNameAlreadyExists", message));
        }
        let resource = Resource::new(spec);
        let view = domain_view(&name, &resource);
        state.domains.insert(name, resource);
        Ok(view)
    }))
}

async fn read(State(app): State<Arc<App>>, Domain(name): Domain) -> ApiResult {
    let state = app.store.snapshot();
    let domain = state.domains.get(&name).ok_or_else(|| no_domain(&name));
    found(domain.map(|domain| domain_view(&name, domain)))
}

async fn update(
    State(app): State<Arc<App>>,
    Domain(name): Domain,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let change = fields(&body)?;
    found(app.store.update(|state| {
        let domain = state.domains.get_mut(&name);
        let domain = domain.ok_or_else(|| no_domain(&name))?;
        let routes_before = domain.spec.clone();
        domain.change(change).map_err(ApiError::invalid)?;
        let view = domain_view(&name, domain);
        let spec = domain.spec.clone();
        // A function that has gone since must not be in the way of another change.
        if spec.routes() != routes_before.routes() {
            check_routes(state, &spec)?;
        }
        Ok(view)
    }))
}

async fn delete(State(app): State<Arc<App>>, Domain(name): Domain) -> ApiResult {
    deleted(app.store.update(|state| {
        let removed = state.domains.remove(&name);
        removed.map(drop).ok_or_else(|| no_domain(&name))
    }))
}

/// Refuses routes to functions or versions that do not exist.
pub(super) fn check_routes(state: &store::State, spec: &DomainSpec) -> Result<(), ApiError> {
    for route in spec.routes().iter().filter(|route| route.is_resolved()) {
        lookup::qualified(state, &route.function())?;
    }
    Ok(())
}

fn domain_view(name: &str, resource: &Resource<DomainSpec>) -> Value {
    view(resource, [("domainName", name.into())])
}

fn no_domain(name: &str) -> ApiError {
    ApiError::not_found(
        "DomainNameNotFound",
        format!("domain name '{name}' does not exist"),
    )
}

//! Lists of what cannot be created here, because fc-local does not play it: they are empty. Clients look at them before
//! they delete a function or a service.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{MethodRouter, get};
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::lookup;
use super::result::{ApiResult, found};
use crate::name::FunctionName;

/// What a list is of: a function, or a service of FC 2.0.
#[derive(Debug, Deserialize)]
struct Owner {
    service: Option<String>,
    function: Option<String>,
}

/// `…/versions`.
pub(super) fn versions() -> MethodRouter<Arc<App>> {
    list(|| json!({"versions": [], "direction": "BACKWARD"}))
}

/// `…/aliases`.
pub(super) fn aliases() -> MethodRouter<Arc<App>> {
    list(|| json!({"aliases": []}))
}

/// `…/vpc-bindings`, `…/bindings`.
pub(super) fn vpc_bindings() -> MethodRouter<Arc<App>> {
    list(|| json!({"vpcIds": []}))
}

fn list(empty: fn() -> Value) -> MethodRouter<Arc<App>> {
    get(
        async move |State(app): State<Arc<App>>, Path(owner): Path<Owner>| -> ApiResult {
            let state = app.store.snapshot();
            let service = owner.service.as_deref();
            match &owner.function {
                Some(function) => {
                    lookup::function(&state, &FunctionName::of(service, function))?;
                }
                None => {
                    lookup::service(&state, service.unwrap_or_default())?;
                }
            }
            found(Ok(empty()))
        },
    )
}

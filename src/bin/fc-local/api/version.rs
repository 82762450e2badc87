//! The published versions of a function of FC 3.0 ([fc3 §12](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#12)): each is
//! made of what the function is when it is published, and never changes.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use hyper::StatusCode;
use serde_json::{Value, json};

use super::app::App;
use super::asked::{Asked, fields};
use super::error::ApiError;
use super::lookup;
use super::paths::{VersionId, no_version};
use super::result::{ApiResult, created, deleted, found, limit};
use crate::name::{FunctionName, LATEST};
use crate::platform::agent::Payload;
use crate::store::{Snapshot, Version};

/// The two orders of a list, the newest version first where none is named.
const BACKWARD: &str = "BACKWARD";
const FORWARD: &str = "FORWARD";

/// `…/{function}/versions`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(publish)
}

/// `…/{function}/versions/{version}`.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    axum::routing::delete(delete)
}

async fn publish(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let fields = fields(&body)?;
    let description = match fields.get("description") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(other) => {
            let message = format!("description is {other}, not a text");
            return Err(ApiError::invalid(message));
        }
    };
    created(app.store.update(|state| {
        let record = lookup::function_mut(state, &function)?;
        let latest = Snapshot {
            resource: &record.resource,
            code: &record.code,
        };
        let published = record.versions.publish(latest, description);
        let number = published.ok_or_else(|| unchanged(&function))?;
        let version = record.versions.get(&number.to_string());
        Ok(version.map_or(Value::Null, |version| view(number, version)))
    }))
}

/// Deletes a version that no alias leads to.
async fn delete(
    State(app): State<Arc<App>>,
    function: FunctionName,
    VersionId { version }: VersionId,
) -> ApiResult {
    let name = function.at(&version);
    app.store.update(|state| {
        let record = lookup::function_mut(state, &name)?;
        if version == LATEST {
            return Err(ApiError::invalid("LATEST cannot be deleted; delete the function"));
        }
        if let Some(alias) = record.versions.aliases_of(&version).next() {
            let message = format!(
                "version '{version}' of '{}' is in use: the alias '{alias}' leads to it; change or delete the alias first",
                name.function()
            );
            return Err(ApiError::conflict("VersionInUse", message));
        }
        let removed = record.versions.remove(&version);
        let gone = || no_version(name.function(), &version, "");
        removed.then_some(()).ok_or_else(gone)
    })?;
    app.pool.forget(&name);
    deleted(Ok(()))
}

async fn list(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    let all = lookup::function(&state, &function)?.versions.all();
    let mut all: Vec<(u64, &Version)> = all.collect();
    let direction = match asked.parameter("direction").as_str() {
        "" | BACKWARD => {
            all.reverse();
            BACKWARD
        }
        FORWARD => FORWARD,
        other => {
            let message = format!("direction '{other}' is neither {BACKWARD} nor {FORWARD}");
            return Err(ApiError::invalid(message));
        }
    };
    // The number of the first version of the page, which may have been deleted since.
    if let Ok(start) = asked.parameter("nextToken").parse::<u64>() {
        all.retain(|(number, _)| match direction {
            FORWARD => *number >= start,
            _ => *number <= start,
        });
    }
    let page = all.iter().take(limit(&asked)?);
    let page: Vec<Value> = page
        .map(|(number, version)| view(*number, version))
        .collect();
    let next = all.get(page.len()).map(|(number, _)| number.to_string());
    let mut answer = json!({"versions": page, "direction": direction});
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    found(Ok(answer))
}

fn view(number: u64, version: &Version) -> Value {
    json!({
        "versionId": number.to_string(), "description": version.description,
        "createdTime": version.resource.created, "lastModifiedTime": version.resource.modified,
    })
}

/// Nothing is published twice ([fc3 §12](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#12)).
fn unchanged(function: &FunctionName) -> ApiError {
    let message = format!(
        "can not publish version for function '{}', detail: 'No changes were made since last publish'",
        function.function()
    );
    ApiError::new(StatusCode::BAD_REQUEST, "VersionPublishError", message)
}

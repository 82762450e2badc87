//! The instances of a function that run now.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::app::App;
use super::asked::Asked;
use super::lookup;
use super::result::{ApiResult, found};
use super::tags::json_parameter;
use crate::name::{FunctionName, LATEST};
use crate::platform::pool::Seen;

/// What the API calls the version of an instance that no version was published for.
const UNPUBLISHED: &str = "0";

/// How all instances are that this list has: others are gone for good.
const RUNNING: &str = "Running";

/// `…/{function}/instances`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list)
}

async fn list(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let function = asked.qualified(function);
    lookup::qualified(&app.store.snapshot(), &function)?;
    let ids: BTreeSet<String> = json_parameter(&asked, "instanceIds")?;
    let states: BTreeSet<String> = json_parameter(&asked, "instanceStatus")?;
    let wanted = |seen: &Seen| ids.is_empty() || ids.contains(&seen.id);
    let mut seen = app.pool.seen(&function);
    seen.retain(|seen| wanted(seen) && (states.is_empty() || states.contains(RUNNING)));
    let instances: Vec<Value> = seen.iter().map(|seen| view(&function, seen)).collect();
    found(Ok(
        json!({"instances": instances, "requestId": asked.request_id}),
    ))
}

fn view(function: &FunctionName, seen: &Seen) -> Value {
    let version = match seen.version.as_str() {
        LATEST => UNPUBLISHED,
        published => published,
    };
    json!({
        "instanceId": seen.id, "versionId": version, "qualifier": function.qualifier(), "status": RUNNING,
        "createdTimeMs": seen.started_ms,
    })
}

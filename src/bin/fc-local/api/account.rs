//! What the API says of the account, the region and the place where a client may put a large package.
//!
//! The package store is this server as well, and has the keys of the API; so what is handed out as temporary credentials
//! are the keys that the client has already.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{MethodRouter, get};
use serde_json::json;

use super::app::App;
use super::packages;
use super::result::{ApiResult, found};

/// The bucket for packages that are too large for a request.
const BUCKET: &str = "fc-local-code";

/// What stands for a token of temporary credentials, which the package store does not look at.
const SECURITY_TOKEN: &str = "fc-local-security-token";

/// `/tempBucketToken`.
pub(super) fn bucket_token() -> MethodRouter<Arc<App>> {
    get(temp_bucket_token)
}

/// `/account-settings`.
pub(super) fn settings() -> MethodRouter<Arc<App>> {
    get(account_settings)
}

/// `/regions`.
pub(super) fn regions() -> MethodRouter<Arc<App>> {
    get(list_regions)
}

/// The client puts its package at the account's id, a slash and the name of the object.
async fn temp_bucket_token(State(app): State<Arc<App>>) -> ApiResult {
    packages::make_bucket(&app.store, BUCKET)?;
    found(Ok(json!({
        "credentials": {
            "AccessKeyId": app.keys.id, "AccessKeySecret": app.keys.secret, "SecurityToken": SECURITY_TOKEN,
        },
        "ossRegion": app.owner.region, "ossBucket": BUCKET, "objectName": uuid::Uuid::new_v4().to_string(),
    })))
}

async fn account_settings(State(app): State<Arc<App>>) -> ApiResult {
    let zones = ["a", "b"].map(|zone| format!("{}-{zone}", app.owner.region));
    found(Ok(json!({"availableAZs": zones, "defaultRole": ""})))
}

async fn list_regions(State(app): State<Arc<App>>) -> ApiResult {
    let region = &app.owner.region;
    let regions = json!([{"RegionId": region, "LocalName": region}]);
    found(Ok(json!({"Regions": {"Region": regions}})))
}

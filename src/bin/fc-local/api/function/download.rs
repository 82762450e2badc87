//! The code of a function for who may read it: an address that holds for some minutes, as the package store of the cloud
//! gives one.

use std::fs;
use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::routing::{MethodRouter, get};
use hyper::Response;
use hyper::header::CONTENT_TYPE;
use serde_json::json;

use crate::api::app::App;
use crate::api::aside::aside;
use crate::api::asked::Asked;
use crate::api::error::ApiError;
use crate::api::lookup;
use crate::api::result::{ApiResult, found};
use crate::ids;
use crate::name::FunctionName;
use crate::platform::agent::insert;
use crate::platform::body::full_body;

/// How long an address holds, in milliseconds.
const LIFE_MS: u64 = 10 * 60 * 1000;

/// The path of packages, before the digest of one.
pub(in crate::api) const CODE_PREFIX: &str = "/fc-local-code";

/// `…/{function}/code`.
pub(in crate::api) fn code() -> MethodRouter<Arc<App>> {
    get(address)
}

/// [`CODE_PREFIX`] and a digest: the address is the proof, so that no signature is asked for.
pub(in crate::api) fn package() -> MethodRouter<Arc<App>> {
    get(download)
}

async fn address(
    State(app): State<Arc<App>>,
    name: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let state = app.store.snapshot();
    let code = lookup::snapshot(&state, &asked.qualified(name))?.code;
    let expires = ids::now_ms() + LIFE_MS;
    let seal = app.keys.seal(&sealed(&code.sha256, &expires.to_string()));
    let base = app.url(&asked);
    let url = format!(
        "{base}{CODE_PREFIX}/{}?Expires={expires}&Signature={seal}",
        code.sha256
    );
    found(Ok(json!({"url": url, "checksum": code.crc64})))
}

async fn download(
    State(app): State<Arc<App>>,
    Path(sha256): Path<String>,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let expires = asked.parameter("Expires");
    let holds = expires.parse().is_ok_and(|at: u64| ids::now_ms() < at);
    let seal = asked.parameter("Signature");
    if !holds || !app.keys.has_sealed(&sealed(&sha256, &expires), &seal) {
        let message = "the address of the package is wrong or too old; ask for the code again";
        return Err(ApiError::denied("AccessDenied", message));
    }
    let state = app.store.snapshot();
    let code = state.codes().find(|code| code.sha256 == sha256);
    let file = code.map(|code| app.store.code_path(code));
    let bytes = aside(move || Ok(file.and_then(|file| fs::read(file).ok()))).await?;
    let bytes = bytes
        .ok_or_else(|| ApiError::not_found("CodeNotFound", "no function has this code any more"))?;
    let mut response = Response::new(full_body(bytes));
    insert(
        response.headers_mut(),
        CONTENT_TYPE.as_str(),
        "application/zip",
    );
    Ok(response)
}

/// What the address of a package proves.
fn sealed(sha256: &str, expires: &str) -> String {
    format!("{sha256}\n{expires}")
}

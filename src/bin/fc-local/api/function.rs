//! Functions of both generations: their code is stored before they are, and a change retires their instances.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{
    Answer, check_match, created_tagged, deleted, found, found_tagged, page, view,
};
use super::app::App;
use super::asked::{Asked, fields};
use super::error::{ApiError, take_text};
use super::paths::Service;
use super::{lookup, packages};
use crate::facts::limit;
use crate::name::{self, FunctionName};
use crate::platform::agent::Payload;
use crate::project::package;
use crate::store::spec::{Fields, FunctionSpec, Spec};
use crate::store::{CodeRef, FunctionRecord};

/// `/services/{service}/functions`, `/functions`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(create)
}

/// The same, and the function's name.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn list(
    State(app): State<Arc<App>>,
    Service(service): Service,
    Extension(asked): Extension<Arc<Asked>>,
) -> Answer {
    let state = app.store.snapshot();
    if let Some(service) = &service {
        lookup::service(&state, service)?;
    }
    let items = state.functions_of(service.as_deref());
    let items = items.map(|(name, record)| (name.function(), function_view(name, record)));
    found(page("functions", items, &asked))
}

async fn create(
    State(app): State<Arc<App>>,
    Service(service): Service,
    Extension(body): Extension<Payload>,
) -> Answer {
    let mut fields = fields(&body)?;
    let name = FunctionName::of(service.as_deref(), &take_text(&mut fields, "functionName")?);
    let code = take_code(&mut fields)?.ok_or_else(|| ApiError::invalid("code is missing"))?;
    let spec = FunctionSpec::read(fields).map_err(ApiError::invalid)?;
    let code = store_code(&app, code).await?;
    created_tagged(app.store.update(|state| {
        if let Some(service) = name.service() {
            lookup::service(state, service)?;
        }
        name::check("functionName", name.function()).map_err(ApiError::invalid)?;
        if state.functions.contains_key(&name) {
            let (function, place) = (name.function(), lookup::place(&name));
            let message = format!("function '{function}' already exists{place}");
            return Err(ApiError::conflict("FunctionAlreadyExists", message));
        }
        let record = FunctionRecord::new(spec, code);
        let view = function_view(&name, &record);
        state.functions.insert(name, record);
        Ok(view)
    }))
}

async fn read(State(app): State<Arc<App>>, name: FunctionName) -> Answer {
    let state = app.store.snapshot();
    found_tagged(lookup::function(&state, &name).map(|record| function_view(&name, record)))
}

async fn update(
    State(app): State<Arc<App>>,
    name: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> Answer {
    let mut change = fields(&body)?;
    let code = take_code(&mut change)?;
    // Refused before anything is stored.
    let spec = &lookup::function(&app.store.snapshot(), &name)?
        .resource
        .spec
        .clone();
    spec.changed(change.clone()).map_err(ApiError::invalid)?;
    let code = match code {
        Some(code) => Some(store_code(&app, code).await?),
        None => None,
    };
    let view = app.store.update(|state| {
        let record = lookup::function_mut(state, &name)?;
        check_match(&asked, &function_view(&name, record))?;
        record.resource.change(change).map_err(ApiError::invalid)?;
        if let Some(code) = code {
            record.code = code;
        }
        Ok::<_, ApiError>(function_view(&name, record))
    })?;
    app.pool.retire(&name);
    found_tagged(Ok(view))
}

/// Deletes a function that has no triggers.
async fn delete(
    State(app): State<Arc<App>>,
    name: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> Answer {
    app.store.update(|state| {
        let record = lookup::function(state, &name)?;
        check_match(&asked, &function_view(&name, record))?;
        if !record.triggers.is_empty() {
            let message = format!("function '{}' has active triggers", name.function());
            return Err(ApiError::conflict("FunctionNotEmpty", message));
        }
        state.functions.remove(&name);
        Ok(())
    })?;
    app.pool.retire(&name);
    deleted(Ok(()))
}

fn function_view(name: &FunctionName, record: &FunctionRecord) -> Value {
    let code = &record.code;
    let own = [
        ("functionName", name.function().into()),
        ("functionId", record.resource.id.clone().into()),
        ("codeSize", code.size.into()),
        ("codeChecksum", code.crc64.clone().into()),
        // FC 3.0's clients wait for these two after a change.
        ("state", "Active".into()),
        ("lastUpdateStatus", "Successful".into()),
    ];
    view(&record.resource, own)
}

/// Where a request says its code is.
#[derive(Debug)]
enum CodeInput {
    Zip(Vec<u8>),
    Stored { bucket: String, object: String },
}

/// The field `code`; what a client says of the package besides is not looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CodeFields {
    zip_file: Option<String>,
    oss_bucket_name: Option<String>,
    oss_object_name: Option<String>,
}

/// Takes the code package out of a request body: `None` if the request leaves the code as it is.
fn take_code(fields: &mut Fields) -> Result<Option<CodeInput>, ApiError> {
    let Some(code) = fields.remove("code").filter(|code| !code.is_null()) else {
        return Ok(None);
    };
    let code: CodeFields = serde_json::from_value(code)
        .map_err(|error| ApiError::invalid(format!("code is not valid: {error}")))?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    if let Some(text) = given(code.zip_file) {
        let bytes = BASE64
            .decode(text)
            .map_err(|error| ApiError::invalid(format!("code.zipFile is not base64: {error}")))?;
        return Ok(Some(CodeInput::Zip(bytes)));
    }
    match (given(code.oss_bucket_name), given(code.oss_object_name)) {
        (Some(bucket), Some(object)) => Ok(Some(CodeInput::Stored { bucket, object })),
        _ => Err(ApiError::invalid(format!(
            "code has neither zipFile nor ossBucketName and ossObjectName (at most {} bytes as zipFile)",
            limit::API_BODY_BYTES
        ))),
    }
}

/// Checks and stores a code package; a broken one leaves everything as it was.
async fn store_code(app: &Arc<App>, input: CodeInput) -> Result<CodeRef, ApiError> {
    let bytes = match input {
        CodeInput::Zip(bytes) => bytes,
        CodeInput::Stored { bucket, object } => packages::read(&app.store, &bucket, &object)?,
    };
    let app = Arc::clone(app);
    let stored = tokio::task::spawn_blocking(move || {
        package::check(&bytes).map_err(|error| ApiError::invalid(error.to_string()))?;
        app.store.put_code(&bytes).map_err(ApiError::from)
    });
    stored
        .await
        .map_err(|error| ApiError::internal(error.to_string()))?
}

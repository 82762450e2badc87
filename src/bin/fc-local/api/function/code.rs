//! The code of a function as a request brings it, and how it is stored.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use crate::api::app::App;
use crate::api::aside::aside;
use crate::api::error::ApiError;
use crate::api::packages;
use crate::facts::limit;
use crate::project::package;
use crate::store::CodeRef;
use crate::store::spec::Fields;

/// Where a request says its code is.
#[derive(Debug)]
pub(super) enum CodeInput {
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
pub(super) fn take_code(fields: &mut Fields) -> Result<Option<CodeInput>, ApiError> {
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
pub(super) async fn store_code(app: &Arc<App>, input: CodeInput) -> Result<CodeRef, ApiError> {
    let app = Arc::clone(app);
    aside(move || {
        let bytes = match input {
            CodeInput::Zip(bytes) => bytes,
            CodeInput::Stored { bucket, object } => packages::read(&app.store, &bucket, &object)?,
        };
        package::check(&bytes).map_err(|error| ApiError::invalid(error.to_string()))?;
        app.store.put_code(&bytes).map_err(ApiError::from)
    })
    .await
}

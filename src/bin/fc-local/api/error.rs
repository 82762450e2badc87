//! Errors of the API in the shapes of both generations ([contract §3.3](crate::check::sections::SECTIONS#3.3),
//! fun-cli §3).

use std::fmt;

use axum::response::IntoResponse;
use hyper::header::CONTENT_TYPE;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::unplayed;
use crate::facts::{error_type, header};
use crate::name::Generation;
use crate::platform::agent::insert;
use crate::platform::body::{Body, full_body};
use crate::signature::Refusal;
use crate::store::StoreError;
use crate::store::spec::Fields;

/// A request that is answered with an error code instead of being carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidArgument", message)
    }

    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    pub(crate) fn denied(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            message,
        )
    }

    pub(crate) fn too_large(limit_bytes: usize) -> Self {
        let message = format!("payload size exceeds maximum allowed size ({limit_bytes} bytes)");
        Self::new(StatusCode::BAD_REQUEST, "EntityTooLarge", message)
    }

    pub(crate) fn path_not_supported(method: &hyper::Method, path: &str) -> Self {
        let message = match unplayed::subject(path) {
            Some(subject) => format!(
                "'{method}' against '{path}' is not supported: fc-local does not play this ({subject})"
            ),
            None => format!("'{method}' against '{path}' is not supported"),
        };
        Self::new(StatusCode::BAD_REQUEST, "PathNotSupported", message)
    }

    /// The response, in the generation's own field names.
    pub(super) fn respond(self, generation: Generation, request_id: &str) -> Response<Body> {
        let body = match generation {
            Generation::Fc2 => json!({ "ErrorCode": self.code, "ErrorMessage": self.message }),
            Generation::Fc3 => {
                json!({ "Code": self.code, "Message": self.message, "RequestId": request_id })
            }
        };
        let mut response = Response::new(full_body(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        insert(headers, CONTENT_TYPE.as_str(), "application/json");
        insert(headers, header::ERROR_TYPE, error_type::COMMON);
        response
    }
}

/// The listener words the response: it knows the generation and the request id.
impl IntoResponse for ApiError {
    fn into_response(self) -> axum::response::Response {
        let mut response = axum::response::Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

/// Takes a required text out of a body.
pub(super) fn take_text(fields: &mut Fields, name: &str) -> Result<String, ApiError> {
    match fields.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(other) => Err(ApiError::invalid(format!("{name} is {other}, not a text"))),
        None => Err(ApiError::invalid(format!("{name} is missing"))),
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.status.as_u16(),
            self.code,
            self.message
        )
    }
}

impl std::error::Error for ApiError {}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::Missing(_) => {
                Self::new(StatusCode::BAD_REQUEST, "MissingRequiredHeader", message)
            }
            Refusal::UnknownId(_) => Self::denied("InvalidAccessKeyID", message),
            Refusal::Mismatch | Refusal::LeftOut(_) | Refusal::Repeated(_) => {
                Self::denied("SignatureNotMatch", message)
            }
            Refusal::NoDate(_) | Refusal::OtherBody => Self::invalid(message),
            Refusal::OtherTime { .. } => Self::denied("AccessDenied", message),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(error.to_string())
    }
}

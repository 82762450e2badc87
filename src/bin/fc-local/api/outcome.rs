//! What FC says of a call, whatever kind it was: its numbers and its log in headers, and why it got no instance
//! ([contract §3.3](crate::check::sections::SECTIONS#3.3), [§3.4](crate::check::sections::SECTIONS#3.4)).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::StatusCode;
use hyper::header::HeaderMap;

use super::error::ApiError;
use crate::facts::{error_type, header};
use crate::platform::agent::insert;
use crate::platform::cold::ColdError;
use crate::platform::pool::{Deployed, NoInstance};
use crate::platform::report::Report;

/// Whether the caller asks for the tail log.
pub(super) fn wants_log(headers: &HeaderMap) -> Result<bool, ApiError> {
    match headers
        .get(header::LOG_TYPE)
        .map(hyper::http::HeaderValue::as_bytes)
    {
        None | Some(b"" | b"None") => Ok(false),
        Some(b"Tail") => Ok(true),
        Some(_) => Err(ApiError::invalid(format!(
            "{} is neither None nor Tail",
            header::LOG_TYPE
        ))),
    }
}

/// Adds what FC says about a finished call.
pub(super) fn add_report(
    headers: &mut HeaderMap,
    deployed: &Deployed,
    report: &Report,
    wants_log: bool,
) {
    insert(
        headers,
        header::INVOCATION_DURATION,
        &format!("{:.2}", report.usage.duration_ms()),
    );
    insert(
        headers,
        header::MAX_MEMORY_USAGE,
        &format!("{:.2}", report.usage.memory_mb),
    );
    insert(headers, header::INSTANCE_ID, &report.instance_id);
    insert(
        headers,
        header::CODE_CHECKSUM,
        &deployed.function.code_checksum,
    );
    insert(
        headers,
        header::SERVICE_VERSION,
        deployed.function.name.qualifier(),
    );
    if let Some(kind) = report.error_type {
        insert(headers, header::ERROR_TYPE, kind);
    }
    if wants_log {
        insert(
            headers,
            header::LOG_RESULT,
            &BASE64.encode(&report.log.tail),
        );
    }
}

/// An instance that did not start, as an API error.
pub(super) fn cold_error(error: &ColdError) -> ApiError {
    let code = match error {
        ColdError::Start(error) => error.code(),
        ColdError::Initialize { .. } => error_type::INITIALIZATION,
    };
    let status = match code {
        // A full disk, no port: the function is not to blame, and a retry may help.
        "InternalServerError" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::PRECONDITION_FAILED,
    };
    ApiError::new(status, code, error.to_string())
}

/// A call without an instance, as an API error.
pub(super) fn no_instance(error: &NoInstance) -> ApiError {
    match error {
        NoInstance::Cold(error) => cold_error(error),
        NoInstance::Reserved { calls_max } => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ResourceExhausted",
            format!(
                "as many calls run as the function reserves, {calls_max}: raise its reserved concurrency"
            ),
        ),
        NoInstance::TooMany { instances_max } => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ResourceExhausted",
            format!(
                "all places of {instances_max} instances are taken; raise --max-instances or the concurrency"
            ),
        ),
    }
}

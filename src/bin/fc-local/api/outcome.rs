//! What FC says of a call, whatever kind it was: its numbers and its log in headers, and why it got no instance
//! ([contract §3.3](crate::check::sections::SECTIONS#3.3), [§3.4](crate::check::sections::SECTIONS#3.4)).

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::StatusCode;
use hyper::header::HeaderMap;

use super::error::ApiError;
use crate::facts::{error_type, header};
use crate::platform::agent::insert;
use crate::platform::cold::ColdError;
use crate::platform::instance::Lease;
use crate::platform::pool::{Deployed, NoInstance};
use crate::platform::report::Report;
use crate::platform::sessions::NoSession;

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
    insert(headers, header::SERVICE_VERSION, &deployed.function.version);
    if let Some(kind) = report.error_type {
        insert(headers, header::ERROR_TYPE, kind);
    }
    if wants_log {
        insert(
            headers,
            header::LOG_RESULT,
            &BASE64.encode(report.tail_log().tail),
        );
    }
}

/// The id of the session that the platform began for a call, if it did.
pub(super) fn made_id(lease: &Lease) -> Option<String> {
    lease.seat()?.made().map(str::to_owned)
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
        NoInstance::SessionFull { id, calls_max } => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ResourceExhausted",
            format!(
                "all {calls_max} places of the instance of session '{id}' are taken: a session is not moved; try again, or \
                 lower sessionConcurrencyPerInstance"
            ),
        ),
        NoInstance::Session(error) => no_session(error),
    }
}

/// A call of a session that there is not, as an API error. Function Compute documents no code for these.
pub(super) fn no_session(error: &NoSession) -> ApiError {
    match error {
        NoSession::Expired { id, ended_ms } => {
            let ended =
                humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(*ended_ms));
            ApiError::invalid(format!(
                "session '{id}' expired at {ended}, and disableSessionIdReuse is set: use another id"
            ))
        }
        NoSession::Exists => ApiError::conflict(
            "SessionAlreadyExists",
            "a session of this id is active: use another id",
        ),
        NoSession::Unknown => {
            ApiError::not_found("SessionNotFound", "there is no active session of this id")
        }
    }
}

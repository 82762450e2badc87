//! Event calls through the API: synchronous ones with their result and tail log, asynchronous ones into
//! the queue (contract §3.3, §6).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Response, StatusCode};

use crate::api::App;
use crate::api::deployed::deployed;
use crate::api::error::ApiError;
use crate::api::request::ReadRequest;
use crate::facts::{error_type, header, limit};
use crate::function::QUALIFIER;
use crate::platform::agent::{CallId, insert};
use crate::platform::body::{Body, empty_body, full_body};
use crate::platform::call;
use crate::platform::cold::ColdError;
use crate::platform::pool::{Deployed, NoInstance};
use crate::platform::report::Report;

/// Answers an invocation.
pub(crate) async fn handle(
    app: &Arc<App>,
    service: &str,
    name: &str,
    request: ReadRequest,
    request_id: &str,
) -> Result<Response<Body>, ApiError> {
    let deployed = deployed(app, service, name)?;
    match request.header(header::INVOCATION_TYPE) {
        "" | "Sync" => sync(app, &deployed, request, request_id).await,
        "Async" => asynchronous(app, &deployed, &request, request_id),
        other => Err(ApiError::invalid(format!(
            "{} '{other}' is neither Sync nor Async",
            header::INVOCATION_TYPE
        ))),
    }
}

async fn sync(
    app: &Arc<App>,
    deployed: &Deployed,
    request: ReadRequest,
    request_id: &str,
) -> Result<Response<Body>, ApiError> {
    if request.bytes().len() > limit::SYNC_BODY_BYTES {
        return Err(ApiError::too_large(limit::SYNC_BODY_BYTES));
    }
    let wants_log = wants_log(&request.head.headers)?;
    let call = CallId::first(request_id.to_owned());
    let lease = match app.pool.acquire(deployed, &call).await {
        Ok(lease) => lease,
        Err(NoInstance::Cold(error)) => return cold_answer(&error, wants_log),
        Err(error) => return Err(no_instance(&error)),
    };
    let answer = call::event(lease, call, request.payload).await;
    let mut response = result(full_body(answer.body));
    add_report(response.headers_mut(), deployed, &answer.report, wants_log);
    Ok(response)
}

fn asynchronous(
    app: &Arc<App>,
    deployed: &Deployed,
    request: &ReadRequest,
    request_id: &str,
) -> Result<Response<Body>, ApiError> {
    if request.bytes().len() > limit::ASYNC_BODY_BYTES {
        return Err(ApiError::too_large(limit::ASYNC_BODY_BYTES));
    }
    app.accept_async(deployed, request_id, &request.payload.bytes)?;
    let mut response = result(empty_body());
    *response.status_mut() = StatusCode::ACCEPTED;
    insert(response.headers_mut(), header::ASYNC_TASK_ID, request_id);
    Ok(response)
}

/// A result is bytes, whatever the function calls them (fun-cli §6).
fn result(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    insert(
        response.headers_mut(),
        CONTENT_TYPE.as_str(),
        "application/octet-stream",
    );
    response
}

/// Whether the caller asks for the tail log.
pub(crate) fn wants_log(headers: &HeaderMap) -> Result<bool, ApiError> {
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

/// Adds what FC tells about a finished call.
pub(crate) fn add_report(
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
    insert(headers, header::SERVICE_VERSION, QUALIFIER);
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

/// A failed initializer is the function's failure, a failed start is the request's (contract §3.3, §3.4).
fn cold_answer(error: &ColdError, wants_log: bool) -> Result<Response<Body>, ApiError> {
    let ColdError::Initialize { body, log } = error else {
        return Err(cold_error(error));
    };
    let mut response = result(full_body(body.clone()));
    insert(
        response.headers_mut(),
        header::ERROR_TYPE,
        error_type::INITIALIZATION,
    );
    if wants_log {
        insert(
            response.headers_mut(),
            header::LOG_RESULT,
            &BASE64.encode(log),
        );
    }
    Ok(response)
}

/// An instance that did not start, as an API error.
pub(crate) fn cold_error(error: &ColdError) -> ApiError {
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
pub(crate) fn no_instance(error: &NoInstance) -> ApiError {
    match error {
        NoInstance::Cold(error) => cold_error(error),
        NoInstance::TooMany { instances_max } => ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "ResourceExhausted",
            format!(
                "all places of {instances_max} instances are taken; raise --max-instances or the concurrency"
            ),
        ),
    }
}

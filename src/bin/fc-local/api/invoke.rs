//! Event calls through the API: synchronous ones with their result and tail log, asynchronous ones into
//! the queue ([contract §3.3](crate::check::sections::SECTIONS#3.3), [§6](crate::check::sections::SECTIONS#6)).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Response};

use super::app::App;
use super::asked::Asked;
use super::asynchronous::Later;
use super::error::ApiError;
use super::outcome::{add_report, cold_error, made_id, no_instance, wants_log};
use super::paths::function_of_parts;
use super::result::ApiResult;
use super::{affinity, asynchronous, lookup, signed};
use crate::facts::{FC2_PREFIX, FC3_PREFIX, FC2021_PREFIX, error_type, header, limit};
use crate::name::FunctionName;
use crate::platform::agent::{CallId, Payload, insert};
use crate::platform::body::{Body, full_body};
use crate::platform::call;
use crate::platform::cold::ColdError;
use crate::platform::pool::{Deployed, NoInstance};

/// The function that a request calls by an event: `POST …/{function}/invocations`.
pub(super) fn called(asked: &Asked) -> Option<Result<FunctionName, ApiError>> {
    let mut parts = asked.path().split('/').filter(|part| !part.is_empty());
    let is_fc3 = match format!("/{}", parts.next()?).as_str() {
        FC2_PREFIX | FC2021_PREFIX => false,
        FC3_PREFIX => true,
        _ => return None,
    };
    let service = if is_fc3 {
        None
    } else {
        (parts.next()? == "services").then_some(())?;
        Some(parts.next()?)
    };
    (parts.next()? == "functions").then_some(())?;
    let function = parts.next()?;
    let is_call = parts.eq(["invocations"]) && asked.head.method == Method::POST;
    is_call.then(|| function_of_parts(service, function))
}

/// Answers a call of a function whose name was read from the path, if the call is signed.
pub(super) async fn handle_signed(
    app: &Arc<App>,
    function: Result<FunctionName, ApiError>,
    asked: &Asked,
    body: Incoming,
) -> ApiResult {
    let event = signed::payload(app, asked, body).await?;
    let function = asked.qualified(function?);
    handle(app, &function, asked, event).await
}

/// Answers an invocation.
pub(super) async fn handle(
    app: &Arc<App>,
    function: &FunctionName,
    asked: &Asked,
    event: Payload,
) -> ApiResult {
    let deployed = lookup::deployed(app, function)?;
    if !asynchronous::is_wanted(&asked.head.headers)? {
        return sync(app, &deployed, asked, event).await;
    }
    asynchronous::accept(
        app,
        Later {
            function,
            request_id: &asked.request_id,
            body: &event.bytes,
            http: None,
            task: asynchronous::given_id(&asked.head.headers)?,
        },
    )
    .await
}

async fn sync(app: &Arc<App>, deployed: &Deployed, asked: &Asked, event: Payload) -> ApiResult {
    if event.bytes.len() > limit::SYNC_BODY_BYTES {
        return Err(ApiError::too_large(limit::SYNC_BODY_BYTES));
    }
    let wants_log = wants_log(&asked.head.headers)?;
    let rules = deployed.function.sessions.as_ref();
    let wanted = affinity::of_event(rules, &asked.head)?;
    let call = CallId::first(asked.request_id.clone());
    let lease = match app.pool.acquire(deployed, &call, &wanted).await {
        Ok(lease) => lease,
        Err(NoInstance::Cold(error)) => return cold_start_failed(&error, wants_log),
        Err(error) => return Err(no_instance(&error)),
    };
    let made = made_id(&lease);
    let answer = call::event(lease, call, event).await;
    let mut response = result(full_body(answer.body));
    add_report(response.headers_mut(), deployed, &answer.report, wants_log);
    let status = response.status();
    affinity::announce(status, response.headers_mut(), rules, made.as_deref());
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

/// A failed initializer is the function's failure, a failed start is the request's
/// ([contract §3.3](crate::check::sections::SECTIONS#3.3), [§3.4](crate::check::sections::SECTIONS#3.4)).
fn cold_start_failed(error: &ColdError, wants_log: bool) -> ApiResult {
    let ColdError::Initialize { body, log, .. } = error else {
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

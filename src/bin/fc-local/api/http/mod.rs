//! HTTP triggers: by the proxy path of FC 2.0 or by a custom domain, the user's request goes to the function and its
//! answer back, piece by piece ([contract §1](crate::check::sections::SECTIONS#1),
//! [§3.1](crate::check::sections::SECTIONS#3.1), [§3.3](crate::check::sections::SECTIONS#3.3)).

mod headers;
mod target;

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::routing::{MethodRouter, any};
use hyper::body::{Body as HttpBody, Bytes};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::http::response;
use hyper::{Response, StatusCode};

use super::app::App;
use super::asked::Asked;
use super::asynchronous::Later;
use super::error::ApiError;
use super::outcome::{add_report, cold_error, made_id, no_instance, wants_log};
use super::result::ApiResult;
use super::signed::check_body;
use super::{affinity, asynchronous, lookup};
use crate::facts::{error_type, header, limit};
use crate::function::{Affinity, SessionRules};
use crate::ids;
use crate::name::{FunctionName, Generation};
use crate::platform::agent::{CallId, insert};
use crate::platform::body::{Body, BoxError, full_body};
use crate::platform::call::{self, HttpExchange, HttpFailure};
use crate::platform::cold::ColdError;
use crate::platform::pool::{Deployed, NoInstance};
use crate::platform::report::{Failure, error_body};
use crate::platform::sessions::Seat;
use crate::signature::SignedBody;
use crate::store::spec::TriggerSpec;
use headers::{check_limits, clean, user_head};

pub(super) use target::{Target, address, proxy_parts};

/// `/proxy/{service}/{function}` and all below it.
pub(super) fn by_path() -> MethodRouter<Arc<App>> {
    any(proxy)
}

async fn proxy(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    request: Request,
) -> ApiResult {
    let target = Target::of_proxy(function);
    handle(&app, target, &asked, request.into_body()).await
}

/// Makes the call and answers with what the function answers.
pub(super) async fn handle<B>(app: &Arc<App>, target: Target, asked: &Asked, body: B) -> ApiResult
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    check_limits(&asked.head)?;
    let deployed = lookup::deployed(app, &target.function)?;
    let trigger = http_trigger(app, &target.function)?;
    let request_id = match target.function.generation() {
        Generation::Fc2 => asked.request_id.clone(),
        // A domain does not show the generation; only its function does.
        Generation::Fc3 => ids::request_id(Generation::Fc3),
    };
    let signed = match check_trigger(app, &target, &trigger, asked) {
        Ok(signed) => signed,
        Err(error) => {
            asked.discard(body);
            return Err(error);
        }
    };
    let body = asked
        .read(&app.bodies, body, limit::SYNC_BODY_BYTES)
        .await?;
    if let Some(signed) = signed {
        check_body(signed, &body.bytes).await?;
    }
    let wants_log = wants_log(&asked.head.headers)?;
    let head = user_head(&asked.head, &target, asked.client)?;
    if asynchronous::is_wanted(&asked.head.headers)? {
        let later = Later {
            function: &target.function,
            request_id: &request_id,
            body: &body.bytes,
            http: Some(&head),
            task: asynchronous::given_id(&asked.head.headers)?,
        };
        return asynchronous::accept(app, later).await;
    }
    let rules = deployed.function.sessions.as_ref();
    let wanted = affinity::of_http(rules, &head, &body.bytes)?;
    let call = CallId::first(request_id.clone());
    let lease = match app.pool.acquire(&deployed, &call, &wanted).await {
        Ok(lease) => lease,
        Err(error) => return without_instance(&error),
    };
    let made = made_id(&lease);
    let method = head.method.clone();
    let mut response = match call::http(lease, call, head, body).await {
        Ok(exchange) => {
            affinity::hear(&method, &wanted, exchange.seat(), &exchange.head.headers);
            finish(exchange, &deployed, &target, wants_log).await
        }
        Err(failure) => failed(&deployed, &failure, wants_log),
    };
    let status = response.status();
    affinity::announce(status, response.headers_mut(), rules, made.as_deref());
    insert(response.headers_mut(), header::REQUEST_ID, &request_id);
    Ok(response)
}

async fn finish(
    exchange: HttpExchange,
    deployed: &Deployed,
    target: &Target,
    wants_log: bool,
) -> Response<Body> {
    // The log is in a header, so it is sent only when the response is known to its end.
    let whole = wants_log && exchange.head.headers.contains_key(CONTENT_LENGTH);
    let (head, body) = if whole {
        match exchange.buffer().await {
            Ok((mut head, bytes, report)) => {
                clean(&mut head.headers, target);
                add_report(&mut head.headers, deployed, &report, wants_log);
                // The response to HEAD has a length but no body.
                return Response::from_parts(head, full_body(bytes));
            }
            Err(failure) => return failed(deployed, &failure, wants_log),
        }
    } else {
        stream(exchange, deployed).await
    };
    let mut head = head;
    let failed = head
        .headers
        .get(header::STATUS)
        .is_some_and(|status| status != "200");
    clean(&mut head.headers, target);
    if failed {
        insert(&mut head.headers, header::ERROR_TYPE, error_type::UNHANDLED);
    }
    Response::from_parts(head, body)
}

/// Hands a response on as it comes; a stream of MCP names its session on the way.
async fn stream(exchange: HttpExchange, deployed: &Deployed) -> (response::Parts, Body) {
    let rules = deployed.function.sessions.as_ref();
    let names_it = |rules: &SessionRules| matches!(rules.affinity, Affinity::McpSse(_));
    let session = exchange.seat().filter(|_| rules.is_some_and(names_it));
    let session = session.map(Seat::handle);
    let (head, body) = exchange.stream().await;
    match session {
        Some(session) => (head, affinity::watched(body, session)),
        None => (head, body),
    }
}

/// A function that failed without a response is a bad gateway ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
fn failed(deployed: &Deployed, failure: &HttpFailure, wants_log: bool) -> Response<Body> {
    let mut response = bad_gateway(error_body(&failure.message, code_of(&failure.failure)));
    add_report(response.headers_mut(), deployed, &failure.report, wants_log);
    response
}

fn code_of(failure: &Failure) -> Option<&'static str> {
    matches!(failure, Failure::BadResponse(_)).then_some("BadResponse")
}

fn without_instance(error: &NoInstance) -> ApiResult {
    let NoInstance::Cold(cold) = error else {
        return Err(no_instance(error));
    };
    let ColdError::Initialize { body, .. } = &**cold else {
        return Err(cold_error(cold));
    };
    let mut response = bad_gateway(body.clone());
    insert(
        response.headers_mut(),
        header::ERROR_TYPE,
        error_type::INITIALIZATION,
    );
    Ok(response)
}

fn bad_gateway(body: Bytes) -> Response<Body> {
    let mut response = Response::new(full_body(body));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    insert(
        response.headers_mut(),
        CONTENT_TYPE.as_str(),
        "application/json",
    );
    response
}

fn http_trigger(app: &App, name: &FunctionName) -> Result<TriggerSpec, ApiError> {
    let state = app.store.snapshot();
    let triggers = lookup::function(&state, name)?.triggers.values();
    let mut specs = triggers.map(|trigger| &trigger.spec);
    let found = specs.find(|trigger| trigger.is_http() && trigger.called(name) == *name);
    found.cloned().ok_or_else(|| {
        let message =
            format!("function '{name}' has no HTTP trigger; add one to call it with HTTP");
        ApiError::not_found("TriggerNotFound", message)
    })
}

/// Checks the method, and the signature unless the trigger is anonymous; returns what was signed of the body.
fn check_trigger<'a>(
    app: &App,
    target: &Target,
    trigger: &TriggerSpec,
    asked: &'a Asked,
) -> Result<Option<SignedBody<'a>>, ApiError> {
    let method = asked.head.method.as_str();
    if !trigger.allows(method) {
        let message =
            format!("the HTTP trigger does not allow the method '{method}'; add it to Methods");
        return Err(ApiError::denied("AccessDenied", message));
    }
    if trigger.is_anonymous() {
        return Ok(None);
    }
    match target.function.generation() {
        Generation::Fc2 => Ok(Some(app.keys.verify_fc2(&asked.head)?)),
        Generation::Fc3 => Ok(app.keys.verify_trigger_fc3(&asked.head)?),
    }
}

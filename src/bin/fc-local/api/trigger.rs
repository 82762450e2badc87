//! HTTP triggers: by the proxy path of FC 2.0 or by a custom domain, the user's request goes to the
//! function and its answer back, piece by piece (contract §1, §3.1, §3.3).

use std::net::IpAddr;
use std::sync::Arc;

use hyper::header::{
    CONNECTION, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, DATE, EXPECT, HeaderMap,
    HeaderName, HeaderValue, SERVER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode, Uri};
use serde_json::Value;

use crate::api::App;
use crate::api::deployed::deployed;
use crate::api::error::ApiError;
use crate::api::invoke::{add_report, cold_error, no_instance, wants_log};
use crate::api::request::{ApiRequest, ReadRequest};
use crate::facts::{FC2_PREFIX, error_type, header, limit};
use crate::function::Generation;
use crate::ids;
use crate::platform::agent::{CallId, insert};
use crate::platform::body::{Body, full_body};
use crate::platform::call::{self, HttpExchange, HttpFailure};
use crate::platform::cold::ColdError;
use crate::platform::pool::{Deployed, NoInstance};
use crate::platform::report::{Failure, error_body};
use crate::store::{Resource, State};

/// Which function an HTTP request is for, and how it came there.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) service: String,
    pub(crate) function: String,
    /// Whether the request came by the default address, which forces a download (contract §3.1).
    pub(crate) by_proxy: bool,
}

/// What of an HTTP call cannot be sent to the function, or may not be set by it.
const HOP_BY_HOP: [HeaderName; 6] = [EXPECT, CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// The function that a custom domain sends a path to: the most exact route wins.
pub(crate) fn target_of_domain(
    state: &State,
    host: &str,
    path: &str,
) -> Option<Result<Target, ApiError>> {
    let domain = state.domains.get(host)?;
    let routes = domain
        .spec
        .get("routeConfig")
        .and_then(|config| config.get("routes"))
        .and_then(Value::as_array);
    let matching = routes.into_iter().flatten().filter_map(|route| {
        let pattern = route.get("path").and_then(Value::as_str).unwrap_or("/*");
        route_fits(pattern, path).then_some((pattern.len(), route))
    });
    let Some((_, route)) = matching.max_by_key(|(length, _)| *length) else {
        let message = format!("domain name '{host}' has no route for '{path}'");
        return Some(Err(ApiError::not_found("DomainRouteNotFound", message)));
    };
    let text = |name: &str| {
        route
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    Some(Ok(Target {
        service: text("serviceName"),
        function: text("functionName"),
        by_proxy: false,
    }))
}

/// Makes the call and answers with what the function answers.
pub(crate) async fn handle(
    app: &Arc<App>,
    target: Target,
    request: ApiRequest,
) -> Result<Response<Body>, ApiError> {
    check_limits(&request.head)?;
    let deployed = deployed(app, &target.service, &target.function)?;
    let trigger = http_trigger(app, &target)?;
    let client = request.client;
    let request_id = match deployed.function.generation {
        Generation::Fc2 => request.request_id.clone(),
        // A domain does not tell the generation; only its function does.
        Generation::Fc3 => ids::request_id(Generation::Fc3),
    };
    let request = request.read(limit::SYNC_BODY_BYTES).await?;
    check_trigger(app, &trigger, &request)?;
    let wants_log = wants_log(&request.head.headers)?;
    let head = user_head(&request.head, &target, client)?;
    let call = CallId::first(request_id.clone());
    let lease = match app.pool.acquire(&deployed, &call).await {
        Ok(lease) => lease,
        Err(error) => return no_instance_answer(&error),
    };
    let mut response = match call::http(lease, call, head, request.payload).await {
        Ok(exchange) => answer(exchange, &deployed, &target, wants_log).await,
        Err(failure) => failed(&deployed, &failure, wants_log),
    };
    insert(response.headers_mut(), header::REQUEST_ID, &request_id);
    Ok(response)
}

async fn answer(
    exchange: HttpExchange,
    deployed: &Deployed,
    target: &Target,
    wants_log: bool,
) -> Response<Body> {
    // The log is in a header, so it can only be told when the answer is known to its end.
    let whole = wants_log && exchange.head.headers.contains_key(CONTENT_LENGTH);
    let (head, body) = if whole {
        match exchange.buffer().await {
            Ok((mut head, bytes, report)) => {
                clean(&mut head.headers, target);
                add_report(&mut head.headers, deployed, &report, wants_log);
                // The answer to HEAD has a length but no body.
                return Response::from_parts(head, full_body(bytes));
            }
            Err(failure) => return failed(deployed, &failure, wants_log),
        }
    } else {
        exchange.stream()
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

/// A function that failed without an answer of its own is a bad gateway (contract §3.3).
fn failed(deployed: &Deployed, failure: &HttpFailure, wants_log: bool) -> Response<Body> {
    let mut response = bad_gateway(error_body(&failure.message, code_of(&failure.failure)));
    add_report(response.headers_mut(), deployed, &failure.report, wants_log);
    response
}

fn code_of(failure: &Failure) -> Option<&'static str> {
    matches!(failure, Failure::BadResponse(_)).then_some("BadResponse")
}

fn no_instance_answer(error: &NoInstance) -> Result<Response<Body>, ApiError> {
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

fn bad_gateway(body: hyper::body::Bytes) -> Response<Body> {
    let mut response = Response::new(full_body(body));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    insert(
        response.headers_mut(),
        CONTENT_TYPE.as_str(),
        "application/json",
    );
    response
}

fn check_limits(head: &Parts) -> Result<(), ApiError> {
    if call::header_bytes(&head.headers) > limit::HTTP_HEADER_BYTES {
        let message = format!(
            "the request's headers are larger than {} bytes",
            limit::HTTP_HEADER_BYTES
        );
        return Err(ApiError::invalid(message));
    }
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > limit::HTTP_TARGET_BYTES {
        let message = format!(
            "the request's path and query are longer than {} bytes",
            limit::HTTP_TARGET_BYTES
        );
        return Err(ApiError::invalid(message));
    }
    Ok(())
}

fn http_trigger(app: &App, target: &Target) -> Result<Resource, ApiError> {
    let state = app.store.snapshot();
    let record = crate::api::resources::find_function(&state, &target.service, &target.function)?;
    let is_http = |trigger: &&Resource| {
        trigger
            .spec
            .get("triggerType")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.starts_with("http"))
    };
    record
        .triggers
        .values()
        .find(is_http)
        .cloned()
        .ok_or_else(|| {
            let message = format!(
                "function '{}' has no HTTP trigger; add one to call it by HTTP",
                target.function
            );
            ApiError::not_found("TriggerNotFound", message)
        })
}

/// Checks the method, and the signature unless the trigger is anonymous.
fn check_trigger(app: &App, trigger: &Resource, request: &ReadRequest) -> Result<(), ApiError> {
    let config = trigger.spec.get("triggerConfig");
    let method = request.head.method.as_str();
    let methods = config
        .and_then(|config| config.get("methods"))
        .and_then(Value::as_array);
    if methods.is_some_and(|methods| {
        !methods
            .iter()
            .any(|allowed| allowed.as_str() == Some(method))
    }) {
        let message =
            format!("the HTTP trigger does not allow the method '{method}'; add it to Methods");
        return Err(ApiError::denied("AccessDenied", message));
    }
    let auth = config
        .and_then(|config| config.get("authType"))
        .and_then(Value::as_str)
        .unwrap_or("function");
    if auth.eq_ignore_ascii_case("anonymous") {
        return Ok(());
    }
    app.keys.verify_fc2(&request.head, request.bytes())
}

/// The user's request as the function sees it: no header of the platform's, none of the hop's.
fn user_head(head: &Parts, target: &Target, client: IpAddr) -> Result<Parts, ApiError> {
    let mut head = head.clone();
    let platform =
        |name: &HeaderName| name.as_str().starts_with(header::PLATFORM_PREFIX) || is_hop(name);
    let dropped: Vec<HeaderName> = head
        .headers
        .keys()
        .filter(|name| platform(name))
        .cloned()
        .collect();
    dropped
        .iter()
        .for_each(|name| drop(head.headers.remove(name)));
    // The client to the function frames the body anew.
    head.headers.remove(CONTENT_LENGTH);
    let origin = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    head.uri = Uri::try_from(origin)
        .map_err(|error| ApiError::invalid(format!("the target is not valid: {error}")))?;
    insert(&mut head.headers, header::CLIENT_IP, &client.to_string());
    if target.by_proxy {
        let base = format!("{FC2_PREFIX}/proxy/{}/{}/", target.service, target.function);
        insert(&mut head.headers, header::BASE_PATH, &base);
    }
    Ok(head)
}

/// Removes what a function may not set, and forces a download at the default address (contract §3.1).
fn clean(headers: &mut HeaderMap, target: &Target) {
    let reserved = |name: &HeaderName| {
        name.as_str().starts_with(header::PLATFORM_PREFIX)
            || is_hop(name)
            || *name == DATE
            || *name == SERVER
    };
    let dropped: Vec<HeaderName> = headers
        .keys()
        .filter(|name| reserved(name))
        .cloned()
        .collect();
    dropped.iter().for_each(|name| drop(headers.remove(name)));
    if target.by_proxy {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
}

fn is_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(name) || name == "keep-alive" || name == "proxy-connection"
}

/// `/*` and `/a/*` match by prefix, anything else as a whole.
fn route_fits(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix) || path == prefix.trim_end_matches('/'),
        None => path == pattern,
    }
}

/// The service and function of a proxy path, as the user wrote them.
pub(crate) fn target_of_proxy(path: &[&str]) -> Option<Result<Target, ApiError>> {
    let ["proxy", service, function, ..] = path else {
        return None;
    };
    let service = crate::api::control::service_name(service);
    Some(service.map(|service| Target {
        service,
        function: (*function).to_owned(),
        by_proxy: true,
    }))
}

#[cfg(test)]
mod tests {
    use super::route_fits;

    #[test]
    fn routes_match_whole_paths_or_prefixes() {
        assert!(
            route_fits("/*", "/any/path") && route_fits("/a/*", "/a/b") && route_fits("/a/*", "/a")
        );
        assert!(route_fits("/a", "/a") && !route_fits("/a", "/a/b") && !route_fits("/a/*", "/ab"));
    }
}

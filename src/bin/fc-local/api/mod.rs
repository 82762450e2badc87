//! The HTTP face of fc-local: one listener for the FC 2.0 and FC 3.0 APIs, HTTP triggers, custom domains
//! and the package store, told apart by host and path.

mod attachments;
mod auth;
mod control;
pub(crate) mod deploy;
mod deployed;
mod entry_points;
mod error;
mod functions;
mod invoke;
mod packages;
mod queue;
pub(crate) mod remove;
mod request;
mod resources;
mod spec;
mod trigger;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

pub(crate) use auth::Keys;
pub(crate) use error::ApiError;
pub(crate) use spec::{Owner, check_name};

use crate::api::request::{ApiRequest, ReadRequest, percent_decode, segments};
use crate::facts::{FC2_PREFIX, FC3_PREFIX, header, limit};
use crate::function::Generation;
use crate::ids;
use crate::output;
use crate::platform::agent::insert;
use crate::platform::body::{Body, empty_body, full_body};
use crate::platform::pool::Pool;
use crate::store::Store;

/// The path of fc-local's own requests: `DELETE` and a name, `POST`, a function's name and an event.
pub(crate) const ADMIN_PREFIX: &str = "/fc-local/";

/// After an accept error (too many open files, mostly) the listener rests before it goes on.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Everything a request handler needs.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) pool: Arc<Pool>,
    pub(crate) owner: Owner,
    pub(crate) keys: Keys,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// Accepts connections for ever; the caller ends it by dropping the future.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener) {
    app.resume_async();
    loop {
        match listener.accept().await {
            Ok((stream, client)) => drop(tokio::spawn(serve_connection(
                Arc::clone(&app),
                stream,
                client,
            ))),
            Err(error) => {
                eprintln!("fc-local: cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve_connection(app: Arc<App>, stream: TcpStream, client: SocketAddr) {
    // Without it, small answers on kept-alive connections wait for the other side's acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let app = Arc::clone(&app);
        async move { Ok::<_, Infallible>(answer(&app, request, client).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        // Clients keep connections for their next deployment; an idle one costs nothing here.
        .header_read_timeout(None)
        .max_headers(limit::HEADER_COUNT)
        .serve_connection(TokioIo::new(stream), service);
    // A client that breaks off concerns nobody else.
    let _ = connection.await;
}

async fn answer(app: &Arc<App>, request: Request<Incoming>, client: SocketAddr) -> Response<Body> {
    let (head, body) = request.into_parts();
    let generation = if head.uri.path().starts_with(FC3_PREFIX) {
        Generation::Fc3
    } else {
        Generation::Fc2
    };
    let request_id = ids::request_id(generation);
    // Without the query, which may carry what is nobody's business.
    let asked = format!("{} {}", head.method, head.uri.path());
    let request = ApiRequest {
        head,
        body,
        client: client.ip(),
        request_id: request_id.clone(),
    };
    let result = route(app, generation, request).await;
    let mut response = result.unwrap_or_else(|error| error.into_response(generation, &request_id));
    if !response.headers().contains_key(header::REQUEST_ID) {
        insert(response.headers_mut(), header::REQUEST_ID, &request_id);
    }
    output::progress(&format!("{asked} {}", response.status().as_u16()));
    response
}

/// Custom domain, package store, or API: in this order, as each has fewer hosts than the next.
async fn route(
    app: &Arc<App>,
    generation: Generation,
    request: ApiRequest,
) -> Result<Response<Body>, ApiError> {
    let host = request.host();
    if let Some(target) = trigger::target_of_domain(&app.store.snapshot(), &host, request.path()) {
        return trigger::handle(app, target?, request).await;
    }
    if let Some(bucket) = packages::bucket_of(&host) {
        return Ok(packages::handle(app, bucket, request).await);
    }
    if let Some(name) = request
        .path()
        .strip_prefix(ADMIN_PREFIX)
        .map(percent_decode)
    {
        return admin(app, &name, request).await;
    }
    let unknown = ApiError::path_not_supported(&request.head.method, request.path());
    let prefix = if generation == Generation::Fc2 {
        FC2_PREFIX
    } else {
        FC3_PREFIX
    };
    let Some(rest) = request.path().strip_prefix(prefix) else {
        return Err(unknown);
    };
    let owned = segments(rest);
    let path: Vec<&str> = owned.iter().map(String::as_str).collect();
    if let Some(target) = trigger::target_of_proxy(&path).filter(|_| generation == Generation::Fc2)
    {
        return trigger::handle(app, target?, request).await;
    }
    api(app, generation, &path, request, unknown).await
}

/// What fc-local's own commands ask of a server that runs.
async fn admin(
    app: &Arc<App>,
    name: &str,
    request: ApiRequest,
) -> Result<Response<Body>, ApiError> {
    let request_id = request.request_id.clone();
    let request = request.read(limit::SYNC_BODY_BYTES).await?;
    app.keys.verify_fc2(&request.head, request.bytes())?;
    match request.head.method {
        Method::DELETE => remove(app, name),
        Method::POST => {
            let (service, function) = name.split_once('/').unwrap_or(("", name));
            invoke::handle(app, service, function, request, &request_id).await
        }
        _ => Err(ApiError::path_not_supported(
            &request.head.method,
            request.head.uri.path(),
        )),
    }
}

/// Deletes what `fc-local rm` names, with all that hangs on it.
fn remove(app: &Arc<App>, name: &str) -> Result<Response<Body>, ApiError> {
    let removed = app.store.update(|state| remove::remove(state, name))?;
    removed
        .functions
        .iter()
        .for_each(|key| app.pool.retire(key));
    let mut response = Response::new(full_body(removed.lines().join("\n")));
    insert(response.headers_mut(), CONTENT_TYPE.as_str(), "text/plain");
    Ok(response)
}

async fn api(
    app: &Arc<App>,
    generation: Generation,
    path: &[&str],
    request: ApiRequest,
    unknown: ApiError,
) -> Result<Response<Body>, ApiError> {
    let request_id = request.request_id.clone();
    let request = request.read(limit::API_BODY_BYTES).await?;
    verify(app, generation, &request)?;
    if let Some((service, function)) = invocation(generation, path) {
        let service = control::service_name(service)?;
        check_query_qualifier(&request, function)?;
        return invoke::handle(app, &service, function, request, &request_id).await;
    }
    let (status, body) = control::handle(app, generation, path, &request)
        .await
        .ok_or(unknown)??;
    let mut response =
        Response::new(body.map_or_else(empty_body, |body| full_body(body.to_string())));
    *response.status_mut() = status;
    if status != hyper::StatusCode::NO_CONTENT {
        // A labelled answer must not be empty: the clients parse it (fun-cli §6).
        insert(
            response.headers_mut(),
            CONTENT_TYPE.as_str(),
            "application/json",
        );
    }
    Ok(response)
}

fn verify(app: &App, generation: Generation, request: &ReadRequest) -> Result<(), ApiError> {
    match generation {
        Generation::Fc2 => app.keys.verify_fc2(&request.head, request.bytes()),
        Generation::Fc3 => app.keys.verify_fc3(&request.head, request.bytes()),
    }
}

/// The service and function of an invocation path.
fn invocation<'a>(generation: Generation, path: &[&'a str]) -> Option<(&'a str, &'a str)> {
    match (generation, path) {
        (Generation::Fc2, ["services", service, "functions", function, "invocations"]) => {
            Some((service, function))
        }
        (Generation::Fc3, ["functions", function, "invocations"]) => Some(("", function)),
        _ => None,
    }
}

fn check_query_qualifier(request: &ReadRequest, function: &str) -> Result<(), ApiError> {
    let query = request.query();
    let qualifier = query
        .iter()
        .find(|(name, _)| name == "qualifier")
        .map_or("", |(_, value)| value);
    control::check_qualifier(function, qualifier)
}

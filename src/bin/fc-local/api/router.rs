//! Which handler gets a request: by host first, then by path.
//!
//! A custom domain and the package store are hosts; everything else is a path of one of the two APIs, or of fc-local's own
//! commands. It must not know the connections that requests come over.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::{Method, Uri};
use tower_service::Service;

use super::app::App;
use super::aside;
use super::asked::Asked;
use super::error::ApiError;
use super::http::{self, Target};
use super::listen::Ends;
use super::signed::verify;
use super::{
    account, admin, alias, async_config, async_task, capacity, domain, empty, function, instances,
    invoke, packages, service, session, tags, trigger, version,
};
use crate::facts::{FC2_PREFIX, FC3_PREFIX, FC2021_PREFIX, header};
use crate::ids;
use crate::name::Generation;
use crate::output;
use crate::platform::agent::insert;
use crate::store::spec::{ConcurrencySpec, ProvisionSpec, ScalingSpec};

/// Answers a request.
pub(super) async fn answer(
    app: &Arc<App>,
    router: &Router,
    request: Request<Incoming>,
    ends: Ends,
) -> Response {
    let (head, body) = request.into_parts();
    let generation = generation_of(head.uri.path());
    let asked = Arc::new(Asked {
        head,
        client: ends.client,
        server: ends.server,
        generation,
        request_id: ids::request_id(generation),
    });
    let mut response = dispatch(app, router, Arc::clone(&asked), body).await;
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        response = error.respond(generation, &asked.request_id).into_response();
    }
    if !response.headers().contains_key(header::REQUEST_ID) {
        insert(
            response.headers_mut(),
            header::REQUEST_ID,
            &asked.request_id,
        );
    }
    // Without the query, which may carry what is nobody's business.
    let (method, path) = (&asked.head.method, asked.path());
    output::progress(format_args!(
        "{method} {path} {}",
        response.status().as_u16()
    ));
    response
}

/// The generation whose signature and error names a path has.
fn generation_of(path: &str) -> Generation {
    let newer = [FC2021_PREFIX, FC3_PREFIX];
    if newer.iter().any(|prefix| path.starts_with(prefix)) {
        Generation::Fc3
    } else {
        Generation::Fc2
    }
}

/// Custom domain, package store, or a path of this server, by the host.
async fn dispatch(app: &Arc<App>, router: &Router, asked: Arc<Asked>, body: Incoming) -> Response {
    let is_own = app.guard.is_own(&asked);
    if !is_own {
        let target = Target::of_domain(
            &app.store.snapshot(),
            &asked.host(),
            &asked.head.method,
            &asked.head.uri,
        );
        if let Some(target) = target {
            let called = async { http::handle(app, target?, &asked, body).await };
            return Box::pin(called).await.into_response();
        }
    }
    if let Some(place) = packages::Place::of(&asked) {
        let answered = Box::pin(packages::handle(app, place, &asked, body));
        return answered.await.into_response();
    }
    if !is_own {
        if let Err(error) = app.guard.check_other_host(&asked) {
            asked.discard(body);
            return error.into_response();
        }
    }
    if let Some(function) = invoke::called(&asked) {
        let called = invoke::handle_signed(app, function, &asked, body);
        return Box::pin(called).await.into_response();
    }
    let mut request = Request::new(body);
    *request.method_mut() = asked.head.method.clone();
    *request.uri_mut() = simplified(asked.path());
    request.extensions_mut().insert(asked);
    let Ok(response) = router.clone().call(request).await;
    response
}

/// The path that is looked for: without doubled and closing slashes, without what a proxy path goes on with after the
/// function, and without a query.
fn simplified(path: &str) -> Uri {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let Some(named) = http::proxy_parts(path) {
        parts.truncate(named);
    }
    // The path of a URI, less some slashes, is one.
    format!("/{}", parts.join("/")).parse().unwrap_or_default()
}

/// The handlers of all that is asked for by a path of this server, but for calls of functions by events: these come most, and
/// the way through here would cost a third as much as the call itself.
pub(super) fn routes(app: &Arc<App>) -> Router {
    let fc2_proxy = signed(app, fc2).route("/proxy/{service}/{function}", http::by_path());
    let fc3_proxy = signed(app, fc3).route("/proxy/{function}", http::by_path());
    Router::new()
        .nest(FC2_PREFIX, fc2_proxy)
        .nest(FC2021_PREFIX, signed(app, fc2))
        .nest(FC3_PREFIX, fc3_proxy)
        .nest(admin::PREFIX.trim_end_matches('/'), signed(app, own))
        .route(
            &format!("{}/{{sha256}}", function::CODE_PREFIX),
            function::package(),
        )
        .fallback(unknown)
        .with_state(Arc::clone(app))
}

/// The routes of one prefix, by how long their requests may take.
struct Routes {
    /// Their responses take as long as the disk does.
    short: Router<Arc<App>>,
    /// They wait for calls or instances.
    waiting: Router<Arc<App>>,
}

fn own() -> Routes {
    Routes {
        short: Router::new().route("/{*name}", admin::any()),
        waiting: Router::new().route("/{*name}", admin::calls()),
    }
}

fn fc2() -> Routes {
    let one = Router::new()
        .route("/async-invoke-configs", async_config::of_function())
        .route("/stateful-async-invocations", async_task::all())
        .route("/stateful-async-invocations/{task}", async_task::one());
    let short = Router::new()
        .route("/services", service::all())
        .route("/services/{service}", service::one())
        .route("/services/{service}/versions", empty::versions())
        .route("/services/{service}/aliases", empty::aliases())
        .route("/services/{service}/bindings", empty::vpc_bindings())
        .nest("/services/{service}", functions())
        .nest("/services/{service}/functions/{function}", one)
        .merge(common());
    let waiting = Router::new().route(
        "/services/{service}/functions/{function}/stateful-async-invocations/{task}",
        async_task::stopping(),
    );
    Routes { short, waiting }
}

fn fc3() -> Routes {
    let one = Router::new()
        .route("/async-tasks", async_task::all())
        .route("/async-tasks/{task}", async_task::one())
        .route("/sessions", session::all())
        .route("/sessions/{session}", session::one())
        .route("/versions", version::all())
        .route("/versions/{version}", version::one())
        .route("/aliases", alias::all())
        .route("/aliases/{alias}", alias::one())
        .route("/vpc-bindings", empty::vpc_bindings())
        .route("/concurrency", capacity::one::<ConcurrencySpec>())
        .route("/scaling-config", capacity::one::<ScalingSpec>());
    let short = functions()
        .nest("/functions/{function}", one)
        .route("/async-invoke-configs", async_config::all())
        .route("/tags-v2", tags::all())
        .route("/concurrency-configs", capacity::all::<ConcurrencySpec>())
        .route("/scaling-configs", capacity::all::<ScalingSpec>())
        .merge(common());
    let waiting = Router::new()
        .route("/functions/{function}/sessions", session::creation())
        .route(
            "/functions/{function}/async-tasks/{task}/stop",
            async_task::stopping(),
        );
    Routes { short, waiting }
}

fn functions() -> Router<Arc<App>> {
    let one = Router::new()
        .route("/triggers", trigger::all())
        .route("/triggers/{trigger}", trigger::one())
        .route("/async-invoke-config", async_config::one())
        .route("/code", function::code_address())
        .route("/instances", instances::all())
        .route("/provision-config", capacity::one::<ProvisionSpec>());
    Router::new()
        .route("/functions", function::all())
        .route("/functions/{function}", function::one())
        .nest("/functions/{function}", one)
}

/// What belongs to no function.
fn common() -> Router<Arc<App>> {
    Router::new()
        .route("/account-settings", account::settings())
        .route("/provision-configs", capacity::all::<ProvisionSpec>())
        .route("/regions", account::regions())
        .route("/tempBucketToken", account::bucket_token())
        .route("/custom-domains", domain::all())
        .route("/custom-domains/{domain}", domain::one())
}

/// Lets only signed requests to these routes, and hands their bodies on as they were read.
fn signed(app: &Arc<App>, routes: fn() -> Routes) -> Router<Arc<App>> {
    let Routes { short, waiting } = routes();
    short
        .layer(from_fn(aside::answer))
        .merge(waiting)
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn_with_state(Arc::clone(app), verify))
}

async fn unknown(method: Method, Extension(asked): Extension<Arc<Asked>>) -> ApiError {
    ApiError::path_not_supported(&method, asked.path())
}

#[cfg(test)]
mod tests;

//! What fc-local's own commands ask of a server that runs: `DELETE` and a name, `POST`, a function's name and an event, `PUT`,
//! a function's name and that of a timer, `GET` and `PATCH`, the word `sessions`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, delete, post};
use hyper::Response;
use hyper::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::app::App;
use super::asked::Asked;
use super::error::ApiError;
use super::result::{ApiResult, found};
use super::{invoke, timer};
use crate::ids;
use crate::name::FunctionName;
use crate::platform::agent::{Payload, insert};
use crate::platform::body::{Body, full_body};
use crate::platform::sessions::View;
use crate::signature::percent_decode;
use crate::store::remove;

/// The path of these requests, before the name.
pub(crate) const PREFIX: &str = "/fc-local/";

/// What stands in the place of a name where sessions are asked for.
pub(crate) const SESSIONS: &str = "sessions";

/// By how much the clock of sessions may be moved at once, in seconds: a year, longer than anything of a session is remembered.
const MOVED_SECONDS_MAX: u64 = 365 * 24 * 60 * 60;

/// A session as `fc-local sessions` shows it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionLine {
    pub(crate) function: String,
    pub(crate) id: String,
    pub(crate) affinity: String,
    pub(crate) status: String,
    pub(crate) instance: String,
    pub(crate) age_seconds: u64,
    pub(crate) idle_seconds: u64,
    pub(crate) requests: u64,
}

/// Every path that begins so.
pub(super) fn any() -> MethodRouter<Arc<App>> {
    delete(remove).put(fire).get(sessions).patch(later)
}

/// The same, for calls, which take as long as the function does.
pub(super) fn calls() -> MethodRouter<Arc<App>> {
    post(call)
}

/// Deletes what `fc-local rm` names, with all that hangs on it.
async fn remove(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    let name = name_of(&asked);
    let removed = app.store.update(|state| {
        remove::remove(state, &name).map_err(|why| ApiError::not_found("NotFound", why))
    })?;
    let functions = removed.functions.iter().chain(&removed.qualified);
    functions.for_each(|name| app.pool.forget(name));
    Ok(text(removed.lines().join("\n")))
}

/// Fires the timer that `fc-local fire` names.
async fn fire(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    let name = name_of(&asked);
    let (function, trigger) = name.rsplit_once('/').unwrap_or((&name, ""));
    let function = FunctionName::parse(function);
    let id = ids::request_id(function.generation());
    timer::fire_now(&app, &function, trigger, &id).await?;
    Ok(text(format!("RequestId: {id}")))
}

/// Lists all sessions for `fc-local sessions`.
async fn sessions(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    check_sessions(&asked)?;
    let all = app.pool.sessions.all();
    let lines: Vec<SessionLine> = all.iter().map(|(name, one)| line(name, one)).collect();
    found(Ok(json!({"sessions": lines})))
}

/// Moves the clock of all sessions forward, by the seconds in the body.
async fn later(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    check_sessions(&asked)?;
    let seconds = std::str::from_utf8(&body.bytes).ok();
    let seconds = seconds.and_then(|text| text.parse().ok());
    let seconds =
        seconds.ok_or_else(|| ApiError::invalid("the body is not a number of seconds"))?;
    if seconds > MOVED_SECONDS_MAX {
        let message = format!(
            "the clock of sessions moves by at most {MOVED_SECONDS_MAX} seconds, a year: name a shorter time"
        );
        return Err(ApiError::invalid(message));
    }
    app.pool.move_session_clock(Duration::from_secs(seconds));
    Ok(text(String::new()))
}

fn check_sessions(asked: &Asked) -> Result<(), ApiError> {
    if name_of(asked) == SESSIONS {
        return Ok(());
    }
    Err(ApiError::path_not_supported(
        &asked.head.method,
        asked.path(),
    ))
}

fn line(name: &FunctionName, one: &View) -> SessionLine {
    SessionLine {
        function: name.to_string(),
        id: one.id.clone(),
        affinity: one.rules.affinity.name().to_owned(),
        status: one.status.name().to_owned(),
        instance: one.container.clone(),
        age_seconds: one.age_ms / 1000,
        idle_seconds: one.idle_ms / 1000,
        requests: one.requests,
    }
}

fn text(text: String) -> Response<Body> {
    let mut response = Response::new(full_body(text));
    insert(response.headers_mut(), CONTENT_TYPE.as_str(), "text/plain");
    response
}

async fn call(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(event): Extension<Payload>,
) -> ApiResult {
    let function = FunctionName::parse(&name_of(&asked));
    invoke::handle(&app, &function, &asked, event).await
}

fn name_of(asked: &Asked) -> String {
    percent_decode(asked.path().strip_prefix(PREFIX).unwrap_or_default())
}

//! The sessions of a function ([fc3 §3](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#3)): those that its requests began
//! and those that are made here are alike.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get, post};
use serde_json::{Value, json};

use super::affinity::check_id;
use super::app::App;
use super::aside::aside;
use super::asked::{Asked, fields};
use super::error::ApiError;
use super::lookup;
use super::outcome::{no_instance, no_session};
use super::paths::SessionId;
use super::result::{ApiResult, found, page};
use crate::function::{Affinity, SessionRules};
use crate::name::{FunctionName, LATEST};
use crate::platform::agent::{CallId, Payload};
use crate::platform::pool::{Deployed, NewSession};
use crate::platform::sessions::{NoSession, View};
use crate::store::spec::{Fields, SessionSpec, Spec};

/// `…/{function}/sessions`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list)
}

/// The same; a new session waits for its instance.
pub(super) fn creation() -> MethodRouter<Arc<App>> {
    post(create)
}

/// The same, and the session's id.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read).put(update).delete(delete)
}

async fn create(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let (deployed, rules) = function_of(&app, function, &asked)?;
    let function = &deployed.function.name;
    let mut fields = aside(move || fields(&body)).await?;
    let id = take_id(&mut fields, &rules)?;
    let spec = SessionSpec::read(fields).map_err(ApiError::invalid)?;
    let new = NewSession {
        id,
        rules: spec.over(&rules).map_err(ApiError::invalid)?,
        spec: &spec,
    };
    let call = CallId::first(asked.request_id.clone());
    let created = app.pool.create_session(&deployed, &call, new).await;
    let id = created.map_err(|error| no_instance(&error))?;
    shown(&app, function, &id, &asked)
}

async fn read(
    State(app): State<Arc<App>>,
    function: FunctionName,
    SessionId { session }: SessionId,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (deployed, _) = function_of(&app, function, &asked)?;
    let function = &deployed.function.name;
    shown(&app, function, &session, &asked)
}

async fn update(
    State(app): State<Arc<App>>,
    function: FunctionName,
    SessionId { session }: SessionId,
    Extension(asked): Extension<Arc<Asked>>,
    Extension(body): Extension<Payload>,
) -> ApiResult {
    let (deployed, _) = function_of(&app, function, &asked)?;
    let function = &deployed.function.name;
    let spec = SessionSpec::read(fields(&body)?).map_err(ApiError::invalid)?;
    let sessions = &app.pool.sessions;
    let before = sessions.get(function, &session);
    let before = before.ok_or_else(|| no_session(&NoSession::Unknown))?;
    let rules = spec.over(&before.rules).map_err(ApiError::invalid)?;
    let updated = sessions.update(function, &session, rules, &spec);
    let updated = updated.map_err(|error| no_session(&error))?;
    found(Ok(view(function, &updated, &asked)))
}

async fn delete(
    State(app): State<Arc<App>>,
    function: FunctionName,
    SessionId { session }: SessionId,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (deployed, _) = function_of(&app, function, &asked)?;
    let function = &deployed.function.name;
    let deleted = app.pool.delete_session(function, &session);
    deleted.map_err(|error| no_session(&error))?;
    found(Ok(json!({})))
}

async fn list(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let (deployed, _) = function_of(&app, function, &asked)?;
    let function = &deployed.function.name;
    let [status, id] = ["sessionStatus", "sessionId"].map(|name| asked.parameter(name));
    if !matches!(status.as_str(), "" | "Active" | "Expired") {
        let message = format!("sessionStatus is '{status}', not Active or Expired");
        return Err(ApiError::invalid(message));
    }
    let mut views = app.pool.sessions.of(function);
    views.retain(|one| status.is_empty() || one.status.name() == status);
    views.retain(|one| id.is_empty() || one.id == id);
    // One id may be there more than once.
    let keyed = |one: &View| format!("{:020}-{}", one.created_ms, one.id);
    let keyed = views.iter().map(|one| (keyed(one), one));
    let keyed: Vec<(String, &View)> = keyed.collect();
    let shown = keyed.iter();
    let shown = shown.map(|(key, one)| (key.as_str(), view(function, one, &asked)));
    found(page("sessions", shown, &asked))
}

/// The function, if it has sessions that the API knows.
fn function_of(
    app: &App,
    name: FunctionName,
    asked: &Asked,
) -> Result<(Arc<Deployed>, SessionRules), ApiError> {
    let name = asked.qualified(name);
    let deployed = lookup::deployed(app, &name)?;
    let rules = deployed.function.sessions.clone();
    let affinity = rules.as_ref().map_or("NONE", |rules| rules.affinity.name());
    let known =
        |rules: &SessionRules| matches!(rules.affinity, Affinity::Cookie | Affinity::Header(_));
    match rules.filter(known) {
        Some(rules) => Ok((deployed, rules)),
        None => Err(ApiError::invalid(format!(
            "function '{}' has the session affinity {affinity}, but this call is for HEADER_FIELD and GENERATED_COOKIE",
            name.function()
        ))),
    }
}

/// The id that the caller wants, which only a header may carry.
fn take_id(fields: &mut Fields, rules: &SessionRules) -> Result<Option<String>, ApiError> {
    let id = match fields.remove("sessionId") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(id)) => id,
        Some(other) => {
            return Err(ApiError::invalid(format!(
                "sessionId is {other}, not a text"
            )));
        }
    };
    if id.is_empty() {
        return Ok(None);
    }
    if rules.affinity == Affinity::Cookie {
        let message = "sessionId is for HEADER_FIELD: the id of a cookie is made by the platform";
        return Err(ApiError::invalid(message));
    }
    check_id("sessionId", &id)?;
    Ok(Some(id))
}

fn shown(app: &App, function: &FunctionName, id: &str, asked: &Asked) -> ApiResult {
    let found_one = app.pool.sessions.get(function, id);
    let found_one = found_one.ok_or_else(|| no_session(&NoSession::Unknown))?;
    found(Ok(view(function, &found_one, asked)))
}

/// A session as the API shows it.
fn view(function: &FunctionName, session: &View, asked: &Asked) -> Value {
    let qualifier = Some(asked.parameter("qualifier")).filter(|given| !given.is_empty());
    let time =
        |ms| humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(ms)).to_string();
    let mut all = session.given.clone();
    let rules = &session.rules;
    let own = json!({
        "sessionId": session.id, "functionName": function.function(),
        "qualifier": qualifier.unwrap_or_else(|| LATEST.to_owned()), "sessionAffinityType": rules.affinity.name(),
        "sessionTTLInSeconds": rules.ttl.as_secs(), "sessionIdleTimeoutInSeconds": rules.idle.as_secs(),
        "disableSessionIdReuse": !rules.reuses_ids, "createdTime": time(session.created_ms),
        "lastModifiedTime": time(session.modified_ms), "sessionStatus": session.status.name(),
        "containerId": session.container,
    });
    if let Value::Object(own) = own {
        all.extend(own);
    }
    Value::Object(all)
}

//! What fc-local's own commands ask of a server that runs: `DELETE` and a name, `POST`, a function's name and an event, `PUT`,
//! a function's name and that of a timer.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, delete};
use hyper::Response;
use hyper::header::CONTENT_TYPE;

use super::answer::Answer;
use super::app::App;
use super::asked::{Asked, percent_decode};
use super::error::ApiError;
use super::{invoke, timer};
use crate::ids;
use crate::name::FunctionName;
use crate::platform::agent::{Payload, insert};
use crate::platform::body::{Body, full_body};
use crate::store::remove;

/// The path of these requests, before the name.
pub(crate) const PREFIX: &str = "/fc-local/";

/// Every path that begins so.
pub(super) fn any() -> MethodRouter<Arc<App>> {
    delete(remove).post(call).put(fire)
}

/// Deletes what `fc-local rm` names, with all that hangs on it.
async fn remove(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> Answer {
    let name = name_of(&asked);
    let removed = app.store.update(|state| {
        remove::remove(state, &name).map_err(|why| ApiError::not_found("NotFound", why))
    })?;
    let functions = removed.functions.iter();
    functions.for_each(|name| app.pool.retire(name));
    Ok(text(removed.lines().join("\n")))
}

/// Fires the timer that `fc-local fire` names.
async fn fire(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> Answer {
    let name = name_of(&asked);
    let (function, trigger) = name.rsplit_once('/').unwrap_or((&name, ""));
    let function = FunctionName::parse(function);
    let id = ids::request_id(function.generation());
    timer::fire_now(&app, &function, trigger, &id)?;
    Ok(text(format!("RequestId: {id}")))
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
) -> Answer {
    let function = FunctionName::parse(&name_of(&asked));
    invoke::handle(&app, &function, &asked, event).await
}

fn name_of(asked: &Asked) -> String {
    percent_decode(asked.path().strip_prefix(PREFIX).unwrap_or_default())
}

//! What fc-local's own commands ask of a server that runs: `DELETE` and a name, `POST`, a function's name and an event.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, delete};
use hyper::Response;
use hyper::header::CONTENT_TYPE;

use super::answer::Answer;
use super::app::App;
use super::asked::{Asked, percent_decode};
use super::error::ApiError;
use super::invoke;
use crate::name::FunctionName;
use crate::platform::agent::{Payload, insert};
use crate::platform::body::full_body;
use crate::store::remove;

/// The path of these requests, before the name.
pub(crate) const PREFIX: &str = "/fc-local/";

/// Every path that begins so.
pub(super) fn any() -> MethodRouter<Arc<App>> {
    delete(remove).post(call)
}

/// Deletes what `fc-local rm` names, with all that hangs on it.
async fn remove(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> Answer {
    let name = name_of(&asked);
    let removed = app.store.update(|state| {
        remove::remove(state, &name).map_err(|why| ApiError::not_found("NotFound", why))
    })?;
    let functions = removed.functions.iter();
    functions.for_each(|name| app.pool.retire(name));
    let mut response = Response::new(full_body(removed.lines().join("\n")));
    insert(response.headers_mut(), CONTENT_TYPE.as_str(), "text/plain");
    Ok(response)
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

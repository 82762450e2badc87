//! Asynchronous calls: what was accepted, an event or an HTTP request, is tried until it succeeds or is given up
//! ([contract §3.3](crate::check::sections::SECTIONS#3.3), RETRY). One that has an id is a task, which can be asked for and
//! stopped ([fc3 §5](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#5)).
//!
//! ```text
//! here          which calls are asynchronous, and what is accepted
//! work          the tries of one call, from the first to its end
//! attempt       one try
//! destination   the report of the end
//! tasks         those that have an id, while they are under way
//! saving        their states on their way to the disk
//! ```

mod attempt;
mod destination;
mod saving;
mod tasks;
mod work;

use std::sync::Arc;

use hyper::http::request::Parts;
use hyper::{HeaderMap, Response, StatusCode};

use super::app::App;
use super::aside::aside;
use super::error::ApiError;
use super::result::ApiResult;
use crate::facts::{header, limit};
use crate::name::FunctionName;
use crate::output;
use crate::platform::agent::insert;
use crate::platform::body::empty_body;
use crate::store::queue::{self, Accepted};
use crate::store::spec::AsyncSpec;
use crate::store::tasks::Task;

pub(crate) use tasks::Tasks;

/// The longest id that a caller may give, in letters.
const ID_LENGTH_MAX: usize = 128;

/// A call that is to be made later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Later<'a> {
    pub(super) function: &'a FunctionName,
    pub(super) request_id: &'a str,
    pub(super) body: &'a [u8],
    /// The head of the request, for an HTTP trigger.
    pub(super) http: Option<&'a Parts>,
    /// The id that the caller gives.
    pub(super) task: Option<&'a str>,
}

/// Whether a call is to be accepted now and made later.
///
/// # Errors
///
/// The header says neither.
pub(super) fn is_wanted(headers: &HeaderMap) -> Result<bool, ApiError> {
    let kind = headers.get(header::INVOCATION_TYPE);
    match kind.map_or(&b""[..], |kind| kind.as_bytes()) {
        b"" | b"Sync" => Ok(false),
        b"Async" => Ok(true),
        other => Err(ApiError::invalid(format!(
            "{} '{}' is neither Sync nor Async",
            header::INVOCATION_TYPE,
            String::from_utf8_lossy(other)
        ))),
    }
}

/// The id that a caller gives its call, in the header of either generation.
///
/// # Errors
///
/// It could not be one.
pub(super) fn given_id(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let names = [header::ASYNC_TASK_ID, header::STATEFUL_ID];
    let Some(given) = names.iter().find_map(|name| headers.get(*name)) else {
        return Ok(None);
    };
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_next = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let fits = |id: &&str| {
        id.starts_with(is_first) && id.chars().all(is_next) && id.len() <= ID_LENGTH_MAX
    };
    given.to_str().ok().filter(fits).map(Some).ok_or_else(|| {
        ApiError::invalid(format!(
            "the id of the task, {given:?}, is not valid: it has 1 to {ID_LENGTH_MAX} letters, digits, '_' or '-', and \
             begins with a letter or '_'"
        ))
    })
}

/// Takes a call that is to be made later, and says so.
///
/// # Errors
///
/// It is too large, its id is taken, or it cannot be kept safely.
pub(super) async fn accept(app: &Arc<App>, later: Later<'_>) -> ApiResult {
    if later.body.len() > limit::ASYNC_BODY_BYTES {
        return Err(ApiError::too_large(limit::ASYNC_BODY_BYTES));
    }
    let id = later.task.unwrap_or(later.request_id);
    let is_task = later.task.is_some() || config(app, later.function).makes_tasks();
    let mut accepted = Accepted::now(later.function, later.request_id, later.body);
    accepted.http = later.http.map(attempt::kept);
    accepted.task = is_task.then(|| id.to_owned());
    let task = is_task.then(|| Task::new(id, later.function, later.request_id, later.body));
    let of_work = Arc::clone(app);
    aside(move || keep(of_work, accepted, task.as_ref())).await?;
    let mut response = Response::new(empty_body());
    *response.status_mut() = StatusCode::ACCEPTED;
    for (name, value) in [
        (header::ASYNC_TASK_ID, id),
        (header::STATEFUL_ID, id),
        (header::REQUEST_ID, later.request_id),
    ] {
        insert(response.headers_mut(), name, value);
    }
    Ok(response)
}

/// Writes a call down and begins to work on it: both or neither, even if its client leaves meanwhile.
fn keep(app: Arc<App>, accepted: Accepted, task: Option<&Task>) -> Result<(), ApiError> {
    if let Some(task) = task {
        app.tasks.begin(&app.store, task)?;
    }
    if let Err(error) = queue::save(&app.store, &accepted) {
        app.tasks.forget(&app.store, &accepted);
        return Err(error.into());
    }
    tokio::spawn(work::work(app, accepted));
    Ok(())
}

/// Takes up the calls that an earlier run accepted and did not finish.
pub(super) fn resume(app: &Arc<App>) {
    let (events, unreadable) = queue::unfinished(&app.store);
    for accepted in events {
        app.tasks.resume(&accepted);
        tokio::spawn(work::work(Arc::clone(app), accepted));
    }
    for file in unreadable {
        let file = file.display();
        output::say(&format!(
            "{file} is not a readable event; it was left as it is"
        ));
    }
}

/// How a function's asynchronous calls are made: as configured, else by the defaults.
fn config(app: &App, function: &FunctionName) -> AsyncSpec {
    let state = app.store.snapshot();
    let record = state.function(function);
    let config = record.and_then(|record| record.async_config(function.qualifier()));
    config.map_or_else(AsyncSpec::default, |config| config.spec.clone())
}

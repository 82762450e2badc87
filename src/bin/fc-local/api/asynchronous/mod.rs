//! Asynchronous calls: what was accepted, an event or an HTTP request, is tried until it succeeds or is given up
//! ([contract §3.3](crate::check::sections::SECTIONS#3.3), RETRY).

mod attempt;

use std::sync::Arc;
use std::time::Duration;

use hyper::HeaderMap;
use hyper::StatusCode;
use hyper::http::request::Parts;

use super::answer::Answer;
use super::app::App;
use super::error::ApiError;
use super::lookup;
use crate::facts::{header, limit};
use crate::name::FunctionName;
use crate::platform::agent::insert;
use crate::platform::body::empty_body;
use crate::store::queue::{self, Accepted};
use crate::store::spec::AsyncSpec;
use attempt::{Tried, attempt};

/// The pause before the first retry; it doubles with each ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// No pause grows longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

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

/// Takes an event, or the request of an HTTP trigger with its body, and says so.
///
/// # Errors
///
/// It is too large, or it cannot be kept safely.
pub(super) fn accept(
    app: &Arc<App>,
    function: &FunctionName,
    request_id: &str,
    body: &[u8],
    http: Option<&Parts>,
) -> Answer {
    if body.len() > limit::ASYNC_BODY_BYTES {
        return Err(ApiError::too_large(limit::ASYNC_BODY_BYTES));
    }
    let mut accepted = Accepted::now(function, request_id, body);
    accepted.http = http.map(attempt::kept);
    queue::save(&app.store, &accepted)?;
    tokio::spawn(work(Arc::clone(app), accepted));
    let mut response = hyper::Response::new(empty_body());
    *response.status_mut() = StatusCode::ACCEPTED;
    insert(response.headers_mut(), header::ASYNC_TASK_ID, request_id);
    insert(response.headers_mut(), header::REQUEST_ID, request_id);
    Ok(response)
}

/// Takes up the events that an earlier run accepted and did not finish.
pub(super) fn resume(app: &Arc<App>) {
    let (events, unreadable) = queue::unfinished(&app.store);
    for accepted in events {
        tokio::spawn(work(Arc::clone(app), accepted));
    }
    for file in unreadable {
        let file = file.display();
        eprintln!("fc-local: {file} is not a readable event; it was left as it is");
    }
}

/// Tries an event until it succeeds or is given up.
async fn work(app: Arc<App>, mut accepted: Accepted) {
    let mut pauses = 0;
    loop {
        let reason = match attempt(&app, &accepted).await {
            Tried::Succeeded => break,
            Tried::Orphaned => {
                give_up(&app, &accepted, "the function is gone");
                break;
            }
            Tried::Failed(reason) => {
                accepted.failures += 1;
                reason
            }
            Tried::Postponed(reason) => reason,
        };
        if is_over(&app, &accepted) {
            give_up(&app, &accepted, &reason);
            break;
        }
        // A count that cannot be saved only means one more try after a restart.
        let _ = queue::save(&app.store, &accepted);
        tokio::time::sleep((FIRST_PAUSE * 2_u32.saturating_pow(pauses)).min(LONGEST_PAUSE)).await;
        pauses = (pauses + 1).min(10);
    }
    queue::remove(&app.store, &accepted);
}

/// Says that an event is lost: in the function's log, and where a full disk cannot hide it.
fn give_up(app: &App, accepted: &Accepted, reason: &str) {
    let (id, failures) = (&accepted.request_id, accepted.failures);
    let line = format!(
        "fc-local: gave up the asynchronous event RequestId: {id} after {failures} failed tries: {reason}"
    );
    let function = accepted.function();
    // A function that is gone must not get a new log.
    if lookup::function(&app.store.snapshot(), &function).is_ok() {
        app.pool.note(&function, &line);
    }
    eprintln!("{line} ({function})");
}

fn is_over(app: &App, accepted: &Accepted) -> bool {
    let state = app.store.snapshot();
    let Ok(record) = lookup::function(&state, &accepted.function()) else {
        return true;
    };
    let config = record.async_config.as_ref();
    let config = config.map_or_else(AsyncSpec::default, |config| config.spec.clone());
    u64::from(accepted.failures) > config.retries() || accepted.is_older_than(config.age_seconds())
}

//! One try of an event that waits, or of an HTTP request that waits as an event does.
//!
//! It must not know how often a try is repeated, nor what happens to its outcome.

use std::sync::Arc;

use hyper::Request;
use hyper::body::Bytes;
use hyper::http::request::Parts;

use crate::api::app::App;
use crate::api::lookup;
use crate::facts::error_type;
use crate::platform::agent::{CallId, Payload};
use crate::platform::call;
use crate::platform::cold::ColdError;
use crate::platform::instance::{Instance, Lease};
use crate::platform::pool::NoInstance;
use crate::platform::report::Report;
use crate::platform::sessions::Wanted;
use crate::store::queue::{Accepted, HttpRequest};

/// What came of a try that reached the function.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) body: Bytes,
    /// The platform's word for the failure; empty for a success.
    pub(super) error_type: &'static str,
    /// The same as a sentence.
    pub(super) reason: String,
}

/// How one try went.
pub(super) enum Tried {
    Succeeded(Answered),
    /// The function failed, or its instance did not start; that counts.
    Failed(Answered),
    /// The machine had no instance to give; that is tried again until the event is too old
    /// ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
    Postponed(String),
    /// The function is gone.
    Orphaned,
}

/// A try that has its instance.
pub(super) struct Placed {
    lease: Lease,
    call: CallId,
}

/// Gets an instance for a try, or says how the try went without one.
pub(super) async fn place(app: &Arc<App>, accepted: &Accepted) -> Result<Placed, Tried> {
    let deployed = lookup::deployed(app, &accepted.called()).map_err(|_| Tried::Orphaned)?;
    let call = CallId {
        request_id: accepted.request_id.clone(),
        retry_count: accepted.failures,
    };
    let lease = app.pool.acquire(&deployed, &call, &Wanted::Nothing).await;
    let lease = lease.map_err(|no_instance| without_instance(&no_instance))?;
    Ok(Placed { lease, call })
}

impl Placed {
    pub(super) fn instance(&self) -> &Arc<Instance> {
        self.lease.instance()
    }

    /// Makes the call once.
    pub(super) async fn attempt(self, accepted: &Accepted) -> Tried {
        let (body, report) = answer(self.lease, self.call, accepted).await;
        match report.error_type {
            None => Tried::Succeeded(Answered {
                body,
                error_type: "",
                reason: String::new(),
            }),
            Some(error_type) => Tried::Failed(Answered {
                body,
                error_type,
                reason: format!("the function failed with {error_type}"),
            }),
        }
    }
}

/// What the function answers, or why it did not.
async fn answer(lease: Lease, call: CallId, accepted: &Accepted) -> (Bytes, Report) {
    let body = Payload::sized(accepted.event());
    let Some(head) = accepted.http.as_ref().map(head_of) else {
        let answer = call::event(lease, call, body).await;
        return (answer.body, answer.report);
    };
    let answered = match call::http(lease, call, head, body).await {
        Ok(exchange) => exchange.buffer().await,
        Err(failure) => Err(failure),
    };
    match answered {
        Ok((_, bytes, report)) => (bytes, report),
        Err(failure) => (failure.message.into(), failure.report),
    }
}

/// Keeps the head of a request to an HTTP trigger, as the function will get it.
pub(super) fn kept(head: &Parts) -> HttpRequest {
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    HttpRequest::new(head.method.as_str(), &head.uri.to_string(), headers)
}

fn head_of(kept: &HttpRequest) -> Parts {
    let mut request = Request::builder()
        .method(kept.method.as_str())
        .uri(kept.target.as_str());
    for (name, value) in kept.headers() {
        request = request.header(name, value);
    }
    // It was a request when it was kept; a file that somebody has changed since asks for `/`.
    request.body(()).unwrap_or_default().into_parts().0
}

fn cold_error_type(error: &ColdError) -> &'static str {
    match error {
        ColdError::Initialize { .. } => error_type::INITIALIZATION,
        ColdError::Start(_) => error_type::COMMON,
    }
}

fn without_instance(no_instance: &NoInstance) -> Tried {
    match no_instance {
        NoInstance::Cold(error) if error.is_system() => Tried::Postponed(error.to_string()),
        NoInstance::Cold(error) => Tried::Failed(Answered {
            body: Bytes::new(),
            error_type: cold_error_type(error),
            reason: error.to_string(),
        }),
        NoInstance::Reserved { calls_max } => Tried::Postponed(format!(
            "all {calls_max} calls that the function reserves were running"
        )),
        NoInstance::TooMany { instances_max } => {
            Tried::Postponed(format!("all {instances_max} instances were busy"))
        }
        // An asynchronous call takes no part in sessions, so that this is another call's.
        NoInstance::SessionFull { .. } | NoInstance::Session(_) => {
            Tried::Postponed("its session had no place".to_owned())
        }
    }
}

//! Asynchronous calls that have an id: asking for one or for all of a function, and stopping one. FC 2.0 calls them
//! stateful asynchronous invocations and has other names for two of the fields
//! ([fc3 §5](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#5)).

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get, put};
use hyper::Response;
use serde_json::{Value, json};

use super::app::App;
use super::aside::aside;
use super::asked::Asked;
use super::error::ApiError;
use super::lookup;
use super::paths::TaskId;
use super::result::{ApiResult, LIST_ITEMS, found};
use crate::name::FunctionName;
use crate::platform::body::empty_body;
use crate::store::tasks::{self, Status, Task};

/// `…/{function}/async-tasks`, `…/{function}/stateful-async-invocations`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list)
}

/// The same, and an id.
pub(super) fn one() -> MethodRouter<Arc<App>> {
    get(read)
}

/// `…/async-tasks/{id}/stop`; FC 2.0 has a `PUT` of the task. It waits until the task has stopped.
pub(super) fn stopping() -> MethodRouter<Arc<App>> {
    put(stop)
}

async fn read(State(app): State<Arc<App>>, function: FunctionName, named: TaskId) -> ApiResult {
    lookup::function(&app.store.snapshot(), &function)?;
    let task = kept(&app, &function, &named.task);
    found(task.map(|task| view(&app, &task, true)))
}

/// Stops a task that is under way; one that has ended stays as it is.
async fn stop(State(app): State<Arc<App>>, function: FunctionName, named: TaskId) -> ApiResult {
    lookup::function(&app.store.snapshot(), &function)?;
    if !app.tasks.stop(&function, &named.task).await {
        let task = aside(move || kept(&app, &function, &named.task)).await?;
        let status = task.status().name();
        let message = format!("task '{}' is {status} and cannot be stopped", task.id);
        return Err(ApiError::invalid(message));
    }
    Ok(Response::new(empty_body()))
}

fn kept(app: &App, function: &FunctionName, id: &str) -> Result<Task, ApiError> {
    tasks::find(&app.store, function, id).ok_or_else(|| no_task(function, id))
}

async fn list(
    State(app): State<Arc<App>>,
    function: FunctionName,
    Extension(asked): Extension<Arc<Asked>>,
) -> ApiResult {
    let called = asked.qualified(function.clone());
    lookup::qualified(&app.store.snapshot(), &called)?;
    let filter = Filter::of(&asked)?;
    let mut all = tasks::all(&app.store, &function);
    all.retain(|task| filter.takes(task));
    if !asked.parameter("qualifier").is_empty() {
        all.retain(|task| task.called() == called);
    }
    all.sort_by_key(|task| (started_ms(task), task.id.clone()));
    if filter.latest_first {
        all.reverse();
    }
    let token = asked.parameter("nextToken");
    let start = all.iter().position(|task| task.id == token).unwrap_or(0);
    let shown = all[start..].iter().take(filter.limit);
    let shown: Vec<Value> = shown
        .map(|task| view(&app, task, filter.with_payload))
        .collect();
    let next = all.get(start + shown.len()).map(|task| task.id.clone());
    let field = match function.service() {
        Some(_) => "invocations",
        None => "tasks",
    };
    let mut answer = json!({ field: shown });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    found(Ok(answer))
}

/// Which tasks a list has, and how it shows them.
#[derive(Debug)]
struct Filter {
    prefix: String,
    status: String,
    /// Milliseconds since 1970.
    started_ms: (u64, u64),
    latest_first: bool,
    with_payload: bool,
    limit: usize,
}

impl Filter {
    fn of(asked: &Asked) -> Result<Self, ApiError> {
        let (default, most) = LIST_ITEMS;
        let order = asked.parameter("sortOrderByTime");
        if !matches!(order.as_str(), "" | "asc" | "desc") {
            let message = format!("sortOrderByTime '{order}' is neither asc nor desc");
            return Err(ApiError::invalid(message));
        }
        Ok(Self {
            // FC 2.0 has the longer name.
            prefix: asked
                .parameter("prefix")
                .max(asked.parameter("invocationIdPrefix")),
            status: asked.parameter("status"),
            started_ms: (
                number(asked, "startedTimeBegin", 0)?,
                number(asked, "startedTimeEnd", u64::MAX)?,
            ),
            latest_first: order == "desc",
            with_payload: asked.parameter("includePayload") == "true",
            limit: number(asked, "limit", default)?.clamp(1, most),
        })
    }

    fn takes(&self, task: &Task) -> bool {
        let (begin, end) = self.started_ms;
        task.id.starts_with(&self.prefix)
            && (self.status.is_empty() || task.status().name() == self.status)
            && (begin..=end).contains(&started_ms(task))
    }
}

fn number<T: std::str::FromStr>(asked: &Asked, name: &str, default: T) -> Result<T, ApiError> {
    let text = asked.parameter(name);
    if text.is_empty() {
        return Ok(default);
    }
    text.parse()
        .map_err(|_| ApiError::invalid(format!("{name} '{text}' is not a number")))
}

/// When a task ran first, or was accepted if it never did.
fn started_ms(task: &Task) -> u64 {
    let mut events = task.events.iter();
    let first = events.find(|event| event.status == Status::Running);
    first.map_or(task.accepted_ms, |event| event.at_ms)
}

/// What the API shows of a task.
fn view(app: &App, task: &Task, with_payload: bool) -> Value {
    let (id, error, payload) = match task.function.service() {
        Some(_) => (
            "invocationId",
            "invocationErrorMessage",
            "invocationPayload",
        ),
        None => ("taskId", "taskErrorMessage", "taskPayload"),
    };
    let mut view = json!({
        id: task.id, "status": task.status().name(), error: task.error, "requestId": task.request_id,
        "instanceId": task.instance_id, "qualifier": task.called().qualifier(), "startedTime": started_ms(task),
        "alreadyRetriedTimes": task.retries, "destinationStatus": task.destination, "events": events(task),
    });
    match task.function.service() {
        Some(service) => {
            view["serviceName"] = service.into();
            view["functionName"] = task.function.function().into();
        }
        None => {
            let owner = &app.owner;
            view["functionArn"] = task.called().arn(&owner.account_id, &owner.region).into();
        }
    }
    if let Some(ended_ms) = task.ended_ms {
        view["endTime"] = ended_ms.into();
        view["durationMs"] = ended_ms.saturating_sub(started_ms(task)).into();
    }
    if with_payload {
        view[payload] = task.payload.clone().into();
        view["returnPayload"] = task.result.clone().into();
    }
    view
}

fn events(task: &Task) -> Vec<Value> {
    let events = task.events.iter().enumerate();
    let events = events.map(|(number, event)| {
        json!({
            "eventId": number + 1, "status": event.status.name(), "timestamp": event.at_ms,
            "eventDetail": event.detail,
        })
    });
    events.collect()
}

fn no_task(function: &FunctionName, id: &str) -> ApiError {
    let code = match function.service() {
        Some(_) => "StatefulAsyncInvocationNotFound",
        None => "AsyncTaskNotFound",
    };
    let message = format!(
        "task '{id}' of function '{}' does not exist",
        function.function()
    );
    ApiError::not_found(code, message)
}

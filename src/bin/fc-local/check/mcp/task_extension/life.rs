//! The life of tasks that are made of calls of the slow tool.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{EXTENSION, INVALID_PARAMS, NO_TASK, about, call, is_of_tool};
use crate::check::client::NoResponse;
use crate::check::mcp::Mcp;
use crate::check::mcp::ask::{Ask, NAME_HEADER};
use crate::check::mcp::caller::Caller;
use crate::check::mcp::place::Place;
use crate::check::mcp::reply::Reply;
use crate::check::mcp::specs::task_extension::{
    EXT_CANCEL, EXT_CREATE, EXT_ELSEWHERE, EXT_ENDED, EXT_GET, EXT_ID, EXT_NAME_HEADER, EXT_RESULT,
    EXT_UPDATE,
};
use crate::check::row::{Outcome, Spec};

pub(super) const NEEDS_SLOW: &str = "it takes a tool that may be called; --slow-tool NAME";

/// The least of a taskId: 80 random bits at 5 a character.
const ID_CHARS_MIN: usize = 16;

/// How often a task is asked for that names no interval, and the least for one that does.
const POLL_USUALLY: Duration = Duration::from_millis(200);
const POLL_MIN: Duration = Duration::from_millis(20);

const HEADER_MISMATCH: i64 = -32020;

/// The states of a task, those that are final last.
const STATES: [&str; 5] = [
    "working",
    "input_required",
    "completed",
    "failed",
    "cancelled",
];
const FINAL: &[&str] = STATES.split_at(2).1;

/// What takes a task that has been made.
const OF_A_TASK: [&Spec; 8] = [
    &EXT_ID,
    &EXT_GET,
    &EXT_NAME_HEADER,
    &EXT_RESULT,
    &EXT_ENDED,
    &EXT_UPDATE,
    &EXT_CANCEL,
    &EXT_ELSEWHERE,
];

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let Some(params) = call(mcp) else {
        let why = Outcome::cannot_tell(NEEDS_SLOW);
        mcp.record(&EXT_CREATE, Ok(why.clone()));
        return mcp.record_all(&OF_A_TASK, &why);
    };
    let ask = Ask::alone(1, "tools/call", &params).extended(EXTENSION);
    let made = mcp.ask(&ask).await;
    let result = made.as_ref().ok().and_then(Reply::result);
    let result = result.unwrap_or_default();
    mcp.record(&EXT_CREATE, made.map(|made| created(&made, &result)));
    match result["taskId"].as_str() {
        Some(id) => of_a_task(mcp, id, &ask).await,
        None if is_of_tool(&result) => {
            let why = Outcome::not_applicable("the tool is called without a task, as a server may");
            mcp.record_all(&OF_A_TASK, &why);
        }
        None => mcp.record_all(&OF_A_TASK, &Outcome::cannot_tell("no task was made")),
    }
}

fn created(reply: &Reply, result: &Value) -> Outcome {
    if is_of_tool(result) {
        return Outcome::pass("the result of the tool");
    }
    let wrong = if result["resultType"] == "task" {
        wrong_task(result)
    } else {
        Some("the resultType is not task")
    };
    let wrong = wrong.map(|wrong| format!("{wrong}: {}", reply.shown()));
    Outcome::unless(wrong, "a task")
}

/// What is wrong with the fields that each task has.
fn wrong_task(task: &Value) -> Option<&'static str> {
    let is_time = |name: &str| task[name].is_string();
    if !task["taskId"].is_string() {
        Some("the taskId is no text")
    } else if !task["status"]
        .as_str()
        .is_some_and(|it| STATES.contains(&it))
    {
        Some("the status is none that a task has")
    } else if !is_time("createdAt") || !is_time("lastUpdatedAt") {
        Some("no createdAt or no lastUpdatedAt")
    } else if !task["ttlMs"].is_u64() && task.get("ttlMs") != Some(&Value::Null) {
        Some("the ttlMs is neither a whole number nor null")
    } else {
        None
    }
}

async fn of_a_task(mcp: &mut Mcp<'_, '_>, id: &str, ask: &Ask) {
    let got = got(mcp, id).await;
    mcp.record(&EXT_GET, got);
    let elsewhere = elsewhere(mcp, id).await;
    mcp.record(&EXT_ELSEWHERE, elsewhere);
    let named = named(mcp, id).await;
    mcp.record(&EXT_NAME_HEADER, named);
    another(mcp, id, ask).await;
    let ended = ended(mcp, id).await;
    let state = ended.as_ref().ok().and_then(|task| task["status"].as_str());
    let state = state.filter(|it| FINAL.contains(it)).map(str::to_owned);
    mcp.record(&EXT_RESULT, ended.map(|task| end(&task)));
    let kept = match state {
        Some(state) => kept(mcp, id, &state).await,
        None => Ok(Outcome::cannot_tell("the task has not ended")),
    };
    mcp.record(&EXT_ENDED, kept);
}

fn get(id: &str) -> Ask {
    about("tasks/get", id).extended(EXTENSION)
}

/// The task, as the server describes it.
async fn task(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Reply, NoResponse> {
    mcp.ask(&get(id)).await
}

async fn got(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Outcome, NoResponse> {
    let reply = task(mcp, id).await?;
    let wrong = match reply.result() {
        None => Some("no result"),
        Some(task) if task["resultType"] != "complete" => Some("the resultType is not complete"),
        Some(task) if task["taskId"] != id => Some("another taskId"),
        Some(task) => wrong_task(&task),
    };
    let wrong = wrong.map(|wrong| format!("{wrong}: {}", reply.shown()));
    Ok(Outcome::unless(wrong, "it is"))
}

async fn named(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(&get(id).with(NAME_HEADER, NO_TASK)).await?;
    let is_sound = reply.status == 400 && reply.error_code() == Some(HEADER_MISMATCH);
    let wrong = (!is_sound).then(|| reply.shown());
    Ok(Outcome::unless(wrong, reply.shown()))
}

/// Asks another instance for the task, as Function Compute does where nothing binds a client to one.
async fn elsewhere(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Outcome, NoResponse> {
    let Place::Command { path } = mcp.place.clone() else {
        let why = "a URL is one place, and no second instance is known";
        return Ok(Outcome::cannot_tell(why));
    };
    let other = match mcp.bench.start_beside(None).await {
        Ok(other) => other,
        Err(none) => return Ok(Outcome::cannot_tell(none.to_string())),
    };
    let caller = Caller::to_instance(other.clone(), &path, mcp.bench.args);
    let reply = caller.ask(&get(id)).await;
    other.instance.kill();
    let reply = reply?;
    let wrong = reply.result().is_none().then(|| reply.shown());
    Ok(Outcome::unless(wrong, "it is known there"))
}

/// Makes a second task, and changes it while it works.
async fn another(mcp: &mut Mcp<'_, '_>, first: &str, ask: &Ask) {
    let made = mcp.ask(ask).await.ok().and_then(|it| it.result());
    let made = made.unwrap_or_default();
    let Some(id) = made["taskId"].as_str() else {
        let why = Outcome::cannot_tell("no second task was made");
        return mcp.record_all(&[&EXT_ID, &EXT_UPDATE, &EXT_CANCEL], &why);
    };
    let is_guessed = id == first || id.chars().count() < ID_CHARS_MIN;
    let wrong = is_guessed.then(|| format!("{first}, {id}"));
    mcp.record(&EXT_ID, Ok(Outcome::unless(wrong, "they do")));
    let updated = acknowledged(mcp, "tasks/update", id).await;
    mcp.record(&EXT_UPDATE, updated);
    let cancelled = acknowledged(mcp, "tasks/cancel", id).await;
    mcp.record(&EXT_CANCEL, cancelled);
}

/// Whether a change of a task has an empty result.
async fn acknowledged(
    mcp: &mut Mcp<'_, '_>,
    method: &str,
    id: &str,
) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(&about(method, id).extended(EXTENSION)).await?;
    let is_empty = reply
        .result()
        .is_some_and(|result| result["resultType"] == "complete" && result.get("taskId").is_none());
    if reply.error_code() == Some(INVALID_PARAMS) {
        let now = task(mcp, id).await?.result().unwrap_or_default();
        if now["status"].as_str().is_some_and(|it| FINAL.contains(&it)) {
            return Ok(Outcome::cannot_tell(
                "the task had ended before: name a slower tool",
            ));
        }
    }
    let wrong = (!is_empty).then(|| reply.shown());
    Ok(Outcome::unless(wrong, "it is acknowledged"))
}

/// Asks for the task until it has ended, or a response would have had to come.
async fn ended(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Value, NoResponse> {
    let patience = Duration::from_secs(mcp.bench.args.response_timeout);
    let began = Instant::now();
    loop {
        let reply = task(mcp, id).await?;
        let task = reply.result().unwrap_or_default();
        let goes_on = task["status"] == "working" && began.elapsed() < patience;
        if !goes_on {
            return Ok(task);
        }
        let interval = task["pollIntervalMs"].as_u64().map(Duration::from_millis);
        let interval = interval.unwrap_or(POLL_USUALLY).max(POLL_MIN);
        tokio::time::sleep(interval.min(patience)).await;
    }
}

/// How a task has ended.
fn end(task: &Value) -> Outcome {
    let wrong = match task["status"].as_str() {
        Some("completed") if !task["result"]["content"].is_array() => "no result of tools/call",
        Some("failed") if !task["error"]["code"].is_i64() => "no error of JSON-RPC",
        Some(state) if FINAL.contains(&state) => return Outcome::pass(state),
        Some("input_required") => {
            return Outcome::cannot_tell("the task asks for input, which the check has not");
        }
        Some("working") => "it does not end within --response-timeout",
        _ => "no task",
    };
    Outcome::fail(format!("{wrong}: {task}"))
}

/// Whether a task that has ended keeps its state when it is cancelled.
async fn kept(mcp: &mut Mcp<'_, '_>, id: &str, state: &str) -> Result<Outcome, NoResponse> {
    mcp.ask(&about("tasks/cancel", id).extended(EXTENSION))
        .await?;
    let reply = task(mcp, id).await?;
    let now = reply.result().unwrap_or_default();
    let wrong = (now["status"] != state).then(|| format!("then {}", reply.shown()));
    Ok(Outcome::unless(wrong, state))
}

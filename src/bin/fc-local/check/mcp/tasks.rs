//! Tasks of 2025-11-25, if the server announces them: calls whose result is fetched later.
//!
//! It calls the slow tool alone.

use serde_json::{Value, json};

use super::Mcp;
use super::ask::{Ask, HANDSHAKE_VERSION};
use super::caller::Caller;
use super::place::Place;
use super::reply::Reply;
use super::specs::tasks::{
    TASKS_CANCEL, TASKS_CREATE, TASKS_ELSEWHERE, TASKS_LIST, TASKS_RESULT, TASKS_SUPPORT,
    TASKS_UNKNOWN,
};
use crate::check::client::NoResponse;
use crate::check::row::{Outcome, Spec};

/// An id that no server gives a task.
const NO_TASK: &str = "fc-local-check-none";

/// How long a task is to be kept.
const TASK_TTL_MS: u32 = 60_000;

/// Errors of JSON-RPC.
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

const RELATED_TASK_KEY: &str = "io.modelcontextprotocol/related-task";

/// How the slow tool may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Support {
    /// As a task or not.
    Optional,
    Required,
    Forbidden,
}

/// What takes a task that has been made.
const OF_A_TASK: [&Spec; 3] = [&TASKS_RESULT, &TASKS_CANCEL, &TASKS_ELSEWHERE];

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let speaks = mcp.version.as_deref() == Some(HANDSHAKE_VERSION);
    if !speaks || !mcp.capabilities["tasks"].is_object() {
        let why = Outcome::not_applicable("the server names no tasks among its capabilities");
        mcp.record_all(
            &[&TASKS_CREATE, &TASKS_SUPPORT, &TASKS_UNKNOWN, &TASKS_LIST],
            &why,
        );
        mcp.record_all(&OF_A_TASK, &why);
        return;
    }
    let unknown = unknown(mcp).await;
    mcp.record(&TASKS_UNKNOWN, unknown);
    let task = made(mcp).await;
    let listed = listed(mcp, task.as_deref()).await;
    mcp.record(&TASKS_LIST, listed);
    if let Some(id) = task {
        of_a_task(mcp, &id).await;
    }
}

fn has(mcp: &Mcp<'_, '_>, what: &str) -> bool {
    mcp.capabilities["tasks"][what].is_object()
}

fn about(mcp: &Mcp<'_, '_>, method: &str, id: &str) -> Ask {
    mcp.request(1, method, &json!({ "taskId": id }))
}

async fn unknown(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let mut methods = vec!["tasks/get", "tasks/result"];
    if has(mcp, "cancel") {
        methods.push("tasks/cancel");
    }
    for method in &methods {
        let ask = about(mcp, method, NO_TASK);
        let reply = mcp.ask(&ask).await?;
        if reply.error_code() != Some(INVALID_PARAMS) {
            return Ok(Outcome::fail(format!("{method}: {}", reply.shown())));
        }
    }
    Ok(Outcome::pass(methods.join(", ")))
}

/// Makes a task of the slow tool, if that may be one, and gives its id.
async fn made(mcp: &mut Mcp<'_, '_>) -> Option<String> {
    let Some(support) = support(mcp) else {
        let why = Outcome::cannot_tell("it takes a tool that may be called; --slow-tool NAME");
        mcp.record_all(&[&TASKS_CREATE, &TASKS_SUPPORT], &why);
        mcp.record_all(&OF_A_TASK, &why);
        return None;
    };
    let supported = excluded(mcp, support).await;
    mcp.record(&TASKS_SUPPORT, supported);
    if support == Support::Forbidden {
        let why = Outcome::not_applicable("--slow-tool may not be a task");
        mcp.record_all(&[&TASKS_CREATE], &why);
        mcp.record_all(&OF_A_TASK, &why);
        return None;
    }
    let created = created(mcp).await;
    let id = created.as_ref().ok().and_then(|(_, id)| id.clone());
    mcp.record(&TASKS_CREATE, created.map(|(outcome, _)| outcome));
    if id.is_none() {
        mcp.record_all(&OF_A_TASK, &Outcome::cannot_tell("no task was made"));
    }
    id
}

/// What the list of tools says of the slow tool; `None` without one.
fn support(mcp: &Mcp<'_, '_>) -> Option<Support> {
    let name = &mcp.bench.args.slow_tool.as_ref()?.name;
    let tool = mcp.tools.iter().find(|tool| tool["name"] == **name)?;
    let calls = mcp.capabilities["tasks"]["requests"]["tools"]["call"].is_object();
    Some(match tool["execution"]["taskSupport"].as_str() {
        Some("optional") if calls => Support::Optional,
        Some("required") if calls => Support::Required,
        _ => Support::Forbidden,
    })
}

/// A call of the slow tool.
fn call(mcp: &Mcp<'_, '_>, as_task: bool) -> Ask {
    let tool = mcp.bench.args.slow_tool.as_ref();
    let tool = tool.map(|tool| (tool.name.clone(), tool.arguments.clone()));
    let (name, arguments) = tool.unwrap_or_default();
    let mut params = json!({ "name": name, "arguments": arguments });
    if as_task {
        params["task"] = json!({ "ttl": TASK_TTL_MS });
    }
    mcp.request(1, "tools/call", &params)
}

/// Calls the tool in the way that its `taskSupport` excludes.
async fn excluded(mcp: &mut Mcp<'_, '_>, support: Support) -> Result<Outcome, NoResponse> {
    if support == Support::Optional {
        return Ok(Outcome::not_applicable(
            "--slow-tool may be called both ways",
        ));
    }
    let ask = call(mcp, support == Support::Forbidden);
    let reply = mcp.ask(&ask).await?;
    let is_sound = reply.error_code() == Some(METHOD_NOT_FOUND);
    Ok(Outcome::unless(
        (!is_sound).then(|| reply.shown()),
        reply.shown(),
    ))
}

async fn created(mcp: &mut Mcp<'_, '_>) -> Result<(Outcome, Option<String>), NoResponse> {
    let ask = call(mcp, true);
    let reply = mcp.ask(&ask).await?;
    let task = reply.result().unwrap_or_default()["task"].take();
    let id = task["taskId"].as_str().map(str::to_owned);
    let wrong = wrong_task(&task, "working").map(|wrong| format!("{wrong}: {}", reply.shown()));
    Ok((Outcome::unless(wrong, "it is working"), id))
}

/// What is wrong with the description of a task.
fn wrong_task(task: &Value, status: &str) -> Option<String> {
    let is_ttl = task["ttl"].is_number() || task.get("ttl").is_some_and(Value::is_null);
    let wrong = if !task["taskId"].is_string() {
        "the taskId is no text"
    } else if task["status"] != status {
        return Some(format!("the status is not {status}"));
    } else if !task["createdAt"].is_string() || !task["lastUpdatedAt"].is_string() {
        "no createdAt or no lastUpdatedAt"
    } else if !is_ttl {
        "the ttl is neither a number nor null"
    } else {
        return None;
    };
    Some(wrong.to_owned())
}

async fn listed(mcp: &mut Mcp<'_, '_>, id: Option<&str>) -> Result<Outcome, NoResponse> {
    if !has(mcp, "list") {
        return Ok(Outcome::not_applicable(
            "the server announces no tasks.list",
        ));
    }
    let ask = mcp.request(1, "tasks/list", &json!({}));
    let reply = mcp.ask(&ask).await?;
    let result = reply.result().unwrap_or_default();
    let Some(tasks) = result["tasks"].as_array() else {
        return Ok(Outcome::fail(reply.shown()));
    };
    let goes_on = result["nextCursor"].is_string();
    let is_there = |id: &str| tasks.iter().any(|task| task["taskId"] == id);
    let is_missing = id.is_some_and(|id| !goes_on && !is_there(id));
    let wrong = is_missing.then(|| "the task that was made is missing".to_owned());
    Ok(Outcome::unless(wrong, format!("{} tasks", tasks.len())))
}

async fn of_a_task(mcp: &mut Mcp<'_, '_>, id: &str) {
    let elsewhere = elsewhere(mcp, id).await;
    mcp.record(&TASKS_ELSEWHERE, elsewhere);
    let result = result(mcp, id).await;
    mcp.record(&TASKS_RESULT, result);
    let cancelled = if has(mcp, "cancel") {
        let ask = about(mcp, "tasks/cancel", id);
        let reply = mcp.ask(&ask).await;
        reply.map(|reply| {
            let is_sound = reply.error_code() == Some(INVALID_PARAMS);
            Outcome::unless((!is_sound).then(|| reply.shown()), reply.shown())
        })
    } else {
        Ok(Outcome::not_applicable(
            "the server announces no tasks.cancel",
        ))
    };
    mcp.record(&TASKS_CANCEL, cancelled);
}

/// Asks another instance for the task, as Function Compute does where nothing binds a client to one.
async fn elsewhere(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Outcome, NoResponse> {
    if mcp.session.is_some() {
        return Ok(Outcome::not_applicable("a session leads to its instance"));
    }
    let Place::Command { path } = mcp.place.clone() else {
        return Ok(Outcome::cannot_tell(
            "a URL is one place, and no second instance is known",
        ));
    };
    let other = match mcp.bench.start_beside(None).await {
        Ok(other) => other,
        Err(none) => return Ok(Outcome::cannot_tell(none.to_string())),
    };
    let ask = about(mcp, "tasks/get", id);
    let caller = Caller::to_instance(other.clone(), &path, mcp.bench.args);
    let reply = caller.ask(&ask).await;
    other.instance.kill();
    let reply = reply?;
    let wrong = reply.result().is_none().then(|| reply.shown());
    Ok(Outcome::unless(wrong, "it is known there"))
}

/// Fetches the result, and then the status.
async fn result(mcp: &mut Mcp<'_, '_>, id: &str) -> Result<Outcome, NoResponse> {
    let ask = about(mcp, "tasks/result", id);
    let fetched = mcp.ask(&ask).await?;
    if let Some(wrong) = wrong_result(&fetched, id) {
        return Ok(Outcome::fail(wrong));
    }
    let ask = about(mcp, "tasks/get", id);
    let reply = mcp.ask(&ask).await?;
    let task = reply.result().unwrap_or_default();
    let wrong = wrong_task(&task, "completed").map(|it| format!("then {it}: {}", reply.shown()));
    Ok(Outcome::unless(wrong, "the result, and then completed"))
}

fn wrong_result(reply: &Reply, id: &str) -> Option<String> {
    let Some(result) = reply.result() else {
        return Some(reply.shown());
    };
    let wrong = if !result["content"].is_array() {
        "it is no result of tools/call"
    } else if result["_meta"][RELATED_TASK_KEY]["taskId"] != id {
        "no related-task in _meta"
    } else {
        return None;
    };
    Some(format!("{wrong}: {result}"))
}

//! The extension `io.modelcontextprotocol/tasks` for 2026-07-28, if the server announces it: the server decides which calls become
//! tasks, and a client asks for their results.
//!
//! It calls the slow tool alone.

mod life;

use serde_json::{Value, json};

use super::Mcp;
use super::ask::Ask;
use super::listen::{self, LISTEN};
use super::reply::Reply;
use super::specs::task_extension::{
    EXT_CAPABILITY, EXT_LISTEN, EXT_OLD_METHODS, EXT_OLD_PARAMETER, EXT_UNDECLARED,
    EXT_UNDECLARED_CALL, EXT_UNKNOWN, EXT_UNKNOWN_CHANGE, ROWS,
};
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

const EXTENSION: &str = "io.modelcontextprotocol/tasks";

/// An id that no server gives a task.
const NO_TASK: &str = "fc-local-check-none";

/// A request that no server sends.
const NO_REQUEST: &str = "fc-local-check-unasked";

/// How long a client of 2025-11-25 asks a task to be kept.
const OLD_TTL_MS: u32 = 60_000;

/// Errors of JSON-RPC, and of this version.
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const NO_CAPABILITY: i64 = -32021;

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let capabilities = mcp.discovered.as_ref().map(|it| it["capabilities"].clone());
    let capabilities = capabilities.unwrap_or_default();
    if !capabilities["extensions"][EXTENSION].is_object() {
        let why = "the server names no such extension among its capabilities of 2026-07-28";
        mcp.record_all(ROWS, &Outcome::not_applicable(why));
        return;
    }
    let old = capabilities.get("tasks");
    let wrong = old.map(|old| format!("with tasks: {old}"));
    mcp.record(&EXT_CAPABILITY, Ok(Outcome::unless(wrong, "none")));
    clients_without(mcp).await;
    let unknown = failing(mcp, &["tasks/get"], INVALID_PARAMS).await;
    mcp.record(&EXT_UNKNOWN, unknown);
    let changes = failing(mcp, &["tasks/update", "tasks/cancel"], INVALID_PARAMS).await;
    mcp.record(&EXT_UNKNOWN_CHANGE, changes);
    let old = failing(mcp, &["tasks/result", "tasks/list"], METHOD_NOT_FOUND).await;
    mcp.record(&EXT_OLD_METHODS, old);
    life::judge(mcp).await;
}

/// Judges what clients get that do not know the extension.
async fn clients_without(mcp: &mut Mcp<'_, '_>) {
    let undeclared = undeclared(mcp).await;
    mcp.record(&EXT_UNDECLARED, undeclared);
    let listened = listened(mcp).await;
    mcp.record(&EXT_LISTEN, listened);
    let Some(params) = call(mcp) else {
        let why = Outcome::cannot_tell(life::NEEDS_SLOW);
        mcp.record_all(&[&EXT_UNDECLARED_CALL, &EXT_OLD_PARAMETER], &why);
        return;
    };
    let plain = called(mcp, &params).await;
    mcp.record(&EXT_UNDECLARED_CALL, plain);
    let mut old = params;
    old["task"] = json!({ "ttl": OLD_TTL_MS });
    let old = called(mcp, &old).await;
    mcp.record(&EXT_OLD_PARAMETER, old);
}

/// The parameters of a call of the slow tool, if one is named.
fn call(mcp: &Mcp<'_, '_>) -> Option<Value> {
    let tool = mcp.bench.args.slow_tool.as_ref()?;
    Some(json!({ "name": tool.name, "arguments": tool.arguments }))
}

/// A request about a task.
fn about(method: &str, id: &str) -> Ask {
    let params = match method {
        // A sound response, as to an elicitation: a server may refuse any other before it looks for the request.
        "tasks/update" => json!({
            "taskId": id, "inputResponses": { NO_REQUEST: { "action": "cancel" } },
        }),
        _ => json!({ "taskId": id }),
    };
    Ask::alone(1, method, &params)
}

/// Whether each method fails with this error for a task that is not known.
async fn failing(
    mcp: &mut Mcp<'_, '_>,
    methods: &[&str],
    code: i64,
) -> Result<Outcome, NoResponse> {
    for method in methods {
        let ask = about(method, NO_TASK).extended(EXTENSION);
        let reply = mcp.ask(&ask).await?;
        if reply.error_code() != Some(code) {
            return Ok(Outcome::fail(format!("{method}: {}", reply.shown())));
        }
    }
    Ok(Outcome::pass(format!("error {code}")))
}

async fn undeclared(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let reply = mcp.ask(&about(method, NO_TASK)).await?;
        if reply.status != 400 || !names_extension(&reply) {
            return Ok(Outcome::fail(format!("{method}: {}", reply.shown())));
        }
    }
    Ok(Outcome::pass(format!("400, error {NO_CAPABILITY}")))
}

/// Whether an error says that the client lacks the extension.
fn names_extension(reply: &Reply) -> bool {
    let error = reply.response().unwrap_or_default();
    let required = &error["error"]["data"]["requiredCapabilities"]["extensions"];
    reply.error_code() == Some(NO_CAPABILITY) && required[EXTENSION].is_object()
}

async fn listened(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let params = json!({ "notifications": { "taskIds": [NO_TASK] } });
    let ask = Ask::alone(1, LISTEN, &params);
    let reply = listen::opened(mcp, &ask).await?.reply;
    Ok(match reply.error_code() {
        Some(NO_CAPABILITY) => Outcome::pass(reply.shown()),
        Some(METHOD_NOT_FOUND) => Outcome::not_applicable("the server has no such method"),
        _ => Outcome::fail(reply.shown()),
    })
}

/// Whether a result is the tool's own, or asks for the input that it needs first.
fn is_of_tool(result: &Value) -> bool {
    match result["resultType"].as_str() {
        Some("task") => false,
        Some("input_required") => true,
        _ => result["content"].is_array(),
    }
}

/// Whether a call is answered by its result, or refused to a client without the extension.
async fn called(mcp: &mut Mcp<'_, '_>, params: &Value) -> Result<Outcome, NoResponse> {
    let reply = mcp.ask(&Ask::alone(1, "tools/call", params)).await?;
    let result = reply.result().unwrap_or_default();
    let is_sound = is_of_tool(&result) || names_extension(&reply);
    let wrong = (!is_sound).then(|| reply.shown());
    Ok(Outcome::unless(wrong, reply.shown()))
}

//! A server with one of each, and requests as clients send them.

use std::time::Duration;

use fc_mcp::{
    Call, Contents, Failure, JsonRef, Level, Prompt, PromptResult, Resource, Server, Tool,
    ToolResult,
};
use fc_runtime::http::{Request, Response};
use serde_json::{Value, json};

/// How long a question may wait for its answer; it never takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const BOTH: &str = "application/json, text/event-stream";

pub(crate) fn server() -> Server {
    let text = json!({ "type": "string" });
    let region = json!({ "type": "string", "x-mcp-header": "Region" });
    let shelf = json!({ "type": "integer", "x-mcp-header": "Shelf" });
    let at = json!({ "type": "object", "properties": { "shelf": shelf } });
    let schema =
        json!({ "properties": { "text": text, "region": region, "at": at }, "required": ["text"] });
    let item = |call: &mut Call<'_>| Ok(Contents::text(call.variable("id").unwrap_or_default()));
    let greet = |call: &mut Call<'_>| Ok(PromptResult::user(call.string("name")?).assistant("Hi"));
    Server::new("bench", "1.2.3")
        .instructions("Try it.")
        .tool(
            Tool::new("echo", "Says it again", |call| {
                Ok(call.string("text")?.into())
            })
            .input(schema),
        )
        .tool(Tool::new("steps", "Two steps", steps).streams())
        .tool(Tool::new("name", "Asks for a name", name).streams())
        .tool(Tool::new("sampler", "Needs sampling", |call| {
            call.require("sampling")?;
            Ok("sampled".into())
        }))
        .tool(Tool::new("broken", "Always fails", |_| {
            Err(Failure::tool("out of order"))
        }))
        .tool(Tool::new("panics", "Always panics", |_| panic!("it burst")))
        .tool(Tool::new("panics-late", "In a stream", |_| panic!("it burst")).streams())
        .tool(Tool::new("count", "Counts calls", count))
        .resource(
            Resource::new("bench://bytes", "bytes", |_| Ok(Contents::bytes([0, 255])))
                .media_type("image/png"),
        )
        .resource(Resource::new("bench://items/{id}", "items", item).description("All items"))
        .prompt(Prompt::new("greet", "Greets", greet).argument("name", "Whom", true))
        .logs()
        .method("completion/complete", |_| {
            Ok(fc_mcp::json!({ "completion": { "values": ["a"] } }))
        })
        .capability("completions", json!({}))
}

fn steps(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    call.progress(1.0, call.argument("of").and_then(JsonRef::integer), "half")?;
    call.log(Level::Warning, "halfway")?;
    call.log(Level::Debug, "detail")?;
    Ok("done".into())
}

fn name(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let answer = call.ask("elicitation/create", json!({ "message": "Who?" }), PATIENCE)?;
    let name = answer
        .get("content")
        .and_then(|content| content.get("name"));
    let name = name.and_then(JsonRef::string);
    Ok(name.as_deref().unwrap_or("nobody").into())
}

fn count(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let session = call.session().ok_or_else(|| Failure::tool("no session"))?;
    let count = session.with(|count: &mut u64| {
        *count += 1;
        *count
    });
    Ok(count.to_string().into())
}

pub(crate) fn request(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

pub(crate) fn posted(body: &Value, headers: &[(&str, &str)]) -> Request {
    let mut post = Request::new("POST", "/mcp").with_body(body.to_string());
    for (name, value) in [("Content-Type", "application/json"), ("Accept", BOTH)]
        .iter()
        .chain(headers)
    {
        post = post.with_header(name, value).expect("a sound header");
    }
    post
}

pub(crate) fn send(server: &Server, body: &Value, headers: &[(&str, &str)]) -> Response {
    server.answer(&posted(body, headers)).expect("a response")
}

/// The status and the one message of a response.
pub(crate) fn message(response: Response) -> (u16, Value) {
    let status = response.status();
    let body = response.into_body().expect("a body");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The messages of a stream.
pub(crate) fn messages(response: Response) -> Vec<Value> {
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    let body = String::from_utf8(response.into_body().expect("a body")).expect("text");
    let data = body.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("JSON"))
        .collect()
}

/// The result of a request after a handshake.
pub(crate) fn result(method: &str, params: &Value) -> Value {
    let (status, answer) = message(send(&server(), &request(method, params), &[]));
    assert_eq!((status, &answer["id"]), (200, &json!(7)));
    answer["result"].clone()
}

/// The code of what a request after a handshake fails with.
pub(crate) fn code(method: &str, params: &Value) -> Option<i64> {
    let (status, answer) = message(send(&server(), &request(method, params), &[]));
    assert_eq!(status, 200, "{answer}");
    answer["error"]["code"].as_i64()
}

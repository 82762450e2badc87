//! An MCP server for Alibaba Cloud Function Compute: its clients call `/mcp`.

use std::thread;
use std::time::Duration;

use fc_mcp::{
    Call, Contents, Failure, Prompt, PromptResult, Resource, Server, Tool, ToolResult, json,
};
use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, RuntimeError};

// Because musl's own allocator has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    let server = server();
    let route = move |request: Request, ctx: &Context| route(&server, request, ctx);
    Runtime::new().http(route).run()
}

fn route(server: &Server, request: Request, ctx: &Context) -> Result<Response, Error> {
    // Without a custom domain, the path of a trigger begins with a base path.
    let request = request.below(ctx.base_path());
    match &request.segments()[..] {
        // Anybody may call this server; to prevent that, check `Authorization` here.
        ["mcp"] => server.answer(&request),
        _ => Ok(Response::new(404)),
    }
}

fn server() -> Server {
    let about = |_: &mut Call<'_>| Ok(Contents::text("It greets in Chinese and in English."));
    let welcome = |call: &mut Call<'_>| {
        let name = call.string("name")?;
        Ok(PromptResult::user(format!("Welcome {name} in a poem.")))
    };
    Server::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .instructions("Greets people.")
        .tool(greet_tool())
        .tool(Tool::new("count", "Counts to three, slowly", count).streams())
        .resource(Resource::new("about://greetings", "about", about).media_type("text/plain"))
        .prompt(Prompt::new("welcome", "Welcomes a guest", welcome).argument("name", "Whom", true))
}

/// The model reads the description, the schema, and the message if the tool fails.
fn greet_tool() -> Tool {
    Tool::new("greet", "Greets somebody by name", greet).input(json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "minLength": 1 },
            "language": { "type": "string", "enum": ["en", "zh"], "default": "en" },
        },
        "required": ["name"],
    }))
}

fn greet(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let name = call.string("name")?;
    let language = match call.argument("language") {
        Some(_) => call.string("language")?,
        None => "en".to_owned(),
    };
    match language.as_str() {
        "en" => Ok(format!("Hello {name}!").into()),
        "zh" => Ok(format!("{name},你好!").into()),
        other => Err(Failure::tool(format!("there is no {other}: use en or zh"))),
    }
}

/// A tool that streams reports its progress if the client asks for that.
fn count(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    for step in 1..=3 {
        if call.is_cancelled() {
            return Err(Failure::tool("cancelled"));
        }
        thread::sleep(Duration::from_millis(100));
        call.progress(step, 3, "")?;
    }
    Ok("one, two, three".into())
}

#[cfg(test)]
mod tests {
    use super::{route, server};
    use fc_runtime::Context;
    use fc_runtime::http::Request;
    use fc_runtime::serde_json::{self, Value, json};

    fn call(tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = Request::new("POST", "/mcp")
            .with_header("Content-Type", "application/json")
            .and_then(|request| request.with_header("Accept", "application/json"))
            .expect("sound headers")
            .with_body(body.to_string());
        let response = route(&server(), request, &Context::default()).expect("a response");
        let body = response.into_body().expect("a body");
        serde_json::from_slice::<Value>(&body).expect("JSON")["result"].clone()
    }

    #[test]
    fn somebody_is_greeted_and_a_wrong_language_is_told_to_the_model() {
        let greeted = call("greet", json!({ "name": "Ferris" }));
        assert_eq!(greeted["content"][0]["text"], "Hello Ferris!");
        let failed = call("greet", json!({ "name": "Ferris", "language": "fr" }));
        assert_eq!(failed["isError"], true);
    }

    #[test]
    fn a_tool_that_streams_gives_its_result_alone_where_only_json_is_read() {
        assert_eq!(
            call("count", json!({}))["content"][0]["text"],
            "one, two, three"
        );
    }
}

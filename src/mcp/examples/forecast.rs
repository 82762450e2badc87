//! A weather function that models call: two tools, a resource, a prompt, and progress.
//!
//! Start it by `cargo run --package fc-mcp --example forecast`, and add `http://127.0.0.1:9000/mcp` to a client.

use fc_mcp::{
    Call, Contents, Failure, Prompt, PromptResult, Resource, Server, Tool, ToolResult, json,
};
use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, RuntimeError};

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
        ["mcp"] => server.answer(&request),
        _ => Ok(Response::new(404)),
    }
}

fn server() -> Server {
    let stations = |_: &mut Call<'_>| Ok(Contents::text("Hangzhou\nShanghai\n"));
    let umbrella = |call: &mut Call<'_>| {
        let city = call.string("city")?;
        Ok(PromptResult::user(format!(
            "Shall I take an umbrella in {city} today?"
        )))
    };
    Server::new("forecast", env!("CARGO_PKG_VERSION"))
        .instructions("Ask for the weather of a city. The resource has the cities.")
        .tool(forecast_tool())
        .tool(
            Tool::new("compare", "Which of two cities is warmer", compare).input(json!({
                "type": "object",
                "properties": { "one": { "type": "string" }, "other": { "type": "string" } },
                "required": ["one", "other"],
            })),
        )
        .resource(
            Resource::new("weather://stations", "stations", stations).media_type("text/plain"),
        )
        .prompt(
            Prompt::new("umbrella", "Shall I take one?", umbrella).argument("city", "Where", true),
        )
}

fn forecast_tool() -> Tool {
    Tool::new(
        "forecast",
        "The weather of the next days in a city",
        forecast,
    )
    .input(json!({
        "type": "object",
        "properties": {
            "city": { "type": "string", "minLength": 1 },
            "days": { "type": "integer", "minimum": 1, "maximum": 7, "default": 1 },
        },
        "required": ["city"],
    }))
    .output(json!({
        "type": "object",
        "properties": { "celsius": { "type": "array", "items": { "type": "integer" } } },
        "required": ["celsius"],
    }))
    .streams()
}

fn forecast(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let city = call.string("city")?;
    let days = if call.argument("days").is_some() {
        call.integer("days")?
    } else {
        1
    };
    if !(1..=7).contains(&days) {
        // The model reads this, and calls again.
        return Err(Failure::tool("days must be 1 to 7"));
    }
    let mut celsius = Vec::new();
    for day in 1..=days {
        celsius.push(degrees(&city, day));
        call.progress(day, days, "")?;
    }
    let text = format!("{city}: {celsius:?} degrees");
    Ok(ToolResult::text(text).structured(json!({ "celsius": celsius })))
}

fn compare(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let (one, other) = (call.string("one")?, call.string("other")?);
    let warmer = if degrees(&one, 1) < degrees(&other, 1) {
        other
    } else {
        one
    };
    Ok(ToolResult::text(warmer))
}

/// What a weather service would say.
fn degrees(city: &str, day: i64) -> i64 {
    10 + (city.len() as i64 + day) % 10
}

/// A server is called as any handler is, without a network.
#[cfg(test)]
mod tests {
    use fc_runtime::http::{Request, Response};
    use fc_runtime::serde_json::{self, Value, json};
    use fc_runtime::{Context, Error};

    /// What a client posts to the path of the server.
    fn post(method: &str, params: &Value) -> Result<Response, Error> {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = Request::new("POST", "/mcp")
            .with_header("Content-Type", "application/json")?
            .with_header("Accept", "application/json, text/event-stream")?
            .with_body(message.to_string());
        super::route(&super::server(), request, &Context::default())
    }

    fn result(method: &str, params: &Value) -> Result<Value, Error> {
        let answer: Value = serde_json::from_slice(&post(method, params)?.into_body()?)?;
        Ok(answer["result"].clone())
    }

    /// The messages of a tool that streams.
    fn stream(arguments: &Value) -> Result<Vec<Value>, Error> {
        let meta = json!({ "progressToken": "p" });
        let params = json!({ "name": "forecast", "arguments": arguments, "_meta": meta });
        let body = post("tools/call", &params)?.into_body()?;
        let body = String::from_utf8_lossy(&body);
        let data = body.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| Ok(serde_json::from_str(data)?)).collect()
    }

    #[test]
    fn a_forecast_reports_each_day_and_then_all() -> Result<(), Error> {
        let messages = stream(&json!({ "city": "Hangzhou", "days": 2 }))?;
        let [one, two, last] = &messages[..] else {
            panic!("{messages:?}");
        };
        assert_eq!(
            (&one["params"]["progress"], &two["params"]["progress"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(
            last["result"]["structuredContent"],
            json!({ "celsius": [19, 10] })
        );
        assert_eq!(
            stream(&json!({ "city": "Hangzhou" }))?.len(),
            2,
            "one day, unless asked for"
        );
        Ok(())
    }

    #[test]
    fn a_wrong_number_of_days_is_a_result_that_the_model_reads() -> Result<(), Error> {
        let messages = stream(&json!({ "city": "Hangzhou", "days": 8 }))?;
        let result = &messages[0]["result"];
        assert_eq!(
            (&result["isError"], &result["content"][0]["text"]),
            (&json!(true), &json!("days must be 1 to 7"))
        );
        Ok(())
    }

    #[test]
    fn the_other_tool_the_resource_and_the_prompt_are_there() -> Result<(), Error> {
        let warmer =
            json!({ "name": "compare", "arguments": { "one": "Xi'an", "other": "Shanghai" } });
        assert_eq!(
            result("tools/call", &warmer)?["content"][0]["text"],
            "Shanghai"
        );
        let cities = result("resources/read", &json!({ "uri": "weather://stations" }))?;
        assert_eq!(cities["contents"][0]["text"], "Hangzhou\nShanghai\n");
        let asked = json!({ "name": "umbrella", "arguments": { "city": "Hangzhou" } });
        let text = &result("prompts/get", &asked)?["messages"][0]["content"]["text"];
        assert_eq!(text, "Shall I take an umbrella in Hangzhou today?");
        Ok(())
    }

    #[test]
    fn other_paths_are_not_found_and_the_base_path_of_a_trigger_is_left_out() -> Result<(), Error> {
        let status = |path: &str, base: &str| {
            let ctx = Context::builder().base_path(base).build();
            super::route(&super::server(), Request::new("GET", path), &ctx)
                .map(|response| response.status())
        };
        assert_eq!((status("/", "/")?, status("/mcp", "/")?), (404, 405));
        assert_eq!(status("/proxy/f/mcp", "/proxy/f/")?, 405);
        Ok(())
    }
}

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
    // The address that a trigger has without a domain begins with a base path.
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

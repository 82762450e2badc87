//! Two tools over MCP with fc-mcp: JSON answers, no sessions.

use fc_mcp::{Call, Failure, Server, Tool, ToolResult, json};
use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, RuntimeError};

#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    let server = server();
    Runtime::new()
        .http(move |request, ctx: &Context| route(&server, request, ctx))
        .run()
}

fn route(server: &Server, request: Request, ctx: &Context) -> Result<Response, Error> {
    let request = request.below(ctx.base_path());
    match &request.segments()[..] {
        ["mcp"] => server.answer(&request),
        _ => Ok(Response::new(404)),
    }
}

fn server() -> Server {
    let forecast = Tool::new(
        "forecast",
        "The weather of the next days in a city",
        forecast,
    )
    .input(json!({
        "type": "object",
        "properties": { "city": { "type": "string" }, "days": { "type": "integer" } },
        "required": ["city", "days"],
    }));
    let compare = Tool::new("compare", "Which of two cities is warmer", compare).input(json!({
        "type": "object",
        "properties": { "one": { "type": "string" }, "other": { "type": "string" } },
        "required": ["one", "other"],
    }));
    Server::new("weather", "0.0.0").tool(forecast).tool(compare)
}

fn forecast(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let (city, days) = (call.string("city")?, call.integer("days")?);
    let celsius: Vec<String> = (1..=days)
        .map(|day| degrees(&city, day).to_string())
        .collect();
    Ok(format!("{city}: {} degrees", celsius.join(", ")).into())
}

fn compare(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    let (one, other) = (call.string("one")?, call.string("other")?);
    Ok(ToolResult::text(if degrees(&one, 1) < degrees(&other, 1) {
        other
    } else {
        one
    }))
}

/// What a weather service would say.
fn degrees(city: &str, day: i64) -> i64 {
    10 + (city.len() as i64 + day) % 10
}

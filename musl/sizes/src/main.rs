//! A function whose handler uses what its features name, and nothing else.
//!
//! Owns the handlers. What it may use is what a row of the guide's table says, so that the bytes are those of the row.

#![allow(
    dead_code,
    unused_imports,
    unused_variables,
    reason = "each build uses the handlers of its features alone"
)]

use fc_runtime::http::{Request, Response};
// What `Runtime::invoke_json` reads and writes with; a build may have several handlers one after the other.
use fc_runtime::serde_json::{from_slice, to_vec};
use fc_runtime::{Context, Error, Runtime, RuntimeError};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    #[cfg(feature = "http")]
    let runtime = Runtime::new().http(route);
    #[cfg(feature = "mcp")]
    let server = mcp::server();
    #[cfg(feature = "mcp")]
    let runtime = Runtime::new().http(move |request: Request, _: &Context| server.answer(&request));
    #[cfg(not(any(feature = "http", feature = "mcp")))]
    let runtime = Runtime::new().invoke(handle);
    runtime.run()
}

/// Passes the event through every handler of the build.
fn handle(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
    let event = event.to_vec();
    #[cfg(feature = "timestamp")]
    let event = fc_runtime::Timestamp::now().to_string().into_bytes();
    #[cfg(feature = "format")]
    let event = format(&event)?;
    #[cfg(feature = "threads")]
    let event = std::thread::spawn(move || event).join().unwrap_or_default();
    #[cfg(feature = "chrono")]
    let event = chrono::Utc::now().to_string().into_bytes();
    #[cfg(feature = "fractions")]
    let event = fractions(&event)?;
    #[cfg(feature = "typed")]
    let event = typed(&event)?;
    #[cfg(feature = "value")]
    let event = to_vec(&value(from_slice(&event)?, ctx)?)?;
    #[cfg(feature = "derive")]
    let event = to_vec(&derive::handle(from_slice(&event)?, ctx)?)?;
    #[cfg(feature = "regex-lite")]
    let event = regex_lite::Regex::new("[a-z]+[0-9]")?
        .replace_all(std::str::from_utf8(&event)?, "x")
        .into_owned()
        .into_bytes();
    #[cfg(feature = "regex")]
    let event = regex::Regex::new("[a-z]+[0-9]")?
        .replace_all(std::str::from_utf8(&event)?, "x")
        .into_owned()
        .into_bytes();
    #[cfg(feature = "ureq")]
    let event = ureq::get(std::str::from_utf8(&event)?)
        .call()?
        .body_mut()
        .read_to_vec()?;
    Ok(event)
}

fn route(request: Request, _: &Context) -> Result<Response, Error> {
    Ok(match (request.method(), &request.segments()[..]) {
        ("GET", []) => "Hello World!".into(),
        ("POST", ["echo"]) => request.into_body().into(),
        _ => Response::new(404),
    })
}

fn format(event: &[u8]) -> Result<Vec<u8>, Error> {
    let number: u64 = std::str::from_utf8(event)?.parse()?;
    Ok(format!("{number} and {} more", number / 2).into_bytes())
}

fn fractions(event: &[u8]) -> Result<Vec<u8>, Error> {
    let number: f64 = std::str::from_utf8(event)?.parse()?;
    Ok((number * 1.5).to_string().into_bytes())
}

#[cfg(feature = "typed")]
fn typed(event: &[u8]) -> Result<Vec<u8>, Error> {
    let events = fc_runtime::events::OssEvents::parse(event)?;
    let keys: Vec<&str> = events.records().filter_map(|record| record.key()).collect();
    Ok(keys.join("\n").into_bytes())
}

fn value(
    event: fc_runtime::serde_json::Value,
    _: &Context,
) -> Result<fc_runtime::serde_json::Value, Error> {
    Ok(event["name"].clone())
}

/// An MCP server with one of each.
#[cfg(feature = "mcp")]
mod mcp {
    use fc_mcp::{
        Call, Contents, Failure, Prompt, PromptResult, Resource, Server, Tool, ToolResult, json,
    };

    pub(crate) fn server() -> Server {
        let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] });
        let about = |_: &mut Call<'_>| Ok(Contents::text("about"));
        let welcome = |call: &mut Call<'_>| Ok(PromptResult::user(call.string("name")?));
        Server::new("sizes", "0.0.0")
            .tool(Tool::new("greet", "Greets", greet).input(schema).streams())
            .resource(Resource::new("about://sizes", "about", about))
            .prompt(Prompt::new("welcome", "Welcomes", welcome).argument("name", "Whom", true))
    }

    fn greet(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
        let name = call.string("name")?;
        call.progress(1, 1, "")?;
        Ok(ToolResult::text(name))
    }
}

#[cfg(feature = "derive")]
mod derive {
    use super::{Context, Error};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize)]
    pub(crate) struct Order {
        customer: String,
        lines: Vec<Line>,
    }

    #[derive(Deserialize)]
    struct Line {
        cents: u32,
        pieces: u32,
    }

    #[derive(Serialize)]
    pub(crate) struct Receipt {
        customer: String,
        total: u32,
    }

    pub(crate) fn handle(order: Order, _: &Context) -> Result<Receipt, Error> {
        let total = order
            .lines
            .iter()
            .map(|line| line.cents * line.pieces)
            .sum();
        Ok(Receipt {
            customer: order.customer,
            total,
        })
    }
}

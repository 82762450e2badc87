//! An MCP server in a function of Alibaba Cloud Function Compute.
//!
//! Register tools, resources and prompts with a [`Server`], and let it serve the HTTP calls of [`fc_runtime::Runtime`]:
//!
//! ```no_run
//! use fc_mcp::{Call, Failure, Server, Tool, ToolResult, json};
//! use fc_runtime::{Runtime, RuntimeError};
//!
//! fn add(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
//!     let (a, b) = (call.integer("a")?, call.integer("b")?);
//!     Ok(ToolResult::text(a.saturating_add(b).to_string()))
//! }
//!
//! fn main() -> Result<(), RuntimeError> {
//!     let number = json!({ "type": "integer" });
//!     let tool = Tool::new("add", "Adds two numbers", add)
//!         .input(json!({ "type": "object", "properties": { "a": number, "b": number }, "required": ["a", "b"] }));
//!     let server = Server::new("calculator", "1.0.0").tool(tool);
//!     Runtime::new().http(move |request, _| server.answer(&request)).run()
//! }
//! ```
//!
//! # What it speaks
//!
//! Streamable HTTP, with both eras of the protocol on one path: 2025-03-26, 2025-06-18 and 2025-11-25 with the
//! handshake (`initialize`), and 2026-07-28, in which each request is independent (`server/discover`). A [`Call`] knows
//! its era.
//!
//! A server keeps nothing between two requests, so any instance can serve any of them. With [`Server::sessions`], it
//! keeps a [`Session`] for each client in the memory of its instance, and speaks only the versions with the handshake.
//! Function Compute must then send all requests of a client to that instance (session affinity).
//!
//! # What is not supported
//!
//! - The transport with two paths (HTTP+SSE, 2024-11-05), and stdio, because a function is called over HTTP.
//! - The stream of a `GET`, lists that change, subscriptions, and streams that are resumed. An open stream keeps an
//!   instance busy, which costs money. The specification allows a server to respond with 405, and all clients continue.
//! - Batches, which only 2025-03-26 had and no client sends.
//! - Authorization. Check it in the handler before [`Server::answer`].
//! - JSON Schema as a whole: of a tool's input, what is `required` is checked, and the handler checks the rest.
//!
//! # Layout
//!
//! - `server`: what a server is made of. `http`: the way from an HTTP call to its response; `streamed`: one
//!   that is written while a tool works. `methods`: what each method
//!   gives. `stateless`: what 2026-07-28 asks and adds. `session`: what is kept between calls; `keep`: how a call names it.
//! - `call`: what a handler sees. `tool`, `resource`, `prompt`: what is registered, and what their handlers return; `input`:
//!   what they ask first; `entry`: what all that is registered has in common.
//! - `json`: values that are kept as text: how they are read, written and made. It knows none of the others.
//! - `incoming`, `outgoing`, `failure`, `asked`, `version`: the messages, the errors, the questions to a client, and all fixed names.

mod asked;
mod call;
mod entry;
mod failure;
mod http;
mod incoming;
mod input;
mod json;
mod keep;
mod level;
mod methods;
mod outgoing;
mod prompt;
mod resource;
mod server;
mod session;
mod stateless;
mod streamed;
mod tool;
mod version;

pub use call::Call;
pub use failure::Failure;
pub use input::Input;
#[doc(hidden)]
pub use json::JsonWriter;
pub use json::{Json, JsonError, JsonRef, ToJson};
pub use level::Level;
pub use prompt::{Prompt, PromptResult};
pub use resource::{Contents, Resource};
pub use server::Server;
pub use session::Session;
pub use tool::{Tool, ToolResult};
pub use version::{Era, HANDSHAKE_VERSIONS, STATELESS_VERSION};

/// The page of the guide, whose code is compiled here, where the crate is.
#[cfg(doctest)]
#[doc = include_str!("../guide/mcp_server.md")]
struct Guide;

/// What crates.io shows of the package.
#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;

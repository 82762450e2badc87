//! `Server`, what an MCP server is made of.
//!
//! Owns what is registered. It must not know how a request is read or answered.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::asked::Asked;
use crate::call::Call;
use crate::failure::Failure;
use crate::prompt::Prompt;
use crate::resource::Resource;
use crate::session::Sessions;
use crate::tool::Tool;

/// Pages that a browser may have loaded from the user's own machine: tools of developers.
const LOCAL_ORIGINS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// How many sessions Function Compute lets one instance have, at most.
pub(crate) const SESSIONS_OF_AN_INSTANCE: usize = 200;

type Method = Box<dyn Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync>;

/// An MCP server: what it has, and whom it serves.
///
/// # Examples
///
/// A server is tested without a network, as any handler is:
///
/// ```
/// use fc_mcp::{Server, Tool, ToolResult};
/// use fc_runtime::http::Request;
/// use serde_json::{Value, json};
///
/// let tool = Tool::new("hello", "Says hello", |_| Ok(ToolResult::text("Hello!")));
/// let server = Server::new("greeter", "1.0.0").tool(tool);
/// let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "hello" } });
/// let request = Request::new("POST", "/mcp").with_header("Content-Type", "application/json")?.with_body(body.to_string());
/// let answer: Value = serde_json::from_slice(&server.answer(&request)?.into_body()?)?;
/// assert_eq!(answer["result"]["content"][0]["text"], "Hello!");
/// # Ok::<(), fc_runtime::Error>(())
/// ```
pub struct Server {
    pub(crate) info: Value,
    pub(crate) instructions: Option<String>,
    pub(crate) capabilities: Map<String, Value>,
    pub(crate) origins: Vec<String>,
    pub(crate) tools: Vec<Arc<Tool>>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) methods: Vec<(String, Method)>,
    pub(crate) sessions: Option<Sessions>,
    pub(crate) asked: Arc<Asked>,
}

impl Server {
    /// A server that has nothing yet, with its name and version.
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            info: json!({ "name": name, "version": version }),
            instructions: None,
            capabilities: Map::new(),
            origins: LOCAL_ORIGINS.map(String::from).into(),
            tools: Vec::new(),
            resources: Vec::new(),
            prompts: Vec::new(),
            methods: Vec::new(),
            sessions: None,
            asked: Arc::default(),
        }
    }

    /// How to use the server, for the model.
    #[must_use]
    pub fn instructions(mut self, text: &str) -> Self {
        self.instructions = Some(text.to_owned());
        self
    }

    /// One more tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(Arc::new(tool));
        self.can("tools")
    }

    /// One more resource, or a template of resources. Of two that fit a URI, the first one is read.
    #[must_use]
    pub fn resource(mut self, resource: Resource) -> Self {
        self.resources.push(resource);
        self.can("resources")
    }

    /// One more prompt.
    #[must_use]
    pub fn prompt(mut self, prompt: Prompt) -> Self {
        self.prompts.push(prompt);
        self.can("prompts")
    }

    /// Promises log messages: see [`Call::log`].
    #[must_use]
    pub fn logs(self) -> Self {
        self.can("logging")
    }

    /// Another method of the protocol, such as `completion/complete`; its result is the object that the handler returns. Name
    /// what clients look for with [`capability`](Self::capability).
    #[must_use]
    pub fn method(
        mut self,
        name: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<Value, Failure> + Send + Sync + 'static,
    ) -> Self {
        self.methods.push((name.to_owned(), Box::new(handler)));
        self
    }

    /// A capability, such as `completions`, with what it contains. Those of tools, resources, prompts and logs are there
    /// already.
    #[must_use]
    pub fn capability(mut self, name: &str, value: Value) -> Self {
        self.capabilities.insert(name.to_owned(), value);
        self
    }

    /// Whose pages in a browser may call, in place of those from the user's own machine: origins and hosts as
    /// [`Request::comes_from`](fc_runtime::http::Request::comes_from) takes them. Programs send no `Origin`, and may always.
    #[must_use]
    pub fn origins(mut self, origins: &[&str]) -> Self {
        self.origins = origins.iter().map(|&origin| origin.to_owned()).collect();
        self
    }

    /// Keeps a [`Session`](crate::Session) for each client of the handshake: at most so many, of which the one goes that was not
    /// used for the longest time. Function Compute gives an instance at most 200.
    ///
    /// Requests without `Mcp-Session-Id` are refused then, and `DELETE` ends a session. 2026-07-28 has no sessions, so it is
    /// refused as well, and clients that can do both shake hands.
    #[must_use]
    pub fn sessions(mut self, most: usize) -> Self {
        self.sessions = Some(Sessions::at_most(most.min(SESSIONS_OF_AN_INSTANCE)));
        self
    }

    fn can(mut self, capability: &str) -> Self {
        self.capabilities
            .entry(capability)
            .or_insert_with(|| json!({}));
        self
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("info", &self.info)
            .field("tools", &self.tools)
            .field("resources", &self.resources)
            .field("prompts", &self.prompts)
            .finish_non_exhaustive()
    }
}

//! `Server`, what an MCP server is made of.
//!
//! Owns what is registered. It must not know how a request is read or answered.

use std::fmt;
use std::sync::Arc;

use fc_runtime::Error;
use fc_runtime::http::{Request, Response};

use crate::call::Call;
use crate::entry::{Entry, Kind};
use crate::failure::Failure;
use crate::json::Part::Text;
use crate::json::{Json, Object, ToJson, object};
use crate::keep::Keep;
use crate::methods::{SET_LEVEL, is_own, set_level};
use crate::prompt::Prompt;
use crate::resource::Resource;
use crate::session::Sessions;
use crate::tool::Tool;

/// Pages that a browser may have loaded from the user's own machine: tools of developers.
const LOCAL_ORIGINS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The capability that has a method only where it is announced.
const LOGGING: &str = "logging";

/// How many sessions Function Compute lets one instance have, at most.
pub(crate) const SESSIONS_OF_AN_INSTANCE: usize = 200;

/// An MCP server: what it has, and whom it serves.
///
/// # Examples
///
/// Test a server without a network, like any handler:
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
pub struct Server(Box<Parts>);

/// What a server is made of. A server is a pointer to it, since it is passed on by value while it is built.
pub(crate) struct Parts {
    /// The name and version, as an object.
    pub(crate) info: String,
    pub(crate) instructions: Option<String>,
    pub(crate) capabilities: Object,
    pub(crate) origins: Vec<String>,
    /// What is registered, in this order.
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) sessions: Option<Box<dyn Keep>>,
}

impl Server {
    /// An empty server with this name and version.
    pub fn new(name: &str, version: &str) -> Self {
        let info = object(&[("name", Text(name)), ("version", Text(version))]);
        Self(Box::new(Parts {
            info,
            instructions: None,
            capabilities: Object::new(),
            origins: owned(&LOCAL_ORIGINS),
            entries: Vec::new(),
            sessions: None,
        }))
    }

    /// Serves one HTTP call, whatever its path: routing is up to your function.
    ///
    /// # Errors
    ///
    /// The instance has no random numbers for the id of a session.
    pub fn answer(&self, request: &Request) -> Result<Response, Error> {
        self.0.answer(request)
    }

    /// How to use the server, for the model.
    #[must_use]
    pub fn instructions(mut self, text: &str) -> Self {
        self.0.instructions = Some(text.to_owned());
        self
    }

    /// One more tool.
    ///
    /// # Panics
    ///
    /// There is a tool of this name already.
    #[must_use]
    pub fn tool(self, tool: Tool) -> Self {
        self.with("tools", tool.0)
    }

    /// One more resource, or a template of resources. If several fit a URI, the first one is read.
    #[must_use]
    pub fn resource(self, resource: Resource) -> Self {
        self.with("resources", resource.0)
    }

    /// One more prompt.
    ///
    /// # Panics
    ///
    /// There is a prompt of this name already.
    #[must_use]
    pub fn prompt(self, prompt: Prompt) -> Self {
        self.with("prompts", prompt.0)
    }

    /// Announces log messages to clients: see [`Call::log`].
    #[must_use]
    pub fn logs(mut self) -> Self {
        if self.0.find(Kind::Method, SET_LEVEL).is_none() {
            let set_level = Box::new(set_level);
            let entry = Entry::new(Kind::Method, SET_LEVEL, Object::new(), set_level);
            self.0.register(entry);
        }
        self.can(LOGGING)
    }

    /// Another method of the protocol, such as `completion/complete`; its result is the object that the handler returns. Name
    /// what clients look for with [`capability`](Self::capability).
    ///
    /// # Panics
    ///
    /// The server answers the method itself, as `tools/list`, or it is there already.
    #[must_use]
    pub fn method(
        mut self,
        name: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<Json, Failure> + Send + Sync + 'static,
    ) -> Self {
        assert!(
            !is_own(name),
            "{name} is answered by the server itself: register its tools, resources or prompts"
        );
        let handler = move |call: &mut Call<'_>| Ok(Object::known(handler(call)?));
        let entry = Entry::new(Kind::Method, name, Object::new(), Box::new(handler));
        self.0.register(entry);
        self
    }

    /// A capability, such as `completions`, with what it contains. Those of tools, resources, prompts and logs are there
    /// already.
    #[must_use]
    pub fn capability(mut self, name: &str, value: impl ToJson) -> Self {
        if name == LOGGING {
            self = self.logs();
        }
        self.0.capabilities.set(name, value.to_json().as_json());
        self
    }

    /// Which pages in a browser may call, instead of those from the user's own machine: origins and hosts as for
    /// [`Request::comes_from`](fc_runtime::http::Request::comes_from). Programs may always call, because they send no
    /// `Origin`.
    #[must_use]
    pub fn origins(mut self, origins: &[&str]) -> Self {
        self.0.origins = owned(origins);
        self
    }

    /// Keeps a [`Session`](crate::Session) for each client of the handshake: at most so many, of which the one goes that was not
    /// used for the longest time. Function Compute gives an instance at most 200.
    ///
    /// The server then refuses requests without `Mcp-Session-Id`, and `DELETE` ends a session. It also refuses
    /// 2026-07-28, which has no sessions, so clients that can do both use the handshake.
    #[must_use]
    pub fn sessions(mut self, most: usize) -> Self {
        let sessions = Sessions::at_most(most.min(SESSIONS_OF_AN_INSTANCE));
        self.0.sessions = Some(Box::new(sessions));
        self
    }

    fn can(mut self, capability: &str) -> Self {
        self.0.capabilities.set_if_missing(capability, "{}");
        self
    }

    fn with(mut self, capability: &str, entry: Box<Entry>) -> Self {
        self.0.register(entry);
        self.can(capability)
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

impl Parts {
    fn register(&mut self, entry: Box<Entry>) {
        let has_own_name = !matches!(entry.kind, Kind::Resource | Kind::Template);
        // Clients would be shown both, and would get the first one.
        assert!(
            !has_own_name || self.find(entry.kind, &entry.name).is_none(),
            "a name is registered twice: give each tool, prompt and method its own"
        );
        self.entries.push(entry.into());
    }

    /// What has this name.
    pub(crate) fn find(&self, kind: Kind, name: &str) -> Option<&Arc<Entry>> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.kind == kind && entry.name == name)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("info", &self.0.info)
            .field("entries", &self.0.entries)
            .finish_non_exhaustive()
    }
}

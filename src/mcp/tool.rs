//! Tools: what a model may call, and what it gets.
//!
//! Owns the description of a tool and the form of its result. It must not know how a call reaches it.

use std::fmt;

use fc_runtime::base64;
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;

type Handler = Box<dyn Fn(&mut Call<'_>) -> Result<ToolResult, Failure> + Send + Sync>;

/// A function that a model may call.
pub struct Tool {
    pub(crate) description: Value,
    pub(crate) streams: bool,
    handler: Handler,
}

impl Tool {
    /// A tool without arguments. The description is what the model chooses it by.
    pub fn new(
        name: &str,
        description: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<ToolResult, Failure> + Send + Sync + 'static,
    ) -> Self {
        let input = json!({ "type": "object" });
        Self {
            description: json!({ "name": name, "description": description, "inputSchema": input }),
            streams: false,
            handler: Box::new(handler),
        }
    }

    /// The JSON Schema of the arguments, which are an object. A call without an argument that it names as `required` fails
    /// before the handler sees it. `"x-mcp-header": "Name"` at an argument has clients of 2026-07-28 repeat it in the header
    /// `Mcp-Param-Name`, so that gateways can route by it; this server checks that both are the same.
    #[must_use]
    pub fn input(self, schema: Value) -> Self {
        self.field("inputSchema", schema)
    }

    /// The JSON Schema of [`ToolResult::structured`].
    #[must_use]
    pub fn output(self, schema: Value) -> Self {
        self.field("outputSchema", schema)
    }

    /// Another field of the description, such as `title` or `annotations`.
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.description[name] = value;
        self
    }

    /// The response is a stream of events, if the client reads such: what the handler says before its result arrives at
    /// once, and a comment every 15 seconds keeps the connection alive while it is silent.
    ///
    /// It costs a second thread for each call, and the status is sent before the handler runs.
    #[must_use]
    pub fn streams(mut self) -> Self {
        self.streams = true;
        self
    }

    pub(crate) fn name(&self) -> &str {
        self.description["name"].as_str().unwrap_or_default()
    }

    /// The result of a call. What the tool fails with is one too.
    pub(crate) fn call(&self, call: &mut Call<'_>) -> Result<Value, Failure> {
        let required = self.description["inputSchema"]["required"].as_array();
        let mut names = required.into_iter().flatten().filter_map(Value::as_str);
        let result = match names.find(|name| call.argument(name).is_none()) {
            Some(missing) => Err(Failure::tool(format!("{missing} is required"))),
            None => (self.handler)(call),
        };
        match result {
            Ok(result) => Ok(Value::Object(result.0)),
            Err(failure) if failure.code().is_none() => Ok(Value::Object(
                ToolResult::text(failure.message()).failed().0,
            )),
            Err(failure) => Err(failure),
        }
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tool")
            .field("description", &self.description)
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

/// What a tool gives.
///
/// # Examples
///
/// ```
/// use fc_mcp::ToolResult;
/// use serde_json::json;
///
/// let result = ToolResult::text("12 degrees").structured(json!({ "celsius": 12 }));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolResult(Map<String, Value>);

impl ToolResult {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default().field("content", json!([]))
    }

    /// A text for the model.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new().and(json!({ "type": "text", "text": text.into() }))
    }

    /// An image, with its media type.
    pub fn image(bytes: impl AsRef<[u8]>, media_type: &str) -> Self {
        Self::new()
            .and(json!({ "type": "image", "data": base64::encode(bytes), "mimeType": media_type }))
    }

    /// A sound, with its media type.
    pub fn audio(bytes: impl AsRef<[u8]>, media_type: &str) -> Self {
        Self::new()
            .and(json!({ "type": "audio", "data": base64::encode(bytes), "mimeType": media_type }))
    }

    /// The same result with one more piece of content, as the protocol writes it: such as a `resource_link`.
    #[must_use]
    pub fn and(mut self, content: Value) -> Self {
        let list = self.0.entry("content").or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(content);
        }
        self
    }

    /// The same result with a value for programs. Give a text too: not every client shows this one to the model.
    #[must_use]
    pub fn structured(self, value: Value) -> Self {
        self.field("structuredContent", value)
    }

    /// The same result as an error, as [`Failure::tool`] is one.
    #[must_use]
    pub fn failed(self) -> Self {
        self.field("isError", true.into())
    }

    /// Another field of the result, such as `_meta`.
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }
}

impl From<Input> for ToolResult {
    fn from(input: Input) -> Self {
        Self(input.0)
    }
}

impl From<&str> for ToolResult {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for ToolResult {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

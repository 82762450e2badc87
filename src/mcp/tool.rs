//! Tools: what a model may call, and what it gets.
//!
//! Owns the description of a tool and the form of its result. It must not know how a call reaches it.

use crate::call::Call;
use crate::entry::{Entry, Handler, Kind};
use crate::failure::Failure;
use crate::input::Input;
use crate::json::Part::{Raw, Text};
use crate::json::{Json, JsonRef, Object, ToJson, joined, object, text_content};
use fc_runtime::base64;

/// A function that a model may call.
#[derive(Debug)]
pub struct Tool(pub(crate) Box<Entry>);

impl Tool {
    /// A tool without arguments. The model chooses a tool by its description.
    pub fn new(
        name: &str,
        description: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<ToolResult, Failure> + Send + Sync + 'static,
    ) -> Self {
        let handler = move |call: &mut Call<'_>| Ok(handler(call)?.0);
        Self::with(name, description, Box::new(handler))
    }

    fn with(name: &str, description: &str, handler: Handler) -> Self {
        let description = [("name", Text(name)), ("description", Text(description))];
        let description = Object::with(&description);
        Self(Entry::new(Kind::Tool, name, description, handler))
    }

    /// The JSON Schema of the arguments, which are an object; its `type` is added if it is missing. A call without a
    /// `required` argument fails before the handler runs. With `"x-mcp-header": "Name"` at an argument, clients of
    /// 2026-07-28 repeat it in the header `Mcp-Param-Name`, so that gateways can route by it; the server checks that
    /// both are the same.
    #[must_use]
    pub fn input(self, schema: impl ToJson) -> Self {
        self.field("inputSchema", schema)
    }

    /// The JSON Schema of [`ToolResult::structured`].
    #[must_use]
    pub fn output(self, schema: impl ToJson) -> Self {
        self.field("outputSchema", schema)
    }

    /// Another field of the description, such as `title` or `annotations`. It cannot be `name`, because a tool is
    /// called by the name from [`new`](Self::new).
    #[must_use]
    pub fn field(mut self, name: &str, value: impl ToJson) -> Self {
        self.set(name, value.to_json());
        self
    }

    fn set(&mut self, name: &str, value: Json) {
        if name == "inputSchema" {
            // For npm's client one tool without it makes the whole list unreadable.
            let mut schema = Object::from(value);
            schema.set_if_missing("type", r#""object""#);
            self.0.schema = Json::known(schema.into_string());
        } else {
            self.0.description.set(name, value.as_json());
        }
    }

    /// Makes the response a stream of events, if the client accepts one. Messages from the handler then arrive before
    /// the result, at once, and a comment every 15 seconds keeps the connection alive while the handler is silent.
    ///
    /// Each call then takes a second thread, and the status is sent before the handler runs.
    #[must_use]
    pub fn streams(mut self) -> Self {
        self.0.streams = true;
        self
    }
}

/// The result of a call. What the tool fails with is one too.
pub(crate) fn call(tool: &Entry, call: &mut Call<'_>) -> Result<Object, Failure> {
    let required = tool.schema.get("required").unwrap_or(JsonRef::NULL);
    let mut names = required.items().filter_map(JsonRef::string);
    let result = match names.find(|name| call.argument(name).is_none()) {
        Some(missing) => Err(Failure::tool(joined(&[&missing, " is required"]))),
        None => (tool.handler)(call),
    };
    match result {
        Err(failure) if failure.code().is_none() => {
            Ok(ToolResult::text(failure.message()).failed().0)
        }
        result => result,
    }
}

/// What a tool gives.
///
/// # Examples
///
/// ```
/// use fc_mcp::{ToolResult, json};
///
/// let result = ToolResult::text("12 degrees").structured(json!({ "celsius": 12 }));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult(Object);

impl ToolResult {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(Object::with(&[("content", Raw("[]"))]))
    }

    /// A text for the model.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of_text(&text.into())
    }

    fn of_text(text: &str) -> Self {
        Self::of(&text_content(text))
    }

    /// An image, with its media type.
    pub fn image(bytes: impl AsRef<[u8]>, media_type: &str) -> Self {
        Self::media("image", bytes.as_ref(), media_type)
    }

    /// A sound, with its media type.
    pub fn audio(bytes: impl AsRef<[u8]>, media_type: &str) -> Self {
        Self::media("audio", bytes.as_ref(), media_type)
    }

    /// The same result with one more piece of content, as the protocol writes it: such as a `resource_link`.
    #[must_use]
    pub fn and(mut self, content: impl ToJson) -> Self {
        self.0.push("content", content.to_json().as_json());
        self
    }

    /// The same result with a value for programs. Add a text, too, because not every client shows this value to the
    /// model.
    #[must_use]
    pub fn structured(self, value: impl ToJson) -> Self {
        self.field("structuredContent", value)
    }

    /// The same result, marked as an error, like [`Failure::tool`].
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.0.set("isError", "true");
        self
    }

    /// Another field of the result, such as `_meta`.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl ToJson) -> Self {
        self.0.set(name, value.to_json().as_json());
        self
    }

    fn media(kind: &str, bytes: &[u8], media_type: &str) -> Self {
        Self::of(&object(&[
            ("type", Text(kind)),
            ("data", Text(&base64::encode(bytes))),
            ("mimeType", Text(media_type)),
        ]))
    }

    fn of(content: &str) -> Self {
        let list = joined(&["[", content, "]"]);
        Self(Object::with(&[("content", Raw(&list))]))
    }
}

impl Default for ToolResult {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Input> for ToolResult {
    fn from(input: Input) -> Self {
        Self(input.0)
    }
}

impl From<&str> for ToolResult {
    fn from(text: &str) -> Self {
        Self::of_text(text)
    }
}

impl From<String> for ToolResult {
    fn from(text: String) -> Self {
        Self::of_text(&text)
    }
}

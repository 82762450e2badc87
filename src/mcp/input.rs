//! `Input`, the questions that a result asks in 2026-07-28 instead of an answer.
//!
//! Owns the form of such a result. It must not know what is asked, nor which handler asks.

use crate::json::Part::{Raw, Text};
use crate::json::{Object, ToJson, object};

/// Questions instead of a result: the client answers them and calls again. Only in 2026-07-28; after a handshake, use
/// [`Call::ask`](crate::Call::ask).
///
/// Check first with [`Call::require`](crate::Call::require) that the client can answer.
///
/// # Examples
///
/// ```
/// use fc_mcp::{Call, Failure, Input, ToolResult, json};
///
/// fn greet(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
///     call.require("elicitation")?;
///     let Some(answer) = call.input("who") else {
///         let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
///         let question = json!({ "mode": "form", "message": "What is your name?", "requestedSchema": schema });
///         return Ok(Input::ask("who", "elicitation/create", question).into());
///     };
///     let name = answer.get("content").and_then(|content| content.get("name")?.string());
///     Ok(format!("Hello, {}!", name.as_deref().unwrap_or("you")).into())
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Input(pub(crate) Object);

impl Input {
    /// A question, such as `elicitation/create` or `sampling/createMessage`. [`Call::input`](crate::Call::input)
    /// returns its answer under this name.
    pub fn ask(name: &str, method: &str, params: impl ToJson) -> Self {
        let fields = Object::with(&[("resultType", Text("input_required"))]);
        Self(fields).and(name, method, params)
    }

    /// The same questions and one more.
    #[must_use]
    pub fn and(mut self, name: &str, method: &str, params: impl ToJson) -> Self {
        self.put(name, method, params.to_json().as_json());
        self
    }

    fn put(&mut self, name: &str, method: &str, params: &str) {
        let question = object(&[("method", Text(method)), ("params", Raw(params))]);
        let questions = self.0.get("inputRequests");
        let mut questions = questions.map_or_else(Object::new, Object::of);
        questions.set(name, &question);
        self.0.set("inputRequests", questions.as_str());
    }

    /// State that the client sends back unchanged, and that [`Call::state`](crate::Call::state) then returns; the
    /// server keeps nothing. The client can read and change it, so check it like any other input, or sign it.
    #[must_use]
    pub fn state(mut self, state: &str) -> Self {
        self.0.set_text("requestState", state);
        self
    }
}

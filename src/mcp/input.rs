//! `Input`, the questions that a result asks in 2026-07-28 in place of an answer.
//!
//! Owns the form of such a result. It must not know what is asked, nor which handler asks.

use serde_json::{Map, Value, json};

/// No result yet: questions that the client answers first, and then it calls again. Only in 2026-07-28: after a handshake,
/// [`Call::ask`](crate::Call::ask) asks.
///
/// Check with [`Call::require`](crate::Call::require) before that the client can answer.
///
/// # Examples
///
/// ```
/// use fc_mcp::{Call, Failure, Input, ToolResult};
/// use serde_json::json;
///
/// fn greet(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
///     call.require("elicitation")?;
///     let Some(answer) = call.input("who") else {
///         let schema = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
///         let question = json!({ "mode": "form", "message": "What is your name?", "requestedSchema": schema });
///         return Ok(Input::ask("who", "elicitation/create", question).into());
///     };
///     Ok(format!("Hello, {}!", answer["content"]["name"].as_str().unwrap_or("you")).into())
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Input(pub(crate) Map<String, Value>);

impl Input {
    /// A question, such as `elicitation/create` or `sampling/createMessage`, whose answer
    /// [`Call::input`](crate::Call::input) has by this name.
    pub fn ask(name: &str, method: &str, params: Value) -> Self {
        let mut fields = Map::new();
        fields.insert("resultType".to_owned(), "input_required".into());
        Self(fields).and(name, method, params)
    }

    /// The same and one more question.
    #[must_use]
    pub fn and(mut self, name: &str, method: &str, params: Value) -> Self {
        let mut question = json!({ "method": method });
        question["params"] = params;
        let questions = self.0.entry("inputRequests").or_insert_with(|| json!({}));
        questions[name] = question;
        self
    }

    /// What the client sends back as it is, and [`Call::state`](crate::Call::state) has then: nothing is kept here. The client
    /// can read and change it, so check it as any other input, or sign it.
    #[must_use]
    pub fn state(mut self, state: &str) -> Self {
        self.0.insert("requestState".to_owned(), state.into());
        self
    }
}

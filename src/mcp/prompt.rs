//! Prompts: what a user may choose to say to the model.
//!
//! Owns the description of a prompt and the form of its messages. It must not know how a call reaches it.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;

type Handler = Box<dyn Fn(&mut Call<'_>) -> Result<PromptResult, Failure> + Send + Sync>;

/// Words that a user may choose to say to the model.
pub struct Prompt {
    pub(crate) description: Value,
    handler: Handler,
}

impl Prompt {
    /// A prompt without arguments.
    pub fn new(
        name: &str,
        description: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<PromptResult, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            description: json!({ "name": name, "description": description }),
            handler: Box::new(handler),
        }
    }

    /// The same prompt with one more argument, which is a string. Without one that is required, it fails before the handler
    /// sees it.
    #[must_use]
    pub fn argument(mut self, name: &str, description: &str, required: bool) -> Self {
        let arguments = self.description["arguments"].take();
        let mut arguments = match arguments {
            Value::Array(arguments) => arguments,
            _ => Vec::new(),
        };
        arguments.push(json!({ "name": name, "description": description, "required": required }));
        self.description["arguments"] = arguments.into();
        self
    }

    /// Another field of the description, such as `title`.
    #[must_use]
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self.description[name] = value;
        self
    }

    pub(crate) fn name(&self) -> &str {
        self.description["name"].as_str().unwrap_or_default()
    }

    pub(crate) fn get(&self, call: &mut Call<'_>) -> Result<Value, Failure> {
        let arguments = self.description.get("arguments").and_then(Value::as_array);
        for argument in arguments.into_iter().flatten() {
            let name = argument["name"].as_str().unwrap_or_default();
            if argument["required"] == true && call.argument(name).is_none() {
                return Err(Failure::params(format!("the argument {name} is required")));
            }
        }
        Ok(Value::Object((self.handler)(call)?.0))
    }
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt")
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

/// The messages of a prompt.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PromptResult(Map<String, Value>);

impl PromptResult {
    /// What the user says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::default().and("user", text_content(&text.into()))
    }

    /// The same messages, followed by what the assistant says.
    #[must_use]
    pub fn assistant(self, text: impl Into<String>) -> Self {
        self.and("assistant", text_content(&text.into()))
    }

    /// The same messages and one more, with content as the protocol writes it: such as an image.
    #[must_use]
    pub fn and(mut self, role: &str, content: Value) -> Self {
        let mut message = json!({ "role": role });
        message["content"] = content;
        let messages = self.0.entry("messages").or_insert_with(|| json!([]));
        if let Value::Array(messages) = messages {
            messages.push(message);
        }
        self
    }
}

impl From<Input> for PromptResult {
    fn from(input: Input) -> Self {
        Self(input.0)
    }
}

fn text_content(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

//! Prompts: what a user may choose to say to the model.
//!
//! Owns the description of a prompt and the form of its messages. It must not know how a call reaches it.

use std::fmt;

use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;
use crate::json::Part::{Raw, Text};
use crate::json::{JsonRef, Object, ToJson, object, text_content};

type Handler = Box<dyn Fn(&mut Call<'_>) -> Result<PromptResult, Failure> + Send + Sync>;

/// Words that a user may choose to say to the model.
pub struct Prompt {
    pub(crate) name: String,
    pub(crate) description: Object,
    handler: Handler,
}

impl Prompt {
    /// A prompt without arguments.
    pub fn new(
        name: &str,
        description: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<PromptResult, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::with(name, description, Box::new(handler))
    }

    fn with(name: &str, description: &str, handler: Handler) -> Self {
        Self {
            name: name.to_owned(),
            description: Object::with(&[("name", Text(name)), ("description", Text(description))]),
            handler,
        }
    }

    /// The same prompt with one more argument, which is a string. If a required argument is missing, the call fails
    /// before the handler runs.
    #[must_use]
    pub fn argument(mut self, name: &str, description: &str, required: bool) -> Self {
        let argument = object(&[
            ("name", Text(name)),
            ("description", Text(description)),
            ("required", Raw(if required { "true" } else { "false" })),
        ]);
        self.description.push("arguments", &argument);
        self
    }

    /// Another field of the description, such as `title`. It cannot be `name`, because a prompt is found by the name
    /// from [`new`](Self::new).
    #[must_use]
    pub fn field(mut self, name: &str, value: impl ToJson) -> Self {
        self.description.set(name, value.to_json().as_json());
        self
    }

    pub(crate) fn get(&self, call: &mut Call<'_>) -> Result<String, Failure> {
        let arguments = self.description.get("arguments").unwrap_or(JsonRef::NULL);
        for argument in arguments.items() {
            let is_required = argument.get("required").and_then(JsonRef::boolean) == Some(true);
            let name = argument
                .get("name")
                .and_then(JsonRef::string)
                .unwrap_or_default();
            if is_required && call.argument(&name).is_none() {
                return Err(Failure::params(format!("the argument {name} is required")));
            }
        }
        Ok((self.handler)(call)?.0.into_string())
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
pub struct PromptResult(Object);

impl PromptResult {
    /// What the user says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::default().say("user", &text_content(&text.into()))
    }

    /// The same messages, followed by what the assistant says.
    #[must_use]
    pub fn assistant(self, text: impl Into<String>) -> Self {
        self.say("assistant", &text_content(&text.into()))
    }

    /// The same messages and one more, with content as the protocol writes it: such as an image.
    #[must_use]
    pub fn and(self, role: &str, content: impl ToJson) -> Self {
        self.say(role, content.to_json().as_json())
    }

    fn say(mut self, role: &str, content: &str) -> Self {
        let message = object(&[("role", Text(role)), ("content", Raw(content))]);
        self.0.push("messages", &message);
        self
    }
}

impl From<Input> for PromptResult {
    fn from(input: Input) -> Self {
        Self(input.0)
    }
}

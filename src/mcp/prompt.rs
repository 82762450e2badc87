//! Prompts: what a user may choose to say to the model.
//!
//! Owns the description of a prompt and the form of its messages. It must not know how a call reaches it.

use crate::call::Call;
use crate::entry::{Entry, Handler, Kind};
use crate::failure::Failure;
use crate::input::Input;
use crate::json::Part::{Raw, Text};
use crate::json::{JsonRef, Object, ToJson, joined, object, text_content};

/// Words that a user may choose to say to the model.
#[derive(Debug)]
pub struct Prompt(pub(crate) Box<Entry>);

impl Prompt {
    /// A prompt without arguments.
    pub fn new(
        name: &str,
        description: &str,
        handler: impl Fn(&mut Call<'_>) -> Result<PromptResult, Failure> + Send + Sync + 'static,
    ) -> Self {
        let handler = move |call: &mut Call<'_>| Ok(handler(call)?.0);
        Self::with(name, description, Box::new(handler))
    }

    fn with(name: &str, description: &str, handler: Handler) -> Self {
        let description = [("name", Text(name)), ("description", Text(description))];
        let description = Object::with(&description);
        Self(Entry::new(Kind::Prompt, name, description, handler))
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
        self.0.description.push("arguments", &argument);
        self
    }

    /// Another field of the description, such as `title`. It cannot be `name`, because a prompt is found by the name
    /// from [`new`](Self::new).
    #[must_use]
    pub fn field(mut self, name: &str, value: impl ToJson) -> Self {
        self.0.description.set(name, value.to_json().as_json());
        self
    }
}

/// The result of a call.
pub(crate) fn get(prompt: &Entry, call: &mut Call<'_>) -> Result<Object, Failure> {
    let arguments = prompt.description.get("arguments");
    for argument in arguments.unwrap_or(JsonRef::NULL).items() {
        let is_required = argument.get("required").and_then(JsonRef::boolean) == Some(true);
        let name = argument.get("name").and_then(JsonRef::string);
        let name = name.unwrap_or_default();
        if is_required && call.argument(&name).is_none() {
            let why = joined(&["the argument ", &name, " is required"]);
            return Err(Failure::params(why));
        }
    }
    (prompt.handler)(call)
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

//! What tools, resources, prompts and other methods have in common: a name, a description and a handler.
//!
//! Owns the kinds of them. It must not know what a handler is given or gives.

use std::fmt;

use crate::call::Call;
use crate::failure::Failure;
use crate::json::{Json, Object};

/// The schema of a tool that has none. For npm's client one tool without it makes the whole list unreadable.
const ANY_OBJECT: &str = r#"{"type":"object"}"#;

/// What was registered. All kinds are one type in one list: each type more would have its own code that grows a list of it,
/// searches it and drops it. It is in a box while it is built, because it is passed on by value then.
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// Of a resource, its URI or its template.
    pub(crate) name: String,
    /// What clients are shown, but for the schema.
    pub(crate) description: Object,
    /// Of a tool's input. It is not in the description, where each call would have to find it.
    pub(crate) schema: Json,
    /// Whether a tool may say something before its result.
    pub(crate) streams: bool,
    pub(crate) handler: Handler,
}

pub(crate) type Handler = Box<dyn Fn(&mut Call<'_>) -> Result<Object, Failure> + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Prompt,
    Resource,
    Template,
    Method,
}

impl Entry {
    pub(crate) fn new(kind: Kind, name: &str, description: Object, handler: Handler) -> Box<Self> {
        Box::new(Self {
            kind,
            name: name.to_owned(),
            description,
            schema: Json::known(ANY_OBJECT.to_owned()),
            streams: false,
            handler,
        })
    }

    /// Adds all that clients are shown to a text.
    pub(crate) fn push_to(&self, text: &mut String) {
        let description = self.description.as_str();
        if self.kind == Kind::Tool {
            let schema = self.schema.as_json();
            let open = &description[..description.len() - 1];
            text.extend([open, r#","inputSchema":"#, schema, "}"]);
        } else {
            text.push_str(description);
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("description", &self.description)
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

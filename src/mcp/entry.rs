//! What tools, resources, prompts and other methods have in common: a name, a description and a handler.
//!
//! Owns the lists that they stand in. It must not know what a handler is given or gives.

use std::fmt;

use crate::call::Call;
use crate::failure::Failure;
use crate::json::{Json, Object};

/// What was registered. All kinds are one type in one list: each type more would have its own code that grows a list of it,
/// searches it and drops it.
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

/// A list that clients ask for.
pub(crate) struct List {
    pub(crate) kind: Kind,
    pub(crate) method: &'static str,
    pub(crate) capability: &'static str,
    /// The name of the list in the result.
    pub(crate) name: &'static str,
}

/// All of them.
pub(crate) const LISTS: [List; 4] = [
    list(Kind::Tool, "tools/list", "tools", "tools"),
    list(Kind::Prompt, "prompts/list", "prompts", "prompts"),
    list(Kind::Resource, "resources/list", "resources", "resources"),
    list(
        Kind::Template,
        "resources/templates/list",
        "resources",
        "resourceTemplates",
    ),
];

const fn list(
    kind: Kind,
    method: &'static str,
    capability: &'static str,
    name: &'static str,
) -> List {
    List {
        kind,
        method,
        capability,
        name,
    }
}

impl Entry {
    pub(crate) fn new(kind: Kind, name: &str, description: Object, handler: Handler) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            description,
            schema: Json::known(String::new()),
            streams: false,
            handler,
        }
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

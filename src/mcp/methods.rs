//! What each method gives: the protocol's own, and those of what is registered.
//!
//! Owns the names of the methods and the form of their results. It must not know HTTP.

use std::sync::Arc;

use crate::call::Call;
use crate::entry::{Entry, Kind};
use crate::failure::{Failure, INVALID_PARAMS, NO_RESOURCE};
use crate::incoming::Incoming;
use crate::json::Part::{Raw, Text};
use crate::json::{Object, ToJson, object};
use crate::level::Level;
use crate::prompt::get;
use crate::resource::{fits, read};
use crate::server::Parts;
use crate::tool;
use crate::version::{Era, HANDSHAKE_VERSIONS, VERSIONS};

/// A method of the protocol.
struct Method {
    name: &'static str,
    /// Without which the method is not there; empty if none is needed.
    capability: &'static str,
    /// In which alone it is there.
    era: Option<Era>,
    gives: Gives,
}

/// What a method gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    Introduction,
    Discovery,
    Nothing,
    ToolResult,
    Contents,
    Messages,
    /// Registered, too, so that only a server that logs has its code.
    Level,
    /// All of a kind, under this name.
    List(Kind, &'static str),
    /// What is registered for it.
    Registered,
}

pub(crate) const SET_LEVEL: &str = "logging/setLevel";

/// Those that the server itself knows.
const METHODS: [Method; 13] = {
    use Era::{Handshake, Stateless};
    use Gives::*;
    [
        method("initialize", "", Some(Handshake), Introduction),
        method("server/discover", "", Some(Stateless), Discovery),
        method("ping", "", Some(Handshake), Nothing),
        method("tools/list", "tools", None, List(Kind::Tool, "tools")),
        method("tools/call", "tools", None, ToolResult),
        method(
            "resources/list",
            "resources",
            None,
            List(Kind::Resource, "resources"),
        ),
        method(
            "resources/templates/list",
            "resources",
            None,
            List(Kind::Template, "resourceTemplates"),
        ),
        method("resources/read", "resources", None, Contents),
        method("resources/subscribe", "", Some(Handshake), Registered),
        method("resources/unsubscribe", "", Some(Handshake), Registered),
        method(
            "prompts/list",
            "prompts",
            None,
            List(Kind::Prompt, "prompts"),
        ),
        method("prompts/get", "prompts", None, Messages),
        method(SET_LEVEL, "", Some(Handshake), Level),
    ]
};

const fn method(
    name: &'static str,
    capability: &'static str,
    era: Option<Era>,
    gives: Gives,
) -> Method {
    Method {
        name,
        capability,
        era,
        gives,
    }
}

/// Whether the server itself gives what a method asks for.
pub(crate) fn is_own(name: &str) -> bool {
    let mut methods = METHODS.iter();
    methods.any(|method| method.name == name && method.gives != Gives::Registered)
}

impl Parts {
    /// The result of a request, but for those that change who is known.
    pub(crate) fn result<'a>(&'a self, call: &mut Call<'a>) -> Result<Object, Failure> {
        let incoming = call.incoming;
        let mut methods = METHODS.iter();
        let Some(method) = methods.find(|method| method.name == incoming.method) else {
            return self.registered(call);
        };
        let is_there = method.era.is_none_or(|era| era == incoming.era)
            && (method.capability.is_empty() || self.has(method.capability));
        if !is_there {
            return Err(Failure::no_method(incoming.method));
        }
        match method.gives {
            Gives::Introduction => self.initialize(incoming),
            Gives::Discovery => Ok(self.discover()),
            Gives::Nothing => Ok(Object::new()),
            Gives::ToolResult => tool::call(self.tool_of(incoming)?, call),
            Gives::Contents => self.read(call),
            Gives::Messages => get(self.called(Kind::Prompt, "prompt", incoming)?, call),
            Gives::List(kind, name) => self.list(incoming, kind, name),
            Gives::Level | Gives::Registered => self.registered(call),
        }
    }

    /// The tool that is called.
    pub(crate) fn tool_of(&self, incoming: &Incoming<'_>) -> Result<&Arc<Entry>, Failure> {
        self.called(Kind::Tool, "tool", incoming)
    }

    /// What the parameters name.
    fn called(
        &self,
        kind: Kind,
        word: &str,
        incoming: &Incoming<'_>,
    ) -> Result<&Arc<Entry>, Failure> {
        let name = incoming.param("name")?;
        let found = self.find(kind, &name);
        found.ok_or_else(|| Failure::missing(INVALID_PARAMS, word, &name))
    }

    fn has(&self, capability: &str) -> bool {
        self.capabilities.view().has(capability)
    }

    fn initialize(&self, incoming: &Incoming<'_>) -> Result<Object, Failure> {
        let asked = incoming.param("protocolVersion")?;
        let known = HANDSHAKE_VERSIONS.iter().find(|&&version| version == asked);
        let mut result = Object::with(&[
            (
                "protocolVersion",
                Text(known.unwrap_or(&HANDSHAKE_VERSIONS[0])),
            ),
            ("capabilities", Raw(self.capabilities.as_str())),
            ("serverInfo", Raw(&self.info)),
        ]);
        self.instruct(&mut result);
        Ok(result)
    }

    fn discover(&self) -> Object {
        let mut capabilities = Object::new();
        for (name, value) in self.capabilities.view().entries() {
            // They announce changes. 2026-07-28 announces those in another way, and this server does not.
            let is_kept = name == "experimental";
            capabilities.set(&name, if is_kept { value.as_json() } else { "{}" });
        }
        let mut result = Object::with(&[
            ("supportedVersions", Raw(VERSIONS[..].to_json().as_json())),
            ("capabilities", Raw(capabilities.as_str())),
        ]);
        self.instruct(&mut result);
        result
    }

    fn instruct(&self, result: &mut Object) {
        if let Some(text) = &self.instructions {
            result.set_text("instructions", text);
        }
    }

    /// A list, in one page.
    fn list(&self, incoming: &Incoming<'_>, kind: Kind, name: &str) -> Result<Object, Failure> {
        let cursor = incoming.params.get("cursor");
        if cursor.is_some_and(|cursor| !cursor.is_null()) {
            let why = "there is no such cursor: a list is one page";
            return Err(Failure::params(why));
        }
        let (mut descriptions, mut mark) = (String::new(), "[");
        for entry in self.entries.iter().filter(|entry| entry.kind == kind) {
            descriptions.push_str(mark);
            entry.push_to(&mut descriptions);
            mark = ",";
        }
        if descriptions.is_empty() {
            descriptions.push('[');
        }
        descriptions.push(']');
        Ok(Object::with(&[(name, Raw(&descriptions))]))
    }

    fn read<'a>(&'a self, call: &mut Call<'a>) -> Result<Object, Failure> {
        let uri = call.incoming.param("uri")?;
        let mut resources = self.entries.iter();
        let found = resources.find(|entry| {
            matches!(entry.kind, Kind::Resource | Kind::Template) && fits(&entry.name, &uri)
        });
        let Some(resource) = found else {
            let code = match call.era() {
                Era::Handshake => NO_RESOURCE,
                Era::Stateless => INVALID_PARAMS,
            };
            let failure = Failure::missing(code, "resource", &uri);
            return Err(failure.with_known_data(object(&[("uri", Text(&uri))])));
        };
        (call.uri, call.template) = (uri, &resource.name);
        read(resource, call)
    }

    /// What is registered by its name.
    fn registered(&self, call: &mut Call<'_>) -> Result<Object, Failure> {
        let name = call.incoming.method;
        match self.find(Kind::Method, name) {
            Some(method) => (method.handler)(call),
            None => Err(Failure::no_method(name)),
        }
    }
}

/// Sets the level of a session, for a server that logs.
pub(crate) fn set_level(call: &mut Call<'_>) -> Result<Object, Failure> {
    let level = call.incoming.param("level")?;
    let level =
        Level::parse(&level).ok_or_else(|| Failure::missing(INVALID_PARAMS, "level", &level))?;
    if let Some(session) = call.session() {
        session.set_level(level);
    }
    Ok(Object::new())
}

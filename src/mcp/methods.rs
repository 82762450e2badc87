//! What each method gives: the protocol's own, and those of what is registered.
//!
//! Owns the names of the methods and the form of their results. It must not know HTTP.

use std::sync::Arc;

use crate::call::Call;
use crate::entry::{Entry, Kind, LISTS};
use crate::failure::{Failure, INVALID_PARAMS, NO_RESOURCE};
use crate::incoming::Incoming;
use crate::json::Part::{Raw, Text};
use crate::json::{Json, Object, ToJson, object};
use crate::level::Level;
use crate::prompt::get;
use crate::resource::{fits, read};
use crate::server::Parts;
use crate::tool;
use crate::version::{Era, HANDSHAKE_VERSIONS, VERSIONS};

/// What [`Parts::result`] gives by itself, where its capability is there.
pub(crate) const OWN_METHODS: [&str; 11] = [
    "initialize",
    "server/discover",
    "ping",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "logging/setLevel",
];

/// What 2026-07-28 has taken away.
const ONLY_AFTER_A_HANDSHAKE: [&str; 5] = [
    "initialize",
    "ping",
    "logging/setLevel",
    "resources/subscribe",
    "resources/unsubscribe",
];

impl Parts {
    /// The result of a request, but for those that change who is known.
    pub(crate) fn result<'a>(&'a self, call: &mut Call<'a>) -> Result<Object, Failure> {
        let method = call.incoming.method.as_str();
        if call.era() == Era::Stateless && ONLY_AFTER_A_HANDSHAKE.contains(&method) {
            return Err(Failure::no_method(method));
        }
        match (method, call.era()) {
            ("initialize", _) => self.initialize(call.incoming),
            ("server/discover", Era::Stateless) => Ok(self.discover()),
            ("ping", _) => Ok(Object::new()),
            ("tools/call", _) if self.has("tools") => {
                tool::call(self.tool_of(call.incoming)?, call)
            }
            ("resources/read", _) if self.has("resources") => self.read(call),
            ("prompts/get", _) if self.has("prompts") => {
                get(self.called(Kind::Prompt, "prompt", call.incoming)?, call)
            }
            ("logging/setLevel", _) if self.has("logging") => set_level(call.incoming),
            _ => self.list(call.incoming).unwrap_or_else(|| self.other(call)),
        }
    }

    /// The tool that is called.
    pub(crate) fn tool_of(&self, incoming: &Incoming) -> Result<&Arc<Entry>, Failure> {
        self.called(Kind::Tool, "tool", incoming)
    }

    /// What the parameters name.
    fn called(&self, kind: Kind, word: &str, incoming: &Incoming) -> Result<&Arc<Entry>, Failure> {
        let name = incoming.param("name")?;
        let found = self.find(kind, &name);
        found.ok_or_else(|| Failure::missing(INVALID_PARAMS, word, &name))
    }

    fn has(&self, capability: &str) -> bool {
        self.capabilities.view().has(capability)
    }

    fn initialize(&self, incoming: &Incoming) -> Result<Object, Failure> {
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
            ("supportedVersions", Raw(VERSIONS.to_json().as_json())),
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

    /// The lists, each in one page.
    fn list(&self, incoming: &Incoming) -> Option<Result<Object, Failure>> {
        let mut lists = LISTS.iter();
        let list = lists.find(|list| list.method == incoming.method)?;
        if !self.has(list.capability) {
            return None;
        }
        let cursor = incoming.params.get("cursor");
        if cursor.is_some_and(|cursor| !cursor.is_null()) {
            return Some(Err(Failure::params(
                "there is no such cursor: a list is one page",
            )));
        }
        let (mut descriptions, mut mark) = (String::new(), "[");
        for entry in self.entries.iter().filter(|entry| entry.kind == list.kind) {
            descriptions.push_str(mark);
            entry.push_to(&mut descriptions);
            mark = ",";
        }
        if descriptions.is_empty() {
            descriptions.push('[');
        }
        descriptions.push(']');
        Some(Ok(Object::with(&[(list.name, Raw(&descriptions))])))
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
            return Err(failure.with_data(Json::known(object(&[("uri", Text(&uri))]))));
        };
        (call.uri, call.template) = (uri, &resource.name);
        read(resource, call)
    }

    /// What is registered by its name.
    fn other(&self, call: &mut Call<'_>) -> Result<Object, Failure> {
        let name = call.incoming.method.as_str();
        match self.find(Kind::Method, name) {
            Some(method) => (method.handler)(call),
            None => Err(Failure::no_method(name)),
        }
    }
}

fn set_level(incoming: &Incoming) -> Result<Object, Failure> {
    let level = incoming.param("level")?;
    let level =
        Level::parse(&level).ok_or_else(|| Failure::missing(INVALID_PARAMS, "level", &level))?;
    if let Some(session) = &incoming.session {
        session.set_level(level);
    }
    Ok(Object::new())
}

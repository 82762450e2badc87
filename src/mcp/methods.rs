//! What each method gives: the protocol's own, and those of what is registered.
//!
//! Owns the names of the methods and the form of their results. It must not know HTTP.

use std::sync::Arc;

use crate::call::Call;
use crate::failure::{Failure, INVALID_PARAMS, NO_RESOURCE};
use crate::incoming::Incoming;
use crate::json::Part::{Raw, Text};
use crate::json::{Json, Object, ToJson, object};
use crate::level::Level;
use crate::server::{LISTS, Parts};
use crate::tool::Tool;
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
    pub(crate) fn result(&self, call: &mut Call<'_>) -> Result<String, Failure> {
        let method = call.incoming.method.as_str();
        if call.era() == Era::Stateless && ONLY_AFTER_A_HANDSHAKE.contains(&method) {
            return Err(Failure::no_method(method));
        }
        match (method, call.era()) {
            ("initialize", _) => self.initialize(call.incoming),
            ("server/discover", Era::Stateless) => Ok(self.discover()),
            ("ping", _) => Ok("{}".to_owned()),
            ("tools/call", _) if self.has("tools") => self.tool_of(call.incoming)?.call(call),
            ("resources/read", _) if self.has("resources") => self.read(call),
            ("prompts/get", _) if self.has("prompts") => self.prompt_of(call),
            ("logging/setLevel", _) if self.has("logging") => set_level(call.incoming),
            _ => self.list(call.incoming).unwrap_or_else(|| self.other(call)),
        }
    }

    /// The tool that is called.
    pub(crate) fn tool_of(&self, incoming: &Incoming) -> Result<&Arc<Tool>, Failure> {
        let name = incoming.param("name")?;
        let found = self.tools.iter().find(|tool| tool.name == name);
        found.ok_or_else(|| Failure::params(format!("there is no tool {name}")))
    }

    fn has(&self, capability: &str) -> bool {
        self.capabilities.get(capability).is_some()
    }

    fn initialize(&self, incoming: &Incoming) -> Result<String, Failure> {
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
        Ok(result.into_string())
    }

    fn discover(&self) -> String {
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
        result.into_string()
    }

    fn instruct(&self, result: &mut Object) {
        if let Some(text) = &self.instructions {
            result.set_text("instructions", text);
        }
    }

    /// The lists, each in one page.
    fn list(&self, incoming: &Incoming) -> Option<Result<String, Failure>> {
        let mut lists = LISTS.iter().zip(&self.lists);
        let (list, descriptions) = lists.find(|(list, _)| list.method == incoming.method)?;
        if !self.has(list.capability) {
            return None;
        }
        let cursor = incoming.params.get("cursor");
        if cursor.is_some_and(|cursor| !cursor.is_null()) {
            return Some(Err(Failure::params(
                "there is no such cursor: a list is one page",
            )));
        }
        let descriptions = ["[", descriptions, "]"].concat();
        Some(Ok(object(&[(list.name, Raw(&descriptions))])))
    }

    fn read(&self, call: &mut Call<'_>) -> Result<String, Failure> {
        let uri = call.incoming.param("uri")?;
        let mut found = self.resources.iter().map(|one| (one, one.matches(&uri)));
        let found = found.find_map(|(one, variables)| Some((one, variables?)));
        let Some((resource, variables)) = found else {
            let code = match call.era() {
                Era::Handshake => NO_RESOURCE,
                Era::Stateless => INVALID_PARAMS,
            };
            let failure = Failure::protocol(code, format!("there is no resource {uri}"));
            return Err(failure.with_data(Json::known(object(&[("uri", Text(&uri))]))));
        };
        (call.uri, call.variables) = (uri, variables);
        resource.read(call)
    }

    fn prompt_of(&self, call: &mut Call<'_>) -> Result<String, Failure> {
        let name = call.incoming.param("name")?;
        let found = self.prompts.iter().find(|prompt| prompt.name == name);
        match found {
            Some(prompt) => prompt.get(call),
            None => Err(Failure::params(format!("there is no prompt {name}"))),
        }
    }

    /// What is registered by its name.
    fn other(&self, call: &mut Call<'_>) -> Result<String, Failure> {
        let name = call.incoming.method.as_str();
        let found = self.methods.iter().find(|(found, _)| found == name);
        match found {
            Some((_, handler)) => Ok(handler(call)?.into_string()),
            None => Err(Failure::no_method(name)),
        }
    }
}

fn set_level(incoming: &Incoming) -> Result<String, Failure> {
    let level = incoming.param("level")?;
    let level = Level::parse(&level)
        .ok_or_else(|| Failure::params(format!("there is no level {level}")))?;
    if let Some(session) = &incoming.session {
        session.set_level(level);
    }
    Ok("{}".to_owned())
}

//! A stream of changes: what was asked for, and what is wrong with what it has sent.
//!
//! It sends nothing.

use serde_json::{Map, Value, json};

use crate::check::mcp::open_stream::OpenStream;
use crate::check::mcp::reply::is_response;

const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";
const SUBSCRIPTION_KEY: &str = "io.modelcontextprotocol/subscriptionId";

/// What a client can listen to.
pub(super) struct Kind {
    /// Its key in the filter.
    pub(super) key: &'static str,
    /// Where the capabilities name it.
    capability: [&'static str; 2],
    notification: &'static str,
}

pub(super) static KINDS: [Kind; 4] = [
    Kind {
        key: "toolsListChanged",
        capability: ["tools", "listChanged"],
        notification: "notifications/tools/list_changed",
    },
    Kind {
        key: "promptsListChanged",
        capability: ["prompts", "listChanged"],
        notification: "notifications/prompts/list_changed",
    },
    Kind {
        key: "resourcesListChanged",
        capability: ["resources", "listChanged"],
        notification: "notifications/resources/list_changed",
    },
    Kind {
        key: "resourceSubscriptions",
        capability: ["resources", "subscribe"],
        notification: "notifications/resources/updated",
    },
];

/// What is asked for, by the keys of the filter.
pub(super) type Filter = Map<String, Value>;

/// A request to listen, and what came of it.
pub(super) struct Listening {
    pub(super) id: Value,
    pub(super) filter: Filter,
    pub(super) stream: OpenStream,
}

/// The kinds that the capabilities name.
pub(super) fn offered(discovered: Option<&Value>) -> Vec<&'static Kind> {
    let is_named = |kind: &&Kind| {
        let [feature, flag] = kind.capability;
        discovered.is_some_and(|it| it["capabilities"][feature][flag] == true)
    };
    KINDS.iter().filter(is_named).collect()
}

impl Kind {
    /// Whether it is of one resource, which a server may refuse to watch if it does not have it.
    pub(super) fn is_of_resource(&self) -> bool {
        self.capability[1] == "subscribe"
    }
}

/// What asks for these kinds.
pub(super) fn filter(kinds: &[&'static Kind], uri: &str) -> Filter {
    let wanted = |kind: &&Kind| {
        if kind.is_of_resource() {
            json!([uri])
        } else {
            json!(true)
        }
    };
    let all = kinds.iter().map(|kind| (kind.key.to_owned(), wanted(kind)));
    all.collect()
}

impl Listening {
    fn messages(&self) -> Vec<Value> {
        self.stream.reply.messages()
    }

    pub(super) fn first(&self) -> Value {
        self.messages().into_iter().next().unwrap_or_default()
    }

    /// What is wrong with the reply up to its first message.
    pub(super) fn wrong_beginning(&self) -> Option<String> {
        let first = self.first();
        let is_acknowledged =
            first["method"] == ACKNOWLEDGED && first["params"]["notifications"].is_object();
        if self.stream.is_stream() && is_acknowledged {
            return None;
        }
        let is_silent = self.stream.is_stream() && self.stream.reply.body.is_empty();
        Some(if is_silent {
            "a stream without a message".to_owned()
        } else {
            self.stream.reply.shown()
        })
    }

    /// What is wrong with the id in a message.
    pub(super) fn wrong_id(&self) -> Option<String> {
        let wrong = self.messages().into_iter().find(|message| {
            let part = if is_response(message) {
                "result"
            } else {
                "params"
            };
            message[part]["_meta"][SUBSCRIPTION_KEY] != self.id
        });
        wrong.map(|message| format!("not {}: {message}", self.id))
    }

    /// The kinds that the first message agrees to.
    pub(super) fn agreed(&self) -> Vec<String> {
        let first = self.first();
        let kinds = first["params"]["notifications"].as_object();
        let named = kinds.into_iter().flatten();
        // A kind that is named and denied is none.
        let agreed =
            named.filter(|(_, value)| ![json!(false), Value::Null, json!([])].contains(value));
        agreed.map(|(key, _)| key.clone()).collect()
    }

    /// What it was told that it has not asked for.
    pub(super) fn wrong_kind(&self) -> Option<String> {
        let mut agreed = self.agreed().into_iter();
        let unasked = agreed.find(|key| !self.filter.contains_key(key));
        let is_wanted = |message: &Value| {
            let mut kinds = KINDS.iter().filter(|it| self.filter.contains_key(it.key));
            is_response(message) || kinds.any(|kind| message["method"] == kind.notification)
        };
        let sent = || {
            self.messages()
                .into_iter()
                .skip(1)
                .find(|it| !is_wanted(it))
        };
        match unasked {
            Some(key) => Some(format!("{key} is acknowledged unasked")),
            None => sent().map(|message| format!("unasked: {message}")),
        }
    }

    /// Whether it has ended without a response.
    pub(super) fn wrong_end(&self) -> Option<String> {
        let is_cut = self.stream.reply.ended && self.stream.reply.response().is_none();
        is_cut.then(|| "it has ended without a response".to_owned())
    }

    pub(super) fn shown_end(&self) -> &'static str {
        if self.stream.reply.ended {
            "it has ended with its response"
        } else {
            "it stays open"
        }
    }
}

//! `Call`, what a handler sees of a request: its arguments, its client, and the way to say something before the result.
//!
//! Owns the messages that are sent before a result. It must not know which kind of handler reads it.

use std::fmt;
use std::io;
use std::time::Duration;

use fc_runtime::Client;
use serde_core::de::DeserializeOwned;

use crate::asked;
use crate::failure::{CAPABILITY, Failure, INTERNAL};
use crate::incoming::{Incoming, VERSION};
use crate::json::Part::{Raw, Text};
use crate::json::{Json, JsonRef, Object, ToJson, joined, object};
use crate::level::Level;
use crate::resource::variables;
use crate::session::{Session, random_id};
use crate::version::{CAPABILITIES_KEY, Era, LOG_LEVEL_KEY};

/// Sends one message of JSON-RPC, as text, to the client, at once.
pub(crate) type Send<'a> = &'a mut (dyn FnMut(&str) -> io::Result<()> + 'a);

/// One call of a tool, a resource, a prompt or another method.
pub struct Call<'a> {
    pub(crate) incoming: &'a Incoming<'a>,
    arguments: Option<JsonRef<'a>>,
    /// Of the resource that is read, if one is.
    pub(crate) uri: String,
    /// The template of the resource that is read.
    pub(crate) template: &'a str,
    /// Where the response is a stream.
    pub(crate) send: Option<Send<'a>>,
}

impl<'a> Call<'a> {
    /// One whose client reads nothing before the result.
    pub(crate) fn new(incoming: &'a Incoming<'a>) -> Self {
        Self {
            incoming,
            arguments: incoming.params.get("arguments"),
            uri: String::new(),
            template: "",
            send: None,
        }
    }
}

/// # What the client has sent
impl Call<'_> {
    /// The argument of this name, if it was given and is not `null`.
    pub fn argument(&self, name: &str) -> Option<JsonRef<'_>> {
        let found = self.arguments?.get(name)?;
        (!found.is_null()).then_some(found)
    }

    /// All arguments, read into your own type.
    ///
    /// # Errors
    ///
    /// They do not fit the type: an error for the model, which says where.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let arguments = self.arguments.unwrap_or(JsonRef::EMPTY);
        arguments
            .read()
            .map_err(|error| Failure::tool(error.to_string()))
    }

    /// The argument of this name, as a string.
    ///
    /// # Errors
    ///
    /// It is missing, or something else: an error of the tool.
    pub fn string(&self, name: &str) -> Result<String, Failure> {
        match self.argument(name).and_then(JsonRef::string) {
            Some(text) => Ok(text.into_owned()),
            None => Err(Failure::tool(joined(&[name, " must be a string"]))),
        }
    }

    /// The argument of this name, as an integer.
    ///
    /// # Errors
    ///
    /// It is missing, or something else: an error of the tool.
    pub fn integer(&self, name: &str) -> Result<i64, Failure> {
        let found = self.argument(name).and_then(JsonRef::integer);
        found.ok_or_else(|| Failure::tool(joined(&[name, " must be an integer"])))
    }

    /// The URI of the resource that is read.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The part of this URI that `{name}` stands for in the template of the resource.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let mut first = None;
        variables(self.template, &self.uri, &mut |found, value| {
            if found == name {
                first.get_or_insert(value);
            }
        })?;
        first
    }

    /// The client's answer to the question that [`Input`](crate::Input) has asked under this name.
    pub fn input(&self, name: &str) -> Option<JsonRef<'_>> {
        self.incoming.params.get("inputResponses")?.get(name)
    }

    /// What the client has sent back of [`Input::state`](crate::Input::state).
    pub fn state(&self) -> Option<String> {
        let state = self.incoming.params.get("requestState")?.string()?;
        Some(state.into_owned())
    }

    /// A parameter of the request, such as `arguments`.
    pub fn param(&self, name: &str) -> Option<JsonRef<'_>> {
        self.incoming.params.get(name)
    }

    /// An entry of `_meta`.
    pub fn meta(&self, key: &str) -> Option<JsonRef<'_>> {
        self.incoming.meta(key)
    }

    /// Whether the request belongs to the handshake or stands alone.
    pub fn era(&self) -> Era {
        self.incoming.era
    }
}

/// # The client
impl Call<'_> {
    /// The session of the client, with [`Server::sessions`](crate::Server::sessions) and in the era of the handshake.
    pub fn session(&self) -> Option<&Session> {
        self.incoming.session
    }

    /// What the client can do, such as `sampling`. `None` if it is not known: after a handshake without a session.
    pub fn capabilities(&self) -> Option<JsonRef<'_>> {
        let session = self.incoming.session.map(Session::capabilities);
        self.meta(CAPABILITIES_KEY).or(session)
    }

    /// Returns `Ok` if the client can do this, or if nothing is known about the client.
    ///
    /// # Errors
    ///
    /// The client cannot: -32021, which names what it lacks.
    pub fn require(&self, capability: &str) -> Result<(), Failure> {
        match self.capabilities() {
            Some(can) if can.get(capability).is_none() => {
                let mut wanted = Object::new();
                wanted.set(capability, "{}");
                let wanted = object(&[("requiredCapabilities", Raw(wanted.as_str()))]);
                let message = joined(&["the client cannot do this: ", capability]);
                Err(Failure::protocol(CAPABILITY, message).with_known_data(wanted))
            }
            _ => Ok(()),
        }
    }

    /// Whether nobody waits for the result any more, which is the only way in which a client of 2026-07-28 cancels a
    /// call. [`Client`] says how soon this is known. After a handshake, clients cancel with a notification instead,
    /// which this server ignores, and stop waiting.
    pub fn is_cancelled(&self) -> bool {
        Client::current().has_left()
    }
}

/// # Before the result
///
/// These reach the client only if the response is a stream: see [`Tool::streams`](crate::Tool::streams).
impl Call<'_> {
    /// Reports the progress of the work, in integers or fractions. Pass `None::<u32>` if the total is not known. A
    /// client that has not asked for progress gets none.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn progress(
        &mut self,
        done: impl ToJson,
        total: impl ToJson,
        message: &str,
    ) -> Result<(), Failure> {
        self.send_progress(&done, &total, message)
    }

    fn send_progress(
        &mut self,
        done: &dyn ToJson,
        total: &dyn ToJson,
        message: &str,
    ) -> Result<(), Failure> {
        let Some(token) = self.meta("progressToken") else {
            return Ok(());
        };
        let (done, total) = (done.to_json(), total.to_json());
        let mut params = Object::with(&[
            ("progressToken", Raw(token.as_json())),
            ("progress", Raw(done.as_json())),
        ]);
        if !total.view().is_null() {
            params.set("total", total.as_json());
        }
        if !message.is_empty() {
            params.set_text("message", message);
        }
        self.send("notifications/progress", params.as_str())
    }

    /// Sends a log message, if the client wants messages of this level. In 2026-07-28, the client says so in each
    /// request; after a handshake, it gets all messages, or those that it has asked for in its session.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn log(&mut self, level: Level, data: impl ToJson) -> Result<(), Failure> {
        if !self.wants(level) {
            return Ok(());
        }
        let params = object(&[
            ("level", Text(level.as_str())),
            ("data", Raw(data.to_json().as_json())),
        ]);
        self.send("notifications/message", &params)
    }

    /// Whether the client wants log messages of this level.
    fn wants(&self, level: Level) -> bool {
        let least = match self.era() {
            Era::Handshake => {
                let asked = self.session().and_then(Session::level);
                Some(asked.unwrap_or(Level::Debug))
            }
            Era::Stateless => {
                let asked = self.meta(LOG_LEVEL_KEY).and_then(JsonRef::string);
                asked.and_then(|asked| Level::parse(&asked))
            }
        };
        least.is_some_and(|least| level >= least)
    }

    /// Sends a notification, if the response is a stream.
    ///
    /// # Errors
    ///
    /// The client has gone.
    pub fn notify(&mut self, method: &str, params: impl ToJson) -> Result<(), Failure> {
        self.send(method, params.to_json().as_json())
    }

    fn send(&mut self, method: &str, params: &str) -> Result<(), Failure> {
        match &mut self.send {
            Some(send) => Ok(send(&object(&[
                VERSION,
                ("method", Text(method)),
                ("params", Raw(params)),
            ]))?),
            None => Ok(()),
        }
    }

    /// Sends a request to the client, such as `sampling/createMessage` or `elicitation/create`, and waits for its
    /// answer.
    ///
    /// This works only after a handshake, and only in a tool that [streams](crate::Tool::streams). The answer comes in
    /// another request, which must reach this instance, so you need session affinity on Function Compute. In
    /// 2026-07-28, ask with [`Input`](crate::Input) instead.
    ///
    /// # Errors
    ///
    /// This call cannot ask; the client has refused, has gone (see [`is_cancelled`](Self::is_cancelled)), or has not answered in
    /// time.
    pub fn ask(
        &mut self,
        method: &str,
        params: impl ToJson,
        patience: Duration,
    ) -> Result<Json, Failure> {
        self.ask_with(method, params.to_json().as_json(), patience)
    }

    fn ask_with(
        &mut self,
        method: &str,
        params: &str,
        patience: Duration,
    ) -> Result<Json, Failure> {
        let (Some(send), Era::Handshake) = (&mut self.send, self.incoming.era) else {
            let why = "this call cannot ask: it takes a tool that streams, and a client that has shaken hands";
            return Err(Failure::protocol(INTERNAL, why));
        };
        let question = asked::open(random_id()?);
        send(&object(&[
            VERSION,
            ("id", Text(&question.id)),
            ("method", Text(method)),
            ("params", Raw(params)),
        ]))?;
        let client = Client::current();
        let Some(answer) = question.wait(patience, &|| client.has_left()) else {
            return Err(Failure::tool("the client has not answered in time"));
        };
        let why = answer.get("error").and_then(|error| error.get("message"));
        let why = why.map_or("null", JsonRef::as_json);
        match answer.get("result") {
            Some(result) => Ok(result.to_owned()),
            None => Err(Failure::tool(joined(&["the client refused: ", why]))),
        }
    }
}

impl fmt::Debug for Call<'_> {
    /// Shows no argument, which is the client's own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.incoming.method)
            .field("era", &self.incoming.era)
            .finish_non_exhaustive()
    }
}

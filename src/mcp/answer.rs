//! The way from an HTTP call to its response: Streamable HTTP.
//!
//! Owns the statuses and headers. It must not know what a method gives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use fc_runtime::http::{Request, Response, ServerEvent, ServerEvents};
use fc_runtime::{Error, log};
use serde_json::{Value, json};

use crate::call::Call;
use crate::failure::{Failure, INTERNAL, INVALID_REQUEST};
use crate::incoming::{Incoming, Message};
use crate::server::Server;
use crate::session::Session;
use crate::stateless;
use crate::tool::Tool;
use crate::version::{
    Era, HANDSHAKE_VERSIONS, SESSION_HEADER, STATELESS_VERSION, VERSION_HEADER, VERSION_KEY,
    VERSIONS,
};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// How long a stream may be silent: less than proxies and clients wait, of which npm's give up after 60 seconds.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The type of the error that a panic is, as in the runtime.
const PANIC: &str = "Panic";

/// A request that is refused: its status, its id if it is known, and why.
struct Refusal(u16, Option<Value>, Failure);

impl Server {
    /// Answers one HTTP call, whatever its path: the function routes.
    ///
    /// # Errors
    ///
    /// The instance has no random numbers for the id of a session.
    pub fn answer(&self, request: &Request) -> Result<Response, Error> {
        let origins: Vec<&str> = self.origins.iter().map(String::as_str).collect();
        if !request.comes_from(&origins) {
            return Ok(refuse(403, "pages of this Origin may not call"));
        }
        match request.method() {
            "POST" => self.post(request),
            "DELETE" if self.sessions.is_some() => Ok(self.delete(request)),
            _ => {
                let allowed = if self.sessions.is_some() {
                    "POST, DELETE"
                } else {
                    "POST"
                };
                Ok(Response::new(405).with_header("Allow", allowed)?)
            }
        }
    }

    fn post(&self, request: &Request) -> Result<Response, Error> {
        if !request.is_of_type(JSON) {
            return Ok(refuse(415, "Content-Type must be application/json"));
        }
        if !request.accepts(JSON) {
            return Ok(refuse(
                406,
                "Accept must name application/json and text/event-stream",
            ));
        }
        let message = match Message::parse(request.body()) {
            Ok(message) => message,
            Err(failure) => return Ok(Refusal(400, None, failure).into()),
        };
        match self.admit(message, request) {
            Ok(Some(incoming)) => self.respond(incoming, request),
            Ok(None) => Ok(Response::new(202)),
            Err(refusal) => Ok(refusal.into()),
        }
    }

    /// The request with what is known around it; nothing for what asks for no result.
    fn admit(&self, message: Message, request: &Request) -> Result<Option<Incoming>, Refusal> {
        let (id, method, params) = match message {
            Message::Request(id, method, params) => (id, method, params),
            other => {
                let era = self
                    .era(request.header(VERSION_HEADER))
                    .map_err(|why| Refusal(400, None, why))?;
                self.session_of(request, era, "")
                    .map_err(|(status, why)| Refusal(status, None, why))?;
                if let (Message::Answer(id, answer), Era::Handshake) = (other, era) {
                    self.asked.answered(&id, answer);
                }
                return Ok(None);
            }
        };
        let header = request.header(VERSION_HEADER);
        // Only the body of a request that stands alone has a version; its header is missing then, and is asked for.
        let is_alone = params
            .get("_meta")
            .is_some_and(|meta| meta.get(VERSION_KEY).is_some());
        let era = match header {
            None if is_alone => self.era(Some(STATELESS_VERSION)),
            header => self.era(header),
        };
        let at = |status, why| Refusal(status, Some(id.clone()), why);
        let era = era.map_err(|why| at(400, why))?;
        let session = self
            .session_of(request, era, &method)
            .map_err(|(status, why)| at(status, why))?;
        let takes_events = request.accepts(EVENTS);
        let incoming = Incoming {
            id: id.clone(),
            method,
            params,
            era,
            takes_events,
            session,
        };
        if era == Era::Stateless {
            stateless::check(&incoming, request).map_err(|why| at(why.status(), why))?;
        }
        Ok(Some(incoming))
    }

    /// The era of a request with this version in its header. One without is older than the header.
    fn era(&self, version: Option<&str>) -> Result<Era, Failure> {
        match version {
            None => Ok(Era::Handshake),
            Some(version) if HANDSHAKE_VERSIONS.contains(&version) => Ok(Era::Handshake),
            // A client that can do both shakes hands then, and has a session.
            Some(STATELESS_VERSION) if self.sessions.is_none() => Ok(Era::Stateless),
            Some(version) if self.sessions.is_some() => {
                Err(stateless::unsupported(version, &HANDSHAKE_VERSIONS))
            }
            Some(version) => Err(stateless::unsupported(version, &VERSIONS)),
        }
    }

    /// The session that a request must name, if there are sessions.
    fn session_of(
        &self,
        request: &Request,
        era: Era,
        method: &str,
    ) -> Result<Option<Session>, (u16, Failure)> {
        let (Some(sessions), Era::Handshake) = (&self.sessions, era) else {
            return Ok(None);
        };
        if method == "initialize" {
            return Ok(None);
        }
        let invalid = |message| Failure::protocol(INVALID_REQUEST, message);
        let Some(id) = request.header(SESSION_HEADER) else {
            return Err((400, invalid("Mcp-Session-Id is missing: initialize first")));
        };
        match sessions.find(id) {
            Some(session) => Ok(Some(session)),
            None => Err((404, invalid("this session is over: initialize again"))),
        }
    }

    fn respond(&self, incoming: Incoming, request: &Request) -> Result<Response, Error> {
        let is_call = incoming.method == "tools/call";
        if let (true, Ok(tool)) = (is_call, self.tool_of(&incoming)) {
            if incoming.era == Era::Stateless {
                let schema = &tool.description["inputSchema"];
                if let Err(failure) = stateless::check_arguments(&incoming, schema, request) {
                    return Ok(Refusal(failure.status(), Some(incoming.id), failure).into());
                }
            }
            if tool.streams && incoming.takes_events {
                return Ok(self.stream(Arc::clone(tool), incoming));
            }
        }
        let mut call = Call {
            incoming: &incoming,
            asked: &self.asked,
            variables: Vec::new(),
            send: None,
        };
        let result = match guarded(|| self.result(&mut call)) {
            Ok(result) => result,
            Err(why) => {
                log::error!("{} panicked: {why}", incoming.method);
                return Ok(Refusal(200, Some(incoming.id), panicked())
                    .into_response()
                    .failed());
            }
        };
        match result {
            Ok(result) => self.introduce(&incoming, success(&incoming, &self.info, result)),
            Err(failure) => {
                let status = match incoming.era {
                    Era::Handshake => 200,
                    Era::Stateless => failure.status(),
                };
                Ok(Refusal(status, Some(incoming.id), failure).into())
            }
        }
    }

    /// The response of a result. That of an `initialize` begins a session, if there are sessions.
    fn introduce(&self, incoming: &Incoming, message: Value) -> Result<Response, Error> {
        let response = Response::from(message);
        match &self.sessions {
            Some(sessions) if incoming.method == "initialize" => {
                let capabilities = incoming.params.get("capabilities");
                let session = sessions.begin(capabilities.cloned().unwrap_or_default())?;
                Ok(response.with_header(SESSION_HEADER, session.id())?)
            }
            _ => Ok(response),
        }
    }

    /// A response that is written while the tool works.
    fn stream(&self, tool: Arc<Tool>, incoming: Incoming) -> Response {
        let (info, asked) = (self.info.clone(), Arc::clone(&self.asked));
        let write = move |events: &mut ServerEvents<'_>| -> Result<(), Error> {
            // The head goes out with the first byte, and a client counts its time until then.
            events.comment("")?;
            let mut send = |message: &Value| {
                events.send(&ServerEvent::new(&message.to_string()).name("message"))
            };
            let mut call = Call {
                incoming: &incoming,
                asked: &asked,
                variables: Vec::new(),
                send: Some(&mut send),
            };
            let (last, ends) = match guarded(|| tool.call(&mut call)) {
                Ok(Ok(result)) => (success(&incoming, &info, result), Ok(())),
                Ok(Err(failure)) => (failure.to_message(Some(&incoming.id)), Ok(())),
                // The client gets a result all the same; the call has failed.
                Err(why) => (
                    panicked().to_message(Some(&incoming.id)),
                    Err(Error::new(PANIC, why)),
                ),
            };
            send(&last)?;
            ends
        };
        Response::events(write).with_heartbeat(HEARTBEAT, ServerEvents::COMMENT)
    }

    fn delete(&self, request: &Request) -> Response {
        let (Some(sessions), Some(id)) = (&self.sessions, request.header(SESSION_HEADER)) else {
            return refuse(400, "Mcp-Session-Id is missing: which session?");
        };
        if sessions.end(id) {
            Response::new(204)
        } else {
            refuse(404, "this session is over")
        }
    }
}

/// Runs a handler; of its panic, the message. Without this, a client would take the 404 of the failed call for the end of its
/// session.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // What a panic leaves half changed is the handler's to guard, as with any handler of this runtime.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|&text| text.to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "the panic has no message".to_owned())
    })
}

fn panicked() -> Failure {
    Failure::protocol(INTERNAL, "the handler panicked")
}

fn success(incoming: &Incoming, server: &Value, mut result: Value) -> Value {
    if incoming.era == Era::Stateless {
        stateless::complete(&incoming.method, server, &mut result);
    }
    json!({ "jsonrpc": "2.0", "id": incoming.id, "result": result })
}

fn refuse(status: u16, why: &str) -> Response {
    Refusal(status, None, Failure::protocol(INVALID_REQUEST, why)).into()
}

impl Refusal {
    fn into_response(self) -> Response {
        let Self(status, id, failure) = self;
        Response::from((status, failure.to_message(id.as_ref())))
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        refusal.into_response()
    }
}

//! The way from an HTTP call to its response: Streamable HTTP.
//!
//! Owns the statuses and headers. It must not know what a method gives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use fc_runtime::http::{Request, Response, ServerEvent, ServerEvents};
use fc_runtime::{Error, log};

use crate::call::Call;
use crate::entry::Entry;
use crate::failure::{Failure, INTERNAL, INVALID_REQUEST};
use crate::incoming::{Incoming, Message, VERSION};
use crate::json::Part::Raw;
use crate::json::{JsonRef, Object, object};
use crate::server::Parts;
use crate::session::Session;
use crate::stateless;
use crate::tool;
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

/// What is known of a POST by what it says.
struct Seen<'a> {
    /// Of the request; a message that could not be read has none.
    id: JsonRef<'a>,
    /// Of an `initialize` that begins a session.
    params: Option<JsonRef<'a>>,
}

impl Parts {
    pub(crate) fn answer(&self, request: &Request) -> Result<Response, Error> {
        let mut seen = Seen {
            id: JsonRef::NULL,
            params: None,
        };
        match (self.try_answer(request, &mut seen), seen.params) {
            (Ok(response), Some(params)) => self.introduce(response, params),
            (Ok(response), None) => Ok(response),
            (Err(failure), _) => Ok(failed(seen.id, &failure)),
        }
    }

    fn try_answer<'a>(
        &self,
        request: &'a Request,
        seen: &mut Seen<'a>,
    ) -> Result<Response, Failure> {
        if !request.comes_from(&self.origins) {
            return Err(invalid(403, "pages of this Origin may not call"));
        }
        match (request.method(), &self.sessions) {
            ("POST", _) => self.post(request, seen),
            ("DELETE", Some(sessions)) => {
                let Some(id) = request.header(SESSION_HEADER) else {
                    return Err(invalid(400, "Mcp-Session-Id is missing: which session?"));
                };
                let is_ended = sessions.end(id).then(|| Response::new(204));
                is_ended.ok_or_else(|| invalid(404, "this session is over"))
            }
            (_, sessions) => {
                let allowed = if sessions.is_some() {
                    "POST, DELETE"
                } else {
                    "POST"
                };
                Ok(with(Response::new(405), "Allow", allowed))
            }
        }
    }

    fn post<'a>(&self, request: &'a Request, seen: &mut Seen<'a>) -> Result<Response, Failure> {
        if !request.is_of_type(JSON) {
            return Err(invalid(415, "Content-Type must be application/json"));
        }
        if !request.accepts(JSON) {
            let why = "Accept must name application/json and text/event-stream";
            return Err(invalid(406, why));
        }
        match Message::parse(request.body())? {
            Message::Request(id, method, params) => {
                seen.id = id;
                if method == "initialize" && self.sessions.is_some() {
                    seen.params = Some(params);
                }
                self.respond(id, method, params, request)
            }
            other => self.take(other, request),
        }
    }

    /// Takes what asks for no result.
    fn take(&self, message: Message<'_>, request: &Request) -> Result<Response, Failure> {
        let era = self.era(request.header(VERSION_HEADER))?;
        self.session_of(request, era, "")?;
        if let (Message::Answer(id, answer), Era::Handshake) = (message, era) {
            self.asked.answered(&id, answer.to_owned());
        }
        Ok(Response::new(202))
    }

    /// The request with what is known around it.
    fn admit(
        &self,
        id: JsonRef<'_>,
        method: String,
        params: JsonRef<'_>,
        request: &Request,
    ) -> Result<Incoming, Failure> {
        if !params.is_object() {
            let why = "params must be an object";
            return Err(Failure::protocol(INVALID_REQUEST, why));
        }
        // Only the body of a request that stands alone has a version; its header is missing then, and is asked for.
        let meta = params.get("_meta");
        let is_alone = meta.is_some_and(|meta| meta.get(VERSION_KEY).is_some());
        let version = request.header(VERSION_HEADER);
        let era = self.era(version.or(is_alone.then_some(STATELESS_VERSION)))?;
        let session = self.session_of(request, era, &method)?;
        let incoming = Incoming {
            id: id.to_owned(),
            method,
            params: params.to_owned(),
            era,
            session,
        };
        if era == Era::Stateless {
            stateless::check(&incoming, request)?;
        }
        Ok(incoming)
    }

    /// The era of a request with this version in its header. One without is older than the header.
    fn era(&self, version: Option<&str>) -> Result<Era, Failure> {
        let version = match version {
            None => return Ok(Era::Handshake),
            Some(version) => version,
        };
        let has_sessions = self.sessions.is_some();
        if HANDSHAKE_VERSIONS.contains(&version) {
            Ok(Era::Handshake)
        } else if version == STATELESS_VERSION && !has_sessions {
            // A client that can do both shakes hands where there are sessions, and has one.
            Ok(Era::Stateless)
        } else {
            let known = if has_sessions {
                &VERSIONS[1..]
            } else {
                &VERSIONS
            };
            Err(stateless::unsupported(version, known))
        }
    }

    /// The session that a request must name, if there are sessions.
    fn session_of(
        &self,
        request: &Request,
        era: Era,
        method: &str,
    ) -> Result<Option<Session>, Failure> {
        let (Some(sessions), Era::Handshake) = (&self.sessions, era) else {
            return Ok(None);
        };
        if method == "initialize" {
            return Ok(None);
        }
        let Some(id) = request.header(SESSION_HEADER) else {
            return Err(invalid(400, "Mcp-Session-Id is missing: initialize first"));
        };
        match sessions.find(id) {
            Some(session) => Ok(Some(session)),
            None => Err(invalid(404, "this session is over: initialize again")),
        }
    }

    fn respond(
        &self,
        id: JsonRef<'_>,
        method: String,
        params: JsonRef<'_>,
        request: &Request,
    ) -> Result<Response, Failure> {
        let incoming = self.admit(id, method, params, request)?;
        let tool = match incoming.method.as_str() {
            "tools/call" => self.tool_of(&incoming).ok(),
            _ => None,
        };
        if let Some(tool) = tool {
            if incoming.era == Era::Stateless {
                stateless::check_arguments(&incoming, tool.schema.view(), request)?;
            }
            if tool.streams && request.accepts(EVENTS) {
                return Ok(self.stream(Arc::clone(tool), incoming));
            }
        }
        let mut call = Call::new(&incoming, &self.asked);
        match guarded(&mut || match tool {
            Some(tool) => tool::call(tool, &mut call),
            None => self.result(&mut call),
        }) {
            Ok(Ok(result)) => Ok(Response::json_text(success(&incoming, &self.info, result))),
            Ok(Err(failure)) => match incoming.era {
                Era::Handshake => Err(failure.with_status(200)),
                Era::Stateless => Err(failure),
            },
            Err(why) => {
                log::error!("{} panicked: {why}", incoming.method);
                Ok(failed(id, &panicked()).failed())
            }
        }
    }

    /// Begins a session with the response of an `initialize`.
    fn introduce(&self, response: Response, params: JsonRef<'_>) -> Result<Response, Error> {
        let (Some(sessions), 200) = (&self.sessions, response.status()) else {
            return Ok(response);
        };
        let capabilities = params.get("capabilities").unwrap_or(JsonRef::NULL);
        let session = sessions.begin(capabilities.to_owned())?;
        Ok(with(response, SESSION_HEADER, session.id()))
    }

    /// A response that is written while the tool works.
    fn stream(&self, tool: Arc<Entry>, incoming: Incoming) -> Response {
        let (info, asked) = (Arc::clone(&self.info), Arc::clone(&self.asked));
        let write = move |events: &mut ServerEvents<'_>| -> Result<(), Error> {
            // The head goes out with the first byte, and a client counts its time until then.
            events.comment("")?;
            let mut send = |message: &str| events.send(&ServerEvent::new(message).name("message"));
            let mut call = Call::new(&incoming, &asked);
            call.send = Some(&mut send);
            let (last, ends) = match guarded(&mut || tool::call(&tool, &mut call)) {
                Ok(Ok(result)) => (success(&incoming, &info, result), Ok(())),
                Ok(Err(failure)) => (error(incoming.id.view(), &failure), Ok(())),
                // The client gets a result all the same; the call has failed.
                Err(why) => (
                    error(incoming.id.view(), &panicked()),
                    Err(Error::new(PANIC, why)),
                ),
            };
            send(&last)?;
            ends
        };
        Response::events(write).with_heartbeat(HEARTBEAT, ServerEvents::COMMENT)
    }
}

/// What a handler gives.
type Given = Result<Object, Failure>;

/// Runs a handler; of its panic, the message. Without this, a client would take the 404 of the failed call for the end of its
/// session.
fn guarded(work: &mut dyn FnMut() -> Given) -> Result<Given, String> {
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

fn success(incoming: &Incoming, server: &str, mut result: Object) -> String {
    if incoming.era == Era::Stateless {
        stateless::complete(&incoming.method, server, &mut result);
    }
    object(&[
        VERSION,
        ("id", Raw(incoming.id.as_json())),
        ("result", Raw(result.as_str())),
    ])
}

/// One to a request that could not be read has no id.
fn error(id: JsonRef<'_>, failure: &Failure) -> String {
    object(&[
        VERSION,
        ("id", Raw(id.as_json())),
        ("error", Raw(&failure.to_error())),
    ])
}

/// The response with a header of this module, which is sound.
fn with(response: Response, name: &str, value: &str) -> Response {
    match response.with_header(name, value) {
        Ok(response) => response,
        Err(_) => unreachable!("a header of the server is sound"),
    }
}

fn failed(id: JsonRef<'_>, failure: &Failure) -> Response {
    Response::json_text(error(id, failure)).with_status(failure.status())
}

fn invalid(status: u16, why: &str) -> Failure {
    Failure::protocol(INVALID_REQUEST, why).with_status(status)
}

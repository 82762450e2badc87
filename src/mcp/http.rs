//! The way from an HTTP call to its response: Streamable HTTP.
//!
//! Owns the statuses and headers. It must not know what a method gives.

use fc_runtime::http::{Request, Response};
use fc_runtime::{Error, log};

use crate::asked;
use crate::call::Call;
use crate::failure::{Failure, INVALID_REQUEST, invalid};
use crate::incoming::{Incoming, Message, MessageKind};
use crate::json::JsonRef;
use crate::outgoing::{error, guarded, message, panicked};
use crate::server::Parts;
use crate::session::Session;
use crate::stateless;
use crate::streamed::Streamed;
use crate::tool;
use crate::version::{
    Era, HANDSHAKE_VERSIONS, STATELESS_VERSION, VERSION_HEADER, VERSION_KEY, VERSIONS,
};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// How a call ends.
enum Outcome {
    /// With the result of a request.
    Message(String),
    /// With what a tool says while it works.
    Stream(Box<Streamed>),
    /// Not at all: the message asks for no result.
    Accepted,
    /// The session has ended.
    Ended,
    /// There is no such method of HTTP.
    NotAllowed,
    /// The handler has panicked.
    Panicked,
}

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
        Ok(match self.try_answer(request, &mut seen) {
            Ok(Outcome::Message(text)) => return self.succeed(text, seen.params),
            Ok(Outcome::Stream(streamed)) => streamed.into_response(),
            Ok(Outcome::Accepted) => Response::new(202),
            Ok(Outcome::Ended) => Response::new(204),
            Ok(Outcome::NotAllowed) => self.refuse_method(),
            Ok(Outcome::Panicked) => failed(seen.id, &panicked()).failed(),
            Err(failure) => failed(seen.id, &failure),
        })
    }

    /// The response to a request; that to an `initialize` begins a session, if there are any.
    fn succeed(&self, text: String, params: Option<JsonRef<'_>>) -> Result<Response, Error> {
        let response = Response::json_text(text);
        match (&self.sessions, params) {
            (Some(sessions), Some(params)) => {
                let capabilities = params.get("capabilities").unwrap_or(JsonRef::NULL);
                sessions.begin(response, capabilities.to_owned())
            }
            _ => Ok(response),
        }
    }

    // For what clients hardly send. In the frame of its caller, which is large, each access would take more bytes.
    #[inline(never)]
    fn refuse_method(&self) -> Response {
        let allowed = if self.sessions.is_some() {
            "POST, DELETE"
        } else {
            "POST"
        };
        let response = Response::new(405).with_header("Allow", allowed);
        response.unwrap_or_else(|_| unreachable!("the header is sound"))
    }

    fn try_answer<'a>(
        &self,
        request: &'a Request,
        seen: &mut Seen<'a>,
    ) -> Result<Outcome, Failure> {
        if !request.comes_from(&self.origins) {
            return Err(invalid(403, "pages of this Origin may not call"));
        }
        match (request.method(), &self.sessions) {
            ("POST", _) => self.post(request, seen),
            ("DELETE", Some(sessions)) => sessions.end(request).map(|()| Outcome::Ended),
            _ => Ok(Outcome::NotAllowed),
        }
    }

    fn post<'a>(&self, request: &'a Request, seen: &mut Seen<'a>) -> Result<Outcome, Failure> {
        if !request.is_of_type(JSON) {
            return Err(invalid(415, "Content-Type must be application/json"));
        }
        if !request.accepts(JSON) {
            let why = "Accept must name application/json and text/event-stream";
            return Err(invalid(406, why));
        }
        let message = Message::parse(request.body())?;
        let is_request = message.kind == MessageKind::Request;
        if is_request {
            seen.id = message.id;
            if message.method == "initialize" {
                seen.params = Some(message.params);
            }
        }
        let era = self.era_of(&message, request)?;
        let session = self.session_of(request, era, &message.method)?;
        if is_request {
            let incoming = Incoming {
                id: message.id,
                method: &message.method,
                params: message.params,
                era,
                session: session.as_ref(),
            };
            return self.respond(&incoming, request);
        }
        // What asks for no result.
        if message.kind == MessageKind::Answer && era == Era::Handshake {
            // This server asks with texts as ids, so a number is the answer to nothing.
            let id = message.id.string().unwrap_or_default();
            asked::answered(&id, message.whole.to_owned());
        }
        Ok(Outcome::Accepted)
    }

    /// The era of a message, whose parameters are found to be an object.
    fn era_of(&self, message: &Message<'_>, request: &Request) -> Result<Era, Failure> {
        let version = request.header(VERSION_HEADER);
        if message.kind != MessageKind::Request {
            return self.era(version);
        }
        if !message.params.is_object() {
            return Err(Failure::protocol(
                INVALID_REQUEST,
                "params must be an object",
            ));
        }
        // Only the body of a request that stands alone has a version; its header is missing then, and is asked for.
        let meta = message.params.get("_meta");
        let is_alone = meta.is_some_and(|meta| meta.get(VERSION_KEY).is_some());
        self.era(version.or(is_alone.then_some(STATELESS_VERSION)))
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
        sessions.of(request).map(Some)
    }

    fn respond(&self, incoming: &Incoming<'_>, request: &Request) -> Result<Outcome, Failure> {
        let is_stateless = incoming.era == Era::Stateless;
        if is_stateless {
            stateless::check(incoming, request)?;
        }
        let tool = match incoming.method {
            "tools/call" => self.tool_of(incoming).ok(),
            _ => None,
        };
        if let Some(tool) = tool {
            if is_stateless {
                stateless::check_arguments(incoming, tool.schema.view(), request)?;
            }
            if tool.streams && request.accepts(EVENTS) {
                let streamed = Streamed::new(tool, &self.info, incoming);
                return Ok(Outcome::Stream(streamed));
            }
        }
        let mut call = Call::new(incoming);
        match guarded(&mut || match tool {
            Some(tool) => tool::call(tool, &mut call),
            None => self.result(&mut call),
        }) {
            Ok(Err(failure)) if is_stateless => Err(failure),
            Ok(Err(failure)) => Err(failure.with_status(200)),
            Ok(given) => Ok(Outcome::Message(message(incoming, &self.info, given))),
            Err(error) => {
                log::error!("{} panicked: {}", incoming.method, error.message());
                Ok(Outcome::Panicked)
            }
        }
    }
}

fn failed(id: JsonRef<'_>, failure: &Failure) -> Response {
    let response = Response::json_text(error(id, failure));
    // Each is a constant, so that no code for other statuses is in the program.
    match failure.status() {
        400 => response.with_status(400),
        403 => response.with_status(403),
        404 => response.with_status(404),
        406 => response.with_status(406),
        415 => response.with_status(415),
        _ => response,
    }
}

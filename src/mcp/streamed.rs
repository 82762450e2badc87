//! A response that is written while the tool works.
//!
//! Owns the order of the events in it. It must not know which calls are answered so.

use std::sync::Arc;
use std::time::Duration;

use fc_runtime::Error;
use fc_runtime::http::{Response, ServerEvent, ServerEvents};

use crate::call::Call;
use crate::entry::Entry;
use crate::incoming::Incoming;
use crate::json::Json;
use crate::outgoing::{guarded, message, panicked};
use crate::session::Session;
use crate::tool;
use crate::version::Era;

/// How long a stream may be silent: less than proxies and clients wait, of which npm's give up after 60 seconds.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// All that the call of a tool needs once its request has gone.
pub(crate) struct Streamed {
    tool: Arc<Entry>,
    /// The name and version of the server, as an object.
    server: String,
    id: Json,
    params: Json,
    era: Era,
    session: Option<Session>,
}

impl Streamed {
    /// In a box, because it is passed on by value.
    pub(crate) fn new(tool: &Arc<Entry>, server: &str, incoming: &Incoming<'_>) -> Box<Self> {
        Box::new(Self {
            tool: Arc::clone(tool),
            server: server.to_owned(),
            id: incoming.id.to_owned(),
            params: incoming.params.to_owned(),
            era: incoming.era,
            session: incoming.session.cloned(),
        })
    }

    pub(crate) fn into_response(self: Box<Self>) -> Response {
        let response = Response::events(move |events| self.write(events));
        response.with_heartbeat(HEARTBEAT, ServerEvents::COMMENT)
    }

    fn write(&self, events: &mut ServerEvents<'_>) -> Result<(), Error> {
        // The head goes out with the first byte, and a client counts its time until then.
        events.comment("")?;
        let mut send = |message: &str| events.send(&ServerEvent::new(message).name("message"));
        let incoming = Incoming {
            id: self.id.view(),
            method: "tools/call",
            params: self.params.view(),
            era: self.era,
            session: self.session.as_ref(),
        };
        let mut call = Call::new(&incoming);
        call.send = Some(&mut send);
        let (given, ends) = match guarded(&mut || tool::call(&self.tool, &mut call)) {
            Ok(given) => (given, Ok(())),
            // The client gets a result all the same; the call has failed.
            Err(error) => (Err(panicked()), Err(error)),
        };
        send(&message(&incoming, &self.server, given))?;
        ends
    }
}

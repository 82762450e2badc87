//! `Keep`, what a server with sessions asks of its HTTP calls, and gives them.
//!
//! Owns the header of sessions, and the statuses of calls that name none or a lost one. It must not know what is kept.

use fc_runtime::Error;
use fc_runtime::http::{Request, Response};

use crate::failure::{Failure, invalid};
use crate::json::{Json, joined};
use crate::session::{Session, Sessions};
use crate::version::SESSION_HEADER;

/// The sessions of a server, as its HTTP calls see them. Not the type itself: only a server with sessions has their code.
pub(crate) trait Keep: Send + Sync {
    /// The session that a request names.
    fn of(&self, request: &Request) -> Result<Session, Failure>;

    /// Begins a session with the response of an `initialize`.
    fn begin(&self, response: Response, capabilities: Json) -> Result<Response, Error>;

    /// Ends the session that a request names.
    fn end(&self, request: &Request) -> Result<(), Failure>;
}

impl Keep for Sessions {
    fn of(&self, request: &Request) -> Result<Session, Failure> {
        let session = self.find(named(request, "initialize first")?);
        session.ok_or_else(|| invalid(404, "this session is over: initialize again"))
    }

    fn begin(&self, response: Response, capabilities: Json) -> Result<Response, Error> {
        let session = self.add(capabilities)?;
        Ok(response.with_header(SESSION_HEADER, session.id())?)
    }

    fn end(&self, request: &Request) -> Result<(), Failure> {
        let is_ended = self.remove(named(request, "which session?")?);
        let ended = is_ended.then_some(());
        ended.ok_or_else(|| invalid(404, "this session is over"))
    }
}

/// The id of the session.
fn named<'a>(request: &'a Request, hint: &str) -> Result<&'a str, Failure> {
    let id = request.header(SESSION_HEADER);
    id.ok_or_else(|| invalid(400, &joined(&["Mcp-Session-Id is missing: ", hint])))
}

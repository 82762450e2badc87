//! `fc-local check --mcp`: how an MCP server, in any language, keeps what clients and Function Compute need, row by row.
//!
//! ```text
//! handshake, stateless    the two eras of the protocol
//! tools, tasks            what clients read in the list of tools | calls whose result is fetched later
//! message, transport      messages of JSON-RPC | statuses and headers
//! resume, session         streams that are asked for | what is kept between requests
//! listen, open_stream     streams of changes | reading one that has no end
//! task_extension          the calls of 2026-07-28 whose result is fetched later
//! load                    streams, and many calls at once
//! seen                    what all responses have shown
//! place                   the URL or the command under check
//! ask, caller, reply      a request | sending it | what came
//! specs                   what each row asks, and what fixes it
//! ```
//!
//! A command is started and asked as the platform's agent does it; a URL is asked as a client does it.

mod ask;
mod caller;
mod handshake;
mod listen;
mod load;
mod message;
mod open_stream;
mod place;
mod reply;
mod resume;
mod seen;
mod session;
mod specs;
mod stateless;
mod task_extension;
mod tasks;
mod tools;
mod transport;

use serde_json::{Value, json};

use self::ask::{Ask, HANDSHAKE_VERSION, SESSION_HEADER, VERSION_HEADER};
use self::caller::Caller;
pub(super) use self::place::{Place, is_url};
use self::reply::Reply;
use self::seen::Seen;
pub(super) use self::specs::all;
use super::bench::Bench;
use super::client::NoResponse;
use super::row::{Outcome, Spec};
use super::rows::start;
use super::specs::{ALL_INTERFACES, PORT};
use crate::facts::header;
use crate::output;

/// Why no row but those of the start is asked.
pub(super) const UNREACHED: &str = "the server cannot be reached";

/// The server under check, and what is known of it so far.
struct Mcp<'b, 'a> {
    bench: &'b mut Bench<'a>,
    place: Place,
    /// The version of the handshake, if the server has one.
    version: Option<String>,
    /// The session of the handshake, if the server keeps any.
    session: Option<String>,
    /// What `server/discover` gave, if the server speaks 2026-07-28.
    discovered: Option<Value>,
    /// The capabilities that the handshake gave.
    capabilities: Value,
    /// Whether one of the two eras names tools among its capabilities.
    has_tools: bool,
    /// The list of tools, if it could be read.
    tools: Vec<Value>,
    /// What all responses have shown so far.
    seen: Seen,
    /// The URL is one of Function Compute's, or of a server that plays it.
    by_platform: bool,
}

/// Judges every row that can be judged; gives why the others cannot.
///
/// # Errors
///
/// What is asked is no MCP server, so that no row can be judged. One sentence says what it is, and what to do.
pub(super) async fn judge(bench: &mut Bench<'_>) -> Result<String, String> {
    let place = Place::of(bench.args)?;
    if !begin(bench, &place).await {
        return Ok(UNREACHED.to_owned());
    }
    let mut mcp = Mcp {
        bench,
        place,
        version: None,
        session: None,
        discovered: None,
        capabilities: Value::Null,
        has_tools: false,
        tools: Vec::new(),
        seen: Seen::default(),
        by_platform: false,
    };
    output::progress("shaking hands");
    let Some(first) = handshake::first(&mut mcp).await? else {
        return Ok("the server does not answer".to_owned());
    };
    stateless::discover(&mut mcp).await;
    if let Some(why) = handshake::no_server(&mcp, &first) {
        return Err(why);
    }
    handshake::judge(&mut mcp, &first).await;
    output::progress("asking without a handshake");
    stateless::judge(&mut mcp).await;
    if mcp.version.is_none() && mcp.discovered.is_none() {
        return Ok("there is no handshake".to_owned());
    }
    output::progress("listing the tools");
    tools::judge(&mut mcp).await;
    output::progress("sending what servers must refuse");
    message::judge(&mut mcp).await;
    transport::judge(&mut mcp).await;
    resume::judge(&mut mcp).await;
    output::progress("listening to changes");
    listen::judge(&mut mcp).await;
    output::progress("opening sessions");
    session::judge(&mut mcp).await;
    output::progress("making tasks");
    tasks::judge(&mut mcp).await;
    task_extension::judge(&mut mcp).await;
    output::progress("calling at once");
    load::judge(&mut mcp).await;
    resume::resumed(&mut mcp).await;
    seen::conclude(&mut mcp);
    session::end_own(&mut mcp).await;
    Ok("what it needs has failed before".to_owned())
}

/// Starts a command; whether there is something to ask.
async fn begin(bench: &mut Bench<'_>, place: &Place) -> bool {
    if let Place::Command { .. } = place {
        output::progress("starting the server");
        return start::judge(bench).await;
    }
    let why = "a URL is asked as it is, and nothing is started";
    bench.record_all(&[&PORT, &ALL_INTERFACES], &Outcome::not_applicable(why));
    true
}

impl Mcp<'_, '_> {
    /// The way to the server; a command that has ended is started again.
    async fn caller(&mut self) -> Result<Caller, NoResponse> {
        let args = self.bench.args;
        match &self.place {
            Place::Url(url) => Ok(Caller::to_url(url, args)),
            Place::Command { path } => {
                let path = path.clone();
                Ok(Caller::to_instance(self.bench.client().await?, &path, args))
            }
        }
    }

    /// Asks on its own connection, and notes what the rows about all responses need.
    async fn ask(&mut self, ask: &Ask) -> Result<Reply, NoResponse> {
        let reply = self.caller().await?.ask(ask).await;
        let reply = self.bench.kill_if_stuck(reply)?;
        self.by_platform |= reply.header(header::REQUEST_ID).is_some();
        let own = self.session.as_deref().unwrap_or_default();
        self.seen.note(ask, &reply, own);
        Ok(reply)
    }

    /// A request of the era that the server speaks, as a client sends it after its first one.
    fn request(&self, id: impl Into<Value>, method: &str, params: &Value) -> Ask {
        match &self.version {
            Some(version) => self.named(Ask::request(id, method, params), version),
            None => Ask::alone(id, method, params),
        }
    }

    /// A notification after the handshake.
    fn notification(&self, method: &str, params: &Value) -> Ask {
        self.message(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Any message after the handshake.
    fn message(&self, message: &Value) -> Ask {
        let version = self.version.as_deref().unwrap_or(HANDSHAKE_VERSION);
        self.named(Ask::post(message), version)
    }

    /// The GET for a stream, as a client sends it.
    fn stream(&self) -> Ask {
        match &self.version {
            Some(version) => self.named(Ask::stream(), version),
            None => Ask::stream(),
        }
    }

    /// With the version and the session of the handshake.
    fn named(&self, ask: Ask, version: &str) -> Ask {
        let ask = ask.with(VERSION_HEADER, version);
        match &self.session {
            Some(id) => ask.with(SESSION_HEADER, id),
            None => ask,
        }
    }

    /// What every server answers with a result: a ping after a handshake, its description without one.
    fn ping(&self, id: impl Into<Value>) -> Ask {
        let method = match self.version {
            Some(_) => "ping",
            None => "server/discover",
        };
        self.request(id, method, &json!({}))
    }

    fn record(&mut self, spec: &'static Spec, result: Result<Outcome, NoResponse>) {
        self.bench.record_result(spec, result);
    }

    fn record_all(&mut self, specs: &[&'static Spec], outcome: &Outcome) {
        self.bench.record_all(specs, outcome);
    }

    /// A pass if the server still answers.
    async fn still_serves(&mut self, seen: String) -> Result<Outcome, NoResponse> {
        let ping = self.ping(1);
        let reply = self.ask(&ping).await?;
        Ok(Outcome::unless(
            reply
                .result()
                .is_none()
                .then(|| format!("{seen}; then {}", reply.shown())),
            seen,
        ))
    }
}

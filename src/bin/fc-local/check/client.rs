//! Asking one instance: the agent's requests with a deadline, and what came of them.
//!
//! It judges nothing.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::lines::Lines;
use crate::facts::{header, limit};
use crate::ids;
use crate::platform::agent::{self, CallId, Payload};
use crate::platform::body::{self, Body, BoxError, with_sources};
use crate::platform::instance::Instance;
use crate::platform::process::describe_exit;

/// How long a process may take to end of what broke its connection.
const EXIT_GRACE: Duration = Duration::from_millis(300);

/// A request of the agent's.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    Event(Payload),
    Hook(&'static str),
    Http(Http),
}

/// A request of a user's that reaches the function as an HTTP call, or under another control path.
#[derive(Debug, Clone)]
pub(super) struct Http {
    pub(super) method: Method,
    pub(super) target: String,
    /// `None` sends no platform header at all.
    pub(super) control_path: Option<&'static str>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) payload: Payload,
}

/// A whole response, and what was logged meanwhile.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) request_id: String,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Every line from the request to the end of the response.
    pub(super) lines: Vec<String>,
    /// The number of the first of them.
    pub(super) mark: u64,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoResponse {
    TimedOut(Duration),
    /// The process ended meanwhile.
    Exited(String),
    /// The connection ended, or what came is no HTTP.
    Broken(String),
    /// There was no instance to ask, because it did not start again.
    NotStarted(String),
    /// The option names something that no request can carry.
    Impossible(String),
}

/// An instance to ask.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) instance: Arc<Instance>,
    pub(super) lines: Arc<Lines>,
    pub(super) deadline: Duration,
}

/// A connection to it.
pub(super) type Wire = SendRequest<Body>;

impl Ask {
    pub(super) fn event(bytes: impl Into<Bytes>) -> Self {
        Self::Event(Payload::sized(bytes))
    }

    pub(super) fn chunked(bytes: impl Into<Bytes>) -> Self {
        Self::Event(Payload {
            bytes: bytes.into(),
            chunked: true,
        })
    }

    pub(super) fn get(target: &str) -> Self {
        Self::Http(Http::new(Method::GET, target))
    }
}

impl Http {
    pub(super) fn new(method: Method, target: &str) -> Self {
        Self {
            method,
            target: target.to_owned(),
            control_path: Some(crate::facts::control_path::HTTP_INVOKE),
            headers: Vec::new(),
            payload: Payload::default(),
        }
    }

    fn parts(&self) -> Result<request::Parts, NoResponse> {
        let request = Request::builder()
            .method(self.method.clone())
            .uri(&self.target)
            .header(HOST, "check.example.com")
            .body(());
        let request = request.map_err(|error| NoResponse::Impossible(error.to_string()))?;
        let mut parts = request.into_parts().0;
        self.headers
            .iter()
            .for_each(|(name, value)| agent::insert_given(&mut parts.headers, name, value));
        Ok(parts)
    }
}

impl Client {
    /// The request as the agent makes it, with its own request id.
    pub(super) fn request(&self, ask: Ask) -> Result<(String, Request<Body>), NoResponse> {
        let Instance {
            function, headers, ..
        } = &*self.instance;
        let id = match &ask {
            Ask::Hook(_) => ids::hook_request_id(),
            Ask::Event(_) | Ask::Http(_) => ids::request_id(function.name.generation()),
        };
        let call = CallId::first(id.clone());
        let request = match ask {
            Ask::Event(event) => agent::event_request(headers, &call, event),
            Ask::Hook(path) => agent::hook_request(path, headers, &call),
            Ask::Http(http) => {
                let mut request = agent::http_request(headers, &call, http.parts()?, http.payload);
                let headers = request.headers_mut();
                match http.control_path {
                    Some(path) => {
                        headers.insert(header::CONTROL_PATH, HeaderValue::from_static(path));
                    }
                    None => *headers = without_platform(headers),
                }
                request
            }
        };
        Ok((id, request))
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<Wire, NoResponse> {
        let address = self.instance.connections.address();
        self.within(open(address)).await
    }

    /// Asks on its own connection.
    pub(super) async fn ask(&self, ask: Ask) -> Result<Response, NoResponse> {
        let mut wire = self.connect().await?;
        self.ask_on(&mut wire, ask).await
    }

    /// Asks on this connection and no other.
    pub(super) async fn ask_on(&self, wire: &mut Wire, ask: Ask) -> Result<Response, NoResponse> {
        let (request_id, request) = self.request(ask)?;
        let mark = self.lines.mark();
        let (head, body) = self.within(exchange(wire, request)).await?;
        self.instance.log.drain();
        Ok(Response {
            request_id,
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            lines: self.lines.since(mark),
            mark,
        })
    }

    /// Does something with the instance, at most until the deadline.
    pub(super) async fn within<T>(
        &self,
        what: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, NoResponse> {
        match tokio::time::timeout(self.deadline, what).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.broken(&*error).await),
            Err(_) => Err(NoResponse::TimedOut(self.deadline)),
        }
    }

    /// Whether the process has ended, or only the connection.
    async fn broken(&self, error: &(dyn std::error::Error + Send + Sync)) -> NoResponse {
        let ended = self.stays_alive().await.err();
        ended.unwrap_or_else(|| NoResponse::Broken(with_sources(error)))
    }

    /// Gives the process the time to end of what has just been done to it.
    pub(super) async fn stays_alive(&self) -> Result<(), NoResponse> {
        match tokio::time::timeout(EXIT_GRACE, self.instance.process.wait()).await {
            Ok(status) => Err(NoResponse::Exited(describe_exit(status))),
            Err(_) => Ok(()),
        }
    }
}

impl Response {
    /// What `x-fc-status` says, unless it is absent or empty.
    pub(super) fn fc_status(&self) -> Option<&str> {
        let value = self.headers.get(header::STATUS)?.to_str().unwrap_or("?");
        (!value.is_empty()).then_some(value)
    }

    pub(super) fn is_chunked(&self) -> bool {
        self.headers.contains_key(TRANSFER_ENCODING)
    }

    pub(super) fn has_length(&self) -> bool {
        self.headers.contains_key(CONTENT_LENGTH)
    }
}

impl fmt::Display for NoResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(limit) => write!(f, "no response within {} s", limit.as_secs_f64()),
            Self::Exited(exit) => write!(f, "the process ended: {exit}"),
            Self::Broken(error) => write!(f, "no whole response: {error}"),
            Self::NotStarted(error) => write!(f, "it did not start again: {error}"),
            Self::Impossible(error) => write!(f, "no such request can be made: {error}"),
        }
    }
}

impl std::error::Error for NoResponse {}

/// A connection that a task moves, for one who looks at it now and then, and wants to see then what came meanwhile.
async fn open(address: SocketAddr) -> Result<Wire, BoxError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::Builder::new()
        // The agent is a Go client: `X-Fc-Request-Id` (contract §2).
        .title_case_headers(true)
        .max_headers(limit::HEADER_COUNT)
        .handshake(TokioIo::new(stream))
        .await?;
    // Errors of the connection also reach the one who uses it.
    tokio::spawn(connection);
    Ok(sender)
}

async fn exchange(
    wire: &mut Wire,
    request: Request<Body>,
) -> Result<(hyper::http::response::Parts, Bytes), BoxError> {
    wire.ready().await?;
    let (head, incoming) = wire.send_request(request).await?.into_parts();
    let body = body::read_all(incoming, limit::RESPONSE_BODY_BYTES).await?;
    Ok((head, body))
}

/// Only what a stranger's client would send.
fn without_platform(headers: &HeaderMap) -> HeaderMap {
    headers
        .iter()
        .filter(|(name, _)| !name.as_str().starts_with(header::PLATFORM_PREFIX))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

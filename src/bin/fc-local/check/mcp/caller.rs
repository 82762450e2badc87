//! Sends requests to the server under check, each on its own connection and with a deadline.
//!
//! It judges nothing.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_LENGTH, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::ask::Ask;
use super::place::Url;
use super::reply::{self, EVENTS, Reply};
use crate::check::args::{CheckArgs, HeaderArg};
use crate::check::client::{self, Client, Http, NoResponse, Wire};
use crate::check::raw;
use crate::facts::limit;
use crate::platform::agent::{self, Payload};
use crate::platform::body::{self, Body, BoxError, with_sources};

/// How long a stream may stay open after its response.
const STREAM_END_GRACE: Duration = Duration::from_secs(2);

/// The way to a server.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    way: Way,
    path: String,
    /// What every request must have, such as `Authorization`.
    headers: Vec<HeaderArg>,
    deadline: Duration,
}

#[derive(Debug, Clone)]
enum Way {
    Url(Url),
    Instance(Client),
}

/// A reply whose body is on its way.
pub(super) struct Opened {
    pub(super) response: Response<Incoming>,
    head_after: Duration,
    began: Instant,
}

impl Caller {
    pub(super) fn to_url(url: &Url, args: &CheckArgs) -> Self {
        Self::new(Way::Url(url.clone()), &url.path, args)
    }

    pub(super) fn to_instance(client: Client, path: &str, args: &CheckArgs) -> Self {
        Self::new(Way::Instance(client), path, args)
    }

    fn new(way: Way, path: &str, args: &CheckArgs) -> Self {
        Self {
            way,
            path: path.to_owned(),
            headers: args.header.clone(),
            deadline: Duration::from_secs(args.response_timeout),
        }
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<Wire, NoResponse> {
        match &self.way {
            Way::Instance(client) => client.connect().await,
            Way::Url(url) => self.within(connect(&url.address)).await,
        }
    }

    /// Asks on its own connection.
    pub(super) async fn ask(&self, ask: &Ask) -> Result<Reply, NoResponse> {
        let mut wire = self.connect().await?;
        self.ask_on(&mut wire, ask).await
    }

    /// Asks on this connection.
    pub(super) async fn ask_on(&self, wire: &mut Wire, ask: &Ask) -> Result<Reply, NoResponse> {
        let opened = self.open_on(wire, ask).await?;
        self.read(opened).await
    }

    /// Asks on this connection, and gives the head as soon as it has come.
    pub(super) async fn open_on(&self, wire: &mut Wire, ask: &Ask) -> Result<Opened, NoResponse> {
        let request = self.prepared(ask)?;
        let began = Instant::now();
        let sending = async {
            wire.ready().await?;
            Ok(wire.send_request(request).await?)
        };
        let response = self.within(sending).await?;
        Ok(Opened {
            response,
            head_after: began.elapsed(),
            began,
        })
    }

    /// Reads a body to its end, and a stream to its response and a little further.
    async fn read(&self, opened: Opened) -> Result<Reply, NoResponse> {
        let Opened {
            response,
            head_after,
            began,
        } = opened;
        let (head, mut incoming) = response.into_parts();
        let mut reply = Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            body: Vec::new(),
            ended: true,
            head_after,
            after: Duration::ZERO,
        };
        if reply.kind() == EVENTS {
            self.read_events(&mut incoming, &mut reply, began).await?;
        } else {
            let whole = async { Ok(body::read_all(incoming, limit::RESPONSE_BODY_BYTES).await?) };
            reply.body = self.within(whole).await?.to_vec();
            reply.after = began.elapsed();
        }
        Ok(reply)
    }

    async fn read_events(
        &self,
        incoming: &mut Incoming,
        reply: &mut Reply,
        began: Instant,
    ) -> Result<(), NoResponse> {
        while reply.body.len() < limit::RESPONSE_BODY_BYTES {
            let has_response = reply.after > Duration::ZERO;
            let patience = if has_response {
                STREAM_END_GRACE
            } else {
                self.deadline
            };
            match tokio::time::timeout(patience, incoming.frame()).await {
                Ok(None) => return Ok(()),
                Ok(Some(frame)) => {
                    let frame = self.within(async { Ok(frame?) }).await?;
                    reply.body.extend(frame.into_data().unwrap_or_default());
                }
                Err(_) if has_response => {
                    reply.ended = false;
                    return Ok(());
                }
                Err(_) => return Err(NoResponse::TimedOut(self.deadline)),
            }
            if !has_response && reply.response().is_some() {
                reply.after = began.elapsed();
            }
        }
        Err(NoResponse::Broken("the stream does not end".to_owned()))
    }

    /// Sends a request on its own connection and closes it.
    pub(super) async fn send_and_leave(&self, ask: &Ask) -> Result<(), NoResponse> {
        let mut request = self.prepared(ask)?;
        let length = ask.body.len().to_string();
        agent::insert(request.headers_mut(), CONTENT_LENGTH.as_str(), &length);
        let address = match &self.way {
            Way::Url(url) => url.address.clone(),
            Way::Instance(client) => client.instance.connections.address().to_string(),
        };
        let sending = async {
            let mut stream = TcpStream::connect(address).await?;
            stream
                .write_all(&[raw::head(&request), ask.body.clone()].concat())
                .await?;
            Ok(())
        };
        self.within(sending).await
    }

    /// Gives a command the time to end of what has just been done to it.
    pub(super) async fn stays_alive(&self) -> Result<(), NoResponse> {
        match &self.way {
            Way::Url(_) => Ok(()),
            Way::Instance(client) => client.stays_alive().await,
        }
    }

    /// The request as a client, or the agent, sends it.
    fn prepared(&self, ask: &Ask) -> Result<Request<Body>, NoResponse> {
        let mut request = match &self.way {
            Way::Url(url) => Request::builder()
                .method(ask.method.clone())
                .uri(&self.path)
                .header(HOST, &url.host)
                .body(body::full_body(ask.body.clone()))
                .map_err(|error| NoResponse::Impossible(error.to_string()))?,
            Way::Instance(client) => {
                let mut http = Http::new(ask.method.clone(), &self.path);
                // The row about the domain sends another; a server on this machine is called so.
                let port = client.instance.connections.address().port();
                http.headers = vec![("host", format!("localhost:{port}"))];
                http.payload = Payload::sized(ask.body.clone());
                client.request(client::Ask::Http(http))?.1
            }
        };
        let headers = request.headers_mut();
        for HeaderArg { name, value } in &self.headers {
            agent::insert_given(headers, name, value);
        }
        for (name, value) in &ask.headers {
            agent::insert_given(headers, name, value);
        }
        Ok(request)
    }

    async fn within<T>(
        &self,
        what: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, NoResponse> {
        if let Way::Instance(client) = &self.way {
            return client.within(what).await;
        }
        match tokio::time::timeout(self.deadline, what).await {
            Ok(done) => done.map_err(|error| NoResponse::Broken(with_sources(&*error))),
            Err(_) => Err(NoResponse::TimedOut(self.deadline)),
        }
    }
}

impl Opened {
    /// The media type of the head.
    pub(super) fn kind(&self) -> String {
        reply::kind(self.response.headers())
    }
}

async fn connect(address: &str) -> Result<Wire, BoxError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

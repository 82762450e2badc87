//! Keep-alive connections to an instance, as the platform's agent holds them
//! ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
//!
//! It carries requests and answers, and must not know what they mean.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::facts::limit;
use crate::platform::body::{Body, BoxError};

/// Keep-alive connections to one instance.
#[derive(Debug)]
pub(crate) struct Connections {
    address: SocketAddr,
    idle: Mutex<Vec<SendRequest<Body>>>,
}

/// An answer whose body is still on its way, and the connection it comes over.
pub(crate) struct Exchange {
    pub(crate) response: Response<Incoming>,
    sender: SendRequest<Body>,
}

impl Connections {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self {
            address,
            idle: Mutex::default(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a request over an idle connection, or over a new one.
    ///
    /// An idle connection that turns out to be closed before anything was written gives the request back; what was
    /// written is never sent twice, as on the platform ([contract §4.1](crate::check::sections::SECTIONS#4.1)).
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Result<Exchange, BoxError> {
        while let Some(mut sender) = self.take_idle().await {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok(Exchange { response, sender }),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await?;
        Ok(Exchange { response, sender })
    }

    /// Keeps a connection whose answer was read to the end for the next call.
    pub(crate) fn give_back(&self, sender: SendRequest<Body>) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sender);
    }

    async fn take_idle(&self) -> Option<SendRequest<Body>> {
        loop {
            let mut sender = self
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop()?;
            if sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }

    /// Opens a new connection.
    pub(crate) async fn connect(&self) -> Result<SendRequest<Body>, BoxError> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::Builder::new()
            // The agent is a Go client: `X-Fc-Request-Id` (contract §2).
            .title_case_headers(true)
            .max_headers(limit::HEADER_COUNT)
            .handshake(TokioIo::new(stream))
            .await?;
        // Errors of the connection also reach the call that uses it.
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Exchange {
    /// Takes the answer apart from its connection, which is given back once the body was read.
    pub(crate) fn split(self) -> (Response<Incoming>, SendRequest<Body>) {
        (self.response, self.sender)
    }
}

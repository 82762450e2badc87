//! Asking the fc-local that runs on a data folder, with the address and the keys that it left there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, DATE, HOST, HeaderValue};
use hyper::http::{request, response};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::api::ADMIN_PREFIX;
use crate::cmd::announcement::ServerFile;
use crate::facts::limit;
use crate::platform::body::{self, BoxError, full_body};
use crate::signature::Keys;

/// The way to a running fc-local.
#[derive(Debug)]
pub(crate) struct Client {
    address: String,
    keys: Keys,
    data: PathBuf,
}

impl Client {
    /// The server that runs on a data folder.
    pub(crate) fn of(data: &Path) -> Result<Self, String> {
        let read = || Ok(serde_json::from_slice(&fs::read(ServerFile::path(data))?)?);
        let server: ServerFile = read().map_err(|_: BoxError| {
            let shown = data.display();
            format!(
                "no fc-local serves the data folder {shown}: start one by `fc-local start` or `fc-local watch`, or name \
                 the folder of the one that runs"
            )
        })?;
        Ok(Self {
            address: server.endpoint.trim_start_matches("http://").to_owned(),
            keys: Keys {
                id: server.access_key_id,
                secret: server.access_key_secret,
            },
            data: data.to_owned(),
        })
    }

    /// Asks something about a name; an answer that is no success is an error with the server's own words.
    pub(crate) async fn ask(
        &self,
        method: Method,
        name: &str,
        headers: &[(&'static str, &'static str)],
        body: Bytes,
    ) -> Result<(response::Parts, Bytes), BoxError> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{ADMIN_PREFIX}{name}"))
            .body(())?;
        let (mut head, ()) = request.into_parts();
        for (name, value) in headers {
            head.headers.insert(*name, HeaderValue::from_static(value));
        }
        let (head, body) = self.send(head, body).await?;
        if head.status.is_success() {
            Ok((head, body))
        } else {
            Err(message_of(&String::from_utf8_lossy(&body)).into())
        }
    }

    /// Sends a request of a user, signed, and returns whatever is answered.
    pub(crate) async fn send(
        &self,
        mut head: request::Parts,
        body: Bytes,
    ) -> Result<(response::Parts, Bytes), BoxError> {
        let date = httpdate::fmt_http_date(std::time::SystemTime::now());
        let headers = &mut head.headers;
        headers.insert(HOST, HeaderValue::from_str(&self.address)?);
        headers.insert(DATE, HeaderValue::from_str(&date)?);
        let signature = self.keys.sign_fc2(&head);
        head.headers
            .insert(AUTHORIZATION, HeaderValue::from_str(&signature)?);
        let stream = TcpStream::connect(&self.address);
        let stream = stream.await.map_err(|error| self.unreachable(&error))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::from_parts(head, full_body(body));
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok((
            head,
            body::read_all(body, limit::RESPONSE_BODY_BYTES).await?,
        ))
    }

    fn unreachable(&self, error: &io::Error) -> BoxError {
        let (address, data) = (&self.address, self.data.display());
        let message = format!(
            "nothing answers on {address} ({error}); if the fc-local of {data} was killed, start it again with `fc-local \
             start` or `fc-local watch`"
        );
        message.into()
    }
}

fn message_of(text: &str) -> String {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let message = json
        .as_ref()
        .and_then(|json| json.get("ErrorMessage"))
        .and_then(Value::as_str);
    message.unwrap_or(text).to_owned()
}

//! Asking the fc-local that runs on a data folder, with the address and the keys that it left there.

use std::fs;
use std::path::Path;

use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, DATE, HOST, HeaderValue};
use hyper::http::response;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::api::{ADMIN_PREFIX, Keys};
use crate::cmd::announcement::ServerFile;
use crate::facts::limit;
use crate::platform::body::{self, BoxError, full_body};

/// The way to a running fc-local.
#[derive(Debug)]
pub(crate) struct Client {
    address: String,
    keys: Keys,
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
            .header(HOST, &self.address)
            .header(DATE, httpdate::fmt_http_date(std::time::SystemTime::now()))
            .body(full_body(body))?;
        let (mut head, body) = request.into_parts();
        for (name, value) in headers {
            head.headers.insert(*name, HeaderValue::from_static(value));
        }
        let signature = self.keys.sign_fc2(&head);
        head.headers
            .insert(AUTHORIZATION, HeaderValue::from_str(&signature)?);
        let stream = TcpStream::connect(&self.address).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let answer = sender.send_request(Request::from_parts(head, body)).await?;
        let (head, body) = answer.into_parts();
        let body = body::read_all(body, limit::ANSWER_BODY_BYTES).await?;
        if head.status.is_success() {
            Ok((head, body))
        } else {
            Err(message_of(&String::from_utf8_lossy(&body)).into())
        }
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

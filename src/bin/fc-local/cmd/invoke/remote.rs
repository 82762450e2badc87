//! Calls of a function that a running fc-local has deployed, instead of for a package.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::http::{request, response};
use hyper::{Method, Uri};

use super::args::InvokeArgs;
use super::error::InvokeError;
use crate::cmd::client::Client;
use crate::facts::{FC2_PREFIX, FC3_PREFIX, header};
use crate::name::FunctionName;
use crate::platform::report::Usage;
use crate::store::Store;

/// A deployed function.
#[derive(Debug)]
pub(super) struct Remote {
    client: Client,
    function: FunctionName,
}

/// The answer to an event.
#[derive(Debug)]
pub(super) struct RemoteAnswer {
    pub(super) body: Bytes,
    /// The tail log.
    pub(super) log: Vec<u8>,
    /// Why the function failed, if it has.
    pub(super) error_type: Option<String>,
    pub(super) usage: Usage,
}

impl Remote {
    /// The function that `--on` names.
    pub(super) fn of(args: &InvokeArgs, name: &str) -> Result<Self, InvokeError> {
        let data = args.server.folder().map_err(InvokeError::Refused)?;
        let client = Client::of(&data).map_err(InvokeError::Refused)?;
        let state = Store::peek(&data).map_err(|error| InvokeError::Refused(error.to_string()))?;
        let function = state.named(name).map_err(|error| {
            InvokeError::Refused(format!("{error}; the data folder is {}", data.display()))
        })?;
        Ok(Self { client, function })
    }

    /// Sends an event; an error is why the function was never called.
    pub(super) async fn invoke(&self, event: Bytes) -> Result<RemoteAnswer, String> {
        let headers = [(header::LOG_TYPE, "Tail")];
        let name = self.function.to_string();
        let answer = self.client.ask(Method::POST, &name, &headers, event);
        let (head, body) = answer.await.map_err(|error| error.to_string())?;
        Ok(RemoteAnswer::of(&head, body))
    }

    /// Sends a request to the default address of the function's HTTP trigger.
    pub(super) async fn http(
        &self,
        mut head: request::Parts,
        body: Bytes,
    ) -> Result<(response::Parts, RemoteAnswer), String> {
        let (prefix, name) = match self.function.service() {
            Some(_) => (FC2_PREFIX, self.function.to_string()),
            None => (FC3_PREFIX, self.function.to_string()),
        };
        let target = format!("{prefix}/proxy/{name}{}", head.uri);
        head.uri = Uri::try_from(target).map_err(|error| error.to_string())?;
        head.headers
            .insert(header::LOG_TYPE, HeaderValue::from_static("Tail"));
        let answer = self.client.send(head, body).await;
        let (head, body) = answer.map_err(|error| error.to_string())?;
        let answer = RemoteAnswer::of(&head, body);
        Ok((head, answer))
    }
}

impl RemoteAnswer {
    fn of(head: &response::Parts, body: Bytes) -> Self {
        Self {
            log: BASE64
                .decode(text(head, header::LOG_RESULT))
                .unwrap_or_default(),
            error_type: Some(text(head, header::ERROR_TYPE))
                .filter(|kind| !kind.is_empty())
                .map(str::to_owned),
            usage: Usage {
                duration: Duration::from_secs_f64(
                    number(head, header::INVOCATION_DURATION) / 1000.0,
                ),
                memory_mb: number(head, header::MAX_MEMORY_USAGE),
            },
            body,
        }
    }
}

fn text<'a>(head: &'a response::Parts, name: &str) -> &'a str {
    let value = head.headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// A number that the server gives; an initializer that failed has none.
fn number(head: &response::Parts, name: &str) -> f64 {
    text(head, name).parse().unwrap_or(0.0)
}

//! Lifecycle hooks: one call each to `/initialize`, `/pre-freeze`, `/pre-stop`
//! ([contract §1.1](crate::check::sections::SECTIONS#1.1), [§3.1](crate::check::sections::SECTIONS#3.1)).

use std::fmt;
use std::time::Duration;

use hyper::body::Bytes;

use crate::facts::limit;
use crate::function::Hook;
use crate::platform::agent::{self, CallId, FunctionHeaders};
use crate::platform::body::BoxError;
use crate::platform::connections::{Connections, Outgoing};

/// A hook that did not succeed.
#[derive(Debug)]
pub(crate) enum HookError {
    /// It answered with a status that is not 2xx.
    Refused { status: u16, body: Bytes },
    /// It did not answer in its time.
    TimedOut(Duration),
    /// The connection ended before the response.
    Broken(BoxError),
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, body } => {
                write!(f, "it answered {status}: {}", String::from_utf8_lossy(body))
            }
            Self::TimedOut(limit) => write!(
                f,
                "it did not answer within {} seconds",
                limit.as_secs_f64()
            ),
            Self::Broken(error) => write!(f, "the connection ended before the response: {error}"),
        }
    }
}

/// Calls a hook and waits for its response.
pub(crate) async fn call(
    connections: &Connections,
    of_function: &FunctionHeaders,
    path: &'static str,
    hook: &Hook,
    call: &CallId,
) -> Result<Bytes, HookError> {
    let answer =
        tokio::time::timeout(hook.timeout, exchange(connections, of_function, path, call)).await;
    let (status, body) = answer
        .map_err(|_| HookError::TimedOut(hook.timeout))?
        .map_err(HookError::Broken)?;
    if status.is_success() {
        Ok(body)
    } else {
        Err(HookError::Refused {
            status: status.as_u16(),
            body,
        })
    }
}

async fn exchange(
    connections: &Connections,
    of_function: &FunctionHeaders,
    path: &'static str,
    call: &CallId,
) -> Result<(hyper::StatusCode, Bytes), BoxError> {
    let (parts, _) = agent::hook_request(path, of_function, call).into_parts();
    let (head, mut connection) = connections.send(Outgoing::without_body(&parts)).await?;
    let body = connection.read_all(limit::SYNC_BODY_BYTES).await?;
    connections.give_back(connection);
    Ok((head.status, body))
}

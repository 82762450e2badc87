//! `RuntimeError`, why a runtime could not serve.
//!
//! Owns the words that a program ends with. It must not know when it does.

use std::fmt;
use std::io;

use super::port::{NoPort, PORT_VARIABLES};
use crate::server::ServeError;

/// Why a runtime could not serve, or could not go on.
///
/// `Debug` prints the message, too, because that is what Rust prints if `main` returns this error.
#[non_exhaustive]
pub enum RuntimeError {
    /// Neither [`Runtime::invoke`](crate::Runtime::invoke) nor [`Runtime::http`](crate::Runtime::http) was given a handler.
    NoHandler,
    /// A variable of [`PORT_VARIABLES`](crate::PORT_VARIABLES) does not contain a port.
    #[non_exhaustive]
    Port {
        /// The variable.
        variable: &'static str,
        /// What it contains.
        value: String,
    },
    /// The runtime cannot listen on the port, usually because another process does.
    #[non_exhaustive]
    Bind {
        /// The port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// The system had no thread or descriptor left, or signals already end too many runs of this process.
    Start(io::Error),
    /// Connections can no longer be accepted. Every accepted request has got its response. The process should end, so
    /// that Function Compute starts another.
    Accept,
    /// A second signal arrived before all requests had their response.
    #[non_exhaustive]
    Interrupted {
        /// How many had none.
        in_flight: usize,
    },
}

impl fmt::Debug for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHandler => f.write_str(
                "there is nothing to serve: give Runtime::invoke or Runtime::http a handler",
            ),
            Self::Port { variable, value } => write!(
                f,
                "{variable} is {value:?}, which is not a port from 1 to 65535"
            ),
            Self::Bind { port, source } => write!(
                f,
                "cannot listen on 0.0.0.0:{port}: {source}; Runtime::port or {} sets another port",
                PORT_VARIABLES[0]
            ),
            Self::Start(source) => write!(f, "cannot begin to serve: {source}"),
            Self::Accept => {
                f.write_str("connections can no longer be accepted: raise the limit of open files and of threads")
            }
            Self::Interrupted { in_flight } => {
                write!(f, "a second signal left {in_flight} requests unanswered")
            }
        }
    }
}

impl std::error::Error for RuntimeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { source, .. } | Self::Start(source) => Some(source),
            _ => None,
        }
    }
}

impl From<NoPort> for RuntimeError {
    fn from(NoPort { variable, value }: NoPort) -> Self {
        Self::Port { variable, value }
    }
}

impl From<ServeError> for RuntimeError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Start(source) => Self::Start(source),
            ServeError::Accept => Self::Accept,
            ServeError::Interrupted(in_flight) => Self::Interrupted { in_flight },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RuntimeError;

    #[test]
    fn a_main_that_returns_an_error_shows_its_message() {
        let error = RuntimeError::Interrupted { in_flight: 2 };
        assert_eq!(format!("{error:?}"), error.to_string());
    }
}

//! The listener of a runtime.
//!
//! Owns which listener is served, and what must be there first. It must not know how it is served.

use std::net::TcpListener;

use super::{RuntimeError, port};
use crate::dispatch::Handlers;
use crate::server;

/// The listener that was given, or one on the port that was chosen, if there is anything to serve.
pub(super) fn listening(
    handlers: &Handlers,
    listener: Option<TcpListener>,
    port: Option<u16>,
) -> Result<TcpListener, RuntimeError> {
    if handlers.invoke.is_none() && handlers.http.is_none() {
        return Err(RuntimeError::NoHandler);
    }
    crate::logger::init();
    match listener {
        Some(listener) => {
            server::adopt(&listener).map_err(RuntimeError::Start)?;
            Ok(listener)
        }
        None => listen(match port {
            Some(port) => port,
            None => port::of_environment()?,
        }),
    }
}

fn listen(port: u16) -> Result<TcpListener, RuntimeError> {
    server::bind(port).map_err(|source| RuntimeError::Bind { port, source })
}

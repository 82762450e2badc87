//! A call between its start line and its end line.
//!
//! Owns both lines, and what of a failure stands between them. It must not know which handler serves the call.

use std::sync::Arc;

use crate::context::Context;
use crate::error::Error;
use crate::logger::{self, Phase};
use crate::panics::guard;
use crate::scope::{self, Scope};

/// A call that is being served: its start line is written, its end line is not yet.
///
/// The end line is written when this is dropped, so that no way out of an arm can forget it.
pub(super) struct Served {
    phase: Phase,
    pub(super) request_id: Arc<str>,
    pub(super) failed: bool,
    /// Whether a client sees the status of an error, so that the mistake may be the client's: an HTTP call has one.
    pub(super) has_client: bool,
}

impl Served {
    pub(super) fn start(phase: Phase, ctx: &Context) -> Self {
        let request_id = scope::request_id(ctx.request_id());
        logger::mark_start(phase, &request_id);
        Self {
            phase,
            request_id,
            failed: false,
            has_client: false,
        }
    }

    /// Writes the error, which stands before the end line ([contract §5.1](crate::guide::contract#5.1)).
    pub(super) fn fail(&mut self, error: &Error) {
        logger::write_failure(error);
        self.failed = true;
    }

    /// Runs a handler under the request id of this call. A panic in it becomes an error, and the instance stays alive.
    /// A client's mistake is not a failure of the function, so its log line has the level `debug`.
    pub(super) fn run<T>(
        &mut self,
        handler: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let _scope = Scope::enter(Arc::clone(&self.request_id));
        let result = guard(handler);
        match &result {
            Err(error) if self.has_client && error.is_clients() => {
                logger::log_mistake(error);
            }
            Err(error) => self.fail(error),
            Ok(_) => {}
        }
        result
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        logger::mark_end(self.phase, &self.request_id, self.failed);
    }
}

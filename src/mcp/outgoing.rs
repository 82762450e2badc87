//! The messages of JSON-RPC as they leave, and what becomes of a handler that panics.
//!
//! Owns the form of a response. It must not know HTTP nor any method.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fc_runtime::Error;

use crate::failure::{Failure, INTERNAL};
use crate::incoming::{Incoming, VERSION};
use crate::json::Part::Raw;
use crate::json::{JsonRef, Object, object};
use crate::stateless;
use crate::version::Era;

/// What a handler gives.
pub(crate) type Given = Result<Object, Failure>;

/// Runs a handler. Without this, a client would take the 404 of a call that panics for the end of its session.
pub(crate) fn guarded(work: &mut dyn FnMut() -> Given) -> Result<Given, Error> {
    // What a panic leaves half changed is the handler's to guard, as with any handler of this runtime.
    catch_unwind(AssertUnwindSafe(work)).map_err(Error::from_panic)
}

/// What a client gets of a handler that panics.
pub(crate) fn panicked() -> Failure {
    Failure::protocol(INTERNAL, "the handler panicked")
}

/// The message of what a handler gives.
pub(crate) fn message(incoming: &Incoming<'_>, server: &str, given: Given) -> String {
    match given {
        Ok(mut result) => {
            if incoming.era == Era::Stateless {
                stateless::complete(incoming.method, server, &mut result);
            }
            response(incoming.id, "result", result.as_str())
        }
        Err(failure) => error(incoming.id, &failure),
    }
}

/// One to a request that could not be read has no id.
pub(crate) fn error(id: JsonRef<'_>, failure: &Failure) -> String {
    response(id, "error", &failure.to_error())
}

fn response(id: JsonRef<'_>, name: &str, value: &str) -> String {
    object(&[VERSION, ("id", Raw(id.as_json())), (name, Raw(value))])
}

//! One call to an instance, from its first log line to its report: event calls and HTTP calls, their
//! time limit, their failures ([contract §3](crate::check::sections::SECTIONS#3)).

mod event;
mod http;
mod running;

pub(crate) use event::event;
pub(crate) use http::{HttpExchange, HttpFailure, header_bytes, http};

//! `Request` and `Response` of an HTTP trigger ([contract §1.1](crate::guide::contract#1.1),
//! [§3.1](crate::guide::contract#3.1)).
//!
//! Owns what a handler sees of HTTP. It must not know how bytes reach a socket, nor that Function Compute is there.

mod content;
mod heartbeat;
mod media;
mod origin;
mod request;
mod response;
mod sse;
#[cfg(feature = "http")]
mod types;

pub use crate::target::percent::encode_component;
pub use content::Content;
pub use request::{Request, RequestParts};
pub use response::Response;
pub use sse::{ServerEvent, ServerEvents};

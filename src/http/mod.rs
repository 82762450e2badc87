//! `Request` and `Response` of an HTTP trigger ([contract §1.1](crate::guide::contract#1.1),
//! [§3.1](crate::guide::contract#3.1)).
//!
//! Owns what a handler sees of HTTP. It must not know how bytes reach a socket, nor that Function Compute is there.

pub(crate) mod percent;
mod request;
mod response;

pub use percent::encode_component;
pub(crate) use request::authority_of;
pub(crate) use request::path_of;
pub use request::{Request, RequestParts};
pub use response::Response;
pub(crate) use response::{Body, StreamWriter};

//! A server answers requests as both eras of the protocol want it, called as a function calls it.

mod handshake;
mod registered;
mod sessions;
mod stateless;
mod support;
mod transport;

//! What every request handler needs.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::header::HOST;

use super::asked::Asked;
use super::asynchronous::Tasks;
use super::bodies::Bodies;
use super::guard::Guard;
use super::lookup::ForCalls;
use super::stop::Stop;
use super::timer::Clock;
use crate::function::Owner;
use crate::platform::pool::Pool;
use crate::signature::Keys;
use crate::store::Store;

/// A running fc-local.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) pool: Arc<Pool>,
    pub(crate) owner: Owner,
    pub(crate) keys: Keys,
    /// The time that timer triggers go by.
    pub(crate) clock: Clock,
    pub(crate) guard: Guard,
    pub(crate) for_calls: ForCalls,
    pub(crate) tasks: Tasks,
    pub(crate) bodies: Bodies,
    pub(crate) stop: Arc<Stop>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl App {
    /// Where a client reaches this server: where it has just reached it, unless it names the API in the cloud.
    pub(super) fn url(&self, asked: &Asked) -> String {
        let host = asked.header(HOST.as_str());
        if self.guard.is_own(asked) && !host.is_empty() {
            format!("http://{host}")
        } else {
            format!("http://{}", self.address)
        }
    }
}

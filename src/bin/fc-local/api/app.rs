//! What every request handler needs.

use std::net::SocketAddr;
use std::sync::Arc;

use super::auth::Keys;
use super::guard::Guard;
use crate::function::Owner;
use crate::platform::pool::Pool;
use crate::store::Store;

/// A running fc-local.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) pool: Arc<Pool>,
    pub(crate) owner: Owner,
    pub(crate) keys: Keys,
    pub(crate) guard: Guard,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

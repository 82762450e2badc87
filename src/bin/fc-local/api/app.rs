//! What every request handler needs.

use std::net::SocketAddr;
use std::sync::Arc;

use super::auth::Keys;
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
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

//! The place of a call on an instance.
//!
//! It must not know what is called.

use std::sync::Arc;

use super::Instance;
use crate::platform::reserved::Ticket;
use crate::platform::sessions::Seat;

/// The right to make one call to an instance; given back when dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    instance: Arc<Instance>,
    /// The call's place among those that its function reserves, if it does.
    ticket: Option<Ticket>,
    /// The call's place in its session, if it belongs to one.
    seat: Option<Seat>,
}

impl Lease {
    /// For an instance that has counted the call.
    pub(super) fn of(instance: Arc<Instance>) -> Self {
        Self {
            instance,
            ticket: None,
            seat: None,
        }
    }

    /// The same with places that are given back along with it.
    pub(crate) fn with(mut self, ticket: Option<Ticket>, seat: Option<Seat>) -> Self {
        self.ticket = ticket;
        self.seat = seat;
        self
    }

    pub(crate) fn seat(&self) -> Option<&Seat> {
        self.seat.as_ref()
    }

    /// The instance, awake.
    pub(crate) async fn wake(&self) -> &Arc<Instance> {
        let mut frozen = self.instance.frozen.lock().await;
        self.instance.thaw(&mut frozen);
        &self.instance
    }

    pub(crate) fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.instance.release();
    }
}

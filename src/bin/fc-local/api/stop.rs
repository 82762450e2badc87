//! The end of a server: no new connections, then time for the calls that clients wait for, then none.
//!
//! It must not know what a call does, nor how instances end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How far the end has come, and who is still connected.
#[derive(Debug)]
pub(crate) struct Stop {
    phase: watch::Sender<Phase>,
    /// How many connections are open.
    open: watch::Sender<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Phase {
    Serving,
    Draining,
    Cut,
}

/// A connection that is open as long as this is kept.
#[derive(Debug)]
pub(super) struct Open(Arc<Stop>);

impl Stop {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            phase: watch::Sender::new(Phase::Serving),
            open: watch::Sender::new(0),
        })
    }

    /// Notes a connection.
    pub(super) fn enter(self: &Arc<Self>) -> Open {
        self.open.send_modify(|open| *open += 1);
        Open(Arc::clone(self))
    }

    /// Ends when nothing new may begin.
    pub(super) async fn begun(&self) {
        self.reached(Phase::Draining).await;
    }

    /// Ends when nothing may go on.
    pub(super) async fn cut(&self) {
        self.reached(Phase::Cut).await;
    }

    /// Lets nothing new begin, and waits for the calls in flight, but no longer than that; returns how many had to be cut.
    ///
    /// What is dropped before it ends has cut nothing; then [`cut_now`](Self::cut_now) does.
    pub(crate) async fn drain(&self, limit: Duration) -> usize {
        self.phase.send_replace(Phase::Draining);
        let mut open = self.open.subscribe();
        // The sender is here, so that the channel stays open.
        let _ = tokio::time::timeout(limit, open.wait_for(|open| *open == 0)).await;
        self.cut_now()
    }

    /// Lets nothing go on; returns how many connections that cuts.
    pub(crate) fn cut_now(&self) -> usize {
        // Before they are cut: they close on other threads.
        let open = *self.open.borrow();
        self.phase.send_replace(Phase::Cut);
        open
    }

    async fn reached(&self, wanted: Phase) {
        let mut phase = self.phase.subscribe();
        // The sender is here, so that the channel stays open.
        let _ = phase.wait_for(|phase| *phase >= wanted).await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests;

//! An instance as the pool keeps it: one that starts or one that runs, and whom it may serve.
//!
//! It must not know which call comes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Deployed, Seen};
use crate::platform::cold::ColdError;
use crate::platform::instance::{Instance, Lease};
use crate::platform::sessions::Seat;

#[derive(Debug)]
pub(super) struct Member {
    pub(super) number: u64,
    pub(super) revision: String,
    pub(super) state: MemberState,
    /// The function was changed since: it serves its sessions, and nobody else.
    pub(super) old: bool,
    /// It has, or had, the one session that it is there for.
    pub(super) taken: bool,
}

#[derive(Debug)]
pub(super) enum MemberState {
    Running(Arc<Instance>),
    Starting { waiting: u32, outcome: Outcome },
}

pub(super) type StartResult = Result<Arc<Instance>, Arc<ColdError>>;
pub(super) type Outcome = watch::Receiver<Option<StartResult>>;

/// A place for a call.
pub(super) enum Found {
    Lease(Lease),
    Starting(Outcome),
}

impl Member {
    /// One that starts for a call that waits for it.
    pub(super) fn starting(number: u64, revision: String, outcome: Outcome) -> Self {
        Self {
            number,
            revision,
            state: MemberState::Starting {
                waiting: 1,
                outcome,
            },
            old: false,
            taken: false,
        }
    }

    /// Whether it may stay: it serves what is called, or another version that the same alias leads to, or has sessions; if
    /// not, it is retired.
    pub(super) fn serves(&self, called: &Deployed, has_sessions: impl FnOnce() -> bool) -> bool {
        let fits = || {
            let by_alias = called.function.is_called_by_alias() && !self.old;
            by_alias || self.revision == called.revision
        };
        let serves = !self.is_over() && (fits() || has_sessions());
        if !serves {
            self.retire();
        }
        serves
    }

    /// Whether a call may come to it that is bound to no member yet.
    pub(super) fn takes(
        &self,
        deployed: &Deployed,
        seat: Option<&Seat>,
        sessions_on: impl FnOnce(u64) -> usize,
    ) -> bool {
        if self.old || self.taken || self.revision != deployed.revision {
            return false;
        }
        let needs_place = seat.and_then(Seat::place).filter(|place| place.counts);
        needs_place.is_none_or(|place| sessions_on(self.number) < place.per_instance)
    }

    pub(super) fn take_place(&mut self, concurrency: u32) -> Option<Found> {
        match &mut self.state {
            MemberState::Running(instance) => instance.try_lease().map(Found::Lease),
            MemberState::Starting {
                waiting, outcome, ..
            } => (*waiting < concurrency).then(|| {
                *waiting += 1;
                Found::Starting(outcome.clone())
            }),
        }
    }

    pub(super) fn kill(&self) {
        if let MemberState::Running(instance) = &self.state {
            instance.kill();
        }
    }

    pub(super) fn retire(&self) {
        if let MemberState::Running(instance) = &self.state {
            instance.retire();
        }
    }

    /// Closes the connections to it that nobody has used for so long.
    pub(super) fn close_idle_connections(&self, limit: Duration) {
        if let MemberState::Running(instance) = &self.state {
            instance.connections.close_idle(limit);
        }
    }

    pub(super) fn seen(&self) -> Option<Seen> {
        match &self.state {
            MemberState::Running(instance) if !instance.is_over() => Some(Seen {
                id: instance.id.clone(),
                version: instance.function.version.clone(),
                started_ms: instance.started_ms,
            }),
            MemberState::Running(_) | MemberState::Starting { .. } => None,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(&self.state, MemberState::Running(instance) if instance.is_over())
    }

    /// Whether its process has ended, or is about to; it asks the system.
    pub(super) fn is_gone(&self) -> bool {
        matches!(&self.state, MemberState::Running(instance) if instance.is_gone())
    }

    pub(super) fn idle_for(&self) -> Option<Duration> {
        match &self.state {
            MemberState::Running(instance) => instance.idle_for(),
            MemberState::Starting { .. } => None,
        }
    }
}

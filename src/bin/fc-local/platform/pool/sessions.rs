//! What the pool does with sessions beside serving their calls: it begins and ends them, with their instances.

use std::sync::Arc;
use std::time::Duration;

use super::{Deployed, NoInstance, Pool};
use crate::function::{Function, SessionRules};
use crate::name::FunctionName;
use crate::platform::agent::CallId;
use crate::platform::sessions::{NoSession, Seat, Wanted};
use crate::store::spec::SessionSpec;

/// What a session is made with that no request begins.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) id: Option<String>,
    pub(crate) rules: SessionRules,
    pub(crate) spec: &'a SessionSpec,
}

impl Pool {
    /// The place of a call in its session, if it belongs to one.
    pub(super) fn open(
        &self,
        function: &Function,
        wanted: &Wanted,
    ) -> Result<Option<Seat>, NoInstance> {
        let Some(rules) = &function.sessions else {
            return Ok(None);
        };
        let opened = self.sessions.open(&function.name, rules, wanted);
        opened.map_err(NoInstance::Session)
    }

    /// Ends the instances and the sessions of a function that is gone.
    pub(crate) fn forget(&self, name: &FunctionName) {
        self.sessions.forget(name);
        self.retire(name);
    }

    /// Begins a session without a request: its instance starts at once.
    pub(crate) async fn create_session(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
        new: NewSession<'_>,
    ) -> Result<String, NoInstance> {
        let name = &deployed.function.name;
        let seat = self
            .sessions
            .create(name, new.rules, new.id, new.spec)
            .map_err(NoInstance::Session)?;
        let id = seat.made().unwrap_or_default().to_owned();
        let (lease, seat) = self.seated(deployed, call, Some(seat)).await?;
        if let Some(seat) = &seat {
            seat.keep(&lease.instance().id);
        }
        drop(lease.with(None, seat));
        Ok(id)
    }

    /// Deletes a session. The instance that served it alone ends, with the requests on it.
    pub(crate) fn delete_session(&self, name: &FunctionName, id: &str) -> Result<(), NoSession> {
        if let Some((number, true)) = self.sessions.delete(name, id)? {
            let all = self.lock();
            let mut members = all.get(name).into_iter().flatten();
            if let Some(member) = members.find(|member| member.number == number) {
                member.kill();
            }
        }
        self.retire_idle();
        Ok(())
    }

    /// Moves the clock of all sessions forward, and ends those whose time has come.
    pub(crate) fn move_session_clock(&self, time: Duration) {
        self.sessions.move_clock(time);
        self.retire_idle();
    }
}

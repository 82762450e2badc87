//! The place of a request in its session.

use std::sync::Arc;

use super::Sessions;
use crate::function::Affinity;
use crate::name::FunctionName;

/// The place of a request; given back when dropped, which may be the session's end.
#[derive(Debug)]
pub(crate) struct Seat {
    handle: Handle,
    /// The id, if the platform made it for this request, and so has to send it to the caller.
    made: Option<String>,
}

/// A way to a session that does not keep it alive.
#[derive(Debug, Clone)]
pub(crate) struct Handle {
    sessions: Arc<Sessions>,
    function: FunctionName,
    number: u64,
}

impl Seat {
    pub(super) fn new(
        sessions: &Arc<Sessions>,
        function: &FunctionName,
        number: u64,
        made: Option<String>,
    ) -> Self {
        let handle = Handle {
            sessions: Arc::clone(sessions),
            function: function.clone(),
            number,
        };
        Self { handle, made }
    }

    /// The id that the caller has to learn.
    pub(crate) fn made(&self) -> Option<&str> {
        self.made.as_deref()
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Where its session is, if that has not ended.
    pub(in crate::platform) fn place(&self) -> Option<Place> {
        self.handle.with(|table, number, _| {
            let session = table.get(number)?;
            Some(Place {
                member: session.member,
                per_instance: session.rules.per_instance,
                counts: session.counts,
                is_the_functions: is_the_functions(&session.rules.affinity),
            })
        })?
    }

    /// The id of its session, empty as long as the function has not named it.
    pub(in crate::platform) fn id(&self) -> String {
        let id = self
            .handle
            .with(|table, number, _| table.get(number)?.id.clone());
        id.flatten().unwrap_or_default()
    }

    pub(in crate::platform) fn bind(&self, member: Option<u64>) {
        self.handle
            .with(|table, number, _| table.bind(number, member));
    }

    /// Notes that an instance has its request.
    pub(in crate::platform) fn served_by(&self, instance: &str) {
        self.handle.with(|table, number, _| {
            if let Some(session) = table.get_mut(number) {
                session.requests += 1;
                instance.clone_into(&mut session.container);
            }
        });
    }

    /// Keeps a session that the API began, and notes its instance.
    pub(in crate::platform) fn keep(&self, instance: &str) {
        self.handle.with(|table, number, _| {
            if let Some(session) = table.get_mut(number) {
                session.made_by_api = true;
                instance.clone_into(&mut session.container);
            }
        });
    }
}

/// Where a session is.
#[derive(Debug, Clone, Copy)]
pub(in crate::platform) struct Place {
    /// The member of the pool that it is bound to.
    pub(in crate::platform) member: Option<u64>,
    /// How many sessions a member may have.
    pub(in crate::platform) per_instance: usize,
    /// Whether it is one of those.
    pub(in crate::platform) counts: bool,
    /// Whether the function made the session, so that only it can say what an id is worth.
    pub(in crate::platform) is_the_functions: bool,
}

fn is_the_functions(affinity: &Affinity) -> bool {
    matches!(affinity, Affinity::McpSse(_) | Affinity::McpStreamable)
}

impl Handle {
    /// Gives a session the id that the function has made.
    pub(crate) fn name(&self, id: &str) {
        self.with(|table, number, _| table.name(number, id));
    }

    /// Ends a session, without a trace.
    pub(crate) fn end(&self) {
        self.with(|table, number, _| drop(table.remove(number)));
    }

    fn with<T>(&self, act: impl FnOnce(&mut super::table::Table, u64, u64) -> T) -> Option<T> {
        let number = self.number;
        self.sessions
            .with(&self.function, |table, now_ms| act(table, number, now_ms))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.handle.with(|table, number, now_ms| {
            let Some(session) = table.get_mut(number) else {
                return;
            };
            session.in_flight -= 1;
            session.used_ms = now_ms;
            if session.ends_unseen() {
                table.remove(number);
            } else if session.is_over(now_ms) {
                table.expire(number, now_ms);
            }
        });
    }
}

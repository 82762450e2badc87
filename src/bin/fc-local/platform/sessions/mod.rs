//! The sessions of all functions: which there are, which member of the pool each is bound to, and when they end
//! ([fc3 §1](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#1), [§3](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#3),
//! [§11](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#11)).
//!
//! It knows neither instances nor requests: a member is a number here. Which member a new session gets, and what happens to an
//! instance whose sessions are over, is `pool`'s business; where the id of a session stands in a request, `api`'s.

mod clock;
mod record;
mod seat;
mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::function::{Affinity, SessionRules};
use crate::name::FunctionName;
use crate::store::spec::{Fields, SessionSpec, Spec};
use clock::Clock;
use record::Session;
use table::Table;

pub(crate) use record::{Status, View};
pub(crate) use seat::{Handle, Seat};

/// What a request says of its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing: any instance serves it.
    Nothing,
    /// It belongs to a session: one of this id, or a new one.
    Session(Option<String>),
    /// It names a session of the function's own making; an id that is not known is the function's business.
    Named(String),
    /// The function may name a session in its response; `surely` if a place has to be kept for it.
    Unborn { surely: bool },
}

/// Why a request, or a call of the API, gets no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoSession {
    /// The id expired then, in milliseconds since 1970, and is not used again.
    Expired {
        id: String,
        ended_ms: u64,
    },
    /// There is a live one of this id.
    Exists,
    Unknown,
}

/// All sessions.
#[derive(Debug)]
pub(crate) struct Sessions {
    tables: Mutex<HashMap<FunctionName, Table>>,
    clock: Clock,
}

impl Sessions {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            tables: Mutex::default(),
            clock: Clock::new(),
        })
    }

    /// Finds or begins the session of a request, which ends no sooner than the seat does.
    pub(super) fn open(
        self: &Arc<Self>,
        function: &FunctionName,
        rules: &SessionRules,
        wanted: &Wanted,
    ) -> Result<Option<Seat>, NoSession> {
        let now_ms = self.clock.now_ms();
        let mut tables = self.lock();
        if !tables.contains_key(function) {
            tables.insert(function.clone(), Table::default());
        }
        let Some(table) = tables.get_mut(function) else {
            return Ok(None);
        };
        let (number, made) = match wanted {
            Wanted::Nothing => return Ok(None),
            Wanted::Named(id) => match live(table, id, rules, now_ms) {
                Some(number) => (number, None),
                None => return Ok(None),
            },
            Wanted::Unborn { surely } => {
                let mut session = Session::new(None, rules.clone(), now_ms);
                session.counts = *surely;
                (table.add(session), None)
            }
            Wanted::Session(id) => find_or_begin(table, id.as_deref(), rules, now_ms)?,
        };
        if let Some(session) = table.get_mut(number) {
            session.in_flight += 1;
            session.used_ms = now_ms;
        }
        Ok(Some(Seat::new(self, function, number, made)))
    }

    /// Begins a session without a request, as the API does.
    pub(super) fn create(
        self: &Arc<Self>,
        function: &FunctionName,
        rules: SessionRules,
        id: Option<String>,
        spec: &SessionSpec,
    ) -> Result<Seat, NoSession> {
        let now_ms = self.clock.now_ms();
        let mut tables = self.lock();
        let table = tables.entry(function.clone()).or_default();
        let id = id.unwrap_or_else(|| new_id(&rules.affinity));
        if live(table, &id, &rules, now_ms).is_some() {
            return Err(NoSession::Exists);
        }
        check_reuse(table, &id, now_ms)?;
        let mut session = Session::new(Some(id.clone()), rules, now_ms);
        session.given = given(spec);
        // Until its instance has started it is like one that a request began: it goes if that fails.
        session.in_flight = 1;
        let number = table.add(session);
        Ok(Seat::new(self, function, number, Some(id)))
    }

    /// Changes what a live session was made with.
    pub(crate) fn update(
        &self,
        function: &FunctionName,
        id: &str,
        rules: SessionRules,
        spec: &SessionSpec,
    ) -> Result<View, NoSession> {
        let now_ms = self.clock.now_ms();
        self.sweep();
        let mut tables = self.lock();
        let table = tables.get_mut(function).ok_or(NoSession::Unknown)?;
        let number = table.number(id).ok_or(NoSession::Unknown)?;
        let session = table.get_mut(number).ok_or(NoSession::Unknown)?;
        session.rules = rules;
        session.modified_ms = now_ms;
        session.given.extend(given(spec));
        session
            .view(Status::Active, now_ms)
            .ok_or(NoSession::Unknown)
    }

    /// The sessions of a function, those that expired among them, the oldest first.
    pub(crate) fn of(&self, function: &FunctionName) -> Vec<View> {
        self.sweep();
        let tables = self.lock();
        let table = tables.get(function);
        table.map_or_else(Vec::new, |table| table.views(self.clock.now_ms()))
    }

    /// The sessions of all functions, by name and age.
    pub(crate) fn all(&self) -> Vec<(FunctionName, View)> {
        let mut names: Vec<FunctionName> = self.lock().keys().cloned().collect();
        names.sort();
        let of = |name: FunctionName| {
            let views = self.of(&name).into_iter();
            views.map(move |view| (name.clone(), view))
        };
        names.into_iter().flat_map(of).collect()
    }

    /// The newest session of an id, be it over or not.
    pub(crate) fn get(&self, function: &FunctionName, id: &str) -> Option<View> {
        self.of(function).into_iter().rfind(|view| view.id == id)
    }

    /// Deletes a session, after which its id is as new; returns the member that it was bound to, if it lived.
    pub(super) fn delete(
        &self,
        function: &FunctionName,
        id: &str,
    ) -> Result<Option<(u64, bool)>, NoSession> {
        self.sweep();
        let mut tables = self.lock();
        let table = tables.get_mut(function).ok_or(NoSession::Unknown)?;
        let session = table.number(id).and_then(|number| table.remove(number));
        let had_ended = table.forget_ended(id);
        match session {
            Some(one) => Ok(one.member.map(|member| (member, one.rules.exclusive))),
            None if had_ended => Ok(None),
            None => Err(NoSession::Unknown),
        }
    }

    /// Forgets the sessions of a function that is gone.
    pub(super) fn forget(&self, function: &FunctionName) {
        self.lock().remove(function);
    }

    /// How many sessions a member has.
    pub(super) fn on(&self, function: &FunctionName, member: u64) -> usize {
        let tables = self.lock();
        tables.get(function).map_or(0, |table| table.on(member))
    }

    /// Ends the sessions whose time has come.
    pub(super) fn sweep(&self) {
        let now_ms = self.clock.now_ms();
        let mut tables = self.lock();
        tables.values_mut().for_each(|table| table.sweep(now_ms));
    }

    /// Moves the clock of all sessions forward.
    pub(super) fn move_clock(&self, time: Duration) {
        self.clock.move_by(time);
    }

    /// Does something with a session that may be over, and its table.
    fn with<T>(
        &self,
        function: &FunctionName,
        act: impl FnOnce(&mut Table, u64) -> T,
    ) -> Option<T> {
        let now_ms = self.clock.now_ms();
        self.lock()
            .get_mut(function)
            .map(|table| act(table, now_ms))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FunctionName, Table>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The live session of an id; one whose time has come, or that the function's affinity of today does not fit, ends now.
fn live(table: &mut Table, id: &str, rules: &SessionRules, now_ms: u64) -> Option<u64> {
    let number = table.number(id)?;
    let session = table.get(number)?;
    if session.is_over(now_ms) || session.rules.affinity != rules.affinity {
        table.expire(number, now_ms);
        return None;
    }
    Some(number)
}

/// The session of an id, or a new one; with the id where the platform made it.
fn find_or_begin(
    table: &mut Table,
    id: Option<&str>,
    rules: &SessionRules,
    now_ms: u64,
) -> Result<(u64, Option<String>), NoSession> {
    if let Some(id) = id {
        if let Some(number) = live(table, id, rules, now_ms) {
            return Ok((number, None));
        }
        check_reuse(table, id, now_ms)?;
    }
    // A cookie that nobody issued is not taken over, unlike a header.
    let known = id.filter(|id| rules.affinity != Affinity::Cookie || was_issued(table, id));
    let made = known.map_or_else(|| new_id(&rules.affinity), str::to_owned);
    let number = table.add(Session::new(Some(made.clone()), rules.clone(), now_ms));
    Ok((number, known.is_none().then_some(made)))
}

/// Whether a cookie is one of a session that expired, whose id may be used again.
fn was_issued(table: &Table, id: &str) -> bool {
    table.has_ended(id)
}

fn check_reuse(table: &Table, id: &str, now_ms: u64) -> Result<(), NoSession> {
    let ended = table
        .refused(id)
        .filter(|ended_ms| !table::is_forgotten(*ended_ms, now_ms));
    ended.map_or(Ok(()), |ended_ms| {
        Err(NoSession::Expired {
            id: id.to_owned(),
            ended_ms,
        })
    })
}

/// An id in the shape that FC gives it.
fn new_id(affinity: &Affinity) -> String {
    match affinity {
        Affinity::Cookie => Uuid::new_v4().to_string(),
        _ => Uuid::new_v4().simple().to_string(),
    }
}

/// What has no effect here.
fn given(spec: &SessionSpec) -> Fields {
    spec.rest().clone()
}

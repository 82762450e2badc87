//! Which instance serves a call: an idle one, a new one, or none because there are too many.
//!
//! A call of a session goes to the instance that its session is bound to, as `sessions` knows it. Concurrency is the function's; a new version of a function retires the instances of the old one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::function::{Function, Isolation, SessionRules, Variables};
use crate::name::FunctionName;
use crate::platform::agent::CallId;
use crate::platform::cold::{self, CodeSource, ColdError};
use crate::platform::instance::{Instance, InstanceOptions, Lease};
use crate::platform::log::{LineSink, Onlooker};
use crate::platform::reserved::{Calls, Ticket};
use crate::platform::sessions::{NoSession, Seat, Sessions, Wanted};
use crate::store::logfile;
use crate::store::spec::SessionSpec;

/// How often idle instances are looked for.
const REAP_PAUSE: Duration = Duration::from_secs(1);

/// How the pool runs its instances.
#[derive(Debug, Clone)]
pub(crate) struct PoolOptions {
    pub(crate) instance: InstanceOptions,
    /// How many instances one function may have.
    pub(crate) instances_max: usize,
    /// An instance without a call for so long is stopped; the platform takes some minutes.
    pub(crate) idle_limit: Duration,
    /// Where function logs lie.
    pub(crate) logs: PathBuf,
    /// Who sees them as they come.
    pub(crate) onlooker: Option<Onlooker>,
    /// What functions get beside their own variables.
    pub(crate) variables: Variables,
}

/// A function as it is deployed now.
#[derive(Debug, Clone)]
pub(crate) struct Deployed {
    /// Differs between any two versions of the function or its service.
    pub(crate) revision: String,
    pub(crate) function: Arc<Function>,
    pub(crate) source: CodeSource,
}

/// A call that got no instance.
#[derive(Debug, Clone)]
pub(crate) enum NoInstance {
    Cold(Arc<ColdError>),
    /// As many calls of the function run as it reserves.
    Reserved {
        calls_max: u64,
    },
    /// All places of all allowed instances are taken.
    TooMany {
        instances_max: usize,
    },
    /// All places of the instance that the session is bound to are taken; it is never moved.
    SessionFull {
        id: String,
        calls_max: u32,
    },
    Session(NoSession),
}

/// The instances of all functions.
#[derive(Debug)]
pub(crate) struct Pool {
    options: PoolOptions,
    members: Mutex<HashMap<FunctionName, Vec<Member>>>,
    calls: Calls,
    pub(crate) sessions: Arc<Sessions>,
}

/// An instance that runs, as others see it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) id: String,
    /// Milliseconds since 1970.
    pub(crate) started_ms: u64,
}

#[derive(Debug)]
struct Member {
    number: u64,
    revision: String,
    state: MemberState,
    /// The function was changed since: it serves its sessions, and nobody else.
    old: bool,
    /// It has, or had, the one session that it is there for.
    taken: bool,
}

#[derive(Debug)]
enum MemberState {
    Running(Arc<Instance>),
    Starting { waiting: u32, outcome: Outcome },
}

type StartResult = Result<Arc<Instance>, Arc<ColdError>>;
type Outcome = watch::Receiver<Option<StartResult>>;

impl Pool {
    pub(crate) fn new(options: PoolOptions) -> Arc<Self> {
        let pool = Arc::new(Self {
            options,
            members: Mutex::default(),
            calls: Calls::default(),
            sessions: Sessions::new(),
        });
        tokio::spawn(reap(Arc::downgrade(&pool)));
        pool
    }

    /// Finds or starts an instance for a call.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
        wanted: &Wanted,
    ) -> Result<Lease, NoInstance> {
        let function = &deployed.function;
        let ticket = self.admit(function)?;
        let seat = match function.sessions.as_ref() {
            Some(rules) if *wanted != Wanted::Nothing => self
                .sessions
                .open(&function.name, rules, wanted)
                .map_err(NoInstance::Session)?,
            _ => None,
        };
        let (lease, seat) = self.seated(deployed, call, seat).await?;
        if let Some(seat) = &seat {
            seat.served_by(&lease.instance().id);
        }
        if function.isolation == Isolation::Request {
            // It may serve no other call, and stops after this one.
            lease.instance().orphan();
        }
        Ok(lease.with(ticket, seat))
    }

    fn admit(&self, function: &Function) -> Result<Option<Ticket>, NoInstance> {
        let Some(calls_max) = function.calls_max else {
            return Ok(None);
        };
        let ticket = self.calls.admit(&function.name, calls_max);
        ticket.map(Some).ok_or(NoInstance::Reserved { calls_max })
    }

    /// A place on the instance of a seat's session, or on any.
    pub(super) async fn seated(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
        mut seat: Option<Seat>,
    ) -> Result<(Lease, Option<Seat>), NoInstance> {
        loop {
            let mut outcome = match self.find(deployed, call, &mut seat)? {
                Found::Lease(lease) => return Ok((lease, seat)),
                Found::Starting(outcome) => outcome,
            };
            let started = outcome
                .wait_for(Option::is_some)
                .await
                .map(|result| result.clone());
            let instance = match started.ok().flatten() {
                Some(result) => result.map_err(NoInstance::Cold)?,
                // The starting task is gone, which only happens while fc-local ends.
                None => continue,
            };
            // A call that came just now may have taken the place; then the search begins again.
            if let Some(lease) = instance.try_lease() {
                return Ok((lease, seat));
            }
        }
    }

    /// The instances of a function that run.
    pub(crate) fn seen(&self, name: &FunctionName) -> Vec<Seen> {
        let all = self.lock();
        let members = all.get(name).into_iter().flatten();
        members.filter_map(Member::seen).collect()
    }

    /// Lets the instances of a function finish and stop, because it was changed; those with sessions stay until these end.
    pub(crate) fn retire(&self, name: &FunctionName) {
        let mut all = self.lock();
        let Some(members) = all.get_mut(name) else {
            return;
        };
        members.retain_mut(|member| {
            member.old = true;
            let stays = self.sessions.on(name, member.number) > 0;
            if !stays {
                member.retire();
            }
            stays
        });
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

    /// Stops everything, with pre-stop where it is configured.
    pub(crate) async fn stop_all(&self) {
        let members: Vec<Member> = self
            .lock()
            .drain()
            .flat_map(|(_, members)| members)
            .collect();
        let mut stops = tokio::task::JoinSet::new();
        for member in members {
            if let MemberState::Running(instance) = member.state {
                stops.spawn(async move { instance.stop().await });
            }
        }
        stops.join_all().await;
    }

    fn find(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
        seat: &mut Option<Seat>,
    ) -> Result<Found, NoInstance> {
        let function = &deployed.function;
        let mut all = self.lock();
        if !all.contains_key(&function.name) {
            all.insert(function.name.clone(), Vec::new());
        }
        let members = all.entry(function.name.clone()).or_default();
        members.retain(|member| {
            let bound = || self.sessions.on(&function.name, member.number) > 0;
            member.serves(&deployed.revision, bound)
        });
        if let Some(bound) = bound_member(members, seat, function.concurrency)? {
            return Ok(bound);
        }
        let sessions_on = |number| self.sessions.on(&function.name, number);
        let fits = |member: &Member| member.takes(deployed, seat.as_ref(), sessions_on);
        let mut fitting = members.iter_mut().filter(|member| fits(member));
        let found = fitting.find_map(|member| {
            let number = member.number;
            let place = member.take_place(function.concurrency);
            place.map(|place| (number, place))
        });
        let (number, found) = match found {
            Some(found) => found,
            None if members.len() >= self.options.instances_max => {
                return Err(NoInstance::TooMany {
                    instances_max: self.options.instances_max,
                });
            }
            None => {
                let (member, outcome) = self.begin_start(deployed.clone(), call.clone());
                members.push(member);
                let number = members.last().map_or(0, |member| member.number);
                (number, Found::Starting(outcome))
            }
        };
        if let Some(seat) = seat {
            seat.bind(Some(number));
            let exclusive = function.isolation == Isolation::Session;
            let bound = members.iter_mut().filter(|member| member.number == number);
            bound.for_each(|member| member.taken |= exclusive);
        }
        Ok(found)
    }

    /// Starts an instance in its own task, so that a caller that leaves does not end it for others.
    fn begin_start(self: &Arc<Self>, deployed: Deployed, call: CallId) -> (Member, Outcome) {
        let (tell, outcome) = watch::channel(None);
        let number = uuid::Uuid::new_v4().as_u64_pair().0;
        let revision = deployed.revision.clone();
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let result = pool.start(&deployed, &call).await;
            pool.replace_starting(&deployed.function.name, number, &result);
            tell.send_replace(Some(result));
        });
        let state = MemberState::Starting {
            waiting: 1,
            outcome: outcome.clone(),
        };
        let member = Member {
            number,
            revision,
            state,
            old: false,
            taken: false,
        };
        (member, outcome)
    }

    async fn start(&self, deployed: &Deployed, call: &CallId) -> StartResult {
        let sink = self.log_sink(&deployed.function.name);
        let function = self.with_variables(&deployed.function);
        let started = cold::start(
            function,
            &deployed.source,
            &self.options.instance,
            Some(Arc::clone(&sink)),
            call,
        );
        let started = started.await;
        started.inspect(Instance::note_idle_end).map_err(|error| {
            let id = &call.request_id;
            sink(format!("fc-local: no instance for RequestId: {id}: {error}\n").as_bytes());
            Arc::new(error)
        })
    }

    fn with_variables(&self, function: &Arc<Function>) -> Arc<Function> {
        let mut function = Arc::clone(function);
        if !self.options.variables.is_empty() {
            Arc::make_mut(&mut function).add_variables(&self.options.variables);
        }
        function
    }

    /// Adds a line that the platform writes into a function's log while no instance runs.
    pub(crate) fn note(&self, name: &FunctionName, line: &str) {
        self.log_sink(name)(format!("{line}\n").as_bytes());
    }

    fn log_sink(&self, name: &FunctionName) -> LineSink {
        let sink = logfile::sink(logfile::path(&self.options.logs, name));
        match &self.options.onlooker {
            Some(onlooker) => onlooker.before(name, sink),
            None => sink,
        }
    }

    /// Puts a started instance in the place of its starting one, or takes the place away.
    fn replace_starting(&self, name: &FunctionName, number: u64, result: &StartResult) {
        let mut all = self.lock();
        let members = all.entry(name.clone()).or_default();
        let Some(index) = members.iter().position(|member| member.number == number) else {
            // The function was changed in the meantime.
            if let Ok(instance) = result {
                instance.orphan();
            }
            return;
        };
        match result {
            Ok(instance) => members[index].state = MemberState::Running(Arc::clone(instance)),
            Err(_) => drop(members.remove(index)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FunctionName, Vec<Member>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn retire_idle(&self) {
        self.sessions.sweep();
        let limit = self.options.idle_limit;
        for (name, members) in self.lock().iter_mut() {
            members.retain(|member| !member.is_over());
            members
                .iter()
                .filter(|member| self.sessions.on(name, member.number) == 0)
                .filter(|member| {
                    let idle = || member.idle_for().is_some_and(|idle| idle >= limit);
                    member.old || member.taken || idle()
                })
                .for_each(Member::retire);
        }
    }
}

/// A place on the member that a session is bound to, if that still runs. A session of the platform's gets another member where
/// it does not; one of the function's is over, and only the function knows what its id is worth.
fn bound_member(
    members: &mut [Member],
    seat: &mut Option<Seat>,
    concurrency: u32,
) -> Result<Option<Found>, NoInstance> {
    let Some(place) = seat.as_ref().and_then(Seat::place) else {
        return Ok(None);
    };
    let Some(number) = place.member else {
        return Ok(None);
    };
    let mut found = members.iter_mut();
    if let Some(member) = found.find(|member| member.number == number) {
        return match member.take_place(concurrency) {
            Some(found) => Ok(Some(found)),
            None => Err(NoInstance::SessionFull {
                id: place.id,
                calls_max: concurrency,
            }),
        };
    }
    if let Some(left) = seat.take_if(|_| place.is_the_functions()) {
        left.handle().end();
    } else if let Some(seat) = seat {
        seat.bind(None);
    }
    Ok(None)
}

/// What a session is made with that no request begins.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub(crate) id: Option<String>,
    pub(crate) rules: SessionRules,
    pub(crate) spec: &'a SessionSpec,
}

enum Found {
    Lease(Lease),
    Starting(Outcome),
}

impl Member {
    /// Whether it may stay: it serves this version, or has sessions; if not, it is retired.
    fn serves(&self, revision: &str, has_sessions: impl FnOnce() -> bool) -> bool {
        let serves = !self.is_over() && (self.revision == revision || has_sessions());
        if !serves {
            self.retire();
        }
        serves
    }

    /// Whether a call may come to it that is bound to no member yet.
    fn takes(
        &self,
        deployed: &Deployed,
        seat: Option<&Seat>,
        sessions_on: impl FnOnce(u64) -> usize,
    ) -> bool {
        if self.old || self.taken || self.revision != deployed.revision {
            return false;
        }
        let needs_place = seat.and_then(Seat::place).filter(|place| place.counts);
        needs_place.is_none_or(|place| sessions_on(self.number) < place.rules.per_instance)
    }

    fn take_place(&mut self, concurrency: u32) -> Option<Found> {
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

    fn kill(&self) {
        if let MemberState::Running(instance) = &self.state {
            instance.kill();
        }
    }

    fn retire(&self) {
        if let MemberState::Running(instance) = &self.state {
            instance.retire();
        }
    }

    fn seen(&self) -> Option<Seen> {
        match &self.state {
            MemberState::Running(instance) if !instance.is_over() => Some(Seen {
                id: instance.id.clone(),
                started_ms: instance.started_ms,
            }),
            MemberState::Running(_) | MemberState::Starting { .. } => None,
        }
    }

    fn is_over(&self) -> bool {
        matches!(&self.state, MemberState::Running(instance) if instance.is_over())
    }

    fn idle_for(&self) -> Option<Duration> {
        match &self.state {
            MemberState::Running(instance) => instance.idle_for(),
            MemberState::Starting { .. } => None,
        }
    }
}

async fn reap(pool: std::sync::Weak<Pool>) {
    loop {
        tokio::time::sleep(REAP_PAUSE).await;
        let Some(pool) = pool.upgrade() else { return };
        pool.retire_idle();
    }
}

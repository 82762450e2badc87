//! Which instance serves a call: an idle one, a new one, or none because there are too many.
//!
//! A call of a session goes to the instance that its session is bound to. Concurrency is the function's; a new version of a
//! function retires the instances of the old one, once they have no session.
//!
//! ```text
//! find          the search for a place
//! member        an instance as the pool keeps it
//! sessions      sessions that are begun and ended without a call
//! ```

mod find;
mod member;
mod sessions;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::function::{Function, Isolation, Variables};
use crate::name::{FunctionName, LATEST};
use crate::platform::agent::CallId;
use crate::platform::cold::{self, CodeSource, ColdError};
use crate::platform::instance::{Instance, InstanceOptions, Lease};
use crate::platform::log::{LineSink, Onlooker};
use crate::platform::reserved::{Calls, Ticket};
use crate::platform::sessions::{NoSession, Sessions, Wanted};
use crate::store::logfile::{self, LogFiles};
use member::{Member, MemberState, Outcome, StartResult};

pub(crate) use sessions::NewSession;

/// How often idle instances are looked for.
const REAP_PAUSE: Duration = Duration::from_secs(1);

/// How the pool runs its instances.
#[derive(Debug, Clone)]
pub(crate) struct PoolOptions {
    pub(crate) instance: InstanceOptions,
    /// How many instances one function may have.
    pub(crate) instances_max: usize,
    /// An instance without a call for so long is stopped, and a connection to it closed; the platform takes some minutes.
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
    log_files: LogFiles,
    calls: Calls,
    pub(crate) sessions: Arc<Sessions>,
}

/// An instance that runs, as others see it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) id: String,
    pub(crate) version: String,
    /// Milliseconds since 1970.
    pub(crate) started_ms: u64,
}

impl Pool {
    pub(crate) fn new(options: PoolOptions) -> Arc<Self> {
        let pool = Arc::new(Self {
            options,
            members: Mutex::default(),
            log_files: LogFiles::default(),
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
        let seat = self.open(function, wanted)?;
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
        let ticket = self.calls.admit(&function.name.latest(), calls_max);
        ticket.map(Some).ok_or(NoInstance::Reserved { calls_max })
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

    /// Starts an instance in its own task, so that a caller that leaves does not end it for others.
    fn begin_start(self: &Arc<Self>, deployed: Deployed, call: CallId) -> (Member, Outcome) {
        let (sender, outcome) = watch::channel(None);
        let number = uuid::Uuid::new_v4().as_u64_pair().0;
        let revision = deployed.revision.clone();
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let result = pool.start(&deployed, &call).await;
            pool.replace_starting(&deployed.function.name, number, &result);
            sender.send_replace(Some(result));
        });
        (Member::starting(number, revision, outcome.clone()), outcome)
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
        let started = started.inspect(|instance| note_version(instance, &sink));
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
        let path = logfile::path(&self.options.logs, name);
        let sink = self.log_files.sink(path);
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
                .for_each(|member| member.close_idle_connections(limit));
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

/// Says in the log of a function, which all its versions share, which of them an instance runs.
fn note_version(instance: &Instance, sink: &LineSink) {
    let (function, id) = (&instance.function, &instance.id);
    if function.name.qualifier() != LATEST {
        let (qualifier, version) = (function.name.qualifier(), &function.version);
        let line = format!("fc-local: instance {id} of {qualifier} runs version {version}\n");
        sink(line.as_bytes());
    }
}

async fn reap(pool: std::sync::Weak<Pool>) {
    loop {
        tokio::time::sleep(REAP_PAUSE).await;
        let Some(pool) = pool.upgrade() else { return };
        pool.retire_idle();
    }
}

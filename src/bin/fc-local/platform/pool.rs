//! Which instance serves a call: an idle one, a new one, or none because there are too many.
//!
//! Concurrency is the function's; a new version of a function retires the instances of the old one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::function::{Function, Variables};
use crate::name::FunctionName;
use crate::platform::agent::CallId;
use crate::platform::cold::{self, CodeSource, ColdError};
use crate::platform::instance::{Instance, InstanceOptions, Lease};
use crate::platform::log::{LineSink, Onlooker};
use crate::platform::reserved::{Calls, Ticket};
use crate::store::logfile;

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
}

/// The instances of all functions.
#[derive(Debug)]
pub(crate) struct Pool {
    options: PoolOptions,
    members: Mutex<HashMap<FunctionName, Vec<Member>>>,
    calls: Calls,
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
    revision: String,
    state: MemberState,
}

#[derive(Debug)]
enum MemberState {
    Running(Arc<Instance>),
    Starting {
        id: u64,
        waiting: u32,
        outcome: Outcome,
    },
}

type StartResult = Result<Arc<Instance>, Arc<ColdError>>;
type Outcome = watch::Receiver<Option<StartResult>>;

impl Pool {
    pub(crate) fn new(options: PoolOptions) -> Arc<Self> {
        let pool = Arc::new(Self {
            options,
            members: Mutex::default(),
            calls: Calls::default(),
        });
        tokio::spawn(reap(Arc::downgrade(&pool)));
        pool
    }

    /// Finds or starts an instance for a call.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
    ) -> Result<Lease, NoInstance> {
        let ticket = self.admit(&deployed.function)?;
        let lease = self.lease(deployed, call).await?;
        Ok(lease.with(ticket))
    }

    fn admit(&self, function: &Function) -> Result<Option<Ticket>, NoInstance> {
        let Some(calls_max) = function.calls_max else {
            return Ok(None);
        };
        let ticket = self.calls.admit(&function.name, calls_max);
        ticket.map(Some).ok_or(NoInstance::Reserved { calls_max })
    }

    async fn lease(
        self: &Arc<Self>,
        deployed: &Deployed,
        call: &CallId,
    ) -> Result<Lease, NoInstance> {
        loop {
            let mut outcome = match self.find(deployed, call)? {
                Found::Lease(lease) => return Ok(lease),
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
                return Ok(lease);
            }
        }
    }

    /// The instances of a function that run.
    pub(crate) fn seen(&self, name: &FunctionName) -> Vec<Seen> {
        let all = self.lock();
        let members = all.get(name).into_iter().flatten();
        members.filter_map(Member::seen).collect()
    }

    /// Lets the instances of a function finish and stop, because it was changed or deleted.
    pub(crate) fn retire(&self, name: &FunctionName) {
        let members = self.lock().remove(name).unwrap_or_default();
        members.iter().for_each(Member::retire);
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

    fn find(self: &Arc<Self>, deployed: &Deployed, call: &CallId) -> Result<Found, NoInstance> {
        let mut all = self.lock();
        let members = all.entry(deployed.function.name.clone()).or_default();
        members.retain(|member| member.serves(&deployed.revision));
        if let Some(found) = members
            .iter_mut()
            .find_map(|member| member.take_place(deployed.function.concurrency))
        {
            return Ok(found);
        }
        if members.len() >= self.options.instances_max {
            return Err(NoInstance::TooMany {
                instances_max: self.options.instances_max,
            });
        }
        let (member, outcome) = self.begin_start(deployed.clone(), call.clone());
        members.push(member);
        Ok(Found::Starting(outcome))
    }

    /// Starts an instance in its own task, so that a caller that leaves does not end it for others.
    fn begin_start(self: &Arc<Self>, deployed: Deployed, call: CallId) -> (Member, Outcome) {
        let (tell, outcome) = watch::channel(None);
        let id = uuid::Uuid::new_v4().as_u64_pair().0;
        let revision = deployed.revision.clone();
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            let result = pool.start(&deployed, &call).await;
            pool.replace_starting(&deployed.function.name, id, &result);
            tell.send_replace(Some(result));
        });
        let state = MemberState::Starting {
            id,
            waiting: 1,
            outcome: outcome.clone(),
        };
        (Member { revision, state }, outcome)
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
    fn replace_starting(&self, name: &FunctionName, id: u64, result: &StartResult) {
        let mut all = self.lock();
        let members = all.entry(name.clone()).or_default();
        let Some(index) = members.iter().position(|member| member.is_starting(id)) else {
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
        let limit = self.options.idle_limit;
        for members in self.lock().values_mut() {
            members.retain(|member| !member.is_over());
            members
                .iter()
                .filter(|member| member.idle_for().is_some_and(|idle| idle >= limit))
                .for_each(Member::retire);
        }
    }
}

enum Found {
    Lease(Lease),
    Starting(Outcome),
}

impl Member {
    /// Whether it may serve this version; if not, it is retired.
    fn serves(&self, revision: &str) -> bool {
        let serves = self.revision == revision && !self.is_over();
        if !serves {
            self.retire();
        }
        serves
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

    fn is_starting(&self, wanted: u64) -> bool {
        matches!(&self.state, MemberState::Starting { id, .. } if *id == wanted)
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

//! One instance of a function: its process, its port, its log, and its life from start to stop
//! ([contract §0](crate::check::sections::SECTIONS#0), [§4.5](crate::check::sections::SECTIONS#4.5)).
//!
//! It starts, freezes, thaws and stops; what a call is and how it failed is `call`'s business, which
//! instance serves it is `pool`'s.

mod code;
mod lease;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::net::TcpStream;
use tokio::sync::Mutex as AsyncMutex;

use crate::facts::control_path;
use crate::function::{Function, Hook};
use crate::platform::agent::{CallId, FunctionHeaders};
use crate::platform::connections::Connections;
use crate::platform::debugger;
use crate::platform::environment;
use crate::platform::hook;
use crate::platform::log::{LineSink, LogHub};
use crate::platform::memory::MemoryWatch;
use crate::platform::port::ReservedPort;
use crate::platform::process::{ProcessGroup, exit_in_words};
use crate::platform::spawn::{self, StartError};

pub(crate) use code::Code;
pub(crate) use lease::Lease;

/// The agent dials from another host, so a server that listens on 127.0.0.1 only must not be reached
/// ([contract §4.1](crate::check::sections::SECTIONS#4.1)): 127.0.0.2 is another loopback address of the same machine.
pub(crate) const AGENT_TARGET: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// Between SIGTERM and SIGKILL at the end; the platform documents no grace
/// ([contract §10](crate::check::sections::SECTIONS#10)).
const TERM_GRACE: Duration = Duration::from_secs(1);

/// How instances are run, for all functions alike.
#[derive(Debug, Clone)]
pub(crate) struct InstanceOptions {
    /// Whether an instance without calls is stopped by SIGSTOP, as the platform freezes it.
    pub(crate) freeze: bool,
    /// How long a new instance may take until its port accepts a connection.
    pub(crate) start_limit: Duration,
    /// A fixed port, for programs that do not read `FC_CUSTOM_LISTEN_PORT`.
    pub(crate) listen_port: Option<u16>,
    /// Whether a debugger may attach: then nothing has a time limit.
    pub(crate) debug: bool,
    /// How many bytes of a call's log its report has, from the end; on the platform the limit of a tail log.
    pub(crate) log_bytes: usize,
    /// The address the agent dials: [`AGENT_TARGET`], but for a server that is known to be elsewhere.
    pub(crate) target: Ipv4Addr,
}

/// A started instance.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) function: Arc<Function>,
    pub(crate) connections: Connections,
    pub(crate) headers: FunctionHeaders,
    pub(crate) log: Arc<LogHub>,
    pub(crate) process: ProcessGroup,
    pub(crate) memory: MemoryWatch,
    freeze: bool,
    /// Milliseconds since 1970.
    pub(crate) started_ms: u64,
    gate: Mutex<Gate>,
    /// Held while freezing, thawing or stopping, so that these never overlap.
    frozen: AsyncMutex<bool>,
    _port: ReservedPort,
    _code: Code,
}

/// Who may use an instance.
#[derive(Debug)]
struct Gate {
    in_flight: u32,
    retired: bool,
    /// No pool knows it any more: it stops once the calls that waited for it are done.
    orphaned: bool,
    idle_since: Instant,
}

impl Instance {
    /// Starts the function's command and waits until its port accepts connections.
    pub(crate) async fn start(
        function: Arc<Function>,
        code: Code,
        options: &InstanceOptions,
        sink: Option<LineSink>,
    ) -> Result<Arc<Self>, StartError> {
        let function = if options.debug {
            Arc::new(debugger::without_limits(&function))
        } else {
            function
        };
        let port = match options.listen_port {
            Some(number) => ReservedPort::exactly(number),
            None => ReservedPort::any(),
        }
        .map_err(StartError::NoPort)?;
        let id = crate::ids::instance_id();
        let (log, output) = LogHub::new(sink, options.log_bytes).map_err(StartError::NoPipe)?;
        let command = environment::command(&function, code.path(), port.number(), &id, output)?;
        let process = spawn::spawn(command, &function, code.path()).await?;
        if options.debug {
            debugger::say_how_to_attach(&function, process.id());
        }
        let address = SocketAddr::from((options.target, port.number()));
        spawn::wait_until_ready(&process, &log, &function, address, options.start_limit).await?;
        let gate = Gate {
            in_flight: 0,
            retired: false,
            orphaned: false,
            idle_since: Instant::now(),
        };
        Ok(Arc::new(Self {
            id,
            headers: FunctionHeaders::of(&function, address),
            function,
            connections: Connections::to(address),
            log,
            process,
            memory: MemoryWatch::default(),
            freeze: options.freeze,
            started_ms: crate::ids::now_ms(),
            gate: Mutex::new(gate),
            frozen: AsyncMutex::new(false),
            _port: port,
            _code: code,
        }))
    }

    /// Has the log say how the instance ends, if that happens while nobody stops it and no call is on it.
    pub(crate) fn note_idle_end(self: &Arc<Self>) {
        tokio::spawn(note_idle_end(Arc::downgrade(self), self.process.wait()));
    }

    /// Takes one of the instance's places for a call, if it has one left and still serves.
    pub(crate) fn try_lease(self: &Arc<Self>) -> Option<Lease> {
        let mut gate = self.gate();
        let serves = !gate.retired && !self.process.is_over();
        if !serves || gate.in_flight >= self.function.concurrency {
            return None;
        }
        gate.in_flight += 1;
        Some(Lease::of(Arc::clone(self)))
    }

    /// Lets the instance finish its calls and take no more; it stops after the last.
    pub(crate) fn retire(self: &Arc<Self>) {
        let idle = {
            let mut gate = self.gate();
            gate.retired = true;
            gate.in_flight == 0
        };
        if idle {
            self.stop_in_background();
        }
    }

    /// Lets the calls that already wait for the instance use it, and stops it after them.
    pub(crate) fn orphan(&self) {
        self.gate().orphaned = true;
    }

    /// How it ended, in words, if it has: the process is gone, or nothing listens where it did. Asked when a connection
    /// broke, since a program may hang up and live on.
    pub(crate) async fn end_if_over(&self) -> Option<String> {
        if let Some(status) = self.process.end_if_ending().await {
            return Some(exit_in_words(status));
        }
        if TcpStream::connect(self.connections.address()).await.is_ok() {
            return None;
        }
        // A script that waits for its server ends a moment after it.
        let ended = tokio::time::timeout(TERM_GRACE, self.process.wait()).await;
        let how = ended.map(exit_in_words);
        Some(how.unwrap_or_else(|_| "nothing that listens on its port any more".to_owned()))
    }

    /// Whether it takes no more calls.
    pub(crate) fn is_over(&self) -> bool {
        self.gate().retired || self.process.exit_status().is_some()
    }

    /// Whether its process has ended, or is about to, which nobody may have noticed.
    pub(crate) fn is_gone(&self) -> bool {
        self.process.is_over()
    }

    /// How long it has had no call; `None` while it has one.
    pub(crate) fn idle_for(&self) -> Option<Duration> {
        let gate = self.gate();
        (gate.in_flight == 0).then(|| gate.idle_since.elapsed())
    }

    /// Calls pre-stop if it is configured, then ends the process group.
    pub(crate) async fn stop(&self) {
        self.gate().retired = true;
        let mut frozen = self.frozen.lock().await;
        self.thaw(&mut frozen);
        self.call_hook(control_path::PRE_STOP, self.function.pre_stop.as_ref())
            .await;
        self.process.signal(Signal::TERM);
        let _ = tokio::time::timeout(TERM_GRACE, self.process.wait()).await;
        self.process.signal(Signal::KILL);
        self.process.wait().await;
    }

    /// Ends the process group at once; for an instance whose call ran out of time.
    pub(crate) fn kill(&self) {
        self.gate().retired = true;
        self.process.signal(Signal::KILL);
    }

    /// Gives up on an instance whose call ran out of time: killed at once, unless other calls still need it.
    pub(crate) fn abandon(self: &Arc<Self>) {
        if self.gate().in_flight <= 1 {
            self.kill();
        } else {
            self.retire();
        }
    }

    fn stop_in_background(self: &Arc<Self>) {
        let instance = Arc::clone(self);
        tokio::spawn(async move { instance.stop().await });
    }

    /// Freezes the instance unless a call came in between; calls that come now wait for the thaw.
    async fn freeze_if_idle(&self) {
        let mut frozen = self.frozen.lock().await;
        if *frozen || !self.is_idle() {
            return;
        }
        self.call_hook(control_path::PRE_FREEZE, self.function.pre_freeze.as_ref())
            .await;
        if self.is_idle() {
            self.process.signal(Signal::STOP);
            *frozen = true;
        }
    }

    fn thaw(&self, frozen: &mut bool) {
        if std::mem::take(frozen) {
            self.process.signal(Signal::CONT);
        }
    }

    /// A hook's failure stops neither freeze nor stop ([contract §3.1](crate::check::sections::SECTIONS#3.1)); it is
    /// noted in the log.
    async fn call_hook(&self, path: &'static str, hook: Option<&Hook>) {
        let Some(hook) = hook.filter(|_| self.process.exit_status().is_none()) else {
            return;
        };
        let call = CallId::first(crate::ids::hook_request_id());
        if let Err(error) = hook::call(&self.connections, &self.headers, path, hook, &call).await {
            self.log.note(&format!("fc-local: {path} failed: {error}"));
        }
    }

    fn is_idle(&self) -> bool {
        let gate = self.gate();
        gate.in_flight == 0 && !gate.retired
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        // The gate is three plain fields; a panic of another thread leaves it usable.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn release(self: &Arc<Self>) {
        let (idle, retired) = {
            let mut gate = self.gate();
            gate.in_flight -= 1;
            gate.idle_since = Instant::now();
            gate.retired |= gate.orphaned && gate.in_flight == 0;
            (gate.in_flight == 0, gate.retired)
        };
        if idle && retired {
            self.stop_in_background();
        } else if idle && self.freeze {
            let instance = Arc::clone(self);
            tokio::spawn(async move { instance.freeze_if_idle().await });
        }
    }
}

/// Notes how an instance ended that nobody stopped and no call was on; with a call, that says it.
async fn note_idle_end(instance: Weak<Instance>, end: impl Future<Output = ExitStatus>) {
    let how = exit_in_words(end.await);
    if let Some(instance) = instance.upgrade().filter(|instance| instance.is_idle()) {
        let line = format!("fc-local: the instance ended with {how} while it had no call");
        instance.log.note(&line);
    }
}

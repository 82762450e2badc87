//! The life of a server, for `start` and `watch`: opens the data folder, listens, says how to reach it, and ends
//! cleanly.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;
use tokio::net::TcpListener;

use super::announcement;
use super::data::DataArgs;
use super::keys;
use super::live;
use super::variables::VariableArgs;
use crate::api::deploy::all_addresses;
use crate::api::{self, App, Bodies, Clock, ForCalls, Guard, Stop, Tasks};
use crate::facts::limit;
use crate::function::{DEFAULT_ACCOUNT_ID, DEFAULT_REGION, Owner, Variables};
use crate::interrupt::Interrupt;
use crate::output::{self, Apart};
use crate::platform::debugger::NO_LIMIT;
use crate::platform::instance::{AGENT_TARGET, InstanceOptions};
use crate::platform::log::Onlooker;
use crate::platform::pool::{Pool, PoolOptions};
use crate::platform::strays::kill_of_folder;
use crate::store::Store;

/// Supervisors kill what has not ended 10 seconds after their SIGTERM; the rest is for the hooks of the instances.
const STOP_GRACE_SECONDS: u64 = 8;

/// How a server runs, whatever it serves.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The port to listen on; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 8900)]
    pub(crate) port: u16,

    /// The address to listen on; with any other than loopback, the network can reach your functions, and you must set your own keys
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,

    /// Another name under which clients may reach the API, such as that of a container; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,

    #[command(flatten)]
    pub(crate) data: DataArgs,

    /// The account that functions belong to
    #[arg(long, value_name = "ID", default_value = DEFAULT_ACCOUNT_ID)]
    pub(crate) account_id: String,

    /// The region that functions run in
    #[arg(long, value_name = "REGION", default_value = DEFAULT_REGION)]
    pub(crate) region: String,

    #[command(flatten)]
    pub(crate) variables: VariableArgs,

    /// Do not print the logs of functions to stderr as they arrive; `fc-local logs` prints them
    #[arg(long)]
    pub(crate) no_logs: bool,

    /// The time at which the clock of timer triggers starts, such as `2026-02-28T23:59:00Z`; otherwise now
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_rfc3339_weak)]
    pub(crate) timer_clock: Option<SystemTime>,

    /// Do not freeze instances (SIGSTOP) while they have no call
    #[arg(long)]
    pub(crate) no_freeze: bool,

    /// How long an instance may be idle before it is stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) idle_timeout: u64,

    /// How many instances one function may have
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) max_instances: usize,

    /// How long an instance may take to listen
    #[arg(long, value_name = "SECONDS", default_value_t = limit::START_SECONDS)]
    pub(crate) start_timeout: u64,

    /// How long a stop waits for the calls in flight before it cuts them off
    #[arg(long, value_name = "SECONDS", default_value_t = STOP_GRACE_SECONDS)]
    pub(crate) stop_grace: u64,

    /// For a debugger: no timeouts and no freezing, and print the command that attaches gdb or lldb to each instance;
    /// `watch` builds with symbols
    #[arg(long)]
    pub(crate) debug: bool,
}

/// Runs until SIGINT or SIGTERM, or until the companion that is given the running server fails. What has to be done before
/// anybody can call it, and is not served at all if that fails, is `prepare`.
pub(crate) async fn run_with<Companion>(
    args: &ServeArgs,
    prepare: impl FnOnce(&Arc<App>) -> Result<(), String>,
    companion: impl FnOnce(Arc<App>) -> Companion,
) -> ExitCode
where
    Companion: Future<Output = Result<(), String>>,
{
    match start(args, prepare, companion).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => output::fail(&message),
    }
}

async fn start<Companion>(
    args: &ServeArgs,
    prepare: impl FnOnce(&Arc<App>) -> Result<(), String>,
    companion: impl FnOnce(Arc<App>) -> Companion,
) -> Result<(), String>
where
    Companion: Future<Output = Result<(), String>>,
{
    let own_keys = keys::own(args.host)?;
    let variables = args.variables.read().map_err(|error| error.to_string())?;
    let data = args.data.folder()?;
    // One name for the folder, by which the instances of an earlier run are found.
    let data = fs::create_dir_all(&data)
        .and_then(|()| data.canonicalize())
        .map_err(|error| format!("cannot use {}: {error}", data.display()))?;
    let store = Store::open(&data).map_err(|error| error.to_string())?;
    let keys = own_keys.map_or_else(|| keys::of_folder(&data), Ok)?;
    warn_of_network(args.host);
    // The folder is ours now; what an fc-local that was killed has left must not mislead anybody.
    kill_of_folder(&data.join("scratch"));
    announcement::remove(&data);
    let listener = listen(args).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stderr = Apart::begin();
    let onlooker = (!args.no_logs).then(live::onlooker);
    let app = Arc::new(App {
        pool: Pool::new(pool_options(args, &store, variables, onlooker)),
        store,
        owner: Owner {
            account_id: args.account_id.clone(),
            region: args.region.clone(),
        },
        keys,
        clock: Clock::starting_at(args.timer_clock),
        guard: Guard::new(address, &args.allow_host),
        for_calls: ForCalls::default(),
        tasks: Tasks::default(),
        bodies: Bodies::default(),
        stop: Stop::new(),
        address,
    });
    prepare(&app)?;
    let mut interrupt = Interrupt::listen().map_err(|error| error.to_string())?;
    tokio::spawn(api::serve(Arc::clone(&app), listener));
    let entry = announcement::make(&app, &data)?;
    let addresses = all_addresses(&app);
    addresses.iter().for_each(|line| output::say(line));
    let ended = tokio::select! {
        ended = companion(Arc::clone(&app)) => ended,
        () = interrupt.wait() => Ok(()),
    };
    stop(&app, Duration::from_secs(args.stop_grace), &mut interrupt).await;
    drop(stderr);
    announcement::remove(&data);
    drop(entry);
    ended
}

/// Lets the calls in flight finish, then stops the instances. A second signal ends the first wait, or else the second.
async fn stop(app: &App, grace: Duration, interrupt: &mut Interrupt) {
    output::progress("finishing the calls in flight; Ctrl-C again cuts them");
    let cut = tokio::select! {
        cut = app.stop.drain(grace) => cut,
        () = interrupt.wait() => app.stop.cut_now(),
    };
    if cut > 0 {
        output::say(&format!("calls in flight that the stop has cut: {cut}"));
    }
    output::progress("stopping the instances");
    tokio::select! {
        () = app.pool.stop_all() => {}
        // What still runs is killed.
        () = interrupt.wait() => {}
    }
}

fn warn_of_network(host: IpAddr) {
    if !host.is_loopback() {
        eprintln!(
            "fc-local: --host {host}: everybody who reaches this address and has the keys can run programs as you, and \
             HTTP triggers that are anonymous need no keys"
        );
    }
}

async fn listen(args: &ServeArgs) -> Result<TcpListener, String> {
    let address = SocketAddr::new(args.host, args.port);
    TcpListener::bind(address).await.map_err(|error| {
        format!(
            "cannot listen on {address}: {error}; name another port with --port, 0 is any free one"
        )
    })
}

fn pool_options(
    args: &ServeArgs,
    store: &Store,
    variables: Variables,
    onlooker: Option<Onlooker>,
) -> PoolOptions {
    let limit_of = |seconds| {
        if args.debug {
            NO_LIMIT
        } else {
            Duration::from_secs(seconds)
        }
    };
    PoolOptions {
        instance: InstanceOptions {
            freeze: !args.no_freeze && !args.debug,
            start_limit: limit_of(args.start_timeout),
            debug: args.debug,
            listen_port: None,
            log_bytes: limit::TAIL_LOG_BYTES,
            target: AGENT_TARGET,
        },
        instances_max: args.max_instances,
        idle_limit: limit_of(args.idle_timeout),
        logs: store.path("logs"),
        onlooker,
        variables,
    }
}

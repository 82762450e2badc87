//! `fc-local start`: opens the data folder, listens, tells how to reach it, and ends cleanly.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::api::deploy::deploy;
use crate::api::{self, App, Keys, Owner};
use crate::cli::StartArgs;
use crate::instance::{AGENT_TARGET, InstanceOptions};
use crate::output;
use crate::pool::{Pool, PoolOptions};
use crate::process::kill_leftovers;
use crate::store::{Store, write_whole};
use crate::template::Template;

/// Made-up keys: they guard nothing, they only let clients practise signing.
const DEFAULT_KEY_ID: &str = "fc-local-key";
const DEFAULT_KEY_SECRET: &str = "fc-local-secret";

/// The SDK's time limit that clients are told, in seconds; it covers the function's run time.
const CLIENT_TIMEOUT_SECONDS: u32 = 60;

/// Where a running server tells other commands how to reach it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServerFile {
    pub(crate) endpoint: String,
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
}

impl ServerFile {
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("server.json")
    }
}

/// Runs until SIGINT or SIGTERM.
pub(crate) async fn run(args: &StartArgs) -> ExitCode {
    let template = args.template.clone();
    run_with(args, async |app| {
        if let Some(file) = template {
            deploy_template(&app, &file)?;
        }
        std::future::pending().await
    })
    .await
}

/// Runs until SIGINT or SIGTERM, or until the companion that is given the running server fails.
pub(crate) async fn run_with<Companion>(
    args: &StartArgs,
    companion: impl FnOnce(Arc<App>) -> Companion,
) -> ExitCode
where
    Companion: Future<Output = Result<(), String>>,
{
    match start(args, companion).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => output::fail(&message),
    }
}

async fn start<Companion>(
    args: &StartArgs,
    companion: impl FnOnce(Arc<App>) -> Companion,
) -> Result<(), String>
where
    Companion: Future<Output = Result<(), String>>,
{
    let data = args.data.folder()?;
    let store = Store::open(&data).map_err(|error| error.to_string())?;
    let data = data
        .canonicalize()
        .map_err(|error| format!("cannot use {}: {error}", data.display()))?;
    // The folder is ours now; what an fc-local that was killed has left must not mislead anybody.
    kill_leftovers(&data.join("scratch"));
    remove_announcement(&data);
    let listener = listen(args).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let app = Arc::new(App {
        pool: Pool::new(pool_options(args, &store)),
        store,
        owner: Owner {
            account_id: args.account_id.clone(),
            region: args.region.clone(),
        },
        keys: keys(),
        address,
    });
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let server = tokio::spawn(api::serve(Arc::clone(&app), listener));
    announce(&app, &data)?;
    let ended = tokio::select! {
        ended = companion(Arc::clone(&app)) => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    output::progress("stopping the instances");
    server.abort();
    tokio::select! {
        () = app.pool.stop_all() => {}
        // Who asks twice does not want to wait for hooks; what still runs is killed.
        _ = tokio::signal::ctrl_c() => {}
    }
    remove_announcement(&data);
    ended
}

/// Deploys a template with the packages that lie where it says.
fn deploy_template(app: &Arc<App>, file: &Path) -> Result<(), String> {
    let template = Template::read(file).map_err(|error| error.to_string())?;
    deploy(app, &template, None)
        .map(drop)
        .map_err(|error| error.in_template(file))
}

fn remove_announcement(data: &Path) {
    // Files that stay behind are replaced by the next start.
    let _ = std::fs::remove_file(ServerFile::path(data));
    let _ = std::fs::remove_file(env_file(data));
}

async fn listen(args: &StartArgs) -> Result<TcpListener, String> {
    let address = SocketAddr::new(args.host, args.port);
    TcpListener::bind(address).await.map_err(|error| {
        format!(
            "cannot listen on {address}: {error}; name another port with --port, 0 is any free one"
        )
    })
}

fn pool_options(args: &StartArgs, store: &Store) -> PoolOptions {
    PoolOptions {
        instance: InstanceOptions {
            freeze: !args.no_freeze,
            start_limit: Duration::from_secs(args.start_timeout),
            listen_port: None,
            target: AGENT_TARGET,
        },
        instances_max: args.max_instances,
        idle_limit: Duration::from_secs(args.idle_timeout),
        logs: store.path("logs"),
    }
}

/// Own names, so that nobody's real keys are taken by accident.
fn keys() -> Keys {
    let variable =
        |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    Keys {
        id: variable("FC_LOCAL_ACCESS_KEY_ID", DEFAULT_KEY_ID),
        secret: variable("FC_LOCAL_ACCESS_KEY_SECRET", DEFAULT_KEY_SECRET),
    }
}

/// Writes the files that tell how to reach the server, then prints the same.
fn announce(app: &App, data: &Path) -> Result<(), String> {
    let endpoint = format!("http://{}", app.address);
    let file = ServerFile {
        endpoint: endpoint.clone(),
        access_key_id: app.keys.id.clone(),
        access_key_secret: app.keys.secret.clone(),
    };
    let json = serde_json::to_vec_pretty(&file).map_err(|error| error.to_string())?;
    write_whole(&ServerFile::path(data), &json).map_err(|error| error.to_string())?;
    let exports = exports(app, &endpoint);
    // Who finds the file can tell whether the process still runs.
    let sourced = format!("# Written by process {}\n{exports}", std::process::id());
    write_whole(&env_file(data), sourced.as_bytes()).map_err(|error| error.to_string())?;
    let text = format!(
        "# fc-local listens on {endpoint} and keeps its data in {}.\n# For `fun`, in another shell (or: . {}):\n{exports}",
        data.display(),
        env_file(data).display()
    );
    print(&text).map_err(|error| format!("cannot write to stdout: {error}"))
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn env_file(data: &Path) -> PathBuf {
    data.join("env.sh")
}

/// What points the `fun` CLI here (fun-cli §2, §3).
fn exports(app: &App, endpoint: &str) -> String {
    let variables = [
        ("ACCOUNT_ID", app.owner.account_id.clone()),
        ("REGION", app.owner.region.clone()),
        ("ACCESS_KEY_ID", app.keys.id.clone()),
        ("ACCESS_KEY_SECRET", app.keys.secret.clone()),
        ("FC_ENDPOINT", endpoint.to_owned()),
        ("TIMEOUT", CLIENT_TIMEOUT_SECONDS.to_string()),
        ("RETRIES", "1".to_owned()),
        ("FUN_DISABLE_VERSION_CHECK", "1".to_owned()),
        // `fun package` has no setting for the store's address; it goes there as by a proxy.
        ("URLLIB_ENABLE_PROXY", "1".to_owned()),
        ("URLLIB_PROXY", endpoint.to_owned()),
    ];
    variables
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)))
        .collect()
}

/// A value as a shell reads it back.
fn quoted(value: &str) -> String {
    let plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte));
    if plain && !value.is_empty() {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

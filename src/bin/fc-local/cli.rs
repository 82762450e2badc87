//! The command line: what can be asked, in the words of `--help`.

mod events;
mod new;
mod watch;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub(crate) use events::{EventArgs, EventSource};
pub(crate) use new::NewArgs;
pub(crate) use watch::WatchArgs;

use crate::facts::limit;
use crate::function::{DEFAULT_ACCOUNT_ID, DEFAULT_REGION};
use crate::oneshot::examples::Example;
use crate::{admin, check, doctor, oneshot, serve};

/// A local Function Compute for custom runtimes
#[derive(Debug, Parser)]
#[command(name = "fc-local", version, after_help = TOP_EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new project: a handler, its tests, and all that builds, runs and deploys it
    #[command(after_help = new::EXAMPLES)]
    New(NewArgs),
    /// Serve the Function Compute API and run what is deployed to it
    #[command(after_help = START_EXAMPLES)]
    Start(StartArgs),
    /// Build, serve what template.yml names, and again at each change
    #[command(after_help = watch::EXAMPLES)]
    Watch(WatchArgs),
    /// Run calls on a package without a server, or on what a running server has
    #[command(after_help = INVOKE_EXAMPLES)]
    Invoke(InvokeArgs),
    /// Print a sample event, as `invoke --example` sends it
    #[command(after_help = "Example:\n  fc-local example oss > event.json")]
    Example(ExampleArgs),
    /// Report row by row how a custom runtime in any language keeps the contract of Function Compute
    #[command(after_help = check::EXAMPLES)]
    Check(check::CheckArgs),
    /// Tell what building, trying and deploying needs and is not here, each with its cure
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::DoctorArgs),
    /// List what is deployed
    #[command(after_help = "Example:\n  fc-local list --data ./fc-data")]
    List(DataArgs),
    /// Print the log of a deployed function
    #[command(after_help = LOGS_EXAMPLES)]
    Logs(LogsArgs),
    /// Remove services, functions or domains, with all that hangs on them
    #[command(after_help = RM_EXAMPLES)]
    Rm(RmArgs),
}

const TOP_EXAMPLES: &str = "\
Examples:
  fc-local new hello                          make a project; `make` in it lists what it can
  fc-local watch                              build and serve it, and again at each change
  fc-local invoke -e 'Hello World'            call the package in pkg/ once
  fc-local start                              serve the API; prints the exports that point `fun` at it
  fc-local logs my-service/my-function -f     follow the log of a deployed function
  fc-local COMMAND --help                     every option of a command, with examples";

const INVOKE_EXAMPLES: &str = "\
Examples:
  fc-local invoke -e 'Hello World'                   an event call on pkg/
  fc-local invoke -f event.json --dir code.zip       an event from a file, a package from a zip
  fc-local invoke --example oss                      what an OSS trigger sends
  fc-local invoke -e one -e two -f three.json        three events, one after the other
  fc-local invoke -e hi --repeat 100 --concurrency 4 p50 and p90 of 100 calls, 4 at once, as FC would bill them
  echo '{}' | fc-local invoke --initializer          an event from stdin, after /initialize
  fc-local invoke --http GET '/a/b?x=1' -H 'Accept: text/plain'
  fc-local invoke --on hello/event -e hi             an event for what `fc-local watch` serves
  fc-local invoke -e hi --expect hi --http GET / --expect-http 'Hello World!'

Exit code: 0 if every answer is right, 1 if one is not, 2 if the command line is wrong.
An event answer is right if the function did not fail, wrote the lines `FC Invoke Start RequestId: ...` and
`FC Invoke End RequestId: ...`, and answered what --expect says. An HTTP answer is right if the function did
not fail, its status is below 500, and its body is what --expect-http says.";

const START_EXAMPLES: &str = "\
Examples:
  fc-local start                            on 127.0.0.1:8900; prints the exports for `fun`
  fc-local start --port 0 --data ./data     on any free port, which it prints; state in ./data
  fc-local start --template template.yml    with the functions of template.yml deployed
  . ./data/env.sh && fun deploy -y          in another shell: deploy to it

The keys it accepts are made up; FC_LOCAL_ACCESS_KEY_ID and FC_LOCAL_ACCESS_KEY_SECRET choose others.
It stops on Ctrl-C or SIGTERM, after /pre-stop of every instance; what is deployed is there at the next start.";

const LOGS_EXAMPLES: &str = "\
Examples:
  fc-local logs my-service/my-function          the last 100 lines
  fc-local logs my-function -n 5 -f             the last 5, then each new one";

const RM_EXAMPLES: &str = "\
Examples:
  fc-local rm my-service                        the service and its functions
  fc-local rm my-service/my-function a.example  a function and a custom domain";

/// What `fc-local start` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    /// The port to listen on; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 8900)]
    pub(crate) port: u16,

    /// The address to listen on; others than loopback let the network run your functions
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,

    #[command(flatten)]
    pub(crate) data: DataArgs,

    /// Deploy this template at the start, with the packages that lie in each `CodeUri`
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,

    /// The account that functions belong to
    #[arg(long, value_name = "ID", default_value = DEFAULT_ACCOUNT_ID)]
    pub(crate) account_id: String,

    /// The region that functions run in
    #[arg(long, value_name = "REGION", default_value = DEFAULT_REGION)]
    pub(crate) region: String,

    /// Do not stop instances by SIGSTOP while they have no call
    #[arg(long)]
    pub(crate) no_freeze: bool,

    /// How long an instance may have no call before it is stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) idle_timeout: u64,

    /// How many instances one function may have
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) max_instances: usize,

    /// How long an instance may take until it listens
    #[arg(long, value_name = "SECONDS", default_value_t = limit::START_SECONDS)]
    pub(crate) start_timeout: u64,
}

/// Where deployed functions lie.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// The data folder; else `$FC_LOCAL_DATA`, else `fc-local` in `$XDG_DATA_HOME` or `~/.local/share`
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// The same for `invoke`, whose `--data` is the body of an HTTP call.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The data folder of the fc-local that runs, for --on; else as for `fc-local start`
    #[arg(long, value_name = "FOLDER", requires = "on")]
    server_data: Option<PathBuf>,
}

impl ServerArgs {
    /// The data folder that is meant.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        let data = self.server_data.clone();
        DataArgs { data }.folder()
    }
}

impl DataArgs {
    /// The data folder that is meant.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        let variable = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let user =
            || variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
        let folder = self.data.clone().or_else(|| variable("FC_LOCAL_DATA"));
        folder
            .or_else(|| Some(user()?.join("fc-local")))
            .ok_or_else(|| {
                "neither --data, FC_LOCAL_DATA nor HOME names a data folder; give --data FOLDER"
                    .to_owned()
            })
    }
}

/// Which log `fc-local logs` prints.
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// SERVICE/FUNCTION, or the function's name alone
    pub(crate) function: String,

    /// How many of the last lines
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 100)]
    pub(crate) lines: usize,

    /// Go on with each new line
    #[arg(short, long)]
    pub(crate) follow: bool,

    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// What `fc-local rm` removes.
#[derive(Debug, Args)]
pub(crate) struct RmArgs {
    /// SERVICE, SERVICE/FUNCTION, a function of FC 3.0, or a custom domain
    #[arg(required = true)]
    pub(crate) names: Vec<String>,

    #[command(flatten)]
    pub(crate) data: DataArgs,
}

/// Which sample `fc-local example` prints.
#[derive(Debug, Args)]
pub(crate) struct ExampleArgs {
    /// The trigger that sends it
    pub(crate) name: Example,
}

/// What `fc-local invoke --on` cannot do: the function is what was deployed, and HTTP needs no signature.
const PACKAGE_ONLY: [&str; 15] = [
    "dir",
    "http",
    "header",
    "data",
    "data_file",
    "expect_http",
    "chunked",
    "initializer",
    "pre_freeze",
    "no_pre_stop",
    "fc3",
    "env",
    "timeout",
    "memory",
    "start_timeout",
];

/// What `fc-local invoke` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The package: a folder with `bootstrap` in it, or a zip file
    #[arg(long, value_name = "PATH", default_value = "pkg")]
    pub(crate) dir: PathBuf,

    /// Call a function that a running `fc-local start` or `watch` has, SERVICE/FUNCTION, instead of a package
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = PACKAGE_ONLY)]
    pub(crate) on: Option<String>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    #[command(flatten)]
    pub(crate) events: EventArgs,

    /// The event result that must come, exactly: once for all events, or once for each in their order; without an
    /// event, the body of the first HTTP answer
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) expect: Vec<String>,

    /// Make all calls so many times, print the answers of the first round only, and at the end p50 and p90 of the time
    /// that each took and of what FC would bill for it, the cold start apart
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,

    /// How many calls the instance serves at once, as a function with this `InstanceConcurrency`
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(limit::CONCURRENCY)))]
    pub(crate) concurrency: u32,

    /// An HTTP call; may be given several times
    #[arg(long, num_args = 2, value_names = ["METHOD", "PATH"], action = clap::ArgAction::Append)]
    pub(crate) http: Vec<String>,

    /// A header of the HTTP calls; may be given several times
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,

    /// The body of the HTTP calls, as text
    #[arg(
        short,
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        conflicts_with = "data_file"
    )]
    pub(crate) data: Option<String>,

    /// The body of the HTTP calls, from a file
    #[arg(long, value_name = "FILE")]
    pub(crate) data_file: Option<PathBuf>,

    /// The body that an HTTP answer must have, exactly; the first is for the first --http, and so on
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) expect_http: Vec<String>,

    /// Send event and bodies chunked, without telling their size
    #[arg(long)]
    pub(crate) chunked: bool,

    /// Call /initialize first, as for a function with an Initializer
    #[arg(long)]
    pub(crate) initializer: bool,

    /// Call /pre-freeze, stop the process by SIGSTOP and wake it again after each call
    #[arg(long)]
    pub(crate) pre_freeze: bool,

    /// Do not call /pre-stop at the end
    #[arg(long)]
    pub(crate) no_pre_stop: bool,

    /// Play FC 3.0: its request ids, no service name
    #[arg(long)]
    pub(crate) fc3: bool,

    /// An environment variable of the function; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,

    /// The function's Timeout
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: u64,

    /// The function's memory size, in MB; told to the function, not enforced
    #[arg(long, value_name = "MB", default_value_t = 128)]
    pub(crate) memory: u64,

    /// How long the instance may take until it listens
    #[arg(long, value_name = "SECONDS", default_value_t = limit::START_SECONDS)]
    pub(crate) start_timeout: u64,

    /// A fixed port, for programs that do not read `FC_CUSTOM_LISTEN_PORT`; else a free one
    #[arg(long, value_name = "PORT", conflicts_with = "on")]
    pub(crate) listen_port: Option<u16>,
}

impl Cli {
    /// Does what was asked.
    pub(crate) async fn run(self) -> ExitCode {
        match self.command {
            Command::New(args) => crate::new::run(&args),
            Command::Start(args) => serve::run(&args).await,
            Command::Watch(args) => crate::watch::run(&args).await,
            Command::List(args) => admin::list(&args),
            Command::Logs(args) => admin::logs(&args).await,
            Command::Rm(args) => admin::rm(&args).await,
            Command::Example(args) => oneshot::examples::print(args.name),
            Command::Invoke(args) => oneshot::run(&args).await,
            Command::Check(args) => check::run(&args).await,
            Command::Doctor(args) => doctor::run(&args),
        }
    }
}

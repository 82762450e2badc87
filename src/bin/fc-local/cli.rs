//! The command line: what can be asked, in the words of `--help`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::facts::limit;
use crate::oneshot;

/// A local Function Compute for custom runtimes
#[derive(Debug, Parser)]
#[command(name = "fc-local", version, after_help = TOP_EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run one or more calls on a package, without a server
    #[command(after_help = INVOKE_EXAMPLES)]
    Invoke(InvokeArgs),
}

const TOP_EXAMPLES: &str = "\
Examples:
  fc-local invoke -e 'Hello World'            call the package in pkg/ once
  fc-local COMMAND --help                     every option of a command, with examples";

const INVOKE_EXAMPLES: &str = "\
Examples:
  fc-local invoke -e 'Hello World'                   an event call on pkg/
  fc-local invoke -f event.json --dir code.zip       an event from a file, a package from a zip
  echo '{}' | fc-local invoke --initializer          an event from stdin, after /initialize
  fc-local invoke --http GET '/a/b?x=1' -H 'Accept: text/plain'
  fc-local invoke -e hi --expect hi --http GET / --expect-http 'Hello World!'

Exit code: 0 if every answer is right, 1 if one is not, 2 if the command line is wrong.
An event answer is right if the function did not fail, wrote the lines `FC Invoke Start RequestId: ...` and
`FC Invoke End RequestId: ...`, and answered what --expect says. An HTTP answer is right if the function did
not fail, its status is below 500, and its body is what --expect-http says.";

/// What `fc-local invoke` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The package: a folder with `bootstrap` in it, or a zip file
    #[arg(long, value_name = "PATH", default_value = "pkg")]
    pub(crate) dir: PathBuf,

    /// The event, as text
    #[arg(short, long, value_name = "TEXT", conflicts_with = "event_file")]
    pub(crate) event: Option<String>,

    /// The event, from a file; `-` is stdin (the default when nothing else is asked for)
    #[arg(short = 'f', long, value_name = "FILE")]
    pub(crate) event_file: Option<PathBuf>,

    /// The event result that must come, exactly
    #[arg(long, value_name = "TEXT")]
    pub(crate) expect: Option<String>,

    /// An HTTP call; may be given several times
    #[arg(long, num_args = 2, value_names = ["METHOD", "PATH"], action = clap::ArgAction::Append)]
    pub(crate) http: Vec<String>,

    /// A header of the HTTP calls; may be given several times
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,

    /// The body of the HTTP calls, as text
    #[arg(short, long, value_name = "TEXT", conflicts_with = "data_file")]
    pub(crate) data: Option<String>,

    /// The body of the HTTP calls, from a file
    #[arg(long, value_name = "FILE")]
    pub(crate) data_file: Option<PathBuf>,

    /// The body that an HTTP answer must have, exactly; the first is for the first --http, and so on
    #[arg(long, value_name = "TEXT")]
    pub(crate) expect_http: Vec<String>,

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
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) timeout: u64,

    /// The function's memory size, in MB; told to the function, not enforced
    #[arg(long, value_name = "MB", default_value_t = 128)]
    pub(crate) memory: u64,

    /// How long the instance may take until it listens
    #[arg(long, value_name = "SECONDS", default_value_t = limit::START_SECONDS)]
    pub(crate) start_timeout: u64,

    /// A fixed port, for programs that do not read `FC_CUSTOM_LISTEN_PORT`; else a free one
    #[arg(long, value_name = "PORT")]
    pub(crate) listen_port: Option<u16>,
}

impl Cli {
    /// Does what was asked.
    pub(crate) async fn run(self) -> ExitCode {
        match self.command {
            Command::Invoke(args) => oneshot::run(&args).await,
        }
    }
}

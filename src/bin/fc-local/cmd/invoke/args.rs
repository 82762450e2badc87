//! The options of `fc-local invoke`.

use std::path::PathBuf;

use clap::Args;

use super::events::EventArgs;
use crate::cmd::data;
use crate::cmd::variables::VariableArgs;
use crate::facts::limit;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local invoke -e 'Hello World'                   an event for the function of template.yml, or for the package in pkg/
  fc-local invoke --function web --http GET /        a request to one of several functions
  fc-local invoke -f event.json --dir code.zip       an event from a file, a package from a zip
  fc-local invoke --example oss                      what an OSS trigger sends
  fc-local invoke -e one -e two -f three.json        three events, one after the other
  fc-local invoke -e hi --repeat 100 --concurrency 4 p50 and p90 of 100 calls, 4 at once, as FC would bill them
  echo '{}' | fc-local invoke --initializer          an event from stdin, after /initialize
  fc-local invoke --http GET '/a/b?x=1' -H 'Accept: text/plain'
  fc-local invoke --on hello/event -e hi             an event for what `fc-local watch` serves
  fc-local invoke --on hello/web --http GET /        a request to its HTTP trigger, signed
  fc-local invoke -e hi --expect hi --http GET / --expect-http 'Hello World!'
  fc-local invoke -e '{}' | jq .                     the pipe gets the result, the terminal the log

On a terminal, you see log and result as `fun invoke` shows them. If stdout is a pipe or a file, or with --quiet, stdout
gets only results: a single one byte for byte, several with a line end after each. Logs, status lines and headers of HTTP
responses, and the summary of --repeat go to stderr.

Exit code: 0 if every result is right, 1 if one is not, 2 if the command line is wrong.
The result of an event is right if the function did not fail, wrote the lines `FC Invoke Start RequestId: ...` and
`FC Invoke End RequestId: ...`, and returned what --expect says. An HTTP response is right if the function did
not fail, the status is below 500 (with --fail: below 400), and the body is what --expect-http says.";

/// What `fc-local invoke --on` cannot do: the function is what was deployed.
const PACKAGE_ONLY: [&str; 14] = [
    "dir",
    "chunked",
    "initializer",
    "pre_freeze",
    "no_pre_stop",
    "fc3",
    "env",
    "env_file",
    "template",
    "no_template",
    "function",
    "timeout",
    "memory",
    "start_timeout",
];

/// What `fc-local invoke` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct InvokeArgs {
    /// The package: a folder with `bootstrap` in it, or a zip file; otherwise the `CodeUri` of the template, or `pkg`
    #[arg(long, value_name = "PATH")]
    pub(crate) dir: Option<PathBuf>,

    /// Take variables, timeout, memory, initializer and hooks from this template; otherwise from template.yml or s.yaml in
    /// the current folder, if one is there and has a function with this package
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,

    /// Use no template
    #[arg(long, conflicts_with_all = ["template", "function"])]
    pub(crate) no_template: bool,

    /// Which function of the template: SERVICE/FUNCTION, or its name alone; needed if several fit
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) function: Option<String>,

    /// Call SERVICE/FUNCTION of a running `fc-local start` or `watch` instead of a package; FUNCTION.QUALIFIER is a
    /// version or alias of FC 3.0
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = PACKAGE_ONLY)]
    pub(crate) on: Option<String>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    #[command(flatten)]
    pub(crate) events: EventArgs,

    /// The exact result that an event must have: once for all events, or once for each in their order; without an
    /// event, the body of the first HTTP response
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) expect: Vec<String>,

    /// Make all calls this many times, print the results of the first round only, and at the end p50 and p90 of the
    /// duration and of the billed duration of a call, without the cold start
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repeat: u32,

    /// How many calls the instance serves at once: the function's `InstanceConcurrency`
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(limit::CONCURRENCY)))]
    pub(crate) concurrency: u32,

    /// An HTTP call; repeatable
    #[arg(long, num_args = 2, value_names = ["METHOD", "PATH"], action = clap::ArgAction::Append)]
    pub(crate) http: Vec<String>,

    /// A header of the HTTP calls; repeatable
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

    /// The exact body that an HTTP response must have; the first is for the first --http, and so on
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) expect_http: Vec<String>,

    /// Take a response with a status from 400 on as wrong, as `curl --fail-with-body` does; otherwise from 500 on
    #[arg(long, requires = "http")]
    pub(crate) fail: bool,

    /// Print only results on stdout, and everything else on stderr, as if stdout were a pipe
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Send events and bodies in chunks, without their length
    #[arg(long)]
    pub(crate) chunked: bool,

    /// Call /initialize first, whether the template has an Initializer or not
    #[arg(long)]
    pub(crate) initializer: bool,

    /// Call /pre-freeze and freeze the process (SIGSTOP) after each call
    #[arg(long)]
    pub(crate) pre_freeze: bool,

    /// Do not call /pre-stop at the end
    #[arg(long)]
    pub(crate) no_pre_stop: bool,

    /// Imitate FC 3.0: its request ids, no service name
    #[arg(long)]
    pub(crate) fc3: bool,

    #[command(flatten)]
    pub(crate) variables: VariableArgs,

    /// The function's Timeout; otherwise the one in the template, or 60
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: Option<u64>,

    /// The function's memory size, in MB; otherwise the one in the template, or 128. The function sees it, but it is not
    /// enforced
    #[arg(long, value_name = "MB")]
    pub(crate) memory: Option<u64>,

    /// How long the instance may take to listen
    #[arg(long, value_name = "SECONDS", default_value_t = limit::START_SECONDS)]
    pub(crate) start_timeout: u64,

    /// A fixed port, for programs that do not read `FC_CUSTOM_LISTEN_PORT`; otherwise a free one
    #[arg(long, value_name = "PORT", conflicts_with = "on")]
    pub(crate) listen_port: Option<u16>,
}

/// The same for `invoke`, whose `--data` is the body of an HTTP call.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The data folder of the running fc-local, for --on; needed if several run
    #[arg(long, value_name = "FOLDER", requires = "on")]
    server_data: Option<PathBuf>,
}

impl ServerArgs {
    /// The data folder that is meant.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        data::served(self.server_data.as_deref())
    }
}

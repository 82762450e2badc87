//! The arguments of `fc-local check`: the command, and what its handler does with which event.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command};
use hyper::header::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::facts::limit;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local check ./bootstrap                           what can be checked for any handler
  fc-local check --echo --concurrency 10 node server.js
  fc-local check --event '{\"id\": 1}' --fail-event 'no JSON' --initializer ./bootstrap
  fc-local check --web --http / --http-echo /echo --concurrency 10 ./bootstrap
  fc-local check --json ./bootstrap | jq '.rows[] | select(.verdict == \"fail\")'
  fc-local check --mcp http://127.0.0.1:8000/mcp       an MCP server that runs, in any language
  fc-local check --mcp --slow-tool 'wait={\"ms\": 300}' -- node server.js

A row is something that the contract demands of a runtime. `must` is what the platform's documentation, source or
traffic shows; `should` is what follows from it, or where sources differ. The column `contract` names the section of
the page `guide::contract` in the documentation of fc-runtime that has the sources. The more the options say about the handler,
the more rows can be checked: --echo, --fail-event and --slow-event for events; --initializer, --pre-freeze, --pre-stop,
--http and --concurrency for what the function's configuration uses.

With --mcp the rows are what a server of the Model Context Protocol must keep on Function Compute: MCP's specification, what
its clients do, and the page `guide::fc3`. A row that fails says what to change. The command is started as a function is.

Exit code: 0 if no `must` row fails, 1 if one does or the check was interrupted, 2 if the command line is wrong.";

/// What `fc-local check` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The start command and its arguments; a path is relative to --dir. With --mcp also the URL of a server
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,

    /// The folder that the command runs in, as /code on the platform
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    pub(crate) dir: PathBuf,

    /// Print JSON instead of the table
    #[arg(long)]
    pub(crate) json: bool,

    /// Print what was sent and expected for rows that pass as well
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) verbose: bool,

    /// Check an MCP server: http://HOST:PORT/PATH of one that runs, or the command that starts one
    #[arg(long, conflicts_with_all = OF_EVENTS)]
    pub(crate) mcp: bool,

    /// The path of the endpoint of a command's server
    #[arg(long, value_name = "PATH", default_value = MCP_PATH, requires = "mcp", value_parser = path)]
    pub(crate) mcp_path: String,

    /// A header of every request, such as 'Authorization: Bearer …'; repeatable
    #[arg(long, value_name = "NAME: VALUE", requires = "mcp", value_parser = Unshown(header))]
    pub(crate) header: Vec<HeaderArg>,

    /// A tool that may be called and takes at least 0.1 s without using the CPU, and its arguments as JSON
    #[arg(long, value_name = "NAME[=JSON]", requires = "mcp", value_parser = tool)]
    pub(crate) slow_tool: Option<ToolArg>,

    /// An event that the handler accepts
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "Hello World",
        allow_hyphen_values = true
    )]
    pub(crate) event: String,

    /// The handler returns every event unchanged
    #[arg(long)]
    pub(crate) echo: bool,

    /// An event that makes the handler fail; repeatable, such as for an error and a panic
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) fail_event: Vec<String>,

    /// An event that takes the handler at least 0.1 s, without using the CPU
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) slow_event: Option<String>,

    /// The function has an Initializer
    #[arg(long)]
    pub(crate) initializer: bool,

    /// A variable that makes the initializer fail
    #[arg(long, value_name = "NAME=VALUE", requires = "initializer", value_parser = Unshown(variable))]
    pub(crate) failing_initializer: Option<(String, String)>,

    /// The function has a `PreFreeze` hook (FC 2.0)
    #[arg(long)]
    pub(crate) pre_freeze: bool,

    /// The function has a `PreStop` hook
    #[arg(long)]
    pub(crate) pre_stop: bool,

    /// The function has an HTTP trigger, and GET on this path has a status below 500
    #[arg(long, value_name = "PATH")]
    pub(crate) http: Option<String>,

    /// The function is a web function: it gets only HTTP calls, so GET --http replaces every event
    #[arg(long, requires = "http")]
    pub(crate) web: bool,

    /// A path where POST returns the body of the request
    #[arg(long, value_name = "PATH", requires = "http")]
    pub(crate) http_echo: Option<String>,

    /// A path where GET has the status 204
    #[arg(long, value_name = "PATH", requires = "http")]
    pub(crate) http_204: Option<String>,

    /// The `InstanceConcurrency` that the function is configured with [default: that of the folder's template; else 1, with --mcp 10]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) concurrency: Option<u32>,

    /// How long to leave a kept-alive connection idle; FC asks for 900 and more
    #[arg(long, value_name = "SECONDS", default_value_t = 6)]
    pub(crate) idle: u64,

    /// Imitate FC 3.0: its request ids, no service name
    #[arg(long)]
    pub(crate) fc3: bool,

    /// An environment variable of the function; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = Unshown(variable))]
    pub(crate) env: Vec<(String, String)>,

    /// How long one response may take
    #[arg(long, alias = "answer-timeout", value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) response_timeout: u64,

    /// How long the runtime may take to listen
    #[arg(long, value_name = "SECONDS", default_value_t = limit::START_SECONDS)]
    pub(crate) start_timeout: u64,

    /// A fixed port, for programs that read neither `FC_CUSTOM_LISTEN_PORT` nor `FC_SERVER_PORT`; otherwise a free one
    #[arg(long, value_name = "PORT")]
    pub(crate) listen_port: Option<u16>,
}

/// Options about handlers of events and hooks, which an MCP server has none of.
const OF_EVENTS: [&str; 13] = [
    "event",
    "echo",
    "fail_event",
    "slow_event",
    "initializer",
    "failing_initializer",
    "pre_freeze",
    "pre_stop",
    "http",
    "web",
    "http_echo",
    "http_204",
    "idle",
];

/// The folder that a command runs in unless another is named.
const FOLDER: &str = ".";

/// The path of the endpoint of most servers.
const MCP_PATH: &str = "/mcp";

/// How many calls an MCP server gets at once unless asked for: with an affinity it gets up to 200.
const MCP_CONCURRENCY: u32 = 10;

/// A header of the command line. Its value may be a secret.
#[derive(Clone)]
pub(crate) struct HeaderArg {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A tool and what it is called with.
#[derive(Debug, Clone)]
pub(crate) struct ToolArg {
    pub(crate) name: String,
    pub(crate) arguments: Value,
}

impl CheckArgs {
    /// How many calls the instance gets at once if neither the command line nor a template says so.
    pub(super) fn usual_concurrency(&self) -> u32 {
        if self.mcp { MCP_CONCURRENCY } else { 1 }
    }

    /// The file that is started, unless PATH or the platform has it.
    pub(super) fn program(&self) -> Option<PathBuf> {
        let command = self.command.first()?;
        command.contains('/').then(|| self.dir.join(command))
    }

    /// The options that were given and say how a command is started, which a server that runs already was.
    pub(crate) fn of_a_command(&self) -> Vec<&'static str> {
        let given = [
            ("--dir", self.dir != Path::new(FOLDER)),
            ("--mcp-path", self.mcp_path != MCP_PATH),
            ("--fc3", self.fc3),
            ("--env", !self.env.is_empty()),
            (
                "--start-timeout",
                self.start_timeout != limit::START_SECONDS,
            ),
            ("--listen-port", self.listen_port.is_some()),
        ];
        let given = given.into_iter().filter(|(_, is_given)| *is_given);
        given.map(|(name, _)| name).collect()
    }
}

/// Reads an option whose value may be a secret: clap shows what its own parsers refuse, and that ends in the logs of CI.
#[derive(Clone)]
struct Unshown<T>(fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Unshown<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        option: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let text = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned());
        text.and_then(self.0).map_err(|wrong| {
            let name = option.and_then(Arg::get_long).unwrap_or_default();
            let message = format!("the value of --{name} is wrong: {wrong}\n");
            clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

impl fmt::Debug for HeaderArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: …", self.name)
    }
}

fn path(text: &str) -> Result<String, String> {
    let is_path = text.starts_with('/') && text.parse::<hyper::Uri>().is_ok();
    is_path.then(|| text.to_owned()).ok_or_else(|| {
        "it is not a path; write one that begins with a slash, such as /mcp".to_owned()
    })
}

fn header(text: &str) -> Result<HeaderArg, String> {
    let wrong = || "it is not a header; write 'NAME: VALUE'".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    let (name, value) = (name.trim(), value.trim());
    HeaderName::try_from(name).map_err(|_| wrong())?;
    HeaderValue::try_from(value).map_err(|_| wrong())?;
    Ok(HeaderArg {
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

fn tool(text: &str) -> Result<ToolArg, String> {
    let (name, arguments) = text.split_once('=').unwrap_or((text, "{}"));
    if name.is_empty() {
        return Err("it names no tool; write NAME or NAME='{…}'".to_owned());
    }
    let arguments: Value = serde_json::from_str(arguments)
        .map_err(|error| format!("its arguments are not JSON ({error}); write NAME='{{…}}'"))?;
    if !arguments.is_object() {
        return Err("its arguments are not an object; write NAME='{…}'".to_owned());
    }
    Ok(ToolArg {
        name: name.to_owned(),
        arguments,
    })
}

fn variable(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "it has no `=`; write NAME=VALUE".to_owned())
}

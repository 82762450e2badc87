//! The list of commands, and the way into each.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};

use crate::check;
use crate::cmd::{example, fire, invoke, list, logs, new, rm, sessions, start, watch};
use crate::doctor;
use crate::nearest::nearest;

/// A local Function Compute for custom runtimes
#[derive(Debug, Parser)]
#[command(name = "fc-local", version, after_help = TOP_EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new project: a handler, its tests, a Makefile, and the templates to deploy it
    #[command(after_help = new::EXAMPLES)]
    New(new::NewArgs),
    /// Serve the API of Function Compute, and run the functions that are deployed to it
    #[command(after_help = start::EXAMPLES)]
    Start(start::StartArgs),
    /// Build and serve the functions of template.yml or s.yaml, again after each change
    #[command(after_help = watch::EXAMPLES)]
    Watch(watch::WatchArgs),
    /// Call a package without a server, or a function of a running server
    #[command(after_help = invoke::EXAMPLES)]
    Invoke(invoke::InvokeArgs),
    /// Fire a timer trigger of a running server at once
    #[command(after_help = fire::EXAMPLES)]
    Fire(fire::FireArgs),
    /// Print a sample event, as `invoke --example` sends it
    #[command(after_help = example::EXAMPLES)]
    Example(example::ExampleArgs),
    /// Check a custom runtime, or an MCP server, in any language, against what Function Compute needs
    #[command(after_help = check::EXAMPLES)]
    Check(check::CheckArgs),
    /// List what you still need to build, run and deploy, and how to get it
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::DoctorArgs),
    /// List what is deployed
    #[command(after_help = list::EXAMPLES)]
    List(list::ListArgs),
    /// List the sessions of a running server, or move their clock forward
    #[command(after_help = sessions::EXAMPLES)]
    Sessions(sessions::SessionsArgs),
    /// Print the log of a deployed function
    #[command(after_help = logs::EXAMPLES)]
    Logs(logs::LogsArgs),
    /// Remove services, functions or domains, and everything that belongs to them
    #[command(after_help = rm::EXAMPLES)]
    Rm(rm::RmArgs),
}

const TOP_EXAMPLES: &str = "\
Examples:
  fc-local new hello --path CLONE             make a project that uses your clone of fc-runtime
  fc-local watch                              build and serve it, again after each change
  fc-local invoke -e 'Hello World'            call the package in pkg/ once
  fc-local start                              serve the API, and print the exports that point `fun` at it
  fc-local logs my-service/my-function -f     follow the log of a deployed function
  fc-local COMMAND --help                     all options of a command, with examples";

impl Cli {
    /// Reads the command line, or ends the process with what is wrong with it.
    pub(crate) fn read() -> Self {
        Self::try_parse().unwrap_or_else(|error| advised(error).exit())
    }

    /// Does what was asked.
    pub(crate) async fn run(self) -> ExitCode {
        match self.command {
            Command::New(args) => new::run(&args),
            Command::Start(args) => start::run(&args).await,
            Command::Watch(args) => watch::run(&args).await,
            Command::List(args) => list::run(&args),
            Command::Sessions(args) => sessions::run(&args).await,
            Command::Logs(args) => logs::run(&args).await,
            Command::Rm(args) => rm::run(&args).await,
            Command::Fire(args) => fire::run(&args).await,
            Command::Example(args) => example::run(&args),
            Command::Invoke(args) => invoke::run(&args).await,
            Command::Check(args) => check::run(&args).await,
            Command::Doctor(args) => doctor::run(&args),
        }
    }
}

/// An error of an unknown option with the one that is meant, where clap finds none: it looks for a common beginning.
fn advised(mut error: clap::Error) -> clap::Error {
    let is_unknown = error.kind() == ErrorKind::UnknownArgument;
    if !is_unknown || error.get(ContextKind::SuggestedArg).is_some() {
        return error;
    }
    if let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg) {
        if let Some(meant) = meant(given.trim_start_matches('-')) {
            let value = ContextValue::String(format!("--{meant}"));
            error.insert(ContextKind::SuggestedArg, value);
        }
    }
    error
}

/// The option of the command whose name is nearest.
fn meant(given: &str) -> Option<String> {
    let command = Cli::command();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = words
        .iter()
        .find_map(|word| command.find_subcommand(word))?;
    let known: Vec<&str> = asked
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    nearest(given, &known).map(str::to_owned)
}

//! `fc-local example`: prints a sample event.

use std::process::ExitCode;

use clap::Args;

use super::sample::Example;
use crate::output;

pub(crate) const EXAMPLES: &str = "Example:\n  fc-local example oss > event.json";

/// Which sample `fc-local example` prints.
#[derive(Debug, Args)]
pub(crate) struct ExampleArgs {
    /// The trigger that sends it; without a name, all are listed
    name: Option<Example>,
}

/// Prints a sample as it is, or the names of all.
pub(crate) fn run(args: &ExampleArgs) -> ExitCode {
    output::exit_code(match args.name {
        Some(example) => output::print_result(example.bytes()),
        None => output::print_lines(&Example::list()),
    })
}

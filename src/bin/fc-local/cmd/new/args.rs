//! The options of `fc-local new`.

use std::path::PathBuf;

use clap::Args;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local new hello --path CLONE           an event function in the new folder hello
  fc-local new hello --path CLONE --http    an HTTP function
  fc-local new hello --path CLONE --mcp     an MCP server: tools that models call

CLONE is a clone of the repository of fc-runtime: it is needed until the crate is on crates.io.

The project has a handler with its tests, a Makefile (`make` lists its commands), template.yml for `fun` and FC 2.0, and
s.yaml for Serverless Devs and FC 3.0. It needs Rust with the target x86_64-unknown-linux-musl, and for `make run`,
`make local`, `make watch` this tool. In the folder of a workspace, it becomes a member of it.";

/// What `fc-local new` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The name of the crate, the service and the function; the project goes into a new folder of this name
    pub(crate) name: String,

    /// Make an HTTP function instead of an event function
    #[arg(long)]
    pub(crate) http: bool,

    /// Make an MCP server, which offers tools to models, instead of an event function
    #[arg(long, conflicts_with = "http")]
    pub(crate) mcp: bool,

    /// Use the crate fc-runtime in this folder instead of the registry's
    #[arg(long, value_name = "FOLDER")]
    pub(crate) path: Option<PathBuf>,
}

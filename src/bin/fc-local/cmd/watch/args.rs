//! The options of `fc-local watch`.

use std::path::PathBuf;

use clap::Args;

use crate::cmd::serve::ServeArgs;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local watch                            build, serve template.yml, and again at each change of the sources
  fc-local watch --build 'make pkg'         with your own build, which fills each CodeUri
  fc-local watch --watch proto --port 0     watch the folder proto as well, serve on any free port

If a build fails, you see why, and the last good one keeps serving on the same port. After a good one, instances of
the old code finish their calls, and new calls go to new instances. A change during a build starts another build after
it. What template.yml no longer names stays until `fc-local rm`.

If the template is wrong, you see why at once; until you fix it, new code runs with the last good template. A function
whose CodeUri is a zip file is served from that file: it needs no build, and a new file takes effect at once.

Changes to hidden files, to node_modules and to cargo's build folders start no build. Those are target beside a
Cargo.toml, folders with cargo's CACHEDIR.TAG, and the one that CARGO_TARGET_DIR names.";

/// What `fc-local watch` is asked to do: everything of `start`, and building.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(super) serve: ServeArgs,

    /// Serve this template, with the package in each `CodeUri`
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(super) template: PathBuf,

    /// The build, as a line for `sh`. It puts the package into the empty folder `$FC_LOCAL_CODE`, for all functions
    /// whose `CodeUri` is not a zip file, or leaves it empty and fills the `CodeUri` of each function
    #[arg(long, value_name = "COMMAND", default_value = DEFAULT_BUILD)]
    pub(super) build: String,

    /// Another file or folder to watch, beside src, Cargo.toml, build.rs and the template; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) watch: Vec<PathBuf>,
}

/// What `fun` takes, too, unless it is given another.
const TEMPLATE: &str = "template.yml";

/// A development build: it is there sooner than the static package, and only this machine runs it.
const DEFAULT_BUILD: &str = "cargo build --bin bootstrap && \
     install -m 755 -D \"${CARGO_TARGET_DIR:-target}/debug/bootstrap\" \"$FC_LOCAL_CODE/bootstrap\"";

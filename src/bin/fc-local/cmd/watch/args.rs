//! The options of `fc-local watch`.

use std::path::PathBuf;

use clap::Args;

use crate::cmd::serve::ServeArgs;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local watch                            build, serve template.yml, and again at each change of the sources
  fc-local watch --build 'make pkg'         by a build of one's own, which fills each CodeUri
  fc-local watch --watch proto --port 0     watch the folder proto as well, serve on any free port

A build that fails is shown, and the last good one goes on serving on the same port. After a good one, instances of
the old code finish their calls, and new calls go to new instances. A change during a build makes another build after
it. What template.yml does not name any more stays until `fc-local rm`.

A template that is refused is told at once; until it is mended, new code is served by the last good one. A function
whose CodeUri is a zip file is served from that file as it is: no build is for it, and a new file takes effect at once.

Hidden files, node_modules and the folders that cargo builds into make no build: target beside a Cargo.toml, what has
cargo's CACHEDIR.TAG, and what CARGO_TARGET_DIR names.";

/// What `fc-local watch` is asked to do: everything of `start`, and building.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(super) serve: ServeArgs,

    /// Serve this template, with the packages that lie in each `CodeUri`
    #[arg(long, value_name = "FILE", default_value = TEMPLATE)]
    pub(super) template: PathBuf,

    /// The build, as a line for `sh`. It puts the package into the empty folder `$FC_LOCAL_CODE`, for all functions
    /// whose `CodeUri` is no zip file, or leaves that empty and fills the `CodeUri` of each function
    #[arg(long, value_name = "COMMAND", default_value = DEFAULT_BUILD)]
    pub(super) build: String,

    /// A file or folder to watch, besides src, Cargo.toml, build.rs and the template; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(super) watch: Vec<PathBuf>,
}

/// What `fun` takes, too, unless it is given another.
const TEMPLATE: &str = "template.yml";

/// A development build: it is there sooner than the static package, and only this machine runs it.
const DEFAULT_BUILD: &str = "cargo build --bin bootstrap && \
     install -m 755 -D \"${CARGO_TARGET_DIR:-target}/debug/bootstrap\" \"$FC_LOCAL_CODE/bootstrap\"";

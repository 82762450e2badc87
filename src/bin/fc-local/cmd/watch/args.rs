//! The options of `fc-local watch`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cmd::serve::ServeArgs;
use crate::project::template;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local watch                            build, serve template.yml or s.yaml, again after each change of the sources
  fc-local watch --build 'make pkg'         with your own build, which fills each CodeUri
  fc-local watch -- --features fc-runtime/direct  with these arguments for `cargo build`
  fc-local watch --watch proto --port 0     watch the folder proto as well, serve on any free port
  fc-local watch --ignore '*.md'            no build for files with such names
  fc-local watch --debug                    no timeouts, and the line that attaches a debugger to each instance

Without --build, cargo builds each function: the program of the cargo package that contains its CodeUri. A change builds
every function that depends on it, also through a path dependency. In the root of a workspace, and if a package has several
programs, the last part of the CodeUri names the program. It is packed as bootstrap, together with the other files in the
CodeUri, as by `start --template`; a change to these needs no build. A bootstrap that is a script is served as it is.

If a build fails, you see why, and the last good build keeps serving on the same port. After a good build, instances of
the old code finish their calls, and new calls go to new instances. A change during a build starts another build after
it. A function that the template no longer names stays until `fc-local rm`.

If the template is wrong, you see why at once; until you fix it, new code runs with the last good template. A function
whose CodeUri is a zip file is served from that file: it needs no build, and a new file takes effect at once.

Changes to hidden files, to editors' temporary files, to node_modules and to cargo's build folders start no build; nor do
files that a build itself writes into the sources, as soon as it leaves them unchanged.";

/// What `fc-local watch` is asked to do: everything of `start`, and building.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(super) serve: ServeArgs,

    /// Serve this template, with the package that it names for each function; otherwise template.yml or, if there is none,
    /// s.yaml
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,

    /// Your own build, as a line for `sh`, instead of cargo's for each function. It puts the package of all functions whose
    /// `CodeUri` is not a zip file into the empty folder `$FC_LOCAL_CODE`, or leaves that empty and fills the `CodeUri` of
    /// each function
    #[arg(long, value_name = "COMMAND")]
    pub(super) build: Option<String>,

    /// Another file or folder to watch, in addition to the template and what cargo builds from or, with --build, to src,
    /// Cargo.toml, build.rs and path dependencies; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) watch: Vec<PathBuf>,

    /// A file or folder whose changes start no build: a name in any folder, or a path; `*` stands for any part of a name;
    /// repeatable
    #[arg(long, value_name = "PATTERN")]
    pub(super) ignore: Vec<String>,

    /// More arguments for `cargo build`, such as --features
    #[arg(last = true, value_name = "ARGUMENT", conflicts_with = "build")]
    pub(super) cargo: Vec<String>,
}

impl WatchArgs {
    /// The template that is meant.
    pub(super) fn template(&self) -> PathBuf {
        let given = self.template.clone();
        given.unwrap_or_else(|| template::find(Path::new("")))
    }
}

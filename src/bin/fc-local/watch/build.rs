//! Running the build command: its words go to the terminal as they come, its package into a folder.

use std::fmt;
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::process::ProcessGroup;

/// The variable that names the folder for the package.
const CODE_VARIABLE: &str = "FC_LOCAL_CODE";

/// A build command and the folder that it may fill.
#[derive(Debug)]
pub(super) struct Builder {
    command: String,
    folder: tempfile::TempDir,
}

/// A build that brought no package.
#[derive(Debug)]
pub(super) enum BuildError {
    /// The command could not be run, or its folder not be made.
    Io(io::Error),
    /// The command says that it failed.
    Failed(ExitStatus),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot run the build (--build): {error}"),
            Self::Failed(status) => write!(f, "the build failed ({status}), see above"),
        }
    }
}

impl std::error::Error for BuildError {}

impl Builder {
    pub(super) fn new(command: &str) -> Result<Self, String> {
        let folder =
            tempfile::tempdir().map_err(|error| format!("no folder for the builds: {error}"))?;
        Ok(Self {
            command: command.to_owned(),
            folder,
        })
    }

    pub(super) fn command(&self) -> &str {
        &self.command
    }

    /// Runs the command and tells how long it took. Dropped before its end, it ends the command.
    pub(super) async fn build(&mut self) -> Result<Duration, BuildError> {
        let begun = Instant::now();
        empty(self.folder.path()).map_err(BuildError::Io)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            .env(CODE_VARIABLE, self.folder.path())
            .stdin(Stdio::null())
            // What a build prints is no result of fc-local's.
            .stdout(stderr().map_err(BuildError::Io)?);
        let group = ProcessGroup::start(&mut command).map_err(BuildError::Io)?;
        let status = group.wait().await;
        match status.success() {
            true => Ok(begun.elapsed()),
            false => Err(BuildError::Failed(status)),
        }
    }

    /// The folder, if the last build put anything into it.
    pub(super) fn filled_folder(&self) -> Option<&Path> {
        let mut entries = fs::read_dir(self.folder.path()).ok()?;
        entries.next().map(|_| self.folder.path())
    }
}

fn stderr() -> io::Result<Stdio> {
    io::stderr().as_fd().try_clone_to_owned().map(Stdio::from)
}

fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

//! Running the build command: its words go to the terminal as they come, its package into a folder.

use std::fmt;
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::platform::process::ProcessGroup;
use crate::temporary::TempFolder;

/// The variable that names the folder for the package.
const CODE_VARIABLE: &str = "FC_LOCAL_CODE";

/// A build command and the folder that it last filled.
#[derive(Debug)]
pub(super) struct Builder {
    command: String,
    /// That of the last good build: one that fails leaves it as it is.
    folder: Option<TempFolder>,
    failed: bool,
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
    pub(super) fn new(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            folder: None,
            failed: true,
        }
    }

    pub(super) fn command(&self) -> &str {
        &self.command
    }

    /// Runs the command and returns how long it took. Dropped before its end, it ends the command.
    pub(super) async fn build(&mut self) -> Result<Duration, BuildError> {
        let begun = Instant::now();
        self.failed = true;
        let folder = TempFolder::new().map_err(BuildError::Io)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", &self.command])
            .env(CODE_VARIABLE, folder.path())
            .stdin(Stdio::null())
            // What a build prints is no result of fc-local's.
            .stdout(stderr().map_err(BuildError::Io)?);
        let group = ProcessGroup::start(&mut command).map_err(BuildError::Io)?;
        let status = group.wait().await;
        if !status.success() {
            return Err(BuildError::Failed(status));
        }
        self.folder = Some(folder);
        self.failed = false;
        Ok(begun.elapsed())
    }

    /// The folder of the last good build, if that put anything into it.
    pub(super) fn filled_folder(&self) -> Option<&Path> {
        let folder = self.folder.as_ref()?.path();
        let mut entries = fs::read_dir(folder).ok()?;
        entries.next().map(|_| folder)
    }

    /// Whether what the last good build made is as it was; one that fails may have spoilt what it fills in each `CodeUri`.
    pub(super) fn is_intact(&self) -> bool {
        !self.failed || self.filled_folder().is_some()
    }
}

fn stderr() -> io::Result<Stdio> {
    io::stderr().as_fd().try_clone_to_owned().map(Stdio::from)
}

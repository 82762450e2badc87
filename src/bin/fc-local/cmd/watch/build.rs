//! Running a build: its words go to the terminal as they come, its package into a folder.

use std::fmt;
use std::fs;
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::process::Command;

use super::programs::Program;
use super::watched::shown;
use crate::api::deploy::BuiltCode;
use crate::platform::process::{ProcessGroup, gated};
use crate::project::package::BOOTSTRAP;
use crate::temporary::TempFolder;

/// The variable that names the folder for the package.
const CODE_VARIABLE: &str = "FC_LOCAL_CODE";

/// What makes cargo's development profile keep what a debugger reads, whatever the manifest says.
const WITH_SYMBOLS: [(&str, &str); 2] = [
    ("CARGO_PROFILE_DEV_DEBUG", "2"),
    ("CARGO_PROFILE_DEV_STRIP", "none"),
];

/// What is built, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Recipe {
    /// A line for `sh`, for all functions.
    Shell(String),
    /// A program of cargo's, for some of them, with the user's arguments for `cargo build`.
    Cargo(Program, Vec<String>),
}

/// A build and the folder that it last filled.
#[derive(Debug)]
pub(super) struct Build {
    recipe: Recipe,
    with_symbols: bool,
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
    /// Cargo succeeded, and has named no program.
    NoProgram(String),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot run the build: {error}"),
            Self::Failed(status) => write!(f, "the build failed ({status}), see above"),
            Self::NoProgram(bin) => write!(
                f,
                "cargo has built no program {bin}; build it yourself with --build"
            ),
        }
    }
}

impl std::error::Error for BuildError {}

impl Build {
    pub(super) fn new(recipe: Recipe, with_symbols: bool) -> Self {
        Self {
            recipe,
            with_symbols,
            folder: None,
            failed: true,
        }
    }

    /// The command, as a person would give it.
    pub(super) fn command(&self) -> String {
        match &self.recipe {
            Recipe::Shell(line) => line.clone(),
            Recipe::Cargo(program, more) => {
                let manifest = shown(&program.manifest);
                let line = format!(
                    "cargo build --manifest-path {manifest} --bin {}",
                    program.bin
                );
                [&[line], &more[..]].concat().join(" ")
            }
        }
    }

    /// Whether the code of functions comes from it that has this `CodeUri`.
    pub(super) fn is_for(&self, code: &Path) -> bool {
        match &self.recipe {
            Recipe::Shell(_) => true,
            Recipe::Cargo(program, _) => program.codes.iter().any(|known| known == code),
        }
    }

    /// Whether cargo builds it from this file.
    pub(super) fn is_built_from(&self, path: &Path) -> bool {
        matches!(&self.recipe, Recipe::Cargo(program, _) if program.sources.has(path))
    }

    /// Whether it builds this program, whatever that is built from by now.
    pub(super) fn is_of(&self, other: &Program) -> bool {
        matches!(&self.recipe, Recipe::Cargo(own, _) if own.manifest == other.manifest && own.bin == other.bin)
    }

    /// The same build with what is known of it by now.
    pub(super) fn with_recipe(self, recipe: Recipe) -> Self {
        Self { recipe, ..self }
    }

    /// What to say before an error, where there may be several builds.
    pub(super) fn prefix(&self) -> String {
        match &self.recipe {
            Recipe::Shell(_) => String::new(),
            Recipe::Cargo(program, _) => format!("{}: ", program.bin),
        }
    }

    /// Runs the build and returns how long it took. Dropped before its end, it ends the command.
    pub(super) async fn run(&mut self) -> Result<Duration, BuildError> {
        let begun = Instant::now();
        self.failed = true;
        let folder = TempFolder::new().map_err(BuildError::Io)?;
        match &self.recipe {
            Recipe::Shell(line) => self.run_shell(line, folder.path()).await?,
            Recipe::Cargo(program, more) => self.run_cargo(program, more, folder.path()).await?,
        }
        self.folder = Some(folder);
        self.failed = false;
        Ok(begun.elapsed())
    }

    /// What the last good build made, if it did not fill each `CodeUri` by itself.
    pub(super) fn code(&self) -> Option<BuiltCode> {
        let folder = self.filled_folder()?;
        Some(match &self.recipe {
            Recipe::Cargo(..) => BuiltCode::Program(folder.join(BOOTSTRAP)),
            Recipe::Shell(_) => BuiltCode::Folder(folder.to_owned()),
        })
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

    async fn run_shell(&self, line: &str, folder: &Path) -> Result<(), BuildError> {
        let mut command = gated("sh");
        // What a build prints is no result of fc-local's.
        let stdout = io::stderr().as_fd().try_clone_to_owned();
        command
            .args(["-c", line])
            .env(CODE_VARIABLE, folder)
            .stdout(stdout.map_err(BuildError::Io)?);
        self.finish(&mut command).await
    }

    /// Where the program is, cargo says: the place depends on its configuration, the workspace and the variables.
    async fn run_cargo(
        &self,
        program: &Program,
        more: &[String],
        folder: &Path,
    ) -> Result<(), BuildError> {
        let mut said = tempfile::tempfile().map_err(BuildError::Io)?;
        let mut command = gated("cargo");
        command
            .args(["build", "--message-format=json-render-diagnostics"])
            .arg("--manifest-path")
            .arg(&program.manifest)
            .args(["--bin", &program.bin])
            .args(more)
            .stdout(said.try_clone().map_err(BuildError::Io)?);
        // The configuration beside the package counts.
        if let Some(beside) = program.manifest.parent() {
            command.current_dir(beside);
        }
        self.finish(&mut command).await?;
        said.rewind().map_err(BuildError::Io)?;
        let messages = io::read_to_string(said).map_err(BuildError::Io)?;
        let built = executable(&messages, &program.bin);
        let built = built.ok_or_else(|| BuildError::NoProgram(program.bin.clone()))?;
        // A copy keeps the mode, by which it can be started.
        fs::copy(built, folder.join(BOOTSTRAP)).map_err(BuildError::Io)?;
        Ok(())
    }

    async fn finish(&self, command: &mut Command) -> Result<(), BuildError> {
        if self.with_symbols {
            command.envs(WITH_SYMBOLS);
        }
        let group = ProcessGroup::start(command).map_err(BuildError::Io)?;
        match group.wait().await {
            status if status.success() => Ok(()),
            status => Err(BuildError::Failed(status)),
        }
    }
}

/// A message of cargo's about something that it has built.
#[derive(Deserialize)]
struct Artifact {
    target: ArtifactTarget,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    name: String,
}

/// The program of this name among cargo's messages, one a line; those about anything else have other fields.
fn executable(messages: &str, bin: &str) -> Option<PathBuf> {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    let mut programs = artifacts.filter(|artifact| artifact.target.name == bin);
    programs.find_map(|artifact| artifact.executable)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::executable;

    #[test]
    fn the_program_is_found_among_the_messages_of_cargo() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"hello"},"executable":null}
{"reason":"build-script-executed","package_id":"x","out_dir":"/t"}
{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/t/debug/other"}
{"reason":"compiler-artifact","target":{"name":"hello"},"executable":"/t \"q\"/debug/hello"}
{"reason":"build-finished","success":true}"#;
        let found = executable(messages, "hello");
        assert_eq!(found, Some(PathBuf::from("/t \"q\"/debug/hello")));
        assert_eq!(executable(messages, "none"), None);
    }
}

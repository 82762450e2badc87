//! `fc-local new`: the projects that it makes build, run and are served, and it leaves nothing half made.

mod builds;
mod compilers;
mod files;
mod refused;
mod workspaces;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use yaml_rust2::{Yaml, YamlLoader};

use crate::support::{FOREIGN_VARIABLES, fc_local, root, text};

fn new_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = fc_local();
    command.arg("new").args(arguments).current_dir(folder);
    command.output().expect("fc-local runs")
}

/// A new project that takes the crate from here, with the versions of everything else from here too.
struct Project {
    folder: PathBuf,
    name: &'static str,
    _own: Option<tempfile::TempDir>,
}

/// All projects build into one folder, so that the crate is compiled once; one after the other, because programs of
/// different projects may have the same name there.
static BUILDING: Mutex<()> = Mutex::new(());

fn built() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("new")
}

impl Project {
    fn new(name: &'static str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let mut project = Self::in_folder(&folder, name, arguments);
        fs::copy(root().join("Cargo.lock"), project.path("Cargo.lock")).expect("copied");
        project._own = Some(folder);
        project
    }

    fn in_folder(folder: &tempfile::TempDir, name: &'static str, arguments: &[&str]) -> Self {
        let path = root().to_string_lossy();
        let made = new_in(
            folder.path(),
            &[&[name, "--path", &path], arguments].concat(),
        );
        assert!(made.status.success(), "{made:?}");
        let said = text(&made.stdout);
        assert!(!said.contains("crates.io"), "{said}");
        for step in [
            "cd ",
            "make run ",
            "make test ",
            "make watch ",
            "make deploy ",
        ] {
            assert!(
                said.contains(&format!("\n  {step}")),
                "{step:?} is not in {said}"
            );
        }
        Self {
            folder: folder.path().to_owned(),
            name,
            _own: None,
        }
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.folder.join(self.name).join(inner)
    }

    /// `make` in the project.
    fn make(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("make");
        command.args(arguments);
        self.prepare(&mut command);
        command
    }

    fn run(&self, command: &mut Command) -> Output {
        self.prepare(command);
        command.output().expect("the command runs")
    }

    /// In the project, without a network, with the tool of this build.
    fn prepare(&self, command: &mut Command) {
        for name in FOREIGN_VARIABLES {
            command.env_remove(name);
        }
        command
            .current_dir(self.path(""))
            .env("FC_LOCAL", env!("CARGO_BIN_EXE_fc-local"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", built());
    }

    fn made(&self, arguments: &[&str]) -> String {
        let output = self.make(arguments).output().expect("make runs");
        assert!(output.status.success(), "make {arguments:?}: {output:?}");
        text(&output.stdout)
    }

    fn yaml(&self, file: &str) -> Yaml {
        let text = fs::read_to_string(self.path(file)).expect(file);
        YamlLoader::load_from_str(&text).expect("YAML").remove(0)
    }
}

//! `fc-local new`: the projects that it makes build, run and are served, and it leaves nothing half made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use yaml_rust2::{Yaml, YamlLoader};

use crate::support::{Server, fc_local, text, wait_for};

/// All projects build into one folder, so that the crate is compiled once; one after the other, for their programs have
/// the same name there.
static BUILDING: Mutex<()> = Mutex::new(());

/// What the Makefile that runs these tests may have put into the environment, which is not for that of a project.
const FOREIGN_VARIABLES: [&str; 10] = [
    "CARGO_BUILD_TARGET",
    "EVENT",
    "EXAMPLE",
    "MAKEFLAGS",
    "MAKELEVEL",
    "PORT",
    "RUSTC_BOOTSTRAP",
    "RUSTFLAGS",
    "STD",
    "URL",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn new_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = fc_local();
    command.arg("new").args(arguments).current_dir(folder);
    command.output().expect("fc-local runs")
}

/// A new project that takes the crate from here, with the versions of everything else from here too.
struct Project {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Project {
    fn new(name: &'static str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
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
        let project = Self { folder, name };
        fs::copy(root().join("Cargo.lock"), project.path("Cargo.lock")).expect("copied");
        project
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.folder.path().join(self.name).join(inner)
    }

    /// `make` in the project.
    fn make(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("make");
        command.args(arguments);
        self.settle(&mut command);
        command
    }

    fn run(&self, command: &mut Command) -> Output {
        self.settle(command);
        command.output().expect("the command runs")
    }

    /// In the project, without a network, with the tool of this build.
    fn settle(&self, command: &mut Command) {
        for name in FOREIGN_VARIABLES {
            command.env_remove(name);
        }
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new");
        command
            .current_dir(self.path(""))
            .env("FC_LOCAL", env!("CARGO_BIN_EXE_fc-local"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", built);
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

#[test]
#[cfg_attr(
    not(feature = "tiny-http"),
    ignore = "a new project has the default front whatever these tests are built with, so they build it with that one only"
)]
fn a_new_event_project_tests_runs_and_is_watched() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello-event", &[]);
    assert!(
        project
            .made(&["test"])
            .contains("test result: ok. 2 passed")
    );

    let shown = project.made(&["run"]);
    assert!(
        shown.contains("\npkg/bootstrap: ") || shown.starts_with("pkg/bootstrap: "),
        "{shown}"
    );
    assert!(
        shown.ends_with("FC Invoke Result:\nHello World!\n"),
        "{shown}"
    );
    assert!(
        project
            .made(&["run", "EVENT=you & $(me)"])
            .ends_with("\nHello you & $(me)!\n")
    );
    assert!(
        project
            .made(&["run", "EXAMPLE=timer"])
            .contains("\nHello {\"triggerTime\"")
    );
    let mut check = Command::new("sh");
    check
        .arg(root().join("musl/check-package.sh"))
        .arg(project.path("pkg/bootstrap"));
    let checked = check.output().expect("sh runs");
    assert!(checked.status.success(), "{checked:?}");

    let data = project.path("target/fc-local");
    let _watch = Server::run(project.make(&["watch", "PORT=0"]), &data);
    wait_for("the function to be served", || {
        let invoked = project
            .make(&["invoke", "EVENT=Ferris"])
            .output()
            .expect("make runs");
        text(&invoked.stdout)
            .ends_with("FC Invoke Result:\nHello Ferris!\n")
            .then_some(())
    });
}

#[test]
#[cfg_attr(
    not(feature = "tiny-http"),
    ignore = "a new project has the default front whatever these tests are built with, so they build it with that one only"
)]
fn the_ci_of_a_new_project_passes_as_it_was_made() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello-ci", &[]);
    let workflow = project.yaml(".github/workflows/ci.yml");
    let steps = workflow["jobs"]["function"]["steps"]
        .as_vec()
        .expect("steps");
    let commands = steps.iter().filter_map(|step| step["run"].as_str());
    // What installs is there already, and would ask the network.
    let commands: Vec<_> = commands
        .filter(|command| !command.starts_with("rustup "))
        .collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    for command in commands {
        let ran = project.run(Command::new("sh").args(["-ec", command]));
        assert!(ran.status.success(), "{command}: {ran:?}");
    }
    assert!(project.path("package.zip").exists());
}

#[test]
#[cfg_attr(
    not(feature = "tiny-http"),
    ignore = "a new project has the default front whatever these tests are built with, so they build it with that one only"
)]
fn a_new_http_project_tests_runs_and_is_served() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello_http", &["--http"]);
    assert!(
        project
            .made(&["test"])
            .contains("test result: ok. 2 passed")
    );
    let shown = project.made(&["run", "URL=/hello/y'all$me?a=1&b"]);
    assert!(
        shown.contains("FC Invoke Result:\nHTTP/1.1 200 OK\n")
            && shown.ends_with("\n\nHello y'all$me!\n"),
        "{shown}"
    );

    let data = project.path("target/fc-local");
    let server = Server::run(project.make(&["local", "PORT=0"]), &data);
    let (_, port) = server.address.rsplit_once(':').expect("a port");
    let (url, port) = ("URL=/hello/Ferris'$s?{a,b}", format!("PORT={port}"));
    wait_for("the function to be served", || {
        let asked = project
            .make(&["invoke", url, &port])
            .output()
            .expect("make runs");
        text(&asked.stdout)
            .ends_with("\r\n\r\nHello Ferris'$s!")
            .then_some(())
    });
}

#[test]
fn the_files_of_a_project_are_formatted() {
    for (name, arguments) in [("an_event", &[][..]), ("a_web", &["--http"])] {
        let project = Project::new(name, arguments);
        let mut format = Command::new("cargo");
        format
            .args(["fmt", "--check"])
            .current_dir(project.path(""));
        let formatted = format.output().expect("cargo runs");
        assert!(formatted.status.success(), "{formatted:?}");
    }
}

#[test]
fn a_project_takes_the_version_that_this_tool_is_of() {
    let folder = tempfile::tempdir().expect("folder");
    let made = new_in(folder.path(), &["hello"]);
    assert!(made.status.success(), "{made:?}");
    let source = format!(
        "It takes fc-runtime {} from crates.io; with --path CHECKOUT ",
        env!("CARGO_PKG_VERSION")
    );
    assert!(text(&made.stdout).contains(&source), "{made:?}");
    let manifest = fs::read_to_string(folder.path().join("hello/Cargo.toml")).expect("a manifest");
    let dependency = format!("\nfc-runtime = \"{}\"\n", env!("CARGO_PKG_VERSION"));
    assert!(manifest.contains(&dependency), "{manifest}");
    let files = [
        "Cargo.toml",
        ".cargo/config.toml",
        ".gitignore",
        ".github/workflows/ci.yml",
        "Makefile",
        "template.yml",
        "s.yaml",
        "src/main.rs",
    ];
    for file in files {
        let content = fs::read_to_string(folder.path().join("hello").join(file)).expect(file);
        assert!(
            !content.contains("{{"),
            "{file} has a place that was not filled"
        );
    }
}

/// The options of a build in the words of rustc: `-C` and what follows it.
fn codegen_options(text: &str) -> BTreeSet<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(|line| line.split("-C").skip(1));
    let option = |word: &str| {
        let trimmed = word.trim_start();
        let end = trimmed.find([' ', '"']).unwrap_or(trimmed.len());
        trimmed[..end].to_owned()
    };
    words.map(option).collect()
}

/// The lines of a manifest's `[profile.musl]`.
fn musl_profile(manifest: &str) -> Vec<String> {
    let (_, rest) = manifest
        .split_once("[profile.musl]\n")
        .expect("the profile");
    rest.lines()
        .take_while(|line| line.contains(" = "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_project_is_built_with_the_flags_of_this_one() {
    let project = Project::new("flags", &[]);
    let read = |path: PathBuf| fs::read_to_string(path).expect("a file");
    let ours = codegen_options(&read(root().join("musl/flags.sh")));
    let theirs = codegen_options(&read(project.path(".cargo/config.toml")));
    // Without the C library's formatting, C code that a project links would go wrong without a word.
    let only_ours = |option: &&String| option.starts_with("link-arg=--defsym=");
    assert_eq!(
        theirs,
        ours.iter()
            .filter(|option| !only_ours(option))
            .cloned()
            .collect()
    );
    assert_eq!(ours.iter().filter(only_ours).count(), 3);
    let profiles = [root().join("Cargo.toml"), project.path("Cargo.toml")]
        .map(|path| musl_profile(&read(path)));
    assert_eq!(profiles[0], profiles[1]);
    assert_eq!(profiles[0].len(), 6);
}

#[test]
fn both_templates_of_a_project_describe_one_function() {
    for (name, arguments) in [("an-event", &[][..]), ("a-web", &["--http"])] {
        let project = Project::new(name, arguments);
        let (fun, s) = (project.yaml("template.yml"), project.yaml("s.yaml"));
        let function = &fun["Resources"][name][name];
        let (fun, s) = (
            &function["Properties"],
            &s["resources"]["function"]["props"],
        );
        assert_eq!(s["functionName"].as_str(), Some(name));
        for (ours, theirs) in [
            ("MemorySize", "memorySize"),
            ("Timeout", "timeout"),
            ("InstanceConcurrency", "instanceConcurrency"),
        ] {
            assert!(
                fun[ours].as_i64().is_some() && fun[ours] == s[theirs],
                "{ours}"
            );
        }
        assert_eq!(
            (fun["CodeUri"].as_str(), s["code"].as_str()),
            (Some("./pkg"), Some("./pkg"))
        );
        let trigger = &function["Events"]["http-trigger"]["Properties"]["Methods"];
        assert_eq!(trigger.is_badvalue(), arguments.is_empty());
        assert_eq!(*trigger, s["triggers"][0]["triggerConfig"]["methods"]);
    }
}

#[test]
fn the_doctor_finds_nothing_wrong_with_the_templates_of_a_project() {
    for (name, arguments) in [("an-event", &[][..]), ("a-web", &["--http"])] {
        let project = Project::new(name, arguments);
        let doctor = project.run(fc_local().args(["doctor", "--port=0"]));
        let said = text(&doctor.stdout);
        // What else it says depends on the machine, and there is no package yet.
        for right in [
            format!("fits the package: {name}\n"),
            "says the same as template.yml\n".to_owned(),
        ] {
            assert!(said.contains(&right), "{right:?} is not in\n{said}");
        }
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    names.collect()
}

fn assert_refused(output: &Output, words: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(words), "{words:?} is not in {said:?}");
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_folder_with_something_in_it_is_left_as_it_is_and_an_empty_one_is_taken() {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("full")).expect("full");
    fs::write(folder.path().join("full/.keep"), "mine").expect("written");
    fs::write(folder.path().join("file"), "mine").expect("written");
    fs::create_dir(folder.path().join("empty")).expect("empty");
    for taken in ["full", "file"] {
        let refused = new_in(folder.path(), &[taken]);
        assert_refused(
            &refused,
            &format!("{taken} is there already and no empty folder: choose another name"),
        );
    }
    assert_eq!(
        fs::read_to_string(folder.path().join("file")).expect("kept"),
        "mine"
    );
    assert_eq!(names_in(&folder.path().join("full")), [".keep"]);
    assert!(new_in(folder.path(), &["empty"]).status.success());
    assert!(folder.path().join("empty/src/main.rs").exists());
    assert_eq!(
        names_in(folder.path()).len(),
        3,
        "nothing else is left: {:?}",
        names_in(folder.path())
    );
}

#[test]
fn what_cannot_be_made_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("folder");
    assert_refused(
        &new_in(folder.path(), &["1st"]),
        "the name '1st' is not valid: it has 1 to 128 letters",
    );
    assert_refused(
        &new_in(folder.path(), &["a/b"]),
        "the name 'a/b' is not valid",
    );
    assert_refused(
        &new_in(folder.path(), &["match"]),
        "is a word of Rust itself",
    );
    let elsewhere = new_in(folder.path(), &["hello", "--path", "."]);
    assert_refused(
        &elsewhere,
        "--path . is not the folder of the crate fc-runtime",
    );
    // Files may not grow over 512 bytes: as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" new hello";
    let mut full = Command::new("sh");
    full.args(["-c", script, env!("CARGO_BIN_EXE_fc-local")])
        .current_dir(folder.path());
    assert_refused(&full.output().expect("sh runs"), "cannot write hello/");
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

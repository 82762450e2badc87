//! What is deployed is what runs: the code of a template is packed as `fun` packs it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use zip::ZipArchive;

use crate::support::{Server, fc_local, function_folder, text};

/// A project whose function is the test function, without its run bits; `functions` are lines of its one service.
fn project(functions: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let template =
        format!("Resources:\n  s:\n    Type: 'Aliyun::Serverless::Service'\n{functions}");
    fs::write(at("template.yml"), template).expect("written");
    fs::copy(function_folder().join("bootstrap"), at("bootstrap")).expect("copied");
    fs::set_permissions(at("bootstrap"), fs::Permissions::from_mode(0o644)).expect("rights");
    folder
}

fn function(name: &str, code: &str, runtime: &str) -> String {
    format!(
        "    {name}:\n      Type: 'Aliyun::Serverless::Function'\n      Properties: {{Runtime: {runtime}, CodeUri: {code}, \
         Handler: index.handler}}\n"
    )
}

fn start(project: &Path) -> Command {
    let mut command = fc_local();
    command
        .args([
            "start",
            "--port",
            "0",
            "--template",
            "template.yml",
            "--data",
            "data",
        ])
        .current_dir(project)
        .stdin(Stdio::null());
    command
}

/// Starts a server for a project; what it says goes to the file `said`.
fn started(project: &Path) -> Server {
    let mut command = start(project);
    command.stderr(File::create(project.join("said")).expect("a file"));
    Server::run(command, &project.join("data"))
}

/// The names and rights of what is deployed as a function's code.
fn deployed(project: &Path, name: &str) -> BTreeMap<String, u32> {
    let state = fs::read(project.join("data/state.json")).expect("the state");
    let state: Value = serde_json::from_slice(&state).expect("JSON");
    let digest = &state["functions"][format!("s/{name}")]["code"]["sha256"];
    let digest = digest.as_str().expect("a digest");
    let zip = File::open(project.join(format!("data/code/{digest}.zip"))).expect("the package");
    let mut archive = ZipArchive::new(zip).expect("a zip file");
    let entries = (0..archive.len()).map(|index| {
        let entry = archive.by_index(index).expect("an entry");
        let rights = entry.unix_mode().unwrap_or_default() & 0o777;
        (entry.name().to_owned(), rights)
    });
    entries.collect()
}

#[test]
fn a_function_sees_what_fun_would_deploy_and_runs_beside_one_that_cannot() {
    // A route to a function that is left out is left out as well.
    let domain = "  web.test: {Type: 'Aliyun::Serverless::CustomDomain', Properties: {RouteConfig: {Routes: {'/*': \
                  {ServiceName: s, FunctionName: node}}}}}\n";
    let functions = function("f", "./", "custom") + &function("node", "./", "nodejs12") + domain;
    let project = project(&functions);
    let at = |name: &str| project.path().join(name);
    for folder in ["target/debug", ".git", "data", "conf"] {
        fs::create_dir_all(at(folder)).expect("folders");
    }
    fs::write(at(".funignore"), "target\ndata\nsaid\n").expect("written");
    for name in [".env", ".git/HEAD", "conf/a"] {
        fs::write(at(name), "SOME=text\n").expect("written");
    }
    // More than a package may have; it takes no room on the disk.
    let build = File::create(at("target/debug/app")).expect("created");
    build.set_len(600 * 1024 * 1024).expect("a length");
    let server = started(project.path());
    assert_eq!(server.invoke("echo").text(), "echo");
    let names: Vec<String> = deployed(project.path(), "f").into_keys().collect();
    assert_eq!(
        names,
        [".funignore", "bootstrap", "conf/", "conf/a", "template.yml"]
    );
    assert_eq!(deployed(project.path(), "f")["bootstrap"], 0o755);
    let said = fs::read_to_string(at("said")).expect("its words");
    let note = "s/node is left out because fc-local does not imitate nodejs12";
    assert!(said.contains(note), "{said}");
}

#[test]
fn code_that_is_one_file_is_the_package() {
    let project = project(&function("f", "./bootstrap", "custom"));
    let server = started(project.path());
    assert_eq!(server.invoke("echo").text(), "echo");
    let deployed = deployed(project.path(), "f");
    assert_eq!(deployed, BTreeMap::from([("bootstrap".to_owned(), 0o755)]));
}

/// What `start` says of a project that it refuses.
fn refused(project: &Path) -> String {
    let output = start(project).output().expect("fc-local runs");
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "", "it never says that it listens");
    text(&output.stderr)
}

#[test]
fn code_that_cannot_be_packed_is_refused_with_what_to_do() {
    let project = project(&function("f", "./", "custom"));
    let at = |name: &str| project.path().join(name);
    symlink("/etc/hostname", at("host")).expect("a link");
    let said = refused(project.path());
    let words = "template.yml: s/f has the link host in its code, which leads out of it to /etc/hostname; copy what the function";
    assert!(said.contains(words), "{said}");
    fs::remove_file(at("host")).expect("removed");
    fs::write(at(".funignore"), "boot*\n").expect("written");
    let said = refused(project.path());
    let words = "s/f has a file bootstrap in ./ that an ignore file leaves out of the package; correct its rules";
    assert!(said.contains(words), "{said}");
}

#[test]
fn code_that_is_not_there_is_refused_before_anybody_can_call_it() {
    for (code, words) in [
        (
            "./none",
            "s/f has no file bootstrap in ./none; build it there, or correct its CodeUri (in s.yaml: code)",
        ),
        ("./none.zip", "s/f has code that cannot be read, ./none.zip"),
    ] {
        let project = project(&function("f", code, "custom"));
        let said = refused(project.path());
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn invoke_runs_a_folder_of_a_project_as_it_would_be_deployed() {
    let project = project("");
    let at = |name: &str| project.path().join(name);
    let invoke = || {
        let mut command = fc_local();
        command.args(["invoke", "--dir", ".", "-e", "echo", "--expect", "echo"]);
        command.current_dir(project.path()).stdin(Stdio::null());
        command.output().expect("fc-local runs")
    };
    // Its run bits are given to it; outside of a project they are not.
    let output = invoke();
    assert!(output.status.success(), "{output:?}");
    symlink("/etc/hostname", at("host")).expect("a link");
    let said = text(&invoke().stderr);
    let words = "the package . has the link host in its code, which leads out of it";
    assert!(said.contains(words), "{said}");
    fs::write(at(".funignore"), "host\nboot*\n").expect("written");
    let said = text(&invoke().stderr);
    let words =
        "the package . has a file bootstrap that an ignore file leaves out; correct its rules";
    assert!(said.contains(words), "{said}");
    fs::remove_file(at("template.yml")).expect("removed");
    let output = invoke();
    assert!(!output.status.success(), "no project: {output:?}");
}

//! The command line around the server: help, list, logs, rm, and their errors.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::support::{Server, fc_local, root, text};

fn run(arguments: &[&str], data: &Path) -> Output {
    fc_local()
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .expect("fc-local runs")
}

#[test]
fn help_has_examples_for_every_command() {
    for command in [
        &["--help"][..],
        &["invoke", "--help"],
        &["example", "--help"],
        &["new", "--help"],
        &["watch", "--help"],
        &["start", "--help"],
        &["check", "--help"],
        &["doctor", "--help"],
        &["logs", "--help"],
        &["rm", "--help"],
    ] {
        let output = fc_local().args(command).output().expect("fc-local runs");
        assert!(
            output.status.success() && text(&output.stdout).contains("Example"),
            "{command:?}"
        );
    }
}

#[test]
fn what_is_deployed_is_listed_logged_and_removed_while_the_server_runs() {
    let server = Server::start();
    server.deploy(&json!({}));
    let domain = json!({"domainName": "A.example", "protocol": "HTTP",
        "routeConfig": {"routes": [{"path": "/*", "serviceName": "s", "functionName": "f"}]}});
    assert_eq!(server.api("POST", "/custom-domains", &domain).status, 201);
    server.invoke("log first");
    server.invoke("log second");

    let list = text(&run(&["list"], &server.data).stdout);
    assert!(
        list.starts_with("service   s\nfunction  s/f  default MB  timeout 30 s"),
        "{list}"
    );
    assert!(list.ends_with("domain    a.example  /* -> s/f\n"), "{list}");
    let log = text(&run(&["logs", "f"], &server.data).stdout);
    assert!(
        log.contains("\nfirst\n") && log.contains("\nsecond\n"),
        "{log}"
    );
    let last = text(&run(&["logs", "s/f", "-n", "2"], &server.data).stdout);
    assert!(
        last.starts_with("to stderr\nFC Invoke End RequestId: ") && last.lines().count() == 2,
        "{last}"
    );

    let removed = run(&["rm", "s", "a.example"], &server.data);
    assert_eq!(
        text(&removed.stdout),
        "removed function s/f\nremoved service s\nremoved domain a.example\n"
    );
    assert_eq!(
        server.api("GET", "/services/s", &json!(null)).error(),
        (404, "ServiceNotFound".to_owned())
    );
}

#[test]
fn a_data_folder_is_cleared_up_without_a_server_too() {
    let folder = tempfile::tempdir().expect("folder");
    Server::on(folder.path(), &[]).deploy(&json!({}));
    assert_eq!(
        text(&run(&["rm", "s/f"], folder.path()).stdout),
        "removed function s/f\n"
    );
    assert_eq!(text(&run(&["list"], folder.path()).stdout), "service   s\n");
}

#[test]
fn unknown_names_and_taken_folders_and_ports_are_reported_with_their_cure() {
    let server = Server::start();
    let said = |output: Output| {
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr)
    };
    assert!(said(run(&["rm", "nobody"], &server.data)).contains("`fc-local list` shows all"));
    assert!(said(run(&["logs", "nobody"], &server.data)).contains("`fc-local list` shows all"));
    let twice = said(run(&["start", "--port", "0"], &server.data));
    assert!(
        twice.contains("in use by another fc-local; stop it, or name another folder with --data"),
        "{twice}"
    );
    let port = server.address.rsplit(':').next().expect("a port");
    let folder = tempfile::tempdir().expect("folder");
    let taken = said(run(&["start", "--port", port], folder.path()));
    assert!(
        taken.contains("name another port with --port, 0 is any free one"),
        "{taken}"
    );
}

#[test]
fn a_path_that_is_not_there_is_said_to_be_missing() {
    for (arguments, words) in [
        (
            &["check", "./nope"][..],
            "there is no ./nope in .; name the start command",
        ),
        (
            &["check", "--dir", "/nope", "./x"],
            "there is no folder /nope; name another with --dir",
        ),
        (
            &["doctor", "--dir", "/nope"],
            "there is no folder /nope; name another with --dir",
        ),
    ] {
        let output = fc_local().args(arguments).output().expect("fc-local runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains(words) && output.stdout.is_empty(), "{said}");
    }
}

#[test]
fn the_bootstrap_has_none_of_the_tools_dependencies() {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]);
    let output = tree.current_dir(root()).output().expect("cargo runs");
    let listed = text(&output.stdout);
    assert!(
        output.status.success() && listed.contains("tiny_http "),
        "{output:?}"
    );
    for name in [
        "base64",
        "clap",
        "hyper",
        "notify",
        "sha2",
        "tempfile",
        "tokio",
        "uuid",
        "yaml-rust2",
        "zip",
    ] {
        assert!(
            !listed
                .lines()
                .any(|line| line.starts_with(&format!("{name} "))),
            "{name} is in\n{listed}"
        );
    }
}

#[test]
fn a_mistyped_option_is_refused_with_the_one_that_is_meant() {
    for (words, meant) in [
        (["check", "--mpc", "http://127.0.0.1:1/"], "--mcp"),
        (["check", "--jsn", "./server"], "--json"),
        (["check", "--slow-tol=wait", "./server"], "--slow-tool"),
        (["start", "--prot", "1"], "--port"),
        (["watch", "--templat", "a"], "--template"),
        (["invoke", "--evnt", "a"], "--event"),
    ] {
        let output = fc_local().args(words).output().expect("fc-local runs");
        let said = text(&output.stderr);
        assert!(said.contains(&format!("'{meant}'")), "{words:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
}

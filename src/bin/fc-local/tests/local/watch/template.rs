//! A template that changes while `fc-local watch` runs, and one that is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::{TEMPLATE, Watch, source};
use crate::support::{Server, fc_local, function_folder, text, wait_for};

#[test]
fn a_changed_template_is_deployed() {
    let watch = Watch::start();
    watch.rests(1);
    watch.write("template.yml", &with_colour());
    watch.rests(2);
    assert_eq!(watch.server.invoke("env").json()["COLOUR"], "blue");
    assert!(
        watch.said().contains("serving the new build of s/f, built"),
        "s/web has not changed: {}",
        watch.said()
    );
}

/// The template with a variable of `s/f`.
fn with_colour() -> String {
    TEMPLATE.replace(
        "Timeout: 30",
        "Timeout: 30\n        EnvironmentVariables: {COLOUR: blue}",
    )
}

/// What is refused, each with the words in which it is.
const REFUSED: [(&str, &str, &str); 5] = [
    (
        "Timeout: 30",
        "Timeout: 0",
        "template.yml: s/f: Timeout is 0, not a number from 1 to 86400",
    ),
    (
        "Timeout: 30",
        "Timeout: ten",
        "template.yml: s/f: Timeout is \"ten\", not a number from 1 to 86400",
    ),
    (
        "Timeout: 30",
        "Timout: 30",
        "template.yml: s/f: Properties has the unknown key Timout, the nearest is Timeout; those that it may have are ",
    ),
    (
        "Timeout: 30",
        "Timeout: [",
        "template.yml: it is not YAML: invalid indentation at byte ",
    ),
    (
        "Runtime: custom, CodeUri: ./pkg,",
        "Runtime: custom,",
        "template.yml: s/web has no CodeUri",
    ),
];

#[test]
fn a_template_that_is_refused_is_reported_at_once_and_new_code_runs_with_the_last_good_one() {
    let watch = Watch::start();
    watch.rests(1);
    for (number, (right, wrong, words)) in REFUSED.into_iter().enumerate() {
        let version = (number + 2).to_string();
        watch.write("gate", "");
        watch.write("template.yml", &TEMPLATE.replacen(right, wrong, 1));
        // The build is still held by its gate.
        watch.says(words);
        fs::remove_file(watch.at("gate")).expect("opened");
        watch.rests(number * 2 + 2);
        watch.write("src/bootstrap", &source(&version));
        watch.rests(number * 2 + 3);
        assert_eq!(watch.version(), version, "{wrong}: {}", watch.said());
    }
    let said = watch.said();
    assert!(
        said.contains("; until you fix it, the last good template stays in use\n"),
        "{said}"
    );
    assert!(said.contains(" line 12 column 5; until"), "{said}");
    watch.write("template.yml", &with_colour());
    watch.rests(12);
    assert_eq!(watch.server.invoke("env").json()["COLOUR"], "blue");
    assert_eq!(watch.version(), "6");
}

#[test]
fn without_a_template_nothing_is_said_but_that() {
    let folder = tempfile::tempdir().expect("folder");
    let mut watch = fc_local();
    watch.args(["watch", "--port=0"]).current_dir(folder.path());
    let output = watch.output().expect("fc-local runs");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(
        said.starts_with("fc-local: cannot watch template.yml"),
        "{said}"
    );
    assert_eq!(
        (said.lines().count(), output.status.code()),
        (1, Some(1)),
        "{said}"
    );
}

#[test]
fn a_template_whose_code_is_missing_leaves_everything_as_it_was() {
    let watch = Watch::start();
    watch.rests(1);
    fs::create_dir(watch.at("other")).expect("folder");
    watch.write("other/bootstrap", &source("other"));
    fs::set_permissions(watch.at("other/bootstrap"), Permissions::from_mode(0o755)).expect("mode");
    let other = TEMPLATE.replacen("./pkg", "./other", 1);
    watch.write("template.yml", &other.replacen("./pkg", "./nowhere", 1));
    watch.rests(2);
    let said = watch.said();
    assert!(
        said.contains(
            "template.yml: s/web has no file bootstrap in ./nowhere; build it there, or correct its CodeUri (in s.yaml: code); until you fix \
             it, the last good template stays in use\n"
        ),
        "{said}"
    );
    assert_eq!(
        (watch.version(), watch.packages()),
        ("1".to_owned(), 1),
        "what was stored for s/f is removed again"
    );
    watch.write("src/bootstrap", &source("2"));
    watch.rests(3);
    assert_eq!(watch.version(), "2");
    watch.write("template.yml", &other);
    watch.rests(4);
    assert_eq!(watch.version(), "other");
}

#[test]
fn a_template_that_is_refused_at_the_start_serves_when_it_is_fixed() {
    let watch = Watch::in_folder(|folder| {
        fs::write(folder.join("template.yml"), "Resources: [").expect("written");
    });
    watch.rests(1);
    let said = watch.said();
    assert!(
        said.contains("template.yml: it is not YAML: ")
            && said.contains("; nothing new is served until you fix it\n"),
        "{said}"
    );
    watch.write("template.yml", TEMPLATE);
    watch.rests(2);
    assert_eq!(watch.version(), "1");
}

#[test]
fn a_server_may_start_with_a_template_deployed() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("template.yml"), TEMPLATE).expect("written");
    let start = || {
        let mut command = fc_local();
        command
            .args(["start", "--port", "0", "--template"])
            .arg(folder.path().join("template.yml"))
            .arg("--data")
            .arg(folder.path().join("data"));
        command
    };
    let output = start().output().expect("fc-local runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("s/f has no file bootstrap in ")
            && said.contains("build it there, or correct its CodeUri"),
        "{said}"
    );
    fs::create_dir(folder.path().join("pkg")).expect("pkg");
    fs::copy(
        function_folder().join("bootstrap"),
        folder.path().join("pkg/bootstrap"),
    )
    .expect("copied");
    let server = Server::run(start(), &folder.path().join("data"));
    let answer = wait_for("the deployment", || {
        Some(server.invoke("version")).filter(|reply| reply.status == 200)
    });
    assert_eq!(answer.text(), "1");
}

#[test]
fn a_change_of_funignore_is_a_change_of_what_is_deployed() {
    let watch = Watch::in_folder(|folder| {
        fs::write(folder.join(".funignore"), "").expect("written");
    });
    watch.rests(1);
    watch.write(".funignore", "bootstrap\n");
    watch.rests(2);
    let said = watch.said();
    assert!(
        said.contains("has a file bootstrap in ./pkg that an ignore file leaves out of the package; correct its rules"),
        "{said}"
    );
    assert_eq!(
        watch.changed().last().map(String::as_str),
        Some(".funignore")
    );
}
